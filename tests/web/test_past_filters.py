"""Every filter of every list at a revision that is past: the same answer before and after what was
written later.

The ledger grows by two revisions that do all that a write can: they correct and retract claims, let
sources speak of entries that others told of before, edit missions, contingents and sources, and add
entries. Every filter that a list takes (read from its query, so that a new one is not forgotten) is
asked at each revision, when it is the newest and again at the end, of a server that has kept
nothing. Where that is simple it is filtered by hand, too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from app.estimate.categories import subtree
from app.record.database import migrate
from app.record.kinds import KINDS
from app.settings import Settings
from app.web.resources import RESOURCES
from app.web.schemas.queries import ListQuery
from tests.conftest import Twins, new_database, served
from tests.record.test_ledger import ABOUT, example
from tests.web.test_history import write

REVISIONS = (1, 2, 3)
OF_LEDGER = [
    path for path, resource in RESOURCES.items() if resource.ask.__module__ == "app.web.lists"
]
ENTRIES = [f"/v1/{kind.plural}" for kind in KINDS.values()]
COMBINED = ("date_from", "date_to", "date_match")
OTHERS: dict[str, dict[str, Any]] = {kind: example(kind, 1) for kind in KINDS} | {
    "movement": {
        "nation": "JAM",
        "category": "troops",
        "direction": "departure",
        "reason": "rotation",
    },
    "strength_report": {"nation": "JAM", "category": "fpu"},
    "pledge": {"nation": "JAM", "category": "military"},
    "delivery": {"donor": "CAN", "item": "vehicle", "recipient": "host_police", "nation": "JAM"},
    "mandate": {"body": "Parliament", "instrument": "An act"},
    "event": {"event_type": "decision", "title": "A decision", "nation": "JAM"},
}


def said(source: str, status: str, date: str, count: int = 10, **more: Any) -> dict[str, Any]:
    """A claim."""
    return {"source": source, "status": status, "count": count, "date": date, **more}


def entry(kind: str, name: str, mission: str, *claims: Any, **more: Any) -> dict[str, Any]:
    """An entry of a kind, named after it."""
    fields = (ABOUT if name == "one" else OTHERS)[kind]
    key = f"{kind.replace('_', '-')}-{name}"
    return {"key": key, "kind": kind, "mission": mission, **fields, "claims": list(claims), **more}


def of_all(name: str, mission: str, *claims: Any, **more: Any) -> list[Any]:
    """An entry of every kind."""
    return [entry(kind, name, mission, *claims, **more) for kind in KINDS]


PAPERS = ("paper-a", "paper-b", "paper-c", "paper-d")
STEPS: list[Any] = [
    # Papers c and d are there and say nothing.
    {
        "missions": [
            {"slug": "ours", "name": "First Name"},
            {"slug": "other", "name": "Another"},
            {"slug": "minustah", "name": "One before"},
            {"slug": "minujusth", "name": "One between"},
        ],
        "sources": [
            {
                "slug": name,
                "publisher": name,
                "title": "First title",
                "published": f"2025-01-1{n}",
                "grade": "B2",
            }
            for n, name in enumerate(PAPERS)
        ],
        "entries": [
            *of_all(
                "one",
                "ours",
                said("paper-a", "occurred", "2025-01-10", summary="first words"),
                said("paper-b", "expected", "2025-01-05/2025-01-20"),
            ),
            *of_all("two", "other", said("paper-b", "expected", "2025-02", grade="C3")),
        ],
    },
    # Paper c speaks of what is there, paper a is corrected, paper b withdraws what it said of the
    # first; labels change.
    {
        "missions": [{"slug": "ours", "name": "Second Name"}],
        "contingents": [
            {"mission": "other", "nation": "KEN", "category": "civilian", "units": "Second units"}
        ],
        "sources": [
            {
                "slug": "paper-a",
                "publisher": "Second Publisher",
                "published": "2025-03-01",
                "series": "papers",
            },
            {"slug": "paper-b", "publisher": "paper-b", "complete": True},
        ],
        "entries": [
            *of_all(
                "one",
                "ours",
                said("paper-a", "cancelled", "2025-03-05", summary="second words"),
                said("paper-c", "occurred", "2025-03", grade="A1"),
            ),
            *of_all(
                "two",
                "other",
                said("paper-b", "expected", "2025-02", grade="C3"),
                said("paper-c", "occurred", "2025-03"),
            ),
        ],
    },
    # Paper c withdraws all but one, paper d speaks of everything, entries and contingents are new.
    {
        "missions": [{"slug": "other", "name": "Third Name", "started": "2025"}],
        "contingents": [
            {"mission": "ours", "nation": "JAM", "category": "expert", "units": "Third units"}
        ],
        "sources": [
            {"slug": "paper-c", "publisher": "Third Publisher", "complete": True},
            {
                "slug": "paper-d",
                "publisher": "paper-d",
                "published": "2024-12-01",
                "title": "Third title",
            },
        ],
        "entries": [
            *of_all(
                "one", "ours", said("paper-d", "expected", "2024-12-31", summary="third words")
            ),
            *of_all("two", "other", said("paper-d", "occurred", "2025-01-10")),
            *of_all(
                "three",
                "ours",
                said("paper-a", "occurred", "2025-01-10"),
                said("paper-d", "occurred", "2025"),
            ),
            entry(
                "movement", "four", "other", said("paper-c", "occurred", "2025-01-10"), nation="KEN"
            ),
        ],
    },
]

# What each filter is asked with; a list of several is one question. A filter that is not here fails
# its test.
VALUES: dict[str, list[Any]] = {
    "mission": ["ours", "other", ["ours", "other"]],
    "nation": ["KEN", "JAM", "USA", "CAN", ["BEN", "JAM"]],
    "category": ["police", "military", "civilian", "fpu"],
    "contingent": ["ours-ken-police", "other-jam-troops"],
    "source": [*PAPERS, ["paper-a", "paper-d"], ["paper-b", "paper-c"]],
    "status": ["occurred", "expected", "cancelled"],
    "disputed": ["true", "false"],
    "kind": [*KINDS, ["pledge", "event"]],
    "entry": ["movement-one", "event-two", "pledge-one"],
    "q": ["first", "second", "third", "paper", "name", "words", "decision", "units"],
    "history": ["true", "false"],
    "lineage": ["true", "false"],
    **{
        name: sorted({about[kind][name] for about in (ABOUT, OTHERS) if name in about[kind]})
        for kind in KINDS
        for name in KINDS[kind].choices
    },
}
SPANS = (
    (None, "2025-01-10"),
    ("2025-02-10", None),
    ("2025-01-10", "2025-02-28"),
    ("2024-12-31", "2025-01-09"),
)


def filters_of(path: str) -> list[str]:
    """The filters of a list; those of days as one, for they are asked together."""
    names = [
        name for name in RESOURCES[path].query.model_fields if name not in ListQuery.model_fields
    ]
    return [name for name in names if name not in COMBINED] + (
        ["days"] if "date_from" in names else []
    )


def questions(name: str) -> list[tuple[str, Any]]:
    """What a filter is asked with: as it stands in an address, and as it is."""
    if name == "days":
        asked = [(*span, match) for span in SPANS for match in ("possible", "certain")]
        return [
            (
                (f"date_from={first}&" if first else "")
                + (f"date_to={last}&" if last else "")
                + f"date_match={match}",
                (first, last, match),
            )
            for first, last, match in asked
        ]
    several = [value if isinstance(value, list) else [value] for value in VALUES[name]]
    return [("&".join(f"{name}={quote(value)}" for value in each), each) for each in several]


PRODUCT = [(path, name) for path in OF_LEDGER for name in filters_of(path)]
BY_HAND = [(path, name) for path, name in PRODUCT if name not in ("q", "history", "lineage")]


def address(path: str, words: str, revision: int) -> str:
    """One question of one list at a revision."""
    return f"{path}?{words and f'{words}&'}revision={revision}&size=1000"


@dataclass(frozen=True)
class Past:
    """Asks the grown ledger; what it answered to each address when the revision was the newest."""

    ask: Twins
    before: dict[str, str]
    whole: dict[str, list[Any]] = field(default_factory=dict)

    def rows(self, path: str, revision: int, words: str = "") -> list[Any]:
        """All rows of a list at a revision; what is asked without a filter is asked once."""
        at = address(path, words, revision)
        if words:
            found: list[Any] = self.ask.json(at)["data"]
            return found
        if at not in self.whole:
            self.whole[at] = self.ask.json(at)["data"]
        return self.whole[at]


def answered(ask: Twins, at: str) -> str:
    """Status and text; a name that is not known yet is a problem, and stays one."""
    answer = ask(at)
    return f"{answer.status_code} {answer.text}"


@pytest.fixture(scope="module")
def past(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """The ledger at its last revision, with what it answered at each when it was the newest."""
    place: Path = tmp_path_factory.mktemp("past")
    both = [
        Settings(database_url=new_database(engine, postgresql, place), pool_size=5, busy_timeout=10)
        for engine in ("sqlite", "postgresql")
    ]
    before: dict[str, str] = {}
    for settings in both:
        migrate(settings)
    for revision in REVISIONS:
        write(both, STEPS[revision - 1], revision)
        if revision == REVISIONS[-1]:
            break
        with served(both[0]) as one, served(both[1]) as other:
            ask = Twins({"sqlite": one, "postgresql": other})
            for path, name in PRODUCT:
                for words, _ in questions(name):
                    at = address(path, words, revision)
                    before[at] = answered(ask, at)
    # Servers that were not asked before, so that nothing is answered out of what they keep.
    with served(both[0]) as one, served(both[1]) as other:
        yield Past(Twins({"sqlite": one, "postgresql": other}), before)


Row = dict[str, Any]
Keeps = Callable[[Row], bool]


def within(
    asked: tuple[str | None, str | None, str], earliest: str | None, latest: str | None
) -> bool:
    """Whether what happened from..to may or must lie within the days asked."""
    first, last, match = asked
    low, high = earliest or "0000", latest or "9999"
    if match == "certain":
        return (first is None or low >= first) and (last is None or high <= last)
    return (first is None or high >= first) and (last is None or low <= last)


def of_entry(past: Past, revision: int, name: str, asked: Any) -> Keeps:
    """Whether a filter keeps an entry."""
    if name == "source":
        told = {row["entry"] for row in past.rows("/v1/claims", revision) if row["source"] in asked}
        return lambda row: row["key"] in told
    if name == "nation":
        return lambda row: row.get("nation") in asked or row.get("donor") in asked
    if name == "category":
        under = {each for category in asked for each in subtree(category)}
        return lambda row: row.get("category") in under
    if name == "days":
        return lambda row: within(asked, row["date_earliest"], row["date_latest"])
    if name == "disputed":
        return lambda row: row["disputed"] is (asked == ["true"])
    return lambda row: row.get(name) in asked


def of_claim(past: Past, revision: int, name: str, asked: Any) -> Keeps:
    """Whether a filter keeps a claim: by itself, or by the entry it is of."""
    if name in ("source", "status", "entry", "kind", "days"):
        return (
            of_entry(past, revision, "days", asked)
            if name == "days"
            else lambda row: row[name] in asked
        )
    keeps = of_entry(past, revision, name, asked)
    about = {row["key"] for row in past.rows("/v1/timeline", revision) if keeps(row)}
    return lambda row: row["entry"] in about


def of_label(past: Past, revision: int, path: str, name: str, asked: Any) -> Keeps:
    """Whether a filter keeps a mission, a contingent or a source."""
    if name == path[4:-1]:
        return lambda row: row["slug"] in asked
    if path == "/v1/contingents":
        return of_entry(past, revision, name, asked)
    if path == "/v1/missions":
        sent = {
            row["mission"]
            for row in past.rows("/v1/contingents", revision)
            if row["nation"] in asked
        }
        return lambda row: row["slug"] in sent
    if name == "days":
        return lambda row: within(asked, row["published_earliest"], row["published_latest"])
    keeps = of_claim(past, revision, name, asked)
    telling = {row["source"] for row in past.rows("/v1/claims", revision) if keeps(row)}
    return lambda row: row["slug"] in telling


def by_hand(past: Past, path: str, revision: int, name: str, asked: Any) -> Keeps:
    """What a filter keeps of a list, reckoned from lists without filters."""
    if path in (*ENTRIES, "/v1/timeline"):
        return of_entry(past, revision, name, asked)
    if path == "/v1/claims":
        return of_claim(past, revision, name, asked)
    return of_label(past, revision, path, name, asked)


def test_every_list_of_the_ledger_is_asked() -> None:
    assert set(OF_LEDGER) == {
        *ENTRIES,
        "/v1/timeline",
        "/v1/claims",
        "/v1/missions",
        "/v1/contingents",
        "/v1/sources",
    }


@pytest.mark.parametrize(("path", "name"), PRODUCT)
def test_a_filter_answers_at_a_past_revision_as_it_did_when_that_was_the_newest(
    past: Past, path: str, name: str
) -> None:
    kept = set()
    for words, _ in questions(name):
        for revision in REVISIONS[:-1]:
            at = address(path, words, revision)
            assert answered(past.ask, at) == past.before[at], at
            assert past.before[at].startswith("200 "), at
            kept.add(past.before[at].count('"revision":') + past.before[at].count('"since":'))
    assert max(kept) > 0


@pytest.mark.parametrize(("path", "name"), BY_HAND)
def test_a_filter_keeps_what_a_hand_would_keep_at_every_revision(
    past: Past, path: str, name: str
) -> None:
    for revision in REVISIONS:
        whole = past.rows(path, revision)
        for words, asked in questions(name):
            keeps = by_hand(past, path, revision, name, asked)
            assert past.rows(path, revision, words) == [row for row in whole if keeps(row)], (
                words,
                revision,
            )
