"""How a table leaves: CSV and NDJSON as they are read, Parquet and Excel whole, and whole files by
ranges.

What is not known is an empty cell, never 0. Days are days and numbers numbers wherever the format
has them. A table that turns out small is sent whole, so that its length is known; a large one is
streamed, and nobody who hangs up keeps a place.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain, islice
from threading import BoundedSemaphore
from typing import Any, get_args

import orjson
from pydantic import BaseModel
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse

from app.record.problems import Mend, NotInstalled, Refused
from app.web.http.answers import MEDIA_TYPES, Question, with_next
from app.web.http.cache import Cache
from app.web.http.problems import problem
from app.web.schemas.parameters import today

SMALL = 256 * 1024
EXCEL_ROWS = 1_048_575
BATCH = 10_000

Shape = Mapping[str, type]
Sources = Callable[[], Iterable[Mapping[str, Any]]]


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


def held(question: Question) -> Response | None:
    """The answer that was made before, if it is still at hand."""
    files: Cache[bytes] = question.request.app.state.files
    body = files.get(_name(question))
    return None if body is None else question.late(whole(question, body))


def _name(question: Question) -> tuple[str, str, date]:
    """What an answer is kept under; with host and day, for a workbook holds its whole address and
    when it was asked.
    """
    return question.tag, str(question.request.base_url), today()


def table(
    question: Question,
    shape: Shape,
    rows: Iterable[Mapping[str, Any]],
    following: Any = None,
    sources: Sources = list,
) -> Response:
    """The answer that is a table; a header stands even over no rows. `sources` fills a sheet of a
    workbook.
    """
    if question.held == ["*"]:
        return Response(status_code=304, headers=question.headers)
    excel = question.request.query_params.get("dialect") == "excel"
    if excel and question.format != "csv":
        raise Refused([Mend("dialect", "excel is for .csv; the other formats have no dialects")])
    places: BoundedSemaphore = question.request.app.state.exports
    if not places.acquire(blocking=False):
        return problem(
            503, "Too many tables are being sent; try again shortly.", headers={"Retry-After": "2"}
        )
    place = _Place(places)
    if question.format == "parquet":
        return keep(question, _parquet(question, shape, rows), following)
    if question.format == "xlsx":
        return keep(question, _workbook(question, shape, rows, sources), following)
    written = _csv(shape, rows, excel) if question.format == "csv" else _ndjson(shape, rows)
    begun: list[bytes] = []
    while sum(map(len, begun)) < SMALL:
        piece = next(written, None)
        if piece is None:
            return keep(question, b"".join(begun), following)
        begun.append(piece)
    headers = {**with_next(question, following), **disposition(question)}
    if question.request.scope.get("muster.head"):
        return Response(headers=headers, media_type=MEDIA_TYPES[question.format])
    sent = _sent(chain(begun, written), place)
    return StreamingResponse(sent, headers=headers, media_type=MEDIA_TYPES[question.format])


def kept(question: Question, answer: Response) -> Response:
    """An answer that is there, kept for whoever asks the same; but not one that leads on, whose
    link is not in it.
    """
    leads_on = 'rel="next"' in answer.headers.get("link", "")
    return answer if answer.status_code != 200 or leads_on else keep(question, bytes(answer.body))


def keep(question: Question, body: bytes, following: Any = None) -> Response:
    """An answer whose bytes are all there, kept for whoever asks next; a page has a next one, and
    is not kept.
    """
    files: Cache[bytes] = question.request.app.state.files
    if following is None:
        files.keep(_name(question), body)
    return question.late(whole(question, body, following))


_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


def whole(question: Question, body: bytes, following: Any = None) -> Response:
    """All of some bytes, or the range of them that is asked for; 416 where there is no such range
    (RFC 9110).
    """
    headers = {**with_next(question, following), "Accept-Ranges": "bytes", **disposition(question)}
    media_type = MEDIA_TYPES[question.format]
    asked = _RANGE.fullmatch(question.request.headers.get("range", ""))
    # Tags are weak, and a weak one never proves that a part fits the part that is held already.
    if not asked or asked[0] == "bytes=-" or "if-range" in question.request.headers:
        return Response(body, headers=headers, media_type=media_type)
    first = int(asked[1]) if asked[1] else max(0, len(body) - int(asked[2]))
    last = min(int(asked[2]) if asked[1] and asked[2] else len(body), len(body) - 1)
    if first > last:
        told = {"Content-Range": f"bytes */{len(body)}"}
        return problem(
            416,
            f"There are {len(body)} bytes; the range asked for is not among them.",
            headers=told,
        )
    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return Response(body[first : last + 1], status_code=206, headers=headers, media_type=media_type)


def disposition(question: Question) -> dict[str, str]:
    """With download=1, the name under which a file is kept: what it is, and of which revision."""
    if question.request.query_params.get("download") != "1":
        return {}
    name = question.path.rsplit("/v1/", 1)[-1].removesuffix(f".{question.format}").replace("/", "-")
    file = f"muster-{name}-r{question.at.number}.{question.format}"
    return {"Content-Disposition": f'attachment; filename="{file}"'}


class _Place:
    """One of the places for tables under way, given back once: at the end, or when nobody can read
    on.
    """

    def __init__(self, places: BoundedSemaphore) -> None:
        self.places: BoundedSemaphore | None = places

    def give_back(self) -> None:
        places, self.places = self.places, None
        if places:
            places.release()

    __del__ = give_back


async def _sent(written: Iterator[bytes], place: _Place) -> AsyncIterator[bytes]:
    """What is written, as it is sent; the place is given back also when the caller hangs up."""
    try:
        async for piece in iterate_in_threadpool(written):
            yield piece
    finally:
        place.give_back()


def _csv(shape: Shape, rows: Iterable[Mapping[str, Any]], excel: bool) -> Iterator[bytes]:
    """RFC 4180: CRLF, quotes where needed, ISO days, nothing for what is not known."""
    words = io.StringIO("\ufeff" if excel else "")
    words.seek(0, io.SEEK_END)
    # Where Excel parts cells at semicolons, one in a text would let a formula out: so its texts
    # stand in quotes.
    writer = csv.writer(words, quoting=csv.QUOTE_NONNUMERIC if excel else csv.QUOTE_MINIMAL)
    writer.writerow(shape)
    cell = _defused if excel else _cell
    for nth, row in enumerate(rows):
        writer.writerow([cell(row[name]) for name in shape])
        if nth % 200 == 199:
            yield _taken(words)
    yield _taken(words)


def _taken(words: io.StringIO) -> bytes:
    taken = words.getvalue().encode()
    words.seek(0)
    words.truncate()
    return taken


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else value


# How a text begins that a spreadsheet takes for a formula; the wide signs too, which it reads as
# the narrow ones.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def _defused(value: Any) -> Any:
    """A text that Excel would reckon out is shown as a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else _cell(value)


def _ndjson(shape: Shape, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps({name: row[name] for name in shape}) + b"\n"


def _parquet(question: Question, shape: Shape, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One file with a type a column; its own metadata say which answer it is."""
    polars = extra("polars", "tables")
    types = {str: polars.String, int: polars.Int64, bool: polars.Boolean, date: polars.Date}
    schema = {name: types[kind] for name, kind in shape.items()}
    remaining = iter(rows)
    frames = [polars.DataFrame(schema=schema)]
    while batch := list(islice(remaining, BATCH)):
        frames.append(
            polars.DataFrame({name: [row[name] for row in batch] for name in shape}, schema=schema)
        )
    file = io.BytesIO()
    polars.concat(frames).write_parquet(file, metadata={"muster": question.permalink})
    return file.getvalue()


def _workbook(
    question: Question, shape: Shape, rows: Iterable[Mapping[str, Any]], sources: Sources
) -> bytes:
    """Three sheets: the rows, the sources that speak of what was asked, and what was asked,
    when.
    """
    xlsxwriter = extra("xlsxwriter", "tables")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": True})
    at = question.at.recorded_at or "1970-01-01T00:00:00Z"
    made = datetime.fromisoformat(at).astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": "Muster", "comments": question.permalink, "created": made})
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    _sheet(book.add_worksheet("rows"), looks, shape, rows)
    told = list(sources())
    _sheet(book.add_worksheet("sources"), looks, dict.fromkeys(_SOURCE, str), told)
    asked: list[tuple[str, Any]] = [
        ("address", str(question.request.base_url).rstrip("/") + question.permalink),
        ("asked on", today()),
        ("revision", question.at.number),
        ("recorded at", question.at.recorded_at),
        *question.asked,
    ]
    about = ({"what": name, "value": value} for name, value in asked)
    _sheet(book.add_worksheet("asked"), looks, {"what": str, "value": str}, about)
    book.close()
    return file.getvalue()


_SOURCE = (
    "slug",
    "publisher",
    "title",
    "published",
    "grade",
    "derived_from",
    "url",
    "archive_url",
    "licence",
)


def _sheet(
    sheet: Any, looks: Mapping[str, Any], shape: Shape, rows: Iterable[Mapping[str, Any]]
) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(shape):
        sheet.set_column(column, column, max(10, min(28, len(name) + 2)))
        sheet.write_string(0, column, name, looks["head"])
    for number, row in enumerate(rows, start=1):
        if number > EXCEL_ROWS:
            raise Refused(
                [
                    Mend(
                        "format",
                        f"a sheet has {EXCEL_ROWS:,} rows and this is more; narrow it or take .csv",
                    )
                ]
            )
        for column, name in enumerate(shape):
            _put(sheet, number, column, row[name], looks["day"])


def _put(sheet: Any, number: int, column: int, value: Any, day: Any) -> None:
    """A value as what it is: a text is never a formula or a link."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(number, column, value)
    elif isinstance(value, int):
        sheet.write_number(number, column, value)
    elif isinstance(value, date) and value.year >= 1900:
        sheet.write_datetime(number, column, value, day)
    else:
        sheet.write_string(number, column, str(value))


def extra(module: str, name: str) -> Any:
    """A library of one of the extras of the package; NotInstalled, naming the extra, where it is
    not there.
    """
    try:
        return __import__(module)
    except ImportError as error:
        raise NotInstalled(
            f"This server was installed without muster[{name}], which this format needs."
        ) from error
