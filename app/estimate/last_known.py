"""How old a figure of people present is: since when most of it is known, and whether that is too
long before the day asked to be said of that day.
"""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import NamedTuple

from app.estimate.contingents import Figure
from app.estimate.strength import Strength


class Age(NamedTuple):
    """The day since when at least half of a figure was told (None: nothing was; after the day asked
    where the figure is worked back), and whether the figure is too old to stand for the day.
    """

    last_known: date | None
    stale: bool


class Ageing:
    """The age of figures, by the evidence they are of. A figure is stale `after` so many days, and
    past the mandates of its missions, unless it was told after these.
    """

    def __init__(self, strength: Strength, after: int) -> None:
        self.strength = strength
        self.after = after

    def of(self, present: Figure, day: date, missions: Iterable[str]) -> Age:
        """How old a figure of people of some missions (none: all there are) is on a day."""
        known = present.last_known
        if known is None or not present.stands_on_evidence:
            return Age(None, stale=False)
        over = self._mandates_over(tuple(missions) or tuple(self.strength.missions), day)
        past = over is not None and known <= over
        return Age(known, past or (day - known).days > self.after)

    def _mandates_over(self, missions: Iterable[str], day: date) -> date | None:
        """The last day of the mandates of some missions; None where one has none, or one that is in
        force or does not end.
        """
        ends = [self._mandates_end.get(mission, date.max) for mission in missions]
        last = max(ends, default=date.max)
        return last if last < day else None

    @cached_property
    def _mandates_end(self) -> dict[str, date]:
        ends: dict[str, date] = {}
        for fact in self.strength.of_kinds(("mandate",)):
            if fact.value.status == "occurred":
                expires = fact.entry.expires
                end = (expires and expires.latest) or date.max
                ends[fact.entry.mission] = max(end, ends.get(fact.entry.mission, date.min))
        return ends
