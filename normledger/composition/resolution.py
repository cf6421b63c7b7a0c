"""From a bracketed draft to a clean text: every open bracket, the choices made, and what came of them.

Belongs here: listing brackets, taking choices, refusing what is still open. Does not belong here: asking a person (the
command line), or publishing (`acts`): the clean text binds nobody until somebody signs its publication.

A bracket is named by its place: ``2`` is the whole second paragraph (which option, or none), ``2.1.3`` the third
bracket of its first option. Of an option that is not chosen no bracket is open.

    Parties [shall / should] not support theft.      {"1.1.1": 2}  →  Parties should not support theft.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from normledger.composition.draft import Draft, Paragraph
from normledger.composition.merging import Alternative, Fragment, Option
from normledger.composition.polarity import read
from normledger.errors import InputError
from normledger.identifiers import ClauseId

Choice = int | str
"""Which alternative, counted from 1, or a wording of one's own."""

_MARKS = "[]⟦⟧"


@dataclass(frozen=True, slots=True)
class Bracket:
    """One open choice. `before` and `after` are the text around it; an empty alternative leaves the place out."""

    place: str
    alternatives: tuple[Alternative, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """One choice made: `number` is None for a wording of one's own, which no clause and no party stands behind."""

    place: str
    number: int | None
    text: str
    clauses: tuple[ClauseId, ...]
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The clean text, a paragraph a line, and every choice that led to it, in reading order."""

    text: str
    choices: tuple[Chosen, ...]

    def record(self) -> dict[str, Any]:
        """Plain JSON data: the text, and who and what stands behind each choice."""
        return {
            "text": self.text,
            "choices": [
                {
                    "place": one.place,
                    "alternative": one.number,
                    "text": one.text,
                    "clauses": [str(clause) for clause in one.clauses],
                    "parties": list(one.parties),
                }
                for one in self.choices
            ],
        }


def whole(drafts: Sequence[Draft]) -> Draft:
    """The drafts of a package's outcomes as one, paragraph after paragraph. Raises `InputError` for two languages."""
    languages = sorted({one.language for one in drafts if one.paragraphs})
    if len(languages) > 1:
        raise InputError(f"the outcomes are drafted in {' and '.join(languages)}; resolve them one by one")
    return Draft(
        languages[0] if languages else "und",
        tuple(paragraph for one in drafts for paragraph in one.paragraphs),
        tuple(sorted({clause for one in drafts for clause in one.other_languages})),
    )


def brackets(draft: Draft, choices: Mapping[str, Choice] | None = None) -> tuple[Bracket, ...]:
    """The brackets to be decided, in reading order, given the choices made so far.

    Brackets within a paragraph are listed once its option is known. Without choices these are the first questions.
    """
    taken = choices or {}
    result: list[Bracket] = []
    for number, paragraph in enumerate(draft.paragraphs, start=1):
        option_at: int | None = 1
        if _optional(paragraph):
            outer = _outer(draft, paragraph, str(number))
            result.append(outer)
            option_at = _option_of(paragraph, taken.get(outer.place))
        if option_at is not None:
            option = paragraph.options[option_at - 1]
            result += [
                _inner(option, at, f"{number}.{option_at}.{count}") for count, at in enumerate(_open(option), start=1)
            ]
    return tuple(result)


def following(draft: Draft, clause: ClauseId) -> dict[str, Choice]:
    """The choices by which one clause's own wording is read out of the draft."""
    choices: dict[str, Choice] = {}
    for number, paragraph in enumerate(draft.paragraphs, start=1):
        options = [at for at, one in enumerate(paragraph.options, start=1) if clause in one.clauses]
        if _optional(paragraph):
            choices[str(number)] = options[0] if options else len(paragraph.options) + 1
        if options:
            option = paragraph.options[options[0] - 1]
            for count, at in enumerate(_open(option), start=1):
                said = option.fragments[at].alternatives
                choices[f"{number}.{options[0]}.{count}"] = next(
                    index for index, one in enumerate(said, start=1) if clause in one.clauses
                )
    return choices


def resolve(draft: Draft, choices: Mapping[str, Choice]) -> Resolution:
    """The clean text that these choices make, with their record.

    Raises `InputError` for a bracket left open, a place that has none, and a number or wording that does not fit.
    """
    asked = brackets(draft, choices)
    known = {one.place for one in asked}
    made: dict[str, Chosen] = {}
    missing = []
    for bracket in asked:
        if bracket.place in choices:
            made[bracket.place] = _choose(bracket, choices[bracket.place])
        else:
            missing.append(bracket.place)
    if missing:
        places = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        raise InputError(
            f"the draft still has {len(missing)} open bracket{'s' if len(missing) > 1 else ''} ({places}); choose one "
            "wording for each",
            field="choices",
        )
    for place in choices:
        if place not in known:
            raise InputError(
                "no bracket is open at this place, or its option was not chosen; remove it", field=f"choices[{place}]"
            )
    lines = []
    for number, paragraph in enumerate(draft.paragraphs, start=1):
        outer = made.get(str(number))
        if outer is not None and outer.number is None:
            line = outer.text
        else:
            at = 1 if outer is None else _option_of(paragraph, outer.number)
            line = "" if at is None else _line(paragraph.options[at - 1], f"{number}.{at}", made)
        if line:
            lines.append(line)
    if not lines:
        raise InputError("these choices leave nothing of the draft; take one wording at least", field="choices")
    return Resolution("\n".join(lines), tuple(made[one.place] for one in asked))


def turned(draft: Draft, resolution: Resolution) -> bool:
    """Whether the clean text begins with another polarity than each clause's own wording of the draft.

    ``[No / A] Party [may / shall not]`` lets a reader choose what no clause says; this is how to notice it.
    """
    clauses = {clause for paragraph in draft.paragraphs for option in paragraph.options for clause in option.clauses}
    first = resolution.text.split("\n")[0]
    theirs = set()
    for clause in sorted(clauses):
        choices = following(draft, clause)
        theirs.add(read(resolve(draft, choices).text.split("\n")[0], draft.language).polarity)
    return bool(theirs) and read(first, draft.language).polarity not in theirs


def _optional(paragraph: Paragraph) -> bool:
    return len(paragraph.options) > 1 or not paragraph.agreed


def _open(option: Option) -> list[int]:
    return [at for at, fragment in enumerate(option.fragments) if not fragment.common]


def _outer(draft: Draft, paragraph: Paragraph, place: str) -> Bracket:
    """The bracket round a paragraph: its options, and leaving it out where not every clause has it."""
    alternatives = [Alternative(option.text, option.clauses, option.parties) for option in paragraph.options]
    if not paragraph.agreed:
        having = {clause for option in paragraph.options for clause in option.clauses}
        everyone = {clause for one in draft.paragraphs for option in one.options for clause in option.clauses}
        alternatives.append(Alternative("", tuple(sorted(everyone - having)), ()))
    return Bracket(place, tuple(alternatives), "", "")


def _inner(option: Option, at: int, place: str) -> Bracket:
    def around(fragments: Sequence[Fragment]) -> str:
        return Option(tuple(fragments), (), ()).text

    return Bracket(
        place, option.fragments[at].alternatives, around(option.fragments[:at]), around(option.fragments[at + 1 :])
    )


def _option_of(paragraph: Paragraph, choice: Choice | None) -> int | None:
    """The option that a choice takes; None where it takes none, or none of the draft's."""
    fits = isinstance(choice, int) and not isinstance(choice, bool) and 1 <= choice <= len(paragraph.options)
    return choice if fits and isinstance(choice, int) else None


def _choose(bracket: Bracket, choice: Choice) -> Chosen:
    field = f"choices[{bracket.place}]"
    if isinstance(choice, str):
        own = " ".join(choice.split())
        if not own:
            raise InputError("a wording of one's own has words; to leave the place out give its number", field=field)
        if any(mark in own for mark in _MARKS):
            raise InputError("a wording of one's own opens no new bracket; write one wording", field=field)
        return Chosen(bracket.place, None, own, (), ())
    count = len(bracket.alternatives)
    if isinstance(choice, bool) or not isinstance(choice, int) or not 1 <= choice <= count:
        raise InputError(f"{choice!r} is none of its alternatives; give a number from 1 to {count}", field=field)
    taken = bracket.alternatives[choice - 1]
    return Chosen(bracket.place, choice, taken.text, taken.clauses, taken.parties)


def _line(option: Option, place: str, made: Mapping[str, Chosen]) -> str:
    line, count = "", 0
    for fragment in option.fragments:
        if fragment.common:
            piece = fragment.alternatives[0].text
        else:
            count += 1
            piece = made[f"{place}.{count}"].text
        if piece:
            line += piece if not line or piece[0] in ",.;:!?)" else f" {piece}"
    return line[:1].upper() + line[1:]
