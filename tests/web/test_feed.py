"""Who follows the changes misses none, meets none twice, and keeps a copy by nothing else; on both
databases.
"""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE
from types import SimpleNamespace
from typing import Any, ClassVar
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.follow import follow as follow_command
from app.record.database import Database, migrate
from app.record.proof import proven, verify
from app.record.revisions import GENESIS
from app.record.settled import rebuild
from app.settings import Settings
from tests.conftest import ROOT, SEEDS, Twins, load, served
from tests.web.test_writes import SOURCE, Desk, claim, desk_over, entry

ATOM = "{http://www.w3.org/2005/Atom}"
NATIONS = ("KEN", "JAM", "BLZ", "BHS")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The article's ledger, served."""
    with desk_over(request.param, postgresql, tmp_path_factory.mktemp("feed"), SEEDS) as made:
        yield made


def feed(desk: Desk, after: str | None = None, **more: Any) -> Any:
    """A page of the feed."""
    asked = {"after": after, **more} if after is not None else more
    answer = desk.client.get("/v1/revisions", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def write(desk: Desk, name: str, rounds: int, made: list[int]) -> None:
    """Add, correct and retract so many times; keeps the numbers of the revisions."""
    chance = random.Random(name)
    for nth in range(rounds):
        kind, plural = chance.choice(
            [("movement", "movements"), ("pledge", "pledges"), ("event", "events")]
        )
        key = f"{name}-{nth}"
        body = entry(kind, key, count=chance.randrange(500)) | {"nation": chance.choice(NATIONS)}
        made.append(desk("POST", f"/v1/{plural}", body, status=201).json()["revision"])
        address = f"/v1/claims/{key}--{SOURCE}"
        if chance.random() < 0.5:
            said = claim(
                count=chance.choice(["some", "~90", 7]), date=chance.choice(["2024", "2024-08/.."])
            )
            made.append(desk("PUT", address, said, status=200, If_Match="*").json()["revision"])
        if chance.random() < 0.3:
            made.append(desk("DELETE", address, status=200, If_Match="*").json()["revision"])


def busy(
    desk: Desk, name: str, writers: int, rounds: int
) -> tuple[list[threading.Thread], list[int]]:
    """Writers at work."""
    made: list[int] = []
    threads = [
        threading.Thread(target=write, args=(desk, f"{name}{n}", rounds, made))
        for n in range(writers)
    ]
    for thread in threads:
        thread.start()
    return threads, made


class TestTheFeed:
    def test_a_reader_beside_many_writers_sees_every_revision_once_and_in_order(
        self, desk: Desk
    ) -> None:
        start = feed(desk, size=1000)
        threads, made = busy(desk, "crowd", 6, 8)
        place, seen, pages = start["after"], [], 0
        while True:
            working = any(thread.is_alive() for thread in threads)
            page = feed(desk, place, size=3 + pages % 5, rows="true" if pages % 7 == 0 else "false")
            place, pages = page["after"], pages + 1
            seen += page["data"]
            if not working and not page["data"]:
                break
        first = start["data"][-1]["number"] + 1
        assert [row["number"] for row in seen] == list(range(first, first + len(seen)))
        assert sorted(made) == [row["number"] for row in seen]
        assert len(made) >= 48
        assert place == f"{seen[-1]['number']}-{seen[-1]['chain'][:16]}"
        assert feed(desk, place)["after"] == place
        times = [row["recorded_at"] for row in seen]
        assert times == sorted(times)
        for row in seen[:5]:
            alone = desk.client.get(f"/v1/revisions/{row['number']}").json()["data"]
            assert {name: row[name] for name in alone} == alone

    def test_says_what_each_revision_did(self, desk: Desk) -> None:
        place = feed(desk, sort="-number", size=1)["data"][0]["number"]
        desk("POST", "/v1/pledges", entry("pledge", "told"), status=201)
        desk("PUT", f"/v1/claims/told--{SOURCE}", claim(count=3), status=200, If_Match="*")
        desk("DELETE", f"/v1/claims/told--{SOURCE}", status=200, If_Match="*")
        added, corrected, retracted = feed(desk, str(place))["data"]
        key = [f"told--{SOURCE}"]
        assert (added["added"]["claims"], added["added"]["entries"]) == (key, ["told"])
        assert (corrected["added"]["claims"], corrected["corrected"]["claims"]) == ([], key)
        assert (retracted["corrected"]["claims"], retracted["retracted"]["claims"]) == ([], key)
        assert feed(desk, str(place), fields="number")["data"] == [
            {"number": place + n} for n in (1, 2, 3)
        ]

    def test_a_place_of_another_history_is_told_so(self, desk: Desk) -> None:
        last = feed(desk, sort="-number", size=1)["data"][0]
        number, chain = last["number"], last["chain"][:16]
        for place in (
            f"{number}-{'0' * 16}",
            f"{number + 1}-{chain}",
            f"{number - 1}-{chain}",
            f"999999999-{chain}",
        ):
            for more in ({}, {"rows": "true"}):
                answer = desk.client.get("/v1/revisions", params={"after": place, **more})
                assert (answer.status_code, answer.json()["type"]) == (
                    409,
                    "/problems/history_changed",
                ), place
                assert answer.headers["content-type"] == "application/problem+json"
        for place in (
            str(number + 1),
            "-1",
            f"{number}-",
            f"{number}-{chain}0",
            "x",
            "",
            "1e3",
            f"{number}-{chain.upper()}x",
        ):
            assert desk.client.get("/v1/revisions", params={"after": place}).status_code == 422, (
                place
            )
        assert feed(desk, f"{number}-{chain}")["data"] == []
        assert feed(desk, f"0-{GENESIS[:16]}", size=1)["data"][0]["number"] == 1
        assert (
            feed(desk, "0", size=1)["after"] == f"1-{feed(desk, size=1)['data'][0]['chain'][:16]}"
        )

    def test_a_place_does_not_move_with_the_sort_or_the_revision(self, desk: Desk) -> None:
        assert feed(desk, "0", sort="-number", size=1).get("after") is None
        page = feed(desk, "1", revision=1)
        assert (page["data"], page["after"].split("-")[0]) == ([], "1")
        ahead = desk.client.get("/v1/revisions", params={"after": "2", "revision": 1})
        assert ahead.status_code in (200, 422)
        if ahead.status_code == 200:  # a reader is never sent back
            assert int(ahead.json()["after"].split("-")[0]) >= 2


class TestAtom:
    def test_has_what_the_standard_wants(self, desk: Desk) -> None:
        root = ElementTree.fromstring(desk.client.get("/v1/revisions.atom").content)
        entries = root.findall(f"{ATOM}entry")
        assert 1 <= len(entries) <= 50
        for each in [root, *entries]:
            assert all(each.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        ids = [each.findtext(f"{ATOM}id") for each in entries]
        assert len(set(ids)) == len(ids)
        assert root.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
        link = entries[0].find(f"{ATOM}link")
        assert link is not None
        assert desk.client.get(link.attrib["href"]).status_code == 200

    @pytest.mark.parametrize(
        "words",
        [
            "<b>&amp;</b>",
            "a ]]> b",
            "quo\"te's",
            "\U0001f600",
            "a\tb\nc",
            "\u007f\u0085",
            "\u0001",
            "\u000b",
            "\ufffe",
            "\uffff",
        ],
        ids=ascii,
    )
    def test_is_well_formed_whatever_people_write(self, desk: Desk, words: str) -> None:
        """A message is taken and told as it is, or refused. The last four are in no XML: stays last
        in the class.
        """
        slug = "atom-" + "-".join(f"{ord(char):x}" for char in words)
        answer = desk("POST", "/v1/sources", {"slug": slug, "publisher": "x", "message": words})
        assert answer.status_code in (201, 422), answer.text
        told = desk.client.get("/v1/revisions.atom")
        assert told.headers["content-type"].startswith("application/atom+xml")
        entries = ElementTree.fromstring(told.content).findall(f"{ATOM}entry")
        if answer.status_code == 201:
            assert entries[0].findtext(f"{ATOM}summary") == words
            assert entries[0].findtext(f"{ATOM}author/{ATOM}name") == "admin"


def follow(desk: Desk, file: Path, *words: str) -> Result:
    """Run `muster follow` once."""
    return CliRunner().invoke(follow_command, [str(desk.client.base_url), str(file), *words])


def exported(url: str) -> bytes:
    """A ledger as it leaves."""
    done = CliRunner().invoke(main, ["export"], env={"MUSTER_DATABASE_URL": url})
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


class TestFollowing:
    def test_keeps_a_true_copy_while_others_write(self, desk: Desk, tmp_path: Path) -> None:
        copy = tmp_path / "copy.db"
        threads, made = busy(desk, "followed", 3, 10)
        while any(thread.is_alive() for thread in threads):
            assert follow(desk, copy).exit_code == 0
        desk(
            "PATCH",
            "/v1/missions/haiti-mss",
            {"name": "Renamed \u2028 \U0001d11e", "ended": "2025"},
            status=200,
        )
        desk(
            "PATCH",
            f"/v1/sources/{SOURCE}",
            {"derived_from": None, "grade": "A1", "published": "2024"},
            status=200,
        )
        done = follow(desk, copy)
        assert done.exit_code == 0, done.output
        assert "0 new" in follow(desk, copy).output
        assert len(made) >= 30
        settings = Settings(database_url=f"sqlite:///{copy}")
        original = desk.database.reader.url.render_as_string(hide_password=False)
        if desk.database.is_sqlite:
            original = f"sqlite:///{desk.database.address.removeprefix('file:').partition('?')[0]}"
        assert exported(settings.database_url) == exported(original)
        opened = Database(settings)
        with opened.writing() as connection:
            assert verify(connection) == []
            assert rebuild(connection) == []
        opened.dispose()

    def test_the_rows_are_enough_for_a_copy_and_hold_no_secret(self, desk: Desk) -> None:
        page = feed(desk, "0", size=3, rows="true")
        assert set(page["data"][0]["rows"]) == {
            "salt",
            "about_digest",
            "digest",
            "opened",
            "closed",
        }
        assert not any(key[7:19] in str(page) for key in desk.keys.values())
        assert "rows" not in feed(desk, "0", size=1)["data"][0]

    def test_refuses_a_ledger_of_another_history(self, desk: Desk, tmp_path: Path) -> None:
        copy = tmp_path / "copy.db"
        assert follow(desk, copy).exit_code == 0
        env = {"MUSTER_DATABASE_URL": f"sqlite:///{copy}"}
        (tmp_path / "own.yaml").write_text("missions: [{slug: own, name: Own}]\n")
        assert (
            CliRunner().invoke(main, ["import", str(tmp_path / "own.yaml")], env=env).exit_code == 0
        )
        before = exported(env["MUSTER_DATABASE_URL"])
        for _ in range(2):  # the copy is ahead; then as far, and other
            told = CliRunner().invoke(main, ["follow", str(desk.client.base_url), str(copy)])
            assert told.exit_code == 1
            assert "409" in told.stderr
            assert "Traceback" not in told.stderr
            assert exported(env["MUSTER_DATABASE_URL"]) == before
            desk(
                "POST",
                "/v1/sources",
                {"slug": f"ahead-{random.random()}"[:9].replace(".", ""), "publisher": "x"},
            )

    @pytest.mark.parametrize(
        "url",
        ["http://127.0.0.1:1", "nonsense", Path(__file__).as_uri(), "http://[x"],
        ids=["closed", "nonsense", "file", "broken"],
    )
    def test_says_in_a_sentence_that_nobody_answers(self, url: str, tmp_path: Path) -> None:
        told = CliRunner().invoke(main, ["follow", url, str(tmp_path / "copy.db")])
        assert told.exit_code == 1
        assert told.stderr.startswith("Error: ")
        assert isinstance(told.exception, SystemExit)


def test_every_goes_on_asking_a_server_that_is_not_ready_or_gone(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'late.db'}")
    with ExitStack() as until_it_goes:
        client = until_it_goes.enter_context(served(settings))
        words = ["follow", str(client.base_url), str(tmp_path / "copy.db"), "--every", "1"]
        command = [sys.executable, "-m", "app", *words]
        with subprocess.Popen(command, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True) as following:
            assert following.stdout
            assert following.stderr
            try:
                assert "answered 503" in following.stderr.readline()
                migrate(settings)
                load(settings, SEEDS)
                # An ask may come between the two revisions; the last word is what counts.
                told = iter(following.stdout.readline, "")
                assert any(line.endswith("the copy is at revision 2.\n") for line in told)
                until_it_goes.close()
                assert any("does not answer" in line for line in following.stderr)
                assert following.poll() is None
            finally:
                following.kill()


class Passing(BaseHTTPRequestHandler):
    """Answers what stands between a follower and a ledger, one thing after the other."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []

    def do_GET(self) -> None:
        """Answer the next."""
        status, headers, body = self.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


Answered = tuple[int, dict[str, str], bytes]
PASSES: dict[str, Answered] = {
    "too often": (429, {"Retry-After": "77"}, b'{"detail": "At most 10."}'),
    "failed": (500, {}, b"<h1>Oops</h1>"),
    "a gateway": (502, {}, b""),
    "a wall": (403, {"Content-Type": "text/html"}, b"<h1>Log in</h1>"),
    "a page": (200, {"Content-Type": "text/html"}, b"<h1>Welcome to the hotel</h1>"),
    "cut": (200, {"Content-Length": "1000"}, b'{"data": ['),
    "half": (200, {}, b'{"data": [{"number": 1'),
    "a list": (200, {}, b"[]"),
    "a number": (200, {}, b'{"data": 5}'),
    "odd rows": (200, {}, b'{"data": [5, {"number": "x"}]}'),
    "no rows": (200, {}, b'{"data": [{"number": 1, "chain": "x"}]}'),
    "deep": (200, {}, b"[" * 100_000),
    "no text": (200, {}, b"\xff\xfe"),
    "odd revision": (200, {}, b'{"data": [{"number": 1, "chain": "x", "rows": {"opened": 3}}]}'),
}


def test_every_lives_through_all_that_passes_and_ends_where_the_history_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless: Answered = (200, {}, b" " * 2_000_000)
    differs: Answered = (409, {}, b'{"detail": "Its history is another."}')
    Passing.answers = [*PASSES.values(), endless, endless, differs]
    waited: list[int] = []
    module = sys.modules[follow_command.callback.__module__]
    monkeypatch.setattr(
        module, "time", SimpleNamespace(sleep=waited.append, monotonic=time.monotonic)
    )
    monkeypatch.setattr(module, "MOST", 1_000_000)
    with ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        words = ["follow", url, str(tmp_path / "copy.db"), "--every", "3"]
        done = CliRunner().invoke(main, words)
        server.shutdown()
    assert done.exit_code == 1
    assert "history is another" in done.stderr
    assert isinstance(done.exception, SystemExit), done.exception
    assert Passing.answers == []
    assert waited == [77] + [3] * len(PASSES)


def test_a_head_is_given_to_keep_and_holds_the_ledger(read: Twins, settings: Settings) -> None:
    newest = read.json("/v1/revisions?sort=-number&size=1&fields=number,chain,recorded_at")
    (row,) = newest["data"]
    answer = read.json("/v1/revisions/head")
    assert answer["data"] == {**row, "head": f"{row['number']}:{row['chain']}"}
    first = read.json("/v1/revisions/head?revision=1")["data"]
    assert (first["number"], first["chain"]) == (1, read.json("/v1/revisions/1")["data"]["chain"])
    load(settings, SEEDS[:1])
    with served(settings) as client, Database(settings) as database:
        kept = client.get("/v1/revisions/head").json()["data"]
        with database.reading() as connection:
            assert proven(connection, (kept["number"], kept["chain"])).faults == []
            assert proven(connection, (kept["number"], "0" * 64)).faults


def test_the_head_of_an_empty_ledger_is_no_revision(settings: Settings) -> None:
    with served(settings) as client:
        assert client.get("/v1/revisions/head").json()["data"] == {
            "number": 0,
            "chain": GENESIS,
            "recorded_at": None,
            "head": f"0:{GENESIS}",
        }
