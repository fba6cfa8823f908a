"""How one row of the table was reckoned: its terms with their claims, and what was set aside."""

from collections.abc import Mapping
from typing import Any

from app.estimate.categories import PARENTS
from app.estimate.contingents import Figure
from app.estimate.counts import contribution
from app.estimate.strength import MEASURES, Strength, Table
from app.estimate.working import ordered_terms
from app.record.database import Connection
from app.record.filters import Filters
from app.record.listings import CLAIMS
from app.record.nations import nation_name
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.record.subjects import nation_codes
from app.web.estimates import asides, reckoning, role_in_words
from app.web.http.problems import nearest
from app.web.pages import wording
from app.web.pages.provenance import rows_of, with_sources, worded
from app.web.pages.view import View

MOST_TERMS = 200
MOST_ASIDE = 100
ROLES = {
    "report": "report of strength",
    "arrival": "arrival",
    "departure": "departure",
    "expected": "announced arrival",
    "promised": "announced arrival",
    "pledged": "pledge",
    "authorised": "mandate",
}


def working(seen: View, words: str) -> dict[str, Any]:
    """The working of the row that some words name (its group's values with commas, or total): the
    same question narrowed to its group. Refused for what is no row.
    """
    group = _group(seen, words)
    narrowed = seen.resolved.narrowed(group)
    strength = reckoning(seen.connection, seen.at, narrowed)
    total = _total(seen.connection, seen.at, strength.table(narrowed.question), strength)
    return {**total, "name": seen.group_name(group) if group else "Total", "narrow": group}


def _group(seen: View, words: str) -> dict[str, str]:
    """The group that some words name, each value as the question takes it."""
    values = words.split(",") if words != "total" else []
    if values and len(values) != len(seen.groups):
        rows = f"write {','.join(seen.groups)} or total"
        raise _no_row(f"{words!r:.60} is no row here; {rows}", "total")
    group = dict(zip(seen.groups, values, strict=False))
    if (mission := group.get("mission")) not in (None, *seen.missions):
        raise _no_row(f"there is no mission {mission!r:.60}", nearest(str(mission), seen.missions))
    if (category := group.get("category")) not in (None, *PARENTS):
        raise _no_row(f"{category!r:.60} is not a category", nearest(str(category), PARENTS))
    if "nation" in group:
        group["nation"] = _nation(group["nation"])
    return group


def _nation(words: str) -> str:
    try:
        return nation_codes([words])[0]
    except Refused as refused:
        mend = refused.mends[0]
        raise _no_row(mend.detail, mend.did_you_mean) from refused


def _no_row(detail: str, near: str | None) -> Refused:
    return Refused([Mend("working", detail, near)])


def _total(
    connection: Connection, at: Revision, table: Table, strength: Strength
) -> dict[str, Any]:
    """The total of a table as terms with their claims, and the claims within its question that
    entered nothing.
    """
    figures = table.total.figures
    left = asides(strength, table)
    left.sort(key=lambda aside: (aside.claim.out_by is not None, aside.claim.out_by), reverse=True)
    shown = left[:MOST_ASIDE]
    keys = {addend.entry for figure in figures.values() for addend in figure.terms if addend.entry}
    wanted = tuple(sorted(keys | {aside.claim.entry for aside in shown}))
    claims = with_sources(
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
                "terms": _terms(figures[measure], by_key, strength),
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


def _terms(figure: Figure, claims: Mapping[str, Any], strength: Strength) -> list[dict[str, Any]]:
    found = []
    for addend, times in ordered_terms(figure)[:MOST_TERMS]:
        low, best, high = contribution(addend, times)
        role, comma, rest = role_in_words(addend).partition(",")
        fact = strength.fact(addend.entry) if addend.entry else None
        found.append(
            {
                "role": ROLES.get(role, role) + comma + rest,
                "about": nation_name(fact.entry.nation) if fact else None,
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
