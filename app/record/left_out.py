"""Complete lists over columns: whom they leave out, without reading what they name one by one.

What a list says of a scope follows the plain arithmetic (see estimate/lists), scope by scope. Here
is found, in whole columns, of which scopes no list can have news, which are nearly all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.estimate.checkpoint import watched
from app.estimate.counts import Count
from app.estimate.entries import Claim, Scope
from app.estimate.lists import CompleteList, Event, read_out
from app.record.columns import Columns, Ints

_LAST = date.max.toordinal()


class Lists:
    """The complete lists of a mission: `rows` are the claims of its reports that took place,
    `absences` the lists of all missions that leave it out, `claim` makes a claim of its row.
    """

    def __init__(
        self,
        columns: Columns,
        rows: NDArray[np.intp],
        absences: Sequence[Claim],
        claim: Callable[[int], Claim],
    ) -> None:
        self._columns = columns
        days = np.where(columns.day[rows] > 0, columns.day[rows], _LAST).astype(np.int64)
        # A list is known by its source and its day.
        codes = columns.source[rows].astype(np.int64) << 32 | days
        order = np.argsort(codes, kind="stable")
        self._rows, self._codes = rows[order], codes[order]
        self._lists = [
            *self._made(map(claim, rows[columns.complete[rows]].tolist())),
            *(CompleteList(Scope(columns.mission), _day_of(each), each, {}) for each in absences),
        ]

    def _made(self, complete: Iterable[Claim]) -> Iterator[CompleteList]:
        columns = self._columns
        sources = {slug: place for place, slug in enumerate(columns.sources)}
        for claim in sorted(complete, key=lambda claim: (claim.entry, claim.key)):
            place = columns.keys.find(claim.entry)
            assert place is not None
            code = sources[claim.source] << 32 | _day_of(claim).toordinal()
            scope = columns.scopes[columns.scope[place]]
            yield CompleteList(scope, _day_of(claim), claim, Named(self, code))

    def __bool__(self) -> bool:
        return bool(self._lists)

    def read_out(
        self, told: Mapping[Scope, Ints], events: Callable[[Scope], list[Event]], always: set[Scope]
    ) -> dict[Scope, list[tuple[date, Claim]]]:
        """What the lists say of those whom they do not name, by scope.

        `told` has the days of the reports of each scope, `events` all that was told of one, in
        order, and `always` the scopes of which the days are not all there is.
        """
        by_day: dict[date, list[CompleteList]] = defaultdict(list)
        for each in self._lists:
            by_day[each.day].append(each)
        found: dict[Scope, list[tuple[date, Claim]]] = {}
        for scope in watched(self._in_question(told, always)):
            said = read_out(by_day, events(scope))
            if news := [(day, claim) for _, day, claim in said]:
                found[scope] = news
        return found

    def _in_question(self, told: Mapping[Scope, Ints], always: set[Scope]) -> Iterator[Scope]:
        """The scopes of which some list may have news: all but those that every list names on the
        day on which something is told of them, and every list of the next day too.
        """
        days = np.unique(np.array([each.day.toordinal() for each in self._lists], np.int64))
        named = self._named_on(days)
        for place, scope in enumerate(self._columns.scopes):
            if scope in always:
                yield scope
            elif (reported := told.get(scope)) is not None:
                on = np.searchsorted(days, reported)
                after = np.searchsorted(days, reported, side="right")
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
        for row in self.rows_of(code).tolist():
            scope = columns.scopes[columns.scope[columns.entry[row]]]
            found[scope.nation].append((scope, columns.count_of(row)))
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
