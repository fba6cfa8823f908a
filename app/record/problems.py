"""What can go wrong with what was asked or given. No HTTP here: the statuses are the web's."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing to mend: where it is, what is wrong and what is allowed, and the nearest right word
    if one is near.

    `where` is the name of a parameter, or a JSON pointer into a document; `asked` says that it is a
    name anyway.
    """

    where: str
    detail: str
    did_you_mean: str | None = None
    asked: bool = False


@dataclass
class Refused(Exception):
    """What was asked or given cannot be taken as it is. Nothing was changed."""

    mends: list[Mend] = field(default_factory=list)

    def below(self, pointer: str) -> "Refused":
        """The same, for a caller who gave only the part of a document that stands at a pointer."""
        return Refused(
            [
                Mend(m.where.removeprefix(pointer) or "/", m.detail, m.did_you_mean)
                for m in self.mends
            ]
        )

    def within(self, file: str) -> "Refused":
        """The same, with the file named before each place."""
        return Refused(
            [Mend(f"{file}{mend.where}", mend.detail, mend.did_you_mean) for mend in self.mends]
        )

    def named(self, parameter: str, instead_of: str | None = None) -> "Refused":
        """The same, of the parameter that was asked and not of the one that it stands for; all of
        it, where none is named.
        """
        return Refused(
            [
                Mend(parameter, mend.detail, mend.did_you_mean)
                if instead_of in (None, mend.where)
                else mend
                for mend in self.mends
            ]
        )

    def __str__(self) -> str:
        return "; ".join(f"{mend.where}: {mend.detail}" for mend in self.mends)


class NotFound(Exception):
    """No such thing at the revision asked for."""

    def __init__(self, kind: str, key: str, did_you_mean: str | None = None) -> None:
        super().__init__(f"There is no {kind} {key!r} in the ledger at this revision.")
        self.did_you_mean = did_you_mean


class NotAllowed(Exception):
    """The caller may not do this: without a key that is known (`known` false), or with one whose
    scope is too small.
    """

    def __init__(self, detail: str, known: bool) -> None:
        super().__init__(detail)
        self.known = known


class Conflict(Exception):
    """What was to be made is there already, or something else stands in its way."""


class Stale(Exception):
    """The caller has not seen the newest state of what it would change; `current` is that state."""

    def __init__(self, detail: str, current: object) -> None:
        super().__init__(detail)
        self.current = current


class HistoryChanged(Exception):
    """A cursor was made by a ledger with another history."""


class NotReady(Exception):
    """The database cannot be used now; the message says why and what to do."""


class NotInstalled(Exception):
    """An optional part of Muster is not there; the message says which."""
