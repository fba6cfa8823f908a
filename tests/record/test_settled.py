"""What entries settle to is kept beside the claims, and is always what the claims say: at every
revision, to the row.
"""

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from app.estimate.counts import Count
from app.estimate.dates import Span
from app.estimate.entries import Claim
from app.estimate.settling import settle
from app.record.database import Database, migrate
from app.record.ledger import ChangeNote, retract
from app.record.problems import Refused
from app.record.proof import verify
from app.record.settled import rebuild
from app.record.tables import claims, head, settled, sources
from app.settings import Settings
from tests.conftest import new_database
from tests.record.test_ledger import NOON, SUBJECTS, commit, entry, rows, told

SLUGS = ["a", "b", "c", "d"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One migrated ledger for the file; what a test does in it is undone."""
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("kept"))
    )
    migrate(settings)
    database = Database(settings)
    yield database
    database.dispose()


@pytest.fixture
def ledger(kept: Database) -> Iterator[Connection]:
    """A transaction on an empty ledger, rolled back at the end."""
    with kept.writer.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def standing(found: list[dict[str, Any]], revision: int) -> list[dict[str, Any]]:
    """The rows that stand at a revision."""
    return [
        row
        for row in found
        if row["since"] <= revision and (row["until"] is None or row["until"] > revision)
    ]


def reckoned(connection: Connection, revision: int) -> dict[str, dict[str, Any]]:
    """What every entry settles to at a revision, worked out from the rows of claims and sources
    alone.
    """
    labels = {row["slug"]: row for row in standing(rows(connection, sources), revision)}

    def origin(slug: str) -> str:
        path = [slug]
        while parent := labels[path[-1]]["derived_from"]:
            assert parent not in path, path
            path.append(parent)
        return path[-1]

    def out_by(slug: str) -> date | None:
        days = [labels[slug][name] for name in ("published_latest", "retrieved_on")]
        return min((day for day in days if day), default=None)

    of_entry: dict[str, list[Claim]] = {}
    for row in standing(rows(connection, claims), revision):
        of_entry.setdefault(row["entry"], []).append(
            Claim(
                key=row["key"],
                entry=row["entry"],
                source=row["source"],
                origin=origin(row["source"]),
                status=row["status"],
                count=Count(row["count_low"], row["count"], row["count_high"]),
                date=Span(row["date"], row["date_earliest"], row["date_latest"]),
                grade=row["grade"],
                out_by=out_by(row["source"]),
                recorded=row["since"],
            )
        )
    found = {}
    for key, said in of_entry.items():
        value = settle(said)
        assert value is not None
        found[key] = {
            "status": value.status,
            "count_low": value.count.low,
            "count": value.count.best,
            "count_high": value.count.high,
            "date": value.date.edtf,
            "date_earliest": value.date.earliest,
            "date_latest": value.date.latest,
            "disputed": value.disputed,
            "spread_low": value.spread[0],
            "spread_high": value.spread[1],
            "origins": value.origins,
            "claims": len(said),
            "settled_by": value.claim.key,
        }
    return found


def agrees(connection: Connection) -> None:
    """What is kept is what is reckoned, at every revision, and `rebuild` finds nothing to mend."""
    kept = rows(connection, settled)
    for revision in range((rows(connection, head)[0]["revision"]) + 1):
        standing_then = standing(kept, revision)
        shown = {row["entry"]: row for row in standing_then}
        assert len(shown) == len(standing_then), revision
        made = reckoned(connection, revision)
        assert {key: {name: shown[key][name] for name in made[key]} for key in shown} == made, (
            revision
        )
    assert rebuild(connection) == []


SOURCES = st.fixed_dictionaries(
    {"slug": st.sampled_from(SLUGS), "publisher": st.sampled_from(["P", "Q"])},
    optional={
        "published": st.sampled_from(
            [None, "2024-07-01", "2024-07-02", "2024-07", "2024-07-03/.."]
        ),
        "retrieved_on": st.sampled_from([None, "2024-07-02", "2024-08-01"]),
        "derived_from": st.sampled_from([None, *SLUGS]),
        "grade": st.sampled_from([None, "A1", "B2", "F6"]),
    },
)
CLAIMS = st.fixed_dictionaries(
    {
        "source": st.sampled_from(SLUGS),
        "status": st.sampled_from(["expected", "occurred", "occurred", "cancelled"]),
        "date": st.sampled_from(
            ["2024-07-01", "2024-07-02", "2024-07", "2024-07-02~", "2024-07-02/..", "../2024-07-01"]
        ),
    },
    optional={
        "count": st.sampled_from(
            [0, 1, 200, "~200", ">=150", "<=180", "150..250", "some", "unknown"]
        ),
        "grade": st.sampled_from(["A1", "B2", "B3", "F6"]),
    },
)
ENTRIES = st.builds(
    lambda kind, said: entry(kind, *said),
    st.sampled_from(["movement", "strength_report", "mandate"]),
    st.lists(CLAIMS, min_size=1, max_size=4, unique_by=lambda claim: claim["source"]),
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "sources": st.lists(SOURCES, max_size=3, unique_by=lambda source: source["slug"]),
        "entries": st.lists(ENTRIES, max_size=2, unique_by=lambda drafted: drafted["key"]),
    }
)
# One of the live claims, whichever there are by then.
RETRACTIONS = st.integers(min_value=0, max_value=11)
KNOWN = SUBJECTS | {
    "sources": [{"slug": slug, "publisher": "P", "published": "2024-07-01"} for slug in SLUGS]
}


@bounds(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(DOCUMENTS | RETRACTIONS, min_size=1, max_size=6))
def test_what_is_kept_is_what_the_claims_say_at_every_revision(
    kept: Database, turns: list[Any]
) -> None:
    with kept.writer.connect() as connection, connection.begin() as transaction:
        commit(connection, **KNOWN)
        for document in turns:
            if isinstance(document, int):
                live = [row["key"] for row in rows(connection, claims) if row["until"] is None]
                if live:
                    retract(
                        connection, live[document % len(live)], ChangeNote("tester", "wrong"), NOON
                    )
                continue
            try:
                commit(connection, **document)
            except Refused as refused:
                # A source that would repeat itself; nothing else can be wrong here.
                if not all(mend.where.endswith("/derived_from") for mend in refused.mends):
                    raise
        agrees(connection)
        assert verify(connection) == []
        transaction.rollback()


def shown(connection: Connection, key: str = "movement", at: int | None = None) -> tuple[Any, ...]:
    """Best figure, whether disputed, origins, and the revision that last changed it."""
    found = rows(connection, settled, entry=key)
    (row,) = standing(found, at) if at else [row for row in found if row["until"] is None]
    return row["count"], row["disputed"], row["origins"], row["since"]


class TestAnEditedSource:
    """`a` says 200 and is out on 1 July, `b` says 300 and is out on 2 July; both B2."""

    @pytest.fixture(autouse=True)
    def _two_accounts(self, ledger: Connection) -> None:
        dated = [
            {"slug": s, "publisher": s, "published": f"2024-07-0{n}", "grade": "B2"}
            for n, s in enumerate(SLUGS, 1)
        ]
        said = [told("a"), told("b", count=300)]
        commit(
            ledger, missions=SUBJECTS["missions"], sources=dated, entries=[entry("movement", *said)]
        )
        commit(ledger, entries=[entry("pledge", told("c")), entry("mandate", told("d"))])
        assert shown(ledger) == (300, True, 2, 1)

    def test_with_another_date_is_believed_by_that_date(self, ledger: Connection) -> None:
        commit(ledger, sources=[{"slug": "a", "publisher": "a", "published": "2024-07-09"}])
        assert shown(ledger) == (200, True, 2, 3)
        assert shown(ledger, at=2) == (300, True, 2, 1)
        agrees(ledger)

    def test_without_its_date_is_believed_last(self, ledger: Connection) -> None:
        commit(ledger, sources=[{"slug": "b", "publisher": "b", "published": None}])
        assert shown(ledger) == (200, True, 2, 3)
        agrees(ledger)

    def test_that_was_read_early_was_out_early(self, ledger: Connection) -> None:
        commit(ledger, sources=[{"slug": "b", "publisher": "b", "retrieved_on": "2024-06-30"}])
        assert shown(ledger) == (200, True, 2, 3)
        agrees(ledger)

    def test_that_repeats_the_other_is_one_witness_with_it(self, ledger: Connection) -> None:
        commit(ledger, sources=[{"slug": "b", "publisher": "b", "derived_from": "a"}])
        assert shown(ledger) == (300, False, 1, 3)
        assert shown(ledger, at=2) == (300, True, 2, 1)
        commit(ledger, sources=[{"slug": "b", "publisher": "b", "derived_from": None}])
        assert shown(ledger) == (300, True, 2, 4)
        agrees(ledger)

    def test_makes_one_witness_of_those_who_repeat_it_from_afar(self, ledger: Connection) -> None:
        commit(ledger, sources=[{"slug": "b", "publisher": "b", "derived_from": "c"}])
        assert shown(ledger)[1:3] == (True, 2)
        commit(ledger, sources=[{"slug": "d", "publisher": "d", "derived_from": "a"}])
        commit(ledger, sources=[{"slug": "c", "publisher": "c", "derived_from": "d"}])
        assert shown(ledger) == (300, False, 1, 5)
        commit(ledger, sources=[{"slug": "d", "publisher": "d", "derived_from": None}])
        assert shown(ledger) == (300, True, 2, 6)
        agrees(ledger)

    def test_leaves_what_it_does_not_touch_as_it_was(self, ledger: Connection) -> None:
        commit(
            ledger,
            sources=[
                {"slug": "a", "publisher": "a", "published": "2024-07-09", "title": "200 land"}
            ],
        )
        assert [shown(ledger, key)[3] for key in ("pledge", "mandate")] == [2, 2]
        commit(ledger, sources=[{"slug": "a", "publisher": "a", "title": "Two hundred land"}])
        assert shown(ledger)[3] == 3
        agrees(ledger)


class TestRebuild:
    def test_makes_of_new_entries_what_their_first_write_made(self, ledger: Connection) -> None:
        """A write settles what is new from the rows at hand; their order in the document is
        nothing.
        """
        said = [told("nation", summary="Last by its key"), told("echo", summary="First by its key")]
        commit(ledger, **SUBJECTS, entries=[entry("movement", *said, key="another")])
        assert rebuild(ledger) == []

    @pytest.fixture(autouse=True)
    def _a_history(self, ledger: Connection) -> None:
        commit(
            ledger,
            **SUBJECTS,
            entries=[entry("movement"), entry("pledge", told(), told("echo", count=400))],
        )
        commit(ledger, entries=[entry("movement", told(count=396))])
        commit(
            ledger, sources=[{"slug": "echo", "publisher": "The Echo", "derived_from": "nation"}]
        )

    def kept(self, connection: Connection) -> list[dict[str, Any]]:
        """The rows without their numbers."""
        found = [{n: v for n, v in row.items() if n != "id"} for row in rows(connection, settled)]
        return sorted(found, key=lambda row: (row["entry"], row["since"]))

    def test_reports_nothing_of_a_healthy_ledger_and_changes_nothing(
        self, ledger: Connection
    ) -> None:
        before = self.kept(ledger)
        assert rebuild(ledger) == []
        assert self.kept(ledger) == before
        assert len(before) == 4

    @pytest.mark.parametrize(
        ("done", "named"),
        [
            (
                "UPDATE settled SET count = 5 WHERE entry = 'movement' AND until IS NULL",
                [("movement", 2, "wrongly")],
            ),
            (
                "UPDATE settled SET count = 5 WHERE entry = 'movement' AND until = 2",
                [("movement", 1, "wrongly")],
            ),
            ("UPDATE settled SET count_high = NULL WHERE until = 2", [("movement", 1, "wrongly")]),
            ("UPDATE settled SET words = 'x' WHERE until = 2", [("movement", 1, "wrongly")]),
            ("UPDATE settled SET until = 3 WHERE until = 2", [("movement", 1, "wrongly")]),
            (
                "UPDATE settled SET since = 3 WHERE since = 2",
                [("movement", 2, "missing"), ("movement", 3, "not be")],
            ),
            (
                "DELETE FROM settled WHERE entry = 'pledge' AND until IS NULL",
                [("pledge", 3, "missing")],
            ),
            ("DELETE FROM settled WHERE until = 2", [("movement", 1, "missing")]),
            (
                "DELETE FROM settled",
                [
                    (key, since, "missing")
                    for key, since in [
                        ("movement", 1),
                        ("movement", 2),
                        ("pledge", 1),
                        ("pledge", 3),
                    ]
                ],
            ),
        ],
    )
    def test_finds_and_mends(
        self, ledger: Connection, done: str, named: list[tuple[str, int, str]]
    ) -> None:
        before = self.kept(ledger)
        assert ledger.execute(text(done)).rowcount > 0
        faults = rebuild(ledger)
        assert len(faults) == len(named)
        for fault, (key, since, what) in zip(faults, named, strict=True):
            assert key in fault
            assert f"revision {since}" in fault
            assert what in fault
        assert self.kept(ledger) == before
        assert rebuild(ledger) == []

    def test_removes_a_row_too_many(self, ledger: Connection) -> None:
        before = self.kept(ledger)
        extra = next(
            row for row in rows(ledger, settled) if row["entry"] == "movement" and row["until"] == 2
        )
        ledger.execute(
            settled.insert(), [extra | {"id": 99, "since": 2, "until": 3, "entry": "pledge"}]
        )
        (fault,) = rebuild(ledger)
        assert "pledge" in fault
        assert "should not be" in fault
        assert self.kept(ledger) == before

    def test_finds_a_row_that_is_there_twice(self, ledger: Connection) -> None:
        before = self.kept(ledger)
        again = next(row for row in rows(ledger, settled) if row["until"] == 2)
        ledger.execute(settled.insert(), [again | {"id": 99}])
        assert len(rebuild(ledger)) == 1
        assert self.kept(ledger) == before

    def test_says_nothing_of_an_empty_ledger(self, database: Database) -> None:
        with database.writing() as connection:
            assert rebuild(connection) == []


def test_a_write_waits_for_a_rebuild(settings: Settings, database: Database) -> None:
    with database.writing() as connection:
        commit(connection, **SUBJECTS, entries=[entry("movement")])
    writer = Database(settings)
    failed: list[BaseException] = []

    def writing() -> None:
        try:
            with writer.writing() as connection:
                commit(connection, entries=[entry("movement", told(count=396))])
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=writing)
    with database.writing() as connection:
        assert rebuild(connection) == []
        thread.start()
        thread.join(timeout=0.5)
        assert thread.is_alive()
    thread.join(timeout=20)
    writer.dispose()
    assert failed == []
    with database.writing() as connection:
        agrees(connection)
