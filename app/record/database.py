"""Where the ledger is kept: one engine that reads and one that writes, on SQLite or PostgreSQL, and
its migrations.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as Connection  # what readers of the ledger name
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.record.engines import (
    postgresql_engine,
    reading_postgresql,
    sqlite,
    sqlite_address,
    sqlite_engine,
)
from app.record.faults import Fault, fault_of
from app.record.problems import NotReady
from app.record.replicas import Replicas
from app.record.shipped import shipped
from app.record.standing import STALE_AFTER, STANDING, Standing
from app.record.tables import metadata
from app.record.totals import TOTALS, totals
from app.settings import Settings

_STANDS = "SELECT chain, (SELECT version_num FROM alembic_version) AS version_num FROM head"
_WRITES_NOTHING = "UPDATE head SET revision = revision"
# Bytes beside a SQLite file that a write may need, its log having grown before.
ROOM = 1_048_576


class Database:
    """The ledger's two engines, and whether they can be used."""

    def __init__(self, settings: Settings, bounded: bool = True) -> None:
        """`bounded`: what reads may take as long as a question, and no longer."""
        url = make_url(settings.database_url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.request_timeout = settings.request_timeout if bounded else None
        if self.is_sqlite:
            if settings.replica_urls:
                raise NotReady("MUSTER_REPLICA_URLS is for a ledger in PostgreSQL: leave it out.")
            self.address, self.path = sqlite_address(url), str(url.database)
            self.reader = sqlite_engine(
                self.address, settings, query_only=True, size=settings.pool_size
            )
            self.writer = sqlite_engine(self.address, settings, query_only=False, size=1)
        else:
            self.reader = reading_postgresql(url, settings, self.request_timeout)
            self.writer = postgresql_engine(url, settings)
        # What stands ready is of one server: a copy may be any number of revisions behind.
        self.reader, *copies = (
            engine.execution_options(
                **{
                    STANDING: Standing(settings.claims_in_memory),
                    TOTALS: totals(),
                    STALE_AFTER: settings.stale_after,
                }
            )
            for engine in (
                self.reader,
                *(
                    reading_postgresql(make_url(each), settings, self.request_timeout)
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
        if not self.is_sqlite or self.request_timeout is None:
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
        """Write what changes nothing, and see that the disk has it: NotReady when that fails;
        waiting for another's write is no fault.
        """
        if not self.is_sqlite:
            with self.writing() as connection:
                if connection.scalar(text("SHOW transaction_read_only")) == "on":
                    raise NotReady("The database is read-only.")
                connection.exec_driver_sql(_WRITES_NOTHING)
            return
        with _answering(self._look_at_schema):
            probe = sqlite.connect(self.address, uri=True, timeout=0, isolation_level=None)
            try:
                probe.execute("PRAGMA synchronous = FULL")
                probe.execute("BEGIN IMMEDIATE")
                probe.execute(_WRITES_NOTHING)
                probe.execute("COMMIT")
                _room_beside(Path(self.path))
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


def _make_private(path: Path) -> None:
    """Make the file that is not there yet, for its owner alone: hashes of keys are in it."""
    with suppress(OSError):  # what is wrong with the place, the database says
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _room_beside(path: Path) -> None:
    """NotReady where a disk has no room for a write: the next one may go into what is there."""
    try:
        with TemporaryFile(dir=path.absolute().parent) as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)
            os.fsync(file.fileno())
    except PermissionError:
        return  # files that are there can be written all the same
    except OSError as error:
        raise NotReady(Fault.DISK.value) from error


def migrate(settings: Settings, to: str = "head") -> None:
    """Bring the database to a schema, alone: a second migration waits for the first."""
    url = make_url(settings.database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and url.database and not (folder := Path(url.database).absolute().parent).is_dir():
        raise NotReady(f"There is no folder {folder} to keep the database in.")
    if is_sqlite and sqlite_address(url):
        _make_private(Path(str(url.database)))
    engine = (
        sqlite_engine(sqlite_address(url, "rwc"), settings, query_only=False, size=1)
        if is_sqlite
        else postgresql_engine(url, settings)
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


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.set_main_option("path_separator", "os")
    return config


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
