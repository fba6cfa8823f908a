"""The claims of one mission as columns: all that is reckoned with, about seventy-five bytes a
claim beside the keys.

Columns hold every claim that ever was, with the revisions that opened and closed it, so that one
set of them serves every revision. After a write what it opened and closed is read, and nothing
else. A day is its ordinal, and 0 where there is none; a count that is not known is -1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Text, select, type_coerce

from app.estimate.checkpoint import checkpoint
from app.estimate.counts import Count
from app.estimate.dates import Span, parse_date
from app.estimate.entries import STATUSES, Claim, Entry, Scope
from app.record.tables import claims, entries

Ints = NDArray[np.int32]
OCCURRED = STATUSES.index("occurred")
# What an entry may say of itself beside whom it speaks of; few do.
OWN = (
    *("direction", "fulfils", "expires", "donor", "reason", "amends"),
    *("predecessor", "mode"),
)
_EPOCH = date(1970, 1, 1).toordinal()


class Keys:
    """Many short texts in one piece of memory, found by their place, and their place by them."""

    def __init__(self, words: Iterable[str]) -> None:
        pieces = [word.encode() for word in words]
        self._bytes = b"".join(pieces)
        self._ends = np.cumsum([0, *map(len, pieces)], dtype=np.int64).data

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> str:
        return self._bytes[self._ends[place] : self._ends[place + 1]].decode()

    def and_more(self, words: Iterable[str]) -> "Keys":
        """These and some more after them."""
        more = Keys(words)
        both = Keys(())
        both._bytes = self._bytes + more._bytes
        ends = np.asarray(more._ends[1:]) + self._ends[-1]
        both._ends = np.concatenate((np.asarray(self._ends), ends)).data
        return both

    def find(self, word: str) -> int | None:
        """The place of a text."""
        hashes, places = self._sorted
        at = int(np.searchsorted(hashes, hash(word)))
        while at < len(hashes) and hashes[at] == hash(word):
            if self[int(places[at])] == word:
                return int(places[at])
            at += 1
        return None

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], Ints]:
        hashes = np.fromiter((hash(self[n]) for n in range(len(self))), np.int64, len(self))
        places = np.argsort(hashes, kind="stable").astype(np.int32)
        return hashes[places], places


@dataclass(frozen=True)
class Columns:
    """The claims and entries of one mission, as known up to some revision.

    One row a claim in the first block, one an entry in the second; `entry`, `source` and `scope`
    are places in `keys`, `sources` and `scopes`. `edtf` has the dates that are no plain day.
    """

    mission: str
    ids: NDArray[np.int64]
    entry: Ints
    source: Ints
    status: NDArray[np.int8]
    low: Ints
    best: Ints
    high: Ints
    earliest: Ints
    latest: Ints
    grade: Ints
    complete: NDArray[np.bool_]
    since: Ints
    until: Ints
    claim_keys: Keys
    edtf: Mapping[int, str]

    entry_ids: NDArray[np.int64]
    keys: Keys
    kind: Ints
    scope: Ints
    first: Ints
    own: Mapping[int, tuple[str | None, ...]]

    sources: tuple[str, ...]
    grades: tuple[str, ...]
    kinds: tuple[str, ...]
    scopes: tuple[Scope, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def day(self) -> Ints:
        """The day each claim stands for in a sum, had it occurred."""
        return np.where(self.latest > 0, self.latest, self.earliest)

    @cached_property
    def exact(self) -> NDArray[np.bool_]:
        """Whose date allows one day only."""
        found: NDArray[np.bool_] = (self.earliest > 0) & (self.earliest == self.latest)
        return found

    def live_at(self, revision: int) -> NDArray[np.bool_]:
        """The claims that stand at a revision."""
        found: NDArray[np.bool_] = (self.since <= revision) & (
            (self.until == 0) | (self.until > revision)
        )
        return found

    def state_at(self, revision: int) -> int:
        """The last revision up to one that opened or closed a claim; while it is the same, the
        claims are.
        """
        opened = self.since[self.since <= revision]
        closed = self.until[self.until <= revision]
        return max(int(opened.max(initial=0)), int(closed.max(initial=0)))

    def entry_at(self, place: int) -> Entry:
        """An entry by its place."""
        kind, scope = self._of_entry
        mission, nation, category = self.scopes[scope[place]]
        own = self.own.get(place)
        about = Entry(self.keys[place], self.kinds[kind[place]], mission, nation, category)
        if own is None:
            return about
        fields: dict[str, Any] = dict(zip(OWN, own, strict=True))
        fields["expires"] = parse_date(fields["expires"]) if fields["expires"] else None
        return replace(about, **fields)

    @cached_property
    def _of_entry(self) -> tuple[memoryview, memoryview]:
        return self.kind.data, self.scope.data

    @cached_property
    def _cells(self) -> tuple[memoryview, ...]:
        """The columns of a claim, to be read cell by cell: several times as fast as the arrays."""
        of_claim = (
            *(self.entry, self.source, self.status, self.low, self.best, self.high),
            *(self.earliest, self.latest, self.grade, self.since, self.complete),
        )
        return tuple(column.data for column in of_claim)

    def claim_at(self, row: int, labels: Sequence[tuple[str, date | None]]) -> Claim:
        """A claim by its row; `labels` are what each of `sources` is known by."""
        place, source, status, low, best, high, earliest, latest, grade, since, complete = (
            cells[row] for cells in self._cells
        )
        entry, slug = self.keys[place], self.sources[source]
        origin, out_by = labels[source]
        begins = date.fromordinal(earliest) if earliest else None
        ends = begins if latest == earliest else date.fromordinal(latest) if latest else None
        return Claim(
            key=self.claim_keys[row] or f"{entry}--{slug}",
            entry=entry,
            source=slug,
            origin=origin,
            status=STATUSES[status],
            count=Count(low, None if best < 0 else best, None if high < 0 else high),
            date=Span(self.edtf.get(row) or str(begins), begins, ends),
            grade=self.grades[grade],
            out_by=out_by,
            recorded=since,
            complete=bool(complete),
        )

    def count_of(self, row: int) -> Count:
        """The count of a claim."""
        return Count(int(self.low[row]), _known(self.best[row]), _known(self.high[row]))

    # ---- from the rows of the ledger ----

    def with_more(self, connection: Connection, after: int, head: int) -> "Columns":
        """The same up to a later revision: what was opened and closed after one is read."""
        of_entries = connection.execute(
            _OF_ENTRIES.where(
                entries.c.mission == self.mission,
                entries.c.since > after,
                entries.c.since <= head,
            )
        ).all()
        opened = connection.execute(
            _OF_CLAIMS.where(
                entries.c.mission == self.mission,
                claims.c.since > after,
                claims.c.since <= head,
            )
        ).all()
        closed = (
            connection.execute(
                _CLOSED.where(
                    entries.c.mission == self.mission,
                    claims.c.until > after,
                    claims.c.until <= head,
                    claims.c.since <= after,
                )
            ).all()
            if len(self)
            else []
        )
        checkpoint()
        return self._closed(closed)._with_entries(of_entries)._with_claims(opened)

    def _closed(self, rows: Sequence[Any]) -> "Columns":
        if not rows:
            return self
        until = self.until.copy()
        order = np.argsort(self.ids)
        ids = np.array([row[0] for row in rows], np.int64)
        until[order[np.searchsorted(self.ids, ids, sorter=order)]] = [row[1] for row in rows]
        return replace(self, until=until)

    def _with_entries(self, rows: Sequence[Any]) -> "Columns":
        if not rows:
            return self
        turned: Any = zip(*rows, strict=True)
        ids, keys, kinds, nations, categories, since, *of_own = turned
        scopes = [
            Scope(self.mission, nation, category)
            for nation, category in zip(nations, categories, strict=True)
        ]
        all_scopes, scope = _places(self.scopes, scopes)
        all_kinds, kind = _places(self.kinds, kinds)
        own = {
            len(self.keys) + place: values
            for place, values in enumerate(zip(*of_own, strict=True))
            if any(values)
        }
        return replace(
            self,
            entry_ids=np.concatenate((self.entry_ids, np.array(ids, np.int64))),
            keys=self.keys.and_more(keys),
            kind=np.concatenate((self.kind, kind)),
            scope=np.concatenate((self.scope, scope)),
            first=np.concatenate((self.first, np.array(since, np.int32))),
            own={**self.own, **own},
            kinds=all_kinds,
            scopes=all_scopes,
        )

    def _with_claims(self, rows: Sequence[Any]) -> "Columns":
        if not rows:
            return self
        ids, of, source, status, low, best, high, edtf, earliest, latest, *rest = zip(
            *rows, strict=True
        )
        grade, complete, since, until, keys = rest
        order = np.argsort(self.entry_ids)
        entry = order[np.searchsorted(self.entry_ids, np.array(of, np.int64), sorter=order)]
        all_sources, sources = _places(self.sources, source)
        all_grades, grades = _places(self.grades, grade)
        checkpoint()
        begins, ends = _ordinals(earliest), _ordinals(latest)
        odd = {
            len(self) + row: text
            for row, (text, day) in enumerate(zip(edtf, earliest, strict=True))
            if text != str(day)
        }
        plain = [
            "" if key == f"{self.keys[place]}--{slug}" else key
            for key, place, slug in zip(keys, entry.tolist(), source, strict=True)
        ]
        checkpoint()
        more: dict[str, Any] = {
            "ids": np.array(ids, np.int64),
            "entry": entry.astype(np.int32),
            "source": sources,
            "status": np.array([STATUSES.index(name) for name in status], np.int8),
            "low": np.array(low, np.int32),
            "best": _counts(best),
            "high": _counts(high),
            "earliest": begins,
            "latest": ends,
            "grade": grades,
            "complete": np.array([bool(each) for each in complete], np.bool_),
            "since": np.array(since, np.int32),
            "until": np.array([number or 0 for number in until], np.int32),
        }
        joined: dict[str, Any] = {
            name: np.concatenate((getattr(self, name), new)) for name, new in more.items()
        }
        return replace(
            self,
            claim_keys=self.claim_keys.and_more(plain),
            edtf={**self.edtf, **odd},
            sources=all_sources,
            grades=all_grades,
            **joined,
        )


_OF_ENTRIES: Select[Any] = select(
    *(
        entries.c[name]
        for name in (
            *("id", "key", "kind", "nation", "category", "since"),
            *OWN,
        )
    )
).order_by(entries.c.id)
_OF_CLAIMS: Select[Any] = select(
    claims.c.id,
    entries.c.id.label("of"),
    *(claims.c[name] for name in ("source", "status", "count_low", "count", "count_high", "date")),
    *(type_coerce(claims.c[name], Text) for name in ("date_earliest", "date_latest")),
    *(claims.c[name] for name in ("grade", "complete", "since", "until", "key")),
).join(entries, entries.c.key == claims.c.entry)
_CLOSED: Select[Any] = select(claims.c.id, claims.c.until).join(
    entries, entries.c.key == claims.c.entry
)


def nothing_of(mission: str) -> Columns:
    """The columns of a mission of which nothing is read yet."""
    empty: dict[str, Any] = {name: np.zeros(0, np.int32) for name in _INTS}
    return Columns(
        mission=mission,
        ids=np.zeros(0, np.int64),
        status=np.zeros(0, np.int8),
        complete=np.zeros(0, np.bool_),
        claim_keys=Keys(()),
        edtf={},
        entry_ids=np.zeros(0, np.int64),
        keys=Keys(()),
        own={},
        sources=(),
        grades=(),
        kinds=(),
        scopes=(),
        **empty,
    )


_INTS = (
    *("entry", "source", "low", "best", "high", "earliest", "latest", "grade", "since", "until"),
    *("kind", "scope", "first"),
)


def _places(known: tuple[Any, ...], words: Iterable[Any]) -> tuple[tuple[Any, ...], Ints]:
    """The known values and the new ones among some, and the place of each of these."""
    at = {value: place for place, value in enumerate(known)}
    places = [at.setdefault(word, len(at)) for word in words]
    return tuple(at), np.array(places, np.int32)


def _ordinals(days: Sequence[Any]) -> Ints:
    """Days (as texts, or as dates) as ordinals, 0 where there is none."""
    moments = np.array(days, "datetime64[D]")
    found = moments.astype(np.int64) + _EPOCH
    found[np.isnat(moments)] = 0
    return found.astype(np.int32)


def _counts(numbers: Sequence[int | None]) -> Ints:
    return np.array([-1 if number is None else number for number in numbers], np.int32)


def _known(number: np.int32) -> int | None:
    return None if number < 0 else int(number)
