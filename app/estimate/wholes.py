"""A whole against its parts: whether a report of everybody can stand beside what is told of those under it.

A whole that is no less than its parts stands, and what they do not reach is people whom nobody placed. One that is less
contradicts them: by the better grade, then the newer evidence, then the parts (`graded`); by the newer, then the grade
(`latest`); the lowest or the highest. What loses stays in the working as a term that counts nothing and says why, and
the figure is disputed unless the ranges of the two overlap.
"""

from datetime import date

from app.estimate.contingents import Figure
from app.estimate.counts import Addend
from app.estimate.entries import Fact, Policy
from app.estimate.reports import report_day

ASIDE = "set aside"


def held_together(whole: Figure, report: Fact, parts: Figure, beneath: int, policy: Policy) -> Figure:
    """The whole as its report says, carried on, or the sum of its parts: whichever stands, with the other by name.

    `beneath` are the people of the scopes directly under it. The parts can be fewer, where a report of a category of
    the whole mission is believed rather than the nations: the whole then says so too.
    """
    if not parts.stands_on_evidence:
        return whole
    if whole.sum.point >= parts.sum.point:
        return _uncontradicted(whole, parts, beneath)
    if report.value.count.silent:
        return parts
    parts_win, why = _preferred(report, parts, policy)
    winner, loser = (parts, whole) if parts_win else (whole, parts)
    return _beside(winner, loser, _reason(whole, parts, parts_win, why), disputed=not _overlap(whole, parts))


def _uncontradicted(whole: Figure, parts: Figure, beneath: int) -> Figure:
    """A whole that its parts leave standing, with what it takes over from them: a doubt, or what they set aside."""
    # Another of the rival reports, had the policy chosen it, might not have reached the parts.
    if whole.disputed and whole.spread[0] < parts.sum.point:
        whole = _beside(whole, parts, None, disputed=True)
    if whole.sum.point < beneath:
        asides = {addend: times for addend, times in parts.terms.items() if addend.aside}
        whole = Figure(whole.method, {**whole.terms, **asides})
    return whole


def _preferred(report: Fact, parts: Figure, policy: Policy) -> tuple[bool, str]:
    """Whether the parts are believed rather than the whole, and why."""
    if policy in ("lowest", "highest"):
        return policy == "highest", f"the {policy} count"
    grade, day = report.value.counted.grade, report_day(report)
    parts_grade, parts_day = parts.grade or "F6", parts.mostly_told or date.min
    by_grade = (parts_grade < grade, f"graded {min(grade, parts_grade)} before {max(grade, parts_grade)}")
    by_day = (parts_day > day, f"told on {max(day, parts_day)}, after {min(day, parts_day)}")
    order = [(parts_grade != grade, by_grade), (parts_day != day, by_day)]
    if policy == "latest":
        order.reverse()
    return next((found for differs, found in order if differs), (True, "alike in grade and day"))


def _reason(whole: Figure, parts: Figure, parts_win: bool, why: str) -> str:
    contradiction = f"the whole is told as {whole.sum.point:,}, less than its parts, which make {parts.sum.point:,}"
    return f"{contradiction}; the {'parts are' if parts_win else 'whole is'} preferred, {why}"


def _overlap(whole: Figure, parts: Figure) -> bool:
    """Both can be true at once."""
    one, other = whole.sum, parts.sum
    return (other.high is None or one.low <= other.high) and (one.high is None or other.low <= one.high)


def _beside(winner: Figure, loser: Figure, reason: str | None, disputed: bool) -> Figure:
    """The figure that stands, with the other as a term that counts nothing and widens the spread to its own."""
    standing = {key for addend in winner.terms for key in addend.claims}
    lost = dict.fromkeys(key for a in loser.terms if not a.aside for key in a.claims if key not in standing)
    mark = Addend(
        ASIDE,
        None,
        tuple(lost) if reason else (),
        0,
        0,
        0,
        known=None,
        disputed=disputed,
        spread=_wider(winner.told_spread, loser.told_spread),
        aside=reason or "another report of the whole is below its parts",
    )
    return Figure(winner.method, {**winner.terms, mark: 1})


def _wider(own: tuple[int, int | None], other: tuple[int, int | None]) -> tuple[int, int | None]:
    """What must be added to a spread so that it reaches as far as another."""
    low = min(0, other[0] - own[0])
    if own[1] is None:
        return low, 0
    return low, None if other[1] is None else max(0, other[1] - own[1])
