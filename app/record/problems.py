"""What can go wrong with what was asked or given. No HTTP here: the statuses are the web's."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing to mend: where it is, what is wrong and what is allowed, and the nearest right word if one is near.

    `where` is the name of a parameter, or a JSON pointer into a document.
    """

    where: str
    detail: str
    did_you_mean: str | None = None


@dataclass
class Refused(Exception):
    """What was asked or given cannot be taken as it is. Nothing was changed."""

    mends: list[Mend] = field(default_factory=list)

    def within(self, file: str) -> "Refused":
        """The same, with the file named before each place."""
        return Refused([Mend(f"{file}{mend.where}", mend.detail, mend.did_you_mean) for mend in self.mends])

    def __str__(self) -> str:
        return "; ".join(f"{mend.where}: {mend.detail}" for mend in self.mends)


class NotFound(Exception):
    """No such thing at the revision asked for."""

    def __init__(self, kind: str, key: str, did_you_mean: str | None = None) -> None:
        super().__init__(f"There is no {kind} {key!r} in the ledger at this revision.")
        self.did_you_mean = did_you_mean


class HistoryChanged(Exception):
    """A cursor was made by a ledger with another history."""


class NotReady(Exception):
    """The database cannot be used now; the message says why and what to do."""
