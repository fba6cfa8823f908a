"""How a figure came about: its terms in the order in which they are read, and the claims that entered none, and why."""

from collections.abc import Iterator

from app.estimate.contingents import Figure
from app.estimate.counts import Addend
from app.estimate.entries import Fact, SetAside
from app.estimate.strength import Strength, Table


def ordered_terms(figure: Figure) -> list[tuple[Addend, int]]:
    """The addends of a figure and how often each counts: reports, then what moved, day by day, corrections last."""
    return sorted(
        figure.terms.items(),
        key=lambda term: (term[0].role != "report", str(term[0].day), term[0].entry or "~", term[0].role),
    )


def set_aside(strength: Strength, table: Table) -> list[SetAside]:
    """The claims within the question that entered none of its figures, and why, each once."""
    addends = [addend for row in [*table.rows, table.total] for fig in row.figures.values() for addend in fig.terms]
    used = {key for addend in addends if not addend.aside for key in addend.claims}
    contradicted = {key: addend.aside for addend in addends if addend.aside for key in addend.claims}
    found: list[SetAside] = []
    strength = strength.fresh(table.question)
    for fact in _told(strength):
        if not table.question.speaks_of(fact.entry) or _never_strength(fact):
            continue
        value = fact.value.standing_on(table.question.as_of)
        found += value.set_aside
        if value is not fact.value:
            found.append(SetAside(fact.value.claim, f"cancels it only after {table.question.as_of}"))
        found += [
            SetAside(claim, contradicted.get(claim.key) or _unused(fact, table, strength))
            for claim in dict.fromkeys((value.claim, value.counted))
        ]
    found += [aside for entry, aside in strength.too_old if table.question.speaks_of(entry)]
    # What a complete list says without a word stands under the key of its own claim, which is accounted for itself.
    told = {claim for fact in strength.facts for claim in fact.value.voices} | {
        aside.claim for _, aside in strength.too_old
    }
    found = [aside for aside in found if aside.claim in told]
    first = {aside.claim.key: aside for aside in reversed(found) if aside.claim.key not in used}
    return [aside for aside in found if first.get(aside.claim.key) is aside]


def _told(strength: Strength) -> Iterator[Fact]:
    """What was told: reports as they settle together with their rivals, those that set no level last."""
    laid_out = [report for reports in strength.levels.reports.values() for report in reports]
    voices = {claim for report in laid_out for claim in report.value.voices}
    yield from (fact for fact in strength.facts if fact.entry.kind != "strength_report")
    yield from laid_out
    for fact in strength.facts:
        if fact.entry.kind == "strength_report" and not voices.intersection((fact.value.claim, fact.value.counted)):
            yield fact


def _never_strength(fact: Fact) -> bool:
    """Nobody could take it for people who are there; a visit with a number they could."""
    return fact.entry.kind == "delivery" or (fact.entry.kind == "event" and fact.value.count.silent)


def _unused(fact: Fact, table: Table, strength: Strength) -> str:
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
    if kind == "strength_report" and strength.levels.over(fact.entry.mission, day):
        return f"its mission was over by {day}"
    if kind == "strength_report":
        return "gives no number" if value.count.silent else "a later or wider report counts instead"
    return "not in force that day, or asked for a part of the mission" if kind == "mandate" else "outside the figures"
