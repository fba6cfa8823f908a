"""The command `muster`, as an operator types it: real processes, on both databases; then its many
refusals, in short.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner, Result

from app import __version__
from app.cli import main
from app.record.database import Database, migrate
from app.record.revisions import at_revision
from app.settings import Settings
from tests.conftest import ROOT, free_port, new_database

MUSTER = Path(sys.executable).with_name("muster")

MISSION = """\
missions: [{slug: haiti, name: Haiti}]
sources: [{slug: nation, publisher: The Nation, grade: B2}]
"""


def pledge(key: str, **said: str) -> str:
    """A document's entry with one claim, as YAML."""
    claim = {"source": "nation", "status": "occurred", "date": '"2024"'} | said
    told = ", ".join(f"{name}: {value}" for name, value in claim.items())
    return f"- {{key: {key}, kind: pledge, mission: haiti, nation: KEN, claims: [{{{told}}}]}}\n"


def muster(url: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, in a folder that is not the project's."""
    return subprocess.run(
        [MUSTER, *words],
        env=os.environ | {"MUSTER_DATABASE_URL": url} | more,
        cwd=Path(sys.executable).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., Result]:
    """Types a command in this process, on a new SQLite file unless told otherwise."""

    def typing(*words: str, **settings: str) -> Result:
        url = {"MUSTER_DATABASE_URL": f"sqlite:///{tmp_path / 'typed.db'}"}
        return CliRunner().invoke(main, words, env=url | settings)

    return typing


def newest(url: str) -> int:
    """The number of revisions in a ledger."""
    database = Database(Settings(database_url=url))
    with database.reading() as connection:
        found = at_revision(connection).number
    database.dispose()
    return found


def in_a_sentence(result: Any, said: str) -> None:
    """Ended with 1 and said so; no stack trace."""
    told = result.stderr
    assert result.returncode == 1 if hasattr(result, "returncode") else result.exit_code == 1
    assert said in told
    assert told.startswith("Error: ")
    assert "Traceback" not in told
    if isinstance(result, Result):
        assert isinstance(result.exception, SystemExit)


def test_from_nothing_to_a_ledger_that_is_sound(
    typed: Callable[..., Result], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'typed.db'}"
    in_a_sentence(muster(url, "seed"), "muster migrate")
    done = [muster(url, word) for word in ("migrate", "seed", "verify")]
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 3
    first = done[1].stdout.splitlines()
    assert [line.split(",")[0] for line in first] == [
        "article.yaml: revision 1",
        "press.yaml: revision 2",
        "after.yaml: revision 3",
        "force.yaml: revision 4",
    ]
    assert re.match(
        r"4 revisions, unbroken. Head: 4:[0-9a-f]{64}\nNot proven: keys", done[2].stdout
    )
    again = "".join(f"{name}.yaml: no change\n" for name in ("article", "press", "after", "force"))
    assert typed("seed").output == again
    assert typed("seed", "--if-empty").output == "The ledger holds 4 revisions; nothing to seed.\n"
    assert typed("migrate").exit_code == typed("rebuild", "--check").exit_code == 0
    assert newest(url) == 4


def test_the_same_on_postgresql(
    typed: Callable[..., Result], postgresql: str, tmp_path: Path
) -> None:
    url = new_database("postgresql", postgresql, tmp_path)
    in_a_sentence(typed("seed", MUSTER_DATABASE_URL=url), "muster migrate")
    for words in ("migrate", "seed", "seed", "verify", "rebuild"):
        told = typed(words, MUSTER_DATABASE_URL=url)
        assert (told.exit_code, told.stderr) == (0, "")
    assert newest(url) == 4


def test_a_broken_seed_is_refused_whole_and_says_where(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'muster.db'}"
    migrate(Settings(database_url=url))
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        MISSION + "entries:\n" + pledge("fine") + pledge("the-broken-one", date='"2024-02-30"')
    )
    refused = muster(url, "seed", str(broken))
    in_a_sentence(refused, f"{broken}/entries/1/claims/0/date: ")
    assert "the-broken-one" in refused.stderr
    assert "2024-02-30" in refused.stderr
    assert refused.stdout == ""
    broken.write_text(
        MISSION + "entries:\n" + pledge("fine") + pledge("the-broken-one", source="natoin")
    )
    refused = muster(url, "seed", str(broken))
    in_a_sentence(refused, f"{broken}/entries/1/claims/0/source: ")
    assert "(did you mean nation?)" in refused.stderr
    assert newest(url) == 0
    broken.write_text(MISSION + "entries:\n" + pledge("fine") + pledge("the-broken-one"))
    mended = CliRunner().invoke(main, ["seed", str(broken)], env={"MUSTER_DATABASE_URL": url})
    assert mended.output.startswith("broken.yaml: revision 1, ")


def test_serve_answers_and_ends_when_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'muster.db'}"
    port = str(free_port())
    started = subprocess.Popen(
        [MUSTER, "serve"],
        env=os.environ | {"MUSTER_DATABASE_URL": url, "PORT": port},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with (
        started as serving,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        try:
            ready = answered(client, "/health/ready", serving)
            assert ready.status_code == 503  # no ledger yet: the server waits for it, and says so
            for words in ("migrate", "seed"):
                done = CliRunner().invoke(main, [words], env={"MUSTER_DATABASE_URL": url})
                assert done.exit_code == 0, done.output
            assert client.get("/health/ready").status_code == 200
            asked = client.get("/v1/strength?nation=Kenya&as_of=2024-07-18")
            assert asked.json()["total"]["present"] == 396
            serving.send_signal(signal.SIGTERM)
            out, err = serving.communicate(timeout=20)
        finally:
            serving.kill()
    assert serving.returncode in (0, -signal.SIGTERM)
    assert f"serves on http://127.0.0.1:{port}" in out
    assert "Traceback" not in err


def answered(
    client: httpx2.Client, address: str, serving: subprocess.Popen[str]
) -> httpx2.Response:
    """The first answer of a server that is starting."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return client.get(address)
        except httpx2.TransportError:
            assert serving.poll() is None, serving.communicate()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)


class TestSeed:
    def test_loads_what_it_is_given_each_as_one_revision(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        typed("migrate")
        files = [tmp_path / f"{name}.yaml" for name in ("b", "a")]
        files[0].write_text(MISSION)
        files[1].write_text("entries:\n" + pledge("first"))
        told = typed("seed", *map(str, files))
        assert (told.exit_code, [line.split(",")[0] for line in told.output.splitlines()]) == (
            0,
            ["b.yaml: revision 1", "a.yaml: revision 2"],
        )
        files[1].write_text("entries:\n" + pledge("first", count="5"))
        assert typed("seed", str(files[1])).output.startswith("a.yaml: revision 3, 1 claims")

    def test_says_nothing_was_loaded_only_if_nothing_was(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        typed("migrate")
        (tmp_path / "good.yaml").write_text(MISSION)
        (tmp_path / "bad.yaml").write_text("entries:\n" + pledge("first", source="natoin"))
        told = typed("seed", str(tmp_path / "good.yaml"), str(tmp_path / "bad.yaml"))
        in_a_sentence(told, "bad.yaml/entries/0/claims/0/source")
        assert ("Nothing was loaded" in told.stderr) == (
            newest(f"sqlite:///{tmp_path / 'typed.db'}") == 0
        )

    def test_reads_every_file_before_it_loads_the_first(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        typed("migrate")
        (tmp_path / "good.yaml").write_text(MISSION)
        (tmp_path / "bad.yaml").write_text("entries: [")
        told = typed("seed", str(tmp_path / "good.yaml"), str(tmp_path / "bad.yaml"))
        in_a_sentence(told, "bad.yaml")
        assert newest(f"sqlite:///{tmp_path / 'typed.db'}") == 0

    def test_refuses_what_is_no_document_in_a_sentence(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        typed("migrate")
        for content in (
            b"\xff",
            b"[",
            b"message: !!bool maybe",
            b'entries: [{key: "a\\uD800", kind: pledge}]',
            b"\0",
        ):
            path = tmp_path / "no-document.yaml"
            path.write_bytes(content)
            in_a_sentence(typed("seed", str(path)), "no-document.yaml")

    def test_refuses_a_file_that_is_not_there(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        typed("migrate")
        told = typed("seed", str(tmp_path / "none.yaml"))
        assert told.exit_code == 2
        assert "none.yaml" in told.stderr

    def test_if_empty_loads_into_an_empty_ledger(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        typed("migrate")
        (tmp_path / "a.yaml").write_text(MISSION)
        assert typed("seed", "--if-empty", str(tmp_path / "a.yaml")).output.startswith(
            "a.yaml: revision 1"
        )
        (tmp_path / "a.yaml").write_text(MISSION + "entries:\n" + pledge("first"))
        assert "nothing to seed" in typed("seed", "--if-empty", str(tmp_path / "a.yaml")).output


class TestSoundness:
    @pytest.fixture(autouse=True)
    def _a_ledger(self, typed: Callable[..., Result], tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(MISSION + "entries:\n" + pledge("first", count="5"))
        assert typed("migrate").exit_code == typed("seed", str(tmp_path / "a.yaml")).exit_code == 0
        self.database = Database(Settings(database_url=f"sqlite:///{tmp_path / 'typed.db'}"))

    def change(self, statement: str) -> None:
        """Tamper with the ledger."""
        with self.database.writer.begin() as connection:
            assert connection.exec_driver_sql(statement).rowcount == 1
        self.database.dispose()

    def test_verify_names_what_was_changed_and_ends_with_1(
        self, typed: Callable[..., Result]
    ) -> None:
        self.change("UPDATE claims SET count = 6")
        told = typed("verify")
        assert (told.exit_code, told.stdout) == (1, "")
        assert "revision 1" in told.stderr

    def test_verify_holds_the_ledger_against_a_head_kept_elsewhere(
        self, typed: Callable[..., Result]
    ) -> None:
        head = re.findall(r"Head: (\d+):(\w+)", typed("verify").stdout)[0]
        number, chain = int(head[0]), head[1]
        assert typed("verify", "--against", f"{number}:{chain}").exit_code == 0
        for other, words in (
            (f"{number}:{'0' * 64}", f"revision {number} is another one"),
            (f"{number + 1}:{chain}", "it is missing"),
        ):
            found = typed("verify", "--against", other)
            assert (found.exit_code, words in found.stderr) == (1, True)
        assert typed("verify", "--against", "latest").exit_code == 2

    def test_erase_takes_the_texts_of_a_claim_away_and_says_so(
        self, typed: Callable[..., Result]
    ) -> None:
        with self.database.reading() as connection:
            key = connection.exec_driver_sql("SELECT key FROM claims").scalar()
        self.database.dispose()
        assert typed("erase", str(key)).exit_code == 1
        done = typed("erase", str(key), "--yes")
        assert (done.exit_code, "Erased in revision 2." in done.stdout) == (0, True)
        assert f"the texts of claim {key} were erased on" in typed("verify").stdout
        in_a_sentence(typed("erase", "nobody", "--yes"), "There is no claim 'nobody'")

    def test_backup_copies_the_ledger_proves_it_and_replaces_the_one_before(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy.db"
        copy.write_text("an older one")
        with self.database.writing() as connection:  # while another writes
            connection.exec_driver_sql("UPDATE claims SET count = 7")
            done = typed("backup", str(copy))
            connection.rollback()
        assert (done.exit_code, done.stderr) == (0, "")
        assert copy.stat().st_mode & 0o777 == 0o600
        assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.db"]
        found = typed("verify", MUSTER_DATABASE_URL=f"sqlite:///{copy}")
        assert found.stdout == typed("verify").stdout
        self.change("UPDATE claims SET count = 6")
        before = copy.read_bytes()
        in_a_sentence(typed("backup", str(copy)), "revision 1: its content was changed")
        assert copy.read_bytes() == before
        source = self.database.path
        in_a_sentence(typed("backup", source), "is the ledger itself")

    def test_of_postgresql_the_backup_is_its_own(self, typed: Callable[..., Result]) -> None:
        url = "postgresql://nobody@127.0.0.1:1/none"
        in_a_sentence(typed("backup", "copy.db", MUSTER_DATABASE_URL=url), "use pg_dump")

    @pytest.mark.parametrize("words", [["verify"], ["export", "-"], ["rebuild"]])
    def test_no_bound_of_the_server_is_for_whoever_runs_it(
        self, typed: Callable[..., Result], words: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.cli.spoken.SHOWN_EVERY", 0.0)
        made: list[Database] = []
        begun = Database.__init__

        def seen(self: Database, *given: Any, **named: Any) -> None:
            begun(self, *given, **named)
            made.append(self)

        monkeypatch.setattr(Database, "__init__", seen)
        found = typed(*words, MUSTER_REQUEST_TIMEOUT="1")
        assert found.exit_code == 0
        assert [database.request_timeout for database in made] == [None]
        assert re.search("(verifying|exporting|rebuilding): 1 of 1", found.stderr)

    def test_rebuild_says_so_when_all_is_well(self, typed: Callable[..., Result]) -> None:
        for words in (["rebuild"], ["rebuild", "--check"]):
            told = typed(*words)
            assert (told.exit_code, told.stderr) == (0, "")
            assert "agrees" in told.stdout

    def test_rebuild_check_reports_and_leaves_it(self, typed: Callable[..., Result]) -> None:
        self.change("UPDATE settled SET count = 6")
        for _twice in range(2):
            told = typed("rebuild", "--check")
            assert (told.exit_code, told.stdout) == (1, "")
            assert "first" in told.stderr

    def test_rebuild_reports_and_mends_it(self, typed: Callable[..., Result]) -> None:
        self.change("UPDATE settled SET count = 6")
        told = typed("rebuild")
        assert (told.exit_code, told.stdout) == (1, "")
        assert "first" in told.stderr
        assert typed("rebuild").exit_code == typed("verify").exit_code == 0


class TestNoDatabase:
    @pytest.mark.parametrize(
        "words", ["seed", "seed --if-empty", "verify", "rebuild", "rebuild --check"]
    )
    def test_is_told_in_a_sentence(
        self, typed: Callable[..., Result], tmp_path: Path, words: str
    ) -> None:
        in_a_sentence(typed(*words.split()), "run `muster migrate`")
        in_a_sentence(
            typed(*words.split(), MUSTER_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"),
            "does not answer",
        )
        (tmp_path / "other.db").write_bytes(b"this is no ledger\n" * 100)
        in_a_sentence(
            typed(*words.split(), MUSTER_DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}"),
            "not a database",
        )
        assert [path.name for path in tmp_path.iterdir()] == ["other.db"]

    @pytest.mark.parametrize(
        "url",
        ["nonsense", "", "sqlite://", "mysql://a/b", "file:a.db", "postgresql+psycopg2://a/b"],
    )
    def test_an_address_that_names_none_is_told_in_a_sentence(
        self, typed: Callable[..., Result], url: str
    ) -> None:
        for words in ("migrate", "seed", "verify", "rebuild"):
            in_a_sentence(typed(words, MUSTER_DATABASE_URL=url), "MUSTER_DATABASE_URL")

    def test_a_host_that_nobody_knows_is_told_in_a_sentence(
        self, typed: Callable[..., Result]
    ) -> None:
        for words in ("migrate", "verify"):
            told = typed(words, MUSTER_DATABASE_URL="postgresql://[/none")
            in_a_sentence(told, "does not answer")
            assert "\nPostgreSQL says: " in told.stderr

    def test_serve_does_not_start_without_one_it_can_name(self) -> None:
        in_a_sentence(muster("mysql://a/b", "serve"), "MUSTER_DATABASE_URL")

    def test_migrate_does_not_tell_people_to_migrate(
        self, typed: Callable[..., Result], tmp_path: Path
    ) -> None:
        told = typed("migrate", MUSTER_DATABASE_URL=f"sqlite:///{tmp_path / 'none' / 'muster.db'}")
        in_a_sentence(told, "none")
        assert "run `muster migrate`" not in told.stderr


class TestSettings:
    def test_that_are_wrong_are_named_in_a_sentence(self, typed: Callable[..., Result]) -> None:
        for name, value in (
            *(
                ("MUSTER_PORT", "abc"),
                ("MUSTER_PORT", "0"),
                ("PORT", "70000"),
                ("MUSTER_POOL_SIZE", "0"),
            ),
            *(
                ("MUSTER_BUSY_TIMEOUT", "-1"),
                ("MUSTER_LOG_LEVEL", "loud"),
                ("MUSTER_MAX_QUERY", "many"),
            ),
        ):
            in_a_sentence(typed("verify", **{name: value}), name)

    def test_the_address_of_the_ledger_may_stand_in_a_file(
        self, typed: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = tmp_path / "url"
        secret.write_text("postgresql://muster:word@database/muster\n")
        monkeypatch.setenv("MUSTER_DATABASE_URL", "sqlite:///other.db")
        monkeypatch.setenv("MUSTER_DATABASE_URL_FILE", str(secret))
        assert Settings().database_url == "postgresql://muster:word@database/muster"
        in_a_sentence(
            typed("verify", MUSTER_DATABASE_URL_FILE=str(tmp_path / "none")),
            "MUSTER_DATABASE_URL_FILE cannot be read",
        )

    def test_of_muster_win_over_the_platforms(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "9001")
        assert Settings().port == 9001
        monkeypatch.setenv("MUSTER_PORT", "9002")
        assert Settings().port == 9002


def test_the_help_names_every_command_in_a_line(typed: Callable[..., Result]) -> None:
    told = typed("--help")
    assert told.exit_code == 0
    for name, command in main.commands.items():
        assert f"  {name}" in told.output
        assert command.help
        assert typed(name, "--help").exit_code == 0
    assert {"serve", "migrate", "seed", "verify", "rebuild"} <= main.commands.keys()


def test_the_module_is_the_command() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "app", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"muster, version {__version__}\n"
