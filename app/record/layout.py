"""Columns laid out: the evidence of a mission at a revision, under cut-offs, without making it.

Most entries are one claim of one number on one day. Of such reports only the days are looked at
here, in whole columns; the claim and the fact are made when a figure asks for them. What needs a
mind of its own (several claims of one entry, rivals of one day, complete lists that leave somebody
out) is given to the plain functions of the arithmetic, each for its own scope alone.
"""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain, pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.estimate.checkpoint import watched
from app.estimate.entries import Claim, Entry, Fact, Scope, SetAside
from app.estimate.evidence import APART, Evidence, turning_days
from app.estimate.lists import Event
from app.estimate.reports import Reports, as_one, unlisted
from app.estimate.settling import settle
from app.record.columns import OCCURRED, Columns, Ints
from app.record.evidence import CutOffs
from app.record.left_out import Lists

# What each source of some columns is known by: the source at the root of what it repeats, and the
# day by which it was certainly out.
Labels = tuple[tuple[str, date | None], ...]

REPORT = "strength_report"


class Holder(Protocol):
    """Whoever keeps the columns of a mission, and puts longer ones in their place after a write."""

    columns: Columns


class Layout:
    """One mission's claims at a revision under cut-offs, by entry: the facts of its Evidence.

    What columns say of a row stays where it is when more is written, so the newest are looked into,
    and older ones need not be kept.
    """

    def __init__(self, holder: Holder, revision: int, labels: Labels, cut: CutOffs) -> None:
        self._holder, self.revision, self.cut = holder, revision, cut
        columns = holder.columns
        self._labels = labels
        live = np.flatnonzero(columns.live_at(revision))
        within = self._within(live)
        self._outside = live[~within]
        rows = live[within]
        self._rows = rows[np.argsort(columns.entry[rows], kind="stable")]
        of = columns.entry[self._rows]
        self._starts = np.flatnonzero(np.diff(of, prepend=-1)).astype(np.int32)
        self._ends = np.append(self._starts[1:], len(of)).astype(np.int32)
        self._entry = of[self._starts]
        self._settle()

    @property
    def columns(self) -> Columns:
        """The claims of the mission."""
        return self._holder.columns

    def _within(self, live: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of some claims are inside the cut-offs; see CutOffs for what they mean."""
        columns, cut = self.columns, self.cut
        until, worst, wanted = cut.published_by or date.max, cut.min_grade or "F6", cut.sources
        sources = [
            (not cut.published_by or (out is not None and out <= until))
            and (not wanted or slug in wanted)
            for slug, (_, out) in zip(columns.sources, self._labels, strict=True)
        ]
        grades = [grade <= worst for grade in columns.grades]
        found: NDArray[np.bool_] = (
            np.array(sources, np.bool_)[columns.source[live]]
            & np.array(grades, np.bool_)[columns.grade[live]]
        )
        return found

    def _settle(self) -> None:
        """What each entry settles to: of one claim, what it says; of several, by settling them."""
        columns, first = self.columns, self._rows[self._starts]
        self._occurred = columns.status[first] == OCCURRED
        self._day = np.where(self._occurred, columns.day[first], columns.latest[first])
        self._exact = columns.exact[first]
        low, best, high = columns.low[first], columns.best[first], columns.high[first]
        self._silent = (low == 0) & (best < 0) & (high < 0)
        self._nobody = high == 0
        for group in watched(np.flatnonzero(self._ends - self._starts > 1).tolist()):
            value = self.fact_of(group).value
            self._occurred[group] = value.status == "occurred"
            self._day[group] = value.day.toordinal() if value.day else 0
            self._exact[group] = value.date.exact
            self._silent[group] = value.count.silent
            self._nobody[group] = value.count.high == 0

    def claim(self, row: int) -> Claim:
        """A claim by its row."""
        return self.columns.claim_at(row, self._labels)

    def fact_of(self, group: int) -> Fact:
        """An entry with what its claims settle to."""
        rows, starts, ends, entry = self._cells
        claims = [self.claim(rows[place]) for place in range(starts[group], ends[group])]
        if len(claims) > 1:
            claims.sort(key=lambda claim: claim.key)
        value = settle(claims, self.cut.policy)
        assert value is not None  # a group has claims
        return Fact(self.columns.entry_at(entry[group]), value)

    @cached_property
    def _cells(self) -> tuple[memoryview, memoryview, memoryview, memoryview]:
        return self._rows.data, self._starts.data, self._ends.data, self._entry.data

    # ---- the facts of Evidence ----

    def every(self) -> Sequence[Fact]:
        """All facts, in the order of their keys."""
        every = (self.fact_of(group) for group in watched(range(len(self._starts))))
        return sorted(every, key=lambda fact: fact.entry.key)

    def of_entry(self, key: str) -> Fact | None:
        """The fact of an entry."""
        place = self.columns.keys.find(key)
        return None if place is None else self._fact_at(place)

    def of_kinds(self, kinds: Sequence[str]) -> Sequence[Fact]:
        """The facts of some kinds."""
        return [self.fact_of(group) for group in np.flatnonzero(self._of_kind(*kinds)).tolist()]

    def _fact_at(self, place: int) -> Fact | None:
        """The fact of an entry by its place."""
        group = int(np.searchsorted(self._entry, place))
        there = group < len(self._entry) and self._entry[group] == place
        return self.fact_of(group) if there else None

    def _voices(self, place: int) -> Sequence[Claim]:
        """The claims of an entry, by its place, in the order in which they are believed."""
        fact = self._fact_at(place)
        return fact.value.voices if fact else ()

    def turning(self, scope: Scope) -> Iterable[date]:
        """The days on which the reports about exactly a scope may begin or cease to count."""
        groups = self._reports_by_scope.get(scope, _NO_INTS)
        alone = groups[self._ends[groups] - self._starts[groups] == 1]
        rows = self._rows[self._starts[alone]]
        columns = self.columns
        out = np.array([by.toordinal() if by else 0 for _, by in self._labels], np.int32)
        days = (out[columns.source[rows]], columns.earliest[rows], columns.latest[rows])
        known = np.unique(np.concatenate((*days, self._day[alone])))
        found = {date.fromordinal(day) for day in known.tolist() if day}
        found |= {date.fromordinal(day + 1) for day in known.tolist() if 0 < day < _LAST}
        several = np.setdiff1d(groups, alone, assume_unique=True).tolist()
        return found | turning_days(self.fact_of(group) for group in several)

    def cut_off(self) -> Sequence[tuple[Entry, SetAside]]:
        """The claims outside the cut-offs, and why, with their entries; in the order of keys."""
        claims = sorted(map(self.claim, self._outside.tolist()), key=lambda claim: claim.key)
        places = {
            self.columns.keys[place]: place
            for place in np.unique(self.columns.entry[self._outside]).tolist()
        }
        _, aside = self.cut.applied_to(claims)
        return [(self.columns.entry_at(places[each.claim.entry]), each) for each in aside]

    def nations(self) -> Collection[str]:
        """The nations of all entries there were by the revision."""
        there = np.unique(self.columns.scope[self.columns.first <= self.revision])
        named = (self.columns.scopes[place].nation for place in there.tolist())
        return {nation for nation in named if nation}

    @cached_property
    def _kinds(self) -> Ints:
        return self.columns.kind[self._entry]

    def _of_kind(self, *kinds: str) -> NDArray[np.bool_]:
        known = [place for place, name in enumerate(self.columns.kinds) if name in kinds]
        return np.isin(self._kinds, known)

    @cached_property
    def _reports_by_scope(self) -> Mapping[Scope, Ints]:
        """The groups of reports, of any status, by whom they speak of."""
        groups = np.flatnonzero(self._of_kind(REPORT)).astype(np.int32)
        return self._by_scope(groups)

    def _by_scope(self, groups: Ints) -> dict[Scope, Ints]:
        """Groups by scope, each in the order of days, and of a day in that of entries."""
        scope = self.columns.scope[self._entry[groups]]
        order = np.lexsort((groups, self._day[groups], scope))
        groups, scope = groups[order], scope[order]
        bounds = [*np.flatnonzero(np.diff(scope, prepend=-1)).tolist(), len(groups)]
        return {
            self.columns.scopes[scope[start]]: groups[start:end] for start, end in pairwise(bounds)
        }

    # ---- laid out ----

    @cached_property
    def sources(self) -> frozenset[str]:
        """The sources whose claims are inside the cut-offs."""
        found = np.unique(self.columns.source[self._rows])
        return frozenset(self.columns.sources[place] for place in found.tolist())

    def evidence(self, last_day: date | None, absences: Sequence[Claim]) -> Evidence:
        """The evidence of the mission, ready for any question; `last_day` and `absences` as there
        said.
        """
        columns = self.columns
        apart = np.flatnonzero(self._of_kind(*APART)).tolist()
        facts = sorted(map(self.fact_of, watched(apart)), key=lambda fact: fact.entry.key)
        pairs = np.unique(self._kinds.astype(np.int64) << 32 | columns.scope[self._entry])
        spoken = [
            (columns.kinds[pair >> 32], columns.scopes[pair & 0xFFFFFFFF])
            for pair in pairs.tolist()
        ]
        return Evidence(
            columns.mission,
            facts,
            self._reports(facts, absences),
            spoken,
            last_day,
            self.cut.policy,
            absences,
            facts=self,
        )

    def _reports(self, apart: Sequence[Fact], absences: Sequence[Claim]) -> dict[Scope, Reports]:
        """The reports of every scope, as they settle together; in the order in which the plain
        arithmetic finds them, as of two counts implied for one movement the last stands.
        """
        there = np.flatnonzero(self._of_kind(REPORT) & self._occurred & (self._day > 0))
        groups = self._by_scope(there.astype(np.int32))
        unnamed = self._left_out(groups, there, apart, absences)
        scopes = dict.fromkeys((*unnamed, *groups))
        found = {
            scope: self._settled(scope, groups.get(scope, _NO_INTS), unnamed.get(scope, ()))
            for scope in watched(scopes)
        }

        def place(scope: Scope) -> tuple[int, bool, str]:
            day, of = found[scope].days[0], groups.get(scope, _NO_INTS)
            first = self._entry[of[: np.searchsorted(self._day[of], day, side="right")]].tolist()
            return day, not first, min(map(self.columns.keys.__getitem__, first), default="")

        return {scope: found[scope] for scope in sorted(scopes, key=place)}

    def _left_out(
        self,
        groups: Mapping[Scope, Ints],
        there: NDArray[np.intp],
        apart: Iterable[Fact],
        absences: Sequence[Claim],
    ) -> Mapping[Scope, Sequence[tuple[date, Claim]]]:
        """What complete lists say of those whom they do not name, by scope."""
        rows = self._occurred_in(there)
        if not absences and not self.columns.complete[rows].any():
            return {}
        lists = Lists(self.columns, rows, absences, self._voices)
        moved = _moved(apart)

        def events(scopes: Collection[Scope]) -> list[Event]:
            found = [each for scope in scopes for each in moved.get(scope, ())]
            of_scopes = chain.from_iterable(groups.get(each, _NO_INTS).tolist() for each in scopes)
            return _in_order([*found, *map(self._event, of_scopes)])

        days = {scope: self._day[of] for scope, of in groups.items()}
        inexact = self._scopes_of(there[~self._exact[there]])
        return lists.read_out(days, events, inexact | moved.keys())

    def _occurred_in(self, groups: NDArray[np.intp]) -> NDArray[np.intp]:
        """The claims of some groups that say that it took place."""
        sizes = self._ends[groups] - self._starts[groups]
        offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = self._rows[np.repeat(self._starts[groups], sizes) + offsets]
        found: NDArray[np.intp] = rows[self.columns.status[rows] == OCCURRED]
        return found

    def _scopes_of(self, groups: NDArray[np.intp]) -> set[Scope]:
        """The scopes that some groups speak of."""
        found = np.unique(self.columns.scope[self._entry[groups]])
        return {self.columns.scopes[place] for place in found.tolist()}

    def _event(self, group: int) -> tuple[str, Event]:
        """What a report is to a list: the day it stands for, and the last it may be; with its
        key.
        """
        day = date.fromordinal(int(self._day[group]))
        last = day if self._exact[group] else self.fact_of(group).value.date.latest
        entry = self._entry[group]
        scope = self.columns.scopes[self.columns.scope[entry]]
        return self.columns.keys[entry], Event(day, scope, last or date.max)

    def _settled(
        self, scope: Scope, groups: Ints, unnamed: Sequence[tuple[date, Claim]]
    ) -> Reports:
        """The reports of one scope, one a day: rivals are one, and what says no number after one
        that does is left out.
        """
        days = self._day[groups]
        rivals = bool(unnamed) or bool(np.any(np.diff(days) == 0))
        if not rivals and not self._silent[groups].any():
            exact = bool(self._exact[groups].all())
            return Reports(_packed(days), lambda place: self.fact_of(int(groups[place])), exact)
        by_day: dict[int, list[int | Claim]] = defaultdict(list)
        for day, group in zip(days.tolist(), groups.tolist(), strict=True):
            by_day[day].append(group)
        for of, claim in unnamed:
            by_day[of.toordinal()].append(claim)
        items = [(day, tuple(by_day[day])) for day in sorted(by_day)]
        return self._made(scope, self._speaking(scope, items))

    def _speaking(
        self, scope: Scope, items: Iterable[tuple[int, tuple[int | Claim, ...]]]
    ) -> list[tuple[int, tuple[int | Claim, ...], bool]]:
        """As `speaking` in the arithmetic, by what is known of the groups; with what is exact."""
        found: list[tuple[int, tuple[int | Claim, ...], bool]] = []
        before: tuple[bool, bool] | None = None
        for day, item in items:
            silent, nobody, exact = self._has_number(scope, item)
            if not silent or before is None or before[0] or before[1]:
                found.append((day, item, exact))
                before = silent, nobody
        return found

    def _has_number(self, scope: Scope, item: tuple[int | Claim, ...]) -> tuple[bool, bool, bool]:
        """Whether a report says no number, that there is nobody, and no other day."""
        if len(item) == 1 and isinstance(item[0], int):
            group = item[0]
            return bool(self._silent[group]), bool(self._nobody[group]), bool(self._exact[group])
        value = self._one(scope, item).value
        return value.count.silent, value.count.high == 0, value.date.exact

    def _made(
        self, scope: Scope, items: Sequence[tuple[int, tuple[int | Claim, ...], bool]]
    ) -> Reports:
        days = array("i", [day for day, _, _ in items])
        exact = all(exact for _, _, exact in items)
        return Reports(days, lambda place: self._one(scope, items[place][1]), exact)

    def _one(self, scope: Scope, item: tuple[int | Claim, ...]) -> Fact:
        """The report that rivals make together."""
        made = [self.fact_of(each) for each in item if isinstance(each, int)]
        made.sort(key=lambda fact: fact.entry.key)
        made += [unlisted(scope, each) for each in item if not isinstance(each, int)]
        return as_one(made, self.cut.policy)


def _moved(facts: Iterable[Fact]) -> Mapping[Scope, Sequence[tuple[str, Event]]]:
    """The movements that took place, by whom they speak of, with their keys."""
    found: dict[Scope, list[tuple[str, Event]]] = defaultdict(list)
    for fact in facts:
        if fact.entry.kind != "movement" or fact.value.status != "occurred":
            continue
        if day := fact.value.day:
            event = Event(day, fact.entry.scope, fact.value.date.latest or date.max)
            found[fact.entry.scope].append((fact.entry.key, event))
    return found


def _in_order(events: Iterable[tuple[str, Event]]) -> list[Event]:
    """Events by day, and of a day by the keys that stand beside them."""
    return [event for _, event in sorted(events, key=lambda each: (each[1].day, each[0]))]


def _packed(days: Ints) -> "array[int]":
    return array("i", days.astype(np.int32).tobytes())


_NO_INTS = np.zeros(0, np.int32)
_LAST = date.max.toordinal()
