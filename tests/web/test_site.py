"""What others are told of the site: crawlers, those who share it, language models; and what a wrong
address answers.
"""

from xml.etree import ElementTree

import pytest

from app.web.formats import TABLES
from tests.conftest import Twins
from tests.web.test_pages import BROWSER, page

HOST = {"Host": "muster.example"}
SITE = "http://muster.example"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def test_the_sitemap_names_pages_that_answer(read: Twins) -> None:
    told = ElementTree.fromstring(read("/sitemap.xml", headers=HOST).text)
    found = [str(each.text) for each in told.iter(LOC)]
    assert len(found) == len(set(found)) > 80
    assert all(address.startswith(f"{SITE}/") for address in found)
    assert f"{SITE}/?mission=haiti-mss" in found
    assert {f"{SITE}/missions/haiti-mss", f"{SITE}/nations/KEN", f"{SITE}/promises"} <= {*found}
    for address in found[::10]:
        answer = read(address.removeprefix(SITE), headers=BROWSER | HOST)
        assert answer.status_code == 200, address


def test_robots_are_led_to_the_sitemap_and_away_from_the_same_figures_again(read: Twins) -> None:
    answer = read("/robots.txt", headers=HOST)
    assert answer.headers["content-type"].startswith("text/plain")
    assert f"Sitemap: {SITE}/sitemap.xml" in answer.text
    assert "Disallow: /*?*sort=" in answer.text


def test_models_are_told_what_a_figure_is_and_where_to_ask(read: Twins) -> None:
    said = read("/llms.txt", headers=HOST).text
    assert said.startswith("# Muster\n")
    assert f"{SITE}/?mission=haiti-mss" in said
    for path in ("/v1/strength", "/v1/fulfilment", "/v1/promises", "/v1/conflicts", "/v1/claims"):
        assert f"{SITE}{path}?mission=SLUG" in said
        day = "" if path == "/v1/claims" else "&as_of=2024-12-31"
        assert read(f"{path}?mission=haiti-mss&size=1{day}").status_code == 200
    for path in ("/v1/datapackage.json", "/v1/ledger.sqlite", "/openapi.json", "/docs"):
        assert f"({SITE}{path})" in said
        assert read(path, headers=HOST).status_code == 200


def test_a_page_that_is_shared_shows_its_figure_and_its_picture(read: Twins) -> None:
    shown = page(read, "/?mission=haiti-mss&as_of=2024-12-31")
    said = {
        meta.get("property"): meta["content"] for meta in shown.all("meta") if "content" in meta
    }
    assert said["og:title"].startswith("438 present: Multinational")
    assert "438 (394 to 482)" in said["og:description"]
    picture = read(said["og:image"].partition("muster.example")[2])
    assert picture.headers["content-type"] == "image/png"


@pytest.mark.parametrize("more", ["", "&revision=2", "&sort=-arrived", "&working=total"])
def test_the_canonical_address_is_one_whatever_the_day_and_the_state(
    read: Twins, more: str
) -> None:
    shown = page(read, f"/?mission=haiti-mss{more}")
    (canonical,) = [link["href"] for link in shown.all("link") if link["rel"] == "canonical"]
    assert canonical.endswith("/?mission=haiti-mss&group_by=nation")


def test_the_figures_are_a_data_set(read: Twins) -> None:
    data = page(read, "/?mission=haiti-mss&as_of=2024-12-31").data
    assert (data["@type"], data["isAccessibleForFree"]) == ("Dataset", True)
    assert data["name"] == "Muster: Multinational Security Support Mission in Haiti"
    assert len(data["distribution"]) == len(TABLES)
    for each in data["distribution"]:
        answer = read(each["contentUrl"].partition("muster.example")[2], method="HEAD")
        assert answer.headers["content-type"].startswith(each["encodingFormat"])


@pytest.mark.parametrize("address", ["/nowhere", "/nowhere/haiti-mss", "/favicon.gif"])
def test_a_wrong_address_gives_a_browser_a_page_and_a_program_a_problem(
    read: Twins, address: str
) -> None:
    shown = page(read, address, 404)
    assert f"There is no '{address}' here." in shown.text
    assert "Begin again" in shown.text
    assert read(address).headers["content-type"] == "application/problem+json"
    assert read.problem(f"/v1{address}", 404, headers=BROWSER)
