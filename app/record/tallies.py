"""How many entries name each nation, and how many claims each source makes: counted in the
database, for those who look for what there is.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from app.record.evidence import chunks
from app.record.kinds import NATION_FIELDS
from app.record.tables import claims, entries, live_at, settled


class Tally(NamedTuple):
    """How many entries of a kind name a nation in one of their fields."""

    nation: str
    field: str
    kind: str
    number: int


def nations_named(connection: Connection, revision: int) -> list[Tally]:
    """The nations that entries name at a revision, by the field in which they do and by kind."""
    return [
        Tally(row.nation, name, row.kind, row.number)
        for name in NATION_FIELDS
        for row in connection.execute(
            select(entries.c[name].label("nation"), entries.c.kind, func.count().label("number"))
            .join(settled, settled.c.entry == entries.c.key)
            .where(entries.c[name].is_not(None), live_at(settled, revision))
            .group_by(entries.c[name], entries.c.kind)
            .order_by(entries.c[name], entries.c.kind)
        )
    ]


def claims_made(connection: Connection, revision: int, slugs: Iterable[str]) -> dict[str, int]:
    """How many claims of some sources stand at a revision, by source."""
    return {
        row.source: row.number
        for chunk in chunks(slugs)
        for row in connection.execute(
            select(claims.c.source, func.count().label("number"))
            .where(claims.c.source.in_(chunk), live_at(claims, revision))
            .group_by(claims.c.source)
        )
    }
