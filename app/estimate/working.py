"""The provenance of a figure: its terms in the order of reading, and the claims that entered none,
and why.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from app.estimate.checkpoint import watched
from app.estimate.contingents import Figure
from app.estimate.counts import Addend
from app.estimate.entries import Claim, Fact, SetAside
from app.estimate.strength import Strength, Table


def ordered_terms(figure: Figure) -> list[tuple[Addend, int]]:
    """The addends of a figure and how often each counts: reports, then what moved, day by day,
    corrections last.
    """
    return sorted(
        figure.terms.items(),
        key=lambda term: (
            term[0].role != "report",
            str(term[0].day),
            term[0].entry or "~",
            term[0].role,
        ),
    )


def set_aside(strength: Strength, table: Table) -> list[SetAside]:
    """The claims within the question that entered none of its figures, and why, each once."""
    used, contradicted = _claims_in(table)
    found: list[SetAside] = []
    strength = strength.fresh(table.question)
    for fact in watched(facts_by_report(strength)):
        if table.question.speaks_of(fact.entry) and not _never_strength(fact):
            found += _set_aside_of(fact, table, strength, contradicted)
    found += [aside for entry, aside in strength.too_old if table.question.speaks_of(entry)]
    claims = _claims_of(strength)
    first = {
        each.claim.key: each
        for each in reversed(found)
        if each.claim in claims and each.claim.key not in used
    }
    return [aside for aside in found if first.get(aside.claim.key) is aside]


def _claims_of(strength: Strength) -> set[Claim]:
    """All claims there are. What a complete list says without a word is none: it stands under the
    list's own key.
    """
    return {claim for fact in strength.facts for claim in fact.value.voices} | {
        aside.claim for _, aside in strength.too_old
    }


def _claims_in(table: Table) -> tuple[set[str], dict[str, str]]:
    """The keys of the claims that entered the figures, and of those that were contradicted there,
    with the reason.
    """
    figures = [figure for row in (*table.rows, table.total) for figure in row.figures.values()]
    terms = [
        (key, addend.aside)
        for figure in figures
        for addend in figure.terms
        for key in addend.claims
    ]
    return {key for key, reason in terms if not reason}, {
        key: reason for key, reason in terms if reason
    }


def _set_aside_of(
    fact: Fact, table: Table, strength: Strength, contradicted: Mapping[str, str]
) -> Iterator[SetAside]:
    """The claims of one fact, each with the reason for which it entered no figure, if it did
    not.
    """
    day = table.question.as_of
    value = fact.value.standing_on(day)
    yield from value.set_aside
    if value is not fact.value:
        yield SetAside(fact.value.claim, f"cancels it only after {day}")
    for claim in dict.fromkeys((value.claim, value.counted)):
        yield SetAside(claim, contradicted.get(claim.key) or _unused(fact, table, strength))


def facts_by_report(strength: Strength) -> Iterator[Fact]:
    """All facts, the reports as they settle together with their rivals; those that set no level
    last.
    """
    by_scope = [
        reports
        for evidence in strength.missions.values()
        for reports in evidence.levels.index.reports.values()
    ]
    by_scope.sort(key=lambda reports: (reports.days[0], reports[0].entry.key))
    laid_out = [report for reports in by_scope for report in reports]
    voices = {claim for report in laid_out for claim in report.value.voices}
    yield from (fact for fact in strength.facts if fact.entry.kind != "strength_report")
    yield from laid_out
    for fact in strength.facts:
        if fact.entry.kind == "strength_report" and not voices.intersection(
            (fact.value.claim, fact.value.counted)
        ):
            yield fact


def _unused_report(report: Fact, day: date, strength: Strength) -> str:
    if strength.levels_of(report.entry.mission).index.over(report.entry.mission, day):
        return f"its mission was over by {day}"
    if join := strength.lines.passed_on(report.entry.mission, day):
        return f"its people had passed over to {join.mission} by {day}"
    return (
        "gives no number" if report.value.count.silent else "a later or wider report counts instead"
    )


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
    if kind == "strength_report":
        return _unused_report(fact, day, strength)
    # A movement or a pledge that took place by then is in the figures.
    return "not in force that day, or asked for a part of the mission"
