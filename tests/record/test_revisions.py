"""Revisions: numbers without gaps whoever writes, time that never goes back, and a chain that shows
every change.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text

from app.record import revisions as history
from app.record.database import Database, migrate
from app.record.erasing import erase
from app.record.problems import NotFound, Refused
from app.record.proof import proven, verify
from app.record.revisions import GENESIS, Revision, at_revision, stamp
from app.record.tables import VERSIONED, claims, entries, head, revisions, settled
from app.settings import Settings
from tests.conftest import ROOT, new_database
from tests.record.test_ledger import NOON, SUBJECTS, commit, entry, rows, told

WRITERS, TURNS = 4, 8


# A process that records documents, one a transaction; told to die, it does so before the first is
# committed.
PROCESS = """
import json, os, sys
from app.record.database import Database
from app.record.documents import read_document
from app.record.ledger import ChangeNote, record
from app.settings import Settings
database = Database(Settings())
for document in json.load(sys.stdin):
    with database.writing() as connection:
        record(connection, read_document(document), ChangeNote("another process", "a test"))
        if sys.argv[1:] == ["die"]:
            os._exit(9)
"""


def started(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    """Such a process, waiting for its documents."""
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, *arguments],
        env=os.environ | {"MUSTER_DATABASE_URL": settings.database_url},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def turn(writer: str, nth: int) -> dict[str, Any]:
    """One write of one writer: a source of its own, its claim, and its opinion on a claim that all
    correct.
    """
    name = f"w{writer}-{nth}"
    contested = told(count=1000 * (nth + 1), count_text=name, key="contested")
    sources = [{"slug": name, "publisher": name}]
    return {"sources": sources, "entries": [entry("movement", told(name), contested)]}


def written(database: Database, writes: int) -> None:
    """The ledger after so many turns: nothing lost, nothing twice, no gap."""
    with database.reading() as connection:
        found = rows(connection, revisions)
        assert [row["number"] for row in found] == list(range(1, writes + 2))
        assert [row["recorded_at"] for row in found] == sorted(row["recorded_at"] for row in found)
        contested = rows(connection, claims, key="contested")
        assert [(row["since"], row["until"]) for row in contested] == [
            (n, n + 1) for n in range(2, writes + 1)
        ] + [(writes + 1, None)]
        own = [row["source"] for row in rows(connection, claims) if row["key"] != "contested"]
        assert len(own) == len(set(own)) == writes
        (live,) = [row for row in rows(connection, settled) if row["until"] is None]
        assert live["claims"] == writes + 1
        assert verify(connection) == []


class TestNumbers:
    def test_have_no_gaps_and_nothing_is_lost_with_several_writers(
        self, settings: Settings, database: Database
    ) -> None:
        databases = [database, Database(settings)]
        with databases[0].writing() as connection:
            commit(connection, **SUBJECTS)
        failed: list[BaseException] = []
        seen: list[list[int]] = []
        ended = threading.Event()

        def writing(nth: int) -> None:
            try:
                for turned in range(TURNS):
                    with databases[nth % 2].writing() as connection:
                        commit(connection, datetime.now(UTC), **turn(str(nth), turned))
            except BaseException as error:
                failed.append(error)

        def watching() -> None:
            while not ended.is_set():
                with databases[1].reading() as connection:
                    seen.append(
                        list(
                            connection.scalars(
                                select(revisions.c.number).order_by(revisions.c.number)
                            )
                        )
                    )

        threads = [threading.Thread(target=writing, args=(nth,)) for nth in range(WRITERS)]
        watcher = threading.Thread(target=watching)
        for thread in [watcher, *threads]:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        ended.set()
        watcher.join(timeout=60)
        databases[1].dispose()
        assert failed == []
        # A reader of the feed never meets a number before the ones below it.
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
        written(database, WRITERS * TURNS)

    @pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
    def test_have_no_gaps_with_two_processes_on_one_file(
        self, settings: Settings, database: Database
    ) -> None:
        with database.writing() as connection:
            commit(connection, **SUBJECTS)
        running = [(started(settings), name) for name in ("one", "other")]
        for process, name in running:  # both wait for their documents by now, or nearly so
            assert process.stdin is not None
            process.stdin.write(json.dumps([turn(name, nth) for nth in range(15)]))
            process.stdin.close()
            process.stdin = None
        assert [
            (process.communicate(timeout=60)[1], process.returncode) for process, _ in running
        ] == [("", 0)] * 2
        written(database, 30)

    def test_are_not_used_up_by_writes_that_fail(self, database: Database) -> None:
        for sources in (
            [{"slug": "a", "publisher": "A"}],
            [{"slug": "b", "publisher": "B", "derived_from": "none"}],
        ):
            for _twice in range(2):
                try:
                    with database.writing() as connection:
                        commit(connection, sources=sources)
                except Refused:
                    pass
        with database.writing() as connection:
            assert commit(connection, sources=[{"slug": "c", "publisher": "C"}]).revision == 2  # type: ignore[union-attr]

    def test_are_not_used_up_by_a_writer_that_dies(
        self, settings: Settings, database: Database
    ) -> None:
        process = started(settings, "die")
        assert process.communicate(json.dumps([SUBJECTS]), timeout=60)[1] == ""
        assert process.returncode == 9
        with database.writing() as connection:
            done = commit(connection, **SUBJECTS)
            assert done is not None
            assert done.revision == 1
            assert verify(connection) == []


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A ledger of four revisions, a day apart: an entry, a correction, a new label, another
    entry.
    """
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("kept"))
    )
    migrate(settings)
    database = Database(settings)
    documents: list[dict[str, Any]] = [
        SUBJECTS
        | {
            "entries": [
                entry("movement", told(summary="They came.", locator="page 1"), told("echo"))
            ]
        },
        {"entries": [entry("movement", told(count=396, summary="More came."))]},
        {"sources": [{"slug": "echo", "publisher": "Echo of the South"}]},
        {"entries": [entry("pledge", told(count=1000))]},
    ]
    for nth, document in enumerate(documents):
        with database.writing() as connection:
            commit(connection, NOON + timedelta(days=nth), **document)
    yield database
    database.dispose()


@pytest.fixture
def ledger(kept: Database) -> Iterator[Connection]:
    """A transaction on that ledger that is undone, with foreign keys out of the way of whoever
    tampers.
    """
    with kept.writer.connect() as connection, connection.begin() as transaction:
        # PostgreSQL's way belongs to a superuser, SQLite's puts the check off to a commit that
        # never comes.
        away = (
            "PRAGMA defer_foreign_keys = ON"
            if kept.is_sqlite
            else "SET LOCAL session_replication_role = replica"
        )
        connection.execute(text(away))
        yield connection
        transaction.rollback()


class TestWhichRevision:
    def test_is_the_newest_unless_asked_otherwise(self, ledger: Connection) -> None:
        found = at_revision(ledger)
        assert (found.number, found.newest, found.recorded_at) == (
            4,
            4,
            "2024-07-21T12:00:00.000000Z",
        )
        assert found.chain == ledger.scalar(select(head.c.chain))

    def test_goes_by_number(self, ledger: Connection) -> None:
        found = at_revision(ledger, number=2)
        assert (found.number, found.newest, found.recorded_at) == (
            2,
            4,
            "2024-07-19T12:00:00.000000Z",
        )
        assert at_revision(ledger, number=0) == Revision(
            0, GENESIS, None, 4, at_revision(ledger).chain
        )

    @pytest.mark.parametrize("number", [5, 2**31, 2**63])
    def test_is_refused_beyond_the_newest_with_the_newest(
        self, ledger: Connection, number: int
    ) -> None:
        with pytest.raises(Refused) as refused:
            at_revision(ledger, number=number)
        (mend,) = refused.value.mends
        assert (mend.where, mend.did_you_mean) == ("revision", "4")

    @pytest.mark.parametrize(
        ("known_at", "number"),
        [
            ("2024-07-17", 0),
            ("2024-07-18", 1),  # a day means its end
            ("2024-07-20", 3),
            ("2030-01-01", 4),
            ("2024-07-18T11:59:59.999999Z", 0),
            ("2024-07-18T12:00:00Z", 1),  # recorded by then, and not before then
            ("2024-07-18T12:00:00", 1),
            ("2024-07-18T14:00:00+02:00", 1),
            ("2024-07-18T13:59:59+02:00", 0),
            ("2024-07-19T00:00:00-13:00", 2),
            ("0001-01-01", 0),
            ("0999-12-31T00:00:00Z", 0),
        ],
    )
    def test_goes_by_what_was_known_at_a_time(
        self, ledger: Connection, known_at: str, number: int
    ) -> None:
        assert at_revision(ledger, known_at=known_at).number == number

    def test_is_refused_for_what_is_no_time(self, ledger: Connection) -> None:
        days = [
            "",
            "0",
            "2024",
            "yesterday",
            "2024-13-01",
            "2024-02-30",
            "2024-07-18Z",
            "٢٠٢٤-٠٧-١٨",
            "2024-W29-4",
        ]
        times = [
            "20240718T12",
            "2024-07-18T25:00",
            "2024-07-18T12:00:00 02:00",
            "2024-07-18\x00",
            "\ud800",
        ]
        for words in (*days, *times):
            with pytest.raises(Refused) as refused:
                pytest.fail(f"{words!r} was read as {at_revision(ledger, known_at=words)}")
            assert [mend.where for mend in refused.value.mends] == ["known_at"]

    def test_is_asked_for_in_one_way(self, ledger: Connection) -> None:
        with pytest.raises(Refused):
            at_revision(ledger, number=1, known_at="2024-07-18")

    def test_of_an_empty_ledger_is_nought(self, database: Database) -> None:
        with database.reading() as connection:
            for asked in ({}, {"number": 0}, {"known_at": "2030-01-01"}):
                assert at_revision(connection, **asked) == Revision(0, GENESIS, None, 0, GENESIS)
            assert verify(connection) == []


class TestTime:
    def test_never_goes_back_even_if_the_clock_does(self, ledger: Connection) -> None:
        for nth, hours in enumerate((-24 * 365, 0, 24 * 365, 24)):
            commit(
                ledger,
                NOON + timedelta(hours=hours),
                sources=[{"slug": f"s{nth}", "publisher": "S"}],
            )
        stamps = [row["recorded_at"] for row in rows(ledger, revisions)]
        assert stamps == sorted(stamps)
        assert (
            stamps[4:] == ["2024-07-21T12:00:00.000000Z"] * 2 + ["2025-07-18T12:00:00.000000Z"] * 2
        )
        assert verify(ledger) == []

    def test_a_clock_that_was_ahead_is_told_at_the_next_write_and_order_stands(
        self,
        ledger: Connection,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # A server that was started in this process keeps its log to itself.
        monkeypatch.setattr(logging.getLogger("muster"), "propagate", True)
        caplog.set_level("WARNING", "muster")
        ahead, behind = NOON + timedelta(days=30), NOON + timedelta(days=9)
        for nth, now in enumerate((ahead, ahead + timedelta(seconds=1), ahead, behind)):
            commit(ledger, now, sources=[{"slug": f"s{nth}", "publisher": "S"}])
        # A second is no warning; what hears one at two loggers hears it twice.
        (warned,) = set(caplog.messages)
        assert "the clock says 2024-07-27T12:00:00.000000Z" in warned
        assert "revision 7 was recorded at 2024-08-17T12:00:01.000000Z" in warned
        # Nobody knew the fourth before the first three, whatever the clocks said.
        known = {
            day: at_revision(ledger, known_at=day).number for day in ("2024-08-01", "2024-09-01")
        }
        assert list(known.values()) == [4, 8]

    def test_is_kept_in_utc_whatever_the_zone(self) -> None:
        assert (
            stamp(datetime(2024, 7, 18, 1, 30, tzinfo=timezone(timedelta(hours=2))))
            == "2024-07-17T23:30:00.000000Z"
        )

    def test_in_text_order_is_time_order(self) -> None:
        moments = [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 42, 999, 1000, 2024, 9999)]
        moments.append(datetime(9999, 1, 1, microsecond=1, tzinfo=UTC))
        assert [stamp(moment) for moment in moments] == sorted(stamp(moment) for moment in moments)


def swapped(connection: Connection) -> None:
    """Two revisions exchange all but their numbers."""
    two, three = (row for row in rows(connection, revisions) if row["number"] in (2, 3))
    for row, number in ((two, 3), (three, 2)):
        connection.execute(
            revisions.update().where(revisions.c.number == number).values(row | {"number": number})
        )


def forged(connection: Connection) -> None:
    """A claim that nobody made, with a seal of its own."""
    row = rows(connection, claims)[0] | {"id": 99, "key": "forged", "since": 4, "until": None}
    connection.execute(
        insert(claims), [row | {"digest": history.digest(row["salt"], history.texts_of(row))}]
    )


def recorded_content(connection: Connection, revision: Any) -> str:
    """The content of a revision as the tables hold it now."""
    number = revision["number"]
    opened = {
        name: rows(connection, table, since=number)
        for name, table in {**VERSIONED, "entries": entries}.items()
    }
    closed = [
        (name, row["key" if name == "claims" else "slug"])
        for name, table in VERSIONED.items()
        for row in rows(connection, table, until=number)
    ]
    return history.content_of(revision, opened, closed)


def rewritten(connection: Connection) -> None:
    """A revision with another message, and with seals that agree with it."""
    row = rows(connection, revisions)[1] | {"message": "Nothing happened"}
    row["about_digest"] = history.digest(row["salt"], history.about_of(row))
    row["digest"] = history.digest("", recorded_content(connection, row))
    before = rows(connection, revisions)[0]["chain"]
    row["chain"] = history.link(before, row["number"], row["recorded_at"], row["digest"])
    connection.execute(revisions.update().where(revisions.c.number == 2).values(row))


def renamed(connection: Connection) -> None:
    """A claim that belongs to another entry from now on, in both its rows."""
    connection.execute(text("UPDATE claims SET entry = 'pledge' WHERE key = 'movement--nation'"))


def undone(connection: Connection) -> None:
    """A correction that never was."""
    connection.execute(text("DELETE FROM claims WHERE since = 2"))
    connection.execute(text("UPDATE claims SET until = NULL WHERE until = 2"))


# What somebody did to the database, and what `muster verify` must name.
TAMPERED: dict[str, tuple[str | Callable[[Connection], None], str]] = {
    "a claim's text": (
        "UPDATE claims SET summary = 'None came.' WHERE key = 'movement--nation'",
        "movement--nation",
    ),
    "a claim's number": ("UPDATE claims SET count = 4 WHERE key = 'pledge--nation'", "revision 4"),
    "a claim's bound": (
        "UPDATE claims SET count_high = NULL WHERE key = 'pledge--nation'",
        "revision 4",
    ),
    "a claim's status": (
        "UPDATE claims SET status = 'expected' WHERE key = 'pledge--nation'",
        "revision 4",
    ),
    "a claim's grade": (
        "UPDATE claims SET grade = 'A1' WHERE key = 'pledge--nation'",
        "revision 4",
    ),
    "a claim's day": (
        "UPDATE claims SET date_latest = '2024-07-20' WHERE key = 'pledge--nation'",
        "revision 4",
    ),
    "a claim's source": (
        "UPDATE claims SET source = 'echo' WHERE key = 'pledge--nation'",
        "revision 4",
    ),
    "a claim's entry": (renamed, "revision 1"),
    "a claim's mission": (
        "UPDATE claims SET mission = 'other' WHERE key = 'pledge--nation'",
        "its mission is another",
    ),
    "a claim without its mission": (
        "UPDATE claims SET mission = NULL WHERE key = 'pledge--nation'",
        "its mission is another",
    ),
    "a claim's birth": ("UPDATE claims SET since = 3 WHERE key = 'pledge--nation'", "revision 4"),
    "a claim closed": ("UPDATE claims SET until = 4 WHERE key = 'movement--echo'", "revision 4"),
    "a correction undone": (undone, "revision 2"),
    "a closed claim closed later": ("UPDATE claims SET until = 3 WHERE until = 2", "revision 2"),
    "a claim deleted": ("DELETE FROM claims WHERE key = 'movement--echo'", "revision 1"),
    "a closed claim deleted": ("DELETE FROM claims WHERE until = 2", "revision 1"),
    "a claim added": (forged, "revision 4"),
    "a claim's seal": (
        "UPDATE claims SET digest = 'x' WHERE key = 'pledge--nation'",
        "pledge--nation",
    ),
    "a source's label": (
        "UPDATE sources SET publisher = 'Nobody' WHERE slug = 'nation'",
        "revision 1",
    ),
    "a source's old label": (
        "UPDATE sources SET publisher = 'Nobody' WHERE until = 3",
        "revision 1",
    ),
    "a source's grade": ("UPDATE sources SET grade = 'A1' WHERE slug = 'nation'", "revision 1"),
    "a source's origin": (
        "UPDATE sources SET derived_from = 'echo' WHERE slug = 'nation'",
        "revision 1",
    ),
    "a source deleted": ("DELETE FROM sources WHERE slug = 'nation'", "revision 1"),
    "a mission's label": ("UPDATE missions SET ended = '2024' WHERE slug = 'haiti'", "revision 1"),
    "a contingent's label": ("UPDATE contingents SET units = 'Ghosts'", "revision 1"),
    "an entry's nation": ("UPDATE entries SET nation = 'UGA' WHERE key = 'movement'", "revision 1"),
    "an entry deleted": ("DELETE FROM entries WHERE key = 'pledge'", "revision 4"),
    "a revision's message": (
        "UPDATE revisions SET message = 'nothing' WHERE number = 2",
        "revision 2",
    ),
    "a revision's author": (
        "UPDATE revisions SET author = 'nobody' WHERE number = 2",
        "revision 2",
    ),
    "a revision's time": (
        "UPDATE revisions SET recorded_at = '2024-07-19' WHERE number = 2",
        "revision 2",
    ),
    "a revision's seal": ("UPDATE revisions SET digest = 'x' WHERE number = 2", "revision 2"),
    "a revision's chain": ("UPDATE revisions SET chain = 'x' WHERE number = 2", "revision 2"),
    "a revision and its seals": (rewritten, "revision 3"),
    "a revision missing": ("DELETE FROM revisions WHERE number = 2", "revision 2"),
    "the first missing": ("DELETE FROM revisions WHERE number = 1", "revision 1"),
    "the last missing": ("DELETE FROM revisions WHERE number = 4", "revision 4"),
    "all missing": ("DELETE FROM revisions", "revision 4"),
    "two revisions swapped": (swapped, "revision 2"),
    "the head set back": ("UPDATE head SET revision = 3", "head"),
    "the head set back with its chain": (
        "UPDATE head SET revision = 3, chain = (SELECT chain FROM revisions WHERE number = 3)",
        "head",
    ),
    "the head set on": ("UPDATE head SET revision = 5", "head"),
    "the head's chain": ("UPDATE head SET chain = 'x'", "head"),
    "the head gone": ("DELETE FROM head", "head"),
}


class TestVerify:
    def test_finds_nothing_in_a_healthy_ledger(self, ledger: Connection) -> None:
        assert verify(ledger) == []

    @pytest.mark.parametrize("what", TAMPERED)
    def test_finds_what_was_changed(self, ledger: Connection, what: str) -> None:
        done, named = TAMPERED[what]
        if isinstance(done, str):
            assert ledger.execute(text(done)).rowcount > 0
        else:
            done(ledger)
        faults = verify(ledger)
        assert any(named in fault for fault in faults), faults

    def test_what_tells_of_an_erasure_stays(self, ledger: Connection) -> None:
        number = erase(ledger, 1)
        with pytest.raises(Refused, match="tells what was erased, and stays"):
            erase(ledger, number)
        assert verify(ledger) == []

    def test_lists_what_was_erased_and_still_holds(self, ledger: Connection) -> None:
        number = erase(ledger, "movement--nation", NOON + timedelta(days=10))
        assert erase(ledger, 2, NOON + timedelta(days=11)) == number + 1
        found = proven(ledger)
        assert found.faults == []
        of_claim = [
            f"revision {row['since']}: the texts of claim movement--nation were erased on "
            f"2024-07-28, in revision {number}"
            for row in rows(ledger, claims, key="movement--nation")
        ]
        of_revision = "revision 2: the texts of revision 2 were erased on 2024-07-29, in revision "
        assert sorted(found.erased) == sorted([*of_claim, f"{of_revision}{number + 1}"])
        assert len(of_claim) == 2
        for row in rows(ledger, claims, key="movement--nation"):
            assert {row[name] for name in history.TEXTS} == {None}
        with pytest.raises(NotFound):
            erase(ledger, "movement--nobody")
        with pytest.raises(NotFound):
            erase(ledger, 99)

    @pytest.mark.parametrize(
        "done",
        [
            "UPDATE claims SET summary = NULL, locator = NULL, count_text = NULL, "
            "date_text = NULL, salt = NULL, words = '' WHERE key = 'movement--nation'",
            "UPDATE revisions SET author = '', message = '', salt = NULL WHERE number = 2",
        ],
        ids=["a claim", "a revision"],
    )
    def test_finds_texts_that_are_gone_and_were_not_erased(
        self, ledger: Connection, done: str
    ) -> None:
        ledger.execute(text(done))
        assert any("gone, and not erased" in fault for fault in verify(ledger))

    @pytest.mark.parametrize(
        "done",
        [
            "UPDATE claims SET salt = NULL, count = 4 WHERE key = 'pledge--nation'",
            "UPDATE claims SET salt = NULL, summary = 'None came.' WHERE key = 'movement--nation'",
            "UPDATE revisions SET salt = NULL, message = 'nothing' WHERE number = 2",
            "UPDATE revisions SET salt = NULL, cause = 'our_error', author = '', message = '' "
            "WHERE number = 2",
        ],
        ids=["a number", "a text", "a message", "a cause"],
    )
    def test_finds_what_was_changed_under_the_cloak_of_an_erasure(
        self, ledger: Connection, done: str
    ) -> None:
        assert ledger.execute(text(done)).rowcount > 0
        assert verify(ledger) != []

    def test_finds_what_was_changed_in_a_revision_without_its_salt(
        self, ledger: Connection
    ) -> None:
        ledger.execute(
            text("UPDATE revisions SET salt = NULL, author = '', message = '' WHERE number = 1")
        )
        ledger.execute(text("UPDATE sources SET publisher = 'Nobody' WHERE slug = 'nation'"))
        assert verify(ledger) != []

    def test_is_not_misled_by_a_write_that_comes_between(self, database: Database) -> None:
        with database.writing() as connection:
            commit(connection, **SUBJECTS)

        def passing(numbers: Iterable[int]) -> Iterable[int]:
            with database.writing() as another:
                commit(another, entries=[entry("movement")])
            return numbers

        with database.reading() as connection:
            found = proven(connection, passing=passing)
            assert (found.revision, found.faults) == (1, [])
        with database.reading() as connection:
            assert (at_revision(connection).number, verify(connection)) == (2, [])

    def test_reads_the_whole_ledger_without_writing(self, kept: Database) -> None:
        with kept.reading() as connection:
            assert verify(connection) == []


def test_two_ledgers_with_the_same_history_have_the_same_chain(
    postgresql: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.record.ledger.secrets.token_hex", lambda _size: "5a" * 16)
    chains: list[list[str]] = []
    for engine in ("sqlite", "postgresql"):
        settings = Settings(
            database_url=new_database(engine, postgresql, tmp_path_factory.mktemp("chain"))
        )
        migrate(settings)
        database = Database(settings)
        with database.writing() as connection:
            commit(
                connection,
                **SUBJECTS,
                entries=[entry("movement", told(summary="é\n😀"), told("echo"))],
            )
            commit(
                connection,
                sources=[{"slug": "echo", "publisher": "E", "retrieved_on": "2024-07-19"}],
            )
            commit(connection, entries=[entry("movement", told(count=">=3"))])
            chains.append([row["chain"] for row in rows(connection, revisions)])
        database.dispose()
    assert chains[0] == chains[1]
    assert len(set(chains[0])) == 3


HELD = (
    st.none()
    | st.integers(0, 10**9)
    | st.dates()
    | st.text(st.characters(exclude_categories=["Cs"]))
)


@given(st.dictionaries(st.sampled_from(["count", "date", "date_text", "summary"]), HELD))
def test_the_canonical_form_is_the_one_of_the_standard_library(row: dict[str, Any]) -> None:
    """Chains made long ago were made with it: another encoder must give the same bytes for all a
    ledger can hold.
    """
    held = {name: value for name, value in row.items() if value is not None}
    plain = json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    assert history._canonical(row) == plain
