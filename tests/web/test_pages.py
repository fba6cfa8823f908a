"""The page: what it says in words, that every control is a change of the address, that names stay
text, and its weight.

Links are followed over real HTTP on both databases. The host is named in each request, as the page
writes addresses to copy with the host it was asked at, and the two servers have different ports.
"""

import gzip
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

import app.web.pages.protocol
from app.estimate.strength import ADDITIVE
from tests.conftest import SEEDS, Twins, twins

HOST = "muster.example"
BROWSER = {
    "Host": HOST,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}
JULY = "as_of=2024-07-18"
KENYA = f"/?nation=KEN&{JULY}"

LONG = "Donaudampfschifffahrtsgesellschaft" * 9
SIGNS = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x="',
    "template": "{{ 7 * 7 }}{% raw %}",
    "formula": "=HYPERLINK(1)",
    "bidi": "\u200fgnp.exe \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627",
    "long": LONG,
}


def report(key: str, nation: str, count: Any, **more: Any) -> dict[str, Any]:
    """A report of strength by the markup source."""
    claim = {"source": "markup", "status": "occurred", "count": count, "date": "2024-03-01", **more}
    kept = {
        "key": key,
        "kind": "strength_report",
        "mission": "signs",
        "nation": nation,
        "category": "police",
    }
    return {**kept, "claims": [claim]}


DOCUMENT: Any = {
    "missions": [{"slug": "signs", "name": SIGNS["markup"]}],
    "sources": [
        {"slug": slug, "publisher": words, "title": words, "published": "2024-03-02"}
        for slug, words in SIGNS.items()
    ],
    "entries": [
        {
            "key": "signs-visit",
            "kind": "event",
            "mission": "signs",
            "event_type": "visit",
            "title": SIGNS["attribute"],
            "claims": [
                {
                    "source": slug,
                    "status": "occurred",
                    "date": "2024-01-01",
                    "summary": words,
                    "count_text": words,
                }
                for slug, words in SIGNS.items()
            ],
        },
        report(
            "signs-ken",
            "KEN",
            "some",
            count_text=SIGNS["markup"],
            summary=SIGNS["bidi"],
            grade="C3",
        ),
        report("signs-jam", "JAM", 0),
        {
            "key": "signs-ben-pledge",
            "kind": "pledge",
            "mission": "signs",
            "nation": "BEN",
            "claims": [{"source": "long", "status": "occurred", "count": 50, "date": "2024-02-01"}],
        },
    ],
}


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, and its text."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__()
        self.answer = answer
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: list[str] = []
        self.data: Any = None
        self.pieces: list[str] = []
        self._in = ""
        self.feed(answer.text)
        self.text = " ".join(" ".join(self.pieces).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        # Data, which no browser runs.
        self._in = "data" if ("type", "application/ld+json") in attrs else tag

    def handle_endtag(self, _tag: str) -> None:
        """Text after an element is not in it."""
        self._in = ""

    def handle_data(self, words: str) -> None:
        """Note text, and apart from it what stands in a script or style."""
        if self._in == "data":
            self.data = json.loads(words)
            return
        (self.inline if self._in in ("script", "style") else self.pieces).append(words)

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of a tag."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> set[str]:
        """Everything that an element leads to or loads."""
        found = set()
        for _, attributes in self.elements:
            found |= {
                attributes[name]
                for name in ("href", "src", "srcset", "action")
                if name in attributes
            }
        return found


def page(ask: Twins, address: str, status: int = 200) -> Page:
    """A page as a browser gets it."""
    answer = ask(address, headers=BROWSER)
    assert answer.status_code == status, f"{address}: {answer.text[:500]}"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer)


def words(ask: Twins, address: str) -> str:
    """The headline and what it rests on, as text."""
    found = re.search(
        r'<p class="headline.*?</article>', ask(address, headers=BROWSER).text, re.DOTALL
    )
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", found[0])).split())


@pytest.fixture(scope="module")
def signs(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """A ledger of names that a careless page breaks on."""
    place = tmp_path_factory.mktemp("signs")
    (place / "signs.yaml").write_text(json.dumps(DOCUMENT), "utf-8")
    with twins([place / "signs.yaml"], postgresql, place) as both:
        yield both


@pytest.fixture(scope="module")
def two_missions(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The press and another mission beside it."""
    place = tmp_path_factory.mktemp("two")
    (place / "signs.yaml").write_text(json.dumps(DOCUMENT), "utf-8")
    with twins([*SEEDS, place / "signs.yaml"], postgresql, place) as both:
        yield both


class TestHeadline:
    def test_says_the_figure_its_method_its_age_and_how_far_sources_differ(
        self, read: Twins
    ) -> None:
        said = words(read, KENYA)
        assert said.startswith(
            "396 police officers from Kenya At the end of 18 July 2024, by a report of 16 July 2024"
        )
        assert "(2 days old)" in said
        assert "Sources say 396 to 600" in said
        assert (
            "One claim of 8 settles it; 5 independent sources among those of the same standing."
            in said
        )
        assert "disputed" in said

    def test_says_what_was_known_then(self, read: Twins) -> None:
        said = words(read, "/?nation=KEN&as_of=2024-06-30&published_by=2024-06-30")
        assert said.startswith(
            "400 police officers from Kenya At the end of 30 June 2024, counted from arrivals"
        )
        assert "Known now of the same day: 196, 204 fewer" in said

    def test_says_that_a_figure_was_worked_back_from_a_later_report(self, read: Twins) -> None:
        said = words(read, "/?nation=KEN&as_of=2024-06-30")
        assert said.startswith("196 police officers from Kenya")
        assert "worked back from a later report of 16 July 2024 (16 days later)" in said

    def test_agrees_with_the_api(self, read: Twins) -> None:
        for day in ("2024-07-18", "2024-09-20", "2024-12-31"):
            total = read.json(f"/v1/strength?as_of={day}")["total"]
            assert words(read, f"/?as_of={day}").startswith(f"{total['present']:,} ")

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ("nation=KEN", "Not known how many police officers from Kenya: at least 1"),
            (
                "nation=JAM",
                "0 police officers from Jamaica "
                "At the end of 18 July 2024, by a report of 1 March 2024",
            ),
            ("nation=BEN", "None yet no source tells of any people from Benin there by that day"),
            ("nation=NOR", "No evidence the ledger holds nothing about this: that is not zero"),
            ("nation=KEN&min_grade=A1", "Filtered away the ledger has 1 claim about this"),
            (
                "nation=KEN&published_by=2024-03-01",
                "Filtered away the ledger has 1 claim about this",
            ),
        ],
    )
    def test_tells_not_known_zero_none_and_filtered_away_apart(
        self, signs: Twins, asked: str, said: str
    ) -> None:
        assert words(signs, f"/?{asked}&{JULY}").startswith(said)

    def test_says_filtered_away_where_what_is_left_tells_of_nobody_there(self, read: Twins) -> None:
        said = words(read, f"/?{JULY}&min_grade=A1")
        assert said.startswith("Filtered away the ledger has ")
        assert (
            "claims of people there by that day, and what you asked for sets all of them aside"
            in said
        )

    def test_looks_different_in_each_case(self, signs: Twins) -> None:
        asked = ["nation=KEN", "nation=JAM", "nation=BEN", "nation=NOR", "nation=KEN&min_grade=A1"]
        classes = [
            next(
                p["class"]
                for p in page(signs, f"/?{one}&{JULY}").all("p")
                if p.get("class", "").startswith("headline")
            )
            for one in asked
        ]
        assert classes == [
            f"headline {state}" for state in ("unknown", "known", "none", "empty", "filtered")
        ]


class TestTable:
    def test_has_the_numbers_of_the_api_row_by_row_and_the_total(self, read: Twins) -> None:
        answer = read.json("/v1/strength?as_of=2024-10-18")
        cells = table_cells(read("/?as_of=2024-10-18", headers=BROWSER).text)
        for row in [*answer["data"], answer["total"]]:
            name = "Unallocated" if row.get("unallocated") else row.get("nation_name", "Total")
            for measure, said in zip(ADDITIVE, cells[name], strict=False):
                said = said.replace("\N{MINUS SIGN}", "-")
                if row[measure]:
                    assert said.startswith(f"{row[measure]:,}"), (name, measure)
                    if row[f"{measure}_low"] != row[f"{measure}_high"]:
                        assert f"{row[f'{measure}_low']:,}" in said, (name, measure)
                elif row[measure] is None:
                    assert said.startswith("not known"), (name, measure)

    def test_is_sorted_by_the_column_in_the_address(self, read: Twins) -> None:
        up, down = (
            list(table_cells(read(f"/?{JULY}&sort={sort}", headers=BROWSER).text))
            for sort in ("name", "-name")
        )
        assert up[:-1] == sorted(up[:-1])
        assert up[:-1] == down[:-1][::-1]
        heads = page(read, f"/?{JULY}&sort=-pledged").all("th")
        assert [head["aria-sort"] for head in heads if "aria-sort" in head] == ["descending"]

    def test_shows_then_and_now_with_the_difference_in_words(self, read: Twins) -> None:
        text = read("/?as_of=2024-06-30&published_by=2024-06-30", headers=BROWSER).text
        then, now, change, *_ = table_cells(text)["Kenya"]
        assert (then, now, change) == ("400", "196", "204 fewer")

    def test_leads_from_each_number_to_its_working(self, read: Twins) -> None:
        shown = page(read, f"/?{JULY}")
        assert f"/?{JULY}&working=KEN#present" in shown.links
        working = page(read, f"/?{JULY}&working=KEN").text
        assert "How it was reckoned: Kenya" in working
        assert "report of strength, Kenya" in working
        assert "Heed News" in working
        assert "to 396" in working
        assert "Heed News is preferred: graded B2 before" in working

    def test_shows_missions_where_there_are_several(self, two_missions: Twins) -> None:
        shown = page(two_missions, f"/?{JULY}")
        assert "By mission" in shown.text
        assert f"/?mission=haiti-mss&{JULY}" in shown.links
        assert "By nation" in page(two_missions, f"/?mission=haiti-mss&{JULY}").text


def table_cells(text: str) -> dict[str, list[str]]:
    """The cells of the table of figures by the name of their row."""
    table = re.search(r'<table class="figures">.*?</table>', text, re.DOTALL)
    assert table
    found = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table[0], re.DOTALL):
        if 'scope="row"' in row:
            name, *cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            named = re.search(r"<bdi>(.*?)</bdi>", name)
            found[plain(named[1] if named else name)] = [plain(cell) for cell in cells]
    return found


def plain(markup: str) -> str:
    """The text of a piece of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


CONTROLS = {
    "mission": "haiti-mss",
    "nation": "KEN",
    "category": "police",
    "as_of": "2024-07-18",
    "published_by": "2024-07-17",
    "policy": "latest",
    "min_grade": "B6",
    "group_by": "nation,category",
    "revision": "1",
}


class TestAddress:
    @pytest.mark.parametrize("name", CONTROLS)
    def test_holds_every_control_and_the_control_shows_it(self, read: Twins, name: str) -> None:
        shown = page(read, f"/?{urlencode({name: CONTROLS[name]})}")
        assert set_in_form(shown)[name] == [CONTROLS[name]]

    def test_is_the_same_when_the_form_is_sent_as_it_stands(self, read: Twins) -> None:
        asked = {**CONTROLS, "sort": "name"}
        shown = page(read, f"/?{urlencode(asked)}")
        assert set_in_form(shown) == {name: [value] for name, value in asked.items()}

    def test_keeps_what_has_no_control_of_its_own(self, read: Twins) -> None:
        many = "/?nation=KEN&nation=JAM&source=heed-2024-07-17"
        many += "&contingent=haiti-mss-ken-police&known_at=2027-01-01"
        kept = set_in_form(page(read, many))
        assert kept["nation"] == ["KEN", "JAM"]
        assert kept["source"] == ["heed-2024-07-17"]
        assert kept["contingent"] == ["haiti-mss-ken-police"]
        assert kept["known_at"] == ["2027-01-01"]

    def test_may_have_empty_parameters_as_a_plain_form_sends_them(self, read: Twins) -> None:
        empty = "&".join(f"{name}=" for name in [*CONTROLS, "sort"] if name != "as_of")
        assert words(read, f"/?{empty}&{JULY}") == words(read, f"/?{JULY}")

    def test_takes_nations_by_name_and_shows_them_set(self, read: Twins) -> None:
        assert set_in_form(page(read, "/?nation=Kenya"))["nation"] == ["KEN"]

    def test_offers_the_days_of_publication(self, read: Twins) -> None:
        days = [option["value"] for option in page(read, "/").all("option")]
        assert {"2024-07-17", "2024-07-18", "2024-06-24"} <= set(days)


def set_in_form(shown: Page) -> dict[str, list[str]]:
    """What the form would send, without its empty fields."""
    found: dict[str, list[str]] = {}
    name, inside = "", False
    for tag, attributes in shown.elements:
        if tag == "form":
            inside = attributes.get("id") == "controls"
        elif not inside:
            continue
        elif tag == "select":
            name = attributes["name"]
        elif tag == "option" and "selected" in attributes and attributes["value"]:
            found.setdefault(name, []).append(attributes["value"])
        elif tag == "input" and attributes.get("name") and attributes.get("value"):
            found.setdefault(attributes["name"], []).append(attributes["value"])
    return found


class TestWrongQuestions:
    @pytest.mark.parametrize(
        ("asked", "near"),
        [
            ("natoin=KEN", "/?nation=KEN"),
            ("nation=Kenia", "/?nation=Kenya"),
            ("mission=hati-mss", "/?mission=haiti-mss"),
            ("policy=latst&nation=KEN", "/?nation=KEN&policy=latest"),
            ("group_by=natoin", "/?group_by=nation"),
            ("sort=presnt", "/?sort=present"),
            ("revision=99", "/?revision=2"),
        ],
    )
    def test_get_a_page_that_leads_to_the_nearest_right_one(
        self, read: Twins, asked: str, near: str
    ) -> None:
        shown = page(read, f"/?{asked}", 422)
        assert near in shown.links
        assert "Something in the question is wrong" in shown.text
        assert read(near, headers=BROWSER).status_code == 200

    @pytest.mark.parametrize(
        "asked",
        ["as_of=2024-13-01", "working=xx", "as_of=2024-01-01&as_of=2024-01-02", "min_grade=Z"],
    )
    def test_are_told_in_words(self, read: Twins, asked: str) -> None:
        shown = page(read, f"/?{asked}", 422)
        assert asked.split("=")[0] in shown.text
        assert "Traceback" not in shown.text

    def test_get_a_page_where_there_is_no_such_thing(self, read: Twins) -> None:
        shown = page(read, "/entries/haiti-mss-ken-secnd-group", 404)
        assert "/entries/haiti-mss-ken-second-group" in shown.links
        assert "/sources/heed-2024-07-17" in page(read, "/sources/heed-2024-07-71", 404).links


class TestAccounts:
    def test_an_entry_shows_every_account_and_which_settles_it(self, read: Twins) -> None:
        shown = page(read, "/entries/haiti-mss-ken-strength-2024-07-16")
        claims = read.json("/v1/strength-reports/haiti-mss-ken-strength-2024-07-16")["data"][
            "claims"
        ]
        assert "settles it" in shown.text
        for claim in claims:
            assert f"/sources/{claim['source']}" in shown.links
        assert shown.text.count("set aside:") == len(claims) - 1
        assert "set aside: Heed News is preferred: graded B2 before B3" in shown.text
        assert "No claim about it was ever corrected" in shown.text

    def test_a_source_shows_what_it_claims_and_what_repeats_it(self, read: Twins) -> None:
        shown = page(read, "/sources/citizen-tz-2024-07-17")
        assert "/sources/heed-2024-07-17" in shown.links
        assert "/entries/haiti-mss-ken-second-group" in page(read, "/sources/heed-2024-07-17").links

    def test_keep_the_revision_that_was_asked_for(self, read: Twins) -> None:
        shown = page(read, f"/?{JULY}&revision=1&working=KEN")
        assert "/entries/haiti-mss-ken-strength-2024-07-16?revision=1" in shown.links


class TestSafety:
    @pytest.mark.parametrize(
        "address",
        [
            "/",
            f"/?{JULY}&working=total",
            "/entries/signs-visit",
            "/sources/markup",
            "/embed",
            "/?nation=<b>",
            "/missions/signs",
            "/nations/KEN",
            "/sources",
            "/revisions/1",
            "/search?q=script",
            "/search?q=<script>alert</script>",
            "/missions/<b>",
        ],
    )
    def test_names_stay_text(self, signs: Twins, address: str) -> None:
        shown = Page(signs(address, headers=BROWSER))
        assert [element for element in shown.all("img") if element.get("src") == "x"] == []
        assert [
            name for _, attributes in shown.elements for name in attributes if name.startswith("on")
        ] == []
        assert "49" not in re.findall(r"<bdi>(\d+)</bdi>", shown.answer.text)
        assert shown.inline == []
        assert all("style" not in attributes for _, attributes in shown.elements)

    def test_names_are_there_whole_and_set_apart_from_the_direction_around_them(
        self, signs: Twins
    ) -> None:
        text = signs("/entries/signs-visit", headers=BROWSER).text
        for words_said in SIGNS.values():
            assert f"<bdi>{html.escape(words_said, quote=False)}" in text.replace("&#34;", '"')

    @pytest.mark.parametrize(
        "address", ["/", "/embed", "/entries/haiti-mss-ken-second-group", "/?natoin=x"]
    )
    def test_forbids_what_it_does_not_use(self, read: Twins, address: str) -> None:
        answer = read(address, headers=BROWSER)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert ("frame-ancestors *" in policy) == (address == "/embed")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert Page(answer).inline == []

    @pytest.mark.parametrize("address", ["/", "/embed", "/entries/haiti-mss-ken-second-group"])
    def test_loads_nothing_from_elsewhere(self, read: Twins, address: str) -> None:
        shown = page(read, address)
        loaded = [
            a.get("src") or a.get("srcset")
            for t, a in shown.elements
            if t in ("script", "img", "source", "iframe")
        ]
        loaded += [a["href"] for a in shown.all("link") if a["rel"] in ("stylesheet", "icon")]
        assert len(loaded) >= 3
        assert all(
            address.startswith("/") and not address.startswith("//")
            for address in loaded
            if address
        )
        for name in {address for address in loaded if address and address.startswith("/static/")}:
            assert "http" not in re.sub(
                r"http://www\.w3\.org/[0-9]+/svg|\[href\^=\"http\"\]", "", read(name).text
            )


class TestDelivery:
    def test_weighs_less_than_100_kb_in_all(self, read: Twins) -> None:
        shown = page(read, f"/?{JULY}")
        files = [address for address in shown.links if address.startswith("/static/")]
        assert len(files) == 3
        weight = sum(
            len(gzip.compress(read(address, headers={"Host": HOST}).content))
            for address in [f"/?{JULY}", *files]
        )
        assert weight < 60_000

    def test_files_are_kept_for_ever_at_an_address_of_their_content(self, read: Twins) -> None:
        for address in page(read, "/").links:
            if address.startswith("/static/"):
                answer = read(address)
                assert answer.status_code == 200
                assert "immutable" in answer.headers["cache-control"]
        assert read("/static/page.css").status_code == 404

    def test_is_not_sent_twice(self, read: Twins) -> None:
        tag = read(KENYA, headers=BROWSER).headers["etag"]
        assert read(KENYA, headers={**BROWSER, "If-None-Match": tag}).status_code == 304
        assert read(KENYA, headers={**BROWSER, "If-None-Match": 'W/"another"'}).status_code == 200
        assert (
            read(f"{KENYA}&sort=name", headers={**BROWSER, "If-None-Match": tag}).status_code == 200
        )

    def test_of_today_is_another_after_midnight(
        self, read: Twins, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tags = []
        for of_month in (25, 26):
            monkeypatch.setattr(
                app.web.pages.protocol, "today", lambda of_month=of_month: date(2026, 11, of_month)
            )
            tags.append(read("/", headers=BROWSER).headers["etag"])
        assert tags[0] != tags[1]
        assert read("/", headers={**BROWSER, "If-None-Match": tags[0]}).status_code == 200
        assert read("/", headers={**BROWSER, "If-None-Match": tags[1]}).status_code == 304

    def test_any_that_is_held_will_do(self, read: Twins) -> None:
        assert read(KENYA, headers={**BROWSER, "If-None-Match": "*"}).status_code == 304
        assert (
            read(
                KENYA, headers={"Host": HOST, "Accept": "text/html;q=0, application/json"}
            ).status_code
            == 406
        )

    def test_is_html_and_says_so_to_who_wants_none(self, read: Twins) -> None:
        read.problem("/", 406, headers={"Host": HOST, "Accept": "application/json"})
        assert read("/", headers={"Host": HOST}).status_code == 200

    def test_answers_head(self, read: Twins) -> None:
        answer = read("/", method="HEAD", headers=BROWSER)
        assert answer.status_code == 200
        assert answer.content == b""

    def test_gives_addresses_that_answer_and_quote_nothing(self, read: Twins) -> None:
        text = read(f"/?nation=C%C3%B4te d'Ivoire&{JULY}", headers=BROWSER).text
        text = text.replace(r"\u0026", "&")  # as JSON in a page has it
        for found in re.findall(
            r"https?://muster\.example(/v1/strength[^\s\"'<]*)", html.unescape(text)
        ):
            assert read(found.rstrip(",;)"), headers={"Host": HOST}).status_code == 200, found

    def test_the_total_alone_is_a_grouping_too(self, read: Twins) -> None:
        text = read("/?as_of=2024-12-31&group_by=none", headers={"Host": HOST}).text
        assert "The total</h2>" in text
        assert "By nation" not in text
        assert "/v1/strength?mission=haiti-mss&amp;as_of=2024-12-31&amp;group_by=none" in text
        assert "438" in words(read, "/?as_of=2024-12-31&group_by=none")

    def test_cites_with_revision_and_a_permalink_that_says_the_same(self, read: Twins) -> None:
        text = page(read, f"/?{JULY}").text
        cited = re.search(
            r"Muster: 396 people present, .* Revision 2, recorded \S+\. "
            r"http://muster\.example(\S+) \(read on",
            text,
        )
        assert cited
        assert {"as_of": ["2024-07-18"], "revision": ["2"]}.items() <= parse_qs(
            urlsplit(cited[1]).query
        ).items()
        assert words(read, cited[1]) == words(read, f"/?{JULY}")


def sort_of(address: str) -> str:
    """A link without its values: the path as far as it is no name, and what is asked."""
    parts = urlsplit(address)
    place = re.sub(r"^/([a-z]+|v1/[a-z-]+)/[^/.]+(?=$|\.)", r"/\1/", parts.path)
    return f"{place}?{sorted(parse_qs(parts.query))}"


def test_every_link_of_the_pages_answers(read: Twins) -> None:
    seen: set[str] = set()
    alike: Counter[str] = Counter()
    waiting = ["/?natoin=KEN", "/embed", f"/?{JULY}&published_by=2024-07-17&working=KEN"]
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("http", "#")):
            continue
        seen.add(address)
        # Of links that differ in their values only, three are asked.
        alike[sort := sort_of(address)] += 1
        if alike[sort] > 3 and not address.startswith("/entries/"):
            continue
        path = urlsplit(address).path
        answer = read(address.partition("#")[0], headers=BROWSER)
        assert answer.status_code == (422 if "natoin" in address else 200), address
        if path.startswith(("/entries/", "/sources/")) or len(seen) == 1:
            shown = Page(answer)
            waiting += sorted(shown.links)
            anchors = {link[1:] for link in shown.links if link.startswith("#")}
            assert anchors <= {attributes.get("id") for _, attributes in shown.elements}
    assert len(seen) > 150


def test_no_static_file_is_left_out_of_the_package(tmp_path: Path) -> None:
    import app.web.pages.templating

    place = Path(app.web.pages.templating.__file__).parent
    assert {path.suffix for path in (place / "static").iterdir()} == {".css", ".js", ".svg"}
    assert len(app.web.pages.templating.FILES) == 3
