"""What was announced or promised, and what became of it by a day: come, still to come, lapsed,
called off.

An entry was promised when some claim expects it (or, of a pledge, tells that it was made). What the
claims that promise it settle to is the promise; what came of it is told by its own claims that it
took place, and by the entries that fulfil it, step by step. The four parts always make up the
whole: what came and what is still to come are reckoned, and the rest of it has lapsed or was called
off. Of a promise that is kept in steps only the whole lapses: a step is a part of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.estimate.amendments import Amendments
from app.estimate.contingents import addend_of, within
from app.estimate.counts import Addend, Count, Sum, Terms, at_least_zero, gather, negate
from app.estimate.entries import Claim, Fact, Policy, Settled
from app.estimate.settling import settle

# What the people of a promise are called in a working.
PROMISED = "promised"


def promising(fact: Fact) -> list[Claim]:
    """The claims that promise it: that expect it; of a pledge also that tell that it was made."""
    kinds = ("expected", "occurred") if fact.entry.kind == "pledge" else ("expected",)
    return [claim for claim in fact.value.voices if claim.status in kinds]


def promise_of(fact: Fact, policy: Policy) -> Settled | None:
    """What the claims that promise it settle to; None where none does. A pledge that was made is
    itself the promise.
    """
    value, found = fact.value, promising(fact)
    if len(found) == value.claims:
        return value if value.claim in found else None
    return settle(sorted(found, key=lambda claim: claim.key), policy)


@dataclass(frozen=True, slots=True)
class Parts:
    """A promise on a day, whole and by what became of it, as terms; empty where it was not made
    yet.
    """

    whole: Terms
    come: Terms
    expected: Terms
    lapsed: Terms
    cancelled: Terms


NO_PARTS = Parts({}, {}, {}, {}, {})


class Announcements:
    """The promises of some evidence, each with what fulfils it.

    `find` gives the fact of a key, where it may be a promise, `steps` what fulfils a promise, by
    its key; `counts` stand for counts that are not known; `over` says that a mission has ended
    before a day. With `amendments`, as promises are told one by one, what nobody knows the day of
    announcement of counts as announced.
    """

    def __init__(
        self,
        find: Callable[[str], Fact | None],
        steps: Mapping[str, Sequence[Fact]],
        counts: Mapping[str, Count],
        over: Callable[[str, date], bool],
        policy: Policy = "graded",
        amendments: Amendments | None = None,
    ) -> None:
        self._find, self._all_steps, self._counts = find, steps, counts
        self._over, self._policy = over, policy
        self._amendments = amendments
        self._promises: dict[str, Settled | None] = {}

    def promise(self, fact: Fact) -> Settled | None:
        """What the claims that promise it settle to."""
        key = fact.entry.key
        if key not in self._promises:
            self._promises[key] = promise_of(fact, self._policy)
        return self._promises[key]

    def steps(self, fact: Fact) -> list[Fact]:
        """What fulfils a promise: arrivals one of arrivals or of a pledge, deliveries one of a
        delivery. What fulfils a pledge fulfils the one in its place.
        """
        found = [step for step in self._all_steps.get(fact.entry.key, ()) if _keeps(step, fact)]
        amended = self._find(fact.entry.amends) if fact.entry.amends else None
        return [*self.steps(amended), *found] if amended else found

    def instead(self, fact: Fact, day: date) -> Fact | None:
        """The pledge that stands in the place of another on a day."""
        return self._amendments.instead(fact, day) if self._amendments else None

    def expected(self, fact: Fact, day: date) -> Terms:
        """What was announced by a day and is still to come, less the steps that fulfil it: they
        came or stand for it.
        """
        addend = self._still_expected(fact, day)
        if addend is None:
            return {}
        kept = self._kept(fact, day)
        left = at_least_zero(gather([{addend: 1}, negate(kept)]))
        return {} if kept and Sum.of(left).high == 0 else left

    def lapsed(self, fact: Fact, day: date) -> Terms:
        """What was announced, did not come in time and is not known to have come later."""
        return self._left_over(fact, day, "expected") if not self._is_step(fact, day) else {}

    def parts(self, fact: Fact, day: date) -> Parts:
        """What became of one promise by a day."""
        promise = self.promise(fact)
        if promise is None:
            return NO_PARTS
        whole: Terms = {addend_of(PROMISED, fact, promise): 1}
        come = self._come_of(fact, promise, day)
        lapsed = self._left_over(fact, day, "expected")
        cancelled = self._left_over(fact, day, "cancelled")
        if _has_come(fact, day):
            expected = self.expected(fact, day)
        else:
            rest = gather([whole, negate(gather([come, lapsed, cancelled]))])
            expected = at_least_zero(rest)
        return Parts(whole, come, expected, lapsed, cancelled)

    def come(self, fact: Fact, day: date) -> Terms:
        """What came of a promise by a day: itself, or else what fulfils it."""
        value = self._with_count(fact)
        if value.status == "occurred" and fact.entry.kind != "pledge":
            found = within(addend_of(_role(fact, value), fact, value), value, None, day)
            return {found: 1} if found else {}
        return gather(self.come(step, day) for step in self.steps(fact))

    def _come_of(self, fact: Fact, promise: Settled, day: date) -> Terms:
        """What came of a promise: as its own claims say, or the whole of it where these give no
        number that says otherwise.
        """
        value = fact.value
        if value.status != "occurred" or fact.entry.kind == "pledge":
            return self.come(fact, day)
        if value.count.best is None and not _less_than_promised(value.count, promise.count):
            value = replace(promise, status=value.status, date=value.date)
        found = within(addend_of(_role(fact, fact.value), fact, value), value, None, day)
        return {found: 1} if found else {}

    # ---- one promise ----

    def _with_count(self, fact: Fact) -> Settled:
        """What it settles to, with the count that reports leave for it where its own is not
        known.
        """
        count = self._counts.get(fact.entry.key)
        return replace(fact.value, count=count) if count else fact.value

    def _kept(self, fact: Fact, day: date) -> Terms:
        """What came or is to come of the steps of a promise."""
        steps = self.steps(fact)
        came = (self.come(step, day) for step in steps)
        return gather([*came, *(self.expected(step, day) for step in steps)])

    def known(self, fact: Fact, day: date) -> bool:
        """It was announced by a day; of a pledge, it was made."""
        value = fact.value.standing_on(day)
        made = fact.entry.kind == "pledge" and value.status == "occurred"
        since = value.day if made else value.announced
        return self._amendments is not None if since is None else since <= day

    def _still_expected(self, fact: Fact, day: date) -> Addend | None:
        """A promise as far as it was made by a day and is still to come; None where it is not at
        all.
        """
        value = fact.value.standing_on(day)
        if not self.known(fact, day) or self._over(fact.entry.mission, day):
            return None
        if self.instead(fact, day):
            return None
        if value.status == "cancelled":
            return None
        if value.status == "expected":
            return None if overdue(value, day) else addend_of("expected", fact, value)
        if fact.entry.kind == "pledge":
            return addend_of("expected", fact, value)
        return _still_to_come(addend_of("expected", fact, value), value, day)

    def _left_over(self, fact: Fact, day: date, standing: str) -> Terms:
        """What neither came nor is to come of a promise: lapsed where it stood (`expected`), called
        off where it was (`cancelled`).
        """
        promise, value = self.promise(fact), fact.value.standing_on(day)
        off = value.status == "cancelled" or self.instead(fact, day) is not None
        called_off = "cancelled" if off else "expected"
        if promise is None or called_off != standing or not self.known(fact, day):
            return {}
        if value.status == "occurred" and fact.entry.kind != "pledge":
            missing = self._missing(fact, promise, day)
        elif not off and self._still_expected(fact, day):
            return {}
        else:
            missing = {addend_of(PROMISED, fact, promise): 1}
        if not missing:
            return {}
        kept = self._kept(fact, day)
        left = at_least_zero(gather([missing, negate(kept)]))
        return {} if kept and Sum.of(left).high == 0 else left

    def _missing(self, fact: Fact, promise: Settled, day: date) -> Terms:
        """By how much a promise exceeds what its own claims say came of it, once it is overdue or
        has come.
        """
        value = fact.value
        if not (
            _has_come(fact, day) or overdue(promise, day) or self._over(fact.entry.mission, day)
        ):
            return {}
        if promise.count == value.count or not _less_than_promised(value.count, promise.count):
            return {}
        come = addend_of(_role(fact, value), fact, value)
        return at_least_zero({addend_of(PROMISED, fact, promise): 1, come: -1})

    def _is_step(self, fact: Fact, day: date) -> bool:
        """It is a step of another promise, which had been made by then."""
        whole = self._find(fact.entry.fulfils) if fact.entry.fulfils else None
        if whole is None or whole.entry.kind == "pledge" or not _keeps(fact, whole):
            return False
        return self.promise(whole) is not None and self.known(whole, day)


def _has_come(fact: Fact, day: date) -> bool:
    """Its own claims tell that it took place by a day."""
    value = fact.value
    if value.status != "occurred" or fact.entry.kind == "pledge":
        return False
    return value.day is not None and value.day <= day


def overdue(value: Settled, day: date) -> bool:
    """The last day by which it was to come is over."""
    return value.date.latest is not None and value.date.latest < day


def _still_to_come(addend: Addend, value: Settled, day: date) -> Addend | None:
    """What took place, as far as that was after a day; None where it was not."""
    if value.date.certainly_between(None, day):
        return None
    come = value.day is not None and value.day <= day
    low = 0 if value.date.possibly_between(None, day) else addend.low
    return addend._replace(low=low, best=0 if come else addend.best, known=addend.known or come)


def _less_than_promised(came: Count, promised: Count) -> bool:
    """What came can be told to be less than what was promised: where one of the two has no best, it
    must certainly be.
    """
    if came.best is None or promised.best is None:
        return came.high is not None and came.high < promised.low
    return came.point < promised.point or came.low < promised.low


def _keeps(step: Fact, promise: Fact) -> bool:
    """A step is of the sort that was promised."""
    kind, direction = promise.entry.kind, promise.entry.direction
    if kind == "pledge":
        kind, direction = "movement", "arrival"
    return (step.entry.kind, step.entry.direction) == (kind, direction)


def _role(fact: Fact, value: Settled) -> str:
    """What a part that came is called in a working."""
    word = fact.entry.direction or fact.entry.kind
    return word if value is fact.value else f"{word}, count implied by the reports"
