"""Every list in every order, page by page, is the list sorted in plain Python: nulls last, equal
values in the order of keys, whatever is filtered, at any revision.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import pytest
from sqlalchemy import Connection, and_

from app.record import listings, walks
from app.record.database import Database, migrate
from app.record.filters import Filters
from app.record.ledger import ChangeNote, retract
from app.record.listings import CLAIMS, CONTINGENTS, ENTRIES, MISSIONS, SOURCES, TIMELINE, page
from app.record.lists import Listing
from app.settings import Settings
from tests.conftest import new_database
from tests.record.test_ledger import NOON, commit

Row = dict[str, Any]
Keeps = Callable[[Row], bool]
DAYS = ("2024-01-05", "2024-01-06", "2024-01", "../2024-01-05", "2024-01-06/..", "2024-02-01")
COUNTS = (None, 3, "~3", ">=5", "1..9", "unknown")
PAPERS = ("echo", "herald", "nation")
REVISIONS = 5


def told(chance: random.Random) -> Row:
    """A revision of a ledger in which much is equal, and much is not known."""
    entries = []
    for nth in chance.sample(range(30), 12):
        kind = ("strength_report", "movement", "pledge")[nth % 3]
        about = {"direction": "arrival"} if kind == "movement" else {}
        said = {
            paper: {
                "source": paper,
                "status": chance.choice(("occurred", "expected")),
                "count": chance.choice(COUNTS),
                "date": chance.choice(DAYS),
                "grade": chance.choice(("B2", "C3")),
            }
            for paper in chance.sample(PAPERS, chance.randint(1, 2))
        }
        entries.append(
            {
                "key": f"e-{nth * 7 % 30:02}",
                "kind": kind,
                "mission": f"m-{nth % 2}",
                "nation": ("KEN", "JAM")[nth // 3 % 2],
                "category": "police",
                **about,
                "claims": list(said.values()),
            }
        )
    return {
        "missions": [{"slug": f"m-{nth}", "name": f"One of two: {nth}"} for nth in range(2)],
        "sources": [{"slug": paper, "publisher": "A paper"} for paper in PAPERS],
        "entries": entries,
    }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A ledger of some revisions, with corrections and retractions."""
    url = new_database(request.param, postgresql, tmp_path_factory.mktemp("orders"))
    settings, chance = Settings(database_url=url), random.Random(7)
    migrate(settings)
    with Database(settings) as opened:
        for _ in range(REVISIONS - 1):
            with opened.writing() as connection:
                commit(connection, **told(chance))
        with opened.writing() as connection:
            key = listings.page(connection, CLAIMS, REVISIONS - 1, Filters()).rows[3]["key"]
            retract(connection, key, ChangeNote("tester", "a test"), NOON)
        yield opened


LISTS = {"reports": ENTRIES["strength_report"], "timeline": TIMELINE, "claims": CLAIMS}
LISTS |= {"missions": MISSIONS, "contingents": CONTINGENTS, "sources": SOURCES}

# Filters, and the same by hand; those of the columns of a claim or of what entries settle to.
FILTERS: list[tuple[str, tuple[str, ...], Keeps]] = [
    ("missions", ("m-1",), lambda row: row["mission"] == "m-1"),
    ("missions", ("m-0", "m-1"), bool),
    ("statuses", ("expected",), lambda row: row["status"] == "expected"),
    ("nations", ("KEN",), lambda row: row["nation"] == "KEN"),
    ("nations", ("JAM", "KEN"), bool),
    ("categories", ("police",), bool),
    ("sources", ("echo",), lambda row: "echo" in row["told_by"]),
    ("sources", ("echo", "herald"), lambda row: bool({"echo", "herald"} & row["told_by"])),
    ("kinds", ("pledge", "movement"), lambda row: row["kind"] in ("pledge", "movement")),
]


def drawn(chance: random.Random) -> tuple[Filters, Keeps]:
    """Some filters together, and what they keep by hand."""
    chosen = {name: (of, keeps) for name, of, keeps in chance.sample(FILTERS, chance.randint(0, 4))}
    tests = [keeps for _, keeps in chosen.values()]
    asked: dict[str, Any] = {name: of for name, (of, _) in chosen.items()}
    return Filters(**asked), lambda row: all(keeps(row) for keeps in tests)


def all_rows(connection: Connection, listing: Listing, revision: int) -> list[Row]:
    """All rows of a list, with what filters look at, by the plainest of queries."""
    where = and_(
        listing.live(revision), *listing.own(listing.asked(Filters()), revision, listing.table)
    )
    rows = [dict(row) for row in connection.execute(listing.rows(revision, where)).mappings()]
    live = CLAIMS.rows(revision, CLAIMS.live(revision))
    claims = list(connection.execute(live).mappings())
    every = TIMELINE.rows(revision, TIMELINE.live(revision))
    about = {row["key"]: row for row in connection.execute(every).mappings()}
    for row in rows:
        if listing is CLAIMS:
            entry = about[row["entry"]]
            row |= {name: entry[name] for name in ("mission", "nation")}
            row["told_by"] = {row["source"]}
        elif "kind" in row:
            row["told_by"] = {claim["source"] for claim in claims if claim["entry"] == row["key"]}
    return rows


def by_hand(rows: Sequence[Row], sort: Sequence[str], listing: Listing) -> list[Any]:
    """The keys of rows in an order, nulls last."""
    found = sorted(rows, key=itemgetter("_key"))
    for name in reversed((*sort, *listing.order)):
        bare, down = name.removeprefix("-"), name.startswith("-")
        known = [row for row in found if row[bare] is not None]
        known.sort(key=itemgetter(bare), reverse=down)
        found = known + [row for row in found if row[bare] is None]
    return [row["_key"] for row in found]


def walked(
    connection: Connection,
    listing: Listing,
    revision: int,
    filters: Filters,
    sort: Sequence[str],
    size: int,
) -> tuple[list[Any], set[int]]:
    """The keys of all pages, and the totals they tell."""
    name = "key" if "key" in listing.columns else "slug"
    keys, totals, after = [], set(), None
    while True:
        found = page(connection, listing, revision, filters, sort, size, after)
        keys += [row[name] for row in found.rows]
        totals.add(found.total)
        after = found.next
        if after is None:
            return keys, totals


@pytest.mark.parametrize("stretches", [walks.STRETCHES, ((1, 0), (1, 3)), ((1, 1),)])
@pytest.mark.parametrize("name", LISTS)
def test_pages_in_any_order_are_the_list_sorted_by_hand(
    database: Database, name: str, stretches: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "STRETCHES", stretches)
    monkeypatch.setattr(walks, "FEW", 5)
    monkeypatch.setattr(listings, "BATCH", 4)
    monkeypatch.setattr(listings, "READ", 3)
    listing, chance = LISTS[name], random.Random(f"{name} {stretches}")
    columns = list(listing.columns)
    with database.reading() as connection:
        rows = {number: all_rows(connection, listing, number) for number in range(1, REVISIONS + 1)}
        for _ in range(10):
            sort = [
                chance.choice(("", "-")) + of for of in chance.sample(columns, chance.randint(0, 2))
            ]
            if chance.random() < 0.5:
                sort = [chance.choice(("", "-")) + chance.choice(sorted(listing.walks)), *sort]
            sort = [of for of in sort if of.removeprefix("-") in columns]
            revision = chance.randint(1, REVISIONS)
            filters, keeps = drawn(chance) if "kind" in columns else (Filters(), bool)
            if listing.kind and filters.kinds:
                continue
            expected = by_hand([r for r in rows[revision] if keeps(r)], sort, listing)
            asked = (listing, revision, filters, sort)
            found, totals = walked(connection, *asked, chance.randint(1, 7))
            assert found == expected, (revision, filters, sort)
            assert totals == {len(expected)}, (revision, filters, sort)
            key = "key" if "key" in columns else "slug"
            whole = listings.every(database.reading, *asked)
            assert [row[key] for row in whole] == expected, (revision, filters, sort)
