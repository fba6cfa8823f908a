"""The recipes that need no program of the desktop are run as they stand, and find what they say."""

import io
import json
import re
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

import duckdb
import httpx2
import pytest
from sqlalchemy import create_engine

from tests.clients.recipes import BLOCKS, PAGE, WRITTEN, promised, recipes

pytestmark = pytest.mark.usefixtures("own_folder")

# Run in tests/clients/desktop, or on the file of the ledger in test_file.py; the last two are
# checked by their form only, as the page says.
ELSEWHERE = {"excel", "r", "html", "sh", "sqlite", "duckdb", "powerquery", "gsheets"}
TOTAL = 438


def test_no_recipe_is_left_untried() -> None:
    assert {language for language, _ in BLOCKS} == {
        "python",
        "sql",
        "json",
        "superset",
        "console",
    } | ELSEWHERE


def test_every_address_answers(host: str) -> None:
    addresses = re.findall(r"`(/(?:v1|embed)[^`]*?)(?:#[^`]*)?`", PAGE)
    assert len(addresses) > 10
    written = [
        part for _, text in BLOCKS for part in re.findall(rf"{WRITTEN}(/v1[^\"'#\s]*)", text)
    ]
    assert len(written) > 10
    for address in [*addresses, *(part.replace("&amp;", "&") for part in written)]:
        if "..." not in address:
            assert httpx2.get(host + address).status_code == 200, address


@pytest.mark.parametrize("number", range(len(recipes("python"))))
def test_python(host: str, number: int) -> None:
    recipe = recipes("python", host)[number]
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(recipe, "docs/dashboards.md", "exec"), {})
    assert str(TOTAL) in promised(recipe)
    assert printed.getvalue().splitlines() == promised(recipe)


def test_sql(host: str, extensions: Path) -> None:
    (recipe,) = recipes("sql", host)
    found = []
    with duckdb.connect(config={"extension_directory": str(extensions)}) as connection:
        for statement in duckdb.extract_statements(recipe):
            row = connection.execute(statement).fetchone()
            found += [str(row[0])] if row and statement.type == duckdb.StatementType.SELECT else []
    assert found == promised(recipe, "--") == [str(TOTAL), str(TOTAL), "382"]


@pytest.mark.filterwarnings(
    "ignore:The dbapi.. classmethod on dialect classes"
)  # of shillelagh, not ours
def test_superset(host: str) -> None:
    (settings,) = recipes("json")
    table, number = recipes("superset", host)
    engine = create_engine("shillelagh+safe://", **json.loads(settings))
    assert "`shillelagh+safe://`" in PAGE
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(table).fetchall()
        assert ("KEN", 382, 382, 382) in [tuple(row) for row in rows]
        assert connection.exec_driver_sql(number).scalar() == TOTAL
        address = (
            host
            + "/v1/strength/series?mission=haiti-mss&from=2024-06-01&to=2024-12-31&interval=month"
            + "#$.total[*]"
        )
        course = connection.exec_driver_sql(f'SELECT date, present FROM "{address}"').fetchall()
        assert [tuple(row) for row in course][-1] == ("2024-12-31", TOTAL)
        rows_of = f"{host}/v1/strength?as_of=2024-12-31#$.data[*]"
        pledged = f'SELECT sum(CAST(pledged AS INTEGER)) FROM "{rows_of}"'
        known = [
            row["pledged"]
            for row in httpx2.get(f"{host}/v1/strength?as_of=2024-12-31").json()["data"]
        ]
        assert connection.exec_driver_sql(pledged).scalar() == sum(
            one for one in known if one is not None
        )


def test_curl(host: str) -> None:
    (recipe,) = recipes("console", host)
    calls = re.findall(r"^\$ curl '(.*)'\n((?:(?!\$ ).*\n)*)", recipe, re.M)
    assert len(calls) == recipe.count("$ ") > 1
    for address, printed in calls:
        assert httpx2.get(address).text.replace("\r\n", "\n").strip() == printed.strip()


def test_the_numbers_in_the_words_are_those_of_the_ledger(host: str) -> None:
    rows = httpx2.get(f"{host}/v1/strength?mission=haiti-mss&as_of=2024-12-31").json()["data"]
    allocated = sum(row["present"] for row in rows if not row["unallocated"])
    assert f"({allocated} here)" in PAGE
    assert f"**{sum(row['present'] for row in rows)}** people" in PAGE


@pytest.mark.parametrize("language", ["powerquery", "gsheets"])
def test_the_form_of_what_cannot_be_run(language: str) -> None:
    (recipe,) = recipes(language)
    assert recipe.count('"') % 2 == 0
    bare = re.sub(r'"[^"]*"', "", recipe)
    while (
        shorter := re.sub(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}", "", bare)
    ) != bare:
        bare = shorter
    assert not set(bare) & set("()[]{}"), bare
    if language == "gsheets":
        assert recipe.startswith("=IMPORTDATA(")
        return
    # Each step takes the one before, and the last one is the answer.
    steps = re.findall(r"^    (\w+) = (.*)$", recipe, re.M)
    for (name, _), (_, after) in pairwise(steps):
        assert re.search(rf"\b{name}\b", after)
    assert recipe.startswith("let\n")
    assert recipe.endswith(f"\nin\n    {steps[-1][0]}\n")
