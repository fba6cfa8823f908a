"""Real tables by the shipped mappings, through the real command, read back over HTTP: stocks that
add up, and nobody twice.
"""

import csv
from pathlib import Path
from typing import Any

import polars
import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.record.mappings import load_mapping, read_table
from app.record.problems import Refused
from app.settings import Settings
from tests.conftest import ROOT, served

SAMPLES = ROOT / "tests" / "samples"
MAPPINGS = ROOT / "seeds" / "mappings"
MONTHS = [SAMPLES / "un-contributors-20140731.csv", SAMPLES / "un-contributors-20140831.csv"]
LONG = (
    "contribution_id,isocode3,mission_acronym,personnel_type,female_personnel,male_personnel,last_reporting_date\n"
    "1,IND,MINUSTAH,Formed Police Units,20,120,2014-08-31\n"
    "2,IND,MINUSTAH,Individual Police,3,7,2014-08-31\n"
    "3,NPL,MINUSTAH,Troops,1,9,2014-08-31\n"
)


def imported(settings: Settings, mapping: str, *tables: Path, more: tuple[str, ...] = ()) -> Result:
    """What `muster import` says of tables."""
    typed = [
        "import",
        "--mapping",
        str(MAPPINGS / f"{mapping}.yaml"),
        *more,
        *(str(path) for path in tables),
    ]
    return CliRunner().invoke(main, typed, env={"MUSTER_DATABASE_URL": settings.database_url})


def strength(client: Any, **asked: str) -> Any:
    answer = client.get("/v1/strength", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_mission_is_as_its_contributors_and_as_its_own_report_say_and_is_counted_once(
    settings: Settings,
) -> None:
    assert imported(settings, "un-contributors", *MONTHS).exit_code == 0
    assert imported(settings, "un-missions", SAMPLES / "un-missions.csv").exit_code == 0
    with served(settings) as client:
        august = strength(client, mission="minustah", as_of="2014-08-31", category="police")
        assert august["total"]["present"] == 2377
        assert [row for row in august["data"] if row["unallocated"]] == []
        present = {row["nation"]: row["present"] for row in august["data"]}
        assert [present[nation] for nation in ("IND", "JOR", "BGD", "NPL")] == [429, 334, 284, 149]
        parts = [
            strength(client, mission="minustah", as_of="2014-08-31", category=name)["total"][
                "present"
            ]
            for name in ("fpu", "ipo")
        ]
        assert parts == [1582, 795]
        for day, total in (("2011-10-31", 12552), ("2014-08-31", 7522), ("2014-07-31", 7408)):
            assert strength(client, mission="minustah", as_of=day)["total"]["present"] == total
        by_mission = strength(client, as_of="2014-08-31", group_by="mission")
        assert by_mission["total"]["present"] == sum(row["present"] for row in by_mission["data"])


def test_a_contributor_who_is_missing_from_a_later_file_is_zero_from_then_on(
    settings: Settings, tmp_path: Path
) -> None:
    rows = list(csv.DictReader(MONTHS[1].read_text().splitlines()))
    without = tmp_path / "without.csv"
    with without.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if row["Contributor_ISO-3"] != "IND")
    assert imported(settings, "un-contributors", MONTHS[0], without).exit_code == 0
    with served(settings) as client:
        india = strength(client, nation="IND", as_of="2014-08-31")["total"]
        assert (india["present"], india["evidence_date"]) == (0, "2014-08-31")
        assert strength(client, nation="IND", as_of="2014-08-30")["total"]["present"] > 400


def test_the_same_table_twice_changes_nothing_and_a_dry_run_neither(settings: Settings) -> None:
    trial = imported(settings, "un-contributors", *MONTHS, more=("--dry-run",))
    assert "nothing was changed" in trial.output
    first = imported(settings, "un-contributors", *MONTHS)
    assert "revision 1" in first.output
    again = imported(settings, "un-contributors", *MONTHS)
    assert again.output.count("no change") == 2
    assert again.exit_code == 0


def test_a_column_that_is_not_there_is_told_before_a_row_is_read(settings: Settings) -> None:
    wrong = imported(settings, "un-missions", MONTHS[0])
    assert wrong.exit_code == 1
    assert "the table has no column 'Country of Mission ISO-3'" in wrong.output


def test_a_half_broken_table_loads_nothing_and_names_every_bad_line(
    settings: Settings, tmp_path: Path
) -> None:
    words = MONTHS[0].read_text().splitlines()
    broken = tmp_path / "broken.csv"
    broken.write_text(
        "\n".join(
            [
                *words[:3],
                words[3].replace("2014-07-31", "0"),
                words[4].replace(",MINUSTAH,", ",,"),
                words[5].rsplit(",", 1)[0] + ",99999",
                words[6].rsplit(",", 1)[0] + ",1_000",
                words[1],
            ]
        )
        + "\n"
    )
    told = imported(settings, "un-contributors", broken)
    assert told.exit_code == 1
    for line in (
        "line 4: ",
        "line 5: no mission",
        "line 6: Total is 99999",
        "line 7: Total is '1_000'",
        "line 8: tells",
    ):
        assert line in told.output, told.output
    with served(settings) as client:
        assert client.get("/v1/revisions").json()["data"] == []


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_the_long_shape_reads_alike_from_every_kind_of_file(
    settings: Settings, tmp_path: Path, suffix: str
) -> None:
    table = tmp_path / f"long.{suffix}"
    (tmp_path / "plain.csv").write_text(LONG)
    frame = polars.read_csv(tmp_path / "plain.csv", try_parse_dates=suffix == "parquet")
    if suffix == "csv":
        table.write_text(LONG)
    elif suffix == "parquet":
        frame.write_parquet(table)
    else:
        frame.write_excel(table)
    told = imported(settings, "un-long", table)
    assert told.exit_code == 0, told.output
    with served(settings) as client:
        assert strength(client, nation="IND", as_of="2014-08-31")["total"]["present"] == 150
        assert strength(client, category="fpu", as_of="2014-08-31")["total"]["present"] == 140
        source = client.get("/v1/sources/un-long-2014-08-31").json()["data"]
        assert source["file_hash"].startswith("sha256:")


def test_na_is_neither_zero_nor_namibia() -> None:
    mapping = load_mapping(MAPPINGS / "un-contributors.yaml")
    row = dict.fromkeys(mapping.columns(), "NA") | {"Date": "2014-08-31", "Mission": "X"}
    row |= {"Contributor_ISO-3": "NAM", "Mission_Country_ISO-3": "HTI", "Troops": "0", "Total": "0"}
    reading = read_table(mapping, [(2, row)], list(row))
    told = [
        (told.day, told.entry["nation"], told.entry["category"], told.claim["count"])
        for told in reading.statements
    ]
    assert told == [("2014-08-31", "NAM", "troops", 0)]
    refused = read_table(mapping, [(2, row | {"Contributor_ISO-3": "NA"})], list(row))
    assert "not a nation" in refused.rejected[0]


def test_a_mapping_with_a_slip_is_refused_with_its_place(tmp_path: Path) -> None:
    slip = tmp_path / "map.yaml"
    slip.write_text("series: x\ndate: {colum: Date}\n")
    with pytest.raises(Refused) as refused:
        load_mapping(slip)
    assert any(mend.where.endswith("map.yaml/date/colum") for mend in refused.value.mends)
