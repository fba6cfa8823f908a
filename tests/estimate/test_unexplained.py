"""More left than came: what is known of who was there, and the row that says what is missing."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.reconciliation import Step, reconciled
from app.estimate.strength import Strength
from tests.builders import arrival, bounds, day, departure, report, shown

LEFT = [
    arrival("KEN", "2024-06-25", 100, key="came"),
    departure("KEN", "2024-08-01", 150, key="left"),
]


def present(facts: Sequence[Fact], when: str) -> str:
    table = Strength.of(facts, {}).table(Question(day(when)))
    return shown(table.total.figures["present"])


def steps(facts: Sequence[Fact], when: str, **asked: Any) -> list[Step]:
    return reconciled(Strength.of(facts, {}), Question(day(when), **asked))


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ("2024-06-24", "none 0"),
        ("2024-06-25", "counted 100 ? ∞"),
        ("2024-07-31", "counted 100 ? ∞"),
        ("2024-08-01", "counted 0"),
    ],
)
@pytest.mark.parametrize("facts", [LEFT, LEFT[::-1]], ids=["in order", "turned round"])
def test_there_is_no_best_figure_before_more_left_than_came(
    facts: list[Fact], when: str, answer: str
) -> None:
    assert present(facts, when) == answer


def test_who_comes_later_is_there() -> None:
    later = [*LEFT, arrival("KEN", "2024-09-01", 10, key="later")]
    assert [present(later, f"2024-{when}") for when in ("07-31", "08-01", "09-01")] == [
        "counted 100 ? ∞",
        "counted 0",
        "counted 10",
    ]


def test_a_report_explains_who_is_there() -> None:
    reported = [*LEFT, report("KEN", "2024-07-10", 160)]
    assert present(reported, "2024-07-01") == "implied 160"
    assert present(reported, "2024-08-01") == "carried 10"
    assert [step.by_report for step in steps(reported, "2024-08-01")] == [True]


@pytest.mark.parametrize("count", ["~145", "90..150", "some", "unknown"])
def test_who_left_may_be_no_more_than_came(count: str) -> None:
    facts = [arrival("KEN", "2024-06-25", "~140"), departure("KEN", "2024-08-01", count)]
    assert "?" not in present(facts, "2024-07-01")
    assert steps(facts, "2024-08-01") == []


def test_the_rest_of_the_mission_keeps_its_best_figure() -> None:
    jamaica = arrival("JAM", "2024-06-01", 24, category="troops")
    table = Strength.of([*LEFT, jamaica], {}).table(Question(day("2024-07-01")))
    shown_rows = {row.group["nation"]: shown(row.figures["present"]) for row in table.rows}
    assert shown_rows == {"KEN": "counted 100 ? ∞", "JAM": "counted 24"}
    assert shown(table.total.figures["present"]) == "summed 124 124 ∞"


def test_reconciliation_says_how_many_are_not_explained() -> None:
    (step,) = steps(LEFT, "2024-08-01")
    assert (step.report.entry.key, step.by_report, step.before) == ("left", False, None)
    assert (step.moved, step.reckoned) == ((-50, -50, -50), (-50, -50, -50))
    assert (
        bounds(step.count_reported.low, step.count_reported.best, step.count_reported.high)
        == "0 0 ∞"
    )
    assert (step.difference, step.agrees, step.movements) == ((50, 50, None), False, 2)


def test_the_row_stands_only_where_its_day_and_people_are_asked_for() -> None:
    assert steps(LEFT, "2024-07-31") == []
    assert len(steps(LEFT, "2024-08-01", nations=("KEN",))) == 1
    assert steps(LEFT, "2024-08-01", nations=("JAM",)) == []
    assert steps(LEFT, "2024-08-01", missions=("other",)) == []
