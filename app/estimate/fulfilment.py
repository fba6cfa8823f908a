"""Promise against arrival, as of a day: what was pledged, what has come of it, and what is
outstanding.

Reckoned row by row over a table of strength, whose figures it takes as they are. Who has come is
told in two ways, by arrivals and by who is present (a nation known by reports only has no
arrivals), and the larger of the two counts. One row's surplus keeps no other row's promise, so what
is outstanding in all is the sum of the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.estimate.checkpoint import watched
from app.estimate.counts import Sum
from app.estimate.strength import Row, Table

PROMISED = ("pledged", "expected", "lapsed", "arrived", "present")

State = Literal["none_pledged", "open", "in_part", "kept", "unknown"]
# Low, best and high, in people. A best of None is not known, a high of None has no bound.
Range = tuple[int, int | None, int | None]

NOBODY: Range = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Promise:
    """One group's promise and what came of it.

    `group` has its values (empty: the unallocated rest, or the total). `figures` are ranges in
    people, by measure; those of the unallocated rest are differences, whose low may exceed their
    high. `pledged_since` is the earliest day of a pledge that counts, `last_arrival` that of the
    newest arrival that does (None: there is none, or its day is not certain).
    """

    group: Mapping[str, str | None]
    figures: Mapping[str, Range]
    outstanding: Range
    state: State
    pledged_since: date | None
    last_arrival: date | None
    disputed: bool


@dataclass(frozen=True, slots=True)
class Promises:
    """The rows, what they leave unallocated (None: nothing), and all together."""

    rows: Sequence[Promise]
    unallocated: Promise | None
    total: Promise


def fulfilment(table: Table) -> Promises:
    """Promise against arrival for each row of a table in which anybody was pledged, announced, came
    or is present.
    """
    kept = [row for row in table.rows if any(row.figures[name].terms for name in PROMISED)]
    rows = [_promise(row, outstanding(_sums(row))) for row in watched(kept)]
    rest = _unallocated(table, kept)
    parts = [each.outstanding for each in (*rows, rest) if each and each.state != "none_pledged"]
    return Promises(rows, rest, _promise(table.total, added(parts)))


def came(sums: Mapping[str, Sum]) -> Range:
    """Who has come: the larger of arrived and present, in each of low, best and high.

    Where the larger of the two bests is only a low that stands in for one, no best is known; nor
    that nobody came, where one of the two has no best and anybody can have come.
    """
    arrived, present = sums["arrived"], sums["present"]
    larger = max(arrived, present, key=lambda each: (each.point, each.best is not None))
    high = None if arrived.high is None or present.high is None else max(arrived.high, present.high)
    if high == 0:
        return NOBODY
    best = None if larger.point == 0 and None in (arrived.best, present.best) else larger.best
    return max(arrived.low, present.low), best, high


def outstanding(sums: Mapping[str, Sum]) -> Range:
    """What was pledged and has not come, never below zero."""
    pledged, (least, best, most) = sums["pledged"], came(sums)
    high = None if pledged.high is None else max(0, pledged.high - least)
    if high == 0:
        return NOBODY
    low = 0 if most is None else max(0, pledged.low - most)
    return low, None if pledged.best is None or best is None else max(0, pledged.best - best), high


def added(parts: Iterable[Range]) -> Range:
    """Ranges added up; a low stands in for a best that is not known, unless none is known at
    all.
    """
    lows, bests, highs = zip(*parts, strict=True) if (parts := list(parts)) else ((), (), ())
    point = sum(low if best is None else best for low, best in zip(lows, bests, strict=True))
    unknown = bool(bests) and all(best is None for best in bests)
    return sum(lows), None if unknown else point, None if None in highs else sum(highs)


def _sums(row: Row) -> dict[str, Sum]:
    return {name: row.figures[name].sum for name in PROMISED}


def _promise(row: Row, left: Range) -> Promise:
    sums = _sums(row)
    pledges, arrivals = row.figures["pledged"].terms, row.figures["arrived"].terms
    return Promise(
        group=row.group,
        figures={name: (each.low, each.best, each.high) for name, each in sums.items()},
        outstanding=left,
        state=_state(left, came(sums)) if pledges else "none_pledged",
        pledged_since=min((addend.day for addend in pledges if addend.day), default=None),
        last_arrival=max((addend.day for addend in arrivals if addend.day), default=None),
        disputed=any(row.figures[name].disputed for name in PROMISED),
    )


def _state(left: Range, arrived: Range) -> State:
    """How a promise stands, by the best figures."""
    if arrived[2] == 0:
        return "open"
    if left[1] is None:
        return "unknown"
    if left[1] == 0:
        return "kept"
    return "open" if arrived[1] == 0 else "in_part"


def _unallocated(table: Table, rows: Sequence[Row]) -> Promise | None:
    """The total less the rows; a promise that no row holds may have been kept by any that came
    beyond their own.

    So all of it may be outstanding, or all but every surplus, and nobody knows which: there is no
    best.
    """
    if table.unallocated is None:
        return None
    figures = {name: table.unallocated.remainders[name] for name in PROMISED}
    low, _, high = figures["pledged"]
    # Beside a promise without a bound, a remainder's high of 0 only says that it adds none of its
    # own.
    open_above = high is None or table.total.figures["pledged"].sum.high is None
    left = NOBODY
    if figures["pledged"] != NOBODY:
        left = (_least_left(low, rows), None, None if open_above else max(0, high or 0))
    return Promise(
        {},
        figures,
        left,
        "none_pledged" if left == NOBODY else "unknown",
        None,
        None,
        disputed=False,
    )


def _least_left(pledged: int, rows: Iterable[Row]) -> int:
    """The least that is outstanding of a promise outside all rows, when every surplus of the rows
    came of it.
    """
    surpluses = [_surplus(_sums(row)) for row in rows]
    return 0 if None in surpluses else max(0, pledged - sum(each or 0 for each in surpluses))


def _surplus(sums: Mapping[str, Sum]) -> int | None:
    """The most that came beyond what was pledged; None: there is no bound."""
    most = came(sums)[2]
    return None if most is None else max(0, most - sums["pledged"].low)
