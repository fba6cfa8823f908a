"""What a write answers is reckoned from the people it touched alone, and is what the whole ledger
says: at every revision, on any day, to the last term.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from app.estimate.entries import Scope
from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.record.contingents import evidence_of, fact_of
from app.record.database import Database, migrate
from app.record.evidence import Evidence, evidence_at
from app.record.revisions import at_revision
from app.record.tables import contingents, entries
from app.settings import Settings
from tests.conftest import new_database
from tests.record.test_ledger import commit

MISSIONS = ("haiti", "mali")
FIRST = date(2024, 7, 1)
DAYS = [FIRST + timedelta(days=5 * nth) for nth in range(8)]
LISTS = [f"list-{day}" for day in DAYS[1:6]]
SOURCES: list[dict[str, Any]] = [
    *(
        {"slug": slug, "publisher": "UN", "series": "un", "covers": "day", "grade": "A2"}
        for slug in LISTS
    ),
    {"slug": "wire", "publisher": "Wire", "grade": "C3", "published": "2024-07-20"},
    {"slug": "copy", "publisher": "Copy", "derived_from": "wire", "grade": "B2"},
]  # fmt: skip

# What was promised to one of them may be kept in the other.
FOLLOWS: dict[str, Any] = {
    "key": "follows",
    "kind": "succession",
    "mission": "mali",
    "predecessor": "haiti",
    "mode": "replaces",
    "claims": [{"source": "wire", "status": "occurred", "date": "2024-07-20"}],
}

nations = st.sampled_from(["KEN", "JAM"])
categories = st.sampled_from(["police", "fpu", "ipo", "troops"])
counts = st.sampled_from([0, 5, 12, "~10", "3..9", ">=4", "unknown"])
dates = st.sampled_from([str(day) for day in DAYS] + ["2024-07", "2024-07-10/2024-07-20"])


@st.composite
def pool(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Entries of all sorts, that documents tell of; some movements fulfil one before them, of
    whomever it is.
    """
    found: list[dict[str, Any]] = []
    for nth in range(draw(st.integers(4, 12))):
        about: dict[str, Any] = {"mission": draw(st.sampled_from(MISSIONS))}
        about["kind"] = kind = draw(st.sampled_from(["movement", "strength_report", "pledge"]))
        nation: str | None = draw(nations)
        category: str | None = draw(categories)
        if kind == "movement":
            about |= {"direction": draw(st.sampled_from(["arrival", "arrival", "departure"]))}
            moves = [entry["key"] for entry in found if entry["kind"] == "movement"]
            keeps = draw(st.booleans())
            if moves and keeps:
                about["fulfils"] = draw(st.sampled_from(moves))
        elif kind == "strength_report":
            nation, category = draw(nations | st.none()), draw(categories | st.none())
        about |= {"nation": nation, "category": category}
        found.append({"key": f"e{nth}", **{k: v for k, v in about.items() if v is not None}})
    return found


@st.composite
def claims_of(draw: st.DrawFn, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """What one or two sources say of an entry; lists say of reports that they are complete."""
    made = []
    sources = st.sampled_from([*LISTS, "wire", "copy"])
    for source in draw(st.lists(sources, min_size=1, max_size=2, unique=True)):
        listed = source in LISTS and entry["kind"] == "strength_report"
        made.append(
            {
                "source": source,
                "count": draw(counts),
                "status": draw(st.sampled_from(["occurred", "occurred", "expected", "cancelled"])),
                "date": source.removeprefix("list-") if listed else draw(dates),
                "complete": listed and draw(st.booleans()),
            }
        )
        if made[-1]["complete"]:
            made[-1]["status"] = "occurred"
    return made


@st.composite
def history(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Documents, one after the other; missions may end, and sources be dated anew."""
    known, documents = draw(pool()), []
    for _ in range(draw(st.integers(1, 4))):
        told = draw(st.lists(st.sampled_from(known), max_size=8, unique_by=lambda e: e["key"]))
        ended = draw(st.sampled_from([None, None, "2024-07-25"]))
        documents.append(
            {
                "missions": [{"slug": "haiti", "name": "Haiti", "ended": ended}],
                "sources": [{**SOURCES[-2], "published": draw(dates)}],
                "entries": [entry | {"claims": draw(claims_of(entry))} for entry in told],
            }
        )
    first = {
        "sources": SOURCES,
        "missions": [{"slug": m, "name": m} for m in MISSIONS],
        "entries": [FOLLOWS, *(entry | {"claims": draw(claims_of(entry))} for entry in known)],
    }
    return [first, *documents]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One migrated ledger for the file; what a test does in it is undone."""
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("people"))
    )
    migrate(settings)
    with Database(settings) as database:
        yield database


def laid_out(evidence: Evidence) -> Strength:
    """Evidence ready for any question."""
    return Strength.of(evidence.facts, evidence.ended, "graded", evidence.absences)


def agrees(connection: Connection) -> None:
    """At every revision: the figures of each contingent, and each entry as a fact."""
    query = select(contingents.c.mission, contingents.c.nation, contingents.c.category)
    people = [Scope(*row) for row in connection.execute(query)]
    keys = list(connection.scalars(select(entries.c.key)))
    for revision in range(1, at_revision(connection).number + 1):
        found = evidence_at(connection, revision)
        whole, facts = laid_out(found), {fact.entry.key: fact for fact in found.facts}
        assert {key: fact_of(connection, revision, key) for key in keys} == {
            key: facts.get(key) for key in keys
        }
        for some in (people[revision::3], people[:1], people):
            narrow = laid_out(evidence_of(connection, revision, some)) if some else whole
            for scope in some:
                for day in [*DAYS[::2], date(2025, 1, 1)]:
                    asked = Question(as_of=day, contingents=(scope,))
                    one, other = narrow.table(asked), whole.table(asked)
                    assert one.total.figures == other.total.figures, (revision, scope, day)


@given(documents=history())
@bounds(
    max_examples=30,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_people_touched_say_what_the_whole_ledger_says(
    kept: Database, documents: list[dict[str, Any]]
) -> None:
    with kept.writer.connect() as connection, connection.begin() as transaction:
        for document in documents:
            commit(connection, **document)
        agrees(connection)
        transaction.rollback()
