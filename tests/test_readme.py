"""The README's commands are run as they stand, and what they print is what it says they print."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from app.settings import Settings
from tests.conftest import AFTER, FORCE, ROOT, SEEDS, Twins, load, served
from tests.web.test_pages import BROWSER

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.S)
CALLS = [
    (shlex.split(command)[1], printed)
    for block in BLOCKS
    for command, printed in re.findall(r"^\$ (curl .*)\n((?:(?!\$ ).*\n)*)", block, re.M)
]


def test_the_readme_shows_calls() -> None:
    assert len(CALLS) >= 4


@pytest.mark.parametrize(("address", "printed"), CALLS)
def test_a_call_prints_what_the_readme_says(read_all: Twins, address: str, printed: str) -> None:
    answer = read_all(address.removeprefix("http://127.0.0.1:8000"))
    assert answer.text.replace("\r\n", "\n").strip() == printed.strip()


def test_every_address_in_the_table_of_questions_answers(read_all: Twins) -> None:
    read = read_all
    table = README.split("## What it answers")[1].split("Lists filter")[0]
    addresses = re.findall(r"`(/v1/[^`]*)`", table)
    assert len(addresses) > 10
    for address in addresses:
        # What names the server is to name one.
        assert read(address, headers={"Host": "muster.example"}).status_code == 200, address
    for more in re.findall(r"`\.{3}(&[^`]*)`", table):
        assert read(f"/v1/strength?mission=haiti-mss&as_of=2024-07-18{more}").status_code == 200, (
            more
        )


def test_every_page_in_the_table_of_pages_answers(read_all: Twins) -> None:
    addresses = re.findall(r"^\| `(/[^`]*)` \|", README.split("## What it answers")[0], re.M)
    assert len(addresses) > 4
    for address in addresses:
        assert read_all(address, headers=BROWSER).status_code == 200, address


def test_the_writes_of_the_readme_are_done_as_they_stand(settings: Settings) -> None:
    (script,) = [
        block for block in re.findall(r"```sh\n(.*?)```", README, re.S) if "send()" in block
    ]
    load(settings, [*SEEDS, AFTER, FORCE])
    with served(settings) as client:
        before = client.get("/v1/revisions/head").json()["data"]["number"]
        script = script.replace("http://127.0.0.1:8000", str(client.base_url).rstrip("/"))
        script = script.replace("export MUSTER_DATABASE_URL=sqlite:///muster.db\n", "")
        script = script.replace(".venv/bin/muster", f"{sys.executable} -m app")
        done = subprocess.run(
            ["bash", "-eu", "-c", script],
            cwd=ROOT,
            env=os.environ | {"MUSTER_DATABASE_URL": settings.database_url},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        newest = client.get(f"/v1/revisions?after={before}&fields=message").json()["data"]
        assert "problem" not in done.stdout, done.stdout
        claim = "/v1/claims/haiti-mss-ken-our-own-group--gazette-2025-01-19"
        assert [row["message"] for row in newest] == [
            "POST /v1/sources",
            "POST /v1/movements",
            f"PUT {claim}",
            f"DELETE {claim}",
        ]
