"""One address, many tools: each reads the number that the JSON answer gives, row for row, and takes
no unknown for 0.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.clients.readers import (
    READERS,
    TYPED,
    Rows,
    as_told,
    pandas_csv,
    pandas_excel,
    pandas_lines,
    polars_lines,
    polars_parquet,
)

Reader = Callable[[str, Path], Rows]
pytestmark = pytest.mark.usefixtures("own_folder")

STRENGTH = "/v1/strength?mission=haiti-mss&as_of=2024-12-31"
SERIES = (
    "/v1/strength/series?mission=haiti-mss&nation=KEN&from=2024-06-01&to=2024-12-31&interval=month"
)
OF_EACH_TOOL = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)


def told(host: str, address: str) -> Any:
    """The JSON answer."""
    answer = httpx2.get(host + address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def same(found: Rows, rows: Rows, columns: list[str]) -> None:
    """Fail unless a tool found these rows, in these columns. A number may have come as the text of
    it.
    """
    for one, other in zip(found, rows, strict=True):
        for column in columns:
            value, true = as_told(one[column]), other[column]
            assert (value is None) == (true is None), (column, one)
            assert value == true or (value is not None and str(value) == str(true)), (
                column,
                one,
                other,
            )


@OF_EACH_TOOL
class TestStrength:
    def test_rows_add_up_to_the_total(self, host: str, extensions: Path, reader: Reader) -> None:
        total = told(host, STRENGTH)["total"]["present"]
        assert total == 438
        assert sum(row["present"] for row in reader(host + STRENGTH, extensions)) == total

    def test_every_cell_is_what_the_json_says(
        self, host: str, extensions: Path, reader: Reader
    ) -> None:
        body = told(host, STRENGTH)["data"]
        found = reader(host + STRENGTH, extensions)
        if reader is polars_lines:  # which leaves many columns in no order of theirs
            assert [set(row) for row in found] == [set(row) for row in body]
        else:
            assert [list(row) for row in found] == [list(row) for row in body]
        same(found, body, list(body[0]))
        assert [row["nation"] for row in found if row["unallocated"]] == [None]

    def test_what_is_not_known_is_missing(
        self, host: str, extensions: Path, reader: Reader
    ) -> None:
        asked = "&nation=TCD&nation=ATG&nation=KEN&fields=nation,pledged,evidence_date,authorised"
        body = told(host, STRENGTH + asked)["data"]
        found = reader(host + STRENGTH + asked, extensions)
        assert any(row["pledged"] is None for row in body)
        same(found, body, ["nation", "pledged", "evidence_date", "authorised"])


@OF_EACH_TOOL
class TestSeries:
    def test_the_numbers_of_the_months(self, host: str, extensions: Path, reader: Reader) -> None:
        found = {as_told(row["date"]): row["present"] for row in reader(host + SERIES, extensions)}
        assert found["2024-06-30"] == 196
        assert found["2024-07-31"] == 396
        assert list(found)[-1] == "2024-12-31"
        assert found["2024-12-31"] == 382
        assert found == {row["date"]: row["present"] for row in told(host, SERIES)["data"]}

    def test_what_was_believed_then(self, host: str, extensions: Path, reader: Reader) -> None:
        found = reader(f"{host}{SERIES}&published_by=2024-06-30", extensions)
        assert {as_told(row["date"]): row["present"] for row in found}["2024-06-30"] == 400


@OF_EACH_TOOL
class TestLists:
    def test_a_code_is_a_text_whatever_it_looks_like(
        self, host: str, extensions: Path, reader: Reader
    ) -> None:
        asked = "/v1/nations?size=1000&fields=code,name"
        body = told(host, asked)["data"]
        assert ("NAM", "Namibia") in {(row["code"], row["name"]) for row in body}
        same(reader(host + asked, extensions), body, ["code", "name"])

    def test_a_count_that_nobody_gave_is_missing(
        self, host: str, extensions: Path, reader: Reader
    ) -> None:
        columns = [
            "key",
            "nation",
            "count_low",
            "count",
            "count_high",
            "date_earliest",
            "date_latest",
            "disputed",
        ]
        asked = f"/v1/movements?size=1000&fields={','.join(columns)}"
        body = told(host, asked)["data"]
        assert None in {row["count"] for row in body}
        assert None in {row["date_earliest"] for row in body}
        same(reader(host + asked, extensions), body, columns)


@pytest.mark.parametrize("reader", TYPED, ids=lambda reader: reader.__name__)
class TestTypes:
    def test_days_are_days(self, host: str, extensions: Path, reader: Reader) -> None:
        for address, column in [
            (SERIES, "date"),
            (STRENGTH, "evidence_date"),
            ("/v1/movements", "date_latest"),
        ]:
            found = [row[column] for row in reader(host + address, extensions)]
            known = [value for value in found if value is not None]
            assert known
            assert all(isinstance(value, date) for value in known), (address, known[:3])

    def test_counts_are_numbers_and_yes_or_no_is_that(
        self, host: str, extensions: Path, reader: Reader
    ) -> None:
        for row in reader(host + STRENGTH, extensions):
            assert isinstance(row["present"], int)
            assert isinstance(row["unallocated"], bool)


def test_every_list_and_table_opens_in_every_form(host_of_all: str, extensions: Path) -> None:
    host = host_of_all
    paths = [path for path in told(host, "/openapi.json")["paths"] if path.endswith(".csv")]
    assert len(paths) > 12
    for path in paths:
        address = path.removesuffix(".csv") + "?size=5"
        lines = pandas_lines(host + address, extensions)
        for reader in (pandas_csv, pandas_excel, polars_parquet):
            found = reader(host + address, extensions)
            assert len(found) == len(lines), (address, reader)
            assert lines
            assert list(found[0]) == list(lines[0]), (address, reader)
