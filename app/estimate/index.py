"""An index of the evidence of strength: the movements and the reports, by whom they speak of.

It answers what stands where, and no figure: which parts a scope has, which reports speak of exactly
it, who moved in it, and on which days its figure may change. Once it is made only
the counts that are implied may be replaced, where missions continue one another.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from app.estimate.categories import children, covers
from app.estimate.checkpoint import watched
from app.estimate.contingents import implied_counts
from app.estimate.counts import Count
from app.estimate.entries import Claim, Fact, Policy, Scope
from app.estimate.reports import NO_REPORTS, OF_STRENGTH, Reports, settled_together


class Index:
    """The scopes of every mission as a tree, each with the evidence about exactly it.

    A mission has nations, a nation has categories, a category has the ones under it. A report may
    also speak of a category of all nations: a wide scope, which lies across the tree.

        haiti-mss                   report 430 on 12 September
        ├── KEN
        │   └── KEN police          report 400 on 12 September, departure of 50 on 1 October
        ├── JAM
        │   └── JAM troops          report 24 on 12 September
        └ ─ police                  report 410 on 12 September: of all nations

    The parts of `haiti-mss` are KEN and JAM, the part of KEN is KEN police, and `police` is wide.
    KEN police is a contingent: a nation, a category, and no report about a category under it.
    """

    def __init__(
        self,
        movements: Iterable[Fact],
        reports: Mapping[Scope, Reports],
        spoken: Iterable[Scope],
        ended: Mapping[str, date],
    ) -> None:
        """`reports` are as they are settled together, and `spoken` all scopes of which a movement
        or a report tells anything, also what is only expected.
        """
        self.ended = ended
        self.reports = reports
        self.movements: dict[Scope, list[Fact]] = defaultdict(list)
        for fact in movements:
            self.movements[fact.entry.scope].append(fact)
        self._nations: dict[str, set[str]] = defaultdict(set)
        self._categories: dict[tuple[str, str | None], set[str | None]] = defaultdict(set)
        for scope in spoken:
            self._categories[scope.mission, scope.nation].add(scope.category)
            if scope.nation:
                self._nations[scope.mission].add(scope.nation)
        self._reported: dict[tuple[str, str | None], list[Scope]] = defaultdict(list)
        for scope in self.reports:
            self._reported[scope.mission, scope.nation].append(scope)
        self._with_evidence: dict[str, dict[str | None, list[Scope]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for scope in dict.fromkeys((*self.movements, *self.reports)):
            self._with_evidence[scope.mission][scope.nation].append(scope)
        self.implied: dict[str, Count] = {}
        for scope, of_scope in watched(self.reports.items()):
            if scope.nation and scope.category and (moved := self.moved_in(scope)):
                self.implied |= implied_counts(moved, of_scope)
        self._steps: dict[Scope, list[date] | None] = {}
        self._parts: dict[Scope, list[Scope]] = {}

    @classmethod
    def of(
        cls,
        facts: Iterable[Fact],
        ended: Mapping[str, date],
        policy: Policy = "graded",
        absences: Iterable[tuple[str, Claim]] = (),
    ) -> "Index":
        """The index of facts of any kind, of which movements and reports of strength count."""
        evidence = [fact for fact in facts if fact.entry.kind in OF_STRENGTH]
        return cls(
            (fact for fact in evidence if fact.entry.kind == "movement"),
            settled_together(evidence, policy, absences),
            [fact.entry.scope for fact in evidence],
            ended,
        )

    def over(self, mission: str, day: date) -> bool:
        """The mission has ended before a day."""
        last_day = self.ended.get(mission)
        return last_day is not None and day > last_day

    def steps(self, scope: Scope) -> list[date] | None:
        """The days on which a scope's figure may change; None where some day is not certain: then
        any may.
        """
        if scope not in self._steps:
            self._steps[scope] = self._certain_days(scope.mission, list(self._within(scope)))
        return self._steps[scope]

    def _within(self, scope: Scope) -> Iterator[Scope]:
        """The scopes that evidence speaks of and that hold nobody outside one."""
        by_nation = self._with_evidence.get(scope.mission, {})
        for scopes in (
            by_nation.values() if scope.nation is None else [by_nation.get(scope.nation, [])]
        ):
            yield from (each for each in scopes if covers(scope.category, each.category))

    def _certain_days(self, mission: str, scopes: Iterable[Scope]) -> list[date] | None:
        days: set[int] = set()
        for scope in scopes:
            reports = self.reports.get(scope, NO_REPORTS)
            spans = [fact.value.date for fact in self.movements.get(scope, ())]
            if not (reports.exact and all(span.exact for span in spans)):
                return None
            days.update(reports.days)
            days.update(span.earliest.toordinal() for span in spans if span.earliest)
        if days and (last_day := self.ended.get(mission)) and last_day < date.max:
            days.add(last_day.toordinal() + 1)
        return [date.fromordinal(day) for day in sorted(days)]

    def parts(self, scope: Scope) -> list[Scope]:
        """The scopes directly under one that have evidence: its nations, or the categories of its
        nation.
        """
        if scope not in self._parts:
            named = self._nations_of(scope) if scope.nation is None else self._categories_of(scope)
            self._parts[scope] = [part for part in named if self.steps(part) != []]
        return self._parts[scope]

    def _nations_of(self, scope: Scope) -> list[Scope]:
        nations = sorted(self._nations.get(scope.mission, ()))
        return [Scope(scope.mission, nation, scope.category) for nation in nations]

    def _categories_of(self, scope: Scope) -> list[Scope]:
        named = [name for name in self._categories.get((scope.mission, scope.nation), ()) if name]
        return [
            Scope(scope.mission, scope.nation, category)
            for category in children(scope.category)
            if any(covers(category, name) for name in named)
        ]

    def wide(self, scope: Scope, speaks: Callable[[Reports], bool]) -> list[Scope]:
        """The categories directly under a scope of all nations of which, or under which, wide
        reports speak.
        """
        if scope.nation is not None:
            return []
        across = [Scope(scope.mission, None, category) for category in children(scope.category)]
        return [
            wide
            for wide in across
            if speaks(self.reports.get(wide, NO_REPORTS)) or self.wide(wide, speaks)
        ]

    def is_contingent(self, scope: Scope) -> bool:
        """One nation in one category, with no report of a category under it; movements under it are
        its own.
        """
        if not (scope.nation and scope.category):
            return False
        reported = self._reported.get((scope.mission, scope.nation), ())
        return not any(other != scope and scope.covers(other) for other in reported)

    def contingents(self, scope: Scope) -> Iterator[Scope]:
        """The contingents that make up a scope, as they are reckoned."""
        if self.is_contingent(scope):
            yield scope
            return
        for part in self.parts(scope):
            yield from self.contingents(part)

    def moved_exactly(self, scope: Scope) -> Sequence[Fact]:
        """The movements of exactly a scope: of one that has parts, they are in none of them."""
        return self.movements.get(scope, [])

    def moved_in(self, scope: Scope) -> list[Fact]:
        """The movements of everybody of one nation in a category, with what lies under it."""
        if not self.movements:
            return []
        return [
            fact
            for category in self._categories.get((scope.mission, scope.nation), ())
            if covers(scope.category, category)
            for fact in self.movements.get(Scope(scope.mission, scope.nation, category), [])
        ]
