"""A series is strength, day by day: reckoned in steps, equal to the plain reckoning of every single
day.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.estimate.entries import Fact, Scope
from app.estimate.index import Index
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.series import interval_ends
from app.estimate.strength import Strength, Table
from tests.builders import (
    arrival,
    arriving,
    claim,
    day,
    departure,
    ledger,
    mandate,
    report,
    told,
    visit,
)
from tests.estimate.test_laws import Said, facts, groupings, laws, ledgers, saying

JUNE = day("2024-06-28")
DAYS = [JUNE + timedelta(n) for n in range(45)]
ENDED = st.sampled_from([{}, {"haiti-mss": day("2024-07-20")}])
sharp = st.lists(
    saying(
        "arrival", "departure", "report", "report", dates=("2024-07-04", "2024-07-10", "2024-07-19")
    ),
    max_size=9,
)


class Plain(Index):
    """Knows of no day on which nothing changes, so that every scope is reckoned anew on every day
    and every part is asked, whether anybody spoke of it or not.
    """

    def steps(self, _scope: Scope) -> None:
        return None


def plainly(told: Sequence[Said], ended: dict[str, date]) -> Strength:
    strength = Strength.of(facts(told), ended)
    for evidence in strength.missions.values():
        evidence.levels = Levels(Plain.of(evidence.facts.every(), ended))
    return strength


def seen(table: Table) -> list[Any]:
    """All that is shown of a table."""
    rows = [
        (
            dict(row.group),
            {
                name: (f.sum, f.method, f.evidence_date, f.disputed)
                for name, f in row.figures.items()
            },
        )
        for row in [*table.rows, table.total]
    ]
    return [*rows, table.unallocated]


@laws
@given(st.one_of(ledgers, sharp), ENDED, groupings)
def test_each_day_of_a_series_is_the_plain_reckoning_of_that_day(
    told: list[Said], ended: dict[str, date], group_by: tuple[str, ...]
) -> None:
    question = Question(as_of=date.max, group_by=group_by)
    series = dict(Strength.of(facts(told), ended).series(question, DAYS))
    for when in DAYS:
        plain = plainly(told, ended).table(Question(as_of=when, group_by=group_by))
        assert seen(series[when]) == seen(plain), when


@laws
@given(ledgers, groupings)
def test_nothing_changes_on_a_day_that_is_not_among_the_changes(
    told: list[Said], group_by: tuple[str, ...]
) -> None:
    strength, question = Strength.of(facts(told), {}), Question(as_of=date.max, group_by=group_by)
    turning = set(strength.changes(question))
    tables = [
        seen(plainly(told, {}).table(Question(as_of=when, group_by=group_by))) for when in DAYS
    ]
    for before, after, when in zip(tables, tables[1:], DAYS[1:], strict=False):
        assert when in turning or before == after, when


def test_a_mandate_that_lapses_and_a_mission_that_ends_are_changes() -> None:
    told = ledger(
        mandate("2024-01-10", "2500", expires="2024-06-30"),
        arrival("KEN", "2024-02-01", "200"),
        departure("KEN", "2024-03/2024-04", "50"),
        report("KEN", "2024-05-01", "150"),
    )
    strength = Strength.of(told, {"haiti-mss": day("2024-07-31")})
    question = Question(as_of=day("2024-12-31"), group_by=())
    days = strength.changes(question)
    assert {day("2024-07-01"), day("2024-08-01"), day("2024-03-01"), day("2024-05-01")} <= set(days)
    shown = {when: table.total.figures for when, table in strength.series(question, days)}
    assert shown[day("2024-07-01")].keys() & {"authorised"} == set()
    assert shown[day("2024-05-01")]["authorised"].sum.best == 2500
    assert shown[day("2024-08-01")]["present"].method == "ended"


def each_day_is_the_reckoning_of_that_day(told_of: list[Fact], **asked: Any) -> None:
    question = Question(as_of=date.max, **asked)
    for when, table in Strength.of(told_of, {}).series(question, DAYS):
        assert seen(table) == seen(Strength.of(told_of, {}).table(replace(question, as_of=when))), (
            when
        )


def test_what_fulfils_a_promise_is_a_change_whoever_sends_it() -> None:
    promised = arrival("KEN", "2024-07", "200", status="expected", out="2024-06-20", key="promised")
    step = arrival("JAM", "2024-07-09", "150", fulfils="promised", key="step")
    last = arrival(
        "BEN", "2024-07-16", "20", fulfils="step", status="expected", out="2024-07-03", key="last"
    )
    each_day_is_the_reckoning_of_that_day([promised, step, last], nations=("KEN",))
    assert {day("2024-07-09"), day("2024-07-03")} <= set(
        Strength.of([promised, step, last], {}).changes(Question(as_of=date.max, nations=("KEN",)))
    )


def test_what_was_cancelled_in_advance_is_announced_on_the_day_that_it_was() -> None:
    plan = told(
        arriving("KEN"),
        claim("2024-08", "200", by="plan", status="expected", out="2024-07-12"),
        claim("2024-07-25", "200", by="end", status="cancelled", out="2024-07-03"),
    )
    each_day_is_the_reckoning_of_that_day([plan])
    assert day("2024-07-12") in Strength.of([plan], {}).changes(Question(as_of=date.max))


def test_nothing_of_strength_changes_with_a_visit() -> None:
    told_of = [visit("KEN", "1994-05-01", "12"), arrival("KEN", "2024-06-25", "200")]
    assert Strength.of(told_of, {}).changes(Question(as_of=date.max))[0] == day("2024-06-25")


@pytest.mark.parametrize(
    ("interval", "ends"),
    [
        ("day", "2024-02-27 2024-02-28 2024-02-29 2024-03-01"),
        ("week", "2024-03-01"),
        ("month", "2024-02-29 2024-03-01"),
        ("quarter", "2024-03-01"),
        ("year", "2024-03-01"),
    ],
)
def test_an_interval_ends_on_its_last_day_and_the_last_one_where_it_is_cut(
    interval: str, ends: str
) -> None:
    found = interval_ends(day("2024-02-27"), day("2024-03-01"), interval, 10)
    assert [str(end) for end in found or []] == ends.split()


def test_weeks_end_on_sunday_and_quarters_with_the_quarter() -> None:
    assert interval_ends(day("2024-02-28"), day("2024-03-10"), "week", 10) == [
        day("2024-03-03"),
        day("2024-03-10"),
    ]
    assert interval_ends(day("2023-11-02"), day("2024-05-01"), "quarter", 10) == [
        day("2023-12-31"),
        day("2024-03-31"),
        day("2024-05-01"),
    ]


@pytest.mark.parametrize("interval", ["day", "week", "month", "quarter", "year"])
def test_the_end_of_time_is_reached_and_not_passed(interval: str) -> None:
    found = interval_ends(day("9999-12-30"), date.max, interval, 10)
    assert found is not None
    assert found[-1] == date.max


def test_more_than_the_most_is_told() -> None:
    assert interval_ends(day("2024-01-01"), day("2024-01-10"), "day", 10) is not None
    assert interval_ends(day("2024-01-01"), day("2024-01-11"), "day", 10) is None
    assert interval_ends(day("2024-01-02"), day("2024-01-01"), "day", 10) == []
