"""How a table leaves: as it is read or whole, in any of the forms of tables.

What is not known is an empty cell, never 0. Days are days and numbers numbers wherever the format
has them. A table that turns out small is sent whole, so that its length is known; a large one is
streamed, and nobody who hangs up keeps a place.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, get_args

from pydantic import BaseModel
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse

from app.record.problems import Mend, Refused
from app.web.formats.files import disposition, keep
from app.web.http.answers import Form, Read, with_next
from app.web.http.conditional import unchanged
from app.web.http.exports import Exports, Place
from app.web.http.place import client_of

SMALL = 256 * 1024

Row = Mapping[str, Any]
Shape = Mapping[str, type]


@dataclass(frozen=True, slots=True)
class Table:
    """What is written: what stands in each column, the rows, and the read that they answer.

    `sources` are those of a workbook's sheet of sources, read when they are needed.
    """

    read: Read
    shape: Shape
    rows: Iterable[Row]
    sources: Callable[[], Iterable[Row]] = list

    @property
    def dialect(self) -> str:
        """Which of its form's dialects is asked for."""
        return self.read.request.query_params.get("dialect", "exact")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm(Form):
    """A form of tables: what it is called, and what writes it. One that streams is written piece
    by piece as rows are read, any other in one piece.
    """

    words: str
    write: Callable[[Table], Iterator[bytes]]
    streams: bool = False
    dialects: tuple[str, ...] = ("exact",)


def shape_of(model: type[BaseModel], columns: Sequence[str]) -> dict[str, type]:
    """What stands in each of some columns of a row: str, int, bool or date."""
    found: dict[str, type] = {}
    for name in columns:
        annotation = model.model_fields[name].annotation
        kinds = [
            kind for kind in (get_args(annotation) or (annotation,)) if kind in (int, bool, date)
        ]
        found[name] = kinds[0] if kinds else str
    return found


def table_answer(form: TableForm, table: Table, following: Any = None) -> Response:
    """The answer that is a table; a header stands even over no rows."""
    read = table.read
    if read.held == ["*"]:
        return unchanged(read.headers)
    if table.dialect not in form.dialects:
        raise Refused([Mend("dialect", "excel is for .csv; the other formats have no dialects")])
    exports: Exports = read.request.app.state.exports
    address = client_of(read.request.scope)
    written = form.write(table)
    if not form.streams:
        place = exports.take(address)
        try:
            return keep(read, b"".join(written), following)
        finally:
            place.give_back()
    begun: list[bytes] = []
    while sum(map(len, begun)) < SMALL:
        piece = next(written, None)
        if piece is None:
            return keep(read, b"".join(begun), following)
        begun.append(piece)
    headers = {**with_next(read, following), **disposition(read)}
    if read.request.scope.get("muster.head"):
        return Response(headers=headers, media_type=form.media_type)
    sent = _sent(chain(begun, written), exports.take(address))
    return StreamingResponse(sent, headers=headers, media_type=form.media_type)


async def _sent(written: Iterator[bytes], place: Place) -> AsyncIterator[bytes]:
    """What is written, as it is sent; the place is given back also when the caller hangs up."""
    try:
        async for piece in iterate_in_threadpool(written):
            yield piece
    finally:
        place.give_back()
