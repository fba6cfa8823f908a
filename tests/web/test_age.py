"""A figure that is carried on from long ago is never said as one of today: in rows, on the page, in
what is quoted from it and in pictures.
"""

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from app.web.schemas.parameters import today
from tests.conftest import Twins, load, served
from tests.web.test_pages import BROWSER, page

HAITI = "mission=haiti-mss"
FRESH, LONG_AFTER = f"{HAITI}&as_of=2024-12-31", f"{HAITI}&as_of=2030-01-01"


def total(read: Twins, asked: str) -> Any:
    return read.json(f"/v1/strength?{asked}")["total"]


def test_rows_say_since_when_and_whether_that_is_too_long_ago(read: Twins) -> None:
    fresh, stale = total(read, FRESH), total(read, LONG_AFTER)
    assert (fresh["last_known"], fresh["stale"]) == ("2024-09-30", False)
    assert (stale["last_known"], stale["stale"]) == ("2024-09-30", True)
    # What is carried on stays what it is.
    assert stale["present"] == fresh["present"]
    for row in read.json(f"/v1/strength?{LONG_AFTER}&group_by=nation")["data"]:
        assert row["stale"] is (row["last_known"] is not None)


def test_a_series_turns_stale_on_its_day(read: Twins) -> None:
    asked = f"{HAITI}&interval=day&from=2025-03-25&to=2025-04-02&group_by=none"
    found = read.json(f"/v1/strength/series?{asked}")["data"]
    assert next(row["date"] for row in found if row["stale"]) == "2025-03-30"
    # It is no change of what is known.
    changes = read.json(f"/v1/strength/series?{HAITI}&from=2024-11-01&to=2030-01-01")
    assert "2025-03-30" not in {row["date"] for row in changes["data"]}


@pytest.mark.parametrize("where", ["/", "/embed"])
def test_the_headline_says_when_it_was_last_known(read: Twins, where: str) -> None:
    said = page(read, f"{where}?{LONG_AFTER}").text
    assert (
        "Last known: 438 people, on 30 September 2024, with what was told until 18 October 2024"
        in said
    )
    assert "1 January 2030 is a day to come" in said
    assert "it is no number of 1 January 2030" in said
    fresh = page(read, f"{where}?{FRESH}").text
    assert "438 people" in fresh
    assert "last known" not in fresh.lower()


def test_so_does_all_that_is_quoted_from_the_page(read: Twins) -> None:
    shown = page(read, f"/?{LONG_AFTER}")
    (title,) = re.findall(r"<title>(.*?)</title>", shown.answer.text)
    assert title.startswith("438 last known 30 September 2024, with what was told until 18 Octo")
    (described,) = [m["content"] for m in shown.all("meta") if m.get("name") == "description"]
    assert "438 (394 to 482), last known on 30 September 2024" in described
    quoted = html.unescape(re.sub(r"<[^>]*>", "", shown.answer.text))
    assert "438 (394 to 482) people present when last known, 30 September 2024, with" in quoted


def test_and_the_picture(read: Twins) -> None:
    for asked, says in ((LONG_AFTER, True), (FRESH, False)):
        last = asked.partition("as_of=")[2]
        picture = read(f"/v1/strength/series.svg?{HAITI}&group_by=none&to={last}").text
        assert ("last known on 2024-09-30" in html.unescape(picture)) is says


TOLD = """
missions: [{slug: m, name: M}]
sources: [{slug: s, publisher: S, published: "2024-06-01", grade: B2}]
entries:
  - key: there
    kind: strength_report
    mission: m
    claims: [{source: s, status: occurred, count: 100, date: "%s"}]
  - key: soon
    kind: movement
    mission: m
    nation: KEN
    category: police
    direction: arrival
    claims: [{source: s, status: expected, count: 50, date: "%s"}]
"""


@pytest.fixture
def ahead(settings: Settings, tmp_path: Path) -> Settings:
    """A ledger that knows who is there today, and who is announced for next month."""
    told = tmp_path / "told.yaml"
    told.write_text(TOLD % (today(), today() + timedelta(30)))
    load(settings, [told])
    return settings


def test_a_day_to_come_names_what_is_announced_until_then(ahead: Settings) -> None:
    with served(ahead) as client:
        now, soon, late = (
            client.get(f"/?mission=m&as_of={today() + timedelta(days)}", headers=BROWSER).text
            for days in (0, 10, 300)
        )
    assert "a day to come" not in now
    assert "a day to come</strong>: what is known is carried on to it, without 50 announced" in soon
    assert "Last known:" not in soon
    assert "Last known:" in late


@pytest.mark.parametrize(("after", "stale"), [(9, True), (10, False)])
def test_the_operator_says_what_is_too_long(ahead: Settings, after: int, stale: bool) -> None:
    with served(ahead.model_copy(update={"stale_after": after})) as client:
        asked = {"mission": "m", "as_of": f"{today() + timedelta(10)}"}
        assert client.get("/v1/strength", params=asked).json()["total"]["stale"] is stale


def box(read: Twins, asked: str) -> str:
    """What the page says of printing a figure, as text."""
    found = re.search(
        r'<h2 id="print">.*?</section>', read(f"/?{asked}", headers=BROWSER).text, re.DOTALL
    )
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[0])).split())


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        (f"{HAITI}&as_of=2024-06-20", "No: there is no number to print."),
        (f"{HAITI}&as_of=2024-12-31&nation=BHS", "Yes, with its source."),
        (f"{HAITI}&as_of=2024-12-31&nation=JAM", "Yes, with its range and its source."),
        (FRESH, "Yes, with how far the sources contradict each other."),
        (LONG_AFTER, "Not as a number of that day: say when it was last known."),
    ],
)
def test_whether_it_can_be_printed(read: Twins, asked: str, verdict: str) -> None:
    assert box(read, asked).startswith(f"Can I print this? {verdict}")


def test_the_sentence_names_number_day_range_and_who_says_so(read: Twins) -> None:
    said = box(read, f"{HAITI}&as_of=2024-07-18&nation=KEN")
    assert (
        "At the end of 18 July 2024, 396 police officers from Kenya were part of Multinational "
        "Security Support Mission in Haiti, according to Heed News; sources say 396 to 600."
    ) in said
    # What no source says is not put into anybody's mouth.
    for asked in ("as_of=2024-06-30", "as_of=2024-12-31"):
        said = box(read, f"{HAITI}&{asked}")
        assert "reckoned from claims of" in said
        assert "according to" not in said
    said = box(read, LONG_AFTER)
    assert (
        "When last known, on 30 September 2024, with what was told until 18 October 2024, "
        "438 people (within 394 to 482)"
    ) in said
    settling = read.json("/v1/claims?entry=haiti-mss-ken-strength-2024-07-16&fields=source")
    assert "heed-2024-07-17" in {row["source"] for row in settling["data"]}


def test_a_mission_that_passed_its_people_on_can_be_printed_as_that(read_all: Twins) -> None:
    said = box(read_all, f"{HAITI}&as_of=2025-12-31")
    assert said.startswith("Can I print this? Yes: nobody is there any more.")
    assert "nobody was part of Multinational Security Support Mission in Haiti: its people" in said
