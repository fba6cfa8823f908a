"""The part of an answer that is asked for: one range of its bytes (RFC 9110)."""

import re

from fastapi import Request
from starlette.responses import Response

from app.web.http.problems import problem
from app.web.http.statuses import RANGE_NOT_SATISFIABLE

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


def part_asked(request: Request, size: int, tag: str) -> range | None:
    """The bytes that are asked for of so many; empty where there are no such; None for all.

    A part that is to fit one that the caller has is given where the tag of both is strong: a weak
    one never proves that they fit.
    """
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    fits = request.headers.get("if-range", tag) == tag
    weak = tag.startswith("W/") and "if-range" in request.headers
    if not asked or asked[0] == "bytes=-" or weak or not fits:
        return None
    if asked[1] and asked[2] and int(asked[2]) < int(asked[1]):
        return None  # no range at all (RFC 9110, 14.1.1)
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    last = min(int(asked[2]) if asked[1] and asked[2] else size, size - 1)
    return range(first, last + 1)


def placed(part: range, size: int) -> dict[str, str]:
    """Where in the whole a part stands."""
    return {"Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}"}


def no_such_part(size: int) -> Response:
    """The answer to whoever asks for a part that there is not."""
    return problem(
        RANGE_NOT_SATISFIABLE,
        f"There are {size} bytes; the range asked for is not among them.",
        headers={"Content-Range": f"bytes */{size}"},
    )
