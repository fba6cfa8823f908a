"""Parquet, whole."""

import io
from collections.abc import Iterator
from datetime import date
from itertools import islice

from app.web.formats.extras import extra
from app.web.formats.tables import Table, TableForm

BATCH = 10_000


def _written(table: Table) -> Iterator[bytes]:
    """One file with a type a column; its own metadata say which answer it is."""
    polars = extra("polars", "tables")
    types = {str: polars.String, int: polars.Int64, bool: polars.Boolean, date: polars.Date}
    schema = {name: types[kind] for name, kind in table.shape.items()}
    remaining = iter(table.rows)
    frames = [polars.DataFrame(schema=schema)]
    while batch := list(islice(remaining, BATCH)):
        columns = {name: [row[name] for row in batch] for name in schema}
        frames.append(polars.DataFrame(columns, schema=schema))
    file = io.BytesIO()
    polars.concat(frames).write_parquet(file, metadata={"muster": table.read.permalink})
    yield file.getvalue()


FORM = TableForm(
    "parquet",
    "application/vnd.apache.parquet",
    binary=True,
    words="Parquet",
    write=_written,
)
