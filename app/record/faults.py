"""What a database means when it fails, by its codes: SQLite's result codes and PostgreSQL's
SQLSTATE, never its words.

Words change with versions and with the language of a server. Only where the driver has no code,
which is when a connection to PostgreSQL is not made at all, are the server's own words handed on,
unread, to whoever runs the command.
"""

import sqlite3
from enum import Enum

import psycopg
from sqlalchemy.exc import DBAPIError


class Fault(Enum):
    """Why a database cannot be used now, in a sentence."""

    MISSING = "The database file is missing or cannot be opened: run `muster migrate`."
    SLOW = "The question takes longer than this server allows: narrow it."
    LOCKED = "The database is locked by another program; try again shortly."
    BUSY = "Another write takes too long; try again shortly."
    READ_ONLY = "The database is read-only."
    NO_DATABASE = "The file is not a database."
    DAMAGED = "The database is damaged: restore it from a backup."
    DISK = "The database's disk fails or is full."
    SILENT = (
        "The database does not answer, or refuses the connection: "
        "see that it runs, exists and lets this user in."
    )
    CUT = "The connection to the database was cut; try again."
    CROWDED = "The database has no connection left for us; try again shortly."
    FORBIDDEN = "The database does not let this user do that."
    SCHEMA = "The database has another schema than this Muster: run `muster migrate`."


# Primary result codes. Extended ones carry them in their lowest eight bits.
_SQLITE = {
    sqlite3.SQLITE_ERROR: Fault.SCHEMA,
    sqlite3.SQLITE_BUSY: Fault.LOCKED,
    sqlite3.SQLITE_LOCKED: Fault.LOCKED,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_INTERRUPT: Fault.SLOW,
    sqlite3.SQLITE_IOERR: Fault.DISK,
    sqlite3.SQLITE_FULL: Fault.DISK,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: Fault.MISSING,
    sqlite3.SQLITE_NOTADB: Fault.NO_DATABASE,
}

# SQLSTATE: whole codes first, then classes by their first two characters.
_POSTGRESQL = {
    "42P01": Fault.SCHEMA,  # undefined_table
    "42703": Fault.SCHEMA,  # undefined_column
    "42501": Fault.FORBIDDEN,  # insufficient_privilege
    "57014": Fault.SLOW,  # query_canceled
    "55P03": Fault.BUSY,  # lock_not_available
    "40P01": Fault.BUSY,  # deadlock_detected
    "25006": Fault.READ_ONLY,  # read_only_sql_transaction
    "53300": Fault.CROWDED,  # too_many_connections
    "53100": Fault.DISK,  # disk_full
    "57": Fault.CUT,  # operator_intervention: shut down, crashed, starting, the database dropped
    "58": Fault.DISK,  # system_error
    "XX001": Fault.DAMAGED,  # data_corrupted
    "XX002": Fault.DAMAGED,  # index_corrupted
    "08": Fault.CUT,  # connection_exception
    "28": Fault.SILENT,  # invalid_authorization_specification
    "3D": Fault.SILENT,  # invalid_catalog_name
}


def fault_of(error: BaseException) -> Fault | None:
    """What an error of a database means; None where that is not known.

    SCHEMA is a suspicion, for SQLite has one code for it and for a wrong statement: look at the
    schema.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.Error):
        return _of_postgresql(
            cause, cut=isinstance(error, DBAPIError) and error.connection_invalidated
        )
    code = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else _SQLITE.get(code & 0xFF)


def _of_postgresql(cause: psycopg.Error, *, cut: bool) -> Fault | None:
    if state := cause.sqlstate:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    return Fault.CUT if cut else Fault.SILENT


def own_words(error: BaseException | None) -> str | None:
    """What PostgreSQL said in its own words of a connection that was not made, on one line; None of
    anything else.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error) or cause.sqlstate:
        return None
    return " ".join(str(cause).split())
