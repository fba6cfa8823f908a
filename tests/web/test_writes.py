"""Writing over HTTP, on both databases: who may, what is taken, what is refused, what a write
answers and leaves.

`desk` is a served ledger with the article in it and two keys; a test names its things after itself,
so that all of a file can write into one ledger. `untouched` says that a ledger is what it was
before.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.main import create_app
from app.record.database import Database, migrate
from app.record.keys import add_key
from app.record.kinds import KINDS
from app.record.proof import verify
from app.record.tables import claims, metadata, replies
from app.settings import Settings
from app.web.routes import writes
from app.web.schemas.writes import require_scopes
from tests.conftest import SEEDS, load, new_database, served
from tests.record.test_ledger import ABOUT

KENYA = "haiti-mss-ken-police"
SECOND = "haiti-mss-ken-second-group--heed-2024-07-17"
SOURCE = "heed-2024-07-17"


def claim(**said: Any) -> dict[str, Any]:
    """A claim of the article's, of 200 on a day."""
    return {"source": SOURCE, "status": "occurred", "count": 200, "date": "2024-07-16"} | said


def entry(kind: str, key: str, **said: Any) -> dict[str, Any]:
    """An entry with one claim, as it is sent to its own address."""
    return {"key": key, "mission": "haiti-mss", **ABOUT[kind], "claims": [claim(**said)]}


class Desk:
    """A served ledger, a client of it, and the keys of two who write."""

    def __init__(self, client: httpx2.Client, database: Database, keys: dict[str, str]) -> None:
        self.client, self.database, self.keys = client, database, keys

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str = "admin",
        status: int | None = None,
        **headers: str,
    ) -> httpx2.Response:
        """Send with a key (`none`: without); `status` is what must be answered."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key != "none":
            sent["Authorization"] = f"Bearer {self.keys[key]}"
        content = (
            {"content": body}
            if isinstance(body, bytes)
            else {"json": body}
            if body is not None
            else {}
        )
        if isinstance(body, bytes):
            sent.setdefault("Content-Type", "application/json")
        answer = self.client.request(method, path, headers=sent, **content)
        assert status in (None, answer.status_code), (
            f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        )
        return answer

    def tag(self, path: str) -> str:
        """The ETag of what is shown."""
        return self.client.get(path).headers["etag"]

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.database.reading() as connection:
            return {
                t.name: connection.scalar(select(func.count()).select_from(t)) or 0
                for t in metadata.sorted_tables
            }

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """What is done here must leave every table as it is."""
        before = self.counts()
        yield
        assert self.counts() == before

    def problem(
        self, method: str, path: str, body: Any, status: int = 422, **more: Any
    ) -> dict[str, Any]:
        """The problem that a refused write is answered; nothing may have changed."""
        with self.untouched():
            answer = self(method, path, body, status=status, **more)
        assert answer.headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = answer.json()
        assert found["status"] == status
        return found

    def pointers(self, method: str, path: str, body: Any, **more: Any) -> set[str]:
        """Where a refused body is wrong."""
        return {
            error.get("pointer", "") for error in self.problem(method, path, body, **more)["errors"]
        }


@contextmanager
def desk_over(
    engine: str, postgresql: str, place: Path, seeds: list[Path], **more: Any
) -> Iterator[Desk]:
    """A served ledger of a caller's own."""
    settings = Settings(
        database_url=new_database(engine, postgresql, place), pool_size=16, busy_timeout=20, **more
    )
    migrate(settings)
    load(settings, seeds)
    database = Database(settings)
    with database.writing() as connection:
        keys = {
            scope: add_key(connection, scope, scope, datetime.now(UTC))
            for scope in ("write", "admin")
        }
    with served(settings) as client:
        yield Desk(client, database, keys)
    database.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The ledger that this file writes into; at its end the history must be sound."""
    with desk_over(
        request.param, postgresql, tmp_path_factory.mktemp("desk"), SEEDS[:1], max_import=3_000_000
    ) as made:
        # One that a mission can follow.
        made("POST", "/v1/missions", {"slug": "minustah", "name": "MINUSTAH"}, status=201)
        yield made
        with made.database.reading() as connection:
            assert verify(connection) == []


class TestWhoMay:
    def test_every_write_route_asks_for_its_scope(self, desk: Desk) -> None:
        walked = 0
        for path, methods in desk.client.get("/openapi.json").json()["paths"].items():
            for method in methods.keys() & {"post", "put", "patch", "delete"}:
                (stated,) = methods[method]["security"]
                (scope,) = stated["key"]
                address = path.replace("{key}", "nothing").replace("{slug}", "nothing")
                with desk.untouched():
                    missing = desk(method.upper(), address, {}, key="none", status=401)
                    assert missing.headers["www-authenticate"] == "Bearer"
                    assert missing.json()["type"] == "/problems/unauthorized"
                    answered = desk(method.upper(), address, b"[]", key="write")
                    assert (answered.status_code == 403) == (scope == "admin"), (method, path)
                    assert answered.status_code in (403, 404, 422), (method, path)
                    assert desk(method.upper(), address, b"[]").status_code in (404, 422), (
                        method,
                        path,
                    )
                walked += 1
        assert walked == 2 * len(KINDS) + 2 * 3 + 2 + 1

    def test_the_scopes_are_the_ones_of_the_contract(self, desk: Desk) -> None:
        document = desk.client.get("/openapi.json").json()
        for path, methods in document["paths"].items():
            for method in methods.keys() & {"post", "put", "patch", "delete"}:
                wanted = "admin" if method == "patch" or path == "/v1/imports" else "write"
                assert methods[method]["security"] == [{"key": [wanted]}], (method, path)

    def test_reads_need_no_key_and_take_a_wrong_one_as_none(self, desk: Desk) -> None:
        assert (
            desk.client.get(
                "/v1/missions", headers={"Authorization": "Bearer nonsense"}
            ).status_code
            == 200
        )

    def test_a_write_route_that_states_no_scope_stops_the_start(self) -> None:
        app = FastAPI()
        app.post("/v1/secrets")(lambda: None)
        with pytest.raises(RuntimeError, match=r"POST.*/v1/secrets"):
            require_scopes(app)
        before = list(writes.router.routes)
        writes.router.delete("/missions")(lambda: None)
        try:
            with pytest.raises(RuntimeError, match="DELETE"):
                create_app(Settings(database_url="sqlite:///nowhere.db"))
        finally:
            writes.router.routes[:] = before


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_is_added_with_its_first_claim_and_a_further_one(self, desk: Desk, kind: str) -> None:
        key, plural = f"new-{kind.replace('_', '-')}", KINDS[kind].plural
        newest = desk.client.get("/v1/revisions?sort=-number&size=1").json()["data"][0]["number"]
        made = desk("POST", f"/v1/{plural}", entry(kind, key), key="write", status=201)
        assert made.headers["location"] == f"/v1/{plural}/{key}"
        assert made.headers["cache-control"] == "no-store"
        body = made.json()
        assert body["revision"] == newest + 1
        assert body["changed"]["added"]["entries"] == [key]
        assert body["changed"]["added"]["claims"] == [f"{key}--{SOURCE}"]
        shown = desk.client.get(made.headers["location"]).json()["data"]
        assert (shown["key"], shown["kind"], shown["count"], shown["revision"]) == (
            key,
            kind,
            200,
            newest + 1,
        )
        assert body["data"] | {"claims": shown["claims"]} == shown | {"claims": shown["claims"]}
        revision = desk.client.get(f"/v1/revisions/{newest + 1}").json()["data"]
        assert (revision["author"], revision["cause"]) == ("write", "new_source")

        further = claim(source="citizen-tz-2024-07-17", count="~190")
        added = desk("POST", f"/v1/{plural}/{key}/claims", further, key="write", status=201)
        name = f"{key}--citizen-tz-2024-07-17"
        assert added.headers["location"] == f"/v1/claims/{name}"
        assert desk.client.get(added.headers["location"]).json()["data"]["count_low"] == 171
        assert added.json()["changed"]["added"]["claims"] == [name]
        assert added.json()["changed"]["added"]["entries"] == []
        assert desk.client.get(f"/v1/{plural}/{key}").json()["data"]["origins"] == 1

        for address, again in (
            (f"/v1/{plural}", entry(kind, key)),
            (f"/v1/{plural}/{key}/claims", further),
        ):
            assert desk.problem("POST", address, again, 409)["type"] == "/problems/conflict"
        other = next(each.plural for name, each in KINDS.items() if name != kind)
        desk.problem("POST", f"/v1/{other}/{key}/claims", claim(key="another"), 404)

    def test_refuses_what_is_unknown_or_the_servers_own(self, desk: Desk, kind: str) -> None:
        path = f"/v1/{KINDS[kind].plural}"
        for name in ("contingent", "id", "since", "revision", "nation_name", "origins", "dry_run"):
            assert f"/{name}" in desk.pointers(
                "POST", path, entry(kind, "unknown") | {name: "1"}
            ), name
        for name in (
            "id",
            "since",
            "until",
            "count_best",
            "entry",
            "date_earliest",
            "salt",
            "digest",
        ):
            assert f"/claims/0/{name}" in desk.pointers(
                "POST", path, entry(kind, "unknown", **{name: 1})
            ), name
        other = next(name for name in KINDS if name != kind)
        assert "/kind" in desk.pointers("POST", path, entry(kind, "unknown") | {"kind": other})
        # Of two missions one entry tells, and it may be there.
        told = {"/predecessor"} if kind == "succession" else set()
        nobody = desk.pointers("POST", path, entry(kind, "unknown", source="nobody"))
        assert nobody - told == {"/claims/0/source"}
        nowhere = entry(kind, "unknown") | {"mission": "haiti-msss"}
        assert desk.pointers("POST", path, nowhere) - told == {"/mission"}


SUBJECTS: dict[str, dict[str, Any]] = {
    "missions": {
        "slug": "subject-mission",
        "name": "Another",
        "host_country": "HTI",
        "started": "2024",
    },
    "contingents": {
        "mission": "haiti-mss",
        "nation": "BLZ",
        "category": "troops",
        "units": "A company",
    },
    "sources": {
        "slug": "subject-source",
        "publisher": "Desk",
        "grade": "C3",
        "retrieved_on": "2024-07-19",
    },
}


@pytest.mark.parametrize("part", SUBJECTS)
def test_subjects_are_added_once_and_edited_by_admins(desk: Desk, part: str) -> None:
    made = desk("POST", f"/v1/{part}", SUBJECTS[part], key="write", status=201)
    address = made.headers["location"]
    before = desk.client.get(address).json()["data"]
    desk.problem("POST", f"/v1/{part}", SUBJECTS[part], 409)
    field = {"missions": "name", "contingents": "units", "sources": "publisher"}[part]
    desk.problem("PATCH", address, {field: "Edited"}, 403, key="write")
    edited = desk(
        "PATCH", address, {field: "Edited", "message": "A better name"}, status=200
    ).json()
    slug = address.rsplit("/", 1)[1]
    assert edited["changed"]["corrected"][part] == [slug]
    shown = desk.client.get(address).json()["data"]
    assert shown == before | {field: "Edited", "revision": edited["revision"]}
    revision = desk.client.get(f"/v1/revisions/{edited['revision']}").json()["data"]
    assert (revision["author"], revision["cause"], revision["message"]) == (
        "admin",
        "source_corrected",
        "A better name",
    )
    old = desk.client.get(f"{address}?revision={edited['revision'] - 1}").json()["data"]
    assert old[field] == before[field]
    again = desk("PATCH", address, {field: "Edited"}, status=200).json()
    assert again["revision"] == edited["revision"]
    assert again["changed"]["corrected"][part] == []
    identity = "nation" if part == "contingents" else "slug"
    assert desk.pointers("PATCH", address, {identity: "ken"}) == {f"/{identity}"}
    assert desk.pointers("PATCH", address, {"since": 1}) == {"/since"}
    desk.problem("PATCH", f"/v1/{part}/nobody", {field: "x"}, 404)


def test_an_edit_may_empty_a_label_but_not_one_that_must_be(desk: Desk) -> None:
    desk(
        "POST",
        "/v1/sources",
        {"slug": "emptied", "publisher": "Desk", "title": "Words"},
        status=201,
    )
    desk("PATCH", "/v1/sources/emptied", {"title": None}, status=200)
    assert desk.client.get("/v1/sources/emptied").json()["data"]["title"] is None
    assert desk.pointers("PATCH", "/v1/sources/emptied", {"publisher": None}) == {"/publisher"}
    assert desk.pointers("PATCH", "/v1/sources/emptied", {"derived_from": "emptied"}) == {
        "/derived_from"
    }


class TestChanging:
    def fresh(self, desk: Desk, key: str, **said: Any) -> str:
        """A new pledge's one claim, by its address."""
        made = desk("POST", "/v1/pledges", entry("pledge", key, **said), status=201).json()
        return f"/v1/claims/{made['changed']['added']['claims'][0]}"

    def test_a_correction_names_the_state_it_was_made_on(self, desk: Desk) -> None:
        address = self.fresh(desk, "corrected")
        seen = desk.tag(address)
        assert (
            desk.problem("PUT", address, claim(count=1), 428)["type"]
            == "/problems/precondition_required"
        )
        desk(
            "POST", "/v1/pledges", entry("pledge", "unrelated"), status=201
        )  # does not make it stale
        done = desk(
            "PUT", address, claim(count=300, grade="A1"), key="write", status=200, If_Match=seen
        ).json()
        assert done["changed"]["corrected"]["claims"] == [address.rsplit("/", 1)[1]]
        assert (done["data"]["count"], done["data"]["grade"]) == (300, "A1")
        assert done["data"]["since"] == done["revision"]
        for stale in (seen, f'"{"0" * 16}-{"0" * 16}"', "nonsense", ""):
            refused = desk.problem("PUT", address, claim(count=400), 412, If_Match=stale)
            assert (refused["current"]["count"], refused["type"]) == (
                300,
                "/problems/precondition_failed",
            )
        for count, shows_it in enumerate((address, "/v1/claims", "/v1/pledges/corrected")):
            desk("PUT", address, claim(count=count), status=200, If_Match=desk.tag(shows_it))
        desk("PUT", address, claim(count=5), status=200, If_Match="*")
        history = desk.client.get("/v1/claims?history=true&size=1000").json()["data"]
        assert [row["count"] for row in history if row["entry"] == "corrected"] == [
            200,
            300,
            0,
            1,
            2,
            5,
        ]

    def test_a_correction_keeps_key_and_source_and_refuses_the_rest(self, desk: Desk) -> None:
        address = self.fresh(desk, "keeps")
        put = {"If_Match": "*"}
        assert desk.pointers("PUT", address, claim(source="citizen-tz-2024-07-17"), **put) == {
            "/source"
        }
        assert desk.pointers("PUT", address, claim(key="another-key"), **put) == {"/key"}
        assert desk.pointers("PUT", address, claim(entry="corrected"), **put) == {"/entry"}
        assert desk.pointers("PUT", address, {"source": SOURCE, "status": "occurred"}, **put) == {
            "/date"
        }
        desk.problem("PUT", "/v1/claims/nobody", claim(), 404, **put)
        same = desk("PUT", address, claim(), status=200, **put).json()
        assert same["changed"]["corrected"]["claims"] == []

    def test_a_retraction_closes_and_shows_nothing_more(self, desk: Desk) -> None:
        address = self.fresh(desk, "retracted")
        seen = desk.tag(address)
        desk.problem("DELETE", address, None, 428)
        desk.problem("DELETE", address, None, 412, If_Match="nonsense")
        several = (
            f'"{"0" * 16}-{"0" * 16}", {seen}'  # one that fits among several is enough (RFC 9110)
        )
        done = desk(
            "DELETE",
            f"{address}?cause=reassessed&message=It+was+none",
            key="write",
            status=200,
            If_Match=several,
        )
        body = done.json()
        assert (body["data"], body["changed"]["retracted"]["claims"]) == (
            None,
            [address.rsplit("/", 1)[1]],
        )
        revision = desk.client.get(f"/v1/revisions/{body['revision']}").json()["data"]
        assert (revision["cause"], revision["message"]) == ("reassessed", "It was none")
        assert (
            desk.client.get(address).status_code
            == desk.client.get("/v1/pledges/retracted").status_code
            == 404
        )
        assert desk.client.get(f"{address}?revision={body['revision'] - 1}").status_code == 200
        for method, what in (("DELETE", None), ("PUT", claim())):
            desk.problem(method, address, what, 404, If_Match="*")
        desk.problem("POST", "/v1/pledges", entry("pledge", "retracted"), 409)
        desk("POST", "/v1/pledges/retracted/claims", claim(), status=201)

    def test_two_at_once_on_one_claim_and_one_wins(self, desk: Desk) -> None:
        address = self.fresh(desk, "raced")
        for nth in range(8):
            seen, barrier = desk.tag(address), threading.Barrier(4)
            found: dict[int, int] = {}

            def correct(
                count: int,
                barrier: threading.Barrier = barrier,
                seen: str = seen,
                found: dict[int, int] = found,
            ) -> None:
                barrier.wait()
                found[count] = desk("PUT", address, claim(count=count), If_Match=seen).status_code

            writers = [
                threading.Thread(target=correct, args=(1000 + 10 * nth + i,)) for i in range(4)
            ]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            assert sorted(found.values()) == [200, 412, 412, 412]
            (winner,) = [count for count, status in found.items() if status == 200]
            assert desk.client.get(address).json()["data"]["count"] == winner
        with desk.database.reading() as connection:
            told = connection.scalar(select(func.count()).where(claims.c.entry == "raced"))
        assert told == 9

    def test_the_estimate_before_and_after_is_given(self, desk: Desk) -> None:
        body = entry("movement", "third-group", count=217, date="2025-01-18")
        done = desk("POST", "/v1/movements", body, status=201).json()
        (moved,) = done["estimates"]
        assert (moved["contingent"], done["estimates_left_out"]) == (KENYA, 0)
        before, after = moved["before"], moved["after"]
        assert after["present"] - before["present"] == after["arrived"] - before["arrived"] == 217
        as_of = moved["as_of"]
        asked = f"/v1/strength?mission=haiti-mss&contingent={KENYA}&as_of={as_of}&revision="
        for told, revision in ((before, done["revision"] - 1), (after, done["revision"])):
            total = desk.client.get(f"{asked}{revision}").json()["total"]
            assert {name: total[name] for name in told} == told
        gone = desk("DELETE", f"/v1/claims/third-group--{SOURCE}", status=200, If_Match="*").json()
        assert gone["estimates"] == [{**moved, "before": after, "after": before}]

    def test_so_is_what_the_end_of_a_mission_does_to_its_contingents(self, desk: Desk) -> None:
        desk("POST", "/v1/missions", {"slug": "ending", "name": "Ending"}, status=201)
        desk(
            "POST",
            "/v1/movements",
            entry("movement", "ending-arrival") | {"mission": "ending"},
            status=201,
        )
        (moved,) = desk("PATCH", "/v1/missions/ending", {"ended": "2025"}, status=200).json()[
            "estimates"
        ]
        assert moved["contingent"] == "ending-ken-police"
        assert [moved[when]["present"] for when in ("before", "after")] == [200, 0]


@pytest.fixture
def send(desk: Desk) -> Callable[..., httpx2.Response]:
    """Sends a pledge with an Idempotency-Key."""
    return lambda key, once, **said: desk(
        "POST", "/v1/pledges", entry("pledge", key, **said), Idempotency_Key=once
    )


class TestOnce:
    def test_a_repeated_write_is_answered_alike_and_done_once(self, desk: Desk, send: Any) -> None:
        first = send("once", "one")
        with desk.untouched():
            again = send("once", "one")
        assert (first.status_code, first.headers.get("idempotent-replayed")) == (201, None)
        assert (again.status_code, again.content) == (201, first.content)
        assert (again.headers["idempotent-replayed"], again.headers["location"]) == (
            "true",
            first.headers["location"],
        )
        with desk.untouched():
            assert (
                send("once", "one", count=5).status_code
                == send("once-more", "one").status_code
                == 422
            )
        address = f"/v1/claims/once--{SOURCE}"
        for method, body in (("PUT", claim(count=7)), ("DELETE", None)):
            seen = desk.tag(address)
            twice = [
                desk(method, address, body, status=200, If_Match=seen, Idempotency_Key=method)
                for _ in "ab"
            ]
            assert twice[0].content == twice[1].content
            assert twice[1].headers["idempotent-replayed"] == "true"

    def test_a_reply_is_let_go_of_when_it_is_old(
        self, desk: Desk, send: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send("old", "kept-for-a-while")

        def kept() -> set[str]:
            with desk.database.reading() as connection:
                return set(connection.scalars(select(replies.c.key)))

        assert "kept-for-a-while" in kept()
        monkeypatch.setattr("app.record.replies.KEPT_FOR", timedelta(microseconds=1))
        send("new", "the-newest")
        assert kept() == {"the-newest"}

    def test_the_address_with_its_query_is_part_of_what_is_repeated(
        self, desk: Desk, send: Any
    ) -> None:
        send("queried", "queried")
        address = f"/v1/claims/queried--{SOURCE}?cause="
        desk("DELETE", f"{address}our_error", status=200, If_Match="*", Idempotency_Key="gone")
        with desk.untouched():
            desk("DELETE", f"{address}reassessed", status=422, If_Match="*", Idempotency_Key="gone")
            again = desk(
                "DELETE", f"{address}our_error", status=200, If_Match="*", Idempotency_Key="gone"
            )
        assert again.headers["idempotent-replayed"] == "true"

    def test_a_refused_write_may_be_mended_under_the_same_key(self, send: Any) -> None:
        assert [
            send("mended", "mend", source=source).status_code for source in ("nobody", SOURCE)
        ] == [422, 201]

    def test_the_keys_of_two_writers_do_not_meet(self, desk: Desk) -> None:
        for name in ("write", "admin"):
            body = entry("pledge", f"met-{name}")
            assert (
                "idempotent-replayed"
                not in desk("POST", "/v1/pledges", body, name, 201, Idempotency_Key="m").headers
            )

    def test_is_written_once_by_many_at_once(self, desk: Desk, send: Any) -> None:
        before, found = desk.counts(), []
        writers = [
            threading.Thread(target=lambda: found.append(send("crowd", "crowd"))) for _ in range(6)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert {(each.status_code, each.content) for each in found} == {(201, found[0].content)}
        assert sum("idempotent-replayed" in each.headers for each in found) == 5
        assert desk.counts()["revisions"] == before["revisions"] + 1

    @pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9".encode("latin-1")])
    def test_a_key_that_is_none_is_refused(self, desk: Desk, send: Any, key: Any) -> None:
        with desk.untouched():
            assert send("none", key).status_code == 422
