"""How many rows a list has: counted along narrow indexes, and remembered, since an answer at a
revision never changes.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from app.record.tables import head, revisions
from app.record.walks import Sought, parts

# Where an engine that reads keeps what it counted.
TOTALS = "totals"


class Totals:
    """The numbers last counted, by what was counted; any number of threads may ask."""

    def __init__(self, most: int = 1_000) -> None:
        self._most, self._lock = most, Lock()
        self._held: OrderedDict[Hashable, int] = OrderedDict()

    def get(self, name: Hashable) -> int | None:
        """What was counted, if it is still there."""
        with self._lock:
            if name in self._held:
                self._held.move_to_end(name)
            return self._held.get(name)

    def keep(self, name: Hashable, total: int) -> int:
        """Keep a number, and let go of the one used longest ago; answers the number."""
        with self._lock:
            self._held[name] = total
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return total


def total_of(connection: Connection, sought: Sought) -> int:
    """How many rows there are in all, whatever page is looked for."""
    totals: Totals | None = connection.get_execution_options().get(TOTALS)
    if totals is None:
        return _counted(connection, sought)
    # A chain stands for all that its revision and those before it are, whatever file they are in.
    chain = connection.scalar(
        select(revisions.c.chain).where(revisions.c.number == sought.revision)
    )
    name = (chain, sought.listing.thing, repr(sought.filters))
    known = totals.get(name)
    return totals.keep(name, _counted(connection, sought)) if known is None else known


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
