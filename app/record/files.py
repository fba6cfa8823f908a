"""Tables in files: the columns and rows of a CSV, an Excel sheet or a Parquet file, every cell as the words in it."""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.record.problems import Mend, Refused

Rows = Iterator[tuple[int, Mapping[str, str | None]]]


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def open_table(path: Path) -> tuple[list[str], Rows]:
    """The columns of a table and its rows with their line numbers; Refused when the file is no table."""
    try:
        return _frame(path) if path.suffix.lower() in (".xlsx", ".parquet") else _csv(path)
    except Refused:
        raise
    except Exception as error:  # every reader has its own errors; all mean the same here
        raise Refused([Mend(str(path), f"cannot be read as a table: {error}")]) from error


def _csv(path: Path) -> tuple[list[str], Rows]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file), [])
    twice = [name for name in columns if columns.count(name) > 1]
    if twice:
        raise Refused([Mend(str(path), f"has the column {twice[0]!r} more than once")])

    def rows() -> Rows:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            try:
                for row in reader:
                    if None in row:
                        raise Refused([Mend(str(path), f"line {reader.line_num} has more cells than the header")])
                    yield reader.line_num, row
            except (csv.Error, UnicodeDecodeError) as error:
                raise Refused([Mend(str(path), f"line {reader.line_num + 1} cannot be read: {error}")]) from error

    return columns, rows()


def _frame(path: Path) -> tuple[list[str], Rows]:
    import polars

    frame: Any = polars.read_parquet(path) if path.suffix.lower() == ".parquet" else polars.read_excel(path)
    words = frame.select(polars.all().cast(polars.String))
    return words.columns, ((number, row) for number, row in enumerate(words.iter_rows(named=True), start=2))
