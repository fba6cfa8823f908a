"""Promises, one by one: when each was announced and for when, how often it moved, when it came, how
late, and how it stands.

A date is a day that it was due only where it says more than that it will be: what is told on 20
February to come `2024-02-20/..` names no day. Lateness is counted from the first day that was
named; how a promise lapses goes by the account that is believed. All of it is reckoned from claims,
so that cut-offs leave what was known under them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from app.estimate.announcements import Announcements, Parts, promising
from app.estimate.categories import covers
from app.estimate.checkpoint import watched
from app.estimate.counts import Sum, Terms
from app.estimate.dates import Span
from app.estimate.entries import Claim, Fact, Settled
from app.estimate.questions import Question
from app.estimate.strength import Strength

KINDS = ("movement", "delivery", "pledge")
Outcome = Literal["open", "on_time", "late", "in_part", "lapsed", "cancelled"]
# Low, best and high: a best of None is not known, a high of None has no bound.
Range = tuple[int, int | None, int | None]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
PARTS = ("promised", "come", "expected", "lapsed", "cancelled")


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise and what came of it by a day.

    `first_due` and `last_due` are the first and the last day it was announced for (None: no claim
    names one), `moved` how many other days it was announced for after the first; `late` is in days
    after the first (None: nothing has come, or no day was named). `amended_by` is the pledge that
    stands in its place. `parts` are in people, of a delivery in items: the promise, and the four
    parts that make it up.
    """

    fact: Fact
    announced: date | None
    first_due: Span | None
    last_due: Span | None
    moved: int
    came_on: date | None
    late: Range | None
    outcome: Outcome
    amended_by: str | None
    parts: Mapping[str, Range]
    disputed: bool


def promises(strength: Strength, question: Question, kinds: Iterable[str] = ()) -> list[Promised]:
    """What was promised by a question's day within it, in the order of the first announcements."""
    strength = strength.fresh(question)
    announcements = strength.announcements(KINDS)
    wanted = tuple(kinds) or KINDS
    found = [
        _promised(fact, promise, announcements, question.as_of)
        for fact in watched(strength.of_kinds(wanted))
        if _within(fact, question)
        and announcements.known(fact, question.as_of)
        and (promise := announcements.promise(fact))
    ]
    return sorted(
        found,
        key=lambda each: (each.announced or date.max, each.fact.entry.mission, each.fact.entry.key),
    )


def tallied(found: Iterable[Promised], group: Mapping[str, str | None]) -> dict[Outcome, int]:
    """How many promises of people to come stand how, in a group (empty: in all)."""
    mission, nation, category = (group.get(name) for name in ("mission", "nation", "category"))
    counted = dict.fromkeys(OUTCOMES, 0)
    for each in found:
        entry = each.fact.entry
        of_group = (
            mission in (None, entry.mission)
            and nation in (None, entry.nation)
            and covers(category, entry.category)
        )
        if of_group and (entry.kind == "pledge" or entry.direction == "arrival"):
            counted[each.outcome] += 1
    return counted


def _within(fact: Fact, question: Question) -> bool:
    """It is of somebody who is asked for; a delivery also where its giver is."""
    entry = fact.entry
    if question.speaks_of(entry):
        return True
    in_mission = not question.missions or entry.mission in question.missions
    narrowed = question.categories or question.contingents
    return in_mission and not narrowed and entry.donor in question.nations


def _promised(fact: Fact, promise: Settled, announcements: Announcements, day: date) -> Promised:
    due = list(_named_days(fact, day))
    parts = announcements.parts(fact, day)
    came = _came(fact, promise, announcements, day)
    late = _late(due[0], came.date, came.day) if due and came and came.day else None
    instead = announcements.instead(fact, day)
    outcome = _outcome(fact, promise, parts, day, late)
    known = [claim.out_by for claim in _promising(fact) if claim.out_by and claim.out_by <= day]
    last = promise.date if promise.date in due else due[-1] if due else None
    return Promised(
        fact=fact,
        announced=min(known, default=None),
        first_due=due[0] if due else None,
        last_due=last,
        moved=max(0, len({_day_of(span) for span in due}) - 1),
        came_on=came.day if came else None,
        late=late,
        outcome=outcome,
        amended_by=instead.entry.key if instead else None,
        parts=_ranges(parts),
        disputed=fact.value.disputed,
    )


# ---- when ----


def _promising(fact: Fact) -> list[Claim]:
    """The claims that promise it, in the order in which they were out."""
    return sorted(promising(fact), key=lambda c: (c.out_by or date.max, c.grade, c.recorded, c.key))


def _named_days(fact: Fact, day: date) -> Iterator[Span]:
    """The days it was announced for by a day, in the order of announcements. A pledge is made on a
    day, and due on none.
    """
    for claim in _promising(fact):
        span, out = claim.date, claim.out_by
        if claim.status != "expected" or (out and out > day):
            continue
        begins = span.earliest is not None and (out is None or span.earliest > out)
        if span.latest is not None or begins:
            yield span


def _day_of(span: Span) -> date | None:
    return span.latest or span.earliest


def _came(fact: Fact, promise: Settled, announcements: Announcements, day: date) -> Settled | None:
    """The account of when a promise had come, whole or as far as it did by a day: its own, or that
    of the step that made it whole, or the last of them.
    """
    of_it = sorted(
        (step for step in _leaves(fact, announcements) if (on := step.value.day) and on <= day),
        key=lambda step: (step.value.day or date.max, step.entry.key),
    )
    so_far = 0
    for step in of_it:
        so_far += step.value.count.point
        if promise.count.best is not None and so_far >= promise.count.best:
            return step.value
    return of_it[-1].value if of_it else None


def _leaves(fact: Fact, announcements: Announcements) -> Iterator[Fact]:
    """What came of a promise: itself, or what fulfils it."""
    if fact.value.status == "occurred" and fact.entry.kind != "pledge":
        yield fact
        return
    for step in announcements.steps(fact):
        yield from _leaves(step, announcements)


def _late(due: Span, came: Span, on: date) -> Range:
    """How many days after the first day it was due it came, never below zero."""
    named = _day_of(due) or on
    low = (came.earliest - due.latest).days if came.earliest and due.latest else 0
    high = (came.latest - due.earliest).days if came.latest and due.earliest else None
    best = max(0, (on - named).days)
    return min(max(0, low), best), best, None if high is None else max(best, high)


# ---- how it stands ----


def _outcome(fact: Fact, promise: Settled, parts: Parts, day: date, late: Range | None) -> Outcome:
    value, come = fact.value.standing_on(day), Sum.of(parts.come)
    if _kept(fact, promise, come, day):
        return "late" if late and late[1] else "on_time"
    if parts.come and (come.point > 0 or come.best is None):
        return "in_part"
    if value.status == "cancelled" or parts.cancelled:
        return "cancelled"
    return "lapsed" if parts.lapsed else "open"


def _kept(fact: Fact, promise: Settled, come: Sum, day: date) -> bool:
    """What came can be all that was promised."""
    enough = come.high is None or come.high >= promise.count.low
    if fact.value.status == "occurred" and fact.entry.kind != "pledge":
        return enough and fact.value.day is not None and fact.value.day <= day
    return enough and come.best is not None and come.point > 0


def _ranges(parts: Parts) -> dict[str, Range]:
    """The parts as ranges; what came beyond the promise is none of it."""
    whole, come = _range(parts.whole), _range(parts.come)
    rest = {name: _range(getattr(parts, name)) for name in PARTS[2:]}
    return {"promised": whole, "come": _no_more(come, whole), **rest}


def _no_more(come: Range, whole: Range) -> Range:
    """What came, as far as it can have been promised."""
    (low, best, high), (_, promised, most) = come, whole
    if most is None:
        top = promised if promised is not None and best is not None else None
        return low if top is None else min(low, top), _least(best, top), high
    best = _least(best, most if promised is None else promised) if best is not None else None
    low = min(low, most) if best is None else min(low, best)
    return low, best, _least(most, high)


def _least(one: int | None, other: int | None) -> int | None:
    """The smaller of two; the one that there is where only one is."""
    known = [each for each in (one, other) if each is not None]
    return min(known, default=None)


def _range(terms: Terms) -> Range:
    total = Sum.of(terms)
    return total.low, total.best, total.high
