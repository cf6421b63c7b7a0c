"""The table's second half: reservations with their answers, provisional application, changes of the text, succession.

Sources as in `tests.acts.law_cases`. "ILC Guide" is the International Law Commission's Guide to Practice on
Reservations to Treaties of 2011.
"""

from tests.acts.law_cases import SIGNED, all_sign
from tests.acts.law_stories import (
    ACCEDES,
    AMENDS,
    APPLIES,
    CORRECTS,
    DECLARES,
    OBJECTS,
    RATIFIES,
    RESERVES,
    SIGNS,
    SIGNS_ONLY,
    SUCCEEDS,
    TAKES,
    WITHDRAWS,
    Case,
    Step,
    agreement,
)


def reserved(clause: str = "2", who: str = "R") -> tuple[Step, ...]:
    """A, B and C are parties since 2020; on 1 March 2020 R accedes with a reservation to a clause."""
    return (
        *all_sign("2020-01-01", "A B C"),
        ("2020-03-01", who, RESERVES, {"clause": clause}),
        ("2020-03-01", who, ACCEDES),
    )


TREATY = agreement("A B C", **SIGNED)
OPPOSES = {"clause": "all"}

RESERVATIONS = [
    Case(
        "a reservation modifies its clause between its maker and who accepted it, in both directions",
        "21 (1)",
        TREATY,
        (*reserved(), ("2020-04-01", "A", TAKES, "R reservation 2")),
        {
            "2020-04-01": {
                "clauses R": "1 3",
                "clauses A": "1 2 3",
                "between A R": "full/modified/full",
                "article A R 2": "21 (1), 20 (4)(a)",
            }
        },
    ),
    Case(
        "a reservation changes nothing among the other parties",
        "21 (2)",
        TREATY,
        (*reserved(), ("2020-04-01", "A", OBJECTS, "R reservation 2", OPPOSES)),
        {"2020-04-01": {"between A B": "full/full/full", "between B C": "full/full/full"}},
    ),
    Case(
        "silence accepts after twelve months, and until then the maker counts as a party",
        "20 (5)",
        TREATY,
        reserved(),
        {
            "2021-02-28": {
                "between B R": "full/modified/full",
                "article B R 2": "21 (1), 20 (5)",
                "answer B": "awaited",
            },
            "2021-03-01": {"between B R": "full/modified/full", "answer B": "silent"},
        },
    ),
    Case(
        "an objection that comes after twelve months of silence comes too late",
        "20 (5)",
        TREATY,
        (*reserved(), ("2021-03-02", "A", OBJECTS, "R reservation 2")),
        {"2021-04-01": {"between A R": "full/modified/full", "aside A objection": "twelve months"}},
    ),
    Case(
        "an objection on the last day of the twelve months still counts",
        "20 (5)",
        TREATY,
        (*reserved(), ("2021-03-01", "A", OBJECTS, "R reservation 2")),
        {"2021-04-01": {"between A R": "full/excluded/full"}},
    ),
    Case(
        "who joins later may object until its own consent, however old the reservation is",
        "20 (5)",
        TREATY,
        (*reserved(), ("2024-03-01", "D", OBJECTS, "R reservation 2"), ("2024-03-01", "D", ACCEDES)),
        {"2024-03-01": {"between D R": "full/excluded/full", "between B R": "full/modified/full"}},
    ),
    Case(
        "who joins later without a word has accepted the old reservations by joining",
        "20 (5)",
        TREATY,
        (*reserved(), ("2024-03-01", "D", ACCEDES), ("2024-04-01", "D", OBJECTS, "R reservation 2")),
        {"2024-04-01": {"between D R": "full/modified/full", "aside D objection": "twelve months"}},
    ),
    Case(
        "France's reservation to article 6, to which the United Kingdom objected, excludes the article between the two",
        # Court of Arbitration, Delimitation of the Continental Shelf, 30 June 1977, paragraphs 55 to 61: article 6 is
        # inapplicable between them to the extent of the reservation; the Convention as such is in force.
        "21 (3)",
        agreement("GBR USA", consents_needed=2, **SIGNED),
        (
            *all_sign("1964-06-10", "GBR USA"),
            ("1965-06-14", "FRA", RESERVES, {"clause": "2"}),
            ("1965-06-14", "FRA", ACCEDES),
            ("1966-01-14", "GBR", OBJECTS, "FRA reservation 2"),
        ),
        {
            "1970-01-01": {
                "between FRA GBR": "full/excluded/full",
                "article FRA GBR 2": "21 (3)",
                "between GBR USA": "full/full/full",
                "bound": "FRA GBR USA",
            }
        },
    ),
    Case(
        "who reserves against the objection of some is a party all the same, if others don't object",
        # ICJ, Reservations to the Convention on Genocide, 28 May 1951, answer I.
        "20 (4)(b)",
        TREATY,
        (*reserved(), ("2020-04-01", "A", OBJECTS, "R reservation 2", OPPOSES)),
        {"2020-04-01": {"bound": "A B C R", "between B R": "full/modified/full", "between A R": "none/none/none"}},
    ),
    Case(
        "who definitely opposes entry into force has no treaty relations with the maker of the reservation",
        "20 (4)(b)",
        TREATY,
        (*reserved(), ("2020-04-01", "A", OBJECTS, "R reservation 2", OPPOSES)),
        {"2020-04-01": {"toward A": "B C", "toward R": "B C", "toward B": None, "article A R 1": "20 (4)(b)"}},
    ),
    Case(
        "the Netherlands do not deem those who reserved article IX of the Genocide Convention to be parties",
        # UNTC IV-1: accession 20 June 1966 with that declaration; the USSR had ratified 3 May 1954, reserving article
        # IX, and withdrew that reservation 8 March 1989.
        "20 (4)(b)",
        agreement("FRA GTM", consents_needed=2, **SIGNED),
        (
            *all_sign("1951-01-12", "FRA GTM"),
            ("1954-05-03", "SUN", RESERVES, {"clause": "3"}),
            ("1954-05-03", "SUN", ACCEDES),
            ("1966-06-20", "NLD", OBJECTS, "SUN reservation 3", OPPOSES),
            ("1966-06-20", "NLD", ACCEDES),
            ("1989-03-08", "SUN", WITHDRAWS, "SUN reservation 3"),
        ),
        {
            "1970-01-01": {"between NLD SUN": "none/none/none", "between FRA NLD": "full/full/full"},
            "1989-03-08": {"between NLD SUN": "full/full/full", "toward NLD": None, "clauses SUN": "1 2 3"},
        },
    ),
    Case(
        "the United Kingdom objects to reservations of article IX without opposing entry into force",
        # UNTC IV-1: on accession, 30 January 1970, "unable to accept" them.
        "21 (3)",
        agreement("FRA GTM", consents_needed=2, **SIGNED),
        (
            *all_sign("1951-01-12", "FRA GTM"),
            ("1954-05-03", "SUN", RESERVES, {"clause": "3"}),
            ("1954-05-03", "SUN", ACCEDES),
            ("1970-01-30", "GBR", OBJECTS, "SUN reservation 3", {"clause": "3"}),
            ("1970-01-30", "GBR", ACCEDES),
        ),
        {"1971-01-01": {"between GBR SUN": "full/full/excluded"}},
    ),
    Case(
        "the objection of a state that has signed and not ratified takes effect when it ratifies",
        # ICJ, Reservations to the Convention on Genocide, 28 May 1951, answer III.
        "20 (4)",
        agreement("A B C D", consents_needed=3),
        (
            *(("2020-01-01", name, SIGNS_ONLY) for name in "ABCD"),
            *(("2020-02-01", name, RATIFIES) for name in "ABC"),
            ("2020-03-01", "R", RESERVES, {"clause": "2"}),
            ("2020-03-01", "R", ACCEDES),
            ("2020-04-01", "D", OBJECTS, "R reservation 2"),
            ("2020-06-01", "D", RATIFIES),
        ),
        {
            "2020-05-01": {"between D R": "none/none/none", "aside D objection": "has not consented"},
            "2020-06-01": {"between D R": "full/excluded/full"},
        },
    ),
    Case(
        "the Rome Statute takes no reservations: one that is made has no effect, and its maker is bound in full",
        # Rome Statute, article 120; ILC Guide 3.1.1 and 4.5.3.
        "19 (a)",
        agreement("A B", reservations=False, **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-03-01", "R", RESERVES, {"clause": "2"}), ("2020-03-01", "R", ACCEDES)),
        {"2020-03-01": {"clauses R": "1 2 3", "aside R reservation 2": "19 a", "between A R": "full/full/full"}},
    ),
    Case(
        "a reservation that the treaty does not admit is severed, and its maker stays bound in full",
        # ECtHR, Belilos v. Switzerland, 29 April 1988, paragraphs 52 to 60.
        "19 (b)",
        agreement("A B", reservable=("1",), **SIGNED),
        (
            *all_sign("1953-09-03", "A B"),
            ("1974-11-28", "CHE", RESERVES, {"clause": "2"}),
            ("1974-11-28", "CHE", ACCEDES),
        ),
        {"1988-04-29": {"clauses CHE": "1 2 3", "aside CHE reservation 2": "other clauses only"}},
    ),
    Case(
        "a reservation that the treaty expressly authorizes needs nobody's acceptance, and no objection touches it",
        "20 (1)",
        agreement("A B C", authorized_reservations=("2",), **SIGNED),
        (*reserved(), ("2020-04-01", "A", OBJECTS, "R reservation 2", OPPOSES)),
        {"2020-04-01": {"between A R": "full/modified/full", "article A R 2": "21 (1), 20 (1)", "toward A": None}},
    ),
    Case(
        "where all must accept, the maker of a reservation is no party before the last did, be it by silence",
        "20 (2)",
        agreement("A B C", reservations_accepted_by_all=True, **SIGNED),
        (*reserved(), ("2020-04-01", "A", TAKES, "R reservation 2")),
        {"2021-02-28": {"bound": "A B C"}, "2021-03-01": {"bound": "A B C R", "since R": "2021-03-01"}},
    ),
    Case(
        "where all must accept, one objection keeps the maker of a reservation out",
        "20 (2)",
        agreement("A B C", reservations_accepted_by_all=True, **SIGNED),
        (*reserved(), ("2020-04-01", "A", OBJECTS, "R reservation 2")),
        {"2022-01-01": {"bound": "A B C", "aside R accession": "everybody's acceptance"}},
    ),
    Case(
        "a bilateral treaty takes no reservation: it would be an offer of other terms",
        # ILC Guide 1.6.1.
        "2 (1)(d)",
        agreement("A B", form="bilateral", **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-01-01", "A", RESERVES, {"clause": "1"})),
        {"2020-01-01": {"clauses A": "1 2 3", "aside A reservation 1": "bilateral"}},
    ),
    Case(
        "a withdrawn reservation leaves its maker bound by the clause again",
        "22 (1)",
        TREATY,
        (*reserved(), ("2020-09-01", "R", WITHDRAWS, "R reservation 2")),
        {"2020-08-31": {"clauses R": "1 3"}, "2020-09-01": {"clauses R": "1 2 3", "between A R": "full/full/full"}},
    ),
    Case(
        "who withdraws its objection has accepted the reservation",
        # ILC Guide 2.7.4 on the effect of withdrawing an objection.
        "22 (2)",
        TREATY,
        (
            *reserved(),
            ("2020-04-01", "A", OBJECTS, "R reservation 2", OPPOSES),
            ("2022-04-01", "A", WITHDRAWS, "A objection"),
        ),
        {
            "2022-03-31": {"between A R": "none/none/none"},
            "2022-04-01": {"between A R": "full/modified/full", "article A R 2": "21 (1), 22 (2)", "toward A": None},
        },
    ),
    Case(
        "a reservation made on signature dates from the ratification that confirms it",
        "23 (2)",
        agreement("A B C", consents_needed=2),
        (
            *(("2020-01-01", name, SIGNS_ONLY) for name in "ABC"),
            *(("2020-02-01", name, RATIFIES) for name in "AB"),
            ("2020-01-01", "C", RESERVES, {"clause": "2"}),
            ("2021-01-01", "C", RATIFIES),
            ("2021-12-01", "A", OBJECTS, "C reservation 2"),
        ),
        {
            "2020-12-31": {"bound": "A B", "clauses C": ""},
            "2021-01-01": {"clauses C": "1 3", "answer A": "awaited"},
            "2022-01-01": {"between A C": "full/excluded/full", "between B C": "full/modified/full"},
        },
    ),
    Case(
        "a late reservation counts after twelve months without any objection",
        # Practice of the UN Secretary-General since 4 April 2000; ILC Guide 2.3.1.
        "19; ILC Guide 2.3.1",
        TREATY,
        (*all_sign("2020-01-01", "A B C"), ("2021-01-01", "A", RESERVES, {"clause": "2"})),
        {
            "2021-12-31": {"clauses A": "1 2 3", "aside A reservation 2": "nobody objects"},
            "2022-01-01": {"clauses A": "1 3", "between A B": "full/modified/full"},
        },
    ),
    Case(
        "a reservation that belongs before its consent by number counts, however late it was relayed",
        "DESIGN, invariant 1",
        TREATY,
        (
            *all_sign("2020-01-01", "A B C"),
            ("2020-02-01", "R", ACCEDES, {"number": 2}),
            ("2020-09-01", "R", RESERVES, {"clause": "2", "number": 1}),
        ),
        {"2020-08-31": {"clauses R": "1 2 3"}, "2020-09-01": {"clauses R": "1 3"}},
    ),
    Case(
        "a reservation by someone who has neither signed nor consented is not one yet",
        "2 (1)(d)",
        TREATY,
        (*all_sign("2020-01-01", "A B C"), ("2020-02-01", "X", RESERVES, {"clause": "2"})),
        {"2020-02-01": {"reservations": 0, "aside X reservation 2": "neither signed nor consented"}},
    ),
    Case(
        "an objection to what is no reservation here has no effect",
        "20",
        TREATY,
        (*reserved(), ("2020-04-01", "A", OBJECTS, "R accession")),
        {"2020-04-01": {"aside A objection": "no reservation", "between A R": "full/modified/full"}},
    ),
    Case(
        "nobody answers its own reservation",
        "20",
        TREATY,
        (*reserved(), ("2020-04-01", "R", OBJECTS, "R reservation 2")),
        {"2020-04-01": {"objecting R": "", "aside R objection": "its own"}},
    ),
    Case(
        "an objection that its withdrawal overtook was never made, and silence runs on",
        "20 (5)",
        TREATY,
        (
            *reserved(),
            ("2020-04-01", "A", WITHDRAWS, "A objection", {"number": 9}),
            ("2020-05-01", "A", OBJECTS, "R reservation 2", {"number": 1}),
        ),
        {"2020-06-01": {"between A R": "full/modified/full", "answer A": "awaited"}},
    ),
    Case(
        "where all must accept, the maker of a reservation is a party once they all said so",
        "20 (2)",
        agreement("A B C", reservations_accepted_by_all=True, **SIGNED),
        (*reserved(), *((f"2020-0{at}-01", name, TAKES, "R reservation 2") for at, name in enumerate("ABC", 4))),
        {"2020-05-31": {"bound": "A B C"}, "2020-06-01": {"bound": "A B C R", "since R": "2020-06-01"}},
    ),
    Case(
        "who gave up a reservation that needed everybody's acceptance is a party from then",
        "20 (2), 22 (1)",
        agreement("A B C", reservations_accepted_by_all=True, **SIGNED),
        (
            *reserved(),
            ("2020-04-01", "A", OBJECTS, "R reservation 2"),
            ("2020-07-01", "R", WITHDRAWS, "R reservation 2"),
        ),
        {"2020-06-30": {"bound": "A B C"}, "2020-07-01": {"bound": "A B C R", "since R": "2020-07-01"}},
    ),
    Case(
        "one's own reservation and the objection to the other's: the objection excludes the clause",
        "21 (3)",
        TREATY,
        (
            *reserved(),
            ("2020-03-01", "S", RESERVES, {"clause": "2"}),
            ("2020-03-01", "S", ACCEDES),
            ("2020-04-01", "S", OBJECTS, "R reservation 2"),
        ),
        {"2020-04-01": {"between R S": "full/excluded/full"}},
    ),
    Case(
        "one objection is enough to keep a late reservation from counting",
        "19; ILC Guide 2.3.1",
        TREATY,
        (
            *all_sign("2020-01-01", "A B C"),
            ("2021-01-01", "A", RESERVES, {"clause": "2"}),
            ("2021-06-01", "C", OBJECTS, "A reservation 2"),
        ),
        {"2023-01-01": {"clauses A": "1 2 3", "aside A reservation 2": "objected", "between A B": "full/full/full"}},
    ),
    Case(
        "a founder may still reserve while the treaty awaits the others",
        "19",
        TREATY,
        (
            ("2020-01-01", "A", SIGNS),
            ("2020-02-01", "A", RESERVES, {"clause": "1"}),
            *all_sign("2020-03-01", "B C"),
        ),
        {"2020-03-01": {"clauses A": "2 3", "clauses B": "1 2 3"}},
    ),
    Case(
        "under its own rules a charter takes reservations within its thirty days, and no objection touches them",
        # The shipped exercise: the Lighthouse Charter.
        "own rules",
        agreement("A B C", character="voluntary", reservation_days=30, **SIGNED),
        (
            *all_sign("2020-01-01", "A B C"),
            ("2020-01-31", "A", RESERVES, {"clause": "2"}),
            ("2020-02-01", "B", OBJECTS, "A reservation 2", OPPOSES),
            ("2020-02-01", "C", RESERVES, {"clause": "2"}),
        ),
        {
            "2020-02-01": {
                "clauses A": "1 3",
                "clauses C": "1 2 3",
                "aside C reservation 2": "after the time",
                "between A B": "full/modified/full",
                "toward B": None,
                "objecting A": "B",
            }
        },
    ),
    Case(
        "an acceptance is final: the same party's objection comes to nothing",
        # ILC Guide 2.8.13.
        "20 (4)(a)",
        TREATY,
        (
            *reserved(),
            ("2020-04-01", "A", TAKES, "R reservation 2"),
            ("2020-05-01", "A", OBJECTS, "R reservation 2"),
            ("2020-06-01", "A", WITHDRAWS, "A acceptance of reservation"),
        ),
        {
            "2020-06-01": {
                "between A R": "full/modified/full",
                "aside A objection": "final",
                "aside A withdrawal": "final",
            }
        },
    ),
    Case(
        "two who reserve the same clause do not owe it to each other, nor to anybody",
        "21 (1)",
        TREATY,
        (*reserved(), ("2020-03-01", "S", RESERVES, {"clause": "2"}), ("2020-03-01", "S", ACCEDES)),
        {"2020-03-01": {"between R S": "full/modified/full", "clauses S": "1 3"}},
    ),
    Case(
        "leaving takes one's objections along",
        "70 (1)",
        agreement("A B C", **SIGNED),
        (
            *reserved(),
            ("2020-04-01", "A", OBJECTS, "R reservation 2", OPPOSES),
            ("2020-05-01", "A", WITHDRAWS),
        ),
        {"2020-05-01": {"bound": "B C R", "toward R": None, "objecting R": ""}},
    ),
    Case(
        "a declaration that interprets is no reservation",
        # ILC Guide 1.3; what it is called does not matter, so an author who means a reservation signs one.
        "2 (1)(d)",
        TREATY,
        (*all_sign("2020-01-01", "A B C"), ("2020-01-01", "A", DECLARES, {"clause": "2"})),
        {"2020-01-01": {"clauses A": "1 2 3", "between A B": "full/full/full"}},
    ),
]

PROVISIONAL = [
    Case(
        "Russia applies the Energy Charter Treaty from signature until it says that it will not become a party",
        # Article 45; PCA, Yukos Universal v. Russia, 30 November 2009. Its own sixty days after the notice of 20 August
        # 2009 are left out: article 25 of the Vienna Convention knows none.
        "25 (2)",
        agreement("AUT DEU RUS", consents_needed=2, provisional_application=True),
        (
            *(("1994-12-17", name, SIGNS_ONLY) for name in ("AUT", "DEU", "RUS")),
            ("1994-12-17", "RUS", APPLIES),
            *(("1998-04-16", name, RATIFIES) for name in ("AUT", "DEU")),
            ("2009-08-20", "RUS", WITHDRAWS, "RUS provisional application"),
        ),
        {
            "2009-08-19": {"provisional": "RUS", "bound": "AUT DEU", "between AUT RUS": "full/full/full"},
            "2009-08-20": {"provisional": "", "between AUT RUS": "none/none/none", "awaiting": "RUS"},
        },
    ),
    Case(
        "nobody applies a treaty provisionally that neither provides for it nor was so agreed by all who negotiated it",
        "25 (1)",
        agreement("A B"),
        (*(("2020-01-01", name, SIGNS_ONLY) for name in "AB"), ("2020-01-01", "A", APPLIES)),
        {"2020-01-01": {"provisional": "", "aside A provisional application": "25"}},
    ),
    Case(
        "all who negotiated a treaty may agree in some other manner to apply it provisionally",
        "25 (1)(b)",
        agreement("A B"),
        (*(("2020-01-01", name, SIGNS_ONLY) for name in "AB"), *(("2020-02-01", name, APPLIES) for name in "AB")),
        {"2020-02-01": {"provisional": "A B", "bound": "", "article A B 1": "25 (1)"}},
    ),
    Case(
        "provisional application ends when the treaty enters into force for the party",
        "25 (1)",
        agreement("A B", provisional_application=True),
        (
            *(("2020-01-01", name, SIGNS_ONLY) for name in "AB"),
            *(("2020-02-01", name, APPLIES) for name in "AB"),
            *(("2020-06-01", name, RATIFIES) for name in "AB"),
        ),
        {
            "2020-05-31": {"provisional": "A B"},
            "2020-06-01": {"provisional": "", "bound": "A B", "since A": "2020-06-01"},
        },
    ),
    Case(
        "who applies a treaty provisionally may reserve a clause",
        # ILC Guide to Provisional Application of Treaties (2021), guideline 7.
        "25; 19",
        agreement("A B", provisional_application=True),
        (
            *(("2020-01-01", name, SIGNS_ONLY) for name in "AB"),
            *(("2020-02-01", name, APPLIES) for name in "AB"),
            ("2020-02-01", "A", RESERVES, {"clause": "3"}),
        ),
        {"2020-02-01": {"clauses A": "1 2", "clauses B": "1 2 3", "between A B": "full/full/modified"}},
    ),
]

CHANGES = [
    Case(
        "an amendment needs all parties",
        "39",
        TREATY,
        (
            *all_sign("2020-01-01", "A B C"),
            *((f"2020-0{at}-01", name, AMENDS, {"content": "new"}) for at, name in enumerate("ABC", 2)),
        ),
        {"2020-03-31": {"amended": "", "agreeing": "A B"}, "2020-04-01": {"amended": "new", "bound": "A B C"}},
    ),
    Case(
        "who joined before the last agreed must agree to the amendment too",
        "40 (2)",
        TREATY,
        (
            *all_sign("2020-01-01", "A B C"),
            *(("2020-02-01", name, AMENDS, {"content": "new"}) for name in "AB"),
            ("2020-03-01", "D", ACCEDES),
            ("2020-04-01", "C", AMENDS, {"content": "new"}),
            ("2020-05-01", "D", AMENDS, {"content": "new"}),
        ),
        {"2020-04-30": {"amended": ""}, "2020-05-01": {"amended": "new"}},
    ),
    Case(
        "agreeing to two different texts is no agreement",
        "39",
        agreement("A B", **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "A", AMENDS, {"content": "one"}),
            ("2020-02-01", "B", AMENDS, {"content": "other"}),
        ),
        {"2020-03-01": {"amended": ""}},
    ),
    Case(
        "before entry into force a text is corrected by all who negotiated it, not by those alone who have ratified",
        "79",
        agreement("A B C"),
        (
            *(("2020-01-01", name, SIGNS_ONLY) for name in "ABC"),
            ("2020-02-01", "A", RATIFIES),
            *((f"2020-0{at}-01", name, CORRECTS, {"content": "right"}) for at, name in enumerate("ABC", 3)),
        ),
        {"2020-04-30": {"corrected": ""}, "2020-05-01": {"corrected": "right", "force": None}},
    ),
    Case(
        "an amendment takes effect without the one who would not agree, once that one has left",
        "39",
        TREATY,
        (
            *all_sign("2020-01-01", "A B C"),
            *(("2020-02-01", name, AMENDS, {"content": "new"}) for name in "AB"),
            ("2020-03-01", "C", WITHDRAWS),
        ),
        {"2020-02-28": {"amended": ""}, "2020-03-01": {"amended": "new"}},
    ),
    Case(
        "an error is corrected by all, and by nobody alone",
        "79",
        agreement("A B", **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "A", CORRECTS, {"content": "right"}),
            ("2020-03-01", "B", CORRECTS, {"content": "right"}),
        ),
        {"2020-02-28": {"corrected": ""}, "2020-03-01": {"corrected": "right"}},
    ),
]

SUCCESSION = [
    Case(
        "the Czech Republic succeeds to the Genocide Convention, to which Czechoslovakia was a party",
        # UNTC IV-1: succession 22 February 1993; Czechoslovakia had ratified 21 December 1950.
        "VCSST 34",
        agreement("FRA GTM", consents_needed=2, delay_days=90, **SIGNED),
        (
            *all_sign("1951-01-12", "FRA GTM"),
            ("1950-12-21", "CSK", ACCEDES),
            ("1993-02-22", "CZE", SUCCEEDS, "CSK"),
        ),
        {"1993-02-21": {"since CZE": None}, "1993-02-22": {"since CZE": "1993-02-22", "clauses CZE": "1 2 3"}},
    ),
    Case(
        "a successor keeps its predecessor's reservations, and the objections to them, until it withdraws them",
        "VCSST 20",
        TREATY,
        (
            *reserved(),
            ("2020-04-01", "A", OBJECTS, "R reservation 2"),
            ("2022-01-01", "N", SUCCEEDS, "R"),
            ("2023-01-01", "N", WITHDRAWS, "R reservation 2"),
        ),
        {
            "2022-01-01": {
                "clauses N": "1 3",
                "between A N": "full/excluded/full",
                "between B N": "full/modified/full",
            },
            "2023-01-01": {"clauses N": "1 2 3", "clauses R": "1 3", "between A N": "full/full/full"},
        },
    ),
    Case(
        "nobody succeeds to a consent that was never given",
        "VCSST 17",
        TREATY,
        (*all_sign("2020-01-01", "A B C"), ("2021-01-01", "N", SUCCEEDS, "X")),
        {"2021-01-01": {"bound": "A B C", "aside N succession": "had not consented"}},
    ),
    Case(
        "a successor of a successor steps into the same consent",
        "VCSST 34",
        TREATY,
        (*reserved(), ("2021-01-01", "N", SUCCEEDS, "R"), ("2022-01-01", "M", SUCCEEDS, "N")),
        {"2022-01-01": {"bound": "A B C M N R", "clauses M": "1 3"}},
    ),
]

CASES = (*RESERVATIONS, *PROVISIONAL, *CHANGES, *SUCCESSION)
