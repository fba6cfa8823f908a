"""How many in a wider circle: a nation, a category or a whole mission, where reports speak at several levels.

A report of a whole sets its level on its day; what lies under it moves the level from then on. The sum of its parts is
what is told under it, plus what reports about a category of the whole mission say beyond the nations. The whole stands
as long as it is no less than its parts, and the rest is people whom nobody placed; where it is less, the two contradict
each other, the policy decides, and what loses is set aside by name. Nobody is counted twice.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from app.estimate.categories import children, covers
from app.estimate.contingents import (
    CARRIED,
    COUNTED,
    ENDED,
    NONE,
    REPORTED,
    SUMMED,
    Figure,
    contingent_on,
    implied_counts,
    moved,
    reported,
)
from app.estimate.counts import NOTHING, Addend, Count, Terms, at_least_zero, gather, negate, point
from app.estimate.entries import Claim, Fact, Policy, Scope
from app.estimate.reports import between, latest, report_day, settled_together
from app.estimate.wholes import held_together

_NOBODY, _OVER = Figure(NONE), Figure(ENDED)


class Levels:
    """The evidence laid out by whom it speaks of, so that any scope can be asked for any day.

    `ended` gives the last day of the missions that have one, `absences` those that a list of all missions leaves out
    (see reports). Figures asked for are kept, as the evidence never changes; but not without end, as days have none.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        ended: Mapping[str, date],
        policy: Policy = "graded",
        absences: Iterable[tuple[str, Claim]] = (),
    ) -> None:
        self.ended = ended
        self.policy = policy
        self.movements: dict[Scope, list[Fact]] = defaultdict(list)
        self.nations: dict[str, set[str]] = defaultdict(set)
        self.spoken: dict[tuple[str, str | None], set[str | None]] = defaultdict(set)
        told = [fact for fact in facts if fact.entry.kind in ("movement", "strength_report")]
        for fact in told:
            if fact.entry.kind == "movement":
                self.movements[fact.entry.scope].append(fact)
            scope = fact.entry.scope
            self.spoken[scope.mission, scope.nation].add(scope.category)
            if scope.nation:
                self.nations[scope.mission].add(scope.nation)
        self.reports = settled_together(told, policy, absences)
        self.reports_of: dict[tuple[str, str], list[Scope]] = defaultdict(list)
        for scope in self.reports:
            if scope.nation:
                self.reports_of[scope.mission, scope.nation].append(scope)
        self._evidence: dict[str, dict[str | None, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        for by_scope in (self.movements, self.reports):
            for scope, found in by_scope.items():
                self._evidence[scope.mission][scope.nation] += found
        self._figures: dict[tuple[Scope, date], Figure] = {}
        self._most = 5_000 + 10 * sum(map(len, (*self.movements.values(), *self.reports.values())))
        self.implied: dict[str, Count] = {}
        for scope, found in self.reports.items():
            if scope.nation and scope.category:
                self.implied |= implied_counts(self.moved_in(scope), found)
        self._steps: dict[Scope, list[date] | None] = {}
        self._parts_of: dict[Scope, list[Scope]] = {}

    def on(self, scope: Scope, day: date) -> Figure:
        """Who of a scope is present at the end of a day."""
        steps = self._steps[scope] if scope in self._steps else self._steps_of(scope)
        if steps is not None:
            # Nothing changed since the last of its steps, so the figure of that day is this day's too.
            step = bisect_right(steps, day)
            if not step:
                return _OVER if self.over(scope.mission, day) else _NOBODY
            day = steps[step - 1]
        found = self._figures.get((scope, day))
        if found is None:
            found = self._figures[scope, day] = self._on(scope, day)
        return found

    def knows(self, scope: Scope) -> bool:
        """Some movement or report speaks of somebody in a scope and of nobody outside it."""
        return self._steps_of(scope) != []

    def _steps_of(self, scope: Scope) -> list[date] | None:
        """The days on which a scope's figure may change; None where some day is not certain: then any may."""
        if scope not in self._steps:
            by_nation = self._evidence.get(scope.mission, {})
            told = by_nation.values() if scope.nation is None else [by_nation.get(scope.nation, [])]
            facts = [fact for found in told for fact in found if covers(scope.category, fact.entry.category)]
            self._steps[scope] = self._certain_days(scope.mission, facts)
        return self._steps[scope]

    def _certain_days(self, mission: str, facts: Iterable[Fact]) -> list[date] | None:
        days: set[date] = set()
        for fact in facts:
            span = fact.value.date
            if span.earliest is None or span.earliest != span.latest:
                return None
            days.add(span.earliest)
        if days and (last_day := self.ended.get(mission)) and last_day < date.max:
            days.add(last_day + timedelta(days=1))
        return sorted(days)

    def total(self, scopes: Iterable[Scope], day: date) -> Figure:
        """Several scopes that share nobody, added up; one that alone has evidence keeps its own method."""
        if len(self._figures) > self._most:
            self._figures.clear()
        figures = [self.on(scope, day) for scope in scopes]
        standing = [figure for figure in figures if figure.stands_on_evidence]
        if len(standing) == 1:
            return standing[0]
        if standing:
            return Figure(SUMMED, gather(figure.terms for figure in standing))
        return Figure(ENDED if figures and all(figure.method == ENDED for figure in figures) else NONE)

    def over(self, mission: str, day: date) -> bool:
        """The mission has ended before a day."""
        last_day = self.ended.get(mission)
        return last_day is not None and day > last_day

    def _on(self, scope: Scope, day: date) -> Figure:
        if self.over(scope.mission, day):
            return _OVER
        reports = self.reports.get(scope, [])
        report = latest(reports, day)
        if self._is_contingent(scope):
            whole = contingent_on(day, self.moved_in(scope), reports, self.implied)
            under = self._parts(scope) if report else []
            if not report or not under:
                return whole
            parts = self.total(under, day)
            return held_together(whole, report, parts, parts.sum.point, self.policy)
        parts = self._sum_of_parts(scope, day)
        if report is None:
            return parts
        since = self._change(scope, report_day(report), day)
        whole = Figure(CARRIED if since else REPORTED, at_least_zero(gather([reported(report), since])))
        beneath = sum(self.on(part, day).sum.point for part in self._parts(scope))
        return held_together(whole, report, parts, beneath, self.policy)

    def _is_contingent(self, scope: Scope) -> bool:
        """One nation in one category, with no report of a category under it; movements under it are its own."""
        if not (scope.nation and scope.category):
            return False
        return not any(
            wide != scope and scope.covers(wide) for wide in self.reports_of.get((scope.mission, scope.nation), ())
        )

    def moved_in(self, scope: Scope) -> list[Fact]:
        """The movements of everybody in a scope."""
        spoken = self.spoken.get((scope.mission, scope.nation), set())
        return [
            fact
            for category in spoken
            if category and covers(scope.category, category)
            for fact in self.movements.get(Scope(scope.mission, scope.nation, category), [])
        ]

    def _parts(self, scope: Scope) -> list[Scope]:
        """The scopes directly under one that have evidence: its nations, or the categories of its nation."""
        if scope not in self._parts_of:
            self._parts_of[scope] = [part for part in self._all_parts(scope) if self.knows(part)]
        return self._parts_of[scope]

    def _all_parts(self, scope: Scope) -> list[Scope]:
        if scope.nation is None:
            return [
                Scope(scope.mission, nation, scope.category) for nation in sorted(self.nations.get(scope.mission, ()))
            ]
        spoken = self.spoken.get((scope.mission, scope.nation), set())
        return [
            Scope(scope.mission, scope.nation, category)
            for category in children(scope.category)
            if any(c and covers(category, c) for c in spoken)
        ]

    def _loose(self, scope: Scope) -> Sequence[Fact]:
        """Movements of exactly a category that also has others under it: part of the level, of none of its parts."""
        return self.movements.get(scope, [])

    def _sum_of_parts(self, scope: Scope, day: date) -> Figure:
        figures = [self.on(part, day) for part in self._parts(scope)]
        standing = [figure for figure in figures if figure.stands_on_evidence]
        loose = moved(self._loose(scope), None, day)
        beyond = self._beyond(scope, day)
        if not standing:
            if not beyond:
                return Figure(COUNTED if loose else NONE, at_least_zero(loose))
        elif len(standing) == 1 and not loose and not beyond:
            return standing[0]
        return Figure(SUMMED, at_least_zero(gather([*(figure.terms for figure in standing), loose, *beyond])))

    def _beyond(self, scope: Scope, day: date) -> list[Terms]:
        """What reports about a category of the whole mission say beyond its nations."""
        found: list[Terms] = []
        unplaced = self._unplaced(scope, day)
        for wide in self._wide(scope, lambda reports: latest(reports, day) is not None):
            nations = gather(self.on(part, day).terms for part in self._parts(wide))
            rest = gather([self.on(wide, day).terms, negate(nations)])
            # People whose nation's report names no category may be the very ones: then they are counted already.
            same = min(unplaced, max(0, point(rest)))
            unplaced -= same
            twice = {Addend("perhaps counted already", None, (), 0, same, same, known=None): -1} if same else {}
            found.append(gather([rest, twice]))
        return found

    def _unplaced(self, scope: Scope, day: date) -> int:
        """People of the nations of a whole mission whose category no report says."""
        count = 0
        for nation in self._parts(scope) if scope.nation is None else ():
            placed = sum(point(self.on(part, day).terms) for part in self._parts(nation))
            count += max(0, point(self.on(nation, day).terms) - placed)
        return count

    def _wide(self, scope: Scope, speaks: Callable[[Sequence[Fact]], bool]) -> list[Scope]:
        """The widest categories under a scope of all nations whose mission-wide reports speak."""
        if scope.nation is not None:
            return []
        wide = [Scope(scope.mission, None, category) for category in children(scope.category)]
        return [part for part in wide if speaks(self.reports.get(part, [])) or self._wide(part, speaks)]

    def _change(self, scope: Scope, start: date, day: date) -> Terms:
        """How a scope changed between two days: its own reports say so from the first of them on, its parts before."""
        if day <= start:
            return NOTHING
        reports = self.reports.get(scope, [])
        # From a number that was not known nothing is known to have changed: the first that is known is news.
        since_then = [report for report in between(reports, start, day) if report.value.count.best is not None]
        if not since_then:
            return self._change_beneath(scope, start, day)
        before = latest(reports, start)
        if before and before.value.count.best is not None:
            return gather([self.on(scope, day).terms, negate(self.on(scope, start).terms)])
        # A first report is news of who is there, not of who came: what it adds was there before, or nobody knows.
        first = report_day(since_then[0])
        since = gather([self.on(scope, day).terms, negate(self.on(scope, first).terms)])
        return gather([self._change_beneath(scope, start, first), since])

    def _change_beneath(self, scope: Scope, start: date, day: date) -> Terms:
        """How what lies under a scope changed; exact where it only moved."""
        if self._is_contingent(scope):
            return moved(self.moved_in(scope), start, day, self.implied)
        changes = [moved(self._loose(scope), start, day)]
        changes += [self._change(part, start, day) for part in self._parts(scope)]
        for wide in self._wide(scope, lambda reports: bool(between(reports, start, day))):
            nations = gather(self._change(part, start, day) for part in self._parts(wide))
            changes.append(gather([self._change(wide, start, day), negate(nations)]))
        return gather(changes)
