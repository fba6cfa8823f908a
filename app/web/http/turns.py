"""Whose turn it is to reckon: so many at once, equal questions once, and none past its time or for
who has left.

A question that must wait keeps no thread and no connection: MustWait goes up through its route, the
middleware waits for what it names, and then the route is asked again.
"""

import time
from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from app.record.faults import Fault
from app.record.problems import NotReady

CROWDED = "Too many questions are being reckoned now; try again shortly."


class Line:
    """Those who wait for one thing, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[Future[bool]] = deque()

    def join(self) -> "Future[bool]":
        """A place in it; the result says whether what was waited for is there."""
        last: Future[bool] = get_running_loop().create_future()
        self._waiting.append(last)
        return last

    def first(self, there: bool) -> bool:
        """Let the first go that still waits; false where nobody does."""
        while self._waiting:
            if not (first := self._waiting.popleft()).done():
                first.set_result(there)
                return True
        return False


class Flight(Line):
    """A question that one finds the answer to, and all who ask the same.

    `found` says how it ended: there was an answer, or the one who looked for it failed or left.
    """

    found: bool | None = None

    def end(self, found: bool) -> None:
        """Let all go who wait."""
        self.found = found
        while self.first(found):
            pass


class Turns:
    """The places of one application for those who reckon, and the questions under way.

    They are taken in any thread, and given back where the middleware runs. `patience` is how long a
    question may take, in seconds from its arrival.
    """

    def __init__(self, most: int, patience: float) -> None:
        self.patience = patience
        self.lock = Lock()
        self.free = most
        self.places = Line()
        self.flights: dict[Hashable, Flight] = {}


class MustWait(Exception):
    """The question has to wait before it can go on."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line


class Turn:
    """One question under way, from its arrival to the beginning of its answer."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.left = False
        self._over = self._placed = self._answered = False
        self._deadline = time.monotonic() + turns.patience
        self._leads: dict[Hashable, Flight] = {}
        self._waits: Future[bool] | None = None
        self._interrupts: list[Callable[[], None]] = []
        self._interrupting = Lock()

    # ---- in the thread that answers ----

    def check(self) -> None:
        """NotReady when its time is over, or nobody waits for the answer."""
        if self._over:
            return
        if self.left:
            raise NotReady("Whoever asked has left.")
        if time.monotonic() > self._deadline:
            raise NotReady(Fault.SLOW.value if self._placed else CROWDED)

    def take_place(self) -> None:
        """Begin to reckon; MustWait while too many do."""
        self.check()
        with self.turns.lock:
            if self._placed:
                return
            if not self.turns.free:
                raise MustWait(self.turns.places)
            self.turns.free -= 1
            self._placed = True

    def lead(self, name: Hashable) -> None:
        """Be the one who finds the answer of a name; MustWait while another does."""
        self.check()
        # Whose equal has an answer that is not kept finds it alone.
        if self._answered or name in self._leads:
            return
        with self.turns.lock:
            if under_way := self.turns.flights.get(name):
                raise MustWait(under_way)
            self._leads[name] = self.turns.flights[name] = Flight()

    @contextmanager
    def stopping(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """While statements run that something can break off, should whoever asked leave."""
        with self._interrupting:
            self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._interrupting:
                self._interrupts.remove(interrupt)

    # ---- where the middleware runs ----

    async def wait(self, line: Line) -> None:
        """Wait for what is named, while there is time and whoever asked is there."""
        if isinstance(line, Flight):
            self._give_place_back()  # or those who wait for each other could wait for ever
            self._answered = await self._until(line.join()) if line.found is None else line.found
            return
        with self.turns.lock:
            if self.turns.free:
                self.turns.free -= 1
                self._placed = True
                return
            place = line.join()
        try:
            await self._until(place)
        finally:
            self._placed = place.done() and not place.cancelled() and place.result()

    async def _until(self, waits: "Future[bool]") -> bool:
        rest = self._deadline - time.monotonic()
        timer = get_running_loop().call_later(max(0.0, rest), _in_vain, waits)
        self._waits = waits
        try:
            return await waits
        finally:
            timer.cancel()
            self._waits = None

    def leave(self) -> None:
        """Whoever asked has left: wait no longer, and reckon no further."""
        self.left = True
        if self._waits:
            _in_vain(self._waits)

    def interrupt(self) -> None:
        """Break off the statements under way."""
        with self._interrupting:
            for each in self._interrupts:
                each()

    def end(self, answered: bool) -> None:
        """The answer begins, or there will be none: let others take their turn."""
        self._over = True
        self._give_place_back()
        with self.turns.lock:
            for name in self._leads:
                del self.turns.flights[name]
        for flight in self._leads.values():
            flight.end(answered)
        self._leads = {}

    def _give_place_back(self) -> None:
        with self.turns.lock:
            if self._placed and not self.turns.places.first(True):
                self.turns.free += 1
            self._placed = False


def _in_vain(waits: "Future[bool]") -> None:
    if not waits.done():
        waits.set_result(False)


# In a request's scope: the chain of the newest revision when its answer was made, where that
# depends on nothing but what is asked and the state of the ledger.
STANDS = "muster.stands"

# The question that is being answered in this context; None outside any request that reads.
TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)


def turn() -> Turn | None:
    """The question under way here."""
    return TURN.get()
