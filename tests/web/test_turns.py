"""Questions that take long: bounded in time and number, ended when nobody waits, and asked once.

What is slow here is made so: a table that goes on until it is let go, passing its checkpoints. The
server, the callers and their sockets are real, and nothing is timed: whoever waits, waits for what
must come.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, text

from app.estimate.checkpoint import checkpoint
from app.estimate.strength import Strength
from app.settings import Settings
from app.web.http.turns import Turn
from app.web.routes import strength as routes
from tests.conftest import SEEDS, load, served

ASKED = "/v1/strength?as_of=2024-07-18"
LONG = 20  # seconds after which something that must come never will


class Slow:
    """Tables that go on until they are let go: how many were begun, are under way and ended."""

    def __init__(self) -> None:
        self.begun = self.under_way = self.most = self.passed = self.ended = 0
        self.minds = True  # passes its checkpoints
        self.released = threading.Event()
        self.lock = threading.Lock()

    def go_on(self) -> None:
        """What a slow table does."""
        with self.lock:
            self.begun += 1
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            while not self.released.wait(0.01):
                self.passed += 1
                if self.minds:
                    checkpoint()
        finally:
            with self.lock:
                self.under_way -= 1
                self.ended += 1


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Every table of strength is slow."""
    found, table = Slow(), Strength._table

    def slowly(self: Strength, *asked: Any) -> Any:
        found.go_on()
        return table(self, *asked)

    monkeypatch.setattr(Strength, "_table", slowly)
    yield found
    found.released.set()


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[Turn]:
    """The questions that had to wait, as they begin to."""
    found: list[Turn] = []
    wait = Turn.wait

    async def seen(self: Turn, line: Any) -> None:
        found.append(self)
        await wait(self, line)

    monkeypatch.setattr(Turn, "wait", seen)
    return found


def becomes(true: Callable[[], bool]) -> None:
    """Wait for what must come."""
    deadline = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def begun(client: httpx2.Client, address: str) -> socket.socket:
    """A caller who asks, and does not wait."""
    host, port = client.base_url.host, client.base_url.port or 80
    calling = socket.create_connection((host, port))
    calling.sendall(f"GET {address} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    return calling


def asked_of(client: httpx2.Client, address: str) -> httpx2.Response:
    """The answer to a caller of its own, who waits for long."""
    return httpx2.get(f"{client.base_url}{address}", timeout=3 * LONG)


def with_article(settings: Settings, **more: Any) -> Settings:
    """Settings of a ledger with the article in it."""
    load(settings, SEEDS[:1])
    return settings.model_copy(update=more)


def test_a_reckoning_past_its_time_ends_and_is_told_so(settings: Settings, slow: Slow) -> None:
    with served(with_article(settings, request_timeout=3)) as client:
        answer = client.get(ASKED)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "narrow it" in answer.json()["detail"]
        assert (slow.begun, slow.under_way) == (1, 0)


def test_a_page_past_its_time_is_a_page(settings: Settings, slow: Slow) -> None:
    with served(with_article(settings, request_timeout=3)) as client:
        answer = client.get("/", headers={"Accept": "text/html"})
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("text/html")


def test_nothing_is_reckoned_for_who_has_left(settings: Settings, slow: Slow) -> None:
    with served(with_article(settings)) as client:
        calling = begun(client, ASKED)
        becomes(lambda: slow.under_way == 1)
        calling.close()
        becomes(lambda: slow.ended == 1)
        assert not slow.released.is_set()
        told = 'muster_requests_total{method="GET",route="/v1/strength",status="none"} 1.0'
        becomes(lambda: told in client.get("/metrics").text)


def test_a_statement_is_broken_off_for_who_has_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, ends = threading.Event(), threading.Event()

    def endless(connection: Connection, _number: int) -> dict[str, str]:
        on_sqlite = connection.dialect.name == "sqlite"
        begins.set()
        try:
            connection.execute(
                text(
                    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
                    "SELECT count(*) FROM n"
                    if on_sqlite
                    else "SELECT pg_sleep(300)"
                )
            )
        finally:
            ends.set()
        return {}

    monkeypatch.setattr(routes, "mission_names", endless)
    with served(with_article(settings)) as client:
        calling = begun(client, ASKED)
        assert begins.wait(LONG)
        assert not ends.wait(0.3)
        calling.close()
        assert ends.wait(LONG)
        monkeypatch.undo()
        assert [client.get(ASKED).status_code for _ in range(8)] == [200] * 8


def test_health_and_small_answers_come_while_many_reckon(
    settings: Settings, slow: Slow, waiting: list[Turn]
) -> None:
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 5) for day in range(1, 17)]
    with (
        served(with_article(settings, max_reckonings=2)) as client,
        ThreadPoolExecutor(len(days)) as pool,
    ):
        asked = [pool.submit(asked_of, client, f"{ASKED[:-10]}{day}") for day in days]
        becomes(lambda: len(waiting) == len(days) - 2)
        for address in ("/health/live", "/health/ready", "/v1/nations/KEN"):
            assert [client.get(address).status_code for _ in range(10)] == [200] * 10
        assert (slow.begun, slow.under_way) == (2, 2)
        slow.released.set()
        assert {each.result().status_code for each in asked} == {200}
    assert (slow.begun, slow.most) == (len(days), 2)


def test_who_waits_too_long_is_told_to_come_back(settings: Settings, slow: Slow) -> None:
    slow.minds = False
    with (
        served(with_article(settings, max_reckonings=1, request_timeout=3)) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(client.get, ASKED)
        becomes(lambda: slow.begun == 1)
        second = client.get("/v1/strength?as_of=2024-07-19")
        assert second.status_code == 503
        assert int(second.headers["retry-after"]) > 0
        assert "Too many" in second.json()["detail"]
        slow.released.set()
        assert "narrow it" in first.result().json()["detail"]
        assert slow.begun == 1


def test_who_leaves_while_waiting_takes_no_place(
    settings: Settings, slow: Slow, waiting: list[Turn]
) -> None:
    with served(with_article(settings, max_reckonings=1)) as client:
        first = begun(client, ASKED)
        becomes(lambda: slow.begun == 1)
        second = begun(client, "/v1/strength?as_of=2024-07-19")
        becomes(lambda: len(waiting) == 1)
        second.close()
        becomes(lambda: waiting[0].left)
        first.close()
        becomes(lambda: slow.ended == 1)
        slow.released.set()
        assert client.get("/v1/strength?as_of=2024-07-20").status_code == 200
        assert slow.begun == 2


def test_equal_questions_at_once_are_reckoned_once(
    settings: Settings, slow: Slow, waiting: list[Turn]
) -> None:
    with served(with_article(settings)) as client, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(asked_of, client, ASKED) for _ in range(8)]
        becomes(lambda: len(waiting) == 7)
        slow.released.set()
        answers = [each.result() for each in asked]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert slow.begun == 1


def test_where_the_one_who_reckons_leaves_another_goes_on(
    settings: Settings, slow: Slow, waiting: list[Turn]
) -> None:
    with served(with_article(settings)) as client, ThreadPoolExecutor(4) as pool:
        calling = begun(client, ASKED)
        becomes(lambda: slow.begun == 1)
        asked = [pool.submit(asked_of, client, ASKED) for _ in range(4)]
        becomes(lambda: len(waiting) == 4)
        calling.close()
        becomes(lambda: slow.begun == 2)
        slow.released.set()
        assert {each.result().status_code for each in asked} == {200}
        assert slow.begun == 2


def test_answers_that_are_not_kept_are_not_waited_for_twice(
    settings: Settings, slow: Slow, waiting: list[Turn]
) -> None:
    address = f"{ASKED}&size=1"  # a page that leads on
    with (
        served(with_article(settings, max_reckonings=8)) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        asked = [pool.submit(asked_of, client, address) for _ in range(4)]
        becomes(lambda: len(waiting) == 3)
        slow.released.set()
        assert {each.result().status_code for each in asked} == {200}
        assert (slow.begun, len(waiting)) == (4, 3)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/v1/strength/series?interval=day&from=1900-01-01&to=2024-12-31", "50,000 rows"),
        ("/v1/strength/series.csv?interval=day&from=1900-01-01&to=2024-12-31", "50,000 rows"),
        (
            "/v1/strength/series.svg?nation=KEN&interval=day&from=2013-12-01&to=2024-12-31",
            "4,000 points",
        ),
    ],
)
def test_what_is_too_large_is_told_how_to_narrow_it_and_not_reckoned(
    settings: Settings, slow: Slow, address: str, words: str
) -> None:
    slow.released.set()
    with served(with_article(settings)) as client:
        answer = client.get(address)
        assert answer.status_code == 422
        assert words in answer.json()["detail"]
        assert answer.json()["errors"][0]["did_you_mean"] == "month"
        assert slow.begun == 0


def test_what_still_reckons_ends_with_the_server(settings: Settings, slow: Slow) -> None:
    with served(with_article(settings, shutdown_timeout=1)) as client:
        calling = begun(client, ASKED)
        becomes(lambda: slow.under_way == 1)
    becomes(lambda: slow.ended == 1)
    assert not slow.released.is_set()
    calling.close()
