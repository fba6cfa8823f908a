"""What a write and a look at one entry cost is counted, not timed: statements, and rows fetched,
are the same in a ledger and in one ten times as large.

A ledger grows by missions, and by months of the same missions. What a movement is answered with is
told of its own people: of these it reads more as months go by, and never of others.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.engine.cursor import CursorFetchStrategy
from starlette.testclient import TestClient

from app.main import create_app
from app.record import mappings, series
from app.record.database import Database, migrate
from app.record.keys import add_key
from app.record.ledger import ChangeNote, take
from app.record.series import TableFile
from app.record.tables import VERSIONED, metadata, settled
from app.settings import Settings
from tests.conftest import ROOT, new_database

MAPPING = mappings.load_mapping(ROOT / "seeds" / "mappings" / "un-contributors.yaml")
EMPTY = dict.fromkeys(["Formed_Police_Units", "Experts_on_Mission", "Observers"], "NA")
NATIONS = ("KEN", "JAM", "BHS", "GTM", "SLV")
KENYANS = {"mission": "m-001", "nation": "KEN", "category": "troops"}
REPORT = "un-contributors-m-001-ken-troops-2000-03-28"


def day_of(month: int) -> date:
    """The day of a month, counted from the first of the ledger."""
    return date(2000 + month // 12, month % 12 + 1, 28)


def import_month(connection: Connection, month: int, missions: int) -> None:
    """A month of a complete table: who is in so many missions."""
    day = str(day_of(month))
    rows = [
        EMPTY
        | {"Date": day, "Mission": f"M {mission:03}", "Mission_Country_ISO-3": "HTI"}
        | {"Contributor_ISO-3": nation, "Troops": str(month + nth), "Total": str(month + nth + 7)}
        | {"Inidividual_Police": "7", "Civilian_Police": "7"}
        for mission in range(missions)
        for nth, nation in enumerate(NATIONS)
    ]
    reading = mappings.read_table(MAPPING, enumerate(rows, start=2), list(rows[0]))
    assert reading.faults() == []
    table = TableFile(f"{day}.csv", f"sha256:{month:064x}", reading)
    document = series.document_of(connection, MAPPING, [table])
    assert take(connection, document, ChangeNote("tester", day)).recorded


@dataclass
class Cost:
    """What was asked of the databases."""

    statements: int = 0
    fetched: int = 0

    def alike(self, other: "Cost") -> bool:
        """Within a fifth of each other."""
        return all(
            5 * abs(one - two) <= one
            for one, two in ((self.statements, other.statements), (self.fetched, other.fetched))
        )


@contextmanager
def counted() -> Iterator[Cost]:
    """Count statements, and rows that leave a cursor."""
    cost = Cost()

    def asked(*_told: Any) -> None:
        cost.statements += 1

    def counting(fetch: Callable[..., Any]) -> Callable[..., Any]:
        def fetched(*told: Any, **more: Any) -> Any:
            found = fetch(*told, **more)
            cost.fetched += len(found) if isinstance(found, list) else found is not None
            return found

        return fetched

    event.listen(Engine, "before_cursor_execute", asked)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fetchall", "fetchone", "fetchmany"):
            patch.setattr(CursorFetchStrategy, name, counting(getattr(CursorFetchStrategy, name)))
        yield cost
    event.remove(Engine, "before_cursor_execute", asked)


class Desk:
    """A ledger of some missions and months, and what is done with it, each counted."""

    def __init__(self, settings: Settings, missions: int, months: int) -> None:
        migrate(settings)
        self.database, self.missions, self.months = Database(settings), missions, months
        self.client = TestClient(create_app(settings))
        for month in range(months):
            with self.database.writing() as connection:
                import_month(connection, month, missions)
        with self.database.writing() as connection:
            key = add_key(connection, "desk", "write", datetime.now(UTC))
        self.key = {"Authorization": f"Bearer {key}"}
        self.sent = 0
        self.post()
        self.read()
        self.page()

    def post(self, **about: Any) -> Cost:
        """A movement of the second month."""
        self.sent += 1
        claim = {"source": "un-contributors-2000-02-28", "status": "occurred", "count": 3}
        told = {"key": f"sent-{self.sent}", "direction": "arrival", **KENYANS, **about}
        body = told | {"claims": [claim | {"date": "2000-02-05"}]}
        with counted() as cost:
            answer = self.client.post("/v1/movements", json=body, headers=self.key)
        assert answer.status_code == 201, answer.text
        assert len(answer.json()["estimates"]) == 1
        return cost

    def read(self) -> Cost:
        """One entry, as JSON."""
        with counted() as cost:
            answer = self.client.get(f"/v1/strength-reports/{REPORT}")
        assert answer.status_code == 200, answer.text
        return cost

    def page(self) -> Cost:
        """One entry, as a page."""
        with counted() as cost:
            answer = self.client.get(f"/entries/{REPORT}")
        assert answer.status_code == 200, answer.text
        return cost

    def month(self) -> Cost:
        """A further month of the first two missions, not kept."""
        with self.database.writing() as connection:
            with counted() as cost:
                import_month(connection, self.months, 2)
            connection.rollback()
        return cost

    def rows(self) -> tuple[int, int]:
        """How many rows there are, and how many of them are closed."""
        with self.database.reading() as connection:
            of = [select(func.count()).select_from(t) for t in metadata.sorted_tables]
            ended = [
                select(func.count()).select_from(t).where(t.c.until.is_not(None))
                for t in (*VERSIONED.values(), settled)
            ]
            return (
                sum(connection.scalar(count) or 0 for count in of),
                sum(connection.scalar(count) or 0 for count in ended),
            )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[int, int], Desk]]:
    """A ledger of some missions and months: each is made once."""
    made: dict[tuple[int, int], Desk] = {}
    place = tmp_path_factory.mktemp("growth")

    def of(missions: int, months: int) -> Desk:
        if (missions, months) not in made:
            settings = Settings(database_url=new_database(request.param, postgresql, place))
            made[missions, months] = Desk(settings, missions, months)
        return made[missions, months]

    yield of
    for each in made.values():
        each.database.dispose()


SMALL, MANY_MISSIONS, MANY_MONTHS = (3, 4), (30, 4), (3, 40)


@pytest.mark.parametrize("grown", [MANY_MISSIONS, MANY_MONTHS], ids=["missions", "months"])
@pytest.mark.parametrize("does", [Desk.month, Desk.read, Desk.page])
def test_a_month_and_one_entry_cost_the_same_in_a_ledger_ten_times_as_large(
    desk: Callable[[int, int], Desk], does: Callable[[Desk], Cost], grown: tuple[int, int]
) -> None:
    small, large = does(desk(*SMALL)), does(desk(*grown))
    assert small.fetched
    assert small.alike(large), (small, large)


def test_a_movement_costs_the_same_whatever_is_told_of_others(
    desk: Callable[[int, int], Desk],
) -> None:
    small, large = desk(*SMALL).post(), desk(*MANY_MISSIONS).post()
    assert small.alike(large), (small, large)


def test_of_its_own_people_it_reads_what_is_told_of_them_and_the_reports_over_them(
    desk: Callable[[int, int], Desk],
) -> None:
    small, large = desk(*SMALL).post(), desk(*MANY_MONTHS).post()
    assert small.statements == large.statements
    # Before and after it, a month: the reports of its people and those over them, their entries and
    # sources; nothing of other nations.
    assert large.fetched - small.fetched <= 2 * 8 * (MANY_MONTHS[1] - SMALL[1])


def test_a_movement_of_long_ago_writes_a_few_rows(desk: Callable[[int, int], Desk]) -> None:
    large = desk(*MANY_MONTHS)
    (rows, closed), _ = large.rows(), large.post()
    now, closed_now = large.rows()
    assert (now - rows) + (closed_now - closed) <= 10
