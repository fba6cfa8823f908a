"""The evidence of contingents: what their figures stand on at a revision, and no more of their
missions.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, tuple_

from app.estimate.categories import family
from app.estimate.entries import Claim, Entry, Fact, Scope
from app.estimate.settling import settle
from app.record.evidence import (
    CLAIM_COLUMNS,
    ENTRY_COLUMNS,
    Evidence,
    absences_by_mission,
    chunks,
    claims_of,
    entry_from,
    evidence_at,
    facts_of,
    last_days,
    lists_of_all,
    named_by_mission,
)
from app.record.lineage import with_their_lines
from app.record.tables import claims, entries, live_at


def evidence_of(connection: Connection, revision: int, contingents: Iterable[Scope]) -> Evidence:
    """What the figures of contingents stand on at a revision, and no more of their missions.

    That is what is told of the people of their nations there, in their categories and those beside
    them; the reports over them; and the same of those whose coming fulfils what they announce. Of
    missions that continue others it is all of the line: who passes over depends on it.
    """
    ended = last_days(connection, revision)
    people = _with_steps(connection, contingents)
    missions = sorted({mission for mission, *_ in people})
    if len(lines := with_their_lines(connection, revision, missions)) > len(missions):
        return evidence_at(connection, revision, lines)
    about, rows = _claims_of_people(connection, revision, people, ended)
    live = claims_of(connection, revision, rows)
    facts = facts_of(about, live, "graded")
    lists = lists_of_all(connection, revision)
    named = named_by_mission(lists, live, about)
    for mission, day in _first_days(facts).items():
        unsure = [slug for slug in lists if slug not in named[mission]]
        # A list says nothing new of whom nothing was told by its day.
        if any(_day_of(lists[slug][1]) >= day for slug in unsure):
            named[mission] |= _naming(connection, revision, mission, unsure)
    return Evidence(facts, [], about, ended, absences_by_mission(lists, named))


def _day_of(claim: Claim) -> date:
    return claim.date.settled_day(occurred=True) or date.max


def _claims_of_people(
    connection: Connection,
    revision: int,
    people: set[tuple[str, ...]],
    ended: Collection[str],
) -> tuple[dict[str, Entry], list[dict[str, Any]]]:
    """What is told of the people of nations and the reports over them: rows of claims, and their
    entries by key.
    """
    missions_of = sorted({mission for mission, *_ in people})
    nations_of = sorted({(mission, nation) for mission, nation, _ in people})
    reports = entries.c.kind == "strength_report"
    parts = [
        _live_claims(connection, revision, _about(people), entries.c.kind.in_(_OF_PEOPLE)),
        _live_claims(
            connection, revision, _about(nations_of), entries.c.category.is_(None), reports
        ),
        _live_claims(
            connection,
            revision,
            entries.c.mission.in_(missions_of),
            entries.c.nation.is_(None),
            reports,
        ),
    ]
    parts += _complete_of_others(connection, revision, missions_of, parts)
    spoken = {entry.mission for about, _ in parts for entry in about.values()}
    # A mission of which something is told has ended for all, whoever it is told of.
    parts += [
        _live_claims(connection, revision, entries.c.mission == mission, most=1)
        for mission in missions_of
        if mission in ended and mission not in spoken
    ]
    about = {key: entry for entries_of, _ in parts for key, entry in entries_of.items()}
    # A list may be among the reports over them too.
    by_key = {row["key"]: row for _, rows in parts for row in rows}
    return about, list(by_key.values())


def _complete_of_others(
    connection: Connection,
    revision: int,
    missions_of: Collection[str],
    parts: Iterable[tuple[dict[str, Entry], list[dict[str, Any]]]],
) -> list[tuple[dict[str, Entry], list[dict[str, Any]]]]:
    """The lists that are complete of other people and whose sources tell of these too: they speak
    of whom they name.
    """
    sources = {row["source"] for _, rows in parts for row in rows}
    complete = select(claims.c.entry).where(
        claims.c.complete.is_not(None), live_at(claims, revision)
    )
    within = entries.c.mission.in_(missions_of)
    return [
        _live_claims(
            connection,
            revision,
            within,
            entries.c.key.in_(complete.where(claims.c.source.in_(chunk))),
        )
        for chunk in chunks(sources)
    ]


def _live_claims(
    connection: Connection, revision: int, *within: ColumnElement[bool], most: int | None = None
) -> tuple[dict[str, Entry], list[dict[str, Any]]]:
    """The live claims about some entries, up to a number of them, with these entries."""
    query = (
        select(*CLAIM_COLUMNS, *(column for column in ENTRY_COLUMNS if column.name != "key"))
        .join(entries, entries.c.key == claims.c.entry)
        .where(live_at(claims, revision), *within)
        .limit(most)
    )
    rows = sorted(connection.execute(query), key=lambda row: row.key)
    names = [column.name for column in CLAIM_COLUMNS]
    return (
        {row.entry: entry_from(row, row.entry) for row in rows},
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


def fact_of(connection: Connection, revision: int, key: str) -> Fact | None:
    """One entry with what it settles to at a revision; None where it has no live claim."""
    about, rows = _live_claims(connection, revision, entries.c.key == key)
    value = settle(claims_of(connection, revision, rows))
    return Fact(about[key], value) if value else None
