"""Which mission continues which, and on what day its people pass over.

A succession passes people over from the day that its claims settle to. Where that day is not
certain, people may have passed over from the first day of its span on, and certainly have by the
last. What is reported within the span narrows it: whoever is reported in the predecessor has not
passed over yet, and from the day on which the successor is reported they have.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.estimate.counts import Addend
from app.estimate.entries import Fact, Scope
from app.estimate.evidence import Evidence
from app.estimate.reports import Reports

CONTINUES = "continues"
_DAY = timedelta(days=1)


def lineage_of(slugs: Iterable[str], pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Missions with all before and after them, from the first on; `pairs` are missions that follow
    others, each with the one before it.
    """
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for mission, predecessor in sorted(pairs):
        before[mission].append(predecessor)
        after[predecessor].append(mission)
    found: dict[str, None] = {}
    for slug in slugs:
        whole = (*reversed(reached(slug, before)), slug, *reached(slug, after))
        found |= dict.fromkeys(whole)
    return tuple(found)


def reached(slug: str, steps: Mapping[str, Sequence[str]]) -> list[str]:
    """All that is reached from a mission, the nearest first, without itself."""
    found = [slug]
    for at in found:
        found += [each for each in steps.get(at, ()) if each not in found]
    return found[1:]


def day_before(day: date) -> date:
    """The day before one; there is none before the first."""
    return day - _DAY if day > date.min else day


@dataclass(frozen=True, slots=True)
class Join:
    """The people of a predecessor pass over to a mission: perhaps from `first` on, by the best
    figure from `day` on, certainly from `last` on (None: never certainly).
    """

    fact: Fact
    mission: str
    predecessor: str
    first: date
    day: date
    last: date | None

    @property
    def eve(self) -> date:
        """The day before, at whose end the people of the predecessor are counted."""
        return day_before(self.day)

    def uncertain_on(self, day: date) -> bool:
        """Whether they have passed over by a day is not certain."""
        return self.first <= day and (self.last is None or day < self.last)

    def named(self, role: str, low: int = 0, best: int = 0, high: int | None = 0) -> Addend:
        """A term that names the succession; it counts nobody unless it widens a range."""
        value = self.fact.value
        return Addend(
            role=role,
            entry=self.fact.entry.key,
            claims=value.claim_keys,
            low=low,
            best=best,
            high=high,
            known=None,
            disputed=value.disputed,
        )


def joins_of(missions: Mapping[str, Evidence]) -> dict[str, Join]:
    """The joins that took place, by predecessor; one that would lead back to itself is none."""
    facts = [
        fact
        for mission, each in missions.items()
        for fact in each.kept("succession", Scope(mission))
        if _passes(fact)
    ]
    found: dict[str, Join] = {}
    for fact in sorted(facts, key=lambda fact: fact.entry.key):
        mission, predecessor = fact.entry.mission, fact.entry.predecessor or ""
        if predecessor not in found and not _leads_to(mission, predecessor, found):
            found[predecessor] = _join(
                fact, _reports_of(mission, missions), _reports_of(predecessor, missions)
            )
    return found


def _passes(fact: Fact) -> bool:
    return (
        fact.entry.mode == CONTINUES
        and fact.value.status == "occurred"
        and fact.value.day is not None
    )


def _reports_of(mission: str, missions: Mapping[str, Evidence]) -> Iterable[Reports]:
    return missions[mission].levels.index.reports.values() if mission in missions else ()


def _leads_to(mission: str, other: str, joins: Mapping[str, Join]) -> bool:
    """The people of a mission would come to another one in the end."""
    at: str | None = mission
    while at is not None and at != other:
        at = joins[at].mission if at in joins else None
    return at == other


def _join(fact: Fact, after: Iterable[Reports], before: Iterable[Reports]) -> Join:
    span, day = fact.value.date, fact.value.day or date.max
    mission, predecessor = fact.entry.mission, fact.entry.predecessor or ""
    first, last = span.earliest or date.min, span.latest
    if first == last:
        return Join(fact, mission, predecessor, day, day, day)
    until = last - _DAY if last else date.max
    still = max(_peopled(before, first, until), default=None)
    if still is not None and still < date.max:
        first = still + _DAY
    day = max(day, first)
    there = min(_peopled(after, first, last or date.max), default=None)
    if there is not None:
        day, last = min(day, there), there
    return Join(fact, mission, predecessor, first, day, last)


def _peopled(each: Iterable[Reports], first: date, last: date) -> Iterable[date]:
    """The days within some on which anybody is reported."""
    for reports in each:
        for day in reports.days:
            if first.toordinal() <= day <= last.toordinal():
                report = reports.latest(date.fromordinal(day))
                if report and report.value.count.high != 0:
                    yield date.fromordinal(day)
