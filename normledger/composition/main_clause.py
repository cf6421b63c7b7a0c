"""Where in an English sentence its main clause begins, and which finite verb carries it.

Belongs here: tokens, asides, conditions, relative clauses, subjects. Does not belong here: what the predicate asks for
(`predicates`, `verb_chain`), or the words of each class (`deontic_words`).
"""

import re
from collections.abc import Sequence

from normledger.composition import deontic_words as lexicon

LONGEST = 120
"""So many words of a sentence are read: its operator stands there, or it is a list."""

Tokens = Sequence[str]

_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[,;:]|\d+(?:[.,]\d+)*")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CONTRACTED = re.compile(r"\b(ca|wo|sha)n't\b|n't\b")
_WHOLE = {"ca": "can not", "wo": "will not", "sha": "shall not"}


def tokens_of(sentence: str) -> list[str]:
    """Lower-case words, numbers, and the signs that part clauses; contractions are opened, brackets fall."""
    text = _ASIDE.sub(" ", sentence.casefold().replace("’", "'"))
    text = _CONTRACTED.sub(lambda hit: _WHOLE.get(hit[1] or "", " not"), text).replace("cannot", "can not")
    return _TOKEN.findall(text)[:LONGEST]


def without_aside(tokens: list[str]) -> list[str]:
    """The sentence from its subject on, without a condition or a circumstance before it (``Where …, each Party …``)."""
    start = 0
    while start < len(tokens) and (tokens[start] in lexicon.CONNECTIVE or tokens[start] in ",;:"):
        start += 1
    tokens = tokens[start:]
    if not tokens or not (tokens[0] in lexicon.SUBORDINATE or is_gerund(tokens[0])) or denial_before(tokens):
        return tokens
    comma = tokens.index(",") if "," in tokens else len(tokens)
    if tokens[0] not in lexicon.SUBORDINATE and any(token in lexicon.MODAL for token in tokens[:comma]):
        return tokens  # a gerund that is the subject: anti-dumping measures shall …
    for at, token in enumerate(tokens):
        ends = token == "," or (token == ":" and tokens[0] == "for")  # for the purposes of this Chapter: …
        if ends and _begins_clause(tokens[at + 1 :]):
            return without_aside(tokens[at + 1 :])
    return _without_comma(tokens)


def _begins_clause(rest: Tokens) -> bool:
    """Whether a subject with its operator, or a command, stands here before the next comma that parts two things."""
    while rest and rest[0] in lexicon.CONNECTIVE:
        rest = rest[1:]
    if not rest or rest[0] == "nor":
        return False
    if rest[0] in lexicon.COMMAND or rest[:2] == ["do", "not"] or denial_before(rest) or rest[0] in lexicon.SUBORDINATE:
        return rest[0] in lexicon.COMMAND or rest[0] == "do" or any(token in lexicon.MODAL for token in rest)
    if rest[0] not in lexicon.SUBJECT_START and rest[0] not in lexicon.ACTOR:
        at = operator(rest)
        return at is not None and at <= 6 and "," not in rest[:at] and not any(t in lexicon.OF for t in rest[:1])
    at = operator(rest)
    if at is None:
        return any(token in lexicon.ACTOR or token in lexicon.PRONOUN for token in rest[:4])
    return "," not in rest[:at] or _opens_aside(rest[rest.index(",") + 1 :])


def _without_comma(tokens: list[str]) -> list[str]:
    """A condition that no comma closes (``If a dispute arises the Parties shall …``): the last actor with a modal."""
    if tokens[0] not in ("if", "where", "when", "whenever", "unless", "should"):
        return tokens
    for at in range(len(tokens) - 1, 1, -1):
        if tokens[at] in lexicon.MODAL and (tokens[at - 1] in lexicon.ACTOR or tokens[at - 1] in lexicon.PRONOUN):
            begin = at - 1
            while begin > 1 and (tokens[begin - 1] in lexicon.SUBJECT_START or tokens[begin - 1] in ("other", "same")):
                begin -= 1
            return tokens[begin:]
    return tokens


def denial_before(tokens: Tokens) -> int:
    """How many words a denial before its clause has (``under no circumstances``); 0 where there is none."""
    if not tokens:
        return 0
    if tokens[0] == "never":
        return 1
    if tokens[0] in ("in", "under", "at", "on", "by", "for") and tokens[1:2] == ["no"]:
        return 3 if len(tokens) > 2 and tokens[2] in lexicon.CASE else 0
    return 2 if tokens[0] == "not" and tokens[1:2] == ["under"] else 0


def _opens_aside(rest: Tokens) -> bool:
    """Whether what follows a comma within a subject is an aside that another comma closes."""
    return bool(rest) and (rest[0] in lexicon.SUBORDINATE or rest[0] in lexicon.RELATIVE or is_gerund(rest[0]))


def operator(tokens: Tokens) -> int | None:
    """Where the main clause's finite verb stands that says how strongly; None where there is none."""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token == ";" or (token == ":" and index > 2) or tokens[index : index + 2] == ["so", "that"]:
            return None
        if token == "," and _opens_aside(tokens[index + 1 :]):
            close = next((at for at in range(index + 1, len(tokens)) if tokens[at] == ","), None)
            if close is not None and any(is_finite(tokens, at) for at in range(close + 1, len(tokens))):
                index = close + 1
                continue
        if token in lexicon.RELATIVE and index and (token != "that" or tokens[index - 1] not in lexicon.VERB_OF_SAYING):
            index = _after_relative(tokens, index)
            continue
        if is_finite(tokens, index) and not _is_reduced_relative(tokens, index):
            return index
        index += 1
    return None


def _is_reduced_relative(tokens: Tokens, index: int) -> bool:
    """Whether a modal belongs to a relative clause that nothing opens: ``the equipment it may lend shall …``."""
    if tokens[index] not in lexicon.MODAL or index < 3 or tokens[index - 1] not in ("it", "they", "he", "she", "we"):
        return False
    parted = tokens[index - 2] == "," or tokens[index - 2] in lexicon.CONNECTIVE
    return not parted and any(token in lexicon.MODAL for token in tokens[index + 1 :])


def _after_relative(tokens: Tokens, index: int) -> int:
    """The place after a relative clause's own verb: ``that may not …``, ``which the Party has …``."""
    at = index + 1
    if at < len(tokens) and tokens[at] in lexicon.RELATIVE:
        at += 1  # on whose, in which
    while at < len(tokens) and (tokens[at] in lexicon.ADVERB or tokens[at].endswith("ly") or tokens[at] == "not"):
        at += 1
    if at >= len(tokens):
        return at
    if (
        tokens[at] in lexicon.MODAL
        or tokens[at] in lexicon.BE
        or tokens[at] in lexicon.HAVE
        or tokens[at] in lexicon.DO
    ):
        return at + 1
    subject = tokens[index] == "whose" or tokens[at] in lexicon.SUBJECT_START or tokens[at] in lexicon.PRONOUN
    if subject or tokens[at] in lexicon.ACTOR:
        for own in range(at, len(tokens)):
            if tokens[own] in lexicon.MODAL or tokens[own] in lexicon.BE or tokens[own] in lexicon.HAVE:
                surely = tokens[index] != "that" or _has_finite(tokens, own + 1)
                return own + 1 if surely else index + 1
    return at + 1


def _has_finite(tokens: Tokens, start: int) -> bool:
    return any(
        token in lexicon.MODAL or token in lexicon.BE or token in lexicon.HAVE or token in lexicon.DO
        for token in tokens[start:]
    )


def is_finite(tokens: Tokens, index: int) -> bool:
    """Whether this word is a verb that can carry the sentence, judged by itself and its neighbours."""
    token, before, after = tokens[index], tokens[index - 1] if index else "", tokens[index + 1 : index + 4]
    if token in ("need", "needs") and not (after and after[0] in ("to", "not", "never", "only")):
        return token == "need" and denied_subject(tokens[:index]) == 1
    if token in lexicon.MODAL:
        return not (token in ("will", "might", "can", "must", "need") and before in lexicon.ARTICLE)
    if token == "means":
        return index > 0 and bool(after) and after[0] in lexicon.AFTER_MEANS and before not in lexicon.BEFORE_MEANS
    if token in lexicon.DO:
        return bool(after) and after[0] in ("not", "never")
    if token in lexicon.BE or token in lexicon.HAVE:
        return index > 0 and before not in ("to", "not") and before not in lexicon.MODAL
    if not index or before in lexicon.DETERMINER or before in lexicon.OF or before == "to":
        return False
    if before == "," and tokens[:index].count(",") < 2:  # else it closes an apposition: we, the undersigned, promise
        return False
    if _is_noun_before_modal(tokens, index):
        return False
    if is_gerund(token) or token == "undertaken":
        return False
    if token in lexicon.PLEDGE or token in lexicon.INTENT_FINITE:
        return bool(after) and (after[0] in lexicon.AFTER_PLEDGE or after[0].endswith("ly") or "to" in after)
    if token in lexicon.TAKE and after[:1] == ["note"]:
        return True
    if token in lexicon.URGE and after[:1] == ["against"]:
        return True
    if token in lexicon.URGE:
        return before not in lexicon.ADJECTIVAL and any(
            word in ("to", "that") for word in tokens[index + 1 : index + 17]
        )
    if token in lexicon.AFFIRM:
        return before not in lexicon.ADJECTIVAL and (
            token not in lexicon.ACTING or any(word in lexicon.OPINION for word in after)
        )
    if token in lexicon.RESERVE:
        return any(word in lexicon.RIGHT for word in tokens[index + 1 : index + 5])
    if token in lexicon.TURN_FINITE:
        return True
    return token in lexicon.PAPER_VERB and is_paper(tokens[:index])


def _is_noun_before_modal(tokens: Tokens, index: int) -> bool:
    """Whether the word is a noun of the subject (``the pledges made here shall …``): a modal follows at once."""
    for token in tokens[index + 1 :]:
        if token in lexicon.MODAL:
            return True
        if token in ("to", "that", "not", "never", ",", ";") or token in lexicon.RELATIVE:
            return False
    return False


def denied_subject(subject: Tokens) -> int:
    """1 where nobody is the subject: ``no Party``, ``neither of them``, ``not a single record``."""
    head = [token for token in subject[:3] if token not in lexicon.CONNECTIVE]
    if head and head[0] in lexicon.SUBORDINATE:  # no comma parted the aside: from that day no duty shall …
        return int(any(token in ("no", "neither", "nobody") for token in subject))
    return int(bool(head) and (head[0] == "not" or head[0] in lexicon.NOBODY))


def is_actor(subject: Tokens) -> bool:
    """Whether the subject's head is somebody who can act: ``each Party``, ``the authorities of …``, ``we``."""
    for token in subject:
        if token in lexicon.ACTOR or token in lexicon.PRONOUN - lexicon.IMPERSONAL:
            return True
        if token in lexicon.RELATIVE or token in lexicon.OF:
            return False
    return False


def is_paper(subject: Tokens) -> bool:
    """Whether the subject is a text or nothing in a text, and no actor: what it does is say, not act."""
    head = [token for token in subject[:8] if token not in lexicon.CONNECTIVE]
    if head[:1] == ["nothing"]:
        return True
    head = head[: next((at for at, token in enumerate(head) if token in lexicon.OF or token == ","), len(head))]
    return bool(head) and any(token in lexicon.PAPER for token in head) and not any(t in lexicon.ACTOR for t in head)


def past_adverbs(tokens: Tokens) -> tuple[Tokens, int]:
    """What follows adverbs and asides, and the denials among them."""
    denials, index = 0, 0
    while index < len(tokens):
        token, after = tokens[index], tokens[index + 1 : index + 3]
        if token in ("not", "never", "neither", "nor"):
            if after and after[0] in ("only", "merely", "just", "simply"):
                index += 2
            elif after and after[0] in ("later", "less", "more", "fewer", "earlier"):
                index = _aside_end(tokens, index)
            elif token == "not" and after and after[0] == "under":
                index += 1
            else:
                denials += 1
                index += 1
        elif token == "no" and after[:1] == ["longer"]:
            denials += 1
            index += 2
        elif token == "no" and after[:1] and after[0] in ("later", "less", "sooner"):
            index = _aside_end(tokens, index)
        elif phrase := denial_before(tokens[index:]):
            denials += 1
            index += phrase
        elif token == "," or token == ":":
            close = next((at for at in range(index + 1, len(tokens)) if tokens[at] == ","), None)
            index = close + 1 if token == "," and close is not None and _opens_aside(tokens[index + 1 :]) else index + 1
        elif token in lexicon.ADVERB or (token.endswith("ly") and token not in lexicon.LY_VERB):
            index += 1
        elif token in lexicon.CIRCUMSTANCE and (end := _circumstance(tokens, index)) > index:
            index = end
        else:
            break
    return tokens[index:], denials


def _aside_end(tokens: Tokens, index: int) -> int:
    """The end of a circumstance that began here: after the next comma, or the whole where none closes it."""
    close = next((at for at in range(index, len(tokens)) if tokens[at] == ","), None)
    return close + 1 if close is not None else len(tokens)


def _circumstance(tokens: Tokens, index: int) -> int:
    """The end of ``at all times``, ``to the fullest extent possible``, ``on request``: only words of such phrases."""
    at = index + 1
    while at < len(tokens) and at - index < 12 and (tokens[at] in lexicon.CIRCUMSTANTIAL or tokens[at].isdigit()):
        at += 1
    return at if at > index + 1 else index


def is_gerund(token: str) -> bool:
    """Whether a word looks like a verb's form in -ing."""
    return len(token) > 4 and token.endswith("ing") and token not in lexicon.NO_GERUND


def is_participle(token: str) -> bool:
    """Whether a word looks like a past participle."""
    return (token.endswith(("ed", "en")) and token != "open") or token in lexicon.PARTICIPLE
