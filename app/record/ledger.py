"""The write path, one for all: a document is compared with the ledger, and what is new or different
is one revision.

All or nothing: the caller's transaction holds the head row from the first look to the last write.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, insert, select, update

from app.record import settled
from app.record.changes import Changes, compared
from app.record.documents import MOST_MENDS, Document
from app.record.evidence import chunks
from app.record.problems import NotFound, Refused
from app.record.revisions import about_of, content_of, digest, link, lock_head, stamp
from app.record.rows import open_rows
from app.record.tables import VERSIONED, claims, entries, head, revisions

log = logging.getLogger("muster")

# How far clocks may differ without a word.
SKEW = timedelta(seconds=1)

Cause = Literal["new_source", "source_corrected", "our_error", "reassessed"]
CAUSES = get_args(Cause)


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """Who commits a revision, and why.

    No cause given: source_corrected where a claim is corrected or retracted, new_source otherwise.
    """

    author: str
    message: str
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A revision just made: its number and how many rows it opened and closed in each table."""

    revision: int
    opened: Mapping[str, int]
    closed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a document: the revision it made (None: it says nothing new), its claims by
    what they changed.

    `new`, `corrected` and `unchanged` are the document's own claims; `retracted` are those that it
    no longer tells. `new_missions` are the slugs and names of missions that the ledger did not
    know.
    """

    recorded: Recorded | None
    new: int
    corrected: int
    retracted: int
    unchanged: int
    new_missions: tuple[tuple[str, str], ...]


def record(
    connection: Connection, document: Document, note: ChangeNote, now: datetime | None = None
) -> Recorded | None:
    """Commit a document as one revision; None when it says nothing new; Refused, and nothing
    changed, when wrong.
    """
    return take(connection, document, note, now).recorded


def take(
    connection: Connection, document: Document, note: ChangeNote, now: datetime | None = None
) -> Taken:
    """Commit a document as `record` does, and say what became of it."""
    before, chain = lock_head(connection)
    number = before + 1
    changes = compared(connection, document, number)
    if changes.mends:
        raise Refused(changes.mends[:MOST_MENDS])
    closed = Counter(table for table, _ in changes.closed)
    recorded = None
    if changes:
        write(connection, changes, note, number, chain, now or datetime.now(UTC))
        recorded = Recorded(
            number,
            {table: len(rows) for table, rows in changes.opened.items() if rows},
            dict(closed),
        )
    corrected = closed["claims"] - changes.retracted
    relabelled = {slug for table, slug in changes.closed if table == "missions"}
    return Taken(
        recorded,
        new=len(changes.opened["claims"]) - corrected,
        corrected=corrected,
        retracted=changes.retracted,
        unchanged=changes.unchanged,
        new_missions=tuple(
            (row["slug"], row["name"])
            for row in changes.opened["missions"]
            if row["slug"] not in relabelled
        ),
    )


def retract(
    connection: Connection, key: str, note: ChangeNote, now: datetime | None = None
) -> Recorded:
    """Close the live claim of a key, in a revision of its own; NotFound when there is none."""
    before, chain = lock_head(connection)
    if (
        connection.scalar(select(claims.c.id).where(claims.c.key == key, claims.c.until.is_(None)))
        is None
    ):
        raise NotFound("claim", key)
    changes = Changes(closed=[("claims", key)])
    write(connection, changes, note, before + 1, chain, now or datetime.now(UTC))
    return Recorded(before + 1, {}, {"claims": 1})


def write(
    connection: Connection,
    changes: Changes,
    note: ChangeNote,
    number: int,
    chain: str,
    now: datetime,
) -> None:
    """Commit changes as the revision of a number, after the chain before it."""
    newest = connection.scalar(
        select(revisions.c.recorded_at).where(revisions.c.number == number - 1)
    )
    recorded_at = max(stamp(now), newest or "")
    if newest and newest > stamp(now + SKEW):
        log.warning(
            "the clock says %s, and revision %d was recorded at %s: revision %d is recorded as of "
            "then too, after it in order",
            stamp(now),
            number - 1,
            newest,
            number,
        )
    salt = secrets.token_hex(16)
    corrects = any(table == "claims" for table, _ in changes.closed)
    cause = note.cause or ("source_corrected" if corrects else "new_source")
    about: dict[str, Any] = {"author": note.author, "cause": cause, "message": note.message}
    about |= {"number": number, "recorded_at": recorded_at, "salt": salt}
    about["about_digest"] = digest(salt, about_of(about))
    about["digest"] = digest("", content_of(about, changes.opened, changes.closed))
    about["chain"] = link(chain, number, about["recorded_at"], about["digest"])
    commit(connection, changes, about)


def _closed_in(name: str, changes: Changes) -> Iterator[ColumnElement[bool]]:
    """The conditions that choose the rows to close in a table, in pieces."""
    table = VERSIONED[name]
    key = table.c.key if name == "claims" else table.c.slug
    for chunk in chunks(slug for at, slug in changes.closed if at == name):
        yield table.c.until.is_(None) & key.in_(chunk)


def _entries_of_closed(connection: Connection, changes: Changes) -> set[str]:
    """The entries of the claims to close."""
    queries = (select(claims.c.entry).where(gone) for gone in _closed_in("claims", changes))
    return {entry for query in queries for entry in connection.scalars(query)}


def commit(connection: Connection, changes: Changes, revision: Mapping[str, Any]) -> None:
    """Write a revision and its rows, settle what they touch, and move the head."""
    number = revision["number"]
    connection.execute(insert(revisions), [revision])
    touched = {row["entry"] for row in changes.opened["claims"]} | _entries_of_closed(
        connection, changes
    )
    for name, table in VERSIONED.items():
        for gone in _closed_in(name, changes):
            connection.execute(update(table).where(gone).values(until=number))
    for name in ("missions", "contingents", "sources", "entries", "claims"):
        open_rows(connection, {**VERSIONED, "entries": entries}[name], changes.opened[name])
    added = {row["key"]: row for row in changes.opened["entries"]}
    settled.settle_added(connection, number, added, changes.opened["claims"])
    edited = settled.entries_of_edited_sources(connection, number)
    settled.resettle(connection, number, touched - added.keys(), edited - added.keys())
    connection.execute(update(head).values(revision=number, chain=revision["chain"]))
