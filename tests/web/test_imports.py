"""Whole documents over HTTP: what a complete source takes back, what became of each claim, what a
dry run shows.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import SEEDS
from tests.web.test_writes import Desk, desk_over, entry

FIRST = {"new": 2, "corrected": 0, "retracted": 0, "unchanged": 0}


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A ledger of each test's own, with the article in it."""
    with desk_over(
        request.param, postgresql, tmp_path_factory.mktemp("imports"), SEEDS[:1]
    ) as made:
        yield made


def document(*keys: str, count: int = 5, **source: Any) -> dict[str, Any]:
    """Pledges by a source of its own."""
    pledges = [entry("pledge", key, source="doc", count=count) | {"kind": "pledge"} for key in keys]
    return {"sources": [{"slug": "doc", "publisher": "Doc"} | source], "entries": pledges}


def test_a_complete_source_takes_back_what_the_document_does_not_tell(desk: Desk) -> None:
    first = desk("POST", "/v1/imports", document("one", "two"), status=200).json()
    assert (first["claims"], first["trial"]) == (FIRST, None)
    said = document("two", "three", complete=True)
    with desk.untouched():
        trial = desk("POST", "/v1/imports?dry_run=true", said, status=200).json()
    assert trial["claims"] == {"new": 1, "corrected": 0, "retracted": 1, "unchanged": 1}
    assert trial["trial"] == {
        "untold": 0,
        "untold_claims": [],
        "new_missions": [],
        "new_missions_left_out": 0,
    }
    done = desk("POST", "/v1/imports", said, status=200).json()
    assert (done["claims"], done["changed"]) == (trial["claims"], trial["changed"])
    assert done["changed"]["retracted"]["claims"] == ["one--doc"]
    assert desk.client.get("/v1/pledges/one").status_code == 404
    assert desk.client.get("/v1/sources/doc").json()["data"].keys() & {"complete"} == set()
    causes = {
        row["number"]: row["cause"] for row in desk.client.get("/v1/revisions").json()["data"]
    }
    assert (causes[first["revision"]], causes[done["revision"]]) == (
        "new_source",
        "source_corrected",
    )
    again = desk("POST", "/v1/imports", said, status=200).json()
    assert again["claims"] == {"new": 0, "corrected": 0, "retracted": 0, "unchanged": 2}
    assert again["revision"] == done["revision"]


def test_a_dry_run_lists_what_stays_and_names_new_missions(desk: Desk) -> None:
    desk("POST", "/v1/imports", document(*(f"p-{n:02}" for n in range(60))), status=200)
    names = {
        "haiti-mss-1": "Multinational Security Support Mission in Haiti 1)",
        "mali": "Elsewhere",
    }
    said = document("p-00", count=6) | {
        "missions": [{"slug": slug, "name": name} for slug, name in names.items()]
    }
    with desk.untouched():
        trial = desk("POST", "/v1/imports?dry_run=true", said, status=200).json()
    assert trial["claims"] == {"new": 0, "corrected": 1, "retracted": 0, "unchanged": 0}
    shown = trial["trial"]
    assert (shown["untold"], len(shown["untold_claims"]), shown["untold_claims"][0]) == (
        59,
        50,
        "p-01--doc",
    )
    assert [(new["slug"], new["near"]) for new in shown["new_missions"]] == [
        ("haiti-mss-1", ["haiti-mss"]),
        ("mali", []),
    ]
    assert desk("POST", "/v1/imports", said, status=200).json()["claims"] == trial["claims"]


def test_one_source_alone_is_never_all_that_is_told_of_it(desk: Desk) -> None:
    desk("POST", "/v1/imports", document("one"), status=200)
    assert desk.pointers("PATCH", "/v1/sources/doc", {"complete": True}) == {"/complete"}
    label = {"slug": "more", "publisher": "More", "complete": True}
    assert desk.pointers("POST", "/v1/sources", label) == {"/complete"}
    desk("PATCH", "/v1/sources/doc", {"title": "A title"}, status=200)
    assert desk.client.get("/v1/pledges/one").status_code == 200
    odds: tuple[Any, ...] = ("yes", 1, [], None)
    for odd in odds:
        assert desk.pointers("POST", "/v1/imports", document("one", complete=odd)) == {
            "/sources/0/complete"
        }
    odd_slugs = ["haiti-mss", "No Slug"]
    assert desk.pointers("POST", "/v1/imports", document("one", complete=odd_slugs)) == {
        "/sources/0/complete/1"
    }
