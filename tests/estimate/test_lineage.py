"""Missions that continue others: whose people are where, by what method, and on whose word.

The Gang Suppression Force follows the mission in Haiti on 2 October 2025; AMISOM, ATMIS and AUSSOM
follow one another.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from app.estimate.entries import Fact
from app.estimate.lineage import lineage_of
from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.estimate.working import ordered_terms, set_aside
from tests.builders import (
    arrival,
    claim,
    day,
    departure,
    ledger,
    mandate,
    pledge,
    report,
    shown,
    succeeding,
    succession,
    told,
)

MSS, GSF = "haiti-mss", "haiti-gsf"
JOIN = "2025-10-02"
BOTH = (MSS, GSF)


def gsf(tell: Any, *said: Any, **more: Any) -> Fact:
    """Something told of the force."""
    found = tell(*said, mission=GSF, **more)
    assert isinstance(found, Fact)
    return found


def everybody(when: str, count: str | int, **more: Any) -> Fact:
    """A report of a whole mission."""
    return report(None, when, count, category=None, **more)


HAITI = ledger(
    everybody("2025-06-15", 991),
    succession(GSF, MSS, JOIN),
    gsf(arrival, "KEN", "2025-12-08", 230),
    everybody("2025-12-08", 980, mission=GSF),
)


def table(facts: Iterable[Fact], on: str, *missions: str, **asked: Any) -> Any:
    """The answer to a question; `ended` gives last days."""
    ended = {slug: day(last) for slug, last in asked.pop("ended", {}).items()}
    policy = asked.pop("policy", "graded")
    group_by = asked.pop("group_by", ())
    question = Question(day(on), missions=missions, group_by=group_by, **asked)
    return Strength.of(facts, ended, policy).table(question)


def present(facts: Iterable[Fact], on: str, *missions: str, **asked: Any) -> str:
    """The people present, as words."""
    return shown(table(facts, on, *missions, **asked).total.figures["present"])


def measure(name: str, facts: Iterable[Fact], on: str, *missions: str, **asked: Any) -> str:
    """Another measure, as words."""
    return shown(table(facts, on, *missions, **asked).total.figures[name])


class TestHaiti:
    @pytest.mark.parametrize(
        ("on", "missions", "answer"),
        [
            ("2025-10-01", (MSS,), "reported 991"),
            ("2025-10-01", (GSF,), "none 0"),
            ("2025-10-01", BOTH, "reported 991"),
            ("2025-10-02", (MSS,), "passed_on 0"),
            ("2025-10-02", (GSF,), "continued 991"),
            ("2025-10-02", BOTH, "continued 991"),
            ("2025-11-01", BOTH, "continued 991"),
            ("2025-12-09", BOTH, "reported 980"),
            ("2025-12-09", (GSF,), "reported 980"),
            ("2025-12-09", (MSS,), "passed_on 0"),
        ],
    )
    def test_the_people_pass_over(self, on: str, missions: tuple[str, ...], answer: str) -> None:
        assert present(HAITI, on, *missions) == answer

    def test_movements_carry_on_what_passed_over(self) -> None:
        assert present(HAITI[:3], "2025-12-09", GSF) == "continued 1221"
        left = [*HAITI[:3], gsf(departure, "KEN", "2025-12-20", 21)]
        assert present(left, "2025-12-31", *BOTH) == "continued 1200"

    @pytest.mark.parametrize("ended", ["2025-09-15", "2025-10-01", "2025-10-02", "2025-12-31"])
    def test_whichever_day_the_label_of_the_predecessor_says(self, ended: str) -> None:
        for on, answer in (
            ("2025-10-01", "reported 991"),
            ("2025-10-02", "continued 991"),
            ("2026-01-15", "reported 980"),
        ):
            assert present(HAITI, on, *BOTH, ended={MSS: ended}) == answer
        assert present(HAITI, "2026-01-15", MSS, ended={MSS: ended}) == "passed_on 0"

    def test_the_successor_may_end_too(self) -> None:
        assert present(HAITI, "2026-10-03", *BOTH, ended={GSF: "2026-10-02"}) == "ended 0"

    def test_the_working_names_the_entries_of_both_missions(self) -> None:
        found = table(HAITI, "2025-11-01", GSF).total.figures["present"]
        terms = {addend.entry: (addend.role, addend.best) for addend, _ in ordered_terms(found)}
        assert terms == {
            HAITI[0].entry.key: ("report", 991),
            HAITI[1].entry.key: ("succession", 0),
        }
        gone = table(HAITI, "2025-11-01", MSS).total.figures["present"]
        assert [addend.entry for addend in gone.terms] == [HAITI[1].entry.key]

    def test_with_replaces_nothing_passes_over(self) -> None:
        replaced = [HAITI[0], succession(GSF, MSS, JOIN, mode="replaces"), *HAITI[2:]]
        assert present(replaced, "2025-11-01", GSF) == "none 0"
        assert present(replaced, "2025-11-01", MSS) == "reported 991"
        assert present(replaced, "2025-12-09", *BOTH) == "summed 1971"

    @pytest.mark.parametrize("status", ["expected", "cancelled"])
    def test_what_is_only_announced_or_called_off_passes_nothing_on(self, status: str) -> None:
        off = [HAITI[0], succession(GSF, MSS, JOIN, status=status)]
        assert present(off, "2025-11-01", MSS) == "reported 991"
        assert present(off, "2025-11-01", GSF) == "none 0"

    def test_nations_pass_over_each_with_its_own(self) -> None:
        facts = ledger(
            report("KEN", "2025-06-15", 700),
            report("JAM", "2025-06-15", 24, category="troops"),
            everybody("2025-06-15", 991),
            succession(GSF, MSS, JOIN),
            gsf(report, "KEN", "2025-11-10", 650),
        )
        found = table(facts, "2025-11-15", GSF, group_by=("nation",))
        rows = {row.group["nation"]: shown(row.figures["present"]) for row in found.rows}
        assert rows == {"JAM": "continued 24", "KEN": "reported 650"}
        assert shown(found.total.figures["present"]).endswith(" 941")
        assert found.unallocated.remainders["present"] == (267, 267, 267)

    def test_a_complete_list_of_the_successor_leaves_out_who_passed_over(self) -> None:
        facts = ledger(
            report("KEN", "2025-06-15", 700),
            report("JAM", "2025-06-15", 24, category="troops"),
            succession(GSF, MSS, JOIN),
            gsf(report, "KEN", "2025-11-10", 650, by="list"),
            everybody("2025-11-10", 650, mission=GSF, by="list", complete=True),
        )
        assert present(facts, "2025-11-09", GSF) == "continued 724"
        assert present(facts, "2025-11-10", GSF, nations=("JAM",)) == "reported 0"
        assert present(facts, "2025-11-10", GSF) == "reported 650"

    def test_a_later_report_does_not_work_back_what_passed_over(self) -> None:
        facts = ledger(
            arrival("KEN", "2025-01-18", 217),
            succession(GSF, MSS, JOIN),
            gsf(report, "KEN", "2025-12-08", 200),
        )
        assert present(facts, "2025-10-02", GSF) == "continued 217"
        assert present(facts, "2025-12-07", *BOTH) == "continued 217"

    def test_an_unknown_arrival_is_what_the_reports_of_both_leave(self) -> None:
        facts = ledger(
            report("KEN", "2025-06-15", 700),
            succession(GSF, MSS, JOIN),
            gsf(arrival, "KEN", "2025-11-01"),
            gsf(report, "KEN", "2025-12-08", 950),
        )
        assert present(facts, "2025-11-15", GSF) == "continued 950"
        assert measure("arrived", facts, "2025-11-15", GSF) == "counted 250"

    def test_who_was_in_the_successor_before_joins_them(self) -> None:
        facts = ledger(
            gsf(arrival, "USA", "2025-09-01", 20),
            gsf(report, "CAN", "2025-09-10", 10),
            everybody("2025-09-20", 991),
            succession(GSF, MSS, JOIN),
        )
        assert present(facts, "2025-10-01", GSF) == "summed 30"
        assert present(facts, "2025-10-01", *BOTH) == "summed 1021"
        assert present(facts, "2025-10-02", GSF) == "summed 1021"
        later = [*facts, everybody("2025-11-01", 1000, mission=GSF)]
        assert present(later, "2025-11-01", *BOTH) == "reported 1000"

    def test_what_is_told_of_the_predecessor_after_it_passed_on_counts_no_level(self) -> None:
        late = [*HAITI, everybody("2026-01-10", 300)]
        assert present(late, "2026-01-10", MSS) == "passed_on 0"
        assert present(late, "2026-01-10", *BOTH) == "reported 980"
        aside = set_aside(Strength.of(late, {}), table(late, "2026-01-10", MSS))
        assert [each.reason for each in aside if "passed" in each.reason]


class TestPromises:
    FACTS = ledger(
        pledge("BEN", "2024-02-26", 1500),
        arrival("BEN", "2025-12-20", 400, status="expected", out="2025-09-01"),
        pledge("KEN", "2023-07-29", 600, key="kept"),
        arrival("KEN", "2025-01-18", 600, fulfils="kept"),
        succession(GSF, MSS, JOIN),
        mandate("2024-09-30", 2500, expires="2026-10-02"),
        gsf(mandate, "2025-09-30", 5500),
    )

    @pytest.mark.parametrize(
        ("name", "on", "mission", "answer"),
        [
            ("pledged", "2025-10-01", MSS, "pledged 2100"),
            ("pledged", "2025-10-01", GSF, "pledged 0"),
            ("pledged", "2025-10-02", MSS, "pledged 600"),
            ("pledged", "2025-10-02", GSF, "pledged 1500"),
            ("expected", "2025-10-01", MSS, "announced 400"),
            ("expected", "2025-10-02", MSS, "announced 0"),
            ("expected", "2025-10-02", GSF, "announced 400"),
            ("arrived", "2025-10-02", MSS, "counted 600"),
            ("arrived", "2025-10-02", GSF, "counted 0"),
            ("authorised", "2025-10-01", MSS, "mandate 2500"),
            ("authorised", "2025-10-02", GSF, "mandate 5500"),
        ],
    )
    def test_pass_over_unless_they_are_kept(
        self, name: str, on: str, mission: str, answer: str
    ) -> None:
        assert measure(name, self.FACTS, on, mission) == answer

    def test_stand_once_in_the_line(self) -> None:
        for on in ("2025-10-01", "2025-10-02", "2025-11-30"):
            assert measure("pledged", self.FACTS, on, *BOTH) == "pledged 2100"
            assert measure("expected", self.FACTS, on, *BOTH) == "announced 400"
        assert measure("authorised", self.FACTS, "2025-10-02", *BOTH) == "mandate 5500"

    def test_do_not_lapse_with_the_label_of_the_predecessor(self) -> None:
        ended = {MSS: "2025-10-01"}
        assert measure("expected", self.FACTS, "2025-10-05", GSF, ended=ended) == "announced 400"

    def test_are_in_both_perhaps_where_the_day_is_not_certain(self) -> None:
        facts = [*self.FACTS[:2], succession(GSF, MSS, "2025-10")]
        assert measure("pledged", facts, "2025-10-10", MSS) == "pledged 0 1500 1500"
        assert measure("pledged", facts, "2025-10-10", GSF) == "pledged 0 0 1500"
        assert measure("expected", facts, "2025-10-10", *BOTH) == "announced 400"


class TestADayThatIsNotCertain:
    FACTS = ledger(everybody("2025-06-15", "~900"), succession(GSF, MSS, "2025-10"))

    @pytest.mark.parametrize(
        ("on", "before", "after"),
        [
            ("2025-09-30", "reported 810 900 990", "none 0"),
            ("2025-10-15", "reported 0 900 990", "continued 0 0 990"),
            ("2025-10-31", "passed_on 0", "continued 810 900 990"),
        ],
    )
    def test_gives_ranges_on_both_sides(self, on: str, before: str, after: str) -> None:
        assert present(self.FACTS, on, MSS) == before
        assert present(self.FACTS, on, GSF) == after
        assert present(self.FACTS, on, *BOTH).endswith(" 810 900 990")

    def test_rows_by_mission_add_up_to_the_total(self) -> None:
        found = table(self.FACTS, "2025-10-15", *BOTH, group_by=("mission",))
        assert shown(found.total.figures["present"]) == "reported 810 900 990"
        assert found.unallocated.remainders["present"] == (810, 0, -990)

    def test_an_open_one_stays_open_until_the_successor_is_reported(self) -> None:
        facts = [self.FACTS[0], succession(GSF, MSS, "2025-10-02/..")]
        assert present(facts, "2026-06-01", MSS) == "passed_on 0 0 990"
        assert present(facts, "2026-06-01", GSF) == "continued 0 900 990"
        assert present(facts, "2026-06-01", *BOTH) == "continued 810 900 990"
        facts.append(everybody("2025-12-08", 980, mission=GSF))
        assert present(facts, "2025-12-08", MSS) == "passed_on 0"
        assert present(facts, "2025-12-08", *BOTH) == "reported 980"

    def test_who_is_reported_in_the_successor_has_passed_over(self) -> None:
        facts = [*self.FACTS, everybody("2025-10-20", 880, mission=GSF)]
        assert present(facts, "2025-10-19", *BOTH) == "reported 810 900 990"
        assert present(facts, "2025-10-20", *BOTH) == "reported 880"
        assert present(facts, "2025-10-20", MSS) == "passed_on 0"

    def test_who_is_reported_in_the_predecessor_has_not(self) -> None:
        facts = [*self.FACTS, everybody("2025-10-20", 880)]
        assert present(facts, "2025-10-20", MSS) == "reported 880"
        assert present(facts, "2025-10-21", MSS) == "reported 0 880 880"

    def test_accounts_that_differ_in_day_make_it_disputed(self) -> None:
        facts = ledger(
            everybody("2025-06-15", 991),
            told(
                succeeding(GSF, MSS),
                claim("2025-10-02", by="council", grade="A1"),
                claim("2025-12-01", by="wire", grade="C3"),
            ),
        )
        found = table(facts, "2025-11-01", GSF).total.figures["present"]
        assert (shown(found), found.disputed) == ("continued 991", True)
        aside = set_aside(Strength.of(facts, {}), table(facts, "2025-11-01", GSF))
        assert [each.claim.source for each in aside] == ["wire"]


class TestAChainOfThree:
    AMISOM, ATMIS, AUSSOM = CHAIN = ("amisom", "atmis", "aussom")
    FACTS = ledger(
        everybody("2022-01-31", 18586, mission="amisom"),
        succession("atmis", "amisom", "2022-04-01"),
        departure("BDI", "2023-06-30", 2000, mission="atmis", category="troops"),
        succession("aussom", "atmis", "2025-01-01"),
        everybody("2025-03-31", 11826, mission="aussom"),
    )

    @pytest.mark.parametrize(
        ("on", "answers"),
        [
            ("2022-03-31", ("reported 18586", "none 0", "none 0")),
            ("2022-04-01", ("passed_on 0", "continued 18586", "none 0")),
            ("2024-12-31", ("passed_on 0", "continued 16586", "none 0")),
            ("2025-01-01", ("passed_on 0", "passed_on 0", "continued 16586")),
            ("2025-03-31", ("passed_on 0", "passed_on 0", "reported 11826")),
        ],
    )
    def test_is_one_line(self, on: str, answers: tuple[str, ...]) -> None:
        assert tuple(present(self.FACTS, on, mission) for mission in self.CHAIN) == answers
        best = [answer.rpartition(" ")[2] for answer in answers]
        assert present(self.FACTS, on, *self.CHAIN).rpartition(" ")[2] == max(best, key=int)

    def test_two_days_that_are_not_certain_at_once(self) -> None:
        facts = ledger(
            everybody("2022-01-31", 100, mission="amisom"),
            succession("atmis", "amisom", "2022"),
            succession("aussom", "atmis", "2022-06/2023-06"),
        )
        on = "2022-08-01"
        assert present(facts, on, "amisom") == "reported 0 100 100"
        assert present(facts, on, "atmis") == "continued 0 0 100"
        assert present(facts, on, "aussom") == "continued 0 0 100"
        assert present(facts, on, *self.CHAIN) == "reported 100"

    def test_two_missions_may_come_together_in_one(self) -> None:
        facts = ledger(
            everybody("2022-01-31", 100, mission="amisom"),
            everybody("2022-02-28", 30, mission="atmis"),
            succession("aussom", "amisom", "2022-04-01", key="a"),
            succession("aussom", "atmis", "2022-05-01", key="b"),
        )
        assert present(facts, "2022-04-15", "aussom") == "continued 100"
        assert present(facts, "2022-04-15", *self.CHAIN) == "summed 130"
        assert present(facts, "2022-05-01", "aussom") == "continued 130"


def test_a_lineage_is_a_mission_with_all_before_and_after_it() -> None:
    pairs = [("atmis", "amisom"), ("aussom", "atmis"), ("other", "amisom"), ("far", "away")]
    assert lineage_of(["atmis"], pairs) == ("amisom", "atmis", "aussom")
    assert lineage_of(["amisom"], pairs) == ("amisom", "atmis", "other", "aussom")
    assert lineage_of(["other", "alone"], pairs) == ("amisom", "other", "alone")
    assert lineage_of([], pairs) == ()


def test_a_ring_of_successions_passes_nothing_on_twice() -> None:
    ring = ledger(
        report("KEN", "2024-07-16", 396, mission="a"),
        succession("b", "a", "2024-08-01", key="1"),
        succession("a", "b", "2024-09-01", key="2"),
    )
    assert present(ring, "2024-09-30", "a", "b") == "continued 396"
    assert date.min < Strength.of(ring, {}).lines.joins["a"].day


class TestAgeAndPolicy:
    def test_a_succession_does_not_grow_too_old(self) -> None:
        facts = ledger(
            succession(GSF, MSS, JOIN),
            report("KEN", "2025-06-15", 700),
            arrival("KEN", "2025-09-01", 20),
        )
        for missions in ((GSF,), BOTH):
            assert present(facts, "2026-03-01", *missions, max_age=400) == "continued 720"
        # What was told of the predecessor does, like all that is told of people.
        assert present(facts, "2026-03-01", GSF, max_age=200) == "continued 20"
        assert present(facts, "2026-03-01", MSS, max_age=200) == "passed_on 0"

    @pytest.mark.parametrize(
        ("policy", "answer"), [("graded", "continued 991"), ("highest", "continued 1100")]
    )
    def test_a_policy_chooses_among_rivals_of_the_predecessor(
        self, policy: str, answer: str
    ) -> None:
        facts = ledger(
            everybody("2025-06-15", 991, grade="A2", by="letter", key="one"),
            everybody("2025-06-15", 1100, grade="B2", by="wire", key="two"),
            succession(GSF, MSS, JOIN),
        )
        assert present(facts, "2025-11-01", GSF, policy=policy) == answer
