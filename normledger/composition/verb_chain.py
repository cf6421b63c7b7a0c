"""The chain of verbs in a predicate: whether what stands at its end is to be done, or not.

Belongs here: verbs that turn the sign of what follows (refrain from, fail to), that hand it on (maintain the practice
of, ensure that, undertake to), or that only try. Does not belong here: modals, and what they make of it (`predicates`).
"""

from normledger.composition import deontic_words as lexicon
from normledger.composition.deontic_words import Force
from normledger.composition.main_clause import Tokens, denied_subject, is_gerund, past_adverbs, without_aside
from normledger.composition.record import Polarity


def chain(tokens: Tokens, depth: int = 0) -> tuple[int, bool]:
    """The sign of what is done (1: it is done, -1: it is not), and whether it is only tried."""
    tokens, denials = past_adverbs(tokens)
    tries = False
    sign = turned(denials)
    if not tokens or depth > 12:
        return sign, tries
    verb, rest = tokens[0], tokens[1:]

    def follow(further: Tokens, turn: int = 1, trying: bool = False) -> tuple[int, bool]:
        inner, inner_tries = chain(further, depth + 1)
        return sign * turn * inner, tries or trying or inner_tries

    if verb in lexicon.OF or verb in ("that", "it", "to"):
        return follow(rest)
    if verb in lexicon.TURN and rest and _denied_object(rest) and rest[0] not in ("from", "neither"):
        return sign, tries
    if verb in lexicon.TURN and not _only_noun(verb, rest):
        return follow([]) if rest[:1] == ["neither"] else follow(_turn(rest), -1)
    if verb in lexicon.KEEP_AWAY and rest[1:2] and rest[0] in lexicon.AWAY and rest[1] in ("of", "from"):
        return follow(rest[2:], -1)
    if verb in lexicon.RESIST and rest and is_gerund(rest[0]):
        return follow(rest, -1)
    if verb in lexicon.STOP and rest[:1] == ["short"]:
        return follow(rest[1:], -1)
    if verb in lexicon.BRING and "end" in rest[:3] and "to" in rest[:4]:
        verb, rest = "end", rest[max(rest.index("end"), rest.index("to")) + 1 :]
    if verb in lexicon.STOP:
        halts = is_gerund(rest[0]) if rest else False
        kept = next((at for at, token in enumerate(rest[:3]) if token in lexicon.KEPT), None)
        own = kept is not None and (rest[0] in lexicon.POSSESSIVE or rest[kept + 1 : kept + 2] == ["of"])
        if halts and "from" not in rest[1:2]:
            return follow(rest, -1)
        return (sign * -1, tries) if own else (sign, tries)
    if verb in lexicon.KEEP and rest[:1] == ["from"]:
        return follow(rest[1:], -1)
    further, _ = past_adverbs(rest)
    if verb in lexicon.TRY and further and (further[0] in lexicon.AFTER_TRY or is_gerund(further[0])):
        return follow(rest, trying=True)
    if verb in lexicon.WORK and rest[:1] and rest[0] in ("to", "toward", "towards"):
        return follow(rest, trying=True)
    if verb in lexicon.GO_ON and rest[:1] and (is_gerund(rest[0]) or (rest[0] == "to" and verb not in lexicon.KEEP_TO)):
        return follow(rest)
    if verb in lexicon.HAND_ON and (rest[:1] and rest[0] in lexicon.AFTER_PLEDGE):
        return follow([token for token in rest[:2] if token not in lexicon.ONESELF] + [*rest[2:]])
    if verb in lexicon.EFFORT_VERB:
        effort = next((at for at, token in enumerate(rest[:7]) if token in lexicon.EFFORT), None)
        if effort is not None:
            return (chain(complement(rest[effort + 1 :]), depth + 1)[0] * sign, True)
    if verb in lexicon.TAKE:
        step = next((at for at, token in enumerate(rest[:7]) if token in lexicon.STEP), None)
        if step is not None and not any(token in ("no", "neither") for token in rest[:step]):
            end = next((at for at in range(step + 1, min(len(rest), step + 6)) if rest[at] in ("to", "not")), None)
            if end is not None:
                return follow(rest[end:])
    if verb in lexicon.ENSURE and (verb not in lexicon.ENSURE_THAT or any(t in ("that", "sure") for t in rest[:4])):
        return (sign * ensured(rest), tries)
    if verb in lexicon.EXERCISE and any(token in lexicon.RESTRAINT for token in rest[:3]):
        return -sign, tries
    if rest and _denied_object(rest):
        return -sign, tries
    if verb in lexicon.KEEP or verb in lexicon.OBSERVE:
        return (sign * _kept(rest, observed=verb in lexicon.OBSERVE), tries)
    if verb.startswith("non-") and verb not in lexicon.NON_ADJECTIVE:
        return -sign, tries
    if verb in lexicon.KEPT_RULE and rest:
        return (sign * _kept(tokens, observed=True), tries)
    return sign, tries


def _turn(rest: Tokens) -> Tokens:
    """What a verb of refraining refrains from, where that is a verb again and may turn once more; else nothing."""
    if rest[:1] and rest[0] in ("from", "to", "of", "against", "in"):
        return [] if rest[1:2] == ["the"] else rest[1:]
    if rest[:1] and (is_gerund(rest[0]) or rest[0] in ("not", "ever")):
        return rest
    return []


def _only_noun(verb: str, rest: Tokens) -> bool:
    return verb in ("fail", "fails", "failing", "omit") and not (rest[:1] and rest[0] in ("to", "in"))


def _denied_object(rest: Tokens) -> bool:
    """``impose no duties``, ``engage in no practice``, ``publish neither``; not ``no later than``."""
    at = 1 if rest[0] in lexicon.OF and len(rest) > 1 else 0
    if rest[at] in ("nothing", "nobody", "none"):
        return True
    follow = rest[at + 1] if len(rest) > at + 1 else ""
    return rest[at] in ("no", "neither") and follow not in ("later", "less", "more", "fewer", "longer", "sooner")


def ensured(rest: Tokens) -> int:
    """-1 where an absence is to be ensured: ``that no …``, ``that its agencies do not …``, ``the absence of …``."""
    at = next((at for at, token in enumerate(rest[:8]) if token == "that"), None)
    if at is None:
        head = rest[:4]
        if rest[:1] == ["no"] or any(token in lexicon.ABSENCE for token in head):
            return -1
        return -1 if any(t.startswith("non-") and t not in lexicon.NON_ADJECTIVE for t in head) else 1
    inner = without_aside([*rest[at + 1 :]])
    denials = denied_subject(inner)
    for index, token in enumerate(inner[:40]):
        if token in lexicon.RELATIVE and index:
            continue
        if token in (*lexicon.BE, *lexicon.HAVE, *lexicon.DO, *lexicon.MODAL, "not", "never"):
            tail, more = past_adverbs(inner[index:] if token in ("not", "never") else inner[index + 1 :])
            if tail[:1] == ["be"]:
                tail, again = past_adverbs(tail[1:])
                more += again
            denials += more
            if tail and (tail[0] in lexicon.FORBIDDEN or tail[0] in lexicon.TURN):
                denials += 1
            break
        if token in lexicon.TURN and index and inner[index - 1] not in lexicon.DETERMINER:
            denials += 1
            break
        if denials and token in lexicon.STANDING_IN_THE_WAY:
            denials += 1
            break
    return turned(denials)


def _kept(rest: Tokens, *, observed: bool) -> int:
    """-1 where what is kept is an abstention: ``its practice of not imposing``, ``the moratorium on``."""
    for at, token in enumerate(rest[:16]):
        further = rest[at + 1 : at + 3]
        if token in ("not", "never") and further and (is_gerund(further[0]) or further[0] == "to"):
            return -1 * chain(further[1:] if further[0] == "to" else rest[at + 1 :])[0]
        if token in lexicon.TURN and (token.endswith("ing") or (at and rest[at - 1] == "to")):
            return chain(rest[at:])[0]
        if token in lexicon.MORATORIUM or (observed and token in lexicon.BAN):
            return -1
        if (
            token.startswith("non-")
            and token not in lexicon.NON_ADJECTIVE
            and (observed or token.endswith("imposition"))
        ):
            return -1
        if token in (",", ";") or token in lexicon.RELATIVE:
            break
    return 1


def complement(tokens: Tokens) -> Tokens:
    """What follows the next ``to`` or ``from`` with its denial, past whom it concerns; nothing where there is none."""
    for at, token in enumerate(tokens[:14]):
        if token in ("to", "from", "against") or (token in ("of", "in", "not") and _next_gerund(tokens, at)):
            sign = tokens[at - 1 : at] if at and tokens[at - 1] in ("not", "never") else []
            return [*sign, *tokens[at + (token != "not") :]]
    return []


def _next_gerund(tokens: Tokens, at: int) -> bool:
    further = [token for token in tokens[at + 1 : at + 3] if token not in ("not", "never")]
    return bool(further) and is_gerund(further[0])


def turned(denials: int) -> int:
    return -1 if denials % 2 else 1


def signed(sign: int) -> Polarity:
    return "require" if sign > 0 else "refrain"


def force_of(tries: bool, force: Force) -> Force:
    return "intends" if tries and force != "may" else force
