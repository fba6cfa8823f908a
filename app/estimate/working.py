"""How a figure came about: its terms in the order in which they are read, and the claims that entered none, and why."""

from collections.abc import Iterable

from app.estimate.contingents import Figure
from app.estimate.counts import Addend
from app.estimate.entries import Fact, SetAside
from app.estimate.strength import Table


def ordered_terms(figure: Figure) -> list[tuple[Addend, int]]:
    """The addends of a figure and how often each counts: reports, then what moved, day by day, corrections last."""
    return sorted(
        figure.terms.items(),
        key=lambda term: (term[0].role != "report", str(term[0].day), term[0].entry or "~", term[0].role),
    )


def set_aside(facts: Iterable[Fact], table: Table) -> list[SetAside]:
    """The claims within the question that entered none of its figures, and why."""
    rows = [*table.rows, table.total]
    used = {key for row in rows for figure in row.figures.values() for addend in figure.terms for key in addend.claims}
    found: list[SetAside] = []
    for fact in facts:
        if not table.question.speaks_of(fact.entry) or _never_strength(fact):
            continue
        value = fact.value.standing_on(table.question.as_of)
        found += value.set_aside
        if value is not fact.value:
            found.append(SetAside(fact.value.claim, f"cancels it only after {table.question.as_of}"))
        if not used.intersection(value.claim_keys):
            found += [SetAside(claim, _unused(fact, table)) for claim in dict.fromkeys((value.claim, value.counted))]
    return [aside for aside in found if aside.claim.key not in used]


def _never_strength(fact: Fact) -> bool:
    """Nobody could take it for people who are there; a visit with a number they could."""
    return fact.entry.kind == "delivery" or (fact.entry.kind == "event" and fact.value.count.silent)


def _unused(fact: Fact, table: Table) -> str:
    """Why a fact that settled did not enter any figure."""
    kind, value, day = fact.entry.kind, fact.value, table.question.as_of
    if kind == "event":
        return "strength is not made of events"
    if value.status == "cancelled":
        return "cancelled"
    if value.status == "expected":
        return (
            "expected, and lapsed, fulfilled or not yet announced by that day"
            if kind == "movement"
            else "expected only"
        )
    if value.day and value.day > day:
        return f"took place after {day}"
    if kind == "strength_report":
        return "a later or wider report counts instead"
    return "not in force that day, or asked for a part of the mission" if kind == "mandate" else "outside the figures"
