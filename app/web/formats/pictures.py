"""A series as a picture, drawn on the server by Vega-Lite: what stood, how sure it is, and what is
not known.

A step line for the best figure with its low and high as a band. Where no best figure is known the
line breaks and the time is shaded; nothing is ever drawn as zero that is not zero. The picture
carries a text that says its numbers.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from itertools import pairwise
from typing import Any, Literal

from app.web.formats.tables import extra

Total = Mapping[str, Any]

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
# Room at the right for the last figures in words, in pixels.
ROOM = 74
# Room that the words of one mark take, in pixels.
WORD = 40
FONT = "Helvetica, Arial, sans-serif"
SHADED = 0.13


def drawn(
    totals: Sequence[Total],
    last: date,
    told: date | None,
    title: str,
    theme: str,
    width: int,
    format: Literal["svg", "png"],
) -> bytes:
    """The picture of a series' totals up to its last day; NotInstalled without the library that
    draws.

    From the day on which most of the last figure was `told` the line is dotted: it is carried on.
    """
    vega = extra("vl_convert", "pictures")
    spec = json.dumps(
        _spec(totals, last, min(told or last, last), title, COLOURS[theme], width), default=str
    )
    if format == "png":
        return bytes(vega.vegalite_to_png(spec, scale=2))
    svg = str(vega.vegalite_to_svg(spec))
    words = f"<title>{escape(title)}</title><desc>{escape(described(totals))}</desc>"
    start = svg.index(">", svg.index("<svg")) + 1
    return (svg[: start - 1] + ' role="img">' + words + svg[start:]).encode()


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
    known = [total for total in totals if total["method"] not in ("none", "ended")]
    if not known:
        return "Nothing is known for this question."
    if len(known) <= 12:
        return "Present: " + "; ".join(_told(total) for total in known) + "."
    most = max(known, key=lambda total: total["present"] or 0)
    ends = f"first {_told(known[0])}; most {_told(most)}; last {_told(known[-1])}"
    return f"Present: {ends}; {len(known)} values in all."


def _told(total: Total) -> str:
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
    carried: date,
    title: str,
    ink: Mapping[str, str],
    width: int,
) -> dict[str, Any]:
    narrow = width < 560
    size = 11 if narrow else 12
    height = max(190, min(380, round(width * 0.46)))
    axis: dict[str, Any] = {
        "labelColor": ink["soft"],
        "titleColor": ink["soft"],
        "gridColor": ink["grid"],
    }
    axis |= {
        "domainColor": ink["soft"],
        "tickColor": ink["soft"],
        "labelFontSize": size,
        "titleFontSize": size,
        "labelFont": FONT,
    }
    told = [total for total in totals if total["method"] not in ("none", "ended")]
    subtitle = ["People present: best figure, and the range from low to high"]
    if told and carried < last:
        subtitle.append("Dotted: mostly carried on, without newer evidence")
    if _awaits(totals):
        subtitle.append("Broken line: expected, not there yet")
    inside = width - 58 - (_room(told[-1], size) if told else ROOM)
    plain = _layers(told, totals, last, carried, ink, size, inside) if told else [_nothing(ink)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": inside,
        "height": height,
        "background": ink["page"],
        "padding": 8,
        "title": {
            "text": _lines(title, width // 7), "anchor": "start", "color": ink["ink"], "font": FONT,
            "fontSize": size + 2, "fontWeight": "bold",
            "subtitle": subtitle,
            "subtitleColor": ink["soft"], "subtitleFontSize": size, "subtitleFont": FONT,
        },
        "config": {"view": {"stroke": None}, "axis": axis, "font": FONT},
        "layer": plain,
    }  # fmt: skip


def _layers(
    told: Sequence[Total],
    totals: Sequence[Total],
    last: date,
    carried: date,
    ink: Mapping[str, str],
    size: int,
    plot: int,
) -> list[dict[str, Any]]:
    top = max(
        [total["present_high"] or total["present"] or total["present_low"] for total in told] + [1]
    )
    x: dict[str, Any] = {
        "field": "date",
        "type": "temporal",
        "title": None,
        "scale": {"type": "utc"},
    }
    x["axis"] = {
        "grid": False,
        "labelOverlap": True,
        "format": _day_format(totals[0]["date"], last),
        "tickCount": 6,
    }
    y = {
        "type": "quantitative",
        "title": None,
        "axis": {"tickMinStep": 1, "format": ",d"},
        "scale": {"zero": True},
    }
    steps = _steps(totals, last, top)
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": steps},
            "mark": {
                "type": "area",
                "interpolate": "step-after",
                "color": ink["present"],
                "opacity": 0.22,
            },
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        *_line(steps, carried, x, y, ink["present"]),
    ]
    if unknown := _unknown(totals, last):
        layers.insert(0, _shading(unknown, x, ink))
    if _awaits(told):
        expected = [{"date": step["date"], "best": step["expected"]} for step in steps]
        layers.append(_apart(expected, x, y, ink["expected"]))
    room = max(1, (last - totals[0]["date"]).days) * WORD / plot
    layers += _moves(told, room, x, y, ink, size)
    return [*layers, *_ends(told[-1], totals[-1], last, x, y, ink, size)]


def _awaits(totals: Sequence[Total]) -> bool:
    """Somebody is expected, and enough of them to be seen beside those present."""
    top = max((total["present_high"] or total["present"] or 0 for total in totals), default=0)
    return any(
        total["expected_high"] != 0 and (total["expected"] or 1) * 50 >= top for total in totals
    )


def _line(
    steps: Sequence[dict[str, Any]],
    newest: date,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    colour: str,
) -> list[dict[str, Any]]:
    """The best figure: a full line as far as evidence goes, dotted where it is only carried on."""
    before = [step for step in steps if step["date"] <= newest]
    turn = [{**before[-1], "date": newest}] if before else []
    look = {"type": "line", "interpolate": "step-after", "color": colour}
    parts = (
        ([*before, *turn], {"strokeWidth": 2.2}),
        (
            [*turn, *(step for step in steps if step["date"] > newest)],
            {"strokeWidth": 2, "strokeDash": [1.5, 3]},
        ),
    )
    return [
        {
            "data": {"values": values},
            "mark": {**look, **drawn_as},
            "encoding": {"x": x, "y": {**y, "field": "best"}},
        }
        for values, drawn_as in parts
        if values
    ]


def _day_format(first: date, last: date) -> str:
    """How precisely the days of an axis are named."""
    span = (last - first).days
    return "%-d %b %Y" if span < 90 else "%b %Y" if span < 3000 else "%Y"


def _steps(totals: Sequence[Total], last: date, top: int) -> list[dict[str, Any]]:
    """What the lines go through, held until the last day; null where nothing is known or nobody
    spoke yet.
    """
    steps = []
    for total in totals:
        silent = total["method"] in ("none", "ended")
        high = top * 1.08 if total["present_high"] is None else total["present_high"]
        steps.append(
            {
                "date": total["date"],
                "low": None if silent else total["present_low"],
                "best": None if silent else total["present"],
                "high": None if silent else high,
                "expected": total["expected"] if total["expected_high"] != 0 else None,
            }
        )
    return [*steps, {**steps[-1], "date": last}] if steps else []


def _unknown(totals: Sequence[Total], last: date) -> list[dict[str, Any]]:
    """The stretches of time with evidence and without a best figure."""
    ends = [*(total["date"] for total in totals[1:]), last]
    return [
        {"from": total["date"], "until": end, "words": "not known"}
        for total, end in zip(totals, ends, strict=True)
        if total["present"] is None
    ]


def _shading(
    unknown: list[dict[str, Any]], x: Mapping[str, Any], ink: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "data": {"values": unknown},
        "layer": [
            {
                "mark": {"type": "rect", "color": ink["unknown"], "opacity": SHADED},
                "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "until"}},
            },
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "top",
                    "dx": 3,
                    "dy": 3,
                    "color": ink["soft"],
                },
                "encoding": {
                    "x": {**x, "field": "from"},
                    "y": {"value": 0},
                    "text": {"field": "words"},
                },
            },
        ],
    }


def _apart(
    rows: list[dict[str, Any]], x: Mapping[str, Any], y: Mapping[str, Any], colour: str
) -> dict[str, Any]:
    """Those announced and still to come: a line of its own, broken, never added to those
    present.
    """
    return {
        "data": {"values": rows},
        "mark": {
            "type": "line",
            "interpolate": "step-after",
            "color": colour,
            "strokeDash": [5, 4],
            "strokeWidth": 1.6,
        },
        "encoding": {"x": x, "y": {**y, "field": "best"}},
    }


def _moves(
    told: Sequence[Total],
    room: float,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    ink: Mapping[str, str],
    size: int,
) -> list[dict[str, Any]]:
    """Where people came (a triangle up) or left (down), with how many, as far as the marks do not
    crowd.
    """
    first = told[0]
    moves = [(first, first["arrived"] or 0, first["departed"] or 0)]
    for before, after in pairwise(told):
        came = (after["arrived"] or 0) - (before["arrived"] or 0)
        left = (after["departed"] or 0) - (before["departed"] or 0)
        moves.append((after, came, left))
    marks = [
        {"date": total["date"], "best": total["present"], "shape": shape, "words": words}
        for total, came, left in moves
        for shape, words, count in (
            ("triangle-up", f"+{came:,}", came),
            ("triangle-down", f"−{left:,}", left),
        )
        if count > 0 and total["present"] is not None
    ]
    if not marks:
        return []
    place = {"x": x, "y": {**y, "field": "best"}}
    points = {
        "data": {"values": marks},
        "mark": {"type": "point", "filled": True, "size": 60, "color": ink["ink"], "opacity": 1},
        "encoding": {
            **place,
            "shape": {"field": "shape", "type": "nominal", "scale": None, "legend": None},
        },
    }
    words = {
        "data": {"values": _apart_from_each_other(marks, room)},
        "mark": {
            "type": "text",
            "dx": -5,
            "dy": -9,
            "align": "right",
            "color": ink["ink"],
            "fontSize": size,
        },
        "encoding": {**place, "text": {"field": "words"}},
    }
    return [points, words]


def _apart_from_each_other(marks: Sequence[dict[str, Any]], room: float) -> list[dict[str, Any]]:
    """The marks that have room for their words beside the ones before; `room` is days that one word
    takes.
    """
    kept: list[dict[str, Any]] = []
    for mark in marks:
        if not kept or (mark["date"] - kept[-1]["date"]).days > room:
            kept.append(mark)
    return kept


def _ends(
    told: Total,
    end: Total,
    last: date,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    ink: Mapping[str, str],
    size: int,
) -> list[dict[str, Any]]:
    """The last figure, and the number still expected, in words at their lines' ends."""
    labels = []
    if end["method"] not in ("none", "ended") and told["present"] is not None:
        words = _figure(told)
        labels.append({"date": last, "best": told["present"], "words": words, "what": "present"})
    if end["expected"] and _awaits([end]):
        words = [f"{end['expected']:,}", "expected"]
        labels.append({"date": last, "best": end["expected"], "words": words, "what": "expected"})
    look = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "dx": 6,
        "fontSize": size,
        "fontWeight": "bold",
    }
    return [
        {
            "data": {"values": [label]},
            "mark": {**look, "color": ink[label["what"]]},
            "encoding": {"x": x, "y": {**y, "field": "best"}, "text": {"field": "words"}},
        }
        for label in labels
    ]


def _figure(told: Total) -> list[str]:
    """The figure and, where it differs, its range."""
    low, high = told["present_low"], told["present_high"]
    spread = (
        []
        if low == told["present"] == high
        else [f"{low:,}–{'?' if high is None else f'{high:,}'}"]
    )
    return [f"{told['present']:,}", *spread]


def _room(told: Total, size: int) -> int:
    """How wide the words at the end of the lines are, in pixels: none of their digits may be cut
    off.
    """
    longest = max(map(len, _figure(told))) if told["present"] is not None else 0
    return max(ROOM, round(longest * size * 0.66) + 14)


def _nothing(ink: Mapping[str, str]) -> dict[str, Any]:
    """What is drawn where nothing is known."""
    return {
        "data": {"values": [{"words": "Nothing is known for this question."}]},
        "mark": {"type": "text", "color": ink["soft"], "fontSize": 14},
        "encoding": {"text": {"field": "words"}},
    }


def _lines(words: str, width: int) -> list[str]:
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
