"""The stock of one contingent (a nation in a mission in a category) on a day, estimated by one of
six methods; or by what it was in the mission that was continued (see lines).

A report counts the end of its day. What moved after it moves the figure; what moved before it is in
it already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from app.estimate.checkpoint import watched
from app.estimate.counts import (
    NOTHING,
    Addend,
    Count,
    Sum,
    Terms,
    at_least_zero,
    exactly,
    gather,
    negate,
    point,
    spread_of,
)
from app.estimate.entries import Fact, Settled
from app.estimate.reports import Reports, report_day
from app.estimate.unexplained import at_least, unexplained

REPORTED, CARRIED, IMPLIED, COUNTED = "reported", "carried", "implied", "counted"
NONE, ENDED, SUMMED = "none", "ended", "summed"
CONTINUED, PASSED_ON = "continued", "passed_on"
# Nobody is there by these, or nobody is told of.
SILENT = (NONE, ENDED, PASSED_ON)


T = TypeVar("T")


def _weighted_median(weighted: Sequence[tuple[T, int]]) -> T | None:
    """The weighted median: the value at which half of the people are counted, in the order given;
    None of nothing.
    """
    half, so_far = sum(number for _, number in weighted) / 2, 0
    for value, number in weighted:
        so_far += number
        if so_far >= half:
            return value
    return None


@dataclass(frozen=True)
class Figure:
    """A number with its working: the method, and the terms whose sum it is. What follows from them
    is made once.
    """

    method: str
    terms: Terms = field(default_factory=dict)

    @cached_property
    def sum(self) -> Sum:
        """Low, best, high, and how many terms had no best."""
        return Sum.of(self.terms)

    @property
    def stands_on_evidence(self) -> bool:
        """Something was reported or moved, even if it comes to zero."""
        return self.method not in SILENT

    @cached_property
    def evidence_date(self) -> date | None:
        """The day of the newest evidence that entered; later than the day asked when the figure is
        implied.
        """
        return max((addend.day for addend in self.terms if addend.day), default=None)

    @cached_property
    def mostly_since(self) -> date | None:
        """The last day since when at least half of the figure was told anew: later, it is mostly
        carried on.
        """
        by_day = [(a.day, times * a.best) for a, times in self.terms.items() if a.day and times > 0]
        return _weighted_median(sorted(by_day, reverse=True))

    @cached_property
    def last_known(self) -> date | None:
        """The same; that nobody is left is known since the last who left."""
        return (self.sum.point and self.mostly_since) or self.evidence_date

    @cached_property
    def evidence_from(self) -> date | None:
        """The day of the oldest evidence that entered."""
        return min((addend.day for addend in self.terms if addend.day), default=None)

    @cached_property
    def spread(self) -> tuple[int, int | None]:
        """The least and the most that any source allows; its own range where no source contradicts
        another.
        """
        return self.sources_spread if self.disputed else (self.sum.low, self.sum.high)

    @cached_property
    def sources_spread(self) -> tuple[int, int | None]:
        """The least and the most that the policies could have made of it."""
        low, high = self.sum.low, self.sum.high
        least, most = spread_of(self.terms)
        return min(least, low), None if most is None or high is None else max(most, high)

    @cached_property
    def grade(self) -> str | None:
        """The grade at which, counted from the best, half of its people are told; None where nobody
        is.
        """
        there = ((a, times) for a, times in self.terms.items() if times > 0 and a.best)
        return _weighted_median(sorted((a.grade, times * a.best) for a, times in there if a.grade))

    @cached_property
    def disputed(self) -> bool:
        """Some term's own sources contradict each other, or a whole and its parts do."""
        return any(addend.disputed for addend in self.terms)


def addend_of(role: str, fact: Fact, value: Settled | None = None) -> Addend:
    """A fact's count, whole, as an addend; `value` where another than its own stands."""
    value = value or fact.value
    count = value.count
    return Addend(
        role=role,
        entry=fact.entry.key,
        claims=value.claim_keys,
        low=count.low,
        best=count.point,
        high=count.high,
        known=count.best is not None,
        disputed=value.disputed,
        day=value.day,
        grade=value.counted.grade,
        spread=value.allowed,
    )


def reported(report: Fact) -> Terms:
    """A report as the term of a figure."""
    return {addend_of("report", report): 1}


def moved(
    movements: Iterable[Fact],
    after: date | None,
    until: date,
    counts: Mapping[str, Count] | None = None,
) -> Terms:
    """Arrivals less departures after one day (None: from the beginning) up to another.

    What certainly lies between counts from its low, what possibly does up to its high, and the best
    figure goes by the settled day. `counts` replaces the count of the entries it names.
    """
    return gather(
        _moved(fact, after, until, (counts or {}).get(fact.entry.key)) for fact in movements
    )


def _moved(fact: Fact, after: date | None, until: date, instead: Count | None) -> Terms:
    value = fact.value if instead is None else replace(fact.value, count=instead)
    if value.status != "occurred":
        return NOTHING
    role = (
        f"{fact.entry.direction}, count implied by the reports"
        if instead
        else str(fact.entry.direction)
    )
    found = within(addend_of(role, fact, value), value, after, until)
    return {found: 1 if fact.entry.direction == "arrival" else -1} if found else NOTHING


def within(addend: Addend, value: Settled, after: date | None, until: date) -> Addend | None:
    """An addend as far as it lies after one day and up to another: whole, perhaps, or not at all
    (None).
    """
    if not value.date.possibly_between(after, until):
        return None
    spread = _spread_within(value, after, until) if value.disputed else None
    if value.date.certainly_between(after, until):
        return addend._replace(spread=spread) if spread else addend
    settled = value.day is not None and value.day <= until and (after is None or value.day > after)
    if settled:
        return addend._replace(low=0, window=(after, until), spread=spread)
    return addend._replace(
        low=0, best=0, known=None, day=None, window=(after, until), spread=spread
    )


def _spread_within(value: Settled, after: date | None, until: date) -> tuple[int, int | None]:
    """The least and the most that any of its sources allows to lie between two days."""
    lows: list[int] = []
    highs: list[int | None] = []
    for claim in value.standing:
        possibly = claim.status == value.status and claim.date.possibly_between(after, until)
        lows.append(
            claim.count.low if possibly and claim.date.certainly_between(after, until) else 0
        )
        highs.append(claim.count.high if possibly else 0)
    return min(lows), None if None in highs else max(high or 0 for high in highs)


def carried(
    report: Fact, day: date, movements: Sequence[Fact], counts: Mapping[str, Count]
) -> Figure:
    """Who of a contingent is present at the end of a day, by its last report and what moved
    after it.
    """
    since = moved(movements, report_day(report), day, counts)
    if not since:
        return Figure(REPORTED, reported(report))
    return Figure(CARRIED, at_least_zero(gather([reported(report), since])))


def before_any_report(
    day: date, movements: Sequence[Fact], reports: Reports, counts: Mapping[str, Count]
) -> Figure:
    """Who of a contingent is present at the end of a day on which no report was made yet: by what
    moved, and by the first report after it. `movements` are in any order.
    """
    so_far = moved(movements, None, day, counts)
    if not so_far:
        return Figure(NONE)
    # A list that leaves somebody out says that they are not there from then on, and nothing of the
    # time before.
    if not reports or reports[0].unlisted:
        missing = unexplained(movements, counts)
        so_far = at_least(so_far, missing, day) if missing else so_far
        return Figure(COUNTED, at_least_zero(so_far))
    first = reports[0]
    implied = at_least_zero(
        gather([reported(first), negate(moved(movements, day, report_day(first), counts))])
    )
    return Figure(IMPLIED, _perhaps_nobody(implied, so_far))


def _perhaps_nobody(implied: Terms, so_far: Terms) -> Terms:
    """Where it is not certain that anybody has come yet, the range reaches to zero; the best goes
    by settled days.
    """
    if any(addend.window is None for addend in so_far):
        return implied
    most, come = point(implied), any(addend.day for addend in so_far)
    doubt = Addend(
        "perhaps nobody yet",
        None,
        (),
        0,
        0 if come else most,
        max(most, Sum.of(implied).low),
        known=None,
    )
    return at_least_zero(gather([implied, {doubt: -1}]))


def implied_counts(movements: Sequence[Fact], reports: Sequence[Fact]) -> dict[str, Count]:
    """The counts that the reports on both sides (or the empty start) leave for movements whose own
    is not known.

    Only where they leave one value: both reports exact, everything else between them exact, and one
    unknown.
    """
    by_day = {report_day(fact): fact.value.count for fact in reports}
    left_out = {report_day(fact) for fact in reports if fact.unlisted}
    steps: list[tuple[date | None, Count]] = [(None, exactly(0)), *sorted(by_day.items())]
    found: dict[str, Count] = {}
    for (start, before), (end, after) in watched(pairwise(steps)):
        if end and end not in left_out and before.exact and after.exact:
            found |= _missing(movements, start, end, after.low - before.low)
    return found


def _missing(
    movements: Sequence[Fact], start: date | None, end: date, change: int
) -> dict[str, Count]:
    """The count of the one movement between two days that has none, by its entry; empty where it is
    not determined.
    """
    between = [
        fact
        for fact in movements
        if fact.value.status == "occurred" and fact.value.date.possibly_between(start, end)
    ]
    unknown = [fact for fact in between if fact.value.count.best is None]
    known = [fact for fact in between if fact not in unknown]
    certain = all(fact.value.date.certainly_between(start, end) for fact in between)
    if len(unknown) != 1 or not certain or not all(fact.value.count.exact for fact in known):
        return {}
    gap = change - sum(fact.value.count.low * _sign(fact) for fact in known)
    missing = gap * _sign(unknown[0])
    return (
        {unknown[0].entry.key: exactly(missing)} if unknown[0].value.count.allows(missing) else {}
    )


def _sign(movement: Fact) -> int:
    return 1 if movement.entry.direction == "arrival" else -1
