"""Write down why somebody left, and which pledge another amends."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("reason", "amends"):
        op.add_column("entries", sa.Column(name, TEXT))


def downgrade() -> None:
    for name in ("amends", "reason"):
        op.drop_column("entries", name)
