"""The places for tables under way: so many in all, so many to an address, each given back once."""

from collections import Counter
from threading import Lock

from app.web.http.statuses import RATE_LIMITED, UNAVAILABLE


class Exports:
    """The places of one application."""

    def __init__(self, most: int, most_each: int) -> None:
        self.most = most
        self.most_each = most_each
        self.lock = Lock()
        self.taken: Counter[str] = Counter()

    def take(self, address: str) -> "Place":
        """A place for an address; HTTPException where there is none."""
        with self.lock:
            if self.taken[address] >= self.most_each:
                detail = f"At most {self.most_each} tables are sent to an address at the same time."
                raise RATE_LIMITED.error(detail, {"Retry-After": "2"})
            if self.taken.total() >= self.most:
                detail = "Too many tables are being sent; try again shortly."
                raise UNAVAILABLE.error(detail, {"Retry-After": "2"})
            self.taken[address] += 1
        return Place(self, address)


class Place:
    """One place, given back at the end, or when nobody can read on."""

    def __init__(self, exports: Exports, address: str) -> None:
        self.address = address
        self.exports: Exports | None = exports

    def give_back(self) -> None:
        """Let another have it."""
        exports, self.exports = self.exports, None
        if exports:
            with exports.lock:
                exports.taken[self.address] -= 1
                if not exports.taken[self.address]:
                    del exports.taken[self.address]

    __del__ = give_back
