"""Tell of casualties, and of the guests of events."""

import sqlalchemy as sa
from alembic import op

revision = "made"
down_revision = "PREVIOUS"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("manner", "hostile", "inquiry"):
        op.add_column("entries", sa.Column(name, TEXT))
    op.add_column("entries", sa.Column("wounded", sa.Integer()))
    op.add_column("entries", sa.Column("notified", sa.Date()))
    op.add_column("entries", sa.Column("guests", sa.Integer()))


def downgrade() -> None:
    for name in ("guests", "notified", "wounded", "inquiry", "hostile", "manner"):
        op.drop_column("entries", name)
