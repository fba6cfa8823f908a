"""Answers whose bytes are all there: kept for whoever asks next, and sent whole or by ranges."""

from datetime import date
from typing import Any

from starlette.responses import Response

from app.record.cache import Cache
from app.web.http.answers import Read, with_next
from app.web.http.ranges import no_such_part, part_asked, placed
from app.web.http.statuses import OK, PART
from app.web.http.turns import STANDS, turn
from app.web.schemas.parameters import today


def held(read: Read) -> Response | None:
    """The answer that was made before, if it is still at hand; MustWait while another makes it."""
    files: Cache[bytes] = read.request.app.state.files
    name = _name(read)
    body = files.get(name)
    if body is None and (question := turn()):
        question.lead(name)
        body = files.get(name)  # the other may just have ended
    return None if body is None else _again(read, read.late(whole(read, body)))


def _again(read: Read, answer: Response) -> Response:
    """An answer that depends on nothing but what is asked and where the ledger stands."""
    read.request.scope[STANDS] = read.at.newest_chain
    return answer


def _name(read: Read) -> tuple[str, str, date]:
    """What an answer is kept under; with host and day, for a workbook holds its whole address and
    when it was asked.
    """
    return read.tag, str(read.request.base_url), today()


def kept(read: Read, answer: Response) -> Response:
    """An answer that is there, kept for whoever asks the same; but not one that leads on, whose
    link is not in it.
    """
    links = answer.headers.get("link", "")
    if answer.status_code != OK:
        return answer
    if 'rel="next"' not in links:
        return keep(read, bytes(answer.body))
    part = whole(read, bytes(answer.body))
    part.headers["Link"] = links
    return _again(read, part)


def keep(read: Read, body: bytes, following: Any = None) -> Response:
    """An answer whose bytes are all there, kept for whoever asks next; a page has a next one, and
    is not kept.
    """
    files: Cache[bytes] = read.request.app.state.files
    if following is None:
        files.keep(_name(read), body)
    return _again(read, read.late(whole(read, body, following)))


def whole(read: Read, body: bytes, following: Any = None) -> Response:
    """All of some bytes, or the range of them that is asked for; 416 where there is no such range
    (RFC 9110).
    """
    headers = {**with_next(read, following), "Accept-Ranges": "bytes", **disposition(read)}
    media_type = read.form.media_type
    part = part_asked(read.request, len(body), read.tag)
    if part is None:
        return Response(body, headers=headers, media_type=media_type)
    if not part:
        return no_such_part(len(body))
    headers |= placed(part, len(body))
    found = body[part.start : part.stop]
    return Response(found, status_code=PART, headers=headers, media_type=media_type)


def disposition(read: Read) -> dict[str, str]:
    """With download=1, the name under which a file is kept: what it is, and of which revision."""
    if read.request.query_params.get("download") != "1":
        return {}
    name = read.path.rsplit("/v1/", 1)[-1].removesuffix(f".{read.form.name}").replace("/", "-")
    file = f"muster-{name}-r{read.at.number}.{read.form.name}"
    return {"Content-Disposition": f'attachment; filename="{file}"'}
