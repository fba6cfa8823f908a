"""What is easily lost beside the rows: the sum of several rows of one entry, letters of other
encodings, the place of a mistake, and the names that are hinted at.
"""

from pathlib import Path

import pytest

from app.estimate.counts import Count, parse_count
from app.record.database import Database
from app.record.documents import read_document
from app.record.ledger import ChangeNote, take
from app.record.problems import Refused
from app.record.series import TableFile, count_of, document_of
from app.record.subjects import require
from app.record.trials import new_missions
from tests.record.reading import LEAST, mapped, read, read_words
from tests.record.test_ledger import SUBJECTS, commit, entry, told


def test_several_rows_of_one_entry_are_added_up(database: Database, tmp_path: Path) -> None:
    """Men and women are troops; the table gives each a row."""
    troops = {"column": "Who", "values": {"Men": "troops", "Women": "troops"}}
    of = mapped(category=troops, counts=[{"column": "Number"}])
    words = (
        "Day,Nation,Who,Number\n"
        "2024-07-31,KEN,Men,100\n2024-07-31,KEN,Women,~20\n2024-07-31,JAM,Men,~30\n"
    )
    file = TableFile("table.csv", "sha256:" + "0" * 64, read_words(of, words, tmp_path))
    with database.reading() as connection:
        document = document_of(connection, of, [file])
    said = {each.key: count_of(each.claims[0].model_dump()) for each in document.entries}
    assert said == {
        "little-example-mission-jam-troops-2024-07-31": parse_count("~30"),
        "little-example-mission-ken-troops-2024-07-31": Count(118, 120, 122),
    }


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("cp1252", "cp1252"), ("UTF-8", "utf-8-sig"), ("utf8", "utf-8"), ("utf-16", "utf-16")],
)
def test_a_table_is_read_in_the_encoding_that_is_said(
    encoding: str, written: str, tmp_path: Path
) -> None:
    """A byte order mark before UTF-8 is no letter of the first column's name."""
    table = tmp_path / "table.csv"
    table.write_bytes("Nation,Day,Troops\nCôte d'Ivoire,2024-07-31,7\n".encode(written))
    reading = read(mapped(file={"encoding": encoding}), table)
    assert reading.faults() == []
    assert [each.entry["nation"] for each in reading.statements] == ["CIV"]


def test_a_row_that_leaves_the_mission_s_slug_out_has_no_mission(tmp_path: Path) -> None:
    of = mapped(mission={"column": "Mission"}, mission_slug={"column": "Slug", "optional": True})
    words = "Day,Nation,Troops,Mission,Slug\n2024-07-31,KEN,100,Example Mission,\n"
    (fault,) = read_words(of, words, tmp_path).faults()
    assert fault.endswith("no mission")


def test_a_source_with_one_label_that_is_dated_needs_a_slug_where_its_rows_are_no_reports() -> None:
    source = {"publisher": "The Gazette", "title": "The week of {date}"}
    pledges = {"kind": "pledge", "key": {"column": "Key"}, "category": {"column": "Type"}}
    with pytest.raises(Refused, match="needs a slug"):
        mapped(**pledges, source=source)
    mapped(**pledges, source=source | {"slug": {"column": "Key"}})
    assert mapped(source=source).source.slug is None
    assert "slug" not in LEAST["source"]


def test_a_mistake_is_pointed_at_where_it_stands_even_under_the_name_of_a_kind() -> None:
    """`event` says which shape of an entry was tried, and only in an entry."""
    with pytest.raises(Refused) as refused:
        read_document({"missions": [{"slug": "haiti", "name": "Haiti", "event": 1}]})
    assert [mend.where for mend in refused.value.mends] == ["/missions/0/event"]


def test_an_entry_that_is_asked_for_by_no_key_is_refused_with_the_nearest(
    database: Database,
) -> None:
    with database.writing() as connection:
        commit(connection, **SUBJECTS, entries=[entry("pledge", told(), key="promised")])
    with database.reading() as connection:
        assert require(connection, "entry", ["promised", "promised"]) == ("promised",)
        with pytest.raises(Refused) as refused:
            require(connection, "entry", ["promisde"])
    (mend,) = refused.value.mends
    assert (mend.where, mend.did_you_mean) == ("entry", "promised")


def test_a_new_mission_is_told_with_at_most_five_whose_names_are_near(database: Database) -> None:
    """By its slug, by its name under another slug, or by words after either; never with itself."""
    known = {f"minustah-{n}": f"Office {n} of the United Nations" for n in range(6)}
    missions = [{"slug": slug, "name": name} for slug, name in known.items()]
    missions.append({"slug": "stabilisation", "name": "Stabilisation Mission in Haiti"})
    with database.writing() as connection:
        commit(connection, missions=missions)
        made = [
            {"slug": "minustah", "name": "Peacekeeping"},
            {"slug": "other", "name": "Stabilization Mission in Haiti"},
            {"slug": "nothing-near", "name": "Observers in Angola"},
        ]
        taken = take(connection, read_document({"missions": made}), ChangeNote("tester", "a test"))
        found = {each.slug: each.near for each in new_missions(connection, taken)}
    assert found == {
        "minustah": tuple(sorted(known)[:5]),
        "nothing-near": (),
        "other": ("stabilisation",),
    }
