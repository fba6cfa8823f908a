"""Two tables of figures held side by side, group by group: how much more one says than the
other, and on which claims only one of them stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.estimate.contingents import Figure
from app.estimate.tables import ADDITIVE, Row, Table


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure of a group in both tables: None where a table has no such group, or no such figure
    of it. `adds`: who is not told of counts nobody; no ceiling is no number.
    """

    group: Mapping[str, str | None]
    a: Figure | None
    b: Figure | None
    adds: bool

    @property
    def difference(self) -> int | None:
        """How much more b says than a; None where a best figure is not known."""
        nobody = 0 if self.adds else None
        a, b = (nobody if each is None else each.sum.best for each in (self.a, self.b))
        return None if a is None or b is None else b - a

    @property
    def ranges_meet(self) -> bool:
        """Both can be true: the difference may be none."""
        nothing = (0, 0 if self.adds else None)
        (low, high), (least, most) = (
            (each.sum.low, each.sum.high) if each else nothing for each in (self.a, self.b)
        )
        return (most is None or low <= most) and (high is None or least <= high)

    @property
    def only_a(self) -> list[str]:
        """The keys of the claims that a stands on, and b does not."""
        return sorted(_claims(self.a) - _claims(self.b))

    @property
    def only_b(self) -> list[str]:
        """The keys of the claims that b stands on, and a does not."""
        return sorted(_claims(self.b) - _claims(self.a))


def side_by_side(a: Table, b: Table, measure: str) -> Iterator[Compared]:
    """A measure of every group of either table, those of a first; at the end the total, as the
    group of nothing.
    """
    rows, others, adds = _by_group(a), _by_group(b), measure in ADDITIVE
    for key in dict.fromkeys([*rows, *others]):
        row, other = rows.get(key), others.get(key)
        group = (row or other or a.total).group
        yield Compared(group, _figure(row, measure), _figure(other, measure), adds)
    yield Compared({}, _figure(a.total, measure), _figure(b.total, measure), adds)


def _by_group(table: Table) -> dict[tuple[tuple[str, str | None], ...], Row]:
    return {tuple(sorted(row.group.items())): row for row in table.rows}


def _figure(row: Row | None, measure: str) -> Figure | None:
    return row.figures.get(measure) if row else None


def _claims(figure: Figure | None) -> set[str]:
    return {key for addend in figure.terms for key in addend.claims} if figure else set()
