"""Sheets of a workbook (XLSX): every cell as what it is, with nothing guessed from the cells above
it.
"""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from app.record.cells import Broken, words_of
from app.record.problems import Mend, Refused

NOT_WORKED_OUT = (
    "is a formula without a stored value; open the workbook, let it calculate, and save it"
)


def sheet_records(
    path: Path, sheet: str | int | None, most_bytes: int
) -> Iterator[tuple[int, list[str | None]]]:
    """The rows of a sheet with their numbers; Refused when it is not there, not the only one, or
    too large.
    """
    from openpyxl import load_workbook

    recalculated = _to_be_calculated(path, most_bytes)
    with path.open("rb") as values_file, path.open("rb") as formulas_file:
        # Read twice side by side: the values that were stored, and where they come from a formula.
        with _quiet():
            values = load_workbook(values_file, read_only=True, data_only=True)
            formulas = load_workbook(formulas_file, read_only=True)
            name = _chosen(path, values, sheet)
        rows = zip_longest(_rows(values[name]), _rows(formulas[name]))
        for line, (stored, written) in enumerate(rows, start=1):
            pairs = zip_longest(stored or (), written or ())
            cells = [_words(value, formula, recalculated) for value, formula in pairs]
            while cells and not cells[-1]:
                del cells[-1]
            yield line, cells


def _to_be_calculated(path: Path, most_bytes: int) -> bool:
    """Whether the workbook asks to be calculated when it is opened: what its formulas hold is then
    no result.
    """
    with zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > most_bytes:
            raise Refused(
                [Mend(str(path), f"unpacks to more than {most_bytes:,} bytes; load it in parts")]
            )
        try:
            book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
        except KeyError:
            return False
    asked = [
        element.get("fullCalcOnLoad") for element in book.iter() if element.tag.endswith("}calcPr")
    ]
    return any(word in ("1", "true") for word in asked)


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # The size that a workbook states of its sheet may be wrong, and would cut it.
    sheet.reset_dimensions()
    rows = sheet.iter_rows()
    while True:
        with _quiet():
            row = next(rows, None)
        if row is None:
            return
        yield row


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings: styles, extensions and validations that are not kept have no bearing on the
    cells.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _chosen(path: Path, workbook: Any, sheet: str | int | None) -> str:
    """The name of the sheet that is asked for, or of the only one that holds anything."""
    names = [found.title for found in workbook.worksheets]
    if str(sheet) in names:
        return str(sheet)
    if isinstance(sheet, int) and sheet <= len(names):
        return str(names[sheet - 1])
    if sheet is not None:
        raise Refused([Mend(str(path), f"has no sheet {sheet!r}; it has {', '.join(names)}")])
    filled = [
        name
        for name in names
        if any(cell.value is not None for row in _rows(workbook[name]) for cell in row)
    ]
    if len(filled) > 1:
        detail = (
            f"has several sheets: {', '.join(filled)}; say in the mapping which, as `file: "
            f"{{sheet: {filled[0]}}}`"
        )
        raise Refused([Mend(str(path), detail)])
    return str((filled or names)[0])


def _words(value: Any, formula: Any, recalculated: bool) -> str | None:
    if formula is not None and formula.data_type == "f":
        # A formula whose result is an empty text has no value, and says that it is a text.
        empty = value is None or (value.value is None and value.data_type != "str")
        if empty or recalculated:
            return Broken(NOT_WORKED_OUT)
    if value is None:
        return None
    if value.data_type == "e":
        return Broken(f"is {value.value}, an error of the spreadsheet")
    return words_of(value.value)
