"""A real server over a ledger of the seeds, for tools that read it by its address
alone.

One database is enough here: that both answer the same bytes is what `read` proves elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.record.database import migrate
from app.settings import Settings
from tests.conftest import AFTER, FORCE, SEEDS, load, new_database, served


@contextmanager
def hosted(seeds: list[Path], place: Path) -> Iterator[str]:
    """Where a ledger is served: http://127.0.0.1:PORT."""
    settings = Settings(database_url=new_database("sqlite", "", place), pool_size=10)
    migrate(settings)
    load(settings, seeds)
    with served(settings) as client:
        yield str(client.base_url).rstrip("/")


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The ledger of the first year."""
    with hosted(SEEDS, tmp_path_factory.mktemp("clients")) as address:
        yield address


@pytest.fixture(scope="session")
def host_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The ledger of all seeds, in which no list is empty."""
    with hosted([*SEEDS, AFTER, FORCE], tmp_path_factory.mktemp("all")) as address:
        yield address


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of extensions as DuckDB keeps them, with httpfs in it: to install it again asks
    nobody.
    """
    import duckdb
    import duckdb_extension_httpfs

    (found,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    (platform,) = duckdb.execute("PRAGMA platform").fetchone() or ("",)
    place = tmp_path_factory.mktemp("extensions")
    folder = place / f"v{duckdb.__version__}" / platform
    folder.mkdir(parents=True)
    (folder / found.name).symlink_to(found)
    return place


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, home and cache of the test's own, for tools that write where they stand."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path
