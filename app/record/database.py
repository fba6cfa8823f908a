"""Where the ledger is kept: one engine that reads and one that writes, on SQLite or PostgreSQL, and
its migrations.

SQLite: SQLAlchemy's default set-up reads outside any transaction and loses updates in silence, so
the writer begins IMMEDIATE on one connection (whoever comes first is first), and the reader may
only query. synchronous=FULL, because NORMAL loses acknowledged writes when the power goes. SQLite
before 3.51.3 can corrupt a WAL that several connections reset: pysqlite3 brings a newer one; where
it has no wheel, the standard module is used and `muster` says so.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.record.faults import Fault, fault_of
from app.record.problems import NotReady
from app.record.replicas import Replicas
from app.record.shipped import shipped
from app.record.standing import STANDING, Standing
from app.record.tables import metadata
from app.record.totals import TOTALS, totals
from app.settings import Settings

try:
    import pysqlite3 as sqlite
except ImportError:  # pragma: no cover - platforms without a wheel
    sqlite = sqlite3

_STANDS = "SELECT chain, (SELECT version_num FROM alembic_version) AS version_num FROM head"
SAFE_SQLITE = (3, 51, 3)


class Database:
    """The ledger's two engines, and whether they can be used."""

    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database_url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.request_timeout = settings.request_timeout
        if self.is_sqlite:
            self.address = _address(url)
            if settings.replica_urls:
                raise NotReady("MUSTER_REPLICA_URLS is for a ledger in PostgreSQL: leave it out.")
            self.reader = _sqlite(self.address, settings, query_only=True, size=settings.pool_size)
            self.writer = _sqlite(self.address, settings, query_only=False, size=1)
        else:
            self.reader = _reading_postgresql(url, settings)
            self.writer = _postgresql(url, settings)
        # What stands ready is of one server: a copy may be any number of revisions behind.
        self.reader, *copies = (
            engine.execution_options(
                **{STANDING: Standing(settings.claims_in_memory), TOTALS: totals()}
            )
            for engine in (
                self.reader,
                *(
                    _reading_postgresql(make_url(each), settings)
                    for each in settings.replica_urls.split()
                ),
            )
        )
        self.replicas = Replicas(copies)
        self.schema, self._known = _schemas()

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_error: object) -> None:
        self.dispose()

    @contextmanager
    def reading(self, revision: int | None = None) -> Iterator[Connection]:
        """A connection that cannot write; to read a revision, of a replica that has come to it, if
        there is one. NotReady when the database does not answer or has another schema.
        """
        with (
            _answering(self._look_at_schema),
            self._connected(revision) as connection,
            self._bounded(connection),
        ):
            yield connection

    def _connected(self, revision: int | None) -> Connection:
        copy = None if revision is None else self.replicas.connection_at(revision)
        return copy or self.reader.connect()

    def faults_of_replicas(self) -> list[str]:
        """What an operator should know of the replicas; NotReady where one is none."""
        with _answering():
            return list(self.replicas.faults(self.reader))

    @contextmanager
    def _bounded(self, connection: Connection) -> Iterator[None]:
        """Break off what takes too long; PostgreSQL is told so when it is connected to."""
        if not self.is_sqlite:
            yield
            return
        raw: Any = connection.connection.driver_connection
        deadline = time.monotonic() + self.request_timeout
        raw.set_progress_handler(lambda: time.monotonic() > deadline, 50_000)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits at the end, or leaves nothing behind. NotReady as for
        reading.
        """
        with _answering(self._look_at_schema), self.writer.begin() as connection:
            self.require_schema(connection)
            yield connection

    def require_schema(self, connection: Connection) -> None:
        """NotReady unless the database has the schema of this version of Muster."""
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if found is not None and found not in self._known:
            raise _newer(found, self.schema)
        if found != self.schema:
            raise NotReady(
                f"The database has schema {found}, this Muster needs {self.schema}: run `muster "
                "migrate`."
            )

    def stands(self) -> str | None:
        """The chain of the newest revision; None before the first, or with another schema."""
        with self.reading() as connection:
            found = connection.exec_driver_sql(_STANDS).first()
        return found.chain if found and found.version_num == self.schema else None

    def _look_at_schema(self) -> None:
        """NotReady when it is the database that lacks what was asked for, not a statement of ours
        that is wrong.
        """
        with _answering(), self.reader.connect() as connection:
            seen = inspect(connection)
            if not seen.has_table("alembic_version"):
                raise NotReady("The database has no ledger in it: run `muster migrate`.")
            self.require_schema(connection)
            tables = set(seen.get_table_names())
            for name, table in metadata.tables.items():
                if name not in tables or set(table.c.keys()) - {
                    column["name"] for column in seen.get_columns(name)
                }:
                    raise NotReady(
                        f"The database lacks {name} or a part of it: restore it from a backup."
                    )

    def require_writable(self) -> None:
        """NotReady when the database can be read only; waiting for another's write is no fault."""
        if not self.is_sqlite:
            with self.writing() as connection:
                if connection.scalar(text("SHOW transaction_read_only")) == "on":
                    raise NotReady("The database is read-only.")
            return
        with _answering(self._look_at_schema):
            probe = sqlite.connect(self.address, uri=True, timeout=0, isolation_level=None)
            try:
                probe.execute("BEGIN IMMEDIATE")
                probe.execute("UPDATE head SET id = id")
                probe.execute("ROLLBACK")
            except sqlite.OperationalError as error:
                if fault_of(error) is not Fault.LOCKED:
                    raise
            finally:
                probe.close()

    def dispose(self) -> None:
        """Close every connection."""
        self.replicas.dispose()
        self.reader.dispose()
        self.writer.dispose()


def migrate(settings: Settings, to: str = "head") -> None:
    """Bring the database to a schema, alone: a second migration waits for the first."""
    url = make_url(settings.database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and url.database and not (folder := Path(url.database).absolute().parent).is_dir():
        raise NotReady(f"There is no folder {folder} to keep the database in.")
    engine = (
        _sqlite(_address(url, "rwc"), settings, query_only=False, size=1)
        if is_sqlite
        else _postgresql(url, settings)
    )
    try:
        with _answering():
            if is_sqlite:
                with engine.connect() as connection:
                    connection.connection.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
            with engine.begin() as connection:
                if not is_sqlite:
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(hashtext('muster migrate'))")
                    )
                _step(connection, to)
    finally:
        engine.dispose()


def _step(connection: Connection, to: str) -> None:
    """Run the migrations in the transaction that is under way; NotReady, in a sentence, for all
    that can go wrong.
    """
    head, known = _schemas()
    for found in MigrationContext.configure(connection).get_current_heads():
        if found not in known:
            raise _newer(found, head)
    config = _alembic()
    config.attributes["connection"] = connection
    try:
        (command.downgrade if to == "base" else command.upgrade)(config, to)
    except Exception as error:
        if fault_of(error) not in (None, Fault.SCHEMA):
            raise
        raise NotReady(
            f"A migration failed, and the database is as it was before: {_in_a_line(error)}"
        ) from error


def _newer(found: str, head: str) -> NotReady:
    return NotReady(
        f"The database was made by a newer version of Muster: it has schema {found}, this one "
        f"knows none after {head}. "
        "Use that version."
    )


def _schemas() -> tuple[str, frozenset[str]]:
    """The schema of this version, and all that its migrations know; NotReady when they cannot be
    read.
    """
    config = _alembic()
    try:
        steps = ScriptDirectory.from_config(config)
        head, known = (
            steps.get_current_head(),
            frozenset(step.revision for step in steps.walk_revisions()),
        )
    except Exception as error:
        raise NotReady(
            f"The migrations of this Muster cannot be read: {_in_a_line(error)}"
        ) from error
    if head is None:
        raise NotReady(
            f"This Muster is not whole: there are no migrations in {steps.dir}. Install it again."
        )
    return head, known


def _in_a_line(error: Exception) -> str:
    words = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def sqlite_warning() -> str | None:
    """What to say of a SQLite that is too old to be trusted with several connections."""
    if sqlite.sqlite_version_info >= SAFE_SQLITE:
        return None
    return (
        f"SQLite {sqlite.sqlite_version} has a WAL-reset race that can corrupt the ledger when "
        "two programs have it "
        "open at once: keep to one process, or use PostgreSQL."
    )


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def _address(url: URL, mode: str = "rw") -> str:
    """SQLite's own address of a file; `?mode=ro` in the URL opens it for reading only."""
    if not url.database or url.database == ":memory:":
        raise NotReady(
            "MUSTER_DATABASE_URL names no file: write sqlite:///muster.db, or an absolute sqlite:////path."
        )
    # mode=rw: a missing file is an error, not a new and empty ledger.
    return f"file:{quote(str(Path(url.database).absolute()))}?mode={url.query.get('mode', mode)}"


def _sqlite(address: str, settings: Settings, *, query_only: bool, size: int) -> Engine:
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


def _postgresql(url: URL, settings: Settings, options: str = "") -> Engine:
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


def _reading_postgresql(url: URL, settings: Settings) -> Engine:
    limit = f"-c statement_timeout={settings.request_timeout}s"
    return _postgresql(url, settings, limit).execution_options(postgresql_readonly=True)


@contextmanager
def _answering(looked_at: Callable[[], None] | None = None) -> Iterator[None]:
    """Turn what a database says when it cannot be used into NotReady; a fault of ours stays what it
    is.

    `looked_at` is asked whether it is the schema that a statement failed on: SQLite has one code
    for that and for ours.
    """
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except PoolTimeout as error:
        raise NotReady("Every connection to the database is in use; try again shortly.") from error
    except (DatabaseError, InterfaceError, sqlite.DatabaseError) as error:
        fault = fault_of(error)
        if fault is None:
            raise
        if fault is not Fault.SCHEMA:
            raise NotReady(fault.value) from error
        if looked_at:
            looked_at()
        raise
