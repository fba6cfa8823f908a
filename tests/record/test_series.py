"""A table is what its publisher says now: whatever was loaded before, in whatever order, its last
version stands.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import Connection, event, func, select, text

from app.cli import main
from app.estimate.counts import Count, exactly, parse_count
from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.record.cells import total_of
from app.record.database import Database, migrate
from app.record.documents import read_document, read_draft
from app.record.evidence import evidence_at
from app.record.files import hash_of, open_table
from app.record.ledger import ChangeNote, Recorded, record
from app.record.mappings import Reading, Statement, TableMapping, load_mapping, read_table
from app.record.plain import load_plain
from app.record.problems import Refused
from app.record.proof import verify
from app.record.revisions import at_revision
from app.record.series import TableFile, document_of, together, widest
from app.record.tables import claims, entries, live_at, revisions, settled, sources
from app.settings import Settings
from tests.conftest import ROOT, new_database

SAMPLES = ROOT / "tests" / "samples"
MONTHS = [SAMPLES / "un-contributors-20140731.csv", SAMPLES / "un-contributors-20140831.csv"]
MAPPING: dict[str, Any] = {
    "series": "tr",
    "source": {"publisher": "The Office", "title": "Who is there, {date}", "published": "{date}"},
    "date": {"column": "Day"},
    "mission": {"column": "Mission"},
    "nation": {"column": "Nation"},
    "counts": [
        {"column": "Troops", "category": "troops"},
        {"column": "Police", "category": "police"},
    ],
    "missing": ["NA"],
}
HEAD = "Day,Mission,Nation,Troops,Police\n"
WHOLE = "complete: true\n"

# A cell by who it counts; None: the row stands there without a figure.
Cells = dict[tuple[str, str, str], int | str | None]


def mapping(**more: Any) -> TableMapping:
    """How the tables of this file are read."""
    return read_draft(TableMapping, MAPPING | more)


def table(
    of: TableMapping, days: dict[str, Cells], first_line: int = 2, name: str = "table.csv"
) -> TableFile:
    """A file as it was read: what it tells by day, from some line on."""
    reading = Reading(days=set(days))
    for day, cells in days.items():
        slug = f"{of.series}-{day}"
        for (mission, nation, category), count in cells.items():
            reading.rows += 1
            reading.missions[mission] = (mission.upper(), None)
            reading.stood.add((day, mission))
            if count is None:
                continue
            key = f"{of.series}-{mission}-{nation.lower()}-{category}-{day}"
            about = {"mission": mission, "nation": nation, "category": category}
            said = {
                "status": "occurred",
                "count": count,
                "date": day,
                "locator": f"line {first_line + reading.rows}",
            }
            source = {
                "slug": slug,
                "series": of.series,
                "publisher": "The Office",
                "published": day,
            }
            entry = {"key": key, "kind": "strength_report", **about}
            reading.statements.append(Statement(day, source, entry, {"source": slug, **said}))
    content = f"{of.series} {first_line} {sorted(days.items(), key=str)}"
    return TableFile(name, "sha256:" + hashlib.sha256(content.encode()).hexdigest(), reading)


def taken(connection: Connection, of: TableMapping, *files: TableFile) -> Recorded | None:
    """Put files that are one table through the door."""
    return record(connection, document_of(connection, of, files), ChangeNote("tester", "a table"))


APART = ("id", "locator", "words", "since", "salt", "digest")


def standing(connection: Connection, source: str | None = None) -> dict[str, dict[str, Any]]:
    """The live claims by key, but for where they stand in their files and when they were
    recorded.
    """
    query = select(*(column for column in claims.c if column.name not in APART)).where(
        claims.c.until.is_(None)
    )
    rows = connection.execute(query).mappings()
    return {row["key"]: dict(row) for row in rows if source in (None, row["source"])}


def counts(connection: Connection, source: str | None = None) -> dict[str, int | None]:
    """The best figures of the live claims, by entry."""
    return {row["entry"]: row["count"] for row in standing(connection, source).values()}


def present(connection: Connection, day: str, mission: str = "unmiss") -> int | None:
    """How many are there at the end of a day."""
    found = evidence_at(connection, at_revision(connection).number)
    question = Question(as_of=date.fromisoformat(day), missions=(mission,))
    return Strength.of(found.facts, found.ended).table(question).total.figures["present"].sum.best


def cause(connection: Connection, done: Recorded | None) -> str | None:
    """Why a revision was made."""
    assert done is not None
    return connection.scalar(select(revisions.c.cause).where(revisions.c.number == done.revision))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One migrated ledger for the file; what a test does in it is undone."""
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("series"))
    )
    migrate(settings)
    with Database(settings) as database:
        yield database


@pytest.fixture
def ledger(kept: Database) -> Iterator[Connection]:
    """A transaction on an empty ledger, rolled back at the end."""
    with kept.writer.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


JULY: Cells = {("unmiss", "KEN", "troops"): 120, ("unmiss", "IND", "troops"): 30}
ONE: Cells = {("unmiss", "KEN", "troops"): 120}
OTHER: Cells = {("minusca", "KEN", "troops"): 80}


class TestACorrectedTable:
    @pytest.mark.parametrize("complete", [False, True])
    def test_in_which_a_nation_became_another_counts_nobody_twice(
        self, ledger: Connection, complete: bool
    ) -> None:
        of = mapping(complete=complete)
        assert cause(
            ledger, taken(ledger, of, table(of, {"2024-07-31": {("unmiss", "KEN", "troops"): 120}}))
        )
        done = taken(ledger, of, table(of, {"2024-07-31": {("unmiss", "UGA", "troops"): 120}}))
        assert cause(ledger, done) == "source_corrected"
        found = counts(ledger)
        assert found.pop("tr-unmiss-uga-troops-2024-07-31") == 120
        assert found == ({"tr-unmiss-all-all-2024-07-31": 120} if complete else {})
        assert present(ledger, "2024-07-31") == 120
        live = ledger.scalars(select(settled.c.entry).where(settled.c.until.is_(None))).all()
        assert "tr-unmiss-ken-troops-2024-07-31" not in live
        assert verify(ledger) == []

    def test_corrects_retracts_and_leaves_alone_what_only_moved(self, ledger: Connection) -> None:
        of = mapping()
        first = taken(
            ledger, of, table(of, {"2024-07-31": {**JULY, ("unmiss", "NPL", "troops"): 7}})
        )
        assert cause(ledger, first) == "new_source"
        done = taken(
            ledger, of, table(of, {"2024-07-31": {**JULY, ("unmiss", "IND", "troops"): 31}}, 40)
        )
        assert done is not None
        # The hash of the file joins that of the first: the source is closed and opened too.
        assert (done.opened, done.closed) == (
            {"claims": 1, "sources": 1},
            {"claims": 2, "sources": 1},
        )
        rows = {
            row.entry: row for row in ledger.execute(select(claims).where(claims.c.until.is_(None)))
        }
        assert rows["tr-unmiss-ken-troops-2024-07-31"].since == 1
        assert rows["tr-unmiss-ind-troops-2024-07-31"]._mapping["count"] == 31
        assert "tr-unmiss-npl-troops-2024-07-31" not in rows

    def test_in_another_order_of_lines_is_no_change(self, ledger: Connection) -> None:
        of = mapping(complete=True)
        taken(ledger, of, table(of, {"2024-07-31": JULY}))
        assert (
            taken(ledger, of, table(of, {"2024-07-31": dict(reversed(JULY.items()))}, 90)) is None
        )

    def test_without_any_figure_takes_back_all_of_its_day(self, ledger: Connection) -> None:
        of = mapping()
        assert taken(ledger, of, table(of, {"2024-07-31": {}})) is None
        taken(ledger, of, table(of, {"2024-07-31": JULY, "2024-08-31": JULY}))
        taken(ledger, of, table(of, {"2024-07-31": {}}))
        assert {row["date"] for row in standing(ledger).values()} == {"2024-08-31"}

    def test_names_in_every_claim_the_file_it_came_from(self, ledger: Connection) -> None:
        of = mapping(complete=True)
        files = [
            table(of, {"2024-07-31": JULY}),
            table(of, {"2024-07-31": {**JULY, ("unmiss", "KEN", "police"): 5}}),
        ]
        for file in files:
            taken(ledger, of, file)
        kept = ledger.scalar(select(sources.c.file_hash).where(sources.c.until.is_(None)))
        assert kept == " ".join(sorted(file.file_hash for file in files))
        live = select(claims.c.entry, claims.c.locator).where(claims.c.until.is_(None))
        located = {row.entry: row.locator for row in ledger.execute(live)}
        assert located["tr-unmiss-ken-troops-2024-07-31"] == f"{files[0].mark} line 3"
        assert located["tr-unmiss-ken-police-2024-07-31"] == f"{files[1].mark} line 5"
        assert (
            located["tr-unmiss-all-all-2024-07-31"]
            == f"{files[1].mark} unmiss, sum of its 3 figures"
        )

    def test_leaves_the_ledgers_own_names_of_missions(self, ledger: Connection) -> None:
        mission = {"slug": "unmiss", "name": "UN Mission in South Sudan", "host_country": "SSD"}
        record(ledger, read_document({"missions": [mission]}), ChangeNote("tester", "a name"))
        of = mapping()
        done = taken(ledger, of, table(of, {"2024-07-31": JULY}))
        assert done is not None
        assert "missions" not in done.opened


class TestWhatAFileSpeaksFor:
    def test_is_its_whole_day_unless_the_mapping_says_otherwise(self, ledger: Connection) -> None:
        of = mapping()
        taken(ledger, of, table(of, {"2024-07-31": ONE}))
        taken(ledger, of, table(of, {"2024-07-31": OTHER}))
        assert counts(ledger) == {"tr-minusca-ken-troops-2024-07-31": 80}

    @pytest.mark.parametrize("complete", [False, True])
    def test_may_be_the_missions_that_stand_in_it(self, ledger: Connection, complete: bool) -> None:
        of = mapping(covers="missions", complete=complete)
        more: Cells = {("unmiss", "UGA", "troops"): 120}
        for cells in (ONE, OTHER, more):
            taken(ledger, of, table(of, {"2024-07-31": cells}))
        found = {key: count for key, count in counts(ledger).items() if "-all-" not in key}
        assert found == {
            "tr-minusca-ken-troops-2024-07-31": 80,
            "tr-unmiss-uga-troops-2024-07-31": 120,
        }
        # A mission that stands there without a figure is told of too: what was said of it is not
        # said any more.
        taken(ledger, of, table(of, {"2024-07-31": {("unmiss", "UGA", "troops"): None}}))
        found = {key: count for key, count in counts(ledger).items() if "-all-" not in key}
        assert found == {"tr-minusca-ken-troops-2024-07-31": 80}
        covers = ledger.scalar(select(sources.c.covers).where(sources.c.until.is_(None)))
        assert covers == ("missions" if complete else None)

    def test_files_of_one_command_are_one_table(self, ledger: Connection) -> None:
        of = mapping(complete=True)
        files = [
            table(of, {"2024-07-31": ONE}, name="a.csv"),
            table(of, {"2024-07-31": OTHER, "2024-06-30": {}}, name="b.csv"),
        ]
        later = table(of, {"2024-08-31": ONE}, name="c.csv")
        parted = together(of, [later, *files, files[0]._replace(name="a copy.csv")])
        assert [[file.name for file in same] for same in parted] == [["b.csv", "a.csv"], ["c.csv"]]
        taken(ledger, of, *parted[0])
        found = {key: count for key, count in counts(ledger).items() if "-all-" not in key}
        assert found == {
            "tr-minusca-ken-troops-2024-07-31": 80,
            "tr-unmiss-ken-troops-2024-07-31": 120,
        }
        kept = ledger.scalar(select(sources.c.file_hash).where(sources.c.until.is_(None)))
        assert kept == " ".join(sorted(file.file_hash for file in files))

    def test_two_files_of_one_command_that_tell_of_the_same_people_are_refused(
        self, ledger: Connection
    ) -> None:
        of = mapping()
        files = [
            table(of, {"2024-07-31": ONE}, line, name)
            for line, name in ((2, "a.csv"), (9, "b.csv"))
        ]
        with pytest.raises(Refused) as refused:
            document_of(ledger, of, files)
        (mend,) = refused.value.mends
        assert mend.where == "b.csv"
        assert "as a.csv does (line 3)" in mend.detail

    def test_is_never_another_series(self, ledger: Connection) -> None:
        one, other = mapping(complete=True), mapping(series="tr-b", complete=True)
        taken(ledger, one, table(one, {"2024-07-31": ONE}))
        before = standing(ledger)
        taken(ledger, other, table(other, {"2024-07-31": OTHER}))
        taken(ledger, other, table(other, {"2024-07-31": {}}))
        taken(ledger, one, table(one, {"2024-08-31": OTHER}))
        assert standing(ledger, "tr-2024-07-31") == before
        assert standing(ledger, "tr-b-2024-07-31") == {}


class TestTheTotalOfACompleteTable:
    DAY = "2024-07-31"

    def totals(
        self, ledger: Connection, of: TableMapping, cells: Cells
    ) -> dict[str, tuple[int, int | None, Any]]:
        """The complete claims that a table makes, by entry."""
        taken(ledger, of, table(of, {self.DAY: cells}))
        rows = ledger.execute(select(claims).where(claims.c.until.is_(None), claims.c.complete))
        return {row.entry: (row.count_low, row._mapping["count"], row.count_high) for row in rows}

    def test_is_what_its_rows_add_up_to_and_no_zero_is_stored(self, ledger: Connection) -> None:
        of = mapping(complete=True)
        taken(
            ledger,
            of,
            table(
                of,
                {"2024-06-30": {("unmiss", "NPL", "troops"): 9, ("minusca", "NPL", "troops"): 1}},
            ),
        )
        found = self.totals(
            ledger, of, {("unmiss", "KEN", "troops"): 120, ("unmiss", "IND", "police"): 30}
        )
        assert found[f"tr-unmiss-all-all-{self.DAY}"] == (150, 150, 150)
        assert len(standing(ledger, f"tr-{self.DAY}")) == 3
        assert 0 not in counts(ledger).values()
        covers = ledger.execute(select(sources.c.covers).where(sources.c.until.is_(None))).scalars()
        assert set(covers) == {"day"}

    @pytest.mark.parametrize(
        ("cells", "total"),
        [
            ({"KEN": 120, "IND": "unknown"}, (120, 120, None)),
            ({"KEN": 0, "IND": 0}, (0, 0, 0)),
            ({"KEN": "unknown", "IND": None}, (0, None, None)),
            ({"KEN": "~100", "IND": 50}, (140, 150, 160)),
            ({"KEN": ">=600", "IND": "some"}, (601, 601, None)),
            ({"KEN": 120, "IND": None}, (120, 120, 120)),
        ],
    )
    def test_is_as_exact_as_its_rows(
        self, ledger: Connection, cells: dict[str, Any], total: Any
    ) -> None:
        said: Cells = {("unmiss", nation, "troops"): count for nation, count in cells.items()}
        assert self.totals(ledger, mapping(complete=True), said) == {
            f"tr-unmiss-all-all-{self.DAY}": total
        }

    def test_counts_nobody_of_whom_a_wider_row_speaks_already(self, ledger: Connection) -> None:
        said: Cells = {
            ("unmiss", "KEN", "police"): 100,
            ("unmiss", "KEN", "fpu"): 40,
            ("unmiss", "IND", "fpu"): 7,
        }
        assert self.totals(ledger, mapping(complete=True), said) == {
            f"tr-unmiss-all-all-{self.DAY}": (107, 107, 107)
        }

    def test_of_a_mission_without_any_figure_is_unknown_and_no_list(
        self, ledger: Connection
    ) -> None:
        of = mapping(complete=True)
        assert (
            self.totals(
                ledger, of, {("unmiss", "KEN", "troops"): None, ("unmiss", "IND", "troops"): None}
            )
            == {}
        )
        (row,) = standing(ledger).values()
        assert (row["entry"], row["count_low"], row["count"]) == (
            f"tr-unmiss-all-all-{self.DAY}",
            0,
            None,
        )

    @pytest.mark.parametrize(
        ("categories", "above"),
        [
            (["fpu", "ipo"], "police"),
            (["troops", "fpu"], None),
            (["police", "fpu"], "police"),
            (["expert"], "expert"),
            (["troops", None], None),
        ],
    )
    def test_speaks_for_no_more_than_the_mapping_can_name(
        self, categories: list[str | None], above: str | None
    ) -> None:
        figures = [{"column": "N"} | ({"category": name} if name else {}) for name in categories]
        parents = (
            {"police": "whole"}
            if "police" in categories
            else {"all": "rest"}
            if None in categories
            else {}
        )
        assert widest(mapping(counts=figures, parents=parents)) == above

    def test_speaks_for_the_categories_of_a_column(self) -> None:
        values = {"Formed": "fpu", "Single": "ipo"}
        of = {"counts": [{"column": "N"}], "category": {"column": "Type"}}
        assert widest(mapping(**of)) is None
        assert (
            widest(mapping(**of | {"category": {"column": "Type", "values": values}})) == "police"
        )
        assert widest(mapping(**of | {"category": {"constant": "expert"}})) == "expert"

    def test_is_the_row_that_already_speaks_for_all(self, ledger: Connection) -> None:
        of = mapping(
            complete=True,
            nation={"constant": "Kenya"},
            counts=[{"column": "Troops", "category": "troops"}],
        )
        found = self.totals(ledger, of, {("unmiss", "KEN", "troops"): 120})
        assert found == {f"tr-unmiss-ken-troops-{self.DAY}": (120, 120, 120)}
        assert len(standing(ledger)) == 1

    def test_ranges_are_added_as_anywhere(self) -> None:
        assert total_of([exactly(3), exactly(4)]) == exactly(7)
        assert total_of([parse_count("<=20"), exactly(4)]) == Count(4, 4, 24)
        assert total_of([parse_count("unknown"), parse_count("unknown")]) == parse_count("unknown")


class TestTheOrder:
    def test_of_two_months_of_the_united_nations_does_not_matter(self, ledger: Connection) -> None:
        found = []
        for order in (MONTHS, MONTHS[::-1]):
            with ledger.begin_nested() as undone:
                for path in order:
                    assert load_sample(ledger, path) is not None
                found.append(standing(ledger))
                assert load_sample(ledger, order[0]) is None
                undone.rollback()
        assert found[0] == found[1]
        assert len(found[0]) > 50

    def test_of_a_month_that_comes_late_does_not_matter(self, ledger: Connection) -> None:
        of = mapping(complete=True)
        january, february, march = (
            table(of, {day: {("unmiss", nation, "troops"): 10 for nation in nations}})
            for day, nations in (
                ("2024-01-31", ["KEN", "IND"]),
                ("2024-02-29", ["KEN", "UGA"]),
                ("2024-03-31", ["IND"]),
            )
        )
        found = []
        for order in ([january, march, february], [january, february, march]):
            with ledger.begin_nested() as undone:
                for file in order:
                    taken(ledger, of, file)
                found.append(standing(ledger))
                undone.rollback()
        assert found[0] == found[1]


def load_sample(connection: Connection, path: Path) -> Recorded | None:
    """A month by the shipped mapping."""
    of = load_mapping(ROOT / "seeds" / "mappings" / "un-contributors.yaml")
    columns, rows = open_table(path)
    return taken(connection, of, TableFile(path.name, hash_of(path), read_table(of, rows, columns)))


# The law. Each file has its days for good (`tr`) or its day and missions (`tr-b`), and versions of
# what it tells.
NATIONS, MISSIONS = ("KEN", "IND", "UGA"), ("unmiss", "minusca")
WHO = [(mission, nation, "troops") for mission in MISSIONS for nation in NATIONS]
CELL = st.sampled_from([0, 1, 2, "unknown", None])
FILES: dict[str, tuple[TableMapping, tuple[str, ...], tuple[str, ...]]] = {
    "two days": (mapping(complete=True), ("2024-01-31", "2024-02-29"), MISSIONS),
    "a day": (mapping(complete=True), ("2024-03-31",), MISSIONS),
    "a day of the other": (mapping(series="tr-b", covers="day"), ("2024-02-29",), MISSIONS),
    "half a day": (
        mapping(series="tr-b", complete=True, covers="missions"),
        ("2024-03-31",),
        MISSIONS[:1],
    ),
    "the other half": (
        mapping(series="tr-b", complete=True, covers="missions"),
        ("2024-03-31",),
        MISSIONS[1:],
    ),
}


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, TableFile]:
    """A version of one of the files."""
    name = draw(st.sampled_from(sorted(FILES)))
    of, days, about = FILES[name]
    told = {
        day: draw(st.dictionaries(st.sampled_from([who for who in WHO if who[0] in about]), CELL))
        for day in days
    }
    if of.covers == "missions":  # what it speaks for stands in it
        told = {
            day: {who: None for who in WHO if who[0] in about and who not in cells} | cells
            for day, cells in told.items()
        }
    return name, table(of, told, draw(st.integers(2, 5)))


def ends_alike(connection: Connection, loaded: list[tuple[str, TableFile]]) -> None:
    """Whatever was loaded ends as the last version of each file, loaded once in order of day."""
    last = dict(loaded)
    found = []
    for order in (
        loaded,
        [(name, last[name]) for name in sorted(last, key=lambda name: FILES[name][1])],
    ):
        with connection.begin_nested() as undone:
            for name, file in order:
                taken(connection, FILES[name][0], file)
            found.append(standing(connection))
            labels = connection.execute(
                select(sources.c.slug, sources.c.file_hash).where(sources.c.until.is_(None))
            )
            hashes = {row.slug: row.file_hash for row in labels}
            for claim in connection.execute(select(claims).where(claims.c.until.is_(None))):
                assert claim.locator[:8] in {
                    one[7:15] for one in (hashes[claim.source] or "").split()
                }
            for name, file in last.items():
                assert taken(connection, FILES[name][0], file) is None
            kept = connection.scalars(
                select(settled.c.entry).where(settled.c.until.is_(None))
            ).all()
            assert sorted(kept) == sorted({row["entry"] for row in found[-1].values()})
            undone.rollback()
    assert found[0] == found[1]


LOADED = st.lists(versions(), min_size=1, max_size=8).flatmap(
    # Earlier versions come again.
    lambda loaded: st.lists(st.sampled_from(loaded), max_size=3).map(
        lambda again: [*loaded, *again]
    )
)
UNHURRIED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.parametrize("kept", ["sqlite"], indirect=True)
@given(LOADED)
@how(max_examples=150, deadline=None, suppress_health_check=UNHURRIED)
def test_the_last_version_of_each_file_stands_whatever_came_before(
    kept: Database, loaded: list[tuple[str, TableFile]]
) -> None:
    with kept.writer.connect() as connection, connection.begin() as transaction:
        ends_alike(connection, loaded)
        transaction.rollback()


@pytest.mark.parametrize("kept", ["postgresql"], indirect=True)
@given(LOADED)
@how(max_examples=12, deadline=None, suppress_health_check=UNHURRIED)
def test_the_last_version_stands_on_postgresql_too(
    kept: Database, loaded: list[tuple[str, TableFile]]
) -> None:
    with kept.writer.connect() as connection, connection.begin() as transaction:
        ends_alike(connection, loaded)
        transaction.rollback()


class TestAnOldLedger:
    """One whose tables were loaded when zeros were stored."""

    def test_answers_the_same_until_the_file_comes_again(self, ledger: Connection) -> None:
        about = {"kind": "strength_report", "mission": "unmiss", "category": "troops"}
        told = {"source": "tr-2024-08-31", "status": "occurred", "date": "2024-08-31"}
        old = {
            "missions": [{"slug": "unmiss", "name": "UNMISS"}],
            "sources": [
                {"slug": "tr-2024-08-31", "publisher": "The Office", "published": "2024-08-31"},
            ],
            "entries": [
                {
                    "key": f"tr-unmiss-{nation.lower()}-troops-2024-08-31",
                    "nation": nation,
                    **about,
                    "claims": [told | {"count": count, "locator": locator}],
                }
                for nation, count, locator in (
                    ("KEN", 120, "line 2, Troops"),
                    ("IND", 0, "not in the table, which lists everybody"),
                )
            ],
        }
        record(ledger, read_document(old), ChangeNote("tester", "an old import"))
        of = mapping(complete=True)
        assert present(ledger, "2024-08-31") == 120
        assert counts(ledger)["tr-unmiss-ind-troops-2024-08-31"] == 0
        done = taken(ledger, of, table(of, {"2024-08-31": {("unmiss", "KEN", "troops"): 120}}))
        assert counts(ledger) == {
            "tr-unmiss-all-all-2024-08-31": 120,
            "tr-unmiss-ken-troops-2024-08-31": 120,
        }
        assert cause(ledger, done) == "source_corrected"
        assert standing(ledger)["tr-unmiss-ken-troops-2024-08-31--tr-2024-08-31"]["until"] is None
        since = select(claims.c.since).where(claims.c.entry == "tr-unmiss-ken-troops-2024-08-31")
        assert ledger.scalars(since).all() == [1]


def asked(connection: Connection, of: TableMapping, file: TableFile) -> list[str]:
    """The statements that a table takes."""
    said: list[str] = []

    def heard(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(connection, "before_cursor_execute", heard)
    assert taken(connection, of, file) is not None
    event.remove(connection, "before_cursor_execute", heard)
    return said


def test_a_table_costs_the_same_however_much_the_ledger_holds(ledger: Connection) -> None:
    of = mapping(complete=True)
    cells: Cells = {("unmiss", nation, "troops"): 10 for nation in NATIONS}
    taken(ledger, of, table(of, {"2024-01-31": cells}))
    second = asked(ledger, of, table(of, {"2024-02-28": cells}))
    for month in range(3, 9):
        taken(ledger, of, table(of, {f"2024-0{month}-28": cells}))
    assert asked(ledger, of, table(of, {"2024-12-31": cells})) == second
    corrected = asked(ledger, of, table(of, {"2024-03-28": {("unmiss", "KEN", "troops"): 11}}))
    assert len(corrected) < 2 * len(second)
    of_claims = [statement for statement in corrected if "FROM claims" in statement]
    narrow = re.compile(r'claims\."?(source|key|entry)"? IN|sources\.until = ')
    assert [statement for statement in of_claims if not narrow.search(statement)] == []
    if ledger.dialect.name == "sqlite":
        plan = "EXPLAIN QUERY PLAN SELECT key FROM claims WHERE until IS NULL"
        plan += " AND source IN ('tr-2024-03-28')"
        assert "ix_claims_source" in " ".join(str(row) for row in ledger.execute(text(plan)))


class TestTheCommand:
    def typed(
        self, settings: Settings, place: Path, tables: dict[str, str], *more: str, of: str = ""
    ) -> Result:
        """What `muster import` says of tables."""
        told = place / "map.yaml"
        told.write_text(
            "series: tr\nsource: {publisher: The Office, title: Who is there}\n"
            "date: {column: Day}\nmission: {column: Mission}\nnation: {column: Nation}\n"
            "missing: [NA]\ncounts:\n"
            "  - {column: Troops, category: troops}\n  - {column: Police, category: police}\n" + of
        )
        assert load_plain(told)
        for name, rows in tables.items():
            (place / name).write_text(HEAD + rows)
        words = ["import", "--mapping", str(told), *more, *(str(place / name) for name in tables)]
        return CliRunner().invoke(main, words, env={"MUSTER_DATABASE_URL": settings.database_url})

    def test_says_what_became_of_each_claim(self, settings: Settings, tmp_path: Path) -> None:
        rows = "2024-07-31,UNMISS,KEN,120,NA\n2024-07-31,UNMISS,IND,30,4\n"
        told = self.typed(settings, tmp_path, {"a.csv": rows})
        assert "(3 claims read: 3 new, 0 corrected, 0 unchanged; 0 retracted)" in told.output
        told = self.typed(
            settings,
            tmp_path,
            {"b.csv": "2024-07-31,UNMISS,UGA,120,NA\n2024-07-31,UNMISS,IND,31,4\n"},
        )
        assert "(3 claims read: 1 new, 1 corrected, 1 unchanged; 1 retracted)" in told.output
        lines = "2024-07-31,UNMISS,IND,31,4\n2024-07-31,UNMISS,UGA,120,NA\n"
        assert "c.csv: no change" in self.typed(settings, tmp_path, {"c.csv": lines}).output
        parts = {"d.csv": "2024-07-31,UNMISS,UGA,120,NA\n", "e.csv": "2024-07-31,UNMISS,IND,31,4\n"}
        assert "d.csv, e.csv: no change" in self.typed(settings, tmp_path, parts).output

    def test_shows_in_a_dry_run_what_to_look_at(self, settings: Settings, tmp_path: Path) -> None:
        of = "covers: missions\n"
        self.typed(settings, tmp_path, {"a.csv": "2024-07-31,UNMISS,KEN,120,NA\n"}, of=of)
        rows = "2024-07-31,UNMISS 1),KEN,120,NA\n2024-07-31,Elsewhere,KEN,1,NA\n"
        told = self.typed(settings, tmp_path, {"b.csv": rows}, "--dry-run", of=of)
        assert "2 new, 0 corrected, 0 unchanged; 0 retracted" in told.output
        assert "new mission unmiss-1 (UNMISS 1)), near to unmiss: is it another one?" in told.output
        assert "new mission elsewhere (Elsewhere)\n" in told.output
        assert "1 live claims of its sources are not in it, and stay:" in told.output
        assert "  tr-unmiss-ken-troops-2024-07-31--tr-2024-07-31\n" in told.output
        assert "nothing was changed" in told.output
        with Database(settings) as database, database.reading() as connection:
            number = at_revision(connection).number
            live = select(func.count()).select_from(claims).where(live_at(claims, number))
            assert (number, connection.scalar(live)) == (1, 1)
            assert connection.scalar(select(func.count()).select_from(entries)) == 1
