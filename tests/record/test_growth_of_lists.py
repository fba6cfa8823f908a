"""What a page of a list costs is counted, not timed: steps of SQLite, rows that PostgreSQL's plans
pass, are the same in a ledger and in one ten times as large, on the first page and deep in.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, event

from app.record.database import Database, migrate
from app.record.filters import Filters
from app.record.listings import (
    CLAIMS,
    CONTINGENTS,
    ENTRIES,
    MISSIONS,
    REVISIONS,
    TIMELINE,
    every,
    page,
)
from app.record.lists import Listing
from app.settings import Settings
from tests.conftest import new_database
from tests.record.test_ledger import commit

SIZE = 20
MONTHS = (8, 80)
NATIONS = ("KEN", "JAM", "BHS", "GTM", "SLV", "BEN", "TCD", "BGD", "BRB", "ATG")
Order = tuple[Listing, Filters, tuple[str, ...]]
ONE = Filters(missions=("m-1",))

# The orders that are walked whole by an index: a list, filters and what is sorted by.
WALKED: dict[str, Order] = {
    "claims": (CLAIMS, Filters(), ()),
    "claims, last first": (CLAIMS, Filters(), ("-date_earliest",)),
    "claims by key": (CLAIMS, Filters(), ("key",)),
    "claims by key, down": (CLAIMS, Filters(), ("-key",)),
    "claims, newest first": (CLAIMS, Filters(), ("-since", "-date_earliest")),
    "claims of a mission": (CLAIMS, ONE, ()),
    "reports": (ENTRIES["strength_report"], Filters(), ()),
    "reports, last first": (ENTRIES["strength_report"], Filters(), ("-date_earliest",)),
    "the timeline": (TIMELINE, Filters(), ()),
    "the timeline, last first": (TIMELINE, Filters(), ("-date_earliest",)),
    "the timeline of a mission": (TIMELINE, ONE, ()),
    "the timeline by key": (TIMELINE, Filters(), ("key",)),
    "the timeline, newest first": (TIMELINE, Filters(), ("-revision",)),
    "missions": (MISSIONS, Filters(), ()),
    "contingents": (CONTINGENTS, Filters(), ()),
}
# In these there are few rows, or one database sorts what is equal as it is met.
OTHERS: dict[str, Order] = {
    "claims with the closed ones": (CLAIMS, Filters(history=True), ()),
    "reports of a mission": (ENTRIES["strength_report"], ONE, ("-date_earliest",)),
    "revisions, newest first": (REVISIONS, Filters(), ("-number",)),
}


def month_of_reports(connection: Connection, month: int) -> None:
    """What one table tells of ten nations in six missions, and of one more that is of no day."""
    day, table = f"{2000 + month // 12}-{month % 12 + 1:02}-28", f"table-{month:03}"
    told: list[dict[str, Any]] = [
        {
            "key": f"m-{mission}-{nation.lower()}-{month:03}",
            "kind": "strength_report",
            "mission": f"m-{mission}",
            "nation": nation,
            "category": "police",
            "claims": [{"source": table, "status": "occurred", "count": nth + month, "date": day}],
        }
        for mission in range(6)
        for nth, nation in enumerate(NATIONS)
    ]
    told[0]["claims"][0] |= {"date": f"../{day}"}
    of = {f"m-{mission}": {"slug": f"m-{mission}", "name": f"M {mission}"} for mission in range(6)}
    source = {"slug": table, "publisher": "The Table"}
    commit(connection, missions=list(of.values()), sources=[source], entries=told)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ledgers(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Database]]:
    """A ledger, and one ten times as large."""
    made = []
    for months in MONTHS:
        place = tmp_path_factory.mktemp(f"lists-{months}")
        settings = Settings(database_url=new_database(request.param, postgresql, place))
        migrate(settings)
        made.append(Database(settings))
        for month in range(months):
            with made[-1].writing() as connection:
                month_of_reports(connection, month)
        with made[-1].writer.begin() as connection:
            connection.exec_driver_sql("ANALYZE" if not made[-1].is_sqlite else "SELECT 1")
    yield made[0], made[1]
    for database in made:
        database.dispose()


@dataclass
class Asked:
    """The statements of a page, and what they cost."""

    plans: list[str]
    cost: int = 0


@contextmanager
def reading(database: Database) -> Iterator[Connection]:
    """A connection that takes an index where there is one, however small the table."""
    with database.reading() as connection:
        if not database.is_sqlite:
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET enable_{way} = off")
        yield connection


def asked_for(
    database: Database, what: tuple[Listing, Filters, tuple[str, ...]], deep: bool
) -> Asked:
    """What a page asks of the database: the first, or one far behind it."""
    listing, filters, sort = what
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        statements.append((statement, values))

    with reading(database) as connection:
        revision = connection.exec_driver_sql("SELECT revision FROM head").scalar() or 0
        after = None
        if deep:
            # A page in the middle of what a month tells, at the same place in both ledgers.
            before = page(connection, listing, revision, filters, sort, 3 * SIZE - 7, count=False)
            after = before.next
        event.listen(database.reader, "before_cursor_execute", note)
        page(connection, listing, revision, filters, sort, SIZE, after, count=False)
        event.remove(database.reader, "before_cursor_execute", note)
        found = Asked([])
        for statement, values in statements:
            (explained_sqlite if database.is_sqlite else explained_postgresql)(
                connection, statement, values, found
            )
    return found


def explained_sqlite(connection: Connection, statement: str, values: Any, found: Asked) -> None:
    raw: Any = connection.connection.driver_connection
    plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    # What branches came to, a page of each, is sorted: that it is no more is seen by its cost.
    found.plans += [] if any("UNION ALL" in step for step in plan) else plan
    steps = [0]

    def step() -> None:
        steps[0] += 1

    raw.set_progress_handler(step, 10)
    raw.execute(statement, values).fetchall()
    raw.set_progress_handler(None, 0)
    found.cost += steps[0]


def explained_postgresql(connection: Connection, statement: str, values: Any, found: Asked) -> None:
    told = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
    plan = connection.exec_driver_sql(told, values).scalar()
    nodes = [(plan if isinstance(plan, list) else json.loads(str(plan)))[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        below = node.get("Plans", [])
        nodes += below
        few = sum(each["Actual Rows"] for each in below) <= 10 * SIZE
        found.plans += [node["Node Type"]] if node["Node Type"] != "Sort" or not few else []
        passed = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        found.cost += int(passed * node["Actual Loops"])


# What a database says where it sorts all before it answers the first row.
WHOLE_SORTS = ("USE TEMP B-TREE FOR ORDER BY", "Sort")


@pytest.mark.parametrize("deep", [False, True], ids=["first", "deep"])
@pytest.mark.parametrize("name", [*WALKED, *OTHERS])
def test_no_page_sorts_the_whole(ledgers: tuple[Database, Database], name: str, deep: bool) -> None:
    plans = asked_for(ledgers[1], {**WALKED, **OTHERS}[name], deep).plans
    assert not set(plans) & set(WHOLE_SORTS), plans


@pytest.mark.parametrize("deep", [False, True], ids=["first", "deep"])
@pytest.mark.parametrize("name", WALKED)
def test_a_page_costs_the_same_in_a_ledger_ten_times_as_large(
    ledgers: tuple[Database, Database], name: str, deep: bool
) -> None:
    small, large = (asked_for(database, WALKED[name], deep) for database in ledgers)
    assert small.cost
    assert 5 * abs(small.cost - large.cost) <= small.cost, (small, large)


def test_the_rows_of_a_list_are_counted_once_at_a_revision(
    ledgers: tuple[Database, Database],
) -> None:
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    database = ledgers[0]
    with database.reading() as connection:
        event.listen(database.reader, "before_cursor_execute", note)
        first = page(connection, CLAIMS, 4, Filters(statuses=("occurred",)), size=SIZE)
        counted = sum("count(*)" in statement for statement in statements)
        second = page(
            connection, CLAIMS, 4, Filters(statuses=("occurred",)), size=SIZE, after=first.next
        )
        event.remove(database.reader, "before_cursor_execute", note)
    assert counted > 0
    assert (first.total, second.total) == (240, 240)
    assert sum("count(*)" in statement for statement in statements) == counted


def test_a_whole_list_is_read_in_statements_that_grow_with_it_and_no_faster(
    ledgers: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.record.listings.BATCH", 100)
    monkeypatch.setattr("app.record.listings.READ", 20)
    costs: list[Mapping[str, int]] = []
    for database in ledgers:
        cost = {}
        for sort in ((), ("grade",)):
            statements: list[str] = []

            def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
                statements.append(statement)  # noqa: B023

            event.listen(database.reader, "before_cursor_execute", note)
            number = MONTHS[ledgers.index(database)]
            rows = list(every(database.reading, CLAIMS, number, Filters(), sort))
            event.remove(database.reader, "before_cursor_execute", note)
            assert len(rows) == 60 * number
            cost[str(sort)] = len(statements)
        costs.append(cost)
    assert all(costs[1][sort] <= 11 * costs[0][sort] for sort in costs[0]), costs
