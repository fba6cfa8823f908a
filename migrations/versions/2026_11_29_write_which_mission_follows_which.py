"""Write which mission follows which, and whether its people pass over."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INDEXES = {
    "ix_entries_follows": ["mission", "predecessor"],
    "ix_entries_followed_by": ["predecessor", "mission"],
}


def upgrade() -> None:
    op.add_column("entries", sa.Column("predecessor", TEXT))
    op.add_column("entries", sa.Column("mode", TEXT))
    named = sa.text("predecessor IS NOT NULL")
    for name, columns in INDEXES.items():
        op.create_index(name, "entries", columns, sqlite_where=named, postgresql_where=named)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "entries")
    op.drop_column("entries", "mode")
    op.drop_column("entries", "predecessor")
