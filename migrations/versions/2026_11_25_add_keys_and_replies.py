"""Add the keys of those who write, and the replies to writes that may be repeated."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("shown", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("made_at", TEXT, nullable=False),
        sa.Column("revoked_at", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("name", name="uq_api_keys_name"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("api_key", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("request", TEXT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("location", TEXT),
        sa.Column("made_at", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["api_key"], ["api_keys.id"], name="fk_replies_api_key_api_keys"),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
        sa.UniqueConstraint("api_key", "key", name="uq_replies_api_key_key"),
    )


def downgrade() -> None:
    op.drop_table("replies")
    op.drop_table("api_keys")
