"""Figures in words, as the page says them: numbers, days, and what a figure rests on
(its method). Unknown is never said as zero.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.estimate.contingents import Figure
from app.estimate.counts import Sum
from app.record.nations import nation_name

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
PARTS = {
    **{
        str(33 + part): f"{nth} quarter of"
        for part, nth in enumerate(("first", "second", "third", "fourth"))
    },
    **{str(37 + part): f"{nth} third of" for part, nth in enumerate(("first", "second", "last"))},
    "40": "first half of",
    "41": "second half of",
}
PEOPLE = {
    "police": "police officers",
    "fpu": "officers of formed police units",
    "ipo": "individual police officers",
    "military": "soldiers",
    "troops": "troops",
    "staff_officer": "staff officers",
    "expert": "military experts",
    "civilian": "civilians",
    "unspecified": "people of unstated category",
}
CATEGORIES = PEOPLE | {
    "police": "Police",
    "fpu": "Formed police units",
    "ipo": "Individual police officers",
    "military": "Military",
    "troops": "Troops",
    "staff_officer": "Staff officers",
    "expert": "Military experts",
    "civilian": "Civilians",
    "unspecified": "Unspecified",
}
METHODS = {
    "reported": "reported",
    "carried": "report, moved on",
    "implied": "worked back from a later report",
    "counted": "counted from movements",
    "summed": "added up from its parts",
    "none": "no evidence yet",
    "ended": "mission over",
    "continued": "passed over from the mission before",
    "passed_on": "passed on to the next mission",
}
MINUS = "\N{MINUS SIGN}"
RANGE = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table in words. `state` is known, unknown or nothing; `range` is empty where
    it adds nothing.
    """

    text: str
    range: str = ""
    state: str = "known"
    key: int | None = None

    @property
    def whole(self) -> str:
        """Both parts in one line."""
        return f"{self.text} ({self.range})" if self.range else self.text


def number(value: int) -> str:
    """A number with its thousands apart and a true minus sign."""
    return f"{value:,}".replace("-", MINUS)


def bounds(low: int, high: int | None) -> str:
    """A range in words."""
    if high is None:
        return f"at least {number(low)}" if low else "0 or more"
    if low == high:
        return number(low)
    return f"{number(low)} to {number(high)}" if low else f"up to {number(high)}"


def spread_in_words(low: int, high: int | None) -> str:
    """How far several claims reach: no source need say the lowest of them as its least."""
    return f"{number(low)} and more" if high is None and low else bounds(low, high)


def cell(figure: Figure | None) -> Cell:
    """A figure as a cell: nothing recorded, not known, or a number with its range where that
    differs.
    """
    if figure is None or (not figure.terms and figure.method != "ended"):
        return Cell(RANGE, "", "nothing")
    total = figure.sum
    if total.best is None:
        spread = "" if not total.low and total.high is None else bounds(total.low, total.high)
        return Cell("not known", spread, "unknown")
    return Cell(number(total.best), span(total), "known", total.best)


def promised(figure: Figure) -> Cell:
    """What was promised by number, and how many more promises are of a size that nobody told; that
    these are at least one each makes no number.
    """
    found, unknown = cell(figure), figure.sum.unknown_terms
    if found.state != "known" or not unknown:
        return found
    by_number = (times * term.best for term, times in figure.terms.items() if term.known)
    more = f"and {number(unknown)} more of unknown size"
    return Cell(number(sum(by_number)), more, "known", found.key)


def span(total: Sum) -> str:
    """The range of a figure, empty where it is exact."""
    return "" if total.low == total.best == total.high else bounds(total.low, total.high)


def remainder(parts: tuple[int, int, int | None]) -> Cell:
    """A difference as a cell; its ends are no range, so they are named."""
    low, best, high = parts
    if low == best == high:
        return Cell(number(best), "", "known", best)
    ends = f"low {number(low)}, high {'not bounded' if high is None else number(high)}"
    return Cell(number(best), ends, "known", best)


def difference(then: int | None, now: int | None) -> str:
    """How much a later figure differs from an earlier one, in words; empty where both are the same
    or neither known.
    """
    if then is None or now is None or then == now:
        return ""
    return f"{number(abs(now - then))} {'more' if now > then else 'fewer'}"


def day(value: date | None) -> str:
    """A day as it is read: 18 July 2024."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if value else "no day known"


def edtf(words: str | None) -> str:
    """An EDTF date as it is read; what it cannot word is given as it is."""
    if not words:
        return "no date known"
    start, slash, end = words.partition("/")
    if not slash:
        return _end(start)
    if end == "..":
        return f"{_end(start)} or later"
    return f"{_end(end)} or earlier" if start == ".." else f"{_end(start)} to {_end(end)}"


def _end(words: str) -> str:
    found = re.fullmatch(r"([0-9X]{4})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?([~?%])?", words)
    if not found:
        return words
    year, month, of_month, sign = found.groups()
    unknown = "some day in " if of_month == "XX" else "some month in " if month == "XX" else ""
    parts = [
        of_month,
        month and (PARTS.get(month) or MONTHS[int(month) - 1]) if month != "XX" else None,
        _years(year),
    ]
    words = unknown + " ".join(part.lstrip("0") for part in parts if part and part != "XX")
    return {"~": "about ", "?": "perhaps ", "%": "perhaps about "}.get(sign or "", "") + words


def _years(year: str) -> str:
    """A year, or the ten or hundred that one with open digits may be."""
    decade = f"the {year[:3]}0s" if year.endswith("X") else year
    return f"{year[:2]}00 to {year[:2]}99" if year.endswith("XX") else decade


def age(evidence: date | None, as_of: date) -> str:
    """How old evidence is on a day; later evidence is said to be later."""
    if evidence is None:
        return ""
    days = (as_of - evidence).days
    if days == 0:
        return "of that very day"
    plural = "s" if abs(days) != 1 else ""
    return f"{days:,} day{plural} old" if days > 0 else f"{-days:,} day{plural} later"


def rests_on(figure: Figure, as_of: date) -> str:
    """What a figure of people present rests on: its method, and the day and age of its newest
    evidence.
    """
    newest = figure.evidence_date
    heard = f"{day(newest)} ({age(newest, as_of)})"
    stated = [a for a, sign in figure.terms.items() if a.role == "report" and sign > 0]
    reports = [a.day for a in stated if a.day]
    peopled = [a.day for a in stated if a.day and a.high != 0]
    return {
        "reported": f"by a report of {heard}, and no movement is recorded since",
        "carried": f"by {_reports(reports)} and what moved after; newest evidence {heard}",
        "implied": f"worked back from a later report of {heard}, less what moved until then",
        "counted": "counted from arrivals and departures alone, as there is no report; newest "
        f"evidence {heard}",
        "summed": "added up from its parts; newest evidence "
        f"{heard}{_oldest(peopled, newest, as_of)}",
        "none": "no source tells of anybody there by that day",
        "ended": "the mission was over by that day",
        "continued": "by what the mission before had when its people passed over, and what moved "
        f"after; newest evidence {heard}",
        "passed_on": "its people had passed over to the mission that continues it by that day",
    }.get(figure.method, figure.method)


def _reports(days: list[date]) -> str:
    """The reports that a figure stands on: one day, or the first and last of several."""
    first, last = min(days, default=None), max(days, default=None)
    return (
        f"a report of {day(last)}" if first == last else f"reports of {day(first)} to {day(last)}"
    )


def _oldest(days: list[date], newest: date | None, as_of: date) -> str:
    """The oldest report of anybody in a sum, if much older than the newest: one fresh part lends no
    youth to all.
    """
    oldest = min(days, default=None)
    if newest is None or oldest is None or (newest - oldest).days <= 31:
        return ""
    return f", oldest {day(oldest)} ({age(oldest, as_of)})"


def listed(words: Iterable[str]) -> str:
    """Words as a list in a sentence."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def of_whom(nations: Iterable[str], missions: Iterable[str], names: Mapping[str, str]) -> str:
    """Nations, by their codes, in missions, by their slugs, in words; empty for all."""
    where = listed(names.get(slug, slug) for slug in missions)
    who = listed(nation_name(code) or code for code in nations)
    return " in ".join(filter(None, [who, where]))


def group_name(group: Mapping[str, str | None], by: Iterable[str], names: Mapping[str, str]) -> str:
    """The group of a row, in words."""
    words = {
        "mission": names.get(group.get("mission") or "", group.get("mission")),
        "nation": nation_name(group.get("nation")),
        "category": CATEGORIES.get(group.get("category") or ""),
    }
    return " · ".join(words[name] or "" for name in by)


def counted(low: int, best: int | None, high: int | None) -> str:
    """What one claim says of a number."""
    if low == best == high:
        return number(low)
    if best is None:
        return "no number" if not low and high is None else bounds(low, high)
    return number(best) if low == best and high is None else f"{number(best)} ({bounds(low, high)})"
