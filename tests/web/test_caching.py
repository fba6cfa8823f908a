"""What caches and browsers of other origins are promised: tags, 304, immutable answers, permalinks,
CORS.
"""

import re
from typing import Any

import httpx2
import pytest

from tests.conftest import Twins

ASKED = [
    "/v1/movements",
    "/v1/movements?nation=KEN&sort=-count&size=2&fields=key,count",
    "/v1/movements/haiti-mss-ken-second-group",
    "/v1/strength-reports",
    "/v1/deliveries",
    "/v1/events/haiti-mss-jam-previsit",
    "/v1/claims?history=true&size=3",
    "/v1/claims/haiti-mss-ken-second-group--heed-2024-07-17",
    "/v1/missions/haiti-mss",
    "/v1/contingents/haiti-mss-ken-police",
    "/v1/sources?q=misi%C3%B3n%20de%20la",
    "/v1/sources/heed-2024-07-17",
    "/v1/nations?size=3",
    "/v1/nations/Ivory%20Coast",
    "/v1/nations/C%C3%B4te%20d%27Ivoire",
    "/v1/revisions",
    "/v1/revisions/1",
    "/v1/strength",
    "/v1/strength?as_of=2024-07-18&nation=Kenya&explain=true",
    "/v1/strength?size=2",
]
TABLES = [
    "/v1/movements.csv",
    "/v1/claims.ndjson?size=5",
    "/v1/nations.csv",
    "/v1/strength.csv",
    "/v1/strength.ndjson?sort=-nation",
]
WEAK = re.compile(r'W/"[!#-~]+"')
ORIGIN = {"Origin": "https://newsroom.example"}


def with_revision(address: str) -> str:
    """An address that names its revision, and its day where it needs one."""
    today = re.match(r"/v1/strength\b(?!-)", address) and "as_of" not in address
    named = "revision=2&as_of=2024-07-18" if today else "revision=2"
    return f"{address}{'&' if '?' in address else '?'}{named}"


def listed(value: str) -> set[str]:
    """The members of a header that is a list."""
    return {member.strip().lower() for member in value.split(",")}


class TestTags:
    @pytest.mark.parametrize("address", [*ASKED, *TABLES])
    def test_every_answer_has_a_weak_tag_that_stays_while_nothing_changes(
        self, read: Twins, address: str
    ) -> None:
        first, second = read(address), read(address)
        assert first.status_code == 200
        assert WEAK.fullmatch(first.headers["etag"])
        assert second.headers["etag"] == first.headers["etag"]
        assert second.content == first.content

    def test_every_question_has_a_tag_of_its_own(self, read: Twins) -> None:
        addresses = [
            "/v1/movements",
            "/v1/movements.csv",
            "/v1/movements.ndjson",
            "/v1/movements?revision=1",
            "/v1/movements?revision=0",
            "/v1/movements?size=5",
            "/v1/movements?size=6",
            "/v1/movements?fields=key",
            "/v1/movements?nation=KEN",
            "/v1/movements?nation=JAM",
            "/v1/movements?nation=KEN&nation=JAM",
            "/v1/pledges",
            "/v1/strength?as_of=2024-07-18",
            "/v1/strength?as_of=2024-07-19",
            "/v1/strength?as_of=2024-07-18&policy=latest",
            "/v1/strength?as_of=2024-07-18&explain=true",
            "/v1/strength.csv?as_of=2024-07-18",
            "/v1/strength?as_of=2024-07-18&revision=1",
        ]
        tags = {address: read(address).headers["etag"] for address in addresses}
        assert len(set(tags.values())) == len(addresses), tags

    def test_another_ledger_has_other_tags(self, read: Twins, read_article: Twins) -> None:
        assert read("/v1/missions").headers["etag"] != read_article("/v1/missions").headers["etag"]

    def test_the_same_state_has_the_same_tag_wherever_it_is_asked(
        self, read: Twins, read_article: Twins
    ) -> None:
        answers = [read("/v1/movements?revision=1"), read_article("/v1/movements?revision=1")]
        assert answers[0].headers["etag"] == answers[1].headers["etag"]
        assert answers[0].content == answers[1].content

    def test_head_has_the_tag_of_get(self, read: Twins) -> None:
        for address in ("/v1/claims", "/v1/claims.csv", "/v1/strength"):
            assert read(address, method="HEAD").headers["etag"] == read(address).headers["etag"]

    @pytest.mark.parametrize(
        "address", ["/v1/movements?sort=nope", "/v1/claims/nope", "/v1/nope", "/v1/claims?size=0"]
    )
    def test_a_problem_has_no_tag_and_is_not_kept(self, read: Twins, address: str) -> None:
        answer = read(address)
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


class TestNotModified:
    @pytest.mark.parametrize("address", [*ASKED, *TABLES])
    def test_who_holds_the_answer_gets_304_without_a_body(self, read: Twins, address: str) -> None:
        held = read(address)
        method = "HEAD" if len(address) % 3 == 0 else "GET"  # some of each
        answer = read(address, method=method, headers={"If-None-Match": held.headers["etag"]})
        assert (answer.status_code, answer.content) == (304, b"")
        for name in ("etag", "cache-control", "link"):
            if name == "link":
                assert answer.headers[name].split(",")[0] == held.headers[name].split(",")[0]
            else:
                assert answer.headers[name] == held.headers[name]
        assert listed(answer.headers["vary"]) == listed(held.headers["vary"])
        assert "content-type" not in answer.headers

    @pytest.mark.parametrize(
        "held",
        [
            "{tag}",
            "{strong}",
            "*",
            '"other", {tag}',
            '{tag}, W/"other"',
            'W/"a","b" , {strong},W/"c"',
            '"a,b", {tag}',
        ],
    )
    def test_the_tag_may_stand_in_a_list_and_in_either_form(self, read: Twins, held: str) -> None:
        for address in ("/v1/movements", "/v1/strength?as_of=2024-07-18", "/v1/nations.csv"):
            tag = read(address).headers["etag"]
            value = held.format(tag=tag, strong=tag.removeprefix("W/"))
            assert read(address, headers={"If-None-Match": value}).status_code == 304

    @pytest.mark.parametrize(
        "held", ['"other"', 'W/"other"', "", "nonsense", "{bare}", '"{bare}x"', "w/{strong}", "**"]
    )
    def test_another_tag_gets_the_answer(self, read: Twins, held: str) -> None:
        strong = read("/v1/movements").headers["etag"].removeprefix("W/")
        value = held.format(strong=strong, bare=strong.strip('"'))
        assert read("/v1/movements", headers={"If-None-Match": value}).status_code == 200

    def test_several_headers_are_one_list(self, read: Twins) -> None:
        tag = read("/v1/movements").headers["etag"]
        headers = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
        assert read("/v1/movements", headers=headers).status_code == 304

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/v1/claims/nope", 404),
            ("/v1/movements/haiti-mss-ken-second-group?revision=0", 404),
            ("/v1/revisions/2?revision=1", 404),
            ("/v1/nations/nope", 404),
            ("/v1/movements?sort=nope", 422),
            ("/v1/movements?nation=nope", 422),
            ("/v1/movements.csv?fields=nope", 422),
            ("/v1/strength?group_by=nope", 422),
            ("/v1/movements?cursor=nope", 422),
        ],
    )
    def test_what_has_no_answer_is_not_said_to_be_unchanged(
        self, read: Twins, address: str, status: int
    ) -> None:
        assert read(address, headers={"If-None-Match": "*"}).status_code == status


class TestImmutable:
    @pytest.mark.parametrize("address", [*ASKED, *TABLES])
    def test_an_address_that_names_its_revision_is_kept_for_a_year(
        self, read: Twins, address: str
    ) -> None:
        control = listed(read(with_revision(address)).headers["cache-control"])
        assert {"public", "immutable", "max-age=31536000"} <= control

    @pytest.mark.parametrize(
        "address",
        [
            *ASKED,
            *TABLES,
            "/v1/movements?known_at=2026-11-24",
            # Without as_of the answer is another one tomorrow.
            "/v1/strength?revision=2",
            "/v1/strength.csv?revision=1",
            "/v1/strength?known_at=2026-11-24&as_of=2024-07-18",
        ],
    )
    def test_any_other_is_asked_again(self, read: Twins, address: str) -> None:
        control = listed(read(address).headers["cache-control"])
        assert "no-cache" in control
        assert "immutable" not in control

    def test_an_immutable_answer_is_told_so_on_304_too(self, read: Twins) -> None:
        address = "/v1/movements?revision=1"
        answer = read(address, headers={"If-None-Match": read(address).headers["etag"]})
        assert answer.status_code == 304
        assert "immutable" in answer.headers["cache-control"]


class TestPermalinks:
    @pytest.mark.parametrize(
        "address", [*ASKED, "/v1/movements?known_at=2026-11-24", "/v1/strength?known_at=2026-11-23"]
    )
    def test_a_permalink_answers_byte_for_byte_the_same_and_for_ever(
        self, read: Twins, address: str
    ) -> None:
        answer = read(address)
        body = answer.json()
        again = read(body["permalink"])
        assert again.status_code == 200
        assert again.content == answer.content
        assert "immutable" in again.headers["cache-control"]
        assert again.json()["permalink"] == body["permalink"]

    @pytest.mark.parametrize("address", [*ASKED, *TABLES])
    def test_it_is_an_address_of_this_server_in_plain_ascii_and_the_canonical_link(
        self, read: Twins, address: str
    ) -> None:
        answer = read(address)
        match = re.search(r'<([^>]*)>; rel="canonical"', answer.headers["link"])
        assert match
        assert re.fullmatch(r"/v1/[A-Za-z0-9._~/%-]+\?[A-Za-z0-9._~%&=+*,'-]+", match[1])
        if answer.headers["content-type"] == "application/json":
            assert answer.json()["permalink"] == match[1]
        else:
            assert read(match[1]).content == answer.content

    @pytest.mark.parametrize(
        "name",
        ["%EF%BC%AB%EF%BD%85%EF%BD%8E%EF%BD%99%EF%BD%81", "kenya%3F", "%23kenya", "K%C3%A9nya"],
    )
    def test_a_name_in_any_letters_can_be_part_of_it(self, read: Twins, name: str) -> None:
        answer = read(f"/v1/nations/{name}")
        assert answer.status_code == 200
        assert answer.json()["data"]["code"] == "KEN"
        assert read(answer.json()["permalink"]).content == answer.content

    def test_today_is_written_into_the_permalink_of_an_estimate(self, read: Twins) -> None:
        body = read.json("/v1/strength")
        assert f"as_of={body['as_of']}" in body["permalink"]

    @pytest.mark.parametrize(
        "address", ["/v1/strength?size=2", "/v1/strength.csv?size=2", "/v1/strength.ndjson?size=3"]
    )
    def test_the_next_page_of_an_estimate_is_of_the_same_day_though_it_is_asked_for_after_midnight(
        self, read: Twins, address: str
    ) -> None:
        match = re.search(r'<([^>]*)>; rel="next"', read(address).headers["link"])
        assert match
        assert "as_of=" in match[1]
        assert read(match[1]).status_code == 200

    def test_pages_have_permalinks_too(self, read: Twins) -> None:
        cursor = read.json("/v1/claims?size=5")["page"]["next"]
        answer = read(f"/v1/claims?size=5&cursor={cursor}")
        assert read(answer.json()["permalink"]).content == answer.content

    @pytest.mark.parametrize(
        "address",
        [
            "/v1/movements?%72evision=1&size=1",
            "/v1/movements?known%5Fat=2026-11-24&size=1",
            "/v1/movements?known%5fat=2026-11-23",
            "/v1/strength?%61s_of=2024-07-18&size=1",
            "/v1/movements?&&size=1&",
            "/v1/missions?q=haiti+mss",
            "/v1/missions?q=50%",
            "/v1/missions?q=%zz",
            "/v1/missions?q=a=b",
            "/v1/missions?q=<'haiti'>|{}",
        ],
    )
    def test_a_question_written_in_another_way_has_one_too(self, read: Twins, address: str) -> None:
        answer = read(address)
        assert answer.status_code == 200
        assert read(answer.json()["permalink"]).content == answer.content

    def test_the_longest_question_that_is_taken_can_be_paged(self, read: Twins) -> None:
        address = "/v1/movements?size=1&" + "&".join(["nation=KEN"] * 370)
        assert len(address.partition("?")[2]) == 4076
        body = read.json(address)
        match = re.search(r'<([^>]*)>; rel="next"', read(address).headers["link"])
        assert match
        assert body["page"]["total"] > 1
        assert read(match[1]).status_code == 200

    def test_the_longest_question_that_is_taken_has_a_permalink_that_is_taken(
        self, read: Twins
    ) -> None:
        address = "/v1/movements?" + "&".join(["nation=c%C3%B4te+d'ivoire"] * 157)
        assert 4000 < len(address.partition("?")[2]) <= 4096
        answer = read(address)
        assert answer.status_code == 200
        assert read(answer.json()["permalink"]).content == answer.content


class TestOrigins:
    def preflight(
        self, read: Twins, address: str, method: str = "GET", headers: str = "if-none-match"
    ) -> httpx2.Response:
        """What a browser asks before a page of another origin may ask."""
        asked: dict[str, Any] = {
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        }
        return read(address, method="OPTIONS", headers={**ORIGIN, **asked})

    @pytest.mark.parametrize(
        "address",
        ["/v1/movements", "/v1/movements.csv", "/v1/strength", "/v1/claims/x", "/openapi.json"],
    )
    def test_a_page_of_any_origin_may_ask_with_a_tag_it_holds(
        self, read: Twins, address: str
    ) -> None:
        answer = self.preflight(read, address)
        assert answer.status_code in (200, 204)
        assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN["Origin"])
        assert {"get", "head"} <= listed(answer.headers["access-control-allow-methods"])
        assert "if-none-match" in listed(answer.headers["access-control-allow-headers"])
        assert int(answer.headers["access-control-max-age"]) > 0

    @pytest.mark.parametrize(
        "headers", ["If-None-Match, Accept", "range", "accept-language,if-none-match"]
    )
    def test_it_may_send_what_a_read_can_use(self, read: Twins, headers: str) -> None:
        assert self.preflight(read, "/v1/movements", headers=headers).status_code in (200, 204)

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/v1/movements", 200),
            ("/v1/movements.csv", 200),
            ("/v1/movements/haiti-mss-ken-second-group", 200),
            ("/v1/strength", 200),
            ("/health/ready", 200),
            ("/openapi.json", 200),
            ("/v1/nope", 404),
            ("/v1/movements/nope", 404),
            ("/v1/movements?sort=nope", 422),
            ("/v1/movements?q=%FF", 400),
            ("/v1/movements?q=" + "x" * 8192, 414),
        ],
    )
    def test_it_may_read_every_answer_and_every_problem(
        self, read: Twins, address: str, status: int
    ) -> None:
        answer = read(address, headers=ORIGIN)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = listed(answer.headers["access-control-expose-headers"])
        assert {"etag", "link"} <= exposed

    def test_it_may_read_a_304(self, read: Twins) -> None:
        tag = read("/v1/movements").headers["etag"]
        answer = read("/v1/movements", headers={**ORIGIN, "If-None-Match": tag})
        assert answer.status_code == 304
        assert answer.headers["access-control-allow-origin"] == "*"

    def test_no_credentials_are_taken(self, read: Twins) -> None:
        assert (
            "access-control-allow-credentials" not in read("/v1/movements", headers=ORIGIN).headers
        )

    def test_the_origin_does_not_change_the_tag_or_the_body(self, read: Twins) -> None:
        plain, foreign = read("/v1/movements"), read("/v1/movements", headers=ORIGIN)
        assert (plain.headers["etag"], plain.content) == (foreign.headers["etag"], foreign.content)

    @pytest.mark.parametrize("address", ["/v1/movements", "/v1/claims.csv", "/v1/strength"])
    def test_a_cache_is_told_what_the_answer_depends_on(self, read: Twins, address: str) -> None:
        assert {"accept", "accept-encoding"} <= listed(read(address).headers["vary"])
