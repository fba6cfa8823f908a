"""Every reckoning passes checkpoints as it goes on, more of them the more there is of it, and can
be broken off at any of them without a trace.
"""

from collections.abc import Callable, Iterable
from contextvars import copy_context
from datetime import date, timedelta
from typing import Any

import pytest

from app.estimate.checkpoint import ASKED
from app.estimate.entries import Fact
from app.estimate.fulfilment import fulfilment
from app.estimate.questions import Question
from app.estimate.reconciliation import reconciled
from app.estimate.strength import Strength
from app.estimate.working import set_aside
from tests.builders import arrival, pledge, report

NATIONS = ["BEN", "BHS", "BLZ", "GTM", "JAM", "KEN", "SLV", "TCD"]
LAST = date(2024, 12, 31)
ALL = Question(as_of=LAST)


class Enough(Exception):
    """Whoever asked wants no more."""


def evidence(nations: int) -> list[Fact]:
    """Half a year of so many nations."""
    return [
        fact
        for n, nation in enumerate(NATIONS[:nations])
        for month in range(1, 7)
        for fact in (
            pledge(nation, f"2024-{month:02}-01", 10 + n, key=f"p-{nation}-{month}"),
            arrival(nation, f"2024-{month:02}-10", n + month, key=f"a-{nation}-{month}"),
            report(nation, f"2024-{month:02}-20", 10 * month + n, key=f"r-{nation}-{month}"),
        )
    ] + [report(None, "2024-03-25", 500), report(None, "2024-05-25", 900, category="police")]


def over_days(strength: Strength, **asked: Any) -> object:
    """A series of a hundred days."""
    days = [LAST - timedelta(days=n) for n in reversed(range(100))]
    return list(strength.series(Question(as_of=LAST, **asked), days))


QUESTIONS: dict[str, Callable[[Strength], object]] = {
    "table": lambda strength: strength.table(ALL),
    "of fresh evidence": lambda strength: strength.table(Question(as_of=LAST, max_age=250)),
    "series": over_days,
    "series of fresh evidence": lambda strength: over_days(strength, max_age=250),
    "changes": lambda strength: strength.changes(ALL),
    "reconciliation": lambda strength: reconciled(strength, ALL),
    "fulfilment": lambda strength: fulfilment(strength.table(ALL)),
    "set aside": lambda strength: set_aside(strength, strength.table(ALL)),
}


def counted(ask: Callable[[Strength], object], facts: Iterable[Fact]) -> int:
    """How many checkpoints a question of some facts passes, with their laying out."""
    calls = 0

    def asked() -> None:
        nonlocal calls
        calls += 1

    def within() -> None:
        ASKED.set(asked)
        ask(Strength.of(facts, {}))

    copy_context().run(within)
    return calls


@pytest.mark.parametrize("question", QUESTIONS)
def test_more_evidence_has_more_checkpoints(question: str) -> None:
    few, many = (counted(QUESTIONS[question], evidence(nations)) for nations in (2, 8))
    assert few > 10
    assert many > 1.5 * few


@pytest.mark.parametrize(("question", "least"), [("series", 100), ("table", 8), ("changes", 1)])
def test_what_is_laid_out_already_has_checkpoints_too(question: str, least: int) -> None:
    strength = Strength.of(evidence(8), {})
    QUESTIONS[question](strength)
    assert counted(lambda _strength: QUESTIONS[question](strength), []) >= least


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_was_broken_off_anywhere_leaves_nothing_half_made(question: str) -> None:
    facts, ask = evidence(3), QUESTIONS[question]
    right, checkpoints = ask(Strength.of(facts, {})), counted(ask, facts)
    strength = Strength.of(facts, {})
    for most in range(1, checkpoints, max(1, checkpoints // 40)):
        broken_off(lambda: ask(strength), most)
    assert ask(strength) == right


def broken_off(ask: Callable[[], object], most: int) -> None:
    """Ask, and want no more after so many checkpoints; there may be fewer by now."""
    count = 0

    def asked() -> None:
        nonlocal count
        count += 1
        if count >= most:
            raise Enough

    def within() -> None:
        ASKED.set(asked)
        try:
            ask()
        except Enough:
            assert count == most, "it went on"

    copy_context().run(within)
