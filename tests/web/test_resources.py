"""What every question with rows promises in every form, over the list of them itself: a new one is
tested by being there.

What is particular to a form stands in its own file (test_formats.py, test_files.py), what is
particular to caching in test_caching.py.
"""

import csv
import io
import json
from typing import Any

import polars
import pytest
from openpyxl import load_workbook

from app.web.formats import TABLES
from app.web.resources import RESOURCES
from tests.conftest import Twins
from tests.web.test_formats import HOST, cell, more, told


@pytest.fixture
def read(read_all: Twins) -> Twins:
    """Asks a ledger in which no list is empty."""
    return read_all


# A day, where one is left out, would be another one after midnight.
DAYS = {"as_of": "as_of=2024-12-31", "last": "to=2024-12-31"}
FORMS = ["json", *TABLES]
EVERY = [(path, form) for path in RESOURCES for form in FORMS]


def address(path: str, form: str = "json", *parameters: str) -> str:
    """A question in a form, of a day that stays."""
    days = [words for name, words in DAYS.items() if name in RESOURCES[path].query.model_fields]
    asked = "&".join([*days, *parameters])
    return f"{path}{'' if form == 'json' else f'.{form}'}{'?' if asked else ''}{asked}"


def records(form: str, content: bytes) -> list[list[str]]:
    """The header and the rows of a table, each value as it stands in a CSV cell."""
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    if form == "ndjson":
        lines = [json.loads(line) for line in content.splitlines()]
        return [list(lines[0]), *([cell(value) for value in line.values()] for line in lines)]
    if form == "parquet":
        frame = polars.read_parquet(content)
        return [frame.columns, *([cell(value) for value in row] for row in frame.rows())]
    sheet = load_workbook(io.BytesIO(content), read_only=True)["rows"]
    header, *rows = sheet.iter_rows(values_only=True)
    return [
        list(map(str, header)),
        *([cell(value).removesuffix(" 00:00:00") for value in row] for row in rows),
    ]


def test_there_are_resources_of_every_sort() -> None:
    assert {
        "/v1/claims",
        "/v1/strength",
        "/v1/strength/series",
        "/v1/nations",
        "/v1/revisions",
    } <= RESOURCES.keys()


@pytest.mark.parametrize(("path", "form"), EVERY)
class TestEveryForm:
    def test_is_answered_alike_again_by_its_permalink_and_to_head_and_not_sent_to_who_holds_it(
        self, read: Twins, path: str, form: str
    ) -> None:
        asked = address(path, form)
        first, again = read(asked, headers=HOST), read(asked, headers=HOST)
        assert first.status_code == again.status_code == 200
        assert (again.content, told(again)) == (first.content, told(first))
        for held in (first.headers["etag"], "*"):
            unchanged = read(asked, headers={**HOST, "If-None-Match": held})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["etag"] == first.headers["etag"]
        head = read(asked, method="HEAD", headers=HOST)
        assert (head.status_code, head.content, told(head)) == (200, b"", told(first))
        permalink = first.headers["link"].partition("<")[2].partition(">")[0]
        kept = read(permalink, headers=HOST)
        assert (kept.status_code, kept.content) == (200, first.content)
        assert "immutable" in kept.headers["cache-control"]

    def test_refuses_a_slip_in_fields_and_sort_and_names_the_nearest_column(
        self, read: Twins, path: str, form: str
    ) -> None:
        column = next(iter(read.json(address(path, "json", "size=1"))["data"][0]))
        for parameter, slip in (("fields", f"{column}x"), ("sort", f"-{column}x")):
            (fault,) = read.problem(address(path, form, f"{parameter}={slip}"), 422)["errors"]
            assert (fault["parameter"], fault["did_you_mean"]) == (parameter, column)


@pytest.mark.parametrize("path", RESOURCES)
def test_pages_of_one_row_are_the_whole(read: Twins, path: str) -> None:
    whole = read.json(address(path, "json", "size=8"))
    rows: list[Any] = []
    asked = address(path, "json", "size=1")
    cursor: Any = ""
    while cursor is not None and len(rows) < 8:
        page = read.json(more(asked, f"cursor={cursor}") if cursor else asked)
        assert len(page["data"]) <= 1
        assert page["page"]["total"] == whole["page"]["total"]
        rows, cursor = rows + page["data"], page["page"]["next"]
    assert rows == whole["data"]
    assert (cursor is None) == (whole["page"]["next"] is None)


@pytest.mark.parametrize("path", RESOURCES)
@pytest.mark.parametrize("size", ["", "size=1"], ids=["whole", "a page"])
def test_json_leaves_in_parts_too(read: Twins, path: str, size: str) -> None:
    asked = address(path, "json", size)
    full = read(asked, headers=HOST)
    assert full.headers["accept-ranges"] == "bytes"
    part = read(asked, headers={**HOST, "Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, full.content[2:6])
    assert part.headers["link"] == full.headers["link"]


@pytest.mark.parametrize("path", RESOURCES)
def test_what_is_asked_once_is_refused_twice(read: Twins, path: str) -> None:
    """Taking either of two values would answer another question."""
    for name, declared in RESOURCES[path].query.model_fields.items():
        if str(declared.annotation).startswith("list"):
            continue
        said = declared.alias or name
        answer = read(more(address(path, "json"), f"{said}=1&{said}=2"), headers=HOST)
        assert answer.status_code == 422, said
        assert said in [error["parameter"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(("path", "form"), [each for each in EVERY if each[1] != "json"])
class TestEveryTable:
    def test_has_the_rows_of_the_list(self, read: Twins, path: str, form: str) -> None:
        rows = read.json(address(path, "json", "size=1000"))["data"]
        header, *found = records(form, read(address(path, form), headers=HOST).content)
        assert set(header) <= rows[0].keys()
        flat = RESOURCES[path].flat or dict
        assert found == [[cell(flat(row)[name]) for name in header] for row in rows]

    def test_leaves_in_parts(self, read: Twins, path: str, form: str) -> None:
        asked = address(path, form)
        whole = read(asked, headers=HOST)
        size = len(whole.content)
        if whole.headers.get("accept-ranges") != "bytes":
            # What is sent while it is read is too large to be kept, and has no parts.
            assert TABLES[form].streams
            assert size > 20_000
            return
        part = read(asked, headers={**HOST, "Range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, whole.content[2:6])
        assert part.headers["content-range"] == f"bytes 2-5/{size}"
        none = read(asked, headers={**HOST, "Range": f"bytes={size}-"})
        assert (none.status_code, none.headers["content-range"]) == (416, f"bytes */{size}")
