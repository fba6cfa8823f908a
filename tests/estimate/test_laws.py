"""Laws that hold for every ledger, and a slow, plain reckoning of one contingent that the real one must equal.

The ledgers are drawn: movements and reports (of contingents, nations, categories and whole missions), pledges and
mandates over two missions, three nations and the tree of categories, with uncertain days and counts.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from app.estimate.categories import covers
from app.estimate.counts import contribution
from app.estimate.entries import Claim, Fact, Scope
from app.estimate.levels import Levels
from app.estimate.settling import settle
from app.estimate.strength import ADDITIVE, GROUPS, MEASURES, Question, Row, Strength, Table
from tests.said import arrival, claim, day, departure, mandate, pledge, report, shown

# The same ledgers on each run, so that red is red for everyone. To search for new ones: more examples, not derandomized.
laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)

MISSIONS, NATIONS = ("haiti-mss", "other"), ("KEN", "JAM", "BEN")
CATEGORIES = ("police", "fpu", "ipo", "troops", "civilian")
PRECISE = tuple(f"2024-07-{n:02}" for n in range(1, 31, 3))
ROUGH = ("2024-07", "2024-07-10~", "2024-07-05/2024-07-12", "2024-07-12/2024-07-20", "2024-07-16/..", "../2024-07-08")
CERTAIN = ("0", "7", "40", "200")
VAGUE = ("~40", "20..90", "<=60", "some", "unknown")
START = day("2024-06-30")


class Said(NamedTuple):
    """One fact before it is built: small, so that Hypothesis can draw and shrink many."""

    kind: str
    mission: str
    nation: str | None
    category: str | None
    when: str
    count: str
    status: str = "occurred"


@cache
def fact(said: Said, key: str) -> Fact:
    about = {"mission": said.mission, "key": key, "status": said.status, "out": "2024-07-05"}
    if said.kind == "mandate":
        return mandate(said.when, said.count, **about)
    tell = {"arrival": arrival, "departure": departure, "report": report, "pledge": pledge}[said.kind]
    return tell(said.nation, said.when, said.count, category=said.category, **about)


def facts(ledger: Sequence[Said]) -> list[Fact]:
    return [fact(said, f"{place:02}") for place, said in enumerate(ledger)]


def saying(
    *kinds: str,
    missions: Sequence[str] = MISSIONS,
    nations: Sequence[str | None] = NATIONS,
    categories: Sequence[str | None] = CATEGORIES,
    dates: Sequence[str] = PRECISE + ROUGH,
    counts: Sequence[str] = CERTAIN + VAGUE,
    statuses: Sequence[str] = ("occurred",),
) -> st.SearchStrategy[Said]:
    parts = (kinds, missions, nations, categories, dates, counts, statuses)
    return st.tuples(*(st.sampled_from(part) for part in parts)).map(lambda drawn: Said(*drawn))


moves = saying(
    "arrival", "arrival", "departure", statuses=("occurred", "occurred", "occurred", "expected", "cancelled")
)
reports = saying("report", nations=(*NATIONS, None), categories=(*CATEGORIES, None))
promises = saying("pledge", "mandate", categories=(*CATEGORIES, None), statuses=("occurred", "expected"))
ledgers = st.lists(st.one_of(moves, moves, reports, promises), max_size=9)
days = st.sampled_from([START + timedelta(n) for n in range(0, 36, 5)])
groupings = st.sampled_from([(), *((one,) for one in GROUPS), *combinations(GROUPS, 2), GROUPS])

one_contingent = {"missions": ("haiti-mss",), "nations": ("KEN",), "categories": ("police",)}
own_moves = saying("arrival", "arrival", "departure", **one_contingent)  # type: ignore[arg-type]
own_reports = saying("report", **one_contingent)  # type: ignore[arg-type]
contingents = st.lists(st.one_of(own_moves, own_moves, own_reports), max_size=7)
KENYA = Scope("haiti-mss", "KEN", "police")


def table(ledger: Sequence[Said], when: date, group_by: tuple[str, ...] = ("nation",), **asked: object) -> Table:
    return Strength(facts(ledger), {}).table(Question(as_of=when, group_by=group_by, **asked))  # type: ignore[arg-type]


def bounds(row: Row, measure: str) -> tuple[int, int, float]:
    found = row.figures[measure].sum
    return found.low, found.point, float("inf") if found.high is None else found.high


def within(narrow: tuple[int, int, float], wide: tuple[int, int, float]) -> bool:
    return wide[0] <= narrow[0] and narrow[2] <= wide[2]


# ---- one contingent, reckoned again straight from the design ----


def plainly(ledger: Sequence[Said], when: date) -> tuple[str, int, int | None, int | None, int]:
    """Method, low, best, high and unknown terms of the police of Kenya at the end of a day, each rule in its own words."""
    told = [f for f in facts(ledger) if f.value.status == "occurred"]
    reported = [f for f in told if f.entry.kind == "strength_report"]
    moved = [f for f in told if f.entry.kind == "movement"]

    def settled(f: Fact) -> date:
        span = f.value.date
        chosen = span.latest or span.earliest
        assert chosen is not None
        return chosen

    # Of two reports on one day the better graded, then the later published counts: all are alike here, so the first key.
    def on(that: date) -> Fact:
        return min((f for f in reported if settled(f) == that), key=lambda f: f.entry.key)

    def certainly(f: Fact, after: date | None, until: date) -> bool:
        begins, ends = f.value.date.earliest, f.value.date.latest
        return (after is None or (begins is not None and begins > after)) and ends is not None and ends <= until

    def possibly(f: Fact, after: date | None, until: date) -> bool:
        begins, ends = f.value.date.earliest, f.value.date.latest
        return (after is None or ends is None or ends > after) and (begins is None or begins <= until)

    def by_then(f: Fact, after: date | None, until: date) -> bool:
        return (after is None or settled(f) > after) and settled(f) <= until

    def total(
        start: Fact | None, after: date | None, until: date, forwards: bool
    ) -> tuple[int, int | None, int | None, int]:
        low = best = 0
        high: float = 0
        bests, unknown = 0, 0
        if start:
            count = start.value.count
            low, high = count.low, float("inf") if count.high is None else count.high
            best = count.low if count.best is None else count.best
            bests, unknown = 1, int(count.best is None)
        for f in moved:
            count, adds = f.value.count, (f.entry.direction == "arrival") == forwards
            if not possibly(f, after, until):
                continue
            most = float("inf") if count.high is None else count.high
            least = count.low if certainly(f, after, until) else 0
            low, high = (low + least, high + most) if adds else (low - most, high - least)  # type: ignore[assignment]
            bests += 1
            if by_then(f, after, until):
                middle = count.low if count.best is None else count.best
                best, unknown = best + middle if adds else best - middle, unknown + (count.best is None)
        found = None if bests and bests == unknown else max(0, best)
        return (
            max(0, low) if low != float("-inf") else 0,
            found,
            None if high == float("inf") else max(0, int(high)),
            unknown,
        )

    before = [settled(f) for f in reported if settled(f) <= when]
    if before:
        base = on(max(before))
        stirred = [f for f in moved if possibly(f, max(before), when)]
        return "carried" if stirred else "reported", *total(base, max(before), when, forwards=True)
    if not any(possibly(f, None, when) for f in moved):
        return "none", 0, 0, 0, 0
    if reported and any(by_then(f, None, when) for f in moved):
        first = min(settled(f) for f in reported)
        return "implied", *total(on(first), when, first, forwards=False)
    return "counted", *total(None, None, when, forwards=True)


@laws
@given(contingents, days)
def test_a_contingent_equals_its_plain_reckoning(ledger: list[Said], when: date) -> None:
    figure = Levels(facts(ledger), {}).on(KENYA, when)
    found = figure.sum
    assert (figure.method, found.low, found.best, found.high, found.unknown_terms) == plainly(ledger, when)


@laws
@given(
    st.lists(
        saying("arrival", "departure", "report", missions=("haiti-mss",), categories=("police", "troops")), max_size=7
    ),
    days,
)
def test_without_wide_reports_a_mission_is_the_sum_of_its_contingents(ledger: list[Said], when: date) -> None:
    lows, highs, methods = 0, 0.0, set()
    for nation in NATIONS:
        for category in ("police", "troops"):
            own = [said for said in ledger if (said.nation, said.category) == (nation, category)]
            method, low, _, high, _ = plainly(own, when)
            lows, highs = lows + low, highs + (float("inf") if high is None else high)
            methods |= {method} - {"none"}
    total = table(ledger, when).total
    assert bounds(total, "present")[::2] == (lows, highs)
    if len(methods) == 1:
        assert shown(total.figures["present"]).split()[0] in (*methods, "summed")


# ---- order is nothing ----


@laws
@given(ledgers, days, groupings, st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order_of_facts(ledger: list[Said], when: date, group_by, chance) -> None:
    told = facts(ledger)
    shuffled = chance.sample(told, len(told))
    question = Question(as_of=when, group_by=group_by)
    assert Strength(told, {}).table(question) == Strength(shuffled, {}).table(question)


GRADES, OUT = ("A1", "B2", "B3", "F6"), (None, "2024-07-01", "2024-07-18")


@laws
@given(
    st.lists(
        st.builds(
            claim,
            st.sampled_from(PRECISE[:3] + ROUGH[:2]),
            st.sampled_from(CERTAIN + VAGUE),
            by=st.sampled_from("abc"),
            status=st.sampled_from(("expected", "occurred", "cancelled")),
            grade=st.sampled_from(GRADES),
            out=st.sampled_from(OUT),
            repeats=st.sampled_from((None, "a")),
            recorded=st.integers(1, 2),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda c: c.source,
    ),
    st.sampled_from(("graded", "latest", "lowest", "highest")),
    st.randoms(use_true_random=False),
)
def test_settling_depends_on_the_order_of_claims_in_nothing(claims: list[Claim], policy, chance) -> None:
    value = settle(claims, policy)
    other = settle(chance.sample(claims, len(claims)), policy)
    assert value is not None
    assert other is not None
    same = ("status", "count", "date", "claim", "counted", "disputed", "spread", "origins", "announced", "claims")
    assert [getattr(value, name) for name in same] == [getattr(other, name) for name in same]
    assert {aside.claim.key for aside in value.set_aside} == {aside.claim.key for aside in other.set_aside}
    known = [c for c in claims if c.status != "expected"] or claims
    assert {value.claim, value.counted} <= set(known)
    assert value.spread[0] <= value.count.low
    assert value.spread[1] is None or (value.count.high is not None and value.count.high <= value.spread[1])
    assert {c.key for c in claims} == {aside.claim.key for aside in value.set_aside} | set(value.claim_keys)


# ---- rows and totals ----


@laws
@given(ledgers, days, groupings)
def test_rows_and_unallocated_add_up_to_the_total_in_every_measure(ledger: list[Said], when: date, group_by) -> None:
    found = table(ledger, when, group_by)
    for measure in ADDITIVE:
        rest = found.unallocated.remainders[measure] if found.unallocated else (0, 0, 0)
        rows = [bounds(row, measure) for row in found.rows]
        total = bounds(found.total, measure)
        assert sum(low for low, _, _ in rows) + rest[0] == total[0]
        assert sum(best for _, best, _ in rows) + rest[1] == total[1]
        high = sum(high for _, _, high in rows) + (float("inf") if rest[2] is None else rest[2])
        assert high == total[2] or (high == float("inf") and rest[2] is None)


@laws
@given(ledgers, days)
def test_missions_share_nobody_and_leave_nothing_unallocated(ledger: list[Said], when: date) -> None:
    found = table(ledger, when, ("mission",))
    assert found.unallocated is None
    for measure in ADDITIVE:
        rows = [bounds(row, measure) for row in found.rows]
        assert bounds(found.total, measure) == tuple(map(sum, zip(*rows, strict=True))) if rows else (0, 0, 0)


@laws
@given(ledgers, days, groupings)
def test_low_best_and_high_stand_in_that_order_in_rows_and_totals(ledger: list[Said], when: date, group_by) -> None:
    found = table(ledger, when, group_by)
    for row in [*found.rows, found.total]:
        for measure in row.figures:
            low, best, high = bounds(row, measure)
            assert 0 <= low <= best <= high, (row.group, measure)


@laws
@given(ledgers, days, groupings)
def test_a_row_is_the_total_of_the_question_it_stands_for(ledger: list[Said], when: date, group_by) -> None:
    strength = Strength(facts(ledger), {})
    for row in strength.table(Question(as_of=when, group_by=group_by)).rows:
        missions, nations, categories = ((value,) if value else () for value in row.group.values())
        total = strength.table(Question(when, missions, nations, categories)).total
        for measure in ADDITIVE:
            assert shown(row.figures[measure]) == shown(total.figures[measure])


@laws
@given(ledgers, days, groupings)
def test_a_figure_is_the_sum_of_what_its_terms_contribute(ledger: list[Said], when: date, group_by) -> None:
    found = table(ledger, when, group_by)
    for row in [*found.rows, found.total]:
        for measure in MEASURES:
            if figure := row.figures.get(measure):
                parts = [contribution(term, times) for term, times in figure.terms.items()]
                assert 0 not in figure.terms.values()
                assert sum(low for low, _, _ in parts) == figure.sum.low
                assert sum(best for _, best, _ in parts) == figure.sum.point
                open_ended = any(high is None for _, _, high in parts)
                assert figure.sum.high == (None if open_ended else sum(high or 0 for _, _, high in parts))


# ---- what is not known ----


@laws
@given(contingents, saying("arrival", "departure", counts=("unknown", "some"), **one_contingent), days)  # type: ignore[arg-type]
def test_adding_an_unknown_never_narrows_a_range(ledger: list[Said], unknown: Said, when: date) -> None:
    without, wider = table(ledger, when).total, table([*ledger, unknown], when).total
    for measure in ADDITIVE:
        low, _, high = bounds(without, measure)
        lower, _, higher = bounds(wider, measure)
        assert higher - lower >= high - low or high == higher == float("inf"), measure


@laws
@given(
    contingents,
    st.sampled_from([("2024-07-05/2024-07-12", 7), ("2024-07-12/2024-07-20", 8), ("2024-07", 30)]),
    st.data(),
)
def test_what_is_certain_lies_within_what_was_possible(ledger: list[Said], rough: tuple[str, int], data) -> None:
    words, length = rough
    moved = data.draw(own_moves)._replace(when=words)
    first = day(words.split("/")[0]) if "/" in words else day("2024-07-01")
    known = moved._replace(when=(first + timedelta(data.draw(st.integers(0, length)))).isoformat())
    when = data.draw(days)
    possible, certain = table([moved, *ledger], when).total, table([known, *ledger], when).total
    for measure in ("present", "arrived", "departed"):
        assert within(bounds(certain, measure), bounds(possible, measure)), measure


# ---- reports and what moved before and after ----

AFTER = day("2024-07-31")


@laws
@given(ledgers, st.lists(st.integers(0, 8), max_size=3), days, st.sampled_from(CERTAIN + VAGUE))
def test_a_later_report_makes_earlier_movements_irrelevant(ledger: list[Said], drop, when: date, count: str) -> None:
    """Of a whole mission, once it is reported after everything else."""
    closing = Said("report", "haiti-mss", None, None, AFTER.isoformat(), count)
    early = [said for said in ledger if said.when != "2024-07-16/.." and said.mission == "haiti-mss"]
    fewer = [said for place, said in enumerate(early) if place not in drop]
    for later in (AFTER, AFTER + timedelta(9)):
        one, other = table([closing, *early], later).total, table([closing, *fewer], later).total
        assert (
            shown(one.figures["present"])
            == shown(other.figures["present"])
            == shown(table([closing], later).total.figures["present"])
        )


@laws
@given(
    ledgers,
    st.lists(
        saying("arrival", "departure", missions=("haiti-mss",), counts=CERTAIN, dates=("2024-08-01", "2024-08-05")),
        max_size=4,
    ),
)
def test_movements_change_a_report_of_the_mission_exactly(ledger: list[Said], later: list[Said]) -> None:
    closing = Said("report", "haiti-mss", None, None, AFTER.isoformat(), "1000")
    early = [said for said in ledger if said.when != "2024-07-16/.." and said.mission == "haiti-mss"]
    change = sum(int(said.count) * (1 if said.kind == "arrival" else -1) for said in later)
    found = table([*early, closing, *later], day("2024-08-10")).total
    assert bounds(found, "present") == (1000 + change,) * 3
