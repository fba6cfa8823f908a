"""The result of reading a table: what it tells, and what could not be taken, before any of it is a
document.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.record.cells import Unread

Scope = tuple[str, str | None, str | None]

# So many lines of one cause are told one by one, and of more these are shown.
SHOWN = 3


class Statement(NamedTuple):
    """One thing that a table tells: the fields of a document's source, entry and claim, and the day
    of its source.
    """

    day: str
    source: dict[str, Any]
    entry: dict[str, Any]
    claim: dict[str, Any]


@dataclass
class Reading:
    """A table as it was read: what it tells, in the order of its rows, and what could not be taken.

    `days` are all days that its rows name, also those of which no figure is told; of entries other
    than strength reports, which stand in one source, the one day "". `stood` are the missions that
    rows name, by day, also those of which no figure is told. `left_out` counts the rows that the
    mapping leaves out.
    """

    rows: int = 0
    left_out: int = 0
    statements: list[Statement] = field(default_factory=list)
    days: set[str] = field(default_factory=set)
    stood: set[tuple[str, str]] = field(default_factory=set)
    missions: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)
    failed_checks: list[str] = field(default_factory=list)
    causes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def reject(self, line: int | None, error: ValueError, noted: list[str] | None = None) -> None:
        """Note that a line cannot be taken, and why, among the rejected or in `noted`; no line: the
        table.
        """
        words = (
            f"line {line} {error}"
            if isinstance(error, BrokenRow)
            else f"line {line}: {error}"
            if line
            else str(error)
        )
        (self.rejected if noted is None else noted).append(words)
        cause, found = (error.cause, error.found) if isinstance(error, Unread) else (str(error), "")
        self.causes.setdefault(cause, []).append((words, f"line {line} {found}".strip()))

    def faults(self) -> list[str]:
        """Everything that could not be taken, in words; lines of one cause together, where they are
        many.
        """
        faults = []
        for cause, lines in self.causes.items():
            if len(lines) <= SHOWN:
                faults += [words for words, _ in lines]
            else:
                faults.append(
                    f"{len(lines)} lines: {cause}: "
                    f"{', '.join(shown for _, shown in lines[:SHOWN])}, ..."
                )
        return faults


class BrokenRow(Unread):
    """A whole row that cannot be read."""
