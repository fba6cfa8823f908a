"""All that follows from the declaration of a kind, asked over HTTP of both databases. Run by
tests/test_kinds.py in a copy of the tree that has the kind.
"""

import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars
import pytest

from app.record.language import read_mapping
from app.record.mappings import read_table
from tests.conftest import Twins, twins

HTML = {"Host": "muster.example", "Accept": "text/html"}


def casualty(key: str, count: int, day: str, **about: Any) -> dict[str, Any]:
    """A casualty by its fields, with one claim."""
    claim = {"source": "gazette", "status": "occurred", "count": count, "date": day}
    return {"key": key, "kind": "casualty", "mission": "haiti", **about, "claims": [claim]}


DOCUMENT: dict[str, Any] = {
    "missions": [{"slug": "haiti", "name": "Mission in Haiti"}],
    "sources": [{"slug": "gazette", "publisher": "The Gazette", "grade": "B2"}],
    "entries": [
        casualty(
            "convoy",
            1,
            "2025-02-23",
            nation="Kenya",
            manner="hostile_act",
            hostile="gang",
            wounded=3,
            notified="2025-02-24",
            inquiry="USA",
        ),
        casualty("crash", 2, "2025-08-31", nation="KEN", manner="accident", wounded=12),
        {
            "key": "parade",
            "kind": "event",
            "mission": "haiti",
            "event_type": "ceremony",
            "title": "A parade",
            "guests": 1200,
            "claims": [{"source": "gazette", "status": "occurred", "date": "2025-03-01"}],
        },
    ],
}


@pytest.fixture(scope="module")
def told(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Asks a ledger that tells of two casualties, and of an event with the new field."""
    place = tmp_path_factory.mktemp("casualties")
    (place / "casualties.yaml").write_text(json.dumps(DOCUMENT), "utf-8")
    with twins([place / "casualties.yaml"], postgresql, place) as both:
        yield both


def test_rows_hold_numbers_and_days(told: Twins) -> None:
    convoy, crash = told.json("/v1/casualties")["data"]
    own = ("nation", "nation_name", "manner", "hostile", "wounded", "notified", "inquiry_name")
    assert [convoy[name] for name in own] == [
        *("KEN", "Kenya", "hostile_act", "gang", 3, "2025-02-24", "United States")
    ]
    assert (crash["wounded"], crash["notified"], crash["inquiry_name"]) == (12, None, None)
    (event,) = told.json("/v1/events")["data"]
    assert event["guests"] == 1200
    assert [row["guests"] for row in told.json("/v1/timeline")["data"]] == [None, 1200, None]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("manner=accident", ["crash"]),
        ("hostile=gang&hostile=state", ["convoy"]),
        ("nation=USA", ["convoy"]),
        ("q=hostile", ["convoy"]),
        ("sort=-wounded", ["crash", "convoy"]),
        ("sort=-notified", ["convoy", "crash"]),
    ],
)
def test_lists_are_filtered_searched_and_sorted(told: Twins, asked: str, found: list[str]) -> None:
    rows = told.json(f"/v1/casualties?{asked}")["data"]
    assert [row["key"] for row in rows] == found
    pages = [told.json(f"/v1/casualties?{asked}&size=1")]
    while after := pages[-1]["page"]["next"]:
        pages.append(told.json(f"/v1/casualties?{asked}&size=1&cursor={after}"))
    assert [row["key"] for page in pages for row in page["data"]] == found


def test_a_value_that_is_none_of_the_list_is_refused_with_the_nearest(told: Twins) -> None:
    (error,) = told.problem("/v1/casualties?manner=accidant", 422)["errors"]
    assert error["did_you_mean"] == "accident"


def test_tables_have_a_type_a_column(told: Twins) -> None:
    asked = "?fields=key,wounded,notified,manner"
    assert told("/v1/casualties.csv" + asked).text.splitlines()[1:] == [
        "convoy,3,2025-02-24,hostile_act",
        "crash,12,,accident",
    ]
    table = polars.read_parquet(io.BytesIO(told("/v1/casualties.parquet" + asked).content))
    assert [table.schema[name] for name in ("wounded", "notified")] == [polars.Int64, polars.Date]
    assert table["notified"][0] == date(2025, 2, 24)


def test_pages_word_it(told: Twins) -> None:
    page = told("/entries/convoy", headers=HTML).text
    assert "<h1><bdi>Hostile act, Kenya, 24 February 2025</bdi></h1>" in page
    assert "<dt>notified</dt><dd><bdi>24 February 2025</bdi></dd>" in page
    assert '<dt>inquiry</dt><dd><a href="/nations/USA"><bdi>United States</bdi></a></dd>' in page
    assert "dead, <span" in page
    front = told("/?as_of=2025-12-31", headers=HTML).text
    assert '<h2 id="casualties">Dead and wounded</h2>' in front
    assert "<dt>guests</dt><dd><bdi>1,200</bdi></dd>" in told("/entries/parade", headers=HTML).text


def test_the_documentation_describes_it(told: Twins) -> None:
    document = told.json("/openapi.json")
    row = document["components"]["schemas"]["CasualtyDetail"]["properties"]
    assert {each.get("type") for each in row["wounded"]["anyOf"]} == {"integer", "null"}
    assert {each.get("format") for each in row["notified"]["anyOf"]} == {"date", None}
    assert document["paths"]["/v1/casualties"].keys() == {"get", "post"}
    taken = document["components"]["schemas"]["CasualtyCreate"]["properties"]
    assert taken["notified"]["anyOf"][0]["format"] == "date"


MAPPING: dict[str, Any] = {
    "series": "toll",
    "source": {"publisher": "The toll"},
    "kind": "casualty",
    "key": {"column": "Id"},
    "date": {"column": "Day"},
    "mission": {"constant": "haiti"},
    "nation": {"column": "Of"},
    "fields": {
        "manner": {"column": "How", "values": {"crash": "accident"}},
        "wounded": {"column": "Hurt", "optional": True},
        "notified": {"column": "Told", "optional": True},
    },
}


def rows_told(*rows: dict[str, str]) -> Any:
    """What the mapping reads from some rows."""
    full = {"Id": "1", "Day": "2025-08-31", "Of": "Kenya", "How": "crash", "Hurt": "", "Told": ""}
    cells = enumerate([full | row for row in rows], start=2)
    return read_table(read_mapping(MAPPING), cells, list(full))


def test_a_table_of_them_is_read_by_a_mapping() -> None:
    reading = rows_told({"Hurt": "0", "Told": "2025-09-01"}, {"Id": "2"})
    first, second = (told.entry for told in reading.statements)
    assert (first["wounded"], first["notified"]) == (0, date(2025, 9, 1))
    assert second.keys() & {"wounded", "notified"} == set()


@pytest.mark.parametrize("wrong", [{"Hurt": "many"}, {"Hurt": "1.5"}, {"Told": "2025-09"}])
def test_what_is_no_number_or_no_day_is_refused_by_its_line(wrong: dict[str, str]) -> None:
    reading = rows_told(wrong)
    assert reading.statements == []
    assert next(iter(wrong)) in str(reading.rejected)
