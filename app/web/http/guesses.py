"""Who shows wrong keys waits, from one to the next longer, and whoever shares the address with a
right one does not.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from starlette.datastructures import Headers

FREE = 10  # wrong keys after which a caller has to wait
LONGEST = 900.0  # seconds that a caller waits at most
FORGOTTEN = 3600.0  # seconds after the last wrong key
MOST = 10_000  # addresses, and keys, that are remembered


def shown_key(headers: Headers) -> str | None:
    """The key that a caller shows, however it is spaced."""
    kind, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


@dataclass(slots=True)
class _Wrong:
    number: int
    until: float
    last: float


class Guesses:
    """The wrong keys of each address. Times are in seconds, of a clock that only goes on."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.wrong: OrderedDict[str, _Wrong] = OrderedDict()
        self.proven: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    def wait(self, address: str, key: str) -> float:
        """Seconds until a key from an address is looked at; 0 for now, and for one that was right
        from there before.
        """
        with self.lock:
            found = self.wrong.get(address)
            if found is None or (address, _hash(key)) in self.proven:
                return 0.0
            return max(0.0, found.until - time.monotonic())

    def tell(self, address: str, key: str, right: bool) -> None:
        """Remember how it was with a key from an address."""
        now = time.monotonic()
        with self.lock:
            if right:
                self.proven[address, _hash(key)] = None
                self.proven.move_to_end((address, _hash(key)))
            else:
                found = self.wrong.setdefault(address, _Wrong(0, 0.0, now))
                found.number = 1 if now - found.last > FORGOTTEN else found.number + 1
                waits = min(LONGEST, 2.0 ** min(30, found.number - FREE))
                found.last, found.until = now, now + (waits if found.number >= FREE else 0.0)
                self.wrong.move_to_end(address)
            for kept in (self.wrong, self.proven):
                while len(kept) > MOST:
                    kept.popitem(last=False)


def _hash(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogateescape")).digest()
