"""The pages by which people go through the ledger: each says what the API says, every link of it
answers, and a wrong name leads to the nearest.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import Engine, event

from app.record.database import Database, migrate
from app.record.differences import changed, claims_changed, differences
from app.record.ledger import ChangeNote, retract
from app.record.subjects import changed_in
from app.settings import Settings
from tests.conftest import RECORDED, SEEDS, Twins, load, served, twins
from tests.web.test_pages import BROWSER, HOST, page, plain

DAY = "as_of=2024-12-31"
MISSION = "/missions/haiti-mss"
INDEXES = (
    "/missions",
    "/nations",
    "/contingents",
    "/promises",
    "/sources",
    "/revisions",
    "/search?q=kenya",
)
ALONE = (
    MISSION,
    "/nations/KEN",
    "/nations/USA",
    "/contingents/haiti-mss-ken-police",
    "/revisions/2",
)
ALL = (*INDEXES, *ALONE)


def rows_of(text: str, label: str) -> dict[str, list[str]]:
    """The cells of a table by the name of their row."""
    found = re.search(rf'aria-label="{label}.*?</table>', text, re.DOTALL)
    assert found
    rows = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", found[0], re.DOTALL):
        if 'scope="row"' in row:
            name, *cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            rows[plain(name)] = [plain(cell) for cell in cells]
    return rows


@pytest.fixture(scope="module")
def empty(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """A ledger with nothing in it."""
    with twins([], postgresql, tmp_path_factory.mktemp("empty")) as both:
        yield both


def delivery(key: str, status: str, date: str, **more: str) -> dict[str, Any]:
    """A vehicle that Norway gives to the mission on the coast, or to another."""
    claim = {"source": "gazette", "status": status, "count": 1, "date": date}
    about = {"donor": "NOR", "mission": "coast", "item": "vehicle", "recipient": "mission"}
    return {"key": key, "kind": "delivery", **about, **more, "claims": [claim]}


# Norway has given twice by the spring of 2024, once to its own contingent. Ghana's hundred stand
# on the coast; in the hills nobody is told of, and on the plain nothing has begun.
GIVEN: dict[str, Any] = {
    "missions": [
        {"slug": "coast", "name": "Mission on the Coast", "started": "2023-01"},
        {"slug": "hills", "name": "Mission in the Hills", "started": "2024/2025"},
        {"slug": "plain", "name": "Mission on the Plain", "started": "2025"},
    ],
    "sources": [{"slug": "gazette", "publisher": "Gazette", "published": "2024-01-02"}],
    "entries": [
        delivery("came-first", "occurred", "2024-01-01"),
        delivery("own", "occurred", "2024-02/..", recipient="contingent", nation="NOR"),
        delivery("came-late", "occurred", "2024-11-05"),
        delivery("due", "expected", "2025-01-01"),
        delivery("off", "cancelled", "2024-01-01"),
        delivery("elsewhere", "occurred", "2024-11-05", mission="hills"),
        {
            "key": "there",
            "kind": "strength_report",
            "mission": "coast",
            "nation": "GHA",
            "category": "troops",
            "claims": [
                {
                    "source": "gazette",
                    "status": "occurred",
                    "count": 100,
                    "summary": "100 stand there.",
                    "date": "2024-01-01",
                }
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def given(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """A ledger of what Norway gave and Ghana sent."""
    place = tmp_path_factory.mktemp("given")
    (place / "given.yaml").write_text(json.dumps(GIVEN))
    with twins([place / "given.yaml"], postgresql, place) as both:
        yield both


@pytest.fixture(scope="module")
def given_much(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """A ledger in which Norway gives more than its page shows, and is given something."""
    place = tmp_path_factory.mktemp("much")
    came = [delivery(f"came-{n}", "occurred", "2024-01-01") for n in range(30)]
    got = delivery("got", "occurred", "2024-01-01", donor="GHA", nation="NOR")
    got["recipient"] = "contingent"
    (place / "much.yaml").write_text(json.dumps({**GIVEN, "entries": [*came, got]}))
    with twins([place / "much.yaml"], postgresql, place) as both:
        yield both


class TestEveryPage:
    @pytest.mark.parametrize("address", ALL)
    def test_has_a_title_a_description_one_address_and_headings_in_order(
        self, read_all: Twins, address: str
    ) -> None:
        shown = page(read_all, address)
        (described,) = [m["content"] for m in shown.all("meta") if m.get("name") == "description"]
        (canonical,) = [a["href"] for a in shown.all("link") if a["rel"] == "canonical"]
        assert described
        assert canonical == f"http://{HOST}{urlsplit(address).path}"
        levels = [int(tag[1]) for tag, _ in shown.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert all("scope" in head for head in shown.all("th"))

    @pytest.mark.parametrize("address", ALL)
    def test_is_not_sent_twice_and_forbids_what_it_does_not_use(
        self, read_all: Twins, address: str
    ) -> None:
        answer = read_all(address, headers=BROWSER)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        again = {**BROWSER, "If-None-Match": answer.headers["etag"]}
        assert read_all(address, headers=again).status_code == 304
        read_all.problem(address, 406, headers={"Host": HOST, "Accept": "application/json"})

    @pytest.mark.parametrize("address", ALL)
    def test_can_be_searched_from_and_names_its_parts(self, read_all: Twins, address: str) -> None:
        shown = page(read_all, address)
        labels = {label["for"] for label in shown.all("label") if "for" in label}
        fields = [f for f in shown.all("input") if f.get("type") != "hidden"]
        assert {field["id"] for field in fields} <= labels
        assert {"/missions", "/nations", "/promises", "/search", "/docs"} <= shown.links

    @pytest.mark.parametrize("address", ["/missions", MISSION, "/nations", "/sources"])
    def test_stays_at_the_revision_that_was_asked_for(self, read: Twins, address: str) -> None:
        pinned = page(read, f"{address}?revision=1")
        inner = {a for a in pinned.links if a.startswith(("/missions", "/nations", "/entries"))}
        assert inner
        assert all("revision=1" in address for address in inner)
        assert "Revision 1." in pinned.text

    @pytest.mark.parametrize("address", ["/", *INDEXES])
    def test_of_an_empty_ledger_says_how_to_load_something(
        self, empty: Twins, address: str
    ) -> None:
        shown = page(empty, address)
        assert "This ledger is empty." in shown.text
        assert "muster seed" in shown.text

    @pytest.mark.parametrize(
        ("address", "near"),
        [
            ("/missions/hati-mss", "/missions/haiti-mss"),
            ("/contingents/haiti-mss-kne-police", "/contingents/haiti-mss-ken-police"),
            ("/nations/Kenia", "/nations/Kenya"),
            ("/revisions/99", "/revisions/2"),
            ("/revisions/two", "/revisions/2"),
            ("/misions", "/missions"),
            ("/revisions/%D9%A1", "/revisions"),
            ("/sources/heed-2024-07-71", "/sources/heed-2024-07-17"),
        ],
    )
    def test_that_is_not_there_leads_to_the_nearest(
        self, read: Twins, address: str, near: str
    ) -> None:
        shown = page(read, address, 404)
        assert near in shown.links
        assert read(near, headers=BROWSER, follow_redirects=True).status_code == 200

    def test_that_is_about_one_thing_takes_no_other(self, read: Twins) -> None:
        shown = page(read, f"{MISSION}?nation=KEN", 422)
        assert "this page is about what its address names" in shown.text


class TestMissions:
    def test_have_the_figures_of_the_api_and_their_state(self, read_all: Twins) -> None:
        total = read_all.json(f"/v1/strength?{DAY}&mission=haiti-mss")["total"]
        rows = rows_of(read_all(f"/missions?{DAY}", headers=BROWSER).text, "Missions")
        where, state, present, *_ = rows["Multinational Security Support Mission in Haiti"]
        assert where.startswith("Haiti")
        assert state.startswith("open")
        assert present.startswith(f"{total['present']}")

    def test_say_when_a_figure_was_last_known(self, read_all: Twins) -> None:
        rows = rows_of(read_all("/missions?as_of=2026-11-24", headers=BROWSER).text, "Missions")
        _, state, present, since, _ = rows["Gang Suppression Force in Haiti"]
        assert state.startswith("open")
        assert present == "last known 980 on 8 December 2025"
        assert "351 days old" in since
        assert rows["Multinational Security Support Mission in Haiti"][1].startswith("passed on")

    def test_cost_no_more_statements_where_there_are_more(self, tmp_path: Path) -> None:
        assert statements_of(tmp_path, 4) == statements_of(tmp_path, 40)

    def test_that_have_not_begun_are_not_open(self, given: Twins) -> None:
        rows = rows_of(given("/missions?as_of=2024-06-30", headers=BROWSER).text, "Missions")
        assert rows["Mission on the Coast"][1] == "open begun January 2023"
        assert rows["Mission in the Hills"][1].startswith("open")
        assert rows["Mission on the Plain"][1] == "not begun begins 2025"
        assert "state not begun" in page(given, "/missions/plain?as_of=2024-06-30").text
        rows = rows_of(given("/missions?as_of=2025-06-30", headers=BROWSER).text, "Missions")
        assert rows["Mission on the Plain"][1] == "open begun 2025"

    def test_say_when_they_began_and_when_they_passed_on(self, read_all: Twins) -> None:
        rows = rows_of(read_all("/missions?as_of=2026-11-24", headers=BROWSER).text, "Missions")
        state = rows["Multinational Security Support Mission in Haiti"][1]
        assert state == "passed on 2 October 2025, begun 2 October 2023"

    def test_name_whose_people_they_count(self, read_all: Twins) -> None:
        asked = f"{DAY}&nation=KEN"
        total = read_all.json(f"/v1/strength?{asked}")["total"]["present"]
        text = page(read_all, f"/missions?{asked}").text
        assert "Missions: Kenya" in text
        assert "Every mission of this ledger, with the people from Kenya present" in text
        assert f": {total:,} in all" in text
        text = page(read_all, f"/missions?{DAY}&mission=haiti-gsf&category=police").text
        assert "Missions: Gang Suppression Force in Haiti: police officers" in text
        assert "Every mission" not in text

    @pytest.mark.parametrize("address", ["/missions", "/nations"])
    def test_and_nations_lead_to_the_same_day_and_evidence(
        self, read_all: Twins, address: str
    ) -> None:
        kept = f"{DAY}&published_by=2024-12-01"
        links = page(read_all, f"{address}?mission=haiti-mss&nation=KEN&{kept}&revision=2").links
        assert f"/nations/KEN?{kept}&revision=2" in links
        of_missions = f"/missions/haiti-mss?{kept}&revision=2"
        assert (of_missions in links) is (address == "/missions")


class TestOneMission:
    def test_shows_what_it_is_its_figure_and_what_came_after(self, read_all: Twins) -> None:
        shown = page(read_all, f"{MISSION}?{DAY}")
        total = read_all.json(f"/v1/strength?{DAY}&mission=haiti-mss")["total"]
        assert f"{total['present']} people At the end of 31 December 2024" in shown.text
        assert "led by Kenya" in shown.text
        assert "continued by Gang Suppression Force in Haiti , from 2 October 2025" in shown.text
        assert "/missions/haiti-gsf" in shown.links
        assert f"/?mission=haiti-mss&{DAY}&group_by=nation" in shown.links
        follows = page(read_all, "/missions/haiti-gsf")
        assert "continues Multinational Security Support Mission in Haiti" in follows.text

    def test_shows_all_its_entries_by_kind_or_leads_to_all(self, read_all: Twins) -> None:
        shown = page(read_all, MISSION)
        for kind in (
            *("movements", "strength-reports", "pledges", "deliveries", "mandates", "events"),
            "successions",
        ):
            found = read_all.json(f"/v1/{kind}?mission=haiti-mss&sort=-date_earliest&size=25")
            assert found["data"]
            for row in found["data"]:
                assert f"/entries/{row['key']}" in shown.links, row["key"]
            whole = f"/v1/{kind}?mission=haiti-mss"
            assert (whole in shown.links) is (found["page"]["total"] > 25)

    def test_takes_the_day_and_what_was_known_then(self, read: Twins) -> None:
        then = page(read, f"{MISSION}?as_of=2024-06-30&published_by=2024-06-30").text
        assert "400 police officers At the end of 30 June 2024" in then
        assert "196 police officers" in page(read, f"{MISSION}?as_of=2024-06-30").text


class TestNations:
    def test_have_the_figures_of_the_api(self, read_all: Twins) -> None:
        answer = read_all.json(f"/v1/fulfilment?group_by=nation&{DAY}")
        rows = rows_of(read_all(f"/nations?{DAY}", headers=BROWSER).text, "Nations")
        for row in answer["data"]:
            if row["nation"] and row["outstanding"]:
                cells = rows[row["nation_name"]]
                assert cells[0].startswith(f"{row['present']:,}") or not row["present"]
                assert cells[3].split(" ")[0] == f"{row['outstanding']:,}"
        gave = read_all.json("/v1/deliveries?nation=USA&status=occurred&date_to=2024-12-31")
        assert rows["United States"][4] == f"{gave['page']['total']}"

    def test_one_shows_whom_it_sent_and_what_has_not_come(self, read_all: Twins) -> None:
        text = page(read_all, f"/nations/KEN?{DAY}").text
        (row,) = read_all.json(f"/v1/fulfilment?group_by=nation&nation=KEN&{DAY}")["data"]
        assert f"Of the people it pledged, not come: {row['outstanding']}" in text
        assert f"{row['present']} police officers from Kenya" in text
        assert "moved five times, came 33 days late" in text

    def test_one_that_gave_things_and_sent_nobody_says_so(self, read_all: Twins) -> None:
        shown = page(read_all, f"/nations/USA?{DAY}")
        gave = read_all.json("/v1/deliveries?nation=USA")
        came = read_all.json("/v1/deliveries?nation=USA&status=occurred&date_to=2024-12-31")
        assert came["page"]["total"] == 5
        assert (
            "United States sent nobody that this ledger tells of by 31 December 2024; it gave "
            f"{came['page']['total']} deliveries (1 more is announced)."
        ) in shown.text
        assert {f"/entries/{row['key']}" for row in gave["data"]} <= shown.links
        assert "This ledger tells nothing of Norway" in page(read_all, "/nations/NOR").text

    def test_gave_what_came_by_the_day(self, given: Twins) -> None:
        def gave(asked: str) -> str:
            text = given(f"/nations?{asked}", headers=BROWSER).text
            return rows_of(text, "Nations")["Norway"][4]

        assert gave("as_of=2024-01-31") == "1"
        assert gave("as_of=2024-06-30") == "2"
        assert gave("as_of=2024-12-31") == "4"
        assert gave("as_of=2024-12-31&mission=coast") == "3"
        nobody = "Norway sent nobody that this ledger tells of by"
        for day, words in (
            ("2023-12-31", "31 December 2023."),
            ("2024-01-31", "31 January 2024; it gave 1 delivery (1 more is announced)."),
            ("2024-12-31", "31 December 2024; it gave 4 deliveries (1 more is announced)."),
        ):
            assert f"{nobody} {words}" in page(given, f"/nations/NOR?as_of={day}").text

    def test_one_promises_no_number_of_a_list_that_has_more(self, given_much: Twins) -> None:
        shown = page(given_much, "/nations/NOR")
        assert "The newest 25 of 30. All that name it as giver or receiver, as JSON" in shown.text
        assert "/v1/deliveries?nation=NOR" in shown.links
        assert given_much.json("/v1/deliveries?nation=NOR")["page"]["total"] == 31

    def test_count_an_entry_once_and_those_of_the_missions_asked_for(self, given: Twins) -> None:
        for asked in ("", "&mission=coast", "&mission=hills"):
            text = given(f"/nations?as_of=2024-12-31{asked}", headers=BROWSER).text
            rows = rows_of(text, "Nations")
            entries = given.json(f"/v1/timeline?nation=NOR{asked}")["page"]["total"]
            assert rows["Norway"][5] == f"{entries}"
        assert set(rows) == {"Norway"}
        shown = plain(text)
        assert "Nations: Mission in the Hills" in shown
        assert "in all missions" not in shown

    @pytest.mark.parametrize("words", ["ken", "Kenya", "kenya", "KÉNYA"])
    def test_go_by_any_name_of_theirs(self, read: Twins, words: str) -> None:
        answer = read(f"/nations/{words}?{DAY}", headers=BROWSER)
        assert answer.status_code == 308
        assert answer.headers["location"] == f"/nations/KEN?{DAY}"


class TestContingents:
    def test_show_their_figure_their_entries_and_the_pledges(self, read_all: Twins) -> None:
        shown = page(read_all, f"/contingents/haiti-mss-ken-police?{DAY}")
        asked = f"mission=haiti-mss&nation=KEN&category=police&{DAY}"
        total = read_all.json(f"/v1/strength?{asked}")["total"]
        assert f"{total['present']} police officers from Kenya" in shown.text
        alone = read_all.json("/v1/contingents/haiti-mss-ken-police")["data"]
        assert {f"/entries/{each['key']}" for each in alone["entries"]} <= shown.links
        pledges = read_all.json("/v1/pledges?mission=haiti-mss&nation=KEN")["data"]
        assert {f"/entries/{row['key']}" for row in pledges} <= shown.links


class TestPromises:
    def test_stand_in_words_those_that_have_not_come_first(self, read_all: Twins) -> None:
        answer = read_all(f"/promises?{DAY}", headers=BROWSER).text
        owed, done = answer.split('<h2 id="done">')
        lapsed = read_all.json(f"/v1/promises?{DAY}&outcome=lapsed")["data"]
        late = read_all.json(f"/v1/promises?{DAY}&outcome=late")["data"]
        assert lapsed
        assert all(f'/entries/{row["key"]}"' in owed for row in lapsed)
        assert all(f'/entries/{row["key"]}"' in done for row in late)
        assert "Announced for 23 May 2024 or later, moved five times, came 33 days late" in done
        stands = re.findall(r'data-label="Stands">([a-z ]+)<', owed)
        assert stands == sorted(stands, key=["lapsed", "in part", "open"].index)

    def test_can_be_narrowed(self, read_all: Twins) -> None:
        shown = page(read_all, f"/promises?{DAY}&nation=Kenya&outcome=late")
        assert "Who promised, and has not come: Kenya" in shown.text
        assert "Bahamas" not in shown.text


class TestRevisions:
    def test_say_when_by_whom_and_why(self, read: Twins) -> None:
        rows = rows_of(read("/revisions", headers=BROWSER).text, "Revisions")
        for row in read.json("/v1/revisions")["data"]:
            recorded, author, message, _ = rows[str(row["number"])]
            assert recorded == "24 November 2026 12:00 UTC"
            assert (author, message) == (row["author"], row["message"])
        assert "/revisions/1" in page(read, "/revisions?before=2").links
        assert "/revisions/2" not in page(read, "/revisions?before=2").links

    def test_one_names_what_it_opened(self, read: Twins) -> None:
        shown = page(read, "/revisions/1")
        added = read.json("/v1/revisions/1")["data"]["added"]
        assert f"{MISSION}" in shown.links
        assert {f"/sources/{slug}" for slug in added["sources"]} <= shown.links
        assert {f"/entries/{key}" for key in added["entries"]} <= shown.links
        assert "/revisions/2" in shown.links


def reports(count: int, number: int = 150) -> dict[str, Any]:
    """So many reports of one source, each of so many people."""
    said = {"source": "s", "status": "occurred", "count": count, "date": "2024-01-01"}
    about = {"kind": "strength_report", "mission": "m"}
    return {
        "missions": [{"slug": "m", "name": f"Mission of {count}"}],
        "sources": [{"slug": f"s{n or ''}", "publisher": f"{count}"} for n in range(number)],
        "entries": [{**about, "key": f"r{n}", "claims": [said]} for n in range(number)],
    }


class TestOneRevisionOfMuch:
    @pytest.fixture
    def much(self, settings: Settings, tmp_path: Path) -> Settings:
        """A ledger of many reports, of which some were corrected and then one taken back."""
        for name, document in (("all", reports(10)), ("some", reports(11, 3))):
            (tmp_path / name).write_text(json.dumps(document))
            load(settings, [tmp_path / name])
        database = Database(settings)
        with database.writing() as connection:
            retract(connection, "r149--s", ChangeNote("desk", "No", "our_error"), RECORDED)
        database.dispose()
        return settings

    def test_tells_the_first_and_how_many_there_are(self, much: Settings) -> None:
        database = Database(much)
        with database.reading() as connection:
            for number in (1, 2, 3):
                whole = changed_in(connection, number)
                for things in ("missions", "sources", "contingents", "claims"):
                    for change, (names, total) in changed(connection, number, things, 100).items():
                        assert names == whole[change][things][:100]
                        assert total == len(whole[change][things])
                every = {key for change in whole.values() for key in change["claims"]}
                assert claims_changed(connection, number) == len(every)
                found = differences(connection, number, 100)
                assert [each.key for each in found] == sorted(every)[:100]
        database.dispose()

    def test_reads_no_more_than_it_shows(self, much: Settings) -> None:
        with served(much) as client, statements() as made:
            text = plain(client.get("/revisions/1", headers=BROWSER).text)
        assert text.count("The first 100 of 150. All 150, as JSON") == 2
        asked = [each for each in made if re.search(r"(since|until) = ", each)]
        assert asked
        assert all("LIMIT" in each or "count(" in each for each in asked)


class TestSources:
    def test_stand_the_newest_first_and_go_on(self, read: Twins) -> None:
        answer = read.json("/v1/sources?sort=-published_latest&size=100")
        shown = page(read, "/sources")
        assert {f"/sources/{row['slug']}" for row in answer["data"]} <= shown.links
        assert answer["page"]["total"] > 0
        last = answer["data"][50]["slug"]
        later = page(read, f"/sources?after={last}").links
        assert f"/sources/{answer['data'][51]['slug']}" in later
        assert page(read, "/sources?after=nowhere", 404)

    def test_name_whom_they_tell_of(self, read: Twins) -> None:
        total = read.json("/v1/sources?nation=JAM&mission=haiti-mss")["page"]["total"]
        text = page(read, "/sources?nation=Jamaica&mission=haiti-mss").text
        about = "Jamaica in Multinational Security Support Mission in Haiti"
        assert f"Sources: {about}" in text
        assert f"{total} publications that tell of {about}" in text
        assert "that tell of" not in page(read, "/sources").text


class TestSearch:
    @pytest.mark.parametrize(
        ("q", "address"),
        [
            ("kenya", "/nations/KEN"),
            ("Swaziland", "/nations/SWZ"),
            ("security support", "/missions/haiti-mss"),
            ("Heed News", "/sources/heed-2024-07-17"),
            ("second group", "/entries/haiti-mss-ken-second-group"),
            ("general service unit", "/contingents/haiti-mss-ken-police"),
            ("200", "/entries/haiti-mss-ken-second-group"),
        ],
    )
    def test_leads_to_what_it_finds(self, read: Twins, q: str, address: str) -> None:
        shown = page(read, f"/search?q={q}")
        assert address in shown.links
        assert f"found for {q}" in shown.text

    def test_counts_each_group(self, read: Twins) -> None:
        text = page(read, "/search?q=kenya").text
        for heading, kind in (("Sources", "sources"), ("Entries", "timeline")):
            total = read.json(f"/v1/{kind}?q=kenya")["page"]["total"]
            assert f"{heading}: {total}" in text

    def test_finds_words_that_stand_apart(self, read: Twins) -> None:
        shown = page(read, "/search?q=haiti kenya news")
        assert "Nowhere do these words stand next to each other" in shown.text
        for address in (each for each in shown.links if each.startswith("/sources/")):
            row = read.json(f"/v1{address}")["data"]
            assert all(
                word in f"{row['publisher']} {row['title']} {row['slug']} {row['url']}".lower()
                for word in ("haiti", "kenya", "news")
            )
        assert "/sources/heed-2024-07-17" in shown.links

    def test_finds_numbers_that_no_text_has(self, read: Twins) -> None:
        found = read.json("/v1/timeline?size=1000")["data"]
        counted = [row for row in found if row["count"] == 2500]
        shown = page(read, "/search?q=2,500")
        assert f"Entries whose figure is 2,500: {len(counted)}" in shown.text
        assert {f"/entries/{row['key']}" for row in counted} <= shown.links

    def test_counts_once_what_is_found_by_figure_and_by_words(self, given: Twins) -> None:
        shown = page(given, "/search?q=100")
        assert "Entries whose figure is 100: 1" in shown.text
        assert "Entries: 1" in shown.text
        assert "1 found for 100" in shown.text

    def test_finds_nations_by_words_that_stand_apart(self, read: Twins) -> None:
        assert "/nations/GBR" in page(read, "/search?q=kingdom united").links
        text = page(read, "/search?q=islands i").text
        assert re.search("Nations: [0-9]+", text)
        assert "The first 15 of" in text

    def test_says_so_where_nothing_is_found(self, read: Twins) -> None:
        text = page(read, "/search?q=atlantis").text
        assert "Nothing found for atlantis" in text
        assert "Fewer words find more" in text
        assert "Nothing found" not in page(read, "/search").text
        assert page(read, "/search?q=--", 422)


@pytest.fixture
def withdrawn(settings: Settings) -> Iterator[httpx2.Client]:
    """The article, of which one entry was retracted."""
    load(settings, SEEDS[:1])
    database = Database(settings)
    with database.writing() as connection:
        key = "haiti-mss-ken-second-group--heed-2024-07-17"
        retract(connection, key, ChangeNote("desk", "It never came", "our_error"), RECORDED)
    database.dispose()
    with served(settings) as client:
        yield client


def test_an_entry_that_was_retracted_says_what_it_was_and_who_took_it_back(
    withdrawn: httpx2.Client,
) -> None:
    text = withdrawn.get("/entries/haiti-mss-ken-second-group", headers=BROWSER).text
    assert plain(re.findall(r"<h1>.*?</h1>", text)[0]) == "Arrival: Kenya, police"
    said = plain(text)
    assert "It was 200 people, occurred" in said
    assert "retracted in revision 2 on 24 November 2026, by desk : It never came" in said
    assert 'href="/revisions/2"' in text
    revision = plain(withdrawn.get("/revisions/2", headers=BROWSER).text)
    assert "It never came" in revision
    assert "retracted" in revision


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are made meanwhile."""
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        made.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield made
    event.remove(Engine, "before_cursor_execute", note)


def statements_of(place: Path, number: int) -> int:
    """How many statements the page of missions makes over so many missions, once their evidence
    stands ready.
    """
    missions = [{"slug": f"m{n}", "name": f"Mission {n} of many"} for n in range(number)]
    report = {"source": "s", "status": "occurred", "count": 10, "date": "2024-01-01"}
    document: Any = {
        "missions": missions,
        "sources": [{"slug": "s", "publisher": "S", "published": "2024-01-02"}],
        "entries": [
            {
                "key": f"{each['slug']}-there",
                "kind": "strength_report",
                "mission": each["slug"],
                "claims": [report],
            }
            for each in missions
        ],
    }
    (place / f"{number}.yaml").write_text(json.dumps(document))
    settings = Settings(database_url=f"sqlite:///{place / f'{number}.db'}")
    migrate(settings)
    load(settings, [place / f"{number}.yaml"])
    with served(settings) as client:
        assert client.get("/v1/strength?group_by=mission").status_code == 200
        with statements() as made:
            answer = client.get("/missions", headers=BROWSER)
    assert answer.text.count("Mission ") >= number
    assert made
    return len(made)


def test_every_link_of_these_pages_answers(read_all: Twins) -> None:
    asked: set[str] = set()
    for address in ALL:
        links = sorted(page(read_all, address).links)
        # Of the figures and of the tables a few stand for all: each is made alike.
        many = [link for link in links if link.startswith("/?")]
        files = [link for link in links if link.startswith("/v1/strength/series.")]
        for link in {*links} - {*many[3:], *files[3:]}:
            inner = link.partition("#")[0]
            if inner and inner not in asked and inner.startswith("/"):
                asked.add(inner)
                found = read_all(inner, headers=BROWSER if "/v1/" not in inner else {"Host": HOST})
                assert found.status_code == 200, (address, link)
    assert len(asked) > 150
