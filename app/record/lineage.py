"""Which missions follow which, as the ledger tells: for the evidence that figures stand on, and for
whoever asks for a mission with all before and after it.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from app.estimate.lineage import CONTINUES, lineage_of
from app.record.tables import entries, live_at, missions, settled

KIND = "succession"


def pairs_ever(connection: Connection, revision: int) -> list[tuple[str, str]]:
    """The missions that continue others, each with the one before it, as any entry ever said."""
    query = select(entries.c.mission, entries.c.predecessor).where(
        entries.c.predecessor.is_not(None),
        entries.c.mode == CONTINUES,
        entries.c.since <= revision,
    )
    return sorted({(row.mission, row.predecessor) for row in connection.execute(query)})


def with_their_lines(
    connection: Connection, revision: int, slugs: Sequence[str]
) -> tuple[str, ...]:
    """Missions with those that they continue and that continue them: their figures stand on the
    evidence of all.
    """
    return lineage_of(slugs, pairs_ever(connection, revision)) if slugs else ()


def neighbours(of: str, other: str, revision: int) -> ColumnElement[str]:
    """The missions before or after the one of a row, by the successions that stand: slugs, with
    semicolons between.
    """
    found = (
        select(entries.c[other].label("slug"))
        .join(settled, settled.c.entry == entries.c.key)
        .where(entries.c[of] == missions.c.slug, entries.c.predecessor.is_not(None))
        .where(live_at(settled, revision), settled.c.status != "cancelled")
        .order_by(entries.c[other])
        .correlate(missions)
        .subquery()
    )
    return select(func.aggregate_strings(found.c.slug, "; ")).scalar_subquery()


def whole_lines(connection: Connection, revision: int, slugs: Sequence[str]) -> tuple[str, ...]:
    """Missions with all before and after them, whether their people passed over or not."""
    query = (
        select(entries.c.mission, entries.c.predecessor)
        .join(settled, settled.c.entry == entries.c.key)
        .where(entries.c.predecessor.is_not(None))
        .where(live_at(settled, revision), settled.c.status != "cancelled")
    )
    pairs = [(row.mission, row.predecessor) for row in connection.execute(query)]
    return lineage_of(slugs, pairs)
