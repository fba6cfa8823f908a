"""Seek what is told of the people of a nation in a mission by an index, what fulfils a promise, and
what repeats a source.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entries_mission_nation", "entries", ["mission", "nation"])
    op.drop_index("ix_entries_mission", table_name="entries")
    for table, column in (("entries", "fulfils"), ("sources", "derived_from")):
        named = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{table}_{column}", table, [column], sqlite_where=named, postgresql_where=named
        )


def downgrade() -> None:
    op.drop_index("ix_sources_derived_from", table_name="sources")
    op.drop_index("ix_entries_fulfils", table_name="entries")
    op.create_index("ix_entries_mission", "entries", ["mission"])
    op.drop_index("ix_entries_mission_nation", table_name="entries")
