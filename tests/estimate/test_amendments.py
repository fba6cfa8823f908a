"""Pledges that change: which of them stands on a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.estimate.entries import Fact
from app.estimate.outcomes import promises
from app.estimate.questions import Question
from app.estimate.strength import Strength
from tests.builders import arrival, bounds, claim, day, pledge, pledging, told

FIRST = pledge("KEN", "2023-07-29", 1000, key="first")
RAISED = pledge("KEN", "2024-03-01", 2500, key="raised", amends="first")


def pledged(facts: Sequence[Fact], when: str | date) -> str:
    on = day(when) if isinstance(when, str) else when
    figure = Strength.of(facts, {}).table(Question(on)).total.figures["pledged"].sum
    return bounds(figure.low, figure.best, figure.high)


@pytest.mark.parametrize("facts", list(permutations([FIRST, RAISED])))
def test_a_raised_pledge_stands_in_the_place_of_the_one_before_from_its_day(
    facts: tuple[Fact, ...],
) -> None:
    told_on = {"2023-07-28": "0", "2023-07-29": "1000", "2024-02-29": "1000", "2024-03-01": "2500"}
    assert {when: pledged(facts, when) for when in told_on} == told_on


def test_a_chain_ends_at_its_newest() -> None:
    cut = pledge("KEN", "2024-09-01", 600, key="cut", amends="raised")
    assert pledged([FIRST, RAISED, cut], "2024-08-31") == "2500"
    assert pledged([FIRST, RAISED, cut], "2024-09-01") == "600"


def test_a_hundred_are_reckoned() -> None:
    row = [
        pledge("KEN", str(date(2024, 1, 1) + timedelta(n)), n + 1, key=f"p{n}", amends=before)
        for n, before in enumerate([None, *(f"p{n}" for n in range(99))])
    ]
    assert pledged(row, "2024-02-01") == "32"
    assert pledged(row, "2024-12-31") == "100"
    assert len(promises(Strength.of(row, {}), Question(day("2024-12-31")))) == 100


def test_of_two_that_amend_the_same_the_newest_stands() -> None:
    later = pledge("KEN", "2024-05-01", 1500, key="a-later", amends="first")
    assert pledged([FIRST, RAISED, later], "2024-04-30") == "2500"
    assert pledged([FIRST, RAISED, later], "2024-05-01") == "1500"
    same_day = pledge("KEN", "2024-03-01", 9, key="worse", amends="first", grade="D4")
    assert pledged([FIRST, RAISED, same_day], "2024-03-01") == "2500"


def test_what_is_only_hoped_for_or_called_off_amends_nothing() -> None:
    hoped = pledge("KEN", "2024-03-01", 2500, key="hoped", amends="first", status="expected")
    assert pledged([FIRST, hoped], "2024-06-01") == "1000"
    off = told(
        pledging("KEN", key="off", amends="first"),
        claim("2024-03-01", 2500, by="a"),
        claim("2024-06-01", by="b", status="cancelled", grade="A1"),
    )
    assert pledged([FIRST, off], "2024-05-31") == "2500"
    assert pledged([FIRST, off], "2024-06-01") == "1000"


def test_nobody_is_promised_twice_where_the_day_is_not_certain() -> None:
    rough = pledge("KEN", "2024-03", 2500, key="rough", amends="first")
    assert pledged([FIRST, rough], "2024-03-15") == "1000"
    assert pledged([FIRST, rough], "2024-03-31") == "2500"


def test_both_are_shown_and_what_came_of_one_came_of_the_other() -> None:
    facts = [FIRST, RAISED, arrival("KEN", "2024-06-25", 200, key="came", fulfils="first")]
    question = Question(day("2024-12-31"))
    found = {each.fact.entry.key: each for each in promises(Strength.of(facts, {}), question)}
    assert {key: (each.outcome, each.amended_by) for key, each in found.items()} == {
        "first": ("in_part", "raised"),
        "raised": ("in_part", None),
    }
    assert found["first"].parts["cancelled"] == (800, 800, 800)
    assert found["raised"].parts["expected"] == (2300, 2300, 2300)


DAYS = [date(2024, 1, 1) + timedelta(20 * n) for n in range(10)]


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.sampled_from(DAYS), st.integers(-1, 6)), max_size=7))
def test_of_pledges_that_amend_one_another_one_stands_and_no_order_matters(
    drawn: list[tuple[date, int]],
) -> None:
    facts = [
        pledge("KEN", on.isoformat(), 2**n, key=f"p{n}", amends=f"p{at}" if 0 <= at < n else None)
        for n, (on, at) in enumerate(drawn)
    ]
    roots = sum(fact.entry.amends is None for fact in facts)
    for when in DAYS:
        one = Strength.of(facts, {}).table(Question(when)).total.figures["pledged"]
        assert len(one.terms) <= roots
        assert pledged(facts[::-1], when) == bounds(one.sum.low, one.sum.best, one.sum.high)
    everything = Strength.of(facts, {}).table(Question(DAYS[-1])).total.figures["pledged"]
    assert len(everything.terms) == roots


def test_a_series_turns_on_the_day_of_an_amendment_of_whomever_it_is() -> None:
    first = pledge("KEN", "2024-01-01", 100, key="z")
    second = pledge("KEN", "2024-02-01", 80, key="a", amends="z")
    third = pledge("KEN", "2024-03-01", 70, key="b", amends="a", category="troops")
    other = pledge("KEN", "2024-04-01", 60, key="y", amends="z")
    strength = Strength.of([first, second, third, other], {})
    asked = Question(day("2024-01-01"), categories=("troops",))
    days = [day(f"2024-{month:02}-15") for month in range(1, 6)]
    for on, table in strength.series(asked, days):
        alone = strength.table(replace(asked, as_of=on)).total.figures["pledged"].sum
        assert table.total.figures["pledged"].sum == alone, on
