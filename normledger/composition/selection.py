"""What of a record is composed: one world, and whom the reader trusts; everything else is left out and listed.

Belongs here: leaving out, and joining actors that recognised authors call one. Does not belong here: which alignments
count (`alignment.choose`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from normledger.composition.record import (
    Actor,
    AgreementText,
    ClauseText,
    Past,
    Recognition,
    Record,
    TrustPolicy,
    Undertaking,
)
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash, is_exercise


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that is not counted, and why."""

    what: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What is composed. `document_of` names each agreement's document, `related` holds every relation twice.

    `recognitions` are those by which two actors became one.
    """

    actors: tuple[Actor, ...]
    agreements: Mapping[Hash, AgreementText]
    clauses: Mapping[ClauseId, tuple[ClauseText, ...]]
    undertakings: tuple[Undertaking, ...]
    document_of: Mapping[Hash, Hash]
    related: Mapping[Hash, frozenset[Hash]]
    left_out: tuple[LeftOut, ...]
    past: tuple[Past, ...] = ()
    recognitions: tuple[Recognition, ...] = ()


def select(record: Record, policy: TrustPolicy) -> Selection:
    """Keep what counts. Raises `InputError` for a record that contradicts itself."""
    actors, agreements = _checked(record)
    left_out: list[LeftOut] = []
    world_of = {one.id: one.world for one in agreements.values()}
    undertakings = _trusted(record, policy, left_out)
    spoken_of = {one.agreement for one in record.undertakings} - {one.agreement for one in undertakings}
    kept: dict[Hash, AgreementText] = {}
    for one in agreements.values():
        if one.world is None:
            left_out.append(LeftOut("agreement", str(one.id), "its parties are of both worlds"))
        elif one.world != record.world:
            left_out.append(LeftOut("agreement", str(one.id), f"it is of the other world ({one.world})"))
        elif one.id in spoken_of:
            left_out.append(LeftOut("agreement", str(one.id), "only observers not named by the trust policy report it"))
        else:
            kept[one.id] = one
    for absent in sorted({one.agreement for one in undertakings} - agreements.keys()):
        left_out.append(LeftOut("agreement", str(absent), "its text is not at hand"))
    worlds: dict[str, set[str | None]] = defaultdict(set)
    for undertaking in record.undertakings:
        worlds[undertaking.actor].add(world_of.get(undertaking.agreement))
    straddling = set()
    for key in sorted(actors):
        claimed = {"exercise"} if is_exercise(key) else set() if key.startswith("0x") else {"real"}
        if len((worlds[key] | claimed) - {None}) > 1:
            straddling.add(key)
            left_out.append(LeftOut("party", key, "it is of both worlds"))
        elif (worlds[key] | claimed) - {None, record.world}:
            straddling.add(key)
    undertakings = [one for one in undertakings if one.agreement in kept and one.actor not in straddling]
    same_as, recognitions = _merged(actors.keys() - straddling, actors.keys(), record, policy, left_out)
    undertakings = [
        replace(
            one,
            actor=same_as[one.actor],
            toward=None if one.toward is None else frozenset(same_as.get(key, key) for key in one.toward),
        )
        for one in undertakings
    ]
    bound = {one.actor for one in undertakings}
    clauses: dict[ClauseId, list[ClauseText]] = defaultdict(list)
    for agreement in sorted(kept):
        for clause in sorted(kept[agreement].clauses, key=lambda clause: (clause.position, clause.id)):
            clauses[clause.id].append(clause)
    by_id = {clause: tuple(texts) for clause, texts in clauses.items()}
    document_of = _documents(kept, by_id)
    return Selection(
        tuple(actors[key] for key in sorted(bound)),
        dict(sorted(kept.items())),
        by_id,
        tuple(undertakings),
        document_of,
        _related(kept, document_of),
        tuple(sorted(left_out, key=lambda one: (one.what, one.name, one.why))),
        tuple(
            replace(one, actor=same_as[one.actor])
            for one in record.past
            if one.agreement in kept and one.actor in same_as and (one.author is None or one.author in policy.reports)
        ),
        recognitions,
    )


def _checked(record: Record) -> tuple[dict[str, Actor], dict[Hash, AgreementText]]:
    actors: dict[str, Actor] = {}
    for actor in record.actors:
        if actors.setdefault(actor.key, actor) != actor:
            raise InputError(f"actor {actor.key!r} is described in two ways; keep one", field="actors")
    agreements: dict[Hash, AgreementText] = {}
    for agreement in record.agreements:
        if agreements.setdefault(agreement.id, agreement) != agreement:
            raise InputError(f"agreement {agreement.id} stands in the record in two ways; keep one", field="agreements")
        if any(clause.agreement != agreement.id for clause in agreement.clauses):
            raise InputError(f"agreement {agreement.id} holds a clause of another one", field="agreements")
    for one in record.undertakings:
        if one.actor not in actors:
            raise InputError(f"{one.actor!r} undertook something and is not among the actors", field="undertakings")
        if (one.author is None) != (record.basis == "consented"):
            raise InputError(
                f"a record of what was {record.basis} holds an undertaking of the other basis; compose them apart",
                field="undertakings",
            )
    return actors, agreements


def _trusted(record: Record, policy: TrustPolicy, left_out: list[LeftOut]) -> list[Undertaking]:
    trusted: list[Undertaking] = []
    unheard: dict[bytes, int] = defaultdict(int)
    for one in sorted(set(record.undertakings), key=lambda one: (one.actor, one.agreement, sorted(one.acts))):
        if one.author is None or one.author in policy.reports:
            trusted.append(one)
        else:
            unheard[one.author] += 1
    for author, count in sorted(unheard.items()):
        left_out.append(
            LeftOut(
                "reports of an observer", str(Hash(author)), f"not named by the trust policy ({count} undertakings)"
            )
        )
    return trusted


def _merged(
    usable: Iterable[str], known: Iterable[str], record: Record, policy: TrustPolicy, left_out: list[LeftOut]
) -> tuple[dict[str, str], tuple[Recognition, ...]]:
    """Each actor's key to the smallest key of those recognised as the same actor, never across worlds; and by what."""
    parent = {key: key for key in usable}
    everybody = set(known)

    def root(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    heard = []
    for said in sorted(record.recognitions, key=lambda said: (said.one, said.other, said.by, said.act)):
        one, other = sorted((said.one, said.other))
        if one not in everybody or other not in everybody:
            continue  # somebody of whom this record knows nothing
        if said.by not in policy.recognitions:
            left_out.append(LeftOut("recognition", f"{one} = {other}", f"the trust policy does not name {said.by}"))
        elif one in parent and other in parent:
            first, second = sorted((root(one), root(other)))
            parent[second] = first
            heard.append(said)
        else:
            left_out.append(LeftOut("recognition", f"{one} = {other}", "it joins two worlds"))
    return {key: root(key) for key in parent}, tuple(heard)


def _documents(
    agreements: Mapping[Hash, AgreementText], clauses: Mapping[ClauseId, tuple[ClauseText, ...]]
) -> dict[Hash, Hash]:
    """Agreements that share a clause id are one document, since a clause's id binds its document."""
    name = {one: one for one in agreements}

    def root(one: Hash) -> Hash:
        while name[one] != one:
            one = name[one]
        return one

    for clause in sorted(clauses):
        holders = sorted({text.agreement for text in clauses[clause]})
        for other in holders[1:]:
            first, second = sorted((root(holders[0]), root(other)))
            name[second] = first
    return {one: root(one) for one in sorted(agreements)}


def _related(agreements: Mapping[Hash, AgreementText], document_of: Mapping[Hash, Hash]) -> dict[Hash, frozenset[Hash]]:
    """Which agreements are not independent of which: amending, succeeding, implementing, or one document."""
    related: dict[Hash, set[Hash]] = defaultdict(set)
    same: dict[Hash, list[Hash]] = defaultdict(list)
    for one in agreements.values():
        same[document_of[one.id]].append(one.id)
        for other in one.related:
            if other in agreements and other != one.id:
                related[one.id].add(other)
                related[other].add(one.id)
    for group in same.values():
        for member in group:
            if len(group) > 1:
                related[member].update(set(group) - {member})
    return {one: frozenset(others) for one, others in sorted(related.items())}
