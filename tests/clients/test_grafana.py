"""The dashboard for Grafana: every address it asks answers, has the columns it shows, and nothing
is added up over time.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "grafana"
BOARD = json.loads((FOLDER / "muster.json").read_text())
CHOSEN = {
    "${mission:percentencode}": "haiti-mss",
    "${__from:date:YYYY-MM-DD}": "2024-06-01",
    "${__to:date:YYYY-MM-DD}": "2024-12-31",
}
PANELS = [(panel["title"], target) for panel in BOARD["panels"] for target in panel["targets"]]
VARIABLES = [(one["label"], one["query"]["infinityQuery"]) for one in BOARD["templating"]["list"]]
ASKED = [pytest.param(target, id=name) for name, target in [*PANELS, *VARIABLES]]


def answer(host: str, target: Any) -> Any:
    """What is under the root of an answer."""
    address = target["url"]
    for macro, value in CHOSEN.items():
        address = address.replace(macro, value)
    assert "$" not in address
    got = httpx2.get(host + address)
    assert got.status_code == 200, got.text
    return got.json()[target["root_selector"]]


@pytest.mark.parametrize("target", ASKED)
def test_an_address_answers_with_every_column(host: str, target: Any) -> None:
    found = answer(host, target)
    rows = found if isinstance(found, list) else [found]
    assert rows
    types = {"string": str, "number": int, "boolean": bool, "timestamp": str}
    for column in target["columns"]:
        values = [row[column["selector"]] for row in rows]
        assert all(value is None or isinstance(value, types[column["type"]]) for value in values), (
            column
        )
        assert any(value is not None for value in values), column


def test_the_numbers_are_those_of_the_ledger(host: str) -> None:
    number, course, rows = (answer(host, target) for _, target in PANELS)
    assert number["present"] == 438
    assert sum(row["present"] for row in rows) == 438
    days = {row["date"]: row["present"] for row in course}
    assert (days["2024-06-01"], days["2024-07-16"], days["2024-12-31"]) == (0, 396, 438)


def test_a_mission_can_be_chosen(host: str) -> None:
    ((_, target),) = VARIABLES
    assert {column["text"]: column["selector"] for column in target["columns"]} == {
        "__text": "name",
        "__value": "slug",
    }
    assert BOARD["templating"]["list"][0]["current"]["value"] in {
        row["slug"] for row in answer(host, target)
    }


def within(value: Any) -> Iterator[tuple[str, Any]]:
    """Every name in a document, and what stands under it."""
    for name, under in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        yield str(name), under
        yield from within(under)


def test_nothing_is_added_up_over_time_and_nothing_unknown_is_drawn_as_zero() -> None:
    found = list(within(BOARD))
    calculations = [
        one for name, under in found if name in {"calcs", "reducers", "reducer"} for one in under
    ]
    assert calculations
    assert set(calculations) == {"lastNotNull"}
    assert [
        under for name, under in found if name in {"transformations", "nullValueMode"} and under
    ] == []
    assert {under["mode"] for name, under in found if name == "stacking"} == {"none"}
    assert {under for name, under in found if name == "spanNulls"} == {False}
    assert {under["show"] for name, under in found if name == "footer"} == {False}
    assert not re.search(
        r'"(sum|total|mean|cumulative)\w*"',
        json.dumps(BOARD).replace('"root_selector": "total"', ""),
    )


def test_panels_and_variables_ask_the_source_that_is_provisioned() -> None:
    ((source,), (provider,)) = (
        YAML(typ="safe").load((FOLDER / name).read_text())[part]
        for name, part in [("datasource.yaml", "datasources"), ("dashboards.yaml", "providers")]
    )
    sources = [under for name, under in within(BOARD) if name == "datasource"]
    assert all(one == {"type": source["type"], "uid": source["uid"]} for one in sources)
    assert source["jsonData"]["allowedHosts"] == [source["url"]]
    assert provider["type"] == "file"
