"""Who says how many are there: reports of one scope and one day are settled together, and complete lists are read out.

Rivals, in whatever entries they stand, are like the claims of one entry: the policy chooses, the rest is set aside by
name. A claim that is `complete` lists everybody under its scope: who was told of by then and is not named by its source
on that day is 0 by that claim, and of whom it names the parts it says their sum. Nothing of this is stored, so no order
of loading and no correction leaves anybody standing. A report that says no number begins no level where one stands.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from app.estimate.categories import PARENTS
from app.estimate.counts import LIMIT, Count
from app.estimate.entries import Claim, Entry, Fact, Policy, Scope
from app.estimate.settling import settle

_OF_STRENGTH = ("movement", "strength_report")


def report_day(report: Fact) -> date:
    """The day at whose end a report counts."""
    return report.value.day or date.max


def latest(reports: Sequence[Fact], day: date) -> Fact | None:
    """The last of the ordered reports at or before a day."""
    place = bisect_right(reports, day, key=report_day)
    return reports[place - 1] if place else None


def between(reports: Sequence[Fact], after: date, until: date) -> Sequence[Fact]:
    """The ordered reports after one day and up to another."""
    return reports[bisect_right(reports, after, key=report_day) : bisect_right(reports, until, key=report_day)]


def settled_together(
    facts: Iterable[Fact], policy: Policy = "graded", absences: Iterable[tuple[str, Claim]] = ()
) -> dict[Scope, list[Fact]]:
    """The reports that took place, by whom they speak of, in order of days: one a day, with the claims of all rivals.

    `absences` are missions that a complete list of all missions of its series does not name, and a claim of that list.
    """
    occurred = (fact for fact in facts if fact.entry.kind in _OF_STRENGTH and fact.value.status == "occurred")
    told = [_Told(fact.entry.scope, day, fact) for fact in occurred if (day := fact.value.day)]
    rivals: dict[tuple[Scope, date], list[Fact]] = defaultdict(list)
    for each in told:
        if each.fact.entry.kind == "strength_report":
            rivals[each.scope, each.day].append(each.fact)
    for scope, day, claim in _read_out(told, absences):
        rivals[scope, day].append(_as_fact(scope, claim))
    found: dict[Scope, list[Fact]] = defaultdict(list)
    for (scope, _), together in sorted(rivals.items(), key=lambda item: item[0][1]):
        found[scope].append(_settled(together, policy))
    return {scope: _speaking(ordered) for scope, ordered in found.items()}


class _Told(NamedTuple):
    """What took place, with whom it speaks of and its settled day."""

    scope: Scope
    day: date
    fact: Fact


def _as_fact(scope: Scope, claim: Claim) -> Fact:
    value = settle([claim])
    assert value is not None
    return Fact(Entry(claim.entry, "strength_report", *scope), value)


def _settled(together: Sequence[Fact], policy: Policy) -> Fact:
    """Rivals as one report: the claims of all of them settled, in the name of the entry whose count stands."""
    if len(together) == 1:
        return together[0]
    value = settle([claim for fact in together for claim in fact.value.voices], policy)
    assert value is not None
    chosen = next(fact for fact in together if value.counted in fact.value.voices)
    return Fact(chosen.entry, value)


def _speaking(ordered: Sequence[Fact]) -> list[Fact]:
    """Without the reports that say no number after one that does: the old figure carries on, but for a zero.

    Who was not there and is named again is there, and nobody knows in what number.
    """
    found: list[Fact] = []
    for report in ordered:
        before = found[-1].value.count if found else None
        if not report.value.count.silent or before is None or before.silent or before.high == 0:
            found.append(report)
    return found


# ---- complete lists ----


@dataclass(frozen=True, slots=True)
class _List:
    """One source's complete list of everybody in a scope on a day, with what it says of whom, by nation."""

    scope: Scope
    day: date
    claim: Claim
    named: Mapping[str | None, Sequence[tuple[Scope, Count]]]

    def names(self, scope: Scope) -> bool:
        """It says of exactly this scope how many there are."""
        return any(scope == told for told, _ in self.named.get(scope.nation, ()))

    def says_of(self, scope: Scope) -> Count | None:
        """What it says of a scope that it does not name: the sum of the parts it names, 0 of none; None: nothing."""
        if not self.scope.covers(scope):
            return None
        if scope.nation:
            named = [*self.named.get(scope.nation, ()), *self.named.get(None, ())]
        else:
            named = [told for of_nation in self.named.values() for told in of_nation]
        parts: dict[Scope, Count] = {}
        for part, count in named:
            if scope != part and scope.covers(part):
                parts[part] = count
            elif not part.covers(self.scope) and _share(scope, part):
                return None
        widest = {part: count for part, count in parts.items() if not _within_another(part, parts)}
        across = [part for part in widest if part.nation is None]
        if any(_share(part, other) for part in across for other in widest if other != part):
            return None  # some are named twice, and nobody knows how many
        return _sum(list(widest.values()))


def _share(one: Scope, other: Scope) -> bool:
    """Somebody may be in both."""
    return one.narrowed(*other) is not None


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


def _read_out(told: Sequence[_Told], absences: Iterable[tuple[str, Claim]]) -> Iterable[tuple[Scope, date, Claim]]:
    """What complete lists say of those whom they do not name, as claims of their own, by scope and day.

    Only of those whom something was told of before and since the last list that spoke of them: what is 0 stays so.
    """
    lists = _lists(told, absences)
    if not lists:
        return
    events = _events(told)
    for mission, by_day in lists.items():
        coming = iter(events.get(mission, ()))
        ahead = next(coming, None)
        fresh: dict[Scope, date] = {}
        for day in sorted(by_day):
            while ahead and ahead[0] <= day:
                fresh[ahead[1]] = max(ahead[2], fresh.get(ahead[1], ahead[2]))
                ahead = next(coming, None)
            spoken_of: set[Scope] = set()
            for of_source in by_day[day]:
                for scope in fresh:
                    if of_source.names(scope):
                        spoken_of.add(scope)
                    elif (count := of_source.says_of(scope)) is not None:
                        spoken_of.add(scope)
                        yield scope, day, replace(of_source.claim, count=count, complete=False)
            fresh = {scope: last for scope, last in fresh.items() if scope not in spoken_of or last >= day}


def _lists(told: Iterable[_Told], absences: Iterable[tuple[str, Claim]]) -> dict[str, dict[date, list[_List]]]:
    """The complete lists by mission and day."""
    said = [
        (scope, claim)
        for scope, _, fact in told
        if fact.entry.kind == "strength_report"
        for claim in fact.value.voices
        if claim.status == "occurred"
    ]
    complete = [(scope, claim) for scope, claim in said if claim.complete]
    named: dict[tuple[str, str, date], dict[str | None, list[tuple[Scope, Count]]]] = {
        (scope.mission, claim.source, _day_of(claim)): defaultdict(list) for scope, claim in complete
    }
    listing = {claim.source for _, claim in complete}
    for scope, claim in said:
        if claim.source in listing and (place := (scope.mission, claim.source, _day_of(claim))) in named:
            named[place][scope.nation].append((scope, claim.count))
    found: dict[str, dict[date, list[_List]]] = defaultdict(lambda: defaultdict(list))
    for scope, claim in complete:
        day = _day_of(claim)
        found[scope.mission][day].append(_List(scope, day, claim, named[scope.mission, claim.source, day]))
    for mission, claim in absences:
        found[mission][_day_of(claim)].append(_List(Scope(mission), _day_of(claim), claim, {}))
    return found


def _day_of(claim: Claim) -> date:
    return claim.date.settled_day(occurred=True) or date.max


def _events(told: Iterable[_Told]) -> dict[str, list[tuple[date, Scope, date]]]:
    """By mission, in order: since when a list speaks of what was told, of whom, and the last day it may have been."""
    found: dict[str, list[tuple[date, Scope, date]]] = defaultdict(list)
    for scope, day, fact in told:
        # One who came on the day of a list is there at its end, or is not; a report of that day is a rival of the list.
        found[scope.mission].append((day, scope, fact.value.date.latest or date.max))
    for events in found.values():
        events.sort(key=lambda event: event[0])
    return found
