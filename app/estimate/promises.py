"""What is announced, pledged and authorised on a day, as terms: none of it is anybody present."""

from collections.abc import Iterable
from datetime import date

from app.estimate.contingents import addend_of, within
from app.estimate.counts import Addend, Terms, gather
from app.estimate.entries import Fact, Settled


def announced(fact: Fact, day: date) -> Addend | None:
    """An arrival as far as it is announced by a day and still to come; None where it is not at
    all.
    """
    value = fact.value.standing_on(day)
    known = value.announced is not None and value.announced <= day
    lapsed = value.date.latest is not None and value.date.latest < day
    if not known or lapsed or value.status == "cancelled":
        return None
    addend = addend_of("expected", fact, value)
    return _still_to_come(addend, value, day) if value.status == "occurred" else addend


def _still_to_come(addend: Addend, value: Settled, day: date) -> Addend | None:
    """An arrival that took place, as far as that was after a day; None where it was not."""
    if value.date.certainly_between(None, day):
        return None
    come = value.day is not None and value.day <= day
    low = 0 if value.date.possibly_between(None, day) else addend.low
    return addend._replace(low=low, best=0 if come else addend.best, known=addend.known or come)


def ceiling(mandates: Iterable[Fact], day: date) -> Terms:
    """The ceilings of the newest mandates in force, one a mission."""
    newest: dict[str, tuple[date, Terms]] = {}
    for fact in mandates:
        value, mission = fact.value.standing_on(day), fact.entry.mission
        begun = value.day if value.status == "occurred" else None
        if begun is None or begun > day or _expired(fact, day):
            continue
        if mission not in newest or newest[mission][0] <= begun:
            newest[mission] = (begun, {addend_of("authorised", fact, value): 1})
    return gather(ceiling for _, ceiling in newest.values())


def _expired(mandate: Fact, day: date) -> bool:
    expires = mandate.entry.expires
    return expires is not None and expires.latest is not None and expires.latest < day


def pledged(fact: Fact, day: date) -> Terms:
    """A pledge as far as it was made by a day and is not withdrawn."""
    value = fact.value.standing_on(day)
    if value.status != "occurred":
        return {}
    found = within(addend_of("pledged", fact, value), value, None, day)
    return {found: 1} if found else {}
