"""Cases that a plausible reckoning gets wrong: people counted twice, promises that outlive their
withdrawal, false zeros.
"""

from typing import Any

import pytest

from app.estimate.counts import BadCount, Count, parse_count
from app.estimate.dates import parse_date
from app.estimate.entries import Fact, Policy
from app.estimate.questions import Question
from app.estimate.strength import Strength, Table
from app.estimate.working import set_aside
from tests.builders import (
    arrival,
    bounds,
    claim,
    day,
    departure,
    mandate,
    mandating,
    pledging,
    report,
    told,
)


def ask(facts: list[Fact], when: str, **asked: Any) -> Table:
    return Strength.of(facts, {}).table(Question(as_of=day(when), **asked))


def total(facts: list[Fact], when: str, measure: str = "present") -> str:
    found = ask(facts, when).total.figures[measure].sum
    return bounds(found.low, found.best, found.high)


def test_at_least_has_its_number_as_best() -> None:
    assert parse_count(">=600") == Count(600, 600, None)


def test_a_huge_integer_is_refused() -> None:
    with pytest.raises(BadCount):
        parse_count(10**5000)


@pytest.mark.parametrize("w", ["9998~", "9999-11~"])
def test_widening_up_to_the_last_day_of_the_calendar(w: str) -> None:
    assert parse_date(w).latest == day("9999-12-31")


def test_nobody_is_in_an_empty_window() -> None:
    d = day("2024-07-10")
    assert not parse_date("2024-07").possibly_between(d, d)


def test_on_the_day_of_a_report_it_is_reported() -> None:
    assert (
        total([report("KEN", "2024-07-10", 396), arrival("KEN", "2024-07", 200)], "2024-07-10")
        == "396"
    )


def test_nation_report_then_first_report_of_its_category() -> None:
    assert (
        total(
            [report("KEN", "2024-07-16", 396, category=None), report("KEN", "2024-07-18", 396)],
            "2024-07-20",
        )
        == "396"
    )


def test_mission_report_then_first_report_of_a_nation() -> None:
    assert (
        total(
            [report(None, "2024-07-01", 500, category=None), report("KEN", "2024-07-10", 400)],
            "2024-07-20",
        )
        == "500"
    )


def test_people_of_no_said_category_may_be_the_police_of_the_mission() -> None:
    assert (
        total(
            [report(None, "2024-07-10", 500), report("KEN", "2024-07-10", 400, category=None)],
            "2024-07-20",
        )
        == "500 500 900"
    )


WIDE = [report(None, "2024-07-01", 1000, category=None), report(None, "2024-07-01", 200)]


def test_departure_under_two_wide_reports() -> None:
    assert total([*WIDE, departure("KEN", "2024-07-05", 100)], "2024-07-06") == "900"


def test_arrival_under_two_wide_reports_with_a_later_nation_report() -> None:
    assert (
        total(
            [*WIDE, arrival("KEN", "2024-07-03", 50), report("KEN", "2024-07-20", 100)],
            "2024-07-05",
        )
        == "1050"
    )


def test_an_implied_count_heeds_what_lies_under_the_reported_category() -> None:
    facts = [
        report("KEN", "2024-07-01", 100),
        report("KEN", "2024-07-20", 300),
        arrival("KEN", "2024-07-10", 150, category="fpu"),
        arrival("KEN", "2024-07-12", "some"),
    ]
    assert total(facts, "2024-07-25", "arrived") in ("200", "151 151 ∞")


def test_best_is_null_where_every_settled_term_lacks_one() -> None:
    assert (
        total(
            [arrival("KEN", "2024-07-01", "some"), arrival("KEN", "2024-07", 100)],
            "2024-07-10",
            "arrived",
        )
        == "1 ? ∞"
    )


def test_an_unknown_report_stays_unknown_whatever_may_have_come() -> None:
    assert (
        total(
            [report("KEN", "2024-07-01", "unknown"), arrival("KEN", "2024-07", 100)], "2024-07-10"
        )
        == "0 ? ∞"
    )


def test_missions_leave_nothing_unallocated() -> None:
    t = ask(
        [
            arrival("KEN", "2024-07-01/..", "some"),
            arrival("JAM", "2024-07-01", 200, mission="other"),
        ],
        "2024-07-10",
        group_by=("mission",),
    )
    assert t.unallocated is None


@pytest.mark.parametrize("policy", ["graded", "latest", "lowest", "highest"])
def test_a_withdrawn_pledge_is_withdrawn_under_every_policy(policy: Policy) -> None:
    f = told(
        pledging("BEN"),
        claim("2024-01-01", 300),
        claim("2024-06-01", by="reuters", status="cancelled"),
        policy=policy,
    )
    assert total([f], "2024-07-01", "pledged") == "0"


def test_a_promise_and_its_announced_step_are_the_same_people() -> None:
    facts = [
        arrival("KEN", "2024-12", 500, status="expected", out="2024-05-01", key="all"),
        arrival("KEN", "2024-08-02", 200, status="expected", out="2024-05-02", fulfils="all"),
    ]
    assert total(facts, "2024-07-01", "expected") == "500"


def test_the_newest_mandate_is_newest_by_the_day_it_began() -> None:
    old = told(
        mandating(key="old"),
        claim("2023-10-02", 1000, by="a"),
        claim("2025-01-01", by="b", status="cancelled", grade="A1"),
    )
    assert total([old, mandate("2024-06-01", 2500)], "2024-07-01", "authorised") == "2500"


def test_every_claim_is_used_or_set_aside() -> None:
    f = told(
        pledging("BEN"),
        claim("2024-01-01", 300),
        claim("2024-06-01", by="reuters", status="cancelled"),
    )
    t = ask([f], "2024-03-01")
    assert [a.claim.source for a in set_aside(Strength.of([f], {}), t)] == ["reuters"]


def test_departure_of_a_wider_category_than_arrived() -> None:
    assert (
        total(
            [arrival("KEN", "2024-06-01", 200, category="fpu"), departure("KEN", "2024-07-01", 50)],
            "2024-07-02",
        )
        == "150"
    )


def test_range_holds_its_own_resolution() -> None:
    assert (
        total([arrival("KEN", "2024-06-20", 200), report("KEN", "2024-07-16", 396)], "2024-07-01")
        == "396"
    )
    s = (
        ask(
            [arrival("KEN", "2024-06-20/2024-07-05", 200), report("KEN", "2024-07-16", 396)],
            "2024-07-01",
        )
        .total.figures["present"]
        .sum
    )
    assert s.low <= 396
    assert s.high is None or s.high >= 396


def test_a_later_fact_does_not_change_an_earlier_answer() -> None:
    facts = [arrival("KEN", "2024-06-25", "some"), report("KEN", "2024-07-16", 396)]
    assert total(
        [*facts, arrival("KEN", "2025-01-01", 100, category="fpu")], "2024-07-01"
    ) == total(facts, "2024-07-01")


def test_a_departure_keeps_no_promise_of_an_arrival() -> None:
    facts = [
        arrival("KEN", "2024-12", 500, status="expected", out="2024-05-01", key="all"),
        departure("KEN", "2024-06-02", 200, fulfils="all"),
    ]
    assert total(facts, "2024-07-01", "expected") == "500"


def test_a_july_arrival_cannot_be_both_before_and_after_the_wide_report() -> None:
    facts = [
        report(None, "2024-07-15", 1000),
        report("KEN", "2024-07-10", 100),
        report("KEN", "2024-07-20", 150),
        arrival("KEN", "2024-07", 50),
    ]
    s = ask(facts, "2024-07-25").total.figures["present"].sum
    assert s.low <= 1000
    assert s.high is not None
    assert s.high >= 1100


def test_the_ceiling_in_force_is_the_one_before_the_repeal() -> None:
    m = told(
        mandating(),
        claim("2023-10-02", 2500, by="a"),
        claim("2024-03-01", 0, by="b", status="cancelled", grade="A1"),
    )
    assert total([m], "2024-02-29", "authorised") == "2500"
