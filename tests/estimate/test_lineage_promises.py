"""What was announced to a mission that another continues, once it has lapsed, and who is to leave:
it stands once, with the one or the other.
"""

from typing import Any

import pytest

from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.reconciliation import reconciled
from app.estimate.strength import Strength
from tests.builders import arrival, day, departure, ledger, pledge, report, shown, succession

MSS, GSF = "haiti-mss", "haiti-gsf"
BOTH = (MSS, GSF)
TOLD = (
    report(None, "2025-06-15", 991, category=None),
    arrival("KEN", "2025-09-15", 400, status="expected", out="2025-09-01"),
    departure("JAM", "2025-12-15", 20, status="expected", out="2025-09-01"),
)
ON_A_DAY = ledger(*TOLD, succession(GSF, MSS, "2025-10-02"))
IN_OCTOBER = ledger(*TOLD, succession(GSF, MSS, "2025-10"))


def measure(name: str, facts: list[Fact], on: str, *missions: str) -> str:
    """A measure of all that is asked for."""
    question = Question(day(on), missions=missions, group_by=("mission",))
    return shown(Strength.of(facts, {}).table(question).total.figures[name])


@pytest.mark.parametrize(
    ("on", "missions", "lapsed", "leaving"),
    [
        ("2025-10-01", (MSS,), "lapsed 400", "announced 20"),
        ("2025-10-01", (GSF,), "lapsed 0", "announced 0"),
        ("2025-10-02", (MSS,), "lapsed 0", "announced 0"),
        ("2025-10-02", (GSF,), "lapsed 400", "announced 20"),
        ("2025-10-01", BOTH, "lapsed 400", "announced 20"),
        ("2025-10-02", BOTH, "lapsed 400", "announced 20"),
        ("2025-12-16", BOTH, "lapsed 400", "announced 0"),
    ],
)
def test_passes_over_and_is_counted_once(
    on: str, missions: tuple[str, ...], lapsed: str, leaving: str
) -> None:
    assert measure("lapsed", ON_A_DAY, on, *missions) == lapsed
    assert measure("expected_departures", ON_A_DAY, on, *missions) == leaving


def test_is_in_both_perhaps_where_the_day_is_not_certain() -> None:
    assert measure("lapsed", IN_OCTOBER, "2025-10-10", MSS) == "lapsed 0 400 400"
    assert measure("lapsed", IN_OCTOBER, "2025-10-10", GSF) == "lapsed 0 0 400"
    assert measure("lapsed", IN_OCTOBER, "2025-10-10", *BOTH) == "lapsed 400"
    assert measure("expected_departures", IN_OCTOBER, "2025-10-10", MSS) == "announced 0 20 20"
    assert measure("expected_departures", IN_OCTOBER, "2025-10-10", GSF) == "announced 0 0 20"


A, B, C = "a", "b", "c"
THREE = (succession(B, A, "2024-06-01"), succession(C, B, "2025-06-01"))


def came(mission: str, when: str, count: int, **said: Any) -> Fact:
    return arrival("KEN", when, count, mission=mission, **said)


@pytest.mark.parametrize("made_to", [A, B])
def test_a_pledge_that_was_kept_on_the_way_stays_where_it_was_kept(made_to: str) -> None:
    made = pledge("KEN", "2024-01-01", 100, mission=made_to, key="made")
    kept = came(B, "2024-09-01", 100, key="kept", fulfils="made")
    told = ledger(report(None, "2024-01-02", 5, mission=A, category=None), made, kept, *THREE)
    held = {slug: measure("pledged", told, "2025-07-01", slug) for slug in (A, B, C)}
    assert held == {A: "pledged 0", B: "pledged 100", C: "pledged 0"}


@pytest.mark.parametrize("on", ["2024-06-10", "2024-06-19", "2024-06-20", "2024-07-15"])
@pytest.mark.parametrize("mission", [A, B])
def test_who_comes_later_decides_nothing_before(on: str, mission: str) -> None:
    """The day on which people pass over is not certain, and the pledge is kept within it."""
    made = pledge("KEN", "2024-01-01", 100, mission=A, key="made")
    told = [report(None, "2024-01-02", 5, mission=A, category=None), made]
    told.append(succession(B, A, "2024-06-01/2024-07-31"))
    kept = came(A, "2024-06-20", 100, key="kept", fulfils="made")
    before = measure("pledged", ledger(*told), on, mission)
    after = measure("pledged", ledger(*told, kept), on, mission)
    assert (after == before) == (on < "2024-06-20")


def test_who_passed_over_and_left_is_explained() -> None:
    left = departure("KEN", "2024-09-01", 30, mission=B, key="left")
    told = ledger(came(A, "2024-01-01", 100), left, THREE[0])
    assert measure("present", told, "2024-09-01", B) == "continued 70"
    assert reconciled(Strength.of(told, {}), Question(day("2024-12-31"))) == []
    # More than ever came are missing in the line, once.
    more = departure("KEN", "2024-10-01", 90, mission=B, key="more")
    (step,) = reconciled(Strength.of([*told, more], {}), Question(day("2024-12-31")))
    assert (step.scope.mission, step.report.entry.key, step.difference[1]) == (B, "more", 20)
