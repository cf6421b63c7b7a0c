"""Which found outcomes are no undertaking at all: definitions, scope, entry into force, deposit, review of the text.

Belongs here: recognising them by their words in English. They are aligned and reported like the rest, only not
composed. What is not surely boilerplate is composed.
"""

import re

from normledger.composition.wording import language_of, sentences

_MARKS = re.compile(
    r"^for (?:the )?purposes? of (?:this|the present)\b.*\b(?:means?|definitions?|following)\b"
    r"|^(?:the (?:term|expression)s? )?[\"“'‘]?[\w\s-]{1,60}[\"”'’]? means\b"
    r"|\bthe following definitions\b|^definitions\b"
    r"|\bshall enter into force\b|\bentry into force of this agreement\b"
    r"|\bshall be an integral part of this\b|\bshall form an integral part of this\b"
    r"|\bequally authentic\b|^done (?:at|in)\b|\bin witness whereof\b"
    r"|^(?:this|the provisions of this|the present) (?:chapter|agreement|article|section|title|annex)s? "
    r"(?:shall (?:not )?appl(?:y|ies)|applies|does not apply|shall prevail|covers)\b"
    r"|\bin the event of (?:any |an )?inconsistency between this\b",
    re.DOTALL,
)


def is_boilerplate(text: str, language: str = "") -> bool:
    """Whether the clause's first sentence is a definition or regulates the agreement itself."""
    if language_of(text, language) not in ("en", "und"):
        return False
    first = (sentences(text) or ("",))[0]
    return bool(_MARKS.search(first.casefold()))
