"""A ledger that grows while it is read: old answers stay as they were, corrections are seen,
cursors go on.

The same three documents are written to both databases, with answers taken in between.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.record.database import Database, migrate
from app.record.documents import read_document
from app.record.ledger import ChangeNote, record
from app.settings import Settings
from tests.conftest import Twins, new_database, served

FIRST: Any = {
    "missions": [{"slug": "ours", "name": "Our Mission", "host_country": "HTI"}],
    "sources": [
        {"slug": "paper-a", "publisher": "Paper A", "published": "2025-01-12", "grade": "B2"},
        {"slug": "paper-b", "publisher": "Paper B", "published": "2025-01-13", "grade": "B3"},
    ],
    "entries": [
        {
            "key": "ours-arrival",
            "kind": "movement",
            "mission": "ours",
            "nation": "KEN",
            "category": "police",
            "direction": "arrival",
            "claims": [
                {"source": "paper-a", "status": "occurred", "count": 100, "date": "2025-01-10"},
                {"source": "paper-b", "status": "occurred", "count": 90, "date": "2025-01-10"},
            ],
        },
        *(
            {
                "key": f"ours-pledge-{nation.lower()}",
                "kind": "pledge",
                "mission": "ours",
                "nation": nation,
                "claims": [
                    {"source": "paper-a", "status": "occurred", "count": 10, "date": "2025-01-01"}
                ],
            }
            for nation in ("BEN", "JAM", "KEN", "TCD")
        ),
        {
            "key": "ours-mandate",
            "kind": "mandate",
            "mission": "ours",
            "body": "Security Council",
            "instrument": "resolution 1",
            "claims": [
                {"source": "paper-a", "status": "occurred", "count": 500, "date": "2025-01-01"}
            ],
        },
    ],
}
# A claim corrected, a source found to repeat another, a mission given another name, a pledge more.
SECOND: Any = {
    "missions": [{"slug": "ours", "name": "Our Mission, renamed"}],
    "sources": [{"slug": "paper-b", "publisher": "Paper B", "derived_from": "paper-a"}],
    "entries": [
        FIRST["entries"][0]
        | {
            "claims": [
                {"source": "paper-a", "status": "occurred", "count": 120, "date": "2025-01-11"}
            ]
        },
        FIRST["entries"][1]
        | {
            "key": "ours-pledge-atg",
            "nation": "ATG",
            "claims": [
                {"source": "paper-b", "status": "occurred", "count": 5, "date": "2024-12-31"}
            ],
        },
    ],
}
# The same claim corrected again, the mission ended.
THIRD: Any = {
    "missions": [{"slug": "ours", "name": "Our Mission, renamed", "ended": "2025-06-30"}],
    "contingents": [{"mission": "ours", "nation": "KEN", "category": "police", "units": "A unit"}],
    "entries": [
        FIRST["entries"][0]
        | {
            "claims": [
                {"source": "paper-a", "status": "cancelled", "count": 120, "date": "2025-01-11"}
            ]
        }
    ],
}
TIMES = [
    datetime(2025, 2, 1, 8, 30, 0, 250_000, tzinfo=UTC),
    datetime(2025, 3, 1, tzinfo=UTC),
    datetime(2025, 3, 1, 0, 0, 1, tzinfo=UTC),
]
CORRECTED = "ours-arrival--paper-a"

AT_REVISION_1 = [
    "/v1/movements?revision=1",
    "/v1/movements/ours-arrival?revision=1",
    "/v1/pledges?revision=1&sort=-nation&size=2",
    "/v1/pledges.csv?revision=1",
    "/v1/mandates.ndjson?revision=1",
    "/v1/claims?revision=1",
    "/v1/claims?revision=1&history=true",
    "/v1/claims.csv?revision=1",
    f"/v1/claims/{CORRECTED}?revision=1",
    "/v1/missions?revision=1",
    "/v1/missions/ours?revision=1",
    "/v1/contingents?revision=1",
    "/v1/contingents/ours-ken-police?revision=1",
    "/v1/sources?revision=1",
    "/v1/sources/paper-a?revision=1",
    "/v1/sources/paper-b?revision=1",
    "/v1/nations?revision=1&q=kenya",
    "/v1/revisions?revision=1",
    "/v1/revisions/1?revision=1",
    "/v1/strength?revision=1&as_of=2025-01-31&explain=true",
    "/v1/strength?revision=1&as_of=2025-12-31&group_by=mission,nation",
    "/v1/strength.csv?revision=1&as_of=2025-01-31",
    "/v1/movements?revision=0",
    "/v1/nations?revision=0&size=1",
]
FIRST_PAGES = [
    "/v1/pledges?size=2",
    "/v1/claims?size=3&sort=-key",
    "/v1/claims?size=3&history=true",
    "/v1/sources?size=1",
]


KNOWN_THEN = "/v1/pledges?size=2&known_at=2030-01-01"


@dataclass(frozen=True)
class Grown:
    """Asks the grown ledger; what it answered when it had one revision."""

    ask: Twins
    before: dict[str, httpx2.Response]


def write(all_settings: list[Settings], document: Any, number: int) -> None:
    """Record a document in every ledger, with the same time and the same salts."""
    for settings in all_settings:
        database = Database(settings)
        salts = iter(range(number * 1000, number * 1000 + 1000))
        with pytest.MonkeyPatch.context() as patch, database.writing() as connection:
            patch.setattr(secrets, "token_hex", lambda _size, salts=salts: f"{next(salts):032x}")
            done = record(
                connection,
                read_document(document),
                ChangeNote("a test", f"Step {number}"),
                TIMES[number - 1],
            )
        assert done is not None
        assert done.revision == number
        database.dispose()


@pytest.fixture(scope="module")
def grown(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    """The ledger at its third revision, with what it answered at its first."""
    place: Path = tmp_path_factory.mktemp("grown")
    all_settings = [
        Settings(database_url=new_database(engine, postgresql, place), pool_size=5, busy_timeout=10)
        for engine in ("sqlite", "postgresql")
    ]
    for settings in all_settings:
        migrate(settings)
    write(all_settings, FIRST, 1)
    with served(all_settings[0]) as one, served(all_settings[1]) as other:
        ask = Twins({"sqlite": one, "postgresql": other})
        before = {address: ask(address) for address in [*AT_REVISION_1, *FIRST_PAGES, KNOWN_THEN]}
        write(all_settings, SECOND, 2)
        write(all_settings, THIRD, 3)
        yield Grown(ask, before)


class TestForEver:
    @pytest.mark.parametrize("address", AT_REVISION_1)
    def test_an_answer_that_names_its_revision_never_changes(
        self, grown: Grown, address: str
    ) -> None:
        before, now = grown.before[address], grown.ask(address)
        assert before.status_code == now.status_code == 200
        assert "immutable" in before.headers["cache-control"]
        assert now.headers["etag"] == before.headers["etag"]
        assert now.text == before.text

    @pytest.mark.parametrize("address", FIRST_PAGES)
    def test_the_permalink_of_an_answer_leads_back_to_it(self, grown: Grown, address: str) -> None:
        before = grown.before[address]
        assert grown.ask(before.json()["permalink"]).text == before.text

    @pytest.mark.parametrize("address", FIRST_PAGES)
    def test_the_same_address_without_a_revision_has_a_new_answer_and_a_new_tag(
        self, grown: Grown, address: str
    ) -> None:
        before, now = grown.before[address], grown.ask(address)
        assert now.json()["revision"] == 3
        assert now.headers["etag"] != before.headers["etag"]
        again = grown.ask(address, headers={"If-None-Match": before.headers["etag"]})
        assert again.status_code == 200

    @pytest.mark.parametrize("address", FIRST_PAGES)
    def test_a_cursor_goes_on_in_its_revision_after_the_ledger_has_grown(
        self, grown: Grown, address: str
    ) -> None:
        body = grown.before[address].json()
        rows, cursor, total = body["data"], body["page"]["next"], body["page"]["total"]
        while cursor:
            body = grown.ask.json(f"{address}&cursor={cursor}")
            assert (body["revision"], body["page"]["total"]) == (1, total)
            rows, cursor = rows + body["data"], body["page"]["next"]
        at_once = re.sub(r"size=\d", "size=100&revision=1", address)
        assert rows == grown.ask.json(at_once)["data"]

    def test_a_cursor_goes_on_in_its_revision_though_more_is_known_by_the_same_day(
        self, grown: Grown
    ) -> None:
        before = grown.before[KNOWN_THEN].json()
        onward = grown.ask.json(f"{KNOWN_THEN}&cursor={before['page']['next']}")
        assert (before["revision"], onward["revision"]) == (1, 1)
        assert before["data"] + onward["data"] == grown.ask.json("/v1/pledges?revision=1")["data"]
        assert grown.ask.json(KNOWN_THEN)["revision"] == 3


class TestHistory:
    def test_claims_show_what_stands_and_history_what_was_closed_too(self, grown: Grown) -> None:
        def told(asked: str) -> list[tuple[Any, ...]]:
            rows = grown.ask.json(
                f"/v1/claims?entry=ours-arrival&source=paper-a&sort=since{asked}"
            )["data"]
            return [
                (row["key"], row["status"], row["count"], row["since"], row["until"])
                for row in rows
            ]

        standing = (CORRECTED, "cancelled", 120, 3, None)
        assert told("") == [standing]
        assert told("&history=false") == [standing]
        assert told("&history=true") == [
            (CORRECTED, "occurred", 100, 1, 2),
            (CORRECTED, "occurred", 120, 2, 3),
            standing,
        ]

    @pytest.mark.parametrize("revision", [1, 2, 3])
    def test_history_holds_all_that_was_opened_by_its_revision(
        self, grown: Grown, revision: int
    ) -> None:
        rows = grown.ask.json(f"/v1/claims?history=true&revision={revision}")["data"]
        assert len(rows) == {1: 7, 2: 9, 3: 10}[revision]
        assert max(row["since"] for row in rows) == revision
        assert len({(row["key"], row["since"]) for row in rows}) == len(rows)

    @pytest.mark.parametrize("revision", [1, 2, 3])
    def test_nothing_is_known_of_a_closing_before_it_was_recorded(
        self, grown: Grown, revision: int
    ) -> None:
        for asked in ("", "&history=true"):
            rows = grown.ask.json(f"/v1/claims?revision={revision}{asked}")["data"]
            assert [
                row for row in rows if row["until"] is not None and row["until"] > revision
            ] == []

    def test_the_table_of_history_has_the_rows_of_the_list(self, grown: Grown) -> None:
        rows = grown.ask.json("/v1/claims?history=true&fields=key,since")["data"]
        table = grown.ask("/v1/claims.csv?history=true&fields=key,since").text.splitlines()
        assert table[1:] == [f"{row['key']},{row['since']}" for row in rows]

    @pytest.mark.parametrize("revision", [1, 2, 3])
    @pytest.mark.parametrize("sort", ["until", "-until", "key,-since", "since,-until"])
    def test_history_can_be_paged_in_any_order(
        self, grown: Grown, sort: str, revision: int
    ) -> None:
        address = f"/v1/claims?history=true&revision={revision}&sort={sort}"
        rows: list[Any] = []
        cursor = ""
        while cursor is not None:
            body = grown.ask.json(f"{address}&size=2{cursor and f'&cursor={cursor}'}")
            rows, cursor = rows + body["data"], body["page"]["next"]
        assert rows == grown.ask.json(address)["data"]
        closed = [row["until"] for row in rows if row["until"] is not None]
        if sort.endswith("until") and "," not in sort:
            assert [row["until"] for row in rows[: len(closed)]] == sorted(
                closed, reverse=sort[0] == "-"
            )

    def test_an_entry_settles_anew_and_names_the_revision_that_changed_it(
        self, grown: Grown
    ) -> None:
        told = {
            number: grown.ask.json(f"/v1/movements/ours-arrival?revision={number}")["data"]
            for number in (1, 2, 3)
        }
        assert [
            (each["status"], each["count"], each["date"], each["revision"])
            for each in told.values()
        ] == [
            ("occurred", 100, "2025-01-10", 1),
            ("occurred", 120, "2025-01-11", 2),
            ("cancelled", 120, "2025-01-11", 3),
        ]
        assert [(each["origins"], each["disputed"]) for each in told.values()] == [
            (2, True),
            (1, False),
            (1, False),
        ]
        untouched = grown.ask.json("/v1/mandates/ours-mandate")["data"]
        assert untouched["revision"] == 1

    def test_labels_are_shown_as_they_stood(self, grown: Grown) -> None:
        names = [
            grown.ask.json(f"/v1/missions/ours?revision={number}")["data"] for number in (1, 2, 3)
        ]
        assert [(each["name"], each["ended"], each["revision"]) for each in names] == [
            ("Our Mission", None, 1),
            ("Our Mission, renamed", None, 2),
            ("Our Mission, renamed", "2025-06-30", 3),
        ]
        papers = [
            grown.ask.json(f"/v1/sources/paper-b?revision={number}")["data"] for number in (1, 2)
        ]
        assert [(each["derived_from"], each["published"]) for each in papers] == [
            (None, "2025-01-13"),
            ("paper-a", "2025-01-13"),
        ]

    def test_a_revision_tells_what_it_added_and_corrected(self, grown: Grown) -> None:
        told = grown.ask.json("/v1/revisions/2")["data"]
        assert told["added"]["claims"] == ["ours-pledge-atg--paper-b"]
        assert told["added"]["entries"] == ["ours-pledge-atg"]
        assert told["corrected"] == {
            "missions": ["ours"],
            "contingents": [],
            "sources": ["paper-b"],
            "claims": [CORRECTED],
        }
        assert not any(told["retracted"].values())
        assert (told["author"], told["message"], told["recorded_at"]) == (
            "a test",
            "Step 2",
            "2025-03-01T00:00:00.000000Z",
        )


class TestKnownAt:
    @pytest.mark.parametrize(
        ("known_at", "revision"),
        [
            ("2025-01-31", 0),
            ("2025-02-01", 1),
            ("2025-02-01T08:30:00Z", 0),
            ("2025-02-01T08:30:00.249999Z", 0),
            ("2025-02-01T08:30:00.250Z", 1),
            ("2025-02-01T08:30:01", 1),
            ("2025-02-28", 1),
            ("2025-02-28T23:59:59.999999Z", 1),
            ("2025-03-01T00:00:00Z", 2),
            ("2025-03-01T00:00:00.999999Z", 2),
            ("2025-03-01T01:00:00%2B01:00", 2),
            ("2025-02-28T19:00:01-05:00", 3),
            ("2025-03-01", 3),
        ],
    )
    def test_it_answers_what_was_known_by_then_and_not_a_moment_later(
        self, grown: Grown, known_at: str, revision: int
    ) -> None:
        for path in ("/v1/movements", "/v1/strength?as_of=2025-01-31", "/v1/missions"):
            body = grown.ask.json(f"{path}{'&' if '?' in path else '?'}known_at={known_at}")
            assert body["revision"] == revision
            assert (
                body["recorded_at"]
                == (None, *(t.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for t in TIMES))[revision]
            )
            named = grown.ask.json(f"{path}{'&' if '?' in path else '?'}revision={revision}")
            assert {**body, "permalink": 0} == {**named, "permalink": 0}

    def test_strength_at_a_day_follows_what_was_known(self, grown: Grown) -> None:
        present = [
            grown.ask.json(f"/v1/strength?as_of=2025-01-31&revision={number}")["total"]["present"]
            for number in (0, 1, 2, 3)
        ]
        assert present == [0, 100, 120, 0]
