"""Numbers that are never mixed: present, arrived, departed, lost, expected, lapsed,
expected_departures, pledged, authorised; a table whose rows add up.

The total of a table is reckoned for the whole question, not from its rows. What the rows do not
explain of it stands in one last row, which is negative where the rows say more than the widest
report.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, partial

from app.estimate.amendments import Amendments
from app.estimate.announcements import Announcements
from app.estimate.categories import widest
from app.estimate.checkpoint import watched
from app.estimate.contingents import Figure, moved
from app.estimate.counts import Count, Terms, gather, negate
from app.estimate.entries import Claim, Entry, Fact, Policy, Scope, SetAside
from app.estimate.evidence import Evidence, by_mission
from app.estimate.index import Index
from app.estimate.levels import Levels, together
from app.estimate.lines import Lines
from app.estimate.promises import ceiling, pledged
from app.estimate.questions import Question, by_mission_asked
from app.estimate.tables import (
    ADDITIVE,
    GROUPS,
    LOST,
    MEASURES,
    NOBODY,
    Line,
    Row,
    Table,
    Unallocated,
    unallocated,
)

__all__ = ["ADDITIVE", "GROUPS", "LOST", "MEASURES", "Row", "Strength", "Table", "Unallocated"]


class Strength:
    """The evidence of some missions, each laid out by itself, ready for any question about them.

    `missions` has the evidence of each, by slug; its order does not matter.
    """

    def __init__(self, missions: Mapping[str, Evidence], lines: Lines | None = None) -> None:
        self.missions = missions
        self.lines = Lines(missions) if lines is None else lines
        self._fresh: tuple[tuple[date, int], Strength] | None = None
        self.too_old: Sequence[tuple[Entry, SetAside]] = ()

    @classmethod
    def of(
        cls,
        facts: Iterable[Fact],
        ended: Mapping[str, date],
        policy: Policy = "graded",
        absences: Iterable[tuple[str, Claim]] = (),
    ) -> "Strength":
        """The strength that some facts tell of. `ended` gives the last day of the missions that
        have one, `absences` the missions that a list of all missions leaves out, with a claim of
        the list.
        """
        return cls(by_mission(facts, ended, policy, absences))

    @property
    def facts(self) -> list[Fact]:
        """All facts, in the order of their keys."""
        every = (fact for evidence in self.missions.values() for fact in evidence.facts.every())
        return sorted(every, key=lambda fact: fact.entry.key)

    def fact(self, key: str) -> Fact | None:
        """The fact of an entry; of a report, with its rivals of the same people and day."""
        found = (evidence.fact(key) for evidence in self.missions.values())
        return next((fact for fact in found if fact), None)

    def cut_off(self) -> list[tuple[Entry, SetAside]]:
        """The claims outside the evidence cut-offs, and why, with their entries."""
        found = [each for evidence in self.missions.values() for each in evidence.facts.cut_off()]
        return sorted(found, key=lambda each: each[1].claim.key)

    def nations(self) -> set[str]:
        """The nations of all entries."""
        return {nation for each in self.missions.values() for nation in each.facts.nations()}

    def speaks_within(self, question: Question) -> bool:
        """Any fact is about somebody the question asks for, and nobody else."""
        return any(
            scope.covers(about)
            for scope in question.scopes(sorted(self.missions))
            if (evidence := self.missions.get(scope.mission))
            for _, about in evidence.spoken
        )

    def levels_of(self, mission: str) -> Levels:
        """The stock of people in the scopes of a mission."""
        evidence = self.missions.get(mission)
        return evidence.levels if evidence else _NO_LEVELS

    @cached_property
    def implied(self) -> Mapping[str, Count]:
        """The counts that reports leave for movements whose own is not known, by entry."""
        return {
            key: count
            for mission, evidence in self.missions.items()
            for key, count in (
                self.lines.implied(mission)
                if mission in self.lines
                else evidence.levels.index.implied
            ).items()
        }

    @cached_property
    def _promised(self) -> Mapping[str, Sequence[Fact]]:
        return _together(evidence.promised for evidence in self.missions.values())

    @cached_property
    def _amendments(self) -> Amendments:
        return Amendments(_together(evidence.amended for evidence in self.missions.values()))

    @cached_property
    def _following(self) -> Mapping[str, Sequence[Fact]]:
        """What fulfils or amends a promise, by its key."""
        amended = _together(evidence.amended for evidence in self.missions.values())
        return _together((self._promised, amended))

    @cached_property
    def _announcements(self) -> Announcements:
        return Announcements(self.fact, self._promised, self.implied, self.over, self.policy)

    def announcements(self, kinds: Sequence[str]) -> Announcements:
        """What was promised by entries of some kinds, and what fulfils it; also where nobody knows
        when it was announced.
        """
        facts = {fact.entry.key: fact for fact in self.of_kinds(kinds)}
        steps: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts.values():
            if fact.entry.fulfils:
                steps[fact.entry.fulfils].append(fact)
        return Announcements(
            facts.get, steps, self.implied, self.over, self.policy, self._amendments
        )

    def of_kinds(self, kinds: Sequence[str]) -> list[Fact]:
        """The facts of some kinds, in the order of their keys."""
        every = (fact for each in self.missions.values() for fact in each.facts.of_kinds(kinds))
        return sorted(every, key=lambda fact: fact.entry.key)

    @property
    def policy(self) -> Policy:
        """Who is believed."""
        return next((evidence.policy for evidence in self.missions.values()), "graded")

    def over(self, mission: str, day: date) -> bool:
        """A mission has ended before a day; of those that others continue, the last of them."""
        over = self.lines.over if mission in self.lines else self.levels_of(mission).index.over
        return over(mission, day)

    def table(self, question: Question) -> Table:
        """The rows, what they leave unallocated, and the total."""
        fresh = self.fresh(question)
        return fresh._table(question, *fresh._lines(question))

    def fresh(self, question: Question) -> "Strength":
        """The same without the evidence that is too old for a question: `too_old` has it."""
        if question.max_age is None:
            return self
        asked, kept = (question.as_of, question.max_age), self._fresh
        if kept is None or kept[0] != asked:
            found = {slug: evidence.fresh(*asked) for slug, evidence in self.missions.items()}
            made = Strength({slug: evidence for slug, (evidence, _) in found.items()})
            too_old = (each for _, aside in found.values() for each in aside)
            made.too_old = sorted(too_old, key=lambda each: each[0].key)
            self._fresh = kept = (asked, made)
        return kept[1]

    def weight_of(self, question: Question, days: Iterable[date]) -> int:
        """How many facts must be laid out for a series of some days, as evidence grows too old from
        day to day.
        """
        max_age = question.max_age
        if max_age is None:
            return 0
        days = list(days)
        return sum(
            len({evidence.expired(day, max_age) for day in days}) * len(evidence.facts.every())
            for evidence in self.missions.values()
        )

    def series(self, question: Question, days: Iterable[date]) -> Iterator[tuple[date, Table]]:
        """The table of each of some days, in order; days between which nothing changed share
        one.
        """
        if question.max_age is not None:
            yield from ((day, self.table(replace(question, as_of=day))) for day in watched(days))
            return
        rows, total = self._lines(question)
        steps, at, held = self.changes(question), -1, None
        for day in watched(days):
            step = bisect_right(steps, day)
            if held is None or step != at:
                at, held = step, self._table(replace(question, as_of=day), rows, total)
            yield day, held

    def rows_of(self, question: Question) -> int:
        """How many rows a table of a question has, but for the unallocated one; of evidence of any
        age, and without reckoning any.
        """
        return len(self._groups(question, self._scopes(question)))

    def changes(self, question: Question) -> list[date]:
        """Every day on which an answer to a question may change, whatever day it asks for; some may
        change nothing.
        """
        found: set[date] = set()
        for mission, scopes in watched(by_mission_asked(self._scopes(question)).items()):
            for each, of_it in self.lines.with_those_before(mission, scopes):
                if evidence := self.missions.get(each):
                    found |= evidence.turning(of_it, self._following)
            found |= self.lines.turning(mission)
        if question.max_age is not None:
            found.update(self._ageing_days(question.max_age))
        return sorted(found)

    def _ageing_days(self, max_age: int) -> Iterator[date]:
        """The days on which some claim is for the first time too old."""
        last = date.max.toordinal()
        days = {day for evidence in self.missions.values() for day in evidence.claim_days}
        return (date.fromordinal(end) for day in days if (end := day + max_age + 1) <= last)

    def _scopes(self, question: Question) -> list[Scope]:
        spoken = (slug for slug, evidence in self.missions.items() if evidence.spoken)
        return question.scopes(question.missions or sorted(spoken))

    def _lines(self, question: Question) -> tuple[list[Line], Line]:
        """The rows of a question and its total, each with the evidence that speaks of it, for any
        day.
        """
        scopes = self._scopes(question)
        rows = [
            self._line([s for scope in scopes if (s := scope.narrowed(**group))], question, group)
            for group in watched(self._groups(question, scopes))
        ]
        return rows, self._line(scopes, question, None)

    def _line(
        self, scopes: Sequence[Scope], question: Question, group: Mapping[str, str | None] | None
    ) -> Line:
        movements = list(self._kept("movement", scopes))
        promised = self._promises("movement", scopes)
        by_mission = group is None or question.group_by in ((), ("mission",))
        ceilings = question.whole_missions and by_mission
        return Line(
            group=group or {},
            scopes=scopes,
            arrivals=[fact for fact in movements if fact.entry.direction == "arrival"],
            coming=[fact for fact in promised if fact.entry.direction == "arrival"],
            departures=[fact for fact in movements if fact.entry.direction == "departure"],
            leaving=[fact for fact in promised if fact.entry.direction == "departure"],
            pledges=self._promises("pledge", scopes),
            mandates=list(self._kept("mandate", scopes)) if ceilings else [],
        )

    def _kept(self, kind: str, scopes: Iterable[Scope]) -> Iterator[Fact]:
        """The facts of a kind that speak of somebody in some scopes, that share nobody, and of
        nobody outside them.
        """
        for scope in scopes:
            if evidence := self.missions.get(scope.mission):
                yield from evidence.kept(kind, scope)

    def _promises(self, kind: str, scopes: Sequence[Scope]) -> list[Fact]:
        """The promises of a kind to the missions of some scopes and to those that they continue."""
        within = [
            scope
            for each in scopes
            for _, of_it in self.lines.with_those_before(each.mission, [each])
            for scope in of_it
        ]
        return list(self._kept(kind, dict.fromkeys(within)))

    def _groups(self, question: Question, scopes: Sequence[Scope]) -> list[dict[str, str | None]]:
        """The rows that the evidence gives: in the categories, the widest that anything within the
        question names.
        """
        spoken = self._spoken_within(scopes, with_mandates=question.group_by == ("mission",))
        named = {tuple(getattr(about, name) for name in question.group_by) for about in spoken}
        if not question.group_by:
            named = {()}
        if "category" in question.group_by:
            asked = question.categories
            named = widest(
                named, question.group_by.index("category"), asked[0] if len(asked) == 1 else None
            )
        complete = [values for values in named if None not in values]
        empty: dict[str, str | None] = dict.fromkeys(GROUPS)
        return [
            empty | dict(zip(question.group_by, values, strict=True))
            for values in sorted(complete, key=str)
        ]

    def _spoken_within(self, scopes: Iterable[Scope], with_mandates: bool) -> set[Scope]:
        """Whom the evidence speaks of within some scopes."""
        return {
            about
            for wide in scopes
            for mission, (scope,) in self.lines.with_those_before(wide.mission, [wide])
            if (evidence := self.missions.get(mission))
            for about in (
                each._replace(mission=wide.mission)
                for each in evidence.spoken_within(scope, with_mandates and scope == wide)
            )
        }

    def _table(self, question: Question, lines: Sequence[Line], whole: Line) -> Table:
        total = Row({}, self._figures(whole, question.as_of))
        if not question.group_by:
            return Table(question, [Row(lines[0].group, total.figures)], None, total)
        rows = [Row(line.group, self._figures(line, question.as_of)) for line in watched(lines)]
        return Table(question, rows, unallocated(rows, total), total)

    def _figures(self, line: Line, day: date) -> dict[str, Figure]:
        found = {**NOBODY, "present": self._present(line.scopes, day)}
        found |= self._of_arrivals(line, day)
        found |= self._of_departures(line, day)
        if line.pledges:
            made = self._standing(self._pledged, line.pledges, line, day)
            found["pledged"] = Figure("pledged", made)
        if allowed := ceiling(self.lines.going_on(line.mandates, day), day, self.policy):
            found["authorised"] = Figure("mandate", allowed)
        return found

    def _of_arrivals(self, line: Line, day: date) -> dict[str, Figure]:
        announcements, found = self._announcements, dict[str, Figure]()
        if line.arrivals:
            found["arrived"] = Figure("counted", moved(line.arrivals, None, day, self.implied))
        if line.coming:
            expected = self._standing(announcements.expected, line.coming, line, day)
            lapsed = self._standing(announcements.lapsed, line.coming, line, day)
            found |= {
                "expected": Figure("announced", expected),
                "lapsed": Figure("lapsed", lapsed),
            }
        return found

    def _of_departures(self, line: Line, day: date) -> dict[str, Figure]:
        found = dict[str, Figure]()
        if line.departures:
            lost = [fact for fact in line.departures if fact.entry.reason in LOST]
            departed = moved(line.departures, None, day, self.implied)
            found["departed"] = Figure("counted", negate(departed))
            found["lost"] = Figure("counted", negate(moved(lost, None, day, self.implied)))
        if line.leaving:
            expected = self._standing(self._announcements.expected, line.leaving, line, day)
            found["expected_departures"] = Figure("announced", expected)
        return found

    def _present(self, scopes: Sequence[Scope], day: date) -> Figure:
        alone = [scope for scope in scopes if scope.mission not in self.lines]
        figures = [self.levels_of(scope.mission).on(scope, day) for scope in alone]
        return together([*figures, *self.lines.present(scopes, day)])

    def _pledged(self, fact: Fact, day: date) -> Terms:
        return pledged(fact, day, self._amendments)

    def _standing(
        self,
        reckoned: Callable[[Fact, date], Terms],
        promises: Iterable[Fact],
        line: Line,
        day: date,
    ) -> Terms:
        """What is reckoned of promises, as far as they stand with the missions of a row: what is
        not kept passes over.
        """
        asked, announcements = {scope.mission for scope in line.scopes}, self._announcements
        return gather(
            self.lines.share(
                fact, reckoned(fact, day), asked, day, partial(announcements.come, fact)
            )
            for fact in promises
        )


def _together(parts: Iterable[Mapping[str, Sequence[Fact]]]) -> dict[str, list[Fact]]:
    """Facts by the entry that they name, of all missions."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for by_key in parts:
        for key, facts in by_key.items():
            found[key] += facts
    return found


_NO_LEVELS = Levels(Index((), {}, (), {}))
