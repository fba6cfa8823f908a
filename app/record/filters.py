"""Query filters that lists share, and the SQL conditions that each list makes of them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, FromClause, Table, and_, exists, or_, select

from app.estimate.categories import subtree
from app.record.kinds import NATION_FIELDS
from app.record.nations import fold
from app.record.tables import claims, contingents, entries, live_at, settled

# Whether a date that is not exact must lie within the days asked for, or may.
DateMatch = Literal["certain", "possible"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty filter keeps everything. `choices` are the kind's own
    fixed-value fields; `apart` finds the words of `q` wherever each stands.
    """

    missions: tuple[str, ...] = ()
    nations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    contingents: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    disputed: bool | None = None
    date_from: date | None = None
    date_to: date | None = None
    date_match: DateMatch = "possible"
    q: str | None = None
    apart: bool = False
    history: bool = False
    after: int | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of_kind(self, kind: str) -> "Filters":
        """The same of one kind of entry."""
        return replace(self, kinds=(kind,))


# The conditions that filters set on a list's table, or on a stretch of it, at a revision.
Own = Callable[[Filters, int, FromClause], list[ColumnElement[bool]]]


def _text_match(column: ColumnElement[str], filters: Filters) -> ColumnElement[bool]:
    """The words next to each other, or each of them anywhere."""
    words = fold(filters.q or "")
    parts = words.split() if filters.apart else [words]
    return and_(*(column.contains(part, autoescape=True) for part in parts))


def _within_days(
    table: FromClause, filters: Filters, names: tuple[str, str] = ("date_earliest", "date_latest")
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


def about(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions on what an entry is about, but for its mission and kind."""
    found: list[ColumnElement[bool]] = []
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
        # Only people have an index.
        asked = contingents.c.slug.in_(filters.contingents)
        found += [
            entries.c[name].in_(select(contingents.c[name]).where(asked))
            for name in ("mission", "nation")
        ]
    found += [entries.c[name].in_(values) for name, values in filters.choices.items() if values]
    return found


def _claimed_by(of: FromClause, sources: Collection[str], revision: int) -> ColumnElement[bool]:
    """Whether one of some sources tells of the entry of a row: of a table such entries are found
    first, on a stretch of it each row is looked at.
    """
    telling = claims.alias()
    live = live_at(telling, revision)
    if isinstance(of, Table):
        claimed = select(telling.c.entry).where(telling.c.source.in_(sources), live)
        found: ColumnElement[bool] = of.c.entry.in_(claimed)
        return found
    # Not by the index of sources: an entry has fewer claims than a source.
    by_them = telling.c.source.concat("").in_(sources)
    return exists().where(telling.c.entry == of.c.entry, by_them, live)


def _of_kinds(of: FromClause, kinds: Collection[str]) -> ColumnElement[bool]:
    """Whether a claim is of an entry of some kinds, looked for in the same two ways."""
    if isinstance(of, Table):
        claimed = select(settled.c.entry).where(settled.c.kind.in_(kinds))
        found: ColumnElement[bool] = of.c.entry.in_(claimed)
        return found
    about_it = entries.alias()  # the list may join the entries too
    return exists().where(about_it.c.key == of.c.entry, about_it.c.kind.in_(kinds))


def _of_disputed(of: FromClause, disputed: bool, revision: int) -> ColumnElement[bool]:
    """Whether a claim is of an entry that sources dispute, looked for in the same two ways."""
    settles = settled.alias()
    such = and_(settles.c.disputed.is_(disputed), live_at(settles, revision))
    if isinstance(of, Table):
        found: ColumnElement[bool] = of.c.entry.in_(select(settles.c.entry).where(such))
        return found
    return exists().where(settles.c.entry == of.c.entry, such)


def _of_missions(of: FromClause, filters: Filters) -> list[ColumnElement[bool]]:
    return [of.c.mission.in_(filters.missions)] if filters.missions else []


def entry_conditions(filters: Filters, revision: int, of: FromClause) -> list[ColumnElement[bool]]:
    """What keeps an entry in a list, by what it settles to."""
    found = _of_missions(of, filters) + _within_days(of, filters)
    if filters.kinds:
        found.append(of.c.kind.in_(filters.kinds))
    if filters.statuses:
        found.append(of.c.status.in_(filters.statuses))
    if filters.disputed is not None:
        found.append(of.c.disputed.is_(filters.disputed))
    if filters.sources:
        found.append(_claimed_by(of, filters.sources, revision))
    if filters.q:
        found.append(_text_match(of.c.words, filters))
    return found


def succession_conditions(
    filters: Filters, revision: int, of: FromClause
) -> list[ColumnElement[bool]]:
    """What keeps a succession in a list: a mission is looked for as either of its two."""
    found = entry_conditions(replace(filters, missions=()), revision, of)
    if filters.missions:
        either = (entries.c[name].in_(filters.missions) for name in ("mission", "predecessor"))
        found.append(exists().where(entries.c.key == of.c.entry, or_(*either)))
    return found


def claim_conditions(filters: Filters, revision: int, of: FromClause) -> list[ColumnElement[bool]]:
    """What keeps a claim in a list, by what it says."""
    found = _of_missions(of, filters) + _within_days(of, filters)
    if filters.statuses:
        found.append(of.c.status.in_(filters.statuses))
    if filters.sources:
        found.append(of.c.source.in_(filters.sources))
    if filters.kinds:
        found.append(_of_kinds(of, filters.kinds))
    if filters.disputed is not None:
        found.append(_of_disputed(of, filters.disputed, revision))
    if filters.entries:
        found.append(of.c.entry.in_(filters.entries))
    if filters.q:
        found.append(_text_match(of.c.words, filters))
    return found


def mission_conditions(
    filters: Filters, revision: int, of: FromClause
) -> list[ColumnElement[bool]]:
    """What keeps a mission in a list."""
    found: list[ColumnElement[bool]] = []
    if filters.missions:
        found.append(of.c.slug.in_(filters.missions))
    if filters.nations:
        sent = and_(
            contingents.c.mission == of.c.slug,
            contingents.c.nation.in_(filters.nations),
            live_at(contingents, revision),
        )
        found.append(exists().where(sent))
    if filters.q:
        found.append(_text_match(of.c.words, filters))
    return found


def contingent_conditions(
    filters: Filters, _revision: int, of: FromClause
) -> list[ColumnElement[bool]]:
    """What keeps a contingent in a list."""
    found: list[ColumnElement[bool]] = []
    if filters.missions:
        found.append(of.c.mission.in_(filters.missions))
    if filters.nations:
        found.append(of.c.nation.in_(filters.nations))
    if filters.categories:
        found.append(
            of.c.category.in_({name for asked in filters.categories for name in subtree(asked)})
        )
    if filters.contingents:
        found.append(of.c.slug.in_(filters.contingents))
    if filters.q:
        found.append(_text_match(of.c.words, filters))
    return found


def source_conditions(filters: Filters, revision: int, of: FromClause) -> list[ColumnElement[bool]]:
    """What keeps a source in a list."""
    found = _within_days(of, filters, ("published_earliest", "published_latest"))
    if filters.sources:
        found.append(of.c.slug.in_(filters.sources))
    if filters.missions or filters.nations:
        telling = [claims.c.source == of.c.slug, live_at(claims, revision)]
        if filters.missions:
            # Not by an index of missions: a source says less than a mission is told of.
            telling.append(claims.c.mission.concat("").in_(filters.missions))
        if filters.nations:
            of_nations = about(Filters(nations=filters.nations))
            telling += [claims.c.entry == entries.c.key, *of_nations]
        found.append(exists().where(*telling))
    if filters.q:
        found.append(_text_match(of.c.words, filters))
    return found
