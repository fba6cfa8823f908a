"""What a public repository promises beside its code: workflows, decisions, citation. Only what can
be checked offline.
"""

import json
import re
import shlex
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app import __version__
from app.settings import Settings
from tests.test_house import ROOT, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
PAGES = [path for path in tracked() if path.suffix == ".md"]
HEADINGS = ["Context", "Decision", "Consequences", "When to look again"]


@cache
def read(path: Path) -> Any:
    """A file of YAML."""
    return YAML(typ="safe", pure=True).load(path)


def steps() -> list[dict[str, Any]]:
    """Every step of every job of the workflows."""
    return [
        step for path in WORKFLOWS for job in read(path)["jobs"].values() for step in job["steps"]
    ]


def targets() -> set[str]:
    """What `make` can be asked for."""
    return set(re.findall(r"^([a-z./-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


class TestWorkflows:
    def test_are_read_and_may_only_read(self) -> None:
        assert WORKFLOWS
        for path in WORKFLOWS:
            workflow = read(path)
            assert workflow.keys() >= {"name", "on", "jobs", "permissions"}
            assert workflow["permissions"] == {"contents": "read"}
            assert all(
                job["runs-on"] and job["timeout-minutes"] <= 60 for job in workflow["jobs"].values()
            )
            assert "secrets." not in path.read_text()

    def test_use_actions_by_version_and_ask_make_for_what_it_has(self) -> None:
        assert all(
            re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for step in steps() if "uses" in step
        )
        commands = [
            shlex.split(line) for step in steps() for line in step.get("run", "").splitlines()
        ]
        asked = {word for words in commands if words[0] == "make" for word in words[1:]}
        assert {"check", "test-wheel", "test-clients"} <= asked <= targets()

    def test_do_all_that_the_ci_script_does(self) -> None:
        script = re.findall(r"^make (\S+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
        asked = " ".join(step.get("run", "") for step in steps())
        for target in script:
            assert f"make {target}" in asked or (target == "test" and "-m pytest" in asked), target

    def test_go_through_every_python_that_is_promised_on_both_databases(self) -> None:
        (matrix,) = (
            job["strategy"]["matrix"]
            for path in WORKFLOWS
            for job in read(path)["jobs"].values()
            if "database" in job.get("strategy", {}).get("matrix", {})
        )
        promised = [
            name.removeprefix("Programming Language :: Python :: ")
            for name in PROJECT["classifiers"]
            if re.search(r":: \d\.\d+$", name)
        ]
        assert matrix["python"] == promised
        assert PROJECT["requires-python"] == f">={promised[0]}"
        assert matrix["database"] == ["sqlite", "postgresql"]
        named = {
            version
            for step in steps()
            if not (version := str(step.get("with", {}).get("python-version", "$"))).startswith("$")
        }
        assert named <= set(promised)

    def test_and_everything_else_use_one_postgresql(self) -> None:
        images = [
            service["image"]
            for path in WORKFLOWS
            for job in read(path)["jobs"].values()
            for service in job.get("services", {}).values()
        ]
        assert {*images} == {read(ROOT / "docker-compose.yml")["services"]["database"]["image"]}


class TestBox:
    def test_nothing_in_it_may_do_more_than_it_needs(self) -> None:
        services = read(ROOT / "docker-compose.yml")["services"]
        for name, service in services.items():
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert "no-new-privileges:true" in service["security_opt"], name
            assert "PASSWORD" not in json.dumps(service).replace("POSTGRES_PASSWORD_FILE", ""), name
        for name in ("database", "muster"):
            assert services[name]["restart"] == "unless-stopped"
            assert services[name]["healthcheck"]["test"]
            assert services[name]["mem_limit"]
        assert "/health/ready" in json.dumps(services["muster"]["healthcheck"])

    def test_the_examples_name_settings_that_there_are(self) -> None:
        for path in ("deploy/Caddyfile", "deploy/muster.service", "docker-compose.yml"):
            named = set(re.findall(r"MUSTER_([A-Z_]+)", (ROOT / path).read_text()))
            assert named, path
            assert {name.lower() for name in named} <= Settings.model_fields.keys(), path


class TestTemplates:
    def test_of_issues_ask_for_something(self) -> None:
        assert len(FORMS) > 1
        for path in FORMS:
            form = read(path)
            if path.stem == "config":
                continue
            assert form.keys() >= {"name", "description", "body"}
            labels = [part["attributes"]["label"] for part in form["body"]]
            ids = [part["id"] for part in form["body"]]
            assert len(set(labels)) == len(set(ids)) == len(form["body"]) > 1

    def test_updates_are_proposed_for_what_is_there(self) -> None:
        updates = read(ROOT / ".github" / "dependabot.yml")["updates"]
        where = {
            "github-actions": ".github/workflows",
            "docker": "Dockerfile",
            "docker-compose": "docker-compose.yml",
            "pip": "pyproject.toml",
        }
        assert {update["package-ecosystem"] for update in updates} == where.keys()
        assert all((ROOT / place).exists() for place in where.values())


class TestHooks:
    def test_are_local_and_run_what_make_check_runs(self) -> None:
        (repo,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
        assert repo["repo"] == "local"
        make = (ROOT / "Makefile").read_text()
        for hook in repo["hooks"]:
            program, *words = shlex.split(hook["entry"])
            assert program.startswith(".venv/bin/")
            assert f"\t{program} " in make or f"\t{program}\n" in make
            assert all(word in make for word in words if word.endswith(".py"))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
class TestEveryDecision:
    def test_has_four_headings_one_line_to_quote_and_one_page(self, path: Path) -> None:
        lines = path.read_text().splitlines()
        assert len(lines) <= 40
        assert re.fullmatch(rf"# {int(path.stem[:4])}\. \S.*", lines[0])
        assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == HEADINGS
        quoted = [number for number, line in enumerate(lines) if line.startswith("> ")]
        assert len(quoted) == 1
        assert lines.index("## Decision") < quoted[0] < lines.index("## Consequences")

    def test_is_in_the_list(self, path: Path) -> None:
        listed = (ROOT / "docs" / "decisions" / "README.md").read_text()
        assert listed.count(f"]({path.name})") == 1
        title = path.read_text().splitlines()[0].partition(". ")[2]
        assert f"| {int(path.stem[:4])} | [{title}]({path.name}) |" in listed


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.stem[:4]) for path in DECISIONS] == [*range(1, len(DECISIONS) + 1)]


def test_one_version_everywhere() -> None:
    citation = read(ROOT / "CITATION.cff")
    released = re.findall(
        r"^## (\d+\.\d+\.\d+), (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert citation.keys() >= {
        "cff-version",
        "message",
        "title",
        "authors",
        "version",
        "date-released",
    }
    assert citation["version"] == PROJECT["version"] == __version__
    assert (citation["version"], str(citation["date-released"])) == released[0]
    assert f"muster-{__version__}-py3-none-any.whl" in (ROOT / "README.md").read_text()
    assert citation["license"] == PROJECT["license"]
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in PROJECT["authors"]
    ]


def test_the_changelog_keeps_a_place_for_what_is_newest() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert all(
        re.fullmatch(r"\d+\.\d+\.\d+, \d{4}-\d{2}-\d{2}", heading) for heading in headings[1:]
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_it(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    links = chain(re.findall(r"\]\(([^)\s]+)\)", text), re.findall(r'src="([^"]+)"', text))
    for link in links:
        place, _, heading = link.partition("#")
        if "://" in place or place.startswith("mailto:"):
            continue
        target = path.parent / place if place else path
        assert target.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            assert heading in {
                re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles
            }, link


def test_a_newcomer_finds_the_pages() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in (
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "CITATION.cff",
        "docs/decisions/README.md",
    ):
        assert f"]({name})" in readme, name
