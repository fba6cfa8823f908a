"""How many rows a list has: counted along narrow indexes, and remembered, since an answer at a
revision never changes.
"""

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from app.record.cache import Cache
from app.record.tables import head, revisions
from app.record.walks import Sought, parts

# Where an engine that reads keeps what it counted.
TOTALS = "totals"
MOST = 1_000


def totals() -> Cache[int]:
    """Room for the numbers last counted, by what was counted."""
    return Cache(MOST, lambda _total: 1)


def total_of(connection: Connection, sought: Sought) -> int:
    """How many rows there are in all, whatever page is looked for."""
    held: Cache[int] | None = connection.get_execution_options().get(TOTALS)
    if held is None:
        return _counted(connection, sought)
    # A chain stands for all that its revision and those before it are, whatever file they are in.
    chain = connection.scalar(
        select(revisions.c.chain).where(revisions.c.number == sought.revision)
    )
    name = (chain, sought.listing.thing, repr(sought.filters))
    return held.made(name, lambda: _counted(connection, sought))


def _counted(connection: Connection, sought: Sought) -> int:
    """All rows less those that were closed, where the newest revision is asked for and the filters
    are seen to by narrow indexes: so nobody looks at how long each row lives.
    """
    listing, filters, table = sought.listing, sought.filters, sought.listing.table
    if "until" in table.c and not listing.history and not sought.by_entry:
        closed = select(table).where(table.c.until <= sought.revision).offset(0).subquery()
        newest = select(head.c.revision).scalar_subquery()
        asked = select(_count(sought, table), _count(sought, closed), newest)
        if not sought.own(filters):
            later = select(func.count()).where(table.c.since > sought.revision)
            asked = asked.add_columns(later.scalar_subquery())
        opened, ended, number, *later_ones = connection.execute(asked).one()
        if later_ones or number <= sought.revision:
            return int(opened - ended - sum(later_ones))
    counts = (select(func.count()).select_from(table).where(part) for part in parts(sought))
    return sum(connection.scalar(count) or 0 for count in counts)


def _count(sought: Sought, of: FromClause) -> ColumnElement[int]:
    """The number of rows of a table, or of a part of it, that the filters keep."""
    kept = sought.own(sought.filters, of)
    return select(func.count()).select_from(of).where(*kept).scalar_subquery()
