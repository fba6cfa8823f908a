"""What is said when a question is wrong: never a 5xx, the same on both databases, naming the
parameter and the near word.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

import base64
import json
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from app.record import listings
from app.record.database import Database, migrate
from app.record.documents import load_yaml
from app.record.ledger import ChangeNote, record
from app.settings import Settings
from app.web.http.statuses import SORTS
from tests.conftest import SEEDS, Twins, served

LISTS = [
    "/v1/movements",
    "/v1/strength-reports",
    "/v1/pledges",
    "/v1/deliveries",
    "/v1/mandates",
    "/v1/events",
    "/v1/claims",
    "/v1/missions",
    "/v1/contingents",
    "/v1/sources",
    "/v1/revisions",
    "/v1/nations",
]
ASKED = [*LISTS, "/v1/strength", "/v1/movements.csv", "/v1/strength.csv", "/v1/nations.ndjson"]


def packed(content: str) -> str:
    """Some JSON in the dress of a cursor."""
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def check(answer: httpx2.Response, status: int) -> Any:
    """The problem document of an answer, which is whole and tells nothing of the machine."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("/problems/")
    assert body["title"]
    assert body["detail"]
    assert set(body) <= {"type", "title", "status", "detail", "did_you_mean", "current", "errors"}
    for error in body.get("errors", []):
        assert {"detail"} < set(error) <= {"parameter", "pointer", "detail", "did_you_mean"}
        assert error["detail"]
    for secret in (
        "Traceback",
        "sqlalchemy",
        "psycopg",
        "pydantic",
        ".py",
        "site-packages",
        "/wo" + "rk/",
        "/tmp/",
        "SELECT",
    ):
        assert secret not in answer.text
    return body


NUMBERS = [
    "0",
    "1001",
    "-1",
    "+5",
    "1_0",
    "5.0",
    "5e2",
    "%D9%A3",
    "",
    "%20",
    "9223372036854775808",
    "1e400",
    "NaN",
    "0x10",
    "ten",
]
NUMBERS += ["1" * 200, "%2B5", "5%20", "inf", "null", "true", "[5]", "%C2%B2", "2147483648"]
DAYS = [
    "2024-02-30",
    "2024-13-01",
    "2024-7-1",
    "20240701",
    "2024-07",
    "2024",
    "0",
    "tomorrow",
    "today-",
    "today-1w",
    "today+1d",
    "today-999999d",
    "2024-07-16T25:00:00",
    "2024-07-16 12:00",
    "0000-01-01",
]
DAYS += [
    "2024-07-16~",
    "2024-07-14/2024-07-16",
    "%D9%A2024-07-16",
    "10000-01-01",
    "-2024-01-01",
    "",
    "16-07-2024",
    "NaN",
]

# Address, the parameter that is named, and what is offered for it.
WRONG: list[tuple[str, str, str | None]] = [
    *((f"/v1/movements?size={n}", "size", None) for n in NUMBERS),
    *((f"{path}?size=0", "size", None) for path in ASKED),
    *((f"{path}?size=1001", "size", None) for path in ASKED),
    *((f"/v1/events?revision={n}", "revision", None) for n in NUMBERS if n != "0" and n != "1001"),
    *((f"/v1/strength?as_of={day}", "as_of", None) for day in DAYS),
    *((f"/v1/movements?date_from={day}", "date_from", None) for day in DAYS[:6]),
    *((f"/v1/sources?date_to={day}", "date_to", None) for day in DAYS[:6]),
    *((f"/v1/strength.csv?published_by={day}", "published_by", None) for day in DAYS[:6]),
    *((f"{path}?revision=3", "revision", "2") for path in ASKED),
    ("/v1/movements/haiti-mss-ken-second-group?revision=99", "revision", "2"),
    *((f"{path}?revision=1&known_at=2026-11-24", "known_at", None) for path in ASKED[::3]),
    *(
        (f"/v1/movements?known_at={moment}", "known_at", None)
        for moment in (
            *("yesterday", "", "2024", "2024-07", "2024-13-01", "2024-02-30", "2024-07-18T25:00:00Z", "0", "1721260800"),
            *("2024-07-18T12:00:00+02:00", "2024-07-18%2012", "9999-12-31T23:59:59.999999Z", "9999-12-31", "2024-W29-4"),
            *("20240718", "2024-07-18T12:00:00Z%20or%20so", "%D9%A2024-07-18", "x" * 300, "-0001-01-01", "24:00"),
        )
    ),
    # Words from a list.
    ("/v1/strength?policy=latset", "policy", "latest"),
    ("/v1/strength?policy=Graded", "policy", "graded"),
    ("/v1/strength?policy=HIGHEST", "policy", "highest"),
    ("/v1/strength?policy=", "policy", None),
    ("/v1/strength?policy=best", "policy", None),
    ("/v1/strength?min_grade=b2", "min_grade", None),
    ("/v1/strength?min_grade=B7", "min_grade", None),
    ("/v1/strength?min_grade=B", "min_grade", None),
    ("/v1/strength?min_grade=", "min_grade", None),
    ("/v1/strength?min_grade=B2%20", "min_grade", None),
    ("/v1/strength?explain=1", "explain", None),
    ("/v1/strength?explain=TRUE", "explain", None),
    ("/v1/strength?explain=", "explain", None),
    ("/v1/claims?history=yes", "history", None),
    ("/v1/movements?category=polise", "category", "police"),
    ("/v1/movements?category=POLICE", "category", "police"),
    ("/v1/strength?category=Military", "category", "military"),
    ("/v1/contingents?category=staff-officer", "category", "staff_officer"),
    ("/v1/movements?category=", "category", None),
    ("/v1/movements?category=police&category=soldiers", "category", None),
    ("/v1/movements?status=occured", "status", "occurred"),
    ("/v1/claims?status=canceled", "status", "cancelled"),
    ("/v1/claims?kind=movements", "kind", "movement"),
    ("/v1/claims?kind=strength-report", "kind", "strength_report"),
    ("/v1/movements?direction=arrivals", "direction", "arrival"),
    ("/v1/movements?direction=in", "direction", None),
    ("/v1/deliveries?item=apcs", "item", "apc"),
    ("/v1/deliveries?recipient=host-police", "recipient", "host_police"),
    ("/v1/events?event_type=visits", "event_type", "visit"),
    ("/v1/movements?date_match=maybe", "date_match", None),
    ("/v1/movements?date_match=certainly", "date_match", "certain"),
    # Columns.
    ("/v1/movements?sort=cuont", "sort", "count"),
    ("/v1/movements?sort=--count", "sort", "count"),
    ("/v1/movements?sort=count,-dat", "sort", "date"),
    ("/v1/movements?sort=", "sort", None),
    ("/v1/movements?sort=,", "sort", None),
    ("/v1/movements?sort=count,", "sort", None),
    ("/v1/movements?sort=-", "sort", None),
    ("/v1/movements?sort=Count", "sort", "count"),
    ("/v1/movements?sort=count%20desc", "sort", None),
    ("/v1/movements?sort=_key", "sort", "key"),
    ("/v1/claims?sort=id", "sort", None),
    ("/v1/claims?sort=words", "sort", None),
    ("/v1/nations?sort=nmae", "sort", "name"),
    ("/v1/strength?sort=presnt", "sort", "present"),
    ("/v1/strength?sort=mission", "sort", None),
    ("/v1/strength.csv?sort=presnt", "sort", "present"),
    ("/v1/movements?fields=-key", "fields", "key"),
    ("/v1/movements?fields=ky", "fields", "key"),
    ("/v1/movements?fields=key;status", "fields", None),
    ("/v1/movements?fields=*", "fields", None),
    ("/v1/claims.csv?fields=salt", "fields", None),
    ("/v1/claims.ndjson?fields=words", "fields", None),
    ("/v1/sources?fields=slug,titel", "fields", "title"),
    ("/v1/strength?fields=working", "fields", None),
    ("/v1/strength?group_by=nation&fields=category", "fields", None),
    ("/v1/strength?group_by=nations", "group_by", "nation"),
    ("/v1/strength?group_by=ntaion", "group_by", "nation"),
    ("/v1/strength?group_by=Mission", "group_by", "mission"),
    ("/v1/strength?group_by=nation,nation", "group_by", None),
    ("/v1/strength?group_by=nation,", "group_by", None),
    ("/v1/strength?group_by=", "group_by", None),
    ("/v1/strength?group_by=contingent", "group_by", None),
    ("/v1/strength.csv?group_by=" + "nation," * 20, "group_by", None),
    # Names and slugs.
    ("/v1/movements?nation=Kenia", "nation", "Kenya"),
    ("/v1/strength?nation=Kenia", "nation", "Kenya"),
    ("/v1/strength.csv?nation=Jamaika", "nation", "Jamaica"),
    ("/v1/missions?nation=Jamaica&nation=Kenia", "nation", "Kenya"),
    ("/v1/movements?nation=KE", "nation", None),
    ("/v1/movements?nation=", "nation", None),
    ("/v1/movements?nation=%3F%3F%3F", "nation", None),
    ("/v1/movements?nation=KEN,JAM", "nation", None),
    ("/v1/movements?nation=%F0%9F%87%B0%F0%9F%87%AA", "nation", None),
    ("/v1/movements?mission=haiti-ms", "mission", "haiti-mss"),
    ("/v1/strength?mission=haiti_mss", "mission", "haiti-mss"),
    ("/v1/movements?mission=HAITI-MSS", "mission", "haiti-mss"),
    ("/v1/movements?mission=", "mission", None),
    ("/v1/movements?mission=%20", "mission", None),
    ("/v1/movements?contingent=haiti-mss-ken-polise", "contingent", "haiti-mss-ken-police"),
    ("/v1/strength?contingent=haiti-mss-ken-polise", "contingent", "haiti-mss-ken-police"),
    ("/v1/claims?source=heed-2024-07-16", "source", "heed-2024-07-17"),
    ("/v1/strength?source=heed-2024-07-16", "source", "heed-2024-07-17"),
    ("/v1/claims?entry=haiti-mss-ken-second-grop", "entry", "haiti-mss-ken-second-group"),
    *((f"/v1/claims?{name}={'x' * 251}", name, None) for name in ("mission", "contingent", "source", "entry", "nation")),
    (f"/v1/claims?mission={'x' * 3000}", "mission", None),
    ("/v1/claims?mission=%27%20OR%201=1--", "mission", None),
    ("/v1/movements?q=", "q", None),
    ("/v1/movements?q=%20%20", "q", None),
    (f"/v1/movements?q={'x' * 251}", "q", None),
    # More than one where one is meant.
    *((f"/v1/claims?{name}={value}&{name}={value}", name, None) for name, value in (
        ("size", "5"), ("revision", "1"), ("q", "x"), ("sort", "key"), ("fields", "key"), ("cursor", "x"),
        ("date_from", "2024-01-01"), ("date_to", "2024-01-01"), ("date_match", "certain"), ("history", "true"),
        ("known_at", "2024-01-01"),
    )),
    *((f"/v1/strength?{name}={value}&{name}={value}", name, None) for name, value in (
        ("as_of", "2024-01-01"), ("published_by", "2024-01-01"), ("min_grade", "B2"), ("policy", "latest"),
        ("group_by", "nation"), ("explain", "true"), ("size", "5"),
    )),
    ("/v1/movements?size=5&size=abc", "size", None),
    ("/v1/movements.csv?size=5&size=6", "size", None),
    ("/v1/movements/haiti-mss-ken-second-group?revision=1&revision=2", "revision", None),
    ("/v1/nations/KEN?revision=1&revision=2", "revision", None),
    # Names that no parameter has.
    ("/v1/movements?natoin=KEN", "natoin", "nation"),
    ("/v1/movements?Nation=KEN", "Nation", "nation"),
    ("/v1/movements?NATION=KEN", "NATION", "nation"),
    ("/v1/movements?nations=KEN", "nations", "nation"),
    ("/v1/movements?limit=5", "limit", None),
    ("/v1/movements?offset=5", "offset", None),
    ("/v1/movements?page=2", "page", None),
    ("/v1/movements?as_of=2024-01-01", "as_of", None),
    ("/v1/movements?item=apc", "item", None),
    ("/v1/deliveries?direction=arrival", "direction", None),
    ("/v1/movements?_=1732480000", "_", None),
    ("/v1/movements?nation[]=KEN", "nation[]", "nation"),
    ("/v1/movements?%20size=5", " size", "size"),
    ("/v1/movements?x", "x", None),
    ("/v1/movements?=5", "", None),
    ("/v1/movements?/x=1", "/x", None),
    ("/v1/movements?body=1", "body", None),
    ("/v1/movements?query=1", "query", None),
    ("/v1/movements.csv?format=json", "format", None),
    ("/v1/strength.csv?explain=true", "explain", None),
    ("/v1/strength?direction=arrival", "direction", None),
    ("/v1/revisions?q=x", "q", None),
    ("/v1/nations?nation=KEN", "nation", None),
    ("/v1/movements/haiti-mss-ken-second-group?fields=key", "fields", None),
    ("/v1/nations/KEN?as_of=2024-01-01", "as_of", None),
    ("/v1/revisions/1?after=1", "after", None),
    # Parameters in the path.
    ("/v1/revisions/one", "number", None),
    ("/v1/revisions/-1", "number", None),
    ("/v1/revisions/1.0", "number", None),
    ("/v1/revisions/9223372036854775808", "number", None),
    ("/v1/revisions/%D9%A1", "number", None),
    (f"/v1/movements/{'x' * 251}", "key", None),
    (f"/v1/missions/{'x' * 5000}", "slug", None),
    ("/v1/movements.json", "format", None),
    ("/v1/movements.cvs", "format", "csv"),
]  # fmt: skip


class TestWrongInput:
    @pytest.mark.parametrize(("address", "parameter", "meant"), WRONG)
    def test_it_names_the_parameter_and_the_near_word(
        self, read: Twins, address: str, parameter: str, meant: str | None
    ) -> None:
        problem = check(read(address), 422)
        named = [error for error in problem["errors"] if error.get("parameter") == parameter]
        assert named, problem["errors"]
        if meant is not None:
            assert [error.get("did_you_mean") for error in named] == [meant]

    @pytest.mark.parametrize(
        ("address", "allowed"),
        [
            ("/v1/strength?policy=x", ["graded", "latest", "lowest", "highest"]),
            ("/v1/movements?category=x", ["police", "fpu", "staff_officer", "unspecified"]),
            ("/v1/movements?status=x", ["expected", "occurred", "cancelled"]),
            ("/v1/deliveries?item=x", ["apc", "mrap", "ammunition", "other"]),
            ("/v1/movements?sort=x", ["key", "count_low", "date_latest"]),
            ("/v1/sources?fields=x", ["slug", "published", "archive_url"]),
            ("/v1/strength?group_by=x", ["mission", "nation", "category"]),
            ("/v1/strength?as_of=x", ["2024-07-16"]),
            ("/v1/movements?known_at=x", ["2024-07-18", "2024-07-18T12:00:00Z"]),
            ("/v1/movements?size=5000", ["1000"]),
            ("/v1/movements?size=0", ["1"]),
            ("/v1/strength?min_grade=x", ["A", "F", "1", "6"]),
            ("/v1/strength?explain=x", ["true", "false"]),
            ("/v1/movements?x=1", ["nation", "mission", "size"]),
            ("/v1/movements?nation=zzzz", ["KEN", "alpha-3"]),
            ("/v1/movements?revision=9", ["2"]),
            ("/v1/movements.x", ["csv", "ndjson"]),
        ],
    )
    def test_it_says_what_is_allowed(self, read: Twins, address: str, allowed: list[str]) -> None:
        problem = check(read(address), 422)
        assert [word for word in allowed if word not in problem["errors"][0]["detail"]] == []

    def test_it_names_everything_that_is_wrong_at_once(self, read: Twins) -> None:
        problem = check(read("/v1/movements?size=0&status=x&natoin=KEN&date_from=x"), 422)
        assert {error["parameter"] for error in problem["errors"]} == {
            "size",
            "status",
            "natoin",
            "date_from",
        }

    @pytest.mark.parametrize("path", ASKED)
    def test_every_list_and_table_refuses_what_it_does_not_know(
        self, read: Twins, path: str
    ) -> None:
        problem = check(read(f"{path}?nonsense=1"), 422)
        assert [error["parameter"] for error in problem["errors"]] == ["nonsense"]

    def test_a_long_word_is_not_repeated_whole(self, read: Twins) -> None:
        for address in (
            f"/v1/claims?mission={'x' * 250}",
            f"/v1/claims?sort={'x' * 250}",
            f"/v1/{'x' * 3000}",
        ):
            answer = read(address)
            assert "x" * 251 not in answer.text
            assert len(answer.content) < 2000

    def test_what_is_repeated_is_told_back_as_it_was_and_as_json(self, read: Twins) -> None:
        problem = check(read("/v1/movements?nation=%3Cscript%3E%22%C3%A9"), 422)
        assert "<script>" in problem["errors"][0]["detail"]


class TestWhatIsNoText:
    BROKEN = (
        "%00",
        "a%00b",
        "%FF",
        "%ED%A0%80",
        "%ED%B0%80x",
        "%C0%AF",
        "%F4%90%80%80",
        "%0A",
        "%0D%0A",
        "%1B",
        "%7F",
        "%E2%82",
    )

    @pytest.mark.parametrize(
        ("path", "name"),
        [("/v1/movements", "mission"), ("/v1/nations", "cursor"), ("/v1/strength.csv", "nation")],
    )
    def test_a_value_that_is_no_text_is_refused_and_its_parameter_named(
        self, read: Twins, path: str, name: str
    ) -> None:
        problems = [check(read(f"{path}?size=5&{name}={broken}"), 400) for broken in self.BROKEN]
        named = [
            [error["parameter"] for error in problem.get("errors", [])] for problem in problems
        ]
        assert named == [[name]] * len(self.BROKEN)

    @pytest.mark.parametrize("broken", BROKEN)
    def test_a_name_or_a_path_that_is_no_text_is_refused(self, read: Twins, broken: str) -> None:
        for address in (
            f"/v1/movements?{broken}=1",
            f"/v1/movements/{broken}",
            f"/v1/{broken}",
            f"/v1/nations/a{broken}",
        ):
            check(read(address), 400)

    @pytest.mark.parametrize(
        "odd",
        [
            "%E2%80%AE",
            "%EF%BF%BF",
            "%C2%85",
            "%F0%9F%9A%81",
            "%E2%80%A8",
            "%EF%BB%BF",
            "%%",
            "%zz",
            "%u0000",
        ],
    )
    def test_other_signs_are_text(self, read: Twins, odd: str) -> None:
        for address in (
            f"/v1/missions?q=x{odd}",
            f"/v1/movements?mission=x{odd}",
            f"/v1/nations/x{odd}",
        ):
            assert read(address).status_code in (200, 404, 422)


class TestSizeLimits:
    @pytest.mark.parametrize("path", [*ASKED[::4], "/v1/nope", "/health/live", "/docs"])
    def test_a_query_of_8_kb_is_too_long(self, read: Twins, path: str) -> None:
        problem = check(read(f"{path}?q={'x' * 8192}"), 414)
        assert "4096" in problem["detail"]

    def test_many_small_parameters_are_too_long_too(self, read: Twins) -> None:
        check(read("/v1/movements?" + "&".join(f"nation=KEN{n}" for n in range(1000))), 414)

    def test_a_query_just_short_enough_is_read(self, read: Twins) -> None:
        address = "/v1/movements?" + "&".join(["nation=KEN"] * 372)
        assert len(address.partition("?")[2]) == 4091
        assert read.json(address)["data"] == read.json("/v1/movements?nation=KEN")["data"]

    def test_a_body_that_is_too_large_is_refused_unread(self, settings: Settings) -> None:
        strict = settings.model_copy(update={"max_body": 1000, "max_import": 2000})
        with served(strict) as client:
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"):
                for path in (
                    "/v1/movements",
                    "/v1/strength.csv",
                    "/v1/nope",
                    "/docs",
                    "/health/live",
                ):
                    answer = client.request(method, path, content=b"x" * 2001)
                    assert answer.status_code == 413
                    if method != "HEAD":
                        assert "2000" in check(answer, 413)["detail"]
            assert client.request("GET", "/v1/movements", content=b"x" * 2000).status_code == 200

    @pytest.mark.parametrize("path", ["/v1/movements", "/v1/strength.csv", "/health/live"])
    def test_a_small_body_on_a_read_does_not_matter(self, read: Twins, path: str) -> None:
        assert read(path, method="GET", content=b'{"a": 1}').content == read(path).content


class TestNotFound:
    @pytest.mark.parametrize(
        ("address", "meant"),
        [
            ("/v1/movements/haiti-mss-ken-second-grop", "haiti-mss-ken-second-group"),
            ("/v1/movements/haiti-mss-ken-strength-2024-07-16", None),
            (
                "/v1/strength-reports/haiti-mss-ken-strength-2024-07-15",
                "haiti-mss-ken-strength-2024-07-16",
            ),
            ("/v1/pledges/haiti-mss-ben-plege", "haiti-mss-ben-pledge"),
            ("/v1/deliveries/haiti-mss-usa-mraps-2024-7", "haiti-mss-usa-mraps-2024-07"),
            ("/v1/mandates/haiti-mss-resolution-2698", "haiti-mss-resolution-2699"),
            ("/v1/events/haiti-mss-jam-previsits", "haiti-mss-jam-previsit"),
            (
                "/v1/claims/haiti-mss-ken-second-group--heed-2024-07-16",
                "haiti-mss-ken-second-group--heed-2024-07-17",
            ),
            ("/v1/missions/haiti-ms", "haiti-mss"),
            ("/v1/missions/HAITI-MSS", None),
            ("/v1/contingents/haiti-mss-ken-polise", "haiti-mss-ken-police"),
            ("/v1/sources/heed-2024-07-16", "heed-2024-07-17"),
            ("/v1/nations/Kenia", "Kenya"),
            ("/v1/nations/nowhere-at-all", None),
            ("/v1/nations/%20", None),
            ("/v1/nations/%3F", None),
            ("/v1/revisions/3", None),
            ("/v1/revisions/0", None),
            ("/v1/revisions/2147483647", None),
            ("/v1/revisions/2?revision=1", None),
            ("/v1/movements/zzz", None),
            ("/v1/claims/%27%20OR%201=1", None),
            ("/v1/movements/haiti-mss-ken-second-group?revision=0", None),
            ("/v1/movements/haiti-mss-bhs-advance-team?revision=1", None),
            ("/v1/claims/haiti-mss-ken-second-group", None),
        ],
    )
    def test_an_unknown_key_is_404_and_the_near_one_is_offered(
        self, read: Twins, address: str, meant: str | None
    ) -> None:
        problem = check(read(address), 404)
        assert problem["type"] == "/problems/not_found"
        if meant:
            assert problem["did_you_mean"] == meant

    @pytest.mark.parametrize(
        ("address", "meant"),
        [
            ("/v1/movement", "/v1/movements"),
            ("/v1/strenght", "/v1/strength"),
            ("/v1/strength_reports", "/v1/strength-reports"),
            ("/v2/movements", "/v1/movements"),
            ("/V1/movements", "/v1/movements"),
            ("/movements", "/v1/movements"),
            ("/v1", None),
            ("/v1/", None),
            ("/nope", None),
            ("/v1/movements/a/b", None),
            ("/v1/movements/a%2Fb", None),
            ("/v1//movements", "/v1/movements"),
            ("/v1/movements/..%2f..%2fetc/passwd", None),
            ("/health", None),
            ("/health/red", "/health/ready"),
            ("/favicon.ico", None),
            ("/%F0%9F%9A%81", None),
        ],
    )  # fmt: skip
    def test_an_unknown_route_is_404_and_the_near_one_is_offered(
        self, read: Twins, address: str, meant: str | None
    ) -> None:
        problem = check(read(address), 404)
        if meant:
            assert problem["did_you_mean"] == meant


class TestMethods:
    def test_a_method_that_an_address_does_not_take_is_405_and_says_which_it_takes(
        self, read: Twins
    ) -> None:
        wrong = {}
        for path, operations in read.json("/openapi.json")["paths"].items():
            address = path.replace("{number}", "1").replace("{code}", "KEN")
            address = address.replace("{key}", "x").replace("{slug}", "x")
            takes = {method.upper() for method in operations}
            method = next(each for each in ("PUT", "PATCH", "DELETE", "POST") if each not in takes)
            answer = read(address, method=method)
            allow = {each.strip() for each in answer.headers.get("allow", "").split(",")} - {
                "OPTIONS"
            }
            if answer.status_code != 405 or allow != takes | (
                {"HEAD"} if "GET" in takes else set()
            ):
                wrong[f"{method} {address}"] = (
                    answer.status_code,
                    answer.headers.get("allow"),
                    sorted(takes),
                )
        assert wrong == {}

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    @pytest.mark.parametrize(
        "path",
        [
            "/v1/strength",
            "/v1/strength.csv",
            "/v1/revisions",
            "/v1/nations/KEN",
            "/health/ready",
            "/",
            "/docs",
        ],
    )
    def test_what_can_only_be_read_takes_get_and_head(
        self, read: Twins, path: str, method: str
    ) -> None:
        answer = read(path, method=method, content=b"{}")
        check(answer, 405)
        assert {each.strip() for each in answer.headers["allow"].split(",")} - {"OPTIONS"} == {
            "GET",
            "HEAD",
        }

    @pytest.mark.parametrize("method", ["TRACE", "CONNECT-ME", "PROPFIND"])
    def test_a_method_that_nobody_takes_is_405(self, read: Twins, method: str) -> None:
        check(read("/v1/strength", method=method), 405)

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    def test_an_unknown_address_is_404_whatever_the_method(self, read: Twins, method: str) -> None:
        check(read("/v1/nope", method=method), 404)


class TestForms:
    def test_an_answer_that_is_not_wanted_in_its_form_is_406(self, read: Twins) -> None:
        problem = check(read("/v1/movements", headers={"Accept": "application/xml"}), 406)
        assert "application/json" in problem["detail"]

    @pytest.mark.parametrize("accept", ["text/html", "text/csv", "image/*", "*/*;q=0"])
    def test_a_problem_is_told_in_its_own_form_whatever_is_wanted(
        self, read: Twins, accept: str
    ) -> None:
        for address, status in (
            ("/v1/nope", 404),
            ("/v1/movements?sizes=1", 422),
            ("/v1/movements?q=%00", 400),
        ):
            check(read(address, headers={"Accept": accept}), status)

    @pytest.mark.parametrize(
        "accept",
        [";", ",,,", "text", "*/json", "application/json;q=x", "a" * 5000, b"\xe9", "/;q=1"],
    )
    def test_an_accept_header_of_nonsense_is_no_fault_of_ours(
        self, read: Twins, accept: str | bytes
    ) -> None:
        assert read("/v1/missions", headers={"Accept": accept}).status_code in (200, 406)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Asks a ledger of the same facts and another history: other salts, another time."""
    settings = Settings(
        database_url=f"sqlite:///{tmp_path_factory.mktemp('stranger') / 'ledger.db'}", pool_size=5
    )
    migrate(settings)
    database = Database(settings)
    for path in SEEDS:
        with database.writing() as connection:
            record(connection, load_yaml(path), ChangeNote("a stranger", path.stem))
    database.dispose()
    with served(settings) as client:
        yield client


class TestCursors:
    @pytest.mark.parametrize(
        "cursor",
        [
            *(
                "",
                "x",
                "!!!",
                "%20",
                "WyJh",
                "%3D%3D%3D%3D",
                "%C3%A9",
                "a" * 251,
                "a" * 1000,
                "bnVsbA%3D%3D%3D%3D",
            ),
            *(
                packed(content)
                for content in (
                    *(
                        "5",
                        "null",
                        "true",
                        "1.5",
                        '"abcd"',
                        "{}",
                        "[]",
                        "[1]",
                        "[1,2,3]",
                        "[1,2,3,4,5]",
                        "[[1,2,3,4]]",
                    ),
                    *(
                        '{"a":1,"b":2,"c":3,"d":4}',
                        "[null,2,null,null]",
                        '["a","2","c","d"]',
                        '["a",2.0,"c","d"]',
                    ),
                    *(
                        '["a",true,"c","d"]',
                        '[true,2,"c","d"]',
                        '["a",NaN,"c","d"]',
                        '["a",1e400,"c","d"]',
                        "[" * 150,
                    ),
                    *('["a",null,"c","d"]', "\x00\x00", "{", '[{},2,"c","d"]'),
                )
            ),
            base64.urlsafe_b64encode(b"\xff\xfe\x00").decode(),
        ],
    )
    def test_what_is_no_cursor_is_refused(self, read: Twins, cursor: str) -> None:
        for path in ("/v1/movements.csv", "/v1/nations"):
            problem = check(read(f"{path}?cursor={cursor}"), 422)
            assert [error["parameter"] for error in problem["errors"]] == ["cursor"]

    @pytest.mark.parametrize(
        "content",
        [
            '["a",2,"c","d"]',
            '["a",0,"0000000000000000","d"]',
            '["a",-1,"c","d"]',
            '["a",-9223372036854775809,"c","d"]',
            '["a",9223372036854775808,"c","d"]',
            f'["a",-{"9" * 60},"c","d"]',
            f'["a",{"9" * 60},"c","d"]',
            '["a",3,"c","d"]',
            '["\\ud800",2,"\\ud800","\\ud800"]',
            '["\\u0000",2,"c","d"]',
            f'[{"9" * 60},2,"c","d"]',
            '[-1,2,"c","d"]',
        ],
    )
    def test_a_forged_cursor_is_refused_alike_on_every_database(
        self, read: Twins, content: str
    ) -> None:
        for path in ("/v1/movements", "/v1/claims.csv?history=true", "/v1/nations", "/v1/strength"):
            answer = read(f"{path}{'&' if '?' in path else '?'}cursor={packed(content)}")
            problem = check(answer, answer.status_code)
            assert answer.status_code in (409, 422)
            if answer.status_code == 422:
                assert [error["parameter"] for error in problem["errors"]] == ["cursor"]

    @pytest.mark.parametrize(
        ("made_by", "used_on"),
        [
            ("/v1/movements?size=2", "/v1/pledges?size=2"),
            ("/v1/movements?size=2", "/v1/movements?size=2&sort=key"),
            ("/v1/movements?size=2&sort=key", "/v1/movements?size=2&sort=-key"),
            ("/v1/movements?size=2&nation=KEN", "/v1/movements?size=2&nation=BHS"),
            ("/v1/movements?size=2&nation=KEN", "/v1/movements?size=2"),
            ("/v1/claims?size=2", "/v1/claims?size=2&history=true"),
            ("/v1/claims?size=2&history=true", "/v1/claims?size=2"),
            ("/v1/nations?size=2", "/v1/nations?size=2&q=guinea"),
            ("/v1/nations?size=2", "/v1/strength?size=2"),
            ("/v1/nations?size=2", "/v1/movements"),
            ("/v1/movements?size=2", "/v1/nations"),
            ("/v1/movements?size=2", "/v1/strength"),
            ("/v1/movements?size=2", "/v1/movements?size=2&revision=1"),
            ("/v1/movements?size=2&revision=1", "/v1/movements?size=2&revision=2"),
            ("/v1/strength?size=2&as_of=2024-07-18", "/v1/strength?size=2&as_of=2024-07-19"),
            ("/v1/strength?size=2&as_of=2024-07-18", "/v1/strength?size=2&as_of=2024-07-18&policy=latest"),
        ],
    )  # fmt: skip
    def test_a_cursor_of_another_query_is_refused(
        self, read: Twins, made_by: str, used_on: str
    ) -> None:
        cursor = read.json(made_by)["page"]["next"]
        problem = check(read(f"{used_on}{'&' if '?' in used_on else '?'}cursor={cursor}"), 422)
        assert [error["parameter"] for error in problem["errors"]] == ["cursor"]

    @pytest.mark.parametrize(
        ("state", "parameter"),
        [
            ("known_at=nonsense", "known_at"),
            ("known_at=2020-01-01", "cursor"),
            ("known_at=2026-11-24&revision=2", "known_at"),
            ("revision=0", "cursor"),
            ("revision=9", "cursor"),
        ],
    )
    def test_a_cursor_does_not_hide_what_is_wrong_beside_it(
        self, read: Twins, state: str, parameter: str
    ) -> None:
        for asked in (
            "/v1/movements?size=2",
            "/v1/nations?size=2",
            "/v1/strength?size=2&as_of=2024-07-18",
        ):
            cursor = read.json(asked)["page"]["next"]
            problem = check(read(f"{asked}&{state}&cursor={cursor}"), 422)
            assert parameter in [error["parameter"] for error in problem["errors"]]

    def test_a_cursor_that_was_tampered_with_is_refused(self, read: Twins) -> None:
        cursor = read.json("/v1/movements?size=2")["page"]["next"]
        key, number, chain, seal = json.loads(base64.urlsafe_b64decode(cursor + "=="))
        other = read.json("/v1/movements?size=5")["data"][-1]["key"]
        for content in (
            [other, number, chain, seal],
            [key, 1, chain, seal],
            [key, number, chain, "0" * 16],
            ["x", number, chain, seal],
        ):
            answer = read(f"/v1/movements?size=2&cursor={packed(json.dumps(content))}")
            assert answer.status_code in (409, 422), content
            check(answer, answer.status_code)
        for place in range(0, len(cursor), 7):
            other = "A" if cursor[place] != "A" else "B"
            answer = read(
                f"/v1/movements?size=2&cursor={cursor[:place]}{other}{cursor[place + 1 :]}"
            )
            assert answer.status_code in (409, 422), place

    @pytest.mark.parametrize(
        "asked",
        [
            "/v1/movements?size=1",
            "/v1/claims?size=3&sort=-key",
            "/v1/nations?size=3",
            "/v1/strength?size=2&as_of=2024-07-18",
        ],
    )
    @pytest.mark.parametrize("revision", ["", "&revision=1", "&revision=2"])
    def test_a_cursor_of_another_history_is_409(
        self, read: Twins, stranger: httpx2.Client, asked: str, revision: str
    ) -> None:
        cursor = stranger.get(asked + revision).json()["page"]["next"]
        problem = check(read(f"{asked}{revision}&cursor={cursor}"), 409)
        assert problem["type"] == "/problems/history_changed"

    @pytest.mark.parametrize("suffix", ["", ".csv", ".ndjson"])
    def test_a_cursor_of_a_longer_history_is_409(
        self, read: Twins, read_article: Twins, suffix: str
    ) -> None:
        cursor = read.json("/v1/pledges?size=2")["page"]["next"]
        problem = check(read_article(f"/v1/pledges{suffix}?size=2&cursor={cursor}"), 409)
        assert problem["type"] == "/problems/history_changed"

    def test_a_cursor_of_the_same_history_goes_on_in_another_copy(
        self, read: Twins, read_article: Twins
    ) -> None:
        cursor = read_article.json("/v1/pledges?size=2")["page"]["next"]
        assert (
            read.json(f"/v1/pledges?size=2&cursor={cursor}")["data"]
            == whole(read_article, "/v1/pledges")[2:4]
        )


def whole(read: Twins, address: str) -> list[Any]:
    """All rows of a short list."""
    return list(read.json(address)["data"])


class TestOurFaults:
    def test_a_fault_of_ours_is_a_problem_that_tells_nothing(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_args: Any, **_more: Any) -> None:
            raise RuntimeError("secret of /srv/place.py")

        monkeypatch.setattr(listings, "page", broken)
        with served(settings) as client:
            address = f"{client.base_url}/v1/movements"
            answer = httpx2.get(address, headers={"Origin": "https://newsroom.example"})
            assert check(answer, 500)["type"] == "/problems/internal_error"
            assert "secret" not in answer.text
            head = httpx2.head(address)
            assert (head.status_code, head.content) == (500, b"")
            monkeypatch.undo()
            assert httpx2.get(address).status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"


# Values that a lenient reader might take for what is meant, or choke on.
NEAR = st.sampled_from(
    [
        *NUMBERS, *DAYS, "1", "2", "100", "KEN", "kenya", "haiti-mss", "police", "true", "key", "-key", "nation", "graded",
        "2024-07-16", "occurred", "B2", "latest", "csv", "%", "_", "\\", "'", '"', "`", ";", "--", "/*", "${x}", "{0}", "%s",
    ]
)  # fmt: skip
MOMENTS = st.datetimes(timezones=st.timezones() | st.none()).map(lambda moment: moment.isoformat())
FORGED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
).map(lambda content: packed(json.dumps(content)))
TEXTS = (
    NEAR.map(str.encode)
    | st.text(max_size=40).map(str.encode)
    | st.binary(max_size=20)
    | st.text(alphabet=string.printable, max_size=30).map(str.encode)
    | MOMENTS.map(str.encode)
    | st.dates().map(lambda day: day.isoformat().encode())
    | FORGED.map(str.encode)
    | st.integers().map(lambda number: str(number).encode())
)


@st.composite
def questions(draw: st.DrawFn, routes: list[tuple[str, list[str]]]) -> str:
    """An address of some route with anything in its path and in some of its parameters."""
    path, parameters = draw(st.sampled_from(routes))
    while "{" in path:
        before, _, rest = path.partition("{")
        word = draw(TEXTS) or b"x"
        path = before + quote(word, safe="") + rest.partition("}")[2]
    names = draw(st.lists(st.sampled_from(parameters), max_size=3)) if parameters else []
    parts = [f"{name}={quote(draw(TEXTS), safe='')}" for name in names]
    # A letter of a name may be written in another way.
    if parts:
        rewritten = f"%{ord(parts[0][0]):02x}{parts[0][1:]}"
        parts[0] = draw(st.sampled_from([parts[0], rewritten]))
    return path + "?" + "&".join(parts)


class TestAnything:
    def test_no_question_whatever_is_a_fault_of_ours_and_both_databases_say_the_same(
        self, read: Twins
    ) -> None:
        routes = [
            (
                path,
                [
                    each["name"]
                    for each in operations["get"].get("parameters", [])
                    if each["in"] == "query"
                ],
            )
            for path, operations in read.json("/openapi.json")["paths"].items()
            if "get" in operations and not path.startswith("/health")
        ]

        @how(
            max_examples=200,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(questions(routes))
        def ask(address: str) -> None:
            host = {"Host": "muster.example"}  # which some answers repeat
            answer = read(address, headers=host)
            assert answer.status_code < 500, (address, answer.text)
            if answer.status_code >= 400:
                check(answer, answer.status_code)
            elif answer.headers.get("content-type") == "application/json":
                permalink = answer.headers["link"].partition("<")[2].partition(">")[0]
                again = read(permalink, headers=host)
                assert (again.status_code, again.content) == (200, answer.content), address

        ask()


def test_the_type_of_every_problem_leads_to_a_page_that_explains_it(read: Twins) -> None:
    for sort in SORTS:
        page = read(f"/problems/{sort.name}", headers={"Host": "muster.example"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert str(sort.status) in page.text
        assert sort.about.split("`")[0].split("'")[0] in page.text
    assert read("/problems/no_such", headers={"Host": "muster.example"}).status_code == 404
