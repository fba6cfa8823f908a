"""Answers too large for memory: made once into a file without a name, and sent from there, whole or
by ranges, to whoever asks while it is at hand.
"""

import hashlib
import os
import sqlite3
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import mkstemp
from weakref import finalize

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from app.record.problems import NotReady
from app.web.formats.files import disposition
from app.web.http.answers import Read
from app.web.http.exports import Exports, Place
from app.web.http.place import client_of
from app.web.http.ranges import no_such_part, part_asked, placed
from app.web.http.statuses import OK, PART

NO_ROOM = "The place for temporary files (TMPDIR) is full, or cannot be written."
# Bytes that are read at a time.
PIECE = 256 * 1024


class OnDisk:
    """A finished file; its room on the disk is free again when nobody uses it any more.

    `digest` is the SHA-256 of it all, in base 64.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.digest = b64encode(hashlib.file_digest(file, "sha256").digest()).decode()
            self._descriptor = os.dup(file.fileno())
        finalize(self, os.close, self._descriptor)
        self.size = os.fstat(self._descriptor).st_size

    def read(self, first: int, size: int) -> bytes:
        """So many bytes from a place on."""
        return os.pread(self._descriptor, size, first)


def made(write: Callable[[Path], None]) -> OnDisk:
    """The file that something writes at the path of a new one."""
    try:
        descriptor, name = mkstemp(prefix="muster-")
    except OSError as error:
        raise NotReady(NO_ROOM) from error
    os.close(descriptor)
    path = Path(name)
    try:
        write(path)
        return OnDisk(path)
    except (OSError, sqlite3.OperationalError) as error:
        raise NotReady(NO_ROOM) from error
    finally:
        path.unlink()


def file_answer(read: Read, make: Callable[[], OnDisk]) -> Response:
    """The answer that is a file, or the range of it that is asked for. From before it is made until
    it is sent it has one of the places for tables.
    """
    exports: Exports = read.request.app.state.exports
    place = exports.take(client_of(read.request.scope))
    try:
        return _answer(read, make(), place)
    except BaseException:
        place.give_back()
        raise


def _answer(read: Read, file: OnDisk, place: Place) -> Response:
    part = part_asked(read.request, file.size, read.tag)
    if part is not None and not part:
        place.give_back()
        return no_such_part(file.size)
    status, where = (OK, {}) if part is None else (PART, placed(part, file.size))
    part = range(file.size) if part is None else part
    headers = {
        **read.headers,
        "Accept-Ranges": "bytes",
        "Content-Length": str(len(part)),
        "Repr-Digest": f"sha-256=:{file.digest}:",
        **where,
        **disposition(read),
    }
    if read.request.scope.get("muster.head"):
        place.give_back()
        return Response(headers=headers, media_type=read.form.media_type)
    sent = _sent(file, part, place)
    return StreamingResponse(sent, status, headers=headers, media_type=read.form.media_type)


async def _sent(file: OnDisk, part: range, place: Place) -> AsyncIterator[bytes]:
    """A part of a file, piece by piece; the place is given back also when the caller hangs up."""
    try:
        for first in range(part.start, part.stop, PIECE):
            yield await run_in_threadpool(file.read, first, min(PIECE, part.stop - first))
    finally:
        place.give_back()
