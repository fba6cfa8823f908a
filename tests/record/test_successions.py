"""Successions as they enter the ledger, on both databases: what is refused, and nothing stored."""

from typing import Any

import pytest
from sqlalchemy import Connection

from app.record.lineage import whole_lines, with_their_lines
from app.record.listings import MISSIONS, one
from app.record.revisions import at_revision
from tests.record.test_ledger import commit, entry, everything, kept, ledger, refusals, told

__all__ = ["kept", "ledger"]

MISSIONS_TOLD = [
    {"slug": "amisom", "name": "AMISOM", "started": "2007-01-19"},
    {"slug": "atmis", "name": "ATMIS", "started": "2022-04-01"},
    {"slug": "aussom", "name": "AUSSOM", "started": "2025-01-01"},
    {"slug": "other", "name": "Another mission"},
]


def follows(mission: str, predecessor: str, *claims: Any, **about: Any) -> dict[str, Any]:
    """A succession with its claims."""
    entry = {"key": f"{mission}-{predecessor}", "kind": "succession", "mission": mission}
    entry |= {"predecessor": predecessor, "mode": "continues"} | about
    return entry | {"claims": list(claims) or [told(count=None, date="2025-01-01")]}


@pytest.fixture
def line(ledger: Connection) -> Connection:
    """A ledger in which ATMIS continues AMISOM."""
    entries = [follows("atmis", "amisom", told(count=None, date="2022-04-01"))]
    assert commit(ledger, missions=MISSIONS_TOLD, entries=entries)
    return ledger


def now(connection: Connection) -> int:
    return at_revision(connection).number


@pytest.mark.parametrize(
    ("entry", "where", "words"),
    [
        (follows("amisom", "atmis"), "predecessor", "amisom would follow itself through atmis"),
        (follows("other", "other"), "predecessor", "other cannot follow itself"),
        (follows("other", "amisom"), "predecessor", "pass over to atmis already (atmis-amisom)"),
        (
            follows("atmis", "amisom", key="again"),
            "predecessor",
            "atmis-amisom tells already that atmis follows amisom",
        ),
        (follows("other", "amison"), "predecessor", "there is no mission 'amison'"),
        (follows("othre", "aussom"), "mission", "there is no mission 'othre'"),
        (
            follows("other", "aussom", told(count=None, date="2024-12-31")),
            "claims/0/date",
            "before aussom began (2025-01-01)",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    line: Connection, entry: dict[str, Any], where: str, words: str
) -> None:
    before = everything(line)
    (mend,) = refusals(line, entries=[entry])
    assert mend.where == f"/entries/0/{where}"
    assert words in mend.detail
    assert everything(line) == before


def test_a_loop_of_three_is_refused(line: Connection) -> None:
    assert commit(line, entries=[follows("aussom", "atmis")])
    (mend,) = refusals(line, entries=[follows("amisom", "aussom")])
    assert "amisom would follow itself through aussom" in mend.detail


def test_also_where_all_of_it_stands_in_one_document(ledger: Connection) -> None:
    ring = [follows("aussom", "atmis"), follows("atmis", "amisom"), follows("amisom", "aussom")]
    found = refusals(ledger, missions=MISSIONS_TOLD, entries=ring)
    assert {mend.where for mend in found} == {f"/entries/{nth}/predecessor" for nth in range(3)}


def test_two_may_replace_one_and_one_may_continue_two(line: Connection) -> None:
    replacing = [follows("other", "amisom", mode="replaces")]
    assert commit(line, entries=replacing)
    assert commit(line, entries=[follows("aussom", "atmis"), follows("aussom", "other")])


def test_one_that_was_called_off_or_retracted_hinders_no_other(line: Connection) -> None:
    off = told(count=None, status="cancelled", date="2022-04-01")
    assert commit(line, entries=[follows("atmis", "amisom", off)])
    assert commit(line, entries=[follows("other", "amisom")])
    back = follows("atmis", "amisom", told(count=None, date="2022-04-01"))
    (mend,) = refusals(line, entries=[back])
    assert "pass over to other already" in mend.detail


def test_a_label_that_would_begin_a_mission_after_it_was_followed_is_refused(
    line: Connection,
) -> None:
    before = everything(line)
    late = {"slug": "amisom", "name": "AMISOM", "started": "2023-01-01"}
    (mend,) = refusals(line, missions=[late])
    assert (mend.where, "(2023-01-01)" in mend.detail) == ("/missions/0/started", True)
    assert everything(line) == before


def test_missions_show_both_ways_what_stands_at_a_revision(line: Connection) -> None:
    first = now(line)
    commit(line, entries=[follows("aussom", "atmis"), follows("aussom", "other")])

    def both(slug: str, at: int) -> tuple[str | None, str | None]:
        row = one(line, MISSIONS, at, slug)
        return row["follows"], row["followed_by"]

    assert both("atmis", first) == ("amisom", None)
    assert both("atmis", now(line)) == ("amisom", "aussom")
    assert both("aussom", now(line)) == ("atmis; other", None)
    assert both("haiti", now(line)) == (None, None)


def test_a_line_is_all_before_and_after_at_a_revision(line: Connection) -> None:
    first = now(line)
    commit(line, entries=[follows("aussom", "atmis", mode="replaces")])
    assert whole_lines(line, first, ("atmis",)) == ("amisom", "atmis")
    assert whole_lines(line, now(line), ("atmis",)) == ("amisom", "atmis", "aussom")
    assert whole_lines(line, now(line), ("haiti",)) == ("haiti",)
    # Nobody passes over where one mission replaces another, so its evidence is not needed.
    assert with_their_lines(line, now(line), ("aussom",)) == ("aussom",)
    assert with_their_lines(line, now(line), ("amisom",)) == ("amisom", "atmis")


def arrival(mission: str, key: str, **about: Any) -> dict[str, Any]:
    """Some who came, or were to come."""
    return entry("movement", key=key, mission=mission, **about)


class TestWhatWasPromisedToAnotherMission:
    """Is kept only along a line of missions, either way, whichever was told first."""

    @pytest.mark.parametrize(
        ("promised", "kept_in"), [("amisom", "atmis"), ("atmis", "amisom"), ("amisom", "aussom")]
    )
    def test_may_be_kept_in_one_of_its_line(
        self, line: Connection, promised: str, kept_in: str
    ) -> None:
        commit(line, entries=[arrival(promised, "promised"), follows("aussom", "atmis")])
        assert commit(line, entries=[arrival(kept_in, "came", fulfils="promised")])

    @pytest.mark.parametrize("apart", [True, False], ids=["in the ledger", "in the document"])
    @pytest.mark.parametrize("kind", ["movement", "pledge"])
    def test_is_not_kept_in_one_that_has_nothing_to_do_with_it(
        self, line: Connection, kind: str, apart: bool
    ) -> None:
        promised = entry(kind, key="promised", mission="amisom")
        came = arrival("other", "came", fulfils="promised")
        if apart:
            commit(line, entries=[promised])
        before = everything(line)
        (mend,) = refusals(line, entries=[came] if apart else [promised, came])
        assert mend.where == f"/entries/{0 if apart else 1}/fulfils"
        assert "promised to amisom, and other neither follows" in mend.detail
        assert mend.detail.endswith("(in came)")
        assert everything(line) == before

    def test_is_not_kept_in_one_that_only_ends_in_the_same_mission(self, line: Connection) -> None:
        commit(line, entries=[follows("other", "atmis"), follows("other", "aussom", key="two")])
        commit(line, entries=[arrival("amisom", "promised")])
        (mend,) = refusals(line, entries=[arrival("aussom", "came", fulfils="promised")])
        assert mend.where == "/entries/0/fulfils"

    def test_may_be_kept_where_the_document_tells_of_the_succession(self, line: Connection) -> None:
        entries = [
            arrival("other", "came", fulfils="promised"),
            follows("other", "aussom"),
            arrival("aussom", "promised"),
        ]
        assert commit(line, entries=entries)

    def test_is_not_where_the_succession_is_called_off(self, line: Connection) -> None:
        commit(line, entries=[arrival("amisom", "promised")])
        off = told(count=None, date="2022-04-01", status="cancelled")
        commit(line, entries=[follows("atmis", "amisom", off)])
        (mend,) = refusals(line, entries=[arrival("atmis", "came", fulfils="promised")])
        assert mend.where == "/entries/0/fulfils"

    def test_what_was_taken_before_is_taken_again(self, line: Connection) -> None:
        commit(line, entries=[arrival("amisom", "promised")])
        came = arrival("atmis", "came", fulfils="promised")
        commit(line, entries=[came])
        off = told(count=None, date="2022-04-01", status="cancelled")
        commit(line, entries=[follows("atmis", "amisom", off)])
        assert commit(line, entries=[came]) is None
        assert commit(line, entries=[came | {"claims": [told(count=7)]}])
