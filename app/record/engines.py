"""Engines of both databases, as the ledger needs them.

SQLite: SQLAlchemy's default set-up reads outside any transaction and loses updates in silence, so
the writer begins IMMEDIATE on one connection (whoever comes first is first), and the reader may
only query. synchronous=FULL, because NORMAL loses acknowledged writes when the power goes. SQLite
before 3.51.3 can corrupt a WAL that several connections reset: pysqlite3 brings a newer one; where
it has no wheel, the standard module is used and `muster` says so.
"""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from app.record.problems import NotReady
from app.settings import Settings

try:
    import pysqlite3 as sqlite
except ImportError:  # pragma: no cover - platforms without a wheel
    sqlite = sqlite3

__all__ = [
    "postgresql_engine",
    "reading_postgresql",
    "sqlite",
    "sqlite_address",
    "sqlite_engine",
    "sqlite_warning",
]

SAFE_SQLITE = (3, 51, 3)


def sqlite_warning() -> str | None:
    """What to say of a SQLite that is too old to be trusted with several connections."""
    if sqlite.sqlite_version_info >= SAFE_SQLITE:
        return None
    return (
        f"SQLite {sqlite.sqlite_version} has a WAL-reset race that can corrupt the ledger when "
        "two programs have it "
        "open at once: keep to one process, or use PostgreSQL."
    )


def sqlite_address(url: URL, mode: str = "rw") -> str:
    """SQLite's own address of a file; `?mode=ro` in the URL opens it for reading only."""
    if not url.database or url.database == ":memory:":
        raise NotReady(
            "MUSTER_DATABASE_URL names no file: write sqlite:///muster.db, or an absolute sqlite:////path."
        )
    # mode=rw: a missing file is an error, not a new and empty ledger.
    return f"file:{quote(str(Path(url.database).absolute()))}?mode={url.query.get('mode', mode)}"


def sqlite_engine(address: str, settings: Settings, *, query_only: bool, size: int) -> Engine:
    """Connections to a file: of one that writes, or of some that may only query."""

    def connect() -> Any:
        return sqlite.connect(
            address,
            uri=True,
            timeout=settings.busy_timeout,
            isolation_level=None,
            check_same_thread=False,
        )

    engine = create_engine(
        "sqlite://",
        module=sqlite,
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=settings.busy_timeout,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in (
            "foreign_keys = ON",
            "synchronous = FULL",
            "trusted_schema = OFF",
            f"query_only = {query_only:d}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")

    return engine


def postgresql_engine(url: URL, settings: Settings, options: str = "") -> Engine:
    """Connections to a server; NotReady for an address of another database."""
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername != "postgresql+psycopg":
        raise NotReady(
            f"MUSTER_DATABASE_URL starts with {url.drivername}: Muster keeps its ledger in "
            "sqlite or postgresql."
        )
    return create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.busy_timeout,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": f"-c lock_timeout={settings.busy_timeout}s {options}",
        },
    )


def reading_postgresql(url: URL, settings: Settings, bound: int | None) -> Engine:
    """Connections that cannot write; `bound` are the seconds that a statement may take."""
    limit = f"-c statement_timeout={bound or 0}s"
    return postgresql_engine(url, settings, limit).execution_options(postgresql_readonly=True)
