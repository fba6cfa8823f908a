"""Complete lists over columns: whom they leave out, without reading what they name one by one.

What a list says of a scope follows the plain arithmetic (see estimate/lists), scope by scope. Here
is found, in whole columns, of which scopes no list can have news, which are nearly all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.estimate.counts import Count
from app.estimate.entries import Claim, Scope
from app.estimate.lists import CompleteList, Event, read_out
from app.record.columns import Columns, Ints

_LAST = date.max.toordinal()


class Lists:
    """The complete lists of a mission: `rows` are the claims of its reports that took place,
    `absences` the lists of all missions that leave it out, `voices` the claims that an entry, by
    its place, was settled from.
    """

    def __init__(
        self,
        columns: Columns,
        rows: NDArray[np.intp],
        absences: Sequence[Claim],
        voices: Callable[[int], Sequence[Claim]],
    ) -> None:
        self._columns, self._voices = columns, voices
        days = np.where(columns.day[rows] > 0, columns.day[rows], _LAST).astype(np.int64)
        # A list is known by its source and its day.
        codes = columns.source[rows].astype(np.int64) << 32 | days
        order = np.argsort(codes, kind="stable")
        self._rows, self._codes = rows[order], codes[order]
        self._lists = [
            *self._made(rows[columns.complete[rows]]),
            *(CompleteList(Scope(columns.mission), _day_of(each), each, {}) for each in absences),
        ]

    def _made(self, complete: NDArray[np.intp]) -> Iterator[CompleteList]:
        columns = self._columns
        for place in self._by_key(complete):
            scope = columns.scopes[columns.scope[place]]
            for claim in self._voices(place):
                if claim.complete and (code := self._code_of(claim)) is not None:
                    yield CompleteList(scope, _day_of(claim), claim, Named(self, code))

    def _code_of(self, claim: Claim) -> int | None:
        """What the list of a claim's source on its day is known by; None where it did not occur."""
        if claim.status != "occurred":
            return None
        return self._sources[claim.source] << 32 | _day_of(claim).toordinal()

    @cached_property
    def _sources(self) -> Mapping[str, int]:
        return {slug: place for place, slug in enumerate(self._columns.sources)}

    def _by_key(self, rows: NDArray[np.intp]) -> list[int]:
        """The entries of some claims, in the order of their keys."""
        places = np.unique(self._columns.entry[rows]).tolist()
        return sorted(places, key=self._columns.keys.__getitem__)

    def read_out(
        self,
        days: Mapping[Scope, Ints],
        events: Callable[[Collection[Scope]], Sequence[Event]],
        always: Collection[Scope],
    ) -> dict[Scope, list[tuple[date, Claim]]]:
        """What the lists say of those whom they do not name, by scope.

        `days` are those of the reports of each scope, `events` all that speaks of some, in
        order, and `always` the scopes of which the days are not all there is.
        """
        by_day: dict[date, list[CompleteList]] = defaultdict(list)
        for each in self._lists:
            by_day[each.day].append(each)
        found: dict[Scope, list[tuple[date, Claim]]] = defaultdict(list)
        for scope, day, claim in read_out(by_day, events([*self._in_question(days, always)])):
            found[scope].append((day, claim))
        return found

    def _in_question(
        self, reported: Mapping[Scope, Ints], always: Collection[Scope]
    ) -> Iterator[Scope]:
        """The scopes of which some list may have news: all but those that every list names on the
        day of a report of them, and every list of the next day too.
        """
        days = np.unique(np.array([each.day.toordinal() for each in self._lists], np.int64))
        named = self._named_on(days)
        for place, scope in enumerate(self._columns.scopes):
            if scope in always:
                yield scope
            elif (of_scope := reported.get(scope)) is not None:
                on = np.searchsorted(days, of_scope)
                after = np.searchsorted(days, of_scope, side="right")
                if not ((named[on, place] | (on == after)) & named[after, place]).all():
                    yield scope

    def _named_on(self, days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """By day and scope, whether every list of the day names it; true after the last day."""
        columns = self._columns
        found = np.ones((len(days) + 1, len(columns.scopes)), np.bool_)
        for each in self._lists:
            names = np.zeros(len(columns.scopes), np.bool_)
            if isinstance(each.named, Named):
                names[columns.scope[columns.entry[self.rows_of(each.named.code)]]] = True
            found[np.searchsorted(days, each.day.toordinal())] &= names
        return found

    def rows_of(self, code: int) -> NDArray[np.intp]:
        """The claims of a list's source on its day."""
        first, last = np.searchsorted(self._codes, [code, code + 1])
        return self._rows[first:last]

    def named(self, code: int) -> dict[str | None, list[tuple[Scope, Count]]]:
        """What the source of a list says of whom on its day, by nation."""
        columns = self._columns
        found: dict[str | None, list[tuple[Scope, Count]]] = defaultdict(list)
        rows = self.rows_of(code)
        of_entry: dict[int, list[int]] = defaultdict(list)
        for row in rows.tolist():
            of_entry[int(columns.entry[row])].append(row)
        # Of two counts of one scope the last stands, so their order is that of the arithmetic.
        for place in self._by_key(rows):
            scope, own = columns.scopes[columns.scope[place]], of_entry[place]
            if len(own) == 1:
                counts = [columns.count_of(own[0])]
            else:
                counts = [c.count for c in self._voices(place) if self._code_of(c) == code]
            found[scope.nation] += ((scope, count) for count in counts)
        return found


class Named(Mapping[str | None, Sequence[tuple[Scope, Count]]]):
    """What a list names, by nation; looked up when it is asked for."""

    def __init__(self, lists: Lists, code: int) -> None:
        self._lists, self.code = lists, code

    @cached_property
    def _found(self) -> Mapping[str | None, Sequence[tuple[Scope, Count]]]:
        return self._lists.named(self.code)

    def __getitem__(self, nation: str | None) -> Sequence[tuple[Scope, Count]]:
        return self._found[nation]

    def __iter__(self) -> Iterator[str | None]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _day_of(claim: Claim) -> date:
    return claim.date.settled_day(occurred=True) or date.max
