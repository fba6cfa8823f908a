"""Whatever is changed in the file by hand is seen by the proof, or is named by it as outside."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Connection, event, text
from sqlalchemy.exc import DBAPIError

from app.record.database import Database, migrate
from app.record.erasing import erase
from app.record.proof import OUTSIDE, verify
from app.record.tables import api_keys, metadata, replies
from app.settings import Settings
from tests.conftest import new_database
from tests.record.test_ledger import SUBJECTS, commit, entry, told

OUTSIDE_TABLES = {api_keys: "keys of those who write", replies: "kept replies"}
CHANGES = (
    "NULL",
    "''",
    "'x'",
    "'2024-13-45'",
    "0",
    "7",
    "-1",
    "3.5",
    "x'ff'",
    "CAST(x'ff41' AS TEXT)",
)


def history(connection: Connection) -> None:
    """A ledger with a bit of everything: corrections, retractions, edits of sources, an erasure."""
    commit(connection, **SUBJECTS)
    for nth in range(4):
        name = f"s{nth}"
        commit(
            connection,
            sources=[
                {"slug": name, "publisher": name, "derived_from": f"s{nth - 1}" if nth else None}
            ],
            entries=[
                entry("movement", told(name, count=10 + nth, summary=f"They came, {nth}.")),
                entry("pledge", told(name, count=20, key="contested", count_text=f"{nth}")),
            ],
        )
    commit(connection, sources=[{"slug": "s0", "publisher": "s0", "published": "2024-07-01"}])
    erase(connection, "movement--s1")


@pytest.fixture
def ledger(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Connection]:
    """Such a ledger, in a transaction whose bonds between tables are loosed."""
    settings = Settings(database_url=new_database("sqlite", "", tmp_path))
    migrate(settings)
    with Database(settings) as database:
        with database.writing() as connection:
            history(connection)
        with database.writer.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA ignore_check_constraints = ON")
            yield connection
            connection.rollback()


def seen(connection: Connection, statement: str) -> bool | None:
    """Whether the proof sees what a statement changes; None where it changes nothing, or the
    database itself refuses it.
    """
    nested = connection.begin_nested()
    try:
        before = connection.exec_driver_sql("SELECT total_changes()").scalar()
        try:
            connection.execute(text(statement))
        except DBAPIError:
            return None
        if connection.exec_driver_sql("SELECT total_changes()").scalar() == before:
            return None
        return verify(connection) != []
    finally:
        nested.rollback()


def outside(column: Column[Any]) -> bool:
    """Whether the proof says that a column is none of what it proves."""
    return column.table in OUTSIDE_TABLES or (column.name == "id" and column.table.name != "head")


def edits(chance: random.Random) -> Iterator[tuple[Column[Any], str]]:
    """One edit of one row for each value of each column of each table."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            for value in CHANGES:
                row = chance.randrange(6)
                chosen = f"SELECT rowid FROM {table.name} LIMIT 1 OFFSET {row}"
                yield (
                    column,
                    f'UPDATE {table.name} SET "{column.name}" = {value} WHERE rowid = ({chosen}) '
                    f'AND "{column.name}" IS NOT {value}',
                )


def test_every_edit_of_a_value_is_seen(ledger: Connection) -> None:
    assert verify(ledger) == []
    made, missed = 0, []
    for column, statement in edits(random.Random(14)):
        if not outside(column) and (found := seen(ledger, statement)) is not None:
            made += 1
            if not found:
                missed.append(statement)
    assert missed == []
    assert made > 300


def test_every_row_that_is_gone_or_came_is_seen(ledger: Connection) -> None:
    made = 0
    for table in metadata.sorted_tables:
        if table in OUTSIDE_TABLES:
            continue
        for row in range(8):
            chosen = f"SELECT rowid FROM {table.name} LIMIT 1 OFFSET {row}"
            found = seen(ledger, f"DELETE FROM {table.name} WHERE rowid = ({chosen})")
            assert found is not False, (table.name, row)
            made += found is not None
            others = {column.name for column in table.c} - {"id", "until", "key"}
            names = [f'"{name}"' for name in sorted(others)]
            closed = f"INSERT INTO {table.name} ({', '.join(names)}"
            if "until" in table.c:
                key = ', "key"' if "key" in table.c else ""
                values = f"SELECT {', '.join(names)}{key}, 99 FROM {table.name}"
                found = seen(ledger, f"{closed}{key}, until) {values} WHERE rowid = ({chosen})")
                assert found is not False, (table.name, row)
                made += found is not None
    assert made > 50


def test_what_is_beyond_the_head_is_seen(ledger: Connection) -> None:
    for table in ("missions", "contingents", "sources", "claims", "settled"):
        assert seen(ledger, f"UPDATE {table} SET until = 99 WHERE until IS NULL") is True, table


def test_what_is_outside_is_named() -> None:
    for words in (*OUTSIDE_TABLES.values(), "row numbers"):
        assert words in OUTSIDE


def test_the_number_of_statements_does_not_grow_with_revisions(ledger: Connection) -> None:
    statements: list[str] = []
    verify(ledger)
    event.listen(
        ledger, "before_cursor_execute", lambda *told: statements.append(told[2]), named=False
    )
    assert verify(ledger) == []
    before = len(statements)
    for nth in range(30):
        commit(ledger, sources=[{"slug": f"more{nth}", "publisher": "More"}])
    statements.clear()
    assert verify(ledger) == []
    assert len(statements) == before
