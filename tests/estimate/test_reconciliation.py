"""Reports against movements: examples that read like the news, and a plain reckoning that every
step must equal.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.reconciliation import Bounds, Step, reconciled
from app.estimate.strength import Strength
from tests.builders import arrival, day, departure, report
from tests.estimate.test_laws import (
    INFINITE,
    Said,
    add_up,
    contingents,
    days,
    facts,
    in_window,
    laws,
    ledgers,
    settled,
    speaking,
)


def steps(*told: Fact, until: str = "2024-12-31", **asked: Any) -> list[Step]:
    """The steps to the reports up to a day."""
    return reconciled(Strength.of(told, {}), Question(as_of=day(until), **asked))


def words(bounds: Bounds) -> str:
    """Low, best and high; once where they are one; `?` is not known, `∞` not bounded."""
    low, best, high = bounds
    if low == best == high and low is not None:
        return str(low)
    return f"{'-∞' if low is None else low} {'?' if best is None else best} {'∞' if high is None else high}"


def told(step: Step) -> str:
    """A step as words: `0 + 396 = 396, said 396: 0`."""
    said = step.report.value.count
    held = words((step.count_before.low, step.count_before.best, step.count_before.high))
    agrees = "" if step.agrees else " !"
    return (
        f"{held} + {words(step.moved)} = {words(step.reckoned)}, said {words((said.low, said.best, said.high))}: "
        f"{words(step.difference)}{agrees}"
    )


FIRST, SECOND = arrival("KEN", "2024-06-25", 200), arrival("KEN", "2024-07-16", 200)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([report("KEN", "2024-07-16", 396)], ["0 + 0 = 0, said 396: 396 !"]),
        ([FIRST, SECOND, report("KEN", "2024-07-16", 396)], ["0 + 400 = 400, said 396: -4 !"]),
        ([FIRST, SECOND, report("KEN", "2024-07-16", "~396")], ["0 + 400 = 400, said 356 396 436: -44 -4 36"]),
        # A movement of the day of a report is in it; the next report starts from there.
        (
            [FIRST, SECOND, report("KEN", "2024-06-25", 200), report("KEN", "2024-07-16", 396)],
            ["0 + 200 = 200, said 200: 0", "200 + 200 = 400, said 396: -4 !"],
        ),
        (
            [report("KEN", "2024-07-16", 396), report("KEN", "2024-09-27", 382)],
            ["0 + 0 = 0, said 396: 396 !", "396 + 0 = 396, said 382: -14 !"],
        ),
        (
            [report("KEN", "2024-07-16", 396), departure("KEN", "2024-08-01", 14), report("KEN", "2024-09-27", 382)],
            ["0 + 0 = 0, said 396: 396 !", "396 + -14 = 382, said 382: 0"],
        ),
        # More left than there were: nobody is there, and not less.
        (
            [report("KEN", "2024-07-16", 10), departure("KEN", "2024-08-01", 14), report("KEN", "2024-09-27", 0)],
            ["0 + 0 = 0, said 10: 10 !", "10 + -14 = 0, said 0: 0"],
        ),
        # What is not known stays so: no count is taken from the reports, and no low stands in for a
        # best.
        (
            [arrival("KEN", "2024-06-25", "some"), SECOND, report("KEN", "2024-07-16", 396)],
            ["0 + 201 ? ∞ = 201 ? ∞, said 396: -∞ ? 195"],
        ),
        (
            [report("KEN", "2024-07-16", "<=400"), SECOND, report("KEN", "2024-07-20", ">=390")],
            ["0 + 200 = 200, said 0 ? 400: -200 ? 200", "0 ? 400 + 0 = 0 ? 400, said 390 390 ∞: -10 ? ∞"],
        ),
        (
            [report("KEN", "2024-07-16", 396), departure("KEN", "2024-08-01", "some"), report("KEN", "2024-09-27", 382)],
            ["0 + 0 = 0, said 396: 396 !", "396 + -∞ ? -1 = 0 ? 395, said 382: -13 ? 382"],
        ),
        # One that may lie on either side of a report may be between or not.
        (
            [report("KEN", "2024-07-16", 200), arrival("KEN", "2024-07-14/2024-07-18", 50), report("KEN", "2024-09-27", 250)],
            ["0 + 0 0 50 = 0 0 50, said 200: 150 200 200 !", "200 + 0 50 50 = 200 250 250, said 250: 0 0 50"],
        ),
        # Whoever is expected, or called off, did not move; nor did a report take place.
        (
            [FIRST, arrival("KEN", "2024-07-01", 600, status="expected"), arrival("KEN", "2024-07-02", 9, status="cancelled"),
             report("KEN", "2024-07-16", 200), report("KEN", "2024-07-17", 900, status="expected")],
            ["0 + 200 = 200, said 200: 0"],
        ),
    ],
)  # fmt: skip
def test_a_report_is_held_against_what_moved(facts: list[Fact], expected: list[str]) -> None:
    assert [told(step) for step in steps(*facts)] == expected


def test_of_two_reports_on_one_day_each_is_held_against_the_day_before_and_the_better_one_goes_on() -> (
    None
):
    better = report("KEN", "2024-07-16", 396, key="better", grade="B2")
    worse = report("KEN", "2024-07-16", 600, key="worse", grade="C4")
    for ordered in permutations(
        [FIRST, SECOND, better, worse, report("KEN", "2024-09-27", 382, key="later")]
    ):
        assert [(step.report.entry.key, told(step)) for step in steps(*ordered)] == [
            ("worse", "0 + 400 = 400, said 600: 200 !"),
            ("better", "0 + 400 = 400, said 396: -4 !"),
            ("later", "396 + 0 = 396, said 382: -14 !"),
        ]


def test_a_wider_report_is_held_against_everybody_in_it_and_the_one_before_it_of_its_own_width() -> (
    None
):
    facts = [
        FIRST,
        SECOND,
        report("KEN", "2024-07-16", 396),
        arrival("JAM", "2024-09-12", 20, category="military"),
        arrival("JAM", "2024-09-12", 4),
        report("JAM", "2024-09-12", 24, category=None),
        report(None, "2024-09-12", 426, category=None),
        report(None, "2024-09-30", 410),
    ]
    found = {
        (step.scope.nation, step.scope.category): (told(step), step.movements)
        for step in steps(*facts)
    }
    assert found == {
        (None, None): ("0 + 424 = 424, said 426: 2 !", 4),
        (None, "police"): ("0 + 404 = 404, said 410: 6 !", 3),
        ("JAM", None): ("0 + 24 = 24, said 24: 0", 2),
        ("KEN", "police"): ("0 + 400 = 400, said 396: -4 !", 2),
    }


def test_only_reports_of_those_asked_for_up_to_the_day_are_held() -> None:
    facts = [
        FIRST,
        report("KEN", "2024-07-16", 396),
        report("KEN", "2024-09-27", 382),
        report(None, "2024-09-30", 410),
    ]
    assert [told(step) for step in steps(*facts, until="2024-07-16", nations=("KEN",))] == [
        "0 + 200 = 200, said 396: 196 !"
    ]
    assert len(steps(*facts, until="2024-07-15")) == 0
    assert len(steps(*facts, nations=("KEN",), categories=("police",))) == 2
    assert len(steps(*facts)) == 3


def open_ended(bounds: Bounds) -> tuple[float, int | None, float]:
    """Low, best and high, the bounds that are not there at infinity."""
    low, best, high = bounds
    return (-INFINITE if low is None else low, best, INFINITE if high is None else high)


def check(found: list[Step], told: list[Fact]) -> None:
    """Each step to a report equals its plain reckoning, day by day."""
    found = [step for step in found if step.by_report]
    moved = [of for of in told if of.entry.kind == "movement" and of.value.status == "occurred"]
    reports = [of for of in told if of.entry.kind == "strength_report"]
    assert sorted(step.report.entry.key for step in found) == sorted(of.entry.key for of in reports)
    for step in found:
        scope, until = step.scope, settled(step.report)
        own = [of for of in moved if scope.covers(of.entry.scope)]
        earlier = [of for of in reports if of.entry.scope == scope and settled(of) < until]
        newest, before = max(speaking(earlier).items(), default=(None, None))
        assert (step.before and step.before.entry) == (before and before.entry)
        assert (step.before and step.before.value.count) == (before and before.value.count)
        between = [of for of in own if any(in_window(of, newest, until))]
        assert step.movements == len(between)
        low, best, high, unknown = add_up(before, own, newest, until, forwards=True)
        reckoned = None if unknown else best
        assert open_ended(step.reckoned) == (low, reckoned, high)
        arrived = [of for of in own if of.entry.direction == "arrival"]
        came = add_up(None, arrived, newest, until, forwards=True)
        left = add_up(None, [of for of in own if of not in arrived], newest, until, forwards=False)
        known = None if came[3] + left[3] else (came[1] or 0) - (left[1] or 0)
        assert open_ended(step.moved) == (came[0] - left[2], known, came[2] - left[0])
        said = step.report.value.count
        most = INFINITE if said.high is None else said.high
        gap = None if reckoned is None or said.best is None else said.best - reckoned
        assert open_ended(step.difference) == (said.low - high, gap, most - low)
        assert step.agrees == (low <= most and said.low <= high)


@laws
@given(st.one_of(contingents, ledgers))
def test_every_step_equals_its_plain_reckoning(ledger: list[Said]) -> None:
    told = facts(ledger)
    check(reconciled(Strength.of(told, {}), Question(as_of=day("3000-01-01"))), told)


@laws
@given(ledgers, days)
def test_a_day_keeps_the_steps_up_to_it(ledger: list[Said], when: date) -> None:
    told = facts(ledger)
    whole = reconciled(Strength.of(told, {}), Question(as_of=day("3000-01-01")))
    assert reconciled(Strength.of(told, {}), Question(as_of=when)) == [
        step for step in whole if settled(step.report) <= when
    ]
