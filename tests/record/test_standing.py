"""Evidence that stands ready against the plain reckoning, from all rows anew: nothing may differ.

One `Standing` lives through each history, so that it is patched after every step; after each it is
asked at the newest and at older revisions, under cut-offs. Both databases take the same steps.
"""

import gc
import random
import secrets
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select

from app.estimate.questions import Question
from app.estimate.reconciliation import reconciled
from app.estimate.strength import Strength
from app.estimate.working import ordered_terms, set_aside
from app.record.database import Database, migrate
from app.record.documents import read_document
from app.record.evidence import CutOffs, evidence_at
from app.record.files import hash_of, open_table
from app.record.ledger import ChangeNote, record
from app.record.mappings import TableMapping, load_mapping, read_table
from app.record.revisions import GENESIS, Revision, at_revision
from app.record.series import TableFile, document_of
from app.record.standing import Standing
from app.record.tables import entries, head, metadata, sources
from app.settings import Settings
from tests.conftest import ROOT, new_database
from tests.record.histories import MISSIONS, WHEN, Asking, Document, History

SAMPLES = ROOT / "tests" / "samples"
MAPPINGS = ROOT / "seeds" / "mappings"
MONTHS = [SAMPLES / f"un-contributors-{day}.csv" for day in ("20140731", "20140831")]
READERS = 8
STEPS = 10
# Claims that may stand ready: more than any of these histories has.
MOST = 1_000_000


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One migrated ledger for the file, which each test empties."""
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("standing")),
        pool_size=READERS + 1,
        busy_timeout=20,
    )
    migrate(settings)
    with Database(settings) as database:
        yield database


def empty(database: Database) -> None:
    """Take everything out of a ledger."""
    with database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        connection.execute(insert(head).values(id=1, revision=0, chain=GENESIS))


def begun(database: Database, seed: int) -> History:
    """A new history in an emptied ledger."""
    empty(database)
    history = History(seed)
    with database.writing() as connection:
        history.bring(connection, history.begin())
    return history


def compare(
    connection: Connection,
    standing: Standing,
    asking: Asking,
    at: Revision,
    questions: int = 2,
) -> None:
    """Ask for the evidence of some missions at a revision; the plain one must answer the same."""
    missions, cut = asking.some_missions(), asking.cut_offs()
    found = standing.strength(connection, at, missions, cut)
    told = evidence_at(connection, at.number, missions, cut)
    plain = Strength.of(told.facts, told.ended, cut.policy, told.absences)
    assert found.facts == plain.facts
    assert [each for _, each in found.cut_off()] == sorted(
        told.set_aside, key=lambda each: each.claim.key
    )
    assert {entry.key for entry, _ in found.cut_off()} == {e.claim.entry for e in told.set_aside}
    assert all(entry == told.entries[entry.key] for entry, _ in found.cut_off())
    assert found.nations() == {each.nation for each in told.entries.values() if each.nation}
    assert found.implied == plain.implied
    keys = connection.scalars(select(entries.c.key))
    assert all(found.fact(key) == plain.fact(key) for key in keys)
    for mission, laid_out in plain.missions.items():
        if mission in found.missions:
            for name in ("spoken", "last_day", "policy", "promised", "amended"):
                assert getattr(found.missions[mission], name) == getattr(laid_out, name)
            same_reports(found, plain, mission)
    answers(found, plain, asking.questions(missions, questions))


def same_reports(found: Strength, plain: Strength, mission: str) -> None:
    """The reports of a mission as they settle together, in the same order."""
    here, there = (each.missions[mission].levels.index.reports for each in (found, plain))
    assert here.keys() == there.keys()
    for scope, reports in there.items():
        assert (list(here[scope]), here[scope].exact) == (list(reports), reports.exact)
        assert list(here[scope].days) == list(reports.days)


def answers(found: Strength, plain: Strength, questions: Iterable[Question]) -> None:
    """What two reckonings answer to drawn questions, down to the order of the terms."""
    for question in questions:
        tables = [each.table(question) for each in (found, plain)]
        assert tables[0] == tables[1]
        shown = [
            [
                (name, ordered_terms(figure))
                for row in (*table.rows, table.total)
                for name, figure in row.figures.items()
            ]
            for table in tables
        ]
        assert shown[0] == shown[1]
        assert set_aside(found, tables[0]) == set_aside(plain, tables[1])
        assert reconciled(found, question) == reconciled(plain, question)
        assert found.speaks_within(question) == plain.speaks_within(question)
        steps = plain.changes(question)
        assert found.changes(question) == steps
        days = (
            sorted(question.as_of + timedelta(days=n) for n in range(0, 30, 7))
            if (1900 < question.as_of.year < 9000)
            else []
        )
        assert list(found.series(question, days)) == list(plain.series(question, days))
        assert found.weight_of(question, days) == plain.weight_of(question, days)


def ask_around(connection: Connection, standing: Standing, history: History) -> None:
    """Compare at the newest revision and at one drawn."""
    newest = at_revision(connection).number
    for number in (None, None, history.chance.randint(0, newest)):
        compare(connection, standing, history.asking, at_revision(connection, number))


@pytest.mark.parametrize("seed", range(4))
def test_equals_the_plain_reckoning_after_every_step(kept: Database, seed: int) -> None:
    history, standing = begun(kept, seed), Standing(MOST)
    for _ in range(STEPS):
        with kept.reading() as connection:
            ask_around(connection, standing, history)
        with kept.writing() as connection:
            history.step(connection)
    with kept.reading() as connection:
        for number in range(at_revision(connection).number + 1):
            for each in (standing, Standing(MOST)):
                compare(
                    connection, each, history.asking, at_revision(connection, number), questions=1
                )


# ---- what it stands on ----


def said(key: str, mission: str, source: str = "echo", **claim: Any) -> Document:
    """A report of ten Kenyan police in a mission."""
    told = {"source": source, "status": "occurred", "count": 10, "date": "2024-01-10"} | claim
    about = {"key": key, "kind": "strength_report", "mission": mission}
    return about | {"nation": "KEN", "category": "police", "claims": [told]}


def source(slug: str, **labels: Any) -> Document:
    """A source."""
    return {"slug": slug, "publisher": slug} | labels


def commit(database: Database, **document: Any) -> None:
    """Record a document."""
    with database.writing() as connection:
        assert record(connection, read_document(document), ChangeNote("tester", "a test"), WHEN)


LISTED = (
    source("list-1", series="list", covers="day"),
    source("list-2", series="list", covers="day"),
)
CHANGES: dict[str, tuple[Document, bool]] = {
    "a claim of another mission": ({"entries": [said("b-2", "mali")]}, True),
    "a source that it does not use": ({"sources": [source("wire", published="2024-03-01")]}, True),
    "a label of its source that says nothing of when it was out": (
        {"sources": [source("echo", title="News")]},
        True,
    ),
    "another mission ends": (
        {"missions": [{"slug": "mali", "name": "Mali", "ended": "2024-05-01"}]},
        True,
    ),
    "its name": ({"missions": [{"slug": "haiti", "name": "Mission in Haiti"}]}, True),
    "its claim": ({"entries": [said("a-1", "haiti", count=11)]}, False),
    "its entry": ({"entries": [said("a-2", "haiti", source="wire")]}, False),
    "its source was out": ({"sources": [source("echo", published="2024-03-01")]}, False),
    "its source repeats another": ({"sources": [source("echo", derived_from="wire")]}, False),
    "its last day": (
        {"missions": [{"slug": "haiti", "name": "Haiti", "ended": "2024-05-01"}]},
        False,
    ),
    "a list that leaves it out": (
        {"entries": [said("l-2", "mali", "list-2", complete=True, date="2024-03-01")]},
        False,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_only_what_it_stands_on_makes_evidence_anew(kept: Database, change: str) -> None:
    document, warm = CHANGES[change]
    empty(kept)
    lists = [said("l-1", "haiti", "list-1", complete=True), said("b-1", "mali")]
    commit(
        kept,
        missions=[{"slug": slug, "name": slug.title()} for slug in MISSIONS],
        sources=[source("echo"), source("wire"), *LISTED],
        entries=[said("a-1", "haiti"), *lists],
    )
    standing, cut = Standing(MOST), CutOffs()
    with kept.reading() as connection:
        before = standing.strength(connection, at_revision(connection), ("haiti",), cut)
    commit(kept, **document)
    with kept.reading() as connection:
        newest = at_revision(connection)
        after = standing.strength(connection, newest, ("haiti",), cut)
        assert (after.missions["haiti"] is before.missions["haiti"]) == warm
        older = standing.strength(connection, at_revision(connection, 1), ("haiti",), cut)
        assert older.missions["haiti"] is before.missions["haiti"] or change == "its entry"
        for number in (1, 2):
            compare(connection, standing, History(0).asking, at_revision(connection, number))


def report_of(key: str, count: int | str, day: str, **claim: Any) -> Document:
    """A report of the Kenyan police in Haiti."""
    return said(key, "haiti", count=count, date=day, **claim)


UNRULY: dict[str, tuple[Document, ...]] = {
    "no number after a zero": (
        report_of("a-1", 0, "2024-01-10"),
        report_of("a-2", "unknown", "2024-02-10"),
    ),
    "no number after a number": (
        report_of("a-1", 5, "2024-01-10"),
        report_of("a-2", "unknown", "2024-02-10"),
    ),
    "rivals of one day that were told against the order of their keys": (
        report_of("z-1", 10, "2024-01-10", source="wire"),
        report_of("m-1", 30, "2024-01-10", source="herald"),
        report_of("a-1", 20, "2024-01-10"),
    ),
}


@pytest.mark.parametrize("case", UNRULY)
def test_reports_that_are_not_one_number_a_day_settle_as_the_plain_ones(
    kept: Database, case: str
) -> None:
    empty(kept)
    subjects = {"missions": [{"slug": "haiti", "name": "Haiti"}]}
    subjects["sources"] = [source(slug) for slug in ("echo", "wire", "herald")]
    for number, each in enumerate(UNRULY[case]):
        commit(kept, **(subjects if not number else {}), entries=[each])
    with kept.reading() as connection:
        at = at_revision(connection)
        compare(connection, Standing(MOST), History(0).asking, at, questions=40)
        question = Question(as_of=date(2024, 3, 1), missions=("haiti",))
        whole = evidence_at(connection, at.number, ("haiti",), CutOffs())
        plain = Strength.of(whole.facts, whole.ended)
        found = Standing(MOST).strength(connection, at, ("haiti",), CutOffs())
        answers(found, plain, [question])


def test_what_was_laid_out_before_a_write_keeps_no_columns_of_its_own(kept: Database) -> None:
    standing = Standing(MOST)
    begun(kept, 104)
    with kept.reading() as connection:
        before = standing.strength(connection, at_revision(connection), ("haiti",), CutOffs())
    columns = weakref.ref(before.missions["haiti"].facts.columns)  # type: ignore[attr-defined]
    commit(kept, entries=[said("zz", "haiti", count=5)])
    with kept.reading() as connection:
        standing.strength(connection, at_revision(connection), ("haiti",), CutOffs())
    gc.collect()
    assert columns() is None
    assert before.facts


# ---- who reads what history ----


def written(database: Database, history: History, steps: int) -> None:
    """Take some steps of a history."""
    for _ in range(steps):
        with database.writing() as connection:
            history.step(connection)


def everywhere(database: Database, standing: Standing, history: History) -> None:
    """Compare at every revision."""
    with database.reading() as connection:
        for number in range(at_revision(connection).number, -1, -1):
            compare(
                connection, standing, history.asking, at_revision(connection, number), questions=1
            )


@pytest.mark.parametrize("steps", [0, 5, 6, 9])
def test_another_ledger_in_its_place_is_never_answered_from_the_old_one(
    kept: Database, steps: int
) -> None:
    standing = Standing(MOST)
    written(kept, old := begun(kept, 101), 6)
    everywhere(kept, standing, old)
    written(kept, new := begun(kept, 102), steps)
    everywhere(kept, standing, new)
    empty(kept)
    everywhere(kept, standing, new)


@pytest.mark.parametrize("seen", [True, False])
def test_a_ledger_restored_and_written_to_again_is_not_answered_from_what_was_lost(
    kept: Database, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _size: "0" * 32)
    standing, first = Standing(MOST), said("a-1", "haiti")
    documents = [
        {"missions": [{"slug": "haiti", "name": "Haiti"}], "sources": [source("echo")]},
        {"entries": [first]},
    ]
    lost = [{"entries": [said("a-1", "haiti", count=n)]} for n in (20, 30, 40)]

    def ask(count: int) -> None:
        with kept.reading() as connection:
            at = at_revision(connection)
            fact = standing.strength(connection, at, ("haiti",), CutOffs()).fact("a-1")
            assert fact is not None
            assert fact.value.count.best == count

    empty(kept)
    for document in documents:
        commit(kept, **document)
    ask(10)
    for document in lost:
        commit(kept, **document)
        if seen:
            ask(document["entries"][0]["claims"][0]["count"])
    ask(40)
    empty(kept)
    for document in documents:
        commit(kept, **document)
    commit(kept, entries=[said("a-1", "haiti", count=21)])
    ask(21)


def test_who_reads_a_revision_behind_others_has_its_own_and_takes_nothing_from_them(
    kept: Database,
) -> None:
    history, standing = begun(kept, 103), Standing(MOST)
    with kept.reading() as behind:
        at = at_revision(behind)
        # Two revisions later, of which nobody has seen the first.
        for n in (5, 6):
            commit(kept, entries=[said("zz", MISSIONS[0], count=n)])
        with kept.reading() as connection:
            newest = at_revision(connection)
            ahead = standing.strength(connection, newest, (), CutOffs())
            standing.strength(behind, at, (), CutOffs())
            again = standing.strength(connection, newest, (), CutOffs())
            for _ in range(10):
                compare(behind, standing, history.asking, at)
                compare(connection, standing, history.asking, newest)
    assert all(again.missions[slug] is told for slug, told in ahead.missions.items())


def test_threads_that_ask_while_another_writes(kept: Database) -> None:
    history, standing, done = begun(kept, 104), Standing(MOST), threading.Event()

    def reads(seed: int) -> int:
        own, asked = History(seed), 0
        while not done.is_set() or not asked:
            with kept.reading() as connection:
                compare(connection, standing, own.asking, at_revision(connection), questions=1)
            asked += 1
        return asked

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(READERS) as threads:
            readers = [threads.submit(reads, seed) for seed in range(READERS)]
            try:
                written(kept, history, 25)
            finally:
                done.set()
            assert all(reader.result(timeout=60) for reader in readers)
    finally:
        sys.setswitchinterval(interval)


def test_more_claims_than_it_may_keep_are_read_again(kept: Database) -> None:
    history, standing = begun(kept, 105), Standing(most_claims=1)
    for _ in range(4):
        everywhere(kept, standing, history)
        written(kept, history, 1)


# ---- real tables ----


def file_of(mapping: TableMapping, path: Path) -> TableFile:
    """A table that was read."""
    columns, rows = open_table(path, mapping.file)
    return TableFile(path.name, hash_of(path), read_table(mapping, rows, columns))


def test_real_tables_file_by_file(kept: Database) -> None:
    empty(kept)
    tables = [(path, "un-contributors") for path in MONTHS]
    tables += [(SAMPLES / "un-missions.csv", "un-missions"), tables[0]]
    nations, slugs = ("IND", "NPL", "JOR", "AUS"), ("minustah", "unama")
    standing, chance = Standing(MOST), random.Random(106)
    for path, name in tables:
        mapping = load_mapping(MAPPINGS / f"{name}.yaml")
        with kept.writing() as connection:
            document = document_of(connection, mapping, [file_of(mapping, path)])
            record(connection, document, ChangeNote("tester", "a table"), WHEN)
        with kept.reading() as connection:
            series = tuple(connection.scalars(select(sources.c.slug).distinct()))
            asking = Asking(chance, slugs, nations, (*series, *"abcde"), date(2014, 7, 20))
            for number in range(at_revision(connection).number + 1):
                for _ in range(4):
                    compare(connection, standing, asking, at_revision(connection, number))
