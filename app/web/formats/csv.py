"""CSV, as it is read."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from app.web.formats.tables import Table, TableForm

# Rows that leave at once.
TOGETHER = 200


def _written(table: Table) -> Iterator[bytes]:
    """RFC 4180: CRLF, quotes where needed, ISO days, nothing for what is not known."""
    excel = table.dialect == "excel"
    words = io.StringIO("\ufeff" if excel else "")
    words.seek(0, io.SEEK_END)
    # Where Excel parts cells at semicolons, one in a text would let a formula out: so its texts
    # stand in quotes.
    writer = csv.writer(words, quoting=csv.QUOTE_NONNUMERIC if excel else csv.QUOTE_MINIMAL)
    writer.writerow(table.shape)
    cell = _defused if excel else _cell
    for nth, row in enumerate(table.rows):
        writer.writerow([cell(row[name]) for name in table.shape])
        if nth % TOGETHER == TOGETHER - 1:
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


FORM = TableForm(
    "csv",
    "text/csv; charset=utf-8; header=present",
    words="CSV",
    write=_written,
    streams=True,
    dialects=("exact", "excel"),
)
