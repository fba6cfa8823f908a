"""The language of mappings: each example of docs/tables.md is run, and each slip in a mapping
refused with its place.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from app.record.language import TableMapping, read_mapping
from app.record.plain import load_plain
from app.record.problems import Refused
from tests.conftest import ROOT
from tests.record.reading import counts, document_of, mapped, read, read_words

PAGE = (ROOT / "docs" / "tables.md").read_text()
FENCE = r"```{}\n((?:(?!```).*\n)*)```\n"
EXAMPLES: list[tuple[str, str, str]] = re.findall(
    FENCE.format("yaml") + FENCE.format("csv") + FENCE.format("yaml"), PAGE
)
BEGIN = re.findall(FENCE.format("yaml") + r"\n### Places", PAGE)[0]


def plain(words: str, place: Path) -> Any:
    """Plain data of a piece of YAML, as a mapping is read."""
    path = place / "words.yaml"
    path.write_text(words)
    return load_plain(path)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: " ".join(example[0].split())[:40])
def test_each_example_of_the_page_tells_what_it_says(
    example: tuple[str, str, str], tmp_path: Path
) -> None:
    said, table, promised = example
    mapping = read_mapping(plain(BEGIN, tmp_path) | plain(said, tmp_path))
    reading = read_words(mapping, table, tmp_path)
    expected = plain(promised, tmp_path)
    if isinstance(expected, dict):
        assert reading.faults() == expected["refused"]
        return
    assert reading.faults() == []
    document_of(reading)
    told = [{**told.entry, **told.claim, "source": told.source} for told in reading.statements]
    shown = [
        {
            name: {key: row["source"].get(key) for key in value}
            if name == "source"
            else row.get(name)
            for name, value in promise.items()
        }
        for row, promise in zip(told, expected, strict=True)
    ]
    assert shown == expected


def test_the_page_has_an_example_of_every_word_of_the_language() -> None:
    assert len(EXAMPLES) == PAGE.count("\n```csv\n")
    words = set(TableMapping.model_fields) - {"host_country", "mission_slug", "complete", "covers"}
    shown = " ".join(said for said, _, _ in EXAMPLES) + BEGIN
    assert [word for word in sorted(words) if not re.search(rf"^\s*{word}:", shown, re.M)] == []


SLIPS: list[tuple[dict[str, Any], str, str]] = [
    ({"date": {"colum": "Day"}}, "/date/colum", "Extra inputs"),
    ({"file": {"delimeter": ";"}}, "/file/delimeter", "Extra inputs"),
    ({"file": {"encoding": "utf-9"}}, "/file/encoding", "is not an encoding"),
    ({"nation": {"column": "Nation", "as": "iso"}}, "/nation/as", "'name', 'alpha2'"),
    ({"nation": {"column": "Nation", "constant": "KEN"}}, "/nation", "give a column"),
    ({"date": {"column": "Day", "as": "d/m/y"}}, "/date/as", "'day month year'"),
    ({"mission": {"column": "M", "pattern": "("}}, "/mission/pattern", "is not a pattern"),
    ({"counts": [{"category": "troops"}]}, "/counts/0", "give a column"),
    ({"counts": [{"column": "N", "category": "army"}]}, "/counts/0/category", "is not a category"),
    ({"category": {"column": "Type", "values": {"A": "army"}}}, "/", "is not a category"),
    ({"counts": []}, "/", "needs counts"),
    ({"kind": "parade"}, "/kind", "is not a kind of entry; the kinds are movement"),
    ({"kind": "movement", "key": {"column": "K"}}, "/", "a movement needs direction"),
    ({"kind": "pledge"}, "/", "a pledge needs a key"),
    ({"fields": {"donor": {"column": "From"}}}, "/", "a strength report has no donor"),
    ({"fields": {"doner": {"column": "From"}}}, "/fields/doner", "Extra inputs"),
    ({"date": {"header": True}}, "/", "go together"),
    ({"words": {"some dozens": "dozens"}}, "/words", "is not a count"),
    ({"missing": ["NA"], "unknown": ["NA"]}, "/", "cannot be two of"),
    ({"source": {"publisher": {"colum": "Paper"}}}, "/source/publisher/colum", "Extra inputs"),
    ({"source": {"publisher": "P", "grade": "Z9"}}, "/source/grade", "should match"),
    (
        {"source": {"publisher": "P", "published": {"column": "A", "as": "d"}}},
        "/source/published/as",
        "'day'",
    ),
    ({"file": {"footer": "("}}, "/file/footer", "is not a pattern"),
    ({"file": {"sheet": 0}}, "/file/sheet", "greater than or equal"),
    ({"source": {"publisher": {"column": "Paper"}}}, "/", "needs a slug"),
    ({"skip": [{"column": "Nation"}]}, "/skip/0", "give values, a pattern, or empty"),
    ({"parents": {"army": "whole"}}, "/", "'army' is not a category"),
]


@pytest.mark.parametrize(("slip", "where", "told"), SLIPS, ids=lambda value: str(value)[:40])
def test_a_slip_in_a_mapping_is_refused_with_its_place(
    slip: dict[str, Any], where: str, told: str
) -> None:
    with pytest.raises(Refused) as refused:
        mapped(**slip)
    assert [mend.where for mend in refused.value.mends if told in mend.detail] == [where], str(
        refused.value
    )


BOTH = [{"column": "Troops", "category": "troops"}, {"column": "Rest", "category": "military"}]
SENT = "Day,Nation,Troops,Rest\n2014-07-31,KEN,200,15\n2014-07-31,UGA,,5\n2014-07-31,RWA,7,\n"


def by_scope(reading: Any) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for told in reading.statements:
        found.setdefault((told.entry["nation"], told.entry["category"]), []).append(
            told.claim["count"]
        )
    document_of(reading)
    return found


def test_a_category_beside_one_under_it_is_refused_unless_it_is_said_what_it_is(
    tmp_path: Path,
) -> None:
    for more in (
        {"counts": BOTH},
        {
            "category": {"column": "Type", "values": {"T": "troops", "M": "military"}},
            "counts": [{"column": "N"}],
        },
        {"counts": [{"column": "Total"}, {"column": "Troops", "category": "troops"}]},
    ):
        with pytest.raises(
            Refused, match=r"say parents: \{(military|all): whole\} if its figure includes them"
        ):
            mapped(**more)
    whole = by_scope(read_words(mapped(counts=BOTH, parents={"military": "whole"}), SENT, tmp_path))
    assert whole["KEN", "military"] == [15]
    rest = by_scope(read_words(mapped(counts=BOTH, parents={"military": "rest"}), SENT, tmp_path))
    assert rest == {
        ("KEN", "troops"): [200],
        ("KEN", "military"): [15, 200],
        # A missing part is not zero: the whole is at least the other. Without the rest, no whole is
        # told.
        ("UGA", "military"): [5, "unknown"],
        ("RWA", "troops"): [7],
    }
    listed = mapped(counts=BOTH, parents={"military": "rest"}, complete=True)
    assert by_scope(read_words(listed, SENT, tmp_path)) == {
        ("KEN", "troops"): [200],
        ("KEN", "military"): [15, 200],
        ("UGA", "military"): [5],
        ("RWA", "troops"): [7],
        ("RWA", "military"): [7],
    }


def test_words_kept_as_they_stand_tell_of_a_parent_too_and_are_refused_by_line(
    tmp_path: Path,
) -> None:
    kept = mapped(category={"column": "Type"}, counts=[{"column": "N"}])
    words = (
        "Day,Nation,Type,N\n2014-07-31,KEN,troops,200\n"
        "2014-07-31,KEN,military,215\n2014-07-31,UGA,military,5\n"
    )
    told = read_words(kept, words, tmp_path).faults()
    assert len(told) == 1
    assert told[0].startswith("line 2: troops is told beside military")
    included = mapped(
        category={"column": "Type"}, counts=[{"column": "N"}], parents={"military": "whole"}
    )
    assert counts(read_words(included, words, tmp_path)) == [200, 215, 5]


def test_the_rest_of_three_levels_counts_each_figure_once(tmp_path: Path) -> None:
    columns = [
        {"column": "All"},
        {"column": "Military", "category": "military"},
        {"column": "Troops", "category": "troops"},
    ]
    words = "Day,Nation,All,Military,Troops\n2014-07-31,KEN,1,10,100\n"
    for military, everybody in (("rest", 111), ("whole", 11)):
        mapping = mapped(counts=columns, parents={"all": "rest", "military": military})
        reading = read_words(mapping, words, tmp_path)
        told = [told.claim["count"] for told in reading.statements if "category" not in told.entry]
        assert sum(told) == everybody


def test_what_is_not_known_is_told_and_what_is_missing_is_not(tmp_path: Path) -> None:
    words = "Day,Nation,Troops\n2014-07-31,KEN,NA\n2014-07-31,UGA,9999\n"
    told = read_words(mapped(missing=["NA"], unknown=[9999], complete=True), words, tmp_path)
    assert [(one.entry["nation"], one.claim["count"]) for one in told.statements] == [
        ("UGA", "unknown")
    ]
    told = read_words(mapped(missing=[9999], unknown=["NA"], complete=True), words, tmp_path)
    assert [(one.entry["nation"], one.claim["count"]) for one in told.statements] == [
        ("KEN", "unknown")
    ]


@pytest.mark.parametrize(
    ("form", "words", "date"),
    [
        ("day", "2014-07-31", "2014-07-31"),
        ("day", "2014-07-31 00:00:00", "2014-07-31"),
        ("day", "2014-07-31T00:00:00", "2014-07-31"),
        ("day", "31/07/2014", None),
        ("day", "2014-07", None),
        ("day", "2014-07-31 12:00:00", None),
        ("day month year", "1/2/2014", "2014-02-01"),
        ("day month year", "31/04/2014", None),
        ("day month year", "1/2/14", None),
        ("day month year", "1st of February 2014", None),
        ("day month year", "1st February, 2014", "2014-02-01"),
        ("day month year", "2014-07-31", "2014-07-31"),
        ("day month year", "31072014", "2014-07-31"),
        ("day month year", "-1/2/2014", None),
        ("month day year", "2/1/2014", "2014-02-01"),
        ("month day year", "13/1/2014", None),
        ("month day year", "Sept. 1, 2014", "2014-09-01"),
        ("year month day", "20140731", "2014-07-31"),
        ("year month day", "2014/7/31", "2014-07-31"),
        ("month year", "Jul-2014", "2014-07"),
        ("month year", "7/2014", "2014-07"),
        ("month year", "2014-07-01 00:00:00", "2014-07"),
        ("month year", "Juli 2014", None),
        ("year month", "201407", "2014-07"),
        ("year month", "2014-13", None),
        ("quarter year", "Q3 2014", "2014-07/2014-09"),
        ("year quarter", "2014Q4", "2014-10/2014-12"),
        ("year quarter", "2014-5", None),
        ("year", "2014", "2014"),
        ("year", "2014-07-31 00:00:00", "2014"),
        ("year", "14", None),
        ("year", "2014?", None),
        ("edtf", "2014-07-16~", "2014-07-16~"),
        ("edtf", "2014-07/..", "2014-07/.."),
        ("edtf", "July", None),
    ],
)
def test_a_date_is_read_in_the_order_that_is_said(
    form: str, words: str, date: str | None, tmp_path: Path
) -> None:
    mapping = mapped(date={"column": "Day", "as": form})
    reading = read_words(mapping, f'Day,Nation,Troops\n"{words}",KEN,1\n', tmp_path)
    assert [told.claim["date"] for told in reading.statements] == ([date] if date else [])
    assert len(reading.rejected) == (0 if date else 1)


def test_months_have_names_in_other_languages(tmp_path: Path) -> None:
    months = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    mapping = mapped(date={"column": "Day", "as": "day month year", "months": months})
    reading = read_words(
        mapping,
        "Day,Nation,Troops\n14 août 2014,KEN,1\n2 juillet 2014,UGA,1\n1 jui 2014,RWA,1\n",
        tmp_path,
    )
    assert [told.day for told in reading.statements] == ["2014-08-14", "2014-07-02"]
    assert (
        "line 4: '1 jui 2014'" in reading.rejected[0]
        or "'jui' is not the name of a month" in reading.rejected[0]
    )


@pytest.mark.parametrize(
    ("thousands", "words", "count"),
    [
        (",", "1,234,567", 1234567),
        (",", "1,200-1,500", "1200..1500"),
        (",", ">=1,200", ">=1200"),
        (",", "1,23", None),
        (",", "1,2345", None),
        (",", "1.200", None),
        (".", "1.200", 1200),
        (".", "585.0", 585),
        (" ", "1\u202f200", 1200),
        ("'", "1’200", 1200),
        (None, "1,200", None),
        (None, "1_200", None),
        (None, "1.200", None),
        (None, "≈ 900", "~900"),
        (None, "600+", ">=600"),
        (None, "<5", "<=4"),
        (None, "150 — 200", "150..200"),
        (None, "200-150", None),
        (None, "-5", None),
        (None, "٥", None),
        (None, "12 men", None),
    ],
)
def test_a_figure_is_read_by_its_marks_or_refused(
    thousands: str, words: str, count: Any, tmp_path: Path
) -> None:
    reading = read_words(
        mapped(thousands=thousands), f'Day,Nation,Troops\n2014-07-31,KEN,"{words}"\n', tmp_path
    )
    assert [told.claim["count"] for told in reading.statements] == (
        [] if count is None else [count]
    )
    assert len(reading.rejected) == (count is None)


def test_a_number_of_a_workbook_has_no_mark_at_its_thousands(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["Day", "Nation", "Troops"],
        ["2014-07-31", "KEN", 1.234],
        ["2014-07-31", "UGA", "1.234"],
    ):
        book.active.append(row)
    book.save(tmp_path / "marks.xlsx")
    reading = read(mapped(thousands="."), tmp_path / "marks.xlsx")
    assert [told.claim["count"] for told in reading.statements] == [1234]
    assert reading.rejected[0].startswith("line 2: Troops is '1.234'")


def test_a_nation_may_be_left_empty_only_where_that_is_meant(tmp_path: Path) -> None:
    words = "Day,Nation,Troops\n2014-07-31,,5\n"
    assert "say `optional: true`" in read_words(mapped(), words, tmp_path).rejected[0]
    told = read_words(
        mapped(nation={"column": "Nation", "optional": True}), words, tmp_path
    ).statements
    assert "nation" not in told[0].entry
    kept = {"column": "Nation", "values": {"Holland": "NLD"}, "otherwise": "keep"}
    assert "is empty" in read_words(mapped(nation=kept), words, tmp_path).rejected[0]


def test_a_name_whose_letters_would_be_lost_makes_no_slug(tmp_path: Path) -> None:
    words = "Day,Nation,Mission,Troops\n2014-07-31,KEN,Миссия 1,5\n2014-07-31,KEN,Łódź ærlig,6\n"
    reading = read_words(mapped(mission={"column": "Mission"}), words, tmp_path)
    assert "makes no name for addresses" in reading.rejected[0]
    assert [told.entry["mission"] for told in reading.statements] == ["lodz-aerlig"]
    named = mapped(
        mission={"column": "Mission"},
        mission_slug={"column": "Mission", "values": {"Миссия 1": "first", "Łódź ærlig": "second"}},
    )
    assert read_words(named, words, tmp_path).missions == {
        "first": ("Миссия 1", None),
        "second": ("Łódź ærlig", None),
    }


def test_one_key_or_one_source_described_in_two_ways_is_refused(tmp_path: Path) -> None:
    pledged = mapped(kind="pledge", key={"column": "K"}, same_scope="add")
    words = "Day,Nation,K,Troops\n2014-07-31,KEN,1,5\n2014-07-31,KEN,1,6\n2014-07-31,UGA,1,7\n"
    reading = read_words(pledged, words, tmp_path)
    assert [told.claim["count"] for told in reading.statements] == [5, 6]
    assert reading.rejected == [
        "line 4: its key little-1 is that of line 2, which is about something else"
    ]
    papers = mapped(
        source={"slug": {"column": "P"}, "publisher": {"column": "P"}, "url": {"column": "U"}}
    )
    words = "Day,Nation,P,U,Troops\n2014-07-31,KEN,Echo,https://a.example,5\n2014-07-31,UGA,Echo,https://b.example,5\n2014-07-31,RWA,Sun,no,5\n"
    assert read_words(papers, words, tmp_path).rejected == [
        "line 3: its source little-echo is described otherwise than in line 2",
        "line 4: url: String should match pattern '^https?://[\\x21-\\x7e\\u00a0-\\U0010ffff]+$'",
    ]


def test_a_value_that_the_ledger_does_not_take_is_told_with_its_line(tmp_path: Path) -> None:
    graded = mapped(claim={"grade": {"column": "Grade"}})
    words = "Day,Nation,Grade,Troops\n2014-07-31,KEN,B2,5\n2014-07-31,UGA,best,5\n"
    assert read_words(graded, words, tmp_path).rejected[0].startswith("line 3: grade: ")


def test_a_long_key_ends_in_a_digest_and_stays_apart_from_another(tmp_path: Path) -> None:
    pledged = mapped(kind="pledge", key={"column": "K"})
    lines = "".join(f"2014-07-31,KEN,{'long ' * 60}{n},5\n" for n in (1, 2))
    keys = [
        told.entry["key"]
        for told in read_words(pledged, "Day,Nation,K,Troops\n" + lines, tmp_path).statements
    ]
    assert len(set(keys)) == 2
    assert max(map(len, keys)) <= 120


def test_a_code_for_missing_is_known_however_the_number_is_written(tmp_path: Path) -> None:
    words = "Day,Nation,Troops\n2014-07-31,KEN,9999.0\n2014-07-31,UGA,-99.0\n2014-07-31,RWA,0\n"
    reading = read_words(mapped(missing=[9999], unknown=[-99], words={0: "some"}), words, tmp_path)
    assert counts(reading) == ["unknown", "some"]


def test_a_word_that_is_no_category_is_told_with_its_line(tmp_path: Path) -> None:
    kept = mapped(
        category={"column": "Type", "values": {"Soldiers": "troops"}, "otherwise": "keep"},
        counts=[{"column": "N"}],
    )
    words = "Day,Nation,Type,N\n2014-07-31,KEN,Soldiers,200\n2014-07-31,KEN,Generals,2\n"
    reading = read_words(kept, words, tmp_path)
    assert reading.rejected[0].startswith(
        "line 3: 'Generals' is not a category; the categories are police"
    )


def test_what_a_mapping_can_tell_of_is_known_before_a_row_is_read() -> None:
    assert mapped(counts=BOTH, parents={"military": "whole"}).categories == {"troops", "military"}
    typed = {"column": "Type", "values": {"A": "fpu", "B": "ipo"}}
    assert mapped(category=typed, counts=[{"column": "N"}]).categories == {"fpu", "ipo"}
    assert mapped(category=typed | {"otherwise": "keep"}, counts=[{"column": "N"}]).categories == {
        None
    }


def test_a_source_named_by_the_rows_is_no_issue_of_the_series(tmp_path: Path) -> None:
    words = "Day,Nation,Troops\n2014-07-31,KEN,5\n"
    for source, slug, series in (
        ({"publisher": "P"}, "little-2014-07-31", "little"),
        ({"publisher": "P", "slug": {"constant": "All"}}, "little-all", "little"),
        ({"publisher": "P", "slug": {"column": "Nation"}}, "little-ken", None),
    ):
        told = read_words(mapped(source=source), words, tmp_path).statements[0].source
        assert (told["slug"], told.get("series")) == (slug, series)
    listed = read_words(mapped(kind="pledge", key={"column": "Nation"}), words, tmp_path)
    assert (listed.statements[0].source["slug"], listed.statements[0].day, listed.days) == (
        "little",
        "",
        {""},
    )


@pytest.mark.parametrize(
    ("scheme", "code", "nation"),
    [
        ("alpha2", "NA", "NAM"),
        ("alpha2", "KE", "KEN"),
        ("alpha3", "KEN", "KEN"),
        ("m49", 404, "KEN"),
    ],
)
def test_a_nation_is_given_by_the_scheme_that_is_said(
    scheme: str, code: Any, nation: str, tmp_path: Path
) -> None:
    mapping = mapped(nation={"column": "Nation", "as": scheme}, missing=["NA"])
    told = read_words(mapping, f"Day,Nation,Troops\n2014-07-31,{code},5\n", tmp_path)
    assert told.rejected == []
    assert told.statements[0].entry["nation"] == nation


def test_a_code_of_another_scheme_is_refused_by_its_line(tmp_path: Path) -> None:
    mapping = mapped(nation={"column": "Nation", "as": "alpha2"})
    told = read_words(mapping, "Day,Nation,Troops\n2014-07-31,KEN,5\n", tmp_path)
    assert told.rejected[0].startswith("line 2: Nation: 'KEN' is not")


def test_words_that_do_not_match_a_pattern_are_refused(tmp_path: Path) -> None:
    mapping = mapped(nation={"column": "Nation", "pattern": "([A-Z]{3})[0-9]"})
    reading = read_words(
        mapping, "Day,Nation,Troops\n2014-07-31,KEN1,5\n2014-07-31,UGAX,5\n", tmp_path
    )
    assert [told.entry["nation"] for told in reading.statements] == ["KEN"]
    assert reading.rejected == ["line 3: Nation is 'UGAX', which does not match '([A-Z]{3})[0-9]'"]


def test_a_span_is_open_only_where_that_is_meant(tmp_path: Path) -> None:
    until = {"column": "Until", "as": "day month year"}
    words = (
        "Day,Until,Nation,Troops\n2014-07-01,31/7/2014,KEN,5\n"
        "2014-08-01,,KEN,6\n2014-08-02,1/8/2014,KEN,6\n"
    )
    reading = read_words(mapped(date={"column": "Day", "to": until}), words, tmp_path)
    assert [told.claim["date"] for told in reading.statements] == ["2014-07-01/2014-07-31"]
    assert reading.rejected[0].startswith("line 3: Until is empty; if the span is open then, say")
    assert reading.rejected[1].startswith("line 4: '2014-08-02/2014-08-01' ends before it begins")
