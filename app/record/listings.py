"""Lists of the ledger, each as one keyset-paginated query at one revision, with its filters.

A page begins after a row that is named by its key, so a cursor carries no values that a caller
could bend, and the order ends in the key, so that no row is met twice or missed. Nulls stand last
in either direction, on both databases.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, and_, case, false, func, select

from app.record.evidence import CHUNK
from app.record.filters import (
    Filters,
    about,
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
from app.record.lists import Listing, Walk, live_and_closed, whole
from app.record.nations import nation_name
from app.record.problems import NotFound, NotReady
from app.record.tables import (
    claims,
    contingents,
    entries,
    missions,
    revisions,
    settled,
    sources,
)
from app.record.totals import total_of
from app.record.walks import Sought, ids_of

# More rows than any page: what belongs to one thing is shown with it, whole.
WHOLE = 10_000_000
# How many rows of a whole list are found at a time, and how many of them read, each time by a
# connection that is then free.
BATCH, READ = 20_000, 1_000


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
    if filters.history:
        listing = _with_history(listing)
    sought = _sought(connection, listing, revision, filters, sort, after)
    found = ids_of(connection, sought, size + 1)
    rows = _read(connection, sought, found[:size])
    total = total_of(connection, sought) if count else -1
    return Page(rows, total, _key(found[size - 1]) if len(found) > size else None)


def every(
    reading: Callable[[], Any],
    listing: Listing,
    revision: int,
    filters: Filters,
    sort: Sequence[str],
    after: Any = None,
) -> Iterator[dict[str, Any]]:
    """All rows of a list, read some at a time: nobody who hangs up keeps a connection.

    Where no index has the order, all is sorted once, and what stays in memory is two numbers a row.
    """
    if filters.history:
        listing = _with_history(listing)
    while True:
        with reading() as connection:
            sought = _sought(connection, listing, revision, filters, sort, after)
            ids, keys, after = array("q"), array("q"), None
            for row in ids_of(connection, sought, BATCH if sought.direct else None):
                ids.append(row[-1])
                keys.append(hash(_key(row)))
                after = _key(row)
        for start in range(0, len(ids), READ):
            part = slice(start, start + READ)
            with reading() as connection:
                yield from _read(connection, sought, ids[part], keys[part])
        if not sought.direct or len(ids) < BATCH:
            return


def one(connection: Connection, listing: Listing, revision: int, key: Any) -> dict[str, Any]:
    """The row of a key; NotFound when it is not live at the revision."""
    asked = listing.own(listing.asked(Filters()), revision, listing.table)
    where = and_(listing.live(revision), listing.key == key, *asked)
    row = connection.execute(listing.rows(revision, where)).first()
    if row is None:
        raise NotFound(listing.thing, str(key))
    return _finished(list(listing.columns), row)


def _sought(
    connection: Connection,
    listing: Listing,
    revision: int,
    filters: Filters,
    sort: Sequence[str],
    key: Any,
) -> Sought:
    """What is looked for after the row of a key, in the order asked for."""
    terms = listing.terms(sort, revision)
    after = None
    if key is not None:
        last = select(*(of for of, _ in terms)).select_from(listing.origin)
        after = connection.execute(last.where(listing.live(revision), listing.key == key)).first()
        if after is None:
            raise NotFound(listing.thing, str(key))
    return Sought(listing, revision, listing.asked(filters), terms, after)


def _key(row: Any) -> Any:
    """The key of a row that was found: the last term of its order."""
    return row[-2]


def _read(
    connection: Connection, sought: Sought, found: Sequence[Any], keys: Sequence[int] = ()
) -> list[dict[str, Any]]:
    """The rows that were found, as the list shows them. NotReady where they are others by now: what
    entries settle to was made anew meanwhile.
    """
    listing = sought.listing
    ids = found if keys else [row[-1] for row in found]
    names = list(listing.columns)
    rows: dict[int, Sequence[Any]] = {}
    for start in range(0, len(ids), CHUNK):
        query = listing.rows(sought.revision, listing.id.in_(ids[start : start + CHUNK]))
        rows |= {row[-2]: row for row in connection.execute(query)}
    shown = [rows[row_id] for row_id in ids if row_id in rows]
    known = keys or [hash(_key(row)) for row in found]
    if [hash(row[-1]) for row in shown] != list(known):
        raise NotReady("The ledger was made anew while it was read; try again.")
    return [_finished(names, row) for row in shown]


def _finished(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """A row with the names of its nations beside their codes; what follows its columns is left."""
    if not NAMED.intersection(names):
        return dict(zip(names, values, strict=False))
    finished: dict[str, Any] = {}
    for name, value in zip(names, values, strict=False):
        finished[name] = value
        if name in NAMED:
            finished[f"{name}_name"] = nation_name(value)
    return finished


# Whose nations' names stand beside their codes.
NAMED = frozenset((*NATION_FIELDS, "host_country", "lead_nation"))


def _with_history(listing: Listing) -> Listing:
    """The claims opened up to a revision, closed ones too; their keys repeat, so their row numbers
    stand in.
    """
    return replace(listing, key=claims.c.id, history=True)


def _of_entries(filters: Filters) -> Walk:
    """By kind, or by mission and kind, and day: a walk beside another for each kind."""
    kinds = filters.kinds or tuple(KINDS)
    left = replace(filters, kinds=())
    if len(filters.missions) != 1:
        return Walk([settled.c.kind == kind for kind in kinds], left)
    [mission] = filters.missions
    branches = [and_(settled.c.mission == mission, settled.c.kind == kind) for kind in kinds]
    return Walk(branches, replace(left, missions=()))


def _of_kind(filters: Filters) -> Walk:
    """By kind and day: of two missions of an entry either may be asked for."""
    kinds = filters.kinds or tuple(KINDS)
    return Walk([settled.c.kind == kind for kind in kinds], replace(filters, kinds=()))


def _of_claims(filters: Filters) -> Walk:
    """By day, or by mission and day."""
    if len(filters.missions) != 1:
        return whole(filters)
    return Walk([claims.c.mission == filters.missions[0]], replace(filters, missions=()))


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
    return Listing(
        thing=KINDS[kind].one if kind else "entry",
        columns={
            "key": settled.c.entry,
            **{name: settled.c[name] for name in ("kind", "mission")},
            **own,
            "replaces": entries.c.replaces,
            **{name: settled.c[name] for name in (*value, *spread)},
            "revision": settled.c.since,
        },
        table=settled,
        origin=settled.join(entries, entries.c.key == settled.c.entry),
        own=succession_conditions if kind == SUCCESSION else entry_conditions,
        about=about,
        key=settled.c.entry,
        order=("date_earliest",),
        kind=kind,
        walks={
            "entry": live_and_closed(settled),
            "date_earliest": _of_kind if kind == SUCCESSION else _of_entries,
            "since": whole,
        },
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
    table=claims,
    origin=claims.join(entries, entries.c.key == claims.c.entry),
    own=claim_conditions,
    about=about,
    key=claims.c.key,
    order=("date_earliest",),
    walks={
        "key": live_and_closed(claims),
        "date_earliest": _of_claims,
        "since": whole,
    },
)


def _labels(
    thing: str, table: Any, names: Sequence[str], conditions: Any, order: tuple[str, ...]
) -> Listing:
    columns = {name: table.c[name] for name in names} | {"revision": table.c.since}
    return Listing(
        thing,
        columns,
        table,
        table,
        conditions,
        table.c.slug,
        order,
        walks={"slug": live_and_closed(table)},
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
    table=revisions,
    origin=revisions,
    own=lambda filters, _revision, of: (
        [] if filters.after is None else [of.c.number > filters.after]
    ),
    key=revisions.c.number,
    order=(),
    walks={"number": whole},
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
