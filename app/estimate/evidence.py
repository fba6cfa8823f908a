"""The evidence of one mission, laid out for any question, by whom it speaks of.

It never changes once it is made. Reports of strength stand in the levels; everything else is kept
as facts, by kind and scope, so that a row of a table takes its own.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Protocol

from app.estimate.ageing import ageing_claims, claim_day, fresh_on
from app.estimate.entries import Claim, Entry, Fact, Policy, Scope, SetAside
from app.estimate.index import Index
from app.estimate.levels import Levels
from app.estimate.reports import NO_REPORTS, Reports, settled_together

APART = ("movement", "pledge", "mandate", "succession")
OF_TABLES = ("movement", "strength_report", "pledge", "mandate")

_DAY = timedelta(days=1)

_ByScope = dict[str, dict[str | None, dict[Scope, list[Fact]]]]


class Facts(Protocol):
    """All facts of a mission, made as they are asked for: a question looks at the whole only where
    it must.
    """

    def every(self) -> Sequence[Fact]:
        """All facts, in the order of their keys."""

    def of_entry(self, key: str) -> Fact | None:
        """The fact of an entry."""

    def of_kinds(self, kinds: Sequence[str]) -> Sequence[Fact]:
        """The facts of some kinds."""

    def turning(self, scope: Scope) -> Iterable[date]:
        """The days on which the reports about exactly a scope may begin or cease to count."""

    def cut_off(self) -> Sequence[tuple[Entry, SetAside]]:
        """The claims outside the evidence cut-offs, and why, with their entries."""

    def nations(self) -> Collection[str]:
        """The nations of all entries, also of those whose claims are set aside or closed."""


class Evidence:
    """All evidence of one mission, ready for any question.

    `apart` are the facts of movements, pledges, mandates and successions, `reports` those of
    strength as they settle together, and `spoken` the kind and scope of every fact, whatever its
    status. `absences` are claims of complete lists of all missions that leave this one out.
    """

    def __init__(
        self,
        mission: str,
        apart: Iterable[Fact],
        reports: Mapping[Scope, Reports],
        spoken: Iterable[tuple[str, Scope]],
        last_day: date | None = None,
        policy: Policy = "graded",
        absences: Sequence[Claim] = (),
        *,
        facts: Facts,
    ) -> None:
        self.mission, self.last_day, self.policy = mission, last_day, policy
        self.absences, self.facts = absences, facts
        self.spoken = frozenset(spoken)
        self._kept: _ByScope = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        self.promised: dict[str, list[Fact]] = defaultdict(list)
        self.amended: dict[str, list[Fact]] = defaultdict(list)
        for fact in apart:
            self._kept[fact.entry.kind][fact.entry.nation][fact.entry.scope].append(fact)
            if fact.entry.fulfils:
                self.promised[fact.entry.fulfils].append(fact)
            if fact.entry.amends:
                self.amended[fact.entry.amends].append(fact)
        movements = list(self.kept("movement", Scope(mission)))
        of_strength = (
            scope for kind, scope in self.spoken if kind in ("movement", "strength_report")
        )
        ended = {mission: last_day} if last_day else {}
        self.levels = Levels(Index(movements, reports, of_strength, ended), policy)
        self._spoken_within: dict[tuple[Scope, bool], frozenset[Scope]] = {}
        self._fresh: tuple[int, Evidence, Sequence[tuple[Entry, SetAside]]] = (0, self, ())

    @classmethod
    def of(
        cls,
        mission: str,
        facts: Iterable[Fact],
        last_day: date | None = None,
        policy: Policy = "graded",
        absences: Sequence[Claim] = (),
    ) -> "Evidence":
        """The evidence that some facts of a mission are."""
        ordered = sorted(facts, key=lambda fact: fact.entry.key)
        return cls(
            mission,
            [fact for fact in ordered if fact.entry.kind in APART],
            settled_together(ordered, policy, [(mission, claim) for claim in absences]),
            [(fact.entry.kind, fact.entry.scope) for fact in ordered],
            last_day,
            policy,
            absences,
            facts=ListedFacts(ordered),
        )

    def fact(self, key: str) -> Fact | None:
        """The fact of an entry; of a report, with its rivals of the same people and day."""
        found = self.facts.of_entry(key)
        if found and found.entry.kind == "strength_report" and (day := found.value.day):
            reports = self.levels.index.reports.get(found.entry.scope, NO_REPORTS)
            settled = reports.latest(day)
            # What a complete list says without a word stands under the key of its own entry.
            if settled and settled.entry == found.entry:
                return settled
        return found

    def kept(self, kind: str, scope: Scope) -> Iterator[Fact]:
        """The facts of a kind, but for reports, that speak of somebody in a scope and of nobody
        outside it.
        """
        by_nation = self._kept.get(kind, {})
        for by_scope in (
            by_nation.values() if scope.nation is None else (by_nation.get(scope.nation, {}),)
        ):
            for about, facts in by_scope.items():
                if scope.covers(about):
                    yield from facts

    def spoken_within(self, scope: Scope, with_mandates: bool) -> frozenset[Scope]:
        """Whom the evidence of strength speaks of within a scope."""
        found = self._spoken_within.get((scope, with_mandates))
        if found is None:
            kinds = OF_TABLES if with_mandates else OF_TABLES[:3]
            found = frozenset(
                about for kind, about in self.spoken if kind in kinds and scope.covers(about)
            )
            self._spoken_within[scope, with_mandates] = found
        return found

    def turning(self, scopes: Sequence[Scope], promised: Mapping[str, Sequence[Fact]]) -> set[date]:
        """The days on which what speaks of some scopes may begin or cease to count; some may change
        nothing. `promised` are the facts that fulfil or amend a promise, by its key.
        """
        found = self._days_of_reports(scopes)
        within = [fact for kind in APART for scope in scopes for fact in self.kept(kind, scope)]
        found |= turning_days(_with_what_fulfils(within, promised))
        found |= turning_days(fact for facts in self.amended.values() for fact in facts)
        if self.last_day and self.last_day < date.max:
            found.add(self.last_day + _DAY)
        return found

    def _days_of_reports(self, scopes: Sequence[Scope]) -> set[date]:
        about = {each for scope in scopes for each in self.spoken_within(scope, with_mandates=True)}
        found = {day for scope in about for day in self.facts.turning(scope)}
        # A complete list speaks of those whom it does not name.
        reported = self.levels.index.reports
        listed = {each for each in reported if any(scope.covers(each) for scope in scopes)}
        return found | {date.fromordinal(day) for each in listed for day in reported[each].days}

    # ---- evidence that grows too old ----

    def fresh(self, day: date, max_age: int) -> tuple["Evidence", Sequence[tuple[Entry, SetAside]]]:
        """The same without the evidence that is older than so many days on a day, and what was set
        aside.
        """
        step = self.expired(day, max_age)
        # Another thread may put what it needs in the place of it meanwhile.
        kept = self._fresh
        if step != kept[0]:
            facts, too_old = fresh_on(self.facts.every(), day, max_age, self.policy)
            oldest = day.toordinal() - max_age
            heard = [c for c in self.absences if (claim_day(c) or date.max).toordinal() >= oldest]
            made = Evidence.of(self.mission, facts, self.last_day, self.policy, heard)
            self._fresh = kept = (step, made, too_old)
        return kept[1:]

    def expired(self, day: date, max_age: int) -> int:
        """How many claims are too old; the same number is the same claims."""
        return bisect_left(self.claim_days, day.toordinal() - max_age)

    @cached_property
    def claim_days(self) -> list[int]:
        """The days of all claims that grow old, in order, as ordinals."""
        claims = [claim for _, claim in ageing_claims(self.facts.every())] + list(self.absences)
        return sorted(day.toordinal() for claim in claims if (day := claim_day(claim)))


class ListedFacts:
    """Facts that are there already, in the order of their keys."""

    def __init__(self, ordered: Sequence[Fact]) -> None:
        self._ordered = ordered
        self._by_key = {fact.entry.key: fact for fact in ordered}
        self._reports: dict[Scope, list[Fact]] = defaultdict(list)
        for fact in ordered:
            if fact.entry.kind == "strength_report":
                self._reports[fact.entry.scope].append(fact)

    def every(self) -> Sequence[Fact]:
        """All of them."""
        return self._ordered

    def of_entry(self, key: str) -> Fact | None:
        """The one of an entry."""
        return self._by_key.get(key)

    def of_kinds(self, kinds: Sequence[str]) -> Sequence[Fact]:
        """Those of some kinds."""
        return [fact for fact in self._ordered if fact.entry.kind in kinds]

    def turning(self, scope: Scope) -> Iterable[date]:
        """The days on which the reports about exactly a scope may begin or cease to count."""
        return turning_days(self._reports.get(scope, ()))

    def cut_off(self) -> Sequence[tuple[Entry, SetAside]]:
        """None: nothing is known of claims that made no fact."""
        return ()

    def nations(self) -> Collection[str]:
        """The nations of the facts."""
        return {fact.entry.nation for fact in self._ordered if fact.entry.nation}


def by_mission(
    facts: Iterable[Fact],
    ended: Mapping[str, date],
    policy: Policy = "graded",
    absences: Iterable[tuple[str, Claim]] = (),
) -> dict[str, Evidence]:
    """Facts of several missions, each mission's laid out; `ended` gives their last days."""
    ordered = sorted(facts, key=lambda fact: fact.entry.mission)
    by_slug = {
        mission: list(of_it) for mission, of_it in groupby(ordered, lambda fact: fact.entry.mission)
    }
    left_out: dict[str, list[Claim]] = defaultdict(list)
    for mission, claim in absences:
        left_out[mission].append(claim)
    return {
        mission: Evidence.of(
            mission, by_slug.get(mission, ()), ended.get(mission), policy, left_out.get(mission, ())
        )
        for mission in sorted({*by_slug, *ended})
    }


def _with_what_fulfils(
    facts: Iterable[Fact], promised: Mapping[str, Sequence[Fact]]
) -> Iterator[Fact]:
    """Facts, and what fulfils or amends a promise in them, of whomever it is."""
    coming, seen = list(facts), set[str]()
    while coming:
        fact = coming.pop()
        if fact.entry.key not in seen:
            seen.add(fact.entry.key)
            yield fact
            coming += promised.get(fact.entry.key, ())
            coming += promised.get(fact.entry.amends or "", ())


def turning_days(facts: Iterable[Fact]) -> set[date]:
    """The days on which what facts say may begin or cease to count, and the days after them."""
    found: set[date] = set()
    for fact in facts:
        known = {day for day in _days_of(fact) if day}
        found |= known | {day + _DAY for day in known if day < date.max}
    return found


def _days_of(fact: Fact) -> set[date | None]:
    """The days that what a fact says hangs on."""
    value = fact.value
    days: set[date | None] = {fact.entry.expires.latest if fact.entry.expires else None}
    for each in (value, value.uncancelled):
        if each:
            days |= {each.announced, each.date.earliest, each.date.latest, each.day}
    # A promise lapses on a day that may stand in claims of what came of it later.
    return days | {claim.date.latest for claim in value.voices if claim.status == "expected"}
