"""Name the digest of a revision's author and message for what it is: the old name had six."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE revisions RENAME COLUMN told TO about_digest")


def downgrade() -> None:
    op.execute("ALTER TABLE revisions RENAME COLUMN about_digest TO told")
