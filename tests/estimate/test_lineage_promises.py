"""What was announced to a mission that another continues, once it has lapsed, and who is to leave:
it stands once, with the one or the other.
"""

import pytest

from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.strength import Strength
from tests.builders import arrival, day, departure, ledger, report, shown, succession

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
