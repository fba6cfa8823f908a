"""Six numbers, never mixed: present, arrived, departed, expected, pledged, authorised; a table
whose rows add up.

The total of a table is reckoned for the whole question, not from its rows. What the rows do not
explain of it stands in one last row, which is negative where the rows say more than the widest
report.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from app.estimate.ageing import ageing_claims, claim_day, fresh_on
from app.estimate.categories import widest
from app.estimate.contingents import Figure, moved
from app.estimate.counts import Sum, Terms, at_least_zero, gather, negate
from app.estimate.entries import Claim, Entry, Fact, Policy, Scope, SetAside
from app.estimate.levels import Levels
from app.estimate.promises import announced, ceiling, pledged
from app.estimate.questions import Question
from app.estimate.reports import report_day

ADDITIVE = ("present", "arrived", "departed", "expected", "pledged")
MEASURES = (*ADDITIVE, "authorised")
GROUPS = ("mission", "nation", "category")
COUNTED_KINDS = ("movement", "strength_report", "pledge", "mandate")


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


class Strength:
    """All evidence, ready for any question; see Levels for `ended`, `policy` and `absences`."""

    def __init__(
        self,
        facts: Iterable[Fact],
        ended: Mapping[str, date],
        policy: Policy = "graded",
        absences: Iterable[tuple[str, Claim]] = (),
    ) -> None:
        self.facts = sorted(facts, key=lambda fact: fact.entry.key)
        self.ended, self.policy, self.absences = ended, policy, tuple(absences)
        self.too_old: Sequence[tuple[Entry, SetAside]] = ()
        self._fresh: tuple[int, Strength] = (0, self)
        self.levels = Levels(self.facts, ended, policy, self.absences)
        self.implied = self.levels.index.implied
        self._kept: dict[str, list[Fact]] = {}
        self._spoken: dict[str, set[tuple[str, Scope]]] = {}
        self._promised: dict[str, list[Fact]] = {}
        for fact in self.facts:
            entry = fact.entry
            self._kept.setdefault(entry.kind, []).append(fact)
            self._spoken.setdefault(entry.mission, set()).add((entry.kind, entry.scope))
            if entry.fulfils:
                self._promised.setdefault(entry.fulfils, []).append(fact)

    def table(self, question: Question) -> Table:
        """The rows, what they leave unallocated, and the total."""
        fresh = self.fresh(question)
        return fresh._table(question, *fresh._lines(question))

    def fresh(self, question: Question) -> "Strength":
        """The same without the evidence that is too old for a question: `too_old` has it."""
        if question.max_age is None:
            return self
        step = self._expired(question)
        held = self._fresh
        if step != held[0]:
            facts, too_old = fresh_on(self.facts, question.as_of, question.max_age, self.policy)
            made = Strength(facts, self.ended, self.policy, self._heard(question))
            made.too_old = too_old
            held = self._fresh = (step, made)
        return held[1]

    def _heard(self, question: Question) -> Iterable[tuple[str, Claim]]:
        oldest = question.as_of.toordinal() - (question.max_age or 0)
        return [
            found
            for found in self.absences
            if (claim_day(found[1]) or date.max).toordinal() >= oldest
        ]

    @cached_property
    def _claim_days(self) -> list[int]:
        claims = [claim for _, claim in (*ageing_claims(self.facts), *self.absences)]
        return sorted(day.toordinal() for claim in claims if (day := claim_day(claim)))

    def _expired(self, question: Question) -> int:
        """How many claims are too old; the same number is the same claims."""
        return bisect_left(self._claim_days, question.as_of.toordinal() - (question.max_age or 0))

    def weight_of(self, question: Question, days: Iterable[date]) -> int:
        """How many facts must be laid out for a series of some days, as evidence grows too old from
        day to day.
        """
        if question.max_age is None:
            return 0
        return len({self._expired(replace(question, as_of=day)) for day in days}) * len(self.facts)

    def series(self, question: Question, days: Iterable[date]) -> Iterator[tuple[date, Table]]:
        """The table of each of some days, in order; days between which nothing changed share
        one.
        """
        if question.max_age is not None:
            yield from ((day, self.table(replace(question, as_of=day))) for day in days)
            return
        rows, total = self._lines(question)
        steps, at, held = self.changes(question), -1, None
        for day in days:
            step = bisect_right(steps, day)
            if held is None or step != at:
                at, held = step, self._table(replace(question, as_of=day), rows, total)
            yield day, held

    def changes(self, question: Question) -> list[date]:
        """Every day on which an answer to a question may change, whatever day it asks for; some may
        change nothing.
        """
        scopes = self._scopes(question)
        speaking = self._speaking(scopes)
        found = {day for fact in speaking for day in _turning_days(fact)}
        # A complete list speaks of those whom it does not name.
        found.update(report_day(report) for report in self._reports_within(scopes))
        if question.max_age is not None:
            found.update(self._ageing_days(question.max_age))
        missions = {scope.mission for scope in scopes} | {fact.entry.mission for fact in speaking}
        found.update(
            day + _DAY
            for mission, day in self.ended.items()
            if mission in missions and day < date.max
        )
        return sorted(found)

    def _speaking(self, scopes: Sequence[Scope]) -> Collection[Fact]:
        """The facts that enter the figures of some scopes, and what fulfils a promise in them, of
        whomever it is.
        """
        coming = [fact for fact in _within(self.facts, scopes) if fact.entry.kind in COUNTED_KINDS]
        found: dict[str, Fact] = {}
        while coming:
            fact = coming.pop()
            if fact.entry.key not in found:
                found[fact.entry.key] = fact
                coming += self._promised.get(fact.entry.key, ())
        return found.values()

    def _reports_within(self, scopes: Sequence[Scope]) -> Iterator[Fact]:
        for about, reports in self.levels.index.reports.items():
            if _in_any(about, scopes):
                yield from reports

    def _ageing_days(self, max_age: int) -> Iterator[date]:
        """The days on which some claim is for the first time too old."""
        last = date.max.toordinal()
        return (
            date.fromordinal(end)
            for day in set(self._claim_days)
            if (end := day + max_age + 1) <= last
        )

    def _scopes(self, question: Question) -> list[Scope]:
        return question.scopes(question.missions or sorted(self._spoken))

    def _lines(self, question: Question) -> tuple[list["_Line"], "_Line"]:
        """The rows of a question and its total, each with the evidence that speaks of it, for any
        day.
        """
        scopes = self._scopes(question)
        rows = [
            self._line([s for scope in scopes if (s := scope.narrowed(**group))], question, group)
            for group in self._groups(question, scopes)
        ]
        return rows, self._line(scopes, question, None)

    def _line(
        self, scopes: Sequence[Scope], question: Question, group: Mapping[str, str | None] | None
    ) -> "_Line":
        movements = _within(self._kept.get("movement", ()), scopes)
        missions = {scope.mission for scope in scopes}
        by_mission = group is None or question.group_by in ((), ("mission",))
        ceilings = question.whole_missions and by_mission
        return _Line(
            group=group or {},
            scopes=scopes,
            arrivals=[fact for fact in movements if fact.entry.direction == "arrival"],
            departures=[fact for fact in movements if fact.entry.direction == "departure"],
            pledges=_within(self._kept.get("pledge", ()), scopes),
            mandates=[f for f in self._kept.get("mandate", ()) if f.entry.mission in missions]
            if ceilings
            else [],
        )

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
        kinds = {"movement", "strength_report", "pledge", *(["mandate"] if with_mandates else [])}
        return {
            about
            for wide in scopes
            for kind, about in self._spoken.get(wide.mission, ())
            if kind in kinds and wide.covers(about)
        }

    def _table(self, question: Question, lines: Sequence["_Line"], whole: "_Line") -> Table:
        total = Row({}, self._figures(whole, question.as_of))
        if not question.group_by:
            return Table(question, [Row(lines[0].group, total.figures)], None, total)
        rows = [Row(line.group, self._figures(line, question.as_of)) for line in lines]
        return Table(question, rows, _unallocated(rows, total), total)

    def _figures(self, line: "_Line", day: date) -> dict[str, Figure]:
        found = {**_NOBODY, "present": self.levels.total(line.scopes, day)}
        if line.arrivals:
            found["arrived"] = Figure("counted", moved(line.arrivals, None, day, self.implied))
            found["expected"] = Figure(
                "announced", gather(self._expected(fact, day) for fact in line.arrivals)
            )
        if line.departures:
            found["departed"] = Figure(
                "counted", negate(moved(line.departures, None, day, self.implied))
            )
        if line.pledges:
            found["pledged"] = Figure(
                "pledged", gather(pledged(fact, day) for fact in line.pledges)
            )
        if allowed := ceiling(line.mandates, day):
            found["authorised"] = Figure("mandate", allowed)
        return found

    def _expected(self, fact: Fact, day: date) -> Terms:
        """An arrival announced by a day and still to come, less the steps that fulfil it: they came
        or stand for it.
        """
        addend = None if self.levels.index.over(fact.entry.mission, day) else announced(fact, day)
        if addend is None:
            return {}
        steps = [
            step
            for step in self._promised.get(fact.entry.key, ())
            if step.entry.direction == "arrival"
        ]
        kept = gather(
            [moved(steps, None, day, self.implied), *(self._expected(step, day) for step in steps)]
        )
        left = at_least_zero(gather([{addend: 1}, negate(kept)]))
        return {} if kept and Sum.of(left).high == 0 else left


@dataclass(frozen=True, slots=True)
class _Line:
    """A row to be, with the evidence that speaks of it; without mandates where no ceiling is
    comparable with it.
    """

    group: Mapping[str, str | None]
    scopes: Sequence[Scope]
    arrivals: Sequence[Fact]
    departures: Sequence[Fact]
    pledges: Sequence[Fact]
    mandates: Sequence[Fact]


_DAY = timedelta(days=1)
# The figures of those of whom nobody spoke.
_NOBODY = {
    "present": Figure("none"),
    "arrived": Figure("counted"),
    "departed": Figure("counted"),
    "expected": Figure("announced"),
    "pledged": Figure("pledged"),
}


def _turning_days(fact: Fact) -> set[date]:
    """The days on which what a fact says may begin or cease to count, and the days after them."""
    value = fact.value
    days: set[date | None] = {fact.entry.expires.latest if fact.entry.expires else None}
    for each in (value, value.uncancelled):
        if each:
            days |= {each.announced, each.date.earliest, each.date.latest, each.day}
    known = {day for day in days if day}
    return known | {day + _DAY for day in known if day < date.max}


def _within(facts: Iterable[Fact], scopes: Iterable[Scope]) -> list[Fact]:
    """The facts that speak of somebody in one of the scopes and of nobody outside it."""
    asked: dict[str, list[Scope]] = {}
    for scope in scopes:
        asked.setdefault(scope.mission, []).append(scope)
    return [fact for fact in facts if _in_any(fact.entry.scope, asked.get(fact.entry.mission, ()))]


def _in_any(about: Scope, scopes: Iterable[Scope]) -> bool:
    return any(scope.covers(about) for scope in scopes)


def _unallocated(rows: Sequence[Row], total: Row) -> Unallocated | None:
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
