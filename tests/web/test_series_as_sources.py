"""A series is a source too: `source=` takes the name of a series for all its sources, wherever it
is taken.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.conftest import Twins, twins

FIRST = """
missions: [{slug: alpha, name: Mission Alpha}]
sources:
  - {slug: table-2024-01, series: table, publisher: The Office, published: 2024-02-01, grade: A1}
  - {slug: table-2024-02, series: table, publisher: The Office, published: 2024-03-01, grade: A1}
  - {slug: gazette, publisher: The Gazette, published: 2024-03-02, grade: B2}
  - {slug: letter, publisher: The Letter, published: 2024-03-03, grade: C3}
  - {slug: pamphlet, series: papers, publisher: The Pamphlet, published: 2024-03-05}
  - {slug: letter-2, series: letter, publisher: The Letter, published: 2024-03-04, grade: C3}
entries:
  - {key: r1, kind: strength_report, mission: alpha, nation: KEN, category: police, claims: [{source: table-2024-01, status: occurred, count: 100, date: 2024-01-31}]}
  - {key: r2, kind: strength_report, mission: alpha, nation: KEN, category: police, claims: [{source: table-2024-02, status: occurred, count: 120, date: 2024-02-29}]}
  - {key: r3, kind: strength_report, mission: alpha, nation: KEN, category: police, claims: [{source: gazette, status: occurred, count: 150, date: 2024-03-01}]}
  - {key: r4, kind: strength_report, mission: alpha, nation: KEN, category: police, claims: [{source: letter, status: occurred, count: 7, date: 2024-03-02}]}
  - {key: r7, kind: pledge, mission: alpha, nation: KEN, category: police, claims: [{source: pamphlet, status: occurred, count: 5, date: 2024-03-04}]}
  - {key: r5, kind: strength_report, mission: alpha, nation: KEN, category: police, claims: [{source: letter-2, status: occurred, count: 9, date: 2024-03-03}]}
"""
SECOND = """
sources:
  - {slug: table-2024-03, series: table, publisher: The Office, published: 2024-04-01, grade: A1}
  - {slug: pamphlet, series: leaflets, publisher: The Pamphlet}
  - {slug: bulletin-1, series: bulletin, publisher: The Bulletin, published: 2024-04-02}
entries:
  - {key: r6, kind: strength_report, mission: alpha, nation: KEN, category: police, claims: [{source: table-2024-03, status: occurred, count: 130, date: 2024-03-31}]}
"""
TABLE = ["table-2024-01", "table-2024-02", "table-2024-03"]


@pytest.fixture(scope="module")
def asked(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """A ledger in which a table is a series of sources, loaded in two revisions."""
    place: Path = tmp_path_factory.mktemp("series")
    paths = [place / "first.yaml", place / "second.yaml"]
    for path, text in zip(paths, (FIRST, SECOND), strict=True):
        path.write_text(text)
    with twins(paths, postgresql, place) as both:
        yield both


def column(asked: Twins, address: str, name: str) -> list[Any]:
    return sorted(row[name] for row in asked.json(address)["data"])


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("source=table", TABLE),
        ("source=table-2024-02", TABLE[1:2]),
        ("source=table&source=gazette", ["gazette", *TABLE]),
        ("source=table&source=table-2024-01", TABLE),
        ("source=table&revision=1", TABLE[:2]),
        # where a source and a series have one name, the source is meant
        ("source=letter", ["letter"]),
        ("source=letter&source=letter-2", ["letter", "letter-2"]),
        # the series that it was of then
        ("source=papers&revision=1", ["pamphlet"]),
        ("source=papers", []),
        ("source=leaflets", ["pamphlet"]),
        ("source=leaflets&revision=1", []),
        # a series that had no source yet is not every source
        ("source=bulletin&revision=1", []),
        ("source=bulletin", ["bulletin-1"]),
    ],
)
def test_lists_keep_the_sources_of_a_series(asked: Twins, query: str, slugs: list[str]) -> None:
    assert column(asked, f"/v1/sources?{query}", "slug") == slugs
    told = [slug for slug in slugs if slug != "bulletin-1"]
    assert column(asked, f"/v1/claims?{query}", "source") == told
    assert len(column(asked, f"/v1/strength-reports?{query}", "key")) == len(
        [slug for slug in told if slug != "pamphlet"]
    )
    assert len(column(asked, f"/v1/timeline?{query}", "key")) == len(told)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/v1/strength?as_of=2024-05-01",
            "/v1/strength/series?to=2024-05-01",
            "/v1/fulfilment?as_of=2024-05-01",
        ),
        *(
            "/v1/reconciliation?as_of=2024-05-01",
            "/v1/strength.csv?as_of=2024-05-01",
            "/v1/claims.csv?sort=key",
        ),
        *("/v1/strength.txt?as_of=2024-05-01", "/v1/sources.ndjson?sort=slug"),
    ],
)
def test_a_series_is_asked_for_as_all_its_sources_would_be(asked: Twins, path: str) -> None:
    one, each = (
        asked(f"{path}&source=table"),
        asked(f"{path}&{'&'.join(f'source={slug}' for slug in TABLE)}"),
    )
    assert one.status_code == 200
    if one.headers["content-type"] == "application/json":
        differing = {"permalink", "page"}
        left, right = (
            {k: v for k, v in answer.json().items() if k not in differing} for answer in (one, each)
        )
        assert left == right
    else:
        assert one.content == each.content
    assert one.content != asked(f"{path}&source=gazette").content


def test_strength_is_reckoned_with_the_series_alone(asked: Twins) -> None:
    row = asked.json("/v1/strength?as_of=2024-05-01&source=table")["data"][0]
    assert (row["present"], row["evidence_date"]) == (130, "2024-03-31")
    early = asked.json("/v1/strength?as_of=2024-05-01&source=table&revision=1")["data"][0]
    assert early["present"] == 120
    assert asked.json("/v1/strength?as_of=2024-05-01&source=letter")["data"][0]["present"] == 7


def test_pictures_the_page_and_workbooks_take_a_series(asked: Twins) -> None:
    assert asked("/v1/strength/series.svg?source=table&to=2024-05-01").status_code == 200
    for client in asked.clients.values():
        book = load_workbook(
            io.BytesIO(client.get("/v1/strength.xlsx?source=table&as_of=2024-05-01").content)
        )
        assert {row[0].value for row in book["sources"].iter_rows(min_row=2)} == set(TABLE)
        assert "130" in client.get("/?source=table&as_of=2024-05-01").text
        assert "all its sources" in client.get("/sources/table-2024-01").text
        assert "all its sources" not in client.get("/sources/gazette").text


@pytest.mark.parametrize(
    ("words", "near"),
    [("tabel", "table"), ("gazete", "gazette"), ("table-2024-04", "table-2024-03"), ("zzz", None)],
)
@pytest.mark.parametrize(
    "path", ["/v1/sources", "/v1/claims", "/v1/strength", "/v1/reconciliation"]
)
def test_a_misspelt_name_is_refused_with_the_nearest_source_or_series(
    asked: Twins, path: str, words: str, near: str | None
) -> None:
    error = asked.problem(f"{path}?source={words}", 422)["errors"][0]
    assert error["parameter"] == "source"
    assert error.get("did_you_mean", "")[:10] == (near or "")[:10]
