"""How many entries name each nation, what each has delivered, and how many claims each source
makes: counted in the database, for those who look for what there is.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from app.record.evidence import chunks
from app.record.kinds import NATION_FIELDS
from app.record.tables import claims, entries, live_at, settled


class Tally(NamedTuple):
    """How many entries of a kind name a nation in one of their fields, and in none before it."""

    nation: str
    field: str
    kind: str
    number: int


def nations_named(
    connection: Connection, revision: int, missions: Collection[str] = ()
) -> list[Tally]:
    """The nations that entries of some missions (none: of all) name at a revision, by the field in
    which they do and by kind. An entry counts once for a nation, in however many fields it is.
    """
    return [
        Tally(row.nation, name, row.kind, row.number)
        for place, name in enumerate(NATION_FIELDS)
        for row in connection.execute(
            select(entries.c[name].label("nation"), entries.c.kind, func.count().label("number"))
            .join(settled, settled.c.entry == entries.c.key)
            .where(entries.c[name].is_not(None), live_at(settled, revision))
            .where(*(entries.c[name].is_distinct_from(entries.c[f]) for f in NATION_FIELDS[:place]))
            .where(*_within(missions))
            .group_by(entries.c[name], entries.c.kind)
            .order_by(entries.c[name], entries.c.kind)
        )
    ]


def deliveries_given(
    connection: Connection, revision: int, day: date, missions: Collection[str] = ()
) -> dict[str, int]:
    """How many deliveries each nation has given to some missions (none: to all) by the end of a
    day: those that settle at a revision as having come, by then at the latest, or, where nobody
    says when they ended, begun by then.
    """
    came = func.coalesce(settled.c.date_latest, settled.c.date_earliest)
    given = (
        select(entries.c.donor, func.count().label("number"))
        .join(settled, settled.c.entry == entries.c.key)
        .where(entries.c.kind == "delivery", entries.c.donor.is_not(None))
        .where(settled.c.status == "occurred", came <= day)
        .where(live_at(settled, revision), *_within(missions))
        .group_by(entries.c.donor)
    )
    return {row.donor: row.number for row in connection.execute(given)}


def _within(missions: Collection[str]) -> list[ColumnElement[bool]]:
    return [entries.c.mission.in_(missions)] if missions else []


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
