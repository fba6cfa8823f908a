"""What the page of figures shows: the headline in words, the table by group, then against now, what
lies under it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.estimate.categories import PARENTS
from app.estimate.contingents import Figure
from app.estimate.entries import POLICIES, Claim, Entry, Fact
from app.estimate.strength import ADDITIVE, MEASURES, Row, Strength, Table
from app.record import listings
from app.record.evidence import Evidence
from app.record.filters import Filters
from app.record.listings import CLAIMS, ENTRIES, MISSIONS, REVISIONS, SOURCES
from app.record.nations import nation_name
from app.record.problems import Mend, Refused
from app.record.revisions import Revision
from app.record.subjects import mission_names, nation_codes
from app.web.estimates import reckoning
from app.web.formats import PICTURES, TABLES
from app.web.http.problems import nearest
from app.web.pages import wording
from app.web.pages.links import Address, PageQuery, pairs_of, snippets
from app.web.pages.provenance import entry_name, rests_on, rows_of, told_by, working
from app.web.schemas import models
from app.web.schemas.estimates import Resolved
from app.web.schemas.parameters import today

NEWEST = 10
MOST_DAYS = 150
GROUPINGS = (
    "nation",
    "category",
    "mission",
    "nation,category",
    "mission,nation",
    "mission,nation,category",
    "none",
)
MEANINGS = {
    "present": "there at the end of the day",
    "arrived": "came so far",
    "departed": "left so far",
    "expected": "announced and still to come",
    "pledged": "promised by nations",
    "authorised": "the mandate's ceiling",
}


@dataclass(frozen=True, slots=True)
class Viewed:
    """A question under way: what was asked, the state of the ledger, and what the page filled
    in.
    """

    connection: Connection
    at: Revision
    asked: PageQuery
    resolved: Resolved
    here: Address
    filled: Address
    missions: Mapping[str, str]

    @property
    def as_of(self) -> date:
        """The day of the figures."""
        return self.resolved.question.as_of

    @property
    def groups(self) -> tuple[str, ...]:
        """What the rows are."""
        return self.resolved.question.group_by

    @property
    def nations(self) -> tuple[str, ...]:
        """The codes of the nations asked for."""
        return self.resolved.question.nations

    @property
    def filters(self) -> Filters:
        """The lists under the figures are about the same missions and nations."""
        return replace(self.resolved.about, sources=())


def view(connection: Connection, at: Revision, asked: PageQuery, host: str) -> Viewed:
    """A question with what it leaves open filled in: the only mission there is, and what the rows
    are.
    """
    names, here = mission_names(connection, at.number), Address(pairs_of(asked), host)
    if not asked.mission and len(names) == 1:
        asked = asked.model_copy(update={"mission": list(names)})
    groups = asked.groups
    if groups is None:  # none of them is a grouping too: the total alone
        groups = ("nation",) if len(asked.mission) == 1 else ("mission",)
    filled = Address(
        pairs_of(asked, mission=asked.mission, group_by=",".join(groups) or "none"), host
    )
    resolved = asked.resolved(connection, at, asked.as_of or today(), groups)
    return Viewed(connection, at, asked, resolved, here, filled, names)


def front(seen: Viewed) -> dict[str, Any]:
    """All that the page of figures shows."""
    asked = seen.asked
    name, down = asked.order
    strength, evidence = reckoning(seen.connection, seen.at, seen.resolved)
    table = strength.table(seen.resolved.question)
    later = _known_now(seen) if asked.published_by else None
    rows = _rows(seen, table, later) if seen.groups else []
    return {
        **summary(seen, table, strength, evidence),
        "rows": _ordered(rows, name, down),
        "columns": MEASURES if seen.groups == ("mission",) else ADDITIVE,
        "unallocated": _unallocated(table),
        "later_unallocated": _unallocated(later) if later else None,
        "unallocated_change": wording.difference(*(_left(each) for each in (table, later)))
        if later
        else "",
        "total_row": _row(
            seen, table.total, later.total if later else None, (), compared=later is not None
        ),
        "sorted_by": (name, down),
        "compared": later is not None,
        "series": _series(seen),
        "controls": controls(seen, evidence),
        "working": _working(seen, asked.working) if asked.working else None,
        "lists": _lists(seen),
        **_elsewhere(seen),
    }


def _known_now(seen: Viewed) -> Table:
    """The table of the same question with all that came out since."""
    resolved = seen.resolved
    resolved = replace(resolved, cut_offs=replace(resolved.cut_offs, published_by=None))
    strength, _ = reckoning(seen.connection, seen.at, resolved)
    return strength.table(resolved.question)


def summary(seen: Viewed, table: Table, strength: Strength, evidence: Evidence) -> dict[str, Any]:
    """The headline and what stands with it; also what an embed shows."""
    figures = table.total.figures
    return {
        "seen": seen,
        "here": seen.here,
        "title": _title(seen),
        "mission": _mission(seen),
        "headline": headline(seen, table, strength, evidence),
        "six": [(m, MEANINGS[m], wording.cell(figures.get(m))) for m in MEASURES],
        "chart": _chart(seen, table),
    }


def _title(seen: Viewed) -> str:
    nations = wording.listed(nation_name(code) or code for code in seen.nations)
    missions = wording.listed(seen.missions.get(slug, slug) for slug in seen.asked.mission)
    what = wording.listed(wording.CATEGORIES[name].lower() for name in seen.asked.category)
    found = " in ".join(filter(None, [nations, missions])) or "All missions"
    return f"{found}: {what}" if what.strip() else found


def _mission(seen: Viewed) -> dict[str, Any] | None:
    if len(seen.asked.mission) != 1 or seen.asked.mission[0] not in seen.missions:
        return None
    return listings.one(seen.connection, MISSIONS, seen.at.number, seen.asked.mission[0])


def headline(seen: Viewed, table: Table, strength: Strength, evidence: Evidence) -> dict[str, Any]:
    """The number of people present in words: how many, of whom, on what, how far sources differ, or
    why none.
    """
    present = table.total.figures["present"]
    cell = wording.cell(present)
    asked = table.question.speaks_of
    within = present.stands_on_evidence or any(asked(fact.entry) for fact in evidence.facts)
    state = cell.state if present.method not in ("none", "ended") else present.method
    aside = 0
    if not within:
        aside = sum(asked(evidence.entries[out.claim.entry]) for out in evidence.set_aside)
        state = "filtered" if aside else "empty"
    there = 0
    if state == "none":
        there = sum(
            _tells_of_there(out.claim, evidence, asked, seen.as_of) for out in evidence.set_aside
        )
        state = "filtered" if there else state
    rests = rests_on(present, strength.fresh(table.question))
    spread = (
        rests[0].value.spread if len(rests) == 1 and len(present.terms) == 1 else present.spread
    )
    return {
        "state": state,
        "cell": cell,
        "people": _people(seen, present, evidence),
        "basis": wording.rests_on(present, seen.as_of),
        "spread": wording.said_by_several(*spread)
        if spread != (present.sum.low, present.sum.high)
        else "",
        "disputed": present.disputed,
        "differ": [_differing(fact) for fact in rests if fact.value.disputed][:5],
        "contradictions": list(dict.fromkeys(a.aside for a in present.terms if a.aside))[:3],
        "entries": len(rests),
        "claims": sum(fact.value.claims for fact in rests),
        "witnesses": rests[0].value.origins if len(rests) == 1 else None,
        "unknown_terms": present.sum.unknown_terms,
        "aside": aside or there,
        "there": there,
    }


def _tells_of_there(
    claim: Claim, evidence: Evidence, asked: Callable[[Entry], bool], day: date
) -> bool:
    """A claim that, were it not set aside, would tell of people there by a day."""
    entry, first = evidence.entries[claim.entry], claim.date.earliest
    told = entry.kind in ("movement", "strength_report") and claim.status == "occurred"
    return told and (first is None or first <= day) and asked(entry)


def _differing(fact: Fact) -> dict[str, str]:
    """An entry on which sources differ: its key, what it is, and how far they differ in number or
    else in date.
    """
    name = entry_name({field.name: getattr(fact.entry, field.name) for field in fields(fact.entry)})
    low, high = fact.value.spread
    said = wording.said_by_several(low, high) if low != high else "on the day"
    return {
        "key": fact.entry.key,
        "name": f"{name}, {wording.edtf(fact.value.date.edtf)}",
        "range": said,
    }


def _people(seen: Viewed, present: Figure, evidence: Evidence) -> str:
    """Of whom the number is: the one category all of its evidence speaks of, and the nations asked
    for.
    """
    entries = [evidence.entries[a.entry] for a in present.terms if a.entry]
    named = {entry.category for entry in entries} or set(seen.asked.category)
    category = named.pop() if len(named) == 1 else None
    nations = wording.listed(nation_name(code) or code for code in seen.nations)
    return wording.PEOPLE.get(category or "", "people") + (f" from {nations}" if nations else "")


def _group_name(seen: Viewed, group: Mapping[str, str | None]) -> str:
    said = {
        "mission": seen.missions.get(group.get("mission") or "", group.get("mission")),
        "nation": nation_name(group.get("nation")),
        "category": wording.CATEGORIES.get(group.get("category") or ""),
    }
    return " · ".join(said[name] or "" for name in seen.groups)


def _rows(seen: Viewed, table: Table, later: Table | None) -> list[dict[str, Any]]:
    """The rows of a table; with a later one, the rows of either, each with both figures."""

    def by_group(rows: Sequence[Row]) -> dict[tuple[str, ...], Row]:
        return {tuple(str(row.group[name]) for name in seen.groups): row for row in rows}

    then, now = by_group(table.rows), by_group(later.rows) if later else {}
    return [
        _row(seen, then.get(values), now.get(values), values, compared=later is not None)
        for values in dict.fromkeys([*then, *now])
    ]


def _row(
    seen: Viewed, then: Row | None, now: Row | None, values: tuple[str, ...], compared: bool
) -> dict[str, Any]:
    figures, other = (then.figures if then else {}), (now.figures if now else {})
    present = figures.get("present")
    cells = {m: wording.cell(figures.get(m)) for m in MEASURES}
    later = {m: wording.cell(other.get(m)) for m in MEASURES}
    group = dict(zip(seen.groups, values, strict=False))
    return {
        "name": _group_name(seen, group) if values else "Total",
        "group": group,
        "working": ",".join(values) or "total",
        "cells": cells,
        "now": later if compared else None,
        "changes": {m: wording.difference(cells[m].key, later[m].key) for m in MEASURES}
        if compared
        else {},
        "differs": {m: cells[m].whole != later[m].whole for m in MEASURES} if compared else {},
        "known": then is not None,
        "method": wording.METHODS.get(present.method, present.method)
        if present
        else "not yet told of",
        "evidence": present.evidence_date if present else None,
        "age": wording.age(present.evidence_date, seen.as_of) if present else "",
        "disputed": bool(present and present.disputed),
    }


def _left(table: Table) -> int:
    """How many people present the rows leave unexplained."""
    return table.unallocated.remainders["present"][1] if table.unallocated else 0


def _unallocated(table: Table) -> dict[str, Any] | None:
    left = table.unallocated
    return {m: wording.remainder(left.remainders[m]) for m in ADDITIVE} if left else None


def _ordered(rows: list[dict[str, Any]], name: str, down: bool) -> list[dict[str, Any]]:
    """Rows by a column, what is not known last, names breaking ties."""
    rows = sorted(rows, key=lambda row: row["name"].casefold())
    if name in ("name", "method"):
        return sorted(rows, key=lambda row: row[name].casefold(), reverse=down)

    def value(row: dict[str, Any]) -> Any:
        return row["evidence"] if name == "evidence" else row["cells"][name].key

    known = [row for row in rows if value(row) is not None]
    return sorted(known, key=value, reverse=down) + [row for row in rows if value(row) is None]


def _working(seen: Viewed, words: str) -> dict[str, Any]:
    """The working of one row: the same question narrowed to its group; Refused for what is no
    row.
    """
    values = words.split(",") if words != "total" else []
    if values and len(values) != len(seen.groups):
        raise Refused(
            [
                Mend(
                    "working",
                    f"{words!r:.60} is no row here; write {','.join(seen.groups)} or total",
                    "total",
                )
            ]
        )
    group = dict(zip(seen.groups, values, strict=False))
    if "mission" in group and group["mission"] not in seen.missions:
        near = nearest(group["mission"], seen.missions)
        raise Refused([Mend("working", f"there is no mission {group['mission']!r:.60}", near)])
    if "category" in group and group["category"] not in PARENTS:
        near = nearest(group["category"], PARENTS)
        raise Refused([Mend("working", f"{group['category']!r:.60} is not a category", near)])
    if "nation" in group:
        try:
            group["nation"] = nation_codes([group["nation"]])[0]
        except Refused as refused:
            raise Refused(
                [Mend("working", mend.detail, mend.did_you_mean) for mend in refused.mends]
            ) from refused
    narrowed = seen.resolved.narrowed(group)
    strength, evidence = reckoning(seen.connection, seen.at, narrowed)
    table = strength.table(narrowed.question)
    told = working(seen.connection, seen.at, table, strength, evidence)
    return {**told, "name": _group_name(seen, group) if group else "Total", "narrow": group}


def _chart(seen: Viewed, table: Table) -> dict[str, Any]:
    total = wording.cell(table.total.figures["present"]).whole
    there = [row for row in table.rows if row.figures["present"].terms]
    largest = sorted(there, key=lambda row: -row.figures["present"].sum.point)[:6]
    parts = [
        f"{_group_name(seen, row.group)} {wording.cell(row.figures['present']).whole}"
        for row in largest
    ]
    of_rows = f" Of these: {'; '.join(parts)}." if len(parts) > 1 else ""
    pictures = {
        (theme, width): seen.filled.series("/v1/strength/series.svg", theme=theme, width=width)
        for theme in ("light", "dark")
        for width in (328, 760)
    }
    return {
        "pictures": pictures,
        "alt": f"Line over time of people present, {_title(seen)}. On {wording.day(seen.as_of)}: "
        f"{total}.{of_rows}",
        "json": seen.filled.series("/v1/strength/series"),
        "csv": seen.filled.series("/v1/strength/series.csv"),
    }


def _series(seen: Viewed) -> dict[str, Any]:
    """The days up to the one asked for on which the total changed, newest first, as far as a page
    can show them.
    """
    last = seen.as_of
    strength, _ = reckoning(seen.connection, seen.at, seen.resolved)
    question = replace(seen.resolved.question, group_by=())
    days = [day for day in strength.changes(question) if day <= last]
    rows: list[dict[str, Any]] = []
    for day, table in strength.series(question, days[-MOST_DAYS:]):
        present = table.total.figures["present"]
        row = {
            "cell": wording.cell(present),
            "method": wording.METHODS.get(present.method, present.method),
        }
        if not rows or {name: rows[-1][name] for name in row} != row:
            rows.append({"day": day, **row})
    return {"rows": rows[::-1], "cut": len(days) > MOST_DAYS}


def controls(seen: Viewed, evidence: Evidence) -> dict[str, Any]:
    """What each control offers and what is set."""
    asked = seen.asked
    nations = {e.nation for e in evidence.entries.values() if e.nation} | set(seen.nations)
    names = sorted(
        ((code, nation_name(code) or code) for code in nations), key=lambda pair: pair[1]
    )
    revisions = listings.page(
        seen.connection, REVISIONS, seen.at.newest, Filters(), ("-number",), 30
    )
    numbered = [(str(r["number"]), f"{r['number']}: {r['message']}"[:60]) for r in revisions.rows]
    days = publication_days(seen)
    return {
        "missions": sorted(seen.missions.items(), key=lambda pair: pair[1].casefold()),
        "nations": names,
        "nation": list(seen.nations),
        "categories": [(name, wording.CATEGORIES[name]) for name in PARENTS],
        "groupings": [
            (g, " and ".join(g.split(",")))
            for g in dict.fromkeys([*GROUPINGS, asked.group_by or "nation"])
        ],
        "grouping": ",".join(seen.groups),
        "policy": POLICIES["graded"],
        "policies": [(name, words) for name, words in POLICIES.items() if name != "graded"],
        "grades": [
            (g, f"{g} or better")
            for g in sorted({*(f"{letter}6" for letter in "ABCDE"), asked.min_grade or "A6"})
        ],
        "revisions": numbered,
        "revision": None if asked.revision is None else str(asked.revision),
        "days": days,
        "kept": [
            (name, value)
            for name in ("contingent", "source", "known_at")
            for value in _values(asked, name)
        ],
    }


def _values(asked: PageQuery, name: str) -> list[str]:
    found = getattr(asked, name)
    return found if isinstance(found, list) else [found] if found else []


def publication_days(seen: Viewed) -> list[date]:
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


def _lists(seen: Viewed) -> dict[str, Any]:
    """Pledges, deliveries, what happened last, and the newest claims: as the ledger settles them by
    default.
    """
    found: dict[str, Any] = {}
    for kind in ("pledge", "delivery", "movement", "strength_report", "mandate"):
        # A mandate is the mission's, whatever nation is asked for.
        kept = Filters(missions=seen.filters.missions) if kind == "mandate" else seen.filters
        page = listings.page(
            seen.connection, ENTRIES[kind], seen.at.number, kept, ("-date_earliest",), NEWEST
        )
        found[kind] = {
            "rows": [{**row, "title": entry_name(row)} for row in page.rows],
            "total": page.total,
        }
    claims = listings.page(
        seen.connection, CLAIMS, seen.at.number, seen.filters, ("-since", "-date_earliest"), NEWEST
    )
    found["claim"] = {"rows": told_by(seen.connection, seen.at, claims.rows), "total": claims.total}
    return found


def _elsewhere(seen: Viewed) -> dict[str, Any]:
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
        "permalink": permalink,
        "cited_on": today(),
    }
