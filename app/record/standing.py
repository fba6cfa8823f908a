"""Evidence that stands ready: the claims of the missions asked for, kept as columns between
questions.

What a mission's figures stand on is named by the last revision that touched its claims, what its
sources were known by, its last day, and the lists that leave it out: a write elsewhere leaves it
ready, and after a write to it what that opened and closed is read. `evidence_at` is the plain way
to the same, from all rows anew, and nothing may differ from it.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import Connection, func, select, union

from app.estimate.checkpoint import checkpoint
from app.estimate.entries import Claim
from app.estimate.evidence import Evidence
from app.estimate.lineage import lineage_of
from app.estimate.lines import Lines
from app.estimate.settling import origins
from app.estimate.strength import Strength
from app.record.cache import Cache, T
from app.record.columns import nothing_of
from app.record.evidence import CutOffs, absences_of, last_days, lists_of_all, out_by
from app.record.layout import Labels, Layout
from app.record.lineage import pairs_ever
from app.record.revisions import GENESIS, Revision
from app.record.tables import claims, entries, live_at, missions, revisions, sources

# A source that lists all missions, with its series and a claim of it.
ListsOfAll = Mapping[str, tuple[str, Claim]]

# So many revisions may one who reads be behind another; further behind, all is read anew.
CHAINS = 64
A_WHILE = 0.2  # seconds between looks at whether whoever waits still wants it
# Where an engine that reads keeps it.
STANDING = "standing"
STALE_AFTER = "stale_after"


def _few(most: int) -> Cache[T]:
    """The few things last used, by name."""
    return Cache(most, lambda _thing: 1)


class _Mission:
    """What is kept of one mission: its columns up to a revision, and evidence laid out of them."""

    def __init__(self, slug: str) -> None:
        self.slug, self.upto = slug, 0
        self.columns = nothing_of(slug)
        self.lock = Lock()
        self._labels: Cache[Labels] = _few(8)
        self._layouts: Cache[Layout] = _few(8)
        self._laid_out: Cache[Evidence] = _few(8)

    def bring(self, known: int, upto: int) -> None:
        """What is known up to a revision holds up to a later one."""
        # One that is being read comes to it by itself.
        if self.lock.acquire(blocking=False):
            if self.upto and self.upto == known:
                self.upto = upto
            self.lock.release()

    def read(self, connection: Connection, upto: int) -> None:
        """Let its columns reach to a revision at least."""
        if self.upto < upto:
            self.columns = self.columns.with_more(connection, self.upto, upto)
            self.upto = upto

    def evidence(self, known: "_Known", cut: CutOffs, lists: ListsOfAll) -> Evidence:
        """Its evidence at a revision, laid out once for all revisions at which it is the same."""
        columns = self.columns
        labels = self._labels.made(
            (known.of_sources, len(columns.sources)),
            lambda: tuple(known.labels.get(slug, (slug, None)) for slug in columns.sources),
        )
        claims = (columns.state_at(known.revision), labels, cut)
        layout = self._layouts.made(claims, lambda: Layout(self, known.revision, labels, cut))
        last_day = known.ended.get(self.slug)
        absences = absences_of(lists, layout.sources & lists.keys()) if lists else []
        return self._laid_out.made(
            (claims, last_day, tuple(absences)), lambda: layout.evidence(last_day, absences)
        )


@dataclass(frozen=True)
class _Known:
    """What holds of all missions at a revision: sources, last days, and lists of all missions.

    `of_sources` is the last revision that changed a source, `pairs` are the missions that continue
    others, each with the one before it.
    """

    revision: int
    missions: Sequence[str]
    labels: Mapping[str, tuple[str, date | None]]
    of_sources: int
    ended: Mapping[str, date]
    lists: ListsOfAll
    pairs: Sequence[tuple[str, str]]


class Standing:
    """The evidence of the missions last asked for, up to a number of claims in all.

    One for a ledger that is read; any number of threads may ask, each with a connection of its own.
    What two ask for at once is made once.
    """

    def __init__(self, most_claims: int) -> None:
        self._most_claims = most_claims
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._missions: OrderedDict[str, _Mission] = OrderedDict()
        self._labels: Cache[Mapping[str, tuple[str, date | None]]] = _few(8)
        self._known: Cache[_Known] = _few(64)
        self._lines: Cache[Lines] = _few(16)
        # The last revision come to; with it and those before it, their chains.
        self._upto, self._chains = 0, {0: GENESIS}

    def strength(
        self, connection: Connection, at: Revision, asked: Sequence[str], cut: CutOffs
    ) -> Strength:
        """The evidence of some missions (none named: of all) at a revision, under cut-offs."""
        with _held(self._lock):
            self._come_to(connection, at)
            known = self._known.made(at.number, lambda: self._read(connection, at.number))
            wanted = lineage_of(asked, known.pairs) or known.missions
            held = [self._mission(slug) for slug in wanted]
        anchors, _ = cut.applied_to([claim for _, claim in known.lists.values()])
        lists = {claim.source: known.lists[claim.source] for claim in anchors}
        found = {}
        for mission in held:
            with _held(mission.lock):
                mission.read(connection, at.newest)
                found[mission.slug] = mission.evidence(known, cut, lists)
        self._keep_few()
        return Strength(found, self._lines_of(found))

    def _lines_of(self, missions: Mapping[str, Evidence]) -> Lines:
        """The lines of some missions, put together once for as long as what they stand on is the
        same.
        """
        made = Lines(missions)
        with _held(self._lock):
            return self._lines.made(made.evidence, lambda: made) if made.joins else made

    def _come_to(self, connection: Connection, at: Revision) -> None:
        """Learn which missions were written to since; forget all where the history is another."""
        newest, chain = at.newest, at.newest_chain
        if self._chains.get(newest) == chain:
            return  # come to before; who asks may be some revisions behind others
        since = self._since(connection, newest)
        touched = _touched(connection, self._upto, newest) if self._missions else set()
        for slug in self._missions.keys() - touched:
            self._missions[slug].bring(self._upto, newest)
        self._chains = dict([*self._chains.items(), *since.items(), (newest, chain)][-CHAINS:])
        self._upto = newest

    def _since(self, connection: Connection, newest: int) -> dict[int, str]:
        """The chains of the revisions since the last one come to (at first, of the last few); none,
        and all is forgotten, where that one is not in this history.
        """
        number, first = revisions.c.number, self._upto or newest - CHAINS
        query = select(number, revisions.c.chain).where(number.between(first, newest))
        found = {row.number: row.chain for row in connection.execute(query.order_by(number))}
        if not self._upto or found.get(self._upto) == self._chains[self._upto]:
            return found
        self._forget()
        return {}

    def _read(self, connection: Connection, revision: int) -> _Known:
        """What holds of all missions at a revision."""
        state = _state_of_sources(connection, revision)
        slugs = select(missions.c.slug).where(missions.c.since <= revision).distinct()
        return _Known(
            revision,
            sorted(connection.scalars(slugs)),
            self._labels.made(state, lambda: _labels_at(connection, revision)),
            state,
            last_days(connection, revision),
            lists_of_all(connection, revision),
            pairs_ever(connection, revision),
        )

    def _mission(self, slug: str) -> _Mission:
        if slug not in self._missions:
            self._missions[slug] = _Mission(slug)
        self._missions.move_to_end(slug)
        return self._missions[slug]

    def _keep_few(self) -> None:
        """Let go of what was asked for longest ago, where too much is kept."""
        with self._lock:
            sizes = {slug: len(each.columns) for slug, each in self._missions.items()}
            over = sum(sizes.values()) - self._most_claims
            for slug, size in sizes.items():
                if over > 0 and len(self._missions) > 1:
                    del self._missions[slug]
                    over -= size


@contextmanager
def _held(lock: Lock) -> Iterator[None]:
    """A lock, waited for as long as whoever asked does."""
    while not lock.acquire(timeout=A_WHILE):
        checkpoint()
    try:
        yield
    finally:
        lock.release()


def _touched(connection: Connection, after: int, upto: int) -> set[str]:
    """The missions whose claims some revisions opened or closed."""
    of_claims = select(entries.c.mission).join(claims, claims.c.entry == entries.c.key)
    opened = of_claims.where(claims.c.since > after, claims.c.since <= upto)
    closed = of_claims.where(claims.c.until > after, claims.c.until <= upto)
    return set(connection.scalars(union(opened, closed)))


def _state_of_sources(connection: Connection, revision: int) -> int:
    """The last revision up to one that changed a source."""
    opened = select(func.max(sources.c.since)).where(sources.c.since <= revision)
    closed = select(func.max(sources.c.until)).where(sources.c.until <= revision)
    return max(connection.scalar(opened) or 0, connection.scalar(closed) or 0)


def _labels_at(connection: Connection, revision: int) -> dict[str, tuple[str, date | None]]:
    """What each source is known by: the root of what it repeats, and when it was certainly out."""
    query = select(
        sources.c.slug, sources.c.derived_from, sources.c.published_latest, sources.c.retrieved_on
    ).where(live_at(sources, revision))
    rows = connection.execute(query).all()
    roots = origins({row.slug: row.derived_from for row in rows})
    return {row.slug: (roots[row.slug], out_by(row)) for row in rows}


def standing_of(connection: Connection) -> Standing:
    """The evidence that stands ready for the ledger of a connection that reads."""
    found: Standing = connection.get_execution_options()[STANDING]
    return found


def stale_after(connection: Connection) -> int:
    """Days after which a figure is stale, for the ledger of a connection that reads."""
    found: int = connection.get_execution_options()[STALE_AFTER]
    return found
