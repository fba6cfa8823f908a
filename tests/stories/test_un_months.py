"""What Muster must answer about real monthly tables of two UN missions: stocks over time, whatever
the form and the client.
"""

import io
from collections.abc import Iterator

import httpx2
import polars
import pytest
from click.testing import CliRunner

from app.cli import main
from app.record.database import migrate
from app.settings import Settings
from tests.conftest import ROOT, new_database, served

SAMPLES = ROOT / "tests" / "samples"
MONTHS = {"2014-07-31": 7424, "2014-08-31": 7540, "2014-09-30": 7341}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx2.Client]:
    """A server of the two missions: by contributor for two months, by mission for five."""
    settings = Settings(
        database_url=new_database(request.param, postgresql, tmp_path_factory.mktemp("un"))
    )
    migrate(settings)
    for mapping, tables in {
        "un-contributors": ["un-contributors-20140731.csv", "un-contributors-20140831.csv"],
        "un-missions": ["un-missions.csv"],
    }.items():
        typed = ["import", "--mapping", str(ROOT / "seeds" / "mappings" / f"{mapping}.yaml")]
        done = CliRunner().invoke(
            main,
            [*typed, *(str(SAMPLES / name) for name in tables)],
            env={"MUSTER_DATABASE_URL": settings.database_url},
        )
        assert done.exit_code == 0, done.output
    with served(settings) as opened:
        yield opened


def table(client: httpx2.Client, asked: str) -> polars.DataFrame:
    answer = client.get(f"/v1/strength/series.parquet?{asked}")
    assert answer.status_code == 200, answer.text
    return polars.read_parquet(io.BytesIO(answer.content))


@pytest.mark.parametrize("group_by", ["none", "mission", "nation", "category", "mission,category"])
def test_the_monthly_totals_are_the_same_however_they_are_grouped(
    client: httpx2.Client, group_by: str
) -> None:
    found = table(client, f"from=2014-07-01&to=2014-09-30&interval=month&group_by={group_by}")
    totals = found.group_by("date").agg(polars.col("present").sum()).sort("date")
    assert {str(day): number for day, number in totals.rows()} == MONTHS


def test_the_peak_of_a_mission_is_where_its_own_report_has_it(client: httpx2.Client) -> None:
    found = table(client, "mission=minustah&group_by=none&interval=change&to=2014-12-31").sort(
        "present"
    )
    assert [
        (str(day), number) for day, number in found.select("date", "present").tail(1).rows()
    ] == [("2011-10-31", 12552)]


def test_a_month_without_a_report_shows_what_stood_and_how_old_it_is(client: httpx2.Client) -> None:
    row = client.get(
        "/v1/strength/series?mission=minustah&group_by=none&interval=month&from=2012-01-01&to=2012-01-31"
    )
    [shown] = row.json()["data"]
    assert (shown["present"], shown["evidence_date"], shown["evidence_age_days"]) == (
        12438,
        "2011-11-30",
        62,
    )


@pytest.mark.parametrize("suffix", ["", ".csv", ".ndjson", ".parquet", ".xlsx", ".svg"])
def test_no_form_gives_a_sum_over_the_months(client: httpx2.Client, suffix: str) -> None:
    asked = "mission=minustah&group_by=none&interval=quarter&from=2014-07-01&to=2014-09-30"
    answer = client.get(f"/v1/strength/series{suffix}?{asked}")
    assert answer.status_code == 200
    for wrong in (7408 + 7522, 7408 + 7522 + 7324):
        assert str(wrong) not in answer.text
        assert f"{wrong:,}" not in answer.text


def test_the_measures_of_a_day_and_of_a_series_are_one(client: httpx2.Client) -> None:
    series = client.get(
        "/v1/strength/series?interval=month&from=2014-07-01&to=2014-09-30&group_by=mission"
    ).json()
    for day in MONTHS:
        alone = client.get(f"/v1/strength?as_of={day}&group_by=mission").json()
        rows = [
            {name: value for name, value in row.items() if name != "date"}
            for row in series["data"]
            if row["date"] == day
        ]
        assert rows == alone["data"]
