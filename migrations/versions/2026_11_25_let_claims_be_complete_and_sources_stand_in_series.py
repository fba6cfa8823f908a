"""Let a claim say that its source lists everybody, and a source of which series it is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("claims", sa.Column("complete", sa.Boolean()))
    told = sa.text("complete IS NOT NULL")
    op.create_index(
        "ix_claims_complete", "claims", ["source"], sqlite_where=told, postgresql_where=told
    )
    op.add_column("sources", sa.Column("series", TEXT))
    op.add_column("sources", sa.Column("covers", TEXT))
    op.create_index("ix_sources_series", "sources", ["series"])


def downgrade() -> None:
    op.drop_index("ix_sources_series", table_name="sources")
    op.drop_column("sources", "covers")
    op.drop_column("sources", "series")
    op.drop_index("ix_claims_complete", table_name="claims")
    op.drop_column("claims", "complete")
