"""Conflict resolution: settle turns the claims of one entry into one value, and says what it set
aside and why.

What has occurred or was cancelled beats what was expected, whatever the policy. Within that
standing the policy chooses. A claim that is silent on the number (`unknown`) cannot settle the
number, however good its source: the resolution that extends a mandate without naming its ceiling
does not make the ceiling unknown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from app.estimate.entries import Claim, Policy, SetAside, Settled

_UNDATED = date.min


def origins(derived_from: Mapping[str, str | None]) -> dict[str, str]:
    """The root of each source: the one at the end of what it repeats. A loop ends at its first
    source by name.
    """
    roots: dict[str, str] = {}
    for slug in derived_from:
        path = [slug]
        while (parent := derived_from.get(path[-1])) and parent not in path:
            path.append(parent)
        roots[slug] = min(path[path.index(parent) :]) if parent else path[-1]
    return roots


def admitted(
    claims: Iterable[Claim], published_by: date | None = None, min_grade: str | None = None
) -> tuple[list[Claim], list[SetAside]]:
    """Split claims into those inside the evidence cut-offs and those set aside by them."""
    kept: list[Claim] = []
    out: list[SetAside] = []
    for claim in claims:
        if published_by and not claim.out_by:
            out.append(
                SetAside(claim, f"its source is not certainly published by {published_by}: no date")
            )
        elif published_by and claim.out_by and claim.out_by > published_by:
            out.append(SetAside(claim, f"its source is certainly published only by {claim.out_by}"))
        elif min_grade and claim.grade > min_grade:
            out.append(SetAside(claim, f"graded {claim.grade}, below {min_grade}"))
        else:
            kept.append(claim)
    return kept, out


def settle(claims: Sequence[Claim], policy: Policy = "graded") -> Settled | None:
    """One value from the live claims of one entry; None when there are none. The order of the
    claims means nothing.
    """
    if not claims:
        return None
    if len(claims) == 1:
        return _alone(claims[0])
    known = [claim for claim in claims if claim.status != "expected"]
    standing = sorted(
        known or claims, key=_preference("latest" if policy == "latest" else "graded")
    )
    claim = standing[0]
    # The policy on counts chooses among those who agree on what happened; the date is not theirs to
    # choose.
    numbered = _numbered([other for other in standing if other.status == claim.status])
    counted = min(numbered, key=_preference(policy))
    # A count that is preferred though its source is not tells the date as well, where it is the
    # same.
    claim = counted if counted.date == claim.date and not claim.count.silent else claim
    return Settled(
        status=claim.status,
        count=counted.count,
        date=claim.date,
        claim=claim,
        counted=counted,
        disputed=any(_contradict(*pair) for pair in combinations(standing, 2)),
        spread=_spread(numbered),
        origins=len({each.origin for each in standing}),
        claims=len(claims),
        announced=_announced(claims),
        set_aside=tuple(_set_aside(claims, standing, claim, counted, policy)),
        standing=tuple(standing),
        uncancelled=_uncancelled(claims, policy) if claim.status == "cancelled" else None,
    )


def _numbered(claims: Sequence[Claim]) -> Sequence[Claim]:
    """The claims that say something of the number; all of them where none does."""
    return [claim for claim in claims if not claim.count.silent] or claims


def _spread(claims: Sequence[Claim]) -> tuple[int, int | None]:
    """The lowest low and the highest high of claims; None where one has no upper bound."""
    highs = [claim.count.high for claim in claims if claim.count.high is not None]
    return min(claim.count.low for claim in claims), max(highs) if len(highs) == len(
        claims
    ) else None


def _uncancelled(claims: Iterable[Claim], policy: Policy) -> Settled | None:
    """The value that stood until the cancellation."""
    return settle([claim for claim in claims if claim.status != "cancelled"], policy)


def _alone(claim: Claim) -> Settled:
    """What most entries are: one claim, with nothing beside it to weigh."""
    spread = (claim.count.low, claim.count.high)
    return Settled(
        claim.status,
        claim.count,
        claim.date,
        claim,
        claim,
        False,
        spread,
        1,
        1,
        claim.out_by,
        (),
        (claim,),
    )


def _preference(policy: Policy) -> Callable[[Claim], tuple[Any, ...]]:
    """The order in which claims are believed, best first; always ends in the key, so that it is
    total.
    """
    return {"graded": _graded, "latest": _latest, "lowest": _lowest, "highest": _highest}[policy]


def _graded(claim: Claim) -> tuple[Any, ...]:
    return (claim.grade, -(claim.out_by or _UNDATED).toordinal(), -claim.recorded, claim.key)


def _latest(claim: Claim) -> tuple[Any, ...]:
    return (-(claim.out_by or _UNDATED).toordinal(), *_graded(claim))


def _lowest(claim: Claim) -> tuple[Any, ...]:
    return (claim.count.point, *_graded(claim))


def _highest(claim: Claim) -> tuple[Any, ...]:
    count = claim.count
    return (-(count.point if count.best is not None else count.high or count.low), *_graded(claim))


def _contradict(one: Claim, other: Claim) -> bool:
    """Two independent witnesses cannot both be right."""
    if one.origin == other.origin:
        return False
    return (
        one.status != other.status
        or not one.count.overlaps(other.count)
        or not one.date.overlaps(other.date)
    )


def _announced(claims: Iterable[Claim]) -> date | None:
    """The day the first of them was certainly out; None when that is known of none."""
    return min((claim.out_by for claim in claims if claim.out_by), default=None)


def _set_aside(
    claims: Iterable[Claim], standing: Sequence[Claim], claim: Claim, counted: Claim, policy: Policy
) -> Iterable[SetAside]:
    for other in claims:
        if other in (claim, counted):
            continue
        if other not in standing:
            yield SetAside(other, f"expected it, and {claim.key} says it {claim.status}")
        elif other.status != claim.status:
            yield SetAside(
                other,
                f"says it {other.status}, and {claim.key} is preferred: {_better(claim, other)}",
            )
        elif other.count.silent and not counted.count.silent:
            yield SetAside(other, f"gives no number; {counted.key} does")
        else:
            yield SetAside(other, f"{counted.key} is preferred: {_better(counted, other, policy)}")


def _better(one: Claim, other: Claim, policy: Policy = "graded") -> str:
    """Why one claim is preferred to another, in the order in which the reasons count."""
    if policy in ("lowest", "highest") and one.count != other.count:
        return f"the {policy} count"
    reasons = [(one.grade < other.grade, f"graded {one.grade} before {other.grade}")]
    if one.out_by != other.out_by:
        reasons.insert(
            0 if policy == "latest" else 1,
            ((one.out_by or _UNDATED) > (other.out_by or _UNDATED), "published later"),
        )
    reasons += [
        (one.recorded > other.recorded, "recorded later"),
        (True, "first by its key, all else being equal"),
    ]
    return next(reason for holds, reason in reasons if holds)
