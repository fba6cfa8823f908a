"""The same question again: the bytes that left before, and never those of another question, another
state of the ledger or another schema.
"""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from app.record.database import Database
from app.settings import Settings
from app.web import resources
from tests.conftest import SEEDS, load, served

ASKED = "/v1/strength?as_of=2024-07-18"


@pytest.fixture
def reckoned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that a route answered."""
    found: list[str] = []
    respond = resources.respond

    def seen(resource: Any, request: httpx2.Request, *more: Any) -> Any:
        found.append(str(request.url))
        return respond(resource, request, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(resources, "respond", seen)
    return found


@pytest.fixture
def client(settings: Settings) -> Iterator[httpx2.Client]:
    """A caller of a server over the article."""
    load(settings, SEEDS[:1])
    with served(settings) as found:
        yield found


def told(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """An answer, but for what every request has of its own."""
    own = ("x-request-id", "date")
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("address", [ASKED, "/v1/claims?size=2", "/v1/strength.csv", "/v1/nations"])
def test_an_answer_leaves_again_as_it_left_before(
    client: httpx2.Client, reckoned: list[str], address: str
) -> None:
    first, *others = [client.get(address) for _ in range(4)]
    assert [told(answer) for answer in others] == [told(first)] * 3
    assert len({answer.headers["x-request-id"] for answer in (first, *others)}) == 4
    assert len(reckoned) == 1
    bare = client.head(address)
    assert (bare.status_code, bare.content, bare.headers["etag"]) == (
        200,
        b"",
        first.headers["etag"],
    )
    counted = client.get("/metrics").text
    path = address.partition("?")[0]
    assert f'requests_total{{method="GET",route="{path}",status="200"}} 4.0' in counted


def test_another_question_is_another(client: httpx2.Client, reckoned: list[str]) -> None:
    tag = client.get(ASKED).headers["etag"]
    plain = client.get(ASKED, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert client.get(ASKED, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(ASKED, headers={"Accept": "text/html"}).status_code == 406
    assert client.get(ASKED, headers={"Range": "bytes=0-9"}).content == plain.content[:10]
    assert client.get(ASKED, headers={"Host": "other.example"}).status_code == 200
    assert client.get(ASKED.replace("18", "19")).json()["as_of"] == "2024-07-19"
    assert client.get(f"{ASKED}&as_of=2024-07-18").status_code == 422
    assert len(reckoned) == 7


def test_after_a_write_the_answer_is_of_the_new_state(
    client: httpx2.Client, settings: Settings, reckoned: list[str]
) -> None:
    assert [client.get(ASKED).json()["revision"] for _ in range(2)] == [1, 1]
    load(settings, SEEDS[1:])
    assert [client.get(ASKED).json()["revision"] for _ in range(2)] == [2, 2]
    assert len(reckoned) == 2


def test_a_server_whose_database_is_migrated_under_it_answers_nothing(
    client: httpx2.Client, settings: Settings
) -> None:
    assert [client.get(ASKED).status_code for _ in range(2)] == [200, 200]
    with Database(settings) as database, database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000deadbeef'"))
    answer = client.get(ASKED)
    assert answer.status_code == 503
    assert "newer version" in answer.json()["detail"]
