"""What no write takes, and what an import does with a whole document; nothing that is refused
leaves anything.

The verdict must be the same on both databases: what SQLite would keep and PostgreSQL would not is
refused before.
"""

import gzip
import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import pytest

from tests.conftest import SEEDS
from tests.web.test_writes import SOURCE, Desk, claim, desk_over, entry

MEBIBYTE = 1_048_576


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """The article's ledger; imports of 3 MB at most."""
    place = tmp_path_factory.mktemp("refused")
    with desk_over(request.param, postgresql, place, SEEDS[:1], max_import=3_000_000) as made:
        yield made


def raw(place: str, value: bytes) -> bytes:
    """A pledge as bytes, with a value that no JSON writer would write."""
    body = entry("pledge", "raw", **({place: "@@"} if place != "message" else {}))
    if place == "message":
        body["message"] = "@@"
    return json.dumps(body).encode().replace(b'"@@"', value)


NUMBERS = [
    b"true",
    b'"1_000"',
    b"1e400",
    b"-1",
    b"2.5",
    b"200.0",
    b"[]",
    b'""',
    b"9223372036854775808",
    b'"\\u0662"',
]


class TestBadInput:
    @pytest.mark.parametrize(
        "value", [*NUMBERS, b"1e3", b'"1e3"', b'" 200"', b"99999999999", b'"0x10"']
    )
    def test_a_number_that_is_none(self, desk: Desk, value: bytes) -> None:
        found = desk.pointers("POST", "/v1/pledges", raw("count", value))
        assert found in ({"/claims/0/count"}, {"/claims/0"}, {"/"})
        if value in (b"true", b'"1_000"', b"2.5"):
            assert found == {"/claims/0/count"}

    @pytest.mark.parametrize(
        "value", [b"NaN", b"Infinity", b"-Infinity", b"01", b"1_000", b"+1", b"0x10", b"", b"'a'"]
    )
    def test_what_is_not_json(self, desk: Desk, value: bytes) -> None:
        assert desk.pointers("POST", "/v1/pledges", raw("count", value)) == {"/"}

    @pytest.mark.parametrize("place", ["summary", "locator", "count_text", "date_text", "message"])
    @pytest.mark.parametrize(
        "value", [b'"\\ud800"', b'"\\udfff\\ud800"', b'"\xed\xa0\x80"', b'"\xff"', b'"a\\u0000b"']
    )
    def test_what_is_no_text(self, desk: Desk, place: str, value: bytes) -> None:
        where = "/message" if place == "message" else f"/claims/0/{place}"
        assert desk.pointers("POST", "/v1/pledges", raw(place, value)) <= {where, "/"}

    @pytest.mark.parametrize(
        "value", [b"0", b'"0"', b"20240716", b'"2024-02-30"', b'"soon"', b"null", b'"2024-7-1"']
    )
    def test_a_date_that_is_none(self, desk: Desk, value: bytes) -> None:
        assert desk.pointers("POST", "/v1/pledges", raw("date", value)) == {"/claims/0/date"}

    def test_a_name_that_stands_twice(self, desk: Desk) -> None:
        body = json.dumps(entry("pledge", "twice")).encode()
        for twice in (
            body.replace(b'"count"', b'"count": 1, "count"'),
            body[:-1] + b', "key": "other"}',
        ):
            assert desk.pointers("POST", "/v1/pledges", twice) == {"/"}
        document = b'{"entries": [], "entries": []}'
        assert desk.pointers("POST", "/v1/imports", document) == {"/"}

    def test_one_of_many_names_that_stands_twice(self, desk: Desk) -> None:
        names = ",".join(f'"n{n}":0' for n in range(16_000))
        assert desk.pointers("POST", "/v1/pledges", f'{{{names},"n15999":0}}'.encode()) == {"/"}

    @pytest.mark.parametrize("depth", [100, 990, 5_000, 400_000])
    def test_deep_nesting(self, desk: Desk, depth: int) -> None:
        for body in (
            b"[" * depth + b"]" * depth,
            b'{"a":' * (depth // 4) + b"1" + b"}" * (depth // 4),
        ):
            desk.problem("POST", "/v1/pledges", body)
            desk.problem("POST", "/v1/imports", body)
        desk.problem("POST", "/v1/pledges", raw("summary", b"[" * depth + b"]" * depth))

    @pytest.mark.parametrize(
        "body",
        [b"", b"null", b"[]", b'"a"', b"1", b"{}", b"{", b"\xef\xbb\xbf{}", b"\x00", b"{}{}"],
    )
    def test_what_is_no_object(self, desk: Desk, body: bytes) -> None:
        for method, path in (
            ("POST", "/v1/movements"),
            ("POST", "/v1/sources"),
            ("PUT", f"/v1/claims/x--{SOURCE}"),
        ):
            desk.problem(method, path, body, If_Match="*")
        if body != b"{}":
            desk.problem("PATCH", f"/v1/sources/{SOURCE}", body)
            desk.problem("POST", "/v1/imports", body)

    def test_other_encodings_and_kinds(self, desk: Desk) -> None:
        body = json.dumps(entry("pledge", "coded")).encode()
        for coding in ("gzip", "GZIP", "br", "identity, gzip"):
            desk.problem("POST", "/v1/pledges", gzip.compress(body), 415, Content_Encoding=coding)
        desk.problem(
            "POST", "/v1/imports", gzip.compress(b" " * 20_000_000), 415, Content_Encoding="gzip"
        )
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/xml",
            "",
        ):
            desk.problem("POST", "/v1/pledges", body, 415, Content_Type=kind)
        desk.problem("POST", "/v1/pledges", gzip.compress(body), 422)

    def test_a_body_too_large(self, desk: Desk) -> None:
        def pieces(size: int) -> Iterator[bytes]:
            yield from (b" " * 65_536 for _ in range(size // 65_536 + 1))

        key = {"Authorization": f"Bearer {desk.keys['admin']}", "Content-Type": "application/json"}
        with desk.untouched():
            for path, size in (
                ("/v1/pledges", 20_000_000),
                ("/v1/imports", 20_000_000),
                ("/v1/pledges", MEBIBYTE + 1),
            ):
                for content in (b" " * size, pieces(size)):
                    answer = desk.client.post(path, content=content, headers=key)
                    assert (answer.status_code, answer.json()["type"]) == (
                        413,
                        "/problems/content_too_large",
                    )
        body = json.dumps(entry("pledge", "largest")).encode()
        desk("POST", "/v1/pledges", body + b" " * (MEBIBYTE - len(body)), status=201)
        assert desk.client.get("/v1/missions").status_code == 200

    @pytest.mark.parametrize("asked", ["revision=1", "nonsense=1", "dry_run=yes"])
    def test_a_parameter_that_the_write_does_not_know(self, desk: Desk, asked: str) -> None:
        stated: Any = {"If_Match": "*"}
        address = f"/v1/claims/haiti-mss-ben-pledge--{SOURCE}"
        writes = [
            ("POST", "/v1/pledges", entry("pledge", "trial")),
            ("POST", "/v1/sources", {"slug": "trial", "publisher": "Trial"}),
            ("POST", "/v1/pledges/haiti-mss-ben-pledge/claims", claim(key="trial")),
            ("PUT", address, claim(count=9)),
            ("PATCH", f"/v1/sources/{SOURCE}", {"publisher": "Trial"}),
            ("DELETE", address, None),
        ]
        taken = [
            (method, path)
            for method, path, body in writes
            if desk(method, f"{path}?{asked}", body, **stated).status_code != 422
        ]
        assert taken == []

    def test_a_parameter_with_another_value(self, desk: Desk) -> None:
        for words in ("dry_run=yes", "dry_run=", "dry_run=true&dry_run=false", "dryrun=true"):
            desk.problem("POST", f"/v1/imports?{words}", {})
        address = f"/v1/claims/haiti-mss-bhs-pledge--{SOURCE}"
        for words in ("cause=whim", "message=" + "x" * 401, "cause=our_error&cause=reassessed"):
            desk.problem("DELETE", f"{address}?{words}", None, If_Match="*")

    @pytest.mark.parametrize(
        "said", [{"cause": "whim"}, {"message": 5}, {"message": "x" * 401}, {"author": "me"}]
    )
    def test_a_reason_that_is_none(self, desk: Desk, said: dict[str, Any]) -> None:
        assert desk.pointers("POST", "/v1/pledges", entry("pledge", "why") | said) == {
            f"/{next(iter(said))}"
        }

    def test_a_pointer_can_be_followed(self, desk: Desk) -> None:
        assert desk.pointers("POST", "/v1/pledges", entry("pledge", "p") | {"a/b~c": 1}) == {
            "/a~1b~0c"
        }


def document(count: int = 5, **more: Any) -> dict[str, Any]:
    """A document of a source, two entries and a mission."""
    pledges = [
        entry("pledge", f"doc-{n}", source="doc", count=count) | {"kind": "pledge"}
        for n in range(2)
    ]
    return {
        "sources": [{"slug": "doc", "publisher": "Doc", "grade": "C2"}],
        "entries": pledges,
    } | more


class TestImports:
    def test_all_of_it_or_nothing_and_the_same_twice_is_no_change(self, desk: Desk) -> None:
        broken = document()
        broken["entries"][1]["claims"][0]["date"] = "2024-02-30"
        assert desk.pointers("POST", "/v1/imports", broken) == {"/entries/1/claims/0/date"}
        broken = document()
        broken["entries"][1]["claims"][0]["source"] = "nobody"
        assert desk.pointers("POST", "/v1/imports", broken) == {"/entries/1/claims/0/source"}
        with desk.untouched():
            trial = desk(
                "POST", "/v1/imports?dry_run=true", document(), status=200, Idempotency_Key="doc"
            ).json()
        told = document(message="Two pledges", cause="reassessed")
        done = desk("POST", "/v1/imports", told, status=200, Idempotency_Key="doc").json()
        assert (trial["dry_run"], done["dry_run"]) == (True, False)
        same = ("changed", "revision", "estimates", "data")
        assert {name: trial[name] for name in same} == {name: done[name] for name in same}
        assert done["changed"]["added"]["claims"] == ["doc-0--doc", "doc-1--doc"]
        assert done["changed"]["added"]["sources"] == ["doc"]
        shown = desk.client.get(f"/v1/revisions/{done['revision']}").json()["data"]
        assert (shown["author"], shown["cause"], shown["message"]) == (
            "admin",
            "reassessed",
            "Two pledges",
        )
        with desk.untouched():
            again = desk("POST", "/v1/imports", document(message="Again"), status=200).json()
            replayed = desk("POST", "/v1/imports", told, status=200, Idempotency_Key="doc")
        assert again["revision"] == done["revision"]
        assert not any(keys for change in again["changed"].values() for keys in change.values())
        assert (replayed.json(), replayed.headers["idempotent-replayed"]) == (done, "true")
        with desk.untouched():
            trial = desk("POST", "/v1/imports?dry_run=true", document(count=6), status=200).json()
        assert trial["changed"]["corrected"]["claims"] == ["doc-0--doc", "doc-1--doc"]
        assert trial["revision"] == done["revision"] + 1
        assert desk.client.get("/v1/pledges/doc-0").json()["data"]["count"] == 5
        changed = desk("POST", "/v1/imports", document(count=6), status=200).json()
        assert changed["changed"] == trial["changed"]

    def test_every_bad_line_is_named_up_to_a_hundred(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = [
            entry("pledge", f"bad-{n}", source="doc", date="soon") | {"kind": "pledge"}
            for n in range(300)
        ]
        found = desk.problem("POST", "/v1/imports", document(entries=lines))
        assert [error["pointer"] for error in found["errors"][:2]] == [
            f"/entries/{n}/claims/0/date" for n in (0, 1)
        ]
        assert len(found["errors"]) == 100
        lines = [
            entry("movement", f"bad-{n}") | {"kind": "movement", "fulfils": f"no-{n}"}
            for n in range(300)
        ]
        sought: list[str] = []

        def near(word: str, *more: Any, **n: Any) -> list[str]:
            sought.append(word)
            return get_close_matches(word, *more, **n)

        # Looking for the nearest word is slow, and is done for the first slips only.
        monkeypatch.setattr("app.record.changes.get_close_matches", near)
        assert len(desk.problem("POST", "/v1/imports", document(entries=lines))["errors"]) == 100
        assert 0 < len(sought) <= 10

    def test_unknown_fields_and_the_servers_own(self, desk: Desk) -> None:
        assert desk.pointers("POST", "/v1/imports", document(revision=3)) == {"/revision"}
        assert desk.pointers("POST", "/v1/imports", document(author="me")) == {"/author"}
        told = document()
        told["entries"][0]["claims"][0]["since"] = 1
        assert desk.pointers("POST", "/v1/imports", told) == {"/entries/0/claims/0/since"}
        assert desk.pointers("POST", "/v1/imports", document(cause="whim")) == {"/cause"}
