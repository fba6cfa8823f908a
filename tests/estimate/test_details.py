"""What is easily got wrong beside the number: the method, the source that stands for it, the range
of what nobody placed, the order of the working, and lists that speak of some only.
"""

import pytest

from app.estimate.contingents import Figure
from app.estimate.counts import Addend
from app.estimate.entries import Fact, Scope
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.reconciliation import reconciled
from app.estimate.settling import settle
from app.estimate.strength import Strength
from app.estimate.working import ordered_terms
from tests.builders import (
    arrival,
    bounds,
    claim,
    day,
    departing,
    report,
    reporting,
    shown,
    told,
)

POLICE, EVERYBODY = Scope("haiti-mss", "KEN", "police"), Scope("haiti-mss")


def on(facts: list[Fact], when: str, scope: Scope = EVERYBODY) -> Figure:
    return Levels.of(facts, {}).on(scope, day(when))


def everybody(when: str, count: str | int, **said: str) -> Fact:
    return report(None, when, count, category=None, **said)


# ---- who is there ----


def test_those_who_came_in_no_said_category_are_counted_and_not_summed() -> None:
    facts = [arrival("KEN", "2024-07-01", 50, category=None)]
    assert shown(on(facts, "2024-07-02", Scope("haiti-mss", "KEN"))) == "counted 50"


def test_a_count_that_the_reports_imply_moves_the_mission_too() -> None:
    """From 100 on the first to 300 on the tenth: 200 came on the fifth, and the mission grew by
    them.
    """
    facts = [
        report("KEN", "2024-07-01", 100),
        everybody("2024-07-03", 500),
        arrival("KEN", "2024-07-05"),
        report("KEN", "2024-07-10", 300),
    ]
    assert shown(on(facts, "2024-07-07")) == "carried 700"


def test_a_report_without_a_best_is_no_news_of_a_change() -> None:
    facts = [
        report("KEN", "2024-07-01", 100),
        everybody("2024-07-05", 500),
        report("KEN", "2024-07-10", "<=150"),
    ]
    assert shown(on(facts, "2024-07-10")) == "reported 500"


def test_those_of_whom_most_were_told_say_since_when_it_was_told() -> None:
    facts = [
        report("KEN", "2024-01-31", 400),
        report("JAM", "2024-06-30", 24),
        report("BLZ", "2024-07-31", 2),
    ]
    assert on(facts, "2024-08-01").mostly_since == day("2024-01-31")


def test_sources_that_let_everybody_go_spread_to_nobody() -> None:
    """One says that ten left, the other that a hundred did at least: of 400, none may be left."""
    gone = told(
        departing("KEN"),
        claim("2024-08-01", 10, grade="A1"),
        claim("2024-08-01", ">=100", by="ap", grade="C3"),
    )
    figure = on([report("KEN", "2024-07-16", 400), gone], "2024-08-02", POLICE)
    assert (shown(figure), figure.spread, figure.disputed) == ("carried 390", (0, 390), True)


# ---- what nobody placed ----


@pytest.mark.parametrize(
    ("total", "part", "rest"),
    [
        (500, 200, "300"),
        (">=500", 200, "300 300 ∞"),
        (500, ">=200", "300 300 ∞"),
        (">=500", ">=200", "300 300 0"),  # of its own the rest adds no bound
    ],
)
def test_what_nobody_placed_is_open_where_one_of_the_two_is(
    total: str | int, part: str | int, rest: str
) -> None:
    facts = [everybody("2024-07-16", total, grade="A1"), report("KEN", "2024-07-16", part)]
    table = Strength.of(facts, {}).table(Question(day("2024-07-16")))
    assert table.unallocated is not None
    assert bounds(*table.unallocated.remainders["present"]) == rest


# ---- who is believed ----


def test_of_two_alike_in_grade_the_later_published_is_preferred_and_it_is_said_so() -> None:
    value = settle(
        [
            claim("2024-06-25", 200, by="nouvelliste", out="2024-06-26", recorded=2),
            claim("2024-06-25", 210, by="ap", out="2024-06-28", recorded=1),
        ]
    )
    assert value is not None
    assert value.counted.source == "ap"
    assert [aside.reason for aside in value.set_aside] == ["ap is preferred: published later"]


def test_a_count_that_the_policy_prefers_stands_for_the_day_as_well_where_it_is_the_same() -> None:
    better = claim("2024-06-25", 200, by="un", grade="A1")
    lower, elsewhen = (claim(when, 150, by="ap", grade="C3") for when in ("2024-06-25", "2024-06"))
    both = [settle([better, other], "lowest") for other in (lower, elsewhen)]
    assert [value.claim_keys for value in both if value] == [("ap",), ("un", "ap")]


# ---- the working ----


def test_the_working_begins_with_reports_and_goes_day_by_day_with_corrections_last() -> None:
    names = [("arrival", "b", "07-05"), ("arrival", "a", "07-05"), ("departure", "c", "07-02")]
    moves = [
        Addend(role, entry, (), 1, 1, 1, True, day=day(f"2024-{when}"))
        for role, entry, when in names
    ]
    same_day = Addend("correction", None, (), 1, 1, 1, None, day=day("2024-07-05"))
    found = Addend("report", "z", (), 9, 9, 9, True, day=day("2024-07-31"))
    undated = Addend("never below zero", None, (), 0, 0, 0, None)
    terms = ordered_terms(Figure("carried", dict.fromkeys([undated, same_day, *moves, found], 1)))
    assert [addend.entry or addend.role for addend, _ in terms] == [
        *("z", "c", "a", "b", "correction", "never below zero")
    ]


def test_reports_are_reconciled_in_the_order_of_days_whatever_their_grades() -> None:
    facts = [
        report("KEN", "2024-06-01", 100, grade="C3"),
        report("KEN", "2024-07-01", 200, grade="A1"),
        report("KEN", "2024-08-01", 300, grade="B2"),
    ]
    steps = reconciled(Strength.of(facts, {}), Question(day("2024-12-31")))
    assert [step.report.value.count.low for step in steps] == [100, 200, 300]


# ---- complete lists of some ----


def complete(when: str, count: str | int, by: str, category: str | None = None) -> Fact:
    entry = reporting(None, category=category, key=f"list-{when}")
    return told(entry, claim(when, count, by=by, grade="A1", complete=True))


def test_a_list_of_all_police_says_nothing_of_troops_and_a_later_one_of_everybody_does() -> None:
    facts = [
        arrival("JAM", "2024-06-01", 24, category="troops"),
        report("KEN", "2024-07-01", 400, by="july"),
        complete("2024-07-01", 400, "july", "police"),
        report("KEN", "2024-08-01", 380, by="august"),
        complete("2024-08-01", 380, "august"),
    ]
    troops = Scope("haiti-mss", "JAM", "troops")
    assert shown(on(facts, "2024-07-01", troops)) == "counted 24"
    assert shown(on(facts, "2024-08-01", troops)) == "reported 0"
    assert shown(on(facts, "2024-08-01")) == "reported 380"


def test_a_list_that_may_name_the_same_people_twice_says_no_sum_of_them() -> None:
    """Jamaica's military may be among the troops of all nations; an expert of Uganda is not."""
    listed = [
        report(None, "2024-07-01", 300, category="troops", by="list"),
        report("JAM", "2024-07-01", 60, category="military", by="list"),
        report("UGA", "2024-07-01", 4, category="expert", by="list"),
        complete("2024-07-01", 364, "list"),
    ]
    press = report(None, "2024-06-01", 500, category="military", by="press")
    military = Scope("haiti-mss", None, "military")
    reports = Strength.of([press, *listed], {}).levels_of("haiti-mss").index.reports[military]
    assert [(fact.value.count.low, str(fact.value.day)) for fact in reports] == [
        (500, "2024-06-01")
    ]
    apart = [each for each in listed if each.entry.category != "military"]
    reports = Strength.of([press, *apart], {}).levels_of("haiti-mss").index.reports[military]
    assert [fact.value.count.low for fact in reports] == [500, 304]
