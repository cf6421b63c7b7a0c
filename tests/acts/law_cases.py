"""The table of cases: each a sentence, its article, what happened, and what must stand on which day.

Outcomes come from the treaty's status page, a judgment or the literature named in the comment, or, without one, from
the article's own words. Real parties stand in for themselves here, in tests that nobody signs; the three clauses stand
for the text; where a real party signed and ratified, one act of consent stands for both. How an outcome is asked:
`tests.acts.law_stories.Seen`. Reservations and changes of the text: `tests.acts.law_cases_of_reservations`.
"""

from tests.acts.law_stories import (
    ACCEDES,
    ACCEPTS,
    APPROVES,
    DECLARES,
    OBJECTS,
    RATIFIES,
    RESERVES,
    SIGNS,
    SIGNS_ONLY,
    TERMINATES,
    WITHDRAWS,
    Case,
    Step,
    agreement,
)

MANY = [f"s{number:02}" for number in range(1, 67)]
SIGNED = {"takes_effect": "on-signature"}


def all_sign(day: str, names: str) -> tuple[Step, ...]:
    return tuple((day, name, SIGNS) for name in names.split())


def all_join(day: str, names: list[str]) -> tuple[Step, ...]:
    return tuple((day, name, ACCEDES) for name in names)


ROME = {"consents_needed": 60, "delay_days": 60, "first_of_month": True, "notice_days": 365, "reservations": False}
_ROME_FOUNDED = (*all_join("2001-06-01", MANY[2:58]), *all_join("2002-04-11", MANY[58:66]))

ENTRY = [
    Case(
        "a treaty that says nothing enters into force once all negotiating states have consented",
        "24 (2)",
        agreement("A B C"),
        (
            *((day, name, SIGNS_ONLY) for day, name in (("2020-01-01", n) for n in "ABC")),
            ("2020-02-01", "A", RATIFIES),
            ("2020-03-01", "B", ACCEPTS),
            ("2020-04-01", "C", APPROVES),
        ),
        {
            "2020-03-31": {"force": None, "bound": "", "awaiting": "C"},
            "2020-04-01": {"force": "2020-04-01", "bound": "A B C", "awaiting": "", "since A": "2020-04-01"},
        },
    ),
    Case(
        "the Rome Statute enters into force on the first of the month after the sixtieth day after sixty consents",
        # UNTC XVIII-10: the sixtieth on 11 April 2002, when ten states deposited; in force 1 July 2002 (article 126).
        "24 (1)",
        agreement("s01 s02", **ROME),
        _ROME_FOUNDED,
        {
            "2002-04-10": {"enters": None, "force": None},
            "2002-04-11": {"enters": "2002-07-01", "force": None, "bound": ""},
            "2002-07-01": {"force": "2002-07-01", "enters": None, "since s03": "2002-07-01"},
        },
    ),
    Case(
        "the Rome Statute enters into force for Japan on the first of the month after the sixtieth day",
        # UNTC XVIII-10: accession 17 July 2007; in force for Japan 1 October 2007 (article 126, paragraph 2).
        "24 (3)",
        agreement("s01 s02", **ROME),
        (*_ROME_FOUNDED, ("2007-07-17", "JPN", ACCEDES)),
        {"2007-09-30": {"since JPN": None}, "2007-10-01": {"since JPN": "2007-10-01", "force": "2002-07-01"}},
    ),
    Case(
        "the Budapest Convention asks for five consents, three of them of members of the Council of Europe",
        # CETS 185: Albania, Croatia, Estonia, Hungary, Lithuania (18 March 2004); in force 1 July 2004 (article 36).
        "24 (1)",
        agreement(
            "ALB DEU EST FRA HRV HUN LTU USA",
            consents_needed=5,
            named_parties="ALB DEU EST FRA HRV HUN LTU",
            named_needed=3,
            delay_days=92,
            first_of_month=True,
        ),
        (
            *(("2001-11-23", name, SIGNS_ONLY) for name in ("ALB", "HRV", "EST", "HUN", "LTU")),
            ("2002-06-20", "ALB", RATIFIES),
            ("2002-10-17", "HRV", RATIFIES),
            ("2003-05-12", "EST", RATIFIES),
            ("2003-12-04", "HUN", RATIFIES),
            ("2004-03-18", "LTU", RATIFIES),
        ),
        {
            "2004-03-17": {"enters": None},
            "2004-03-18": {"enters": "2004-07-01"},
            "2004-07-01": {"force": "2004-07-01", "bound": "ALB EST HRV HUN LTU", "awaiting": "DEU FRA USA"},
        },
    ),
    Case(
        "five consents are not enough while fewer than three of the named parties are among them",
        "24 (1)",
        agreement("A B C D E", consents_needed=5, named_parties="A B C", named_needed=3, **SIGNED),
        (*all_sign("2020-01-01", "A B D E"), *all_join("2020-02-01", ["F", "G"]), ("2020-03-01", "C", SIGNS)),
        {"2020-02-28": {"force": None}, "2020-03-01": {"force": "2020-03-01"}},
    ),
    Case(
        "the Vienna Convention enters into force on the thirtieth day after the thirty-fifth instrument",
        # UNTC XXIII-1: Togo, 28 December 1979; in force 27 January 1980 (article 84).
        "24 (1)",
        agreement("s01 s02", consents_needed=35, delay_days=30),
        (*all_join("1975-01-01", MANY[2:36]), ("1979-12-28", "TGO", ACCEDES)),
        {"1980-01-26": {"force": None}, "1980-01-27": {"force": "1980-01-27"}},
    ),
    Case(
        "the Treaty on the Prohibition of Nuclear Weapons enters into force ninety days after the fiftieth instrument",
        # UNTC XXVI-9: Honduras, 24 October 2020; in force 22 January 2021 (article 15).
        "24 (1)",
        agreement("s01 s02", consents_needed=50, delay_days=90),
        (*all_join("2020-01-01", MANY[2:51]), ("2020-10-24", "HND", ACCEDES)),
        {"2021-01-21": {"force": None}, "2021-01-22": {"force": "2021-01-22"}},
    ),
    Case(
        "the Comprehensive Test Ban waits for each state that it names, and a withdrawal before that works at once",
        # UNTC XXVI-4, annex 2 (shortened): Russia ratified 30 June 2000 and withdrew it in November 2023.
        "24 (1)",
        agreement("FRA GBR RUS USA", named_parties="FRA GBR RUS USA", notice_days=180),
        (
            *(("1996-09-24", name, SIGNS_ONLY) for name in ("FRA", "GBR", "RUS", "USA")),
            ("1998-04-06", "FRA", RATIFIES),
            ("1998-04-06", "GBR", RATIFIES),
            ("2000-06-30", "RUS", RATIFIES),
            ("2023-11-03", "RUS", WITHDRAWS),
        ),
        {
            "2010-01-01": {"force": None, "bound": "", "awaiting": "USA"},
            "2023-11-03": {"force": None, "withdrawn": "RUS", "awaiting": "USA"},
        },
    ),
    Case(
        "a consent that was withdrawn before the last one came does not count toward entry into force",
        "24 (1)",
        agreement("A B", consents_needed=3, **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-02-01", "A", WITHDRAWS), *all_join("2020-03-01", ["C"])),
        {"2020-03-01": {"force": None}},
    ),
    Case(
        "a withdrawal before entry into force needs no notice, even if the treaty enters into force soon after",
        "24 (1)",
        agreement("A B", consents_needed=2, notice_days=90, **SIGNED),
        (
            ("2020-01-01", "A", SIGNS),
            ("2020-02-01", "A", WITHDRAWS),
            ("2020-03-01", "B", SIGNS),
            ("2020-03-01", "C", ACCEDES),
        ),
        {"2020-03-01": {"force": "2020-03-01", "bound": "B C", "withdrawn": "A"}},
    ),
    Case(
        "a treaty does not end when fewer parties are left than it needed to enter into force",
        "55",
        agreement("A B C", consents_needed=3, **SIGNED),
        (*all_sign("2020-01-01", "A B C"), ("2020-02-01", "A", WITHDRAWS)),
        {"2020-02-01": {"force": "2020-01-01", "bound": "B C", "withdrawn": "A", "between B C": "full/full/full"}},
    ),
]

CONSENT = [
    Case(
        "a definitive signature binds where the treaty says that signature has that effect",
        "12",
        agreement("A B", **SIGNED),
        all_sign("2020-01-01", "A B"),
        {"2020-01-01": {"bound": "A B", "between A B": "full/full/full", "article A B 1": "26"}},
    ),
    Case(
        "a signature subject to ratification binds nobody, even where signature would",
        "14 (1)(d)",
        agreement("A B", **SIGNED),
        (("2020-01-01", "A", SIGNS), ("2020-01-01", "B", SIGNS_ONLY), ("2020-05-01", "B", RATIFIES)),
        {"2020-04-30": {"bound": "", "awaiting": "B"}, "2020-05-01": {"bound": "A B"}},
    ),
    Case(
        "a signature alone does not bind where ratification must follow",
        "14 (1)(a)",
        agreement("A B"),
        all_sign("2020-01-01", "A B"),
        {"2020-01-01": {"bound": "", "aside A signature": "ratification must follow"}},
    ),
    Case(
        "a ratification without a signature ratifies nothing",
        "14",
        agreement("A B", **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-02-01", "C", RATIFIES)),
        {"2020-02-01": {"bound": "A B", "aside C ratification": "accede instead"}},
    ),
    Case(
        "nobody accedes to a closed treaty",
        "15",
        agreement("A B", admission="closed", **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-02-01", "C", ACCEDES)),
        {"2020-02-01": {"bound": "A B", "aside C accession": "closed"}},
    ),
    Case(
        "a treaty open to all states is not open to a company",
        # The "all states" formula: UN Treaty Handbook, 5.3.
        "15",
        agreement("A B", open_to=("state",), **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-02-01", "C", ACCEDES), ("2020-02-01", "D", ACCEDES)),
        {"2020-02-01": {"bound": "A B C", "aside D accession": "state only"}},
        {"C": "state", "D": "company"},
    ),
    Case(
        "consent to a part of a treaty is none, unless the treaty permits it",
        "17 (1)",
        agreement("A B", **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-02-01", "C", ACCEDES, {"clause": "2"})),
        {"2020-02-01": {"bound": "A B", "aside C accession": "whole agreement"}},
    ),
    Case(
        "of two acts with one number the first recorded stands",
        "DESIGN, invariant 1",
        agreement("A B", **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "C", ACCEDES, {"number": 5}),
            ("2020-03-01", "C", WITHDRAWS, {"number": 5}),
        ),
        {"2020-03-01": {"bound": "A B C", "aside C withdrawal": "had been used"}},
    ),
    Case(
        "a treaty to which an international organization is a party falls under the Convention of 1986 by analogy",
        "VCLTIO 1986, 1",
        agreement("A EU", {"EU": "igo"}, **SIGNED),
        all_sign("2020-01-01", "A EU"),
        {"2020-01-01": {"regime": "VCLTIO 1986 by analogy", "bound": "A EU"}},
    ),
    Case(
        "a text that calls itself a treaty between a state and a company falls under its own rules",
        # ICJ, Anglo-Iranian Oil Co., 1952: a concession contract between a state and a company is no treaty.
        "1",
        agreement("IRN AIOC", {"AIOC": "company"}, form="bilateral", reservations=False, **SIGNED),
        all_sign("1933-04-29", "IRN AIOC"),
        {"1933-04-29": {"regime": "own rules", "bound": "AIOC IRN"}},
    ),
]

WITHDRAWAL = [
    Case(
        "Burundi leaves the Rome Statute a year after its notification",
        # UNTC XVIII-10: notified 27 October 2016, in effect 27 October 2017 (article 127).
        "54 (a)",
        agreement("s01 s02", **ROME),
        (*_ROME_FOUNDED, ("2004-09-21", "BDI", ACCEDES), ("2016-10-27", "BDI", WITHDRAWS)),
        {
            "2017-10-26": {"since BDI": "2004-12-01", "withdrawn": ""},
            "2017-10-27": {"since BDI": None, "withdrawn": "BDI"},
        },
    ),
    Case(
        "the Philippines leave the Rome Statute a year after their notification",
        # UNTC XVIII-10: notified 17 March 2018, in effect 17 March 2019.
        "54 (a)",
        agreement("s01 s02", **ROME),
        (*_ROME_FOUNDED, ("2011-08-30", "PHL", ACCEDES), ("2018-03-17", "PHL", WITHDRAWS)),
        {"2019-03-16": {"withdrawn": "", "since PHL": "2011-11-01"}, "2019-03-17": {"withdrawn": "PHL"}},
    ),
    Case(
        "the Gambia revokes its withdrawal before the year is over and stays",
        # UNTC XVIII-10: notified 10 November 2016, rescinded 10 February 2017.
        "68",
        agreement("s01 s02", **ROME),
        (
            *_ROME_FOUNDED,
            ("2002-06-28", "GMB", ACCEDES),
            ("2016-11-10", "GMB", WITHDRAWS),
            ("2017-02-10", "GMB", WITHDRAWS, "GMB withdrawal", {"name": "revocation"}),
        ),
        {"2018-01-01": {"withdrawn": "", "since GMB": "2002-09-01", "aside GMB withdrawal": "withdrew it"}},
    ),
    Case(
        "a withdrawal that has taken effect can't be revoked any more",
        "68",
        agreement("A B C", notice_days=90, **SIGNED),
        (
            *all_sign("2020-01-01", "A B C"),
            ("2020-02-01", "C", WITHDRAWS),
            ("2020-06-01", "C", WITHDRAWS, "C withdrawal", {"name": "revocation"}),
        ),
        {"2020-07-01": {"bound": "A B", "withdrawn": "C", "aside revocation": "had taken effect"}},
    ),
    Case(
        "on the day on which a withdrawal takes effect it is too late to revoke it, on the day before it is not",
        "68",
        agreement("A B C", notice_days=30, **SIGNED),
        (
            *all_sign("2020-01-01", "A B C"),
            ("2020-02-01", "B", WITHDRAWS),
            ("2020-02-01", "C", WITHDRAWS),
            ("2020-03-01", "B", WITHDRAWS, "B withdrawal", {"name": "in time"}),
            ("2020-03-02", "C", WITHDRAWS, "C withdrawal", {"name": "too late"}),
        ),
        {"2020-03-02": {"bound": "A B", "withdrawn": "C", "aside too late": "had taken effect"}},
    ),
    Case(
        "North Korea's suspended withdrawal from the Non-Proliferation Treaty does not go on where it stopped",
        # Notified 12 March 1993, suspended 11 June 1993 a day before the end; on 10 January 2003 declared to be in
        # effect at once, which the other parties did not accept: three months ran anew (Joyner; Kirgis, ASIL 2003).
        "68",
        agreement("USA GBR RUS", notice_days=92, **SIGNED),
        (
            *all_sign("1970-03-05", "USA GBR RUS"),
            ("1985-12-12", "PRK", ACCEDES),
            ("1993-03-12", "PRK", WITHDRAWS),
            ("1993-06-11", "PRK", WITHDRAWS, "PRK withdrawal", {"name": "suspension"}),
            ("2003-01-10", "PRK", WITHDRAWS, {"name": "second"}),
        ),
        {
            "1993-07-01": {"since PRK": "1985-12-12"},
            "2003-01-12": {"since PRK": "1985-12-12"},
            "2003-05-01": {"withdrawn": "PRK"},
        },
    ),
    Case(
        "nobody denounces the Covenant on Civil and Political Rights, which provides for none and implies none",
        # North Korea, August 1997; Human Rights Committee, General Comment 26.
        "56 (1)",
        agreement("s01 s02", consents_needed=4, delay_days=91, withdrawal="excluded"),
        (*all_join("1975-12-23", MANY[2:6]), ("1981-09-14", "PRK", ACCEDES), ("1997-08-25", "PRK", WITHDRAWS)),
        {"2000-01-01": {"since PRK": "1981-12-14", "withdrawn": "", "aside PRK withdrawal": "56"}},
    ),
    Case(
        "Indonesia, which said in 1965 that it left the United Nations, had not left when it came back in 1966",
        # The Charter provides for no withdrawal; the absence was taken as a cessation of cooperation (YUN 1966).
        "56 (1)",
        agreement("s01 s02", consents_needed=2, withdrawal="excluded"),
        (*all_join("1945-10-24", MANY[2:6]), ("1950-09-28", "IDN", ACCEDES), ("1965-01-20", "IDN", WITHDRAWS)),
        {"1966-09-28": {"since IDN": "1950-09-28", "withdrawn": ""}},
    ),
    Case(
        "where the right to leave is only implied, a party gives twelve months' notice",
        "56 (2)",
        agreement("A B C", withdrawal="implied", notice_days=30, **SIGNED),
        (*all_sign("2020-01-01", "A B C"), ("2020-02-29", "C", WITHDRAWS)),
        {"2021-02-27": {"bound": "A B C"}, "2021-02-28": {"bound": "A B"}},
    ),
    Case(
        "twelve months are the least where the right to leave is implied; the parties may have agreed to more",
        "56 (2)",
        agreement("A B C", withdrawal="implied", notice_days=730, **SIGNED),
        (*all_sign("2021-01-01", "A B C"), ("2021-02-01", "C", WITHDRAWS)),
        {"2023-01-31": {"bound": "A B C"}, "2023-02-01": {"bound": "A B"}},
    ),
    Case(
        "the treaty law's twelve months do not govern an agreement under its own rules",
        "own rules",
        agreement("A B C", character="political", withdrawal="implied", notice_days=30, **SIGNED),
        (*all_sign("2020-01-01", "A B C"), ("2020-02-01", "C", WITHDRAWS)),
        {"2020-03-01": {"bound": "A B C"}, "2020-03-02": {"bound": "A B", "regime": "own rules"}},
    ),
    Case(
        "the ABM Treaty ends for both six months after one of its two parties withdrew",
        # Notified by the United States 13 December 2001, ended 13 June 2002 (article XV).
        "54 (a)",
        agreement("USA RUS", form="bilateral", admission="closed", reservations=False, notice_days=182, **SIGNED),
        (*all_sign("1972-10-03", "USA RUS"), ("2001-12-13", "USA", WITHDRAWS)),
        {
            "2002-06-12": {"bound": "RUS USA", "ended": None},
            "2002-06-13": {"bound": "", "ended": "2002-06-13", "force": None, "withdrawn": "USA"},
        },
    ),
    Case(
        "a bilateral treaty that has ended does not revive when the one who left ratifies again",
        "54",
        agreement("A B", form="bilateral", admission="closed", reservations=False),
        (
            *(("2020-01-01", name, SIGNS_ONLY) for name in "AB"),
            *(("2020-01-01", name, RATIFIES) for name in "AB"),
            ("2020-02-01", "A", WITHDRAWS),
            ("2020-03-01", "A", RATIFIES),
        ),
        {"2020-01-31": {"bound": "A B"}, "2020-04-01": {"bound": "", "ended": "2020-02-01"}},
    ),
    Case(
        "all parties together end a treaty at any time",
        "54 (b)",
        agreement("A B C", notice_days=900, **SIGNED),
        (*all_sign("2020-01-01", "A B C"), *((f"2020-0{at}-01", name, TERMINATES) for at, name in enumerate("ABC", 2))),
        {"2020-03-31": {"bound": "A B C", "ended": None}, "2020-04-01": {"bound": "", "ended": "2020-04-01"}},
    ),
    Case(
        "a party that took back its agreement to terminate in time keeps the treaty alive",
        "54 (b)",
        agreement("A B", **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "A", TERMINATES),
            ("2020-03-01", "A", WITHDRAWS, "A termination"),
            ("2020-04-01", "B", TERMINATES),
        ),
        {"2020-05-01": {"bound": "A B", "ended": None}},
    ),
    Case(
        "once all agreed to terminate, nobody can take it back",
        "54 (b)",
        agreement("A B", **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "A", TERMINATES),
            ("2020-03-01", "B", TERMINATES),
            ("2020-04-01", "A", WITHDRAWS, "A termination"),
        ),
        {"2020-05-01": {"bound": "", "ended": "2020-03-01", "aside A withdrawal": "All had agreed"}},
    ),
    Case(
        "a stranger's wish to terminate an open treaty counts for nothing, nor does his silence",
        "54 (b)",
        agreement("A B", **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-02-01", "X", TERMINATES)),
        {"2020-03-01": {"bound": "A B", "ended": None, "aside X termination": "not among"}},
    ),
    Case(
        "consent is withdrawn from the whole treaty, not from a clause",
        "44 (1)",
        agreement("A B", **SIGNED),
        (*all_sign("2020-01-01", "A B"), ("2020-02-01", "A", WITHDRAWS, {"clause": "2"})),
        {"2020-02-01": {"clauses A": "1 2 3", "aside A withdrawal": "whole"}},
    ),
    Case(
        "naming one's consent by its digest is withdrawing it, with notice like any other withdrawal",
        "54 (a)",
        agreement("A B C", notice_days=30, **SIGNED),
        (*all_sign("2020-01-01", "A B C"), ("2020-02-01", "C", WITHDRAWS, "C signature")),
        {"2020-03-01": {"bound": "A B C"}, "2020-03-02": {"bound": "A B"}},
    ),
    Case(
        "a withdrawal that names a consent which had ended before closes nothing",
        "DESIGN, withdrawal",
        agreement("A B C", **SIGNED),
        (
            *all_sign("2020-01-01", "A B C"),
            ("2020-02-01", "C", WITHDRAWS),
            ("2020-03-01", "C", ACCEDES),
            ("2020-04-01", "C", WITHDRAWS, "C signature", {"name": "stray"}),
        ),
        {"2020-04-01": {"bound": "A B C", "since C": "2020-03-01", "aside stray": "had ended before"}},
    ),
    Case(
        "a withdrawal that names an act with a higher number voids nothing",
        "DESIGN, withdrawal",
        agreement("A B", **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "C", ACCEDES, {"number": 7}),
            ("2020-03-01", "C", WITHDRAWS, "C accession", {"number": 3}),
            ("2020-03-01", "C", DECLARES, {"number": 9}),
            ("2020-03-01", "C", WITHDRAWS, "C declaration", {"number": 8, "name": "second"}),
        ),
        {"2020-03-01": {"bound": "A B C", "aside second": "higher number", "aside C withdrawal": "higher number"}},
    ),
    Case(
        "consent and its withdrawal in one block are none: within a block nothing is earlier",
        "DESIGN, invariant 1",
        agreement("A B", notice_days=365, **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "C", ACCEDES),
            ("2020-02-01", "C", WITHDRAWS),
        ),
        {"2020-02-01": {"bound": "A B", "aside C accession": "before it was recorded"}},
    ),
    Case(
        "who agreed to terminate, left and came back has not agreed any more",
        "54 (b)",
        agreement("A B", consents_needed=2, **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "A", TERMINATES),
            ("2020-03-01", "A", WITHDRAWS),
            ("2020-04-01", "A", ACCEDES),
            ("2020-05-01", "B", TERMINATES),
        ),
        {"2020-05-01": {"bound": "A B", "ended": None}},
    ),
    Case(
        "an agreement to terminate that its withdrawal overtook never counted",
        "54 (b)",
        agreement("A B", **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "B", TERMINATES),
            ("2020-02-01", "A", WITHDRAWS, "A termination", {"number": 9}),
            ("2020-03-01", "A", TERMINATES, {"number": 1}),
        ),
        {"2020-03-01": {"bound": "A B", "ended": None, "aside A termination": "withdrew it"}},
    ),
    Case(
        "a withdrawal that overtakes the consent which it follows by number voids it from the start",
        "DESIGN, withdrawal",
        agreement("A B", notice_days=365, **SIGNED),
        (
            *all_sign("2020-01-01", "A B"),
            ("2020-02-01", "C", WITHDRAWS, {"number": 9}),
            ("2020-03-01", "C", ACCEDES, {"number": 1}),
        ),
        {"2020-03-01": {"bound": "A B", "aside C accession": "before it was recorded", "withdrawn": ""}},
    ),
    Case(
        "who accedes anew while its notice still runs begins anew when it is over, and not before",
        "54 (a)",
        agreement("A B C", notice_days=90, **SIGNED),
        (
            *all_sign("2020-01-01", "A B C"),
            ("2020-02-01", "C", WITHDRAWS),
            ("2020-02-10", "C", RESERVES, {"clause": "2"}),
            ("2020-02-10", "C", ACCEDES),
        ),
        {"2020-04-30": {"clauses C": "1 2 3"}, "2020-05-01": {"clauses C": "1 3", "since C": "2020-05-01"}},
    ),
    Case(
        "Bolivia leaves the Single Convention on Narcotic Drugs and accedes again with a reservation",
        # UNTC VI-18: denounced 29 June 2011, in effect 1 January 2012; acceded anew 10 January 2013, 10 February 2013.
        "19",
        agreement("GBR FRA", notice_days=186, delay_days=31, **SIGNED),
        (
            *all_sign("1964-12-13", "GBR FRA"),
            ("1976-09-23", "BOL", ACCEDES),
            ("2011-06-29", "BOL", WITHDRAWS),
            ("2013-01-10", "BOL", RESERVES, {"clause": "2"}),
            ("2013-01-10", "BOL", ACCEDES, {"name": "anew"}),
            ("2013-01-03", "GBR", OBJECTS, "BOL reservation 2"),
        ),
        {
            "2011-12-31": {"clauses BOL": "1 2 3"},
            "2012-01-01": {"withdrawn": "BOL", "bound": "FRA GBR"},
            "2013-02-10": {"clauses BOL": "1 3", "between BOL GBR": "full/excluded/full"},
        },
    ),
]

CASES = (*ENTRY, *CONSENT, *WITHDRAWAL)
