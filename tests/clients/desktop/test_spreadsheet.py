"""LibreOffice Calc, without a window: a cell that asks the ledger, and our tables opened and saved
by it.
"""

# Tables and documents, a line each.
# ruff: noqa: E501

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

import pytest

from tests.clients.desktop.conftest import program
from tests.clients.readers import suffixed
from tests.clients.test_tables import SERIES, STRENGTH

# What a person answers when Calc asks whether a sheet may fetch from the net: yes, for the sheets
# of this folder.
TRUSTED = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
  <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
    <prop oor:name="SecureURL" oor:op="fuse"><value><it>{}</it></value></prop>
  </item>
</oor:items>"""
# `soffice --convert-to` never fetches; a macro that opens the sheet with its links brought up to
# date does.
MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Main(sheet, table)
  Dim opening(1) As New com.sun.star.beans.PropertyValue
  opening(0).Name = "Hidden"
  opening(0).Value = True
  opening(1).Name = "UpdateDocMode"
  opening(1).Value = com.sun.star.document.UpdateDocMode.FULL_UPDATE
  book = StarDesktop.loadComponentFromURL(sheet, "_blank", 0, opening())
  book.calculateAll()
  Dim saving(0) As New com.sun.star.beans.PropertyValue
  saving(0).Name = "FilterName"
  saving(0).Value = "Text - txt - csv (StarCalc)"
  book.storeToURL(table, saving())
  book.close(True)
End Sub
</script:module>"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
  library:passwordprotected="false"><library:element library:name="Module1"/></library:library>"""
SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"
  office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:body><office:spreadsheet><table:table table:name="Sheet1">{}</table:table></office:spreadsheet></office:body>
</office:document>"""

# Commas, double quotes, UTF-8, from the first row on: what the window of Calc offers for our files.
AS_CSV = "Text - txt - csv (StarCalc):44,34,76,1"

Rows = list[list[str]]


class Office:
    """LibreOffice with a profile of its own; a first start lays it out, and only then can a macro
    be put into it.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.command = [program("LibreOffice", "soffice", "libreoffice"), "--headless"]
        self.command.append(f"-env:UserInstallation={(place / 'profile').as_uri()}")
        user = place / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(TRUSTED.format(place.as_uri()))
        (place / "first.csv").write_text("1\n")
        self.converted(str(place / "first.csv"))
        (user / "basic" / "Standard" / "script.xlb").write_text(LIBRARY)
        (user / "basic" / "Standard" / "Module1.xba").write_text(MACRO)

    def run(self, *arguments: str) -> None:
        """Run it to its end."""
        ran = subprocess.run(
            [*self.command, *arguments], capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stderr

    def converted(self, what: str, *through: str) -> Rows:
        """The cells of a file or an address, opened, saved in each of the forms named, and then as
        CSV.
        """
        for form in [*through, "csv"]:
            folder = self.place / f"as-{form}"
            shutil.rmtree(folder, ignore_errors=True)
            reading = [f"--infilter={AS_CSV}"] if urlsplit(what).path.endswith(".csv") else []
            saving = f"csv:{AS_CSV}" if form == "csv" else form
            self.run(*reading, "--convert-to", saving, "--outdir", str(folder), what)
            (found,) = folder.iterdir()
            what = str(found)
        return cells(Path(what))

    def recalculated(self, *formulas: str) -> list[str]:
        """What stands in the cells of a sheet's first column, one formula a row, once they have
        been reckoned.
        """
        rows = [
            f"<table:table-row><table:table-cell table:formula={quoteattr('of:' + formula)}/></table:table-row>"
            for formula in formulas
        ]
        sheet, table = self.place / "sheet.fods", self.place / "sheet.csv"
        sheet.write_text(SHEET.format("".join(rows)))
        table.unlink(missing_ok=True)
        self.run(f"macro:///Standard.Module1.Main({sheet.as_uri()},{table.as_uri()})")
        return [row[0] for row in cells(table)]


def cells(path: Path) -> Rows:
    """The cells of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """LibreOffice."""
    return Office(tmp_path_factory.mktemp("office"))


def in_cell(address: str) -> str:
    """The formula that asks an address, as it is written in an OpenDocument sheet."""
    return f'COM.MICROSOFT.WEBSERVICE("{address}")'


class TestWebservice:
    def test_a_cell_holds_the_number(self, host: str, office: Office) -> None:
        total = f"{host}/v1/strength.txt?mission=haiti-mss&as_of=2024-12-31"
        kenya = f"{host}/v1/strength.txt?mission=haiti-mss&nation=KEN&as_of=2024-06-30"
        assert office.recalculated(
            f"=VALUE({in_cell(total)})",
            "=[.A1]+1",
            f"=VALUE({in_cell(kenya)})",
            f"=VALUE({in_cell(kenya + '&published_by=2024-06-30')})",
            f"=VALUE({in_cell(kenya + '&measure=present_low')})",
        ) == ["438", "439", "196", "400", "196"]

    def test_what_is_not_known_is_no_number(self, host: str, office: Office) -> None:
        asked = (
            f"{host}/v1/strength.txt?mission=haiti-mss&nation=TCD&as_of=2024-12-31&measure=pledged"
        )
        (found,) = office.recalculated(f"=VALUE({in_cell(asked)})")
        assert found in {"#VALUE!", "Err:502", "Err:529"}

    def test_a_problem_is_no_number(self, host: str, office: Office) -> None:
        (found,) = office.recalculated(f"=VALUE({in_cell(host + '/v1/strength.txt?natoin=KEN')})")
        assert found.startswith(("#", "Err:"))


OPENED: list[tuple[Callable[[str], str], str]] = [
    (lambda address: suffixed(address, "csv"), "ods"),
    (lambda address: suffixed(address, "csv") + "&dialect=excel", "ods"),
    (lambda address: suffixed(address, "xlsx"), "xlsx"),
]


@pytest.mark.parametrize(("form", "kept_as"), OPENED, ids=["csv", "excel-csv", "xlsx"])
class TestOpening:
    def test_a_table_opened_and_saved_is_the_same(
        self, host: str, office: Office, form: Callable[[str], str], kept_as: str
    ) -> None:
        header, *records = office.converted(host + form(STRENGTH), kept_as)
        rows = [dict(zip(header, record, strict=True)) for record in records]
        assert sum(int(row["present"]) for row in rows) == 438
        known = {row["nation"]: row for row in rows}
        assert (known["TCD"]["pledged"], known["TUR"]["nation_name"]) == ("", "Türkiye")
        assert known[""]["unallocated"].lower() == "true"

    def test_a_series_keeps_its_days(
        self, host: str, office: Office, form: Callable[[str], str], kept_as: str
    ) -> None:
        header, *records = office.converted(host + form(SERIES), kept_as)
        rows = [dict(zip(header, record, strict=True)) for record in records]
        found = {row["date"]: row["present"] for row in rows}
        assert (found["2024-06-30"], found["2024-07-31"], found["2024-12-31"]) == (
            "196",
            "396",
            "382",
        )
