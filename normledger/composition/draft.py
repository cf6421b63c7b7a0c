"""One bracketed text out of aligned clauses, as negotiators write it, each fragment naming its clauses and parties.

Belongs here: which sentences stand where. Does not belong here: deciding which clauses are aligned, merging wordings
(`merging`), or resolving a bracket (`resolution`).

    Parties [shall / should] not [knowingly] support theft of [trade / business] secrets.

A clause is cut into sentences; its principal sentence (as `polarity` reads it) opens the draft, the others follow as
paragraphs in brackets, sentences that share much together. The wordings that share most are merged first, along the
longest common subsequence of their words. Where a merger would leave too few common words, read badly, or join a
promise to do with one not to, the wordings stand side by side as numbered options.

What negotiators do not bracket is no difference here either: signs, the letters that count a list, footnote marks,
British and American spelling. The best supported way of writing stands.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from normledger.composition.merging import Option, by_support, laid_out, merge
from normledger.composition.polarity import read
from normledger.composition.record import ClauseText
from normledger.composition.wording import language_of, sentences
from normledger.identifiers import ClauseId

_KEPT = (1, 3)
"""The least part that must stay common in a merger of principal sentences (Dice's measure on content words)."""

_KEPT_FURTHER = (1, 2)
"""The same for the sentences that follow."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One sentence of the draft: a single option, or several of which one must be chosen.

    `agreed` tells whether every clause of the draft has a part in it; if not, it stands in brackets as a whole.
    """

    options: tuple[Option, ...]
    agreed: bool

    @property
    def text(self) -> str:
        if len(self.options) > 1:
            numbered = (f"Option {number}: {option.text}" for number, option in enumerate(self.options, 1))
            return "[" + "\n / ".join(numbered) + "]"
        return self.options[0].text if self.agreed else f"[{self.options[0].text}]"


@dataclass(frozen=True, slots=True)
class Draft:
    """The text in one language; clauses in others are listed, never merged."""

    language: str
    paragraphs: tuple[Paragraph, ...]
    other_languages: tuple[ClauseId, ...]

    @property
    def text(self) -> str:
        """Plain text, a paragraph a line."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    @property
    def open_brackets(self) -> int:
        """How many choices are left to the negotiators."""
        return sum(
            (not paragraph.agreed or len(paragraph.options) > 1)
            + sum(not fragment.common for option in paragraph.options for fragment in option.fragments)
            for paragraph in self.paragraphs
        )


def draft(clauses: Iterable[ClauseText], parties: Mapping[ClauseId, frozenset[str]]) -> Draft:
    """The draft of clauses that ask for one outcome; `parties` are those of the coalition bound by each.

    The language is the one with the most parties, then clauses, then the first by name.
    """
    by_language: dict[str, list[ClauseText]] = defaultdict(list)
    for clause in {clause.id: clause for clause in clauses}.values():
        by_language[language_of(clause.text, clause.language)].append(clause)
    if not by_language:
        return Draft("und", (), ())

    def weight(language: str) -> tuple[int, int, str]:
        mine = by_language[language]
        bound = frozenset[str]().union(*(parties.get(clause.id, frozenset()) for clause in mine))
        return -len(bound), -len(mine), language

    language = min(by_language, key=weight)
    chosen = by_language.pop(language)
    others = tuple(sorted(clause.id for rest in by_language.values() for clause in rest))
    firsts: dict[str, dict[ClauseId, int]] = defaultdict(dict)
    furthers: dict[str, dict[ClauseId, int]] = defaultdict(dict)
    for clause in chosen:
        principal, parts = read(clause.text, language).sentence, _sentences(clause.text)
        at = next((at for at, part in enumerate(parts) if principal and principal[:40] in part), 0)
        for place, part in enumerate(parts):
            (firsts if place == at else furthers)[part].setdefault(clause.id, place)
    everyone = {clause.id for clause in chosen}
    paragraphs = []
    merged = sorted((laid_out(group) for group in merge(firsts, parties, language, _KEPT)), key=by_support)
    if merged:
        paragraphs.append(_paragraph(merged, everyone))
    # What follows stands where its clauses have it, not by its support: a text is read from above.
    following = [(group.place, laid_out(group)) for group in merge(furthers, parties, language, _KEPT_FURTHER)]
    following.sort(key=lambda entry: (entry[0], by_support(entry[1])))
    paragraphs += [_paragraph([option], everyone) for _, option in following]
    return Draft(language, tuple(paragraphs), others)


_FOOTNOTE = re.compile(r"(?<=[^\W\d_]{4})\d{1,3}(?:-\d{1,2})?(?=[.,;:]|\Z|\s)")
_LEFT_OVER = re.compile(r"(?<=[.!?])[\s\d.\-]+\Z")
_NEXT_LABEL = re.compile(
    r"(?<!article)(?<!articles)(?<!paragraph)(?<!paragraphs)(?<!chapter)(?<!chapters)(?<!annex)(?<!section)(?<!and)"
    r"(?<!or)(?<!to)(?<!of)(?<!in)(?<![\d,(])\s+\d{1,2}\.\Z",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"\A(?:[^\W\d_A-Z]|\([^)]{4,}\))")


def _sentences(text: str) -> list[str]:
    """Sentences without footnote marks and the next paragraph's number; what begins amid a sentence is joined to it."""
    result: list[str] = []
    for sentence in sentences(text):
        part = _NEXT_LABEL.sub(".", _LEFT_OVER.sub("", _FOOTNOTE.sub("", sentence)))
        if result and _CONTINUES.match(part) and part[0] == part[0].lower():
            result[-1] += f" {part}"
        else:
            result.append(part)
    return result


def _paragraph(options: Sequence[Option], everyone: set[ClauseId]) -> Paragraph:
    return Paragraph(tuple(options), everyone <= {clause for option in options for clause in option.clauses})
