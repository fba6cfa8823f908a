"""The README's commands are run as they stand, and what they print is what it says they print."""

import re
import shlex

import pytest

from tests.conftest import ROOT, Twins

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
def test_a_call_prints_what_the_readme_says(read: Twins, address: str, printed: str) -> None:
    answer = read(address.removeprefix("http://127.0.0.1:8000"))
    assert answer.text.replace("\r\n", "\n").strip() == printed.strip()


def test_every_address_in_the_table_of_questions_answers(read: Twins) -> None:
    table = README.split("## What it answers")[1].split("Lists filter")[0]
    addresses = re.findall(r"`(/v1/[^`]*)`", table)
    assert len(addresses) > 10
    for address in addresses:
        assert read(address).status_code == 200, address
    for more in re.findall(r"`\.{3}(&[^`]*)`", table):
        assert read(f"/v1/strength?mission=haiti-mss&as_of=2024-07-18{more}").status_code == 200, (
            more
        )
