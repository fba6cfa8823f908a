"""The domain model: entries (what happened or was promised), claims (what one source says of it),
and facts.

These are the pure counterparts of the rows of the ledger. A fact is an entry with its claims
settled into one value.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from app.estimate.categories import covers, shared_part
from app.estimate.counts import Count
from app.estimate.dates import Span

Status = Literal["expected", "occurred", "cancelled"]
STATUSES = get_args(Status)
Policy = Literal["graded", "latest", "lowest", "highest"]
# Who is believed where sources differ, by policy.
POLICIES: dict[Policy, str] = {
    "graded": "the better graded source",
    "latest": "the later published source",
    "lowest": "the lowest count",
    "highest": "the highest count",
}


class Scope(NamedTuple):
    """Some people of one mission: of one nation or all (None), of one category with what is under
    it, or all (None).
    """

    mission: str
    nation: str | None = None
    category: str | None = None

    def covers(self, other: "Scope") -> bool:
        """Everybody in `other` is in this scope."""
        return (
            self.mission == other.mission
            and self.nation in (None, other.nation)
            and covers(self.category, other.category)
        )

    def narrowed(
        self, mission: str | None, nation: str | None, category: str | None
    ) -> "Scope | None":
        """The part of this scope of that mission, nation and category (None: any), or None when
        nobody is in both.
        """
        if mission not in (None, self.mission):
            return None
        if self.nation is not None and nation not in (None, self.nation):
            return None
        shared, narrower = shared_part(self.category, category)
        return Scope(self.mission, self.nation or nation, narrower) if shared else None


@dataclass(frozen=True, slots=True)
class Entry:
    """The identity of one thing that happened, stood or was promised. Fields a kind does not have
    are None.
    """

    key: str
    kind: str
    mission: str
    nation: str | None = None
    category: str | None = None
    direction: str | None = None
    fulfils: str | None = None
    expires: Span | None = None
    donor: str | None = None
    reason: str | None = None
    amends: str | None = None
    predecessor: str | None = None
    mode: str | None = None

    @property
    def scope(self) -> Scope:
        """Who it speaks of."""
        return Scope(self.mission, self.nation, self.category)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of one entry.

    `origin` is the source at the root of what the source repeats; `out_by` the day by which it was
    certainly published (None: not known); `recorded` the revision that opened the claim. A
    `complete` one lists everybody there.
    """

    key: str
    entry: str
    source: str
    origin: str
    status: Status
    count: Count
    date: Span
    grade: str
    out_by: dt.date | None
    recorded: int
    complete: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A claim that did not enter the figure, and why."""

    claim: Claim
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """One value made of an entry's claims.

    `claim` gave the status and date, `counted` the count. `spread` is the lowest low and highest
    high of the claims of the same `standing`; `origins` the independent witnesses among them;
    `announced` the first day any claim was out. `uncancelled` is the value without the claims that
    cancel it, which stood until the cancellation.
    """

    status: Status
    count: Count
    date: Span
    claim: Claim
    counted: Claim
    disputed: bool
    spread: tuple[int, int | None]
    origins: int
    claims: int
    announced: dt.date | None
    set_aside: tuple[SetAside, ...]
    standing: tuple[Claim, ...]
    uncancelled: "Settled | None" = None

    @property
    def day(self) -> dt.date | None:
        """The day it stands for in a sum."""
        return self.date.settled_day(occurred=self.status == "occurred")

    def standing_on(self, day: dt.date) -> "Settled":
        """What stood on a day: a cancellation undoes nothing before it."""
        if (
            self.status == "cancelled"
            and self.uncancelled
            and self.date.earliest
            and day < self.date.earliest
        ):
            return self.uncancelled
        return self

    @property
    def voices(self) -> tuple[Claim, ...]:
        """All the claims that it was made of."""
        if not self.set_aside:
            return self.standing
        by_key = {
            claim.key: claim
            for claim in (*self.standing, *(aside.claim for aside in self.set_aside))
        }
        return tuple(by_key.values())

    @property
    def allowed(self) -> tuple[int, int | None] | None:
        """The least and the most that its sources allow, where they contradict each other."""
        return self.spread if self.disputed else None

    @property
    def claim_keys(self) -> tuple[str, ...]:
        """The claims it rests on."""
        return (
            (self.claim.key,) if self.claim is self.counted else (self.claim.key, self.counted.key)
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """An entry and the value its claims settle to; `unlisted` where only a complete list says so,
    by leaving it out.
    """

    entry: Entry
    value: Settled
    unlisted: bool = False
