"""Lines of missions that continue one another, as figures: who is where at the end of a day.

From the day of a succession on, the evidence of the predecessor is that of the successor too: its
reports up to the day before, its movements, its complete lists. So a line is reckoned by the same
rules as one mission, no level jumps where no claim moves it, and nobody is counted in two missions.
Where the successor had people before, the two are added up until it is reported, or somebody leaves
it; from then on who was there before counts as having arrived.

Where it is not certain whether people have passed over by a day, both are reckoned, for all the
missions asked for together; the best figure goes by the settled day.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from app.estimate.ageing import claim_day
from app.estimate.contingents import CONTINUED, ENDED, NONE, PASSED_ON, Figure
from app.estimate.counts import Addend, Count, Sum, Terms, gather, point
from app.estimate.entries import Claim, Fact, Scope
from app.estimate.evidence import Evidence
from app.estimate.joining import (
    as_arrivals,
    below_zero,
    from_day,
    moved_to,
    only_from,
    reported_from,
    took_place,
)
from app.estimate.levels import Levels, together
from app.estimate.lineage import Join, joins_of
from app.estimate.reports import OF_STRENGTH

# So many joins of which it is not certain whether they took place are looked at in every
# combination; of more, one by one and all together.
MOST_TOGETHER = 4

_Joined = frozenset[str]


class Lines:
    """The missions of a question that people pass over to or from, each by itself.

    `joins` are by predecessor. Evidence that was put together is kept, as it never changes.
    """

    def __init__(self, missions: Mapping[str, Evidence]) -> None:
        self.joins: Mapping[str, Join] = joins_of(missions)
        self.into: dict[str, list[Join]] = defaultdict(list)
        for join in sorted(self.joins.values(), key=lambda each: (each.day, each.predecessor)):
            self.into[join.mission].append(join)
        within = {*self.joins, *self.into}
        self._missions = {
            mission: missions.get(mission) or Evidence.of(mission, ()) for mission in within
        }
        self._own_facts: dict[str, list[Fact]] = {}
        self._keys_of: dict[str, frozenset[str]] = {}
        self._one_since: dict[str, date] = {}
        self._bodies: dict[tuple[str, _Joined, _Joined], Evidence] = {}

    def _since(self, predecessor: str) -> date:
        """Since when the people of a mission are reckoned with those of the next one as one."""
        if predecessor not in self._one_since:
            self._one_since[predecessor] = self._one_from(self.joins[predecessor])
        return self._one_since[predecessor]

    def _one_from(self, join: Join) -> date:
        facts = [fact for fact in self._strength_of(join.mission) if took_place(fact)]
        others = self.into[join.mission]
        if others[0] is join and all(from_day(fact, join.day) for fact in facts):
            return join.day
        days = [
            fact.value.day
            for fact in facts
            if fact.value.day and fact.value.day >= join.day and fact.entry.direction != "arrival"
        ]
        return min(days, default=date.max)

    def __contains__(self, mission: str) -> bool:
        return mission in self._missions

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What the lines stand on."""
        return tuple(self._missions[mission] for mission in sorted(self._missions))

    def passed_on(self, mission: str, day: date) -> Join | None:
        """The join by which, by the best figure, the people of a mission had left it on a day."""
        join = self.joins.get(mission)
        return join if join and join.day <= day else None

    def over(self, mission: str, day: date) -> bool:
        """Nobody comes any more to a mission, or to the one that continues it by a day."""
        best, _ = self.holders(mission, day)
        last_day = self._missions[best].last_day
        return best not in self.joins and last_day is not None and day > last_day

    def before(self, mission: str, within: Collection[str] | None = None) -> list[str]:
        """The missions whose people come to one, the nearest first; `within` narrows to some."""
        found = [mission]
        for at in found:
            found += [
                join.predecessor
                for join in self.into.get(at, ())
                if within is None or join.predecessor in within
            ]
        return found[1:]

    def turning(self, mission: str) -> set[date]:
        """The days on which people may pass over to a mission, or from it."""
        joins = (self.joins.get(each) for each in (mission, *self.before(mission)))
        return {day for join in joins if join for day in (join.first, join.day, join.last) if day}

    def holders(self, mission: str, day: date) -> tuple[str, frozenset[str]]:
        """Where what was promised to a mission stands on a day: by the best, and perhaps."""
        best, at = mission, mission
        while at in self.joins and self.joins[at].day <= day:
            best = at = self.joins[at].mission
        perhaps, coming = set[str](), [mission]
        for at in coming:
            join = self.joins.get(at)
            if join is None or day < join.first:
                perhaps.add(at)
            else:
                coming.append(join.mission)
                perhaps |= {at} if join.uncertain_on(day) else set()
        return best, frozenset(perhaps)

    def share(
        self,
        promise: Fact,
        terms: Terms,
        asked: Collection[str],
        day: date,
        came: Callable[[date], Terms],
    ) -> Terms:
        """A promise as far as it stands with some missions on a day. What is not kept passes over;
        a pledge that was kept in full, by what came of it by the day before, stays.
        """
        mission = promise.entry.mission
        if mission not in self or not terms:
            return terms
        if kept_in := self._kept_in(promise, day, came):
            return terms if kept_in in asked else {}
        best, perhaps = self.holders(mission, day)
        if perhaps.issubset(asked):
            return terms
        if perhaps.isdisjoint(asked):
            return {}
        whole = Sum.of(terms)
        less = 0 if best in asked else -whole.point
        doubt = Addend("perhaps passed over", None, (), -whole.low, less, 0, known=None)
        return gather([terms, {doubt: 1}])

    def _kept_in(self, promise: Fact, day: date, came: Callable[[date], Terms]) -> str | None:
        """The mission of a line in which a pledge was kept in full before its people passed on."""
        at = promise.entry.mission if promise.entry.kind == "pledge" else ""
        while (join := self.joins.get(at)) and join.first <= day:
            kept = came(min(join.eve, day))
            if kept and point(kept) >= promise.value.count.point:
                return at
            at = join.mission
        return None

    def going_on(self, mandates: Iterable[Fact], day: date) -> Iterator[Fact]:
        """The mandates of missions that have not passed their people on by a day."""
        for fact in mandates:
            if self.holders(fact.entry.mission, day)[0] == fact.entry.mission:
                yield fact

    def with_those_before(
        self, mission: str, scopes: Sequence[Scope]
    ) -> Iterator[tuple[str, list[Scope]]]:
        """Scopes of a mission, and the same of each mission whose people come to it."""
        for each in (mission, *self.before(mission)):
            yield each, [scope._replace(mission=each) for scope in scopes]

    # ---- figures ----

    def present(self, scopes: Iterable[Scope], day: date) -> list[Figure]:
        """Who of some scopes, that share nobody, is present at the end of a day, line by line."""
        by_end: dict[str, list[Scope]] = defaultdict(list)
        for scope in scopes:
            if scope.mission in self:
                by_end[self._end(scope.mission)].append(scope)
        return [self._of_line(of_line, day) for of_line in by_end.values()]

    def _end(self, mission: str) -> str:
        """The last mission that the people of one come to."""
        while mission in self.joins:
            mission = self.joins[mission].mission
        return mission

    def _of_line(self, scopes: Sequence[Scope], day: date) -> Figure:
        asked = {scope.mission for scope in scopes}
        near = {each for mission in asked for each in (mission, *self.before(mission))}
        unsure = sorted(p for p in near if p in self.joins and self.joins[p].uncertain_on(day))
        come = frozenset(p for p, join in self.joins.items() if join.day <= day)
        best = self._where(scopes, day, come)
        others = [
            self._where(scopes, day, come.symmetric_difference(turned)) for turned in _some(unsure)
        ]
        return _reaching(best, others, [self.joins[each] for each in unsure])

    def _where(self, scopes: Sequence[Scope], day: date, come: _Joined) -> Figure:
        """The same, where the people of some missions have passed over."""
        figures = [
            _gone(self.joins[scope.mission])
            if scope.mission in come
            else self._there(scope, day, come)
            for scope in scopes
        ]
        figure = together(figures)
        if not figure.stands_on_evidence:
            return figure
        missions = {scope.mission for scope in scopes} - come
        joins = [self.joins[p] for m in sorted(missions) for p in self.before(m, come)]
        return _marked(figure, joins, [self._keys(join.predecessor) for join in joins])

    def _there(self, scope: Scope, day: date, come: _Joined) -> Figure:
        """Who of a scope is in its mission, if nobody has passed on from it."""
        mission = scope.mission
        merged = self._merged(mission, day, come)
        figures = [self._body(mission, merged, day).levels.on(scope, day)]
        # Who is not reckoned as one with them yet is added as they stood.
        figures += [
            self._there(scope._replace(mission=join.predecessor), day, come)
            for at in (mission, *sorted(merged))
            for join in self.into.get(at, ())
            if join.predecessor in come and join.predecessor not in merged
        ]
        return together(figures)

    def _merged(self, mission: str, day: date, come: _Joined) -> _Joined:
        by_then = {p for p in come if self._since(p) <= day}
        return frozenset(self.before(mission, by_then))

    def _keys(self, mission: str) -> frozenset[str]:
        """The entries of a mission."""
        if mission not in self._keys_of:
            facts = self._strength_of(mission)
            self._keys_of[mission] = frozenset(fact.entry.key for fact in facts)
        return self._keys_of[mission]

    # ---- evidence put together ----

    def body_on(self, mission: str, day: date) -> Evidence:
        """What the level of a mission stands on at the end of a day, by the best figure."""
        come = frozenset(p for p, join in self.joins.items() if join.day <= day)
        return self._body(mission, self._merged(mission, day, come), day)

    def implied(self, mission: str) -> Mapping[str, Count]:
        """The counts that reports leave for movements of a mission whose own is not known."""
        found: dict[str, Count] = {}
        joins = self.into.get(mission, ())
        for day in (date.min, *(self._since(join.predecessor) for join in joins)):
            found |= self.body_on(mission, day).levels.index.implied
        return found

    def _body(self, mission: str, merged: _Joined, day: date) -> Evidence:
        """The evidence of a mission together with that of those before it which have come.

        Of what is told of it from the day of a later join on, nothing counts before that day.
        """
        line = {mission, *merged}
        later = frozenset(
            join.predecessor
            for at in line
            for join in self.into.get(at, ())
            if self._since(join.predecessor) > day
        )
        found = self._bodies.get((mission, merged, later))
        if found is None:
            found = self._made(mission, merged, later)
            self._bodies[mission, merged, later] = found
        return found

    def _made(self, mission: str, merged: _Joined, later: _Joined) -> Evidence:
        own = self._missions[mission]
        facts, foreign, absences = self._facts(mission, merged, later)
        same = not foreign and len(facts) == len(self._strength_of(mission))
        last_day = None if mission in self.joins else own.last_day
        if same and last_day == own.last_day and len(absences) == len(own.absences):
            return own
        made = Evidence.of(mission, facts, last_day, own.policy, absences)
        implied: dict[str, Count] = {}
        for each in self.into.get(mission, ()):
            if each.predecessor in merged:
                implied |= self.body_on(each.predecessor, each.eve).levels.index.implied
        made.levels.continue_from(foreign, implied)
        return made

    def _facts(
        self, mission: str, merged: _Joined, later: _Joined
    ) -> tuple[list[Fact], frozenset[str], list[Claim]]:
        """The movements and reports of a line as those of its last mission; which of them are not
        its own; and the lists of all missions that leave it out.
        """
        joins = self.into.get(mission, ())
        waiting = (self._since(each.predecessor) for each in joins if each.predecessor in later)
        end = min(waiting, default=date.max)
        facts = [fact for fact in self._strength_of(mission) if not only_from(fact, end)]
        absences = _dated(self._missions[mission].absences, date.min, end)
        foreign: frozenset[str] = frozenset()
        for join in (each for each in joins if each.predecessor in merged):
            line, keys, of_line = self._facts(join.predecessor, merged, later)
            facts, joined = self._joined(mission, join, facts)
            before = self.body_on(join.predecessor, join.eve).levels
            line = [*line, *below_zero(before, join, line)]
            facts = [*(moved_to(mission, fact) for fact in line), *joined, *facts]
            foreign |= keys | {fact.entry.key for fact in (*line, *joined)}
            since = self._since(join.predecessor)
            absences = [*of_line, *_dated(absences, since, date.max)]
        if onward := self.joins.get(mission):
            facts = [fact for fact in facts if not reported_from(fact, onward.day)]
            absences = _dated(absences, date.min, onward.eve)
        return facts, foreign, absences

    def _joined(
        self, mission: str, join: Join, facts: Sequence[Fact]
    ) -> tuple[list[Fact], list[Fact]]:
        """What is told of a mission from a join on, or only expected; and who was there before,
        who are counted on as those who pass over are.
        """
        since = self._since(join.predecessor)
        earlier = [fact for fact in facts if not from_day(fact, since)]
        there = Levels.of(earlier, {}, self._missions[mission].policy)
        rest = [fact for fact in facts if not took_place(fact) or from_day(fact, since)]
        return rest, as_arrivals(there, mission, since, earlier)

    def _strength_of(self, mission: str) -> Sequence[Fact]:
        if mission not in self._own_facts:
            every = self._missions[mission].facts.every()
            self._own_facts[mission] = [fact for fact in every if fact.entry.kind in OF_STRENGTH]
        return self._own_facts[mission]


def _some(unsure: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Combinations of joins that may have been otherwise than by the best figure."""
    sizes = range(1, len(unsure) + 1) if len(unsure) <= MOST_TOGETHER else {1, len(unsure)}
    for size in sizes:
        yield from combinations(unsure, size)


def _dated(claims: Iterable[Claim], first: date, last: date) -> list[Claim]:
    """The claims of some days; one without a day stays."""
    return [claim for claim in claims if first <= (claim_day(claim) or first) <= last]


def _gone(join: Join) -> Figure:
    return Figure(PASSED_ON, {join.named("passed on"): 1})


def _marked(figure: Figure, joins: Sequence[Join], before: Sequence[frozenset[str]]) -> Figure:
    """A figure that rests on those before it, so called unless its own reports set it; it names the
    successions.
    """
    named = [addend for addend in figure.terms if addend.entry and not addend.aside]
    own = [addend for addend in named if not any(addend.entry in keys for keys in before)]
    if len(own) == len(named):
        return figure
    reported = any(addend.role == "report" for addend in own)
    following = {join.named("succession"): 1 for join in joins}
    method = figure.method if reported else CONTINUED
    return Figure(method, {**figure.terms, **following})


def _reaching(best: Figure, others: Iterable[Figure], unsure: Sequence[Join]) -> Figure:
    """A figure with a range that reaches over what else it may be."""
    sums = [figure.sum for figure in (best, *others)]
    low, high = min(each.low for each in sums), _most(sums)
    if (low, high) == (best.sum.low, best.sum.high):
        return best
    further = None if high is None else high - (best.sum.high or 0)
    reach = unsure[0].named("perhaps passed over", low - best.sum.low, 0, further)
    perhaps = {join.named("perhaps passed over"): 1 for join in unsure[1:]}
    method = CONTINUED if best.method in (NONE, ENDED) else best.method
    return Figure(method, gather([best.terms, {reach: 1}, perhaps]))


def _most(sums: Iterable[Sum]) -> int | None:
    highs = [each.high for each in sums]
    return None if None in highs else max(high or 0 for high in highs)
