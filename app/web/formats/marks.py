"""The marks of a picture of a series: its lines, bands and words, as layers of Vega-Lite."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from app.estimate.contingents import SILENT

Total = Mapping[str, Any]

# Room at the right for the last figures in words, in pixels.
ROOM = 74
# Room that the words of one mark take, in pixels.
WORD = 40
SHADED = 0.13


def layers(
    known: Sequence[Total],
    totals: Sequence[Total],
    last: date,
    carried: date,
    ink: Mapping[str, str],
    size: int,
    plot: int,
    scale: tuple[date, date, int] | None = None,
) -> list[dict[str, Any]]:
    """Every mark of a picture whose figures are `known`, in the order in which they are drawn; the
    place for them is `plot` pixels wide. `scale` are the first and last day and the most people of
    axes that several pictures share.
    """
    top = max(
        [total["present_high"] or total["present"] or total["present_low"] for total in known] + [1]
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
    y: dict[str, Any] = {
        "type": "quantitative",
        "title": None,
        "axis": {"tickMinStep": 1, "format": ",d"},
        "scale": {"zero": True},
    }
    if scale:
        x["scale"] = {"type": "utc", "domain": [scale[0].isoformat(), scale[1].isoformat()]}
        y["scale"] = {"zero": True, "domain": [0, round(scale[2] * 1.1) + 1]}
    steps = _steps(totals, last, top)
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": held(steps, "low")},
            "mark": {
                "type": "area",
                "interpolate": "step-after",
                "color": ink["present"],
                "opacity": 0.22,
            },
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        *_line(held(steps, "best"), carried, x, y, ink["present"]),
    ]
    if unknown := _unknown(totals, last):
        layers.insert(0, _shading(unknown, x, ink))
    if awaits(totals):
        expected = [{"date": step["date"], "best": step["expected"]} for step in steps]
        layers.append(_apart(held(expected, "best"), x, y, ink["expected"]))
    room = max(1, (last - totals[0]["date"]).days) * WORD / plot
    layers += _moves(known, room, x, y, ink, size)
    return [*layers, *_ends(known[-1], totals[-1], last, x, y, ink, size)]


def days_known(totals: Sequence[Total]) -> list[Total]:
    """The totals of days on which somebody is told of."""
    return [total for total in totals if total["method"] not in SILENT]


def drawn(totals: Sequence[Total]) -> list[Total]:
    """The same; where nobody is told of yet, all, if anybody is expected."""
    return days_known(totals) or [total for total in totals if awaits(totals)]


def awaits(totals: Sequence[Total]) -> bool:
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
        silent = total["method"] in SILENT
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
    return [*steps, {**steps[-1], "date": _end(steps[-1]["date"], last)}] if steps else []


def _end(day: date, last: date) -> date:
    """Where what stands since a day ends: on the last day, or after it where it begins there."""
    return last if day < last or last == date.max else last + timedelta(days=1)


def held(steps: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Steps as a line is drawn through them: what is known before a break is held until it."""
    drawn = list(steps[:1])
    for before, after in pairwise(steps):
        if before[name] is not None and after[name] is None:
            drawn.append({**before, "date": after["date"]})
        drawn.append(after)
    return drawn


def _unknown(totals: Sequence[Total], last: date) -> list[dict[str, Any]]:
    """The stretches of time with evidence and without a best figure."""
    ends = [*(total["date"] for total in totals[1:]), _end(totals[-1]["date"], last)]
    found: list[dict[str, Any]] = []
    for total, end in zip(totals, ends, strict=True):
        if total["present"] is not None:
            continue
        if found and found[-1]["until"] == total["date"]:
            found[-1]["until"] = end
        else:
            found.append({"from": total["date"], "until": end, "words": "not known"})
    return found


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


def known_now(totals: Sequence[Total], last: date, ink: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is known now of the same days, under what was known then: a thin line alone."""
    steps = held(_steps(totals, last, 1), "best")
    x = {"field": "date", "type": "temporal", "title": None, "scale": {"type": "utc"}}
    y = {"field": "best", "type": "quantitative", "title": None, "scale": {"zero": True}}
    look = {"type": "line", "interpolate": "step-after", "color": ink["unknown"]}
    return [
        {
            "data": {"values": steps},
            "mark": {**look, "strokeWidth": 1.6},
            "encoding": {"x": x, "y": y},
        }
    ]


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
    known: Sequence[Total],
    room: float,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    ink: Mapping[str, str],
    size: int,
) -> list[dict[str, Any]]:
    """Where people came (a triangle up) or left (down), with how many, as far as the marks do not
    crowd.
    """
    first = known[0]
    moves = [(first, first["arrived"] or 0, first["departed"] or 0)]
    for before, after in pairwise(known):
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
    last_known: Total,
    end: Total,
    last: date,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    ink: Mapping[str, str],
    size: int,
) -> list[dict[str, Any]]:
    """The last figure, and the number still expected, in words at their lines' ends."""
    labels = []
    if end["method"] not in SILENT and last_known["present"] is not None:
        words = figure(last_known)
        labels.append(
            {"date": last, "best": last_known["present"], "words": words, "what": "present"}
        )
    if end["expected"] and awaits([end]):
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


def figure(total: Total) -> list[str]:
    """The figure and, where it differs, its range."""
    low, high = total["present_low"], total["present_high"]
    spread = (
        []
        if low == total["present"] == high
        else [f"{low:,}–{'?' if high is None else f'{high:,}'}"]
    )
    return [f"{total['present']:,}", *spread]


def room(total: Total, size: int) -> int:
    """How wide the words at the end of the lines are, in pixels: none of their digits may be cut
    off.
    """
    longest = max(map(len, figure(total))) if total["present"] is not None else 0
    return max(ROOM, round(longest * size * 0.66) + 14)


def nothing(ink: Mapping[str, str]) -> dict[str, Any]:
    """What is drawn where nothing is known."""
    return {
        "data": {"values": [{"words": "Nothing is known for this question."}]},
        "mark": {"type": "text", "color": ink["soft"], "fontSize": 14},
        "encoding": {"text": {"field": "words"}},
    }
