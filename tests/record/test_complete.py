"""A source that a document calls complete: what the document does not tell of it is not said any
more.
"""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.record.documents import read_document
from app.record.ledger import ChangeNote, Taken, take
from app.record.problems import Refused
from app.record.proof import verify
from app.record.tables import claims, revisions, sources
from app.record.trials import new_missions, unmentioned
from tests.record.test_ledger import commit, entry, kept, ledger, told

__all__ = ["kept", "ledger"]

HASHES = ["sha256:" + digit * 64 for digit in "abc"]


def brought(
    connection: Connection, *said: dict[str, Any], cause: Any = None, **source: Any
) -> Taken:
    """A document of some pledges by `nation`, which it calls complete."""
    label = {"slug": "nation", "publisher": "The Nation", "complete": True} | source
    document = read_document({"sources": [label], "entries": list(said)})
    return take(connection, document, ChangeNote("tester", "all of it", cause))


def pledge(key: str, **said: Any) -> dict[str, Any]:
    """A pledge with one claim of `nation`, or with the claims given."""
    return entry("pledge", told(**said), key=key)


def live(connection: Connection) -> list[str]:
    """The keys of the live claims."""
    return list(
        connection.scalars(
            select(claims.c.key).where(claims.c.until.is_(None)).order_by(claims.c.key)
        )
    )


def outcome(taken: Taken) -> tuple[int, int, int, int]:
    """New, corrected, retracted and unchanged claims."""
    return taken.new, taken.corrected, taken.retracted, taken.unchanged


@pytest.fixture
def full(ledger: Connection) -> Connection:
    """The ledger with three pledges by `nation`, one of which `echo` tells too, and one in another
    mission.
    """
    pledges = [pledge("one"), pledge("two"), entry("pledge", told(), told("echo"), key="three")]
    commit(ledger, missions=[{"slug": "mali", "name": "Mission in Mali"}])
    commit(ledger, entries=[*pledges, entry("pledge", key="far", mission="mali")])
    return ledger


def test_what_it_does_not_tell_is_retracted_in_the_same_revision(full: Connection) -> None:
    taken = brought(full, pledge("one"), pledge("two", count=5), pledge("four"))
    assert outcome(taken) == (1, 1, 2, 1)
    assert live(full) == ["four--nation", "one--nation", "three--echo", "two--nation"]
    assert taken.recorded is not None
    number = taken.recorded.revision
    closed = full.scalars(
        select(claims.c.key).where(claims.c.until == number).order_by(claims.c.key)
    ).all()
    assert closed == ["far--nation", "three--nation", "two--nation"]
    assert (
        full.scalar(select(revisions.c.cause).where(revisions.c.number == number))
        == "source_corrected"
    )
    assert outcome(brought(full, pledge("one"), pledge("two", count=5), pledge("four"))) == (
        0,
        0,
        0,
        3,
    )
    assert verify(full) == []


def test_only_about_the_missions_that_are_named(full: Connection) -> None:
    assert outcome(brought(full, pledge("one"), complete=["haiti"])) == (0, 0, 2, 1)
    assert live(full) == ["far--nation", "one--nation", "three--echo"]


def test_is_not_kept_and_not_a_label(full: Connection) -> None:
    before = full.execute(select(sources).where(sources.c.slug == "nation")).all()
    said = [
        pledge("one"),
        pledge("two"),
        pledge("three"),
        entry("pledge", key="far", mission="mali"),
    ]
    taken = brought(full, *said)
    assert taken.recorded is None
    assert full.execute(select(sources).where(sources.c.slug == "nation")).all() == before


def test_nothing_is_retracted_where_it_is_not_said(full: Connection) -> None:
    taken = brought(full, pledge("one"), complete=False)
    assert outcome(taken) == (0, 0, 0, 1)
    assert len(live(full)) == 5
    left = unmentioned(full, read_document({"sources": [], "entries": [pledge("one")]}))
    assert (left.number, left.claims) == (3, ("far--nation", "three--nation", "two--nation"))


def test_a_mission_that_there_is_not_is_refused(full: Connection) -> None:
    with pytest.raises(Refused) as refused:
        brought(full, pledge("one"), complete=["haiti", "hait"])
    (mend,) = refused.value.mends
    assert (mend.where, mend.did_you_mean) == ("/sources/0/complete/1", "haiti")
    assert len(live(full)) == 5


def test_a_cause_that_is_given_stands(full: Connection) -> None:
    taken = brought(full, cause="our_error")
    assert taken.recorded is not None
    number = taken.recorded.revision
    assert full.scalar(select(revisions.c.cause).where(revisions.c.number == number)) == "our_error"
    assert live(full) == ["three--echo"]


def test_a_claim_that_was_retracted_can_be_told_again(full: Connection) -> None:
    brought(full, pledge("one"))
    assert outcome(brought(full, pledge("one"), pledge("two"))) == (1, 0, 0, 1)
    assert live(full) == ["one--nation", "three--echo", "two--nation"]


class TestAFile:
    def hashes(self, connection: Connection) -> str | None:
        """The hashes that are kept of `nation`."""
        kept_now = select(sources.c.file_hash).where(
            sources.c.slug == "nation", sources.c.until.is_(None)
        )
        return connection.scalar(kept_now)

    def test_in_which_a_claim_only_moved_changes_nothing(self, ledger: Connection) -> None:
        brought(ledger, pledge("one", locator="line 1"), file_hash=HASHES[1])
        assert (
            brought(ledger, pledge("one", locator="line 9"), file_hash=HASHES[0]).recorded is None
        )
        assert self.hashes(ledger) == HASHES[1]

    def test_that_changes_a_claim_or_takes_one_back_is_kept_beside_those_before(
        self, ledger: Connection
    ) -> None:
        brought(ledger, pledge("one", locator="line 1"), pledge("two"), file_hash=HASHES[1])
        brought(
            ledger, pledge("one", locator="line 1", count=5), pledge("two"), file_hash=HASHES[2]
        )
        assert self.hashes(ledger) == f"{HASHES[1]} {HASHES[2]}"
        brought(
            ledger,
            pledge("one", locator="line 1", count=5),
            file_hash=HASHES[0],
            title="Now with a title",
        )
        assert self.hashes(ledger) == " ".join(HASHES)

    def test_by_hand_is_a_label_like_another(self, ledger: Connection) -> None:
        said = pledge("one", locator="line 1")
        brought(ledger, said, file_hash=HASHES[1])
        assert brought(ledger, said, complete=False, file_hash=HASHES[0]).recorded is not None
        assert self.hashes(ledger) == HASHES[0]
        # A locator that somebody mends in words is a correction.
        assert outcome(brought(ledger, pledge("one", locator="line 2"), complete=False)) == (
            0,
            1,
            0,
            0,
        )


def test_new_missions_are_named_with_those_that_are_near(ledger: Connection) -> None:
    names = {
        "unmiss": "UNMISS",
        "unmiss-1": "UNMISS 1)",
        "haiti-2": "Second Mission in Haïti",
        "mali": "Elsewhere",
    }
    commit(ledger, missions=[{"slug": "unmiss", "name": "UNMISS"}])
    document = read_document(
        {"missions": [{"slug": slug, "name": name} for slug, name in names.items()]}
    )
    found = new_missions(ledger, take(ledger, document, ChangeNote("tester", "missions")))
    assert {mission.slug: mission.near for mission in found} == {
        "unmiss-1": ("unmiss",),
        "haiti-2": ("haiti",),
        "mali": (),
    }
