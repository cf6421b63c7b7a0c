"""What went wrong, for whoever reads a page: its title, what is not there or not readable, and what to do about it.

Belongs here: problems in the reader's language. What only the library can tell exactly stays in the original, marked.
Does not belong here: which error is which problem (`api.problems`).
"""

import re

from markupsafe import Markup

from api.pages.language import N_, _
from normledger.errors import InputError, NormLedgerError, NotFound

_ALWAYS = frozenset(
    (
        N_("Not found"),
        N_("The signature proves nothing"),
        N_("The input is not well formed"),
        N_("Refused"),
        N_("The chain is not available"),
        N_("The service is not ready"),
        N_("Two records of one fact differ"),
        N_("The service failed"),
        N_("Not done here"),
        N_("Too large"),
        N_("Too many requests"),
        N_("Of another type than is read here"),
        N_("The request can't be answered"),
        N_("This is a defect of the service; its log tells more."),
    )
)
"""Titles and sentences of `api.problems` that are always the same."""

_MISSING = {
    "agreement": N_("There is no agreement “%(name)s” here."),
    "norm": N_("There is no norm “%(name)s” here."),
    "party": N_("There is no party “%(name)s” here."),
    "act": N_("There is no act “%(name)s” here."),
    "document": N_("There is no document “%(name)s” here."),
    "candidate norm": N_("There is no forming norm “%(name)s” here."),
    "clause": N_("There is no clause “%(name)s” here."),
    "block": N_("There is no block “%(name)s” here."),
    "ceremony": N_("There is no ceremony “%(name)s” here."),
    "submission": N_("There is no submission “%(name)s” here."),
    "number": N_("There is no number “%(name)s” here."),
}
_WHATEVER = N_("There is nothing called “%(name)s” here.")

_FORMS = (
    (
        re.compile(r"'(?P<text>.*)' is not a hash: "),
        N_("“%(text)s” is no hash; a hash is 0x and 64 digits (0–9, a–f)."),
    ),
    (re.compile(r"'(?P<text>.*)' is no day; "), N_("“%(text)s” is no day; write it as 2026-01-31.")),
    (re.compile(r"give a block or a day, not both"), N_("Give a block or a day, not both.")),
    (re.compile(r"there was nothing on this"), N_("Nothing was recorded here yet then; choose a later day.")),
)
"""What the library says most often of an address, and how a page says it."""

_ADVICE = {
    "not-found": N_(
        "Check the address, or look for it with the search. It may be there at another block, or elsewhere."
    ),
    "http-404": N_(
        "Check the address, or look for it with the search. It may be there at another block, or elsewhere."
    ),
    "bad-input": N_("Correct it in the address or in the form, and try again."),
    "http-405": N_("This address does not take what your browser sent; begin again from the page that led here."),
    "http-413": N_("Send less at once: one megabyte is the most."),
    "http-429": N_("Wait a little and ask again."),
    "bad-signature": N_(
        "Sign what this service prepares once more, with the account that it names, and send it again."
    ),
    "refused": N_("The contracts or the rules of the agreement say no. Read the reason; a new act may be prepared."),
    "chain-unavailable": N_("Try again in a while. Nothing that was accepted before is lost."),
    "reverted": N_("Try again in a while. Nothing that was accepted before is lost."),
    "workspace": N_("Try again in a while, or ask another instance."),
    "not-ready": N_("Try again in a while, or ask another instance."),
    "integrity": N_("The operator must look at it; ask another instance meanwhile."),
}
"""What whoever meets it can do, by the type of problem."""


def said(sentence: str) -> Markup:
    """A problem in the reader's language where its words are always the same; else as the library tells it, marked."""
    if sentence in _ALWAYS:
        return _(sentence)
    return Markup('<span lang="en" dir="ltr">{}</span>').format(sentence)


def framed(error: NormLedgerError | None, detail: str) -> Markup:
    """What happened, in the reader's language; what only the library can tell stands in it as it was told, marked."""
    if isinstance(error, NotFound):
        name = Markup('<bdi dir="auto">{}</bdi>').format(error.name[:80])
        return _(_MISSING.get(error.what, _WHATEVER), name=name)
    if isinstance(error, InputError):
        for form, told in _FORMS:
            if found := form.match(error.message):
                values = {
                    key: Markup('<bdi dir="auto">{}</bdi>').format(value[:80])
                    for key, value in found.groupdict().items()
                }
                return _(told, **values)
        if error.field:
            field = Markup("<code>{}</code>").format(error.field)
            return _(
                "What stands at %(field)s can’t be taken: %(reason)s", field=field, reason=said(error.message + ".")
            )
    return said(detail)


def advice(slug: str) -> Markup:
    """What to do about a problem of this type; nothing where there is nothing to do."""
    return _(_ADVICE[slug]) if slug in _ADVICE else Markup()
