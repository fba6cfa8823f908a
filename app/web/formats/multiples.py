"""A series by group as small pictures of one kind, side by side on one scale: at most twelve, the
rest told in words.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.web.formats import marks, pictures
from app.web.formats.marks import Total
from app.web.formats.pictures import FONT, Picture

MOST = 12
# The narrowest that one of them may be, in pixels.
NARROW = 230


def multiples(
    groups: Mapping[str, Sequence[Total]],
    last: date,
    title: str,
    theme: str,
    width: int,
) -> Picture:
    """The picture of the series of some groups, by their names, up to a last day; the largest are
    drawn, in the order given.
    """
    drawn, left, silent = _chosen(groups)
    columns = max(1, min(len(drawn), 4, width // NARROW))
    inside = max(120, width // columns - 90)
    first = min(total["date"] for totals in groups.values() for total in totals)
    top = max([_most(groups[name]) for name in drawn] + [1])
    ink = pictures.COLOURS[theme]
    small = [_small(name, groups[name], (first, last, top), ink, inside) for name in drawn]
    subtitle = ["People present, on one scale: best figure, and the range from low to high"]
    fewer = ", ".join(f"{name} {_last(groups[name])}" for name in left)
    for words, names in (
        ("Not drawn, with fewer people", fewer),
        ("Nobody present or expected of", ", ".join(silent)),
    ):
        subtitle += pictures.lines(f"{words}: {names}", width // 7) if names else []
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": ink["page"],
        "padding": 8,
        "title": {
            "text": pictures.lines(title, width // 9), "anchor": "start", "color": ink["ink"],
            "font": FONT, "fontSize": 14, "fontWeight": "bold", "subtitle": subtitle,
            "subtitleColor": ink["soft"], "subtitleFontSize": 11, "subtitleFont": FONT,
        },
        "config": {"view": {"stroke": None}, "font": FONT, "axis": pictures.axis(ink, 10)},
        "columns": columns,
        "concat": small,
    }  # fmt: skip
    descriptions = (f"{name}: {pictures.described(groups[name])}" for name in drawn)
    words = " ".join([*descriptions, *subtitle[1:]])
    return Picture(json.dumps(spec, default=str), title, words)


def _most(totals: Sequence[Total]) -> int:
    """The most people of a group on any day, present or expected."""
    found = (
        max(total["present_high"] or 0, total["present"] or 0, total["present_low"] or 0)
        for total in totals
    )
    return max([*found, *(total["expected"] or 0 for total in totals if marks.awaits([total]))])


def _last(totals: Sequence[Total]) -> str:
    """What a group had last, in words."""
    present = totals[-1]["present"]
    return "not known" if present is None else f"{present:,}"


def _chosen(
    groups: Mapping[str, Sequence[Total]],
) -> tuple[list[str], list[str], list[str]]:
    """The groups that are drawn, those that have fewer people, and those of which nobody told."""
    known = [name for name in groups if marks.drawn(groups[name])]
    largest = sorted(known, key=lambda name: -_most(groups[name]))[:MOST]
    drawn = [name for name in known if name in largest] or list(groups)[:1]
    left = [name for name in known if name not in drawn]
    return drawn, left, [name for name in groups if name not in (*known, *drawn)]


def _small(
    name: str,
    totals: Sequence[Total],
    scale: tuple[date, date, int],
    ink: Mapping[str, str],
    inside: int,
) -> dict[str, Any]:
    known = marks.drawn(totals)
    drawn = marks.layers(known, totals, scale[1], scale[1], ink, 10, inside, scale) if known else []
    return {
        "width": inside,
        "height": round(inside * 0.6),
        "title": {"text": pictures.lines(name, inside // 6), "anchor": "start", "fontSize": 11,
                  "color": ink["ink"], "font": FONT},
        "layer": drawn or [marks.nothing(ink)],
    }  # fmt: skip
