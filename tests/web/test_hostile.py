"""What people ask and write who wish nobody well, or who only err: nothing breaks, nothing leaves
its place.
"""

import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Twins, twins

YEAR = "mission=haiti-mss&from=2024-01-01&to=2024-12-31&interval=quarter"
NAME = "\"><script>alert(1)</script> & 'sons'"
DOCUMENT: Any = {
    "missions": [{"slug": "signs", "name": NAME}],
    "sources": [{"slug": "s", "publisher": "=1+1"}],
    "entries": [
        {
            "key": "signs-ken",
            "kind": "movement",
            "mission": "signs",
            "nation": "KEN",
            "category": "police",
            "direction": "arrival",
            "claims": [{"source": "s", "status": "occurred", "count": 10, "date": "2024-03-01"}],
        }
    ],
}


@pytest.fixture(scope="module")
def signs(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Asks a ledger whose mission is named in markup. (JSON is YAML.)"""
    place = tmp_path_factory.mktemp("hostile")
    path = Path(place / "signs.yaml")
    path.write_text(json.dumps(DOCUMENT), "utf-8")
    with twins([path], postgresql, place) as both:
        yield both


class TestSeries:
    @pytest.mark.parametrize("suffix", ["", ".csv"])
    def test_its_rows_can_be_sorted_by_their_day(self, read: Twins, suffix: str) -> None:
        def days(sort: str) -> list[str]:
            answer = read(f"/v1/strength/series{suffix}?{YEAR}&fields=date&sort={sort}")
            assert answer.status_code == 200, answer.text
            if suffix:
                return answer.text.split()[1:]
            return [row["date"] for row in answer.json()["data"]]

        found = days("date")
        assert found == sorted(found) == days("nation")
        assert days("-date") == found[::-1]

    def test_a_day_keeps_the_order_of_its_rows_when_the_days_are_turned_round(
        self, read: Twins
    ) -> None:
        def rows(sort: str) -> list[Any]:
            return list(read.json(f"/v1/strength/series?{YEAR}&sort={sort}")["data"])

        by_day: dict[str, list[Any]] = {}
        for row in rows("-present"):
            by_day.setdefault(row["date"], []).append(row)
        assert rows("-date,-present") == [
            row for day in sorted(by_day, reverse=True) for row in by_day[day]
        ]

    def test_its_totals_are_there_where_no_row_is(self, read: Twins) -> None:
        whole = read.json(f"/v1/strength/series?{YEAR}&nation=ISL")
        assert (whole["data"], len(whole["total"])) == ([], 4)
        assert (
            whole["total"] == read.json(f"/v1/strength/series?{YEAR}&nation=ISL&size=10")["total"]
        )


class Elements(HTMLParser):
    """The elements of a piece of HTML with their attributes; `codes` are the texts of its code
    elements.
    """

    def __init__(self, words: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.codes: list[str] = []
        self.feed(words)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "code":
            self.codes.append("")

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "code" and self.codes:
            self.codes[-1] += data


class TestCopied:
    @pytest.mark.parametrize(("tag", "said"), [("iframe", "title"), ("img", "alt")])
    def test_a_name_stays_in_its_place_in_what_is_pasted_into_another_page(
        self, signs: Twins, tag: str, said: str
    ) -> None:
        page = signs(
            "/?mission=signs", headers={"Host": "muster.example", "Accept": "text/html"}
        ).text
        [code] = [code for code in Elements(page).codes if code.startswith(f"<{tag}")]
        [(name, attributes)] = Elements(code).found
        assert name == tag
        assert NAME in str(attributes[said])
        address = str(attributes["src"]).removeprefix("http://muster.example")
        assert signs(address, headers={"Host": "muster.example"}).status_code == 200


class TestParts:
    @pytest.mark.parametrize("asked", ["bytes=0-3", "bytes=999999999-"])
    def test_a_range_is_for_get_and_head_tells_of_the_whole(self, read: Twins, asked: str) -> None:
        address = "/v1/strength.csv?as_of=2024-12-31"
        answer = read(
            address, method="HEAD", headers={"Range": asked, "Accept-Encoding": "identity"}
        )
        assert answer.status_code == 200
        assert answer.headers["content-length"] == str(len(read(address).content))
        assert "content-range" not in answer.headers


class TestWorkbooks:
    def test_one_kept_for_a_host_is_not_given_to_another(self, read: Twins) -> None:
        def address(host: str) -> str:
            asked = read.clients["sqlite"].get(
                "/v1/strength.xlsx?as_of=2024-11-05", headers={"Host": host}
            )
            return str(openpyxl.load_workbook(io.BytesIO(asked.content))["asked"]["B2"].value)

        for host in ("one.example", "other.example"):
            assert address(host).startswith(f"http://{host}/v1/strength.xlsx?")


@pytest.mark.parametrize(
    "path", ["/static/page.css", "/static/x", "/static/", "/static-offline-docs/x"]
)
def test_a_file_that_is_not_there_is_a_problem_as_anything_else(read: Twins, path: str) -> None:
    assert read.problem(path, 404)["type"] == "/problems/not_found"


@pytest.mark.parametrize(
    "asked", ["size=1", "sort=nation", "fields=date", "cursor=WzEsMiwiYSIsImIiXQ"]
)
def test_a_picture_refuses_what_is_for_tables(read: Twins, asked: str) -> None:
    for suffix in ("svg", "png"):
        [fault] = read.problem(f"/v1/strength/series.{suffix}?{YEAR}&{asked}", 422)["errors"]
        assert (fault["parameter"], fault["detail"][:26]) == (
            asked.partition("=")[0],
            "there is no such parameter",
        )
