"""How many in a wider circle: reports at several levels, and nobody counted twice.

`everyone` is the whole mission. The tables say, for each scope asked, the method and low, best,
high.
"""

import gc
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest

from app.estimate.categories import PARENTS, children, covers, subtree
from app.estimate.contingents import Figure
from app.estimate.entries import Fact, Scope
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.strength import ADDITIVE, Strength
from tests.builders import arrival, arriving, bounds, claim, day, departure, report, shown, told

everyone = partial(report, None, category=None)
kenya, jamaica = partial(report, "KEN"), partial(report, "JAM")


def levels(
    facts: Iterable[Fact], when: str, table: str, ended: dict[str, date] | None = None
) -> None:
    """Each line of the table: nation or `all`, category or `all`, and the figure."""
    laid_out = Levels.of(facts, ended or {})
    lines = [line.split(maxsplit=2) for line in table.strip().splitlines()]
    found = [
        (
            nation,
            category,
            shown(laid_out.on(Scope("haiti-mss", _all(nation), _all(category)), day(when))),
        )
        for nation, category, _ in lines
    ]
    assert found == [(nation, category, figure) for nation, category, figure in lines]


def table(facts: Iterable[Fact], when: str, lines: str, **question: Any) -> None:
    """Each line: a row by what it groups (`KEN/police`), `unallocated` or `total`, and its figure
    of who is present.
    """
    found = Strength.of(facts, {}).table(Question(as_of=day(when), **question))
    named = {
        "/".join(filter(None, row.group.values())): shown(row.figures["present"])
        for row in found.rows
    }
    if found.unallocated:
        named["unallocated"] = bounds(*found.unallocated.remainders["present"])
    named["total"] = shown(found.total.figures["present"])
    assert list(named.items()) == [
        tuple(line.split(maxsplit=1)) for line in lines.strip().splitlines()
    ]


def _all(word: str) -> str | None:
    return None if word == "all" else word


# ---- the tree of categories ----


@pytest.mark.parametrize(
    ("wide", "narrow", "is_covered"),
    [
        ("police", "police", True),
        ("police", "fpu", True),
        ("police", "ipo", True),
        ("police", "troops", False),
        ("fpu", "police", False),
        ("fpu", "ipo", False),
        ("military", "expert", True),
        ("unspecified", "police", False),
        (None, "fpu", True),
        (None, None, True),
        ("police", None, False),
    ],
)
def test_a_category_covers_itself_and_what_lies_under_it(
    wide: str | None, narrow: str | None, is_covered: bool
) -> None:
    assert covers(wide, narrow) is is_covered


def test_the_tree_of_categories() -> None:
    assert children(None) == ["police", "military", "civilian", "unspecified"]
    assert {top: subtree(top) for top in children(None)} == {
        "police": ["police", "fpu", "ipo"],
        "military": ["military", "troops", "staff_officer", "expert"],
        "civilian": ["civilian"],
        "unspecified": ["unspecified"],
    }
    assert len(PARENTS) == 9


@pytest.mark.parametrize(
    ("scope", "asked", "narrowed"),
    [
        (Scope("m"), (None, "KEN", None), Scope("m", "KEN")),
        (Scope("m", "KEN"), (None, "JAM", None), None),
        (Scope("m", "KEN"), (None, None, "fpu"), Scope("m", "KEN", "fpu")),
        (Scope("m", None, "fpu"), (None, None, "police"), Scope("m", None, "fpu")),
        (Scope("m", None, "police"), (None, None, "fpu"), Scope("m", None, "fpu")),
        (Scope("m", None, "police"), (None, None, "troops"), None),
        (Scope("m"), ("other", None, None), None),
    ],
)
def test_a_scope_is_narrowed_to_what_both_speak_of(
    scope: Scope, asked: tuple[str | None, str | None, str | None], narrowed: Scope | None
) -> None:
    assert scope.narrowed(*asked) == narrowed


# ---- without a wider report the level is the sum of its parts ----


def test_a_mission_is_the_sum_of_its_nations_and_a_nation_of_its_categories() -> None:
    levels(
        [
            kenya("2024-07-16", 396),
            report("KEN", "2024-07-16", 10, category="staff_officer"),
            jamaica("2024-09-12", 24),
        ],
        "2024-09-12",
        """
        KEN police        reported 396
        KEN staff_officer reported 10
        KEN military      reported 10
        KEN troops        none 0
        KEN all           summed 406
        JAM all           reported 24
        all police        summed 420
        all military      reported 10
        all all           summed 430
        """,
    )


def test_a_level_with_one_part_keeps_the_method_of_that_part() -> None:
    levels(
        [
            arrival("KEN", "2024-06-25", "some"),
            arrival("KEN", "2024-07-16", 200),
            kenya("2024-07-16", 396),
        ],
        "2024-07-01",
        """
        KEN police  implied 196
        KEN all     implied 196
        all police  implied 196
        all all     implied 196
        """,
    )


def test_a_sum_carries_the_ranges_and_the_unknowns_of_its_parts() -> None:
    levels(
        [
            kenya("2024-07-16", "~200"),
            jamaica("2024-07-16", "some"),
            report("BLZ", "2024-07-16", "<=5"),
        ],
        "2024-07-16",
        """
        JAM all  reported 1 ? ∞
        all all  summed 181 201 ∞
        """,
    )


def test_below_zero_in_one_nation_takes_nothing_from_another() -> None:
    levels(
        [kenya("2024-07-16", 396), departure("JAM", "2024-07-16", 50)],
        "2024-07-16",
        """
        JAM all  counted 0
        all all  summed 396
        """,
    )


def test_an_ended_mission_is_empty_at_every_level() -> None:
    levels(
        [everyone("2024-07-16", 426), kenya("2024-07-16", 396)],
        "2024-07-21",
        """
        KEN police  ended 0
        KEN all     ended 0
        all police  ended 0
        all all     ended 0
        """,
        ended={"haiti-mss": day("2024-07-20")},
    )


# ---- the widest report sets the level on its day; what lies under it moves it ----


def test_a_mission_report_holds_the_nations_it_speaks_of() -> None:
    facts = [everyone("2024-09-12", 426), kenya("2024-09-12", 400), jamaica("2024-09-12", 24)]
    levels(
        facts,
        "2024-09-12",
        """
        KEN all  reported 400
        JAM all  reported 24
        all all  reported 426
        """,
    )
    table(
        facts,
        "2024-09-12",
        """
        JAM          reported 24
        KEN          reported 400
        unallocated  2
        total        reported 426
        """,
    )


def test_movements_under_a_wide_report_change_it_exactly() -> None:
    facts = [
        *(kenya("2024-07-01", "~400"), everyone("2024-07-10", 426)),
        *(arrival("JAM", "2024-07-20", 24), departure("KEN", "2024-08-01", 50)),
    ]
    for when, total in [("2024-07-09", "reported 360 400 440"), ("2024-07-10", "reported 426")]:
        levels(facts, when, f"all all  {total}")
    levels(
        facts,
        "2024-07-20",
        """
        KEN all  reported 360 400 440
        JAM all  counted 24
        all all  carried 450
        """,
    )
    levels(
        facts,
        "2024-08-01",
        """
        KEN all     carried 310 350 390
        all police  summed 334 374 414
        all all     carried 400
        """,
    )


def test_what_moved_before_a_wide_report_or_on_its_day_is_in_it() -> None:
    facts = [
        arrival("KEN", "2024-06-25", 200),
        arrival("JAM", "2024-07-10", 24),
        everyone("2024-07-10", 220),
    ]
    for when, total in [
        ("2024-07-09", "counted 200"),
        ("2024-07-10", "reported 220"),
        ("2025-01-01", "reported 220"),
    ]:
        levels(facts, when, f"all all  {total}")


def test_a_new_report_under_a_wide_one_moves_it_by_what_it_changed() -> None:
    facts = [kenya("2024-07-01", 400), everyone("2024-07-10", 426), kenya("2024-08-01", 380)]
    for when, total in [
        ("2024-07-31", "reported 426"),
        ("2024-08-01", "carried 406"),
        ("2025-01-01", "carried 406"),
    ]:
        levels(facts, when, f"all all  {total}")


def test_movements_between_two_reports_under_a_wide_one_are_in_the_change_already() -> None:
    facts = [
        *(kenya("2024-07-01", 400), everyone("2024-07-10", 426), arrival("KEN", "2024-07-20", 100)),
        *(kenya("2024-08-01", 480), departure("KEN", "2024-08-10", 30)),
    ]
    for when, total in [("2024-07-20", "526"), ("2024-08-01", "506"), ("2024-08-10", "476")]:
        levels(facts, when, f"all all  carried {total}")


def test_a_change_between_two_rough_reports_is_as_rough_as_both() -> None:
    levels(
        [kenya("2024-07-01", "~100"), everyone("2024-07-10", 426), kenya("2024-08-01", "~200")],
        "2024-08-01",
        "all all  carried 496 526 556",
    )


def test_a_first_report_that_agrees_with_what_had_moved_changes_nothing() -> None:
    facts = [
        arrival("KEN", "2024-06-25", "some"),
        everyone("2024-07-10", 426),
        kenya("2024-08-01", 396),
    ]
    for when in ("2024-07-10", "2024-08-01"):
        levels(facts, when, "all all  reported 426")


def test_a_later_wide_report_ends_the_matter() -> None:
    facts = [
        *(
            everyone("2024-07-10", 426),
            arrival("KEN", "2024-07-20", "some"),
            kenya("2024-07-25", "~380"),
        ),
        everyone("2024-08-01", 400),
    ]
    levels(facts, "2024-08-01", "all all  reported 400")
    levels([*facts, arrival("KEN", "2024-08-02", 7)], "2024-08-02", "all all  carried 407")


def test_an_uncertain_day_after_a_wide_report_is_a_range() -> None:
    facts = [everyone("2024-06-30", 426), arrival("KEN", "2024-07", 100)]
    for when, total in [("2024-07-10", "carried 426 426 526"), ("2024-07-31", "carried 526")]:
        levels(facts, when, f"all all  {total}")


def test_a_wide_report_never_falls_below_zero() -> None:
    levels(
        [everyone("2024-07-10", 26), departure("KEN", "2024-07-20", 50)],
        "2024-07-20",
        "all all  carried 0",
    )


def test_a_nation_that_loses_more_than_it_reported_takes_all_of_it_from_the_mission() -> None:
    facts = [
        everyone("2024-07-10", 426),
        jamaica("2024-07-10", 24),
        departure("JAM", "2024-07-20", 30),
    ]
    levels(
        facts,
        "2024-07-20",
        """
        JAM all  carried 0
        all all  carried 396
        """,
    )


def test_a_wide_report_implies_nothing_before_its_day() -> None:
    facts = [
        arrival("KEN", "2024-06-25", 200),
        arrival("JAM", "2024-07-05", 24),
        everyone("2024-07-10", 426),
    ]
    levels(facts, "2024-07-01", "all all  counted 200")
    levels([everyone("2024-07-10", 426)], "2024-07-09", "all all  none 0")


# ---- the report of a nation ----


def test_a_nation_report_holds_its_contingents() -> None:
    facts = [
        *(kenya("2024-07-01", 380), report("KEN", "2024-07-01", 10, category="troops")),
        *(report("KEN", "2024-07-10", 400, category=None), arrival("KEN", "2024-07-20", 50)),
        report("KEN", "2024-07-25", 12, category="troops"),
    ]
    levels(
        facts,
        "2024-07-10",
        """
        KEN police    reported 380
        KEN military  reported 10
        KEN all       reported 400
        all all       reported 400
        """,
    )
    levels(
        facts,
        "2024-07-25",
        """
        KEN police    carried 430
        KEN military  reported 12
        KEN all       carried 452
        all all       carried 452
        """,
    )
    table(
        facts,
        "2024-07-25",
        """
        KEN/police   carried 430
        KEN/troops   reported 12
        unallocated  10
        total        carried 452
        """,
        group_by=("nation", "category"),
    )


def test_a_police_report_speaks_for_the_units_and_the_single_officers_under_it() -> None:
    facts = [
        *(
            report("BGD", "2024-07-01", 160, category="fpu"),
            report("BGD", "2024-07-01", 12, category="ipo"),
        ),
        *(report("BGD", "2024-07-10", 180), report("BGD", "2024-07-20", 170, category="fpu")),
        arrival("BGD", "2024-07-25", 3, category="ipo"),
    ]
    for when, figure in [
        ("2024-07-01", "summed 172"),
        ("2024-07-10", "reported 180"),
        ("2024-07-20", "carried 190"),
    ]:
        levels(facts, when, f"BGD police  {figure}")
    levels(
        facts,
        "2024-07-25",
        """
        BGD fpu     reported 170
        BGD ipo     carried 15
        BGD police  carried 193
        BGD all     carried 193
        all police  carried 193
        """,
    )


def test_a_movement_of_a_category_that_has_others_under_it_is_part_of_its_level_only() -> None:
    facts = [
        *(report("BGD", "2024-07-01", 160, category="fpu"), arrival("BGD", "2024-07-05", 40)),
        report("BGD", "2024-07-01", 12, category="ipo"),
    ]
    levels(
        facts,
        "2024-07-05",
        """
        BGD fpu     reported 160
        BGD ipo     reported 12
        BGD police  summed 212
        BGD all     summed 212
        """,
    )
    wide = [*facts, report("BGD", "2024-07-02", 200)]
    levels(wide, "2024-07-05", "BGD police  carried 240")


# ---- the United Nations case: police and troops of the whole mission, and each nation by fpu, ipo
# and troops ----

UN_DAY = "2025-06-30"
WHOLE = [report(None, UN_DAY, 700), report(None, UN_DAY, 300, category="troops")]
NATIONS = [
    report("KEN", UN_DAY, 500, category="fpu"),
    report("KEN", UN_DAY, 20, category="ipo"),
    report("JAM", UN_DAY, 150, category="fpu"),
    report("JAM", UN_DAY, 25, category="troops"),
    report("GTM", UN_DAY, 250, category="troops"),
]


def test_police_and_troops_of_the_mission_and_of_its_nations_are_the_same_people() -> None:
    levels(
        [*WHOLE, *NATIONS],
        UN_DAY,
        """
        KEN all       summed 520
        JAM all       summed 175
        JAM police    reported 150
        GTM all       reported 250
        all fpu       summed 650
        all police    reported 700
        all troops    reported 300
        all military  summed 300
        all all       summed 1000
        """,
    )
    table(
        [*WHOLE, *NATIONS],
        UN_DAY,
        """
        GTM          reported 250
        JAM          summed 175
        KEN          summed 520
        unallocated  55
        total        summed 1000
        """,
    )
    table(
        [*WHOLE, *NATIONS],
        UN_DAY,
        """
        police  reported 700
        troops  reported 300
        total   summed 1000
        """,
        group_by=("category",),
    )


SALVADOR = report("SLV", UN_DAY, 78)


def test_nations_that_add_up_to_more_than_an_equal_report_of_the_mission_are_believed() -> None:
    table(
        [*WHOLE, *NATIONS, SALVADOR],
        UN_DAY,
        """
        GTM          reported 250
        JAM          summed 175
        KEN          summed 520
        SLV          reported 78
        unallocated  25
        total        summed 1048
        """,
    )


def test_nations_that_are_more_than_a_better_report_of_the_mission_leave_less_than_nothing() -> (
    None
):
    better = report(None, UN_DAY, 700, grade="A1")
    table(
        [better, WHOLE[1], *NATIONS, SALVADOR],
        UN_DAY,
        """
        GTM          reported 250
        JAM          summed 175
        KEN          summed 520
        SLV          reported 78
        unallocated  -23
        total        summed 1000
        """,
    )
    total = (
        Strength.of([better, WHOLE[1], *NATIONS, SALVADOR], {})
        .table(Question(day(UN_DAY)))
        .total.figures["present"]
    )
    assert total.disputed
    assert total.spread == (1000, 1048)


def test_a_total_that_stands_over_more_people_beneath_it_says_so() -> None:
    """The police are told as none, newer than the one nation's: a report of the units is believed
    rather than it.
    """
    facts = [
        arrival("KEN", UN_DAY, 0, key="a"),
        arrival("KEN", UN_DAY, 7, category="fpu", key="b"),
        report(None, UN_DAY, 0),
        report(None, "2025-07-05", 0, category="fpu"),
    ]
    police = Levels.of(facts, {}).on(Scope("haiti-mss", None, "police"), day("2025-07-05"))
    assert shown(police) == "reported 0"
    assert police.disputed
    assert any(addend.aside for addend in police.terms)


def test_a_disputed_movement_spreads_the_figure_by_number_day_and_whether_it_took_place() -> None:
    number = told(
        arriving("KEN"), claim("2024-07-16", 200), claim("2024-07-16", 400, by="ap", grade="C3")
    )
    when = told(
        arriving("JAM"), claim("2024-07-16", 24), claim("2024-07-20", 24, by="ap", grade="C3")
    )
    whether = told(
        arriving("BLZ"),
        claim("2024-07-16", 2),
        claim("2024-07-16", 2, by="ap", grade="C3", status="cancelled"),
    )
    for nation, least, most in (("KEN", 200, 400), ("JAM", 0, 24), ("BLZ", 0, 2)):
        figure = Levels.of([number, when, whether], {}).on(
            Scope("haiti-mss", nation), day("2024-07-17")
        )
        assert (figure.spread, figure.disputed) == ((least, most), True), nation
    everybody = Levels.of([number, when, whether], {}).on(Scope("haiti-mss"), day("2024-07-17"))
    assert (shown(everybody), everybody.spread) == ("summed 226", (200, 426))


def test_a_category_that_only_nations_speak_of_comes_on_top_of_those_the_mission_speaks_of() -> (
    None
):
    facts = [*WHOLE, *NATIONS, report("KEN", UN_DAY, 7, category="staff_officer")]
    levels(
        facts,
        UN_DAY,
        """
        all military  summed 307
        all all       summed 1007
        """,
    )


def test_before_the_mission_speaks_its_nations_are_summed() -> None:
    facts = [*WHOLE, report("KEN", "2025-06-01", 480, category="fpu"), *NATIONS]
    levels(facts, "2025-06-29", "all all  reported 480")


def test_movements_after_reports_at_both_levels_are_counted_once() -> None:
    facts = [
        *(*WHOLE, *NATIONS, arrival("KEN", "2025-07-05", 100, category="fpu")),
        departure("GTM", "2025-07-10", 50, category="troops"),
    ]
    levels(
        facts,
        "2025-07-10",
        """
        KEN all       summed 620
        GTM all       carried 200
        all police    carried 800
        all military  summed 250
        all all       summed 1050
        """,
    )
    wider = [*facts, everyone(UN_DAY, 1010)]
    levels(wider, UN_DAY, "all all  reported 1010")
    levels(wider, "2025-07-05", "all all  carried 1110")
    levels(wider, "2025-07-10", "all all  carried 1060")


def test_a_new_report_of_a_nation_moves_the_level_of_its_category_and_of_the_mission() -> None:
    facts = [
        *WHOLE,
        *NATIONS,
        everyone(UN_DAY, 1010),
        report("KEN", "2025-07-31", 530, category="fpu"),
    ]
    levels(
        facts,
        "2025-07-31",
        """
        KEN fpu     reported 530
        all police  carried 730
        all troops  reported 300
        all all     carried 1040
        """,
    )


def test_a_new_report_of_a_category_of_the_mission_moves_the_mission() -> None:
    facts = [*WHOLE, *NATIONS, everyone(UN_DAY, 1010), report(None, "2025-07-31", 760)]
    levels(
        facts,
        "2025-07-31",
        """
        all police  reported 760
        all all     carried 1070
        """,
    )


def test_a_first_report_of_a_category_of_the_mission_says_nothing_of_the_days_before() -> None:
    facts = [everyone(UN_DAY, 1010), report(None, "2025-07-31", 760)]
    levels(
        facts,
        "2025-07-31",
        """
        all police  reported 760
        all all     reported 1010
        """,
    )


# ---- rows and totals ----


def test_a_mission_report_without_any_nation_is_all_unallocated() -> None:
    table(
        [everyone(UN_DAY, 1010)],
        UN_DAY,
        """
        unallocated  1010
        total        reported 1010
        """,
    )


def test_rows_that_explain_the_total_leave_no_row_unallocated() -> None:
    table(
        NATIONS,
        UN_DAY,
        """
        GTM    reported 250
        JAM    summed 175
        KEN    summed 520
        total  summed 945
        """,
    )


def test_what_is_unallocated_of_a_range_is_the_difference_of_each_bound() -> None:
    table(
        [everyone("2024-07-10", "~400"), kenya("2024-07-10", 350), jamaica("2024-07-10", "20..30")],
        "2024-07-10",
        """
        JAM          reported 20 25 30
        KEN          reported 350
        unallocated  -10 25 60
        total        reported 360 400 440
        """,
    )


@pytest.mark.parametrize(
    ("row", "narrower"),
    [
        ({"mission": "haiti-mss"}, {"missions": ("haiti-mss",)}),
        ({"nation": "KEN"}, {"nations": ("KEN",)}),
        ({"nation": "JAM"}, {"nations": ("JAM",)}),
        ({"category": "police"}, {"categories": ("police",)}),
        ({"category": "troops"}, {"categories": ("troops",)}),
        ({"nation": "KEN", "category": "fpu"}, {"nations": ("KEN",), "categories": ("fpu",)}),
        (
            {"mission": "haiti-mss", "nation": "JAM"},
            {"missions": ("haiti-mss",), "nations": ("JAM",)},
        ),
        ({"mission": "other", "nation": "JAM"}, {"missions": ("other",), "nations": ("JAM",)}),
    ],
)
@pytest.mark.parametrize("when", ["2025-06-30", "2025-07-20"])
def test_one_question_has_one_answer_as_a_row_and_as_a_total(
    row: dict[str, str], narrower: dict[str, Any], when: str
) -> None:
    strength = Strength.of(
        [
            *(
                *WHOLE,
                *NATIONS,
                arrival("KEN", "2025-07", "~100", category="fpu"),
                departure("GTM", "2025-07-10", 50),
            ),
            *(
                arrival("JAM", "2025-01-01", "some", mission="other"),
                report("JAM", "2025-07-01", 9, mission="other"),
            ),
        ],
        {},
    )
    table = strength.table(Question(as_of=day(when), group_by=tuple(row)))
    found = next(line for line in table.rows if row.items() <= line.group.items())
    total = strength.table(Question(as_of=day(when), **narrower)).total
    for measure in ADDITIVE:
        assert found.figures[measure].sum == total.figures[measure].sum
        assert found.figures[measure].method == total.figures[measure].method


def test_nothing_depends_on_the_order_in_which_facts_are_told() -> None:
    facts = [
        everyone(UN_DAY, 1010),
        WHOLE[0],
        NATIONS[0],
        arrival("KEN", "2025-07", "some", category="fpu"),
    ]
    facts += [report("KEN", "2025-07-20", 600, category="fpu")]
    tables = [
        Strength.of(order, {}).table(Question(as_of=day("2025-07-25")))
        for order in permutations(facts)
    ]
    assert all(found == tables[0] for found in tables)


def test_whoever_asks_for_day_after_day_fills_no_memory() -> None:
    laid_out = Levels.of([arrival("KEN", "2024-06-25/..", 200)], {})
    held = sum(isinstance(thing, Figure) for thing in gc.get_objects())
    for n in range(12_000):
        laid_out.on(Scope("haiti-mss"), day("1990-01-01") + timedelta(n))
    assert sum(isinstance(thing, Figure) for thing in gc.get_objects()) - held < 6_000


# ---- where sources meet: what was once answered wrong ----

FPU = {"category": "fpu"}


@pytest.mark.parametrize("before", ["unknown", "some", "<=500"])
def test_the_first_number_after_one_that_was_not_known_is_news_of_who_is_there_and_not_of_who_came(
    before: str,
) -> None:
    facts = [
        everyone("2024-07-02", 430),
        report("KEN", "2024-07-02", before),
        report("KEN", "2024-07-05", 400),
    ]
    levels(facts, "2024-07-06", "all all  reported 430")


def test_corrections_at_zero_turn_no_range_round() -> None:
    facts = [
        departure("JAM", "2024-07-01", "~40", category="ipo"),
        arrival("JAM", "2024-07-02", 10, **FPU),
        report(None, "2024-07-03", 10, category="ipo"),
    ]
    total = Levels.of(facts, {}).on(Scope("haiti-mss"), day("2024-07-05")).sum
    assert total.low <= total.point <= (total.high or 0)


@pytest.mark.parametrize(("narrow", "wide"), [("troops", "military"), ("fpu", "police")])
def test_people_of_a_wide_category_may_be_those_of_a_narrow_one(narrow: str, wide: str) -> None:
    facts = [
        report("UGA", "2024-07-02", 10, category=wide),
        report(None, "2024-07-02", 10, category=narrow),
    ]
    levels(facts, "2024-07-02", "all all  summed 10 10 20")


def test_those_who_left_lend_no_grade_and_no_day_to_those_who_stay() -> None:
    facts = [
        report("KEN", "2024-07-10", 10, category=None),
        departure("KEN", "2024-07-11", 100, category="military", grade="A1"),
        arrival("KEN", "2024-07-11", 100, category="fpu", grade="F6"),
    ]
    levels(facts, "2024-07-12", "KEN all  carried 10")


def test_an_implied_count_serves_who_is_present_as_it_serves_who_arrived() -> None:
    facts = [
        arrival("KEN", "2024-01-06", 131),
        arrival("KEN", "2024-02-20", "unknown"),
        report("KEN", "2024-03-10", 333),
    ]
    for when, figure in [
        ("2024-01-11", "implied 131"),
        ("2024-02-21", "implied 333"),
        ("2024-03-10", "reported 333"),
    ]:
        levels(facts, when, f"KEN police  {figure}")


def test_other_reports_of_the_parts_that_would_outgrow_the_whole_are_in_its_spread() -> None:
    facts = [
        everyone("2024-07-02", 100),
        report("KEN", "2024-07-02", 80, grade="A1", key="one"),
        report("KEN", "2024-07-02", 150, by="ap", key="other"),
    ]
    total = Levels.of(facts, {}).on(Scope("haiti-mss"), day("2024-07-02"))
    assert (shown(total), total.spread, total.disputed) == ("reported 100", (100, 150), True)


def test_units_that_came_are_no_more_than_a_report_of_all_police_without_a_word() -> None:
    facts = [arrival("KEN", "2024-07-01", 10, **FPU), report("KEN", "2024-07-10", 5)]
    police = Levels.of(facts, {}).on(Scope("haiti-mss", "KEN", "police"), day("2024-07-10"))
    assert (shown(police), police.disputed, police.spread) == ("reported 5", True, (5, 10))


def test_a_gap_that_no_count_can_hold_implies_nothing() -> None:
    billion = 1_000_000_000
    facts = [
        arrival("KEN", "2024-07-01", "unknown"),
        departure("KEN", "2024-07-02", billion, key="one"),
        departure("KEN", "2024-07-03", billion, key="two"),
        report("KEN", "2024-07-04", billion),
    ]
    assert Strength.of(facts, {}).implied == {}
