"""Index only the rows that were closed: most never are, and each insert paid for an index that told
of none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("missions", "contingents", "sources", "claims", "settled")


def upgrade() -> None:
    closed = sa.text("until IS NOT NULL")
    for table in TABLES:
        op.drop_index(f"ix_{table}_until", table_name=table)
        op.create_index(
            f"ix_{table}_until", table, ["until"], sqlite_where=closed, postgresql_where=closed
        )
    op.create_index(
        "ix_claims_key", "claims", ["key"], sqlite_where=closed, postgresql_where=closed
    )


def downgrade() -> None:
    op.drop_index("ix_claims_key", table_name="claims")
    for table in TABLES:
        op.drop_index(f"ix_{table}_until", table_name=table)
        op.create_index(f"ix_{table}_until", table, ["until"])
