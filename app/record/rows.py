"""Many rows into a table at once, as each database takes them fastest."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Connection,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)


def open_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the columns of the first; nothing where there is none.

    PostgreSQL takes all of them as one text: sent row by row, each costs it a statement.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    text = cast(bindparam("rows", type_=Text()), JSON)
    columns = (column(name, table.c[name].type) for name in names)
    read = func.json_to_recordset(text).table_valued(*columns).render_derived(with_types=True)
    connection.execute(
        insert(table).from_select(names, select(*read.c), include_defaults=False),
        {"rows": orjson.dumps(rows, option=orjson.OPT_NON_STR_KEYS).decode()},
    )
