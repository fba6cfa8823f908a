"""More left than came: people who must have come, though nobody told of it.

Only where it is certain: the fewest who left by a day are more than the most who can have come by
then. Reports explain who is there, so this is asked of those of whom there is none.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from app.estimate.counts import Addend, Count, Terms
from app.estimate.entries import Fact

NOT_EXPLAINED = "came, and no source tells of it"


class Unexplained(NamedTuple):
    """At least so many more came than is told, by a day: the last on which more had left than ever
    before. `left` is the departure that shows it.
    """

    day: date
    least: int
    left: Fact


def unexplained(movements: Iterable[Fact], counts: Mapping[str, Count]) -> Unexplained | None:
    """Who must have come besides those of whom some movements tell; None where these explain all
    who left. `counts` replaces the count of the entries it names.
    """
    occurred = [fact for fact in movements if fact.value.status == "occurred"]
    if not any(fact.entry.direction == "departure" for fact in occurred):
        return None
    there, least, found = 0, 0, None
    for day, _, _, fact in sorted(map(_dated, occurred), key=lambda each: each[:3]):
        change = _change(fact, counts)
        if change is None or day == date.max:
            break
        there += change
        if there < -least:
            least, found = -there, Unexplained(day, -there, fact)
    return found


def _change(fact: Fact, counts: Mapping[str, Count]) -> int | None:
    """How many it adds at the most, or takes away at the least; None where there is no bound."""
    count = counts.get(fact.entry.key, fact.value.count)
    return count.high if fact.entry.direction == "arrival" else -count.low


def _dated(fact: Fact) -> tuple[date, int, str, Fact]:
    """A movement by the first day on which it can have added somebody, or the last on which it can
    have taken them away; who came on a day can have left on it.
    """
    span = fact.value.date
    if fact.entry.direction == "arrival":
        return span.earliest or date.min, 0, fact.entry.key, fact
    return span.latest or date.max, 1, fact.entry.key, fact


def at_least(so_far: Terms, missing: Unexplained, day: date) -> Terms:
    """Who is present by movements that do not explain all who left: before that day nobody knows
    how many more there were, from it on they have come and left.
    """
    if day >= missing.day:
        came = missing.least
        return {**so_far, Addend(NOT_EXPLAINED, None, (), came, came, came, known=None): 1}
    terms = {
        addend if addend.known is None else addend._replace(known=False): times
        for addend, times in so_far.items()
    }
    return {**terms, Addend(NOT_EXPLAINED, None, (), 0, 0, None, known=False): 1}
