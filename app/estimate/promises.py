"""What is pledged and authorised on a day, as terms: none of it is anybody present."""

from collections.abc import Iterable
from datetime import date

from app.estimate.amendments import Amendments
from app.estimate.contingents import addend_of, within
from app.estimate.counts import Terms, gather
from app.estimate.entries import Fact, Policy
from app.estimate.reports import as_one


def ceiling(mandates: Iterable[Fact], day: date, policy: Policy = "graded") -> Terms:
    """The ceilings of the newest mandates in force, one a mission. Those that begin on one day are
    settled together, as the claims of one are: the policy chooses.
    """
    newest: dict[str, tuple[date, list[Fact]]] = {}
    for fact in mandates:
        value, mission = fact.value.standing_on(day), fact.entry.mission
        begun = value.day if value.status == "occurred" else None
        if begun is None or begun > day or _expired(fact, day):
            continue
        before = newest.get(mission)
        if before is None or before[0] < begun:
            newest[mission] = (begun, [Fact(fact.entry, value)])
        elif before[0] == begun:
            before[1].append(Fact(fact.entry, value))
    settled = (as_one(rivals, policy) for _, rivals in newest.values())
    return gather({addend_of("authorised", fact): 1} for fact in settled)


def _expired(mandate: Fact, day: date) -> bool:
    expires = mandate.entry.expires
    return expires is not None and expires.latest is not None and expires.latest < day


def pledged(fact: Fact, day: date, amendments: Amendments) -> Terms:
    """A pledge as far as it was made by a day, is not withdrawn and none stands in its place. One
    that amends another is whole from its settled day on.
    """
    value = fact.value.standing_on(day)
    if value.status != "occurred" or not amendments.counts(fact, day):
        return {}
    if fact.entry.amends:
        return {addend_of("pledged", fact, value): 1}
    found = within(addend_of("pledged", fact, value), value, None, day)
    return {found: 1} if found else {}
