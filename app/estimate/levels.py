"""How many in a wider circle: a nation, a category or a whole mission, where reports speak at several levels.

The widest report that fits the question sets the level on its day; what lies under it moves the level from then on.
Without one, the level is the sum of its parts, plus what reports about a category of the whole mission say beyond the
nations. The same people reported twice, once by nation and once for the mission, are so counted once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.estimate.categories import children, covers
from app.estimate.contingents import (
    CARRIED,
    ENDED,
    NONE,
    REPORTED,
    SUMMED,
    Figure,
    contingent_on,
    in_order,
    latest,
    moved,
    report_day,
    reported,
)
from app.estimate.counts import NOTHING, Terms, at_least_zero, gather, negate
from app.estimate.entries import Fact, Scope


class Levels:
    """The evidence laid out by whom it speaks of, so that any scope can be asked for any day.

    `ended` gives the last day of the missions that have one. Figures asked for are kept: the evidence never changes.
    """

    def __init__(self, facts: Iterable[Fact], ended: Mapping[str, date]) -> None:
        self.ended = ended
        self.movements: dict[Scope, list[Fact]] = defaultdict(list)
        reports: dict[Scope, list[Fact]] = defaultdict(list)
        self.nations: dict[str, set[str]] = defaultdict(set)
        self.spoken: dict[tuple[str, str | None], set[str | None]] = defaultdict(set)
        for fact in facts:
            if fact.entry.kind == "movement":
                self.movements[fact.entry.scope].append(fact)
            elif fact.entry.kind == "strength_report":
                reports[fact.entry.scope].append(fact)
            else:
                continue
            scope = fact.entry.scope
            self.spoken[scope.mission, scope.nation].add(scope.category)
            if scope.nation:
                self.nations[scope.mission].add(scope.nation)
        self.reports = {scope: in_order(found) for scope, found in reports.items()}
        self._figures: dict[tuple[Scope, date], Figure] = {}

    def on(self, scope: Scope, day: date) -> Figure:
        """Who of a scope is present at the end of a day."""
        found = self._figures.get((scope, day))
        if found is None:
            found = self._figures[scope, day] = self._on(scope, day)
        return found

    def total(self, scopes: Iterable[Scope], day: date) -> Figure:
        """Several scopes that share nobody, added up; one that alone has evidence keeps its own method."""
        figures = [self.on(scope, day) for scope in scopes]
        standing = [figure for figure in figures if figure.stands_on_evidence]
        if len(standing) == 1:
            return standing[0]
        if standing:
            return Figure(SUMMED, gather(figure.terms for figure in standing))
        return Figure(ENDED if figures and all(figure.method == ENDED for figure in figures) else NONE)

    def _on(self, scope: Scope, day: date) -> Figure:
        if (last_day := self.ended.get(scope.mission)) and day > last_day:
            return Figure(ENDED)
        reports = self.reports.get(scope, [])
        if self._is_contingent(scope):
            return contingent_on(day, self.movements.get(scope, []), reports)
        if report := latest(reports, day):
            since = self._change(scope, report_day(report), day)
            return Figure(CARRIED if since else REPORTED, at_least_zero(gather([reported(report), since])))
        return self._sum_of_parts(scope, day)

    def _is_contingent(self, scope: Scope) -> bool:
        """One nation in one category, with nothing said of a category under it."""
        if not (scope.nation and scope.category):
            return False
        spoken = self.spoken.get((scope.mission, scope.nation), set())
        return not any(c and c != scope.category and covers(scope.category, c) for c in spoken)

    def _parts(self, scope: Scope) -> list[Scope]:
        """The scopes directly under one: its nations, or the categories of its nation."""
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
        figures.append(contingent_on(day, self._loose(scope), []))
        standing = [figure for figure in figures if figure.stands_on_evidence]
        beyond = [self._beyond(wide, day) for wide in self._wide_categories(scope, day)]
        if len(standing) == 1 and not beyond:
            return standing[0]
        if not standing and not beyond:
            return Figure(NONE)
        return Figure(SUMMED, at_least_zero(gather([*(figure.terms for figure in standing), *beyond])))

    def _wide_categories(self, scope: Scope, day: date) -> list[Scope]:
        """Categories under a scope of all nations that a mission-wide report speaks of by a day, widest first."""
        if scope.nation is not None:
            return []
        found: list[Scope] = []
        for category in children(scope.category):
            wide = Scope(scope.mission, None, category)
            has_report = latest(self.reports.get(wide, []), day) is not None
            found += [wide] if has_report else self._wide_categories(wide, day)
        return found

    def _beyond(self, wide: Scope, day: date) -> Terms:
        """What a mission-wide level says beyond the sum of its nations."""
        nations = gather(self.on(part, day).terms for part in self._parts(wide))
        return gather([self.on(wide, day).terms, negate(nations)])

    def _change(self, scope: Scope, start: date, day: date) -> Terms:
        """How what lies under a scope changed between two days; exact where it only moved."""
        changes = [moved(self._loose(scope), start, day)]
        changes += [self._change_of_part(part, start, day) for part in self._parts(scope)]
        for wide in self._wide_categories(scope, day):
            # A wider report speaks for its day and after: before its first, nothing is known of what it adds.
            first = max(start, report_day(self.reports[wide][0]))
            changes.append(gather([self._beyond(wide, day), negate(self._beyond(wide, first))]))
        return gather(changes)

    def _change_of_part(self, part: Scope, start: date, day: date) -> Terms:
        if any(start < report_day(report) <= day for report in self.reports.get(part, [])):
            return gather([self.on(part, day).terms, negate(self.on(part, start).terms)])
        if self._is_contingent(part):
            return moved(self.movements.get(part, []), start, day)
        return self._change(part, start, day) if self._parts(part) or self._loose(part) else NOTHING
