"""Where the ledger is kept: a reader that cannot write, a writer that waits, and sentences when
there is no database.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.record.database import Database, migrate
from app.record.engines import SAFE_SQLITE, sqlite_warning
from app.record.faults import own_words
from app.record.problems import NotReady
from app.record.proof import verify
from app.record.revisions import at_revision
from app.record.tables import revisions
from app.settings import Settings
from tests.record.test_ledger import SUBJECTS, commit, entry, everything, rows, told

only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("settings", ["postgresql"], indirect=True)


@pytest.fixture
def opened() -> Iterator[Callable[..., Database]]:
    """Opens ledgers, and closes them in the end."""
    made: list[Database] = []

    def opening(url: str, **more: Any) -> Database:
        made.append(Database(Settings(database_url=url, **more)))
        return made[-1]

    yield opening
    for database in made:
        database.dispose()


@only_sqlite
class TestSqlite:
    def test_both_engines_are_careful(self, database: Database) -> None:
        for engine, query_only in ((database.reader, 1), (database.writer, 0)):
            with engine.connect() as connection:
                found = {
                    name: connection.scalar(text(f"PRAGMA {name}"))
                    for name in (
                        "query_only",
                        "synchronous",
                        "foreign_keys",
                        "trusted_schema",
                        "journal_mode",
                        "busy_timeout",
                    )
                }
            assert found == {
                "query_only": query_only,
                "synchronous": 2,
                "foreign_keys": 1,
                "trusted_schema": 0,
                "journal_mode": "wal",
                "busy_timeout": 10_000,
            }

    def test_every_connection_of_a_pool_is_careful(self, database: Database) -> None:
        held = [database.reader.connect() for _ in range(5)]
        assert [each.scalar(text("PRAGMA query_only")) for each in held] == [1] * 5
        assert [each.scalar(text("PRAGMA synchronous")) for each in held] == [2] * 5
        for each in held:
            each.close()

    def test_is_new_enough_for_several_connections(self, database: Database) -> None:
        with database.reading() as connection:
            version = connection.scalar(text("SELECT sqlite_version()"))
        assert tuple(map(int, version.split("."))) >= SAFE_SQLITE >= (3, 51, 3)
        assert sqlite_warning() is None

    def test_an_older_one_is_warned_of(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert database.is_sqlite
        monkeypatch.setattr("app.record.engines.sqlite.sqlite_version_info", (3, 40, 1))
        assert "one process" in (sqlite_warning() or "")

    def test_the_writer_locks_before_it_reads(self, settings: Settings, database: Database) -> None:
        """BEGIN IMMEDIATE: what a transaction has read cannot be changed by another before it
        writes.
        """
        hasty = Database(settings.model_copy(update={"busy_timeout": 1}))
        with (
            database.writing() as connection,
            pytest.raises(NotReady, match="locked"),
            hasty.writing(),
        ):
            pytest.fail(f"began beside {connection}")
        hasty.dispose()

    def test_a_read_sees_one_state_to_its_end(self, database: Database) -> None:
        with database.reading() as reader:
            assert at_revision(reader).number == 0
            with database.writing() as connection:
                commit(connection, **SUBJECTS)
            assert at_revision(reader).number == 0


class TestReaders:
    def test_cannot_write(self, database: Database) -> None:
        with database.writing() as connection:
            commit(connection, **SUBJECTS)
            before = everything(connection)
        for statement in (
            "UPDATE head SET revision = 9",
            "DELETE FROM missions",
            "CREATE TABLE x (y INTEGER)",
            "DROP TABLE head",
        ):
            with pytest.raises(NotReady, match="read-only"), database.reading() as connection:
                connection.execute(text(statement))
        with database.reading() as connection:
            assert everything(connection) == before

    def test_see_the_old_state_until_the_commit(self, database: Database) -> None:
        with database.writing() as connection:
            commit(connection, **SUBJECTS, entries=[entry("movement")])
            with database.reading() as reader:
                assert (at_revision(reader).number, set(map(len, everything(reader).values()))) == (
                    0,
                    {0, 1},
                )
        with database.reading() as reader:
            assert at_revision(reader).number == 1

    def test_and_writers_do_not_lock_each_other_out(
        self, settings: Settings, database: Database, opened: Callable[..., Database]
    ) -> None:
        """Two programs, four writers and four readers: nobody is told that the database is
        locked.
        """
        programs = [database, opened(settings.database_url, pool_size=5, busy_timeout=30)]
        failed: list[BaseException] = []
        ended = threading.Event()
        read: list[int] = []

        def guarded(work: Callable[[int], None], nth: int) -> None:
            try:
                work(nth)
            except BaseException as error:
                failed.append(error)

        def writing(nth: int) -> None:
            for turn in range(10):
                with programs[nth % 2].writing() as connection:
                    commit(connection, sources=[{"slug": f"s{nth}-{turn}", "publisher": "S"}])

        def reading(nth: int) -> None:
            newest = 0
            while not ended.is_set():
                with programs[nth % 2].reading() as connection:
                    seen = at_revision(connection).number
                    assert seen >= newest
                    assert len(rows(connection, revisions)) >= seen
                    newest = seen
                read.append(newest)

        writers = [threading.Thread(target=guarded, args=(writing, nth)) for nth in range(4)]
        readers = [threading.Thread(target=guarded, args=(reading, nth)) for nth in range(4)]
        for thread in [*readers, *writers]:
            thread.start()
        for thread in writers:
            thread.join(timeout=60)
        ended.set()
        for thread in readers:
            thread.join(timeout=60)
        assert failed == []
        assert len(read) > 4
        with database.reading() as connection:
            assert (at_revision(connection).number, verify(connection)) == (40, [])


class TestWaiting:
    def test_a_write_that_waits_too_long_is_told_so(
        self, settings: Settings, opened: Callable[..., Database]
    ) -> None:
        holder = opened(settings.database_url)
        hasty = opened(settings.database_url, busy_timeout=1)
        with holder.writing() as connection:
            commit(connection, **SUBJECTS)
            with pytest.raises(NotReady, match="try again"), hasty.writing() as other:
                commit(other, **SUBJECTS)
            with hasty.reading() as reader:
                assert at_revision(reader).number == 0
        with hasty.writing() as other:
            assert commit(other, **SUBJECTS) is None

    @only_sqlite
    def test_a_pool_that_is_used_up_is_told_so(
        self, settings: Settings, opened: Callable[..., Database]
    ) -> None:
        small = opened(settings.database_url, pool_size=1, busy_timeout=1)
        with small.reading(), pytest.raises(NotReady, match="in use"), small.reading():
            pytest.fail("a second connection of one")
        with small.reading() as connection:
            assert at_revision(connection).number == 0


class TestNoDatabase:
    def test_a_missing_file_is_not_made_by_asking(
        self, tmp_path: Path, opened: Callable[..., Database]
    ) -> None:
        missing = tmp_path / "none.db"
        database = opened(f"sqlite:///{missing}")
        for use in (database.reading, database.writing):
            with pytest.raises(NotReady, match="muster migrate"), use():
                pytest.fail("there is nothing")
        with pytest.raises(NotReady, match="missing"):
            database.require_writable()
        assert list(tmp_path.iterdir()) == []

    def test_an_empty_or_strange_file_is_told_apart(
        self, tmp_path: Path, opened: Callable[..., Database]
    ) -> None:
        for content, said in ((b"", "muster migrate"), (b"no ledger\n" * 500, "not a database")):
            path = tmp_path / "strange.db"
            path.write_bytes(content)
            database = opened(f"sqlite:///{path}")
            with pytest.raises(NotReady, match=said), database.reading() as connection:
                database.require_schema(connection)
            assert path.read_bytes() == content

    def test_a_folder_that_is_missing_is_named_when_migrating(self, tmp_path: Path) -> None:
        with pytest.raises(NotReady, match="There is no folder"):
            migrate(Settings(database_url=f"sqlite:///{tmp_path / 'none' / 'muster.db'}"))

    def test_a_server_that_does_not_answer_is_told_so(
        self, opened: Callable[..., Database]
    ) -> None:
        database = opened("postgresql://nobody@127.0.0.1:1/none")
        with pytest.raises(NotReady, match="does not answer"), database.reading():
            pytest.fail("there is nothing")

    @only_postgresql
    def test_a_database_that_does_not_exist_is_told_so(
        self, settings: Settings, opened: Callable[..., Database]
    ) -> None:
        before, _, after = settings.database_url.partition("/muster_")
        _, _, options = after.partition("?")
        database = opened(f"{before}/muster_none?{options}")
        with pytest.raises(NotReady, match="see that it runs, exists") as told, database.reading():
            pytest.fail("there is nothing")
        assert "muster_none" not in str(
            told.value
        )  # the server's own words are for whoever runs the command
        assert "muster_none" in (own_words(told.value.__cause__) or "")

    @pytest.mark.parametrize(
        "url", ["sqlite://", "sqlite:///:memory:", "mysql://a/b", "oracle://a/b", "sqlite:///"]
    )
    def test_an_address_that_names_no_ledger_is_refused(self, url: str) -> None:
        with pytest.raises(NotReady, match="MUSTER_DATABASE_URL"):
            Database(Settings(database_url=url))
        with pytest.raises(NotReady, match="MUSTER_DATABASE_URL"):
            migrate(Settings(database_url=url))

    def test_a_file_may_have_any_name(
        self, tmp_path: Path, opened: Callable[..., Database]
    ) -> None:
        for name in ("a b.db", "é.db", "a#b.db", "a&b=c.db", "a+b.db", "a'b.db"):
            settings = Settings(database_url=f"sqlite:///{tmp_path / name}")
            migrate(settings)
            assert (tmp_path / name).is_file(), name
            with opened(settings.database_url).writing() as connection:
                assert commit(connection, **SUBJECTS) is not None


class TestReadOnly:
    @only_sqlite
    def test_a_file_opened_for_reading_is_read_only(
        self, settings: Settings, opened: Callable[..., Database]
    ) -> None:
        database = opened(f"{settings.database_url}?mode=ro")
        with database.reading() as connection:
            assert at_revision(connection).number == 0
        with pytest.raises(NotReady, match="read-only"):
            database.require_writable()
        with pytest.raises(NotReady, match="read-only"), database.writing() as connection:
            commit(connection, **SUBJECTS)

    @only_postgresql
    def test_a_read_only_server_is_told_so(
        self, settings: Settings, opened: Callable[..., Database]
    ) -> None:
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            connection.execute(
                f"ALTER DATABASE {connection.info.dbname} SET default_transaction_read_only = on"
            )
        database = opened(settings.database_url)
        with database.reading() as reader:
            assert at_revision(reader).number == 0
        with pytest.raises(NotReady, match="read-only"):
            database.require_writable()
        with pytest.raises(NotReady, match="read-only"), database.writing() as writer:
            commit(writer, **SUBJECTS)

    def test_a_healthy_one_is_not(self, database: Database) -> None:
        database.require_writable()
        with database.writing():
            if database.is_sqlite:  # waiting for another's write is no fault
                database.require_writable()


class TestSchema:
    def test_of_another_version_is_refused_with_both_named(self, database: Database) -> None:
        with database.writing() as connection:
            older = database._known - {database.schema}
            connection.execute(
                text("UPDATE alembic_version SET version_num = :it"), {"it": min(older)}
            )
        with (
            pytest.raises(NotReady, match=f"{min(older)}.*{database.schema}.*muster migrate"),
            database.writing(),
        ):
            pytest.fail("wrote to it")
        with pytest.raises(NotReady, match=min(older)), database.reading() as connection:
            database.require_schema(connection)

    def test_that_lacks_a_table_is_told_so(self, database: Database) -> None:
        with database.writing() as connection:
            connection.execute(text("DROP TABLE settled"))
        with (
            pytest.raises(NotReady, match=r"lacks settled.*backup"),
            database.writing() as connection,
        ):
            commit(connection, **SUBJECTS, entries=[entry("movement")])
        with database.reading() as connection:
            assert at_revision(connection).number == 0


class TestFaultsOfOurOwn:
    def test_stay_what_they_are_and_leave_nothing_behind(self, database: Database) -> None:
        with database.writing() as connection:
            commit(connection, **SUBJECTS, entries=[entry("movement")])
        orphan = """
            INSERT INTO settled (id, entry, status, count_low, date, disputed, spread_low, origins,
            claims, settled_by, words, since) SELECT 99, 'nobody', status, count_low, date,
            disputed, spread_low, origins, claims, settled_by, words, since FROM settled
        """

        def written() -> None:
            with database.writing() as connection:
                connection.execute(text("UPDATE head SET chain = 'x'"))
                connection.execute(text(orphan))

        with pytest.raises(IntegrityError):
            written()
        with database.reading() as connection:
            assert verify(connection) == []

    def test_are_not_blamed_on_the_database(self, database: Database) -> None:
        for statement in ("SELEC 1", "SELECT 1 FROM missions GROUP BY"):
            for using in (database.reading, database.writing):
                with pytest.raises(DBAPIError), using() as connection:
                    connection.execute(text(statement))

    def test_do_not_keep_the_writer_waiting(self, database: Database) -> None:
        for _ in range(8):
            with pytest.raises(ZeroDivisionError), database.writing() as connection:
                commit(connection, **SUBJECTS, entries=[entry("movement", told(count=1 // 0))])
        with database.writing() as connection:
            assert commit(connection, **SUBJECTS) is not None
