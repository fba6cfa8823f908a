"""What entries settle to under the default policy, kept by revision: `settled`.

So a list at any revision is one query. It is derived from the claims, and `rebuild` remakes it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from app.estimate.entries import Scope
from app.estimate.settling import settle
from app.record.evidence import by_entry, chunks, claims_of
from app.record.kinds import OWN_FIELDS
from app.record.nations import fold
from app.record.revisions import Row, lock_head
from app.record.rows import open_rows
from app.record.tables import (
    claims,
    contingents,
    entries,
    live_at,
    missions,
    settled,
    sources,
)

_Rows = list[tuple[Any, ...]]


def settle_added(
    connection: Connection,
    revision: int,
    about: Mapping[str, Row],
    opened: Iterable[Row],
) -> None:
    """Open what new entries settle to, from their rows and all the claims opened with them: nothing
    is read back.
    """
    ordered = sorted((row for row in opened if row["entry"] in about), key=lambda row: row["key"])
    rows = _settled_rows(connection, revision, about, ordered)
    open_rows(connection, settled, list(rows.values()))


def resettle(
    connection: Connection, revision: int, keys: Iterable[str], only_if_changed: Iterable[str] = ()
) -> None:
    """Close what the entries settled to and open what they settle to now; `only_if_changed` where
    that differs.
    """
    maybe = set(only_if_changed) - set(keys)
    for chunk in chunks({*keys, *maybe}):
        fresh = settled_rows(connection, revision, chunk)
        live = select(settled).where(settled.c.entry.in_(chunk), settled.c.until.is_(None))
        held = {row["entry"]: dict(row) for row in connection.execute(live).mappings()}
        same = {
            key for key in maybe & held.keys() & fresh.keys() if not _differs(held[key], fresh[key])
        }
        _replace_settled(
            connection,
            revision,
            held.keys() - same,
            [fresh[key] for key in fresh if key not in same],
        )


def _replace_settled(
    connection: Connection,
    revision: int,
    closing: Collection[str],
    opening: Sequence[Mapping[str, Any]],
) -> None:
    if closing:
        ending = update(settled).where(
            settled.c.entry.in_(sorted(closing)), settled.c.until.is_(None)
        )
        connection.execute(ending.values(until=revision))
    open_rows(connection, settled, opening)


def settled_rows(
    connection: Connection, revision: int, keys: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What entries settle to at a revision under the default policy, as rows; nothing for one
    without a live claim.
    """
    live = (
        select(claims)
        .where(claims.c.entry.in_(keys), live_at(claims, revision))
        .order_by(claims.c.key)
    )
    rows = connection.execute(live).mappings().all()
    about = {
        row["key"]: row
        for row in connection.execute(select(entries).where(entries.c.key.in_(keys))).mappings()
    }
    return _settled_rows(connection, revision, about, rows)


def _settled_rows(
    connection: Connection, revision: int, about: Mapping[str, Row], claimed: Sequence[Row]
) -> dict[str, dict[str, Any]]:
    """The settled rows of entries, by their rows and those of their live claims in the order of
    keys.
    """
    words: dict[str, list[str]] = defaultdict(list)
    for row in claimed:
        words[row["entry"]].append(row["words"])
    rows: dict[str, dict[str, Any]] = {}
    for key, of_entry in by_entry(claims_of(connection, revision, claimed)).items():
        value = settle(of_entry)
        assert value is not None  # an entry is here because it has a claim
        rows[key] = {
            "entry": key,
            "kind": about[key]["kind"],
            "mission": about[key]["mission"],
            "since": revision,
            "status": value.status,
            "count_low": value.count.low,
            "count": value.count.best,
            "count_high": value.count.high,
            "date": value.date.edtf,
            "date_earliest": value.date.earliest,
            "date_latest": value.date.latest,
            "disputed": value.disputed,
            "spread_low": value.spread[0],
            "spread_high": value.spread[1],
            "origins": value.origins,
            "claims": value.claims,
            "settled_by": value.claim.key,
            "words": " | ".join([fold(f"{key} {_own_words(about[key])}"), *words[key]]),
        }
    return rows


def rebuild(connection: Connection) -> list[str]:
    """Remake `settled` from the claims of every revision; says what differed from what was kept."""
    newest, _ = lock_head(connection)
    columns = [column for column in settled.c if column.name != "id"]
    order = select(*columns).order_by(settled.c.entry, settled.c.since)
    kept = _grouped(connection.execute(order))
    connection.execute(delete(settled))
    for number in range(1, newest + 1):
        touched = connection.scalars(
            select(claims.c.entry)
            .where(or_(claims.c.since == number, claims.c.until == number))
            .distinct()
        ).all()
        resettle(connection, number, touched, entries_of_edited_sources(connection, number))
    made = _grouped(connection.execute(order))
    return [
        f"entry {entry} as settled in revision {number}: {how}"
        for entry, number in sorted(kept.keys() | made.keys())
        if (how := _fault(kept.get((entry, number)), made.get((entry, number))))
    ]


def _fault(kept: _Rows | None, made: _Rows | None) -> str | None:
    """What is wrong with the rows that are kept, beside those that are made anew; None: nothing."""
    if kept == made:
        return None
    if kept is None:
        return "was missing"
    return "should not be" if made is None else "was kept wrongly"


def _grouped(rows: Iterable[Any]) -> dict[tuple[str, int], _Rows]:
    """Settled rows by entry and revision: one each, unless something is wrong."""
    found: dict[tuple[str, int], _Rows] = defaultdict(list)
    for row in rows:
        found[row.entry, row.since].append(tuple(row))
    return dict(found)


# What of a source counts where its claims are settled: when it was out, and what it repeats.
_WEIGHED = ("published_latest", "retrieved_on", "derived_from")


def entries_of_edited_sources(connection: Connection, revision: int) -> set[str]:
    """The entries that may settle otherwise because a source was edited: its date and what it
    repeats count.
    """
    before, after = sources.alias(), sources.alias()
    query = (
        select(before.c.slug)
        .join(after, and_(after.c.slug == before.c.slug, after.c.since == revision))
        .where(
            before.c.until == revision,
            or_(*(before.c[name].is_distinct_from(after.c[name]) for name in _WEIGHED)),
        )
    )
    edited = more = set(connection.scalars(query))
    repeating = select(sources.c.slug).where(live_at(sources, revision))
    while more:
        # What repeats an edited source, and what repeats that, may have another origin now.
        found = (repeating.where(sources.c.derived_from.in_(chunk)) for chunk in chunks(more))
        more = {slug for repeats in found for slug in connection.scalars(repeats)} - edited
        edited = edited | more
    claimed = select(claims.c.entry).where(live_at(claims, revision)).distinct()
    claiming = (claimed.where(claims.c.source.in_(chunk)) for chunk in chunks(edited))
    return {entry for entries_of in claiming for entry in connection.scalars(entries_of)}


def contingents_touched(connection: Connection, revision: int) -> list[tuple[str, Scope]]:
    """The contingents of the entries that settle otherwise since a revision, and of the missions
    that it edited, by slug.
    """
    about = (entries.c.contingent, entries.c.mission, entries.c.nation, entries.c.category)
    moved = (
        select(*about)
        .join(settled, settled.c.entry == entries.c.key)
        .where(
            or_(settled.c.since == revision, settled.c.until == revision),
            entries.c.contingent.is_not(None),
        )
    )
    # The end of a mission ends its contingents.
    edited = list(connection.scalars(select(missions.c.slug).where(missions.c.until == revision)))
    ended = select(
        contingents.c.slug, contingents.c.mission, contingents.c.nation, contingents.c.category
    ).where(contingents.c.mission.in_(edited), live_at(contingents, revision))
    rows = {*connection.execute(moved).all(), *(connection.execute(ended) if edited else ())}
    return sorted((slug, Scope(*people)) for slug, *people in rows)


def _own_words(row: Row) -> str:
    return " ".join(str(row[name]) for name in OWN_FIELDS if row[name] is not None)


def _differs(held: Mapping[str, Any], fresh: Mapping[str, Any]) -> bool:
    return any(held[name] != value for name, value in fresh.items() if name != "since")
