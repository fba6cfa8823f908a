"""Behind a proxy and under a path: who asks, and the addresses that Muster is known by."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest
from pydantic import ValidationError

from app.record.database import migrate
from app.settings import Settings
from tests.conftest import SEEDS, load, new_database, served
from tests.web.test_files import workbook
from tests.web.test_limits import key_of

FOR = {"X-Forwarded-For": "198.51.100.7"}
PROXIED = FOR | {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "ledger.example.org",
    "X-Forwarded-Prefix": "/muster",
}
HERE = "https://ledger.example.org/muster"
STRENGTH = "/v1/strength?as_of=2024-07-18"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty ledger of the test's own: of what is asked here, no database knows."""
    found = Settings(database_url=new_database("sqlite", "", tmp_path), pool_size=5)
    migrate(found)
    return found


def with_(settings: Settings, **words: Any) -> Settings:
    """Settings as an operator would write some of them."""
    return Settings.model_validate({**settings.model_dump(), **words})


@contextmanager
def proxied(settings: Settings, **words: Any) -> Iterator[httpx2.Client]:
    """A server with the article behind a proxy that says whence and where."""
    load(settings, SEEDS[:1])
    with served(with_(settings, trusted_proxies="127.0.0.1, ::1", **words)) as client:
        client.headers.update(PROXIED)
        yield client


def statuses(client: httpx2.Client, *headers: dict[str, str]) -> list[int]:
    """What is answered to the same question with some headers."""
    return [client.get("/v1/nations/KEN", headers=one).status_code for one in headers]


def test_what_a_proxy_says_is_believed_of_a_trusted_one_only(settings: Settings) -> None:
    with served(with_(settings, rate_limit="2/minute")) as client:
        asked = client.get("/docs/", headers=PROXIED)
        assert asked.headers["location"] == f"{client.base_url}/docs".replace("//docs", "/docs")
        assert statuses(client, FOR, {"X-Forwarded-For": "203.0.113.9"}) == [200, 429]


def test_what_is_kept_of_one_scheme_is_not_given_of_another(settings: Settings) -> None:
    with proxied(settings) as client:
        for scheme in ("http", "https", "http"):
            answer = client.get(
                STRENGTH.replace("?", ".xlsx?"), headers={"X-Forwarded-Proto": scheme}
            )
            asked = dict(workbook(answer.content)["asked"].iter_rows(values_only=True))
            assert asked["address"].startswith(f"{scheme}://ledger.example.org/muster/v1/")


def test_an_address_behind_a_trusted_proxy_has_a_measure_of_its_own(settings: Settings) -> None:
    trusted = with_(settings, rate_limit="1/minute", trusted_proxies="127.0.0.0/8,10.1.0.0/16")
    with served(trusted) as client:
        other = {"X-Forwarded-For": "203.0.113.9"}
        assert statuses(client, FOR, FOR, other, other) == [200, 429, 200, 429]
        # What stands before the nearest address that is no proxy of ours, the caller wrote.
        forged = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7, 10.1.2.3"}
        assert statuses(client, forged) == [429]
        with_port = {"X-Forwarded-For": "198.51.100.7:4711"}
        assert statuses(client, with_port) == [429]
        # Of IPv6 the network is one caller.
        six = [{"X-Forwarded-For": f"2001:db8:0:1::{nth}"} for nth in (1, 2)]
        assert statuses(client, *six, {"X-Forwarded-For": "[2001:db8:0:2::1]:80"}) == [
            200,
            429,
            200,
        ]
        # What is no address says nothing, and is the proxy's own.
        assert statuses(client, {"X-Forwarded-For": "unknown"}, {}) == [200, 429]


@pytest.mark.parametrize("sent", ["", "/muster"], ids=["taken off", "left on"])
def test_under_a_path_every_address_of_a_page_leads_on(settings: Settings, sent: str) -> None:
    with proxied(settings) as client:
        page = client.get(f"{sent}/?mission=haiti-mss").text
        found = re.findall(r' (?:href|src|srcset|action)="([^"]*)"', page)
        assert len(found) > 50
        inside = [one for one in found if not one.startswith(("#", "https:"))]
        assert [one for one in inside if not one.startswith("/muster/")] == []
        leads = {one.partition("?")[0]: one.replace("&amp;", "&") for one in inside}
        assert len(leads) > 10
        for one in leads.values():
            assert client.get(one).status_code == 200, one
        copied = re.findall(r"https?://[^/]*example[^\s&<;]*", page)
        assert copied
        assert {address for address in copied if not address.startswith(HERE)} == set()
        assert "127.0.0.1" not in page


@pytest.mark.parametrize("sent", ["", "/muster"], ids=["taken off", "left on"])
def test_under_a_path_the_api_names_addresses_that_lead_back(settings: Settings, sent: str) -> None:
    key = key_of(settings, "desk")
    with proxied(settings) as client:
        answer = client.get(f"{sent}{STRENGTH}")
        permalink = answer.json()["permalink"]
        assert permalink == "/muster/v1/strength?as_of=2024-07-18&revision=1"
        assert f"<{permalink}>" in answer.headers["link"]
        assert client.get(permalink).json()["data"] == answer.json()["data"]
        listed = client.get(f"{sent}/v1/claims?size=2")
        onward = re.findall(r'<([^>]*)>; rel="next"', listed.headers["link"])[0]
        assert onward.startswith("/muster/v1/claims?")
        assert client.get(onward).status_code == 200
        feed = ElementTree.fromstring(client.get(f"{sent}/v1/revisions.atom").content)
        links = [link.attrib["href"] for link in feed.iter("{http://www.w3.org/2005/Atom}link")]
        assert links == ["/muster/v1/revisions.atom", "/muster/v1/revisions/1"]
        docs = client.get(f"{sent}/docs").text
        assert "/muster/openapi.json" in docs
        assert "/muster/static-offline-docs/swagger-ui-bundle.js" in docs
        bundle = client.get(f"{sent}/static-offline-docs/swagger-ui.css")
        assert bundle.status_code == 200
        assert client.get(f"{sent}/openapi.json").json()["servers"] == [{"url": "/muster"}]
        moved = client.get(f"{sent}/docs/")
        assert moved.headers["location"] == f"{HERE}/docs"
        missing = client.get(f"{sent}/v1/stregth")
        assert (missing.status_code, missing.json()["did_you_mean"]) == (404, "/v1/strength")
        assert client.get(f"{sent}/health/live").status_code == 200
        made = client.post(
            f"{sent}/v1/sources",
            json={"slug": "gazette", "publisher": "Gazette", "published": "2025-01-19"},
            headers={"Authorization": f"Bearer {key}"},
        )
        assert (made.status_code, made.headers["location"]) == (201, "/muster/v1/sources/gazette")
        assert client.get("/v1/revisions/2").json()["data"]["message"] == "POST /v1/sources"


def test_the_prefix_alone_leads_to_the_page(settings: Settings) -> None:
    with proxied(settings) as client:
        answer = client.get("/muster", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, f"{HERE}/")


def test_a_public_address_is_named_whoever_asks(settings: Settings) -> None:
    load(settings, SEEDS[:1])
    with served(with_(settings, public_url=f"{HERE}/")) as client:
        forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        answer = client.get(STRENGTH, headers=forged)
        permalink = f"{HERE}/v1/strength?as_of=2024-07-18&revision=1"
        assert answer.json()["permalink"] == permalink
        assert f"<{permalink}>" in answer.headers["link"]
        assert client.get(permalink.removeprefix(HERE)).json()["permalink"] == permalink
        page = client.get("/?mission=haiti-mss", headers=forged).text
        assert "evil" not in page
        assert f"curl &#39;{HERE}/v1/strength.csv?" in page
        feed = client.get("/v1/revisions.atom", headers=forged).text
        assert f'href="{HERE}/v1/revisions.atom"' in feed
        assert f'href="{HERE}/v1/revisions/1"' in feed
        assert client.get("/docs/", headers=forged).headers["location"] == f"{HERE}/docs"


def test_other_hosts_than_ours_are_refused_but_never_who_watches(settings: Settings) -> None:
    ours = with_(settings, allowed_hosts="ledger.example.org, *.example.net")
    with served(ours) as client:

        def asked(host: str, path: str = "/v1/nations/KEN") -> int:
            return client.get(path, headers={"Host": host}).status_code

        for host in ("ledger.example.org", "LEDGER.example.org:8443", "a.b.example.net"):
            assert asked(host) == 200, host
        for host in ("evil.example", "example.net", "xexample.net", "ledger.example.org.evil", "["):
            assert asked(host) == 400, host
        answer = client.get("/v1/nations/KEN", headers={"Host": "evil.example"})
        assert answer.headers["content-type"] == "application/problem+json"
        assert asked("10.0.0.3", "/health/live") == asked("10.0.0.3", "/metrics") == 200
    with served(with_(ours, public_url=HERE)) as client:
        assert client.get("/v1/nations/KEN", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trusted_proxies", "caddy"),
        ("trusted_proxies", "10.0.0.1/8"),
        ("public_url", "ledger.example.org"),
        ("public_url", "https://user@ledger.example.org"),
        ("public_url", "https://ledger.example.org/?x=1"),
        ("allowed_hosts", "https://ledger.example.org"),
    ],
)
def test_what_names_no_proxy_and_no_host_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({name: value})


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1")
    monkeypatch.setenv("MUSTER_ALLOWED_HOSTS", "Ledger.example.org")
    found = Settings()
    assert found.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("2001:db8::1"))
    assert found.allowed_hosts == ("ledger.example.org",)
