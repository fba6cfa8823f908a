"""Strength reports as one a scope and day: rivals are settled together, and complete lists are read
out.

Rivals, in whatever entries they stand, are like the claims of one entry: the policy chooses, the
rest is set aside by name. What complete lists say of those whom they do not name (see lists) is a
rival like any report of that day. A report that says no number begins no level where one stands.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import overload

from app.estimate.checkpoint import watched
from app.estimate.entries import Claim, Entry, Fact, Policy, Scope
from app.estimate.lists import Dated, events_of, lists_of, read_out
from app.estimate.settling import settle

OF_STRENGTH = ("movement", "strength_report")


class Reports(Sequence[Fact]):
    """The reports of one scope, one a day, in the order of days; each is made when it is asked for.

    `days` are their settled days as ordinals; `exact` says that each allows no other day.
    """

    __slots__ = ("_make", "days", "exact")

    def __init__(self, days: Sequence[int], make: Callable[[int], Fact], exact: bool) -> None:
        self.days, self._make, self.exact = days, make, exact

    @classmethod
    def of(cls, ordered: Sequence[Fact]) -> "Reports":
        """Reports that are there already, in the order of days."""
        days = [report_day(report).toordinal() for report in ordered]
        exact = all(report.value.date.exact for report in ordered)
        return cls(days, ordered.__getitem__, exact)

    def __len__(self) -> int:
        return len(self.days)

    @overload
    def __getitem__(self, place: int) -> Fact: ...
    @overload
    def __getitem__(self, place: slice) -> "Reports": ...
    def __getitem__(self, place: int | slice) -> "Fact | Reports":
        if isinstance(place, int):
            return self._make(range(len(self.days))[place])
        places = range(len(self.days))[place]
        return Reports(self.days[place], lambda at: self._make(places[at]), self.exact)

    def latest(self, day: date) -> Fact | None:
        """The last of them at or before a day."""
        place = bisect_right(self.days, day.toordinal())
        return self._make(place - 1) if place else None

    def before(self, day: date) -> Fact | None:
        """The last of them before a day."""
        place = bisect_left(self.days, day.toordinal())
        return self._make(place - 1) if place else None

    def between(self, after: date, until: date) -> "Reports":
        """Those after one day and up to another."""
        first = bisect_right(self.days, after.toordinal())
        return self[first : bisect_right(self.days, until.toordinal())]


def report_day(report: Fact) -> date:
    """The day at whose end a report counts."""
    return report.value.day or date.max


NO_REPORTS = Reports.of(())


def settled_together(
    facts: Iterable[Fact], policy: Policy = "graded", absences: Iterable[tuple[str, Claim]] = ()
) -> dict[Scope, Reports]:
    """The reports that took place, by whom they speak of: one a day, with the claims of all rivals.

    `absences` are missions that a complete list of all missions of its series does not name, and a
    claim of that list.
    """
    dated = dated_of(facts)
    rivals: dict[tuple[Scope, date], list[Fact]] = defaultdict(list)
    for each in dated:
        if each.fact.entry.kind == "strength_report":
            rivals[each.scope, each.day].append(each.fact)
    if lists := lists_of(dated, absences):
        events = events_of(dated)
        for mission, by_day in lists.items():
            for scope, day, claim in read_out(by_day, events.get(mission, ())):
                rivals[scope, day].append(unlisted(scope, claim))
    found: dict[Scope, list[Fact]] = defaultdict(list)
    for (scope, _), together in watched(sorted(rivals.items(), key=lambda item: item[0][1])):
        found[scope].append(as_one(together, policy))
    return {scope: Reports.of(speaking(ordered)) for scope, ordered in found.items()}


def dated_of(facts: Iterable[Fact]) -> list[Dated]:
    """Movements and reports that took place, by whom they speak of and their settled day."""
    occurred = (
        fact for fact in facts if fact.entry.kind in OF_STRENGTH and fact.value.status == "occurred"
    )
    return [Dated(fact.entry.scope, day, fact) for fact in occurred if (day := fact.value.day)]


def unlisted(scope: Scope, claim: Claim) -> Fact:
    """What a complete list says of a scope that it does not name, as a report."""
    value = settle([claim])
    assert value is not None
    return Fact(
        Entry(claim.entry, "strength_report", *scope), value, unlisted=claim.count.high == 0
    )


def as_one(together: Sequence[Fact], policy: Policy) -> Fact:
    """Rivals as one report: the claims of all of them settled, in the name of the entry whose count
    stands.
    """
    if len(together) == 1:
        return together[0]
    value = settle([claim for fact in together for claim in fact.value.voices], policy)
    assert value is not None
    chosen = next(fact for fact in together if value.counted in fact.value.voices)
    return Fact(chosen.entry, value, chosen.unlisted)


def speaking(ordered: Sequence[Fact]) -> list[Fact]:
    """Without the reports that say no number after one that does: the old figure carries on, but
    for a zero.

    Who was not there and is named again is there, and nobody knows in what number.
    """
    found: list[Fact] = []
    for report in ordered:
        before = found[-1].value.count if found else None
        if not report.value.count.silent or before is None or before.silent or before.high == 0:
            found.append(report)
    return found
