"""The one door into the ledger, over every kind of entry and on both databases: what it takes,
corrects and refuses.

The builders are used by the other tests of the record room too: `entry("movement",
told(count=200))` is one entry with one claim, `commit(connection, entries=[...])` records a
document, `refusals(connection, ...)` is what is wrong with it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, select

from app.record import settled
from app.record.database import Database, migrate
from app.record.documents import read_document
from app.record.kinds import KINDS, OWN_FIELDS
from app.record.kinds.fields import field_types
from app.record.ledger import ChangeNote, Recorded, record, retract
from app.record.listings import CONTINGENTS, MISSIONS, SOURCES, entry_listing, one
from app.record.problems import Mend, NotFound, Refused
from app.record.proof import verify
from app.record.tables import claims, contingents, entries, metadata, missions, sources
from app.settings import Settings
from tests.conftest import new_database

NOON = datetime(2024, 7, 18, 12, tzinfo=UTC)

SUBJECTS: dict[str, Any] = {
    "missions": [
        {"slug": "haiti", "name": "Mission in Haiti", "host_country": "HTI"},
        {"slug": "minustah", "name": "Stabilization Mission in Haiti", "ended": "2017-10-15"},
        {"slug": "minujusth", "name": "Mission for Justice Support", "ended": "2019-10-15"},
    ],
    "sources": [
        {"slug": "nation", "publisher": "The Nation", "published": "2024-07-17", "grade": "B2"},
        {"slug": "echo", "publisher": "The Echo"},
    ],
}

# Two values of each sort of field that has no list of its own.
VALUES: dict[str, tuple[Any, Any]] = {
    "words": ("some words", "other words"),
    "nation": ("KEN", "JAM"),
    "category": ("police", "troops"),
    "mission": ("minustah", "minujusth"),
    "date": ("2025-10-02", "2026-02"),
    "day": ("2024-07-18", "2024-07-19"),
    "number": (3, 4),
}


def example(kind: str, nth: int) -> dict[str, Any]:
    """A value of each field of a kind that leads to no other entry: the first (0), or another
    (1).
    """
    types = field_types(KINDS[kind].fields).items()
    return {name: (of.values or VALUES[of.sort])[nth] for name, of in types if of.sort != "entry"}


# What the entries of a kind are about here, and one other value of each of the kinds' own fields.
ABOUT: dict[str, dict[str, Any]] = {kind: example(kind, 0) for kind in KINDS} | {
    "movement": {"nation": "KEN", "category": "police", "direction": "arrival"},
    "strength_report": {"nation": "KEN", "category": "police"},
    "pledge": {"nation": "BEN", "category": None},
    "delivery": {"donor": "USA", "item": "apc", "recipient": "mission"},
    "mandate": {"body": "UN Security Council", "instrument": "resolution 2699 (2023)"},
    "event": {"event_type": "visit", "title": "Six officers come to look"},
}
OTHERWISE: dict[str, Any] = dict.fromkeys(OWN_FIELDS, "promised")
for _kind in KINDS:
    OTHERWISE |= example(_kind, 1)


def told(source: str = "nation", **said: Any) -> dict[str, Any]:
    """A claim: what one source says."""
    return {"source": source, "status": "occurred", "count": 200, "date": "2024-07-16"} | said


def entry(kind: str, *said: dict[str, Any], key: str | None = None, **about: Any) -> dict[str, Any]:
    """An entry of a kind with claims; one claim of 200 when none is given."""
    named = {"key": key or kind.replace("_", "-"), "kind": kind, "mission": "haiti"}
    return named | ABOUT[kind] | about | {"claims": list(said) or [told()]}


def commit(connection: Connection, now: datetime = NOON, **document: Any) -> Recorded | None:
    """Record a document."""
    return record(connection, read_document(document), ChangeNote("tester", "a test"), now)


def refusals(connection: Connection, **document: Any) -> list[Mend]:
    """What is wrong with a document that must be refused."""
    with pytest.raises(Refused) as refused:
        pytest.fail(f"was taken: {commit(connection, **document)}")
    return refused.value.mends


def rows(connection: Connection, table: Table, **where: Any) -> list[dict[str, Any]]:
    """Rows of a table, as they were added."""
    query = select(table).order_by(*table.primary_key.columns)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    return [dict(row) for row in connection.execute(query).mappings()]


def everything(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """All that the database holds."""
    return {table.name: rows(connection, table) for table in metadata.sorted_tables}


def lives(found: list[dict[str, Any]]) -> list[tuple[int, int | None]]:
    """From which revision to which each row stands."""
    return [(row["since"], row["until"]) for row in found]


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
    """A transaction on a ledger that knows a mission and two sources (revision 1); rolled back at
    the end.
    """
    with kept.writer.connect() as connection, connection.begin() as transaction:
        commit(connection, **SUBJECTS)
        yield connection
        transaction.rollback()


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_is_kept_as_it_was_given(self, ledger: Connection, kind: str) -> None:
        done = commit(ledger, entries=[entry(kind)])
        assert done is not None
        assert (done.revision, done.opened["entries"], done.opened["claims"], done.closed) == (
            2,
            1,
            1,
            {},
        )
        (kept,) = rows(ledger, entries)
        own = {name: kept[name] for name in KINDS[kind].fields.model_fields}
        days = {name: value for name, value in own.items() if isinstance(value, date)}
        own |= {name: day.isoformat() for name, day in days.items()}
        assert own == dict.fromkeys(own) | ABOUT[kind]
        assert {
            name: kept[name]
            for name in OWN_FIELDS
            if name not in KINDS[kind].columns and kept[name]
        } == {}
        (claim,) = rows(ledger, claims)
        assert (claim["key"], claim["entry"], claim["source"]) == (
            f"{kept['key']}--nation",
            kept["key"],
            "nation",
        )
        assert (claim["count_low"], claim["count"], claim["count_high"]) == (200, 200, 200)
        assert (claim["date"], claim["date_earliest"], claim["date_latest"]) == (
            "2024-07-16",
            date(2024, 7, 16),
            date(2024, 7, 16),
        )

    def test_the_same_document_twice_changes_nothing(self, ledger: Connection, kind: str) -> None:
        document = SUBJECTS | {
            "entries": [entry(kind, told(), told("echo", count="~200", summary="Some came."))]
        }
        assert commit(ledger, **document) is not None
        before = everything(ledger)
        assert commit(ledger, **document) is None
        assert everything(ledger) == before

    def test_a_changed_claim_is_a_correction_of_the_same_key(
        self, ledger: Connection, kind: str
    ) -> None:
        commit(ledger, entries=[entry(kind)])
        (before,) = rows(ledger, claims)
        done = commit(ledger, entries=[entry(kind, told(count=">=600"))])
        assert done is not None
        assert (done.opened, done.closed) == ({"claims": 1}, {"claims": 1})
        old, new = rows(ledger, claims)
        assert lives([old, new]) == [(2, 3), (3, None)]
        assert old == before | {"until": 3}
        assert new["key"] == old["key"]
        assert (new["count_low"], new["count"], new["count_high"]) == (600, 600, None)
        assert len(rows(ledger, entries)) == 1

    def test_a_claim_that_goes_back_to_what_it_said_is_a_third_row(
        self, ledger: Connection, kind: str
    ) -> None:
        for count in (200, 300, 200):
            commit(ledger, entries=[entry(kind, told(count=count))])
        assert [(row["count"], row["since"], row["until"]) for row in rows(ledger, claims)] == [
            (200, 2, 3),
            (300, 3, 4),
            (200, 4, None),
        ]

    def test_no_field_of_an_entry_can_be_changed(self, ledger: Connection, kind: str) -> None:
        commit(ledger, entries=[entry("pledge", key="promised"), entry(kind, key="this")])
        before = everything(ledger)
        for name in set(KINDS[kind].columns) - {"contingent"}:
            told_of = refusals(ledger, entries=[entry(kind, key="this", **{name: OTHERWISE[name]})])
            assert f"/entries/0/{name}" in [mend.where for mend in told_of]
            assert all("this" in mend.detail for mend in told_of)
        assert everything(ledger) == before

    def test_nor_its_kind_nor_its_mission(self, ledger: Connection, kind: str) -> None:
        other = next(name for name in KINDS if name != kind)
        commit(
            ledger, missions=[{"slug": "other", "name": "Other"}], entries=[entry(kind, key="this")]
        )
        for changed, field in (
            (entry(other, key="this"), "kind"),
            (entry(kind, key="this", mission="other"), "mission"),
        ):
            assert f"/entries/0/{field}" in [
                mend.where for mend in refusals(ledger, entries=[changed])
            ]

    def test_an_unknown_mission_or_source_is_refused_with_the_nearest(
        self, ledger: Connection, kind: str
    ) -> None:
        found = refusals(ledger, entries=[entry(kind, told("natoin"), mission="haity")])
        told_of = [(mend.where, mend.did_you_mean) for mend in found]
        assert ("/entries/0/mission", "haiti") in told_of
        assert ("/entries/0/claims/0/source", "nation") in told_of

    def test_stands_once_in_a_document(self, ledger: Connection, kind: str) -> None:
        found = refusals(ledger, entries=[entry(kind), entry(kind, told("echo"))])
        assert "/entries/1/key" in [mend.where for mend in found]

    def test_has_a_claim(self, ledger: Connection, kind: str) -> None:
        (mend,) = refusals(ledger, entries=[entry(kind) | {"claims": []}])
        assert mend.where == "/entries/0/claims"


@pytest.mark.parametrize(
    "kind", [name for name, kind in KINDS.items() if "fulfils" in kind.fields.model_fields]
)
class TestWhatIsFulfilled:
    def test_may_stand_in_the_ledger_or_in_the_document(
        self, ledger: Connection, kind: str
    ) -> None:
        commit(ledger, entries=[entry("pledge", key="promised")])
        kept = [
            entry(kind, key="b", fulfils="c"),
            entry(kind, key="c"),
            entry(kind, key="d", fulfils="promised"),
        ]
        assert commit(ledger, entries=kept) is not None

    def test_is_refused_where_unknown_with_the_nearest_of_the_document(
        self, ledger: Connection, kind: str
    ) -> None:
        kept = [entry("pledge", key="promised"), entry(kind, fulfils="promisde")]
        (mend,) = refusals(ledger, entries=kept)
        assert (mend.where, mend.did_you_mean) == ("/entries/1/fulfils", "promised")

    def test_is_refused_where_unknown_with_the_nearest_of_the_ledger(
        self, ledger: Connection, kind: str
    ) -> None:
        commit(ledger, entries=[entry("pledge", key="promised")])
        (mend,) = refusals(ledger, entries=[entry(kind, fulfils="promisde")])
        assert (mend.where, mend.did_you_mean) == ("/entries/0/fulfils", "promised")


POINTERS = [
    ("movement", "fulfils"),
    ("delivery", "fulfils"),
    ("pledge", "amends"),
    ("movement", "replaces"),
    ("event", "replaces"),
]


@pytest.mark.parametrize(("kind", "name"), POINTERS)
class TestAnEntryThatNamesAnother:
    def test_is_not_that_entry(self, ledger: Connection, kind: str, name: str) -> None:
        (mend,) = refusals(ledger, entries=[entry(kind, key="a", **{name: "a"})])
        assert mend.where == f"/entries/0/{name}"
        assert mend.detail.startswith("a would ")

    def test_is_not_named_by_it(self, ledger: Connection, kind: str, name: str) -> None:
        ring = [
            entry(kind, key=key, **{name: other})
            for key, other in (("a", "b"), ("b", "c"), ("c", "a"))
        ]
        assert {mend.where for mend in refusals(ledger, entries=ring)} == {
            f"/entries/{n}/{name}" for n in range(3)
        }

    def test_may_name_one_that_names_a_third(
        self, ledger: Connection, kind: str, name: str
    ) -> None:
        commit(ledger, entries=[entry(kind, key="c")])
        chain = [entry(kind, key=key, **{name: other}) for key, other in (("a", "b"), ("b", "c"))]
        assert commit(ledger, entries=chain) is not None

    @pytest.mark.parametrize("steps", [1, 40, 101], ids=["one by one", "in parts", "at once"])
    def test_may_be_one_of_a_hundred_in_a_row_and_of_no_more(
        self, ledger: Connection, kind: str, name: str, steps: int
    ) -> None:
        row = [entry(kind, key="e000")]
        row += [entry(kind, key=f"e{n:03}", **{name: f"e{n - 1:03}"}) for n in range(1, 101)]
        *taken, last = row
        if steps < len(row):
            for at in range(0, 100, steps):
                assert commit(ledger, entries=taken[at : at + steps]) is not None
        before = everything(ledger)
        (mend,) = refusals(ledger, entries=[last] if steps < len(row) else row)
        assert mend.where.endswith(f"/{name}")
        assert "e100 would be one of more than 100 that " in mend.detail
        assert everything(ledger) == before


class TestAMissionThatFollowsAnother:
    @pytest.mark.parametrize(
        "follows",
        [{"haiti": "haiti"}, {"haiti": "b", "b": "haiti"}, {"haiti": "b", "b": "c", "c": "haiti"}],
        ids=["itself", "each other", "three in a ring"],
    )
    def test_does_not_come_before_it(self, ledger: Connection, follows: dict[str, str]) -> None:
        commit(ledger, missions=[{"slug": slug, "name": slug} for slug in ("b", "c")])
        ring = [
            {"slug": slug, "name": slug, "predecessor": before} for slug, before in follows.items()
        ]
        assert "predecessor" in refusals(ledger, missions=ring)[-1].where
        *before, last = ring
        if before:
            commit(ledger, missions=before)
        assert [mend.where for mend in refusals(ledger, missions=[last])] == [
            "/missions/0/predecessor"
        ]


class TestAKeyOfARetractedClaim:
    def test_is_not_taken_by_another_entry(self, ledger: Connection) -> None:
        commit(ledger, entries=[entry("movement", told(key="said"), told("echo"), key="a")])
        retract(ledger, "said", ChangeNote("tester", "a test"), NOON)
        (mend,) = refusals(ledger, entries=[entry("movement", told(key="said"), key="b")])
        assert mend.where == "/entries/0/claims/0/key"
        assert mend.detail.startswith("the claim said belongs to the entry a")

    def test_is_taken_by_its_own(self, ledger: Connection) -> None:
        commit(ledger, entries=[entry("movement", told(key="said"), told("echo"), key="a")])
        retract(ledger, "said", ChangeNote("tester", "a test"), NOON)
        assert commit(ledger, entries=[entry("movement", told(key="said"), key="a")]) is not None


class TestLabels:
    def test_an_edit_opens_a_new_row_and_the_old_revision_shows_the_old_label(
        self, ledger: Connection
    ) -> None:
        commit(
            ledger,
            contingents=[
                {
                    "mission": "haiti",
                    "nation": "KEN",
                    "category": "police",
                    "units": "Border Patrol",
                }
            ],
        )
        done = commit(
            ledger,
            missions=[{"slug": "haiti", "name": "MSS"}],
            sources=[{"slug": "echo", "publisher": "Echo of the South"}],
            contingents=[
                {
                    "mission": "haiti",
                    "nation": "KEN",
                    "category": "police",
                    "units": "Special units",
                }
            ],
        )
        assert done is not None
        assert done.opened == done.closed == {"missions": 1, "sources": 1, "contingents": 1}
        for listing, slug, field, before, after in (
            (MISSIONS, "haiti", "name", "Mission in Haiti", "MSS"),
            (SOURCES, "echo", "publisher", "The Echo", "Echo of the South"),
            (CONTINGENTS, "haiti-ken-police", "units", "Border Patrol", "Special units"),
        ):
            assert [one(ledger, listing, at, slug)[field] for at in (2, 3)] == [before, after]
        assert lives(rows(ledger, missions, slug="haiti")) == [(1, 3), (3, None)]

    def test_what_a_document_leaves_out_is_not_changed(self, ledger: Connection) -> None:
        full = {
            "slug": "wire",
            "publisher": "The Wire",
            "title": "200 land",
            "url": "https://wire.example/1",
        }
        full |= {
            "published": "2024-07-17/2024-07-18",
            "grade": "A1",
            "derived_from": "nation",
            "language": "en",
        }
        full |= {"retrieved_on": "2024-07-19", "archive_url": "https://wire.example/kept"}
        commit(
            ledger,
            sources=[full],
            missions=[{"slug": "haiti", "name": "Mission in Haiti", "ended": "2025"}],
        )
        assert commit(ledger, sources=[{"slug": "wire", "publisher": "The Wire"}]) is None
        commit(ledger, sources=[{"slug": "wire", "publisher": "Wire", "title": None}])
        shown = one(ledger, SOURCES, 3, "wire")
        left = {
            name: value
            for name, value in full.items()
            if name not in ("publisher", "title", "retrieved_on")
        }
        assert {name: shown[name] for name in left} == left
        assert (shown["publisher"], shown["title"], shown["retrieved_on"]) == (
            "Wire",
            None,
            date(2024, 7, 19),
        )
        assert (shown["published_earliest"], shown["published_latest"]) == (
            date(2024, 7, 17),
            date(2024, 7, 18),
        )
        mission = one(ledger, MISSIONS, 3, "haiti")
        assert (mission["host_country"], mission["ended"]) == ("HTI", "2025")

    def test_a_label_may_be_emptied_by_saying_so(self, ledger: Connection) -> None:
        commit(ledger, sources=[{"slug": "nation", "publisher": "The Nation", "published": None}])
        shown = one(ledger, SOURCES, 2, "nation")
        assert (shown["published"], shown["published_earliest"], shown["published_latest"]) == (
            None,
            None,
            None,
        )

    def test_other_claims_of_an_entry_are_not_changed(self, ledger: Connection) -> None:
        commit(ledger, entries=[entry("movement", told(), told("echo", count=400))])
        done = commit(ledger, entries=[entry("movement", told("echo", count=300))])
        assert done is not None
        assert [(r["source"], r["count"]) for r in rows(ledger, claims) if not r["until"]] == [
            ("nation", 200),
            ("echo", 300),
        ]

    @pytest.mark.parametrize(
        "twice",
        [
            {"missions": [{"slug": "new", "name": "A"}, {"slug": "new", "name": "B"}]},
            {"sources": [{"slug": "new", "publisher": "A"}, {"slug": "new", "publisher": "B"}]},
            {
                "contingents": [
                    {"mission": "haiti", "nation": n, "category": "police"}
                    for n in ("KEN", "Kenya")
                ]
            },
            {
                "missions": [
                    {"slug": "haiti", "name": "Mission in Haiti"},
                    {"slug": "haiti", "name": "B"},
                ]
            },
            {
                "sources": [
                    {"slug": "echo", "publisher": "The Echo"},
                    {"slug": "echo", "publisher": "B"},
                ]
            },
        ],
        ids=[
            "mission",
            "source",
            "contingent",
            "mission, first as it is",
            "source, first as it is",
        ],
    )
    def test_a_label_stands_once_in_a_document(
        self, ledger: Connection, twice: dict[str, Any]
    ) -> None:
        (mend,) = refusals(ledger, **twice)
        assert mend.where.startswith(f"/{next(iter(twice))}/1")

    def test_an_unknown_source_or_mission_to_follow_is_refused_with_the_nearest(
        self, ledger: Connection
    ) -> None:
        found = refusals(
            ledger,
            sources=[{"slug": "copy", "publisher": "Copy", "derived_from": "natoin"}],
            missions=[{"slug": "next", "name": "Next", "predecessor": "haitii"}],
            contingents=[{"mission": "hatii", "nation": "KEN", "category": "police"}],
        )
        assert {(mend.where, mend.did_you_mean) for mend in found} == {
            ("/sources/0/derived_from", "nation"),
            ("/missions/0/predecessor", "haiti"),
            ("/contingents/0/mission", "haiti"),
        }

    @pytest.mark.parametrize(
        "repeats",
        [
            {"nation": "nation"},
            {"nation": "echo", "echo": "nation"},
            {"nation": "echo", "echo": "third", "third": "nation"},
        ],
        ids=["itself", "each other", "three in a ring"],
    )
    def test_no_source_repeats_itself(self, ledger: Connection, repeats: dict[str, str]) -> None:
        commit(ledger, sources=[{"slug": "third", "publisher": "Third"}])
        ring = [
            {"slug": slug, "publisher": slug, "derived_from": parent}
            for slug, parent in repeats.items()
        ]
        assert "derived_from" in refusals(ledger, sources=ring)[-1].where
        *before, last = ring
        if before:
            commit(ledger, sources=before)
        assert [mend.where for mend in refusals(ledger, sources=[last])] == [
            "/sources/0/derived_from"
        ]

    def test_a_ring_is_no_ring_once_one_of_it_stands_alone(self, ledger: Connection) -> None:
        commit(
            ledger, sources=[{"slug": "nation", "publisher": "The Nation", "derived_from": "echo"}]
        )
        turned: list[dict[str, Any]] = [
            {"slug": "echo", "publisher": "The Echo", "derived_from": "nation"}
        ]
        turned += [{"slug": "nation", "publisher": "The Nation", "derived_from": None}]
        assert commit(ledger, sources=turned) is not None


class TestContingents:
    @pytest.mark.parametrize("kind", ["movement", "strength_report"])
    def test_are_made_when_first_mentioned_and_once(self, ledger: Connection, kind: str) -> None:
        officers = {"category": "staff_officer"}
        commit(ledger, entries=[entry(kind, key="a", **officers), entry(kind, key="b", **officers)])
        commit(ledger, entries=[entry(kind, key="c", **officers)])
        (made,) = rows(ledger, contingents)
        assert (made["slug"], made["units"], made["since"]) == ("haiti-ken-staff-officer", None, 2)
        assert {row["contingent"] for row in rows(ledger, entries)} == {"haiti-ken-staff-officer"}

    def test_that_have_a_label_are_not_made_again(self, ledger: Connection) -> None:
        label = {
            "mission": "haiti",
            "nation": "KEN",
            "category": "police",
            "units": "Border Patrol Unit",
        }
        commit(ledger, contingents=[label], entries=[entry("movement")])
        commit(ledger, entries=[entry("movement", key="another")])
        assert [row["units"] for row in rows(ledger, contingents)] == ["Border Patrol Unit"]

    def test_are_not_made_by_what_speaks_of_more_or_of_no_strength(
        self, ledger: Connection
    ) -> None:
        wide = [
            entry("strength_report", key="a", category=None),
            entry("strength_report", key="b", nation=None),
        ]
        commit(
            ledger,
            entries=[*wide, *(entry(kind) for kind in ("pledge", "delivery", "mandate", "event"))],
        )
        assert rows(ledger, contingents) == []

    def test_of_a_wrong_nation_are_not_made_by_a_refused_document(self, ledger: Connection) -> None:
        refusals(ledger, entries=[entry("movement", told("nobody"))])
        assert rows(ledger, contingents) == []


class TestGrades:
    def test_a_claim_has_its_own_or_its_sources_or_f6(self, ledger: Connection) -> None:
        said = [told(grade="C3"), told("nation", key="second"), told("echo")]
        commit(ledger, entries=[entry("movement", *said)])
        assert [row["grade"] for row in rows(ledger, claims)] == ["C3", "B2", "F6"]

    def test_the_sources_grade_may_come_with_the_document(self, ledger: Connection) -> None:
        graded = [{"slug": "echo", "publisher": "The Echo", "grade": "A1"}]
        commit(ledger, sources=graded, entries=[entry("movement", told("echo"))])
        assert [row["grade"] for row in rows(ledger, claims)] == ["A1"]

    def test_a_source_graded_anew_leaves_its_claims_as_they_were(self, ledger: Connection) -> None:
        commit(ledger, entries=[entry("movement")])
        commit(ledger, sources=[{"slug": "nation", "publisher": "The Nation", "grade": "E5"}])
        assert [(row["grade"], row["until"]) for row in rows(ledger, claims)] == [("B2", None)]


class TestClaimKeys:
    def test_two_claims_of_one_source_need_a_key(self, ledger: Connection) -> None:
        (mend,) = refusals(ledger, entries=[entry("movement", told(), told(count=400))])
        assert mend.where == "/entries/0/claims/1/key"
        assert (
            commit(ledger, entries=[entry("movement", told(), told(key="second", count=400))])
            is not None
        )

    def test_a_key_belongs_to_one_entry_of_a_document(self, ledger: Connection) -> None:
        both = [entry("movement", told(key="mine")), entry("pledge", told(key="mine"))]
        assert "/entries/1/claims/0/key" in [mend.where for mend in refusals(ledger, entries=both)]

    def test_a_key_belongs_to_one_entry_of_the_ledger(self, ledger: Connection) -> None:
        commit(ledger, entries=[entry("movement", told(key="mine"))])
        (mend,) = refusals(ledger, entries=[entry("pledge", told(key="mine"))])
        assert mend.where == "/entries/0/claims/0/key"

    def test_a_key_that_is_left_out_does_not_meet_one_that_was_given(
        self, ledger: Connection
    ) -> None:
        commit(ledger, entries=[entry("pledge", told(key="movement--nation"))])
        (mend,) = refusals(ledger, entries=[entry("movement")])
        assert mend.where == "/entries/0/claims/0/key"

    def test_keys_made_of_entry_and_source_never_meet_by_chance(self, ledger: Connection) -> None:
        """a + x--nation and a--x + nation would: so two hyphens stand in no slug."""
        (mend,) = refusals(ledger, sources=[{"slug": "x--nation", "publisher": "X"}])
        assert mend.where == "/sources/0/slug"
        (mend,) = refusals(ledger, entries=[entry("pledge", key="a--x")])
        assert mend.where == "/entries/0/key"


class TestRetractions:
    @pytest.mark.parametrize("kind", KINDS)
    def test_close_the_claim_and_change_nothing_else(self, ledger: Connection, kind: str) -> None:
        commit(ledger, entries=[entry(kind, told(), told("echo", count=400))])
        before = everything(ledger)
        done = retract(
            ledger, f"{kind.replace('_', '-')}--nation", ChangeNote("tester", "wrong"), NOON
        )
        assert (done.revision, dict(done.opened), dict(done.closed)) == (3, {}, {"claims": 1})
        after = everything(ledger)
        assert [row | {"until": None} for row in after["claims"]] == before["claims"]
        assert lives(after["claims"]) == [(2, 3), (2, None)]
        assert after["entries"] == before["entries"]
        assert one(ledger, entry_listing(kind), 3, before["entries"][0]["key"])["count"] == 400
        assert one(ledger, entry_listing(kind), 2, before["entries"][0]["key"])["count"] == 200
        assert verify(ledger) == []

    def test_of_the_last_claim_take_the_entry_out_of_sight(self, ledger: Connection) -> None:
        commit(ledger, entries=[entry("movement")])
        retract(ledger, "movement--nation", ChangeNote("tester", "wrong"), NOON)
        with pytest.raises(NotFound):
            one(ledger, entry_listing("movement"), 3, "movement")
        assert one(ledger, entry_listing("movement"), 2, "movement")["count"] == 200
        commit(ledger, entries=[entry("movement", told(count=5))])
        assert one(ledger, entry_listing("movement"), 4, "movement")["count"] == 5
        assert lives(rows(ledger, claims)) == [(2, 3), (4, None)]
        assert settled.rebuild(ledger) == []

    def test_of_what_is_not_there_are_refused(self, ledger: Connection) -> None:
        commit(ledger, entries=[entry("movement")])
        before = everything(ledger)
        for key in ("nobody", "movement", ""):
            with pytest.raises(NotFound):
                retract(ledger, key, ChangeNote("tester", "wrong"), NOON)
        assert everything(ledger) == before
        retract(ledger, "movement--nation", ChangeNote("tester", "wrong"), NOON)
        with pytest.raises(NotFound):
            retract(ledger, "movement--nation", ChangeNote("tester", "again"), NOON)


def test_a_refusal_names_the_entry_beside_the_field(ledger: Connection) -> None:
    commit(ledger, entries=[entry("event", key="known-one")])
    found = refusals(
        ledger,
        entries=[
            entry("pledge", told("natoin"), key="first-one", mission="haity"),
            entry(
                "movement", told(), told(), key="second-one", fulfils="nothing", replaces="nothing"
            ),
            entry("event", key="known-one", title="Another"),
        ],
    )
    assert len(found) == 6
    assert [
        mend.where
        for mend in found
        if not re.search(r"(first|second|known)-one", mend.where + mend.detail)
    ] == []


class TestReplacing:
    def test_a_new_entry_may_replace_one_that_named_the_wrong_nation(
        self, ledger: Connection
    ) -> None:
        commit(ledger, entries=[entry("movement", key="wrong", nation="UGA")])
        assert (
            commit(ledger, entries=[entry("movement", key="right", replaces="wrong")]) is not None
        )
        assert one(ledger, entry_listing("movement"), 3, "right")["replaces"] == "wrong"

    def test_what_it_replaces_must_be_there(self, ledger: Connection) -> None:
        assert [m.where for m in refusals(ledger, entries=[entry("event", replaces="none")])] == [
            "/entries/0/replaces"
        ]


class TestAllOrNothing:
    """With transactions that end: on the door that every write passes."""

    GOOD = SUBJECTS | {"entries": [entry(kind, told(), told("echo")) for kind in KINDS]}

    def test_a_refused_document_leaves_nothing_behind(self, database: Database) -> None:
        for first in ({}, self.GOOD):
            if first:
                with database.writing() as connection:
                    commit(connection, **first)
            with database.reading() as connection:
                before = everything(connection)
            bad = [entry("movement", key="new"), entry("movement", told("nobody"), key="bad")]
            label = [{"slug": "echo", "publisher": "Changed"}]
            with database.writing() as connection, pytest.raises(Refused):
                commit(connection, **SUBJECTS | {"entries": bad, "sources": label})
            with database.reading() as connection:
                assert everything(connection) == before

    @pytest.mark.parametrize(
        "moment", ["before the settled rows", "after them", "before the commit"]
    )
    def test_one_that_fails_half_way_leaves_nothing_behind(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        with database.writing() as connection:
            commit(connection, **SUBJECTS)
        with database.reading() as connection:
            before = everything(connection)
        resettle = settled.resettle

        def failing(*given: Any) -> None:
            if moment == "after them":
                resettle(*given)
            raise OSError("the lights went out")

        def written() -> None:
            with database.writing() as connection:
                commit(connection, **self.GOOD)
                raise OSError("the lights went out")

        with monkeypatch.context() as patch:
            if moment != "before the commit":
                patch.setattr(settled, "resettle", failing)
            with pytest.raises(OSError, match="the lights went out"):
                written()
        with database.reading() as connection:
            assert everything(connection) == before
        with database.writing() as connection:
            done = commit(connection, **self.GOOD)
        assert done is not None
        assert done.revision == 2
        with database.reading() as connection:
            assert verify(connection) == []

    def test_a_document_that_says_nothing_new_makes_no_revision(self, ledger: Connection) -> None:
        before = everything(ledger)
        assert commit(ledger) is None
        assert commit(ledger, **SUBJECTS) is None
        assert everything(ledger) == before


def test_what_is_taken_is_kept_to_the_letter(ledger: Connection) -> None:
    odd = "“quoted” 'single' \"double\" \\ % _ \n\t 🇭🇹 a\u0301 \u2028 عربى 𝒦enya"
    odd += " -- ; DROP TABLE claims"
    said = told(
        count=1_000_000_000,
        summary=odd,
        locator="é" * 400,
        date="0001-01-01/9999-12-31",
        count_text="x",
    )
    assert (
        commit(ledger, entries=[entry("mandate", said, body=odd, instrument="$1 :name {} %s")])
        is not None
    )
    (claim,) = rows(ledger, claims)
    assert (claim["summary"], claim["locator"], claim["count"]) == (odd, "é" * 400, 1_000_000_000)
    assert (claim["date_earliest"], claim["date_latest"]) == (date(1, 1, 1), date(9999, 12, 31))
    assert rows(ledger, entries)[0]["body"] == odd
    assert (
        commit(ledger, entries=[entry("mandate", said, body=odd, instrument="$1 :name {} %s")])
        is None
    )
    assert verify(ledger) == []


def test_a_second_live_row_of_a_key_is_refused_by_the_database_itself(ledger: Connection) -> None:
    commit(ledger, entries=[entry("movement")])
    (claim,) = rows(ledger, claims)
    ledger.execute(claims.insert(), [claim | {"id": 999, "until": claim["since"]}])
    with pytest.raises(Exception, match=re.compile("unique", re.IGNORECASE)), ledger.begin_nested():
        ledger.execute(claims.insert(), [claim | {"id": 1000}])
    ledger.execute(delete(claims).where(claims.c.id == 999))


def test_claims_count_themselves_in_what_was_recorded(ledger: Connection) -> None:
    done = commit(
        ledger,
        sources=[{"slug": "echo", "publisher": "Echo!"}, {"slug": "third", "publisher": "Third"}],
        entries=[entry("movement"), entry("pledge", told(), told("third"))],
    )
    assert done is not None
    assert dict(done.opened) == {"sources": 2, "contingents": 1, "entries": 2, "claims": 3}
    assert dict(done.closed) == {"sources": 1}
    assert len(rows(ledger, sources)) == 4
