"""What an operator can bound: how often is asked, how many tables are sent at once, and that nobody
hung keeps a place.
"""

import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from app.record import keys
from app.record.database import Database
from app.settings import Settings
from app.web.formats import tables
from app.web.http import guesses
from app.web.http.exports import Exports
from tests.conftest import served
from tests.web.test_turns import becomes


def test_who_asks_too_often_is_told_when_to_come_back(settings: Settings) -> None:
    with served(settings.model_copy(update={"rate_limit": "3/minute"})) as client:
        answers = [client.get("/v1/nations/KEN") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[-1].headers["content-type"] == "application/problem+json"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert client.get("/health/live").status_code == 200


def key_of(settings: Settings, name: str, scope: keys.KeyScope = "write") -> str:
    """A key that may write."""
    with Database(settings) as database, database.writing() as connection:
        return keys.add_key(connection, name, scope, datetime.now(UTC))


@pytest.mark.parametrize(
    "header",
    [
        lambda nth: {"Authorization": f"Bearer another-{nth}"},
        lambda nth: {"Authorization": f"Basic {nth}"},
        lambda nth: {"X-Forwarded-For": f"192.0.2.{nth}"},
        lambda nth: {"Forwarded": f"for=192.0.2.{nth}"},
        lambda nth: {"User-Agent": f"browser {nth}"},
    ],
    ids=["unknown keys", "other authorization", "forwarded", "rfc 7239", "agents"],
)
def test_no_header_is_a_measure_of_its_own(
    settings: Settings, header: Callable[[int], dict[str, str]]
) -> None:
    with served(settings.model_copy(update={"rate_limit": "10/minute"})) as client:
        statuses = [
            client.get("/v1/nations/KEN", headers=header(nth)).status_code for nth in range(20)
        ]
    assert statuses == [200] * 10 + [429] * 10


def test_a_key_has_one_measure_however_it_is_spaced(settings: Settings) -> None:
    key, other = key_of(settings, "desk"), key_of(settings, "other")
    with served(settings.model_copy(update={"rate_limit": "3/minute"})) as client:
        spaced = [f"Bearer {key}", f"bearer  {key}", f"BEARER    {key}", f"Bearer   {key}"]
        asked = [client.get("/v1/nations/KEN", headers={"Authorization": one}) for one in spaced]
        assert [answer.status_code for answer in asked] == [200, 200, 200, 429]
        headers = {"Authorization": f"Bearer {other}"}
        assert client.get("/v1/nations/KEN", headers=headers).status_code == 200
        assert client.get("/v1/nations/KEN").status_code == 200


def test_who_shows_wrong_keys_waits_longer_and_longer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(guesses, "time", SimpleNamespace(monotonic=lambda: now[0]))
    key, late = key_of(settings, "desk"), key_of(settings, "late")

    def tried(client: httpx2.Client, key: str) -> httpx2.Response:
        return client.post("/v1/sources", json={}, headers={"Authorization": f"Bearer {key}"})

    with served(settings) as client:
        assert tried(client, key).status_code == 422
        wrong = [tried(client, f"muster_{nth}").status_code for nth in range(guesses.FREE + 1)]
        assert wrong == [401] * guesses.FREE + [429]
        waits = []
        for nth in range(12):
            answer = tried(client, f"muster_again_{nth}")
            assert answer.status_code == 429
            waits.append(int(answer.headers["retry-after"]))
            # A key that was right from here is not kept out by others; one never shown here is.
            assert tried(client, key).status_code == 422
            assert tried(client, late).status_code == 429
            now[0] += waits[-1]
            assert tried(client, f"muster_then_{nth}").status_code == 401
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
        assert client.get("/v1/nations/KEN").status_code == 200
        now[0] += 900
        assert tried(client, late).status_code == 422
        now[0] += guesses.FORGOTTEN + 1
        assert [tried(client, "muster_x").status_code for _ in range(3)] == [401] * 3


def test_without_a_limit_nobody_is_refused(settings: Settings) -> None:
    with served(settings) as client:
        assert {client.get("/v1/nations/KEN").status_code for _ in range(50)} == {200}


def begun(client: httpx2.Client) -> socket.socket:
    """A caller who asks for a whole table, and reads none of it."""
    calling = socket.socket()
    calling.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    calling.connect((client.base_url.host, client.base_url.port or 80))
    calling.sendall(b"GET /v1/claims.ndjson HTTP/1.1\r\nHost: muster\r\n\r\n")
    return calling


def status_of(client: httpx2.Client, address: str, headers: dict[str, str] | None = None) -> int:
    """How an answer begins that may have no end."""
    with client.stream("GET", address, headers=headers) as answer:
        return answer.status_code


class Endless:
    """Tables in NDJSON that go on until they are let go, or nobody waits for them."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.exports: list[Exports] = []

    def written(self, _table: tables.Table) -> Iterator[bytes]:
        """What such a table holds."""
        while not self.let_go.is_set():
            yield b"x" * 65_536

    def under_way(self) -> int:
        """How many are being sent."""
        return sum(exports.taken.total() for exports in self.exports)


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endless]:
    """Every table in NDJSON has no end."""
    found, answer, made = Endless(), tables.table_answer, Exports.__init__

    def answered(form: tables.TableForm, *rest: Any) -> Any:
        ndjson = form.name == "ndjson"
        return answer(dataclasses.replace(form, write=found.written) if ndjson else form, *rest)

    def seen(self: Exports, *most: int) -> None:
        made(self, *most)
        found.exports.append(self)

    monkeypatch.setattr("app.web.resources.table_answer", answered)
    monkeypatch.setattr(Exports, "__init__", seen)
    yield found
    found.let_go.set()


def test_who_reads_nothing_is_cut_off_and_keeps_no_place(
    settings: Settings, endless: Endless
) -> None:
    bounded = {"max_exports": 3, "max_exports_per_address": 2, "send_timeout": 2}
    with served(settings.model_copy(update=bounded)) as client:
        hung = [begun(client) for _ in range(2)]
        becomes(lambda: endless.under_way() == 2)
        with client.stream("GET", "/v1/claims.ndjson") as answer:
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
        # What is small takes no place.
        assert client.get("/v1/claims.csv").status_code == 200
        becomes(lambda: endless.under_way() == 0)
        for calling in hung:
            calling.close()


def test_no_address_takes_the_places_of_others(settings: Settings, endless: Endless) -> None:
    bounded = {"max_exports": 3, "max_exports_per_address": 2, "trusted_proxies": "127.0.0.1"}
    with served(Settings.model_validate({**settings.model_dump(), **bounded})) as client:
        hung = [begun(client) for _ in range(4)]
        becomes(lambda: endless.under_way() == 2)
        other = {"X-Forwarded-For": "192.0.2.1"}
        with client.stream("GET", "/v1/claims.ndjson", headers=other) as answer:
            assert answer.status_code == 200
            reading = answer.iter_raw()  # let go of, it would end the sending
            assert next(reading)
            third = {"X-Forwarded-For": "192.0.2.2"}
            assert status_of(client, "/v1/claims.ndjson", third) == 503
        for calling in hung:
            calling.close()
        becomes(lambda: endless.under_way() == 0)


def test_a_server_that_is_told_to_end_ends_whatever_is_under_way(
    settings: Settings, endless: Endless
) -> None:
    with served(settings.model_copy(update={"shutdown_timeout": 1})) as client:
        hung = [begun(client) for _ in range(3)]
        becomes(lambda: endless.under_way() == 3)
    assert endless.under_way() == 0
    for calling in hung:
        calling.close()
