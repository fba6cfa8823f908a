"""Validation of names: the slugs and names in a question, checked against the ledger, the nearest
one offered.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, Table, exists, or_, select

from app.estimate.entries import Scope
from app.record.evidence import chunks
from app.record.nations import nation_code, near_nation
from app.record.problems import Mend, Refused
from app.record.tables import claims, contingents, entries, live_at, missions, sources

_TABLES: dict[str, Table] = {"mission": missions, "contingent": contingents, "source": sources}


def claims_by_key(
    connection: Connection, revision: int, keys: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """The claims of some keys that stand at a revision, as rows."""
    return {
        row["key"]: dict(row)
        for chunk in chunks(keys)
        for row in connection.execute(
            select(claims).where(claims.c.key.in_(chunk), live_at(claims, revision))
        ).mappings()
    }


def entries_by_key(connection: Connection, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What some entries are about, as rows by key, whether a claim of them stands or not."""
    return {
        row["key"]: dict(row)
        for chunk in chunks(keys)
        for row in connection.execute(select(entries).where(entries.c.key.in_(chunk))).mappings()
    }


def nation_codes(words: Iterable[str]) -> tuple[str, ...]:
    """The codes of nations given by code, name or alias; Refused for any other word."""
    found: list[str] = []
    for word in words:
        try:
            found.append(nation_code(word))
        except ValueError as error:
            raise Refused([Mend("nation", str(error), near_nation(word))]) from error
    return tuple(dict.fromkeys(found))


def require(connection: Connection, parameter: str, slugs: Iterable[str]) -> tuple[str, ...]:
    """Slugs that the ledger knows, whatever the revision; Refused for any other, with the
    nearest.
    """
    asked = tuple(dict.fromkeys(slugs))
    if not asked:
        return asked
    key = entries.c.key if parameter == "entry" else _TABLES[parameter].c.slug
    known = set(connection.scalars(select(key).where(key.in_(asked))))
    missing = [slug for slug in asked if slug not in known]
    if missing:
        near = get_close_matches(
            missing[0].lower(), list(connection.scalars(select(key).distinct())), n=1
        )
        detail = f"there is no {parameter} {missing[0]!r:.130} in the ledger"
        raise Refused([Mend(parameter, detail, near[0] if near else None)])
    return asked


def source_slugs(connection: Connection, revision: int, names: Iterable[str]) -> tuple[str, ...]:
    """The slugs of sources that are meant by their own or by the name of their series; Refused for
    any other name.

    Where a source and a series have one name at the revision, the source is meant. A name stays
    among the slugs even where the series has no source yet: no slug at all would ask for every
    source.
    """
    asked = tuple(dict.fromkeys(names))
    if not asked:
        return asked
    query = select(sources.c.slug, sources.c.series, sources.c.since, sources.c.until).order_by(
        sources.c.slug
    )
    rows = connection.execute(
        query.where(or_(sources.c.slug.in_(asked), sources.c.series.in_(asked)))
    ).all()
    known = {name for row in rows for name in (row.slug, row.series)}
    if missing := [name for name in asked if name not in known]:
        raise _no_source(connection, missing[0])
    standing = [
        row for row in rows if row.since <= revision and (row.until is None or row.until > revision)
    ]
    own = {row.slug for row in standing}
    issues = [row.slug for row in standing if row.series in asked and row.series not in own]
    return tuple(dict.fromkeys([*asked, *issues]))


def _no_source(connection: Connection, name: str) -> Refused:
    """What to say of a name that is no source's and no series'."""
    every = {
        known
        for row in connection.execute(select(sources.c.slug, sources.c.series))
        for known in row
        if known
    }
    near = get_close_matches(name.lower(), sorted(every), n=1)
    detail = f"there is no source and no series {name!r:.130} in the ledger"
    return Refused([Mend("source", detail, near[0] if near else None)])


def contingent_scopes(connection: Connection, slugs: Iterable[str]) -> tuple[Scope, ...]:
    """Contingents as the people they name."""
    query = select(contingents.c.mission, contingents.c.nation, contingents.c.category).where(
        contingents.c.slug.in_(tuple(slugs)), contingents.c.until.is_(None)
    )
    return tuple(Scope(*row) for row in connection.execute(query))


def contingent_slugs(connection: Connection, revision: int) -> dict[Scope, str]:
    """The slugs of the contingents, by the people they name."""
    query = select(
        contingents.c.slug, contingents.c.mission, contingents.c.nation, contingents.c.category
    ).where(live_at(contingents, revision))
    return {
        Scope(row.mission, row.nation, row.category): row.slug for row in connection.execute(query)
    }


def mission_names(connection: Connection, revision: int) -> dict[str, str]:
    """The names of the missions, by slug."""
    query = select(missions.c.slug, missions.c.name).where(live_at(missions, revision))
    return {row.slug: row.name for row in connection.execute(query)}


def changed_in(connection: Connection, number: int) -> dict[str, Any]:
    """What a revision added, corrected and retracted: keys, by table."""
    found: dict[str, dict[str, list[str]]] = {"added": {}, "corrected": {}, "retracted": {}}
    for name, table in {**_TABLES, "claim": claims}.items():
        key = table.c.key if table is claims else table.c.slug
        changed = select(key, table.c.since).where(
            or_(table.c.since == number, table.c.until == number)
        )
        opened: set[str] = set()
        closed: set[str] = set()
        for slug, since in connection.execute(changed):
            (opened if since == number else closed).add(slug)
        for change, keys in (
            ("added", opened - closed),
            ("corrected", opened & closed),
            ("retracted", closed - opened),
        ):
            found[change][f"{name}s"] = sorted(keys)
    made = select(entries.c.key).where(entries.c.since == number).order_by(entries.c.key)
    found["added"]["entries"] = list(connection.scalars(made))
    return found


def entries_of_contingent(connection: Connection, revision: int, slug: str) -> list[dict[str, str]]:
    """The movements and reports of a contingent that have a live claim: kind and key."""
    claimed = exists().where(claims.c.entry == entries.c.key, live_at(claims, revision))
    query = (
        select(entries.c.kind, entries.c.key)
        .where(entries.c.contingent == slug, claimed)
        .order_by(entries.c.key)
    )
    return [{"kind": row.kind, "key": row.key} for row in connection.execute(query)]


def repeats_of(connection: Connection, revision: int, slug: str) -> list[str]:
    """The sources that repeat one directly."""
    query = select(sources.c.slug).where(sources.c.derived_from == slug, live_at(sources, revision))
    return list(connection.scalars(query.order_by(sources.c.slug)))
