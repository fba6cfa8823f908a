"""The evidence at a revision: the live claims as pure values, settled into facts.

The way from the rows of the ledger to the arithmetic.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from app.estimate.categories import family
from app.estimate.counts import Count
from app.estimate.dates import Span, parse_date
from app.estimate.entries import Claim, Entry, Fact, Policy, Scope, SetAside
from app.estimate.settling import admitted, origins, settle
from app.record.revisions import Row
from app.record.tables import claims, entries, live_at, missions, sources

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Which claims count as evidence, and who is believed among them."""

    published_by: date | None = None
    min_grade: str | None = None
    policy: Policy = "graded"
    sources: tuple[str, ...] = ()

    def applied_to(self, claims: Sequence[Claim]) -> tuple[list[Claim], list[SetAside]]:
        """The claims inside the cut-offs, and those outside, with the reason."""
        kept, outside = admitted(claims, self.published_by, self.min_grade)
        if not self.sources:
            return kept, outside
        wanted = set(self.sources)
        outside += [
            SetAside(claim, "of another source than the ones asked for")
            for claim in kept
            if claim.source not in wanted
        ]
        return [claim for claim in kept if claim.source in wanted], outside


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts of a revision under some cut-offs, the claims those set aside, all entries, the
    missions' last days.

    `absences` are the missions that a list of all missions of its series leaves out, each with a
    claim of that list.
    """

    facts: list[Fact]
    set_aside: list[SetAside]
    entries: Mapping[str, Entry]
    ended: Mapping[str, date]
    absences: list[tuple[str, Claim]]


def evidence_at(
    connection: Connection,
    revision: int,
    asked_missions: Sequence[str] = (),
    cut_offs: CutOffs | None = None,
) -> Evidence:
    """All facts of the missions asked for (none named: all) at a revision."""
    cut = cut_offs or CutOffs()
    wanted = select(*_ABOUT).where(entries.c.since <= revision)
    live = select(*_SAID).where(live_at(claims, revision)).order_by(claims.c.key)
    if asked_missions:
        within = entries.c.mission.in_(asked_missions)
        wanted = wanted.where(within)
        live = live.join(entries, entries.c.key == claims.c.entry).where(within)
    about = {row.key: _entry(row, row.key) for row in connection.execute(wanted).all()}
    kept, outside = cut.applied_to(
        claims_from(connection, revision, connection.execute(live).all())
    )
    facts = [
        Fact(about[key], value)
        for key, of_entry in by_entry(kept).items()
        if (value := settle(of_entry, cut.policy))
    ]
    lists = _lists_of_all(connection, revision)
    anchors, _ = cut.applied_to([anchor for _, anchor in lists.values()])
    lists = {claim.source: lists[claim.source] for claim in anchors}
    absences = _absences(lists, _named_by(lists, kept, about))
    return Evidence(facts, outside, about, last_days(connection, revision), absences)


def evidence_of(connection: Connection, revision: int, contingents: Iterable[Scope]) -> Evidence:
    """What the figures of contingents stand on at a revision, and no more of their missions.

    That is what is told of the people of their nations there, in their categories and those beside
    them; the reports over them; and the same of those whose coming fulfils what they announce.
    """
    people = _with_steps(connection, contingents)
    missions_of = sorted({mission for mission, _, _ in people})
    nations_of = sorted({(mission, nation) for mission, nation, _ in people})
    reports = entries.c.kind == "strength_report"
    parts = [
        _told(connection, revision, _about(people), entries.c.kind.in_(_OF_PEOPLE)),
        _told(connection, revision, _about(nations_of), entries.c.category.is_(None), reports),
        _told(
            connection,
            revision,
            entries.c.mission.in_(missions_of),
            entries.c.nation.is_(None),
            reports,
        ),
    ]
    ended = last_days(connection, revision)
    spoken = {entry.mission for about, _ in parts for entry in about.values()}
    # A mission of which something is told has ended for all, whoever it is told of.
    parts += [
        _told(connection, revision, entries.c.mission == mission, most=1)
        for mission in missions_of
        if mission in ended and mission not in spoken
    ]
    about = {key: entry for entries_of, _ in parts for key, entry in entries_of.items()}
    told = claims_of(connection, revision, [row for _, rows in parts for row in rows])
    facts = [
        Fact(about[key], value)
        for key, of_entry in by_entry(told).items()
        if (value := settle(of_entry))
    ]
    lists = _lists_of_all(connection, revision)
    named = _named_by(lists, told, about)
    for mission, day in _first_days(facts).items():
        unsure = [slug for slug in lists if slug not in named[mission]]
        # A list says nothing new of whom nothing was told by its day.
        if any((lists[slug][1].date.settled_day(True) or date.max) >= day for slug in unsure):
            named[mission] |= _naming(connection, revision, mission, unsure)
    return Evidence(facts, [], about, ended, _absences(lists, named))


def _told(
    connection: Connection, revision: int, *within: ColumnElement[bool], most: int | None = None
) -> tuple[dict[str, Entry], list[dict[str, Any]]]:
    """The live claims about some entries, up to a number of them, with these entries."""
    query = (
        select(*_SAID, *(column for column in _ABOUT if column.name != "key"))
        .join(entries, entries.c.key == claims.c.entry)
        .where(live_at(claims, revision), *within)
        .limit(most)
    )
    rows = connection.execute(query).all()
    names = [column.name for column in _SAID]
    return (
        {row.entry: _entry(row, row.entry) for row in rows},
        [dict(zip(names, row, strict=False)) for row in rows],
    )


def _about(people: Iterable[tuple[str, ...]], of: Any = entries) -> ColumnElement[bool]:
    """About the people of missions and nations, and of categories where they are named."""
    wanted = sorted(people)
    names = ("mission", "nation", "category")[: len(wanted[0])]
    return tuple_(*(of.c[name] for name in names)).in_(wanted)


# What speaks of somebody's people.
_OF_PEOPLE = ("movement", "strength_report", "pledge")


def _with_steps(connection: Connection, contingents: Iterable[Scope]) -> set[tuple[str, ...]]:
    """The missions, nations and categories of contingents, and of the movements that fulfil one of
    theirs, each with the categories of its family.
    """
    step, promise = entries.alias(), entries.alias()
    query = (
        select(step.c.mission, step.c.nation, step.c.category)
        .join(promise, promise.c.key == step.c.fulfils)
        .where(step.c.kind == "movement", promise.c.kind == "movement")
        .distinct()
    )
    found: set[tuple[str, ...]] = set()
    more = _families(contingents)
    while more:
        found |= more
        steps = connection.execute(query.where(_about(more, promise)))
        more = _families(Scope(*row) for row in steps) - found
    return found


def _families(scopes: Iterable[Scope]) -> set[tuple[str, ...]]:
    return {
        (mission, nation or "", name)
        for mission, nation, category in scopes
        for name in family(category)
    }


def _first_days(facts: Iterable[Fact]) -> dict[str, date]:
    """The day of the first thing told of the nations of each mission."""
    found: dict[str, date] = {}
    for fact in facts:
        if fact.entry.nation and (day := fact.value.day):
            found[fact.entry.mission] = min(day, found.get(fact.entry.mission, day))
    return found


def _naming(connection: Connection, revision: int, mission: str, slugs: Iterable[str]) -> set[str]:
    """Those of some sources that have a live claim about a mission."""
    query = (
        select(claims.c.source)
        .join(entries, entries.c.key == claims.c.entry)
        .where(entries.c.mission == mission, live_at(claims, revision))
        .distinct()
    )
    chosen = (query.where(claims.c.source.in_(chunk)) for chunk in chunks(slugs))
    return {slug for found in chosen for slug in connection.scalars(found)}


def _lists_of_all(connection: Connection, revision: int) -> dict[str, tuple[str, Claim]]:
    """The sources that list every mission of their series, each with the series and its best graded
    complete claim.
    """
    first = (
        select(func.min(claims.c.grade.concat(claims.c.key)))
        .join(sources, and_(sources.c.slug == claims.c.source, live_at(sources, revision)))
        .where(
            claims.c.complete.is_not(None), claims.c.status == "occurred", sources.c.covers == "day"
        )
        .where(live_at(claims, revision))
        .group_by(claims.c.source)
    )
    keys = [graded[2:] for graded in connection.scalars(first)]
    rows = [
        row
        for chunk in chunks(keys)
        for row in connection.execute(
            select(*_SAID).where(claims.c.key.in_(chunk), live_at(claims, revision))
        )
    ]
    if not rows:
        return {}
    query = select(sources.c.slug, sources.c.series).where(
        live_at(sources, revision), sources.c.covers == "day"
    )
    series = {slug: named or slug for slug, named in connection.execute(query)}
    return {
        claim.source: (series[claim.source], claim)
        for claim in claims_from(connection, revision, rows)
    }


def _named_by(
    lists: Collection[str], claims: Iterable[Claim], about: Mapping[str, Entry]
) -> dict[str, set[str]]:
    """The sources of lists that name each mission."""
    named: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim.source in lists:
            named[about[claim.entry].mission].add(claim.source)
    return named


def _absences(
    lists: Mapping[str, tuple[str, Claim]], named: Mapping[str, Collection[str]]
) -> list[tuple[str, Claim]]:
    """The missions that stood in a series before and that a list of all its missions does not name,
    list by list.
    """
    found: list[tuple[str, Claim]] = []
    for mission, by in named.items():
        since: dict[str, date] = {}
        for slug in by:
            series, anchor = lists[slug]
            day = anchor.date.latest or date.max
            since[series] = min(day, since.get(series, day))
        found += [
            (mission, anchor)
            for slug, (series, anchor) in lists.items()
            if slug not in by
            and series in since
            and (anchor.date.latest or date.min) > since[series]
        ]
    return found


# All that is reckoned with; the texts stay where they are.
_ABOUT = [
    entries.c[n]
    for n in ("key", "kind", "mission", "nation", "category", "direction", "fulfils", "expires")
]
_SAID = [
    claims.c[name]
    for name in (
        *("key", "entry", "source", "status", "count_low", "count", "count_high"),
        *("date", "date_earliest", "date_latest", "grade", "complete", "since"),
    )
]


def fact_of(connection: Connection, revision: int, key: str) -> Fact | None:
    """One entry with what it settles to at a revision; None where it has no live claim."""
    about, rows = _told(connection, revision, entries.c.key == key)
    value = settle(claims_of(connection, revision, rows))
    return Fact(about[key], value) if value else None


def last_days(connection: Connection, revision: int) -> dict[str, date]:
    """The last day of each mission that has ended, by its slug."""
    query = select(missions.c.slug, missions.c.ended).where(
        live_at(missions, revision), missions.c.ended.is_not(None)
    )
    return {
        slug: day for slug, ended in connection.execute(query) if (day := parse_date(ended).latest)
    }


def claims_from(connection: Connection, revision: int, rows: Iterable[Any]) -> list[Claim]:
    """Rows of claims as pure claims, with the sources as they were labelled at a revision."""
    return claims_of(connection, revision, (row._mapping for row in rows))


def claims_of(connection: Connection, revision: int, rows: Iterable[Row]) -> list[Claim]:
    """Rows of claims, as mappings, as pure claims; see claims_from."""
    rows = list(rows)
    known = _sources_of(connection, revision, {row["source"] for row in rows})
    roots = origins({row.slug: row.derived_from for row in known})
    # What was read on a day was certainly out by then, whatever its own date says.
    out_by = {
        row.slug: min((d for d in (row.published_latest, row.retrieved_on) if d), default=None)
        for row in known
    }
    return [
        Claim(
            key=row["key"],
            entry=row["entry"],
            source=row["source"],
            origin=roots[row["source"]],
            status=row["status"],
            count=Count(row["count_low"], row["count"], row["count_high"]),
            date=Span(row["date"], row["date_earliest"], row["date_latest"]),
            grade=row["grade"],
            out_by=out_by[row["source"]],
            recorded=row["since"],
            complete=bool(row["complete"]),
        )
        for row in rows
    ]


def _sources_of(connection: Connection, revision: int, slugs: set[str]) -> list[Any]:
    """Sources and all that they repeat: what they derive from, and when they were certainly out."""
    query = select(
        sources.c.slug, sources.c.derived_from, sources.c.published_latest, sources.c.retrieved_on
    )
    found: dict[str, Any] = {}
    while slugs:
        for chunk in chunks(slugs):
            wanted = query.where(live_at(sources, revision), sources.c.slug.in_(chunk))
            found |= {row.slug: row for row in connection.execute(wanted)}
        slugs = (
            {row.derived_from for row in found.values() if row.derived_from} - found.keys() - slugs
        )
    return list(found.values())


def chunks(values: Iterable[str]) -> Iterable[list[str]]:
    """Values in order, in pieces that fit into one IN of either database."""
    ordered = sorted(values)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def by_entry(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Claims by the key of their entry."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.entry].append(claim)
    return found


def _entry(row: Any, key: str) -> Entry:
    return Entry(
        key=key,
        kind=row.kind,
        mission=row.mission,
        nation=row.nation,
        category=row.category,
        direction=row.direction,
        fulfils=row.fulfils,
        expires=parse_date(row.expires) if row.expires else None,
    )
