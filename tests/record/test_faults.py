"""A database's faults are known by their codes, whatever the language that it speaks."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from app.record.database import Database, migrate
from app.record.faults import Fault, fault_of, own_words
from app.settings import Settings

FOREIGN = "Es ging schief: no such table, database is locked, read-only, password, does not exist"


def of_sqlite(code: int) -> sqlite3.Error:
    """An error of SQLite with a code, in words that mislead."""
    error = sqlite3.OperationalError(FOREIGN)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (sqlite3.SQLITE_BUSY, Fault.LOCKED),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Fault.LOCKED),
        (sqlite3.SQLITE_READONLY_DBMOVED, Fault.READ_ONLY),
        (sqlite3.SQLITE_IOERR_WRITE, Fault.DISK),
        (sqlite3.SQLITE_FULL, Fault.DISK),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, Fault.MISSING),
        (sqlite3.SQLITE_CORRUPT_INDEX, Fault.DAMAGED),
        (sqlite3.SQLITE_NOTADB, Fault.NO_DATABASE),
        (sqlite3.SQLITE_INTERRUPT, Fault.SLOW),
        (sqlite3.SQLITE_ERROR, Fault.SCHEMA),
        (sqlite3.SQLITE_MISUSE, None),
    ],
)
def test_of_sqlite_by_result_code(code: int, fault: Fault | None) -> None:
    assert fault_of(of_sqlite(code)) is fault
    assert fault_of(OperationalError("SELECT", {}, of_sqlite(code))) is fault


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("57014", Fault.SLOW),
        ("57P01", Fault.CUT),
        ("55P03", Fault.BUSY),
        ("25006", Fault.READ_ONLY),
        ("42P01", Fault.SCHEMA),
        ("42501", Fault.FORBIDDEN),
        ("53100", Fault.DISK),
        ("53300", Fault.CROWDED),
        ("XX001", Fault.DAMAGED),
        ("28P01", Fault.SILENT),
        ("3D000", Fault.SILENT),
        ("08006", Fault.CUT),
        ("42601", None),
    ],
)
def test_of_postgresql_by_sqlstate(state: str, fault: Fault | None) -> None:
    error = psycopg.errors.lookup(state)(FOREIGN)
    assert fault_of(error) is fault
    assert fault_of(OperationalError("SELECT", {}, error)) is fault
    assert own_words(error) is None


def test_a_connection_that_was_not_made_has_no_code_and_its_words_are_handed_on() -> None:
    error = psycopg.OperationalError("Verbindung abgelehnt:\n\tläuft der Server?")
    assert fault_of(OperationalError("", {}, error)) is Fault.SILENT
    assert fault_of(OperationalError("", {}, error, connection_invalidated=True)) is Fault.CUT
    assert own_words(OperationalError("", {}, error)) == "Verbindung abgelehnt: läuft der Server?"


def test_the_sqlite_that_is_used_tells_its_codes(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'muster.db'}")
    migrate(settings)
    database = Database(settings)
    with pytest.raises(Exception, match="nowhere") as told, database.reader.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    database.dispose()
    assert fault_of(told.value) is Fault.SCHEMA
