"""Interval arithmetic of counts: a count is a range, and a range that is not known is never zero in
silence.

A figure is a sum of addends, each an observed range that is added or taken away. Keeping the
addends, and not only their sum, lets every answer show its working, and lets a quantity that is
added in one place and taken away in another cancel exactly instead of widening the range twice.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

LIMIT = 1_000_000_000
NOTATION = "200, ~200 (about), >=600 (at least), <=2500 (up to), 150..200, some or unknown"

_NOTATION = re.compile(r"(~|>=|<=)?([0-9]{1,10})(?:\.\.([0-9]{1,10}))?")


class BadCount(ValueError):
    """The words given for a count are not in the notation."""


@dataclass(frozen=True, slots=True)
class Count:
    """A range: at least `low`, probably `best` (None: not known), at most `high` (None: no
    bound).
    """

    low: int
    best: int | None
    high: int | None

    def __post_init__(self) -> None:
        if self.low == self.best == self.high and 0 <= self.low <= LIMIT:
            return
        bounds = [n for n in (self.low, self.best, self.high) if n is not None]
        if any(not 0 <= n <= LIMIT for n in bounds):
            raise BadCount(f"a count lies between 0 and {LIMIT:,}")
        if bounds != sorted(bounds):
            raise BadCount("a count's low, best and high stand in that order")

    @property
    def silent(self) -> bool:
        """Says nothing of a number at all (`some` does: it says that there were some)."""
        return self.low == 0 and self.best is None and self.high is None

    @property
    def exact(self) -> bool:
        """One value, known."""
        return self.low == self.best == self.high

    @property
    def point(self) -> int:
        """The figure that stands in a sum: the best, or the low where there is no best."""
        return self.low if self.best is None else self.best

    def allows(self, number: int) -> bool:
        """A number lies in the range."""
        return self.low <= number <= (LIMIT if self.high is None else self.high)

    def overlaps(self, other: "Count") -> bool:
        """Both can be true at once."""
        return (other.high is None or self.low <= other.high) and (
            self.high is None or other.low <= self.high
        )


UNKNOWN = Count(0, None, None)


def exactly(number: int) -> Count:
    """The count that is known."""
    return Count(number, number, number)


_WORDS = {"unknown": UNKNOWN, "some": Count(1, None, None)}


def parse_count(words: str | int | None) -> Count:
    """Parse the notation of a count. None is `unknown`; BadCount for what is not in the
    notation.
    """
    if words is None:
        return UNKNOWN
    if isinstance(words, int) and not isinstance(words, bool):
        return exactly(words)
    if isinstance(words, str) and words in _WORDS:
        return _WORDS[words]
    match = _NOTATION.fullmatch(words) if isinstance(words, str) else None
    if not match or (match[1] and match[3]):
        raise BadCount(f"{words!r:.60} is not a count; write {NOTATION}")
    return _range(match[1], int(match[2]), int(match[3]) if match[3] else None)


def _range(sign: str | None, number: int, upper: int | None) -> Count:
    """The range that a sign and a number stand for, or a number up to another. BadCount for
    `200..150`.
    """
    if upper is not None:
        return Count(number, max(number, (number + upper) // 2), upper)
    if sign == "~":
        return Count(number * 9 // 10, number, -(-number * 11 // 10))
    if sign == ">=":
        return Count(number, number, None)
    return Count(0, None, number) if sign == "<=" else exactly(number)


class Addend(NamedTuple):
    """One range that enters a figure: what it is, whose claim says so, and whether its best is
    known.

    `claims` are the keys of the claims it rests on: one, or two where one gave the date and another
    the count. `known` is None where it has no say in the best: it may lie outside the time asked
    for. `window` is that time, where it is not certain that it lies within: the same people in
    another window are something else. `grade` is that of the claim that gave the count. `spread` is
    the least and the most that its disputed sources allow (None: its own range). What was `aside`
    stands here by name only: it counts nothing, and says why.
    """

    role: str
    entry: str | None
    claims: tuple[str, ...]
    low: int
    best: int
    high: int | None
    known: bool | None
    disputed: bool = False
    day: date | None = None
    window: tuple[date | None, date] | None = None
    grade: str | None = None
    spread: tuple[int, int | None] | None = None
    aside: str | None = None

    @property
    def allowed(self) -> tuple[int, int | None]:
        """The least and the most that its sources allow."""
        return self.spread or (self.low, self.high)


# How often each addend is counted; -1 takes it away.
Terms = Mapping[Addend, int]

NOTHING: Terms = {}


def gather(parts: Iterable[Terms]) -> Terms:
    """Add up terms; what is added as often as it is taken away is gone."""
    total: dict[Addend, int] = {}
    for part in parts:
        for addend, times in part.items():
            total[addend] = total.get(addend, 0) + times
    return {addend: times for addend, times in total.items() if times}


def point(terms: Terms) -> int:
    """The best figure of terms, with lows standing in where there is none."""
    return sum(times * addend.best for addend, times in terms.items())


def negate(terms: Terms) -> Terms:
    """The same terms, taken away."""
    return {addend: -times for addend, times in terms.items()}


def contribution(addend: Addend, times: int) -> tuple[int, int, int | None]:
    """What an addend does to the low, the best and the high of its figure: taken away, its high
    lowers the low.
    """
    if times > 0:
        return (
            times * addend.low,
            times * addend.best,
            None if addend.high is None else times * addend.high,
        )
    if addend.high is None:
        raise ValueError("what has no upper bound is taken away through at_least_zero only")
    return times * addend.high, times * addend.best, times * addend.low


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of terms. `best` is None when none that is added has one, and some best is missing:
    who left tells nothing of who was there. Otherwise lows stand in for the missing bests.

    `point` is the sum of the bests and of what stands in for them, whether or not any is known.
    """

    low: int
    best: int | None
    high: int | None
    unknown_terms: int
    point: int

    @classmethod
    def of(cls, terms: Terms) -> "Sum":
        """Add the lows, the bests and the highs."""
        low = best = unknown = known = 0
        high: int | None = 0
        for addend, times in terms.items():
            lower, middle, upper = contribution(addend, times)
            low, best = low + lower, best + middle
            high = None if high is None or upper is None else high + upper
            unknown += addend.known is False
            known += addend.known is True and times > 0
        return cls(low, None if unknown and not known else best, high, unknown, best)


def remainder(total: Sum, parts: Sequence[Sum]) -> tuple[int, int, int | None]:
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


def spread_of(terms: Terms) -> tuple[int, int | None]:
    """The least and the most of a stock that the sources of its terms allow; a most of None is not
    bounded.
    """
    least, open_below = 0, False
    most: int | None = 0
    for addend, times in terms.items():
        low, high = addend.allowed if times > 0 else addend.allowed[::-1]
        open_below = open_below or low is None
        least += times * (low or 0)
        most = None if most is None or high is None else most + times * high
    return 0 if open_below else max(0, least), most


FLOOR = "never below zero"


def at_least_zero(terms: Terms) -> Terms:
    """Close a stock's terms: what has no upper bound takes away at most all there is, and nothing
    falls below zero.
    """
    if all(times > 0 for times in terms.values()):
        return terms
    closed = _capped(terms)
    total = Sum.of(closed)
    low, best = total.low, total.point
    high = max(0, low, best) if total.high is None else total.high
    # Corrections that are added here and taken away there can turn a range round: it reaches over
    # all three.
    least, middle, most = max(0, min(low, best, high)), max(0, best), max(0, low, best, high)
    if (least, middle, most) != (low, best, high):
        closed[Addend(FLOOR, None, (), least - low, middle - best, most - high, known=None)] += 1
    return closed


def _capped(terms: Terms) -> Counter[Addend]:
    """The terms with an upper bound on all that is taken away: as many as are certainly there."""
    there = sum(times * addend.low for addend, times in terms.items() if times > 0)
    capped: Counter[Addend] = Counter()
    for addend, times in terms.items():
        if times < 0 and addend.high is None:
            addend = addend._replace(high=max(addend.low, addend.best, there))
        capped[addend] += times
    return capped
