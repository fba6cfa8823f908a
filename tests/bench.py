"""`make bench`: how fast, as ratios to a constant answer of the same server, and how many claims a second are imported.

Everything is measured in one run on one machine, so the ratios mean something; nothing here is a test.
"""

import csv
import gc
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pycountry

from app.record import mappings
from app.record.database import Database, migrate
from app.record.documents import load_yaml
from app.record.files import hash_of, open_table
from app.record.ledger import Because, record
from app.settings import Settings
from tests.conftest import ROOT, SEEDS, embedded_postgresql, served

NATIONS = sorted(nation.alpha_3 for nation in pycountry.countries)[:120]
MISSIONS = 10
MONTHS = 24


def table(place: Path, month: date) -> Path:
    """A month of contributions, as large as the UN's own."""
    path = place / f"{month}.csv"
    head = ["Date", "Mission", "Mission_Country_ISO-3", "Contributor_ISO-3", "Troops", "Formed_Police_Units"]
    head += ["Inidividual_Police", "Experts_on_Mission", "Civilian_Police", "Observers", "Total"]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for mission in range(MISSIONS):
            for nth, nation in enumerate(NATIONS[mission * 6 : mission * 6 + 60]):
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
            columns, rows = open_table(path)
            reading = mappings.read_table(mapping, rows, columns)
            document = mappings.document_of(connection, mapping, reading, hash_of(path))
            record(connection, document, Because("bench", path.name))
            claims += sum(len(entry.claims) for entry in document.entries)
    return claims, time.perf_counter() - start


def filled(address: str, place: Path, engine: str) -> Settings:
    """A new ledger with the seeds and the months; prints how fast they went in."""
    settings = Settings(database_url=address)
    migrate(settings)
    with Database(settings) as database, database.writing() as connection:
        for path in SEEDS:
            record(connection, load_yaml(path), Because("bench", path.name))
    claims, seconds = imported(settings, place)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    said = f"{claims} claims in {seconds:.1f} s = {claims / seconds:,.0f} a second; {memory} MiB at most"
    print(f"import, {engine}: {said}")
    return settings


def median_ms(ask: Callable[[], object], times: int) -> float:
    """The median of some calls, in milliseconds."""
    ask()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def main() -> None:
    """Measure, and print a table."""
    gc.freeze()  # as the command does
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        settings = filled(f"sqlite:///{place}/bench.db", place, "SQLite")
        with embedded_postgresql() as address:
            filled(address, place, "PostgreSQL")
        last = date(2023, 12, 28) + timedelta(days=1)
        asked = {
            "a constant answer (/health/live)": ("/health/live", 200),
            "one movement with its claims": ("/v1/movements/haiti-mss-ken-second-group", 100),
            "a page of 100 claims": ("/v1/claims", 50),
            "an unchanged answer (304)": ("/v1/claims", 100),
            "strength of one small mission": (f"/v1/strength?mission=haiti-mss&as_of={last}", 50),
            "strength of one large mission": (f"/v1/strength?mission=mission-3&as_of={last}", 20),
            "strength of all missions": (f"/v1/strength?as_of={last}", 5),
        }
        with served(settings) as client:
            floor = 0.0
            for what, (address, times) in asked.items():
                headers = {"If-None-Match": client.get(address).headers["etag"]} if "304" in what else {}
                spent = median_ms(lambda address=address, headers=headers: client.get(address, headers=headers), times)
                floor = floor or spent
                print(f"{what:34} {spent:8.2f} ms {spent / floor:8.1f} times the constant answer")


if __name__ == "__main__":
    main()
