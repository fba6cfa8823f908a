"""A whole ledger leaves as an export and enters an empty one, of the other engine: the same chain,
the same answers.

What was changed on the way is refused where it stands, and leaves nothing.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli import main
from app.record.database import Database, migrate
from app.record.documents import read_document
from app.record.ledger import ChangeNote, record, retract
from app.record.proof import verify
from app.record.settled import rebuild
from app.record.tables import metadata
from app.settings import Settings
from tests.conftest import SEEDS, Twins, load, new_database, served

SECOND = "haiti-mss-ken-second-group"
ADDRESSES = [
    *(
        f"/v1/{name}"
        for name in (
            "missions",
            "contingents",
            "sources",
            "movements",
            "claims?history=true&size=500",
        )
    ),
    *(
        f"/v1/{name}"
        for name in (
            "strength-reports",
            "pledges?size=5",
            "deliveries?sort=date",
            "mandates",
            "events",
        )
    ),
    *(
        "/v1/strength",
        "/v1/strength?as_of=2024-07-18&explain=true",
        "/v1/strength?group_by=mission,category&revision=2",
    ),
    *(
        "/v1/revisions?rows=true",
        "/v1/revisions/4",
        f"/v1/movements/{SECOND}",
        "/v1/claims?q=kenyan&revision=1",
    ),
    *(
        "/v1/claims.csv",
        "/v1/movements.ndjson?revision=3",
        "/v1/sources/echo",
        "/v1/revisions.csv",
        "/v1/nations/KEN",
    ),
]


def type_(settings: Settings, *words: str) -> Result:
    """Type a command for a ledger."""
    return CliRunner().invoke(main, words, env={"MUSTER_DATABASE_URL": settings.database_url})


@dataclass
class Exported:
    """A ledger, and its lines as they left."""

    engine: str
    settings: Settings
    lines: list[str]


def more(settings: Settings) -> None:
    """A history with all that can happen: a correction, a retraction, labels, words of many
    alphabets, and nothing.
    """
    database = Database(settings)
    source = {
        "slug": "echo",
        "publisher": "Ẹ̀chò «日本» \u2028 𝄞",
        "retrieved_on": "2024-07-20",
        "derived_from": None,
    }
    told = {
        "source": "echo",
        "status": "occurred",
        "count": "~190",
        "date": "2024-07?",
        "summary": 'A\nB\t"C" \\ \ufffd',
    }
    about = {
        "kind": "movement",
        "mission": "haiti-mss",
        "nation": "KEN",
        "category": "police",
        "direction": "arrival",
    }
    entry = {"key": SECOND, **about, "claims": [told]}
    for document in (
        {"sources": [source], "entries": [entry]},
        {
            "sources": [source | {"grade": "A1"}],
            "entries": [{**entry, "claims": [told | {"count": "some"}]}],
        },
        {"missions": [{"slug": "haiti-mss", "name": "MSS", "ended": "2025-10-02"}]},
    ):
        with database.writing() as connection:
            record(
                connection,
                read_document(document),
                ChangeNote("tester «λ»", "more\nlines", "reassessed"),
            )
    with database.writing() as connection:
        retract(connection, f"{SECOND}--echo", ChangeNote("tester", "gone", "our_error"))
    database.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def exported(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    """The export of a ledger of one engine."""
    place = tmp_path_factory.mktemp("exported")
    settings = Settings(database_url=new_database(request.param, postgresql, place), pool_size=5)
    migrate(settings)
    load(settings, SEEDS)
    more(settings)
    assert type_(settings, "key", "add", "secret-desk", "--scope", "admin").exit_code == 0
    done = type_(settings, "export", str(place / "all.jsonl"))
    assert (done.exit_code, done.stderr) == (0, "")
    lines = (place / "all.jsonl").read_text("utf-8").split("\n")
    assert lines.pop() == ""
    assert type_(settings, "export").stdout.encode() == (place / "all.jsonl").read_bytes()
    return Exported(request.param, settings, lines)


def empty(exported: Exported, postgresql: str, place: Path) -> Settings:
    """A new and empty ledger of the other engine."""
    engine = {"sqlite": "postgresql", "postgresql": "sqlite"}[exported.engine]
    settings = Settings(database_url=new_database(engine, postgresql, place), pool_size=5)
    migrate(settings)
    return settings


@pytest.fixture(scope="module")
def spare(exported: Exported) -> list[Settings]:
    """An empty ledger that tests hand on to one another, as long as it stays empty."""
    return []


@pytest.fixture
def other(
    spare: list[Settings],
    exported: Exported,
    postgresql: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    """An empty ledger of the other engine."""
    if not spare or counts(spare[0])["revisions"]:
        spare[:] = [empty(exported, postgresql, tmp_path_factory.mktemp("other"))]
    return spare[0]


@pytest.fixture
def taken(other: Settings, tmp_path: Path) -> Callable[..., Result]:
    """Imports lines into the other ledger."""

    def take(lines: list[str], *words: str) -> Result:
        path = tmp_path / "lines.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return type_(other, "import", str(path), *words)

    return take


def counts(settings: Settings) -> dict[str, int]:
    """How many rows each table has."""
    database = Database(settings)
    with database.reading() as connection:
        found = {
            t.name: connection.scalar(select(func.count()).select_from(t)) or 0
            for t in metadata.sorted_tables
        }
    database.dispose()
    return found


def test_the_lines_are_one_revision_each_and_hold_no_secret(exported: Exported) -> None:
    first, *told = map(json.loads, exported.lines)
    assert first["muster"] == "history"
    assert [each["number"] for each in told] == list(range(1, 7))
    whole = "\n".join(exported.lines)
    assert "secret-desk" not in whole
    assert "api_key" not in whole


def change(line: str, edit: Callable[[Any], object]) -> str:
    """A line with something in it changed."""
    told = json.loads(line)
    edit(told)
    return json.dumps(told, ensure_ascii=False)


def test_a_history_that_version_0_1_exported_is_taken(exported: Exported, taken: Any) -> None:
    first, *rest = exported.lines
    older = [change(line, lambda told: told.update(told=told.pop("about_digest"))) for line in rest]
    result = taken([first, *older], "--dry-run")
    assert (result.exit_code, result.stderr) == (0, "")


EDITS: dict[str, Callable[[Any], object]] = {
    "a count": lambda told: told["opened"]["claims"][0].update(count=7),
    "a date": lambda told: told["opened"]["claims"][0].update(date_latest="2024-07-30"),
    "a grade": lambda told: told["opened"]["claims"][0].update(grade="A1"),
    "a summary": lambda told: told["opened"]["claims"][0].update(summary="Another story"),
    "a locator": lambda told: told["opened"]["claims"][0].update(locator="page 9"),
    "a text that was none": lambda told: told["opened"]["claims"][0].update(date_text="then"),
    "a salt": lambda told: told["opened"]["claims"][0].update(salt="0" * 32),
    "a digest": lambda told: told["opened"]["claims"][0].update(digest="0" * 64),
    "a claim less": lambda told: told["opened"]["claims"].pop(),
    "a claim twice": lambda told: told["opened"]["claims"].append(told["opened"]["claims"][0]),
    "a source's name": lambda told: told["opened"]["sources"][0].update(publisher="Another"),
    "an author": lambda told: told.update(author="somebody else"),
    "a message": lambda told: told.update(message="Another message"),
    "a cause": lambda told: told.update(cause="our_error"),
    "a time": lambda told: told.update(recorded_at="2026-11-25T12:00:00.000000Z"),
    "a number": lambda told: told.update(number=told["number"] + 1),
    "a chain": lambda told: told.update(chain="0" * 64),
    "a digest of all": lambda told: told.update(digest="0" * 64),
    "a closing more": lambda told: told["closed"]["claims"].append(f"{SECOND}--heed-2024-07-17"),
    "a field more": lambda told: told["opened"]["claims"][0].update(colour="red"),
    "no rows": lambda told: told.pop("opened"),
    "rows of another shape": lambda told: told["opened"].update(claims={"a": 1}),
    "a number in quotes": lambda told: told.update(number=str(told["number"])),
}


class TestWhatIsNotTheHistory:
    @pytest.mark.parametrize("edit", EDITS)
    def test_a_changed_line_is_refused(
        self, exported: Exported, taken: Any, other: Settings, edit: str
    ) -> None:
        lines = exported.lines[:]
        lines[2] = change(lines[2], EDITS[edit])
        self.refused(taken(lines), other)

    def test_so_are_reordered_missing_repeated_cut_and_foreign_lines(
        self, exported: Exported, taken: Any, other: Settings
    ) -> None:
        first, one, two, three, *rest = exported.lines
        salted = change(one, lambda told: told.update(salt="f" * 32))
        for lines in (
            [first, two, one, three, *rest],
            [first, one, three, *rest],
            [first, two, three, *rest],
            [first, one, one, two, three, *rest],
            [first, one, two, three[: len(three) // 2]],
            [first, one, two, three[:-1]],
            [first, one, two, "", three, *rest],
            [first, one, two, "null"],
            [first, one, two, "[]"],
            [first, one, two, '{"entries": []}'],
            [first, one, two, three, first, one],
            [first, salted, two],
        ):
            self.refused(taken(lines), other)

    def test_a_file_cut_at_the_end_of_a_line_is_known_for_it(
        self, exported: Exported, taken: Any, other: Settings
    ) -> None:
        result = taken(exported.lines[:-1])
        self.refused(result, other)
        assert "should go on to" in result.stderr

    def test_a_file_without_its_first_line_is_no_history(
        self, exported: Exported, taken: Any, other: Settings
    ) -> None:
        self.refused(taken(exported.lines[1:]), other)
        self.refused(taken(['{"muster": "history", "version": 2}', *exported.lines[1:]]), other)

    def refused(self, result: Result, other: Settings) -> None:
        """Said in a sentence, and nothing is left."""
        assert result.exit_code == 1, result.output
        assert result.stderr.startswith("Error: ")
        assert "Traceback" not in result.stderr
        assert set(counts(other).values()) == {0, 1}  # the head row alone
        assert counts(other)["revisions"] == 0


@pytest.fixture(scope="module")
def copy(exported: Exported, postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A ledger of the other engine with the lines imported."""
    place = tmp_path_factory.mktemp("copied")
    other, path = empty(exported, postgresql, place), place / "all.jsonl"
    path.write_text("".join(f"{line}\n" for line in exported.lines), "utf-8")
    trial = type_(other, "import", str(path), "--dry-run")
    assert trial.exit_code == 0
    assert counts(other)["revisions"] == 0
    done = type_(other, "import", str(path))
    assert done.exit_code == 0, done.output
    return other


@pytest.fixture(scope="module")
def both(exported: Exported, copy: Settings) -> Iterator[Twins]:
    """The original and its copy, served."""
    with served(exported.settings) as one, served(copy) as other:
        yield Twins({"original": one, "copy": other})


class TestACopy:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_the_copy_answers_byte_for_byte_alike(self, both: Twins, address: str) -> None:
        assert both(address).status_code == 200

    def test_the_copy_is_sound_and_its_export_the_same(
        self, exported: Exported, copy: Settings
    ) -> None:
        database = Database(copy)
        with database.writing() as connection:
            assert verify(connection) == []
            assert rebuild(connection) == []
        database.dispose()
        assert type_(copy, "export").stdout.splitlines() == "\n".join(exported.lines).splitlines()
        kept = counts(exported.settings) | {"api_keys": 0}
        assert counts(copy) == kept

    def test_takes_no_history_into_one_that_is_not_empty(
        self, exported: Exported, copy: Settings, tmp_path: Path
    ) -> None:
        before = counts(copy)
        for lines in (exported.lines, exported.lines[:2], [exported.lines[0], exported.lines[-1]]):
            path = tmp_path / "again.jsonl"
            path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
            refused = type_(copy, "import", str(path))
            assert refused.exit_code == 1
            assert refused.stderr.startswith("Error: Nothing was loaded")
            assert counts(copy) == before

    def test_goes_on_like_any_ledger(self, exported: Exported, copy: Settings) -> None:
        for settings in (exported.settings, copy):
            database = Database(settings)
            with database.writing() as connection:
                done = record(
                    connection,
                    read_document({"missions": [{"slug": "next", "name": "Next"}]}),
                    ChangeNote("t", "n"),
                )
                assert done is not None
                assert done.revision == 7
                assert verify(connection) == []
            database.dispose()
