"""What a clause's principal sentence asks: to do, not to do, or to be free to do; and how strongly.

Belongs here: what the readings mean, and the choice of the sentence, for English. Does not belong here: its grammar
(`main_clause`, `predicates`, `verb_chain`, with the words of `deontic_words`), or what is asked for.

    each Party shall maintain its practice of not imposing duties     refrain: the promise is a "not imposing"
    neither Party may impose duties                                   refrain: nobody may
    a Party may not refuse to receive a notice                        require: no leave not to receive
    no Party shall be required to publish                             permit:  nobody must
    nothing in this Article shall preclude a Party from taxing        permit
    the Parties shall prevent theft                                   require: what others do is to be prevented

The grammar: (aside,)* subject operator (adverb | not)* predicate. The operator is the first finite verb outside
relative clauses and asides; it gives the strength. A predicate is a chain: verbs of refraining turn the sign of what
follows (refrain from, fail to), verbs of keeping and pledging hand it on (maintain the practice of, ensure that),
deontic ones replace it (be required to, be free to). So every reading is a value of deontic logic: O a is `require`,
O not a is `refrain`, P a and P not a are `permit`; and not O is P, not P a is O not a.

What does not read so is unknown, which is a value: nothing is guessed.
"""

import re
from dataclasses import dataclass

from normledger.composition import deontic_words as lexicon
from normledger.composition.deontic_words import Force
from normledger.composition.main_clause import tokens_of, without_aside
from normledger.composition.predicates import clause
from normledger.composition.record import Polarity
from normledger.composition.wording import language_of, sentences

__all__ = ["Force", "Reading", "read"]

_EXCEPTION = re.compile(
    r"^(?:for (?:greater|the avoidance)|nothing |this (?:chapter|article|section|paragraph) (?:shall|does) not)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was recognised, and in which sentence. `negated` tells whether any word of negation stands in it."""

    polarity: Polarity
    force: Force
    sentence: str
    negated: bool


def read(text: str, language: str = "") -> Reading:
    """The reading of a clause's principal sentence: the first that says something and is no exception to another."""
    pieces = sentences(text)
    if not pieces or language_of(text, language) not in ("en", "und"):
        return Reading("unknown", "unknown", pieces[0] if pieces else "", False)
    first: Reading | None = None
    exception: Reading | None = None
    for piece in pieces:
        reading = _read_sentence(piece)
        if reading.polarity != "unknown":
            if first is None or not _EXCEPTION.match(piece.casefold()):
                return reading
            exception = exception or reading
        first = first or reading
    return exception or first or Reading("unknown", "unknown", pieces[0], False)


def _read_sentence(sentence: str) -> Reading:
    tokens = tokens_of(sentence)
    negated = any(token in lexicon.NEGATION for token in tokens)
    polarity, force = clause(without_aside(tokens))
    return Reading(polarity, force, sentence, negated)
