"""A whole against its parts, case by case: which of the two stands, what is said of the other, how
far the spread reaches, and whether it is disputed.
"""

import pytest

from app.estimate.contingents import Figure
from app.estimate.entries import Fact, Policy, Scope
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.estimate.working import set_aside
from tests.builders import claim, day, report, reporting, shown, told

END = "2024-09-30"
NEWER = "told on 2024-09-30, after 2024-09-01"
KENYA, EVERYBODY = Scope("haiti-mss", "KEN"), Scope("haiti-mss")


def everybody(count: str | int, **said: str) -> Fact:
    return report(None, END, count, category=None, **said)


def kenya(count: str | int, **said: str) -> Fact:
    return report("KEN", END, count, category=None, **said)


def figure(facts: list[Fact], scope: Scope = EVERYBODY, policy: Policy = "graded") -> Figure:
    return Levels.of(facts, {}, policy).on(scope, day(END))


def asides(found: Figure) -> list[str]:
    """What the working says of those that lost."""
    return [addend.aside for addend in found.terms if addend.aside]


def claims_aside(found: Figure) -> list[str]:
    return sorted(key for addend in found.terms if addend.aside for key in addend.claims)


# ---- a whole that has room for its parts ----


def test_what_one_nation_is_at_odds_about_is_no_doubt_about_a_mission_with_room_for_all_of_it() -> (
    None
):
    """Kenya's own total is less than its police and troops; the mission's is more than either."""
    odds = [
        kenya(400, grade="A1"),
        report("KEN", END, 300),
        report("KEN", END, 200, category="troops"),
    ]
    assert len(asides(figure(odds, KENYA))) == 1
    total = figure([everybody(1000), *odds])
    assert (shown(total), total.disputed, asides(total)) == ("reported 1000", False, [])


def test_a_mission_that_its_parts_fill_to_the_last_is_not_contradicted() -> None:
    total = figure([everybody(400), kenya(400, grade="A1")])
    assert (shown(total), total.disputed, asides(total)) == ("reported 400", False, [])


def test_a_total_that_by_other_reports_would_be_less_than_its_parts_is_in_doubt() -> None:
    rivals = told(
        reporting(None, category=None),
        claim(END, 500, grade="A1"),
        claim(END, 100, by="ap", grade="C3"),
    )
    total = figure([rivals, kenya(300)])
    assert (shown(total), total.spread, total.disputed) == ("reported 500", (100, 500), True)
    assert asides(total) == [
        "by other sources than those believed, the parts would make more than the whole"
    ]
    assert asides(figure([rivals, kenya(100)])) == []


def test_a_doubt_about_the_total_that_leaves_room_for_its_parts_is_none_about_them() -> None:
    rivals = told(
        reporting(None, category=None),
        claim(END, 500, grade="A1"),
        claim(END, 400, by="ap", grade="C3"),
    )
    total = figure([rivals, kenya(300)])
    assert (total.spread, asides(total)) == ((400, 500), [])


@pytest.mark.parametrize(("rival", "most", "said"), [(100, 100, 0), (101, 101, 1)])
def test_rival_reports_of_a_part_count_against_the_total_only_beyond_it(
    rival: int, most: int, said: int
) -> None:
    part = [kenya(80, grade="A1", key="one"), kenya(rival, by="ap", grade="C3", key="other")]
    total = figure([everybody(100), *part])
    assert (total.spread, len(asides(total))) == ((100, most), said)


def test_a_total_that_stands_over_more_people_beneath_it_counts_them_no_second_time() -> None:
    """A newer report says that no police are left, and the nations have told of seven before."""
    facts = [
        report(None, "2024-07-01", 0),
        report("KEN", "2024-06-01", 5, key="a", grade="C3"),
        report("KEN", "2024-06-01", 7, category="fpu", key="b"),
        report(None, END, 0, category="fpu"),
    ]
    police = figure(facts, Scope("haiti-mss", None, "police"))
    assert shown(police) == "reported 0"


# ---- a whole that is less than its parts ----


def test_what_loses_is_named_by_its_claims_and_by_both_numbers() -> None:
    facts = [
        everybody(400, grade="A1", key="total"),
        kenya(300, key="ken"),
        report("JAM", END, 200, key="jam"),
    ]
    total = figure(facts)
    assert shown(total) == "reported 400"
    assert claims_aside(total) == ["jam/nouvelliste", "ken/nouvelliste"]
    assert asides(total) == [
        "the whole is told as 400, less than its parts, which make 500; the whole is preferred, "
        "graded A1 before B2"
    ]
    strength = Strength.of(facts, {})
    found = set_aside(strength, strength.table(Question(day(END), group_by=())))
    assert {(aside.claim.key, aside.reason) for aside in found} == {
        (key, asides(total)[0]) for key in claims_aside(total)
    }


def test_what_lost_inside_a_part_is_not_named_again_by_the_whole() -> None:
    """Kenya's troops lost against Kenya's total already; the mission sets aside the total."""
    facts = [
        everybody(100, grade="A1", key="total"),
        kenya(400, grade="A2", key="ken"),
        report("KEN", END, 500, category="troops", key="troops"),
    ]
    assert claims_aside(figure(facts, KENYA)) == ["troops/nouvelliste"]
    assert claims_aside(figure(facts)) == ["ken/nouvelliste"]


@pytest.mark.parametrize(
    ("total", "kenyans", "disputed"),
    [
        ("~400", 440, False),  # 360 to 440
        ("~400", 441, True),
        (400, "~440", False),  # 396 to 484
        (400, "~450", True),  # 405 to 495
        (">=400", 1000, False),
    ],
)
def test_a_total_is_disputed_only_where_it_cannot_be_as_many_as_its_parts_at_least_are(
    total: str | int, kenyans: str | int, disputed: bool
) -> None:
    assert figure([everybody(total), kenya(kenyans)]).disputed is disputed


def test_the_spread_reaches_to_the_range_of_what_lost() -> None:
    """Down to 100 and up to 300, whichever of the two is believed; open where the other is."""
    exact, rough = everybody(150), kenya("100..300")
    assert [
        (shown(found), found.sources_spread)
        for policy in ("lowest", "highest")
        for found in [figure([exact, rough], policy=policy)]
    ] == [("reported 150", (100, 300)), ("reported 100 200 300", (100, 300))]
    open_above = figure([everybody(150, grade="A1"), kenya(">=200")])
    assert (shown(open_above), open_above.spread) == ("reported 150", (150, None))
    narrow = figure([everybody("100..300", grade="A1"), kenya(250)])
    assert (shown(narrow), narrow.sources_spread) == ("reported 100 200 300", (100, 300))


# ---- which of the two is believed ----


@pytest.mark.parametrize(
    ("policy", "total", "kenyans", "believed", "why"),
    [
        ("graded", "A1 2024-09-01", "B2 2024-09-30", "whole", "graded A1 before B2"),
        ("graded", "B2 2024-09-30", "A1 2024-09-01", "parts", "graded A1 before B2"),
        ("graded", "B2 2024-09-30", "B2 2024-09-01", "whole", NEWER),
        ("graded", "B2 2024-09-01", "B2 2024-09-30", "parts", NEWER),
        ("graded", "B2 2024-09-01", "B2 2024-09-01", "parts", "alike in grade and day"),
        ("latest", "A1 2024-09-01", "B2 2024-09-30", "parts", NEWER),
        ("latest", "B2 2024-09-30", "A1 2024-09-01", "whole", NEWER),
        ("latest", "B2 2024-09-01", "A1 2024-09-01", "parts", "graded A1 before B2"),
        ("lowest", "B2 2024-09-01", "A1 2024-09-30", "whole", "the lowest count"),
        ("highest", "A1 2024-09-30", "B2 2024-09-01", "parts", "the highest count"),
    ],
)  # fmt: skip
def test_the_better_the_newer_or_the_parts(
    policy: Policy, total: str, kenyans: str, believed: str, why: str
) -> None:
    (whole_grade, whole_day), (grade, part_day) = total.split(), kenyans.split()
    found = figure(
        [
            report(None, whole_day, 400, category=None, grade=whole_grade),
            report("KEN", part_day, 500, category=None, grade=grade),
        ],
        policy=policy,
    )
    verb = "whole is" if believed == "whole" else "parts are"
    assert asides(found) == [
        "the whole is told as 400, less than its parts, which make 500; "
        f"the {verb} preferred, {why}"
    ]


def test_parts_of_nobody_have_no_grade_to_be_believed_by() -> None:
    facts = [report(None, END, 0), report("KEN", END, "<=10", grade="A1")]
    assert shown(figure(facts, Scope("haiti-mss", None, "police"))) == "reported 0"


def test_a_total_without_a_number_leaves_its_parts_without_a_word() -> None:
    total = figure([everybody("unknown", grade="A1"), kenya(300)])
    assert (shown(total), asides(total)) == ("reported 300", [])


def test_a_complete_list_of_at_least_so_many_is_no_rival_of_more() -> None:
    some = told(
        reporting(None, category=None), claim(END, ">=120", grade="A1", by="list", complete=True)
    )
    named = report("KEN", END, 120, category="fpu", by="list")
    police = report("KEN", END, 150, by="list", grade="A1")
    total = figure([some, named, police])
    assert (shown(total), total.disputed, asides(total)) == ("reported 150", False, [])
    exact = told(
        reporting(None, category=None), claim(END, 120, grade="A1", by="list", complete=True)
    )
    assert len(asides(figure([exact, named, police]))) == 1
