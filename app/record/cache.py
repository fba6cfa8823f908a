"""What need not be made twice: an answer at a revision never changes, so what it was made of can be
used again.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """The things last used, by name, up to a weight in all; what weighs more than a quarter of it
    is not kept.
    """

    def __init__(self, most: int, weigh: Callable[[T], int]) -> None:
        self.most = most
        self.weigh = weigh
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, name: Hashable) -> T | None:
        """The thing of a name, if it is still there."""
        with self._lock:
            if name in self._held:
                self._held.move_to_end(name)
            return self._held.get(name)

    def made(self, name: Hashable, make: Callable[[], T]) -> T:
        """The thing of a name; made, and kept, where it is not there."""
        found = self.get(name)
        return self.keep(name, make()) if found is None else found

    def keep(self, name: Hashable, thing: T) -> T:
        """Keep a thing, and let go of what was used longest ago; answers the thing."""
        weight = self.weigh(thing)
        with self._lock:
            if name in self._held:
                self._weight -= self.weigh(self._held.pop(name))
            if weight * 4 <= self.most:
                self._held[name] = thing
                self._weight += weight
            while self._weight > self.most:
                _, gone = self._held.popitem(last=False)
                self._weight -= self.weigh(gone)
        return thing
