"""The nations: what each sent, promised and gave, and one with everything about it in every
mission.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.estimate.fulfilment import Promise, fulfilment
from app.estimate.outcomes import promises
from app.estimate.strength import ADDITIVE, Row, Strength
from app.record.database import Connection
from app.record.filters import Filters
from app.record.kinds import KINDS
from app.record.listings import CONTINGENTS
from app.record.nations import nation_code, nation_name, nations, near_nation
from app.record.problems import NotFound
from app.record.revisions import Revision
from app.record.subjects import mission_names
from app.record.tallies import deliveries_given, nations_named
from app.web.estimates import age_of, ageing_of, reckoning
from app.web.pages import wording
from app.web.pages.front import summary
from app.web.pages.links import DayPageQuery, about_one
from app.web.pages.lists import about_asked, entries_list, lists_of_kinds
from app.web.pages.missions import figure_in_words
from app.web.pages.over_time import series_of
from app.web.pages.promises import promises_shown
from app.web.pages.provenance import rows_of
from app.web.pages.table import table_shown
from app.web.pages.view import View, view

# What tells of a nation's own people and words; deliveries are of who gives, and of who receives.
OF_PEOPLE = ("movement", "strength_report", "pledge", "event")


def code_of(words: str) -> str | None:
    """The code of a nation by its code, name or alias; None for any other word."""
    try:
        return nation_code(words)
    except ValueError:
        return None


def nations_page(connection: Connection, at: Revision, asked: DayPageQuery) -> dict[str, Any]:
    """Every nation that the ledger names: its people of a day, its promises, what it gave."""
    resolved = asked.resolved(connection, at, asked.day, ("nation",))
    strength = reckoning(connection, at, resolved)
    table = strength.table(resolved.question)
    ageing, owed = ageing_of(connection, strength), _owed(fulfilment(table).rows)
    people = {str(row.group["nation"]): row for row in table.rows}
    missions = resolved.question.missions
    gave = deliveries_given(connection, at.number, asked.day, missions)
    entries = _named(connection, at, missions)

    def row_of(code: str) -> dict[str, Any]:
        figures = dict(_NOTHING)
        if row := people.get(code):
            age = age_of(ageing, table, row, asked.day)
            figures |= figure_in_words(row.figures["present"], age, asked.day)
            figures |= _figures(row, owed.get(code))
        more = {"gave": gave.get(code, 0), "entries": entries[code]}
        return {"code": code, "name": nation_name(code) or code, **figures, **more}

    rows = [row_of(code) for code in resolved.question.nations or {*people, *entries}]
    rows.sort(key=lambda row: row["name"].casefold())
    about = about_asked(resolved, mission_names(connection, at.number))
    return {"rows": rows, "as_of": asked.day, "about": about}


def _named(connection: Connection, at: Revision, missions: Collection[str]) -> Counter[str]:
    """How many entries of some missions name each nation."""
    entries: Counter[str] = Counter()
    for tally in nations_named(connection, at.number, missions):
        entries[tally.nation] += tally.number
    return entries


def _owed(rows: Iterable[Promise]) -> Mapping[str, Promise]:
    return {str(each.group["nation"]): each for each in rows}


_NOTHING: dict[str, Any] = {
    "cell": wording.cell(None),
    "stale": False,
    "known": "",
    "age": "",
    "disputed": False,
    "arrived": wording.cell(None),
    "pledged": wording.cell(None),
    "outstanding": "",
}


def _figures(row: Row, promise: Promise | None) -> dict[str, Any]:
    """What a nation sent and promised; nothing is outstanding where nothing was promised."""
    pledged = promise is not None and promise.state != "none_pledged"
    return {
        "arrived": wording.cell(row.figures["arrived"]),
        "pledged": wording.promised(row.figures["pledged"]),
        "outstanding": _left(promise) if promise and pledged else "",
    }


def _left(promise: Promise) -> str:
    """What was pledged and has not come, in words."""
    found = wording.counted(*promise.outstanding)
    return "not known" if found == "no number" else found


def nation_page(
    connection: Connection, at: Revision, asked: DayPageQuery, code: str, host: str
) -> dict[str, Any]:
    """One nation: whom it sent, what it promised and what came of that, what it gave, what is
    reported of it, in every mission.
    """
    if code not in nations():
        raise NotFound("nation", code, near_nation(code))
    seen = view(connection, at, about_one(asked, "mission", nation=code), host)
    strength = reckoning(connection, at, seen.resolved)
    table = strength.table(seen.resolved.question)
    of_it = Filters(nations=(code,))
    lists = lists_of_kinds(connection, at, of_it, seen.here.lists, OF_PEOPLE)
    given = _deliveries(seen, code, "donor", "given", "What it gave")
    received = _deliveries(seen, code, "nation", "received", "What its people were given")
    named = any(each["rows"] for each in (*lists, given, received))
    # Whoever came for one mission keeps what was pledged to the one before: all missions together.
    whole = strength.table(replace(seen.resolved.question, group_by=("nation",)))
    owed = _owed(fulfilment(whole).rows).get(code)
    return {
        **summary(seen, table, strength),
        **table_shown(seen, table, None),
        "sortable": False,
        "columns": ADDITIVE,
        "mission": None,
        "series": series_of(seen),
        "nation": nations()[code],
        "outstanding": _left(owed) if owed and owed.state != "none_pledged" else "",
        "promises": promises_shown(seen, strength),
        "contingents": rows_of(connection, CONTINGENTS, at, of_it),
        "lists": [*lists, *(each for each in (given, received) if each["rows"])],
        "sentence": _sentence(seen, table.total, named, _given(seen, strength, code)),
    }


def _deliveries(seen: View, code: str, field: str, name: str, heading: str) -> dict[str, Any]:
    """The deliveries that name a nation in a field; the list of the API has those of either, and
    so another number.
    """
    kept = Filters(choices={field: (code,)})
    found = entries_list(seen.connection, seen.at, KINDS["delivery"], kept, seen.here.lists)
    whole = "All that name it as giver or receiver"
    return {**found, "id": name, "heading": heading, "whole": whole}


def _given(seen: View, strength: Strength, code: str) -> str:
    """How many deliveries a nation gave by the day, and how many more are announced, in words;
    empty where there is neither.
    """
    gave = deliveries_given(seen.connection, seen.at.number, seen.as_of).get(code, 0)
    found = promises(strength, seen.resolved.question, ("delivery",))
    due = sum(each.fact.entry.donor == code and each.outcome == "open" for each in found)
    if gave:
        more = f" ({due:,} more {'is' if due == 1 else 'are'} announced)" if due else ""
        return f"gave {_deliveries_in_words(gave)}{more}"
    return f"has {_deliveries_in_words(due)} announced" if due else ""


def _deliveries_in_words(number: int) -> str:
    return f"{number:,} deliver{'y' if number == 1 else 'ies'}"


def _sentence(seen: View, total: Row, named: bool, given: str) -> str:
    """Of a nation that has nobody there and never had: what it did instead; empty for others."""
    figures, name = total.figures, seen.nations
    if figures["present"].stands_on_evidence or figures["arrived"].terms:
        return ""
    done = [given] if given else []
    if figures["pledged"].terms:
        done.append("promised people")
    if not done and not named:
        return f"This ledger tells nothing of {name}: that is not zero."
    nobody = f"{name} sent nobody that this ledger tells of by {wording.day(seen.as_of)}"
    return f"{nobody}; it {' and '.join(done)}." if done else f"{nobody}."
