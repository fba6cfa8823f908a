"""The age limit of evidence: claims older than so many days at the day asked are set aside, one by
one.

A mandate does not age, as it says itself until when it is in force; nor does a succession.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from app.estimate.checkpoint import watched
from app.estimate.entries import Claim, Entry, Fact, Policy, SetAside
from app.estimate.settling import settle


def claim_day(claim: Claim) -> date | None:
    """The last day that a claim may speak of; None when it is not bounded at all."""
    return claim.date.latest or claim.date.earliest


def ageing_claims(facts: Iterable[Fact]) -> list[tuple[Fact, Claim]]:
    """The claims that grow old, with their facts."""
    return [
        (fact, claim)
        for fact in facts
        if fact.entry.kind not in ("mandate", "succession")
        for claim in fact.value.voices
    ]


def fresh_on(
    facts: Iterable[Fact], day: date, max_age: int, policy: Policy
) -> tuple[list[Fact], list[tuple[Entry, SetAside]]]:
    """The facts that the claims of at most so many days make on a day, and the older ones, set
    aside.
    """
    oldest = day - timedelta(days=max_age) if (day - date.min).days >= max_age else date.min
    kept: list[Fact] = []
    aside: list[tuple[Entry, SetAside]] = []
    for fact in watched(facts):
        voices = fact.value.voices
        old = [
            claim
            for _, claim in ageing_claims([fact])
            if (spoke := claim_day(claim)) and spoke < oldest
        ]
        if not old:
            kept.append(fact)
            continue
        aside += [
            (fact.entry, SetAside(claim, f"too old: it tells of {claim_day(claim)}"))
            for claim in old
        ]
        if value := settle([claim for claim in voices if claim not in old], policy):
            kept.append(Fact(fact.entry, value))
    return kept, aside
