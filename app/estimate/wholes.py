"""A whole against its parts: whether a report of everybody can stand beside what is told of those
under it.

A whole that is no less than its parts stands, and what they do not reach is people whom nobody
placed. One that is less contradicts them: by the better grade, then the newer evidence, then the
parts (`graded`); by the newer, then the grade (`latest`); the lowest or the highest. What loses
stays in the working as a term that counts nothing and says why, and the figure is disputed unless
the ranges of the two overlap.
"""

from datetime import date

from app.estimate.contingents import Figure
from app.estimate.counts import Addend
from app.estimate.entries import Fact, Policy
from app.estimate.reports import report_day

ASIDE = "set aside"


def held_together(
    whole: Figure, report: Fact, parts: Figure, beneath: int, policy: Policy
) -> Figure:
    """The whole as its report says, carried on, or the sum of its parts: whichever stands, with the
    other by name.

    `beneath` are the people of the scopes directly under it. The parts can be fewer, where a report
    of a category of the whole mission is believed rather than the nations: the whole then says so
    too.
    """
    if whole.sum.point >= parts.sum.point:
        return _uncontradicted(whole, parts, beneath)
    counted = report.value.counted
    # A list that names somebody without a number says at least so many: more under it contradict it
    # in nothing.
    at_least = counted.complete and counted.count.high is None
    if counted.count.silent or at_least:
        return parts
    parts_win, why = _preferred(report, parts, policy)
    winner, loser = (parts, whole) if parts_win else (whole, parts)
    return _beside(
        winner, loser, _reason(whole, parts, parts_win, why), disputed=not _reaches(whole, parts)
    )


def _uncontradicted(whole: Figure, parts: Figure, beneath: int) -> Figure:
    """A whole that its parts leave standing, with what it takes over from them: a doubt, or what
    they set aside.
    """
    if _might_not_reach(whole, parts):
        whole = _might_be_more(whole, parts)
    if whole.sum.point < beneath:
        asides = {addend: times for addend, times in parts.terms.items() if addend.aside}
        whole = Figure(whole.method, {**whole.terms, **asides})
    return whole


def _might_not_reach(whole: Figure, parts: Figure) -> bool:
    """By other reports of the whole it would be less than its parts, or by others of the parts they
    would be more.
    """
    most = parts.spread[1]
    more = parts.disputed and (most is None or most > whole.sum.point)
    return more or (whole.disputed and whole.spread[0] < parts.sum.point)


def _preferred(report: Fact, parts: Figure, policy: Policy) -> tuple[bool, str]:
    """Whether the parts are believed rather than the whole, and why."""
    if policy in ("lowest", "highest"):
        return policy == "highest", f"the {policy} count"
    grade, day = report.value.counted.grade, report_day(report)
    parts_grade, parts_day = parts.grade or "F6", parts.mostly_since or date.min
    by_grade = (
        parts_grade < grade,
        f"graded {min(grade, parts_grade)} before {max(grade, parts_grade)}",
    )
    by_day = (parts_day > day, f"told on {max(day, parts_day)}, after {min(day, parts_day)}")
    order = [(parts_grade != grade, by_grade), (parts_day != day, by_day)]
    if policy == "latest":
        order.reverse()
    return next((found for differs, found in order if differs), (True, "alike in grade and day"))


def _reason(whole: Figure, parts: Figure, parts_win: bool, why: str) -> str:
    contradiction = (
        f"the whole is told as {whole.sum.point:,}, less than its parts, which make "
        f"{parts.sum.point:,}"
    )
    return f"{contradiction}; the {'parts are' if parts_win else 'whole is'} preferred, {why}"


def _reaches(whole: Figure, parts: Figure) -> bool:
    """A whole that is told as less than its parts can be as many as they at least are."""
    return whole.sum.high is None or parts.sum.low <= whole.sum.high


def _beside(winner: Figure, loser: Figure, reason: str, disputed: bool) -> Figure:
    """The figure that stands, with the other as a term that counts nothing and widens the spread to
    its own.
    """
    standing = {key for addend in winner.terms for key in addend.claims}
    lost = dict.fromkeys(
        key for a in loser.terms if not a.aside for key in a.claims if key not in standing
    )
    low = min(0, loser.sources_spread[0] - winner.sources_spread[0])
    return _marked(winner, reason, tuple(lost), disputed, (low, _further(winner, loser)))


def _might_be_more(whole: Figure, parts: Figure) -> Figure:
    """A whole that stands, with a term that widens its spread upwards to what its parts could
    make.
    """
    reason = "by other sources than those believed, the parts would make more than the whole"
    return _marked(whole, reason, (), True, (0, _further(whole, parts)))


def _marked(
    figure: Figure,
    reason: str,
    claims: tuple[str, ...],
    disputed: bool,
    spread: tuple[int, int | None],
) -> Figure:
    mark = Addend(
        ASIDE, None, claims, 0, 0, 0, known=None, disputed=disputed, spread=spread, aside=reason
    )
    return Figure(figure.method, {**figure.terms, mark: 1})


def _further(own: Figure, other: Figure) -> int | None:
    """How much further up the spread of another figure reaches."""
    most, more = own.sources_spread[1], other.sources_spread[1]
    if most is None:
        return 0
    return None if more is None else max(0, more - most)
