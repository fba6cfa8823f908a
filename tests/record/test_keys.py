"""Keys: whoever shows one is known by its hash alone, and every key that is none is answered
alike.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from app.cli import main
from app.record.database import Database, migrate
from app.record.keys import add_key, known_key, revoke_key
from app.record.problems import Refused
from app.record.tables import metadata
from app.settings import Settings
from app.web.http import guesses
from tests.conftest import new_database, served

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MADE = re.compile(r"muster_[a-z2-7]{53}")
SOURCE = {"slug": "keyed", "publisher": "Desk"}


class Lock:
    """A served, empty ledger with its commands."""

    def __init__(self, settings: Settings, client: httpx2.Client) -> None:
        self.settings, self.client, self.database = settings, client, Database(settings)

    def type(self, *words: str) -> Result:
        """Type a command."""
        return CliRunner().invoke(
            main, words, env={"MUSTER_DATABASE_URL": self.settings.database_url}
        )

    def add(self, name: str, scope: str) -> str:
        """A new key, as the command prints it."""
        done = self.type("key", "add", name, "--scope", scope)
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout.strip()

    def show(
        self, authorization: bytes | str | None, path: str = "/v1/sources", **body: Any
    ) -> httpx2.Response:
        """A write with an Authorization header."""
        sent = authorization.encode() if isinstance(authorization, str) else authorization
        headers = {} if sent is None else {b"Authorization": sent}
        method = "POST" if path == "/v1/sources" else "PATCH"
        return self.client.request(method, path, json=body or SOURCE, headers=headers)

    def everything(self) -> str:
        """All that the database holds, as text."""
        with self.database.reading() as connection:
            return "\n".join(
                repr(row)
                for table in metadata.sorted_tables
                for row in connection.execute(select(table))
            )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lock(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lock]:
    """The ledger of this file."""
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("keys"))
    )
    migrate(settings)
    with served(settings) as client:
        made = Lock(settings, client)
        yield made
        made.database.dispose()


class TestAKey:
    def test_that_was_made_opens_what_its_scope_allows(self, lock: Lock) -> None:
        write, admin = lock.add("writes", "write"), lock.add("minds", "admin")
        assert MADE.fullmatch(write)
        assert MADE.fullmatch(admin)
        assert lock.show(f"Bearer {write}", slug="by-write", publisher="Desk").status_code == 201
        assert lock.show(f"bearer {admin}", slug="by-admin", publisher="Desk").status_code == 201
        refused = lock.show(f"Bearer {write}", "/v1/sources/by-write", publisher="Other")
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden")
        assert refused.headers["content-type"] == "application/problem+json"
        assert write not in refused.text
        assert (
            lock.show(f"Bearer {admin}", "/v1/sources/by-write", publisher="Other").status_code
            == 200
        )
        assert lock.client.get("/v1/sources/by-write").json()["data"]["publisher"] == "Other"

    def test_that_is_none_is_answered_like_every_other_that_is_none(
        self, lock: Lock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guesses, "FREE", 100)  # whoever shows so many wrong ones would wait
        key, revoked = lock.add("shown", "admin"), lock.add("gone", "admin")
        assert lock.type("key", "revoke", "gone").exit_code == 0
        body, digit = key[7:-1], key[-1]
        other = next(char for char in "abcdefg" if char != digit)
        wrong = "b" + body[1:] if body[0] != "b" else "c" + body[1:]
        with lock.database.reading() as connection:
            stored = connection.scalar(select(metadata.tables["api_keys"].c.hash))
        shown: list[bytes | str | None] = [
            None,
            "",
            "Bearer",
            "Bearer muster_",
            f"Bearer {revoked}",
            key,
        ]
        shown += [
            f"Bearer {key[:-1]}",
            f"Bearer {key[:-1]}{other}",
            f"Bearer {key}{digit}",
            f"Bearer {key.upper()}",
        ]
        shown += [
            f"Bearer muster_{wrong}{digit}",
            f"Bearer {key[7:]}",
            f"Bearer {key.title()}",
            f"Bearer {key} {key}",
        ]
        shown += [
            f"Basic {key}",
            f"Token {key}",
            f"Bearer:{key}",
            f"Bearer\t{key}",
            f"Bearer {stored}",
            f"{key} Bearer",
        ]
        shown += [
            f"Bearer {key}".encode() + b"\xc3\xa9",
            b"Bearer " + "\uff4d".encode() + key[1:].encode(),
            b"\xff\xfe",
        ]
        shown += [
            f"Bearer {'a' * 60_000}",
            b"Bearer muster_" + "\u0131".encode() * 26,
            "Bearer null",
            f'Bearer "{key}"',
        ]
        answers = {each: lock.show(each, slug="never", publisher="Desk") for each in shown}
        assert {each.status_code for each in answers.values()} <= {401, 431, 400}
        read = [each for each in answers.values() if each.status_code == 401]
        assert len(read) >= len(shown) - 1
        assert {
            (each.content, each.headers["www-authenticate"], each.headers["content-type"])
            for each in read
        } == {(answers[None].content, "Bearer", "application/problem+json")}
        assert lock.client.get("/v1/sources/never").status_code == 404

    def test_is_kept_as_a_hash_alone(self, lock: Lock) -> None:
        key = lock.add("hidden", "write")
        kept = lock.everything()
        assert "hidden" in kept
        assert key not in kept
        assert key[7:] not in kept
        assert key[7 + 8 :] not in kept  # a prefix to know it by is shown, and no more
        assert key[7:19] not in kept

    def test_is_shown_nowhere_after_it_was_made(self, lock: Lock) -> None:
        key = lock.add("listed", "write")
        lock.show(f"Bearer {key}", slug="listed", publisher="Desk")
        listed = lock.type("key", "list")
        (line,) = [line for line in listed.stdout.splitlines() if line.startswith("listed\t")]
        assert "write" in line
        assert "in force" in line
        exported = lock.type("export")
        assert exported.exit_code == 0
        with lock.database.reading() as connection:
            hashes = list(connection.scalars(select(metadata.tables["api_keys"].c.hash)))
        pages = [
            lock.client.get(path).text
            for path in ("/v1/revisions?rows=true", "/v1/revisions.atom", "/metrics")
        ]
        for told in (listed.output, exported.output, *pages):
            assert key[7:19] not in told
            assert not any(each in told for each in hashes)
            assert MADE.search(told) is None
        assert key[:13] not in exported.output
        assert lock.type("key", "revoke", "listed").exit_code == 0
        (line,) = [
            line
            for line in lock.type("key", "list").stdout.splitlines()
            if line.startswith("listed\t")
        ]
        assert "revoked" in line

    def test_is_not_told_of_in_the_log(self, lock: Lock, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("DEBUG"):
            key = lock.add("logged", "write")
            lock.show(f"Bearer {key}", slug="logged", publisher="Desk")
            lock.show(f"Bearer {key[:-1]}", slug="logged", publisher="Desk")
        assert key[7:19] not in caplog.text


class TestNames:
    def test_stay_with_what_they_wrote(self, lock: Lock) -> None:
        lock.add("unique", "write")
        for scope in ("write", "admin"):
            again = lock.type("key", "add", "unique", "--scope", scope)
            assert again.exit_code == 1
            assert "unique" in again.stderr
            assert "Traceback" not in again.output
        assert lock.type("key", "revoke", "unique").exit_code == 0
        assert (
            lock.type("key", "add", "unique", "--scope", "write").exit_code == 1
        )  # even when it is revoked
        for name in ("unique", "nobody"):
            assert lock.type("key", "revoke", name).exit_code == 1

    def test_are_words_on_one_line(self, lock: Lock) -> None:
        for name in ("", " ", "a\nroot\tadmin", "a\x00b", "a\x1b[2J", "\ud800", "x" * 500):
            with lock.database.writer.connect() as connection, pytest.raises(Refused):
                add_key(connection, name, "write", NOW)


def test_every_key_is_another_and_checks_itself(lock: Lock) -> None:
    with lock.database.writer.connect() as connection:
        made = [add_key(connection, f"many-{n}", "write", NOW) for n in range(40)]
        assert len({key[7:20] for key in made}) == 40
        assert all(MADE.fullmatch(key) for key in made)
        found = [known_key(connection, key) for key in made]
        assert [(each.name, each.scope) for each in found if each] == [
            (f"many-{n}", "write") for n in range(40)
        ]
        assert len({key[-1] for key in made}) > 5
        revoke_key(connection, "many-3", NOW)
        assert known_key(connection, made[3]) is None
        connection.rollback()
        assert known_key(connection, made[4]) is None


def test_no_key_signs_as_a_command_of_muster(database: Database) -> None:
    with (
        database.writing() as connection,
        pytest.raises(Refused, match="begins as Muster's own commands do"),
    ):
        add_key(connection, "Muster erase", "write", datetime.now(UTC))
