"""At the edge: bytes and headers of no ordinary client, and what others hang on addresses."""

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.logs import JsonLines, WithoutKeys
from app.record.database import migrate
from app.record.documents import read_document
from app.record.problems import Refused
from app.settings import Settings
from tests.conftest import SEEDS, Twins, load, new_database, served
from tests.web.test_limits import key_of

KEY = "muster_" + "a2" * 26 + "b"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A ledger with the article: of what is asked here, no database knows."""
    found = Settings(
        database_url=new_database("sqlite", "", tmp_path_factory.mktemp("edge")), pool_size=5
    )
    migrate(found)
    load(found, SEEDS[:1])
    return found


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[httpx2.Client]:
    """A client of it."""
    with served(settings) as found:
        yield found


def answered(client: httpx2.Client, *pieces: bytes) -> bytes:
    """All that is answered to some bytes, until the server closes."""
    host, port = client.base_url.host, client.base_url.port or 80
    with socket.create_connection((host, port), timeout=20) as calling:
        try:
            for piece in pieces:
                calling.sendall(piece)
        except OSError:
            pass  # it closed meanwhile, as it should
        found = b""
        try:
            while piece := calling.recv(65_536):
                found += piece
        except ConnectionError:
            pass
        return found


def test_a_page_of_any_origin_may_send_what_its_tools_add(client: httpx2.Client) -> None:
    asked = {
        "Origin": "https://newsroom.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "traceparent, sentry-trace, baggage",
    }
    answer = client.options("/v1/strength", headers=asked)
    assert answer.status_code == 200
    assert "traceparent" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", ["/", "/embed", "/entries/haiti-mss-ken-second-group"])
def test_what_others_hang_on_a_shared_address_is_no_question(
    client: httpx2.Client, path: str
) -> None:
    hung = "utm_source=letter&utm_campaign=x&fbclid=1&gclid=2&_=3"
    asked = client.get(f"{path}?{hung}&revision=1")
    assert asked.status_code == 200
    assert "utm_" not in asked.text
    assert client.get(f"{path}?utm=1").status_code == 422
    assert client.get(f"/v1/strength?{hung}").status_code == 422


@pytest.mark.parametrize(
    "address", [f"/v1/strength?key={KEY}", f"/v1/{KEY}", f"/?access_token=%6Duster{KEY[6:]}"]
)
def test_a_key_in_an_address_is_refused(client: httpx2.Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "revoke it" in answer.json()["detail"]
    assert KEY not in answer.text


def test_a_key_is_never_logged() -> None:
    record = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 0, "%s %s", ("GET", f"/?key={KEY}"), None
    )
    record.fields = {"path": f"/{KEY}"}
    line = json.loads(JsonLines().format(record))
    assert (line["path"], line["message"]) == ("/muster_...", "GET /?key=muster_...")
    assert WithoutKeys().filter(record)
    assert record.getMessage() == "GET /?key=muster_..."


def test_a_body_of_two_lengths_is_refused_and_nothing_after_it_is_read(
    client: httpx2.Client,
) -> None:
    found = answered(
        client,
        b"POST /v1/sources HTTP/1.1\r\nHost: m\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: m\r\n\r\n",
    )
    assert found.startswith(b"HTTP/1.1 400")
    assert found.count(b"HTTP/1.1") == 1


def test_a_body_without_end_is_cut(client: httpx2.Client, settings: Settings) -> None:
    key = key_of(settings, "endless").encode()
    head = (
        b"POST /v1/sources HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nAuthorization: Bearer " + key + b"\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    found = answered(client, head, *[chunk] * 4_000)
    # Who is cut off while sending may lose the answer, never the server.
    if found:
        assert found.startswith(b"HTTP/1.1 413")
        assert b"connection: close" in found.lower()
    assert client.get("/health/live").status_code == 200
    assert (
        client.get("/v1/sources?size=1").json()["revision"]
        == client.get("/v1/revisions/head").json()["data"]["number"]
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///page",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "https://example.org/\u202egnp.exe",
        "javascript:alert(1)",
        "https://[broken/",
    ],
)
def test_an_address_of_a_source_is_one_of_a_host(url: str) -> None:
    source = {"slug": "s", "publisher": "P", "url": url}
    with pytest.raises(Refused, match="url"):
        read_document({"sources": [source]})
    source["url"] = "https://example.org/page@2024?q=a@b"
    read_document({"sources": [source]})


@pytest.mark.parametrize("turn", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_a_name_shows_as_it_is_kept(turn: str) -> None:
    with pytest.raises(Refused, match="turns the order"):
        read_document({"sources": [{"slug": "s", "publisher": f"The {turn}etteZag"}]})
    read_document({"sources": [{"slug": "s", "publisher": "الجزيرة", "title": "חדשות \u200f"}]})


def test_the_file_of_a_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    migrate(Settings(database_url=f"sqlite:///{file}"))
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("address", "policy"),
    [
        ("/", "default-src 'none'; script-src 'self'; "),
        ("/docs", "default-src 'none'; script-src 'self' 'unsafe-inline'; "),
        ("/v1/strength", "default-src 'none'; style-src 'unsafe-inline'; "),
        ("/v1/strength.csv", "default-src 'none'; style-src 'unsafe-inline'; "),
        ("/v1/strength/series.svg", "default-src 'none'; style-src 'unsafe-inline'; "),
        ("/nowhere", "default-src 'none'; style-src 'unsafe-inline'; "),
    ],
)
def test_every_answer_says_what_a_browser_may_do_with_it(
    read: Twins, address: str, policy: str
) -> None:
    answer = read(address, headers={"Host": "muster.example"})
    said = answer.headers.get_list("content-security-policy")
    assert len(said) == 1
    assert said[0].startswith(policy)
    assert said[0].endswith("frame-ancestors 'none'")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
