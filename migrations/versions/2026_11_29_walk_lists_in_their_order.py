"""Walk lists in their order by indexes: the mission stands on claims, and it and the kind on what
entries settle to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COPIED = {"claims": ("mission",), "settled": ("kind", "mission")}
WALKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("claims", ("date_earliest", "key")),
    ("claims", ("mission", "date_earliest")),
    ("settled", ("kind", "date_earliest", "entry")),
    ("settled", ("mission", "kind", "date_earliest")),
    ("entries", ("nation",)),
)


def upgrade() -> None:
    for table, names in COPIED.items():
        for name in names:
            op.add_column(table, sa.Column(name, TEXT))
        said = ", ".join(
            f"{name} = (SELECT e.{name} FROM entries e WHERE e.key = {table}.entry)"
            for name in names
        )
        op.execute(f"UPDATE {table} SET {said}")
    closed, given = sa.text("until IS NOT NULL"), sa.text("donor IS NOT NULL")
    op.drop_index("ix_settled_entry", table_name="settled")
    op.create_index(
        "ix_settled_entry", "settled", ["entry"], sqlite_where=closed, postgresql_where=closed
    )
    op.create_index(
        "ix_entries_donor", "entries", ["donor"], sqlite_where=given, postgresql_where=given
    )
    for table, names in WALKED:
        op.create_index(_name(table, names), table, list(names))


def downgrade() -> None:
    for table, names in reversed(WALKED):
        op.drop_index(_name(table, names), table_name=table)
    op.drop_index("ix_entries_donor", table_name="entries")
    op.drop_index("ix_settled_entry", table_name="settled")
    op.create_index("ix_settled_entry", "settled", ["entry"])
    for table, names in COPIED.items():
        for name in names:
            op.drop_column(table, name)


def _name(table: str, names: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(names)}"
