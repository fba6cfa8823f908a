"""NDJSON, as it is read."""

from collections.abc import Iterator

import orjson

from app.web.formats.tables import Table, TableForm


def _written(table: Table) -> Iterator[bytes]:
    for row in table.rows:
        yield orjson.dumps({name: row[name] for name in table.shape}) + b"\n"


FORM = TableForm(
    "ndjson",
    "application/x-ndjson",
    words="NDJSON: one JSON object a line",
    write=_written,
    streams=True,
)
