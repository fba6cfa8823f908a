"""What the page of figures shows: the headline in words, the table by group, then against now, what
lies under it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.estimate.contingents import Figure
from app.estimate.strength import MEASURES, Strength, Table
from app.record import listings
from app.record.filters import Filters
from app.record.kinds import KINDS, Kind
from app.record.listings import CLAIMS, MISSIONS
from app.web.estimates import reckoning
from app.web.formats import PICTURES, TABLES
from app.web.pages import wording
from app.web.pages.citing import citations
from app.web.pages.controls import controls
from app.web.pages.headline import headline
from app.web.pages.links import snippets
from app.web.pages.lists import entries_list
from app.web.pages.neighbours import neighbours
from app.web.pages.over_time import series_of
from app.web.pages.printing import printing
from app.web.pages.promises import promises_shown
from app.web.pages.provenance import with_sources
from app.web.pages.table import table_shown
from app.web.pages.view import View
from app.web.pages.working import working
from app.web.schemas import models
from app.web.schemas.parameters import today

NEWEST = 10
MEANINGS = {
    "present": "there at the end of the day",
    "arrived": "came so far",
    "departed": "left so far",
    "lost": "dead or missing",
    "expected": "announced and still to come",
    "lapsed": "announced and not come in time",
    "expected_departures": "announced to leave",
    "pledged": "promised by nations",
    "authorised": "the mandate's ceiling",
}


def front(seen: View) -> dict[str, Any]:
    """All that the page of figures shows."""
    asked = seen.asked
    strength = reckoning(seen.connection, seen.at, seen.resolved)
    table = strength.table(seen.resolved.question)
    shown, lists = summary(seen, table, strength), _lists(seen)
    elsewhere = _elsewhere(seen)
    # The address of the view whatever the day and the state of the ledger are.
    newest = {"revision": None, "known_at": None, "sort": None, "working": None}
    canonical = seen.here.host + seen.filled.to("/", **newest)
    return {
        **shown,
        "printing": printing(seen, table.total.figures["present"], shown["headline"]),
        **table_shown(seen, table, _known_now(seen) if asked.published_by else None),
        "series": series_of(seen),
        "controls": controls(seen, strength),
        "working": working(seen, asked.working) if asked.working else None,
        "promises": promises_shown(seen, strength),
        "lists": lists,
        "other": _other(lists),
        "canonical": canonical,
        "dataset": _dataset(seen, shown["chart"]["alt"], canonical),
        "citations": citations(seen, shown["headline"], elsewhere["permalink"], today()),
        **elsewhere,
    }


def _known_now(seen: View) -> Table:
    """The same table from all that is published by now."""
    resolved = seen.resolved
    resolved = replace(resolved, cut_offs=replace(resolved.cut_offs, published_by=None))
    return reckoning(seen.connection, seen.at, resolved).table(resolved.question)


def summary(seen: View, table: Table, strength: Strength) -> dict[str, Any]:
    """The headline and what stands with it; also what an embed shows."""
    figures = table.total.figures
    head = headline(seen, table, strength)
    mission = _mission(seen)
    return {
        "seen": seen,
        "here": seen.here,
        "title": seen.title,
        "mission": mission,
        "neighbours": neighbours(seen, mission) if mission else [],
        "headline": head,
        "six": [(m, MEANINGS[m], _cell(m, figures.get(m))) for m in MEASURES],
        "chart": _chart(seen, table, head),
    }


def _cell(measure: str, figure: Figure | None) -> wording.Cell:
    """One of the numbers; of promises, what is told by number, and how many are of unknown size."""
    promised = measure in ("expected", "lapsed", "pledged")
    return wording.promised(figure) if promised and figure else wording.cell(figure)


def _mission(seen: View) -> dict[str, Any] | None:
    if len(seen.asked.mission) != 1 or seen.asked.mission[0] not in seen.missions:
        return None
    return listings.one(seen.connection, MISSIONS, seen.at.number, seen.asked.mission[0])


def _chart(seen: View, table: Table, head: Mapping[str, Any]) -> dict[str, Any]:
    total = head["cell"].whole
    total += f", last known on {wording.day(head['last_known'])}" if head["stale"] else ""
    there = [row for row in table.rows if row.figures["present"].terms]
    largest = sorted(there, key=lambda row: -row.figures["present"].sum.point)[:6]
    parts = [
        f"{seen.group_name(row.group)} {wording.cell(row.figures['present']).whole}"
        for row in largest
    ]
    present = table.total.figures["present"].sum.point
    of_rows_together = sum(row.figures["present"].sum.point for row in table.rows)
    under = "Of these" if of_rows_together <= present else "Told under it, which is more"
    of_rows = f" {under}: {'; '.join(parts)}." if len(parts) > 1 else ""
    now = "true" if seen.asked.published_by else None
    pictures = {
        (theme, width): seen.filled.series(
            "/v1/strength/series.svg", theme=theme, width=width, now=now
        )
        for theme in ("light", "dark")
        for width in (328, 760)
    }
    return {
        "pictures": pictures,
        "alt": f"Line over time of people present, {seen.title}. On {wording.day(seen.as_of)}: "
        f"{total}.{of_rows}",
        "json": seen.filled.series("/v1/strength/series"),
        "csv": seen.filled.series("/v1/strength/series.csv"),
    }


def _lists(seen: View) -> dict[str, Any]:
    """What the ledger holds of the kinds that have a list here, and the newest claims: as it
    settles by default.
    """
    claims = listings.page(
        seen.connection, CLAIMS, seen.at.number, seen.filters, ("-since", "-date_earliest"), NEWEST
    )
    return {
        "entries": [_list(seen, kind) for kind in KINDS.values() if kind.heading],
        "claims": with_sources(seen.connection, seen.at, claims.rows),
        "all_claims": claims.total,
    }


def _dataset(seen: View, words: str, address: str) -> dict[str, Any]:
    """The figures as a data set, in the words of schema.org."""
    host, here = seen.here.host, seen.filled
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"Muster: {seen.title}",
        "description": words,
        "url": address,
        "version": str(seen.at.number),
        "isAccessibleForFree": True,
        "variableMeasured": list(MEASURES),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": form.media_type,
                "contentUrl": host + here.series(f"/v1/strength/series.{name}"),
            }
            for name, form in TABLES.items()
        ],
    }
    if seen.at.recorded_at:
        found["dateModified"] = seen.at.recorded_at
    return found


def _other(lists: Mapping[str, Any]) -> list[tuple[int, str]]:
    """How many there are of what tells of no people of the nations asked for, in words."""
    return [
        (
            found["total"],
            found["kind"].one if found["total"] == 1 else found["kind"].heading.lower(),
        )
        for found in lists["entries"]
        if found["total"]
        and found["kind"].name not in ("movement", "strength_report")
        and any(of.sort == "nation" for of in found["kind"].types.values())
    ]


def _list(seen: View, kind: Kind) -> dict[str, Any]:
    """The newest entries of a kind; one that is of no nation is the mission's, whatever nation is
    asked for.
    """
    of_nations = any(of.sort == "nation" for of in kind.types.values())
    kept = seen.filters if of_nations else Filters(missions=seen.filters.missions)
    return entries_list(seen.connection, seen.at, kind, kept, seen.lists, NEWEST)


def _elsewhere(seen: View) -> dict[str, Any]:
    """The addresses by which the same view is used elsewhere, cited and embedded."""
    host, at = seen.here.host, seen.at.number
    fixed = {"as_of": seen.as_of.isoformat(), "revision": at, "known_at": None}
    table = seen.filled.api("/v1/strength.csv")
    columns = [
        name
        for name in models.strength_columns(seen.groups)
        if not name.endswith(("_low", "_high"))
    ]
    permalink = host + seen.filled.to("/", **fixed, sort=None, working=None)
    return {
        "api": host + seen.filled.api("/v1/strength"),
        "api_fixed": host + seen.filled.api("/v1/strength", **fixed),
        "snippets": snippets(
            host + table, host + seen.filled.series("/v1/strength/series.csv"), columns
        ),
        "downloads": [(f, seen.filled.api(f"/v1/strength.{f}", download=1)) for f in TABLES],
        "pictures": [
            (f, seen.filled.series(f"/v1/strength/series.{f}", download=1)) for f in PICTURES
        ],
        "series_files": [
            (f, seen.filled.series(f"/v1/strength/series.{f}", download=1)) for f in TABLES
        ],
        "embed": host + seen.filled.to("/embed", sort=None, working=None),
        "picture": host + seen.filled.series("/v1/strength/series.svg", theme="light", width=760),
        "preview": host + seen.filled.series("/v1/strength/series.png", theme="light", width=760),
        "permalink": permalink,
    }
