"""Facts of one mission as facts of another: what is told of a predecessor, as told of the mission
that continues it; and who was there before, as people who join.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.estimate.contingents import Figure
from app.estimate.counts import FLOOR, LIMIT, Count, exactly
from app.estimate.dates import Span
from app.estimate.entries import Entry, Fact, Scope
from app.estimate.levels import Levels
from app.estimate.lineage import Join, day_before


def moved_to(mission: str, fact: Fact) -> Fact:
    """A fact as one of another mission."""
    return replace(fact, entry=replace(fact.entry, mission=mission))


def took_place(fact: Fact) -> bool:
    """It occurred."""
    return fact.value.status == "occurred"


def from_day(fact: Fact, day: date) -> bool:
    """It took place on a day or later."""
    return took_place(fact) and (fact.value.day or date.min) >= day


def only_from(fact: Fact, day: date) -> bool:
    """It took place on a day or later, and a movement certainly."""
    earliest = fact.value.date.earliest
    may_be_before = fact.entry.kind == "movement" and (earliest is None or earliest < day)
    return from_day(fact, day) and not may_be_before


def reported_from(fact: Fact, day: date) -> bool:
    """It is a report of a day or later."""
    return fact.entry.kind == "strength_report" and from_day(fact, day)


def as_arrivals(levels: Levels, mission: str, day: date, facts: Sequence[Fact]) -> list[Fact]:
    """Who was in a mission by the day before one, each scope that is more than its parts as an
    arrival on that day.
    """
    by_key = {fact.entry.key: fact for fact in facts}
    return list(_arrivals(levels, Scope(mission), day, by_key)) if facts else []


def _arrivals(levels: Levels, scope: Scope, day: date, facts: Mapping[str, Fact]) -> Iterator[Fact]:
    eve = day_before(day)
    figure = levels.on(scope, eve)
    if not figure.stands_on_evidence:
        return
    parts = [] if levels.index.is_contingent(scope) else levels.index.parts(scope)
    count = _beyond(figure, [levels.on(part, eve) for part in parts])
    first = _reporting(figure, facts)
    if first and (not parts or count.high != 0):
        yield _arrival(scope, first, figure, count, day)
    for part in parts:
        yield from _arrivals(levels, part, day, facts)


def _reporting(figure: Figure, facts: Mapping[str, Fact]) -> Fact | None:
    """The first fact that tells of the people of a figure."""
    named = (facts.get(addend.entry or "") for addend, times in figure.terms.items() if times > 0)
    return next((fact for fact in named if fact), None)


def _beyond(figure: Figure, parts: Sequence[Figure]) -> Count:
    """The people of a figure who are in none of its parts."""
    own, under = figure.sum, [part.sum for part in parts]
    best = max(0, own.point - sum(each.point for each in under))
    low = min(best, max(0, own.low - sum(each.low for each in under)))
    high = None
    if own.high is not None:
        # A part without a bound holds at least those who are known of it.
        known = sum(each.low if each.high is None else each.high for each in under)
        high = min(LIMIT, max(best, own.high - known))
    return Count(min(low, LIMIT), None if own.best is None else min(best, LIMIT), high)


def below_zero(levels: Levels, join: Join, facts: Sequence[Fact]) -> list[Fact]:
    """Of contingents of which more left than were known to be there: these, as arrivals on the day
    before, so that who comes later is counted from nobody on.
    """
    found: list[Fact] = []
    index = levels.index
    for scope, fact in {
        f.entry.scope: f for f in facts if f.entry.direction == "departure"
    }.items():
        at = scope._replace(mission=join.predecessor)
        if any(each != at and each.covers(at) for each in (*index.reports, *index.movements)):
            continue  # they left the wider circle too, which has a number
        figure = levels.on(at, join.eve)
        short = sum(a.best * times for a, times in figure.terms.items() if a.role == FLOOR)
        if short > 0 and index.is_contingent(at):
            found.append(_arrival(at, fact, figure, exactly(short), join.eve))
    return found


def _arrival(scope: Scope, facts: Fact, figure: Figure, count: Count, day: date) -> Fact:
    """So many people join on a day, as a movement in the name of what tells of them."""
    value = replace(
        facts.value,
        status="occurred",
        count=count,
        date=Span(str(day), day, day),
        disputed=figure.disputed,
        spread=figure.spread,
        uncancelled=None,
    )
    return Fact(Entry(facts.entry.key, "movement", *scope, direction="arrival"), value)
