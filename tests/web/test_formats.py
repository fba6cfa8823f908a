"""The forms an answer comes in: CSV, NDJSON, gzip, HEAD, and what is said when a form is not to be
had.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import Twins, twins

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
STRENGTH = "/v1/strength?as_of=2024-12-31"

# Texts that a careless table breaks on.
SIGNS: dict[str, Any] = {
    "comma": "one, two",
    "quotes": 'the "second" group',
    "newline": "first line\nsecond line",
    "tab": "a\ttab",
    "semicolon": "a;b;c",
    "formula": "=1+1",
    "all": 'x","y\n"z",\n',
    "accents": "Île-à-Vache, Ñandú, Kənya, 海地, 🚁",
    "number": "0123",
    "word": "null",
}
DOCUMENT: Any = {
    "missions": [{"slug": "signs", "name": 'Mission "A, B"'}],
    "sources": [
        {"slug": slug, "publisher": words, "title": words} for slug, words in SIGNS.items()
    ],
    "entries": [
        {
            "key": "signs-visit",
            "kind": "event",
            "mission": "signs",
            "event_type": "visit",
            "title": SIGNS["quotes"],
            "claims": [
                {
                    "source": slug,
                    "status": "occurred",
                    "date": "2024-01-01",
                    "summary": words,
                    "count_text": words,
                }
                for slug, words in SIGNS.items()
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def signs(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Asks a ledger whose texts are full of signs. (JSON is YAML.)"""
    place = tmp_path_factory.mktemp("signs")
    path = Path(place / "signs.yaml")
    path.write_text(json.dumps(DOCUMENT, ensure_ascii=False), "utf-8")
    with twins([path], postgresql, place) as both:
        yield both


def suffixed(address: str, suffix: str) -> str:
    """An address with a suffix before its query."""
    path, mark, query = address.partition("?")
    return f"{path}.{suffix}{mark}{query}"


def more(address: str, parameter: str) -> str:
    """An address with a parameter more."""
    return f"{address}{'&' if '?' in address else '?'}{parameter}"


def cell(value: Any) -> str:
    """What stands in a CSV cell for a value of a JSON row."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value)


def parsed(answer: httpx2.Response) -> list[list[str]]:
    """The records of a CSV answer, read by the standard parser."""
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8"), newline=""), strict=True))


def rows_of(read: Twins, address: str) -> list[Any]:
    """All rows of a list or table as JSON, as far as they are flat."""
    rows = read.json(more(address, "size=1000"))["data"]
    return [
        {name: value for name, value in row.items() if not isinstance(value, dict)} for row in rows
    ]


class TestCsv:
    @pytest.mark.parametrize(
        "address", [*LISTS, STRENGTH, f"{STRENGTH}&group_by=mission,nation,category"]
    )
    def test_a_table_is_the_whole_list_cell_by_cell(self, read: Twins, address: str) -> None:
        rows = rows_of(read, address)
        header, *records = parsed(read(suffixed(address, "csv")))
        assert header == list(rows[0])
        assert records == [[cell(value) for value in row.values()] for row in rows]

    @pytest.mark.parametrize("path", ["/v1/claims", "/v1/sources", "/v1/events", "/v1/missions"])
    def test_commas_quotes_and_newlines_come_back_as_they_were(
        self, signs: Twins, path: str
    ) -> None:
        rows = rows_of(signs, path)
        header, *records = parsed(signs(f"{path}.csv"))
        assert header == list(rows[0])
        assert records == [[cell(value) for value in row.values()] for row in rows]
        if path == "/v1/claims":
            texts = {row[header.index("source")]: row[header.index("summary")] for row in records}
            assert texts == {slug: words.strip() for slug, words in SIGNS.items()}

    @pytest.mark.parametrize("address", [*LISTS, STRENGTH])
    def test_lines_end_in_crlf_and_nothing_stands_before_the_header(
        self, read: Twins, address: str
    ) -> None:
        content = read(suffixed(address, "csv")).content
        assert content.endswith(b"\r\n")
        assert not content.startswith(b"\xef\xbb\xbf")
        outside_quotes = re.sub(rb'"[^"]*"', b"", content)
        assert (
            outside_quotes.count(b"\n")
            == outside_quotes.count(b"\r\n")
            == outside_quotes.count(b"\r")
        )

    @pytest.mark.parametrize(
        "address",
        [
            *(f"{path}?revision=0" for path in LISTS if path != "/v1/nations"),
            "/v1/movements?date_from=2030-01-01&date_match=certain",
            "/v1/nations?q=atlantis",
            "/v1/claims?q=atlantis&fields=key,count",
            f"{STRENGTH}&revision=0",
            f"{STRENGTH}&published_by=2020-01-01",
        ],
    )
    def test_a_header_stands_even_over_no_rows(self, read: Twins, address: str) -> None:
        header, *records = parsed(read(suffixed(address, "csv")))
        assert records == []
        full = re.sub(r"(revision|date_from|date_match|q|published_by)=[^&]*&?", "", address)
        assert header == parsed(read(suffixed(full, "csv")))[0]
        assert read(suffixed(address, "ndjson")).content == b""

    def test_what_is_not_known_is_an_empty_cell_and_days_are_iso_days(self, read: Twins) -> None:
        asked = "fields=key,count_low,count,count_high,date,date_earliest,date_latest,disputed"
        header, *records = parsed(read(f"/v1/movements.csv?{asked}"))
        told = {record[0]: dict(zip(header[1:], record[1:], strict=True)) for record in records}
        assert told["haiti-mss-ben-due-september-2024"] == {
            "count_low": "1",
            "count": "",
            "count_high": "",
            "date": "../2024-09-30",
            "date_earliest": "",
            "date_latest": "2024-09-30",
            "disputed": "false",
        }

    @pytest.mark.parametrize("column", ["fulfils", "count", "date_earliest"])
    def test_a_column_alone_keeps_a_record_for_every_row(self, read: Twins, column: str) -> None:
        rows = rows_of(read, "/v1/movements")
        records = parsed(read(f"/v1/movements.csv?fields={column}"))
        assert records == [[column], *([cell(row[column])] for row in rows)]


class TestNdjson:
    @pytest.mark.parametrize("address", [*LISTS[:-1], STRENGTH])
    def test_a_line_is_a_row_of_the_list(self, read: Twins, address: str) -> None:
        answer = read(suffixed(address, "ndjson"))
        assert answer.status_code == 200
        assert answer.content.endswith(b"}\n")
        lines = answer.content.split(b"\n")[:-1]
        assert [json.loads(line) for line in lines] == rows_of(read, address)
        assert [list(json.loads(line)) for line in lines] == [
            list(row) for row in rows_of(read, address)
        ]

    def test_the_names_of_nations_are_told_in_lines_too(self, read: Twins) -> None:
        lines = [json.loads(line) for line in read("/v1/nations.ndjson?q=congo").text.splitlines()]
        rows = rows_of(read, "/v1/nations?q=congo")
        assert [(line["code"], line["name"]) for line in lines] == [
            (row["code"], row["name"]) for row in rows
        ]

    def test_newlines_in_a_text_do_not_break_a_line(self, signs: Twins) -> None:
        lines = signs("/v1/claims.ndjson").content.split(b"\n")[:-1]
        assert [json.loads(line) for line in lines] == rows_of(signs, "/v1/claims")
        assert len(lines) == len(SIGNS)


class TestWholeOrPaged:
    @pytest.mark.parametrize("suffix", ["csv", "ndjson"])
    @pytest.mark.parametrize("path", ["/v1/claims", "/v1/nations"])
    def test_a_table_is_whole_though_the_list_has_pages(
        self, read: Twins, path: str, suffix: str
    ) -> None:
        total = read.json(path)["page"]["total"]
        assert total > 100
        lines = read(
            f"{path}.{suffix}?fields={'key' if 'claims' in path else 'code'}"
        ).text.splitlines()
        assert len(lines) - (suffix == "csv") == total

    @pytest.mark.parametrize("path", LISTS)
    def test_a_size_cuts_a_table_as_it_cuts_the_list(self, read: Twins, path: str) -> None:
        listed = read.json(f"{path}?size=2")
        assert len(parsed(read(f"{path}.csv?size=2"))) == 1 + len(listed["data"])
        cursor = listed["page"]["next"]
        if cursor:
            onward = [
                {name: value for name, value in row.items() if not isinstance(value, dict)}
                for row in read.json(f"{path}?size=2&cursor={cursor}")["data"]
            ]
            expected = [[cell(value) for value in row.values()] for row in onward]
            assert parsed(read(f"{path}.csv?size=2&cursor={cursor}"))[1:] == expected
            # Without a size, all that is left.
            left = parsed(read(f"{path}.csv?cursor={cursor}"))[1:]
            assert len(left) == listed["page"]["total"] - 2
            assert left[: len(expected)] == expected

    @pytest.mark.parametrize("suffix", ["csv", "ndjson"])
    @pytest.mark.parametrize(
        "address",
        ["/v1/movements?sort=-count", "/v1/nations?q=island", "/v1/claims?kind=delivery", STRENGTH],
    )
    def test_a_table_cut_by_a_size_links_to_its_next_page(
        self, read: Twins, address: str, suffix: str
    ) -> None:
        rows = rows_of(read, address)
        onward: str | None = more(suffixed(address, suffix), "size=4")
        found: list[str] = []
        pages = 0
        assert len(rows) > 4
        while onward:
            answer = read(onward)
            assert answer.status_code == 200
            found += answer.text.splitlines()[suffix == "csv" :]
            match = re.search(r'<([^>]*)>; rel="next"', answer.headers["link"])
            onward = match[1] if match else None
            pages += 1
        assert len(found) == len(rows)
        assert pages == -(-len(rows) // 4)

    def test_strength_is_cut_by_a_size_too(self, read: Twins) -> None:
        rows = rows_of(read, STRENGTH)
        assert len(parsed(read(suffixed(STRENGTH, "csv") + "&size=3"))) == 4
        cursor = read.json(f"{STRENGTH}&size=3")["page"]["next"]
        records = parsed(read(f"{suffixed(STRENGTH, 'csv')}&cursor={cursor}"))[1:]
        assert records == [[cell(value) for value in row.values()] for row in rows[3:]]

    def test_fields_and_sort_hold_for_tables(self, read: Twins) -> None:
        listed = rows_of(read, "/v1/movements?sort=-nation,key&fields=nation,key")
        records = parsed(read("/v1/movements.csv?sort=-nation,key&fields=nation,key"))
        assert records == [["nation", "key"], *([row["nation"], row["key"]] for row in listed)]


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("address", "media_type"),
        [
            ("/v1/movements", "application/json"),
            ("/v1/movements/haiti-mss-ken-second-group", "application/json"),
            ("/v1/strength", "application/json"),
            ("/v1/movements.csv", "text/csv; charset=utf-8; header=present"),
            ("/v1/strength.csv", "text/csv; charset=utf-8; header=present"),
            ("/v1/movements.ndjson", "application/x-ndjson"),
            ("/v1/nations.ndjson", "application/x-ndjson"),
            ("/v1/nope", "application/problem+json"),
            ("/v1/movements.csv?sort=nope", "application/problem+json"),
            ("/health/live", "application/json"),
            ("/openapi.json", "application/json"),
            ("/docs", "text/html; charset=utf-8"),
        ],
    )
    def test_an_answer_says_what_it_is_and_forbids_guessing(
        self, read: Twins, address: str, media_type: str
    ) -> None:
        answer = read(address)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        ("address", "accept", "status"),
        [
            ("/v1/missions", "application/json", 200),
            ("/v1/missions", "application/*", 200),
            ("/v1/missions", "*/*", 200),
            ("/v1/missions", "text/html, application/xhtml+xml, */*;q=0.1", 200),
            ("/v1/missions", "Application/JSON; charset=utf-8", 200),
            ("/v1/missions", "application/json;q=0.001", 200),
            ("/v1/missions", "", 200),
            ("/v1/missions", "text/csv", 406),
            ("/v1/missions", "text/html", 406),
            ("/v1/missions", "application/xml, text/*;q=0.5", 406),
            ("/v1/missions", "application/json;q=0", 406),
            ("/v1/missions", "application/json;q=0, */*", 406),
            ("/v1/missions", "*/*;q=0", 406),
            ("/v1/missions.csv", "text/csv", 200),
            ("/v1/missions.csv", "text/*", 200),
            ("/v1/missions.csv", "application/problem+json", 200),
            ("/v1/missions.ndjson", "application/x-ndjson", 200),
            ("/v1/missions.ndjson", "application/json", 200),
            ("/v1/strength", "text/csv", 406),
            ("/v1/strength.csv", "text/csv", 200),
            ("/v1/nations", "text/csv", 406),
            ("/v1/nations.csv", "application/json", 200),
            ("/v1/nations/KEN", "text/csv", 406),
            ("/v1/revisions/1", "image/png", 406),
            ("/v1/claims/haiti-mss-ken-second-group--heed-2024-07-17", "image/png", 406),
        ],
    )
    def test_a_form_that_is_not_wanted_is_not_sent_but_where_the_address_names_it(
        self, read: Twins, address: str, accept: str, status: int
    ) -> None:
        answer = read(address, headers={"Accept": accept})
        assert answer.status_code == status, answer.text
        if status == 406:
            problem = answer.json()
            assert (problem["status"], problem["type"]) == (406, "/problems/not_acceptable")
            assert ".csv" in problem["detail"]
            assert "Accept" in answer.headers["vary"]

    def test_several_accept_headers_are_one_list(self, read: Twins) -> None:
        headers = [("Accept", "text/html"), ("Accept", "application/json")]
        assert read("/v1/missions", headers=headers).status_code == 200

    @pytest.mark.parametrize("suffix", ["xls", "ods", "CSV", "json", "csv.gz", "exe", ".csv"])
    @pytest.mark.parametrize("path", ["/v1/movements", "/v1/strength", "/v1/nations"])
    def test_an_unknown_suffix_is_a_problem_that_names_the_known_ones(
        self, read: Twins, path: str, suffix: str
    ) -> None:
        problem = read.problem(f"{path}.{suffix}", 422)
        assert problem["errors"][0]["parameter"] == "format"
        assert "csv, ndjson" in problem["errors"][0]["detail"]


class TestGzip:
    @pytest.mark.parametrize(
        "address", ["/v1/claims", "/v1/claims.csv", "/v1/claims.ndjson", STRENGTH, "/openapi.json"]
    )
    def test_long_answers_are_compressed_when_that_is_wanted(
        self, read: Twins, address: str
    ) -> None:
        plain = read(address, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        answers = []
        for client in read.clients.values():
            with client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer:
                assert answer.headers["content-encoding"] == "gzip"
                assert answer.headers["vary"].split(", ").count("Accept-Encoding") == 1
                assert answer.headers.get("etag") == plain.headers.get("etag")
                answers.append(gzip.decompress(b"".join(answer.iter_raw())))
        assert answers == [plain.content, plain.content]

    def test_an_answer_that_must_not_be_compressed_is_not(self, read: Twins) -> None:
        assert (
            "content-encoding"
            not in read("/v1/claims", headers={"Accept-Encoding": "gzip;q=0, identity"}).headers
        )


def every_address(read: Twins) -> list[str]:
    """One address for every GET of the OpenAPI document, its path parameters filled from the
    lists.
    """
    found = []
    for path, operations in read.json("/openapi.json")["paths"].items():
        if "get" not in operations:
            continue
        parent, _, name = path.partition("/{")
        if path.endswith((".parquet", ".xlsx")):
            continue
        if name:
            first = read.json(f"{parent}?size=1")["data"][0]
            found.append(f"{parent}/{next(iter(first.values()))}")
        else:
            found.append(path)
    return found


# The Atom feed holds the address of its server, which the two would not agree on.
HOST = {"Host": "muster.example"}
# What need not be told before the content has been made (RFC 9110, 9.3.2); the time, and the name
# of the request.
UNTOLD = {"date", "x-request-id", "content-length", "transfer-encoding", "content-encoding"}


def told(answer: httpx2.Response) -> dict[str, Any]:
    """The headers of an answer, Vary as the set that it is."""
    found: dict[str, Any] = {
        name: value for name, value in answer.headers.items() if name not in UNTOLD
    }
    return found | {"vary": {name.strip() for name in answer.headers.get("vary", "").split(",")}}


class TestHead:
    def test_every_get_answers_head_with_its_status_and_headers_and_no_body(
        self, read_all: Twins
    ) -> None:
        read = read_all
        addresses = [*every_address(read), "/docs", "/openapi.json", "/"]
        assert len(addresses) > 45
        wrong = {}
        for address in addresses:
            get, head = read(address, headers=HOST), read(address, method="HEAD", headers=HOST)
            if (head.status_code, head.content) != (get.status_code, b"") or told(head) != told(
                get
            ):
                wrong[address] = (
                    get.status_code,
                    told(get),
                    head.status_code,
                    told(head),
                    head.content,
                )
        assert wrong == {}

    @pytest.mark.parametrize(
        "address",
        [
            "/v1/nope",
            "/v1/movements/nope",
            "/v1/movements?sort=nope",
            "/v1/movements.csv?size=0",
            "/v1/movements?q=%00",
        ],
    )
    def test_a_problem_is_told_by_its_head_too(self, read: Twins, address: str) -> None:
        get, head = read(address), read(address, method="HEAD")
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert told(head) == told(get)

    @pytest.mark.parametrize(
        "address", ["/v1/movements", STRENGTH, "/v1/nations/KEN", "/health/live"]
    )
    def test_a_head_gives_the_length_of_what_get_would_send(
        self, read: Twins, address: str
    ) -> None:
        headers = {"Accept-Encoding": "identity"}
        length = read(address, method="HEAD", headers=headers).headers["content-length"]
        assert int(length) == len(read(address, headers=headers).content)

    def test_a_connection_goes_on_after_a_head(self, read: Twins) -> None:
        for _ in range(3):
            assert read("/v1/claims.csv", method="HEAD").content == b""
            assert read("/v1/claims", method="HEAD").content == b""
            assert read.json("/v1/missions")["page"]["total"] == 1
