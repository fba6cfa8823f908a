"""How it goes: what is counted and measured of the server, for Prometheus. Every application keeps
its own; the workers of one server count together.

A request is counted by the route that it met, never by its own path: whatever else is asked for is
one label, so that nobody can fill the memory with addresses of their own making.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app import __version__
from app.record.database import Database
from app.record.problems import NotReady
from app.record.revisions import at_revision

METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
# Seconds. From an answer out of the head row to a large import.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
PATIENCE = 2.0  # seconds that a scrape waits for the database


class Metrics:
    """What one application counts and measures."""

    def __init__(self, database: Database) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.newest = _Newest(database)
        self.registry.register(self.newest)
        build = Gauge(
            "muster_build_info",
            "Always 1; the label is the version.",
            ["version"],
            registry=self.registry,
            multiprocess_mode="max",
        )
        build.labels(__version__).set(1)
        self.under_way = Gauge(
            "muster_requests_under_way",
            "Requests being answered now.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.requests = Counter(
            "muster_requests",
            "Requests answered; status is none where the caller hung up first.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.durations = Histogram(
            "muster_request_duration_seconds",
            "Seconds from a request to the end of its answer.",
            ["route", "method"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def answered(self, route: str, method: str, status: int | None, seconds: float) -> None:
        """Count one request that has its answer, or whose caller hung up (status None)."""
        method = method if method in METHODS else "other"
        self.requests.labels(route, method, str(status or "none")).inc()
        self.durations.labels(route, method).observe(seconds)

    def written(self) -> bytes:
        """All of it in Prometheus's text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        together.register(self.newest)
        return generate_latest(together)

    def close(self) -> None:
        """Ask the database no more."""
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
        self.newest.asking.shutdown(wait=False, cancel_futures=True)


class _Newest(Collector):
    """The newest revision, asked for at each scrape; absent when the database does not answer in
    time.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asking = ThreadPoolExecutor(1, thread_name_prefix="metrics")
        self.asked: Future[int] | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauge, or nothing. A question that the database still owes from an earlier scrape is
        not asked again.
        """
        if self.asked is None or self.asked.done():
            self.asked = self.asking.submit(self._number)
        try:
            number = self.asked.result(PATIENCE)
        except (NotReady, TooLong):
            return
        yield GaugeMetricFamily("muster_revision", "Newest revision of the ledger.", value=number)

    def _number(self) -> int:
        with self.database.reading() as connection:
            self.database.require_schema(connection)
            return at_revision(connection).number
