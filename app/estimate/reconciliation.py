"""Reports against movements: does what moved since the report before explain what a report says?

A report is held against the last report of the same people on an earlier day (before the first
there is nobody) and the movements after that day up to its own. Of several reports on one day each
is held against the same earlier day, and what they settle to together is what the next day starts
from. Counts that reports imply explain nothing here: an unknown count stays unknown. Where
no report speaks of a contingent and more of it left than came, that is a step of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.estimate.checkpoint import watched
from app.estimate.contingents import moved, reported
from app.estimate.counts import NOTHING, Count, Sum, Terms, at_least_zero, exactly, gather, negate
from app.estimate.entries import Fact, Scope
from app.estimate.index import Index
from app.estimate.questions import Question
from app.estimate.reports import NO_REPORTS, report_day
from app.estimate.strength import Strength
from app.estimate.unexplained import Unexplained, unexplained

# Low, best and high, in people: not bounded, not known, not bounded where None.
Bounds = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One report, the report before it (None: the empty start), and what moved between, with the
    ranges in people.

    Where it is not `by_report`, more of a contingent left than came, of which there is no report:
    `report` is the departure that shows it.
    """

    scope: Scope
    report: Fact
    before: Fact | None
    moved: Bounds
    reckoned: Bounds
    movements: int
    by_report: bool = True

    @property
    def count_reported(self) -> Count:
        """What the report says; without one, that nobody can be fewer than none."""
        return self.report.value.count if self.by_report else Count(0, 0, None)

    @property
    def count_before(self) -> Count:
        """What the report before says."""
        return self.before.value.count if self.before else exactly(0)

    @property
    def difference(self) -> Bounds:
        """What is reported less what is reckoned: people whom no movement explains."""
        count, (low, best, high) = self.count_reported, self.reckoned
        return _less(count.low, high), _less(count.best, best), _less(count.high, low)

    @property
    def agrees(self) -> bool:
        """The ranges of what is reckoned and what is reported overlap."""
        low, _, high = self.difference
        return (low is None or low <= 0) and (high is None or high >= 0)


def reconciled(strength: Strength, question: Question) -> list[Step]:
    """The steps to every report within a question up to its day: by mission, nation and category,
    then in order.
    """
    strength = strength.fresh(question)
    found = [*_by_reports(strength, question), *_without_reports(strength, question)]
    return sorted(found, key=lambda step: _place(step.scope))


def _place(scope: Scope) -> tuple[str, str, str]:
    return scope.mission, scope.nation or "", scope.category or ""


def _without_reports(strength: Strength, question: Question) -> Iterator[Step]:
    """The contingents without a report of which more left than came by a question's day: of a
    mission that others continue, or that continues others, with all who passed over to it.
    """
    day, lines = question.as_of, strength.lines
    for mission in watched(sorted(strength.missions)):
        own = strength.missions[mission]
        body = lines.body_on(mission, day) if mission in lines else own
        index = body.levels.index
        for scope in _unreported(index, question.scopes([mission])):
            movements = index.moved_in(scope)
            missing = unexplained(movements, index.implied)
            if missing is None or missing.day > day or lines.passed_on(mission, missing.day):
                continue
            if own.facts.of_entry(missing.left.entry.key):
                yield _missing_step(scope, movements, missing)


def _unreported(index: Index, asked: Sequence[Scope]) -> Iterator[Scope]:
    """The contingents within some scopes of a mission of which no report speaks."""
    for scope in index.contingents(Scope(asked[0].mission)) if asked else ():
        if scope not in index.reports and any(wide.covers(scope) for wide in asked):
            yield scope


def _missing_step(scope: Scope, movements: Sequence[Fact], missing: Unexplained) -> Step:
    between = moved(movements, None, missing.day)
    change = _change(between)
    return Step(scope, missing.left, None, change, change, len(between), by_report=False)


def _by_reports(strength: Strength, question: Question) -> list[Step]:
    reports: dict[Scope, list[Fact]] = {}
    movements: dict[str, list[Fact]] = {}
    for fact in strength.facts:
        if fact.entry.kind == "movement":
            movements.setdefault(fact.entry.mission, []).append(fact)
        elif fact.entry.kind == "strength_report" and question.speaks_of(fact.entry):
            reports.setdefault(fact.entry.scope, []).append(fact)
    return [
        step
        for scope in sorted(reports, key=_place)
        for step in _steps(strength, scope, reports[scope], movements.get(scope.mission, ()))
        if report_day(step.report) <= question.as_of
    ]


def _steps(
    strength: Strength, scope: Scope, reports: Iterable[Fact], movements: Iterable[Fact]
) -> Iterator[Step]:
    """The steps to the reports of a scope; of a mission that continues another, from those of the
    other on.
    """
    standing = strength.levels_of(scope.mission).index.reports.get(scope, NO_REPORTS)
    moves = [fact for fact in movements if scope.covers(fact.entry.scope)]
    in_line = scope.mission in strength.lines
    for report in watched(_in_order(reports)):
        if in_line:
            body = strength.lines.body_on(scope.mission, report_day(report))
            standing = body.levels.index.reports.get(scope, NO_REPORTS)
            moves = list(body.kept("movement", scope))
        yield _step(report, standing.before(report_day(report)), moves)


def _in_order(reports: Iterable[Fact]) -> list[Fact]:
    """The reports that took place, by day; of several on one day the better graded, later published
    stands last.
    """
    dated = [fact for fact in reports if fact.value.status == "occurred" and fact.value.day]
    dated.sort(key=lambda fact: fact.entry.key, reverse=True)
    dated.sort(key=lambda fact: fact.value.counted.out_by or date.min)
    dated.sort(key=lambda fact: fact.value.counted.grade, reverse=True)
    dated.sort(key=report_day)
    return dated


def _step(report: Fact, before: Fact | None, movements: Sequence[Fact]) -> Step:
    between = moved(movements, report_day(before) if before else None, report_day(report))
    reckoned = Sum.of(at_least_zero(gather([reported(before) if before else NOTHING, between])))
    best = None if reckoned.unknown_terms else reckoned.best
    return Step(
        report.entry.scope,
        report,
        before,
        _change(between),
        (reckoned.low, best, reckoned.high),
        len(between),
    )


def _change(between: Terms) -> Bounds:
    """Arrivals less departures; it may be negative, and has no low where departures have no
    high.
    """
    came = Sum.of({addend: times for addend, times in between.items() if times > 0})
    left = Sum.of(negate({addend: times for addend, times in between.items() if times < 0}))
    unknown = came.unknown_terms + left.unknown_terms
    return (
        _less(came.low, left.high),
        None if unknown else came.point - left.point,
        _less(came.high, left.low),
    )


def _less(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other
