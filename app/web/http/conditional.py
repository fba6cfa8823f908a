"""What a request asks of the form of its answer, and what it holds already (RFC 9110): the same for
API and pages.
"""

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from app.web.http.statuses import UNCHANGED


def unchanged(headers: Mapping[str, str]) -> Response:
    """The answer to who holds it already."""
    return Response(status_code=UNCHANGED, headers=headers)


def held_tags(request: Request) -> list[str]:
    """The entity tags that the caller holds, without their weakness; `*` for any."""
    given = ",".join(request.headers.getlist("if-none-match"))
    return [tag.strip().removeprefix("W/") for tag in given.split(",")]


def accepts(request: Request, *media_types: str) -> bool:
    """An Accept header allows one of some media types; for each, the most exact range that fits
    decides.
    """
    wanted = ",".join(request.headers.getlist("accept")) or "*/*"
    weights: dict[str, float] = {}
    for part in wanted.split(","):
        name, *options = [piece.strip().lower() for piece in part.split(";")]
        given = [option[2:] for option in options if option.startswith("q=")]
        try:
            weights[name] = float(given[0]) if given else 1.0
        except ValueError:
            weights[name] = 1.0
    return not wanted.strip() or any(_weight(weights, media_type) > 0 for media_type in media_types)


def _weight(weights: dict[str, float], media_type: str) -> float:
    bare = media_type.split(";")[0]
    ranges = (bare, f"{bare.split('/')[0]}/*", "*/*")
    return next((weights[name] for name in ranges if name in weights), 0.0)
