"""One history of the schema for both databases: it goes up and down, agrees with the models, and
runs once at a time.
"""

import importlib.util
import re
import shutil
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, inspect, text

from app.record import changes
from app.record import database as place
from app.record import settled as settling
from app.record.changes import searchable
from app.record.database import Database, migrate
from app.record.problems import NotReady
from app.record.revisions import GENESIS
from app.record.settled import rebuild
from app.record.shipped import shipped
from app.record.tables import claims, contingents, metadata, missions, settled, sources
from app.settings import Settings
from tests.conftest import ROOT, new_database
from tests.record.test_ledger import SUBJECTS, commit, entry, everything, rows, told

VERSIONS = sorted((shipped("migrations") / "versions").glob("*.py"))


def shape(connection: Connection) -> dict[str, Any]:
    """Tables, columns, indexes and constraints, as the database tells them."""
    seen = inspect(connection)
    return {
        name: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"])
                for column in seen.get_columns(name)
            ],
            "indexes": sorted(
                (index["name"] or "", index["unique"]) for index in seen.get_indexes(name)
            ),
            "foreign keys": sorted(str(key["name"]) for key in seen.get_foreign_keys(name)),
            "checks": sorted(str(check["name"]) for check in seen.get_check_constraints(name)),
            "primary key": seen.get_pk_constraint(name)["name"],
            "unique": sorted(str(key["name"]) for key in seen.get_unique_constraints(name)),
        }
        for name in seen.get_table_names()
    }


def test_up_down_to_nothing_and_up_again(settings: Settings, database: Database) -> None:
    with database.reading() as connection:
        first = shape(connection)
    assert first.keys() == metadata.tables.keys() | {"alembic_version"}
    migrate(settings, "base")
    with database.reading() as connection:
        assert shape(connection).keys() == {"alembic_version"}
        with pytest.raises(NotReady, match="muster migrate"):
            database.require_schema(connection)
    migrate(settings)
    with database.reading() as connection:
        assert shape(connection) == first
        database.require_schema(connection)


def test_up_a_second_time_keeps_what_is_there(settings: Settings, database: Database) -> None:
    with database.writing() as connection:
        commit(connection, **SUBJECTS)
        before = everything(connection)
    migrate(settings)
    with database.reading() as connection:
        assert everything(connection) == before


def test_a_new_ledger_is_empty_and_its_head_is_nought(database: Database) -> None:
    with database.reading() as connection:
        held = everything(connection)
        assert held.pop("head") == [{"id": 1, "revision": 0, "chain": GENESIS}]
        assert set(map(tuple, held.values())) == {()}


def test_the_models_and_the_database_agree(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_models_and_the_database_name_their_constraints_alike(database: Database) -> None:
    """Autogenerate compares neither checks nor the names of primary and foreign keys."""
    with database.reading() as connection:
        found = shape(connection)
    for name, table in metadata.tables.items():
        assert found[name]["primary key"] == f"pk_{name}"
        assert found[name]["foreign keys"] == sorted(
            str(key.name) for key in table.foreign_key_constraints
        )
    assert found["head"]["checks"] == ["ck_head_one_row"]


def test_the_head_has_one_row(database: Database) -> None:
    with pytest.raises(Exception, match="ck_head_one_row"), database.writing() as connection:
        connection.execute(text("INSERT INTO head (id, revision, chain) VALUES (2, 0, '')"))


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_text_is_sorted_by_code_point_on_postgresql(database: Database) -> None:
    """Whatever the locale of the database: SQLite sorts so, and both must answer alike."""
    query = """
        SELECT table_name, column_name, collation_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying', 'character')
        AND table_name <> 'alembic_version'
    """
    with database.reading() as connection:
        found = connection.execute(text(query)).all()
    assert len(found) > 50
    assert [row for row in found if row.collation_name != "C"] == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_migrations_that_come_at_once_all_succeed(
    engine: str, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = new_database(engine, postgresql, tmp_path_factory.mktemp("at-once"))
    settings = Settings(database_url=url, busy_timeout=20)
    ready = threading.Barrier(4)
    failed: list[BaseException] = []

    def migrating() -> None:
        try:
            ready.wait(timeout=20)
            migrate(settings)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=migrating) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    database = Database(settings)
    with database.writing() as connection:
        assert commit(connection, **SUBJECTS) is not None
    database.dispose()


def test_a_ledger_of_a_newer_muster_is_left_alone(settings: Settings, database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotReady, match="was made by a newer version of Muster: it has schema 9999"):
        migrate(settings)
    with pytest.raises(NotReady, match=r"newer version.*9999"), database.writing():
        pytest.fail("wrote to it")


@pytest.fixture
def own_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, used in their place, that a test may break."""
    copied = shutil.copytree(shipped("migrations"), tmp_path / "migrations")
    monkeypatch.setattr(place, "shipped", lambda _name: copied)
    return copied


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("op.execute('SELECT absent FROM nowhere')", "nowhere"),
        ("op.execute(\"INSERT INTO head VALUES (1, 0, '')\")", "IntegrityError"),
        ("raise ValueError('a line\\nand another')", "ValueError: a line and another"),
    ],
)
def test_a_migration_that_fails_changes_nothing_and_is_told_in_a_sentence(
    settings: Settings, database: Database, own_steps: Path, does: str, said: str
) -> None:
    with database.writing() as connection:
        commit(connection, **SUBJECTS)
        before = shape(connection), everything(connection)
    told = f'"""Fail."""\n\nfrom alembic import op\n\nrevision = "9999"\ndown_revision = "{database.schema}"\n\n\n'
    told += f"def upgrade():\n    op.execute('CREATE TABLE half (done INTEGER)')\n    {does}\n"
    (own_steps / "versions" / "2027_01_01_fail_half_way.py").write_text(told)
    with pytest.raises(
        NotReady, match="A migration failed, and the database is as it was before: "
    ) as failed:
        migrate(settings)
    assert said in str(failed.value)
    assert "\n" not in str(failed.value)
    with database.reading() as connection:
        database.require_schema(connection)
        assert (shape(connection), everything(connection)) == before


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda steps: shutil.rmtree(steps), "cannot be read"),
        (lambda steps: shutil.rmtree(steps / "versions"), "no migrations"),
        (lambda steps: (steps / "env.py").unlink(), "env.py"),
        (
            lambda steps: (steps / "versions" / "2027_01_01_be_no_code.py").write_text(
                "revision ="
            ),
            "SyntaxError",
        ),
    ],
)
def test_migrations_that_are_not_whole_are_told_in_a_sentence(
    tmp_path: Path, own_steps: Path, broken: Callable[[Path], object], said: str
) -> None:
    broken(own_steps)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'muster.db'}")
    with pytest.raises(NotReady, match=said):
        migrate(settings)


def test_what_is_shipped_is_found_beside_the_code_or_missed_by_name() -> None:
    assert shipped("migrations") == ROOT / "migrations"
    assert shipped("seeds/nations.yaml").is_file()
    with pytest.raises(NotReady, match="Muster is not whole: nowhere is missing"):
        shipped("nowhere")


def test_files_are_named_as_sentences_in_the_order_they_run() -> None:
    assert VERSIONS
    for path in VERSIONS:
        assert re.fullmatch(r"\d{4}_\d{2}_\d{2}(_[a-z0-9]+){2,}", path.stem), path.name
        verb = path.stem.split("_")[3]
        assert path.read_text().startswith(f'"""{verb.capitalize()} '), path.name
    follows = [
        re.search(r"^down_revision = (.*)$", path.read_text(), re.MULTILINE) for path in VERSIONS
    ]
    numbers = [re.search(r"^revision = (.*)$", path.read_text(), re.MULTILINE) for path in VERSIONS]
    assert [found and found[1] for found in follows] == [
        "None",
        *(found and found[1] for found in numbers[:-1]),
    ]


def test_there_is_one_head(database: Database) -> None:
    assert isinstance(database.schema, str)


def folded_before(words: str) -> str:
    """As words were folded until letters that Unicode does not take apart were folded too."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold())
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    plain = re.sub(r"[^\w&]+", " ", plain.replace(".", "")).replace("&", " and ")
    return re.sub(r"^the ", "", " ".join(plain.split()))


def test_a_ledger_folded_as_before_is_searched_as_now(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before, database.writing() as connection:
        before.setattr(changes, "fold", folded_before)
        before.setattr(settling, "fold", folded_before)
        commit(
            connection,
            missions=[{"slug": "haiti", "name": "Missjon på Ærø"}],
            sources=SUBJECTS["sources"],
        )
        commit(
            connection,
            missions=[{"slug": "plain", "name": "The the plain"}],
            sources=[{"slug": "polska", "publisher": "Głos Łodzi"}],
            contingents=[
                {
                    "mission": "haiti",
                    "nation": "CIV",
                    "category": "police",
                    "units": "Jednostka w Łodzi",
                }
            ],
            entries=[
                entry(
                    "movement",
                    told(summary="Ken\u200bya sent 200"),
                    told("echo", summary="The plain words"),
                ),
                entry("event", told(summary="Nothing of note"), title="Parade in Łódź"),
                entry("pledge", told(summary="Only ASCII")),
            ],
        )
        commit(connection, entries=[entry("movement", told(summary="أرسلت كينيا مئتين"))])
    with database.writing() as connection:
        kept = {row["words"] for row in rows(connection, claims)}
        assert {"ken ya sent 200", "plain words"} <= kept
    module = next(
        path for path in VERSIONS if path.stem.endswith("refold_the_words_that_are_searched")
    )
    spec = importlib.util.spec_from_file_location("step", module)
    assert spec is not None
    assert spec.loader is not None
    step = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(step)
    with (
        database.writing() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        step.upgrade()
    with database.writing() as connection:
        for table in (claims, missions, contingents, sources):
            for row in rows(connection, table):
                assert row["words"] == searchable(table.name, row), table.name
        assert "kenya sent 200" in {row["words"] for row in rows(connection, claims)}
        assert "parade in lodz" in rows(connection, settled, entry="event")[0]["words"]
        assert rebuild(connection) == []
