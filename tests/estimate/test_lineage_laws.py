"""Laws of lines of missions, over drawn ledgers: nobody is lost or counted twice where people pass
over, whatever is told, and however uncertain the day is.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from app.estimate.counts import Sum
from app.estimate.entries import Fact, Policy
from app.estimate.questions import Question
from app.estimate.strength import ADDITIVE, Row, Strength
from tests.builders import day, succession
from tests.estimate.test_laws import (
    PRECISE,
    ROUGH,
    Said,
    days,
    facts,
    laws,
    saying,
)

FIRST, SECOND, THIRD = "haiti-mss", "haiti-gsf", "haiti-next"
# Days on which nothing else is told.
JOINS = ("2024-07-06", "2024-07-15", "2024-07-24")
SPANS = ("2024-07", "2024-07-06/2024-07-15", "2024-07-15~", "2024-07-15/..", "../2024-07-24")
POLICIES: tuple[Policy, ...] = ("graded", "latest", "lowest", "highest")


def told(*missions: str, most: int = 6) -> st.SearchStrategy[list[Said]]:
    """Movements, reports and promises of some missions."""
    moves = saying(
        "arrival",
        "arrival",
        "departure",
        missions=missions,
        statuses=("occurred", "occurred", "occurred", "expected"),
    )
    reports = saying("report", missions=missions, nations=("KEN", "JAM", None))
    wide = saying("report", missions=missions, nations=("KEN", None), categories=(None, "police"))
    promises = saying("pledge", missions=missions, categories=("police", None))
    return st.lists(st.one_of(moves, moves, reports, wide, promises), max_size=most)


def bounds(found: Sum) -> tuple[int, int, int | None]:
    return found.low, found.point, found.high


def totals(strength: Strength, on: date, *missions: str) -> dict[str, tuple[int, int, int | None]]:
    """The measures of some missions together."""
    total = strength.table(Question(on, missions=missions, group_by=())).total
    return {name: bounds(total.figures[name].sum) for name in ADDITIVE}


def said(row: Row) -> list[Any]:
    """What a row answers."""
    return [
        row.group,
        {name: (each.method, each.sum, each.spread) for name, each in row.figures.items()},
    ]


def _at_most(high: int | None, bound: int | None) -> bool:
    return bound is None or (high is not None and high <= bound)


def without(ledger: Sequence[Fact], first: date) -> list[Fact]:
    """A ledger without the reports from a day on: the mission has nobody to report then."""
    return [
        fact
        for fact in ledger
        if not (
            fact.entry.kind == "strength_report"
            and fact.value.status == "occurred"
            and (fact.value.day or date.min) >= first
        )
    ]


@laws
@given(told(FIRST), st.sampled_from(JOINS + SPANS), days, st.sampled_from(POLICIES))
@example(
    [Said("report", FIRST, "KEN", "police", "2024-07-01", "~40")],
    "2024-07-06/2024-07-15",
    day("2024-07-10"),
    "graded",
)
def test_who_passes_over_is_counted_on_as_if_nothing_had_happened(
    ledger: list[Said], join: str, on: date, policy: Policy
) -> None:
    # Nobody is reported in the predecessor from the first day on which all may have left it.
    first = succession(SECOND, FIRST, join).value.date.earliest or date.min
    told_before = without(facts(ledger), first)
    line = Strength.of([*told_before, succession(SECOND, FIRST, join)], {}, policy)
    alone = Strength.of(told_before, {}, policy)
    assert totals(line, on, FIRST, SECOND) == totals(alone, on, FIRST)


@laws
@given(told(FIRST, SECOND, most=8), st.sampled_from(JOINS), st.sampled_from(POLICIES))
@example(
    [
        Said("report", SECOND, "KEN", "police", "2024-07-04", "200"),
        Said("report", FIRST, "KEN", "police", "2024-07-10", "40"),
    ],
    "2024-07-15",
    "graded",
)
@example(
    [
        Said("arrival", FIRST, "KEN", "police", "2024-07-04", "200"),
        Said("report", SECOND, "KEN", "police", "2024-07-28", "40"),
    ],
    "2024-07-15",
    "graded",
)
def test_no_measure_jumps_at_the_join(ledger: list[Said], join: str, policy: Policy) -> None:
    at = day(join)
    known = [fact for fact in facts(ledger) if fact.value.date.exact]
    line = Strength.of([*known, succession(SECOND, FIRST, join)], {}, policy)
    eve, then = (totals(line, on, FIRST, SECOND) for on in (at - timedelta(1), at))
    assert {n: v[1] for n, v in eve.items()} == {n: v[1] for n, v in then.items()}


@laws
@given(told(FIRST, SECOND, most=8), st.sampled_from(JOINS + SPANS), days)
def test_the_two_together_are_the_two_added_up_by_the_best_figure(
    ledger: list[Said], join: str, on: date
) -> None:
    line = Strength.of([*facts(ledger), succession(SECOND, FIRST, join)], {})
    first, second, both = (
        totals(line, on, *asked) for asked in ((FIRST,), (SECOND,), (FIRST, SECOND))
    )
    for name in ADDITIVE:
        assert first[name][1] + second[name][1] == both[name][1]
        assert first[name][0] + second[name][0] <= both[name][0]
        highs = first[name][2], second[name][2]
        reach = None if None in highs else sum(high or 0 for high in highs)
        assert _at_most(both[name][2], reach)


@laws
@given(told(FIRST, most=8), st.sampled_from(JOINS + SPANS), days)
def test_a_range_on_either_side_never_reaches_beyond_the_line(
    ledger: list[Said], join: str, on: date
) -> None:
    line = Strength.of([*facts(ledger), succession(SECOND, FIRST, join)], {})
    both = totals(line, on, FIRST, SECOND)["present"][2]
    for mission in (FIRST, SECOND):
        assert _at_most(totals(line, on, mission)["present"][2], both)


@laws
@given(
    told(FIRST, SECOND, THIRD, most=8),
    st.sampled_from(PRECISE + ROUGH),
    st.sampled_from(PRECISE + ROUGH),
    days,
)
def test_a_chain_of_three_is_its_missions_added_up(
    ledger: list[Said], join: str, further: str, on: date
) -> None:
    joins = succession(SECOND, FIRST, join), succession(THIRD, SECOND, further)
    line = Strength.of([*facts(ledger), *joins], {})
    each = [totals(line, on, mission) for mission in (FIRST, SECOND, THIRD)]
    both = totals(line, on, FIRST, SECOND, THIRD)
    for name in ADDITIVE:
        assert sum(of[name][1] for of in each) == both[name][1]


@laws
@given(told(FIRST, SECOND, THIRD, most=6), st.sampled_from(JOINS + SPANS), days)
def test_other_missions_stand_as_they_stood(ledger: list[Said], join: str, on: date) -> None:
    plain = Strength.of(facts(ledger), {})
    line = Strength.of([*facts(ledger), succession(SECOND, FIRST, join)], {})
    assert totals(line, on, THIRD) == totals(plain, on, THIRD)


@laws
@given(told(FIRST, SECOND, most=8), st.sampled_from(JOINS + SPANS))
def test_a_series_says_of_each_day_what_the_day_says(ledger: list[Said], join: str) -> None:
    line = Strength.of([*facts(ledger), succession(SECOND, FIRST, join)], {})
    every = [day("2024-06-28") + timedelta(n) for n in range(40)]
    for asked in ((FIRST,), (SECOND,), (FIRST, SECOND)):
        question = Question(every[0], missions=asked, group_by=("nation",))
        for on, found in line.series(question, every):
            one = line.table(Question(on, missions=asked, group_by=("nation",)))
            assert [said(row) for row in (found.total, *found.rows)] == [
                said(row) for row in (one.total, *one.rows)
            ]
