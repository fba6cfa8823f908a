"""A category beside one that lies under it: whether its figure is the whole or the rest, so that
nobody is lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.estimate.categories import covers
from app.record.language import ALL, TableMapping
from app.record.reading import Reading, Statement
from app.record.slugs import fitting


def report(
    series: str, mission: str, nation: str | None, category: str | None, day: str
) -> dict[str, Any]:
    """A strength report of a series, named by what it is about."""
    key = "-".join(
        [series, mission, (nation or "all").lower(), (category or "all").replace("_", "-"), day]
    )
    of = {name: value for name, value in (("nation", nation), ("category", category)) if value}
    return {"key": fitting(key), "kind": "strength_report", "mission": mission, **of}


def take_parents(mapping: TableMapping, reading: Reading, lines: Sequence[int]) -> None:
    """Where a figure is the rest beside narrower categories, tell the wider one as all of them
    together.

    What is told of it more than once is added. `lines` are those of `reading.told`.
    """
    rests = [
        None if wide == ALL else wide for wide, means in mapping.parents.items() if means == "rest"
    ]
    for group in _by_scope(reading.statements, lines):
        if len(group) > 1:
            _refuse_unmapped(mapping, reading, group)
        for parent in rests:
            reading.statements += _whole(mapping, [statement for _, statement in group], parent)


def _by_scope(
    statements: Sequence[Statement], lines: Sequence[int]
) -> list[list[tuple[int, Statement]]]:
    """What is told, with its lines, parted by source, mission and nation: all that one may be the
    parent of another.
    """
    groups: dict[tuple[str | None, ...], list[tuple[int, Statement]]] = {}
    for line, one in zip(lines, statements, strict=True):
        scope = (one.day, one.source["slug"], one.entry["mission"], one.entry.get("nation"))
        groups.setdefault(scope, []).append((line, one))
    return list(groups.values())


def _refuse_unmapped(
    mapping: TableMapping, reading: Reading, group: Sequence[tuple[int, Statement]]
) -> None:
    named = {statement.entry.get("category") for _, statement in group}
    for line, statement in group:
        name = statement.entry.get("category")
        above = [wide or ALL for wide in named if wide != name and covers(wide, name)]
        if unmapped := [wide for wide in above if wide not in mapping.parents]:
            cause = (
                f"{name} is told beside {unmapped[0]}, which it lies under: say in the mapping "
                "what that is, as "
            )
            reading.reject(
                line, ValueError(f"{cause}`parents: {{{unmapped[0]}: whole}}` or `rest`")
            )


def _whole(
    mapping: TableMapping, group: Sequence[Statement], parent: str | None
) -> list[Statement]:
    """What the figures of one scope add to that of a parent, which stands for the rest alone."""
    named = {statement.entry.get("category") for statement in group}
    if parent not in named and not mapping.complete:
        return []
    adding = [
        statement
        for statement in group
        if _adds(statement.entry.get("category"), parent, named, mapping.parents)
    ]
    made = [statement._replace(entry=_widened(mapping, statement, parent)) for statement in adding]
    if not mapping.complete and _has_silent_column(mapping, parent, named):
        # A missing part is not zero: the whole is at least the parts that are told.
        made.append(_unknown(mapping, group[0], parent))
    return made


def _has_silent_column(mapping: TableMapping, parent: str | None, named: set[str | None]) -> bool:
    """Some column counts a category under the parent of which nothing is told."""
    columns = {
        count.category for count in mapping.counts if count.category and count.category != parent
    }
    return any(covers(parent, name) for name in columns - named)


def _unknown(mapping: TableMapping, statement: Statement, parent: str | None) -> Statement:
    """The same of the parent, with a count that is not known."""
    claim = {name: value for name, value in statement.claim.items() if not name.startswith("count")}
    return statement._replace(
        entry=_widened(mapping, statement, parent), claim=claim | {"count": "unknown"}
    )


def _adds(
    name: str | None, parent: str | None, named: set[str | None], parents: Mapping[str, str]
) -> bool:
    """Whether a figure adds to its parent: it lies under it, and no figure between the two includes
    it already.
    """
    between = [
        wide
        for wide in named
        if wide not in (name, parent) and covers(wide, name) and covers(parent, wide)
    ]
    included = any(parents.get(wide or ALL) == "whole" for wide in between)
    return name != parent and covers(parent, name) and not included


def _widened(mapping: TableMapping, statement: Statement, parent: str | None) -> dict[str, Any]:
    return report(
        mapping.series,
        statement.entry["mission"],
        statement.entry.get("nation"),
        parent,
        statement.day,
    )
