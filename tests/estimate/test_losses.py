"""Who left and why: the lost among them, and who was announced to leave."""

import pytest

from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.strength import LOST, Strength
from app.record.kinds import KINDS
from tests.builders import arrival, bounds, claim, day, departing, departure, told

CAME = arrival("KEN", "2024-06-25", 200)


def ask(facts: list[Fact], when: str, measure: str) -> str:
    figure = Strength.of(facts, {}).table(Question(day(when))).total.figures[measure].sum
    return bounds(figure.low, figure.best, figure.high)


def left(when: str, count: str, reason: str | None, **said: str) -> Fact:
    return departure("KEN", when, count, reason=reason, key=f"{when}-{reason}", **said)


def test_a_death_is_no_going_home() -> None:
    facts = [CAME, left("2025-02-23", "1", "hostile_act"), left("2025-03-01", "50", "rotation")]
    assert ask(facts, "2025-02-22", "lost") == "0"
    assert ask(facts, "2025-02-23", "lost") == "1"
    assert ask(facts, "2025-03-01", "lost") == "1"
    assert ask(facts, "2025-03-01", "departed") == "51"
    assert ask(facts, "2025-03-01", "present") == "149"


@pytest.mark.parametrize("reason", KINDS["movement"].choices["reason"])
def test_the_lost_are_the_dead_and_the_missing(reason: str) -> None:
    facts = [CAME, left("2025-03-25", "1", reason)]
    lost = reason in ("hostile_act", "accident", "illness", "missing")
    assert (reason in LOST) == lost
    assert ask(facts, "2025-03-25", "lost") == str(int(lost))


def test_who_was_expected_to_leave_is_a_number_until_they_do() -> None:
    rotation = told(
        departing("KEN", key="rotation"),
        claim("2025-07", 100, by="plan", status="expected", out="2025-06-01"),
    )
    assert ask([CAME, rotation], "2025-05-31", "expected_departures") == "0"
    assert ask([CAME, rotation], "2025-06-01", "expected_departures") == "100"
    assert ask([CAME, rotation], "2025-06-01", "expected") == "0"
    assert ask([CAME, rotation], "2025-06-01", "present") == "200"
    some = left("2025-07-10", "60", "rotation", fulfils="rotation")
    assert ask([CAME, rotation, some], "2025-07-10", "expected_departures") == "40"
    assert ask([CAME, rotation, some], "2025-08-01", "expected_departures") == "0"
    # What lapses is counted of arrivals.
    assert ask([CAME, rotation, some], "2025-08-01", "lapsed") == "0"


def test_two_accounts_of_a_loss_differ_as_those_of_anything() -> None:
    fact = told(
        departing("KEN", key="lost", reason="missing"),
        claim("2025-03-25", 1, by="mission"),
        claim("2025-03-25", 3, by="blog", grade="D4"),
    )
    found = Strength.of([CAME, fact], {}).table(Question(day("2025-03-31"))).total.figures["lost"]
    assert (found.sum.best, found.disputed, found.spread) == (1, True, (1, 3))
