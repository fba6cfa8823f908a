"""How many more, or fewer, are in a scope on one day than on an earlier one, by its own reports or
by its parts.
"""

from collections.abc import Callable
from datetime import date

from app.estimate.checkpoint import checkpoint
from app.estimate.contingents import Figure, moved
from app.estimate.counts import NOTHING, Terms, gather, negate
from app.estimate.entries import Scope
from app.estimate.index import Index
from app.estimate.reports import NO_REPORTS, report_day


class Changes:
    """The change of a scope between two days. `on` is the figure of a scope at the end of a day
    (see Levels).

        KEN     1 Sep  report 400      15 Sep             1 Oct  report 380      15 Oct
        police                         50 left                                   30 came

        from 1 Sep to 15 Sep    -50     no report of KEN in between: what changed beneath it
        from 1 Sep to 1 Oct     -20     KEN is reported on both: its own figures, 380 - 400
        from 1 Sep to 15 Oct    +10     its own figures, the later one carried on: (380 + 30) - 400

    A first report of KEN on 1 October would be news of who is there, not of who came: until then
    what changed beneath it counts (-50), and its own figures only from then on (+30).
    """

    def __init__(self, index: Index, on: Callable[[Scope, date], Figure]) -> None:
        self._index, self._on = index, on

    def of(self, scope: Scope, start: date, day: date) -> Terms:
        """How a scope changed between two days: its own reports say so from the first of them on,
        its parts before.
        """
        checkpoint()
        if day <= start:
            return NOTHING
        reports = self._index.reports.get(scope, NO_REPORTS)
        # From a number that was not known nothing is known to have changed: the first that is known
        # is news.
        known = (r for r in reports.between(start, day) if r.value.count.best is not None)
        since_then = next(known, None)
        if since_then is None:
            return self.beneath(scope, start, day)
        before = reports.latest(start)
        if before and before.value.count.best is not None:
            return self._difference(scope, start, day)
        first = report_day(since_then)
        return gather([self.beneath(scope, start, first), self._difference(scope, first, day)])

    def _difference(self, scope: Scope, start: date, day: date) -> Terms:
        return gather([self._on(scope, day).terms, negate(self._on(scope, start).terms)])

    def beneath(self, scope: Scope, start: date, day: date) -> Terms:
        """How what lies under a scope changed; exact where it only moved."""
        index = self._index
        if index.is_contingent(scope):
            return moved(index.moved_in(scope), start, day, index.implied)
        changes = [moved(index.moved_exactly(scope), start, day)]
        changes += [self.of(part, start, day) for part in index.parts(scope)]
        for wide in index.wide(scope, lambda reports: bool(reports.between(start, day))):
            nations = gather(self.of(part, start, day) for part in index.parts(wide))
            changes.append(gather([self.of(wide, start, day), negate(nations)]))
        return gather(changes)
