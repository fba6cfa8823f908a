"""What the documentation fills in for every write, sent as it stands: it answers what would be
done, and changes nothing; without `dry_run` it is done. On both databases.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from app.record.database import Database
from app.record.keys import add_key
from app.record.revisions import at_revision
from app.settings import Settings
from tests.conftest import AFTER, FORCE, RECORDED, ROOT, SEEDS, load, served

DOCUMENT = json.loads((ROOT / "openapi.json").read_text())
WRITES = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if operation.get("security")
}


@pytest.fixture
def seeded(settings: Settings) -> Iterator[tuple[httpx2.Client, Database]]:
    """A server over all seeds, and the ledger under it; the client is an admin."""
    load(settings, [*SEEDS, AFTER, FORCE])
    with Database(settings) as database, served(settings) as client:
        with database.writing() as connection:
            key = add_key(connection, "desk", "admin", RECORDED)
        client.headers["Authorization"] = f"Bearer {key}"
        yield client, database


def revision(database: Database) -> int:
    with database.reading() as connection:
        return at_revision(connection).number


def send(client: httpx2.Client, name: str, **changed: str | None) -> httpx2.Response:
    """What is filled in for a write, some parameters changed; None leaves one out."""
    method, path, operation = WRITES[name]
    given: dict[str, Any] = {"path": {}, "query": {}, "header": {}}
    for parameter in operation["parameters"]:
        if "example" in parameter:
            given[parameter["in"]][parameter["name"]] = parameter["example"]
    query = {k: v for k, v in (given["query"] | changed).items() if v is not None}
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = {"json": content["example"]} if content else {}
    return client.request(
        method, path.format(**given["path"]), params=query, headers=given["header"], **body
    )


def test_every_write_of_the_documentation_can_be_tried_as_it_stands(
    seeded: tuple[httpx2.Client, Database],
) -> None:
    client, database = seeded
    before = revision(database)
    assert len(WRITES) == 23
    for name in WRITES:
        answer = send(client, name)
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json()["dry_run"] is True, name
        assert answer.json()["revision"] == before + 1, name
        assert "location" not in answer.headers, name
        assert revision(database) == before, name


def test_without_dry_run_it_is_done(seeded: tuple[httpx2.Client, Database]) -> None:
    client, database = seeded
    # A claim that was retracted cannot be corrected; what a document repeats changes nothing.
    last = ("correct_claim", "retract_claim")
    for name in [*(name for name in WRITES if name not in last), *last]:
        before = revision(database)
        answer = send(client, name, dry_run=None)
        created = WRITES[name][0] == "POST" and name != "import_document"
        assert answer.status_code == (201 if created else 200), (name, answer.text)
        assert answer.json()["dry_run"] is False
        assert revision(database) == before + (name != "import_document"), name


def test_what_a_trial_says_is_what_is_done_then(seeded: tuple[httpx2.Client, Database]) -> None:
    client, _ = seeded
    for name in ("create_movement", "edit_source", "retract_claim"):
        tried, done = send(client, name).json(), send(client, name, dry_run=None).json()
        for field in ("changed", "estimates", "revision"):
            assert tried[field] == done[field], (name, field)


def test_a_trial_leaves_its_idempotency_key_for_the_write(
    seeded: tuple[httpx2.Client, Database],
) -> None:
    client, database = seeded
    client.headers["Idempotency-Key"] = "one"
    before = revision(database)
    assert send(client, "create_movement").status_code == 200
    assert send(client, "create_movement", dry_run=None).status_code == 201
    assert revision(database) == before + 1
