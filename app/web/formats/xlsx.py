"""Excel workbooks, whole."""

import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urljoin

from app.record.problems import Mend, Refused
from app.web.formats.extras import extra
from app.web.formats.tables import Row, Shape, Table, TableForm
from app.web.schemas.parameters import today

EXCEL_ROWS = 1_048_575


def _written(table: Table) -> Iterator[bytes]:
    """Three sheets: the rows, the sources that speak of what was asked, and what was asked,
    when.
    """
    read = table.read
    xlsxwriter = extra("xlsxwriter", "tables")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": True})
    at = read.at.recorded_at or "1970-01-01T00:00:00Z"
    made = datetime.fromisoformat(at).astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": "Muster", "comments": read.permalink, "created": made})
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    _sheet(book.add_worksheet("rows"), looks, table.shape, table.rows)
    sources = list(table.sources())
    _sheet(book.add_worksheet("sources"), looks, dict.fromkeys(_SOURCE, str), sources)
    asked: list[tuple[str, Any]] = [
        ("address", urljoin(str(read.request.base_url), read.permalink)),
        ("asked on", today()),
        ("revision", read.at.number),
        ("recorded at", read.at.recorded_at),
        *read.asked,
    ]
    about = ({"what": name, "value": value} for name, value in asked)
    _sheet(book.add_worksheet("asked"), looks, {"what": str, "value": str}, about)
    book.close()
    yield file.getvalue()


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


def _sheet(sheet: Any, looks: Mapping[str, Any], shape: Shape, rows: Iterable[Row]) -> None:
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


FORM = TableForm(
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    binary=True,
    words="an Excel workbook: the rows, the sources, what was asked",
    write=_written,
)
