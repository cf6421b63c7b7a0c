"""Two agreements on one subject, the later replacing the earlier: VCLT 30, 40 and 59.

Between parties of both, the later alone governs (30, paragraphs 3 and 4 a); between a party of both and one of the
earlier only, the earlier goes on (30, 4 b; 40, 4 and 5 b). Which agreement replaces which is not found by reading: it
is said on the earlier one's own word, by the amendment to which all its parties agreed.

Article 40, paragraph 5 (a), by which who joins after an amendment becomes a party to the amended text too, is not
applied: here nobody is bound to a text that it did not sign.
"""

from dataclasses import replace

from normledger.acts.consent import Standing, Status


def succeeded(earlier: Status, later: Status) -> Status:
    """What is left of `earlier` once `later` is in force for some of its parties.

    Who is bound to the later one and has nobody left toward whom the earlier binds it is no longer listed as bound.
    """
    both = frozenset(standing.party for standing in later.bound)
    relations = replace(earlier.relations, later=both)
    bound: list[Standing] = []
    for standing in earlier.bound:
        if standing.party not in both:
            bound.append(standing)
        elif left := relations.related(standing.party):
            bound.append(replace(standing, toward=left))
    return replace(earlier, bound=tuple(bound), relations=relations, superseded_by=later.document if both else None)
