"""The ledger's tables. Claims have time, everything else is identity; labels are versioned by the
same two columns.

A row is live at revision r when since <= r and (until is null or until > r). A correction closes
the row and opens a new one with the same key; a retraction only closes it. Nothing is updated in
place or deleted. Missions, contingents and sources hold labels that may be edited (a name, a
publication date), so they are versioned the same way: an answer at an old revision shows the labels
of that time. They are referred to by slug, which never changes.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    or_,
)
from sqlalchemy.types import TypeEngine

from app.record.kinds import OWN_FIELDS, FieldType

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# PostgreSQL sorts text by locale unless told not to; SQLite sorts by code point. Both must answer
# alike.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")


def text(name: str, **options: Any) -> Column[Any]:
    """A text column that sorts alike everywhere; nullable unless told otherwise."""
    return Column(name, TEXT, **options)


def own(name: str, of: FieldType) -> Column[Any]:
    """The column of a field that a kind has of its own; null for every other kind."""
    types: dict[type, TypeEngine[Any]] = {int: Integer(), date: Date()}
    return Column(name, types.get(of.python, TEXT))


def lifetime() -> list[Column[Any]]:
    """The revision that opened a row and the one that closed it."""
    return [
        Column("since", Integer, ForeignKey("revisions.number"), nullable=False, index=True),
        Column("until", Integer, ForeignKey("revisions.number")),
    ]


def value() -> list[Column[Any]]:
    """What is said of an entry: status, range and span of days."""
    return [
        text("status", nullable=False),
        Column("count_low", Integer, nullable=False),
        Column("count", Integer),
        Column("count_high", Integer),
        text("date", nullable=False),
        Column("date_earliest", Date),
        Column("date_latest", Date),
    ]


head = Table(
    "head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("revision", Integer, nullable=False),
    text("chain", nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    text("recorded_at", nullable=False, index=True),
    text("author", nullable=False),
    text("cause", nullable=False),
    text("message", nullable=False),
    text("salt"),
    text("about_digest", nullable=False),
    text("digest", nullable=False),
    text("chain", nullable=False, index=True),
)

missions = Table(
    "missions",
    metadata,
    Column("id", Integer, primary_key=True),
    text("slug", nullable=False),
    text("name", nullable=False),
    text("host_country"),
    text("lead_nation"),
    text("predecessor"),
    text("started"),
    text("ended"),
    text("words", nullable=False),
    *lifetime(),
)

contingents = Table(
    "contingents",
    metadata,
    Column("id", Integer, primary_key=True),
    text("slug", nullable=False),
    text("mission", nullable=False),
    text("nation", nullable=False),
    text("category", nullable=False),
    text("units"),
    text("words", nullable=False),
    *lifetime(),
)

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    text("slug", nullable=False),
    text("series", index=True),
    text("covers"),
    text("publisher", nullable=False),
    text("title"),
    text("url"),
    text("published"),
    Column("published_earliest", Date),
    Column("published_latest", Date),
    text("grade"),
    text("derived_from"),
    text("language"),
    Column("retrieved_on", Date),
    text("archive_url"),
    text("licence"),
    text("file_hash"),
    text("words", nullable=False),
    *lifetime(),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    text("key", nullable=False, unique=True),
    text("kind", nullable=False),
    text("mission", nullable=False),
    *(own(name, of) for name, of in OWN_FIELDS.items()),
    text("replaces"),
    Column("since", Integer, ForeignKey("revisions.number"), nullable=False, index=True),
)

claims = Table(
    "claims",
    metadata,
    Column("id", Integer, primary_key=True),
    text("key", nullable=False),
    Column("entry", TEXT, ForeignKey("entries.key"), nullable=False, index=True),
    # Its entry's, so that the claims about one mission are walked in order.
    text("mission"),
    text("source", nullable=False, index=True),
    *value(),
    text("count_text"),
    Column("complete", Boolean),
    text("date_text"),
    text("grade", nullable=False),
    text("locator"),
    text("summary"),
    text("words", nullable=False),
    text("salt"),
    text("digest", nullable=False),
    *lifetime(),
)

settled = Table(
    "settled",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry", TEXT, ForeignKey("entries.key"), nullable=False),
    # Its entry's, so that the list of a kind, and that of a mission, are walked in order.
    text("kind"),
    text("mission"),
    *value(),
    Column("disputed", Boolean, nullable=False),
    Column("spread_low", Integer, nullable=False),
    Column("spread_high", Integer),
    Column("origins", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    text("settled_by", nullable=False),
    text("words", nullable=False),
    *lifetime(),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    text("name", nullable=False, unique=True),
    text("scope", nullable=False),
    text("shown", nullable=False),
    text("hash", nullable=False, unique=True),
    text("made_at", nullable=False),
    text("revoked_at"),
)

# What a write with an Idempotency-Key was answered, kept in the write's own transaction.
replies = Table(
    "replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("api_key", Integer, ForeignKey("api_keys.id"), nullable=False),
    text("key", nullable=False),
    text("request", nullable=False),
    Column("status", Integer, nullable=False),
    text("body", nullable=False),
    text("location"),
    text("made_at", nullable=False),
    UniqueConstraint("api_key", "key"),
)

VERSIONED = {"missions": missions, "contingents": contingents, "sources": sources, "claims": claims}

# One live row a key: the database itself refuses a second. Which rows a revision closed is asked by
# its number.
for _table, _key in (
    (missions, "slug"),
    (contingents, "slug"),
    (sources, "slug"),
    (claims, "key"),
    (settled, "entry"),
):
    _live = _table.c.until.is_(None)
    Index(
        f"uq_{_table.name}_live_{_key}",
        _table.c[_key],
        unique=True,
        sqlite_where=_live,
        postgresql_where=_live,
    )
    _closed = _table.c.until.is_not(None)
    Index(f"ix_{_table.name}_until", _table.c.until, sqlite_where=_closed, postgresql_where=_closed)
_closed = claims.c.until.is_not(None)
_complete = claims.c.complete.is_not(None)
Index("ix_claims_complete", claims.c.source, sqlite_where=_complete, postgresql_where=_complete)
Index(None, entries.c.mission, entries.c.nation, entries.c.category)
Index(None, entries.c.nation)
for _column in (
    entries.c.fulfils,
    entries.c.donor,
    sources.c.derived_from,
):
    _named = _column.is_not(None)
    Index(None, _column, sqlite_where=_named, postgresql_where=_named)
_named = entries.c.predecessor.is_not(None)
for _name, _ends in (
    ("ix_entries_follows", (entries.c.mission, entries.c.predecessor)),
    ("ix_entries_followed_by", (entries.c.predecessor, entries.c.mission)),
):
    Index(_name, *_ends, sqlite_where=_named, postgresql_where=_named)
Index("ix_claims_key", claims.c.key, sqlite_where=_closed, postgresql_where=_closed)
_closed = settled.c.until.is_not(None)
Index("ix_settled_entry", settled.c.entry, sqlite_where=_closed, postgresql_where=_closed)
# The orders in which lists are walked (walks.py). Where an index ends before the key, what is equal
# in it is sorted as it is met: a month of a mission.
Index(None, claims.c.date_earliest, claims.c.key)
Index(None, claims.c.mission, claims.c.date_earliest)
Index(None, settled.c.kind, settled.c.date_earliest, settled.c.entry)
Index(None, settled.c.mission, settled.c.kind, settled.c.date_earliest)


def live_at(table: FromClause, revision: int) -> ColumnElement[bool]:
    """The rows of a versioned table that stand at a revision."""
    return and_(table.c.since <= revision, or_(table.c.until.is_(None), table.c.until > revision))
