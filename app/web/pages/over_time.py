"""A figure over time, step by step: what it was since which day, and whose word made it so."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.estimate.contingents import Figure
from app.record.subjects import claims_by_key
from app.web.estimates import reckoning
from app.web.pages import wording
from app.web.pages.provenance import with_sources
from app.web.pages.view import View

MOST_DAYS = 150
# Of the claims that are new at a step, so many are named.
MOST_NAMED = 2


def series_of(seen: View) -> dict[str, Any]:
    """The days up to the one asked for on which the total changed, newest first, as far as a page
    can show them.
    """
    last = seen.as_of
    strength = reckoning(seen.connection, seen.at, seen.resolved)
    question = replace(seen.resolved.question, group_by=())
    days = [day for day in strength.changes(question) if day <= last]
    rows: list[dict[str, Any]] = []
    before: set[str] = set()
    for day, table in strength.series(question, days[-MOST_DAYS:]):
        present = table.total.figures["present"]
        row: dict[str, Any] = {
            "cell": wording.cell(present),
            "method": wording.METHODS.get(present.method, present.method),
        }
        claims = _claims(present)
        if not rows or {name: rows[-1][name] for name in row} != row:
            rows.append({"day": day, **row, "new": sorted(claims - before)})
        before = claims
    named = _named(seen, (key for row in rows for key in row["new"][:MOST_NAMED]))
    for step in rows:
        step["by"] = [named[key] for key in step["new"][:MOST_NAMED] if key in named]
        step["more"] = len(step["new"]) - len(step["by"])
    return {"rows": rows[::-1], "cut": len(days) > MOST_DAYS}


def _claims(figure: Figure) -> set[str]:
    return {key for addend in figure.terms for key in addend.claims}


def _named(seen: View, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Claims with their sources, by key."""
    found = claims_by_key(seen.connection, seen.at.number, keys).values()
    return {claim["key"]: claim for claim in with_sources(seen.connection, seen.at, found)}
