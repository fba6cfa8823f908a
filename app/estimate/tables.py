"""Tables of figures whose rows add up: the measures, a row, the total, and what the rows leave
unallocated of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.estimate.contingents import Figure
from app.estimate.counts import remainder
from app.estimate.entries import Fact, Scope
from app.estimate.questions import Question

ADDITIVE = (
    *("present", "arrived", "departed", "lost", "expected", "lapsed", "expected_departures"),
    "pledged",
)
MEASURES = (*ADDITIVE, "authorised")
GROUPS = ("mission", "nation", "category")
# The reasons of a departure for which somebody is lost: dead or missing.
LOST = ("hostile_act", "accident", "illness", "missing")
# The figures of those of whom nobody spoke.
NOBODY: Mapping[str, Figure] = {
    "present": Figure("none"),
    "arrived": Figure("counted"),
    "departed": Figure("counted"),
    "lost": Figure("counted"),
    "expected": Figure("announced"),
    "lapsed": Figure("lapsed"),
    "expected_departures": Figure("announced"),
    "pledged": Figure("pledged"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its group's values (None in those it does not have) and its figures, by
    measure.

    `figures` has no `authorised` where no mandate in force speaks of the row.
    """

    group: Mapping[str, str | None]
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Unallocated:
    """The total less the rows, for the low, best and high of each measure; a high of None is not
    bounded.

    It is a difference and not a range: its low may exceed its high.
    """

    remainders: Mapping[str, tuple[int, int, int | None]]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a question of strength."""

    question: Question
    rows: Sequence[Row]
    unallocated: Unallocated | None
    total: Row


@dataclass(frozen=True, slots=True)
class Line:
    """A row to be, with the evidence that speaks of it; without mandates where no ceiling is
    comparable with it.
    """

    group: Mapping[str, str | None]
    scopes: Sequence[Scope]
    arrivals: Sequence[Fact]
    coming: Sequence[Fact]
    departures: Sequence[Fact]
    leaving: Sequence[Fact]
    pledges: Sequence[Fact]
    mandates: Sequence[Fact]


def unallocated(rows: Sequence[Row], total: Row) -> Unallocated | None:
    """What the rows do not explain of the total; None where they explain all of it."""
    remainders = {
        measure: remainder(total.figures[measure].sum, [row.figures[measure].sum for row in rows])
        for measure in ADDITIVE
    }
    return (
        Unallocated(remainders)
        if any(found != (0, 0, 0) for found in remainders.values())
        else None
    )
