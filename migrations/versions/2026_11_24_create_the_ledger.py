"""Create the ledger: revisions, labels, entries, claims, and what they settle to."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("chain", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_head_one_row")),
    )
    op.create_table(
        "revisions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("salt", TEXT),
        sa.Column("told", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("chain", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_revisions"),
    )
    op.create_index("ix_revisions_recorded_at", "revisions", ["recorded_at"])
    op.create_table(
        "contingents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("mission", TEXT, nullable=False),
        sa.Column("nation", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("units", TEXT),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["since"], ["revisions.number"], name="fk_contingents_since_revisions"
        ),
        sa.ForeignKeyConstraint(
            ["until"], ["revisions.number"], name="fk_contingents_until_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contingents"),
    )
    op.create_index("ix_contingents_since", "contingents", ["since"])
    op.create_index("ix_contingents_until", "contingents", ["until"])
    op.create_index(
        "uq_contingents_live_slug",
        "contingents",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("mission", TEXT, nullable=False),
        sa.Column("nation", TEXT),
        sa.Column("category", TEXT),
        sa.Column("contingent", TEXT),
        sa.Column("direction", TEXT),
        sa.Column("fulfils", TEXT),
        sa.Column("donor", TEXT),
        sa.Column("item", TEXT),
        sa.Column("item_text", TEXT),
        sa.Column("recipient", TEXT),
        sa.Column("body", TEXT),
        sa.Column("instrument", TEXT),
        sa.Column("expires", TEXT),
        sa.Column("event_type", TEXT),
        sa.Column("title", TEXT),
        sa.Column("replaces", TEXT),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["since"], ["revisions.number"], name="fk_entries_since_revisions"),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("key", name="uq_entries_key"),
    )
    op.create_index("ix_entries_mission", "entries", ["mission"])
    op.create_index("ix_entries_since", "entries", ["since"])
    op.create_table(
        "missions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("host_country", TEXT),
        sa.Column("lead_nation", TEXT),
        sa.Column("predecessor", TEXT),
        sa.Column("started", TEXT),
        sa.Column("ended", TEXT),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["since"], ["revisions.number"], name="fk_missions_since_revisions"
        ),
        sa.ForeignKeyConstraint(
            ["until"], ["revisions.number"], name="fk_missions_until_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_missions"),
    )
    op.create_index("ix_missions_since", "missions", ["since"])
    op.create_index("ix_missions_until", "missions", ["until"])
    op.create_index(
        "uq_missions_live_slug",
        "missions",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", TEXT, nullable=False),
        sa.Column("publisher", TEXT, nullable=False),
        sa.Column("title", TEXT),
        sa.Column("url", TEXT),
        sa.Column("published", TEXT),
        sa.Column("published_earliest", sa.Date()),
        sa.Column("published_latest", sa.Date()),
        sa.Column("grade", TEXT),
        sa.Column("derived_from", TEXT),
        sa.Column("language", TEXT),
        sa.Column("retrieved_on", sa.Date()),
        sa.Column("archive_url", TEXT),
        sa.Column("licence", TEXT),
        sa.Column("file_hash", TEXT),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.ForeignKeyConstraint(["since"], ["revisions.number"], name="fk_sources_since_revisions"),
        sa.ForeignKeyConstraint(["until"], ["revisions.number"], name="fk_sources_until_revisions"),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_since", "sources", ["since"])
    op.create_index("ix_sources_until", "sources", ["until"])
    op.create_index(
        "uq_sources_live_slug",
        "sources",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("entry", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("count_low", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer()),
        sa.Column("count_high", sa.Integer()),
        sa.Column("date", TEXT, nullable=False),
        sa.Column("date_earliest", sa.Date()),
        sa.Column("date_latest", sa.Date()),
        sa.Column("count_text", TEXT),
        sa.Column("date_text", TEXT),
        sa.Column("grade", TEXT, nullable=False),
        sa.Column("locator", TEXT),
        sa.Column("summary", TEXT),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("salt", TEXT),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.ForeignKeyConstraint(["entry"], ["entries.key"], name="fk_claims_entry_entries"),
        sa.ForeignKeyConstraint(["since"], ["revisions.number"], name="fk_claims_since_revisions"),
        sa.ForeignKeyConstraint(["until"], ["revisions.number"], name="fk_claims_until_revisions"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index("ix_claims_entry", "claims", ["entry"])
    op.create_index("ix_claims_since", "claims", ["since"])
    op.create_index("ix_claims_source", "claims", ["source"])
    op.create_index("ix_claims_until", "claims", ["until"])
    op.create_index(
        "uq_claims_live_key",
        "claims",
        ["key"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "settled",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("count_low", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer()),
        sa.Column("count_high", sa.Integer()),
        sa.Column("date", TEXT, nullable=False),
        sa.Column("date_earliest", sa.Date()),
        sa.Column("date_latest", sa.Date()),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("spread_low", sa.Integer(), nullable=False),
        sa.Column("spread_high", sa.Integer()),
        sa.Column("origins", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("settled_by", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.ForeignKeyConstraint(["entry"], ["entries.key"], name="fk_settled_entry_entries"),
        sa.ForeignKeyConstraint(["since"], ["revisions.number"], name="fk_settled_since_revisions"),
        sa.ForeignKeyConstraint(["until"], ["revisions.number"], name="fk_settled_until_revisions"),
        sa.PrimaryKeyConstraint("id", name="pk_settled"),
    )
    op.create_index("ix_settled_entry", "settled", ["entry"])
    op.create_index("ix_settled_since", "settled", ["since"])
    op.create_index("ix_settled_until", "settled", ["until"])
    op.create_index(
        "uq_settled_live_entry",
        "settled",
        ["entry"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.execute(f"INSERT INTO head (id, revision, chain) VALUES (1, 0, '{'0' * 64}')")


def downgrade() -> None:

    op.drop_index(
        "uq_settled_live_entry",
        table_name="settled",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index("ix_settled_until", table_name="settled")
    op.drop_index("ix_settled_since", table_name="settled")
    op.drop_index("ix_settled_entry", table_name="settled")
    op.drop_table("settled")
    op.drop_index(
        "uq_claims_live_key",
        table_name="claims",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index("ix_claims_until", table_name="claims")
    op.drop_index("ix_claims_source", table_name="claims")
    op.drop_index("ix_claims_since", table_name="claims")
    op.drop_index("ix_claims_entry", table_name="claims")
    op.drop_table("claims")
    op.drop_index(
        "uq_sources_live_slug",
        table_name="sources",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index("ix_sources_until", table_name="sources")
    op.drop_index("ix_sources_since", table_name="sources")
    op.drop_table("sources")
    op.drop_index(
        "uq_missions_live_slug",
        table_name="missions",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index("ix_missions_until", table_name="missions")
    op.drop_index("ix_missions_since", table_name="missions")
    op.drop_table("missions")
    op.drop_index("ix_entries_since", table_name="entries")
    op.drop_index("ix_entries_mission", table_name="entries")
    op.drop_table("entries")
    op.drop_index(
        "uq_contingents_live_slug",
        table_name="contingents",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index("ix_contingents_until", table_name="contingents")
    op.drop_index("ix_contingents_since", table_name="contingents")
    op.drop_table("contingents")
    op.drop_index("ix_revisions_recorded_at", table_name="revisions")
    op.drop_table("revisions")
    op.drop_table("head")
