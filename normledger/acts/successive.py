"""Two agreements on one subject, the later replacing the earlier: VCLT 30, 40 and 59.

Between parties of both, the later alone governs (30, paragraphs 3 and 4 a); between a party of both and one of the
earlier only, the earlier goes on (30, 4 b; 40, 4 and 5 b). Which agreement replaces which is not found by reading: it
is said on the earlier one's own word, by the amendment to which all its parties agreed. Whether the later text was
replaced in turn does not matter: nobody falls back on the first.

Article 40, paragraph 5 (a), by which who joins after an amendment becomes a party to the amended text too, is not
applied: here nobody is bound to a text that it did not sign.
"""

from collections.abc import Callable
from dataclasses import replace

from normledger.acts.consent import Replaced, Standing, Status
from normledger.acts.release import agreement_id
from normledger.documents.document import ADMISSIONS, Agreement
from normledger.identifiers import AgreementId, DocumentHash


def left(earlier: Status, later: Callable[[DocumentHash], Status | None]) -> Status:
    """What is left of an agreement, read by its own acts alone, after all the texts that replace it.

    `later` gives what stands of such a text by its own acts alone; None where it is no agreement that anybody signed.
    """
    for name in earlier.amended_by:
        if name != earlier.document and (found := later(name)) is not None:
            earlier = succeeded(earlier, found)
    return earlier


def succeeded(earlier: Status, later: Status) -> Status:
    """What is left of `earlier` once `later` is in force for some of its parties.

    Who is bound to the later one and has nobody left toward whom the earlier binds it is no longer listed as bound.
    """
    both = {standing.party: standing.since for standing in later.bound}
    if not both:
        return earlier
    relations = replace(earlier.relations, later=(*earlier.relations.later, both))
    bound: list[Standing] = []
    gone: list[Replaced] = []
    for standing in earlier.bound:
        party = standing.party
        before, after = earlier.relations.related(party), relations.related(party)
        if party in both and not after:
            ends = (relations.replaced(party, member.party) for member in relations.members if member.party != party)
            gone.append(Replaced(standing, max((at for at in ends if at is not None), default=both[party])))
        elif after != before:
            bound.append(replace(standing, toward=after))
        else:
            bound.append(standing)
    return replace(
        earlier,
        bound=tuple(bound),
        relations=relations,
        superseded_by=(*earlier.superseded_by, later.document),
        replaced=(*earlier.replaced, *gone),
    )


def agreement_of(text: Agreement) -> AgreementId:
    """The id that a text gives its agreement on the chain."""
    founders = tuple(founder.id for founder in text.founders)
    return AgreementId(agreement_id(text.hash, text.clause_root, founders, ADMISSIONS.index(text.rules.admission)))
