"""The ledger as an SQLite file: the same from both databases, with the rows of the lists under
their names, as numbers and days, and nothing that is nobody's business.
"""

import base64
import csv
import hashlib
import io
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app import __version__
from app.estimate.checkpoint import checkpoint
from app.record import snapshot as writing
from app.record.cache import Cache
from app.record.database import Database
from app.record.erasing import erase
from app.record.kinds import KINDS
from app.record.tables import claims, revisions
from app.settings import Settings
from app.web.http.turns import Line, Turn
from app.web.routes import snapshot as routes
from tests.conftest import AFTER, FORCE, SEEDS, Twins, load, served

FILE = "/v1/ledger.sqlite"
LONG = 60  # seconds after which something that must come never will
LISTS = ("missions", "contingents", "sources", "nations", "claims")
VIEWS = {kind.plural.replace("-", "_"): kind.plural for kind in KINDS.values()}
CLAIM = "haiti-mss-ken-strength-2024-07-16--heed-2024-07-17"


def opened(content: bytes) -> sqlite3.Connection:
    """A file, in memory."""
    file = sqlite3.connect(":memory:")
    file.deserialize(content)
    return file


@pytest.fixture
def file(read_all: Twins) -> Iterator[sqlite3.Connection]:
    """The file of all seeds."""
    with closing(opened(read_all(FILE).content)) as found:
        yield found


def rows_of(file: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    """All rows of a table or a view."""
    found = file.execute(f'SELECT * FROM "{name}"')
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def in_csv(read: Twins, path: str) -> list[dict[str, str]]:
    """The rows of a list as its CSV has them."""
    answer = read(f"/v1/{path}.csv").text
    return list(csv.DictReader(io.StringIO(answer, newline=""), strict=True))


def as_cells(row: dict[str, Any]) -> list[tuple[str, str]]:
    """A row as the cells of a CSV file, yes and no as numbers."""
    return [(name, "" if value is None else str(value)) for name, value in row.items()]


def same_rows(file: sqlite3.Connection, name: str, rows: list[dict[str, str]]) -> None:
    """Fail unless a table or view has these rows and columns, in whatever order its rows are."""
    truths = {"true": "1", "false": "0"}
    wanted = [[(name, truths.get(cell, cell)) for name, cell in row.items()] for row in rows]
    found = [
        [cell for cell in as_cells(row) if name == "missions" or cell[0] != "mission_name"]
        for row in rows_of(file, name)
    ]
    assert sorted(found) == sorted(wanted)


class TestFile:
    @pytest.mark.parametrize("revision", range(5))
    def test_is_whole_at_every_revision_and_the_same_from_both_databases(
        self, read_all: Twins, revision: int
    ) -> None:
        with closing(opened(read_all(f"{FILE}?revision={revision}").content)) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert file.execute("PRAGMA foreign_key_check").fetchall() == []
            assert file.execute("PRAGMA user_version").fetchone() == (revision,)
            assert file.execute("PRAGMA application_id").fetchone() == (writing.APPLICATION,)
            assert file.execute("PRAGMA page_size").fetchone() == (4096,)
            assert file.execute("PRAGMA freelist_count").fetchone() == (0,)
            # The number of a row is of one database; its key is of all.
            for name in ("claims", "entries", "sources", "contingents", "missions"):
                rows = [row[0] for row in file.execute(f"SELECT * FROM {name} ORDER BY rowid")]
                assert rows == sorted(rows)

    def test_is_the_same_when_it_is_made_again(
        self, read_all: Twins, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = read_all(FILE).content
        made: list[bool] = []
        make = routes._made

        def seen(*asked: Any) -> Any:
            made.append(True)
            return make(*asked)

        monkeypatch.setattr(routes, "_made", seen)
        monkeypatch.setattr(Cache, "get", lambda *_: None)
        assert read_all(FILE).content == first
        assert len(made) == 2

    def test_says_what_it_is(self, read_all: Twins, file: sqlite3.Connection) -> None:
        head = read_all.json("/v1/revisions/head")["data"]
        (about,) = rows_of(file, "about")
        assert about == {
            "muster_version": __version__,
            "revision": head["number"],
            "recorded_at": head["recorded_at"],
            "chain": head["chain"],
            "permalink": f"{FILE}?revision={head['number']}",
            "documentation": "/docs",
            "licence": routes.LICENCE,
        }
        assert read_all(about["permalink"]).content == read_all(FILE).content


class TestRows:
    @pytest.mark.parametrize("name", LISTS)
    def test_a_list_has_a_table_of_its_name(
        self, read_all: Twins, file: sqlite3.Connection, name: str
    ) -> None:
        same_rows(file, name, in_csv(read_all, name))

    @pytest.mark.parametrize("view", VIEWS)
    def test_a_kind_has_a_view_with_the_columns_of_its_list_and_the_names_of_missions(
        self, read_all: Twins, file: sqlite3.Connection, view: str
    ) -> None:
        rows = in_csv(read_all, VIEWS[view])
        assert rows
        same_rows(file, view, rows)
        names = {row["slug"]: row["name"] for row in rows_of(file, "missions")}
        for row in rows_of(file, view):
            assert row["mission_name"] == names[row["mission"]]

    def test_all_entries_in_one_view(self, read_all: Twins, file: sqlite3.Connection) -> None:
        same_rows(file, "timeline", in_csv(read_all, "timeline"))

    def test_of_a_past_revision_what_was_known_then(self, read_all: Twins) -> None:
        for path in ("movements", "claims", "sources"):
            rows = list(
                csv.DictReader(io.StringIO(read_all(f"/v1/{path}.csv?revision=1").text, newline=""))
            )
            with closing(opened(read_all(f"{FILE}?revision=1").content)) as file:
                same_rows(file, path, rows)

    def test_claims_stand_beside_what_their_sources_are(self, file: sqlite3.Connection) -> None:
        sources = {row["slug"]: row for row in rows_of(file, "sources")}
        entries = {row["key"]: row for row in rows_of(file, "entries")}
        rows = rows_of(file, "claims_with_sources")
        assert len(rows) == len(rows_of(file, "claims")) > 200
        for row in rows:
            source, entry = sources[row["source"]], entries[row["entry"]]
            assert (row["mission"], row["nation"]) == (entry["mission"], entry["nation"])
            assert (row["publisher"], row["url"]) == (source["publisher"], source["url"])
            assert row["source_grade"] == source["grade"]
            assert row["published_latest"] == source["published_latest"]

    def test_numbers_are_numbers_and_days_are_texts_that_sort(
        self, file: sqlite3.Connection
    ) -> None:
        for name, column, kind in (
            *(("claims", each, "integer") for each in ("count_low", "count", "count_high")),
            *(("settled", each, "integer") for each in ("disputed", "spread_low", "origins")),
            *(("claims", each, "text") for each in ("date", "date_earliest", "date_latest")),
            ("sources", "published_latest", "text"),
        ):
            kinds = file.execute(f'SELECT DISTINCT typeof("{column}") FROM "{name}"').fetchall()
            assert {found for (found,) in kinds} - {"null"} == {kind}, column
        newest = file.execute("SELECT max(date_latest) FROM movements").fetchone()
        last = file.execute(
            "SELECT date_latest FROM movements WHERE date_latest IS NOT NULL "
            "ORDER BY date_latest DESC LIMIT 1"
        ).fetchone()
        assert newest == last


class TestNobodysBusiness:
    def test_no_salt_no_digest_no_table_of_keys_or_replies(
        self, settings: Settings, read_all: Twins
    ) -> None:
        content = read_all(FILE).content
        load(settings, [*SEEDS, AFTER, FORCE])
        with Database(settings) as database, database.reading() as connection:
            secret = [
                *connection.execute(select(claims.c.salt, claims.c.digest)),
                *connection.execute(select(revisions.c.salt, revisions.c.digest)),
            ]
        assert len(secret) > 200
        for row in secret:
            for word in row:
                assert word.encode() not in content
        with closing(opened(content)) as file:
            found = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
        assert not found & {"api_keys", "replies", "revisions", "head"}

    def test_an_erased_text_is_gone_from_the_file_of_a_past_revision_too(
        self, settings: Settings
    ) -> None:
        load(settings, SEEDS)
        with served(settings) as client:
            address = f"{FILE}?revision=2"
            first = client.get(address)
            row = client.get(f"/v1/claims/{CLAIM}").json()["data"]
            with Database(settings) as database, database.writing() as connection:
                erase(connection, CLAIM)
            second = client.get(address, headers={"If-None-Match": first.headers["etag"]})
            assert second.status_code == 200
            assert second.headers["etag"] != first.headers["etag"]
            assert row["summary"].encode() in first.content
            assert row["summary"].encode() not in second.content
            with closing(opened(second.content)) as file:
                found = file.execute("SELECT summary FROM claims WHERE key = ?", [CLAIM])
                assert found.fetchone() == (None,)


class TestProtocol:
    def test_a_tag_is_strong_and_known_before_anything_is_made(self, read_all: Twins) -> None:
        answer = read_all(FILE, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-type"] == "application/vnd.sqlite3"
        assert "content-encoding" not in answer.headers
        assert answer.headers["content-length"] == str(len(answer.content))
        tag = answer.headers["etag"]
        assert tag.startswith('"')
        for given in (tag, f"W/{tag}", "*"):
            unchanged = read_all(FILE, headers={"If-None-Match": given})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["etag"] == tag

    def test_it_names_its_hash(self, read_all: Twins) -> None:
        answer = read_all(FILE)
        hashed = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
        assert answer.headers["repr-digest"] == f"sha-256=:{hashed}:"
        part = read_all(FILE, headers={"Range": "bytes=0-15"})
        assert part.headers["repr-digest"] == answer.headers["repr-digest"]

    def test_a_revision_is_for_ever(self, read_all: Twins) -> None:
        answer = read_all(FILE)
        assert answer.headers["cache-control"] == "public, no-cache"
        permalink = answer.headers["link"].partition("<")[2].partition(">")[0]
        again = read_all(permalink)
        assert "immutable" in again.headers["cache-control"]
        assert again.content == answer.content
        assert again.headers["etag"] == answer.headers["etag"]

    def test_head_tells_the_length(self, read_all: Twins) -> None:
        whole, head = read_all(FILE), read_all(FILE, method="HEAD")
        assert (head.status_code, head.content) == (200, b"")
        for name in ("etag", "content-length", "repr-digest", "accept-ranges", "link"):
            assert head.headers[name] == whole.headers[name]

    def test_it_leaves_in_parts(self, read_all: Twins) -> None:
        whole = read_all(FILE)
        size, tag = len(whole.content), whole.headers["etag"]
        for asked, part in {
            "bytes=0-15": slice(0, 16),
            f"bytes={size - 10}-": slice(size - 10, size),
            "bytes=-7": slice(size - 7, size),
            "bytes=4096-300000": slice(4096, 300_001),
        }.items():
            answer = read_all(FILE, headers={"Range": asked, "If-Range": tag})
            assert (answer.status_code, answer.content) == (206, whole.content[part])
            start, stop, _ = part.indices(size)
            assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
        for other in ('"another"', f"W/{tag}"):
            answer = read_all(FILE, headers={"Range": "bytes=0-15", "If-Range": other})
            assert (answer.status_code, len(answer.content)) == (200, size)
        none = read_all(FILE, headers={"Range": f"bytes={size}-"})
        assert (none.status_code, none.headers["content-range"]) == (416, f"bytes */{size}")

    def test_a_download_has_a_name(self, read_all: Twins) -> None:
        answer = read_all(f"{FILE}?download=1&revision=3")
        named = 'attachment; filename="muster-ledger-r3.sqlite"'
        assert answer.headers["content-disposition"] == named
        assert answer.content == read_all(f"{FILE}?revision=3").content

    def test_what_it_does_not_take_is_refused(self, read_all: Twins) -> None:
        read_all.problem(f"{FILE}?mission=haiti-mss", 422)
        read_all.problem(f"{FILE}?revision=99", 422)

    def test_it_says_under_which_address_it_is_known(self, settings: Settings) -> None:
        public = settings.model_copy(update={"public_url": "https://example.org/muster"})
        with served(public) as client, closing(opened(client.get(FILE).content)) as file:
            (about,) = rows_of(file, "about")
        assert about["documentation"] == "https://example.org/muster/docs"
        assert about["permalink"] == "https://example.org/muster/v1/ledger.sqlite?revision=0"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are made, and nothing else is."""
    found = tmp_path / "made"
    found.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(found))
    return found


@pytest.fixture
def client(settings: Settings, place: Path) -> Iterator[httpx2.Client]:
    """A server that sends two tables at a time, over the seeds of the first year."""
    load(settings, SEEDS)
    with served(settings.model_copy(update={"max_exports": 2})) as found:
        yield found


class TestMaking:
    @pytest.fixture
    def making(self, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
        """What is done at the beginning of each file, one after the other."""
        steps: list[Callable[[], None]] = []
        write = writing.write_snapshot

        def slowly(*asked: Any) -> None:
            steps.pop(0)()
            write(*asked)

        monkeypatch.setattr(routes, "write_snapshot", slowly)
        return steps

    def test_one_who_asks_makes_it_and_all_others_wait(
        self,
        client: httpx2.Client,
        making: list[Callable[[], None]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        waiting: list[Line] = []
        wait = Turn.wait

        async def seen(self: Turn, line: Line) -> None:
            waiting.append(line)
            await wait(self, line)

        monkeypatch.setattr(Turn, "wait", seen)
        begun, free = threading.Event(), threading.Event()

        def step() -> None:
            begun.set()
            assert free.wait(LONG)

        making.append(step)
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(client.get, FILE)
            assert begun.wait(LONG)
            other = pool.submit(client.get, FILE)
            while not waiting:
                assert not other.done()
            free.set()
            assert first.result().content == other.result().content
            assert first.result().status_code == 200

    def test_a_fault_leaves_no_file_and_gives_its_place_back(
        self, client: httpx2.Client, making: list[Callable[[], None]], place: Path
    ) -> None:
        def fault() -> None:
            raise ValueError("a fault")

        making += [fault, lambda: None]
        assert client.get(FILE).status_code == 500
        assert list(place.iterdir()) == []
        assert client.get(FILE).status_code == 200
        assert list(place.iterdir()) == []

    def test_a_full_place_is_named_and_is_not_the_ledgers(
        self, client: httpx2.Client, making: list[Callable[[], None]]
    ) -> None:
        def full() -> None:
            raise sqlite3.OperationalError("database or disk is full")

        making += [full, lambda: None]
        answer = client.get(FILE)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "The place for temporary files (TMPDIR) is full" in answer.json()["detail"]
        assert client.get(FILE).status_code == 200

    def test_who_leaves_meanwhile_ends_it(
        self, client: httpx2.Client, making: list[Callable[[], None]], place: Path
    ) -> None:
        begun, gone = threading.Event(), threading.Event()

        def step() -> None:
            begun.set()
            try:
                while True:
                    checkpoint()
            finally:
                gone.set()

        making += [step, lambda: None]
        where = (client.base_url.host, client.base_url.port or 80)
        with socket.create_connection(where) as caller:
            caller.sendall(f"GET {FILE} HTTP/1.1\r\nHost: muster.example\r\n\r\n".encode())
            assert begun.wait(LONG)
        assert gone.wait(LONG)
        assert client.get(FILE).status_code == 200
        assert list(place.iterdir()) == []

    def test_who_hangs_up_keeps_no_place(self, client: httpx2.Client) -> None:
        for _ in range(6):
            with client.stream("GET", FILE) as answer:
                next(answer.iter_raw(100))
        deadline = time.monotonic() + LONG
        while client.get(f"{FILE}?revision=1").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
