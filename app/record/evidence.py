"""The evidence at a revision: the live claims as pure values, settled into facts.

The way from the rows of the ledger to the arithmetic.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, select

from app.estimate.counts import Count
from app.estimate.dates import Span, parse_date
from app.estimate.entries import Claim, Entry, Fact, Policy, SetAside
from app.estimate.settling import admitted, origins, settle
from app.record.lineage import with_their_lines
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
    """All facts of the missions asked for (none named: all) at a revision, and of those in their
    lines.
    """
    cut = cut_offs or CutOffs()
    asked_missions = with_their_lines(connection, revision, asked_missions)
    wanted = select(*ENTRY_COLUMNS).where(entries.c.since <= revision)
    live = select(*CLAIM_COLUMNS).where(live_at(claims, revision)).order_by(claims.c.key)
    if asked_missions:
        within = entries.c.mission.in_(asked_missions)
        wanted = wanted.where(within)
        live = live.join(entries, entries.c.key == claims.c.entry).where(within)
    about = {row.key: entry_from(row, row.key) for row in connection.execute(wanted).all()}
    kept, outside = cut.applied_to(
        claims_from(connection, revision, connection.execute(live).all())
    )
    facts = facts_of(about, kept, cut.policy)
    lists = lists_of_all(connection, revision)
    anchors, _ = cut.applied_to([anchor for _, anchor in lists.values()])
    lists = {claim.source: lists[claim.source] for claim in anchors}
    absences = absences_by_mission(lists, named_by_mission(lists, kept, about))
    return Evidence(facts, outside, about, last_days(connection, revision), absences)


def facts_of(about: Mapping[str, Entry], found: Iterable[Claim], policy: Policy) -> list[Fact]:
    """The entries with what their claims settle to."""
    return [
        Fact(about[key], value)
        for key, of_entry in by_entry(found).items()
        if (value := settle(of_entry, policy))
    ]


def lists_of_all(connection: Connection, revision: int) -> dict[str, tuple[str, Claim]]:
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
            select(*CLAIM_COLUMNS).where(claims.c.key.in_(chunk), live_at(claims, revision))
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


def absences_of(lists: Mapping[str, tuple[str, Claim]], named_by: Collection[str]) -> list[Claim]:
    """The lists of all missions that leave one out, of series that named it before: a claim of
    each. `named_by` are the sources that speak of it.
    """
    since: dict[str, date] = {}
    for slug in named_by:
        series, anchor = lists[slug]
        day = anchor.date.latest or date.max
        since[series] = min(day, since.get(series, day))
    return [
        anchor
        for slug, (series, anchor) in lists.items()
        if slug not in named_by
        and series in since
        and (anchor.date.latest or date.min) > since[series]
    ]


def named_by_mission(
    lists: Collection[str], claims: Iterable[Claim], about: Mapping[str, Entry]
) -> dict[str, set[str]]:
    """The sources of lists that name each mission."""
    named: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim.source in lists:
            named[about[claim.entry].mission].add(claim.source)
    return named


def absences_by_mission(
    lists: Mapping[str, tuple[str, Claim]], named: Mapping[str, Collection[str]]
) -> list[tuple[str, Claim]]:
    """The missions that stood in a series before and that a list of all its missions does not name,
    list by list.
    """
    return [
        (mission, anchor)
        for mission, named_by in named.items()
        for anchor in absences_of(lists, named_by)
    ]


# All that is reckoned with; the texts stay where they are.
ENTRY_COLUMNS = [
    entries.c[n]
    for n in (
        *("key", "kind", "mission", "nation", "category", "direction", "fulfils", "expires"),
        *("donor", "reason", "amends", "predecessor", "mode"),
    )
]
CLAIM_COLUMNS = [
    claims.c[name]
    for name in (
        *("key", "entry", "source", "status", "count_low", "count", "count_high"),
        *("date", "date_earliest", "date_latest", "grade", "complete", "since"),
    )
]


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
    return pure_claims(rows, _sources_of(connection, revision, {row["source"] for row in rows}))


def pure_claims(rows: Iterable[Row], known: Iterable[Any]) -> list[Claim]:
    """Rows of claims as pure claims, by the rows of their sources and of all that these repeat."""
    known = list(known)
    roots = origins({row.slug: row.derived_from for row in known})
    out = {row.slug: out_by(row) for row in known}
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
            out_by=out[row["source"]],
            recorded=row["since"],
            complete=bool(row["complete"]),
        )
        for row in rows
    ]


def out_by(source: Any) -> date | None:
    """The day by which a source was certainly out: what was read on a day was out by then, whatever
    its own date says.
    """
    known = (day for day in (source.published_latest, source.retrieved_on) if day)
    return min(known, default=None)


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


def entry_from(row: Any, key: str) -> Entry:
    """An entry of its row."""
    return Entry(
        key=key,
        kind=row.kind,
        mission=row.mission,
        nation=row.nation,
        category=row.category,
        direction=row.direction,
        fulfils=row.fulfils,
        expires=parse_date(row.expires) if row.expires else None,
        donor=row.donor,
        reason=row.reason,
        amends=row.amends,
        predecessor=row.predecessor,
        mode=row.mode,
    )
