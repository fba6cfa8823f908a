"""Write down which mission follows which, and whether its people pass over."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("entries", sa.Column("predecessor", TEXT))
    op.add_column("entries", sa.Column("mode", TEXT))
    named = sa.text("predecessor IS NOT NULL")
    op.create_index(
        "ix_entries_predecessor",
        "entries",
        ["predecessor"],
        sqlite_where=named,
        postgresql_where=named,
    )


def downgrade() -> None:
    op.drop_index("ix_entries_predecessor", "entries")
    op.drop_column("entries", "mode")
    op.drop_column("entries", "predecessor")
