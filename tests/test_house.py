"""The house rules that no linter knows: sizes, names, completeness, and what must never be in the
repository.
"""

import ast
import importlib
import pkgutil
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import get_args

import pytest

from app.estimate.entries import POLICIES, STATUSES, Policy
from app.record.documents import EntryDraft
from app.record.filters import DateMatch
from app.record.keys import SCOPES
from app.record.kinds import KINDS, OWN_FIELDS
from app.record.ledger import CAUSES
from app.record.tables import entries, settled
from app.settings import Settings
from app.web import formats
from app.web.formats import PICTURES, TABLES
from app.web.http.answers import Form
from app.web.schemas.queries import EntriesQuery, TableFileQuery
from app.web.schemas.writes import ChangeNoteFields

ROOT = Path(__file__).parents[1]
CODE = sorted((ROOT / "app").rglob("*.py"))
BANNED = {
    "manager",
    "service",
    "helper",
    "util",
    "utils",
    "base",
    "common",
    "misc",
    "handler",
    "repository",
    "dao",
}
BANNED |= {"processor", "data", "info"}


def words_of(name: str) -> set[str]:
    """The words of a snake_case or CamelCase name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def definitions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Every function and class of a file."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def tracked() -> list[Path]:
    """The files that are in the repository, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [
        ROOT / name
        for name in listed.stdout.decode().split("\0")
        if name and (ROOT / name).is_file()
    ]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
class TestEveryFile:
    def test_has_at_most_400_lines_and_functions_of_at_most_60(self, path: Path) -> None:
        assert len(path.read_text().splitlines()) <= 400
        for node in definitions(path):
            if not isinstance(node, ast.ClassDef):
                assert (node.end_lineno or 0) - node.lineno < 60, node.name

    def test_has_no_name_that_says_nothing(self, path: Path) -> None:
        names = [path.stem, *(node.name for node in definitions(path))]
        assert {name for name in names if words_of(name) & BANNED} == set()

    def test_says_what_it_and_its_public_parts_are(self, path: Path) -> None:
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), node.name


# Every list of values that has one place, and its place. What reckons by policy has a way for each.
LISTS: dict[str, tuple[Iterable[str], set[str]]] = {
    "policies": (POLICIES, {"estimate/entries.py", "estimate/settling.py"}),
    "statuses": (STATUSES, {"estimate/entries.py"}),
    "scopes of keys": (SCOPES, {"record/keys.py"}),
    "causes": (CAUSES, {"record/ledger.py"}),
    "date_match": (get_args(DateMatch), {"record/filters.py"}),
    "formats of tables": (TABLES, {"web/formats/__init__.py"}),
    "formats of pictures": (PICTURES, {"web/formats/__init__.py"}),
}


def test_names_are_of_what_they_hold_and_not_of_the_telling() -> None:
    """`untold` is a field of the answer to a trial."""
    telling = re.compile(r"(^|_)(told|said)(_|$)", re.IGNORECASE)
    for path in CODE:
        names = (
            getattr(node, name)
            for node in ast.walk(ast.parse(path.read_text()))
            for name in ("name", "arg", "id", "attr")
            if isinstance(getattr(node, name, None), str)
        )
        assert not [name for name in names if telling.search(name)], path


def test_statuses_of_answers_stand_in_one_place() -> None:
    """A number that is one is a status, but for a bound that is named as such."""
    known = {status.value for status in HTTPStatus if status.value >= 200}
    for path in CODE:
        if path.is_relative_to(ROOT / "app" / "web") and path.name != "statuses.py":
            tree = ast.parse(path.read_text())
            bounds = {node.value for node in tree.body if isinstance(node, ast.Assign)}
            named = (node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg)
            bounds |= {node.value for node in named if not str(node.arg).startswith("status")}
            found = [
                node.lineno
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and type(node.value) is int
                if node.value in known and node not in bounds
            ]
            assert not found, path


@cache
def lists_of(path: Path) -> list[set[str]]:
    """The lists in a file."""
    return list(lists_in(ast.parse(path.read_text())))


def lists_in(tree: ast.AST) -> Iterator[set[str]]:
    """The names and texts that stand together in each literal list, choice, set or mapping, and the
    words of each longer text that is no docstring.
    """
    docstrings = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        together: Iterable[ast.AST | None] = ()
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            together = node.elts
        elif isinstance(node, ast.Dict):
            together = node.keys
        elif isinstance(node, ast.Constant) and node not in docstrings:
            yield set(re.findall(r"[a-z_]+", node.value)) if isinstance(node.value, str) else set()
        constants = (each.value for each in together if isinstance(each, ast.Constant))
        yield {value for value in constants if isinstance(value, str)} | {
            each.id for each in together if isinstance(each, ast.Name)
        }


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_values_is_written_in_one_place(name: str) -> None:
    values, places = LISTS[name]
    found = {
        str(path.relative_to(ROOT / "app"))
        for path in CODE
        for together in lists_of(path)
        # Of two values a text says what each means; of more it lists them.
        if set(values) <= together and (len(set(values)) > 2 or len(together) <= 2)
    }
    assert found == places


def test_every_policy_has_its_words() -> None:
    assert tuple(POLICIES) == get_args(Policy)


def test_every_form_is_a_file_of_its_name_and_those_of_tables_and_pictures_are_listed() -> None:
    listed: dict[str, Form] = {**TABLES, **PICTURES}
    for module in pkgutil.iter_modules(formats.__path__, "app.web.formats."):
        form = getattr(importlib.import_module(module.name), "FORM", None)
        if form:
            assert form.name == module.name.rpartition(".")[2]
            assert listed.get(form.name) is form or type(form) is Form


@pytest.mark.parametrize(
    "path", [path for path in CODE if "web" in path.parts], ids=lambda path: path.stem
)
def test_a_query_has_a_type_and_is_never_made_unchecked(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.arg) and node.arg in ("asked", "query"):
            assert not (isinstance(node.annotation, ast.Name) and node.annotation.id == "Any")
        assert not (isinstance(node, ast.Attribute) and node.attr == "model_construct")


def test_every_setting_is_described_and_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`MUSTER_{name.upper()}`" in readme, name


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_complete(name: str) -> None:
    kind = KINDS[name]
    migrations = "".join(
        path.read_text() for path in (ROOT / "migrations" / "versions").glob("*.py")
    )
    assert (ROOT / "app" / "record" / "kinds" / f"{kind.plural.replace('-', '_')}.py").is_file()
    described = (ROOT / "docs" / "documents.md").read_text()
    assert {
        word for word in (name, *kind.fields.model_fields) if f"`{word}`" not in described
    } == set()
    for column in kind.columns:
        assert column in OWN_FIELDS
        assert column in entries.c
        assert f'"{column}"' in migrations
    assert all(field.description for field in kind.fields.model_fields.values())
    # A field stands beside these in a row, a body or an address.
    beside = {*EntryDraft.model_fields, *settled.c.keys(), *ChangeNoteFields.model_fields}
    beside |= {*EntriesQuery.model_fields, *TableFileQuery.model_fields}
    assert kind.fields.model_fields.keys() & (beside - {"nation", "category"}) == set()


def test_migrations_are_named_as_sentences() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert re.fullmatch(r"\d{4}_\d{2}_\d{2}_[a-z]+(_[a-z]+)+", path.stem), path.stem


def test_the_repository_holds_no_address_of_a_registry_no_path_of_a_machine_no_copyleft() -> None:
    hosts = "|".join(["py" + "pi", "python" + "hosted", "npm" + "js", "de" + "bian"])
    places = "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", r"\.\./sha" + "red"])
    forbidden = re.compile(rf"https?://[a-z.]*({hosts})\.|{places}")
    for path in tracked():
        if path.suffix in {".lock"}:
            assert "://" not in path.read_text(), path
        found = forbidden.search(path.read_text("utf-8", errors="replace"))
        assert not found, f"{path}: {found and found[0]}"


def test_the_locks_pin_everything_by_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
        pinned = [line for line in lines if re.match(r"[a-z0-9]", line)]
        assert len(pinned) > 10
        assert all("==" in line and "--hash=sha256:" in line for line in pinned)
