"""What reads a table by its address alone: pandas, Polars, DuckDB and shillelagh, each as its own
manual says to.

A reader takes an address without its suffix and gives back the rows: a value for each column, None
for what is missing.
"""

import math
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
from shillelagh.backends.apsw.db import connect

Rows = list[dict[str, Any]]


def suffixed(address: str, suffix: str) -> str:
    """An address with a suffix before its query."""
    path, mark, query = address.partition("?")
    return f"{path}.{suffix}{mark}{query}"


def _of_pandas(frame: pandas.DataFrame) -> Rows:
    return [
        {name: _plain(value) for name, value in row.items()} for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    """A cell as Python has it: NaN and NaT are missing, a time at midnight is a day."""
    if value is None or value is pandas.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return value.date()
    return value


def pandas_csv(address: str, _: Path) -> Rows:
    """pandas.read_csv."""
    return _of_pandas(pandas.read_csv(suffixed(address, "csv")))


def pandas_lines(address: str, _: Path) -> Rows:
    """pandas.read_json, a row a line."""
    return _of_pandas(pandas.read_json(suffixed(address, "ndjson"), lines=True))


def pandas_json(address: str, _: Path) -> Rows:
    """pandas.read_json of a whole answer, whose rows are its data."""
    return _of_pandas(pandas.json_normalize(pandas.read_json(address, typ="series")["data"]))


def pandas_parquet(address: str, _: Path) -> Rows:
    """pandas.read_parquet."""
    return _of_pandas(pandas.read_parquet(suffixed(address, "parquet")))


def pandas_excel(address: str, _: Path) -> Rows:
    """pandas.read_excel."""
    return _of_pandas(pandas.read_excel(suffixed(address, "xlsx")))


def polars_csv(address: str, _: Path) -> Rows:
    """polars.read_csv."""
    return polars.read_csv(suffixed(address, "csv"), try_parse_dates=True).to_dicts()


def polars_scan(address: str, _: Path) -> Rows:
    """polars.scan_csv."""
    return polars.scan_csv(suffixed(address, "csv"), try_parse_dates=True).collect().to_dicts()


def polars_lines(address: str, _: Path) -> Rows:
    """polars.read_ndjson."""
    return polars.read_ndjson(suffixed(address, "ndjson"), infer_schema_length=None).to_dicts()


def polars_parquet(address: str, _: Path) -> Rows:
    """polars.read_parquet."""
    return polars.read_parquet(suffixed(address, "parquet")).to_dicts()


def polars_scan_parquet(address: str, _: Path) -> Rows:
    """polars.scan_parquet, which asks for parts of the file."""
    return polars.scan_parquet(suffixed(address, "parquet")).collect().to_dicts()


def _duckdb(extensions: Path, query: str) -> Rows:
    with duckdb.connect(config={"extension_directory": str(extensions)}) as connection:
        connection.execute("INSTALL httpfs; LOAD httpfs")
        asked = connection.execute(query)
        names = [column[0] for column in asked.description or ()]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def duckdb_csv(address: str, extensions: Path) -> Rows:
    """DuckDB's read_csv."""
    return _duckdb(extensions, f"SELECT * FROM read_csv('{suffixed(address, 'csv')}')")


def duckdb_lines(address: str, extensions: Path) -> Rows:
    """DuckDB's read_json, a row a line."""
    return _duckdb(extensions, f"SELECT * FROM read_json('{suffixed(address, 'ndjson')}')")


def duckdb_json(address: str, extensions: Path) -> Rows:
    """DuckDB's read_json of a whole answer."""
    query = f"SELECT unnest(row) FROM (SELECT unnest(data) AS row FROM read_json('{address}'))"
    return _duckdb(extensions, query)


def duckdb_parquet(address: str, extensions: Path) -> Rows:
    """DuckDB's read_parquet, which asks for parts of the file."""
    return _duckdb(extensions, f"SELECT * FROM read_parquet('{suffixed(address, 'parquet')}')")


def shillelagh(address: str, _: Path) -> Rows:
    """SQL over the JSON itself, as Superset asks. Its cache is turned off."""
    uncached = {"genericjsonapi": {"cache_expiration": -1}}
    asked = connect(":memory:", adapters=["genericjsonapi"], adapter_kwargs=uncached).execute(
        f'SELECT * FROM "{address}#$.data[*]"'
    )
    names = [column[0] for column in asked.description or ()]
    return [dict(zip(names, row, strict=True)) for row in asked]


READERS: list[Callable[[str, Path], Rows]] = [
    pandas_csv,
    pandas_lines,
    pandas_json,
    pandas_parquet,
    pandas_excel,
    polars_csv,
    polars_scan,
    polars_lines,
    polars_parquet,
    polars_scan_parquet,
    duckdb_csv,
    duckdb_lines,
    duckdb_json,
    duckdb_parquet,
    shillelagh,
]
# Forms in which a day is a day, and not a text that looks like one.
TYPED = [pandas_parquet, pandas_excel, polars_parquet, polars_scan_parquet, duckdb_parquet]


def as_told(value: Any) -> Any:
    """A value as JSON tells it, so that one compares with another: days as texts."""
    return value.isoformat() if isinstance(value, date) else value
