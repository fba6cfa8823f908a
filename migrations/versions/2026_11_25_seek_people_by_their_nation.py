"""Seek by an index what is told of the people of a nation in a mission, what fulfils a promise,
what repeats a source, and the revision that an entity tag names.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PEOPLE = "ix_entries_mission_nation_category"


def upgrade() -> None:
    op.create_index(PEOPLE, "entries", ["mission", "nation", "category"])
    op.drop_index("ix_entries_mission", table_name="entries")
    op.create_index("ix_revisions_chain", "revisions", ["chain"])
    for table, column in (("entries", "fulfils"), ("sources", "derived_from")):
        named = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{table}_{column}", table, [column], sqlite_where=named, postgresql_where=named
        )


def downgrade() -> None:
    op.drop_index("ix_revisions_chain", table_name="revisions")
    op.drop_index("ix_sources_derived_from", table_name="sources")
    op.drop_index("ix_entries_fulfils", table_name="entries")
    op.create_index("ix_entries_mission", "entries", ["mission"])
    op.drop_index(PEOPLE, table_name="entries")
