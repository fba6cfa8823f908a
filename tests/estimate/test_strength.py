"""Numbers that are never mixed, from present to authorised, with their working."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from app.estimate.counts import contribution
from app.estimate.entries import Fact, Policy, Scope
from app.estimate.questions import Question
from app.estimate.strength import ADDITIVE, GROUPS, MEASURES, Row, Strength, Table
from app.estimate.working import set_aside
from tests.builders import (
    arrival,
    arriving,
    bounds,
    claim,
    day,
    departure,
    mandate,
    mandating,
    pledge,
    pledging,
    report,
    shown,
    told,
    visit,
)


def ask(
    facts: Iterable[Fact], when: str, ended: dict[str, date] | None = None, **question: Any
) -> Table:
    return Strength.of(facts, ended or {}).table(Question(as_of=day(when), **question))


def words(row: Row, measure: str) -> str | None:
    """A figure of a row in words; None where the row has no such figure."""
    figure = row.figures.get(measure)
    return bounds(figure.sum.low, figure.sum.best, figure.sum.high) if figure else None


def over_time(facts: Iterable[Fact], measure: str, table: str, **question: Any) -> None:
    """Each line: a day, and the measure of the total on it (`null` where there is none)."""
    found = list(facts)
    lines = [line.split(maxsplit=1) for line in table.strip().splitlines()]
    assert {
        when: words(ask(found, when, **question).total, measure) or "null" for when, _ in lines
    } == dict(lines)


def names(table: Table) -> list[str]:
    """The rows by what they group."""
    return ["/".join(filter(None, row.group.values())) for row in table.rows]


MISSION = [
    mandate("2023-10-02", "<=2500", expires="2024-10-02"),
    pledge("KEN", "2023-07-29", 1000),
    pledge("BEN", "2024-02-26", "~2000", category="military"),
    arrival("KEN", "2024-06-25", "some", key="first"),
    arrival("KEN", "2024-07-16", 200, key="second"),
    report("KEN", "2024-07-16", 396),
    arrival("KEN", "2024-07-17/..", 600, status="expected", out="2024-07-18", key="further"),
    departure("KEN", "2024-08-01", "~10"),
    arrival("JAM", "2024-09-12", "20..24", category="troops"),
    visit("JAM", "2024-07-15", 6),
]


# ---- the numbers ----


def test_the_numbers_are_told_apart() -> None:
    total = ask(MISSION, "2024-09-12").total
    assert set(total.figures) == set(MEASURES)
    assert {measure: words(total, measure) for measure in MEASURES} == {
        "present": "405 408 411",
        "arrived": "416 418 420",
        "departed": "9 10 11",
        "lost": "0",
        "expected": "600",
        "lapsed": "0",
        "expected_departures": "0",
        "pledged": "2800 3000 3200",
        "authorised": "0 ? 2500",
    }


def test_each_row_has_its_own() -> None:
    assert {
        row.group["nation"]: [words(row, measure) for measure in MEASURES]
        for row in ask(MISSION, "2024-09-12").rows
    } == {
        "BEN": [*["0"] * 7, "1800 2000 2200", None],
        "JAM": ["20 22 24", "20 22 24", *["0"] * 6, None],
        "KEN": ["385 386 387", "396", "9 10 11", "0", "600", "0", "0", "1000", None],
    }


def test_a_measure_nothing_is_known_of_is_zero_and_a_missing_ceiling_is_none() -> None:
    total = ask([], "2024-09-12").total
    assert [words(total, measure) for measure in MEASURES] == [*["0"] * 8, None]
    assert ask([], "2024-09-12", missions=("haiti-mss",)).rows == []


# ---- arrived and departed: so far, with the counts that the reports imply ----


def test_arrived_uses_the_count_that_the_reports_imply() -> None:
    over_time(
        MISSION,
        "arrived",
        """
        2024-06-24  0
        2024-06-25  196
        2024-07-15  196
        2024-07-16  396
        2024-09-11  396
        2024-09-12  416 418 420
        """,
    )
    terms = ask(MISSION, "2024-06-25").total.figures["arrived"].terms
    assert ["implied" in term.role for term in terms] == [True]


def test_departed_uses_the_count_that_the_reports_imply() -> None:
    facts = [
        report("KEN", "2024-07-01", 396),
        departure("KEN", "2024-07-10", "some"),
        report("KEN", "2024-07-20", 350),
    ]
    over_time(facts, "departed", "2024-07-09  0\n2024-07-10  46\n2024-07-20  46")
    over_time(facts, "arrived", "2024-07-20  0")


def test_what_no_reports_bound_stays_unknown() -> None:
    facts = [
        report("KEN", "2024-07-01", 396),
        arrival("KEN", "2024-07-10", "some"),
        arrival("KEN", "2024-07-11", 5),
    ]
    over_time(facts, "arrived", "2024-07-10  1 ? ∞\n2024-07-11  6 6 ∞")
    assert ask(facts, "2024-07-11").total.figures["arrived"].sum.unknown_terms == 1


def test_an_uncertain_day_makes_arrived_and_departed_ranges() -> None:
    facts = [arrival("KEN", "2024-07", "~100"), departure("KEN", "2024-07-20/..", 7)]
    over_time(facts, "arrived", "2024-06-30  0\n2024-07-10  0 0 110\n2024-07-31  90 100 110")
    over_time(facts, "departed", "2024-07-19  0\n2024-07-20  0 7 7")


def test_who_left_had_arrived_and_a_report_makes_no_arrival() -> None:
    facts = [report("KEN", "2024-07-01", 396), departure("KEN", "2024-07-10", 400)]
    total = ask(facts, "2024-07-10").total
    assert [words(total, measure) for measure in ADDITIVE] == ["0", "0", "400", *["0"] * 5]


def test_an_ended_mission_keeps_what_arrived_and_departed() -> None:
    table = ask(MISSION, "2025-01-02", ended={"haiti-mss": day("2025-01-01")})
    assert shown(table.total.figures["present"]) == "ended 0"
    assert words(table.total, "arrived") == "416 418 420"


# ---- expected ----


def test_what_is_announced_without_an_end_stays_expected_from_its_announcement() -> None:
    over_time(MISSION, "expected", "2024-07-17  0\n2024-07-18  600\n2034-07-18  600")


def test_what_is_announced_for_a_day_lapses_after_it() -> None:
    facts = [arrival("KEN", "2024-05", 500, status="expected", out="2024-01-31")]
    over_time(facts, "expected", "2024-01-30  0\n2024-01-31  500\n2024-05-31  500\n2024-06-01  0")
    over_time(facts, "arrived", "2024-06-01  0")


def test_what_is_announced_and_comes_is_expected_until_it_comes() -> None:
    story = told(
        arriving("KEN"),
        claim("../2024-05-31", 500, by="january", status="expected", out="2024-01-31"),
        claim("2024-06-25", 200, by="arrived", out="2024-06-26"),
    )
    over_time([story], "expected", "2024-01-30  0\n2024-01-31  200\n2024-06-24  200\n2024-06-25  0")
    over_time([story], "arrived", "2024-06-24  0\n2024-06-25  200")


def test_what_nobody_announced_was_not_expected() -> None:
    over_time(
        [arrival("KEN", "2024-06-25", 200, out="2024-06-26")],
        "expected",
        "2024-06-24  0\n2024-06-25  0",
    )
    unknown_when = [arrival("KEN", "2024-08", 200, status="expected", out=None)]
    over_time(unknown_when, "expected", "2024-07-01  0\n2024-08-15  0")


def test_on_a_day_it_may_have_come_what_is_expected_is_a_range() -> None:
    def story(when: str) -> list[Fact]:
        announced = claim("2024-07", 200, by="a", status="expected", out="2024-06-01")
        return [told(arriving("KEN"), announced, claim(when, 200, by="b", out="2024-09-01"))]

    over_time(story("2024-07"), "expected", "2024-06-30  200\n2024-07-10  0 200 200\n2024-07-31  0")
    over_time(story("2024-07"), "arrived", "2024-06-30  0\n2024-07-10  0 0 200\n2024-07-31  200")
    over_time(story("2024-07-17/.."), "expected", "2024-07-16  200\n2024-07-17  0 0 200")
    over_time(story("2024-07-17/.."), "arrived", "2024-07-16  0\n2024-07-17  0 200 200")


def test_what_was_called_off_was_expected_until_then() -> None:
    story = told(
        arriving("KEN"),
        claim("2024-08", 600, by="a", status="expected", out="2024-07-17"),
        claim("2024-07-30", by="b", status="cancelled"),
    )
    over_time(
        [story],
        "expected",
        "2024-07-16  0\n2024-07-17  600\n2024-07-29  600\n2024-07-30  0\n2024-08-15  0",
    )
    over_time([story], "arrived", "2024-08-31  0")
    over_time(
        [arrival("KEN", "2024-07-30", status="cancelled", out="2024-07-01")],
        "expected",
        "2024-07-10  0",
    )


def test_what_was_called_off_by_some_day_is_off_from_that_day() -> None:
    story = told(
        arriving("KEN"),
        claim("2024-12", 600, by="a", status="expected", out="2024-07-17"),
        claim("../2024-07-30", by="b", status="cancelled"),
    )
    over_time([story], "expected", "2024-07-30  0\n2024-08-15  0")


def test_a_promise_kept_in_steps_shrinks_by_each() -> None:
    facts = [
        arrival("KEN", "2024-07-17/..", 600, status="expected", out="2024-07-18", key="further"),
        arrival("KEN", "2024-10-08", "~100", fulfils="further"),
        arrival("KEN", "2025-01-18", 217, fulfils="further"),
        arrival("KEN", "2025-02-06", 300, fulfils="further"),
        arrival("KEN", "2025-02-07", 50),
    ]
    over_time(
        facts,
        "expected",
        """
        2024-07-18  600
        2024-10-07  600
        2024-10-08  490 500 510
        2025-01-18  273 283 293
        2025-02-06  0
        """,
    )
    assert not ask(facts, "2025-02-06").total.figures["expected"].terms


@pytest.mark.parametrize(
    ("promised", "step", "left"),
    [
        ("600", "200", "400"),
        ("600", "some", "0 599 599"),
        ("~600", "600", "0 0 60"),
        ("<=600", "200", "0 ? 400"),
        ("600", "700", "0"),
        ("600..700", "600", "0 50 100"),
    ],
)
def test_what_is_left_of_a_promise_is_never_below_zero(promised: str, step: str, left: str) -> None:
    facts = [
        arrival("KEN", "2024-12", promised, status="expected", out="2024-07-18", key="further"),
        arrival("KEN", "2024-10-08", step, fulfils="further"),
    ]
    over_time(facts, "expected", f"2024-10-08  {left}")


@pytest.mark.parametrize("status", ["expected", "cancelled"])
def test_a_step_that_was_not_taken_keeps_no_promise(status: str) -> None:
    facts = [
        arrival("KEN", "2024-12", 600, status="expected", out="2024-07-18", key="further"),
        arrival("KEN", "2024-10-08", 200, fulfils="further", status=status, out="2024-10-08"),
    ]
    over_time(facts, "expected", "2024-10-09  600")


def test_a_step_on_an_uncertain_day_leaves_a_range() -> None:
    facts = [
        arrival("KEN", "2024-12", 600, status="expected", out="2024-07-18", key="further"),
        arrival("KEN", "2024-10", 200, fulfils="further"),
    ]
    over_time(facts, "expected", "2024-09-30  600\n2024-10-10  400 600 600\n2024-10-31  400")


def test_departures_are_not_expected_strength() -> None:
    over_time(
        [departure("KEN", "2024-12", 600, status="expected", out="2024-07-18")],
        "expected",
        "2024-08-01  0",
    )


# ---- pledged ----


def test_pledges_without_a_number_add_up_to_at_least_their_number() -> None:
    facts = [pledge(nation, "2024-07-17", "some") for nation in ("BEN", "BHS", "BLZ")]
    over_time(facts, "pledged", "2024-07-16  0\n2024-07-17  3 ? ∞")
    assert ask(facts, "2024-07-17").total.figures["pledged"].sum.unknown_terms == 3
    assert [words(row, "pledged") for row in ask(facts, "2024-07-17").rows] == ["1 ? ∞"] * 3
    over_time([*facts, pledge("KEN", "2023-07-29", 1000)], "pledged", "2024-07-17  1003 1003 ∞")


def test_a_pledge_counts_from_the_day_it_was_made() -> None:
    over_time(
        [pledge("KEN", "2024-03", 1000)],
        "pledged",
        "2024-02-29  0\n2024-03-10  0 0 1000\n2024-03-31  1000",
    )
    over_time([pledge("KEN", "2024-03-01", 1000, status="expected")], "pledged", "2024-04-01  0")


def test_a_withdrawn_pledge_stood_until_it_was_withdrawn() -> None:
    story = told(
        pledging("BEN"),
        claim("2024-02-26", 2000, by="a"),
        claim("2024-09-01", by="b", status="cancelled"),
    )
    over_time(
        [story], "pledged", "2024-02-25  0\n2024-02-26  2000\n2024-08-31  2000\n2024-09-01  0"
    )


def test_a_pledge_is_no_arrival_and_an_arrival_keeps_no_pledge() -> None:
    facts = [
        pledge("KEN", "2023-07-29", 1000, key="promise"),
        arrival("KEN", "2024-06-25", 200, fulfils="promise"),
    ]
    total = ask(facts, "2024-06-25").total
    assert [words(total, measure) for measure in ADDITIVE] == [
        *("200", "200"),
        *["0"] * 5,
        "1000",
    ]


# ---- authorised ----


def test_the_ceiling_of_a_mandate_holds_from_its_day_to_its_last() -> None:
    over_time(
        [mandate("2023-10-02", "<=2500", expires="2024-10-02")],
        "authorised",
        """
        2023-10-01  null
        2023-10-02  0 ? 2500
        2024-10-02  0 ? 2500
        2024-10-03  null
        """,
    )


def test_the_newest_mandate_in_force_is_the_ceiling() -> None:
    over_time(
        [
            mandate("2023-10-02", 1000),
            mandate("2024-01-01", 2500, expires="2024-12-31"),
            mandate("2025-09-30", 5500, expires="2026-10"),
        ],
        "authorised",
        """
        2023-12-31  1000
        2024-06-01  2500
        2025-01-01  1000
        2025-09-30  5500
        2026-10-31  5500
        2026-11-01  1000
        """,
    )


def test_a_mandate_that_was_only_expected_or_repealed_is_no_ceiling() -> None:
    over_time([mandate("2023-10-02", 2500, status="expected")], "authorised", "2024-01-01  null")
    repealed = told(
        mandating(),
        claim("2023-10-02", 2500, by="a"),
        claim("2024-03-01", by="b", status="cancelled", grade="A1"),
    )
    over_time([repealed], "authorised", "2024-02-29  2500\n2024-03-01  null")


@pytest.mark.parametrize(
    ("question", "ceiling"),
    [
        ({}, "3500"),
        ({"missions": ("haiti-mss",)}, "2500"),
        ({"missions": ("other",)}, "1000"),
        ({"missions": ("haiti-mss", "other")}, "3500"),
        ({"missions": ("unheard-of",)}, None),
        ({"nations": ("KEN",)}, None),
        ({"missions": ("haiti-mss",), "nations": ("KEN",)}, None),
        ({"categories": ("police",)}, None),
        ({"contingents": (Scope("haiti-mss", "KEN", "police"),)}, None),
    ],
)
def test_the_ceiling_is_of_whole_missions_only(
    question: dict[str, Any], ceiling: str | None
) -> None:
    facts = [
        *(mandate("2023-10-02", 2500), mandate("2024-01-01", 1000, mission="other")),
        *(arrival("KEN", "2024-06-25", 200), arrival("KEN", "2024-06-25", 200, mission="other")),
    ]
    assert words(ask(facts, "2024-07-01", **question).total, "authorised") == ceiling


@pytest.mark.parametrize(
    ("group_by", "ceilings"),
    [
        (("mission",), {"haiti-mss": "2500", "other": None}),
        (("nation",), {"KEN": None}),
        (("category",), {"police": None}),
        (("mission", "nation"), {"haiti-mss/KEN": None, "other/KEN": None}),
    ],
)
def test_the_ceiling_stands_in_mission_rows_only(
    group_by: tuple[str, ...], ceilings: dict[str, str | None]
) -> None:
    facts = [
        mandate("2023-10-02", 2500),
        *(arrival("KEN", "2024-06-25", 200), arrival("KEN", "2024-06-25", 200, mission="other")),
    ]
    table = ask(facts, "2024-07-01", group_by=group_by)
    assert (
        dict(zip(names(table), [words(row, "authorised") for row in table.rows], strict=True))
        == ceilings
    )


# ---- rows ----

WIDE = [
    arrival("KEN", "2024-06-25", 200),
    arrival("KEN", "2024-06-25", 30, category="fpu"),
    arrival("JAM", "2024-06-25", 24, category="troops"),
    arrival("JAM", "2024-06-25", 2, category="staff_officer"),
    arrival("JAM", "2024-06-25", 7, mission="other", category="fpu"),
    pledge("BEN", "2024-02-26", 2000, category=None),
    report(None, "2024-06-25", 300, category=None),
    mandate("2024-01-01", 1000, mission="empty"),
    visit("USA", "2024-07-15", 6),
]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ({"group_by": ("nation",)}, "BEN JAM KEN"),
        ({"group_by": ("mission",)}, "empty haiti-mss other"),
        ({"group_by": ("category",)}, "police staff_officer troops"),
        (
            {"group_by": ("mission", "nation")},
            "haiti-mss/BEN haiti-mss/JAM haiti-mss/KEN other/JAM",
        ),
        ({"group_by": ("nation", "category")}, "JAM/fpu JAM/staff_officer JAM/troops KEN/police"),
        (
            {"group_by": ("mission", "category")},
            "haiti-mss/police haiti-mss/staff_officer haiti-mss/troops other/fpu",
        ),
        ({"nations": ("JAM",)}, "JAM"),
        ({"nations": ("USA",)}, ""),
        ({"missions": ("other",)}, "JAM"),
        ({"missions": ("empty",)}, ""),
        ({"missions": ("empty",), "group_by": ("mission",)}, "empty"),
        ({"missions": ("unheard-of",), "group_by": ("mission",)}, ""),
        ({"categories": ("police",)}, "JAM KEN"),
        ({"categories": ("military",), "group_by": ("category",)}, "staff_officer troops"),
        ({"categories": ("fpu",), "group_by": ("nation", "category")}, "JAM/fpu KEN/fpu"),
        ({"categories": ("civilian",)}, ""),
        ({"contingents": (Scope("haiti-mss", "KEN", "police"),)}, "KEN"),
        ({"contingents": (Scope("haiti-mss", "KEN", "police"),), "nations": ("JAM",)}, ""),
    ],
)
def test_there_is_a_row_for_whatever_the_evidence_within_the_question_names(
    question: dict[str, Any], rows: str
) -> None:
    assert names(ask(WIDE, "2024-07-01", **question)) == rows.split()


@pytest.mark.parametrize(
    "group_by", [(), *((one,) for one in GROUPS), ("nation", "category"), GROUPS]
)
def test_each_row_says_what_it_groups_and_leaves_the_rest_empty(group_by: tuple[str, ...]) -> None:
    for row in ask(WIDE, "2024-07-01", group_by=group_by).rows:
        assert {name for name, value in row.group.items() if value is not None} == set(group_by)
        assert set(row.group) == set(GROUPS)


@pytest.mark.parametrize(
    ("group_by", "unallocated"),
    [
        (("nation",), {"present": (44, 44, 44), "pledged": (0, 0, 0)}),
        (("category",), {"present": (44, 44, 44), "pledged": (2000, 2000, 2000)}),
        (
            ("mission", "nation", "category"),
            {"present": (44, 44, 44), "pledged": (2000, 2000, 2000)},
        ),
    ],
)
def test_what_the_rows_do_not_explain_is_unallocated(
    group_by: tuple[str, ...], unallocated: dict[str, tuple[int, int, int]]
) -> None:
    table = ask(WIDE, "2024-07-01", group_by=group_by)
    assert table.unallocated is not None
    assert set(table.unallocated.remainders) == set(ADDITIVE)
    assert unallocated.items() <= table.unallocated.remainders.items()
    assert words(table.total, "present") == "307"
    rows = sum(row.figures["present"].sum.low for row in table.rows)
    assert rows == 263


def test_rows_by_mission_explain_everything() -> None:
    assert ask(WIDE, "2024-07-01", group_by=("mission",)).unallocated is None


def test_a_category_asked_for_gives_way_to_those_under_it_and_keeps_the_rest_unallocated() -> None:
    table = ask(WIDE, "2024-07-01", categories=("police",), group_by=("category",))
    assert names(table) == ["fpu"]
    assert words(table.rows[0], "arrived") == "37"
    assert words(table.total, "arrived") == "237"
    assert table.unallocated is not None
    assert table.unallocated.remainders["arrived"] == (200, 200, 200)


@pytest.mark.parametrize(
    ("question", "arrived", "present"),
    [
        ({"nations": ("KEN", "KEN")}, "230", "230"),
        ({"nations": ("KEN", "JAM")}, "263", "263"),
        ({"categories": ("police", "fpu")}, "237", "237"),
        ({"categories": ("fpu", "troops")}, "61", "61"),
        ({"missions": ("haiti-mss", "haiti-mss")}, "256", "300"),
        (
            {
                "contingents": (
                    Scope("haiti-mss", "KEN", "police"),
                    Scope("haiti-mss", "KEN", "fpu"),
                )
            },
            "230",
            "230",
        ),
        (
            {"contingents": (Scope("haiti-mss", "KEN", "police"), Scope("other", "JAM", "fpu"))},
            "237",
            "237",
        ),
        (
            {"contingents": (Scope("haiti-mss", "KEN", "police"),), "categories": ("fpu",)},
            "30",
            "30",
        ),
        (
            {"contingents": (Scope("haiti-mss", "KEN", "police"),), "categories": ("troops",)},
            "0",
            "0",
        ),
    ],
)
def test_asking_twice_for_the_same_people_counts_them_once(
    question: dict[str, Any], arrived: str, present: str
) -> None:
    total = ask(WIDE, "2024-07-01", **question).total
    assert (words(total, "arrived"), words(total, "present")) == (arrived, present)


# ---- the working ----


@pytest.mark.parametrize("when", ["2024-07-01", "2024-07-18", "2024-09-12"])
@pytest.mark.parametrize("group_by", [("nation",), ("category",), ("mission",)])
def test_the_terms_of_a_figure_add_up_to_it(when: str, group_by: tuple[str, ...]) -> None:
    table = ask([*MISSION, *WIDE], when, group_by=group_by)
    for row in [*table.rows, table.total]:
        for figure in row.figures.values():
            parts = [contribution(term, times) for term, times in figure.terms.items()]
            highs = [high for _, _, high in parts if high is not None]
            assert sum(low for low, _, _ in parts) == figure.sum.low
            assert sum(best for _, best, _ in parts) == figure.sum.point
            assert (sum(highs) if len(highs) == len(parts) else None) == figure.sum.high


def test_a_term_names_its_entry_its_claims_and_its_day() -> None:
    entry = arriving("KEN", key="first")
    silent, counted = (
        claim("2024-06-25", by="ap", grade="A1"),
        claim("2024-06-26", 200, by="nation"),
    )
    figure = ask([told(entry, silent, counted)], "2024-07-01").total.figures["present"]
    ((term, times),) = figure.terms.items()
    assert (term.role, term.entry, term.claims, term.day) == (
        *("arrival", "first"),
        *(("first/ap", "first/nation"), day("2024-06-25")),
    )
    assert (term.low, term.best, term.high, term.known, times) == (200, 200, 200, True, 1)


REASONS = [
    (arrival("KEN", "2024-08-01", 200, key="later"), "took place after 2024-07-20"),
    (report("KEN", "2024-07-01", 196, key="older"), "a later or wider report counts instead"),
    (
        arrival("KEN", "2024-12", 500, key="untold", status="expected", out="2024-11-01"),
        "not yet announced",
    ),
    (arrival("KEN", "2024-06-20", 200, key="off", status="cancelled"), "cancelled"),
    (pledge("KEN", "2024-06-20", 200, key="hoped", status="expected"), "expected only"),
    (mandate("2023-01-01", 1000, key="expired", expires="2023-12-31"), "not in force"),
    (visit("JAM", "2024-07-15", 6, key="visit"), "not made of events"),
]


@pytest.mark.parametrize(("fact", "reason"), REASONS, ids=[fact.entry.key for fact, _ in REASONS])
def test_a_claim_that_enters_no_figure_says_why(fact: Fact, reason: str) -> None:
    facts = [report("KEN", "2024-07-16", 396), fact]
    (aside,) = set_aside(Strength.of(facts, {}), ask(facts, "2024-07-20"))
    assert (aside.claim.entry, aside.claim.key) == (fact.entry.key, fact.value.claim.key)
    assert reason in aside.reason


def test_every_claim_within_the_question_is_either_used_or_set_aside() -> None:
    story = told(
        arriving("KEN", key="story"),
        claim("2024-06-20", 500, by="a", status="expected"),
        claim("2024-06-25", 200, by="b"),
        claim("2024-06-25", 210, by="c", grade="C3"),
        claim("2024-06-25", by="d", grade="A1"),
    )
    facts = [story, *(fact for fact, _ in REASONS), *MISSION]
    table = ask(facts, "2024-07-20")
    aside = [found.claim.key for found in set_aside(Strength.of(facts, {}), table)]
    used = {
        key
        for row in [*table.rows, table.total]
        for figure in row.figures.values()
        for term in figure.terms
        for key in term.claims
    }
    told_of = {fact.value.claim.key for fact in facts} | {f"story/{by}" for by in "abcd"}
    assert len(aside) == len(set(aside))
    assert used.isdisjoint(aside)
    assert used | set(aside) == told_of


def test_a_claim_that_stood_until_it_was_withdrawn_is_used_until_then_and_set_aside_after() -> None:
    story = told(
        pledging("BEN"),
        claim("2024-02-26", 2000, by="a"),
        claim("2024-09-01", 0, by="b", status="cancelled"),
    )
    for when, aside in [("2024-03-01", {"b"}), ("2024-09-01", {"a", "b"})]:
        assert {
            found.claim.source for found in set_aside(Strength.of([story], {}), ask([story], when))
        } == aside


def test_what_nobody_could_take_for_strength_is_not_even_set_aside() -> None:
    facts = [visit("USA", "2024-07-15"), arrival("KEN", "2024-06-25", 200)]
    assert set_aside(Strength.of(facts, {}), ask(facts, "2024-07-20")) == []


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ({"nations": ("BEN",)}, ["pledge-haiti-mss-ben-all-2024-02-26"]),
        ({"nations": ("USA",)}, ["visit-haiti-mss-usa-all-2024-07-15"]),
        ({"missions": ("empty",)}, ["mandate-empty-2024-01-01"]),
        (
            {"categories": ("fpu",)},
            ["arrival-haiti-mss-ken-fpu-2024-06-25", "arrival-other-jam-fpu-2024-06-25"],
        ),
        ({"categories": ("fpu",), "missions": ("other",)}, ["arrival-other-jam-fpu-2024-06-25"]),
        (
            {"contingents": (Scope("haiti-mss", "KEN", "fpu"),)},
            ["arrival-haiti-mss-ken-fpu-2024-06-25"],
        ),
        ({"missions": ("unheard-of",)}, []),
    ],
)
def test_a_question_speaks_of_the_entries_within_it_only(
    question: dict[str, Any], keys: list[str]
) -> None:
    asked = Question(as_of=day("2024-07-01"), **question)
    assert [fact.entry.key for fact in WIDE if asked.speaks_of(fact.entry)] == keys


def test_what_lies_outside_the_question_is_not_set_aside() -> None:
    later = arrival("KEN", "2024-08-01", 200)
    assert set_aside(Strength.of([later], {}), ask([later], "2024-07-20", nations=("KEN",))) != []
    assert set_aside(Strength.of([later], {}), ask([later], "2024-07-20", nations=("JAM",))) == []


def test_two_mandates_of_one_day_are_decided_by_grade_then_by_publication() -> None:
    better = mandate("2024-01-01", 2500, key="a", grade="A1", by="un")
    worse = mandate("2024-01-01", 1000, key="z", grade="F6", by="blog")
    assert words(ask([better, worse], "2024-02-01").total, "authorised") == "2500"
    assert words(ask([worse, better], "2024-02-01").total, "authorised") == "2500"
    early = mandate("2024-01-01", 900, key="b", by="early", out="2024-01-01")
    late = mandate("2024-01-01", 800, key="a", by="late", out="2024-01-02")
    assert words(ask([early, late], "2024-02-01").total, "authorised") == "800"
    silent = mandate("2024-01-01", "unknown", key="y", grade="A1", by="silent")
    assert words(ask([silent, worse], "2024-02-01").total, "authorised") == "1000"


@pytest.mark.parametrize(("policy", "allowed"), [("lowest", "1000"), ("highest", "2500")])
def test_the_policy_chooses_among_mandates_of_one_day(policy: Policy, allowed: str) -> None:
    facts = [
        mandate("2024-01-01", 2500, key="a", grade="A1", by="un"),
        mandate("2024-01-01", 1000, key="z", grade="F6", by="blog"),
    ]
    total = Strength.of(facts, {}, policy).table(Question(day("2024-02-01"))).total
    figure = total.figures["authorised"]
    assert (words(total, "authorised"), figure.disputed) == (allowed, True)
    assert figure.spread == (1000, 2500)
