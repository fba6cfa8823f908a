"""Export and replay of the whole history: every revision with all it opened and closed, and the way
back in.

What leaves carries the salts, so that a copy proves the same chain; keys of those who write never
leave. A copy is made by replaying revisions in order, and one whose chain comes out otherwise is
refused.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, select

from app.record.changes import Changes, searchable
from app.record.erasing import blank, erased_subjects
from app.record.ledger import commit
from app.record.problems import HistoryChanged, Mend, Refused
from app.record.revisions import (
    TEXTS,
    about_of,
    content_of,
    digest,
    link,
    lock_head,
    texts_hold,
    texts_of,
)
from app.record.tables import VERSIONED, claims, entries, revisions

TABLES = {**VERSIONED, "entries": entries}
_LOCAL = {"id", "until", "words"}


def revisions_after(
    connection: Connection, number: int, up_to: int, most: int | None = None
) -> Iterator[dict[str, Any]]:
    """The revisions after a number, in order, each with the rows it opened and the keys it
    closed.
    """
    query = select(revisions).where(revisions.c.number > number, revisions.c.number <= up_to)
    for row in connection.execute(query.order_by(revisions.c.number).limit(most)).mappings().all():
        yield {str(name): value for name, value in row.items()} | rows_of(connection, row["number"])


def whole(connection: Connection, number: int) -> dict[str, Any]:
    """All that one revision is beyond its listing: its seals, the rows it opened, the keys it
    closed.
    """
    seals = select(revisions.c.salt, revisions.c.about_digest, revisions.c.digest).where(
        revisions.c.number == number
    )
    row = connection.execute(seals).one()
    own = {"salt": row.salt, "about_digest": row.about_digest, "digest": row.digest}
    return own | rows_of(connection, number)


def rows_of(connection: Connection, number: int) -> dict[str, Any]:
    """What a revision opened, as rows by table, and closed, as keys by table."""
    opened = {
        name: [
            _as_plain(dict(row))
            for row in connection.execute(
                select(table).where(table.c.since == number).order_by(table.c.id)
            ).mappings()
        ]
        for name, table in TABLES.items()
    }
    closed = {
        name: sorted(connection.scalars(select(_key(name)).where(table.c.until == number)))
        for name, table in VERSIONED.items()
    }
    return {"opened": opened, "closed": closed}


def replay(connection: Connection, content: Mapping[str, Any]) -> None:
    """Take one revision of another ledger as the next of this one; HistoryChanged when it does not
    follow.
    """
    before, chain = lock_head(connection)
    try:
        # Under this name ledgers of version 0.1 export it.
        content = {"about_digest": content.get("told"), **content}
        changes = Changes(
            opened={
                name: [_taken(name, row) for row in content["opened"][name]] for name in TABLES
            },
            closed=[(name, key) for name in VERSIONED for key in content["closed"][name]],
        )
        revision = {column.name: content[column.name] for column in revisions.c}
        whole = digest("", content_of(content, changes.opened, changes.closed)) == content["digest"]
        follows = content["number"] == before + 1
        texts = texts_hold(content, "about_digest", about_of, ("author", "message"), "") and all(
            texts_hold(row, "digest", texts_of, TEXTS, None) for row in changes.opened["claims"]
        )
        chained = (
            link(chain, content["number"], content["recorded_at"], content["digest"])
            == content["chain"]
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused([Mend("/", f"is not a revision of a ledger: {error!r:.100}")]) from error
    if not (follows and whole and texts and chained):
        order = (
            f"Revision {content['number']} does not follow from revision {before} of this ledger"
        )
        raise HistoryChanged(f"{order}: its history is another.")
    commit(connection, changes, revision)
    for subject in erased_subjects(revision):
        blank(connection, subject)


def _key(name: str) -> Any:
    return claims.c.key if name == "claims" else VERSIONED[name].c.slug


def _as_plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as plain data, without what is this database's own."""
    return {
        str(name): value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
        if name not in _LOCAL
    }


def _taken(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    table = TABLES[name]
    columns = [column for column in table.c if column.name not in _LOCAL]
    if more := set(row) - {column.name for column in columns}:
        raise ValueError(f"{name} have no {min(more)}")
    # What came into the tables after an export was made, it says nothing of.
    row = {**dict.fromkeys(column.name for column in columns if column.nullable), **row}
    found = {
        column.name: date.fromisoformat(row[column.name])
        if isinstance(column.type, Date) and row[column.name] is not None
        else row[column.name]
        for column in columns
    }
    return found if name == "entries" else found | {"words": searchable(name, found)}
