"""The controls of the page of figures: what each offers, and what is set."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.estimate.categories import PARENTS
from app.estimate.entries import POLICIES
from app.estimate.strength import Strength
from app.record import listings
from app.record.filters import Filters
from app.record.lineage import whole_lines
from app.record.listings import REVISIONS, SOURCES
from app.record.nations import nation_name
from app.web.pages import wording
from app.web.pages.links import PageQuery
from app.web.pages.provenance import rows_of
from app.web.pages.view import View

GROUPINGS = (
    "nation",
    "category",
    "mission",
    "nation,category",
    "mission,nation",
    "mission,nation,category",
    "none",
)
Options = list[tuple[str, str]]


def controls(seen: View, strength: Strength) -> dict[str, Any]:
    """What each control offers and what is set."""
    asked, set_nations = seen.asked, seen.resolved.question.nations
    return {
        "missions": sorted(seen.missions.items(), key=lambda pair: pair[1].casefold()),
        "lineage": _has_a_line(seen),
        "nations": _nations({*strength.nations(), *set_nations}),
        "nation": list(set_nations),
        "categories": [(name, wording.CATEGORIES[name]) for name in PARENTS],
        "groupings": [
            (words, " and ".join(words.split(",")))
            for words in dict.fromkeys([*GROUPINGS, asked.group_by or "nation"])
        ],
        "grouping": ",".join(seen.groups),
        "policy": POLICIES["graded"],
        "policies": [(name, words) for name, words in POLICIES.items() if name != "graded"],
        "grades": [
            (grade, f"{grade} or better")
            for grade in sorted({*(f"{letter}6" for letter in "ABCDE"), asked.min_grade or "A6"})
        ],
        "revisions": _revisions(seen),
        "revision": None if asked.revision is None else str(asked.revision),
        "days": publication_days(seen),
        "kept": _without_control(asked),
    }


def _has_a_line(seen: View) -> bool:
    """A mission that is asked for comes after another, or before one."""
    asked = seen.asked.mission
    return len(whole_lines(seen.connection, seen.at.number, asked)) > len(set(asked))


def _nations(codes: Iterable[str]) -> Options:
    """Nations, in order of their names."""
    return sorted(((code, nation_name(code) or code) for code in codes), key=lambda pair: pair[1])


def _revisions(seen: View) -> Options:
    """The newest revisions."""
    found = listings.page(seen.connection, REVISIONS, seen.at.newest, Filters(), ("-number",), 30)
    return [(str(row["number"]), f"{row['number']}: {row['message']}"[:60]) for row in found.rows]


def _without_control(asked: PageQuery) -> Options:
    """What can be asked and has no control of its own: kept, to be left out by hand."""
    return [
        *(("contingent", slug) for slug in asked.contingent),
        *(("source", slug) for slug in asked.source),
        *([("known_at", asked.known_at)] if asked.known_at else []),
    ]


def publication_days(seen: View) -> list[date]:
    """The days on which something about the missions and nations in question came out, and the one
    asked for.
    """
    rows = rows_of(seen.connection, SOURCES, seen.at, seen.filters)
    out = {
        min(ds)
        for r in rows
        if (ds := [d for d in (r["published_latest"], r["retrieved_on"]) if d])
    }
    return sorted(out | ({seen.asked.published_by} if seen.asked.published_by else set()))
