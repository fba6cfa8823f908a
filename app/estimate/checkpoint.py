"""Where a reckoning can be broken off: its loops pass here, and whoever asked may want no more.

There is no clock here and no wish: what is called is set by whoever asks, and raises what shall end
the reckoning. Nothing that is kept between questions is changed before it is whole, so that one
that was broken off leaves nothing half made.
"""

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


def _go_on() -> None:
    """Nobody minds."""


# What a reckoning of this context calls as it goes on.
ASKED: ContextVar[Callable[[], None]] = ContextVar("asked", default=_go_on)


def checkpoint() -> None:
    """Raises what whoever asked wants the reckoning to end with, if it shall end."""
    ASKED.get()()


def watched(each: Iterable[T]) -> Iterator[T]:
    """The same, with a checkpoint before each."""
    for one in each:
        ASKED.get()()
        yield one
