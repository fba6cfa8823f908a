"""Conflicts over HTTP: the seeds' own, filters, tables, and the page that shows them."""

import html
import re

from tests.conftest import Twins

END = "/v1/conflicts?mission=haiti-mss&as_of=2024-12-31"
BROWSER = {"Accept": "text/html"}


def test_the_press_on_kenya_in_july(read: Twins) -> None:
    rows = read.json(f"{END}&nation=Kenya&what=claims")["data"]
    (july,) = [row for row in rows if row["entry"] == "haiti-mss-ken-strength-2024-07-16"]
    assert (july["date"], july["low"], july["high"], july["size"]) == ("2024-07-16", 396, 600, 204)
    assert july["category"] == "police"
    (stands,) = july["stands"]
    assert (stands["source"], stands["grade"], stands["count"]) == ("heed-2024-07-17", "B2", 396)
    assert {600, 400} <= {side["count"] for side in july["against"]}
    assert july["reason"].endswith("is preferred: graded B2 before B3")


def test_the_mission_s_400_against_what_its_parts_make(read: Twins) -> None:
    (whole,) = read.json(f"{END}&what=whole_and_parts")["data"]
    assert whole["entry"] == "haiti-mss-strength-2024-09-30"
    assert "less than its parts, which make 432" in whole["reason"]
    assert 400 in {side["count"] for side in whole["against"]}


def test_the_largest_come_first_and_those_without_a_bound_last(read: Twins) -> None:
    sizes = [row["size"] for row in read.json(END)["data"]]
    bounded = [size for size in sizes if size is not None]
    assert bounded == sorted(bounded, reverse=True)
    assert sizes[: len(bounded)] == bounded
    assert len(bounded) < len(sizes)


def test_what_was_published_by_a_day_is_all_that_contradicts(read: Twins) -> None:
    assert read.json(f"{END}&published_by=2024-06-20")["page"]["total"] < 5
    assert read.json("/v1/conflicts?mission=haiti-mss&as_of=2023-01-01")["data"] == []


def test_a_table_names_each_side_in_words(read: Twins) -> None:
    address = END.replace("/v1/conflicts", "/v1/conflicts.csv")
    text = read(f"{address}&nation=Kenya&fields=entry,stands,against").text
    assert '"heed-2024-07-17 (B2): 396, 2024-07-16"' in text


def test_a_word_that_is_no_such_conflict_is_refused(read: Twins) -> None:
    answer = read("/v1/conflicts?what=claim")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["did_you_mean"] == "claims"


def test_the_page_leads_from_the_figure_to_each_account(read: Twins) -> None:
    # A page names its own host, which is not the same of the two.
    ask = read.clients["sqlite"].get
    front = ask("/?mission=haiti-mss&as_of=2024-12-31", headers=BROWSER).text
    (address,) = set(re.findall(r'href="(/conflicts\?[^"]*)"', front))
    page = ask(html.unescape(address), headers=BROWSER)
    assert page.status_code == 200
    assert "Kenya, Multinational Security Support Mission in Haiti, police" in page.text
    assert "396 to 600" in page.text
    assert 'href="/entries/haiti-mss-ken-strength-2024-07-16"' in page.text
    assert 'href="/sources/heed-2024-07-17"' in page.text
    nothing = ask("/conflicts?as_of=2020-01-01", headers=BROWSER).text
    assert "Nothing here contradicts anything else." in nothing
