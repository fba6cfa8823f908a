"""What a ledger can be held to: its chain, and that all it keeps besides is what the chain's own
rows give.

One pass over every table in the order of revisions, so the number of statements does not grow with
them. Rows are read as the database holds them: what cannot be read is a fault with a name, never an
error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Table, Text, select, type_coerce

from app.record.changes import searchable
from app.record.erasing import erased_subjects, subject_of
from app.record.resettled import Resettled
from app.record.revisions import (
    GENESIS,
    TEXTS,
    about_of,
    content_of,
    digest,
    link,
    texts_hold,
    texts_of,
)
from app.record.tables import VERSIONED, entries, head, revisions, settled

OUTSIDE = (
    "keys of those who write, kept replies, row numbers, and what the database holds besides the "
    "tables of the ledger"
)
_KEYS = {"claims": "key", "entries": "key", "settled": "entry"}
_TABLES: Mapping[str, Table] = {**VERSIONED, "entries": entries, "settled": settled}

Plain = dict[str, Any]
Head = tuple[int, str]


@dataclass
class Proof:
    """What was found: up to which head, what is wrong and which texts are erased, in sentences."""

    revision: int = 0
    chain: str = GENESIS
    faults: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)


def verify(connection: Connection) -> list[str]:
    """What is wrong with a ledger, in sentences; an empty list when all of it holds."""
    return proven(connection).faults


def proven(
    connection: Connection,
    against: Head | None = None,
    passing: Callable[[Iterable[int]], Iterable[int]] = lambda numbers: numbers,
) -> Proof:
    """The proof of a ledger, also against a head that was kept elsewhere; `passing` sees the
    numbers of revisions go by.
    """
    if connection.dialect.name == "postgresql" and not connection.in_transaction():
        connection.execution_options(isolation_level="REPEATABLE READ")
    with _any_bytes(connection):
        top = connection.execute(select(head)).first()
        if top is None or top.id != 1 or not isinstance(top.revision, int):
            return Proof(faults=["the head row is gone"])
        found = _Pass(connection, against)
        for number in passing(range(1, top.revision + 1)):
            found.take(number)
        return found.ended((top.revision, top.chain))


@contextmanager
def _any_bytes(connection: Connection) -> Iterator[None]:
    """SQLite hands on texts that are none, as what no text can be equal to."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = str


class _Pass:
    """The proof under way, revision after revision."""

    def __init__(self, connection: Connection, against: Head | None) -> None:
        self.proof = Proof()
        self.against = against
        self.revisions = _Grouped(connection, revisions, revisions.c.number)
        self.opened = {
            name: _Grouped(connection, table, table.c.since) for name, table in _TABLES.items()
        }
        self.closed = {
            name: _Grouped(connection, table, table.c.until, [table.c[_KEYS.get(name, "slug")]])
            for name, table in _TABLES.items()
            if name != "entries"
        }
        self.lives = {name: _Lives(name) for name in self.closed}
        self.resettled = Resettled()
        self.gone: list[tuple[int, str]] = []
        self.recorded: dict[str, list[tuple[int, str]]] = {}

    def take(self, number: int) -> None:
        """Look at one revision with all that it opened and closed."""
        opened = {name: rows.take(number) for name, rows in self.opened.items()}
        closed = {
            name: [row[_KEYS.get(name, "slug")] for row in rows.take(number)]
            for name, rows in self.closed.items()
        }
        row = next(iter(self.revisions.take(number)), None)
        if row is None:
            self._fault(f"revision {number} is missing")
            return
        self.proof.faults += self._of_revision(number, row, opened, closed)
        for name, lives in self.lives.items():
            self.proof.faults += lives.faults(number, opened[name], closed[name])
        self.proof.faults += _of_rows(number, opened)
        try:
            self.proof.faults += self.resettled.faults(number, opened, closed)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            self._fault(f"revision {number}: its claims cannot be settled: {error!r:.80}")
        self._note_texts(number, row, opened["claims"])
        if self.against and self.against[0] == number and self.against[1] != row["chain"]:
            self._fault(f"revision {number} is another one than in the head that was kept")
        self.proof.revision, self.proof.chain = number, row["chain"]

    def _note_texts(self, number: int, row: Plain, claimed: list[Plain]) -> None:
        """Remember which texts are gone, and which this revision says were erased."""
        self.gone += [(number, subject_of(each["key"])) for each in claimed if each["salt"] is None]
        if row["salt"] is None:
            self.gone.append((number, subject_of(number)))
        for subject in erased_subjects(row):
            self.recorded.setdefault(subject, []).append((number, str(row["recorded_at"])[:10]))

    def _fault(self, words: str) -> None:
        self.proof.faults.append(words)

    def _of_revision(
        self, number: int, row: Plain, opened: dict[str, list[Plain]], closed: dict[str, list[Any]]
    ) -> Iterator[str]:
        """What is wrong with one link of the chain."""
        if not texts_hold(row, "about_digest", about_of, ("author", "message"), ""):
            yield f"revision {number}: its author or message was changed"
        pairs = [(name, key) for name, keys in closed.items() if name in VERSIONED for key in keys]
        own = {name: rows for name, rows in opened.items() if name != "settled"}
        try:
            whole = digest("", content_of(row, own, pairs)) == row["digest"]
        except (TypeError, ValueError):  # something that no ledger holds
            whole = False
        if not whole:
            yield f"revision {number}: its content was changed after it was recorded"
        if not _follows(self.proof.chain, row):
            yield f"revision {number}: its chain does not follow from the one before"

    def ended(self, top: Head) -> Proof:
        """The whole of it, once all revisions went by."""
        self._look_beyond()
        for since, subject in self.gone:
            later = [at for at in self.recorded.get(subject, ()) if at[0] > since]
            if later:
                self.proof.erased.append(
                    f"revision {since}: the texts of {subject} were erased on {later[0][1]}, "
                    f"in revision {later[0][0]}"
                )
            else:
                self._fault(f"revision {since}: the texts of {subject} are gone, and not erased")
        if top != (self.proof.revision, self.proof.chain):
            self._fault("the head does not name the last revision and its chain")
        if self.against and self.against[0] > top[0]:
            self._fault(f"the head that was kept is of revision {self.against[0]}: it is missing")
        return self.proof

    def _look_beyond(self) -> None:
        """Find the rows that name what is no revision up to the head."""
        opened = [(f"{name}, since", rows) for name, rows in self.opened.items()]
        closed = [(f"{name}, until", rows) for name, rows in self.closed.items()]
        for where, rows in [("revisions, number", self.revisions), *opened, *closed]:
            for number, count in rows.others().items():
                self._fault(f"{count} rows of {where} {number}: that is beyond the head")


def _follows(before: str, row: Plain) -> bool:
    try:
        made = link(before, row["number"], row["recorded_at"], row["digest"])
        return made == str(row["chain"])
    except ValueError:
        return False


def _of_rows(number: int, opened: dict[str, list[Plain]]) -> Iterator[str]:
    """What is wrong with the texts of rows, and with the words that a search looks through."""
    for claim in opened["claims"]:
        if not texts_hold(claim, "digest", texts_of, TEXTS, None):
            yield f"claim {claim['key']} of revision {number}: its text was changed"
    for name in VERSIONED:
        for row in opened[name]:
            try:
                found = searchable(name, row)
            except (TypeError, ValueError, KeyError, AttributeError):
                found = None
            if row["words"] != found:
                key = row[_KEYS.get(name, "slug")]
                yield f"{name} {key!r:.80} of revision {number}: its search words are not its own"


class _Lives:
    """Rows of a table that were opened and not closed yet: one a key, each closed once, and after
    it was opened.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.key = _KEYS.get(name, "slug")
        self.until: dict[Any, Any] = {}

    def faults(self, number: int, opened: list[Plain], closed: list[Any]) -> Iterator[str]:
        """What is wrong with what one revision opened and closed."""
        for key in closed:
            if self.until.pop(key, None) != number:
                yield f"{self.name} {key!r:.80}: revision {number} closes what does not stand"
        for row in opened:
            if row[self.key] in self.until:
                yield f"{self.name} {row[self.key]!r:.80}: revision {number} opens it twice"
            self.until[row[self.key]] = row["until"]


class _Grouped:
    """The rows of a table by the revision that they name, each group met once, in order."""

    def __init__(
        self,
        connection: Connection,
        table: Table,
        by: Column[Any],
        columns: Iterable[Column[Any]] | None = None,
    ) -> None:
        wanted = [_as_held(column) for column in columns or table.c]
        query = select(by.label("_number"), *wanted).order_by(by)
        if columns:
            query = query.where(by.is_not(None))
        rows = connection.execute(query.execution_options(yield_per=2000))
        self.rows: Iterator[Any] = iter(rows.mappings())
        self.next: Plain | None = None
        self.strays: dict[str, int] = {}
        self._step()

    def _step(self) -> None:
        row = next(self.rows, None)
        self.next = None if row is None else _mended(dict(row))

    def take(self, number: int) -> list[Plain]:
        """The rows that name a revision; those before it belong to none."""
        found = []
        while self.next is not None:
            named = self.next["_number"]
            if named == number:
                found.append({name: self.next[name] for name in self.next if name != "_number"})
            elif named is None or (isinstance(named, int) and named < number):
                self._stray()
            else:
                break  # words come after all numbers
            self._step()
        return found

    def _stray(self) -> None:
        if self.next is not None:
            named = repr(self.next["_number"])[:40]
            self.strays[named] = self.strays.get(named, 0) + 1

    def others(self) -> dict[str, int]:
        """How many rows name what is no revision, once all went by."""
        while self.next is not None:
            self._stray()
            self._step()
        return self.strays


def _as_held(column: Column[Any]) -> Any:
    """A column as the database holds it, not as it should: SQLite takes any value anywhere."""
    if isinstance(column.type, Date | Boolean):
        return type_coerce(column, Text()).label(column.name)
    return column


_TRUTHS = ("complete", "disputed")


def _mended(row: Plain) -> Plain:
    """A row whose truths are truths, where SQLite keeps numbers."""
    for name in _TRUTHS:
        if type(row.get(name)) is int and row[name] in (0, 1):
            row[name] = bool(row[name])
    return row
