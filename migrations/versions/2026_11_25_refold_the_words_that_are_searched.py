"""Refold the words that are searched: letters written one for another are one, and what is not seen
is nothing.

The words are derived from texts that stand beside them, so they are made again, where a text has
more than ASCII in it: nothing else folds otherwise than before. The columns are named here as they
are now, so that this step does not change when a later one does; how to fold is asked of the
version that runs, which is the one that will search.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.record.nations import fold, nation_name

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEARCHED = {
    "claims": ("summary", "count_text", "date_text", "locator"),
    "missions": ("name", "slug", "host_country", "lead_nation"),
    "contingents": ("units", "slug", "category"),
    "sources": ("publisher", "title", "slug", "series", "url"),
}
NAMED = {"missions": ("host_country", "lead_nation"), "contingents": ("nation",)}
OWN = (
    *(
        "nation",
        "category",
        "contingent",
        "direction",
        "fulfils",
        "donor",
        "item",
        "item_text",
        "recipient",
    ),
    *("body", "instrument", "expires", "event_type", "title"),
)
CHUNK = 1000


def upgrade() -> None:
    touched = {row["entry"] for row in _refold("claims", "entry")}
    for table in ("missions", "contingents", "sources"):
        _refold(table)
    _refold_settled(touched)


def downgrade() -> None:
    """Words folded either way are found by those who search: there is nothing to undo."""


def _refold(name: str, *more: str) -> list[Mapping[str, Any]]:
    """Fold the words of a table anew; the rows that changed."""
    texts, named = SEARCHED[name], NAMED.get(name, ())
    table = _table(name, "id", "words", *dict.fromkeys((*texts, *named, *more)))
    changed: list[Mapping[str, Any]] = []
    for rows in _chunks(table.c.id, sa.select(table)):
        made = {}
        for row in filter(_beyond_ascii, rows):
            said = [row[text] for text in texts] + [nation_name(row[code]) for code in named]
            words = fold(" ".join(filter(None, said)))
            if words != row["words"]:
                made[row["id"]] = words
                changed.append(row)
        _write(table, made)
    return changed


def _refold_settled(touched: set[str]) -> None:
    """What an entry settled to is found by its own words and by those of its claims of the time."""
    settled = _table("settled", "id", "entry", "words", "since")
    entries = _table("entries", "key", *OWN)
    query = sa.select(settled, *(entries.c[name] for name in OWN)).join(
        entries, entries.c.key == settled.c.entry
    )
    for rows in _chunks(settled.c.id, query):
        stale = [row for row in rows if row["entry"] in touched or _beyond_ascii(row)]
        claims = _claims_of({row["entry"] for row in stale})
        _write(settled, {row["id"]: _settled_words(row, claims[row["entry"]]) for row in stale})


def _settled_words(row: Mapping[str, Any], claims: list[Any]) -> str:
    own, at = " ".join(filter(None, (row[name] for name in OWN))), row["since"]
    live = [
        claim.words
        for claim in claims
        if claim.since <= at and (claim.until is None or claim.until > at)
    ]
    return " | ".join([fold(f"{row['entry']} {own}"), *live])


def _claims_of(keys: set[str]) -> dict[str, list[Any]]:
    claims = _table("claims", "key", "entry", "words", "since", "until")
    found: dict[str, list[Any]] = defaultdict(list)
    if keys:
        for row in op.get_bind().execute(
            sa.select(claims).where(claims.c.entry.in_(keys)).order_by(claims.c.key)
        ):
            found[row.entry].append(row)
    return found


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


def _chunks(key: Any, query: sa.Select[Any]) -> Iterator[list[Mapping[str, Any]]]:
    """All rows in the order of their numbers, a part at a time: a ledger may be larger than
    memory.
    """
    last = 0
    while (
        rows := op.get_bind()
        .execute(query.where(key > last).order_by(key).limit(CHUNK))
        .mappings()
        .all()
    ):
        yield [dict(row) for row in rows]
        last = rows[-1]["id"]


def _beyond_ascii(row: Mapping[str, Any]) -> bool:
    return any(isinstance(value, str) and not value.isascii() for value in row.values())


def _write(table: sa.TableClause, made: Mapping[int, str]) -> None:
    if made:
        query = (
            sa.update(table)
            .where(table.c.id == sa.bindparam("row"))
            .values(words=sa.bindparam("folded"))
        )
        op.get_bind().execute(query, [{"row": row, "folded": words} for row, words in made.items()])
