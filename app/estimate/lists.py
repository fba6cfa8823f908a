"""Complete lists: what a source that lists everybody under a scope says of those it does not name.

Who was told of by then and is not named by the source on that day is 0 by its list, and of whom it
names the parts it says their sum. Nothing of this is stored, so no order of loading and no
correction leaves anybody standing. Each scope is read out by itself.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import NamedTuple

from app.estimate.categories import PARENTS, covers
from app.estimate.checkpoint import watched
from app.estimate.counts import LIMIT, Count
from app.estimate.entries import Claim, Fact, Scope


class Dated(NamedTuple):
    """A fact that took place, with whom it speaks of and its settled day."""

    scope: Scope
    day: date
    fact: Fact


class Event(NamedTuple):
    """Since when a list speaks of what was told, of whom, and the last day it may have been."""

    day: date
    scope: Scope
    last: date


@dataclass(frozen=True, slots=True)
class CompleteList:
    """One source's complete list of everybody in a scope on a day, with what it says of whom, by
    nation.
    """

    scope: Scope
    day: date
    claim: Claim
    named: Mapping[str | None, Sequence[tuple[Scope, Count]]]

    def names(self, scope: Scope) -> bool:
        """It says of exactly this scope how many there are."""
        return any(scope == named for named, _ in self.named.get(scope.nation, ()))

    def read_for(self, scopes: Iterable[Scope]) -> Iterator[tuple[Scope, Claim | None]]:
        """Those of some scopes of which it speaks, with the claim that follows from it; None where
        it names them.
        """
        for scope in scopes:
            if self.names(scope):
                yield scope, None
            elif (count := self.says_of(scope)) is not None:
                yield scope, replace(self.claim, count=count, complete=False)

    def says_of(self, scope: Scope) -> Count | None:
        """What it says of a scope that it does not name: the sum of the parts it names, 0 of none;
        None: nothing.
        """
        if not self.scope.covers(scope):
            return None
        parts: dict[Scope, Count] = {}
        for part, count in self._named_near(scope):
            if scope != part and scope.covers(part):
                parts[part] = count
            elif not part.covers(self.scope) and _share(scope, part):
                return None
        return _sum_of_parts(parts)

    def _named_near(self, scope: Scope) -> Iterable[tuple[Scope, Count]]:
        """What it names that may share somebody with a scope, by nation."""
        if scope.nation:
            return chain(self.named.get(scope.nation, ()), self.named.get(None, ()))
        return chain.from_iterable(self.named.values())


def _sum_of_parts(parts: Mapping[Scope, Count]) -> Count | None:
    """The sum of the widest parts; None where some people are in two of them, and nobody knows how
    many.
    """
    widest = {part: count for part, count in parts.items() if not _within_another(part, parts)}
    across = [part for part in widest if part.nation is None]
    if any(_share(part, other) for part in across for other in widest if other != part):
        return None
    return _sum(list(widest.values()))


def _share(one: Scope, other: Scope) -> bool:
    """Somebody of one mission may be in both."""
    nations = one.nation is None or other.nation is None or one.nation == other.nation
    return nations and (
        covers(one.category, other.category) or covers(other.category, one.category)
    )


def _within_another(part: Scope, parts: Mapping[Scope, Count]) -> bool:
    """It is counted in a wider part already."""
    wider = [Scope(part.mission, nation, category) for nation, category in _wider(part)]
    return any(scope in parts for scope in wider)


def _wider(part: Scope) -> Iterable[tuple[str | None, str | None]]:
    nations = dict.fromkeys((part.nation, None))
    categories: list[str | None] = [part.category]
    while categories[-1] is not None:
        categories.append(PARENTS[categories[-1]])
    return ((n, c) for n in nations for c in categories if (n, c) != (part.nation, part.category))


def _sum(counts: Sequence[Count]) -> Count:
    highs = [count.high for count in counts if count.high is not None]
    low, best = sum(count.low for count in counts), sum(count.point for count in counts)
    known = all(count.best is not None for count in counts)
    high = min(sum(highs), LIMIT) if len(highs) == len(counts) else None
    return Count(min(low, LIMIT), min(best, LIMIT) if known else None, high)


def read_out(
    by_day: Mapping[date, Sequence[CompleteList]], events: Sequence[Event]
) -> Iterable[tuple[Scope, date, Claim]]:
    """What the lists of one mission, day by day, say as claims of their own, by scope and day.

    Only of those whom something was told of before and since the last list that spoke of them: what
    is 0 stays so. `events` are in the order of days.
    """
    unlisted = _Unlisted(events)
    for day in watched(sorted(by_day)):
        unlisted.advance(day)
        if not unlisted.last:
            continue
        spoken_of = [of for each in by_day[day] for of in each.read_for(unlisted.last)]
        yield from ((scope, day, claim) for scope, claim in spoken_of if claim)
        unlisted.drop({scope for scope, _ in spoken_of}, day)


class _Unlisted:
    """Whom something was told of since the last list that spoke of them, as one goes through the
    days of a mission.

    `last` holds the last day on which that may have been, by scope. Of these alone a list has news:
    an arrival in February is 0 by a list of March that does not name it, and no list of April says
    so again.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self.last: dict[Scope, date] = {}
        self._events = events
        self._place = 0

    def advance(self, day: date) -> None:
        """Take in what was told up to a day."""
        until = bisect_right(self._events, day, lo=self._place, key=lambda event: event.day)
        for _, scope, last in self._events[self._place : until]:
            self.last[scope] = max(last, self.last.get(scope, last))
        self._place = until

    def drop(self, listed: Collection[Scope], day: date) -> None:
        """Leave out those of whom a list of a day spoke, unless something may have come after
        it.
        """
        self.last = {
            scope: last for scope, last in self.last.items() if scope not in listed or last >= day
        }


def lists_of(
    dated: Iterable[Dated], absences: Iterable[tuple[str, Claim]]
) -> dict[str, dict[date, list[CompleteList]]]:
    """The complete lists by mission and day."""
    reported = [(scope, fact) for scope, _, fact in dated if fact.entry.kind == "strength_report"]
    claims = [
        (scope, claim)
        for scope, fact in reported
        for claim in fact.value.voices
        if claim.status == "occurred"
    ]
    complete = [(scope, claim) for scope, claim in claims if claim.complete]
    named = _named_by_lists(claims, complete)
    found: dict[str, dict[date, list[CompleteList]]] = defaultdict(lambda: defaultdict(list))
    for scope, claim in complete:
        day = _day_of(claim)
        found[scope.mission][day].append(
            CompleteList(scope, day, claim, named[scope.mission, claim.source, day])
        )
    for mission, claim in absences:
        found[mission][_day_of(claim)].append(
            CompleteList(Scope(mission), _day_of(claim), claim, {})
        )
    return found


def _named_by_lists(
    claims: Iterable[tuple[Scope, Claim]], complete: Iterable[tuple[Scope, Claim]]
) -> dict[tuple[str, str, date], dict[str | None, list[tuple[Scope, Count]]]]:
    """What the sources of complete lists say of whom: by mission, source and day, then by
    nation.
    """
    named: dict[tuple[str, str, date], dict[str | None, list[tuple[Scope, Count]]]] = {
        (scope.mission, claim.source, _day_of(claim)): defaultdict(list)
        for scope, claim in complete
    }
    listing = {source for _, source, _ in named}
    for scope, claim in claims:
        if (
            claim.source in listing
            and (place := (scope.mission, claim.source, _day_of(claim))) in named
        ):
            named[place][scope.nation].append((scope, claim.count))
    return named


def _day_of(claim: Claim) -> date:
    return claim.date.settled_day(occurred=True) or date.max


def events_of(dated: Iterable[Dated]) -> dict[str, list[Event]]:
    """What was told of anybody, by mission, in the order of days."""
    found: dict[str, list[Event]] = defaultdict(list)
    for scope, day, fact in dated:
        # One who came on the day of a list is there at its end, or is not; a report of that day is
        # a rival of the list.
        found[scope.mission].append(Event(day, scope, fact.value.date.latest or date.max))
    for events in found.values():
        events.sort(key=lambda event: event.day)
    return found
