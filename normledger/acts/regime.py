"""Which law governs an agreement, and what that law makes of a withdrawal's notice.

Three regimes. A treaty whose founders are all states: the Vienna Convention on the Law of Treaties of 1969, as between
them (its articles 1 and 3 c). One with international organizations among them: that of 1986, which is not in force and
is applied by analogy; its articles have the same numbers as those of 1969 wherever this package cites them, but for
correction (80 there, 79 in 1969). Everything else by its own rules: a treaty needs parties that can make one, so a text
that calls itself a treaty and has a company among its founders falls under its own rules too.

The founders decide, not those who join later: else anybody who joins an open treaty could change the law of all.
"""

from typing import Literal

from normledger.acts.periods import days_later, months_later
from normledger.documents.document import Agreement

Regime = Literal["VCLT 1969", "VCLTIO 1986 by analogy", "own rules"]


def regime_of(agreement: Agreement) -> Regime:
    """By the agreement's character and its founders' kinds (VCLT 1969, article 1; 1986, article 1)."""
    kinds = {founder.kind for founder in agreement.founders}
    if agreement.rules.character != "treaty" or not kinds <= {"state", "igo"}:
        return "own rules"
    return "VCLTIO 1986 by analogy" if "igo" in kinds else "VCLT 1969"


def notice_ends(agreement: Agreement, recorded: int) -> int | None:
    """When consent ends that is withdrawn at `recorded` from an agreement in force; None where that is excluded.

    By the agreement's provision (54 a); where it has none but admits withdrawal by its nature, with twelve months'
    notice at least (56, paragraph 2); otherwise not (56, paragraph 1). Twelve months are the treaty law's minimum, not
    that of agreements under their own rules.
    """
    rules = agreement.rules
    if rules.withdrawal == "excluded":
        return None
    own = days_later(recorded, rules.notice_days)
    if rules.withdrawal == "implied" and regime_of(agreement) != "own rules":
        return max(own, months_later(recorded, 12))
    return own
