"""A figure knows since when most of it is known, and whether that is too long ago."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.estimate.entries import Fact
from app.estimate.last_known import Age, Ageing
from app.estimate.questions import Question
from app.estimate.strength import Strength
from tests.builders import MISSION, arrival, day, departure, mandate, report

AFTER = 180
TOLD = [arrival("KEN", "2024-06-25", 200), arrival("KEN", "2024-07-16", 190)]


def age(facts: list[Fact], when: str, after: int = AFTER, **asked: object) -> Age:
    """How old the people present of a question are on a day."""
    strength = Strength.of(facts, {})
    question = Question(day(when), group_by=(), **asked)  # type: ignore[arg-type]
    present = strength.table(question).total.figures["present"]
    return Ageing(strength, after).of(present, day(when), question.missions)


def test_it_is_last_known_since_half_of_it_was_told() -> None:
    assert age(TOLD, "2024-07-15") == Age(day("2024-06-25"), stale=False)
    # 190 of 390 came on the later day: less than half.
    assert age(TOLD, "2024-07-16") == Age(day("2024-06-25"), stale=False)
    assert age([*TOLD, arrival("KEN", "2024-07-17", 10)], "2024-07-18").last_known == day(
        "2024-07-16"
    )
    assert age([*TOLD, report("KEN", "2024-09-30", 400)], "2024-10-01").last_known == day(
        "2024-09-30"
    )


@given(st.integers(0, 2000), st.integers(1, 700))
def test_it_is_stale_after_so_many_days_and_not_before(later: int, after: int) -> None:
    asked = (day("2024-06-25") + timedelta(later)).isoformat()
    assert age(TOLD[:1], asked, after) == Age(day("2024-06-25"), stale=later > after)


def test_one_small_arrival_does_not_make_it_young() -> None:
    facts = [report("KEN", "2024-01-01", 400), arrival("KEN", "2025-06-01", 6)]
    assert age(facts, "2025-06-02") == Age(day("2024-01-01"), stale=True)


def test_it_is_stale_past_the_mandate_unless_it_was_told_after_it() -> None:
    ends = mandate("2023-10-02", "<=2500", expires="2024-10-02")
    assert not age([*TOLD, ends], "2024-10-02").stale
    assert age([*TOLD, ends], "2024-10-03").stale
    assert not age([*TOLD, ends, report("KEN", "2024-10-03", 400)], "2024-10-03").stale
    # One that goes on, or does not say when it ends, keeps it.
    for more in ("2025-10-02", None):
        longer = mandate("2024-09-30", "<=2500", expires=more, key="longer")
        assert not age([*TOLD, ends, longer], "2024-10-03").stale
    # Of two missions, one has none: that does not end.
    other = report("JAM", "2024-07-01", 24, mission="other")
    assert not age([*TOLD, ends, other], "2024-10-03").stale
    assert age([*TOLD, ends, other], "2024-10-03", missions=(MISSION,)).stale


def test_nobody_told_of_is_of_no_age() -> None:
    assert age(TOLD, "2024-06-24") == Age(None, stale=False)
    assert age([], "2030-01-01") == Age(None, stale=False)


def test_that_all_have_left_is_known_since_the_last_of_them_left() -> None:
    gone = [arrival("KEN", "2024-01-01", 5), departure("KEN", "2024-03-01", 5)]
    assert age(gone, "2024-03-02").last_known == day("2024-03-01")


@pytest.mark.parametrize("when", ["2024-07-01", "2024-07-15"])
def test_what_is_worked_back_is_known_by_what_came_later(when: str) -> None:
    facts = [arrival("KEN", "2024-06-25", "some"), report("KEN", "2024-09-30", 400)]
    assert age(facts, when) == Age(day("2024-09-30"), stale=False)
