"""`make bench`: how fast, as ratios to a constant answer of the same server, and how many claims a
second are imported.

Everything is measured in one run on one machine, so the ratios mean something; nothing here is a
test.
"""

import csv
import gc
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pycountry

from app.record import mappings, series
from app.record.database import Database, migrate
from app.record.documents import load_yaml
from app.record.files import hash_of, open_table
from app.record.ledger import ChangeNote, record
from app.record.series import TableFile
from app.settings import Settings
from tests.conftest import ROOT, SEEDS, embedded_postgresql, served

NATIONS = sorted(nation.alpha_3 for nation in pycountry.countries)[:120]
MISSIONS = 10
MONTHS = 24


def table(place: Path, month: date, missions: range = range(MISSIONS)) -> Path:
    """A month of contributions, as large as the UN's own."""
    path = place / f"{month}.csv"
    head = [
        "Date",
        "Mission",
        "Mission_Country_ISO-3",
        "Contributor_ISO-3",
        "Troops",
        "Formed_Police_Units",
    ]
    head += ["Inidividual_Police", "Experts_on_Mission", "Civilian_Police", "Observers", "Total"]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for mission in missions:
            for nth, nation in enumerate(NATIONS[mission % 10 * 6 : mission % 10 * 6 + 60]):
                troops, police = 10 * nth + month.month, nth
                writer.writerow(
                    [
                        month,
                        f"MISSION {mission}",
                        "HTI",
                        nation,
                        troops,
                        "NA",
                        police,
                        "NA",
                        police,
                        "NA",
                        troops + police,
                    ]
                )
    return path


def imported(settings: Settings, place: Path) -> tuple[int, float]:
    """Import the months by the shipped mapping; claims and seconds."""
    mapping = mappings.load_mapping(ROOT / "seeds" / "mappings" / "un-contributors.yaml")
    months = [date(2022 + (n // 12), n % 12 + 1, 28) for n in range(MONTHS)]
    paths = [table(place, month) for month in months]
    claims = 0
    start = time.perf_counter()
    with Database(settings) as database, database.writing() as connection:
        for path in paths:
            columns, rows = open_table(path, mapping.file)
            reading = mappings.read_table(mapping, rows, columns)
            document = series.document_of(
                connection, mapping, [TableFile(path.name, hash_of(path), reading)]
            )
            record(connection, document, ChangeNote("bench", path.name))
            claims += sum(len(entry.claims) for entry in document.entries)
    return claims, time.perf_counter() - start


def filled(address: str, place: Path, engine: str) -> Settings:
    """A new ledger with the seeds and the months; prints how fast they went in."""
    settings = Settings(database_url=address)
    migrate(settings)
    with Database(settings) as database, database.writing() as connection:
        for path in SEEDS:
            record(connection, load_yaml(path), ChangeNote("bench", path.name))
    claims, seconds = imported(settings, place)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    said = f"{claims} claims in {seconds:.1f} s = {claims / seconds:,.0f} a second"
    print(f"import, {engine}: {said}; {memory} MiB at most")
    return settings


def world(settings: Settings, place: Path) -> None:
    """A ledger as large as the UN's own: 60 missions month by month since 1990, six months of them
    by nation.
    """
    by_mission = place / "missions.csv"
    with by_mission.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "Date",
                "Mission",
                "Country of Mission ISO-3",
                "Troops",
                "Police",
                "Observers",
                "Total",
            ]
        )
        for month in range(300):
            for mission in range(60):
                if mission * 4 <= month < mission * 4 + 75:
                    parts = 1000 + 10 * month, 100 + mission, 20 + month % 7
                    day = date(1990 + month // 12, month % 12 + 1, 28)
                    writer.writerow([day, f"MISSION {mission}", "HTI", *parts, sum(parts)])
    days = [date(2014, month, 28) for month in range(3, 9)]
    tables = [
        ("un-missions", by_mission),
        *(("un-contributors", table(place, day, range(45, 61))) for day in days),
    ]
    migrate(settings)
    with Database(settings) as database, database.writing() as connection:
        for name, path in tables:
            mapping = mappings.load_mapping(ROOT / "seeds" / "mappings" / f"{name}.yaml")
            columns, rows = open_table(path, mapping.file)
            reading = mappings.read_table(mapping, rows, columns)
            document = series.document_of(
                connection, mapping, [TableFile(path.name, hash_of(path), reading)]
            )
            record(connection, document, ChangeNote("bench", name))


def spent_ms(ask: Callable[[str], object], addresses: Iterable[str]) -> list[float]:
    """How long each of some addresses took, in milliseconds."""
    spent = []
    for address in addresses:
        start = time.perf_counter()
        ask(address)
        spent.append((time.perf_counter() - start) * 1000)
    return spent


# DAY stands for another day at every call: so that nothing is answered out of what was kept.
LISTS = {
    "a constant answer (/health/live)": ("/health/live", 200),
    "one movement with its claims": ("/v1/movements/haiti-mss-ken-second-group", 100),
    "a page of 100 claims": ("/v1/claims", 50),
    "an unchanged answer (304)": ("/v1/claims", 100),
    "claims as CSV, all 28,800": ("/v1/claims.csv", 3),
    "strength of one small mission": ("/v1/strength?mission=haiti-mss&as_of=DAY", 40),
    "strength of one large mission": ("/v1/strength?mission=mission-3&as_of=DAY", 20),
    "strength of all missions": ("/v1/strength?as_of=DAY", 10),
    "the page": ("/?mission=haiti-mss&as_of=DAY", 20),
}
MONTHLY = "interval=month&from=1990-01-01&to=DAY"
WORLD = {
    "a constant answer (/health/live)": ("/health/live", 200),
    "strength of one mission": ("/v1/strength?mission=mission-50&as_of=DAY", 30),
    "its ten-year monthly series": (
        "/v1/strength/series?mission=mission-50&interval=month&from=2005-01-01&to=DAY",
        20,
    ),
    "strength of all missions": ("/v1/strength?as_of=DAY", 10),
    "all missions' monthly series": (f"/v1/strength/series?group_by=none&{MONTHLY}", 10),
    "the same by mission": (f"/v1/strength/series?group_by=mission&{MONTHLY}", 5),
    "a mission's picture": ("/v1/strength/series.svg?mission=mission-50&to=DAY", 10),
}


def measured(settings: Settings, asked: Mapping[str, tuple[str, int]]) -> None:
    """Ask a server of a ledger, and print how long the first took, the median on other days, and
    the same again.
    """
    print(
        f"{'':34} {'first':>10} {'another day':>12} {'the same':>10}"
        f" {'another day, in constant answers':>36}"
    )
    with served(settings) as client:
        floor = 0.0
        for what, (address, times) in asked.items():
            headers = (
                {"If-None-Match": client.get(address).headers["etag"]} if "304" in what else {}
            )
            ask = partial(client.get, headers=headers)
            days = [str(date(2014, 12, 28) - timedelta(days=n)) for n in range(times + 1)]
            first, *others = spent_ms(ask, (address.replace("DAY", day) for day in days))
            again = statistics.median(spent_ms(ask, [address.replace("DAY", days[0])] * times))
            median = statistics.median(others)
            floor = floor or median
            print(
                f"{what:34} {first:7.1f} ms {median:9.2f} ms {again:7.2f} ms {median / floor:36.1f}"
            )


SUMMED = """select e.nation, sum(s.count) from settled s join entries e on e.key = s.entry
where e.mission = 'mission-3' and s.date = '2023-12-28' and s.until is null group by 1"""
PEER = {
    "a constant answer (/-/versions.json)": ("/-/versions.json", 100),
    "a page of 100 claims": ("/bench/claims.json?_size=100&_shape=objects", 50),
    "claims as CSV, all 28,800": ("/bench/claims.csv?_stream=on", 3),
    "one mission's entries summed": (
        "/bench.json?" + urlencode({"sql": SUMMED, "_shape": "objects"}),
        20,
    ),
}


def peer(settings: Settings) -> None:
    """Datasette over the same SQLite file, in the same run."""
    file = settings.database_url.removeprefix("sqlite:///")
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "datasette",
        "serve",
        file,
        "--port",
        "8399",
        "--setting",
    ]
    server = subprocess.Popen(
        [*command, "max_returned_rows", "1000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx2.Client(base_url="http://127.0.0.1:8399", timeout=60) as client:
            for _ in range(200):
                with suppress(httpx2.HTTPError):
                    client.get("/-/versions.json")
                    break
                time.sleep(0.1)
            for what, (address, times) in PEER.items():
                first, *others = spent_ms(client.get, [address] * (times + 1))
                print(f"{what:34} {first:7.1f} ms {statistics.median(others):9.2f} ms")
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Measure, and print tables."""
    gc.freeze()  # as the command does
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        settings = filled(f"sqlite:///{place}/bench.db", place, "SQLite")
        with embedded_postgresql() as address:
            filled(address, place, "PostgreSQL")
        print("\nMuster, 28,800 claims of ten missions by nation, and the seeds:")
        measured(settings, LISTS)
        print("\nDatasette over the same file:")
        peer(settings)
        print("\nMuster, a ledger like the UN's: 60 missions since 1990:")
        large = Settings(database_url=f"sqlite:///{place}/world.db")
        world(large, place)
        measured(large, WORLD)


if __name__ == "__main__":
    main()
