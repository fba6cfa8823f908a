"""Tables of figures whose rows add up: the measures, a row, the total, and what the rows leave
unallocated of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.estimate.contingents import Figure
from app.estimate.counts import Sum
from app.estimate.questions import Question

ADDITIVE = (
    *("present", "arrived", "departed", "lost", "expected", "lapsed", "expected_departures"),
    "pledged",
)
MEASURES = (*ADDITIVE, "authorised")
GROUPS = ("mission", "nation", "category")


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


def unallocated(rows: Sequence[Row], total: Row) -> Unallocated | None:
    """What the rows do not explain of the total; None where they explain all of it."""
    remainders = {
        measure: _remainder(total.figures[measure].sum, [row.figures[measure].sum for row in rows])
        for measure in ADDITIVE
    }
    return (
        Unallocated(remainders)
        if any(found != (0, 0, 0) for found in remainders.values())
        else None
    )


def _remainder(total: Sum, parts: Sequence[Sum]) -> tuple[int, int, int | None]:
    """What must be added to the parts to make the total: lows to its low, points to its point,
    highs to its high.
    """
    highs = [part.high for part in parts if part.high is not None]
    open_part = len(highs) < len(parts)
    if total.high is None:
        high = 0 if open_part else None
    else:
        high = None if open_part else total.high - sum(highs)
    return (
        total.low - sum(part.low for part in parts),
        total.point - sum(part.point for part in parts),
        high,
    )
