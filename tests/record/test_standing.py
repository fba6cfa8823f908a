"""Evidence that stands ready against the plain reckoning, from all rows anew: nothing may differ.

One `Standing` lives through each history, so that it is patched after every step; after each it is
asked at the newest and at older revisions, under cut-offs. Both databases take the same steps.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, insert, select

from app.estimate.reconciliation import reconciled
from app.estimate.strength import Strength
from app.estimate.working import ordered_terms, set_aside
from app.record.database import Database, migrate
from app.record.evidence import evidence_at
from app.record.revisions import GENESIS, at_revision
from app.record.standing import Standing
from app.record.tables import entries, head, metadata
from app.settings import Settings
from tests.conftest import new_database
from tests.record.histories import History

STEPS = 10
# Claims that may stand ready: more than any of these histories has.
MOST = 1_000_000


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One migrated ledger for the file, which each test empties."""
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("standing"))
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
    history: History,
    number: int | None = None,
    questions: int = 3,
) -> None:
    """Ask for the evidence of some missions at a revision; the plain one must answer the same."""
    at = at_revision(connection, number)
    missions, cut = history.missions_asked(), history.cut_offs()
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
            for name in ("spoken", "last_day", "policy", "promised"):
                assert getattr(found.missions[mission], name) == getattr(laid_out, name)
            same_reports(found, plain, mission)
    answers(found, plain, history, missions, questions)


def same_reports(found: Strength, plain: Strength, mission: str) -> None:
    """The reports of a mission as they settle together, in the same order."""
    here, there = (each.missions[mission].levels.index.reports for each in (found, plain))
    assert here.keys() == there.keys()
    for scope, reports in there.items():
        assert (list(here[scope]), here[scope].exact) == (list(reports), reports.exact)
        assert list(here[scope].days) == list(reports.days)


def answers(
    found: Strength, plain: Strength, history: History, missions: tuple[str, ...], number: int
) -> None:
    """What two reckonings answer to drawn questions, down to the order of the terms."""
    for question in history.questions(missions, number):
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
        compare(connection, standing, history, number)


@pytest.mark.parametrize(
    "seed",
    range(
        int(__import__("os").environ.get("S0", "0")), int(__import__("os").environ.get("S1", "30"))
    ),
)
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
                compare(connection, each, history, number, questions=1)
