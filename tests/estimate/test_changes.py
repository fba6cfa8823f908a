"""The drawings in the docstrings of the index, the changes and the levels, reckoned."""

from app.estimate.changes import Changes
from app.estimate.contingents import Figure
from app.estimate.counts import point
from app.estimate.entries import Scope
from app.estimate.index import Index
from app.estimate.levels import Levels
from tests.builders import arrival, day, departure, report, shown

MISSION = Scope("haiti-mss")
KENYA, KENYAN_POLICE = Scope("haiti-mss", "KEN"), Scope("haiti-mss", "KEN", "police")
FIRST = report("KEN", "2024-09-01", 400, category=None)
MOVED = [departure("KEN", "2024-09-15", 50), arrival("KEN", "2024-10-15", 30)]
SECOND = report("KEN", "2024-10-01", 380, category=None)
LEVELS = [
    report(None, "2024-09-12", 430, category=None),
    report("KEN", "2024-09-12", 400),
    report("JAM", "2024-09-12", 24, category="troops"),
    departure("KEN", "2024-10-01", 50),
]


def test_the_index_knows_parts_wide_scopes_and_contingents() -> None:
    police = Scope("haiti-mss", None, "police")
    index = Index.of([*LEVELS, report(None, "2024-09-12", 410, category="police")], {})
    assert index.parts(MISSION) == [Scope("haiti-mss", "JAM"), KENYA]
    assert index.parts(KENYA) == [KENYAN_POLICE]
    assert index.wide(MISSION, bool) == [police]
    assert index.is_contingent(KENYAN_POLICE)
    assert not index.is_contingent(KENYA)
    assert not index.is_contingent(police)
    assert index.steps(KENYA) == [day("2024-09-12"), day("2024-10-01")]


def test_a_change_is_that_of_the_own_reports_or_of_what_lies_beneath() -> None:
    levels = Levels.of([FIRST, *MOVED, SECOND], {})
    changes = Changes(levels.index, levels.on)
    start = day("2024-09-01")
    found = [
        point(changes.of(KENYA, start, day(until)))
        for until in ("2024-09-15", "2024-10-01", "2024-10-15")
    ]
    assert found == [-50, -20, 10]


def test_a_first_report_is_news_of_who_is_there_and_not_of_who_came() -> None:
    levels = Levels.of([*MOVED, SECOND], {})
    changes = Changes(levels.index, levels.on)
    assert point(changes.of(KENYA, day("2024-09-01"), day("2024-10-01"))) == -50
    assert point(changes.of(KENYA, day("2024-09-01"), day("2024-10-15"))) == -20


def test_levels_stand_above_their_parts_and_move_with_them() -> None:
    levels = Levels.of(LEVELS, {})
    drawn = {
        "2024-09-12": ["reported 430", "reported 400", "reported 24"],
        "2024-10-01": ["carried 380", "carried 350", "reported 24"],
    }
    for when, figures in drawn.items():
        scopes = [MISSION, KENYAN_POLICE, Scope("haiti-mss", "JAM", "troops")]
        found: list[Figure] = [levels.on(scope, day(when)) for scope in scopes]
        assert [shown(figure) for figure in found] == figures
