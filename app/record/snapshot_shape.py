"""The shape of a snapshot, an SQLite file for whoever asks in SQL: its tables, indexes and views.

Tables and columns are those of the lists, under the same names, so that a new field of a kind is
there by itself. What an entry is about stands in `entries`, what its claims settle to in `settled`;
the views put them together again as the lists show them, with words beside codes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.record.kinds import KINDS, OWN_FIELDS
from app.record.listings import (
    CLAIMS,
    CONTINGENTS,
    ENTRIES,
    MISSIONS,
    NAMED,
    SOURCES,
    TIMELINE,
    shown_columns,
)
from app.record.lists import Listing
from app.record.nations import NATION_COLUMNS

# Days are ISO texts, which sort as days do; yes is 1 and no is 0.
_TYPES: dict[type, str] = {int: "INTEGER", bool: "INTEGER", date: "TEXT", str: "TEXT"}

Columns = Mapping[str, type]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table of a snapshot: its columns with what stands in them, the first its key; and of which
    table and column those are a row's key that always name one.
    """

    name: str
    columns: Columns
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def made(self) -> str:
        """The statement that makes the table."""
        key = next(iter(self.columns))
        lines = [
            f'"{name}" {_TYPES[of]}{" NOT NULL PRIMARY KEY" if name == key else ""}'
            for name, of in self.columns.items()
        ]
        for name, (table, of_row) in self.names.items():
            lines.append(f'FOREIGN KEY ("{name}") REFERENCES "{table}" ("{of_row}")')
        return _statement(f'CREATE TABLE "{self.name}" (', lines) + "\n)"

    @property
    def filled(self) -> str:
        """The statement that takes a row."""
        return f'INSERT INTO "{self.name}" VALUES ({", ".join("?" * len(self.columns))})'

    @property
    def indexed(self) -> Iterator[str]:
        """The statements that make an index of each column that names a row elsewhere."""
        key = next(iter(self.columns))
        for name in self.names:
            if name != key:
                yield f'CREATE INDEX "{self.name}_by_{name}" ON "{self.name}" ("{name}")'


def _statement(head: str, lines: list[str]) -> str:
    return head + "\n  " + ",\n  ".join(lines)


def types_of(listing: Listing) -> dict[str, type]:
    """What stands in each column of a list, with the names of nations beside their codes."""
    return {
        name: listing.column(name, 0).type.python_type if name in listing.columns else str
        for name in shown_columns(listing)
    }


_MISSIONS = ("missions", "slug")
# The columns that always name a row of a list, by its table and key, wherever they stand.
NAMES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(NAMED, ("nations", "code")),
    "mission": _MISSIONS,
    "contingent": ("contingents", "slug"),
    "source": ("sources", "slug"),
    "derived_from": ("sources", "slug"),
    "entry": ("entries", "key"),
    "settled_by": ("claims", "key"),
}
# The same of entries: what the label of a mission calls its predecessor need not be one.
NAMES_OF_ENTRIES = NAMES | {
    name: _MISSIONS for name, of in OWN_FIELDS.items() if of.sort == "mission"
}


def _shape(name: str, columns: Columns, names: Mapping[str, tuple[str, str]] = NAMES) -> Shape:
    return Shape(name, columns, {of: names[of] for of in columns if of in names})


_TIMELINE = types_of(TIMELINE)
# An entry says what it is about; all else in its row is what its claims settle to.
_ABOUT_ENTRIES = {"key", "kind", "mission", *OWN_FIELDS, "replaces"}

ABOUT = Shape(
    "about",
    {
        "muster_version": str,
        "revision": int,
        "recorded_at": str,
        "chain": str,
        "permalink": str,
        "documentation": str,
        "licence": str,
    },
)
NATIONS = Shape("nations", NATION_COLUMNS)
ENTRIES_ALONE = _shape(
    "entries",
    {name: of for name, of in _TIMELINE.items() if name in _ABOUT_ENTRIES},
    NAMES_OF_ENTRIES,
)
SETTLED = _shape(
    "settled",
    {"entry": str}
    | {
        name: of
        for name, of in _TIMELINE.items()
        if name in TIMELINE.columns and name not in _ABOUT_ENTRIES
    },
)
# The lists that have a table of their own, in the order in which they are written.
LISTS: tuple[tuple[Shape, Listing], ...] = (
    (_shape("missions", types_of(MISSIONS)), MISSIONS),
    (_shape("contingents", types_of(CONTINGENTS)), CONTINGENTS),
    (_shape("sources", types_of(SOURCES)), SOURCES),
    (_shape("claims", types_of(CLAIMS)), CLAIMS),
)
SHAPES = (ABOUT, NATIONS, *(shape for shape, _ in LISTS), ENTRIES_ALONE, SETTLED)


def views() -> Iterator[str]:
    """The statements that make the views: each kind of entry and all of them, as their lists show
    them, with the names of missions; and claims with their sources.
    """
    for kind, listing in ENTRIES.items():
        name = KINDS[kind].plural.replace("-", "_")
        yield f"{_view_of(name, listing)}\nWHERE entries.kind = '{kind}'"
    yield _view_of("timeline", TIMELINE)
    yield _claims_with_sources()


def _view_of(name: str, listing: Listing) -> str:
    columns = shown_columns(listing)
    joined = [of for of in columns if of in NAMED]
    lines = []
    for column in columns:
        lines.append(_in_view(column))
        if column == "mission":
            lines.append('missions.name AS "mission_name"')
    return "\n".join(
        [
            _statement(f'CREATE VIEW "{name}" AS SELECT', lines),
            "FROM entries JOIN settled ON settled.entry = entries.key",
            "JOIN missions ON missions.slug = entries.mission",
            *(
                f'LEFT JOIN nations AS "of_{of}" ON "of_{of}".code = entries."{of}"'
                for of in joined
            ),
        ]
    )


def _in_view(column: str) -> str:
    """Where the column of a list of entries stands."""
    if column in _ABOUT_ENTRIES:
        return f'entries."{column}"'
    if column in SETTLED.columns:
        return f'settled."{column}"'
    return f'"of_{column.removesuffix("_name")}".name AS "{column}"'


def _claims_with_sources() -> str:
    """What both have a column for is the claim's; of the source it is called so."""
    of_claims, of_sources = types_of(CLAIMS), types_of(SOURCES)
    lines = [f'claims."{name}"' for name in of_claims]
    lines += ['entries."mission"', 'entries."nation"']
    lines += [
        f'sources."{name}" AS "{f"source_{name}" if name in of_claims else name}"'
        for name in of_sources
        if name not in ("slug", "revision")
    ]
    head = _statement('CREATE VIEW "claims_with_sources" AS SELECT', lines)
    joins = (
        "JOIN sources ON sources.slug = claims.source JOIN entries ON entries.key = claims.entry"
    )
    return f"{head}\nFROM claims {joins}"
