"""The description of every table for programs: by the rules of Data Packages, and true to what the
tables hold.
"""

import csv
import io
import re
from datetime import date
from functools import cache
from typing import Any

import pytest

from app.web.resources import RESOURCES
from tests.conftest import Twins

HOST = {"Host": "muster.example"}
SITE = "http://muster.example"
ADDRESS = "/v1/datapackage.json"
CASTS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
}
TABLES = [path.removeprefix("/v1/").replace("/", "-") for path in RESOURCES]


@cache
def package(read: Twins) -> Any:
    """The descriptor of a ledger."""
    return read.json(ADDRESS, headers=HOST)


def described(read: Twins, name: str) -> Any:
    """What it says of one file."""
    (found,) = [each for each in package(read)["resources"] if each["name"] == name]
    return found


@cache
def rows_of(read: Twins, name: str) -> list[dict[str, str]]:
    """The rows of a table, from the address that the descriptor names."""
    path = described(read, name)["path"]
    assert path.startswith(f"{SITE}/v1/")
    answer = read(path.removeprefix(SITE), headers=HOST)
    assert answer.headers["content-type"].startswith(described(read, name)["mediatype"])
    table = csv.DictReader(io.StringIO(answer.text, newline=""), strict=True)
    assert list(table.fieldnames or []) == [
        field["name"] for field in described(read, name)["schema"]["fields"]
    ]
    return list(table)


def test_it_keeps_the_rules_of_packages(read_all: Twins) -> None:
    found = package(read_all)
    assert found["profile"] == "data-package"
    assert re.fullmatch(r"[-a-z0-9._/]+", found["name"])
    assert found["version"] == str(read_all.json("/v1/revisions/head")["data"]["number"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", found["created"])
    assert all(source["title"] and source["path"] for source in found["sources"])
    names = [each["name"] for each in found["resources"]]
    assert names == [*TABLES, "ledger"]
    assert len({*names}) == len(names)
    assert all(re.fullmatch(r"[-a-z0-9._]+", name) for name in names)
    # Nobody has said under which terms; a source that does says so in its own row.
    assert "licenses" not in found


def test_the_file_of_the_ledger_is_among_them(read_all: Twins) -> None:
    ledger = described(read_all, "ledger")
    answer = read_all(ledger["path"].removeprefix(SITE))
    assert answer.headers["content-type"] == ledger["mediatype"]
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", TABLES)
class TestEveryTable:
    def test_keeps_the_rules_of_tables(self, read_all: Twins, name: str) -> None:
        found = described(read_all, name)
        assert (found["profile"], found["format"]) == ("tabular-data-resource", "csv")
        assert found["encoding"] == "utf-8"
        assert found["title"]
        assert found["description"]
        schema = found["schema"]
        names = [field["name"] for field in schema["fields"]]
        assert len({*names}) == len(names)
        assert {field["type"] for field in schema["fields"]} <= CASTS.keys()
        assert all(field["description"] for field in schema["fields"])
        assert schema["missingValues"] == [""]
        assert {schema.get("primaryKey", names[0])} <= {*names}
        for key in schema["foreignKeys"]:
            assert key["fields"] in names
            to = described(read_all, key["reference"]["resource"] or name)
            assert to["schema"]["primaryKey"] == key["reference"]["fields"]
            assert key["reference"]["resource"] != name

    def test_every_value_is_of_its_type_and_there_where_it_must_be(
        self, read_all: Twins, name: str
    ) -> None:
        fields = described(read_all, name)["schema"]["fields"]
        rows = rows_of(read_all, name)
        assert rows
        for row in rows:
            for field in fields:
                cell = row[field["name"]]
                assert cell or not field["constraints"]["required"], (field["name"], row)
                if cell:
                    CASTS[field["type"]](cell)

    def test_its_key_names_one_row_and_what_it_names_is_there(
        self, read_all: Twins, name: str
    ) -> None:
        schema, rows = described(read_all, name)["schema"], rows_of(read_all, name)
        if key := schema.get("primaryKey"):
            assert len({row[key] for row in rows}) == len(rows)
        for key in schema["foreignKeys"]:
            reference = key["reference"]
            known = {
                row[reference["fields"]] for row in rows_of(read_all, reference["resource"] or name)
            }
            assert {row[key["fields"]] for row in rows} - {""} <= known, key


def test_counts_are_integers_days_dates_and_truths_booleans(read_all: Twins) -> None:
    types = {
        name: {
            field["name"]: field["type"] for field in described(read_all, name)["schema"]["fields"]
        }
        for name in ("claims", "movements", "strength", "sources")
    }
    assert types["claims"]["count"] == types["strength"]["present"] == "integer"
    assert types["movements"]["date_earliest"] == "date"
    assert types["claims"]["date"] == types["sources"]["published"] == "string"
    assert types["movements"]["disputed"] == types["strength"]["unallocated"] == "boolean"
    named = {
        key["fields"]: key["reference"]["resource"]
        for key in described(read_all, "successions")["schema"]["foreignKeys"]
    }
    assert named == {
        "mission": "missions",
        "predecessor": "missions",
        "settled_by": "claims",
    }


def test_a_package_of_a_revision_never_changes(read_all: Twins) -> None:
    answer = read_all(f"{ADDRESS}?revision=1", headers=HOST)
    assert "immutable" in answer.headers["cache-control"]
    found = answer.json()
    assert found["version"] == "1"
    for each in found["resources"]:
        assert each["path"].endswith("revision=1")
    (strength,) = [each for each in found["resources"] if each["name"] == "strength"]
    assert f"as_of={found['created'][:10]}&" in strength["path"]
    for tag in (answer.headers["etag"], "*"):
        unchanged = read_all(f"{ADDRESS}?revision=1", headers={**HOST, "If-None-Match": tag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_of_an_empty_ledger_too(read_all: Twins) -> None:
    found = read_all.json(f"{ADDRESS}?revision=0", headers=HOST)
    assert "created" not in found
    assert [each["name"] for each in found["resources"]] == [*TABLES, "ledger"]
