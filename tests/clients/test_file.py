"""The ledger as one file, in the programs that open it: the questions of docs/dashboards.md as they
stand, and what a chart makes of numbers and days.
"""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import httpx2
import pytest
from sqlalchemy import Integer, Text, create_engine, inspect

from tests.clients.recipes import PAGE, WRITTEN, promised, recipes

TYPES = {"INTEGER": "BIGINT", "TEXT": "VARCHAR"}
ASKED = [statement for text in recipes("sqlite") for statement in re.findall(r"[^;]+;", text)]
FIRST = [row for text in recipes("sqlite") for row in promised(text, "--")]
PAGES = re.findall(r"`(/muster/[^`]*)`", PAGE)


def plain(statement: str) -> str:
    """A question without what the page says of the answer to the one before."""
    return re.sub(r"^ *--.*$", "", statement, flags=re.M).strip()


def words(row: Sequence[Any]) -> str:
    """A row as the page tells it; a month that DuckDB gives as a time is a day."""
    return " ".join(str(value) for value in row)


@pytest.fixture(scope="module")
def file(host: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, where the page puts it."""
    (fetched, _) = recipes("sh", host)
    place = tmp_path_factory.mktemp("file")
    _, _, name, address = fetched.replace("'", "").split()
    found = place / name
    found.write_bytes(httpx2.get(address).raise_for_status().content)
    return found


@pytest.fixture
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, open for reading."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    yield connection
    connection.close()


class TestSQLite:
    def test_every_question_gives_what_the_page_says(self, opened: sqlite3.Connection) -> None:
        found = [words(opened.execute(plain(asked)).fetchall()[0]) for asked in ASKED]
        assert found == FIRST
        assert len(found) == 4

    def test_the_table_of_the_page_names_what_is_in_it(self, opened: sqlite3.Connection) -> None:
        table = PAGE.split("| in it | is |")[1].split("\n\n")[0]
        lines = table.splitlines()[2:]
        named = {name for line in lines for name in re.findall(r"`(\w+)`", line.split(" | ")[0])}
        rows = opened.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        assert {name for (name,) in rows} == named

    @pytest.mark.parametrize("column", ["count", "count_low", "count_high", "spread_high"])
    def test_numbers_are_added_and_ordered_as_numbers(
        self, opened: sqlite3.Connection, column: str
    ) -> None:
        asked = f"SELECT {column} FROM timeline WHERE {column} IS NOT NULL ORDER BY {column}"
        known = [value for (value,) in opened.execute(asked)]
        assert known == sorted(known)
        assert {type(value) for value in known} == {int}
        most, least, all_of_them = opened.execute(
            f"SELECT max({column}), min({column}), sum({column}) FROM timeline"
        ).fetchone()
        assert (most, least, all_of_them) == (max(known), min(known), sum(known))

    def test_days_are_ordered_as_days(self, opened: sqlite3.Connection) -> None:
        asked = "SELECT date_latest FROM timeline WHERE date_latest IS NOT NULL ORDER BY 1"
        days = [date.fromisoformat(day) for (day,) in opened.execute(asked)]
        assert days == sorted(days)
        (last,) = opened.execute("SELECT max(date_latest) FROM timeline").fetchone()
        assert date.fromisoformat(last) == days[-1]


class TestDatasette:
    def asked(self, file: Path, address: str) -> Any:
        """What Datasette answers; it may have nothing to say beside."""
        (_, serving) = recipes("sh")
        command = serving.replace("muster.sqlite", str(file)).split()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *command, "--get", address],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return json.loads(done.stdout)

    def test_every_question_is_answered_alike(self, file: Path, opened: sqlite3.Connection) -> None:
        for asked in ASKED:
            query = plain(asked).removesuffix(";")
            found = self.asked(
                file, "/muster.json?" + urlencode({"sql": query, "_shape": "arrays"})
            )
            assert [tuple(row) for row in found["rows"]] == opened.execute(query).fetchall()[:100]

    def test_every_address_of_the_page_answers(self, file: Path) -> None:
        assert len(PAGES) == 3
        for address in PAGES:
            path, _, query = address.partition("?")
            found = self.asked(file, f"{path}.json?{query}")
            assert found["filtered_table_rows_count"] > 0
        # A key that names a row leads to it, by its name.
        found = self.asked(file, "/muster/claims.json?_labels=on&_shape=objects&_size=1")
        assert found["rows"][0]["source"].keys() == {"value", "label"}


class TestDuckDB:
    @pytest.fixture
    def database(self, opened: sqlite3.Connection) -> Iterator[duckdb.DuckDBPyConnection]:
        """The rows of the file under the name that it is attached by, of DuckDB's own types."""
        with duckdb.connect() as connection:
            connection.execute("ATTACH ':memory:' AS muster")
            for name in ("movements", "deliveries"):
                columns = opened.execute(f"PRAGMA table_info({name})").fetchall()
                made = ", ".join(f'"{column[1]}" {TYPES[column[2]]}' for column in columns)
                connection.execute(f"CREATE TABLE muster.{name} ({made})")
                rows = opened.execute(f"SELECT * FROM {name}").fetchall()
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO muster.{name} VALUES ({marks})", rows)
            yield connection

    def test_every_question_gives_what_the_page_says(
        self, database: duckdb.DuckDBPyConnection
    ) -> None:
        (recipe,) = recipes("duckdb")
        statements = duckdb.extract_statements(recipe)
        asked = [each for each in statements if each.type == duckdb.StatementType.SELECT]
        assert [each.type for each in statements[2:3]] == [duckdb.StatementType.ATTACH]
        found = [database.execute(each).fetchall() for each in asked]
        first = [words(rows[0]).replace(" 00:00:00", "") for rows in found]
        assert first == promised(recipe, "--")
        assert len(first) == 3
        assert isinstance(found[0][0][1], date)
        assert isinstance(found[0][0][2], int)


def test_superset_finds_numbers_and_texts(file: Path) -> None:
    assert "`sqlite:////srv/muster.sqlite`" in PAGE
    engine = create_engine(f"sqlite:///{file}")
    seen = inspect(engine)
    assert {"movements", "claims_with_sources"} <= {*seen.get_view_names()}
    types = {column["name"]: column["type"] for column in seen.get_columns("movements")}
    assert isinstance(types["count"], Integer)
    assert isinstance(types["date_latest"], Text)
    assert {key["referred_table"] for key in seen.get_foreign_keys("claims")} == {
        "entries",
        "sources",
    }
    engine.dispose()


def test_the_page_asks_for_the_file_by_its_address() -> None:
    assert f"'{WRITTEN}/v1/ledger.sqlite'" in recipes("sh")[0]
