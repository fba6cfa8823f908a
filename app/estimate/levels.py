"""Hierarchical stock estimates: of a nation, a category or a whole mission, where reports speak at
several levels.

A report of a whole sets its level on its day; what lies under it moves the level from then on. The
sum of its parts is what is told under it, plus what reports about a category of the whole mission
say beyond the nations. The whole stands as long as it is no less than its parts, and the rest is
people whom nobody placed; where it is less, the two contradict each other, the policy decides, and
what loses is set aside by name. Nobody is counted twice.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date

from app.estimate.changes import Changes
from app.estimate.checkpoint import checkpoint
from app.estimate.contingents import (
    CARRIED,
    COUNTED,
    ENDED,
    NONE,
    PASSED_ON,
    REPORTED,
    SUMMED,
    Figure,
    before_any_report,
    carried,
    moved,
    reported,
)
from app.estimate.counts import Addend, Count, Terms, at_least_zero, gather, negate, point
from app.estimate.entries import Claim, Fact, Policy, Scope
from app.estimate.index import Index
from app.estimate.reports import NO_REPORTS, Reports, report_day
from app.estimate.wholes import held_together

# Figures that are kept of one mission, of about a kilobyte each.
MOST_FIGURES = 5_000

_NOBODY, _OVER = Figure(NONE), Figure(ENDED)


class Levels:
    """The stock of people in any scope at the end of any day.

    Figures asked for are kept, as the evidence never changes; but not without end, as days have
    none.

        12 September                       1 October, after 50 of KEN police left

        430  haiti-mss, reported           380  haiti-mss, carried: 430 - 50
        ├── 400  KEN police                ├── 350  KEN police, carried: 400 - 50
        ├──  24  JAM troops                ├──  24  JAM troops
        └──   6  in no part                └──   6  in no part

    The parts of the mission are reckoned first (424, then 374). Its own report is no less, so it
    stands; had it said 400, the two would contradict each other, and `policy` would decide.
    """

    def __init__(self, index: Index, policy: Policy = "graded") -> None:
        self.index = index
        self.policy = policy
        self._changes = Changes(self.index, self.on)
        self._figures: dict[tuple[Scope, date], Figure] = {}
        self._most_kept = MOST_FIGURES
        self._continued: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        facts: Iterable[Fact],
        ended: Mapping[str, date],
        policy: Policy = "graded",
        absences: Iterable[tuple[str, Claim]] = (),
    ) -> "Levels":
        """The levels that some facts tell of; see settled_together for `absences`."""
        return cls(Index.of(facts, ended, policy, absences), policy)

    def continue_from(self, keys: frozenset[str], implied: Mapping[str, Count]) -> None:
        """Take some entries for those of missions that are continued here: no later report works
        their levels back. `implied` are the counts that their own reports leave.
        """
        self._continued = keys
        own = {key: count for key, count in self.index.implied.items() if key not in keys}
        self.index.implied = own | dict(implied)

    def on(self, scope: Scope, day: date) -> Figure:
        """Who of a scope is present at the end of a day."""
        steps = self.index.steps(scope)
        if steps is not None:
            # Nothing changed since the last of its steps, so the figure of that day is this day's
            # too.
            step = bisect_right(steps, day)
            if not step:
                return _OVER if self.index.over(scope.mission, day) else _NOBODY
            day = steps[step - 1]
        found = self._figures.get((scope, day))
        if found is None:
            found = self._on(scope, day)
            if len(self._figures) >= self._most_kept:
                self._figures.clear()
            self._figures[scope, day] = found
        return found

    def _on(self, scope: Scope, day: date) -> Figure:
        checkpoint()
        if self.index.over(scope.mission, day):
            return _OVER
        reports = self.index.reports.get(scope, NO_REPORTS)
        report = reports.latest(day)
        if self.index.is_contingent(scope):
            return self._of_contingent(scope, day, reports)
        parts = self._sum_of_parts(scope, day)
        return self._whole(scope, day, report, parts) if report else parts

    def _of_contingent(self, scope: Scope, day: date, reports: Reports) -> Figure:
        movements, counts = self.index.moved_in(scope), self.index.implied
        report = reports.latest(day)
        if not report:
            begun = any(fact.entry.key in self._continued for fact in movements)
            later = NO_REPORTS if begun else reports
            return before_any_report(day, movements, later, counts)
        whole = carried(report, day, movements, counts)
        if not (under := self.index.parts(scope)):
            return whole
        parts = together(self.on(part, day) for part in under)
        return held_together(whole, report, parts, parts.sum.point, self.policy)

    def _whole(self, scope: Scope, day: date, report: Fact, parts: Figure) -> Figure:
        """The last report of a scope carried on to a day, held against the sum of its parts."""
        since = self._changes.of(scope, report_day(report), day)
        whole = Figure(
            CARRIED if since else REPORTED, at_least_zero(gather([reported(report), since]))
        )
        beneath = sum(self.on(part, day).sum.point for part in self.index.parts(scope))
        return held_together(whole, report, parts, beneath, self.policy)

    def _sum_of_parts(self, scope: Scope, day: date) -> Figure:
        figures = [self.on(part, day) for part in self.index.parts(scope)]
        standing = [figure for figure in figures if figure.stands_on_evidence]
        # Movements of exactly a category that also has others under it: part of the level, of none
        # of its parts.
        loose = moved(self.index.moved_exactly(scope), None, day)
        beyond = self._beyond(scope, day)
        if not standing and not beyond:
            return Figure(COUNTED if loose else NONE, at_least_zero(loose))
        if len(standing) == 1 and not loose and not beyond:
            return standing[0]
        return Figure(
            SUMMED, at_least_zero(gather([*(figure.terms for figure in standing), loose, *beyond]))
        )

    def _beyond(self, scope: Scope, day: date) -> list[Terms]:
        """What reports about a category of the whole mission say beyond its nations."""
        found: list[Terms] = []
        unplaced = self._unplaced(scope, day)
        for wide in self.index.wide(scope, lambda reports: reports.latest(day) is not None):
            nations = gather(self.on(part, day).terms for part in self.index.parts(wide))
            rest = gather([self.on(wide, day).terms, negate(nations)])
            # People whose nation's report names no category may be the very ones: then they are
            # counted already.
            same = min(unplaced, max(0, point(rest)))
            unplaced -= same
            twice = (
                {Addend("perhaps counted already", None, (), 0, same, same, known=None): -1}
                if same
                else {}
            )
            found.append(gather([rest, twice]))
        return found

    def _unplaced(self, scope: Scope, day: date) -> int:
        """People of the nations of a scope of all nations of whom no report says what narrower
        category they are.
        """
        count = 0
        for nation in self.index.parts(scope) if scope.nation is None else ():
            placed = sum(point(self.on(part, day).terms) for part in self.index.parts(nation))
            count += max(0, point(self.on(nation, day).terms) - placed)
        return count


def together(figures: Iterable[Figure]) -> Figure:
    """Figures of scopes that share nobody, added up; one that alone has evidence keeps its own
    method.
    """
    figures = list(figures)
    standing = [figure for figure in figures if figure.stands_on_evidence]
    if len(standing) == 1:
        return standing[0]
    if standing:
        return Figure(SUMMED, gather(figure.terms for figure in standing))
    methods = {figure.method for figure in figures}
    if methods == {PASSED_ON}:
        return Figure(PASSED_ON, gather(figure.terms for figure in figures))
    return Figure(ENDED if methods and methods <= {ENDED, PASSED_ON} else NONE)
