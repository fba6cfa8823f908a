"""Lists of the ledger, each as one keyset-paginated query at one revision, with its filters.

A page begins after a row that is named by its key, so a cursor carries no values that a caller
could bend, and the order ends in the key, so that no row is met twice or missed. Nulls stand last
in either direction, on both databases.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
)

from app.record.filters import (
    Filters,
    claim_conditions,
    contingent_conditions,
    entry_conditions,
    mission_conditions,
    source_conditions,
    succession_conditions,
)
from app.record.kinds import KINDS, NATION_FIELDS, OWN_FIELDS
from app.record.lineage import KIND as SUCCESSION
from app.record.lineage import neighbours
from app.record.nations import nation_name
from app.record.problems import NotFound
from app.record.tables import (
    claims,
    contingents,
    entries,
    live_at,
    missions,
    revisions,
    settled,
    sources,
)

# A column, or what a column shows at a revision.
Shown = ColumnElement[Any] | Callable[[int], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: the columns it shows, where they come from, what is live, what a filter keeps, and
    its order.
    """

    thing: str
    columns: Mapping[str, Shown]
    origin: FromClause
    live: Callable[[int], ColumnElement[bool]]
    conditions: Callable[[Filters, int], list[ColumnElement[bool]]]
    key: ColumnElement[Any]
    order: tuple[str, ...]

    def column(self, name: str, revision: int) -> ColumnElement[Any]:
        """A column by its name, as it stands at a revision."""
        found = self.columns[name]
        return found if isinstance(found, ColumnElement) else found(revision)

    def rows(self, revision: int, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
        """All rows under some conditions, as a query."""
        return (
            select(*(self.column(name, revision).label(name) for name in self.columns))
            .select_from(self.origin)
            .where(self.live(revision), *where)
        )


# More rows than any page: what belongs to one thing is shown with it, whole.
WHOLE = 10_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, how many there are in all, and the key after which the next page begins
    (None: no more).
    """

    rows: list[dict[str, Any]]
    total: int
    next: Any


def page(
    connection: Connection,
    listing: Listing,
    revision: int,
    filters: Filters,
    sort: Sequence[str] = (),
    size: int = 100,
    after: Any = None,
    count: bool = True,
) -> Page:
    """The rows of one page. `sort` names columns, `-` reverses one; `after` is the key the last
    page ended at.
    """
    where = listing.conditions(filters, revision)
    if filters.history:
        listing = _with_history(listing)
    order = [
        (listing.column(name.lstrip("-"), revision), name.startswith("-"))
        for name in (*sort, *listing.order)
    ]
    order.append((listing.key, False))
    query = listing.rows(revision, where)
    if after is not None:
        query = query.where(_after(connection, listing, revision, order, after))
    query = query.order_by(*((c.desc() if down else c.asc()).nulls_last() for c, down in order))
    found = [
        _finished(dict(row))
        for row in connection.execute(
            query.add_columns(listing.key.label("_key")).limit(size + 1)
        ).mappings()
    ]
    keys = [row.pop("_key") for row in found]
    total = -1
    if count:
        counted = (
            select(func.count()).select_from(listing.origin).where(listing.live(revision), *where)
        )
        total = connection.scalar(counted) or 0
    return Page(found[:size], total, keys[size - 1] if len(found) > size else None)


def every(
    reading: Callable[[], Any],
    listing: Listing,
    revision: int,
    filters: Filters,
    sort: Sequence[str],
    after: Any = None,
) -> Iterator[dict[str, Any]]:
    """All rows of a list, fetched page by page: nobody who hangs up keeps a connection."""
    while True:
        with reading() as connection:
            found = page(connection, listing, revision, filters, sort, 1000, after, count=False)
        yield from found.rows
        if found.next is None:
            return
        after = found.next


def one(connection: Connection, listing: Listing, revision: int, key: Any) -> dict[str, Any]:
    """The row of a key; NotFound when it is not live at the revision."""
    row = connection.execute(listing.rows(revision, [listing.key == key])).mappings().first()
    if row is None:
        raise NotFound(listing.thing, str(key))
    return _finished(dict(row))


def _after(
    connection: Connection,
    listing: Listing,
    revision: int,
    order: list[tuple[ColumnElement[Any], bool]],
    key: Any,
) -> ColumnElement[bool]:
    """What comes after the row of a key in the given order."""
    last = connection.execute(
        select(*(column for column, _ in order))
        .select_from(listing.origin)
        .where(listing.live(revision), listing.key == key)
    ).first()
    if last is None:
        raise NotFound(listing.thing, str(key))
    steps: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for (column, down), value in zip(order, last, strict=True):
        if value is not None:
            bound = literal(value, column.type)
            further = column < bound if down else column > bound
            steps.append(and_(*equal, or_(further, column.is_(None))))
        equal.append(column.is_(None) if value is None else column == literal(value, column.type))
    return or_(false(), *steps)


def _finished(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the names of its nations beside their codes."""
    finished: dict[str, Any] = {}
    for name, value in row.items():
        finished[name] = value
        if name in NAMED:
            finished[f"{name}_name"] = nation_name(value)
    return finished


NAMED = (*NATION_FIELDS, "host_country", "lead_nation")


def _with_history(listing: Listing) -> Listing:
    """The claims opened up to a revision, closed ones too; their keys repeat, so their row numbers
    stand in.
    """
    return Listing(
        listing.thing,
        listing.columns,
        listing.origin,
        lambda revision: claims.c.since <= revision,
        listing.conditions,
        claims.c.id,
        listing.order,
    )


def entry_listing(kind: str | None) -> Listing:
    """The list of one kind of entry; None: of every kind, each with the fields of all (null where a
    kind has none).
    """
    own = {name: entries.c[name] for name in (KINDS[kind].columns if kind else OWN_FIELDS)}
    value = (
        "status",
        "count_low",
        "count",
        "count_high",
        "date",
        "date_earliest",
        "date_latest",
        "disputed",
    )
    spread = ("spread_low", "spread_high", "origins", "claims", "settled_by")
    of_kind = [entries.c.kind == kind] if kind else []
    return Listing(
        thing=KINDS[kind].one if kind else "entry",
        columns={
            **{name: entries.c[name] for name in ("key", "kind", "mission")},
            **own,
            "replaces": entries.c.replaces,
            **{name: settled.c[name] for name in (*value, *spread)},
            "revision": settled.c.since,
        },
        origin=entries.join(settled, settled.c.entry == entries.c.key),
        live=lambda revision: and_(live_at(settled, revision), *of_kind),
        conditions=succession_conditions if kind == SUCCESSION else entry_conditions,
        key=entries.c.key,
        order=("date_earliest",),
    )


ENTRIES = {kind: entry_listing(kind) for kind in KINDS}
TIMELINE = entry_listing(None)

CLAIMS = Listing(
    thing="claim",
    columns={
        "key": claims.c.key,
        "entry": claims.c.entry,
        "kind": entries.c.kind,
        **{
            name: claims.c[name]
            for name in (*("source", "status", "count_low", "count", "count_high", "count_text"),)
        },
        "complete": func.coalesce(claims.c.complete, false()),
        **{
            name: claims.c[name]
            for name in (
                *(
                    "date",
                    "date_earliest",
                    "date_latest",
                    "date_text",
                    "grade",
                    "locator",
                    "summary",
                    "since",
                ),
            )
        },
        # A closing that came later was not known at the revision, and an answer at a revision never
        # changes.
        "until": lambda revision: case((claims.c.until <= revision, claims.c.until)),
    },
    origin=claims.join(entries, entries.c.key == claims.c.entry),
    live=lambda revision: live_at(claims, revision),
    conditions=claim_conditions,
    key=claims.c.key,
    order=("date_earliest",),
)


def _labels(
    thing: str, table: Any, names: Sequence[str], conditions: Any, order: tuple[str, ...]
) -> Listing:
    columns = {name: table.c[name] for name in names} | {"revision": table.c.since}
    return Listing(
        thing,
        columns,
        table,
        lambda revision: live_at(table, revision),
        conditions,
        table.c.slug,
        order,
    )


_MISSIONS = _labels(
    "mission",
    missions,
    ("slug", "name", "host_country", "lead_nation", "predecessor", "started", "ended"),
    mission_conditions,
    (),
)
MISSIONS = replace(
    _MISSIONS,
    columns={
        **_MISSIONS.columns,
        "follows": lambda revision: neighbours("mission", "predecessor", revision),
        "followed_by": lambda revision: neighbours("predecessor", "mission", revision),
    },
)
CONTINGENTS = _labels(
    "contingent",
    contingents,
    ("slug", "mission", "nation", "category", "units"),
    contingent_conditions,
    (),
)
SOURCES = _labels(
    "source",
    sources,
    (
        *(
            "slug",
            "series",
            "covers",
            "publisher",
            "title",
            "url",
            "published",
            "published_earliest",
            "published_latest",
            "grade",
        ),
        *("derived_from", "language", "retrieved_on", "archive_url", "licence", "file_hash"),
    ),
    source_conditions,
    ("published_latest",),
)
REVISIONS = Listing(
    thing="revision",
    columns={
        name: revisions.c[name]
        for name in ("number", "recorded_at", "author", "cause", "message", "chain")
    },
    origin=revisions,
    live=lambda revision: revisions.c.number <= revision,
    conditions=lambda filters, _revision: (
        [] if filters.after is None else [revisions.c.number > filters.after]
    ),
    key=revisions.c.number,
    order=(),
)


def shown_columns(listing: Listing) -> list[str]:
    """The columns of a list's rows, with the names of nations that stand beside their codes."""
    return [
        shown
        for name in listing.columns
        for shown in ((name, f"{name}_name") if name in NAMED else (name,))
    ]


def near(connection: Connection, listing: Listing, revision: int, key: Any) -> str | None:
    """The key of a list that is nearest to one that it does not have."""
    keys = connection.scalars(
        select(listing.key).select_from(listing.origin).where(listing.live(revision))
    )
    found = get_close_matches(str(key).lower(), [str(known) for known in keys], n=1)
    return found[0] if found else None
