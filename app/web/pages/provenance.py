"""Who says so, side by side: the working of one figure, one entry with all its claims, one source
with all of its.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.estimate.contingents import Figure
from app.estimate.entries import Fact, Scope
from app.estimate.strength import Strength
from app.record import listings, subjects
from app.record.contingents import evidence_of, fact_of
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds import KINDS, FieldType, Kind
from app.record.listings import CLAIMS, ENTRIES, REVISIONS, SOURCES
from app.record.nations import nation_name
from app.record.problems import NotFound, Refused
from app.record.revisions import Revision
from app.web.pages import wording

# Of one source so many are on its page.
MOST_CLAIMS = 500


def rows_of(
    connection: Connection, listing: Any, at: Revision, filters: Filters, *sort: str
) -> list[dict[str, Any]]:
    """All rows of a list under a filter."""
    return listings.page(
        connection, listing, at.number, filters, sort, listings.WHOLE, count=False
    ).rows


def entry_name(row: Mapping[str, Any]) -> str:
    """An entry in a few words, from what it is about."""
    kind = KINDS[row["kind"]]
    return kind.title({name: in_words(of, row.get(name)) for name, of in kind.types.items()})


def in_words(of: FieldType, value: Any) -> str:
    """The value of a field of an entry in words; empty where it is not known."""
    return "" if value is None else _WORDED.get(of.sort, str)(value)


_WORDED: dict[str, Callable[[Any], str]] = {
    "nation": lambda code: nation_name(code) or code,
    "category": lambda name: wording.CATEGORIES[name],
    "choice": lambda name: name.replace("_", " "),
    "date": wording.edtf,
    "day": wording.day,
    "number": wording.number,
}


def rests_on(present: Figure, strength: Strength) -> list[Fact]:
    """The facts that a figure rests on; reports with their rivals of the same people and day."""
    keys = dict.fromkeys(addend.entry for addend in present.terms if addend.entry)
    return [fact for key in keys if (fact := strength.fact(key))]


def with_sources(
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
        {**claim, "source_of": known.get(claim["source"], {"slug": claim["source"]})}
        for claim in claims
    ]


def worded(reason: str, claims: Mapping[str, Any]) -> str:
    """A reason with the publishers of the claims that it names in the place of their keys."""

    def named(key: re.Match[str]) -> str:
        source = claims[key[0]]["source_of"] if key[0] in claims else {}
        return str(source.get("publisher", key[0]))

    return re.sub(r"[a-z0-9-]+--[a-z0-9-]+", named, reason)


def entry_page(connection: Connection, at: Revision, key: str) -> dict[str, Any]:
    """One entry: what it is, how it settles, every claim, and what stood before."""
    history = rows_of(connection, CLAIMS, at, Filters(entries=(key,), history=True))
    if not history:
        raise NotFound("entry", key, _near_entry(connection, key))
    kind = KINDS[history[0]["kind"]]
    live = [claim for claim in history if claim["until"] is None]
    closed = [claim for claim in history if claim["until"] is not None]
    row = listings.one(connection, ENTRIES[kind.name], at.number, key) if live else None
    fact = fact_of(connection, at.number, key) if row else None
    about = subjects.entries_by_key(connection, [key])[key]
    return {
        "key": key,
        "kind": kind,
        "row": row,
        "about": about,
        "name": entry_name(about),
        "implied": _implied(connection, at, row) if row else None,
        "own": _own(kind, about),
        "retraction": None if row else _retraction(connection, at, kind, key, closed),
        "claims": _accounts(with_sources(connection, at, live), fact),
        "closed": with_sources(connection, at, closed),
    }


def _retraction(
    connection: Connection, at: Revision, kind: Kind, key: str, closed: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The revision that retracted the last claim of an entry, and what the entry was before it."""
    number = max(claim["until"] for claim in closed)
    return {
        "by": listings.one(connection, REVISIONS, at.number, number),
        "before": listings.one(connection, ENTRIES[kind.name], number - 1, key),
    }


def _implied(connection: Connection, at: Revision, row: Mapping[str, Any]) -> int | None:
    """The number of a movement that no source gives, where the reports around it leave one only."""
    if row["kind"] != "movement" or row["count"] is not None or row["status"] != "occurred":
        return None
    scope = Scope(row["mission"], row["nation"], row["category"])
    evidence = evidence_of(connection, at.number, [scope])
    strength = Strength.of(evidence.facts, evidence.ended, absences=evidence.absences)
    found = strength.implied.get(row["key"])
    return found.best if found else None


def _accounts(claims: Sequence[dict[str, Any]], fact: Fact | None) -> list[dict[str, Any]]:
    """The live claims of an entry with the verdict on each: those that settle it first, then the
    best graded.
    """
    if fact is None:
        settled, why = set(), {}
    else:
        by_key = {claim["key"]: claim for claim in claims}
        settled = {fact.value.claim.key, fact.value.counted.key}
        why = {aside.claim.key: worded(aside.reason, by_key) for aside in fact.value.set_aside}
    return [
        {**claim, "verdict": _verdict(claim, fact, why), "settles": claim["key"] in settled}
        for claim in sorted(
            claims, key=lambda claim: (claim["key"] not in settled, claim["grade"], claim["key"])
        )
    ]


def _verdict(claim: Mapping[str, Any], fact: Fact | None, why: Mapping[str, str]) -> str:
    if fact is None:
        return ""
    settles = claim["key"] == fact.value.claim.key, claim["key"] == fact.value.counted.key
    verdicts = {
        (True, True): "settles it",
        (True, False): "settles what and when",
        (False, True): "settles the number",
    }
    return verdicts.get(settles) or f"set aside: {why.get(claim['key'], 'another is preferred')}"


# Where what a field names has a page.
_LEADS = {"entry": "entries", "nation": "nations", "mission": "missions"}


def _own(kind: Kind, row: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """The fields that say what an entry is about: name, value in words, and the page it leads
    to.
    """
    found = []
    for name, of in {**kind.types, "replaces": FieldType("entry")}.items():
        if (value := row[name]) is not None:
            place = "contingents" if name == "contingent" else _LEADS.get(of.sort)
            path = f"/{place}/{value}" if place else None
            found.append((name.replace("_", " "), in_words(of, value), path))
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
    claims = listings.page(connection, CLAIMS, at.number, Filters(sources=(slug,)), (), MOST_CLAIMS)
    return {
        "row": row,
        "repeats": known.get(row["derived_from"]),
        "repeated_by": [
            known[name] for name in related if name != row["derived_from"] and name in known
        ],
        "claims": claims.rows,
        "in_all": claims.total,
    }
