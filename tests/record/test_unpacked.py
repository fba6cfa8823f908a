"""A small file may stand for a large table: what it unpacks to is bounded, whatever its kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest
import xlsxwriter

from app.record import files
from app.record.problems import Refused


def parquet(path: Path, rows: int, words: str) -> None:
    """A column of one text."""
    polars.DataFrame({"a": [words] * rows}).write_parquet(path)


def xlsx(path: Path, rows: int, words: str) -> None:
    """The same in a sheet."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "a")
        for row in range(rows):
            sheet.write_string(row + 1, 0, words)


@pytest.mark.parametrize("make", [parquet, xlsx])
def test_what_a_file_unpacks_to_is_bounded(
    tmp_path: Path, make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"table.{make.__name__}"
    make(path, 500, "x" * 1000)
    monkeypatch.setattr(files, "AT_ONCE", 64)
    columns, rows = files.open_table(path)
    assert (columns, len(list(rows))) == (["a"], 500)
    monkeypatch.setattr(files, "MOST_BYTES", 400_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(Refused, match=r"more than 400,000|larger|bytes"):
        list(files.open_table(path)[1])
    monkeypatch.undo()
    monkeypatch.setattr(files, "MOST_ROWS", 499)
    with pytest.raises(Refused, match="more than 499 rows"):
        list(files.open_table(path)[1])
