"""Laws that hold for every ledger, and a slow, plain reckoning of one contingent that the real one
must equal.

The ledgers are drawn: movements and reports (of contingents, nations, categories and whole
missions), pledges and mandates over two missions, three nations and the tree of categories, with
uncertain days and counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from random import Random
from typing import Any, NamedTuple

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.estimate.counts import contribution, exactly
from app.estimate.entries import Claim, Fact, Policy, Scope
from app.estimate.levels import Levels
from app.estimate.questions import Question
from app.estimate.settling import settle
from app.estimate.strength import ADDITIVE, GROUPS, MEASURES, Row, Strength, Table
from tests.builders import arrival, claim, day, departure, mandate, pledge, report, shown

# The same ledgers on each run, so that red is red for everyone. To search for new ones: more
# examples, at random.
laws = settings(max_examples=30, deadline=None, derandomize=True, database=None)

MISSIONS, NATIONS = ("haiti-mss", "other"), ("KEN", "JAM", "BEN")
CATEGORIES = ("police", "fpu", "ipo", "troops", "civilian")
PRECISE = tuple(f"2024-07-{n:02}" for n in range(1, 31, 3))
ROUGH = (
    "2024-07",
    "2024-07-10~",
    "2024-07-05/2024-07-12",
    "2024-07-12/2024-07-20",
    "2024-07-16/..",
    "../2024-07-08",
)
CERTAIN = ("0", "7", "40", "200")
VAGUE = ("~40", "20..90", ">=30", "<=60", "some", "unknown")
START = day("2024-06-30")
INFINITE = float("inf")


@dataclass(frozen=True)
class Said:
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
    tell: Callable[..., Fact] = {
        "arrival": arrival,
        "departure": departure,
        "report": report,
        "pledge": pledge,
    }[said.kind]
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
    "arrival",
    "arrival",
    "departure",
    statuses=("occurred", "occurred", "occurred", "expected", "cancelled"),
)
reports = saying("report", nations=(*NATIONS, None), categories=(*CATEGORIES, None))
promises = saying(
    "pledge", "mandate", categories=(*CATEGORIES, None), statuses=("occurred", "expected")
)
ledgers = st.lists(st.one_of(moves, moves, reports, promises), max_size=9)
# Days between those of the reports; what holds on the very day of a report is in test_contingents.
days = st.sampled_from([START + timedelta(n) for n in (0, 2, 5, 9, 14, 18, 21, 26, 30, 40)])
groupings = st.sampled_from([(), *((one,) for one in GROUPS), *combinations(GROUPS, 2), GROUPS])

KNOWN = (*CERTAIN, "~40", "20..90", ">=30")  # counts that have a best


def of_kenya(*kinds: str, **drawn: Sequence[str]) -> st.SearchStrategy[Said]:
    return saying(
        *kinds, missions=("haiti-mss",), nations=("KEN",), categories=("police",), **drawn
    )


own_moves, own_reports = of_kenya("arrival", "arrival", "departure"), of_kenya("report")
contingents = st.lists(st.one_of(own_moves, own_moves, own_reports), max_size=7)
sharp_contingents = st.lists(
    of_kenya("arrival", "arrival", "departure", "report", dates=PRECISE), max_size=7
)
known_contingents = st.lists(
    of_kenya("arrival", "arrival", "departure", "report", counts=KNOWN), max_size=7
)
KENYA = Scope("haiti-mss", "KEN", "police")


def table(
    ledger: Sequence[Said], when: date, group_by: tuple[str, ...] = ("nation",), **asked: Any
) -> Table:
    return Strength.of(facts(ledger), {}).table(Question(as_of=when, group_by=group_by, **asked))


def bounds(row: Row, measure: str) -> tuple[int, int, float]:
    found = row.figures[measure].sum
    return found.low, found.point, INFINITE if found.high is None else found.high


def within(narrow: tuple[int, int, float], wide: tuple[int, int, float]) -> bool:
    return wide[0] <= narrow[0] and narrow[2] <= wide[2]


# ---- one contingent, reckoned again straight from the design ----

CALENDAR = [
    day("1000-01-01"),
    *(day("2024-06-01") + timedelta(n) for n in range(92)),
    day("3000-01-01"),
]


class Reckoned(NamedTuple):
    method: str
    low: float
    best: int | None
    high: float
    unknown_terms: int


def settled(of: Fact) -> date:
    """The day itself; the later bound of a closed span; the earlier where the later is open."""
    found = of.value.date.latest or of.value.date.earliest
    assert found is not None
    return found


def in_window(of: Fact, after: date | None, until: date) -> list[bool]:
    """Of each day it may have been: is it after the one and up to the other?"""
    earliest, latest = of.value.date.earliest or date.min, of.value.date.latest or date.max
    allowed = [that for that in CALENDAR if earliest <= that <= latest]
    return [(after is None or that > after) and that <= until for that in allowed]


def add_up(
    base: Fact | None,
    moved: list[Fact],
    after: date | None,
    until: date,
    forwards: bool,
    besides: int = 0,
) -> tuple[float, int | None, float, int]:
    """A report, and what moved in a window added to it; or, backwards, taken from it. So many came
    besides.
    """
    low, high, bests = float(besides), float(besides), []
    if base:
        count = base.value.count
        low, high = count.low, INFINITE if count.high is None else count.high
        bests.append((1, count))
    for of in moved:
        count, window = of.value.count, in_window(of, after, until)
        least = count.low if all(window) else 0
        most = (INFINITE if count.high is None else count.high) if any(window) else 0
        adds = (of.entry.direction == "arrival") == forwards
        low, high = (low + least, high + most) if adds else (low - most, high - least)
        if settled(of) <= until and (after is None or settled(of) > after):
            bests.append((1 if adds else -1, count))
    unknown = sum(count.best is None for _, count in bests)
    # Who left tells nothing of how many were there.
    told = any(sign > 0 and count.best is not None for sign, count in bests)
    best = besides + sum(
        sign * (count.low if count.best is None else count.best) for sign, count in bests
    )
    return (
        max(0, low),
        None if unknown and not told else max(0, best),
        max(0, high),
        unknown,
    )


def speaking(reported: list[Fact]) -> dict[date, Fact]:
    """The report that counts, by its day."""
    # All are graded and published alike here: of one day the first key is believed, a number first.
    reported.sort(key=lambda of: (settled(of), of.value.count.silent, of.entry.key))
    speaks: dict[date, Fact] = {}
    stands = False
    for of in reported:
        # What says no number begins nothing where somebody stands by a number.
        if settled(of) not in speaks and not (of.value.count.silent and stands):
            speaks[settled(of)] = of
            stands = not of.value.count.silent and of.value.count.high != 0
    return speaks


def left_by_the_reports(moved: list[Fact], speaks: dict[date, Fact]) -> dict[str, int]:
    """The counts that were not told and can be only one number, as the reports on both sides are
    exact, by their entries.
    """
    found: dict[str, int] = {}
    start, before = None, exactly(0)
    for end in speaks:
        after = speaks[end].value.count
        between = [of for of in moved if any(in_window(of, start, end))]
        known = [of for of in between if of.value.count.best is not None]
        others = [of for of in between if of.value.count.best is None]
        certain = all(all(in_window(of, start, end)) for of in between)
        told = [before, after, *(of.value.count for of in known)]
        if certain and len(others) == 1 and all(count.exact for count in told):
            change = after.low - before.low - sum(sign(of) * of.value.count.low for of in known)
            if others[0].value.count.allows(sign(others[0]) * change):
                found[others[0].entry.key] = sign(others[0]) * change
        start, before = end, after
    return found


def sign(of: Fact) -> int:
    return 1 if of.entry.direction == "arrival" else -1


def apart_by_kind(ledger: Sequence[Said]) -> tuple[list[Fact], dict[date, Fact]]:
    """What moved, and the report that counts on each of their days."""
    told = [of for of in facts(ledger) if of.value.status == "occurred"]
    reported = [of for of in told if of.entry.kind == "strength_report"]
    return [of for of in told if of.entry.kind == "movement"], speaking(reported)


def not_explained(moved: list[Fact]) -> tuple[date, int]:
    """The last day on which more had certainly left than can have come, than ever before; and how
    many more.
    """
    found, most = date.min, 0.0
    for that in CALENDAR[:-1]:
        gone = sum(
            of.value.count.low
            for of in moved
            if of.entry.direction == "departure" and all(in_window(of, None, that))
        )
        came = sum(
            INFINITE if of.value.count.high is None else of.value.count.high
            for of in moved
            if of.entry.direction == "arrival" and any(in_window(of, None, that))
        )
        if gone - came > most:
            found, most = that, gone - came
    return found, int(most)


def certainly_begun(ledger: Sequence[Said], when: date) -> bool:
    """Somebody came or left by then, whatever days are meant."""
    return any(all(in_window(of, None, when)) for of in apart_by_kind(ledger)[0])


def plainly(ledger: Sequence[Said], when: date) -> Reckoned:
    """The police of Kenya at the end of a day."""
    moved, speaks = apart_by_kind(ledger)
    left = left_by_the_reports(moved, speaks)
    moved = [
        replace(of, value=replace(of.value, count=exactly(left[of.entry.key])))
        if of.entry.key in left
        else of
        for of in moved
    ]

    past = [that for that in speaks if that <= when]
    to_come = [that for that in speaks if that > when]
    if past:
        stirred = any(any(in_window(of, max(past), when)) for of in moved)
        method = "carried" if stirred else "reported"
        return Reckoned(method, *add_up(speaks[max(past)], moved, max(past), when, forwards=True))
    if to_come and any(any(in_window(of, None, when)) for of in moved):
        low, best, high, unknown = add_up(
            speaks[min(to_come)], moved, when, min(to_come), forwards=False
        )
        # While it is not certain that anybody has come, it may still be nobody; the best goes by
        # the settled days.
        return Reckoned(
            "implied",
            low if certainly_begun(ledger, when) else 0,
            best if any(settled(of) <= when for of in moved) else 0,
            high,
            unknown,
        )
    if any(any(in_window(of, None, when)) for of in moved):
        turned, least = not_explained(moved)
        besides = least if when >= turned else 0
        low, best, high, unknown = add_up(None, moved, None, when, forwards=True, besides=besides)
        if when < turned:
            # More left later than can have come: nobody knows how many were there.
            now = sum(settled(of) <= when for of in moved)
            return Reckoned("counted", low, None, INFINITE, now + 1)
        return Reckoned("counted", low, best, high, unknown)
    return Reckoned("none", 0, 0, 0, 0)


def really(ledger: Sequence[Said], when: date) -> Reckoned:
    figure = Levels.of(facts(ledger), {}).on(KENYA, when)
    found = figure.sum
    return Reckoned(
        figure.method,
        found.low,
        found.best,
        INFINITE if found.high is None else found.high,
        found.unknown_terms,
    )


def kenyans(*told: tuple[str, str, str]) -> list[Said]:
    return [Said(kind, "haiti-mss", "KEN", "police", when, count) for kind, when, count in told]


PERHAPS_NOBODY = kenyans(("arrival", "2024-07", "40"), ("report", "2024-07-04", "7"))
NAMED_AGAIN = kenyans(("report", "2024-07-01", "0"), ("report", "2024-07-04", "unknown"))
LEFT_BY_REPORTS = kenyans(
    ("arrival", "2024-07-01", "40"),
    ("departure", "2024-07-04", "<=60"),
    ("report", "2024-07-10", "7"),
)


@laws
@example(PERHAPS_NOBODY, day("2024-07-02"))
@given(st.one_of(sharp_contingents, known_contingents), days)
def test_a_contingent_equals_its_plain_reckoning(ledger: list[Said], when: date) -> None:
    assert really(ledger, when) == plainly(ledger, when)


@laws
@example(PERHAPS_NOBODY, day("2024-07-02"))
@example(NAMED_AGAIN, day("2024-07-05"))
@example(LEFT_BY_REPORTS, day("2024-07-02"))
@given(contingents, days)
def test_the_range_of_a_contingent_equals_its_plain_reckoning(
    ledger: list[Said], when: date
) -> None:
    found, plain = really(ledger, when), plainly(ledger, when)
    assert (found.method, found.low, found.high) == (plain.method, plain.low, plain.high)


apart = saying(
    "arrival", "departure", "report", missions=("haiti-mss",), categories=("police", "troops")
)


@laws
@example(PERHAPS_NOBODY, day("2024-07-02"))
@given(st.lists(apart, max_size=7), days)
def test_without_wide_reports_a_mission_is_the_sum_of_its_contingents(
    ledger: list[Said], when: date
) -> None:
    own = [
        plainly(
            [said for said in ledger if (said.nation, said.category) == (nation, category)], when
        )
        for nation in NATIONS
        for category in ("police", "troops")
    ]
    low, _, high = bounds(table(ledger, when).total, "present")
    assert (low, high) == (sum(one.low for one in own), sum(one.high for one in own))


# ---- order is nothing ----


@laws
@given(ledgers, days, groupings, st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order_of_facts(
    ledger: list[Said], when: date, group_by: tuple[str, ...], chance: Random
) -> None:
    told = facts(ledger)
    shuffled = chance.sample(told, len(told))
    question = Question(as_of=when, group_by=group_by)
    assert Strength.of(told, {}).table(question) == Strength.of(shuffled, {}).table(question)


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
def test_settling_depends_on_the_order_of_claims_in_nothing(
    claims: list[Claim], policy: Policy, chance: Random
) -> None:
    value = settle(claims, policy)
    other = settle(chance.sample(claims, len(claims)), policy)
    assert value is not None
    assert other is not None
    same = (
        "status",
        "count",
        "date",
        "claim",
        "counted",
        "disputed",
        "spread",
        "origins",
        "announced",
        "claims",
    )
    assert [getattr(value, name) for name in same] == [getattr(other, name) for name in same]
    assert {aside.claim.key for aside in value.set_aside} == {
        aside.claim.key for aside in other.set_aside
    }
    known = [c for c in claims if c.status != "expected"] or claims
    assert {value.claim, value.counted} <= set(known)
    assert value.spread[0] <= value.count.low
    assert value.spread[1] is None or (
        value.count.high is not None and value.count.high <= value.spread[1]
    )
    assert {c.key for c in claims} == {aside.claim.key for aside in value.set_aside} | set(
        value.claim_keys
    )


# ---- rows and totals ----


@laws
@given(ledgers, days, groupings)
def test_rows_and_unallocated_add_up_to_the_total_in_every_measure(
    ledger: list[Said], when: date, group_by: tuple[str, ...]
) -> None:
    found = table(ledger, when, group_by)
    for measure in ADDITIVE:
        rest = found.unallocated.remainders[measure] if found.unallocated else (0, 0, 0)
        rows = [bounds(row, measure) for row in found.rows]
        total = bounds(found.total, measure)
        assert sum(low for low, _, _ in rows) + rest[0] == total[0]
        assert sum(best for _, best, _ in rows) + rest[1] == total[1]
        high = sum(high for _, _, high in rows) + (INFINITE if rest[2] is None else rest[2])
        assert high == total[2] or (high == INFINITE and rest[2] is None)


known_ledgers = st.lists(
    st.one_of(
        saying("arrival", "arrival", "departure", counts=KNOWN),
        saying("report", nations=(*NATIONS, None), categories=(*CATEGORIES, None), counts=KNOWN),
        saying("pledge", categories=(*CATEGORIES, None), counts=KNOWN),
    ),
    max_size=9,
)


@laws
@given(known_ledgers, days)
def test_missions_share_nobody_and_leave_nothing_unallocated(
    ledger: list[Said], when: date
) -> None:
    found = table(ledger, when, ("mission",))
    assert found.unallocated is None
    for measure in ADDITIVE:
        rows = [bounds(row, measure) for row in found.rows]
        assert bounds(found.total, measure) == (
            tuple(map(sum, zip(*rows, strict=True))) if rows else (0, 0, 0)
        )


TOPS = ("police", "military", "civilian", "unspecified")


@laws
@given(ledgers, days)
def test_where_every_report_names_a_category_the_categories_add_up_to_the_mission(
    ledger: list[Said], when: date
) -> None:
    named = [said for said in ledger if said.category]
    whole = table(named, when, missions=("haiti-mss",)).total
    parts = [table(named, when, missions=("haiti-mss",), categories=(top,)).total for top in TOPS]
    for measure in ADDITIVE:
        low, _, high = bounds(whole, measure)
        found = [bounds(part, measure) for part in parts]
        assert (low, high) == (sum(one[0] for one in found), sum(one[2] for one in found)), measure


@laws
@given(ledgers, days)
def test_what_has_arrived_or_left_never_becomes_less(ledger: list[Said], when: date) -> None:
    strength = Strength.of(facts(ledger), {})
    for measure in ("arrived", "departed"):
        earlier, later = (
            bounds(strength.table(Question(as_of=that)).total, measure)
            for that in (when, when + timedelta(7))
        )
        assert all(before <= after for before, after in zip(earlier, later, strict=True))


@laws
@given(ledgers, days, groupings)
def test_low_best_and_high_stand_in_that_order_in_rows_and_totals(
    ledger: list[Said], when: date, group_by: tuple[str, ...]
) -> None:
    found = table(ledger, when, group_by)
    for row in [*found.rows, found.total]:
        for measure in row.figures:
            low, best, high = bounds(row, measure)
            assert 0 <= low <= best <= high, (row.group, measure)


@laws
@given(ledgers, days, groupings)
def test_a_row_is_the_total_of_the_question_it_stands_for(
    ledger: list[Said], when: date, group_by: tuple[str, ...]
) -> None:
    strength = Strength.of(facts(ledger), {})
    for row in strength.table(Question(as_of=when, group_by=group_by)).rows:
        missions, nations, categories = ((value,) if value else () for value in row.group.values())
        total = strength.table(Question(when, missions, nations, categories)).total
        for measure in ADDITIVE:
            assert shown(row.figures[measure]) == shown(total.figures[measure])


@laws
@given(ledgers, days, groupings)
def test_a_figure_is_the_sum_of_what_its_terms_contribute(
    ledger: list[Said], when: date, group_by: tuple[str, ...]
) -> None:
    found = table(ledger, when, group_by)
    for row in [*found.rows, found.total]:
        for measure in MEASURES:
            if figure := row.figures.get(measure):
                parts = [contribution(term, times) for term, times in figure.terms.items()]
                assert 0 not in figure.terms.values()
                assert sum(low for low, _, _ in parts) == figure.sum.low
                assert figure.sum.best in (None, sum(best for _, best, _ in parts))
                open_ended = any(high is None for _, _, high in parts)
                assert figure.sum.high == (
                    None if open_ended else sum(high or 0 for _, _, high in parts)
                )


# ---- what is not known ----


@laws
@given(contingents, of_kenya("arrival", "departure", counts=("unknown",)), days)
def test_adding_an_unknown_never_narrows_a_range(
    ledger: list[Said], unknown: Said, when: date
) -> None:
    without, wider = table(ledger, when).total, table([*ledger, unknown], when).total
    # The first that certainly came ends the doubt whether anybody has: a report to come then speaks
    # for today. And what the reports on both sides leave one number for is not unknown.
    assume(
        wider.figures["present"].method != "implied"
        or certainly_begun(ledger, when) == certainly_begun([*ledger, unknown], when)
    )
    assume(f"{len(ledger):02}" not in left_by_the_reports(*apart_by_kind([*ledger, unknown])))
    for measure in ADDITIVE:
        low, _, high = bounds(without, measure)
        lower, _, higher = bounds(wider, measure)
        assert high == higher == INFINITE or higher - lower >= high - low, measure


@laws
@given(
    contingents,
    st.sampled_from(("2024-07", "2024-07-05/2024-07-12", "2024-07-12/2024-07-20")),
    own_moves,
    days,
    st.data(),
)
def test_what_is_certain_lies_within_what_was_possible(
    ledger: list[Said], rough: str, move: Said, when: date, data: st.DataObject
) -> None:
    """Of movements on top of a report, or counted from nothing."""
    past = [said for said in ledger if said.kind != "report" or settled(fact(said, "")) <= when]
    rather = fact(replace(move, when=rough), "").value.date
    assert rather.earliest
    assert rather.latest
    exactly = data.draw(st.dates(rather.earliest, rather.latest)).isoformat()
    possible = table([replace(move, when=rough), *past], when).total
    certain = table([replace(move, when=exactly), *past], when).total
    for measure in ("present", "arrived", "departed"):
        assert within(bounds(certain, measure), bounds(possible, measure)), measure


# ---- reports and what moved before and after ----

AFTER = day("2024-08-01")


@laws
@given(
    ledgers, st.lists(st.integers(0, 8), max_size=3), days, st.sampled_from((*CERTAIN, *VAGUE[:-1]))
)
def test_a_later_report_makes_earlier_movements_irrelevant(
    ledger: list[Said], drop: list[int], when: date, count: str
) -> None:
    """Of a whole mission, once it is reported in numbers after everything else and is no less than
    its parts.
    """
    closing = Said("report", "haiti-mss", None, None, AFTER.isoformat(), count)
    early = [
        said for said in ledger if said.when != "2024-07-16/.." and said.mission == "haiti-mss"
    ]
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
        saying(
            "arrival",
            "departure",
            missions=("haiti-mss",),
            counts=CERTAIN,
            dates=("2024-08-02", "2024-08-05"),
        ),
        max_size=4,
    ),
)
def test_movements_change_a_report_of_the_mission_exactly(
    ledger: list[Said], later: list[Said]
) -> None:
    closing = Said("report", "haiti-mss", None, None, AFTER.isoformat(), "1000")
    early = [
        said for said in ledger if said.when != "2024-07-16/.." and said.mission == "haiti-mss"
    ]
    early = [said for said in early if said.nation or not said.category]
    change = sum(int(said.count) * (1 if said.kind == "arrival" else -1) for said in later)
    found = table([closing, *early, *later], day("2024-08-10")).total
    assert bounds(found, "present") == (1000 + change,) * 3
