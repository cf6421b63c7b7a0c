"""What a clause's principal sentence asks: to do, not to do, or to be free to do; and how strongly.

Belongs here: recognition after negations are resolved, for English. Does not belong here: what is asked for.

    each Party shall maintain its practice of not imposing duties     refrain: the promise is a "not imposing"
    neither Party may impose duties                                   refrain: nobody may
    no Party shall be required to publish                             permit:  nobody must
    nothing in this Article shall preclude a Party from taxing        permit
    the Parties shall prevent theft                                   require: what others do is to be prevented

A sentence is read as (negated subject) modal (not) verb: the modal gives the strength, each negation and each verb of
refraining turns the polarity once. What does not read so is unknown, which is a value: nothing is guessed.
"""

import re
from dataclasses import dataclass
from typing import Literal

from normledger.composition.record import Polarity
from normledger.composition.wording import language_of, sentences, word_set, words

Force = Literal["shall", "should", "will", "may", "intends", "affirms", "unknown"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was recognised, and in which sentence. `negated` tells whether any word of negation stands in it."""

    polarity: Polarity
    force: Force
    sentence: str
    negated: bool


_MODAL: dict[str, Force] = {
    "shall": "shall",
    "must": "shall",
    "should": "should",
    "ought": "should",
    "will": "will",
    "may": "may",
    "can": "may",
    "cannot": "may",
    "need": "shall",
}
_PLEDGE = word_set("agree agrees undertake undertakes commit commits pledge pledges promise promises resolve resolves")
_INTENT = word_set("intend intends endeavour endeavours endeavor endeavors seek seeks strive strives aim aims")
_AFFIRM = word_set(
    "affirm affirms reaffirm reaffirms recognise recognises recognize recognizes confirm confirms acknowledge "
    "acknowledges accept accepts note notes declare declares believe believes consider considers"
)
_NEGATION = word_set("not never neither nor no none nothing nobody without cannot")
_REFRAIN = word_set(
    "refrain refrains refraining abstain abstains abstaining avoid avoids avoiding desist forgo forego renounce "
    "renounces eschew forbear refuse fail omit"
)
_END = word_set("cease ceases discontinue stop stops end")
_KEEP = word_set("maintain maintains continue continues keep keeps uphold upholds preserve retain confirm")
_PRECLUDE = word_set(
    "preclude precludes prevent prevents prohibit prohibits affect affects limit limits bar hinder restrict"
)
_READ_AS = word_set("construed interpreted understood read taken deemed")
_DUTY = word_set("required obliged obligated bound compelled expected")
_LEAVE = word_set("permitted allowed free entitled authorised authorized able")
_PAPER = word_set(
    "chapter agreement article paragraph section provision provisions subparagraph annex nothing this these "
    "obligation obligations"
)
_BETWEEN = word_set(
    "also always at all times therefore in particular fully promptly knowingly continue only further jointly "
    "together actively wherever whenever possible where appropriate as to the maximum extent practicable best their "
    "its efforts each use seek endeavour endeavor strive work try wittingly intentionally deliberately take steps "
    "measures or and nor"
)
_BARE = word_set(
    "prevent protect promote support strengthen develop ensure respect cooperate co-operate encourage help exchange "
    "share adopt establish maintain take make provide publish report act work refuse prohibit punish investigate "
    "assist foster enhance build implement secure defend improve keep uphold combat fight block"
)
_SUBORDINATE = word_set("if where when whenever unless subject without notwithstanding to with in for except upon")
_RELATIVE = word_set("that which who whom as it they he she there")
_EXCEPTION = re.compile(
    r"^(?:for (?:greater|the avoidance)|nothing |this (?:chapter|article|section|paragraph) (?:shall|does) not)"
)
_GERUND = re.compile(r"[a-z]{2,}ing\Z")


def read(text: str, language: str = "") -> Reading:
    """The reading of a clause's principal sentence: the first that says something and is no exception to another."""
    pieces = sentences(text)
    if not pieces or language_of(text, language) not in ("en", "und"):
        return Reading("unknown", "unknown", pieces[0] if pieces else "", False)
    readings = [_read_sentence(piece) for piece in pieces]
    for at, reading in enumerate(readings):
        if reading.polarity != "unknown" and not (at and _EXCEPTION.match(reading.sentence.casefold())):
            return reading
    return next((reading for reading in readings if reading.polarity != "unknown"), readings[0])


def _read_sentence(sentence: str) -> Reading:
    tokens = list(words(_main_part(sentence)))
    negated = any(token in _NEGATION or token.endswith("n't") for token in tokens)
    polarity, force = _resolve(tokens)
    return Reading(polarity, force, sentence, negated)


def _main_part(sentence: str) -> str:
    """The sentence without a condition that stands before its main part (``Where …, each Party shall …``)."""
    first = (words(sentence) or ("",))[0]
    if first not in _SUBORDINATE:
        return sentence
    for comma in re.finditer(",", sentence):
        rest = sentence[comma.end() :]
        head = words(rest)[:6]
        if any(
            token in ("party", "parties", "state", "states", "shall", "each", "neither", "no", "we") for token in head
        ):
            return rest
    return sentence


def _resolve(tokens: list[str]) -> tuple[Polarity, Force]:
    at = _operative(tokens)
    if at is None:
        return _without_modal(tokens)
    word, before, after = tokens[at], tokens[:at], tokens[at + 1 :]
    nobody = _negates_subject(before)
    paper = any(token in _PAPER for token in before) and not _names_actor(before)
    if word in _PLEDGE | _INTENT | _AFFIRM:
        return _resolve_pledge(word, nobody, after)
    force = _MODAL[word]
    negations = int(nobody) + int(word == "cannot")
    after, more, reach = _skip(after)
    if reach and force != "may":
        force = "intends"
    negations += more
    verb, rest = (after[0], after[1:]) if after else ("", [])
    if verb in ("be", "have") or word == "need":
        special = _passive(verb, rest, negations, word)
        if special:
            return special, force
    if paper and negations % 2 and (verb in _PRECLUDE or verb in ("apply", "require", "oblige")):
        return "permit", force
    if force == "may":
        return ("refrain" if negations % 2 else "permit"), force
    return _of_verb(verb, rest, negations), force


def _operative(tokens: list[str]) -> int | None:
    """Where the main verb's modal stands: the first that is not within a relative or comparing clause."""
    best: int | None = None
    for index, token in enumerate(tokens):
        if token == "need" and tokens[index + 1 : index + 2] != ["not"]:
            continue
        if token in _MODAL and not (index and tokens[index - 1] in _RELATIVE and index > 1):
            best = index
            break
    for index, token in enumerate(tokens[: best if best is not None else len(tokens)]):
        if token in _PLEDGE | _INTENT | _AFFIRM and index and tokens[index - 1] not in ("to", "the", "a", "an", "of"):
            return index
    return best


def _names_actor(tokens: list[str]) -> bool:
    return any(token in ("party", "parties", "state", "states", "we", "government", "governments") for token in tokens)


def _negates_subject(before: list[str]) -> bool:
    """``Neither Party``, ``no State``, ``none of us``, ``nothing in this Article``: the nearest such word decides."""
    return any(token in ("neither", "no", "none", "nothing", "nobody") for token in before[-25:])


def _skip(after: list[str]) -> tuple[list[str], int, bool]:
    """What follows the modal without adverbs, the negations among them, and whether it is only an endeavour."""
    negations, index, reach = 0, 0, False
    while index < len(after):
        token = after[index]
        if token in ("not", "never", "neither") or (token == "no" and after[index + 1 : index + 2] == ["longer"]):
            negations += 1
            index += 1 + (token == "no")
        elif token in _INTENT or (
            token in ("work", "try", "attempt") and after[index + 1 : index + 2] in (["to"], ["toward"], ["towards"])
        ):
            reach = True
            index += 1
        elif token == "continue" and after[index + 1 : index + 2] == ["to"]:
            index += 2
        elif (token in _BETWEEN and token not in ("continue", "take", "use", "work", "seek")) or token.endswith("ly"):
            index += 1
        else:
            break
    return after[index:], negations, reach


def _passive(verb: str, rest: list[str], negations: int, word: str) -> Polarity | None:
    """``shall (not) be required to``, ``may be construed to``, ``shall have the right to``; else None."""
    if word == "need":
        return "permit"
    odd = negations % 2
    head = [token for token in rest[:4] if token not in ("or", "and")]
    if verb == "have" and "right" in rest[:3]:
        return "refrain" if odd else "permit"
    if verb != "be":
        return None
    if any(token in _READ_AS for token in head):
        return "permit" if odd else None
    if head and head[0] in _DUTY:
        return "permit" if odd else _of_verb(_verb_after_to(rest), [], 0)
    if head and head[0] in _LEAVE:
        return "refrain" if odd else "permit"
    if head and head[0] in ("prohibited", "forbidden", "precluded", "prevented"):
        return "permit" if odd else "refrain"
    return None


def _verb_after_to(rest: list[str]) -> str:
    return rest[rest.index("to") + 1] if "to" in rest[:-1] else ""


def _of_verb(verb: str, rest: list[str], negations: int) -> Polarity:
    """Require or refrain, turned by each negation, by a verb of refraining, and by what it promises to keep."""
    turns = negations
    ending = verb in _END and (_GERUND.match(rest[0]) if rest else None) is not None
    if verb in _REFRAIN or ending:
        turns += 1
        if "not" in rest[:3]:
            turns += 1
    elif (verb in _KEEP and _keeps_abstention(rest)) or (
        verb in ("ensure", "guarantee", "see", "decide", "ensuring") and _ensures_absence(rest)
    ):
        turns += 1
    elif verb == "":
        return "unknown"
    elif rest[:1] == ["no"] and verb not in ("later", "be"):
        turns += 1
    return "refrain" if turns % 2 else "require"


def _keeps_abstention(rest: list[str]) -> bool:
    """``its current WTO practice of not imposing``, ``the moratorium on …``, ``not to impose``."""
    for index, token in enumerate(rest[:14]):
        follows = rest[index + 1 : index + 2]
        if token == "not" and follows and (_GERUND.match(follows[0]) or follows[0] == "to"):
            return True
        if token in ("refraining", "abstaining", "moratorium", "non-imposition"):
            return True
    return False


def _ensures_absence(rest: list[str]) -> bool:
    """``that no …``, ``that its measures do not …``, ``are never used``."""
    head = rest[:20]
    return (
        head[:2] == ["that", "no"] or head[:1] == ["no"] or any(token in ("not", "never", "neither") for token in head)
    )


def _resolve_pledge(word: str, nobody: bool, after: list[str]) -> tuple[Polarity, Force]:
    force: Force = "will" if word in _PLEDGE else "intends" if word in _INTENT else "affirms"
    if after[:1] == ["that"]:
        inner, inner_force = _resolve(after[1:])
        return inner, (inner_force if word in _PLEDGE and inner_force != "unknown" else force)
    rest, negations, _ = _skip(
        [token for token in after[:3] if token not in ("themselves", "itself", "to")] + after[3:]
    )
    negations += int(nobody)
    if force == "affirms":
        return ("refrain" if _keeps_abstention(after) else "unknown"), force
    return (_of_verb(rest[0], rest[1:], negations) if rest else "unknown"), force


def _without_modal(tokens: list[str]) -> tuple[Polarity, Force]:
    """Without a modal: ``prevent …``, ``do not …``, ``is not required to …``, ``has the right to …``."""
    if not tokens:
        return "unknown", "unknown"
    head, rest = tokens[0], tokens[1:]
    if tokens[:2] in (["do", "not"], ["not", "to"]) or head in ("never", "don't"):
        return _of_verb(tokens[2] if head in ("do", "not") and len(tokens) > 2 else (rest or [""])[0], [], 1), "unknown"
    if head in _REFRAIN | _END | _BARE:
        return _of_verb(head, rest, 0), "unknown"
    for index, token in enumerate(tokens[:30]):
        follow = tokens[index + 1 : index + 4]
        if token in ("is", "are") and follow:
            odd = (follow[0] in ("not", "never")) + _negates_subject(tokens[:index])
            verb = follow[1] if follow[0] in ("not", "never") and len(follow) > 1 else follow[0]
            if verb in _DUTY:
                return ("permit" if odd % 2 else "require"), "shall"
            if verb in _LEAVE:
                return ("refrain" if odd % 2 else "permit"), "may"
            if verb in ("prohibited", "forbidden"):
                return ("permit" if odd % 2 else "refrain"), "shall"
            return "unknown", "unknown"
        if token in ("has", "have", "reserve", "reserves", "retain", "retains") and "right" in follow:
            return "permit", "may"
        if token in _REFRAIN and index < 6:
            return _of_verb(token, tokens[index + 1 :], int(_negates_subject(tokens[:index]))), "unknown"
        if token in ("does", "do") and follow[:1] == ["not"] and any(t in _PAPER for t in tokens[:index]):
            return (
                "permit" if len(follow) > 1 and follow[1] in _PRECLUDE | {"require", "apply"} else "unknown"
            ), "unknown"
    return "unknown", "unknown"
