"""The feed of what happens: titles that say it, pages that can be opened, on both databases."""

from xml.etree import ElementTree

import pytest

from tests.conftest import Twins

HOST = {"Host": "muster.example"}
ATOM = "{http://www.w3.org/2005/Atom}"


def items(read: Twins, asked: str) -> list[dict[str, str]]:
    """What stands in each item of a feed."""
    answer = read(f"/v1/timeline.atom?{asked}", headers=HOST)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/atom+xml")
    found = []
    for entry in ElementTree.fromstring(answer.content).iter(f"{ATOM}entry"):
        item = {part.tag.removeprefix(ATOM): part.text or "" for part in entry}
        link = entry.find(f"{ATOM}link")
        assert link is not None
        found.append(item | {"link": link.attrib["href"]})
    return found


def test_a_title_says_what_happened_and_the_link_is_a_page(read: Twins) -> None:
    found = {item["link"]: item for item in items(read, "nation=KEN&kind=movement")}
    second = found["http://muster.example/entries/haiti-mss-ken-second-group"]
    assert second["title"] == "Arrival: Kenya, police: 200 people, occurred 16 July 2024"
    assert "Multinational Security Support Mission in Haiti. " in second["summary"]
    for link in found:
        assert read(link.removeprefix("http://muster.example"), headers=HOST).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        *("", "mission=haiti-mss", "nation=KEN&nation=JAM", "kind=pledge", "revision=1"),
        *("nation=Kenya", "nation=jamaica&kind=movement", "mission=haiti-mss&lineage=true"),
    ],
)
def test_it_has_the_entries_of_the_timeline_the_newest_change_first(
    read: Twins, asked: str
) -> None:
    rows = read.json(f"/v1/timeline?{asked}&sort=-revision&size=50")["data"]
    found = items(read, asked)
    assert [item["link"].rpartition("/")[2] for item in found] == [row["key"] for row in rows]
    assert len({item["id"] for item in found}) == len(found)
    updated = [item["updated"] for item in found]
    assert updated == sorted(updated, reverse=True)


def test_an_entry_of_which_something_else_is_said_is_a_new_item(read: Twins) -> None:
    before = {item["link"]: item["id"] for item in items(read, "nation=KEN&revision=1")}
    now = {item["link"]: item["id"] for item in items(read, "nation=KEN")}
    rows = read.json("/v1/timeline?nation=KEN&size=1000")["data"]
    changed = {row["key"] for row in rows if row["revision"] > 1}
    for link in before.keys() & now.keys():
        assert (before[link] != now[link]) == (link.rpartition("/")[2] in changed)
    assert changed


def test_who_holds_it_is_told_that_nothing_changed(read: Twins) -> None:
    held = read("/v1/timeline.atom?nation=KEN", headers=HOST).headers["etag"]
    again = read("/v1/timeline.atom?nation=KEN", headers={**HOST, "If-None-Match": held})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "parameter", "near"),
    [("nation=KNE", "nation", "KEN"), ("mission=haiti-ms", "mission", "haiti-mss")],
)
def test_a_slip_is_named(read: Twins, asked: str, parameter: str, near: str) -> None:
    answer = read(f"/v1/timeline.atom?{asked}", headers=HOST)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["parameter"]) == (422, parameter)
    assert near in f"{error.get('did_you_mean')} {error['detail']}"
