"""Files as the programs that open them see them: Excel, Parquet, CSV for a double click, ranges,
names, pictures.
"""

import datetime as dt
import io
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx2
import openpyxl
import polars
import pytest

from app.record.cache import Cache
from app.record.database import Database, migrate
from app.record.documents import read_document
from app.record.ledger import ChangeNote, record
from app.record.nations import nations
from app.settings import Settings
from app.web.formats import marks
from tests.conftest import RECORDED, Twins, served

LISTS = (
    *("movements", "strength-reports", "pledges", "deliveries", "mandates", "events", "claims"),
    *("missions", "contingents", "sources", "nations", "revisions"),
)
TABLES = (*LISTS, "strength?as_of=2024-12-31", "strength/series?to=2024-12-31&interval=month")
STRENGTH = "mission=haiti-mss&as_of=2024-12-31"


def suffixed(table: str, suffix: str) -> str:
    path, _, query = table.partition("?")
    return f"/v1/{path}.{suffix}?{query}"


def parquet(read: Twins, address: str) -> polars.DataFrame:
    answer = read(address)
    assert answer.status_code == 200, answer.text
    return polars.read_parquet(io.BytesIO(answer.content))


def workbook(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


class TestParquet:
    @pytest.mark.parametrize("table", TABLES)
    def test_every_table_holds_the_rows_of_its_csv(self, read: Twins, table: str) -> None:
        frame = parquet(read, suffixed(table, "parquet"))
        written = read(suffixed(table, "csv")).content
        as_text = polars.read_csv(io.BytesIO(written), infer_schema=False)
        assert frame.columns == as_text.columns
        assert len(frame) == len(as_text) > 0
        told = frame.with_columns(polars.all().cast(polars.String))
        assert told.rows() == as_text.rows()

    def test_numbers_days_and_words_are_what_they_are(self, read: Twins) -> None:
        frame = parquet(read, f"/v1/strength.parquet?{STRENGTH}")
        types = {name: str(kind) for name, kind in frame.schema.items()}
        assert types["present"] == types["present_low"] == "Int64"
        assert types["evidence_date"] == "Date"
        assert types["unallocated"] == types["disputed"] == "Boolean"
        assert types["nation"] == "String"
        assert frame["present"].sum() == 438

    def test_what_is_not_known_is_null(self, read: Twins) -> None:
        frame = parquet(read, f"/v1/strength.parquet?{STRENGTH}")
        assert frame["authorised"].null_count() == len(frame)

    def test_an_empty_table_keeps_its_columns_and_their_types(self, read: Twins) -> None:
        frame = parquet(read, f"/v1/strength.parquet?{STRENGTH}&nation=ISL")
        assert len(frame) == 0
        assert str(frame.schema["present"]) == "Int64"


class TestExcel:
    @pytest.mark.parametrize("table", TABLES)
    def test_every_table_has_a_frozen_header_its_sources_and_what_was_asked(
        self, read: Twins, table: str
    ) -> None:
        answers = {
            name: client.get(suffixed(table, "xlsx")) for name, client in read.clients.items()
        }
        for answer in answers.values():
            assert answer.status_code == 200
            book = workbook(answer.content)
            assert book.sheetnames == ["rows", "sources", "asked"]
            assert book["rows"].freeze_panes == "A2"
            header = [cell.value for cell in book["rows"][1]]
            assert header == read(suffixed(table, "csv")).text.split("\r\n")[0].split(",")

    def sheet(self, read: Twins, address: str) -> Any:
        return workbook(read.clients["sqlite"].get(address).content)

    def test_numbers_are_numbers_days_are_days_and_nothing_is_empty(self, read: Twins) -> None:
        book = self.sheet(read, f"/v1/strength.xlsx?{STRENGTH}")
        rows = list(book["rows"].iter_rows(values_only=True))
        first = next(
            row
            for row in (dict(zip(rows[0], row, strict=True)) for row in rows)
            if row["nation"] == "KEN"
        )
        assert isinstance(first["present"], int)
        assert isinstance(first["evidence_date"], dt.datetime)
        assert first["authorised"] is None
        present = rows[0].index("present")
        assert sum(row[present] for row in rows[1:]) == 438

    def test_it_says_what_was_asked_and_of_which_revision(self, read: Twins) -> None:
        book = self.sheet(read, f"/v1/strength.xlsx?{STRENGTH}&policy=latest")
        asked = dict(book["asked"].iter_rows(values_only=True))
        assert asked["revision"] == 2
        assert asked["mission"] == "haiti-mss"
        assert asked["policy"] == "latest"
        assert "/v1/strength.xlsx?mission=haiti-mss" in asked["address"]
        assert asked["asked on"] is not None

    def test_the_sources_are_those_that_speak_of_what_was_asked(self, read: Twins) -> None:
        book = self.sheet(read, f"/v1/strength.xlsx?{STRENGTH}&nation=BHS")
        slugs = {row[0] for row in book["sources"].iter_rows(min_row=2, values_only=True)}
        listed = {
            row["slug"]
            for row in read.json("/v1/sources?mission=haiti-mss&nation=BHS&size=1000")["data"]
        }
        assert slugs == listed
        assert len(slugs) > 0

    def test_what_is_kept_for_one_host_is_not_given_to_another(self, read: Twins) -> None:
        address = f"/v1/strength.xlsx?{STRENGTH}&policy=lowest"
        for host in ("one.example", "other.example", "one.example"):
            answer = read.clients["sqlite"].get(address, headers={"Host": host})
            asked = dict(workbook(answer.content)["asked"].iter_rows(values_only=True))
            assert asked["address"].startswith(f"http://{host}/v1/strength.xlsx?")

    def test_what_is_kept_of_one_day_is_not_given_on_another(
        self, read: Twins, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = f"/v1/strength.xlsx?{STRENGTH}&policy=latest&nation=KEN"
        for day in ("2026-11-24", "2026-11-25"):
            for place in ("formats.files", "formats.xlsx", "middleware.again"):
                monkeypatch.setattr(
                    f"app.web.{place}.today", lambda day=day: dt.date.fromisoformat(day)
                )
            answer = read.clients["sqlite"].get(address)
            asked = dict(workbook(answer.content)["asked"].iter_rows(values_only=True))
            assert str(asked["asked on"])[:10] == day


class TestKept:
    @pytest.mark.parametrize("suffix", ["", ".csv", ".parquet"])
    def test_an_answer_made_before_is_the_same_and_keeps_its_promises(
        self, read: Twins, suffix: str
    ) -> None:
        address = f"/v1/strength{suffix}?{STRENGTH}&policy=highest"
        first, second = read(address), read(address)
        assert first.content == second.content
        assert first.headers["etag"] == second.headers["etag"]
        assert read(address, headers={"If-None-Match": "*"}).status_code == 304
        assert read(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
        # Where the address names the form, Accept is not asked.
        assert read(address, headers={"Accept": "text/html"}).status_code == (
            200 if suffix else 406
        )

    def test_a_write_makes_it_anew(self, nasty: httpx2.Client) -> None:
        before = nasty.get("/v1/strength?mission=m&as_of=2024-12-31&revision=0").json()
        after = nasty.get("/v1/strength?mission=m&as_of=2024-12-31").json()
        assert (before["total"]["method"], after["total"]["method"]) == ("none", "counted")

    def test_the_evidence_of_one_mission_is_not_that_of_another(self, nasty: httpx2.Client) -> None:
        asked = ("mission=m", "mission=z", "", "mission=m&mission=z", "mission=m")
        rows = [
            nasty.get(f"/v1/strength?as_of=2024-12-31&group_by=mission&{of}").json()["data"]
            for of in asked
        ]
        assert [[row["mission"] for row in found] for found in rows] == [
            ["m"],
            ["z"],
            ["m", "z"],
            ["m", "z"],
            ["m"],
        ]

    def test_a_page_leads_to_the_next_each_time_it_is_asked_for(self, read: Twins) -> None:
        for suffix in ("csv", "parquet"):
            pages = [read(f"/v1/strength.{suffix}?{STRENGTH}&size=2") for _ in range(2)]
            assert ['rel="next"' in page.headers["link"] for page in pages] == [True, True]

    def test_a_first_page_that_is_full_leads_to_the_next_too(self, tmp_path: Path) -> None:
        settings = Settings(database_url=f"sqlite:///{tmp_path}/many.db")
        migrate(settings)
        claim = {"source": "s", "status": "occurred", "count": 1, "date": "2024-07-01"}
        narrow = ("fpu", "ipo", "troops", "staff_officer", "expert", "civilian", "unspecified")
        pledges = [
            {
                "key": f"p-{nation.lower()}-{category.replace('_', '-')}",
                "kind": "pledge",
                "mission": "m",
                "nation": nation,
                "category": category,
                "claims": [claim],
            }
            for nation in list(nations())[:150]
            for category in narrow
        ]
        named = {
            "missions": [{"slug": "m", "name": "M"}],
            "sources": [{"slug": "s", "publisher": "S"}],
        }
        with Database(settings) as database, database.writing() as connection:
            record(
                connection,
                read_document({**named, "entries": pledges}),
                ChangeNote("t", "t"),
                RECORDED,
            )
        with served(settings) as client:
            for _ in range(2):
                answer = client.get("/v1/strength?as_of=2024-12-31&group_by=nation,category")
                assert len(answer.json()["data"]) == 1000
                assert 'rel="next"' in answer.headers["link"]

    def test_what_was_used_longest_ago_goes_first_and_what_is_large_is_not_kept(self) -> None:
        kept = Cache(8, len)
        for name in "abcd":
            kept.keep(name, "xx")
        assert kept.get("a") == "xx"
        kept.keep("e", "xx")
        assert [kept.get(name) for name in "abcde"] == ["xx", None, "xx", "xx", "xx"]
        kept.keep("f", "xxx")
        assert [kept.get(name) for name in "acdef"] == ["xx", "xx", "xx", "xx", None]


class TestExcelsCsv:
    def test_it_begins_with_a_mark_that_says_utf_8_and_the_exact_one_does_not(
        self, read: Twins
    ) -> None:
        assert read("/v1/claims.csv?dialect=excel").content.startswith(b'\xef\xbb\xbf"key",')
        assert read("/v1/claims.csv").content.startswith(b"key,")

    def test_it_is_for_csv_alone(self, read: Twins) -> None:
        for suffix in ("ndjson", "parquet", "xlsx"):
            fault = read.problem(f"/v1/claims.{suffix}?dialect=excel", 422)["errors"][0]
            assert fault["parameter"] == "dialect"


class TestRanges:
    ADDRESSES = (
        f"/v1/strength.csv?{STRENGTH}",
        f"/v1/strength.parquet?{STRENGTH}",
        "/v1/strength/series.svg?mission=haiti-mss&to=2024-12-31",
        f"/v1/strength.txt?{STRENGTH}",
        "/v1/movements.csv",
    )

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_parts_put_together_are_the_whole(self, read: Twins, address: str) -> None:
        whole = read(address)
        size = len(whole.content)
        assert whole.headers["accept-ranges"] == "bytes"
        head = read(address, method="HEAD", headers={"Accept-Encoding": "identity"})
        assert head.headers["content-length"] == str(size)
        half = size // 2
        first = read(address, headers={"Range": f"bytes=0-{half}"})
        rest = read(address, headers={"Range": f"bytes={half + 1}-"})
        assert (first.status_code, rest.status_code) == (206, 206)
        assert first.content + rest.content == whole.content
        assert first.headers["content-range"] == f"bytes 0-{half}/{size}"
        assert "content-encoding" not in first.headers
        assert read(address, headers={"Range": "bytes=-2"}).content == whole.content[-2:]
        more = read(address, headers={"Range": f"bytes=-{size + 5}"})
        assert (more.content, more.headers["content-range"]) == (
            whole.content,
            f"bytes 0-{size - 1}/{size}",
        )

    @pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
    def test_a_range_that_is_not_there_is_told(self, read: Twins, asked: str) -> None:
        answer = read(f"/v1/strength.csv?{STRENGTH}", headers={"Range": asked})
        assert answer.status_code == 416
        assert answer.headers["content-range"].startswith("bytes */")
        assert answer.json()["type"] == "/problems/range_not_satisfiable"

    @pytest.mark.parametrize(
        "asked", ["bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=-", "bytes=²-3", "bytes=5-2"]
    )
    def test_what_is_no_single_range_gets_the_whole(self, read: Twins, asked: str) -> None:
        address = f"/v1/strength.csv?{STRENGTH}"
        answer = read(address, headers={"Range": asked.encode("latin-1", "replace")})
        assert answer.status_code == 200
        assert answer.content == read(address).content

    def test_a_weak_tag_never_proves_that_a_part_fits(self, read: Twins) -> None:
        address = f"/v1/strength.csv?{STRENGTH}"
        tag = read(address).headers["etag"]
        assert read(address, headers={"Range": "bytes=0-3", "If-Range": tag}).status_code == 200

    @pytest.mark.parametrize("asked", ["bytes=0-3", "bytes=999999999-"])
    def test_head_has_no_ranges(self, read: Twins, asked: str) -> None:
        address = f"/v1/strength.csv?{STRENGTH}"
        answer = read(address, "HEAD", headers={"Range": asked, "Accept-Encoding": "identity"})
        assert answer.status_code == 200
        assert answer.headers["content-length"] == str(len(read(address).content))


class TestNames:
    def test_a_download_has_a_name_that_says_what_it_is(self, read: Twins) -> None:
        for address, name in {
            f"/v1/strength.csv?{STRENGTH}&download=1": "muster-strength-r2.csv",
            "/v1/strength/series.svg?to=2024-12-31&download=1": "muster-strength-series-r2.svg",
            "/v1/strength-reports.parquet?download=1": "muster-strength-reports-r2.parquet",
        }.items():
            assert read(address).headers["content-disposition"] == f'attachment; filename="{name}"'
        assert "content-disposition" not in read(f"/v1/strength.csv?{STRENGTH}").headers
        assert "content-disposition" not in read(f"/v1/strength.csv?{STRENGTH}&download=0").headers

    def test_only_0_and_1_are_answers(self, read: Twins) -> None:
        assert (
            read.problem("/v1/strength.csv?download=yes", 422)["errors"][0]["parameter"]
            == "download"
        )
        assert read.problem("/v1/strength?download=1", 422)["errors"][0]["parameter"] == "download"


SVG = "{http://www.w3.org/2000/svg}"


class TestPictures:
    def drawn(self, read: Twins, asked: str) -> ElementTree.Element:
        answer = read(f"/v1/strength/series.svg?{asked}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "image/svg+xml"
        return ElementTree.fromstring(answer.text)

    def words(self, picture: ElementTree.Element) -> str:
        return " ".join("".join(text.itertext()) for text in picture.iter(f"{SVG}text"))

    def test_a_picture_says_its_numbers_in_words(self, read: Twins) -> None:
        picture = self.drawn(read, "mission=haiti-mss&nation=KEN&to=2024-12-31")
        assert picture.get("role") == "img"
        assert "Kenya" in (picture.findtext(f"{SVG}title") or "")
        told = picture.findtext(f"{SVG}desc") or ""
        for words in ("2024-06-25: 196", "2024-07-16: 396", "382"):
            assert words in told

    def test_it_marks_arrivals_and_shows_the_last_figure_with_its_range(self, read: Twins) -> None:
        words = self.words(self.drawn(read, "mission=haiti-mss&to=2024-12-31"))
        assert "+200" in words
        assert "438" in words
        assert "394–482" in words

    def test_no_digit_at_the_end_of_a_line_is_cut_off(self) -> None:
        """Bold digits are some 0.6 of their size wide."""
        for low, best, high in ((8_134, 8_178, 8_222), (98_137, 98_180, None), (3, 4, 5)):
            told = {"present_low": low, "present": best, "present_high": high}
            longest = max(map(len, marks.figure(told)))
            assert marks.room(told, 12) >= 6 + longest * 12 * 0.6

    def test_the_expected_stand_apart(self, read: Twins) -> None:
        assert "expected, not there yet" in self.words(
            self.drawn(read, "mission=haiti-mss&to=2024-12-31")
        )
        assert "expected" not in self.words(
            self.drawn(read, "mission=haiti-mss&nation=BHS&from=2024-11-01&to=2024-11-30")
        )

    def test_nothing_known_is_said_and_not_drawn_as_zero(self, read: Twins) -> None:
        picture = self.drawn(read, "mission=haiti-mss&nation=ISL&to=2024-12-31")
        assert "Nothing is known for this question." in self.words(picture)
        assert (picture.findtext(f"{SVG}desc") or "") == "Nothing is known for this question."

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1600])
    def test_it_has_the_width_and_the_colours_asked_for(
        self, read: Twins, theme: str, width: int
    ) -> None:
        picture = self.drawn(read, f"mission=haiti-mss&to=2024-12-31&theme={theme}&width={width}")
        assert abs(float(picture.get("width", "0")) - width) <= width * 0.12

    def test_png_is_a_png(self, read: Twins) -> None:
        answer = read.clients["sqlite"].get(
            "/v1/strength/series.png?mission=haiti-mss&to=2024-12-31"
        )
        assert answer.content.startswith(b"\x89PNG\r\n")
        assert answer.headers["content-type"] == "image/png"

    @pytest.mark.parametrize(
        ("asked", "parameter"),
        [
            *(("width=319", "width"), ("width=1601", "width"), ("width=1e3", "width")),
            *(("theme=blue", "theme"), ("dialect=excel", "dialect")),
        ],
    )
    def test_wrong_wishes_are_named(self, read: Twins, asked: str, parameter: str) -> None:
        assert (
            read.problem(f"/v1/strength/series.svg?{asked}", 422)["errors"][0]["parameter"]
            == parameter
        )


NASTY = '=HYPERLINK("http://x.example","<script>alert(1)</script>") \u200fevil ' + "w" * 200


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server whose ledger is named by people who wish nobody well."""
    place = tmp_path_factory.mktemp("nasty")
    settings = Settings(database_url=f"sqlite:///{place}/nasty.db", max_exports=2)
    migrate(settings)
    claim = {
        "source": "s",
        "status": "occurred",
        "count": "unknown",
        "date": "2024-07-01",
        "summary": "@SUM(A1)",
    }
    document = {
        "missions": [{"slug": "m", "name": NASTY}, {"slug": "z", "name": "Z"}],
        "sources": [
            {
                "slug": "s",
                "publisher": "-1+1",
                "title": "+cmd|' /C calc'!A0",
                "published": "2024-07-01",
            },
        ],
        "entries": [
            {
                "key": "k",
                "kind": "movement",
                "mission": "m",
                "nation": "KEN",
                "category": "police",
                "direction": "arrival",
                "claims": [claim],
            },
            {
                "key": "z",
                "kind": "movement",
                "mission": "z",
                "nation": "KEN",
                "category": "police",
                "direction": "arrival",
                "claims": [claim | {"count": 5}],
            },
            *(
                {
                    "key": f"e-{n}",
                    "kind": "event",
                    "mission": "m",
                    "event_type": "other",
                    "title": "T" * 300,
                    "claims": [
                        {
                            "source": "s",
                            "status": "occurred",
                            "date": "2024-07-01",
                            "summary": "S" * 2000,
                        }
                    ],
                }
                for n in range(3000)
            ),
        ],
    }
    with Database(settings) as database, database.writing() as connection:
        record(connection, read_document(document), ChangeNote("t", "t"), RECORDED)
    with served(settings) as client:
        yield client


class TestNastyNames:
    def test_excel_s_csv_defuses_what_looks_like_a_formula(self, nasty: httpx2.Client) -> None:
        text = nasty.get("/v1/sources.csv?dialect=excel").text
        assert "'-1+1" in text
        assert "'+cmd" in text
        assert all(
            line.startswith('"') for line in text.removeprefix("\ufeff").split("\r\n") if line
        )
        assert nasty.get("/v1/sources.csv").text.count("'-1+1") == 0

    def test_a_workbook_holds_texts_and_no_formulas(self, nasty: httpx2.Client) -> None:
        book = workbook(nasty.get("/v1/missions.xlsx").content)
        cell = book["rows"]["B2"]
        assert (cell.value, cell.data_type) == (NASTY, "s")
        assert cell.hyperlink is None

    def test_a_picture_holds_no_markup_of_others(self, nasty: httpx2.Client) -> None:
        text = nasty.get("/v1/strength/series.svg?mission=m&to=2024-12-31").text
        assert "<script" not in text
        ElementTree.fromstring(text)

    def test_what_is_not_known_is_drawn_as_not_known(self, nasty: httpx2.Client) -> None:
        text = nasty.get("/v1/strength/series.svg?mission=m&to=2024-12-31").text
        assert "not known" in text
        assert nasty.get("/v1/strength.txt?mission=m&as_of=2024-12-31").text == ""

    def test_who_hangs_up_on_a_large_table_keeps_no_place(self, nasty: httpx2.Client) -> None:
        for _ in range(6):
            with nasty.stream("GET", "/v1/events.csv") as answer:
                assert "content-length" not in answer.headers
                next(answer.iter_raw())
        deadline = time.monotonic() + 10
        while (answer := nasty.get("/v1/claims.csv?size=1")).status_code != 200:
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.05)
        assert nasty.get("/v1/events.csv").text.count("\r\n") == 3001
