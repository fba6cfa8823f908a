"""The headline: the people present in words, or why there is no number."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.estimate.contingents import Figure
from app.estimate.entries import Claim, Entry, Fact
from app.estimate.last_known import Age
from app.estimate.strength import Strength, Table
from app.web.estimates import age_of, ageing_of
from app.web.pages import wording
from app.web.pages.provenance import entry_name, rests_on
from app.web.pages.view import View
from app.web.schemas.parameters import today


def headline(seen: View, table: Table, strength: Strength) -> dict[str, Any]:
    """How many are present, of whom, on what that rests, how far sources differ, or why it is no
    number.
    """
    present = table.total.figures["present"]
    rests = rests_on(present, strength.fresh(table.question))
    age = age_of(ageing_of(seen.connection, strength), table, table.total, seen.as_of)
    return {
        **_state(seen, table, strength),
        "rests": rests,
        "last_known": age.last_known,
        "known": known_days(present, age),
        "stale": age.stale,
        "lead": _lead(present, age),
        "to_come": seen.as_of > today(),
        "announced": wording.cell(table.total.figures["expected"]),
        "cell": wording.cell(present),
        "people": _people(seen, rests),
        "basis": wording.rests_on(present, seen.as_of),
        "spread": _spread(present, rests),
        "disputed": present.disputed,
        "differ": [_differing(fact) for fact in rests if fact.value.disputed][:5],
        "contradictions": list(dict.fromkeys(a.aside for a in present.terms if a.aside))[:3],
        "entries": len(rests),
        "claims": sum(fact.value.claims for fact in rests),
        "witnesses": rests[0].value.origins if len(rests) == 1 else None,
        "unknown_terms": present.sum.unknown_terms,
    }


def _lead(present: Figure, age: Age) -> str:
    """What a title begins with; nothing where there is no number."""
    cell = wording.cell(present)
    if cell.state != "known" or present.method in ("ended", "passed_on"):
        return ""
    when = f" last known {known_days(present, age)}" if age.stale else " present"
    return f"{cell.text}{when}: "


def known_days(present: Figure, age: Age) -> str:
    """The days that a figure is known from: since most of it was told, and what came after."""
    newest, since = present.evidence_date, wording.day(age.last_known)
    later = newest and age.last_known and newest > age.last_known
    return f"{since}, with what was told until {wording.day(newest)}" if later else since


def _state(seen: View, table: Table, strength: Strength) -> dict[str, Any]:
    """What sort of headline it is; where everything was set aside, how many claims were, and how
    many of these tell of people there.
    """
    present = table.total.figures["present"]
    if not (present.stands_on_evidence or strength.speaks_within(table.question)):
        aside = len(_set_aside(table, strength))
        return {"state": "filtered" if aside else "empty", "aside": aside, "there": 0}
    if present.method == "none":
        there = sum(
            _tells_of_there(claim, entry, seen.as_of)
            for claim, entry in _set_aside(table, strength)
        )
        return {"state": "filtered" if there else "none", "aside": there, "there": there}
    over = present.method in ("ended", "passed_on")
    state = present.method if over else wording.cell(present).state
    return {"state": state, "aside": 0, "there": 0}


def _set_aside(table: Table, strength: Strength) -> list[tuple[Claim, Entry]]:
    """The claims within a question that its cut-offs leave out, each with its entry."""
    return [
        (out.claim, entry) for entry, out in strength.cut_off() if table.question.speaks_of(entry)
    ]


def _tells_of_there(claim: Claim, entry: Entry, day: date) -> bool:
    """A claim that, were it not set aside, would tell of people there by a day."""
    first = claim.date.earliest
    people = entry.kind in ("movement", "strength_report") and claim.status == "occurred"
    return people and (first is None or first <= day)


def _people(seen: View, rests: Sequence[Fact]) -> str:
    """Of whom the number is: the one category all of its evidence speaks of, and the nations asked
    for.
    """
    people = (fact.entry for fact in rests if fact.entry.kind != "succession")
    named = {entry.category for entry in people} or set(seen.asked.category)
    category = named.pop() if len(named) == 1 else None
    of = f" from {seen.nations}" if seen.nations else ""
    return wording.PEOPLE.get(category or "", "people") + of


def _spread(present: Figure, rests: Sequence[Fact]) -> str:
    """How far the sources of a figure reach, in words; empty where that is its own range."""
    alone = len(rests) == 1 and len(present.terms) == 1
    spread = rests[0].value.spread if alone else present.spread
    own = (present.sum.low, present.sum.high)
    return "" if spread == own else wording.spread_in_words(*spread)


def _differing(fact: Fact) -> dict[str, str]:
    """An entry on which sources differ: its key, what it is, and how far they differ in number or
    else in date.
    """
    entry, (low, high) = fact.entry, fact.value.spread
    about = {
        "kind": entry.kind,
        "nation": entry.nation,
        "category": entry.category,
        "direction": entry.direction,
    }
    return {
        "key": entry.key,
        "name": f"{entry_name(about)}, {wording.edtf(fact.value.date.edtf)}",
        "range": wording.spread_in_words(low, high) if low != high else "on the day",
    }
