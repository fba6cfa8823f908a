"""A kind is one file, its name in the listing and a migration; a field is one line and a migration.

Held by doing it: in a copy of the tree, a kind with a number, a day and lists of values is added,
and a number to the events; there, all that should follow is asked (tests/made_kind/asked.py), and
the tests that go over every kind go over this one too.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

MADE = ROOT / "tests" / "made_kind"
EVERY_KIND = [
    "tests/made_kind/asked.py",
    "tests/record/test_ledger.py::TestEveryKind",
    "tests/web/test_writes.py::TestEveryKind",
    "tests/record/test_migrations.py::test_the_models_and_the_database_agree",
]


def copy_with_the_kind(place: Path) -> None:
    """The tree with the made kind in it: three places are written to, and one for the field."""
    for folder in ("app", "migrations", "seeds", "tests"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    kinds, versions = place / "app" / "record" / "kinds", place / "migrations" / "versions"
    shutil.copy(MADE / "casualties.py", kinds)
    listing = (kinds / "__init__.py").read_text()
    listed = listing.replace("import (\n", "import (\n    casualties,\n", 1)
    last = "successions,\n    )"
    assert last in listed
    listed = listed.replace(last, "successions,\n        casualties,\n    )")
    (kinds / "__init__.py").write_text(listed)
    newest = max(
        re.findall(r'^revision = "(\d+)"', path.read_text(), re.MULTILINE)[0]
        for path in versions.glob("*.py")
    )
    migration = (MADE / "migration.py").read_text().replace("PREVIOUS", newest)
    (versions / "2030_01_01_tell_of_casualties.py").write_text(migration)
    events = (kinds / "events.py").read_text()
    field = '    guests: Number | None = about("How many were asked to come.", default=None)\n'
    events = events.replace(
        "import Fields, Kind, Nation, ", "import Fields, Kind, Nation, Number, "
    )
    before = "    nation: Nation | None"
    (kinds / "events.py").write_text(events.replace(before, field + before))


def test_all_else_follows_from_them(postgresql: str, tmp_path: Path) -> None:
    copy_with_the_kind(tmp_path)
    there = {**os.environ, "PYTHONPATH": str(tmp_path), "MUSTER_TEST_POSTGRESQL": postgresql}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
    ours = ["--rootdir", str(tmp_path), "-k", "casualty or event or asked or agree"]
    asked = subprocess.run(
        [*command, *ours, *EVERY_KIND],
        cwd=tmp_path,
        env=there,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stdout[-5000:] + asked.stderr[-2000:]
