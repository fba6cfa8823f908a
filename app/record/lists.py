"""What a list of the ledger is: its columns, its table, what is live, what a filter keeps, its
order, and the indexes along which it can be walked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Select, Table, and_, func, select, true

from app.record.filters import Filters, Own
from app.record.orders import Term
from app.record.tables import live_at, revisions

# A column, or what a column shows at a revision.
Shown = ColumnElement[Any] | Callable[[int], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Walk:
    """A way along an index: a condition for each branch, and what of the filters these leave."""

    branches: Sequence[ColumnElement[bool]]
    left: Filters


# From what is asked for to the way there, for an order that begins with a column.
Walks = Mapping[str, Callable[[Filters], Walk]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. `origin` is where its columns come from: its table, or that with the entries.

    `own` makes of filters the conditions on the table itself, `about` those on the entries. With
    `history` it has all rows opened up to a revision, closed ones too.
    """

    thing: str
    columns: Mapping[str, Shown]
    table: Table
    origin: FromClause
    own: Own
    key: ColumnElement[Any]
    order: tuple[str, ...]
    about: Callable[[Filters], list[ColumnElement[bool]]] = lambda _filters: []
    kind: str | None = None
    walks: Walks = field(default_factory=dict)
    history: bool = False

    def column(self, name: str, revision: int) -> ColumnElement[Any]:
        """A column by its name, as it stands at a revision."""
        found = self.columns[name]
        return found if isinstance(found, ColumnElement) else found(revision)

    def rows(self, revision: int, where: ColumnElement[bool]) -> Select[Any]:
        """The rows under a condition, with the id and the key of each, as a query."""
        shown = [self.column(name, revision).label(name) for name in self.columns]
        named = [self.id.label("_id"), self.key.label("_key")]
        return select(*shown, *named).select_from(self.origin).where(where)

    def live(self, revision: int) -> ColumnElement[bool]:
        """The rows that are there at a revision."""
        if self.table is revisions:
            return revisions.c.number <= revision
        return self.table.c.since <= revision if self.history else live_at(self.table, revision)

    def met(self, revision: int) -> ColumnElement[bool]:
        """The same of rows that are met on a way: reckoned, so that no index of lives is taken
        instead of the way's own.
        """
        if self.table is revisions:
            return revisions.c.number <= revision
        opened = self.table.c.since + 0 <= revision
        ended = func.coalesce(self.table.c.until, revision + 1)
        return opened if self.history else and_(opened, ended > revision)

    @property
    def id(self) -> Column[Any]:
        """What names a row of the table for ever."""
        return next(iter(self.table.primary_key))

    def asked(self, filters: Filters) -> Filters:
        """Filters, with the kind that the list is of."""
        return filters.of_kind(self.kind) if self.kind else filters

    def terms(self, sort: Sequence[str], revision: int) -> list[Term]:
        """The order that is asked for, then the list's own, up to the key; a column counts once."""
        terms: dict[str, Term] = {}
        for name in (*sort, *self.order):
            bare = name.removeprefix("-")
            terms.setdefault(bare, (self.column(bare, revision), name.startswith("-")))
            if terms[bare][0] is self.key:
                return list(terms.values())
        return [*terms.values(), (self.key, False)]

    def stands_alone(self, columns: Sequence[ColumnElement[Any]]) -> bool:
        """Whether columns are all of its own table."""
        return all(getattr(column, "table", None) is self.table for column in columns)


def whole(filters: Filters) -> Walk:
    """Along an index of all rows."""
    return Walk([true()], filters)


def live_and_closed(table: Table) -> Callable[[Filters], Walk]:
    """Along the two indexes of a key: of live rows, and of closed ones."""
    ended = table.c.until
    return lambda filters: Walk([ended.is_(None), ended.is_not(None)], filters)
