"""What an operator sees of a running server: its metrics, the name of each request, its log. Real
servers, real scrapes.
"""

import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import __version__
from app.logs import JsonLines
from app.record import listings
from app.settings import Settings
from tests.conftest import SEEDS, Twins, free_port, load, served

ID = re.compile(r"[0-9a-f]{32}")
MUSTER = Path(sys.executable).with_name("muster")


def scraped(client: httpx2.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample of a scrape, by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def sample(client: httpx2.Client, name: str, **labels: str) -> float | None:
    """One sample; None when there is none."""
    return scraped(client).get((name, frozenset(labels.items())))


class TestMetrics:
    def test_a_scrape_is_prometheus_text_that_nobody_keeps(self, settings: Settings) -> None:
        with served(settings) as client:
            answer = client.get("/metrics")
            assert answer.headers["content-type"].startswith("text/plain; version=")
            assert answer.headers["cache-control"] == "no-store"
            head = client.head("/metrics")
            assert (head.status_code, head.content) == (200, b"")
            assert client.post("/metrics").status_code == 405

    def test_requests_are_counted_by_the_route_they_met(self, settings: Settings) -> None:
        load(settings, SEEDS[:1])
        with served(settings) as client:
            for address in (
                "/v1/nations/KEN",
                "/v1/nations/kenya",
                "/v1/nations/nowhere",
                "/v1/movements.csv",
                "/v1/movements",
            ):
                client.get(address)
            client.head("/v1/movements")
            client.put("/v1/movements")
            client.get("/v1/movements?sort=nope")
            client.get("/openapi.json")
            client.get("/docs")
            found = scraped(client)

        def counted(route: str, method: str, status: str) -> float | None:
            return found.get(
                (
                    "muster_requests_total",
                    frozenset({"route": route, "method": method, "status": status}.items()),
                )
            )

        assert counted("/v1/nations/{code}", "GET", "200") == 2
        assert counted("/v1/nations/{code}", "GET", "404") == 1
        assert counted("/v1/movements.csv", "GET", "200") == 1
        assert counted("/v1/movements", "GET", "200") == 1
        assert counted("/v1/movements", "GET", "422") == 1
        assert counted("/v1/movements", "HEAD", "200") == 1
        assert counted("/v1/movements", "PUT", "405") == 1
        assert counted("/openapi.json", "GET", "200") == 1
        assert counted("/docs", "GET", "200") == 1
        took = (
            "muster_request_duration_seconds_count",
            frozenset({"route": "/v1/nations/{code}", "method": "GET"}.items()),
        )
        assert found[took] == 3

    def test_what_is_not_there_is_one_label_whatever_is_asked_for(self, settings: Settings) -> None:
        with served(settings) as client:
            for nth in range(20):
                client.get(f"/nowhere/{nth}")
                client.request(f"M{nth}", "/v1/movements")
            client.get("/v1/movements?q=%FF")
            found = scraped(client)
        routes = {
            dict(labels)["route"] for name, labels in found if name == "muster_requests_total"
        }
        methods = {
            dict(labels)["method"] for name, labels in found if name == "muster_requests_total"
        }
        assert routes <= {"unmatched", "/v1/movements", "/metrics"}
        assert methods == {"GET", "other"}
        gone = {"route": "unmatched", "method": "GET", "status": "404"}
        assert found["muster_requests_total", frozenset(gone.items())] == 20
        refused = {"route": "unmatched", "method": "GET", "status": "400"}
        assert found["muster_requests_total", frozenset(refused.items())] == 1

    def test_it_knows_its_version_its_process_and_what_is_under_way(
        self, settings: Settings
    ) -> None:
        with served(settings) as client:
            for _ in range(3):
                assert sample(client, "muster_requests_under_way") == 1  # the scrape itself
            assert sample(client, "muster_build_info", version=__version__) == 1
            assert (sample(client, "process_resident_memory_bytes") or 0) > 1_000_000
            assert sample(client, "process_start_time_seconds")

    def test_the_newest_revision_is_read_at_each_scrape(self, settings: Settings) -> None:
        with served(settings) as client:
            assert sample(client, "muster_revision") == 0
            load(settings, SEEDS[:1])
            assert sample(client, "muster_revision") == 1
            load(settings, SEEDS[1:])
            assert sample(client, "muster_revision") == 2

    def test_without_a_database_there_is_no_revision_and_all_the_rest(self, tmp_path: Path) -> None:
        for address in (
            f"sqlite:///{tmp_path / 'none.db'}",
            "postgresql://muster@127.0.0.1:9/none",
        ):
            with served(Settings(database_url=address, pool_size=1, busy_timeout=1)) as client:
                client.get("/v1/movements")
                found = scraped(client)
                assert not any(name == "muster_revision" for name, _ in found)
                failed = {"route": "/v1/movements", "method": "GET", "status": "503"}
                assert found["muster_requests_total", frozenset(failed.items())] == 1

    def test_two_applications_count_apart(self, settings: Settings) -> None:
        with served(settings) as one, served(settings) as other:
            one.get("/v1/nations/KEN")
            asked = {"route": "/v1/nations/{code}", "method": "GET", "status": "200"}
            assert sample(one, "muster_requests_total", **asked) == 1
            assert sample(other, "muster_requests_total", **asked) is None

    def test_a_scrape_is_never_limited(self, settings: Settings) -> None:
        with served(settings.model_copy(update={"rate_limit": "2/minute"})) as client:
            assert {client.get("/metrics").status_code for _ in range(5)} == {200}
            assert [client.get("/v1/nations/KEN").status_code for _ in range(3)] == [200, 200, 429]
            limited = {"route": "unmatched", "method": "GET", "status": "429"}
            assert sample(client, "muster_requests_total", **limited) == 1

    def test_it_is_no_part_of_the_documented_contract(self, read: Twins) -> None:
        assert "/metrics" not in read.json("/openapi.json")["paths"]


class TestRequestId:
    @pytest.mark.parametrize("given", ["a", "0", "desk-7.B_2", "x" * 64, "..", "-"])
    def test_the_caller_s_own_name_is_kept(self, read: Twins, given: str) -> None:
        assert (
            read("/v1/nations/KEN", headers={"X-Request-Id": given}).headers["x-request-id"]
            == given
        )

    @pytest.mark.parametrize(
        "given", ["", "x" * 65, "a b", "a\tb", "a/b", "é".encode(), "a,b", "<b>"]
    )
    def test_any_other_is_replaced(self, read: Twins, given: str | bytes) -> None:
        assert ID.fullmatch(
            read("/v1/nations/KEN", headers={"X-Request-Id": given}).headers["x-request-id"]
        )

    def test_two_names_are_none(self, read: Twins) -> None:
        answer = read("/v1/nations/KEN", headers=[("X-Request-Id", "a"), ("X-Request-Id", "b")])
        assert ID.fullmatch(answer.headers["x-request-id"])

    @pytest.mark.parametrize(
        ("address", "method", "status"),
        [
            ("/v1/movements", "GET", 200),
            ("/v1/movements", "HEAD", 200),
            ("/v1/movements.csv", "GET", 200),
            ("/health/live", "GET", 200),
            ("/metrics", "HEAD", 200),
            ("/v1/nope", "GET", 404),
            ("/v1/movements?q=%FF", "GET", 400),
            ("/v1/movements?q=" + "x" * 8192, "GET", 414),
            ("/v1/movements", "PUT", 405),
        ],
    )
    def test_every_answer_carries_one(
        self, read: Twins, address: str, method: str, status: int
    ) -> None:
        first, second = (read(address, method=method) for _ in range(2))
        assert first.status_code == status
        assert ID.fullmatch(first.headers["x-request-id"])
        assert first.headers["x-request-id"] != second.headers["x-request-id"]

    def test_a_304_and_a_page_s_question_before_it_asks_carry_one(self, read: Twins) -> None:
        tag = read("/v1/movements").headers["etag"]
        assert (
            read("/v1/movements", headers={"If-None-Match": tag, "X-Request-Id": "again"}).headers[
                "x-request-id"
            ]
            == "again"
        )
        asks = {"Origin": "https://newsroom.example", "Access-Control-Request-Method": "GET"}
        asks["Access-Control-Request-Headers"] = "x-request-id"
        answer = read("/v1/movements", method="OPTIONS", headers=asks)
        assert answer.status_code == 200
        assert ID.fullmatch(answer.headers["x-request-id"])

    def test_a_page_of_any_origin_may_read_it(self, read: Twins) -> None:
        answer = read("/v1/movements", headers={"Origin": "https://newsroom.example"})
        assert "x-request-id" in answer.headers["access-control-expose-headers"].lower()

    def test_a_fault_of_ours_names_it_and_so_does_the_log(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*_args: Any, **_more: Any) -> None:
            raise RuntimeError("a secret")

        monkeypatch.setattr(listings, "page", broken)
        with served(settings) as client:
            # An earlier test may have set the log up as a server does.
            monkeypatch.setattr(logging.getLogger("muster"), "propagate", True)
            answer = client.get("/v1/movements", headers={"X-Request-Id": "desk-7"})
            assert answer.status_code == 500
            assert answer.headers["x-request-id"] == "desk-7"
            assert "request desk-7." in answer.json()["detail"]
            failed = {"route": "/v1/movements", "method": "GET", "status": "500"}
            assert sample(client, "muster_requests_total", **failed) == 1
        (told,) = [record for record in caplog.records if record.name == "muster"]
        assert "desk-7" in told.getMessage()


@contextmanager
def running(place: Path, **settings: str) -> Iterator[tuple[httpx2.Client, Path, Path]]:
    """`muster serve` as a process: a client of it, and the files of what it says and logs."""
    port = free_port()
    environment = os.environ | {
        "MUSTER_DATABASE_URL": f"sqlite:///{place / 'served.db'}",
        "MUSTER_PORT": str(port),
    }
    subprocess.run(
        [MUSTER, "migrate"], env=environment, check=True, capture_output=True, timeout=60
    )
    out, err = place / "out", place / "err"
    with out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(
            [MUSTER, "serve"], env=environment | settings, stdout=stdout, stderr=stderr
        )
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                deadline = time.monotonic() + 30
                while True:
                    try:
                        client.get("/health/live")
                        break
                    except httpx2.TransportError:
                        assert time.monotonic() < deadline, err.read_text()
                        time.sleep(0.1)
                yield client, out, err
        finally:
            process.terminate()
            process.wait(20)


class TestLog:
    def test_json_is_one_object_a_line_with_all_of_a_request_and_none_of_its_secrets(
        self, tmp_path: Path
    ) -> None:
        with running(tmp_path, MUSTER_LOG_FORMAT="json") as (client, out, err):
            keeps = {"Authorization": "Bearer muster_very_secret", "X-Request-Id": "desk-7"}
            client.get("/v1/nations/kenya?q=whisper&revision=0", headers=keeps)
            client.get("/v1/n%0Aope")
            client.get("/nowhere\N{SNOWMAN}")
        lines = [json.loads(line) for line in err.read_text().splitlines()]
        assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
        assert all(
            re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]{12}\+00:00", line["time"]) for line in lines
        )
        assert any(
            "Application startup complete" in line["message"] and line["logger"] == "uvicorn.error"
            for line in lines
        )
        (asked,) = [line for line in lines if line.get("request_id") == "desk-7"]
        assert asked.pop("duration_ms") > 0
        del asked["time"]
        assert asked == {
            "level": "info",
            "logger": "muster.request",
            "message": "GET /v1/nations/kenya 422",
            "method": "GET",
            "path": "/v1/nations/kenya",
            "route": "/v1/nations/{code}",
            "status": 422,
            "request_id": "desk-7",
            "client": "127.0.0.1",
        }
        told = [line for line in lines if line["logger"] == "muster.request"]
        assert [(line["route"], line["status"]) for line in told[-2:]] == [
            ("unmatched", 400),
            ("unmatched", 404),
        ]
        assert told[-1]["path"] == "/nowhere\N{SNOWMAN}"
        said = err.read_text() + out.read_text()
        assert "secret" not in said
        assert "whisper" not in said
        assert not [line for line in lines if line["logger"] == "uvicorn.access"]

    def test_a_fault_is_one_line_with_its_traceback_under_the_name_of_its_request(
        self, tmp_path: Path
    ) -> None:
        with running(tmp_path, MUSTER_LOG_FORMAT="json") as (client, _out, err):
            load(Settings(database_url=f"sqlite:///{tmp_path / 'served.db'}"), SEEDS[:1])
            with closing(sqlite3.connect(tmp_path / "served.db")) as ledger, ledger:
                ledger.execute("UPDATE missions SET ended = 'never'")
            answer = client.get("/v1/strength", headers={"X-Request-Id": "desk-7"})
            assert answer.status_code == 500
        lines = [json.loads(line) for line in err.read_text().splitlines()]
        fault, asked = [line for line in lines if line.get("request_id") == "desk-7"]
        assert (fault["level"], fault["logger"]) == ("error", "muster")
        assert fault["traceback"].startswith("Traceback")
        assert "'never'" in fault["traceback"].splitlines()[-1]
        assert (asked["status"], asked["route"]) == (500, "/v1/strength")

    def test_text_is_what_it_was(self, tmp_path: Path) -> None:
        with running(tmp_path) as (client, out, err):
            client.get("/v1/nations/KEN")
        assert "Application startup complete" in err.read_text()
        assert '"GET /v1/nations/KEN HTTP/1.1" 200' in out.read_text()
        assert "{" not in err.read_text()

    def test_a_level_leaves_out_what_is_below_it(self, tmp_path: Path) -> None:
        with running(tmp_path, MUSTER_LOG_FORMAT="json", MUSTER_LOG_LEVEL="warning") as (
            client,
            _out,
            err,
        ):
            client.get("/v1/nations/KEN")
        assert err.read_text() == ""

    def test_a_traceback_is_one_field_of_one_line(self) -> None:
        try:
            raise ValueError("of two\nlines")
        except ValueError:
            record = logging.LogRecord(
                "muster", logging.ERROR, __file__, 1, "failed\n%s", ("\ud800",), sys.exc_info()
            )
        line = JsonLines().format(record)
        assert "\n" not in line
        told = json.loads(line)
        assert told["message"] == "failed\n\ud800"
        assert told["traceback"].startswith("Traceback")
        assert told["traceback"].endswith("ValueError: of two\nlines")
        assert (told["level"], told["logger"]) == ("error", "muster")

    def test_a_format_that_is_none_is_refused(self) -> None:
        with pytest.raises(ValueError, match="log_format"):
            Settings(log_format="xml")
