"""Where the ledger contradicts itself: what independent sources dispute, a whole told as less than
its parts, and reports that no movement explains.

Each is one conflict: of whom, since which day, from the lowest to the highest that is told, whose
claims stand and whose do not, and why. What only repeats, or is less exact, is none.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.estimate.checkpoint import watched
from app.estimate.contingents import Figure
from app.estimate.entries import Fact, Scope
from app.estimate.evidence import Evidence
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.reconciliation import Step, reconciled
from app.estimate.reports import report_day
from app.estimate.strength import Strength
from app.estimate.working import facts_by_report

What = Literal["claims", "whole_and_parts", "reports_and_movements"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One contradiction. `low` and `high` are the least and the most that is told (in people, or
    what the entry counts; None: not bounded); `stands` and `against` are keys of claims.
    """

    what: What
    kind: str
    entry: str | None
    scope: Scope
    day: date | None
    low: int | None
    high: int | None
    stands: tuple[str, ...]
    against: tuple[str, ...]
    reason: str

    @property
    def size(self) -> int | None:
        """How far it reaches; None where it is not bounded."""
        return None if self.low is None or self.high is None else self.high - self.low


def keys_of(found: Iterable[Conflict]) -> set[str]:
    """The keys of the claims on either side of some conflicts."""
    return {key for each in found for key in (*each.stands, *each.against)}


def conflicts(strength: Strength, question: Question) -> list[Conflict]:
    """All conflicts within a question up to its day, the largest first; last those without a bound,
    where a source only says `at least`.
    """
    strength = strength.fresh(question)
    found = [
        *_disputed(strength, question),
        *_wholes(strength, question),
        *_unexplained(reconciled(strength, question)),
    ]
    found.sort(key=lambda each: (each.entry or "", str(each.scope), each.what))
    found.sort(key=lambda each: each.day or date.min, reverse=True)
    return sorted(found, key=lambda each: (each.size is None, -(each.size or 0)))


def _disputed(strength: Strength, question: Question) -> Iterator[Conflict]:
    """What independent sources say otherwise of one entry, or of the same people and day."""
    for fact in watched(facts_by_report(strength)):
        if fact.value.disputed and question.speaks_of(fact.entry) and not _later(fact, question):
            yield _of_sources(fact)


def _of_sources(fact: Fact) -> Conflict:
    value = fact.value
    stands = tuple(dict.fromkeys((value.claim.key, value.counted.key)))
    others = [claim.key for claim in value.standing if claim.key not in stands]
    against = tuple(sorted(others))
    why = {aside.claim.key: aside.reason for aside in value.set_aside}
    reasons = [why[key] for key in others if key in why]
    reason = reasons[0] if reasons else "they differ on the day"
    about = (fact.entry.kind, fact.entry.key, fact.entry.scope, value.day)
    return Conflict("claims", *about, *value.spread, stands, against, reason)


def _later(fact: Fact, question: Question) -> bool:
    """It lies after the day asked for."""
    day = fact.value.date.earliest or fact.value.day
    return day is not None and day > question.as_of


def _wholes(strength: Strength, question: Question) -> Iterator[Conflict]:
    """What is told of a whole as less than its parts, from the day on when both were told."""
    for mission, evidence in sorted(strength.missions.items()):
        asked = question.scopes([mission])
        for scope in watched(sorted(evidence.levels.index.reports, key=str)):
            if any(wide.covers(scope) for wide in asked):
                yield from _of_whole(scope, _days(evidence, scope, question.as_of), evidence.levels)


def _days(evidence: Evidence, scope: Scope, last: date) -> list[date]:
    """The days up to one on which something is told of a scope."""
    index = evidence.levels.index
    if not index.parts(scope):
        return []
    steps = index.steps(scope)
    if steps is None:  # some day is not certain: those of the reports will do
        steps = sorted(
            {date.fromordinal(day) for part in index.reports if scope.covers(part)
             for day in index.reports[part].days}
        )  # fmt: skip
    return [day for day in steps if day <= last]


def _of_whole(scope: Scope, days: Iterable[date], levels: Levels) -> Iterator[Conflict]:
    """Each report of a whole that its parts contradict, on the first of its days."""
    met: set[tuple[str, ...]] = set()
    for day in watched(days):
        report = levels.index.reports[scope].latest(day)
        if report and report.value.claim_keys not in met:
            found = _of_parts(report, levels.on(scope, day), day)
            met |= {report.value.claim_keys} if found else set()
            yield from found


def _of_parts(report: Fact, figure: Figure, day: date) -> list[Conflict]:
    """The conflict of a report of a whole with what its parts make, if there is one."""
    marks = [addend for addend in figure.terms if addend.claims and addend.aside]
    against = {key for mark in marks for key in mark.claims}
    standing = {key for addend in figure.terms if not addend.aside for key in addend.claims}
    reason = "; ".join(dict.fromkeys(str(mark.aside) for mark in marks))
    about = (report.entry.kind, report.entry.key, report.entry.scope, day)
    sides = tuple(sorted(standing - against)), tuple(sorted(against))
    return [Conflict("whole_and_parts", *about, *figure.spread, *sides, reason)] if marks else []


def _unexplained(steps: Sequence[Step]) -> Iterator[Conflict]:
    """Reports that contradict the report before and what is known to have moved since; where no
    movement is told of, there is nothing to contradict.
    """
    for step in steps:
        if step.agrees or not step.movements or not step.before:
            continue
        count, (low, _, high) = step.report.value.count, step.reckoned
        lows, highs = [count.low, low or 0], [count.high, high]
        yield Conflict(
            "reports_and_movements",
            step.report.entry.kind,
            step.report.entry.key,
            step.scope,
            report_day(step.report),
            min(lows),
            None if None in highs else max(each for each in highs if each is not None),
            step.report.value.claim_keys,
            step.before.value.claim_keys,
            f"{step.movements} movement{'s' * (step.movements > 1)} since "
            f"{report_day(step.before)} do not explain it",
        )
