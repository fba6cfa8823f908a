"""Query filters that lists share, and the SQL conditions that each list makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, Table, and_, exists, or_

from app.estimate.categories import subtree
from app.record.kinds import NATION_FIELDS
from app.record.nations import fold
from app.record.tables import claims, contingents, entries, live_at, missions, settled, sources

# Whether a date that is not exact must lie within the days asked for, or may.
DateMatch = Literal["certain", "possible"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty filter keeps everything. `choices` are the kind's own
    fixed-value fields.
    """

    missions: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    contingents: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    date_from: date | None = None
    date_to: date | None = None
    date_match: DateMatch = "possible"
    q: str | None = None
    history: bool = False
    after: int | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _text_match(column: ColumnElement[str], words: str) -> ColumnElement[bool]:
    return column.contains(fold(words), autoescape=True)


def _within_days(
    table: Table, filters: Filters, names: tuple[str, str] = ("date_earliest", "date_latest")
) -> list[ColumnElement[bool]]:
    """Days from..to: possible keeps what may lie there, certain what cannot lie elsewhere."""
    earliest, latest = table.c[names[0]], table.c[names[1]]
    found: list[ColumnElement[bool]] = []
    certain = filters.date_match == "certain"
    if filters.date_from:
        bound = earliest if certain else latest
        found.append(
            bound >= filters.date_from
            if certain
            else or_(bound.is_(None), bound >= filters.date_from)
        )
    if filters.date_to:
        bound = latest if certain else earliest
        found.append(
            bound <= filters.date_to if certain else or_(bound.is_(None), bound <= filters.date_to)
        )
    return found


def _about(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions on what an entry is about."""
    found: list[ColumnElement[bool]] = []
    if filters.missions:
        found.append(entries.c.mission.in_(filters.missions))
    if filters.nations:
        found.append(or_(*(entries.c[name].in_(filters.nations) for name in NATION_FIELDS)))
    if filters.categories:
        found.append(
            entries.c.category.in_(
                {name for asked in filters.categories for name in subtree(asked)}
            )
        )
    if filters.contingents:
        found.append(entries.c.contingent.in_(filters.contingents))
    if filters.kinds:
        found.append(entries.c.kind.in_(filters.kinds))
    found += [entries.c[name].in_(values) for name, values in filters.choices.items() if values]
    return found


def entry_conditions(filters: Filters, revision: int) -> list[ColumnElement[bool]]:
    """What keeps an entry in a list."""
    found = _about(filters) + _within_days(settled, filters)
    if filters.statuses:
        found.append(settled.c.status.in_(filters.statuses))
    if filters.sources:
        live_claim = and_(
            claims.c.entry == entries.c.key,
            claims.c.source.in_(filters.sources),
            live_at(claims, revision),
        )
        found.append(exists().where(live_claim))
    if filters.q:
        found.append(_text_match(settled.c.words, filters.q))
    return found


def succession_conditions(filters: Filters, revision: int) -> list[ColumnElement[bool]]:
    """What keeps a succession in a list: a mission is looked for as either of its two."""
    found = entry_conditions(replace(filters, missions=()), revision)
    if filters.missions:
        either = (entries.c[name].in_(filters.missions) for name in ("mission", "predecessor"))
        found.append(or_(*either))
    return found


def claim_conditions(filters: Filters, _revision: int) -> list[ColumnElement[bool]]:
    """What keeps a claim in a list."""
    found = _about(filters) + _within_days(claims, filters)
    if filters.statuses:
        found.append(claims.c.status.in_(filters.statuses))
    if filters.sources:
        found.append(claims.c.source.in_(filters.sources))
    if filters.entries:
        found.append(claims.c.entry.in_(filters.entries))
    if filters.q:
        found.append(_text_match(claims.c.words, filters.q))
    return found


def mission_conditions(filters: Filters, revision: int) -> list[ColumnElement[bool]]:
    """What keeps a mission in a list."""
    found: list[ColumnElement[bool]] = []
    if filters.missions:
        found.append(missions.c.slug.in_(filters.missions))
    if filters.nations:
        sent = and_(
            contingents.c.mission == missions.c.slug,
            contingents.c.nation.in_(filters.nations),
            live_at(contingents, revision),
        )
        found.append(exists().where(sent))
    if filters.q:
        found.append(_text_match(missions.c.words, filters.q))
    return found


def contingent_conditions(filters: Filters, _revision: int) -> list[ColumnElement[bool]]:
    """What keeps a contingent in a list."""
    found: list[ColumnElement[bool]] = []
    if filters.missions:
        found.append(contingents.c.mission.in_(filters.missions))
    if filters.nations:
        found.append(contingents.c.nation.in_(filters.nations))
    if filters.categories:
        found.append(
            contingents.c.category.in_(
                {name for asked in filters.categories for name in subtree(asked)}
            )
        )
    if filters.contingents:
        found.append(contingents.c.slug.in_(filters.contingents))
    if filters.q:
        found.append(_text_match(contingents.c.words, filters.q))
    return found


def source_conditions(filters: Filters, revision: int) -> list[ColumnElement[bool]]:
    """What keeps a source in a list."""
    found = _within_days(sources, filters, ("published_earliest", "published_latest"))
    if filters.sources:
        found.append(sources.c.slug.in_(filters.sources))
    if filters.missions or filters.nations:
        live_claim = and_(
            claims.c.source == sources.c.slug,
            claims.c.entry == entries.c.key,
            live_at(claims, revision),
        )
        about = Filters(missions=filters.missions, nations=filters.nations)
        found.append(exists().where(live_claim, *_about(about)))
    if filters.q:
        found.append(_text_match(sources.c.words, filters.q))
    return found
