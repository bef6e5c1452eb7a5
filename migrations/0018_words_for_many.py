"""What a campaign costs and shows, what a second person said of it, and the versions of templates."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("campaign", sa.Column("cost", sa.Float(), nullable=True))
    op.add_column("campaign", sa.Column("samples", sa.JSON(), nullable=True))
    op.add_column("campaign", sa.Column("template_key", sa.String(length=40), nullable=True))
    op.add_column("campaign", sa.Column("template_version", sa.Integer(), nullable=True))
    # in words that both databases know: rebuilding the table, as SQLite otherwise would, would drop what refers to it
    op.execute(
        "ALTER TABLE campaign ADD COLUMN written_from_id INTEGER "
        "CONSTRAINT fk_campaign_written_from_id_campaign REFERENCES campaign (id)"
    )
    op.create_index(op.f("ix_campaign_written_from_id"), "campaign", ["written_from_id"], unique=False)

    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_verdict_by_id_staff")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_verdict_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint("campaign_id", "kind", name=op.f("uq_verdict_campaign_id_kind")),
    )

    op.create_table(
        "template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_template_version_author_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_template_version_key_version")),
    )


def downgrade() -> None:
    op.drop_table("template_version")
    op.drop_table("verdict")
    op.drop_index(op.f("ix_campaign_written_from_id"), table_name="campaign")
    for column in ("written_from_id", "template_version", "template_key", "samples", "cost"):
        op.execute(f"ALTER TABLE campaign DROP COLUMN {column}")
