"""What a main clause asks for: its operator and its predicate made one of require, refrain and permit.

Belongs here: modals, deontic adjectives and nouns, pledges, appeals, what a text does to those whom it binds. Does not
belong here: finding the main clause (`main_clause`), or the verbs of the predicate (`verb_chain`).
"""

from normledger.composition import deontic_words as lexicon
from normledger.composition.deontic_words import Force
from normledger.composition.main_clause import (
    Tokens,
    denial_before,
    denied_subject,
    is_actor,
    is_finite,
    is_gerund,
    is_paper,
    is_participle,
    operator,
    past_adverbs,
    without_aside,
)
from normledger.composition.record import Polarity
from normledger.composition.verb_chain import chain, complement, ensured, force_of, signed, turned

Meaning = tuple[Polarity, Force]
"""Polarity and strength."""

_UNKNOWN: Meaning = ("unknown", "unknown")


def clause(tokens: Tokens) -> Meaning:
    """A main clause, from its subject on."""
    tokens = [*tokens]
    while tokens and (tokens[0] in lexicon.CONNECTIVE or tokens[0] in ",;:"):
        tokens = tokens[1:]
    if not tokens:
        return _UNKNOWN
    if denial := denial_before(tokens):
        return _inverted(tokens[denial:])
    at = operator(tokens)
    if at is None or _is_bare(tokens):
        return _present(tokens)
    return _operate(tokens, at)


def _inverted(tokens: Tokens) -> Meaning:
    """``Under no circumstances shall a Party …``: operator, subject, predicate; and ``never sell …``."""
    while tokens and tokens[0] == ",":
        tokens = tokens[1:]
    if tokens and tokens[0] in lexicon.MODAL:
        end = next((at for at, token in enumerate(tokens[1:8], 1) if token in lexicon.ACTOR), None)
        if end is None:
            end = next((at for at, token in enumerate(tokens[1:8], 1) if token in lexicon.DEONTIC_HEAD), 3) - 1
        return _modal(tokens[0], tokens[end + 1 :], 1, tokens[1 : end + 1], paper=False)
    at = operator(tokens)
    if at is not None and not _is_bare(tokens):
        return _operate(tokens, at, 1)
    return signed(-chain(tokens)[0]), force_of(chain(tokens)[1], "unknown")


def _operate(tokens: Tokens, at: int, denials: int = 0) -> Meaning:
    word, subject, after = tokens[at], tokens[:at], tokens[at + 1 :]
    denials += denied_subject(subject)
    paper = is_paper(subject)
    if word in lexicon.MODAL:
        return _modal(word, after, denials, subject, paper=paper)
    if word == "means":
        return _UNKNOWN
    if word in lexicon.DO:
        after, more = past_adverbs(after)
        if after and after[0] in lexicon.DESCRIBING and not is_actor(subject) and not paper:
            return _UNKNOWN
        if paper:
            return _of_paper(after, denials + more), "unknown"
        return _predicate(after, denials + more, "unknown")
    if word in lexicon.BE:
        return _be(after, denials, "", subject)
    if word in lexicon.HAVE:
        after, more = past_adverbs(after)
        if not after or after[0] not in lexicon.PLEDGE | lexicon.AFFIRM | lexicon.URGE:
            return _have(after, denials + more, "") or _UNKNOWN
        word, after, denials = after[0], after[1:], denials + more  # the perfect: have agreed to
    if word in lexicon.PLEDGE or word in lexicon.INTENT_FINITE:
        return _performed(after, "will" if word in lexicon.PLEDGE else "intends", denials)
    if word in lexicon.AFFIRM or (word in lexicon.TAKE and after[:1] == ["note"]):
        return _affirmed(after)
    if word in lexicon.URGE:
        return _urged(after)
    if word in lexicon.RESERVE:
        return "permit", "may"
    if paper:
        polarity = _of_paper(tokens[at:], denials)
        if polarity == "unknown":
            return _UNKNOWN
        return polarity, "may" if polarity == "permit" and not denials else "shall" if not denials else "unknown"
    sign, tries = chain(tokens[at:])
    force: Force = "will" if word in lexicon.RENOUNCE else "unknown"
    return signed(sign * turned(denials)), force_of(tries, force)


def _modal(word: str, after: Tokens, denials: int, subject: Tokens, *, paper: bool) -> Meaning:
    force = lexicon.MODAL[word]
    rest, more = past_adverbs(after)
    denials += more
    if word in ("need", "needs"):
        return ("permit" if denials % 2 else signed(chain(rest)[0])), force
    head = rest[0] if rest else ""
    if head == "be":
        return _be(rest[1:], denials, word, subject, paper=paper)
    if head == "have":
        special = _have(rest[1:], denials, word)
        if special:
            return special
    transitive = head == "apply" and rest[1:2] and rest[1] not in lexicon.OF
    if paper or (denials % 2 and head in lexicon.STANDING_IN_THE_WAY and not is_actor(subject) and not transitive):
        return _of_paper(rest, denials, force), force
    if head in lexicon.DEFINING and not is_actor(subject):
        return "unknown", force
    if force == "may":
        sign, _ = chain(rest)
        return ("permit" if denials % 2 == 0 else signed(-sign)), force
    if _keeps_leave(head, rest[1:5]):
        return ("permit" if denials % 2 == 0 else "refrain"), force
    return _predicate(rest, denials, force)


def _predicate(rest: Tokens, denials: int, force: Force) -> Meaning:
    """What is to be done: the chain's sign, turned by each denial."""
    if not rest:
        return "unknown", force
    special = _embedded(rest, denials, force)
    if special:
        return special
    sign, tries = chain(rest)
    return signed(sign * turned(denials)), force_of(tries, force)


def _embedded(rest: Tokens, denials: int, force: Force) -> Meaning | None:
    """Verbs within the predicate that bring a modality of their own: ``does not have to``, ``do not need to``."""
    if rest[0] in ("have", "need") and rest[1:2] == ["to"]:
        return (("permit" if denials % 2 else signed(chain(rest[2:])[0])), "shall" if force == "unknown" else force)
    if rest[0] in ("have", "has"):
        return _have(rest[1:], denials, "")
    if rest[0] in lexicon.URGE and force == "unknown":
        return _UNKNOWN
    if rest[0] in lexicon.AFFIRM and force == "unknown" and rest[0] not in lexicon.ACTING:
        return "unknown", "affirms"
    return None


def _be(after: Tokens, denials: int, modal: str, subject: Tokens, *, paper: bool = False) -> Meaning:
    """``be (not) required to``, ``be free to``, ``be construed as``, ``are to``; else a passive or a description."""
    force: Force = lexicon.MODAL.get(modal, "unknown")
    if [*subject] == ["it"] and after[:1] == ["for"] and "to" in after[:9]:  # it is for each member to publish
        return signed(chain(complement(after))[0]), (force if modal else "shall")
    rest, more = past_adverbs(after)
    denials += more
    if rest[:2] == ["to", "be"]:
        modal = modal or "shall"
        force = lexicon.MODAL[modal]
        rest, more = past_adverbs(rest[2:])
        denials += more
    odd = denials % 2 == 1
    if not rest:
        return "unknown", force
    head, tail = rest[0], rest[1:]
    if head in lexicon.AGREED and tail[:1] == ["that"] and not modal:
        inner, strength = clause(without_aside([*tail[1:]]))
        return inner, (strength if strength != "unknown" else "will")
    if head in lexicon.TAKEN_AS and not (head == "taken" and tail[:1] not in (["as"], ["to"])):
        return _taken_as(tail, odd, force)
    if head in lexicon.DUTY:
        duty: Force = force if modal else "should" if head in lexicon.MERELY_EXPECTED else "shall"
        if tail[:1] == ["that"] or "to" in tail[:6]:
            return ("permit" if odd else signed(chain(complement(tail))[0])), duty
        return ("permit" if odd else "require"), duty
    if head in lexicon.LEAVE or rest[:2] == ["at", "liberty"]:
        sign, _ = chain(complement(tail))
        return (signed(-sign) if odd else "permit"), (force if modal else "may")
    if head in lexicon.FORBIDDEN:
        sign, _ = chain(complement(tail))
        return ("permit" if odd else signed(-sign)), (force if modal else "shall")
    if [*subject] == ["it"] and rest[:2] == ["open", "to"]:  # it is open to any member to publish
        return (signed(-chain(complement(tail[1:]))[0]) if odd else "permit"), (force if modal else "may")
    if head in lexicon.MINDFUL and not modal:
        return _affirmed(tail)
    if head in lexicon.EXEMPT:
        return ("require" if odd else "permit"), (force if modal else "may")
    if head in lexicon.CAREFUL:
        return signed(chain(complement(tail))[0] * turned(denials)), force
    if head in lexicon.COMMITTED:
        sign, tries = chain(complement(tail))
        return signed(sign * turned(denials)), force_of(tries, force if modal else "will")
    if head in lexicon.DISCOURAGED and modal in ("", "should"):
        return signed(-chain(complement(tail))[0] * turned(denials)), (force if modal else "should")
    if (head in lexicon.URGED or head in lexicon.IMPORTANT) and tail[:1] == ["that"]:
        return _asked_for([*tail[1:]]), (force if modal else "should")
    if head in lexicon.URGED and modal in ("", "should"):
        asked = -1 if tail[:1] == ["against"] else 1
        return signed(asked * chain(complement(tail))[0] * turned(denials)), (force if modal else "should")
    noun = _deontic_noun(rest, odd, force if modal else "unknown")
    if noun:
        return noun
    if modal:
        if any(token in lexicon.EFFORT for token in subject[:4]) and head in ("made", "used", "undertaken"):
            return signed(chain(complement(tail))[0] * turned(denials)), "intends"
        return _be_done(rest, denials, force, paper=paper)
    if head == "to" and any(token in lexicon.INTENTION for token in subject[:4]):
        return _UNKNOWN
    if head == "to" and tail:
        sign, tries = chain(tail)
        return signed(sign * turned(denials)), force_of(tries, "shall")
    return _UNKNOWN


def _deontic_noun(rest: Tokens, odd: bool, force: Force) -> Meaning | None:
    """``It is the duty of every operator to``, ``there is no obligation to``, ``it is the intention of``."""
    for at, token in enumerate(rest[:5]):
        if token == "no" or token in ("without",):
            odd = not odd
        elif token in lexicon.OBLIGATION:
            sign = chain(complement(rest[at + 1 :]))[0]
            return ("permit" if odd else signed(sign)), ("shall" if force == "unknown" else force)
        elif token in lexicon.RIGHT:
            sign = chain(complement(rest[at + 1 :]))[0]
            return (signed(-sign) if odd else "permit"), ("may" if force == "unknown" else force)
        elif token in lexicon.INTENTION:
            return signed(chain(complement(rest[at + 1 :]))[0] * (-1 if odd else 1)), "intends"
        elif token != "under" and token not in lexicon.DETERMINER and token not in lexicon.ADJECTIVE_OF_DUTY:
            return None
    return None


def _be_done(rest: Tokens, denials: int, force: Force, *, paper: bool) -> Meaning:
    """A passive or a state with a modal: ``shall be avoided``, ``shall be no discrimination``, ``may be used``."""
    head = rest[0]
    compared = rest[1:2] in (["later"], ["less"], ["more"], ["fewer"], ["longer"])
    nothing = head in ("no", "neither", "none") and not compared
    if nothing or head in lexicon.TURN or head in lexicon.TURN_PASSIVE:
        denials += 1
    elif force == "may":
        pass
    elif paper and not is_participle(head):
        return "unknown", force
    elif head in lexicon.STATE or (denials % 2 == 0 and head in lexicon.PLACE):
        return ("unknown" if denials % 2 == 0 else "refrain"), force
    if force == "may":
        refusing = head in lexicon.TURN or head in lexicon.TURN_PASSIVE
        return ("permit" if (denials - refusing) % 2 == 0 else ("require" if refusing else "refrain")), force
    return signed(turned(denials)), force


def _have(rest: Tokens, denials: int, modal: str) -> Meaning | None:
    """``shall have the right to``, ``has a duty to``, ``has no obligation``, ``has to``; None where it is no such."""
    force: Force = lexicon.MODAL.get(modal, "unknown")
    if rest[:1] == ["to"]:
        sign, _ = chain(rest[1:])
        return ("permit" if denials % 2 else signed(sign)), (force if modal else "shall")
    window = rest[:5]
    for at, token in enumerate(window):
        if token in ("no", "neither"):
            denials += 1
        elif token in lexicon.RIGHT:
            sign = chain(complement(rest[at + 1 :]))[0]
            return (signed(-sign) if denials % 2 else "permit"), (force if modal else "may")
        elif token in lexicon.OBLIGATION:
            sign = chain(complement(rest[at + 1 :]))[0]
            return ("permit" if denials % 2 else signed(sign)), (force if modal else "shall")
        elif token in lexicon.INTENTION:
            return signed(chain(complement(rest[at + 1 :]))[0] * turned(denials)), "intends"
        elif token in lexicon.OF:
            return None
    return None


def _taken_as(rest: Tokens, odd: bool, force: Force) -> Meaning:
    """``Nothing shall be construed to prevent …``: what the text is not to be read as; else it only explains."""
    if not odd:
        return "unknown", force
    return _of_paper(
        [token for token in rest[:12] if token not in ("as", "to", "so", "such", ",", ":")], 1, force
    ), force


def _of_paper(rest: Tokens, denials: int, force: Force = "unknown") -> Polarity:
    """What a text does to those whom it binds: it prevents, obliges, allows, or it only says something of itself."""
    odd = denials % 2 == 1
    head = lexicon.PAPER_ACT.get(rest[0], "") if rest else ""
    if not head and rest and (rest[0] in ("in", "or", "any") or rest[0].endswith("ly")):
        head = next((lexicon.PAPER_ACT[token] for token in rest[1:6] if token in lexicon.PAPER_ACT), "")
    window = rest[1:14]
    if head == "preclude":
        if odd:
            return "permit"
        return signed(-chain(complement(window))[0]) if rest[0] in lexicon.FORBIDDING else "unknown"
    if head == "affect":
        duties = any(token in lexicon.OBLIGATION for token in window) and not any(t in lexicon.RIGHT for t in window)
        return "permit" if odd and not duties else "unknown"
    if head == "oblige":
        return "permit" if odd else signed(chain(complement(window))[0])
    if head == "give":
        wanted = any(token in lexicon.OBLIGATION for token in window)
        return ("permit" if wanted else "refrain") if odd else ("require" if wanted else "permit")
    if head == "allow":
        return "refrain" if odd else "permit"
    if head == "apply":
        return "permit" if odd else "unknown"
    return "permit" if force == "may" and not odd else "unknown"


def _performed(after: Tokens, force: Force, denials: int) -> Meaning:
    """What a verb of pledging or intending announces: ``agree that …``, ``commit ourselves never to …``."""
    rest = [*after]
    while rest and (rest[0] in lexicon.ONESELF or rest[0] in lexicon.ADVERB or rest[0].endswith("ly")):
        further = rest[1:]
        rest = further[1:] if rest[0] == "and" and further and further[0] in lexicon.PLEDGE else further
    if rest[:1] == ["that"]:
        inner, strength = clause(without_aside(rest[1:]))
        return inner, (strength if strength not in ("unknown", "affirms") and force == "will" else force)
    sign, tries = chain(rest)
    if not rest or rest[0] == "as" or (rest[0] in lexicon.OF and rest[0] != "to" and sign > 0 and force != "will"):
        return "unknown", force
    return signed(sign * turned(denials)), force_of(tries, force)


def _affirmed(after: Tokens) -> Meaning:
    """What is affirmed: a clause with a modality of its own, a commitment, a right; else only that something is so."""
    for at, token in enumerate(after[:8]):
        if token == "that":
            return _affirmed_clause(without_aside([*after[at + 1 :]])), "affirms"
        if token in lexicon.RIGHT or token in lexicon.UNDERTAKING:
            to = next((place for place in range(at + 1, min(len(after), at + 11)) if after[place] == "to"), None)
            if to is None:
                return "unknown", "affirms"
            further = [*(after[to - 1 : to] if after[to - 1] in ("not", "never") else []), *after[to + 1 :]]
            begins = [word for word in further[:3] if word not in ("not", "never")][:1]
            if not begins or begins[0] in lexicon.DETERMINER or "and" in after[at + 1 : at + 2]:
                return "unknown", "affirms"
            return ("permit" if token in lexicon.RIGHT else signed(chain(further)[0])), "affirms"
        if token in lexicon.OF and token not in ("to", "of"):
            break
    return "unknown", "affirms"


def _affirmed_clause(inner: list[str]) -> Polarity:
    """What a clause after ``recognise that`` asks for: a duty as it is; what may or will be, only of who can act."""
    polarity, strength = clause(inner)
    if strength == "unknown":
        return "unknown"
    at = operator(inner)
    if at is not None and lexicon.MODAL.get(inner[at], "shall") in ("may", "will"):
        somebody = is_actor(inner[:at]) or inner[0] in ("their", "its", "our", "no", "neither", "nothing", "none")
        if inner[at] in ("can", "could", "might") or not somebody:
            return "unknown"
    return polarity


def _urged(after: Tokens) -> Meaning:
    """``We call upon all governments to refrain …``, ``recommends that States …``: what the addressee is asked for."""
    if after[:1] == ["that"]:
        return _asked_for([*after[1:]]), "should"
    if after[:1] == ["against"]:
        return signed(-chain(after[1:])[0]), "should"
    for at, token in enumerate(after[:16]):
        if token == "to":
            sign = -1 if at and after[at - 1] in ("not", "never") else 1
            return signed(sign * chain(after[at + 1 :])[0]), "should"
    return _UNKNOWN


def _asked_for(tokens: list[str]) -> Polarity:
    """A clause after ``recommends that``: with an operator of its own, or in the subjunctive."""
    inner = without_aside(tokens)
    polarity, _ = clause(inner)
    return polarity if polarity != "unknown" else signed(ensured(["that", *inner]))


def _present(tokens: Tokens) -> Meaning:
    """Without an operator: a command, an infinitive or a gerund of a list, an actor with its verb in the present."""
    if not tokens:
        return _UNKNOWN
    rest, denials = past_adverbs(tokens)
    if not rest:
        return _UNKNOWN
    if rest[0] == "to" and len(rest) > 1:
        sign, tries = chain(rest)
        return signed(sign * turned(denials)), force_of(tries, "unknown")
    if rest[0] == "do" and rest[1:2] == ["not"]:
        sign, tries = chain(rest[2:])
        return signed(-sign), force_of(tries, "unknown")
    if rest[0] == "no" and rest[-1:] != ["no"] and is_gerund(rest[1]) if len(rest) > 1 else False:
        return "refrain", "unknown"
    if rest[0] in lexicon.AFFIRM and is_gerund(rest[0]):
        return "unknown", "affirms"
    if rest[0] in lexicon.COMMAND or rest[0] in lexicon.TURN or (is_gerund(rest[0]) and rest[0] not in lexicon.NO_VERB):
        sign, tries = chain(rest)
        return signed(sign * turned(denials)), force_of(tries, "unknown")
    return _actor_present(tokens)


def _actor_present(tokens: Tokens) -> Meaning:
    """``Parties report …``, ``each member trains its staff``, ``we never sell …``: an actor and then its verb."""
    for at, token in enumerate(tokens[:6]):
        if token in lexicon.OF or token in (",", ";", ":") or token in lexicon.RELATIVE:
            return _UNKNOWN
        if token in lexicon.ACTOR or (at == 0 and token in ("we", "nobody")):
            rest, denials = past_adverbs(tokens[at + 1 :])
            if not rest or rest[0] in lexicon.NO_VERB or rest[0] in lexicon.OF:
                return _UNKNOWN
            if rest[0] in lexicon.AFFIRM and rest[0] not in lexicon.ACTING:
                return "unknown", "affirms"
            if rest[0] in lexicon.ACTOR or rest[0] in ",;:'" or rest[0].endswith("ed") or rest[0] in ("and", "or"):
                continue
            plural = token == "we" or token.endswith("s")
            if plural == rest[0].endswith("s") and not rest[0].endswith("ss"):
                return _UNKNOWN
            sign, tries = chain(rest)
            return signed(sign * turned(denials + denied_subject(tokens[: at + 1]))), force_of(tries, "unknown")
    return _UNKNOWN


def _is_bare(tokens: Tokens) -> bool:
    """Whether the sentence begins as a command or an item of a list, and its modal stands further down."""
    head = tokens[0]
    if head in ("to", "not") and len(tokens) > 1:
        return head == "to" or tokens[1] in ("to",) or is_gerund(tokens[1])
    if tokens[:2] == ["do", "not"]:
        return True
    if head in lexicon.COMMAND and len(tokens) > 1:
        return tokens[1] in lexicon.SUBJECT_START or tokens[1] in lexicon.OF or not is_finite(tokens, 1)
    return False


def _keeps_leave(verb: str, rest: Tokens) -> bool:
    """``remain free to``, ``retain full discretion``, ``keep the right``; not ``keep products free from flaws``."""
    if verb in ("remain", "stay", "feel"):
        return any(token in lexicon.LEAVE for token in rest[:2]) and "to" in rest
    if verb in ("retain", "reserve", "enjoy") or (verb == "keep" and rest[:1] and rest[0] in lexicon.DETERMINER):
        return any(token in lexicon.RIGHT for token in rest)
    return False
