"""The query of an estimate: whose strength, on what day, in what rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from app.estimate.entries import Entry, Scope


@dataclass(frozen=True, slots=True)
class Question:
    """Whose strength, on what day, in what rows. Empty filters ask for all."""

    as_of: date
    missions: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    contingents: tuple[Scope, ...] = ()
    group_by: tuple[str, ...] = ("nation",)
    # Evidence older than so many days at `as_of` is set aside; None: none is.
    max_age: int | None = None

    @property
    def whole_missions(self) -> bool:
        """Nothing narrows it below the mission, so that the mandate's ceiling is comparable."""
        return not (self.nations or self.categories or self.contingents)

    def scopes(self, missions: Iterable[str]) -> list[Scope]:
        """The widest scopes that make up the question in some missions; no two of them share
        anybody.
        """
        within = (
            [mission for mission in missions if mission in self.missions]
            if self.missions
            else missions
        )
        asked = [
            Scope(mission, nation, category)
            for mission in within
            for nation, category in product(self.nations or [None], self.categories or [None])
        ]
        return _widest(list(dict.fromkeys(self._narrowed(asked) if self.contingents else asked)))

    def _narrowed(self, scopes: Sequence[Scope]) -> list[Scope]:
        """What the contingents asked for have in common with some scopes."""
        shared = [
            scope.narrowed(*contingent) for contingent in self.contingents for scope in scopes
        ]
        return [scope for scope in shared if scope]

    def speaks_of(self, entry: Entry) -> bool:
        """The entry is about somebody the question asks for, and nobody else."""
        return any(scope.covers(entry.scope) for scope in self.scopes([entry.mission]))


def _widest(scopes: Sequence[Scope]) -> list[Scope]:
    """The scopes that no other of them covers."""
    return [
        scope
        for scope in scopes
        if not any(wide != scope and wide.covers(scope) for wide in scopes)
    ]


def by_mission_asked(scopes: Iterable[Scope]) -> dict[str, list[Scope]]:
    """Scopes by the mission that they are of."""
    found: dict[str, list[Scope]] = defaultdict(list)
    for scope in scopes:
        found[scope.mission].append(scope)
    return found
