"""The evidence of one mission, laid out for any question: what is told, by whom it speaks of.

It never changes once it is made. Reports of strength stand in the levels; everything else is kept
as facts, by kind and scope, so that a row of a table takes its own.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from app.estimate.ageing import ageing_claims, claim_day, fresh_on
from app.estimate.entries import Claim, Entry, Fact, Policy, Scope, SetAside
from app.estimate.index import Index
from app.estimate.levels import Levels
from app.estimate.reports import Reports, settled_together

OF_TABLES = ("movement", "strength_report", "pledge", "mandate")

_DAY = timedelta(days=1)


class Evidence:
    """All that is told of one mission, ready for any question.

    `apart` are the facts of every kind but reports of strength, `reports` these as they settle
    together, and `spoken` the kind and scope of every fact, whatever its status. `absences` are
    claims of complete lists of all missions that leave this one out. `every` gives all facts, in
    the order of their keys, and `turning` the days on which the reports about exactly a scope may
    begin or cease to count, in order.
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
        every: Callable[[], Sequence[Fact]],
        turning: Callable[[Scope], Iterable[date]],
    ) -> None:
        self.mission, self.last_day, self.policy = mission, last_day, policy
        self.absences = absences
        self._every, self._report_turns = every, turning
        self.spoken = frozenset(spoken)
        self._kept: dict[str, dict[Scope, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        self.promised: dict[str, list[Fact]] = defaultdict(list)
        for fact in apart:
            self._kept[fact.entry.kind][fact.entry.scope].append(fact)
            if fact.entry.fulfils:
                self.promised[fact.entry.fulfils].append(fact)
        movements = (fact for facts in self._kept["movement"].values() for fact in facts)
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
        told = [fact for fact in ordered if fact.entry.kind == "strength_report"]
        by_scope: dict[Scope, list[Fact]] = defaultdict(list)
        for fact in told:
            by_scope[fact.entry.scope].append(fact)
        return cls(
            mission,
            [fact for fact in ordered if fact.entry.kind != "strength_report"],
            settled_together(ordered, policy, [(mission, claim) for claim in absences]),
            [(fact.entry.kind, fact.entry.scope) for fact in ordered],
            last_day,
            policy,
            absences,
            every=lambda: ordered,
            turning=lambda scope: turning_days(by_scope.get(scope, ())),
        )

    @property
    def facts(self) -> Sequence[Fact]:
        """All facts, in the order of their keys: as many as the mission has, so not for a table."""
        return self._every()

    def kept(self, kind: str, scope: Scope) -> Iterator[Fact]:
        """The facts of a kind, but for reports, that speak of somebody in a scope and of nobody
        outside it.
        """
        for about, facts in self._kept[kind].items() if kind in self._kept else ():
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
        nothing. `promised` are the facts that fulfil a promise, by its key.
        """
        about = {
            each
            for kind, each in self.spoken
            if kind in OF_TABLES and any(scope.covers(each) for scope in scopes)
        }
        found = {day for scope in about for day in self._report_turns(scope)}
        # A complete list speaks of those whom it does not name.
        for each, reports in self.levels.index.reports.items():
            if any(scope.covers(each) for scope in scopes):
                found.update(map(date.fromordinal, reports.days))
        coming = [
            fact
            for kind in OF_TABLES
            for scope, facts in self._kept.get(kind, {}).items()
            if scope in about
            for fact in facts
        ]
        found.update(turning_days(_with_what_fulfils(coming, promised)))
        if self.last_day and self.last_day < date.max:
            found.add(self.last_day + _DAY)
        return found

    # ---- evidence that grows too old ----

    def fresh(self, day: date, max_age: int) -> tuple["Evidence", Sequence[tuple[Entry, SetAside]]]:
        """The same without the evidence that is older than so many days on a day, and what was set
        aside.
        """
        step = self.expired(day, max_age)
        if step != self._fresh[0]:
            facts, too_old = fresh_on(self.facts, day, max_age, self.policy)
            oldest = day.toordinal() - max_age
            heard = [c for c in self.absences if (claim_day(c) or date.max).toordinal() >= oldest]
            made = Evidence.of(self.mission, facts, self.last_day, self.policy, heard)
            self._fresh = (step, made, too_old)
        return self._fresh[1:]

    def expired(self, day: date, max_age: int) -> int:
        """How many claims are too old; the same number is the same claims."""
        return bisect_left(self.claim_days, day.toordinal() - max_age)

    @cached_property
    def claim_days(self) -> list[int]:
        """The days of all claims that grow old, in order, as ordinals."""
        claims = [claim for _, claim in ageing_claims(self.facts)] + list(self.absences)
        return sorted(day.toordinal() for claim in claims if (day := claim_day(claim)))


def by_mission(
    facts: Iterable[Fact],
    ended: Mapping[str, date],
    policy: Policy = "graded",
    absences: Iterable[tuple[str, Claim]] = (),
) -> dict[str, Evidence]:
    """Facts of several missions, each mission's laid out; `ended` gives their last days."""
    ordered = sorted(facts, key=lambda fact: fact.entry.mission)
    told = {
        mission: list(of_it) for mission, of_it in groupby(ordered, lambda fact: fact.entry.mission)
    }
    left_out: dict[str, list[Claim]] = defaultdict(list)
    for mission, claim in absences:
        left_out[mission].append(claim)
    return {
        mission: Evidence.of(
            mission, told.get(mission, ()), ended.get(mission), policy, left_out.get(mission, ())
        )
        for mission in sorted({*told, *ended})
    }


def _with_what_fulfils(
    facts: Iterable[Fact], promised: Mapping[str, Sequence[Fact]]
) -> Iterator[Fact]:
    """Facts, and what fulfils a promise in them, of whomever it is."""
    coming, seen = list(facts), set[str]()
    while coming:
        fact = coming.pop()
        if fact.entry.key not in seen:
            seen.add(fact.entry.key)
            yield fact
            coming += promised.get(fact.entry.key, ())


def turning_days(facts: Iterable[Fact]) -> set[date]:
    """The days on which what facts say may begin or cease to count, and the days after them."""
    found: set[date] = set()
    for fact in facts:
        value = fact.value
        days: set[date | None] = {fact.entry.expires.latest if fact.entry.expires else None}
        for each in (value, value.uncancelled):
            if each:
                days |= {each.announced, each.date.earliest, each.date.latest, each.day}
        known = {day for day in days if day}
        found |= known | {day + _DAY for day in known if day < date.max}
    return found
