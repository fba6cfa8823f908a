"""The intervals of a time series: it shows a stock at the end of each, never a sum over it."""

from calendar import monthrange
from datetime import date, timedelta

INTERVALS = ("change", "day", "week", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def interval_ends(first: date, last: date, interval: str, most: int) -> list[date] | None:
    """The last day of each interval that has a day from `first` to `last`, the last one cut there;
    weeks end on Sunday.

    None when there are more than `most`.
    """
    found: list[date] = []
    day = first
    while day <= last:
        if len(found) == most:
            return None
        end = min(_end(day, interval), last)
        found.append(end)
        if end == date.max:
            break
        day = end + timedelta(days=1)
    return found


def _end(day: date, interval: str) -> date:
    """The last day of the interval that a day lies in."""
    if interval == "day":
        return day
    if interval == "week":
        left = 6 - day.weekday()
        return day + timedelta(days=left) if (date.max - day).days >= left else date.max
    months = _MONTHS[interval]
    month = (day.month - 1) // months * months + months
    return date(day.year, month, monthrange(day.year, month)[1])
