"""Pledges that change: a pledge that amends another stands in its place from its settled day on,
and before that day the other stands.

One that was called off changes nothing. Of several that amend the same pledge the newest stands; of
one day the better graded, then the later published.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.estimate.entries import Fact


class Amendments:
    """What amends which pledge; `amended` has the pledges that amend one, by its key."""

    def __init__(self, amended: Mapping[str, Sequence[Fact]]) -> None:
        self._amended = amended
        self._before = {fact.entry.key: key for key, facts in amended.items() for fact in facts}

    def instead(self, fact: Fact, day: date) -> Fact | None:
        """The pledge that stands in the place of another on a day; None where that stands itself,
        as far as it does.
        """
        standing = self._standing(self._first(fact.entry.key), day)
        same = standing is None or standing.entry.key == fact.entry.key
        begun = fact.entry.amends is None or _made(fact, day)
        return None if same or not begun else standing

    def counts(self, fact: Fact, day: date) -> bool:
        """A pledge stands on a day as far as it was made: nothing stands in its place, and where it
        amends another it has come into that one's.
        """
        standing = self._standing(self._first(fact.entry.key), day)
        if standing is None:
            return fact.entry.amends is None
        return standing.entry.key == fact.entry.key

    def _first(self, key: str) -> str:
        """The pledge with which its story began; of a ring that comes round, any one of it."""
        seen = {key}
        while (before := self._before.get(key)) and before not in seen:
            seen.add(key := before)
        return key

    def _standing(self, key: str, day: date) -> Fact | None:
        """What stands in the place of a pledge on a day: the newest that amends it, or what stands
        in the place of that.
        """
        found = [
            (each, self._standing(each.entry.key, day) or each)
            for each in self._amended.get(key, ())
        ]
        standing = [pair for pair in found if _made(pair[1], day)]
        return min(standing, key=lambda pair: _order(pair[0]))[1] if standing else None


def _made(fact: Fact, day: date) -> bool:
    """It was made by a day, and is not called off."""
    value = fact.value.standing_on(day)
    return value.status == "occurred" and value.day is not None and value.day <= day


def _order(fact: Fact) -> tuple[Any, ...]:
    """The newest first; of one day as claims are believed."""
    value = fact.value
    out = value.counted.out_by or date.min
    return (
        -(value.day or date.min).toordinal(),
        value.counted.grade,
        -out.toordinal(),
        fact.entry.key,
    )
