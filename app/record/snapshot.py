"""A snapshot of the ledger at a revision, as an SQLite file for whoever asks in SQL.

It is the same to the byte, whichever database the ledger is in and whenever it is made: of one page
size, written in one pass in the order of keys, with no time in it. What nobody may ask for over
HTTP is not in it: it holds what the lists show.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.estimate.checkpoint import checkpoint
from app.record.engines import sqlite
from app.record.listings import TIMELINE
from app.record.lists import Listing
from app.record.nations import NATION_COLUMNS, Nation, nation_cells, nation_name, nations
from app.record.snapshot_shape import (
    ABOUT,
    ENTRIES_ALONE,
    LISTS,
    NATIONS,
    SETTLED,
    SHAPES,
    Columns,
    Shape,
    views,
)

# What `file` and SQLite itself tell it by: "MSTR".
APPLICATION = 0x4D535452
# Rows that are in memory at a time.
ROWS = 1_000
# A page of 4096 bytes; nothing of what stood in a page before; no log beside a file that nobody
# else sees, and that is thrown away where it is not finished.
_PRAGMAS = (
    "page_size = 4096",
    "encoding = 'UTF-8'",
    "auto_vacuum = NONE",
    "secure_delete = ON",
    "journal_mode = OFF",
    "synchronous = OFF",
    f"application_id = {APPLICATION}",
)

Rows = Iterable[Sequence[Any]]


def write_snapshot(
    connection: Connection, revision: int, about: Mapping[str, Any], path: Path
) -> None:
    """Write the ledger at a revision into a new file. `about` is what it says of itself, by the
    columns of that table.
    """
    with closing(sqlite.connect(str(path), isolation_level=None)) as file:
        for pragma in (*_PRAGMAS, f"user_version = {revision}"):
            file.execute(f"PRAGMA {pragma}")
        file.execute("BEGIN")
        for shape in SHAPES:
            file.execute(shape.made)
        for shape, rows in _tables(connection, revision, about):
            _fill(file, shape, rows)
        _fill_entries(file, connection, revision)
        for statement in _finishing():
            checkpoint()
            file.execute(statement)
        file.execute("COMMIT")


def _tables(
    connection: Connection, revision: int, about: Mapping[str, Any]
) -> Iterator[tuple[Shape, Iterable[Rows]]]:
    """The tables with their rows, but for entries."""
    yield ABOUT, [[[about[name] for name in ABOUT.columns]]]
    yield NATIONS, [[_of_nation(nation) for nation in nations().values()]]
    for shape, listing in LISTS:
        yield shape, _rows(connection, listing, revision, shape.columns, {})


def _finishing() -> Iterator[str]:
    for shape in SHAPES:
        yield from shape.indexed
    yield from views()


def _rows(
    connection: Connection, listing: Listing, revision: int, columns: Columns, again: Columns
) -> Iterator[Rows]:
    """The rows of a list in the order of their keys, some at a time: what stands in the columns
    that are wanted, and behind it what stands in others.
    """
    query = listing.rows(revision, listing.live(revision)).order_by(listing.key)
    found = connection.execute(query, execution_options={"yield_per": ROWS})
    names = list(listing.columns)
    wanted = [*columns.items(), *again.items()]
    codes = [name if name in names else name.removesuffix("_name") for name, _ in wanted]
    cells = itemgetter(*map(names.index, codes))
    mends = [
        (place, _iso if of is date else nation_name)
        for place, (name, of) in enumerate(wanted)
        if of is date or name not in names
    ]
    for part in found.partitions():
        checkpoint()
        yield [_mended(list(cells(row)), mends) for row in part]


def _mended(cells: list[Any], mends: Iterable[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    for place, mend in mends:
        cells[place] = mend(cells[place])
    return cells


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _of_nation(nation: Nation) -> list[Any]:
    cells = nation_cells(nation)
    return [_iso(cells[name]) if of is date else cells[name] for name, of in NATION_COLUMNS.items()]


def _fill(file: Any, shape: Shape, rows: Iterable[Rows]) -> None:
    for part in rows:
        file.executemany(shape.filled, part)


def _fill_entries(file: Any, connection: Connection, revision: int) -> None:
    """What entries are about and what they settle to, which are read as one row."""
    settled = {"key": str} | {n: of for n, of in SETTLED.columns.items() if n != "entry"}
    of_entry = len(ENTRIES_ALONE.columns)
    for part in _rows(connection, TIMELINE, revision, ENTRIES_ALONE.columns, settled):
        file.executemany(ENTRIES_ALONE.filled, [row[:of_entry] for row in part])
        file.executemany(SETTLED.filled, [row[of_entry:] for row in part])
