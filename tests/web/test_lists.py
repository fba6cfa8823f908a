"""What every list promises: its columns, its pages, its order, its filters; and each row alone.

The oracle is the whole list itself, filtered and sorted here in plain Python; nothing of the
application is called.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.estimate.strength import MEASURES
from tests.conftest import Twins, twins

ENTRY = (
    "status count_low count count_high date date_earliest date_latest disputed spread_low spread_high origins claims "
    "revision"
)

# The contract of DESIGN section 5: columns that every row of a list has, first the one that names
# it.
COLUMNS = {
    "/v1/movements": f"key kind mission nation nation_name category contingent direction fulfils reason replaces {ENTRY}",
    "/v1/strength-reports": f"key kind mission nation nation_name category replaces {ENTRY}",
    "/v1/pledges": f"key kind mission nation nation_name category amends replaces {ENTRY}",
    "/v1/deliveries": f"key kind mission donor donor_name item item_text recipient nation nation_name fulfils replaces {ENTRY}",
    "/v1/mandates": f"key kind mission body instrument expires replaces {ENTRY}",
    "/v1/events": f"key kind mission event_type title nation nation_name replaces {ENTRY}",
    "/v1/claims": "key entry kind source status count_low count count_high count_text date date_earliest date_latest "
    "date_text grade locator summary since until",
    "/v1/missions": "slug name host_country lead_nation predecessor started ended follows followed_by",
    "/v1/nations": "code name aliases contributor existed_from existed_until",
    "/v1/contingents": "slug mission nation nation_name category units",
    "/v1/sources": "slug publisher title url published published_earliest published_latest grade derived_from language "
    "retrieved_on archive_url",
    "/v1/revisions": "number recorded_at author cause message",
    "/v1/timeline": "key kind mission nation nation_name category contingent direction fulfils reason amends donor donor_name "
    "item item_text recipient body instrument expires event_type title predecessor mode replaces "
    f"{ENTRY}",
}
LISTS = list(COLUMNS)
ENTRIES = LISTS[:6]
DATED = [*ENTRIES, "/v1/claims", "/v1/timeline"]
SINGLE = [
    path for path in LISTS if path != "/v1/timeline"
]  # its rows are shown alone with their kind
KINDS = {
    "/v1/movements": "movement",
    "/v1/strength-reports": "strength_report",
    "/v1/pledges": "pledge",
    "/v1/deliveries": "delivery",
    "/v1/mandates": "mandate",
    "/v1/events": "event",
}
POLICE, MILITARY = {"police", "fpu", "ipo"}, {"military", "troops", "staff_officer", "expert"}

# What the seeds do not have: a second mission, categories under a parent, keys as long as they may
# be, signs in texts.
ODD = f"""
message: Two missions that never were
missions:
  - {{slug: first-land, name: Mission of the First Land, host_country: HTI, lead_nation: KEN, started: "2020"}}
  - {{slug: second-land, name: "Mission à l'Île 100% seconde", host_country: CIV, lead_nation: TUR, predecessor: first-land}}
sources:
  - {{slug: first-paper, publisher: The First Paper, published: "2021-03-01", grade: B2}}
  - {{slug: {"s" * 120}, publisher: The Long Paper, grade: C3}}
  - {{slug: undated-paper, publisher: "Ze \\"Undated\\" Paper_of_record", published: "2021-04/.."}}
entries:
  - key: first-land-a
    kind: movement
    mission: first-land
    nation: KEN
    category: fpu
    direction: arrival
    claims: [{{source: first-paper, status: occurred, count: 10, date: "2021-01-05", summary: "10 % of 50_000"}}]
  - key: first-land-b
    kind: movement
    mission: first-land
    nation: CIV
    category: police
    direction: departure
    fulfils: first-land-a
    claims: [{{source: first-paper, status: occurred, count: "5..8", date: "2021-01-05/2021-02-05", summary: "10 people of 50 000"}}]
  - key: second-land-a
    kind: movement
    mission: second-land
    nation: TUR
    category: staff_officer
    direction: arrival
    claims: [{{source: undated-paper, status: expected, count: some, date: "2021-02/.."}}]
  - key: second-land-b
    kind: movement
    mission: second-land
    nation: TUR
    category: expert
    direction: arrival
    replaces: second-land-a
    claims: [{{source: undated-paper, status: cancelled, count: "<=20", date: "../2021-02-10"}}]
  - key: {"l" * 120}
    kind: event
    mission: second-land
    event_type: visit
    title: A key as long as it may be
    claims:
      - {{source: {"s" * 120}, status: occurred, date: "2021-05-01"}}
      - {{source: {"s" * 120}, key: {"k" * 250}, status: occurred, date: "2021-05-01"}}
      - {{source: first-paper, status: occurred, date: "2021-05-01"}}
  - key: second-land-follows
    kind: succession
    mission: second-land
    predecessor: first-land
    mode: replaces
    claims: [{{source: first-paper, status: expected, date: "2022"}}]
"""


@pytest.fixture(scope="module")
def odd(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Asks the ledger of the two missions that never were."""
    place = tmp_path_factory.mktemp("odd")
    (place / "odd.yaml").write_text(ODD, "utf-8")
    with twins([Path(place / "odd.yaml")], postgresql, place) as both:
        yield both


def with_query(address: str, *parameters: str) -> str:
    """An address with more parameters."""
    return (
        address + ("&" if "?" in address else "?") + "&".join(parameters) if parameters else address
    )


@cache
def whole(read: Twins, address: str) -> list[Any]:
    """All rows of a list that fits on one page; asked once, as the ledgers of this file do not
    change.
    """
    body = read.json(with_query(address, "size=1000"))
    assert body["page"] == {"size": 1000, "next": None, "total": len(body["data"])}
    return list(body["data"])


def link(answer: httpx2.Response, relation: str) -> str | None:
    """The address that the Link header gives for a relation."""
    found = re.search(rf'<([^>]*)>; rel="{relation}"', answer.headers["link"])
    return found[1] if found else None


def walked(read: Twins, address: str) -> list[Any]:
    """The rows of all pages, from the first along the links."""
    rows: list[Any] = []
    onward: str | None = address
    first: Any = None
    while onward:
        answer = read(onward)
        assert answer.status_code == 200, f"{onward}: {answer.text}"
        body = answer.json()
        first = first or body
        for same in ("revision", "recorded_at"):
            assert body[same] == first[same]
        assert body["page"]["size"] == first["page"]["size"]
        assert body["page"]["total"] == first["page"]["total"]
        rows += body["data"]
        onward = link(answer, "next")
        assert (onward is None) == (body["page"]["next"] is None)
        if onward:
            assert parse_qs(urlsplit(onward).query)["cursor"] == [body["page"]["next"]]
            assert len(body["data"]) == body["page"]["size"]
        assert len(rows) <= first["page"]["total"], f"{address} does not end"
    assert len(rows) == first["page"]["total"]
    return rows


def keys(path: str, rows: list[Any]) -> list[Any]:
    """What names each row of a list."""
    name = COLUMNS[path].split()[0]
    return [row[name] for row in rows]


class TestShape:
    @pytest.mark.parametrize("path", LISTS)
    def test_a_list_says_what_page_of_what_state_it_is(self, read: Twins, path: str) -> None:
        answer = read(path)
        body = answer.json()
        feed = {"after"} if path == "/v1/revisions" else set()
        assert set(body) == {"data", "revision", "recorded_at", "permalink", "page"} | feed
        assert set(body["page"]) == {"size", "next", "total"}
        assert body["page"]["size"] == 100
        assert body["page"]["total"] == len(whole(read, path))
        assert (body["page"]["next"] is None) == (body["page"]["total"] <= 100)
        assert body["revision"] == 2
        assert body["recorded_at"] == "2026-11-24T12:00:00.000000Z"
        assert body["permalink"] == f"{path}?revision=2"
        assert link(answer, "canonical") == body["permalink"]

    @pytest.mark.parametrize("path", LISTS)
    def test_every_row_has_the_columns_of_the_contract_and_all_rows_the_same(
        self, read: Twins, path: str
    ) -> None:
        rows = whole(read, path)
        assert set(COLUMNS[path].split()) <= set(rows[0])
        assert {tuple(row) for row in rows} == {tuple(rows[0])}
        assert len(set(keys(path, rows))) == len(rows)

    @pytest.mark.parametrize("path", ENTRIES)
    def test_a_list_of_entries_holds_one_kind_and_ranges_in_order(
        self, read: Twins, path: str
    ) -> None:
        for row in whole(read, path):
            assert row["kind"] == KINDS[path]
            bounds = [
                row[name] for name in ("count_low", "count", "count_high") if row[name] is not None
            ]
            assert bounds == sorted(bounds)
            assert row["spread_low"] <= row["count_low"]
            assert row["spread_high"] is None or row["spread_high"] >= row["count_high"]
            assert 1 <= row["origins"] <= row["claims"]
            assert isinstance(row["disputed"], bool)

    @pytest.mark.parametrize("path", DATED)
    def test_days_are_iso_days_in_order(self, read: Twins, path: str) -> None:
        for row in whole(read, path):
            days = [row[name] for name in ("date_earliest", "date_latest") if row[name] is not None]
            assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) for day in days)
            assert days == sorted(days)


class TestPages:
    @pytest.mark.parametrize(
        "address",
        [
            "/v1/movements",
            "/v1/movements?sort=-count",
            "/v1/strength-reports?sort=category,-contingent",
            "/v1/missions",
            "/v1/revisions?sort=cause,author",
            "/v1/nations?q=guinea&sort=-name",
            "/v1/claims?entry=haiti-mss-ken-second-group&sort=-count",
        ],
    )
    def test_pages_of_any_size_visit_every_row_once_and_in_order(
        self, read: Twins, address: str
    ) -> None:
        rows = whole(read, address)
        for size in range(1, 8):
            if size <= len(rows) + 1:
                assert walked(read, with_query(address, f"size={size}")) == rows

    @pytest.mark.parametrize(
        "address",
        [
            "/v1/movements?sort=fulfils,-date_latest",
            "/v1/movements?sort=status,-nation",
            "/v1/movements?sort=disputed",
            "/v1/movements?sort=-disputed,count",
            "/v1/contingents?sort=-units",
            "/v1/movements?revision=1&sort=-key",
            "/v1/movements?known_at=2026-11-24",
            "/v1/nations?q=guinea&known_at=2026-11-24",
            "/v1/revisions?known_at=2026-11-24T12:00:00Z",
            "/v1/claims?entry=haiti-mss-ken-first-group&sort=date,grade&history=true",
            "/v1/deliveries?sort=nation,item",
            "/v1/deliveries?sort=-date_latest",
            "/v1/strength-reports?sort=-nation",
            "/v1/mandates",
            "/v1/contingents?sort=nation,-category",
            "/v1/pledges?sort=-count_high",
            "/v1/events?status=occurred&sort=-title",
            "/v1/events?q=mission&sort=nation,-count_low",
            "/v1/sources?date_from=2024-09-01&sort=-derived_from",
            "/v1/revisions?sort=-number",
        ],
    )
    def test_pages_keep_the_question_of_the_first(self, read: Twins, address: str) -> None:
        assert walked(read, with_query(address, "size=2")) == whole(read, address)

    @pytest.mark.parametrize("path", LISTS)
    def test_every_list_pages_whole_from_its_default_order(self, read: Twins, path: str) -> None:
        assert walked(read, f"{path}?size=37") == whole(read, path)

    @pytest.mark.parametrize("path", LISTS)
    def test_every_column_sorts_and_pages_with_nulls_last(self, read: Twins, path: str) -> None:
        rows = whole(read, path)
        names = keys(path, rows)
        wrong = {}
        flat = [
            name
            for name, value in rows[0].items()
            if not name.endswith("_name") and not isinstance(value, dict)
        ]
        if path in [
            *ENTRIES[1:],
            "/v1/timeline",
        ]:  # what all kinds have in common is tried on the first
            flat = [name for name in flat if name not in ENTRY.split()]
        for nth, column in enumerate(flat):
            down = nth % 2 == 0
            named = ",".join(dict.fromkeys([COLUMNS[path].split()[0], column]))
            asked = f"sort={'-' if down else ''}{column}&fields={named}&size={max(1, (len(rows) + 1) // 2)}"
            try:
                found = walked(read, f"{path}?{asked}")
            except AssertionError as error:
                wrong[column] = str(error)[:200]
                continue
            values = [row[column] for row in found]
            known = [value for value in values if value is not None]
            if known != sorted(known, reverse=down) or values[: len(known)] != known:
                wrong[column] = f"not in order: {values}"
            if sorted(keys(path, found)) != sorted(names):
                wrong[column] = "not every row once"
        assert wrong == {}

    def test_keys_as_long_as_they_may_be_can_be_paged(self, odd: Twins) -> None:
        assert walked(odd, "/v1/claims?size=1") == whole(odd, "/v1/claims")
        assert walked(odd, "/v1/events?size=1") == whole(odd, "/v1/events")
        assert walked(odd, "/v1/sources?size=1") == whole(odd, "/v1/sources")

    def test_open_dates_and_unknown_counts_can_be_paged(self, odd: Twins) -> None:
        for sort in (
            "date_earliest",
            "-date_earliest",
            "date_latest",
            "-date_latest",
            "count",
            "-count_high",
        ):
            address = f"/v1/movements?sort={sort}"
            assert walked(odd, f"{address}&size=1") == whole(odd, address)

    def test_a_cursor_goes_on_in_the_revision_where_its_first_page_began(self, read: Twins) -> None:
        first = read.json("/v1/pledges?revision=1&size=3")
        cursor = first["page"]["next"]
        onward = read.json(f"/v1/pledges?size=3&cursor={cursor}")
        assert onward["revision"] == 1
        assert onward["page"]["total"] == 16
        assert onward["data"] == whole(read, "/v1/pledges?revision=1")[3:6]

    def test_a_cursor_serves_another_size_and_other_fields(self, read: Twins) -> None:
        cursor = read.json("/v1/events?size=3")["page"]["next"]
        rows = read.json(f"/v1/events?size=1000&fields=key&cursor={cursor}")["data"]
        assert [row["key"] for row in rows] == keys("/v1/events", whole(read, "/v1/events"))[3:]

    def test_a_full_last_page_has_no_next(self, read: Twins) -> None:
        body = read.json("/v1/movements?size=13")
        assert (len(body["data"]), body["page"]) == (13, {"size": 13, "next": None, "total": 13})


class TestColumns:
    @pytest.mark.parametrize("path", LISTS)
    def test_fields_are_answered_as_asked_and_in_that_order(self, read: Twins, path: str) -> None:
        rows = whole(read, path)
        names = list(rows[0])
        for asked in ([names[-1], names[0]], list(reversed(names))):
            found = whole(read, f"{path}?fields={','.join(asked)}")
            assert [list(row) for row in found] == [asked] * len(rows)
            assert found == [{name: row[name] for name in asked} for row in rows]

    def test_a_field_named_twice_is_answered_once(self, read: Twins) -> None:
        assert read.json("/v1/missions?fields=slug,name,slug")["data"] == [
            {"slug": "haiti-mss", "name": "Multinational Security Support Mission in Haiti"}
        ]

    def test_spaces_after_the_commas_do_not_matter(self, read: Twins) -> None:
        spaced = read.json("/v1/movements?sort=-nation,%20key&fields=key,%20nation")
        assert (
            spaced["data"] == read.json("/v1/movements?sort=-nation,key&fields=key,nation")["data"]
        )

    def test_a_sort_by_several_columns_breaks_ties_from_left_to_right(self, read: Twins) -> None:
        rows = whole(read, "/v1/claims?sort=-grade,source,key&fields=grade,source,key")
        expected = sorted(rows, key=lambda row: (row["source"], row["key"]))
        assert rows == sorted(expected, key=lambda row: row["grade"], reverse=True)

    def test_what_is_sorted_by_need_not_be_shown(self, read: Twins) -> None:
        rows = whole(read, "/v1/movements?sort=-count,key&fields=key")
        assert [row["key"] for row in rows] == keys(
            "/v1/movements", whole(read, "/v1/movements?sort=-count,key")
        )


Keeps = Callable[[Any], bool]


class TestFilters:
    @pytest.mark.parametrize(
        ("address", "keeps"),
        [
            ("/v1/movements?nation=KEN", lambda row: row["nation"] == "KEN"),
            ("/v1/movements?nation=ken", lambda row: row["nation"] == "KEN"),
            ("/v1/movements?nation=kenya", lambda row: row["nation"] == "KEN"),
            ("/v1/movements?nation=Republic%20of%20Kenya", lambda row: row["nation"] == "KEN"),
            ("/v1/movements?nation=The%20Bahamas", lambda row: row["nation"] == "BHS"),
            ("/v1/movements?nation=chad", lambda row: row["nation"] == "TCD"),
            ("/v1/pledges?nation=T%C3%9CRK%C4%B0YE", lambda row: row["nation"] == "TUR"),
            ("/v1/pledges?nation=Turkey", lambda row: row["nation"] == "TUR"),
            ("/v1/pledges?nation=UK", lambda row: row["nation"] == "GBR"),
            ("/v1/deliveries?nation=USA", lambda row: "USA" in (row["nation"], row["donor"])),
            ("/v1/deliveries?nation=France", lambda row: "FRA" in (row["nation"], row["donor"])),
            ("/v1/events?nation=Jamaica", lambda row: row["nation"] == "JAM"),
            ("/v1/strength-reports?nation=JAM", lambda row: row["nation"] == "JAM"),
            ("/v1/contingents?nation=JAM", lambda row: row["nation"] == "JAM"),
            ("/v1/movements?category=police", lambda row: row["category"] in POLICE),
            ("/v1/movements?category=military", lambda row: row["category"] in MILITARY),
            ("/v1/pledges?category=police", lambda row: row["category"] in POLICE),
            ("/v1/strength-reports?category=police", lambda row: row["category"] in POLICE),
            ("/v1/contingents?category=unspecified", lambda row: row["category"] == "unspecified"),
            (
                "/v1/movements?contingent=haiti-mss-ken-police",
                lambda row: row["contingent"] == "haiti-mss-ken-police",
            ),
            (
                "/v1/contingents?contingent=haiti-mss-jam-police",
                lambda row: row["slug"] == "haiti-mss-jam-police",
            ),
            ("/v1/movements?status=expected", lambda row: row["status"] == "expected"),
            ("/v1/events?status=occurred", lambda row: row["status"] == "occurred"),
            ("/v1/deliveries?status=expected", lambda row: row["status"] == "expected"),
            ("/v1/deliveries?item=mrap", lambda row: row["item"] == "mrap"),
            ("/v1/deliveries?recipient=host_police", lambda row: row["recipient"] == "host_police"),
            ("/v1/events?event_type=visit", lambda row: row["event_type"] == "visit"),
            ("/v1/claims?kind=pledge", lambda row: row["kind"] == "pledge"),
            ("/v1/claims?status=cancelled", lambda row: row["status"] == "cancelled"),
            ("/v1/claims?source=heed-2024-07-17", lambda row: row["source"] == "heed-2024-07-17"),
            (
                "/v1/claims?entry=haiti-mss-ken-first-group",
                lambda row: row["entry"] == "haiti-mss-ken-first-group",
            ),
            ("/v1/sources?source=heed-2024-07-17", lambda row: row["slug"] == "heed-2024-07-17"),
            # Repeated: any of the values.
            ("/v1/movements?nation=KEN&nation=JAM", lambda row: row["nation"] in ("KEN", "JAM")),
            ("/v1/movements?nation=KEN&nation=Kenya", lambda row: row["nation"] == "KEN"),
            (
                "/v1/movements?category=fpu&category=military",
                lambda row: row["category"] in {"fpu", *MILITARY},
            ),
            (
                "/v1/claims?status=expected&status=cancelled",
                lambda row: row["status"] != "occurred",
            ),
            ("/v1/timeline?kind=pledge", lambda row: row["kind"] == "pledge"),
            (
                "/v1/timeline?kind=event&kind=mandate",
                lambda row: row["kind"] in ("event", "mandate"),
            ),
            (
                "/v1/timeline?kind=movement&status=expected&nation=KEN",
                lambda row: (
                    (row["kind"], row["status"], row["nation"]) == ("movement", "expected", "KEN")
                ),
            ),
            ("/v1/timeline?nation=USA", lambda row: "USA" in (row["nation"], row["donor"])),
            ("/v1/claims?kind=event&kind=mandate", lambda row: row["kind"] in ("event", "mandate")),
            ("/v1/deliveries?item=mrap&item=other", lambda row: row["item"] in ("mrap", "other")),
            (
                "/v1/events?event_type=visit&event_type=decision",
                lambda row: row["event_type"] in ("visit", "decision"),
            ),
            (
                "/v1/sources?source=heed-2024-07-17&source=citizen-tz-2024-07-17",
                lambda row: row["slug"] in ("heed-2024-07-17", "citizen-tz-2024-07-17"),
            ),
            # Of different names: all of them.
            (
                "/v1/movements?nation=KEN&nation=BHS&status=expected",
                lambda row: row["nation"] in ("KEN", "BHS") and row["status"] == "expected",
            ),
            (
                "/v1/deliveries?item=apc&recipient=mission&status=occurred",
                lambda row: (
                    (row["item"], row["recipient"], row["status"]) == ("apc", "mission", "occurred")
                ),
            ),
        ],
    )
    def test_a_filter_keeps_just_the_rows_it_names(
        self, read: Twins, address: str, keeps: Keeps
    ) -> None:
        rows = whole(read, address.split("?")[0])
        expected = [row for row in rows if keeps(row)]
        assert 0 < len(expected) < len(rows), "the table must tell something"
        assert whole(read, address) == expected

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("/v1/movements?mission=second-land", ["second-land-b", "second-land-a"]),
            (
                "/v1/movements?mission=first-land&mission=second-land&sort=key",
                ["first-land-a", "first-land-b"],
            ),
            ("/v1/movements?category=police", ["first-land-a", "first-land-b"]),
            ("/v1/movements?category=fpu", ["first-land-a"]),
            ("/v1/movements?category=ipo", []),
            ("/v1/movements?category=military", ["second-land-b", "second-land-a"]),
            ("/v1/movements?category=expert&category=ipo", ["second-land-b"]),
            ("/v1/movements?direction=departure", ["first-land-b"]),
            ("/v1/movements?direction=arrival&mission=first-land", ["first-land-a"]),
            ("/v1/movements?status=cancelled", ["second-land-b"]),
            ("/v1/movements?nation=Ivory%20Coast", ["first-land-b"]),
            ("/v1/movements?nation=C%C3%B4te%20d%27Ivoire", ["first-land-b"]),
            ("/v1/missions?mission=second-land", ["second-land"]),
            ("/v1/missions?nation=CIV", ["first-land"]),
            ("/v1/missions?nation=CIV&nation=TUR", ["first-land", "second-land"]),
            ("/v1/missions?nation=USA", []),
            ("/v1/contingents?mission=first-land", ["first-land-civ-police", "first-land-ken-fpu"]),
            ("/v1/contingents?category=military&mission=first-land", []),
            (
                "/v1/contingents?category=military",
                ["second-land-tur-expert", "second-land-tur-staff-officer"],
            ),
            ("/v1/mandates?mission=first-land", []),
        ],
    )
    def test_missions_and_categories_are_told_apart(
        self, odd: Twins, address: str, expected: list[str]
    ) -> None:
        found = keys(address.split("?")[0], whole(odd, address))
        assert (
            found[: len(expected)] == expected
            if "sort=key" in address
            else sorted(found) == sorted(expected)
        )

    @pytest.mark.parametrize("path", ENTRIES)
    def test_the_source_of_an_entry_is_any_source_that_speaks_of_it(
        self, read: Twins, path: str
    ) -> None:
        told: dict[str, set[str]] = {}
        for claim in whole(read, f"/v1/claims?kind={KINDS[path]}"):
            told.setdefault(claim["source"], set()).add(claim["entry"])
        rows = whole(read, path)
        for source in ["heed-2024-07-17", *sorted(told)[:2]]:
            expected = [row for row in rows if row["key"] in told.get(source, ())]
            assert whole(read, f"{path}?source={source}") == expected

    @pytest.mark.parametrize(
        "narrowed",
        [
            "mission=haiti-mss",
            "nation=Jamaica",
            "nation=USA",
            "category=police",
            "category=military&category=unspecified",
            "contingent=haiti-mss-ken-police",
            "contingent=haiti-mss-ken-police&contingent=haiti-mss-jam-police",
        ],
    )
    def test_claims_are_those_of_the_entries_that_the_same_filter_keeps(
        self, read: Twins, narrowed: str
    ) -> None:
        entries = {row["key"] for path in ENTRIES for row in whole(read, f"{path}?{narrowed}")}
        claims = whole(read, f"/v1/claims?{narrowed}")
        assert {claim["entry"] for claim in claims} == entries
        assert claims == [claim for claim in whole(read, "/v1/claims") if claim["entry"] in entries]


class TestDays:
    SPANS: ClassVar = [
        ("2024-07-16", "2024-07-16"),
        ("2024-07-01", "2024-07-31"),
        ("2024-06-25", None),
        (None, "2024-06-25"),
        ("2024-11-01", None),
        ("0001-01-01", "9999-12-31"),
    ]

    @pytest.mark.parametrize("match", [None, "possible", "certain"])
    @pytest.mark.parametrize(("since", "to"), SPANS)
    @pytest.mark.parametrize("path", ["/v1/movements", "/v1/events", "/v1/claims", "/v1/sources"])
    def test_days_keep_what_may_or_must_lie_between_them(
        self, read: Twins, path: str, since: str | None, to: str | None, match: str | None
    ) -> None:
        first, last = (
            ("published_earliest", "published_latest")
            if "sources" in path
            else ("date_earliest", "date_latest")
        )

        def may(row: Any) -> bool:
            return (row[last] or "9999") >= (since or "") and (row[first] or "") <= (
                to or "9999-99"
            )

        def must(row: Any) -> bool:
            begins = since is None or (row[first] is not None and row[first] >= since)
            return begins and (to is None or (row[last] is not None and row[last] <= to))

        asked = [
            f"date_from={since}" if since else "",
            f"date_to={to}" if to else "",
            f"date_match={match}" if match else "",
        ]
        address = with_query(path, *[part for part in asked if part])
        keeps = must if match == "certain" else may
        assert whole(read, address) == [row for row in whole(read, path) if keeps(row)]

    def test_the_first_and_the_last_day_count(self, read: Twins) -> None:
        found = keys(
            "/v1/movements",
            whole(read, "/v1/movements?date_from=2024-10-18&date_to=2024-10-18&date_match=certain"),
        )
        assert found == ["haiti-mss-bhs-advance-team"]


class TestText:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("/v1/missions?q=HAITI", ["haiti-mss"]),
            ("/v1/missions?q=ha%C3%AFti", ["haiti-mss"]),
            ("/v1/missions?q=hai%CC%88ti", ["haiti-mss"]),
            ("/v1/missions?q=support%20mission", ["haiti-mss"]),
            ("/v1/missions?q=SUPPORT-MISSION", ["haiti-mss"]),
            ("/v1/missions?q=haiti-mss", ["haiti-mss"]),
            ("/v1/missions?q=mission%20support", []),
            ("/v1/sources?q=MISION%20de%20la%20onu", ["exprimidor-2024-07-16"]),
            ("/v1/sources?q=misi%C3%B3n%20de%20la%20ONU", ["exprimidor-2024-07-16"]),
            ("/v1/sources?q=kenyans%20supplementaires", ["tripfoumi-enfo-2024-07-16"]),
            ("/v1/sources?q=KE%CC%81NYANS%20suppl%C3%A9mentaires", ["tripfoumi-enfo-2024-07-16"]),
            ("/v1/nations?q=cote%20d%27ivoire", ["CIV"]),
            ("/v1/nations?q=C%C3%94TE%20D%E2%80%99IVOIRE", ["CIV"]),
            ("/v1/nations?q=t%C3%BCrkiye", ["TUR"]),
            ("/v1/nations?q=KOSOVO", ["XKX"]),
            ("/v1/nations?q=KO%E2%80%8BSOVO", ["XKX"]),
            ("/v1/nations?q=czechoslovak", ["CSK"]),
            ("/v1/missions?q=ha%C2%ADiti", ["haiti-mss"]),
            ("/v1/missions?q=HA%C4%B0T%C4%B1", ["haiti-mss"]),
            ("/v1/movements?q=mss-ken-second-group", ["haiti-mss-ken-second-group"]),
            ("/v1/movements?q=patrol%20ships", ["haiti-mss-bhs-patrol-ships"]),
            # What a claim says is found in its entry.
            ("/v1/events?q=fact%20finding", ["haiti-mss-blz-fact-finding-visit"]),
            ("/v1/mandates?q=resolution%202751", ["haiti-mss-resolution-2751"]),
            # Signs of LIKE are no signs here.
            ("/v1/missions?q=ha_ti", []),
            ("/v1/missions?q=h%25i%20mss", []),
            ("/v1/missions?q=h%25mss", []),
            ("/v1/nations?q=k_nya", []),
            ("/v1/sources?q=mi_ion", []),
            ("/v1/movements?q=sec%5C_nd", []),
            ("/v1/movements?q=nothing%20like%20it", []),
        ],
    )
    def test_text_is_found_without_regard_to_case_accents_and_punctuation(
        self, read: Twins, address: str, expected: list[str]
    ) -> None:
        assert keys(address.split("?")[0], whole(read, address)) == expected

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("%C3%8Ele", ["second-land"]),
            ("ile%20100", ["second-land"]),
            ("100%25%20seconde", ["second-land"]),
            ("l%E2%80%99ILE", ["second-land"]),
            ("of%20the%20first%20land", ["first-land"]),
            ("mission", ["first-land", "second-land"]),
        ],
    )
    def test_accents_and_signs_in_the_ledger_do_not_hide_a_text(
        self, odd: Twins, q: str, expected: list[str]
    ) -> None:
        assert keys("/v1/missions", whole(odd, f"/v1/missions?q={q}")) == expected

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("/v1/sources?q=undated%22%20paper", ["undated-paper"]),
            ("/v1/sources?q=paper_of", ["undated-paper"]),
            ("/v1/movements?q=50_000", ["first-land-a"]),
            ("/v1/movements?q=50%20000", ["first-land-b"]),
            ("/v1/movements?q=staff_officer", ["second-land-a"]),
        ],
    )
    def test_an_underscore_is_a_letter(self, odd: Twins, address: str, expected: list[str]) -> None:
        assert keys(address.split("?")[0], whole(odd, address)) == expected

    @pytest.mark.parametrize("path", ["/v1/movements", "/v1/claims", "/v1/nations"])
    def test_a_search_for_signs_alone_does_not_answer_everything(
        self, read: Twins, path: str
    ) -> None:
        answers = {
            q: read(f"{path}?q={q}&size=1")
            for q in ("%25", "%3F", "-", "%21%21%21", "%5C", "/", "%CC%81")
        }
        assert not [
            q
            for q, answer in answers.items()
            if answer.status_code != 422 and answer.json()["page"]["total"]
        ]

    @pytest.mark.parametrize(
        "q", ["%E2%84%8Baiti", "HA%E2%85%A0TI", "K%E2%84%B0NYA", "%E2%84%AAenya", "K%EF%BC%A5NYA"]
    )
    def test_letters_in_other_dress_are_searched_alike_on_every_database(
        self, read: Twins, q: str
    ) -> None:
        for path in (
            "/v1/movements",
            "/v1/claims",
            "/v1/sources",
            "/v1/missions",
            "/v1/contingents",
            "/v1/nations",
        ):
            assert read(f"{path}?q={q}").status_code == 200

    def test_text_narrows_what_other_filters_keep(self, read: Twins) -> None:
        rows = whole(read, "/v1/claims?q=soldiers&status=expected")
        assert rows
        assert rows == [
            row for row in whole(read, "/v1/claims?q=soldiers") if row["status"] == "expected"
        ]


class TestRevisions:
    @pytest.mark.parametrize("path", LISTS)
    def test_before_the_first_revision_there_is_nothing(self, read: Twins, path: str) -> None:
        body = read.json(f"{path}?revision=0")
        assert (body["revision"], body["recorded_at"]) == (0, None)
        assert body["permalink"] == f"{path}?revision=0"
        if path != "/v1/nations":
            assert (body["data"], body["page"]["total"]) == ([], 0)

    @pytest.mark.parametrize("path", LISTS)
    def test_revision_1_is_the_ledger_with_the_article_alone(
        self, read: Twins, read_article: Twins, path: str
    ) -> None:
        assert whole(read, f"{path}?revision=1") == whole(read_article, path)
        assert read.json(f"{path}?revision=1")["revision"] == 1

    @pytest.mark.parametrize("path", LISTS)
    def test_the_newest_revision_by_name_is_the_default(self, read: Twins, path: str) -> None:
        assert whole(read, f"{path}?revision=2") == whole(read, path)

    @pytest.mark.parametrize(
        ("known_at", "revision"),
        [
            ("2026-11-24", 2),
            ("2026-11-23", 0),
            ("2026-11-24T12:00:00Z", 2),
            ("2026-11-24T11:59:59.999999Z", 0),
            ("2026-11-24T12:00:00", 2),
            ("2026-11-24T14:00:00%2B02:00", 2),
            ("2026-11-24T13:59:59%2B02:00", 0),
            ("9999-12-30", 2),
            ("0001-01-01", 0),
            ("0999-01-01T00:00:00Z", 0),
        ],
    )
    def test_known_at_is_the_last_revision_recorded_by_then(
        self, read: Twins, known_at: str, revision: int
    ) -> None:
        body = read.json(f"/v1/movements?known_at={known_at}")
        assert body["revision"] == revision
        assert body["permalink"] == f"/v1/movements?revision={revision}"
        assert body["data"] == read.json(body["permalink"])["data"]


class TestOneThing:
    @pytest.mark.parametrize("path", SINGLE)
    def test_a_row_alone_says_what_it_says_in_the_list(self, read: Twins, path: str) -> None:
        for row in whole(read, path)[:5]:
            body = read.json(f"{path}/{row[COLUMNS[path].split()[0]]}")
            assert set(body) == {"data", "revision", "recorded_at", "permalink"}
            assert {name: body["data"][name] for name in row if name != "claims"} == {
                name: value for name, value in row.items() if name != "claims"
            }

    @pytest.mark.parametrize("path", ENTRIES)
    def test_an_entry_alone_shows_every_live_claim_of_it_best_graded_first(
        self, read: Twins, path: str
    ) -> None:
        for row in whole(read, path)[:4]:
            told = read.json(f"{path}/{row['key']}")["data"]["claims"]
            assert len(told) == row["claims"]
            grades = [claim["grade"] for claim in told]
            assert grades == sorted(grades)
            alike = whole(read, f"/v1/claims?entry={row['key']}")
            assert sorted(told, key=lambda claim: claim["key"]) == sorted(
                alike, key=lambda claim: claim["key"]
            )
            assert row["settled_by"] in [claim["key"] for claim in told]

    def test_a_mission_shows_its_contingents_and_they_their_entries(self, read: Twins) -> None:
        mission = read.json("/v1/missions/haiti-mss")["data"]
        assert mission["contingents"] == whole(read, "/v1/contingents?mission=haiti-mss")
        for contingent in mission["contingents"]:
            told = read.json(f"/v1/contingents/{contingent['slug']}")["data"]["entries"]
            named = [(path, KINDS[path]) for path in ("/v1/movements", "/v1/strength-reports")]
            expected = {
                (kind, row["key"])
                for path, kind in named
                for row in whole(read, f"{path}?contingent={contingent['slug']}")
            }
            assert {(entry["kind"], entry["key"]) for entry in told} == expected

    def test_a_source_shows_its_claims_and_who_repeats_it(self, read: Twins) -> None:
        sources = whole(read, "/v1/sources")
        for row in sources[::11]:
            alone = read.json(f"/v1/sources/{row['slug']}")["data"]
            assert alone["claims"] == whole(read, f"/v1/claims?source={row['slug']}")
            assert alone["repeated_by"] == sorted(
                s["slug"] for s in sources if s["derived_from"] == row["slug"]
            )

    def test_the_revisions_together_added_all_there_is(self, read: Twins) -> None:
        added: dict[str, list[str]] = {}
        for revision in whole(read, "/v1/revisions"):
            told = read.json(f"/v1/revisions/{revision['number']}")["data"]
            assert not any(told["retracted"].values())
            for table, names in told["added"].items():
                added.setdefault(table, []).extend(names)
        for table in ("missions", "contingents", "sources", "claims"):
            assert sorted(added[table]) == sorted(keys(f"/v1/{table}", whole(read, f"/v1/{table}")))
        assert sorted(added["entries"]) == sorted(
            row["key"] for path in ENTRIES for row in whole(read, path)
        )

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            *(
                ("KEN", "KEN"),
                ("ken", "KEN"),
                ("Kenya", "KEN"),
                ("Ivory%20Coast", "CIV"),
                ("DR%20Congo", "COD"),
            ),
            *(("GER", "DEU"), ("Zaire", "COD"), ("USSR", "SUN"), ("EU", "XEU"), ("unknown", "XXX")),
        ],
    )
    def test_a_nation_may_be_asked_for_by_any_of_its_names(
        self, read: Twins, name: str, code: str
    ) -> None:
        assert read.json(f"/v1/nations/{name}")["data"]["code"] == code

    def test_nations_are_told_from_others_who_send(self, read: Twins) -> None:
        rows = {row["code"]: row for row in whole(read, "/v1/nations")}
        assert read.json("/v1/nations/SUN")["data"] == rows["SUN"]
        gone = ("former", "1922-12-30", "1991-12-26")
        assert (
            tuple(rows["SUN"][name] for name in ("contributor", "existed_from", "existed_until"))
            == gone
        )
        assert [rows[code]["contributor"] for code in ("KEN", "XEU", "XMU", "XXX")] == [
            *("nation", "organisation", "multinational", "unknown")
        ]
        assert {row["existed_from"] for row in rows.values() if row["contributor"] != "former"} == {
            None
        }
        first = [row["code"] for row in read.json("/v1/nations?sort=existed_until&size=3")["data"]]
        last = [row["code"] for row in read.json("/v1/nations?sort=-existed_until&size=3")["data"]]
        assert (first, last) == (["XVS", "YMD", "DDR"], ["ANT", "SCG", "YUG"])

    @pytest.mark.parametrize(
        "address",
        [
            "/v1/movements/haiti-mss-ken-second-group",
            "/v1/claims/haiti-mss-ken-second-group--heed-2024-07-17",
        ],
    )
    def test_a_thing_at_an_old_revision_is_as_it_was(
        self, read: Twins, read_article: Twins, address: str
    ) -> None:
        assert read.json(f"{address}?revision=1")["data"] == read_article.json(address)["data"]
        assert read(f"{address}?revision=0").status_code == 404

    def test_every_key_in_every_row_leads_to_a_route_that_shows_it(self, odd: Twins) -> None:
        leads = {
            "mission": "missions",
            "contingent": "contingents",
            "source": "sources",
            "nation": "nations",
        }
        leads |= {
            "donor": "nations",
            "lead_nation": "nations",
            "host_country": "nations",
            "predecessor": "missions",
        }
        leads |= {
            "derived_from": "sources",
            "settled_by": "claims",
            "revision": "revisions",
            "since": "revisions",
        }
        leads |= {"fulfils": "movements", "replaces": "movements"}
        for path in LISTS:
            for row in whole(odd, path)[:4]:
                for column, route in leads.items():
                    if row.get(column) is not None:
                        odd.json(f"/v1/{route}/{row[column]}")


class TestTimeline:
    def test_it_is_the_six_lists_in_order_of_date_and_then_of_key(self, read: Twins) -> None:
        timeline = whole(read, "/v1/timeline")
        told = {row["key"]: row for path in ENTRIES for row in whole(read, path)}
        order = sorted(told, key=lambda key: (told[key]["date_earliest"] or "9999", key))
        assert [row["key"] for row in timeline] == order
        assert {row["kind"] for row in timeline} == set(KINDS.values())
        for row in timeline:
            of_kind = told[row["key"]]
            assert {name: row[name] for name in of_kind} == of_kind
            assert {value for name, value in row.items() if name not in of_kind} <= {None}

    @pytest.mark.parametrize(
        "narrowed",
        [
            "category=police",
            "source=heed-2024-07-17",
            "q=jamaica",
            "date_to=2024-06-30&date_match=certain",
        ],
    )
    def test_a_filter_means_what_it_means_to_each_kind(self, read: Twins, narrowed: str) -> None:
        expected = {row["key"] for path in ENTRIES for row in whole(read, f"{path}?{narrowed}")}
        assert {row["key"] for row in whole(read, f"/v1/timeline?{narrowed}")} == expected != set()

    @pytest.mark.parametrize(
        ("asked", "near"),
        [("kind=pledges", "pledge"), ("kinds=pledge", "kind"), ("sort=nations", "nation")],
    )
    def test_what_is_misspelt_is_mended(self, read: Twins, asked: str, near: str) -> None:
        assert read.problem(f"/v1/timeline?{asked}", 422)["errors"][0]["did_you_mean"] == near


class TestStrength:
    ASKED = "/v1/strength?as_of=2024-12-31"

    @pytest.mark.parametrize(
        ("more", "sizes"),
        [
            ("", (2, 7)),
            ("&group_by=mission,nation,category", [4]),
            ("&group_by=category", [4]),
            ("&sort=-present", [4]),
            ("&sort=-pledged,nation", [4]),
            ("&sort=evidence_date,method", [4]),
            ("&revision=1", [4]),
            ("&known_at=2026-11-24", [4]),
            ("&nation=KEN&nation=JAM&group_by=nation,category", [4]),
        ],
    )
    def test_pages_of_strength_visit_every_row_once_and_carry_the_one_total(
        self, read: Twins, more: str, sizes: list[int]
    ) -> None:
        address = self.ASKED + more
        body = read.json(address)
        assert body["page"] == {"size": 1000, "next": None, "total": len(body["data"])}
        for size in sizes:
            assert walked(read, f"{address}&size={size}") == body["data"]
        assert read.json(f"{address}&size={size}")["total"] == body["total"]

    @pytest.mark.parametrize(
        ("group_by", "columns"),
        [
            ("mission", ["mission", "mission_name"]),
            ("nation", ["nation", "nation_name"]),
            ("category", ["category"]),
            ("category,mission", ["category", "mission", "mission_name"]),
            (
                "mission,nation,category",
                ["mission", "mission_name", "nation", "nation_name", "category"],
            ),
        ],
    )
    def test_a_row_has_the_columns_of_its_grouping_and_the_measures(
        self, read: Twins, group_by: str, columns: list[str]
    ) -> None:
        body = read.json(f"{self.ASKED}&group_by={group_by}")
        measures = [
            name for measure in MEASURES for name in (f"{measure}_low", measure, f"{measure}_high")
        ]
        basis = [
            *(
                "spread_low",
                "spread_high",
                "method",
                "evidence_from",
                "evidence_date",
                "evidence_age_days",
            ),
            *("last_known", "stale"),
            *("disputed", "unknown_terms"),
        ]
        assert body["group_by"] == group_by.split(",")
        assert list(body["total"]) == [*measures, *basis]
        for row in body["data"]:
            assert list(row) == [*columns, "unallocated", *measures, *basis]

    def test_what_rows_do_not_explain_stands_last_in_any_order_and_keeps_the_fields(
        self, read: Twins
    ) -> None:
        for more in (
            "",
            "&sort=-present",
            "&sort=present",
            "&sort=-nation",
            "&fields=unallocated,present",
        ):
            rows = read.json(f"{self.ASKED}&mission=haiti-mss{more}")["data"]
            assert [row["unallocated"] for row in rows].index(True) == len(rows) - 1
        assert {tuple(row) for row in rows} == {("unallocated", "present")}

    def test_strength_says_what_it_was_asked(self, read: Twins) -> None:
        body = read.json(f"{self.ASKED}&policy=highest")
        assert (body["as_of"], body["policy"], body["group_by"]) == (
            "2024-12-31",
            "highest",
            ["nation"],
        )
        assert set(body) == {
            "data",
            "total",
            "as_of",
            "policy",
            "group_by",
            "revision",
            "recorded_at",
            "permalink",
            "page",
        }
        assert body["permalink"] == "/v1/strength?as_of=2024-12-31&policy=highest&revision=2"
