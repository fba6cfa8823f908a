"""One mission, one name: another that is called so is refused with the slug that has it, at every
door; on both databases.
"""

from pathlib import Path
from typing import Any

import pytest

from app.record.database import Database
from app.record.problems import Mend
from app.settings import Settings
from tests.conftest import served
from tests.record.test_ledger import commit, refusals
from tests.web.test_limits import key_of

UNMISS = {"slug": "unmiss", "name": "United Nations Mission in South Sudan"}


def refused(database: Database, *more: dict[str, Any]) -> list[Mend]:
    with database.writing() as connection:
        return refusals(connection, missions=list(more))


@pytest.fixture
def known(database: Database) -> Database:
    with database.writing() as connection:
        commit(connection, missions=[UNMISS, {"slug": "other", "name": "Other"}])
    return database


@pytest.mark.parametrize(
    "new",
    [
        {"slug": "un-mission-south-sudan", "name": "United Nations Mission in South Sudan"},
        {"slug": "x", "name": "the united nations  mission in South-Sudan"},
        {"slug": "south-sudan", "name": "UNMISS"},
        {"slug": "united-nations-mission-in-south-sudan", "name": "Another"},
    ],
)
def test_a_name_that_is_taken_is_refused_with_who_has_it(
    known: Database, new: dict[str, Any]
) -> None:
    (mend,) = refused(known, new)
    assert (mend.where, mend.did_you_mean) == ("/missions/0/name", "unmiss")
    assert "is unmiss already" in mend.detail


def test_two_of_one_document_are_namesakes_too(known: Database) -> None:
    mends = refused(known, {"slug": "a", "name": "One Name"}, {"slug": "b", "name": "One name"})
    assert [(mend.where, mend.did_you_mean) for mend in mends] == [
        ("/missions/0/name", "b"),
        ("/missions/1/name", "a"),
    ]


def test_a_mission_may_be_told_again_renamed_and_its_old_name_taken(known: Database) -> None:
    with known.writing() as connection:
        assert commit(connection, missions=[UNMISS]) is None
        assert commit(connection, missions=[{"slug": "other", "name": "Alpha"}])
        assert commit(connection, missions=[{"slug": "third", "name": "Other One"}])
        # Two names may change hands in one document.
        swapped = [{"slug": "other", "name": "Other One"}, {"slug": "third", "name": "Alpha"}]
        assert commit(connection, missions=swapped)
    (mend,) = refused(known, {"slug": "third", "name": "unmiss"})
    assert mend.did_you_mean == "unmiss"


def test_over_http_by_every_door(settings: Settings, known: Database, tmp_path: Path) -> None:
    admin = key_of(settings, "admin", "admin")
    with served(settings) as client:
        client.headers["Authorization"] = f"Bearer {admin}"
        taken = {"slug": "south-sudan", "name": "Unmiss"}
        for answer, pointer in (
            (client.post("/v1/missions", json=taken), "/name"),
            (client.patch("/v1/missions/other", json={"name": "Unmiss"}), "/name"),
            (client.post("/v1/imports", json={"missions": [taken]}), "/missions/0/name"),
            (
                client.post("/v1/imports?dry_run=true", json={"missions": [taken]}),
                "/missions/0/name",
            ),
        ):
            assert answer.status_code == 422, answer.text
            (error,) = answer.json()["errors"]
            assert (error["pointer"], error["did_you_mean"]) == (pointer, "unmiss")
        new = {"slug": "unmiss-1", "name": "UNMISS 1)"}
        tried = client.post("/v1/imports?dry_run=true", json={"missions": [new]}).json()["trial"]
        assert tried["new_missions"] == [
            {"slug": "unmiss-1", "name": "UNMISS 1)", "near": ["unmiss"]}
        ]
