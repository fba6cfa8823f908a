"""Where a ledger contradicts itself: examples that read like the news, and that nothing disputed is
left out.
"""

# Tables, a line each.

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given

from app.estimate.conflicts import Conflict, conflicts
from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.strength import Strength
from tests.builders import arrival, arriving, claim, day, departure, pledge, report, reporting, told
from tests.estimate.test_laws import Said, laws, ledgers
from tests.estimate.test_laws import facts as facts_of

WHOLE = {"category": None}


def found(*facts: Fact, until: str = "2024-12-31", **asked: Any) -> list[Conflict]:
    """The conflicts up to a day."""
    return conflicts(Strength.of(facts, {}), Question(as_of=day(until), **asked))


def words(conflict: Conflict) -> str:
    """A conflict as words: `claims movement KEN police 2024-06-25: 196 to 200`."""
    _, nation, category = conflict.scope
    reach = f"{conflict.low} to {'∞' if conflict.high is None else conflict.high}"
    return f"{conflict.what} {conflict.kind} {nation} {category} {conflict.day}: {reach}"


TWO = told(
    arriving("KEN", key="first"),
    claim("2024-06-25", 200, by="a", grade="B2"),
    claim("2024-06-25", 196, by="b", grade="B2"),
)
SAME = told(
    arriving("KEN", key="first"),
    claim("2024-06-25", 200, by="a"),
    claim("2024-06-25", 200, by="b"),
    claim("2024-06", "~200", by="c", grade="C3"),
)
OTHER_DAY = told(
    arriving("KEN", key="first"),
    claim("2024-06-25", 200, by="a"),
    claim("2024-06-27", 200, by="b"),
)
MISSION, KENYA = report(None, "2024-09-12", 380, **WHOLE), report("KEN", "2024-09-12", 400)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([TWO], ["claims movement KEN police 2024-06-25: 196 to 200"]),
        ([SAME], []),
        ([OTHER_DAY], ["claims movement KEN police 2024-06-27: 200 to 200"]),
        ([pledge("BEN", "2024-07-01", 1000)], []),
        # Rivals of the same people and day are one conflict, whatever entries they are.
        (
            [
                report("KEN", "2024-07-16", 396, by="a", key="x"),
                report("KEN", "2024-07-16", 410, by="b", key="y"),
            ],
            ["claims strength_report KEN police 2024-07-16: 396 to 410"],
        ),
        ([MISSION, KENYA], ["whole_and_parts strength_report None None 2024-09-12: 380 to 400"]),
        ([report(None, "2024-09-12", 400, **WHOLE), KENYA], []),
        # The parts outgrow the whole only later: the conflict is of that day.
        (
            [report(None, "2024-09-01", 380, **WHOLE), KENYA],
            ["whole_and_parts strength_report None None 2024-09-12: 380 to 400"],
        ),
        (
            [
                report("KEN", "2024-07-01", 200),
                arrival("KEN", "2024-07-16", 200),
                report("KEN", "2024-08-01", 382),
            ],
            ["reports_and_movements strength_report KEN police 2024-08-01: 382 to 400"],
        ),
        # No movement is told of: nothing contradicts the report.
        ([report("KEN", "2024-07-01", 200), report("KEN", "2024-08-01", 382)], []),
        (
            [
                report("KEN", "2024-07-01", 200),
                departure("KEN", "2024-07-16", "unknown"),
                report("KEN", "2024-08-01", 150),
            ],
            [],
        ),
    ],
)
def test_what_contradicts_what(facts: list[Fact], expected: list[str]) -> None:
    for order in permutations(facts):
        assert [words(conflict) for conflict in found(*order)] == expected


def test_each_names_both_sides_and_why() -> None:
    (disputed,) = found(TWO)
    assert (disputed.entry, disputed.stands, disputed.against) == (
        "first",
        ("first/a",),
        ("first/b",),
    )
    assert disputed.size == 4
    (whole,) = found(MISSION, KENYA)
    assert whole.stands == KENYA.value.claim_keys
    assert whole.against == MISSION.value.claim_keys
    assert "less than its parts, which make 400" in whole.reason


def test_the_largest_come_first_and_what_is_not_bounded_last() -> None:
    open_ended = told(
        reporting("JAM", key="j"),
        claim("2024-09-01", ">=30", by="a"),
        claim("2024-09-01", 24, by="b"),
    )
    small = told(
        arriving("BEN", key="b"), claim("2024-06-25", 4, by="a"), claim("2024-06-25", 5, by="b")
    )
    assert [conflict.size for conflict in found(TWO, small, open_ended)] == [4, 1, None]


def test_what_is_asked_for_bounds_it() -> None:
    other = told(
        arriving("JAM", key="j"), claim("2024-09-12", 24, by="a"), claim("2024-09-12", 20, by="b")
    )
    assert [each.entry for each in found(TWO, other, nations=("JAM",))] == ["j"]
    assert [each.entry for each in found(TWO, other, until="2024-08-01")] == ["first"]
    assert found(MISSION, KENYA, nations=("KEN",)) == []


@laws
@given(ledgers)
def test_whatever_is_disputed_is_a_conflict(ledger: list[Said]) -> None:
    """A total that is disputed rests on something that stands among the conflicts."""
    strength = Strength.of(facts_of(ledger), {})
    question = Question(as_of=day("2024-12-31"))
    if strength.table(question).total.figures["present"].disputed:
        assert conflicts(strength, question)
