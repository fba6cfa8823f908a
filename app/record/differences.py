"""What one revision did to claims, row by row: what each said before, and what it says since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from app.record.tables import claims


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim that a revision opened or closed: the row before it, and the row since."""

    key: str
    before: Mapping[str, Any] | None
    since: Mapping[str, Any] | None

    @property
    def change(self) -> str:
        """What was done to it."""
        if self.before is None:
            return "added"
        return "corrected" if self.since else "retracted"

    @property
    def row(self) -> Mapping[str, Any]:
        """What it says, or said last."""
        found = self.since or self.before
        assert found is not None
        return found


def differences(connection: Connection, number: int, most: int) -> list[Difference]:
    """The claims that a revision opened or closed, in the order of their keys, up to some."""
    query = (
        select(claims)
        .where(or_(claims.c.since == number, claims.c.until == number))
        .order_by(claims.c.key, claims.c.id)
        .limit(2 * most)  # of each claim two rows at most
    )
    before: dict[str, Mapping[str, Any]] = {}
    since: dict[str, Mapping[str, Any]] = {}
    for row in connection.execute(query).mappings():
        (since if row["since"] == number else before)[row["key"]] = dict(row)
    keys = sorted(before.keys() | since.keys())[:most]
    return [Difference(key, before.get(key), since.get(key)) for key in keys]
