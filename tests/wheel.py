"""The wheel, as strangers install it: into empty environments, with and without the extras, far
from the repository.

Not part of the default run, for it asks a registry: `make test-wheel`. Each environment is resolved
by pip from what the wheel itself declares, so that a dependency it forgets is missing here. The
versions are those of requirements.lock; their hashes are not asked for, since pip asks for the
wheel's own too then, and for none of the extras' when they are left out. `make run` and `make test`
install by hash.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port

# What each extra is needed for, and what is answered without it.
EXTRAS = {"plain": "", "extras": "[tables,pictures]"}
NEEDS_EXTRAS = (
    "/v1/strength.xlsx",
    "/v1/strength.parquet",
    "/v1/strength/series.svg?mission=haiti-mss&to=2024-12-31",
)
SEEDS = ("article", "press", "after")
DOCUMENT = 'missions: [{slug: elsewhere, name: Elsewhere}]\nmessage: "A document of our own"\n'


def ran(
    *words: str | Path, cwd: Path, code: int = 0, **settings: str
) -> subprocess.CompletedProcess[str]:
    """A command, in a folder, without what this environment and this repository would lend it."""
    lent = ("PYTHONPATH", "VIRTUAL_ENV", "MUSTER_")
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(lent)
    } | settings
    done = subprocess.run(
        words, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution: so that is whole too."""
    place = tmp_path_factory.mktemp("dist")
    ran(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", place, cwd=ROOT)
    with tarfile.open(next(place.glob("*.tar.gz"))) as archive:
        archive.extractall(place, filter="data")
    unpacked = next(path for path in place.iterdir() if path.is_dir())
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place, cwd=unpacked)
    return next(place.glob("*.whl"))


class Installed:
    """An environment with the wheel in it, a folder to work in, and an empty ledger there."""

    def __init__(self, wheel: Path, extras: str, place: Path) -> None:
        self.place = place
        self.database = place / "muster.db"
        self.bin = place / "env" / ("Scripts" if os.name == "nt" else "bin")
        lock = (ROOT / "requirements.lock").read_text()
        (place / "versions.txt").write_text(
            "\n".join(re.findall(r"^[a-z0-9][^\\\n]*==[^\\\n]*", lock, re.MULTILINE))
        )
        ran(sys.executable, "-m", "venv", "--without-pip", place / "env", cwd=place)
        pip = (
            sys.executable,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "-qq",
            "--python",
            self.bin / "python",
        )
        install = ("install", "--only-binary", ":all:", "--constraint", place / "versions.txt")
        ran(*pip, *install, f"muster{extras} @ {wheel.as_uri()}", cwd=place)
        ran(*pip, "check", cwd=place)

    def muster(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the installed command."""
        return ran(self.bin / "muster", *words, cwd=self.place, code=code)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """`muster serve`, and its address, once it answers."""
        address = f"http://127.0.0.1:{(port := free_port())}"
        with (self.place / "log.txt").open("w") as log:
            server = subprocess.Popen(
                [self.bin / "muster", "serve"],
                cwd=self.place,
                env={"PATH": os.environ["PATH"], "PORT": str(port)},
                stdout=log,
                stderr=log,
            )
            try:
                deadline = time.monotonic() + 60
                while asked(f"{address}/health/live")[0] != 200:
                    assert server.poll() is None, (self.place / "log.txt").read_text()
                    assert time.monotonic() < deadline, "the server did not start"
                    time.sleep(0.1)
                yield address
            finally:
                server.terminate()
                server.wait(timeout=20)


def asked(address: str) -> tuple[int, bytes]:
    """The status and the body that an address answers; 0 while nobody does."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


@pytest.fixture(scope="module", params=EXTRAS)
def installed(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    """The wheel in an environment of its own, with the ledger migrated and seeded by the installed
    command.
    """
    made = Installed(wheel, EXTRAS[request.param], tmp_path_factory.mktemp(request.param))
    assert "run `muster migrate`" in made.muster("seed", code=1).stderr
    made.muster("migrate")
    seeded = made.muster("seed").stdout.splitlines()
    assert [line.split(",")[0] for line in seeded] == [
        f"{name}.yaml: revision {nth}" for nth, name in enumerate(SEEDS, 1)
    ]
    return made


def test_it_is_the_package_that_runs_and_not_the_repository(installed: Installed) -> None:
    told = "import app, app.record.shipped as s; "
    told += "print(app.__file__, s.shipped('migrations'), s.shipped('seeds'))"
    found = ran(installed.bin / "python", "-c", told, cwd=installed.place).stdout.split()
    assert len(found) == 3
    assert all(Path(each).is_relative_to(installed.place / "env") for each in found)


def test_documents_named_are_loaded_and_the_ledger_is_sound(installed: Installed) -> None:
    (installed.place / "ours.yaml").write_text(DOCUMENT)
    assert installed.muster("seed", "ours.yaml").stdout.startswith("ours.yaml: ")
    assert installed.muster("seed", "ours.yaml").stdout == "ours.yaml: no change\n"
    again = installed.muster("seed").stdout.splitlines()
    assert again == [f"{name}.yaml: no change" for name in SEEDS]
    assert installed.muster("verify").stdout.startswith(f"{len(SEEDS) + 1} revisions, unbroken. ")
    installed.muster("migrate")


def test_serve_answers(installed: Installed, request: pytest.FixtureRequest) -> None:
    whole = "extras" in request.node.callspec.id
    with installed.serving() as address:
        assert asked(f"{address}/health/ready")[0] == 200
        status, body = asked(f"{address}/v1/strength?nation=Kenya&as_of=2024-07-18")
        assert (status, json.loads(body)["total"]["present"]) == (200, 396)
        for each in (
            "/",
            "/docs",
            "/openapi.json",
            "/v1/nations",
            "/v1/strength.csv",
            "/v1/revisions.atom",
        ):
            assert asked(address + each)[0] == 200, each
        for each in NEEDS_EXTRAS:
            status, body = asked(address + each)
            assert status == (200 if whole else 501), each
            assert whole or b"muster[" in body


def test_a_ledger_of_a_newer_version_is_told_in_a_sentence(installed: Installed) -> None:
    with closing(sqlite3.connect(installed.database, isolation_level=None)) as connection:
        (right,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = 'f00d'")
        told = installed.muster("migrate", code=1).stderr
        connection.execute("UPDATE alembic_version SET version_num = ?", [right])
    assert told.startswith("Error: The database was made by a newer version of Muster")
    assert len(told.splitlines()) == 1
