"""A page of another site asks the API from a reader's browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.clients.desktop.conftest import elsewhere
from tests.clients.test_tables import STRENGTH

PERMALINK = f"{STRENGTH}&revision=2"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of another origin, with nothing on it."""
    with elsewhere(b"<!doctype html><html lang=en><title>Elsewhere</title>") as origin:
        context = browser.new_context()
        opened = context.new_page()
        opened.goto(origin)
        yield opened
        context.close()


def fetched(
    page: Page, address: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> Any:
    """What the script of that page may see of an answer."""
    return page.evaluate(
        """async ([address, method, headers]) => {
             const answer = await fetch(address, {method, headers});
             const text = await answer.text();
             return {status: answer.status, text, headers: Object.fromEntries(answer.headers)};
           }""",
        [address, method, headers or {}],
    )


def test_another_site_may_read_the_numbers_the_tag_and_the_links(host: str, page: Page) -> None:
    answer = fetched(page, host + STRENGTH)
    assert answer["status"] == 200
    assert '"present":438' in answer["text"]
    assert answer["headers"]["etag"].startswith('W/"')
    assert "canonical" in answer["headers"]["link"]


@pytest.mark.parametrize(
    "address", [STRENGTH, PERMALINK, "/v1/strength.csv?mission=haiti-mss&as_of=2024-12-31"]
)
def test_asking_again_with_the_tag_is_answered_by_304(host: str, page: Page, address: str) -> None:
    tag = fetched(page, host + address)["headers"]["etag"]
    again = fetched(page, host + address, {"If-None-Match": tag})
    assert (again["status"], again["text"]) == (304, "")
    assert again["headers"]["etag"] == tag
    assert fetched(page, host + address, {"If-None-Match": 'W/"another"'})["status"] == 200


def test_a_problem_can_be_read_too(host: str, page: Page) -> None:
    answer = fetched(page, f"{host}/v1/strength?natoin=KEN")
    assert answer["status"] == 422
    assert answer["headers"]["content-type"] == "application/problem+json"


def test_the_link_header_leads_to_the_next_page(host: str, page: Page) -> None:
    first = fetched(page, f"{host}/v1/claims?size=5")
    assert 'rel="next"' in first["headers"]["link"]


def test_a_head_can_be_asked_for(host: str, page: Page) -> None:
    answer = fetched(page, host + STRENGTH, method="HEAD")
    assert (answer["status"], answer["text"]) == (200, "")
