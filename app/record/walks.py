"""The rows of a list in its order, as ids: walked along an index where there is one.

A walk goes in legs: what is equal to the last row in the first column of the order, then what comes
after it, and at the end the nulls. A leg may have branches, one for each value of the columns that
its index begins with. So plain indexes serve each page of an order, nulls last, on both databases.

What an index does not see to is filtered on a stretch of the walk; where that does not fill the
page, what the filters keep is found first, and sorted. No plan rests on what a database has learnt
of its tables.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Subquery,
    UnaryExpression,
    and_,
    false,
    func,
    literal,
    select,
    union_all,
)

from app.record.filters import Filters
from app.record.lists import Listing, Walk
from app.record.orders import Term, following, in_order, may_be_null, same, selected
from app.record.tables import claims, entries, settled

_LEAST = {str: "", int: -1, date: date.min}
_Query = Select[Any] | CompoundSelect[Any]

# The stretches that are filtered, one after the other: so many times the rows wanted, and so many
# at least.
STRETCHES = ((4, 0), (40, 4000))
# Whoever wants more rows than this gets all that the filters keep, sorted once.
MOST_WALKED = 5_000
# What so few claims of the sources asked for tell is found and sorted, not met on the way.
FEW = 5_000


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: the rows of a list at a revision, under filters, in an order, after a row
    that has these values in it (None: from the first).
    """

    listing: Listing
    revision: int
    filters: Filters
    terms: Sequence[Term]
    after: Sequence[Any] | None = None

    @property
    def walk(self) -> Walk | None:
        """The way along an index in this order, where there is one."""
        listing, first = self.listing, self.terms[0][0]
        way = listing.walks.get(getattr(first, "key", ""))
        alone = listing.stands_alone([of for of, _ in self.terms])
        return way(self.filters) if way and alone else None

    def own(self, filters: Filters, of: Any = None) -> list[ColumnElement[bool]]:
        """The conditions on the table, or on a stretch of it."""
        listing = self.listing
        return listing.own(filters, self.revision, listing.table if of is None else of)

    @property
    def by_entry(self) -> bool:
        """Whether the filters are such that the entries they keep are found first."""
        by_source = self.filters.sources and self.listing.table is settled
        return bool(by_source or self.listing.about(self.filters))

    @property
    def direct(self) -> bool:
        """Whether the way along an index meets nothing else."""
        walk = self.walk
        return walk is not None and not self.own(walk.left) and not self.listing.about(walk.left)


def ids_of(connection: Connection, sought: Sought, most: int | None) -> list[Any]:
    """The first rows, so many at most (None: all): each the values of its terms, and its id."""
    walk = sought.walk
    if walk and sought.direct and most is not None:
        return _walked(connection, sought, walk, most)
    if walk and most is not None and most <= MOST_WALKED and not _few(connection, sought.filters):
        for times, least in STRETCHES:
            found = _filtered(connection, sought, walk, most, max(times * most, least))
            if found is not None:
                return found
    return list(connection.execute(_sorted(sought, most)))


def _walked(connection: Connection, sought: Sought, walk: Walk, most: int) -> list[Any]:
    """What the legs of a walk come to, one after the other."""
    found: list[Any] = []
    for where, ordered in _legs(sought):
        wanted = most - len(found)
        found += connection.execute(_leg(sought, walk, where, ordered, wanted))
        if len(found) == most:
            break
    return found


def _filtered(
    connection: Connection, sought: Sought, walk: Walk, most: int, stretch: int
) -> list[Any] | None:
    """What the filters keep of a stretch of each leg; None where one is cut off before there are
    enough.
    """
    found: list[Any] = []
    for where, ordered in _legs(sought):
        met = _leg(sought, walk, where, ordered, stretch, sought.listing.table.c).subquery()
        gone_through = _leg(sought, walk, where, ordered, stretch).subquery()
        found += connection.execute(_kept(sought, walk.left, met).limit(most - len(found)))
        if len(found) == most:
            break
        if connection.scalar(select(func.count()).select_from(gone_through)) == stretch:
            return None
    return found


def _kept(sought: Sought, left: Filters, met: Subquery) -> Select[Any]:
    """What filters keep of a stretch, in its order."""
    about = sought.listing.about(left)
    origin = met.join(entries, entries.c.key == met.c.entry) if about else met
    kept = select(*_of(sought, met)).select_from(origin)
    return kept.where(*sought.own(left, met), *about).order_by(*in_order(sought.terms))


def _legs(sought: Sought) -> Iterator[tuple[ColumnElement[bool], list[UnaryExpression[Any]]]]:
    """The legs of a walk: the condition of each, and how what meets it is sorted."""
    (first, down), *rest = sought.terms
    known = in_order(sought.terms, known=True)
    after = sought.after
    if after is not None:
        yield and_(same(first, after[0]), following(rest, after[1:]) if rest else false()), known
    if after is None or after[0] is not None:
        yield _beyond(first, down, after), known
        if may_be_null(first):
            yield first.is_(None), in_order([(first, False), *rest], known=True)


def _beyond(
    first: ColumnElement[Any], down: bool, after: Sequence[Any] | None
) -> ColumnElement[bool]:
    """What comes after a row in a column, nulls aside; all that is not null where there is none."""
    if after is None:
        # A bound, though all are beyond it: SQLite takes the index of a column that has one.
        return first >= literal(_LEAST[first.type.python_type], first.type)
    bound = literal(after[0], first.type)
    return first < bound if down else first > bound


def _leg(
    sought: Sought,
    walk: Walk,
    where: ColumnElement[bool],
    ordered: Sequence[UnaryExpression[Any]],
    most: int,
    more: Iterable[ColumnElement[Any]] = (),
) -> _Query:
    """The first rows of a leg, in its order: of each branch as many, then of these."""
    listing = sought.listing
    shown = [*selected(sought.terms), *(more or (listing.id,))]
    met = listing.met(sought.revision)
    branches = [
        select(*shown).where(branch, met, where).order_by(*ordered).limit(most)
        for branch in walk.branches
    ]
    if len(branches) == 1:
        return branches[0]
    together = _together([select(branch.subquery()) for branch in branches])
    return together.order_by(*ordered).limit(most)


def _sorted(sought: Sought, most: int | None) -> Select[Any]:
    """What the filters keep, found first, then sorted."""
    listing, terms = sought.listing, sought.terms
    alone = listing.stands_alone([of for of, _ in terms])
    found = select(*selected(terms), listing.id)
    found = found.select_from(listing.table if alone else listing.origin)
    if sought.after is not None:
        found = found.where(following(terms, sought.after))
    # With an offset, a database does not sort before it filters.
    met = _together([found.where(part) for part in parts(sought)]).offset(0).subquery()
    return select(*_of(sought, met)).order_by(*in_order(terms)).limit(most)


def parts(sought: Sought) -> list[ColumnElement[bool]]:
    """All that the filters keep; in parts where what entries settle to is found by their keys: for
    that alone, live rows and closed ones have indexes of their own.
    """
    table, filters = sought.listing.table, sought.filters
    kept = [sought.listing.met(sought.revision)]
    if sought.by_entry:
        # Then not by the indexes of missions and kinds: these tell of more.
        filters = replace(filters, missions=(), kinds=() if "kind" in table.c else filters.kinds)
        for name, asked in (("mission", sought.filters.missions), ("kind", sought.filters.kinds)):
            if asked and name in table.c:
                kept.append(table.c[name].concat("").in_(asked))
    if about := sought.listing.about(filters):
        if sought.filters.missions:
            about.append(entries.c.mission.in_(sought.filters.missions))
        kept.append(table.c.entry.in_(select(entries.c.key).where(*about)))
    kept += sought.own(filters)
    if not (sought.by_entry and table is settled):
        return [and_(*kept)]
    ended = settled.c.until
    return [and_(ended.is_(None), *kept), and_(ended.is_not(None), *kept)]


def _together(branches: Sequence[Select[Any]]) -> _Query:
    return branches[0] if len(branches) == 1 else union_all(*branches)


def _of(sought: Sought, met: Subquery) -> list[ColumnElement[Any]]:
    """The values of the terms and the id, of what was met."""
    return [*list(met.c)[: len(sought.terms)], met.c[sought.listing.id.name]]


def _few(connection: Connection, filters: Filters) -> bool:
    """Whether so little is told by the sources, or of the entries, that it is found at once."""
    if not filters.sources or filters.entries:
        return bool(filters.entries)
    claimed = select(claims.c.id).where(claims.c.source.in_(filters.sources)).limit(FEW + 1)
    return (connection.scalar(select(func.count()).select_from(claimed.subquery())) or 0) <= FEW
