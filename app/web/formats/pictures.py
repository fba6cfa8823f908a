"""A series as a picture, drawn on the server by Vega-Lite: what stood, how sure it is, and what is
not known.

A step line for the best figure with its low and high as a band. Where no best figure is known the
line breaks and the time is shaded; nothing is ever drawn as zero that is not zero. The picture
carries a text that says its numbers.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.estimate.last_known import Age
from app.web.formats import marks
from app.web.formats.marks import Total
from app.web.http.answers import Form

COLOURS = {
    "light": {
        "ink": "#1b1b1b", "soft": "#5c5c5c", "grid": "#e4e1d9", "present": "#0b5394",
        "expected": "#9a4a00", "unknown": "#8a8a8a", "page": "#ffffff",
    },
    "dark": {
        "ink": "#f0eee8", "soft": "#b3b0a8", "grid": "#3a3a3a", "present": "#7cb8f2",
        "expected": "#f0a860", "unknown": "#9a9a9a", "page": "#16181b",
    },
}  # fmt: skip
FONT = "Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in no form yet: its Vega-Lite specification as JSON, its title, and its numbers in
    words.
    """

    spec: str
    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureForm(Form):
    """A form of pictures: what it is called, what is said of it, and what draws it."""

    words: str
    about: str
    draw: Callable[[Picture], bytes]


def picture(
    totals: Sequence[Total],
    last: date,
    age: Age,
    title: str,
    theme: str,
    width: int,
    later: Sequence[Total] = (),
) -> Picture:
    """The picture of a series' totals up to its last day; `later` is what is known now of the same
    days.

    The line is dotted from the day when most of the last figure was last known: `age` says when
    that was, and whether it is too long ago for a figure of the last day.
    """
    spec = _spec(totals, last, age, title, COLOURS[theme], width)
    if later and spec["layer"]:
        spec["layer"] = [*marks.known_now(later, last, COLOURS[theme]), *spec["layer"]]
        spec["title"]["subtitle"].append("Thin grey line: as known now")
    stale = f" On {last} that is only carried on: {_last_known(age)}." if age.stale else ""
    now = f" As known now: {described(later)}" if later else ""
    return Picture(json.dumps(spec, default=str), title, described(totals) + stale + now)


def from_the_first_word(totals: Sequence[Total]) -> Sequence[Total]:
    """A series from the first day on which anybody is present or announced."""
    spoken = (
        n
        for n, total in enumerate(totals)
        if total["method"] != "none" or total["expected_high"] != 0
    )
    return totals[next(spoken, 0) :]


def described(totals: Sequence[Total]) -> str:
    """The numbers of a series in words: every one of a short series, else the first, the most and
    the last.
    """
    known = marks.days_known(totals)
    if not known:
        return "Nothing is known for this question."
    if len(known) <= 12:
        return "Present: " + "; ".join(_in_words(total) for total in known) + "."
    most = max(known, key=lambda total: total["present"] or 0)
    ends = f"first {_in_words(known[0])}; most {_in_words(most)}; last {_in_words(known[-1])}"
    return f"Present: {ends}; {len(known)} values in all."


def _last_known(age: Age) -> str:
    return f"last known on {age.last_known}"


def _in_words(total: Total) -> str:
    low, best, high = total["present_low"], total["present"], total["present_high"]
    number = "not known" if best is None else f"{best:,}"
    spread = (
        ""
        if low == best == high
        else f" ({low:,} to {'no known bound' if high is None else f'{high:,}'})"
    )
    return f"{total['date']}: {number}{spread}"


def _spec(
    totals: Sequence[Total],
    last: date,
    age: Age,
    title: str,
    ink: Mapping[str, str],
    width: int,
) -> dict[str, Any]:
    narrow, carried = width < 560, min(age.last_known or last, last)
    size = 11 if narrow else 12
    height = max(190, min(380, round(width * 0.46)))
    known = marks.drawn(totals)
    subtitle = ["People present: best figure, and the range from low to high"]
    if known and carried < last:
        words = "mostly carried on, without newer evidence"
        subtitle.append(f"Dotted: {_last_known(age) if age.stale else words}")
    if marks.awaits(totals):
        subtitle.append("Broken line: expected, not there yet")
    inside = width - 58 - (marks.room(known[-1], size) if known else marks.ROOM)
    layers = marks.layers(known, totals, last, carried, ink, size, inside) if known else []
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": inside,
        "height": height,
        "background": ink["page"],
        "padding": 8,
        "title": {
            "text": lines(title, width // 9), "anchor": "start", "color": ink["ink"], "font": FONT,
            "fontSize": size + 2, "fontWeight": "bold",
            "subtitle": subtitle,
            "subtitleColor": ink["soft"], "subtitleFontSize": size, "subtitleFont": FONT,
        },
        "config": {"view": {"stroke": None}, "axis": axis(ink, size), "font": FONT},
        "layer": layers or [marks.nothing(ink)],
    }  # fmt: skip


def axis(ink: Mapping[str, str], size: int) -> dict[str, Any]:
    """How the axes of a picture look."""
    return {
        "labelColor": ink["soft"],
        "titleColor": ink["soft"],
        "gridColor": ink["grid"],
        "domainColor": ink["soft"],
        "tickColor": ink["soft"],
        "labelFontSize": size,
        "titleFontSize": size,
        "labelFont": FONT,
    }


def lines(words: str, width: int) -> list[str]:
    """Words in lines of at most so many characters, as far as they can be broken; long ones are
    cut.
    """
    lines: list[str] = [""]
    for word in words.split():
        shown = word if len(word) <= width else word[: width - 1] + "…"
        if lines[-1] and len(lines[-1]) + 1 + len(shown) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {shown}".strip()
    return lines[:3]
