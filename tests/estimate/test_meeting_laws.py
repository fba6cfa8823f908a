"""Laws where sources meet: rivals, wholes and parts, complete lists, spread; and the levels
reckoned a second time.

The ledgers are drawn: reports of contingents, nations, categories and the whole mission by sources
of several grades, some of them complete lists, beside arrivals and departures; under every policy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.estimate.entries import Fact, Policy, Scope
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.strength import GROUPS, Strength
from tests.builders import arrival, day, departure, report, shown

laws = settings(max_examples=60, deadline=None, derandomize=True, database=None)

NATIONS, CATEGORIES = ("KEN", "JAM"), ("police", "fpu", "troops")
DAYS = tuple(f"2024-07-{n:02}" for n in (2, 8, 14, 20))
COUNTS = ("0", "7", "40", "200", "200", "~40", "20..90", ">=30", "some", "unknown")
GRADES = ("A1", "B2", "B2", "F6")
policies = st.sampled_from(("graded", "latest", "lowest", "highest"))
days = st.sampled_from(
    [day("2024-06-30") + timedelta(n) for n in (0, 2, 5, 8, 11, 14, 17, 20, 23, 40)]
)
groupings = st.sampled_from([(), *((one,) for one in GROUPS), *combinations(GROUPS, 2), GROUPS])
INFINITE = float("inf")


@dataclass(frozen=True)
class Said:
    """One fact before it is built."""

    kind: str
    nation: str | None
    category: str | None
    when: str
    count: str
    source: str
    grade: str
    complete: bool = False


def saying(kinds: Sequence[str], **drawn: Any) -> st.SearchStrategy[Said]:
    parts = {
        "nations": NATIONS,
        "categories": CATEGORIES,
        "days": (*DAYS, "2024-07", "2024-07-05/2024-07-12"),
        "counts": COUNTS,
        "sources": ("a", "b", "c"),
        "grades": GRADES,
        "complete": (False,),
    } | drawn
    return st.tuples(
        st.sampled_from(kinds), *(st.sampled_from(part) for part in parts.values())
    ).map(lambda values: Said(*values))


moves = saying(("arrival", "departure"))
reports = saying(
    ("report",),
    nations=(*NATIONS, None),
    categories=(*CATEGORIES, None),
    days=DAYS,
    complete=(False, False, False, True),
)
ledgers = st.lists(st.one_of(moves, reports, reports), max_size=9)


def fact(said: Said, key: str) -> Fact:
    about: dict[str, Any] = {
        "category": said.category,
        "by": said.source,
        "grade": said.grade,
        "key": key,
        "out": "2024-08-01",
    }
    if said.complete:
        about["complete"] = True
    telling: dict[str, Callable[..., Fact]] = {
        "arrival": arrival,
        "departure": departure,
        "report": report,
    }
    return telling[said.kind](said.nation, said.when, said.count, **about)


def facts(ledger: Sequence[Said]) -> list[Fact]:
    return [fact(said, f"{place:02}") for place, said in enumerate(ledger)]


def high(figure: Any) -> float:
    return INFINITE if figure.sum.high is None else figure.sum.high


@laws
@given(ledgers, days, policies, groupings, st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order_of_facts(
    ledger: list[Said], when: date, policy: Policy, group_by: tuple[str, ...], chance: Random
) -> None:
    told = facts(ledger)
    question = Question(when, group_by=group_by)
    one = Strength.of(told, {}, policy).table(question)
    assert one == Strength.of(chance.sample(told, len(told)), {}, policy).table(question)


@laws
@given(ledgers, days, policies, groupings)
def test_rows_add_up_under_every_policy(
    ledger: list[Said], when: date, policy: Policy, group_by: tuple[str, ...]
) -> None:
    table = Strength.of(facts(ledger), {}, policy).table(Question(when, group_by=group_by))
    rest = table.unallocated.remainders["present"] if table.unallocated else (0, 0, 0)
    rows = [row.figures["present"].sum for row in table.rows]
    total = table.total.figures["present"].sum
    assert sum(row.low for row in rows) + rest[0] == total.low
    assert sum(row.point for row in rows) + rest[1] == total.point


@laws
@given(ledgers, days, policies)
def test_a_whole_is_never_below_its_parts_without_a_word(
    ledger: list[Said], when: date, policy: Policy
) -> None:
    """Unless the policy chose it: then the parts are set aside by name, and it is disputed or the
    ranges overlap.
    """
    table = Strength.of(facts(ledger), {}, policy).table(Question(when))
    total = table.total.figures["present"]
    parts = [row.figures["present"] for row in table.rows]
    if total.sum.point < sum(part.sum.point for part in parts):
        assert any(addend.aside for addend in total.terms)
        if sum(part.sum.low for part in parts) > high(total):
            assert total.disputed


@laws
@given(ledgers, days, policies, groupings)
def test_the_spread_contains_the_range_and_is_the_range_where_nothing_is_disputed(
    ledger: list[Said], when: date, policy: Policy, group_by: tuple[str, ...]
) -> None:
    table = Strength.of(facts(ledger), {}, policy).table(Question(when, group_by=group_by))
    for row in [*table.rows, table.total]:
        figure = row.figures["present"]
        least, most = figure.spread
        assert least <= figure.sum.low
        assert most is None or (figure.sum.high is not None and figure.sum.high <= most)
        if not figure.disputed:
            assert (least, most) == (figure.sum.low, figure.sum.high)


@laws
@given(ledgers, st.sampled_from(DAYS), st.sampled_from(NATIONS), policies)
def test_what_the_policies_make_of_rivals_lies_within_the_spread(
    ledger: list[Said], when: str, nation: str, policy: Policy
) -> None:
    own = [
        said
        for said in ledger
        if (said.kind, said.nation, said.category) == ("report", nation, "troops")
    ]
    scope = Scope("haiti-mss", nation, "troops")
    graded, other = (
        Levels.of(facts(own), {}, each).on(scope, day(when)) for each in ("graded", policy)
    )
    least, most = graded.spread
    assert least <= other.sum.low
    assert most is None or high(other) <= most


@laws
@given(
    ledgers,
    st.lists(saying(("report",), days=("2024-07-14",), grades=("A1",)), max_size=3),
    policies,
)
def test_a_complete_list_leaves_nobody_standing_whom_it_does_not_name(
    ledger: list[Said], named: list[Said], policy: Policy
) -> None:
    """The best source of its day, believed by grade: rivals of that day lose, what was told before
    is over.
    """
    listed = [replace(said, source="list") for said in named]
    whole = Said("report", None, None, "2024-07-14", "1000", "list", "A1", complete=True)
    told = [
        said
        for said in ledger
        if said.grade != "A1" and not said.complete and said.when <= "2024-07-14"
    ]
    told = [said for said in told if said.when in DAYS]
    strength = Strength.of(facts([*told, *listed, whole]), {})
    table = strength.table(Question(day("2024-07-14"), group_by=("nation", "category")))
    covered = {(said.nation, said.category) for said in listed}
    for row in table.rows:
        nation, category = row.group["nation"], row.group["category"]
        near = {"police", "fpu"} if category in ("police", "fpu") else {category}
        if not any(of == nation and about in near for of, about in covered):
            assert shown(row.figures["present"]).endswith(" 0"), (nation, category)


@laws
@given(ledgers, st.sampled_from(DAYS), reports, st.sampled_from(COUNTS[:5]))
def test_a_worse_source_never_changes_an_undisputed_better_one_of_the_same_people_and_day(
    ledger: list[Said], when: str, worse: Said, count: str
) -> None:
    better = replace(worse, when=when, count=count, grade="A1", source="best", complete=False)
    told = [said for said in ledger if said.grade != "A1" and not said.complete]
    scope = Scope("haiti-mss", worse.nation, worse.category)
    before, after = (
        Levels.of(facts([better, *told, *more]), {}).on(scope, day(when))
        for more in ([], [replace(worse, when=when, grade="F6", complete=False)])
    )
    assert (before.sum.low, before.sum.point, before.sum.high) == (
        after.sum.low,
        after.sum.point,
        after.sum.high,
    )


# ---- a mission of contingents in one category, reckoned a second time ----

sharp = st.lists(
    st.one_of(
        saying(("arrival", "departure"), categories=("police",), days=DAYS, counts=COUNTS[:5]),
        saying(
            ("report",),
            nations=(*NATIONS, None),
            categories=("police",),
            days=DAYS,
            counts=COUNTS[:5],
        ),
    ),
    max_size=9,
)


class Plain:
    """Mission-wide police over the police of two nations, with certain days and counts, straight
    from the design.
    """

    def __init__(self, ledger: Sequence[Said], policy: Policy) -> None:
        self.ledger, self.policy = list(enumerate(ledger)), policy

    def report(self, nation: str | None, until: date, after: date = date.min) -> Said | None:
        """The newest report after one day and up to another; of several on a day, the one the
        policy believes.
        """
        own = [(n, s) for n, s in self.ledger if (s.kind, s.nation) == ("report", nation)]
        own = [(n, s) for n, s in own if after < day(s.when) <= until]
        newest = max((s.when for _, s in own), default=None)
        sign = {"lowest": 1, "highest": -1}.get(self.policy, 0)
        order = [
            (sign * int(s.count), s.grade, f"{n:02}/{s.source}", s)
            for n, s in own
            if s.when == newest
        ]
        return min(order)[-1] if order else None

    def moved(self, nation: str | None, after: date, until: date) -> int:
        own = [
            s
            for _, s in self.ledger
            if s.kind != "report" and (nation is None or s.nation == nation)
        ]
        return sum(
            (1 if s.kind == "arrival" else -1) * int(s.count)
            for s in own
            if after < day(s.when) <= until
        )

    def contingent(self, nation: str, when: date) -> int:
        if found := self.report(nation, when):
            return max(0, int(found.count) + self.moved(nation, day(found.when), when))
        came = any(
            s.kind != "report" and s.nation == nation and day(s.when) <= when
            for _, s in self.ledger
        )
        first = min(
            (s.when for _, s in self.ledger if (s.kind, s.nation) == ("report", nation)),
            default=None,
        )
        if came and first:
            said = self.report(nation, day(first))
            assert said
            return max(0, int(said.count) - self.moved(nation, when, day(first)))
        return max(0, self.moved(nation, date.min, when) + self.besides(nation, when))

    def besides(self, nation: str, when: date) -> int:
        """Who must have come though nobody told of it: by as many as the most more had left."""
        days = sorted({day(s.when) for _, s in self.ledger if s.nation == nation})
        least, turned = 0, date.min
        for that in days:
            if -self.moved(nation, date.min, that) > least:
                least, turned = -self.moved(nation, date.min, that), that
        return least if when >= turned else 0

    def changed(self, nation: str, since: date, when: date) -> int:
        if not self.report(nation, when, after=since):
            return self.moved(nation, since, when)
        if self.report(nation, since):
            return self.contingent(nation, when) - self.contingent(nation, since)
        firsts = [
            s.when
            for _, s in self.ledger
            if (s.kind, s.nation) == ("report", nation) and day(s.when) <= when
        ]
        first = day(min(firsts))
        return (
            self.moved(nation, since, first)
            + self.contingent(nation, when)
            - self.contingent(nation, first)
        )

    def everybody(self, when: date) -> int:
        parts = sum(self.contingent(nation, when) for nation in NATIONS)
        found = self.report(None, when)
        if found is None:
            return parts
        since = day(found.when)
        whole = max(
            0, int(found.count) + sum(self.changed(nation, since, when) for nation in NATIONS)
        )
        return whole if whole >= parts or self.policy == "lowest" else parts


@settings(laws, max_examples=300)
@given(sharp, days, st.sampled_from(("lowest", "highest")))
def test_a_mission_over_its_contingents_equals_its_plain_reckoning(
    ledger: list[Said], when: date, policy: Policy
) -> None:
    found = Levels.of(facts(ledger), {}, policy).on(Scope("haiti-mss", None, "police"), when)
    assert found.sum.point == Plain(ledger, policy).everybody(when)
