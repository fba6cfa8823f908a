"""Cells are read as what they are: whatever a program or a broken copy leaves in a table is refused
by line and column.
"""

import datetime
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars
import pytest
import xlsxwriter

from app.estimate.counts import parse_count
from app.record import files
from app.record.cells import added, as_claimed
from app.record.mappings import load_mapping
from app.record.problems import Refused
from tests.conftest import ROOT
from tests.record.reading import counts, mapped, read, read_words

SAMPLES = ROOT / "tests" / "samples"
MAPPINGS = ROOT / "seeds" / "mappings"
HEADER = "Day,Nation,Troops"


def table_of(*lines: str) -> str:
    return "".join(f"{line}\n" for line in (HEADER, *lines))


@pytest.mark.parametrize(
    ("sample", "name"),
    [("un-contributors-20140731.csv", "un-contributors"), ("un-missions.csv", "un-missions")],
)
def test_a_table_cut_off_anywhere_is_refused_or_lacks_whole_lines(
    sample: str, name: str, tmp_path: Path
) -> None:
    mapping = load_mapping(MAPPINGS / f"{name}.yaml")
    lines = (SAMPLES / sample).read_bytes().splitlines(keepends=True)[:15]
    whole = b"".join(lines)
    table = tmp_path / "cut.csv"
    table.write_bytes(whole)
    full = read(mapping, table).statements
    told_by_line = [
        sum(told.claim["locator"].startswith(f"line {n},") for told in full)
        for n in range(len(lines) + 1)
    ]
    # What is told of the whole lines before each place, which is a prefix of all that is told.
    prefixes = {sum(told_by_line[: n + 1]) for n in range(len(lines) + 1)}
    ends = {sum(map(len, lines[:n])) for n in range(1, len(lines))}
    taken = set()
    for place in range(len(whole)):
        table.write_bytes(whole[:place])
        try:
            reading = read(mapping, table)
        except Refused:
            continue
        if not reading.faults():
            assert reading.statements == full[: len(reading.statements)], whole[:place][-40:]
            assert len(reading.statements) in prefixes, whole[:place][-40:]
            taken.add(place)
    # A cut at the end of a line cannot be seen in the file; hardly any other can be taken.
    assert ends <= taken
    assert len(taken) <= 4 * len(lines)


@pytest.mark.parametrize("figure", ["585", "~900", "5..9", "some"])
def test_a_last_figure_without_a_line_end_is_taken_only_where_the_mapping_vouches_for_it(
    figure: str, tmp_path: Path
) -> None:
    whole = table_of("2014-07-31,KEN,1", f"2014-07-31,UGA,{figure}")
    for place in range(len(whole) - len(figure) - 1, len(whole)):
        told = "".join(read_words(mapped(), whole[:place], tmp_path).faults())
        assert "line 3: Troops" in told or place == len(whole) - len(figure) - 1, told
    assert "last_line: whole" in read_words(mapped(), whole.rstrip(), tmp_path).rejected[0]
    vouched = mapped(file={"last_line": "whole"})
    assert counts(read_words(vouched, whole.rstrip(), tmp_path)) == [
        1,
        585 if figure == "585" else figure,
    ]


def test_a_row_of_another_length_than_the_header_is_refused_by_its_line(tmp_path: Path) -> None:
    told = read_words(mapped(), table_of("2014-07-31,KEN", "2014-07-31,UGA,5,6"), tmp_path).faults()
    assert told == ["line 2 has 2 cells, the header has 3", "line 3 has 4 cells, the header has 3"]
    cut = read_words(mapped(), table_of("2014-07-31,KEN,1") + "2014-07-31,UGA", tmp_path).faults()
    assert cut == ["line 3 has 2 cells, the header has 3"]


def test_a_count_of_rows_and_a_row_of_totals_tell_a_table_that_lacks_whole_lines(
    tmp_path: Path,
) -> None:
    lines = ["2014-07-31,KEN,1", "2014-07-31,UGA,2", ",Total,3"]
    counted = mapped(file={"rows": 2})
    assert counts(read_words(counted, table_of(*lines[:2]), tmp_path)) == [1, 2]
    with pytest.raises(Refused, match="has 1 rows, and should have 2"):
        read_words(counted, table_of(*lines[:1]), tmp_path)
    footed = mapped(file={"footer": "Source: .*"})
    assert counts(read_words(footed, table_of(*lines[:2], "Source: the Gazette"), tmp_path)) == [
        1,
        2,
    ]
    with pytest.raises(Refused, match="below the table: it may be cut off"):
        read_words(footed, table_of(*lines[:2]), tmp_path)
    below = mapped(file={"footer": 2})
    assert counts(read_words(below, table_of(lines[0], "Source:", "the Gazette"), tmp_path)) == [1]
    with pytest.raises(Refused, match="does not end in 2 whole lines"):
        read_words(below, table_of(lines[0], "Source:").rstrip("\n") + "\nthe Gaz", tmp_path)
    with pytest.raises(Refused, match="does not end in 2 whole lines"):
        read_words(below, table_of("Source:"), tmp_path)
    added_up = mapped(total_row={"column": "Nation", "values": ["Total"]})
    assert counts(read_words(added_up, table_of(*lines), tmp_path)) == [1, 2]
    assert (
        "row of totals is not there"
        in read_words(added_up, table_of(*lines[:2]), tmp_path).failed_checks[0]
    )
    short = read_words(added_up, table_of(lines[0], lines[2]), tmp_path)
    assert short.failed_checks == ["line 3: Troops is 3, its parts make 1"]


def write_csv(path: Path, rows: list[list[Any]]) -> None:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))


def write_xlsx(path: Path, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_column_of_one_name_twice_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"twice.{suffix}"
    rows: list[list[Any]] = [["Day", "Nation", "Troops", "Troops "], ["2014-07-31", "KEN", 5, 6]]
    (write_csv if suffix == "csv" else write_xlsx)(path, rows)
    with pytest.raises(Refused, match="the column 'Troops' more than once"):
        read(mapped(), path)


def parquet_of_one_name_twice(path: Path) -> None:
    """A file as no careful program writes it: the second of two names is changed where it stands in
    the bytes.
    """
    polars.DataFrame({"Troops_a": [5], "Troops_b": [6], "Day": ["x"]}).write_parquet(
        path, compression="uncompressed"
    )
    path.write_bytes(path.read_bytes().replace(b"Troops_b", b"Troops_a"))


def test_a_parquet_file_with_a_column_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.parquet"
    parquet_of_one_name_twice(path)
    with pytest.raises(Refused, match="Troops_a"):
        read(mapped(), path)


ERRORS = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]
BROKEN: list[tuple[str, Any]] = [
    *((column, error) for column in ("Day", "Nation", "Troops") for error in ERRORS),
    ("Troops", "=A1+1"),
    ("Nation", '=CONCATENATE("K","EN")'),
    ("Day", "=TODAY()"),
    ("Troops", "twelve"),
    ("Troops", 1.5),
    ("Troops", -5),
    ("Troops", True),
    ("Troops", datetime.date(2014, 7, 31)),
    ("Nation", 12),
    ("Day", 41851),
    ("Day", datetime.datetime(2014, 7, 31, 12, 30)),
]


@pytest.mark.parametrize(("column", "value"), BROKEN, ids=lambda value: str(value))
def test_a_workbook_with_one_broken_cell_is_refused_by_its_line_and_column(
    column: str, value: Any, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [["Day", "Nation", "Troops"]]
    nations = ["KEN", "UGA", "RWA", "BDI", "JAM"] * 300
    late = 1150 if value == "twelve" else 150  # past any first rows from which a reader could guess
    rows += [
        [datetime.date(2000 + n // 5 // 12, n // 5 % 12 + 1, 1), nations[n], n]
        for n in range(late + 50)
    ]
    rows[late][rows[0].index(column)] = value
    write_xlsx(tmp_path / "broken.xlsx", rows)
    told = read(mapped(), tmp_path / "broken.xlsx").faults()
    assert len(told) == 1
    assert told[0].startswith(f"line {late + 1}: ")
    assert column in told[0]


def test_a_formula_is_taken_for_the_value_that_was_stored_with_it(tmp_path: Path) -> None:
    path = tmp_path / "formula.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Day", "Nation", "Troops"])
    sheet.write_row(1, 0, ["2014-07-31", "KEN"])
    sheet.write_formula(1, 2, "=2+3", None, 5)
    sheet.write_row(2, 0, ["2014-07-31", "UGA"])
    sheet.write_formula(2, 2, '=IF(1,"","")', None, "nothing")
    book.close()
    # What wrote it asks every program to calculate: what stands there may be a mere placeholder.
    assert "formula without a stored value" in read(mapped(), path).rejected[0]
    calculated(path)
    # A text of no letters is stored as a text: it is a result.
    rewritten(path, "xl/worksheets/sheet1.xml", b"<v>nothing</v>", b"<v></v>")
    assert counts(read(mapped(), path)) == [5]


def test_a_formula_that_no_program_worked_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "unsaved.xlsx"
    write_xlsx(path, [["Day", "Nation", "Troops"], ["2014-07-31", "KEN", "=2+3"]])
    calculated(path)
    assert "Troops is a formula without a stored value" in read(mapped(), path).rejected[0]


def test_an_error_is_no_name(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "error.xlsx",
        [["Day", "Nation", "M", "Troops"], ["2014-07-31", "KEN", "#N/A", 5]],
    )
    reading = read(mapped(mission={"column": "M"}), tmp_path / "error.xlsx")
    assert reading.rejected == ["line 2: M is #N/A, an error of the spreadsheet"]


def test_the_size_that_a_workbook_states_of_its_sheet_cuts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "stated.xlsx"
    write_xlsx(
        path,
        [
            ["Day", "Nation", "Troops"],
            *[["2014-07-31", nation, 5] for nation in ("KEN", "UGA", "RWA")],
        ],
    )
    rewritten(path, "xl/worksheets/sheet1.xml", b'ref="A1:C4"', b'ref="A1:C2"')
    assert counts(read(mapped(), path)) == [5, 5, 5]


def rewritten(path: Path, part: str, words: bytes, others: bytes) -> None:
    """Put other words in the place of some in a part of a workbook."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert words in parts[part]
    parts[part] = parts[part].replace(words, others)
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)


def calculated(path: Path) -> None:
    """Take out of a workbook the wish to be calculated, as a program does that has calculated
    it.
    """
    with zipfile.ZipFile(path) as book:
        wish = b' fullCalcOnLoad="1"'
        assert wish in book.read("xl/workbook.xml")
    rewritten(path, "xl/workbook.xml", wish, b"")


def test_a_workbook_says_whole_numbers_and_days_in_its_own_ways(tmp_path: Path) -> None:
    day = datetime.datetime(2014, 7, 31)
    rows: list[list[Any]] = [
        ["Day", "Nation", "Troops", "Note"],
        [day, "KEN", 585.0, "#N/A"],
        [day.date(), "UGA", "~900", None],
    ]
    write_xlsx(
        tmp_path / "plain.xlsx",
        [*rows, [None, None, None, None], ["2014-07-31", "RWA", None, "none"]],
    )
    # A broken cell in a column that the mapping does not read says nothing of the figures.
    assert counts(read(mapped(), tmp_path / "plain.xlsx")) == [585, "~900"]


def test_a_cell_beyond_the_header_of_a_sheet_is_refused(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "wide.xlsx", [["Day", "Nation", "Troops"], ["2014-07-31", "KEN", 5, None, 6]]
    )
    assert read(mapped(), tmp_path / "wide.xlsx").faults() == [
        "line 2 has 5 cells, the header has 3"
    ]


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, figure in (("June", 5), ("July", 6)):
        sheet = book.create_sheet(name)
        for row in (["A title"], [], ["Day", "Nation", "Troops"], ["2014-07-31", "KEN", figure]):
            sheet.append(row)
    book.save(tmp_path / "sheets.xlsx")
    with pytest.raises(Refused, match="several sheets: June, July"):
        read(mapped(file={"header": 3}), tmp_path / "sheets.xlsx")
    for sheet, figure in (("June", 5), ("July", 6), (2, 5), (3, 6)):
        assert counts(
            read(mapped(file={"sheet": sheet, "header": 3}), tmp_path / "sheets.xlsx")
        ) == [figure]
    with pytest.raises(Refused, match="has no sheet 'May'; it has Sheet, June, July"):
        read(mapped(file={"sheet": "May"}), tmp_path / "sheets.xlsx")


def test_a_parquet_file_is_read_by_its_own_types(tmp_path: Path) -> None:
    day = datetime.date(2014, 7, 31)
    frame = polars.DataFrame(
        {
            "Day": [day, day, day],
            "Nation": polars.Series(["KEN", "UGA", "RWA"], dtype=polars.Categorical),
            "Troops": [585.0, None, float("nan")],
            "Staff": [Decimal("5.00"), None, Decimal("1.50")],
            "Units": [["a"], [], ["b"]],
        }
    )
    frame.write_parquet(tmp_path / "types.parquet")
    columns = [
        {"column": "Troops", "category": "troops"},
        {"column": "Staff", "category": "staff_officer"},
    ]
    first = read(mapped(counts=columns), tmp_path / "types.parquet")
    assert [told.claim["count"] for told in first.statements] == [585, 5]
    assert first.faults() == ["line 4: Troops is NaN, which is not a number"]
    listed = read(mapped(nation={"column": "Units"}), tmp_path / "types.parquet")
    assert listed.rejected[0] == "line 2: Units is a list, and not one value"


def test_a_table_that_unpacks_to_more_than_a_machine_holds_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.parquet"
    polars.DataFrame({"Troops": polars.repeat(5, 30_000_000, eager=True)}).write_parquet(path)
    assert path.stat().st_size < 2_000_000
    with pytest.raises(Refused, match="more than 1,048,576 rows"):
        read(mapped(), path)
    write_xlsx(tmp_path / "bomb.xlsx", [["Day", "Nation", "Troops"], ["2014-07-31", "KEN", 5]])
    monkeypatch.setattr(files, "MOST_BYTES", 5_000)
    with pytest.raises(Refused, match=r"unpacks to more than|is larger than"):
        read(mapped(), tmp_path / "bomb.xlsx")
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    with pytest.raises(Refused, match="more than 2 rows"):
        read_words(mapped(), table_of(*["2014-07-31,KEN,1"] * 3), tmp_path)


def test_what_is_no_table_is_told_so(tmp_path: Path) -> None:
    for name, content, told in (
        ("old.xls", b"\xd0\xcf", "save the table as CSV, XLSX or Parquet"),
        ("no.xlsx", b"PK\x03\x04", "cannot be read as a table"),
        ("no.parquet", b"PAR1", "cannot be read as a table"),
        ("empty.csv", b"", "has no line 1"),
        ("cut.csv", b"Day,Nation,Tro", "ends in line 1"),
        (
            "latin.csv",
            table_of("2014-07-31,C\xf4te d'Ivoire,5").encode("latin-1"),
            "line 2 is not utf-8",
        ),
        ("quote.csv", b'Day,Nation,Troops\n2014-07-31,"KEN,5\n', "cannot be read"),
        ("semicolon.csv", b"Day;Nation;Troops\n", "is ';' its delimiter?"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused, match=told.replace("?", r"\?")):
            read(mapped(), tmp_path / name)


def test_many_lines_of_one_cause_are_told_together(tmp_path: Path) -> None:
    lines = [f"2014-07-31,KEN,x{n}" for n in range(412)]
    reading = read_words(mapped(), table_of(*lines, "2014-07-32,KEN,1"), tmp_path)
    assert len(reading.rejected) == 413
    first, second = reading.faults()
    assert first.startswith("412 lines: Troops is not a plain whole number")
    assert first.endswith("line 2 'x0', line 3 'x1', line 4 'x2', ...")
    assert second.startswith("line 414: ")


@pytest.mark.parametrize(
    "words", ["200", "~200", ">=600", "<=2500", "150..200", "some", "unknown", "~7"]
)
def test_a_count_keeps_its_notation(words: str) -> None:
    claimed = as_claimed(parse_count(words))["count"]
    assert parse_count(claimed) == parse_count(words)
    assert str(claimed) == words


def test_a_sum_with_a_missing_part_is_at_least_the_others() -> None:
    parts = {name: parse_count(name) for name in ("5", "~20", "<=9", "some", "unknown")}
    sums = {
        ("5", None): {"count": ">=5"},
        (None, None): None,
        ("5", "unknown"): {"count": ">=5"},
        ("unknown", None): {"count": "unknown"},
        ("5", "~20"): {"count": "23..27"},
        ("5", "<=9"): {"count": 5, "count_low": 5, "count_high": 14},
        ("some", "some"): {"count_low": 2},
    }
    for names, claimed in sums.items():
        total = added(parts[name] if name else None for name in names)
        assert (as_claimed(total) if total else None) == claimed, names


def test_columns_without_a_name_are_called_by_their_place(tmp_path: Path) -> None:
    headless = mapped(
        file={"header": 0},
        date={"column": "#1"},
        nation={"column": "#2"},
        counts=[{"column": "#3", "category": "troops"}],
    )
    words = "2014-07-31,KEN,5\n2014-07-31,UGA,6\n"
    assert counts(read_words(headless, words, tmp_path)) == [5, 6]
    write_xlsx(tmp_path / "headless.xlsx", [["2014-07-31", "KEN", 5], ["2014-07-31", "UGA", 6]])
    assert counts(read(headless, tmp_path / "headless.xlsx")) == [5, 6]
    half = mapped(counts=[{"column": "#3", "category": "troops"}])
    assert counts(read_words(half, "Day,Nation, ,\n2014-07-31,KEN,5,\n", tmp_path)) == [5]
