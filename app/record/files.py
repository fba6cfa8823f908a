"""Readers of table files: the columns and rows of a CSV, a sheet of a workbook or a Parquet file,
every cell as it is.

Nothing is guessed from other rows, and nothing is mended in silence: a row of another length than
the header, a second column of one name, and a cell that a program left broken are told with their
line.
"""

import codecs
import csv
import hashlib
import re
from collections import deque
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from app.record.cells import Broken, Cells, Cut, words_of
from app.record.documents import Draft
from app.record.kinds.fields import Words, about
from app.record.problems import Mend, Refused

Rows = Iterator[tuple[int, Cells | Broken]]
Records = Iterator[tuple[int, list[str | None]]]

# As many rows and columns as a sheet of a workbook can have; and what a machine of moderate size
# holds.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CELLS = 50_000_000
MOST_BYTES = 1_000_000_000
AT_ONCE = 65_536  # rows of a Parquet file that are unpacked at a time


def _encoding(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except LookupError as error:
        raise ValueError(
            f"{name!r} is not an encoding; write utf-8, utf-16, cp1252, latin-1 ..."
        ) from error
    return "utf-8-sig" if found.name == "utf-8" else found.name


def _pattern(words: str) -> str:
    try:
        re.compile(words)
    except re.error as error:
        raise ValueError(f"{words!r:.60} is not a pattern: {error}") from error
    return words


Pattern = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_pattern)]


def sort_of(value: Any) -> str:
    """Which of the sorts of value that a place in a mapping may take is meant: one of them is
    tried, not each.
    """
    return (
        "(number)"
        if isinstance(value, int)
        else "(words)"
        if isinstance(value, str | None)
        else "(place)"
    )


_Number = Annotated[int, Field(ge=1), Tag("(number)")]
NumberOrWords = Annotated[_Number | Annotated[Words, Tag("(words)")], Discriminator(sort_of)]
NumberOrPattern = Annotated[_Number | Annotated[Pattern, Tag("(words)")], Discriminator(sort_of)]


class FileForm(Draft):
    """How the table stands in its file, where that is not a CSV in UTF-8 with commas that begins
    with its header.
    """

    delimiter: Annotated[str, Field(pattern=r"^(tab|[^\"\r\n])$")] = about(
        'What parts the cells of a CSV: "," or ";" or "|", or tab.', default=","
    )
    encoding: Annotated[str, AfterValidator(_encoding)] = about(
        "How a CSV is encoded.", default="utf-8-sig"
    )
    sheet: NumberOrWords | None = about(
        "Name or number of the sheet of a workbook, from 1; needed where several are not empty.",
        default=None,
    )
    header: Annotated[int, Field(ge=0)] = about(
        "Line of the names of the columns; lines above are left out. 0: no line names them. A "
        "column without a name is "
        "called #1, #2 ... by its place.",
        default=1,
    )
    footer: NumberOrPattern | None = about(
        "Lines below the table that are left out: their number, or a pattern that the first cell "
        "of the first of them "
        "matches; a table without such a line is refused.",
        default=None,
    )
    rows: Annotated[int, Field(ge=0)] | None = about(
        "How many rows the table has; any other number is refused.", default=None
    )
    last_line: Literal["whole"] | None = about(
        "Say `whole` of a CSV whose last line has no line end and is not cut off.", default=None
    )


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def open_table(path: Path, form: FileForm | None = None) -> tuple[list[str], Rows]:
    """The columns of a table and its rows with their line numbers; Refused when the file is no
    table.
    """
    form = form or FileForm()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused(
                [Mend(str(path), f"is larger than {MOST_BYTES:,} bytes; load it in parts")]
            )
        records, ragged = _records(path, form)
        columns, records = _header(path, form, records)
        return columns, _rows(path, form, columns, records, ragged)
    except Refused:
        raise
    except ImportError as error:
        raise Refused(
            [Mend(str(path), f"needs the extra `tables`: pip install 'muster[tables]' ({error})")]
        ) from error
    except Exception as error:  # every reader has its own errors; all mean the same here
        raise Refused([Mend(str(path), f"cannot be read as a table: {error}")]) from error


def _records(path: Path, form: FileForm) -> tuple[Records, bool]:
    """The lines of a file as lists of cells, and whether a line may be shorter than the header."""
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        from app.record.sheets import sheet_records

        return sheet_records(path, form.sheet, MOST_BYTES), True
    if suffix in (".xls", ".xlsb", ".ods", ".numbers", ".pdf", ".zip", ".gz", ".json"):
        raise Refused(
            [
                Mend(
                    str(path),
                    f"a {suffix} file is not read; save the table as CSV, XLSX or Parquet",
                )
            ]
        )
    return (_parquet(path), False) if suffix == ".parquet" else (_csv(path, form), False)


def _header(path: Path, form: FileForm, records: Records) -> tuple[list[str], Records]:
    """The names of the columns, with single spaces, and the lines of the table."""
    line, cells = next((record for record in records if record[0] >= form.header), (0, []))
    if not line:
        raise Refused(
            [Mend(str(path), f"has no line {form.header}, which should name its columns")]
        )
    if not form.header:
        return _columns([""] * len(cells)), chain([(line, cells)], records)
    if cells and isinstance(cells[-1], Cut):
        raise Refused(
            [Mend(str(path), f"ends in line {line}, which names its columns, without a line end")]
        )
    # A mark of the order of bytes stands before the first name in some encodings.
    named = [" ".join((name or "").replace("\ufeff", "").split()) for name in cells]
    columns = _columns(named)
    if twice := next((name for name in columns if columns.count(name) > 1), None):
        raise Refused([Mend(str(path), f"has the column {twice!r} more than once in line {line}")])
    if not any(named) or len(columns) > MOST_COLUMNS:
        raise Refused(
            [
                Mend(
                    str(path),
                    f"line {line} names {len(columns)} columns, and is no header of a table",
                )
            ]
        )
    return columns, records


def _columns(names: Sequence[str]) -> list[str]:
    """What the columns are called: one without a name by its place."""
    return [name or f"#{place}" for place, name in enumerate(names, start=1)]


def _rows(path: Path, form: FileForm, columns: list[str], records: Records, ragged: bool) -> Rows:
    count, size, width = 0, 0, len(columns)
    try:
        for line, cells in _without_footer(path, form, records):
            if any(cells):
                count, size = count + 1, size + sum(len(cell) for cell in cells if cell)
                _bound(path, count, width, size)
                yield line, _row(columns, cells, ragged)
    except Refused:
        raise
    except Exception as error:  # as above: what breaks while reading, past the first line
        raise Refused([Mend(str(path), f"cannot be read as a table: {error}")]) from error
    if form.rows is not None and count != form.rows:
        raise Refused(
            [Mend(str(path), f"has {count} rows, and should have {form.rows}: it may be cut off")]
        )


def _row(columns: Sequence[str], cells: list[str | None], ragged: bool) -> Cells | Broken:
    """The cells of a line by their columns; a `ragged` line may be shorter than the header."""
    width = len(columns)
    if ragged and len(cells) < width:
        cells += [None] * (width - len(cells))
    if len(cells) != width:
        return Broken(f"has {len(cells)} cells, the header has {width}")
    return dict(zip(columns, cells, strict=True))


def _bound(path: Path, rows: int, width: int, size: int = 0) -> None:
    """Refused where a table is larger than is read, however small its file is."""
    if size > MOST_BYTES:
        detail = f"holds more than {MOST_BYTES:,} characters; load it in parts"
        raise Refused([Mend(str(path), detail)])
    if rows > MOST_ROWS or rows * width > MOST_CELLS:
        detail = f"has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells; load it in parts"
        raise Refused([Mend(str(path), detail)])


def _without_footer(path: Path, form: FileForm, records: Records) -> Records:
    if form.footer is None:
        return records
    if isinstance(form.footer, int):
        return _but_the_last(path, form.footer, records)
    return _up_to(path, form.footer, records)


def _but_the_last(path: Path, number: int, records: Records) -> Records:
    """The lines without so many at the end."""
    held: deque[tuple[int, list[str | None]]] = deque()
    for record in records:
        held.append(record)
        if len(held) > number:
            yield held.popleft()
    if len(held) < number or any(isinstance(words, Cut) for _, cells in held for words in cells):
        raise Refused([Mend(str(path), f"does not end in {number} whole lines below the table")])


def _up_to(path: Path, pattern: str, records: Records) -> Records:
    """The lines before the first one whose first words match a pattern."""
    for record in records:
        if re.match(pattern, next((words.strip() for words in record[1] if words), "")):
            return
        yield record
    raise Refused([Mend(str(path), f"has no line {pattern!r} below the table: it may be cut off")])


def _csv(path: Path, form: FileForm) -> Records:
    with path.open(encoding=form.encoding, newline="") as file:
        last = ""

        def lines() -> Iterator[str]:
            nonlocal last
            for line in file:
                last = line
                yield line

        reader = csv.reader(
            lines(), delimiter="\t" if form.delimiter == "tab" else form.delimiter, strict=True
        )
        try:
            for row in reader:
                cells: list[str | None] = list(row)
                # Only the last line of all can lack its line end.
                if cells and not last.endswith(("\n", "\r")) and not form.last_line:
                    cells[-1] = Cut(cells[-1])
                yield reader.line_num, cells
        except csv.Error as error:
            raise Refused(
                [Mend(str(path), f"line {reader.line_num + 1} cannot be read: {error}")]
            ) from error
        except UnicodeError as error:
            detail = (
                f"line {_undecoded(path, form.encoding)} is not {form.encoding}; name its "
                "encoding under `file`"
            )
            raise Refused([Mend(str(path), f"{detail} ({error})")]) from error


def _undecoded(path: Path, encoding: str) -> int:
    """The first line that cannot be decoded; a text is decoded in larger pieces, and its error
    names none.
    """
    with path.open("rb") as file:
        for line, words in enumerate(file, start=1):
            try:
                words.decode(encoding)
            except UnicodeError:
                return line
    return 1


def _parquet(path: Path) -> Records:
    import polars

    found = polars.scan_parquet(path, glob=False)
    names = found.collect_schema().names()
    # Asked before a row is unpacked: a few bytes can stand for more than any machine holds.
    count = int(found.select(polars.len()).collect().item())
    _bound(path, count, len(names))
    yield 1, list(names)
    for start in range(0, count, AT_ONCE):
        frame: Any = found.slice(start, AT_ONCE).collect()
        for line, row in enumerate(frame.iter_rows(), start=start + 2):
            yield line, [words_of(value) for value in row]


def lacking(names: Sequence[str], columns: Sequence[str]) -> Refused | None:
    """What to say of a table that lacks columns; None when it has all of them."""
    missing = [name for name in names if name not in columns]
    if not missing:
        return None
    detail = f"the table has no column {missing[0]!r}; it has {', '.join(columns[:40])}"
    if len(columns) == 1 and (mark := re.search(r"[;\t|,]", columns[0])):
        detail += f"; is {mark[0]!r} its delimiter? Say so in the mapping under `file`"
    near = get_close_matches(missing[0], columns, n=1)
    return Refused([Mend("/" + missing[0], detail, near[0] if near else None)])
