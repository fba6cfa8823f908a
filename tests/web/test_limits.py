"""What an operator can bound: how often is asked, how many tables are sent at once, and that nobody
hung keeps a place.
"""

import socket
import time

import httpx2

from app.settings import Settings
from tests.conftest import SEEDS, load, served


def test_who_asks_too_often_is_told_when_to_come_back(settings: Settings) -> None:
    with served(settings.model_copy(update={"rate_limit": "3/minute"})) as client:
        answers = [client.get("/v1/nations/KEN") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[-1].headers["content-type"] == "application/problem+json"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        other = client.get("/v1/nations/KEN", headers={"Authorization": "Bearer another"})
        assert other.status_code == 200
        assert client.get("/health/live").status_code == 200


def test_without_a_limit_nobody_is_refused(settings: Settings) -> None:
    with served(settings) as client:
        assert {client.get("/v1/nations/KEN").status_code for _ in range(50)} == {200}


def begun(client: httpx2.Client) -> socket.socket:
    """A caller who asks for a whole table, and reads none of it."""
    calling = socket.create_connection((client.base_url.host, client.base_url.port or 80))
    calling.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    calling.sendall(b"GET /v1/claims.ndjson HTTP/1.1\r\nHost: muster\r\n\r\n")
    return calling


def test_tables_under_way_are_bounded_and_a_caller_who_hangs_up_keeps_no_place(
    settings: Settings,
) -> None:
    load(settings, SEEDS)
    with served(settings.model_copy(update={"max_exports": 2})) as client:
        for _ in range(3):
            hung = [begun(client) for _ in range(6)]
            time.sleep(0.3)
            for calling in hung:
                calling.close()
        deadline = time.monotonic() + 10
        while (
            answer := client.get("/v1/claims.csv")
        ).status_code == 503 and time.monotonic() < deadline:
            assert answer.headers["retry-after"]
            time.sleep(0.1)
        assert answer.status_code == 200
        assert answer.text.count("\r\n") > 190
        assert [client.get("/v1/claims.csv").status_code for _ in range(10)] == [200] * 10
