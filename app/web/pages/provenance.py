"""Who says so, side by side: the working of one figure, one entry with all its claims, one source
with all of its.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from app.estimate.contingents import Figure
from app.estimate.counts import contribution
from app.estimate.entries import Fact
from app.estimate.strength import MEASURES, Strength, Table
from app.estimate.working import ordered_terms
from app.record import listings, subjects
from app.record.evidence import Evidence, fact_of
from app.record.filters import Filters
from app.record.kinds import KINDS
from app.record.listings import CLAIMS, ENTRIES, SOURCES
from app.record.nations import nation_name
from app.record.problems import NotFound, Refused
from app.record.revisions import Revision
from app.web.estimates import asides, role_told
from app.web.pages import wording

MOST_TERMS = 200
MOST_ASIDE = 100
ROLES = {
    "report": "report of strength",
    "arrival": "arrival",
    "departure": "departure",
    "expected": "announced arrival",
    "pledged": "pledge",
    "authorised": "mandate",
}


def rows_of(
    connection: Connection, listing: Any, at: Revision, filters: Filters, *sort: str
) -> list[dict[str, Any]]:
    """All rows of a list under a filter."""
    return listings.page(
        connection, listing, at.number, filters, sort, listings.WHOLE, count=False
    ).rows


def entry_name(row: Mapping[str, Any]) -> str:
    """An entry in a few words, from what it is about."""
    nation, category = nation_name(row.get("nation")), row.get("category")
    within = f", {wording.CATEGORIES[category].lower()}" if category else ""
    whom = f"{nation or 'the whole mission'}{within}"
    kind = row["kind"]
    if kind == "movement":
        return f"{row['direction'].capitalize()}: {whom}"
    if kind == "delivery":
        return f"{nation_name(row['donor'])}: {row['item_text'] or row['item'].replace('_', ' ')}"
    if kind == "mandate":
        return f"{row['body']}: {row['instrument']}"
    return str(row["title"]) if kind == "event" else f"{KINDS[kind].one.capitalize()}: {whom}"


def rests_on(present: Figure, strength: Strength) -> list[Fact]:
    """The facts that a figure rests on; reports with their rivals of the same people and day."""
    facts = {fact.entry.key: fact for fact in strength.facts}
    for reports in strength.levels.index.reports.values():
        # What a complete list says without a word stands under the key of its own entry, which is
        # another report.
        facts |= {
            r.entry.key: r for r in reports if r.entry.scope == facts[r.entry.key].entry.scope
        }
    return [facts[key] for key in dict.fromkeys(a.entry for a in present.terms if a.entry)]


def told_by(
    connection: Connection, at: Revision, claims: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Claims with the source of each beside them."""
    claims = list(claims)
    slugs = tuple({claim["source"] for claim in claims})
    known = (
        {row["slug"]: row for row in rows_of(connection, SOURCES, at, Filters(sources=slugs))}
        if slugs
        else {}
    )
    return [
        {**claim, "told_by": known.get(claim["source"], {"slug": claim["source"]})}
        for claim in claims
    ]


def working(
    connection: Connection, at: Revision, table: Table, strength: Strength, evidence: Evidence
) -> dict[str, Any]:
    """The total of a table as terms with their claims, and the claims within its question that
    entered nothing.
    """
    figures = table.total.figures
    left = asides(strength, table, evidence)
    left.sort(key=lambda aside: (aside.claim.out_by is not None, aside.claim.out_by), reverse=True)
    shown = left[:MOST_ASIDE]
    keys = {addend.entry for figure in figures.values() for addend in figure.terms if addend.entry}
    wanted = tuple(sorted(keys | {aside.claim.entry for aside in shown}))
    claims = told_by(
        connection,
        at,
        rows_of(connection, CLAIMS, at, Filters(entries=wanted), "grade") if wanted else [],
    )
    by_key = {claim["key"]: claim for claim in claims}
    return {
        "measures": [
            {
                "name": measure,
                "cell": wording.cell(figures.get(measure)),
                "method": wording.METHODS.get(figures[measure].method, figures[measure].method),
                "terms": _terms(figures[measure], by_key, evidence),
                "more": max(0, len(figures[measure].terms) - MOST_TERMS),
            }
            for measure in MEASURES
            if measure in figures and (figures[measure].terms or measure == "present")
        ],
        "aside": [
            {**by_key[aside.claim.key], "reason": worded(aside.reason, by_key)}
            for aside in shown
            if aside.claim.key in by_key
        ],
        "in_all_aside": len(left),
    }


def worded(reason: str, claims: Mapping[str, Any]) -> str:
    """A reason with the publishers of the claims that it names in the place of their keys."""

    def named(key: re.Match[str]) -> str:
        told = claims[key[0]]["told_by"] if key[0] in claims else {}
        return str(told.get("publisher", key[0]))

    return re.sub(r"[a-z0-9-]+--[a-z0-9-]+", named, reason)


def _terms(figure: Figure, claims: Mapping[str, Any], evidence: Evidence) -> list[dict[str, Any]]:
    found = []
    for addend, times in ordered_terms(figure)[:MOST_TERMS]:
        low, best, high = contribution(addend, times)
        role, comma, rest = role_told(addend).partition(",")
        entry = evidence.entries.get(addend.entry or "")
        found.append(
            {
                "role": ROLES.get(role, role) + comma + rest,
                "about": nation_name(entry.nation) if entry else None,
                "best": f"{'+' if best > 0 else ''}{wording.number(best)}",
                "range": "" if low == best == high else wording.remainder((low, best, high)).range,
                "known": addend.known is not False,
                "disputed": addend.disputed,
                "day": addend.day,
                "entry": addend.entry,
                "claims": [claims[key] for key in addend.claims if key in claims],
            }
        )
    return found


def entry_page(connection: Connection, at: Revision, key: str) -> dict[str, Any]:
    """One entry: what it is, how it settles, every claim, and what stood before."""
    history = rows_of(connection, CLAIMS, at, Filters(entries=(key,), history=True))
    if not history:
        raise NotFound("entry", key, _near_entry(connection, key))
    kind = history[0]["kind"]
    live = [claim for claim in history if claim["until"] is None]
    row = listings.one(connection, ENTRIES[kind], at.number, key) if live else None
    fact = fact_of(connection, at.number, key) if row else None
    told = {claim["key"]: claim for claim in told_by(connection, at, live)}
    why = (
        {aside.claim.key: worded(aside.reason, told) for aside in fact.value.set_aside}
        if fact
        else {}
    )
    settled = {fact.value.claim.key, fact.value.counted.key} if fact else set()
    order = sorted(
        live, key=lambda claim: (claim["key"] not in settled, claim["grade"], claim["key"])
    )
    return {
        "key": key,
        "kind": KINDS[kind],
        "row": row,
        "name": entry_name(row) if row else f"{KINDS[kind].one.capitalize()} {key}",
        "own": _own(kind, row) if row else [],
        "claims": [
            {
                **told[claim["key"]],
                "verdict": _verdict(claim, fact, why),
                "settles": claim["key"] in settled,
            }
            for claim in order
        ],
        "closed": told_by(
            connection, at, [claim for claim in history if claim["until"] is not None]
        ),
    }


def _verdict(claim: Mapping[str, Any], fact: Fact | None, why: Mapping[str, str]) -> str:
    if fact is None:
        return ""
    settles = claim["key"] == fact.value.claim.key, claim["key"] == fact.value.counted.key
    said = {
        (True, True): "settles it",
        (True, False): "settles what and when",
        (False, True): "settles the number",
    }
    return said.get(settles) or f"set aside: {why.get(claim['key'], 'another is preferred')}"


def _own(kind: str, row: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """The fields that say what an entry is about: name, value in words, and the entry it leads
    to.
    """
    found: list[tuple[str, str, str | None]] = []
    for name in (*KINDS[kind].columns, "replaces"):
        if (value := row.get(name)) is None:
            continue
        led = str(value) if name in ("fulfils", "replaces") else None
        said = row.get(f"{name}_name") or (wording.edtf(value) if name == "expires" else str(value))
        if name in ("category", "direction", "item", "recipient", "event_type"):
            said = wording.CATEGORIES.get(value, str(value).replace("_", " "))
        found.append((name.replace("_", " "), said, led))
    return found


def _near_entry(connection: Connection, key: str) -> str | None:
    try:
        subjects.require(connection, "entry", [key])
    except Refused as refused:
        return refused.mends[0].did_you_mean
    return None


def source_page(connection: Connection, at: Revision, slug: str) -> dict[str, Any]:
    """One source: what it is, what it claims, what it repeats and what repeats it."""
    try:
        row = listings.one(connection, SOURCES, at.number, slug)
    except NotFound as error:
        raise NotFound(
            "source", slug, listings.near(connection, SOURCES, at.number, slug)
        ) from error
    related = tuple(
        filter(None, [row["derived_from"], *subjects.repeats_of(connection, at.number, slug)])
    )
    known = (
        {r["slug"]: r for r in rows_of(connection, SOURCES, at, Filters(sources=related))}
        if related
        else {}
    )
    claims = listings.page(connection, CLAIMS, at.number, Filters(sources=(slug,)), (), 500)
    return {
        "row": row,
        "repeats": known.get(row["derived_from"]),
        "repeated_by": [
            known[name] for name in related if name != row["derived_from"] and name in known
        ],
        "claims": claims.rows,
        "in_all": claims.total,
    }
