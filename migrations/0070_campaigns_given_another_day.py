"""Campaigns that were given another day."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    op.create_table(
        "day_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("from_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_batch_id", sa.Integer(), nullable=False),
        sa.Column("takes_back_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_day_change_by_id_staff")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_day_change_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["left_batch_id"], ["batch.id"], name=op.f("fk_day_change_left_batch_id_batch")),
        sa.ForeignKeyConstraint(
            ["takes_back_id"], ["day_change.id"], name=op.f("fk_day_change_takes_back_id_day_change")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_change")),
        sa.UniqueConstraint("left_batch_id", name=op.f("uq_day_change_left_batch_id")),
    )
    op.create_index(op.f("ix_day_change_campaign_id"), "day_change", ["campaign_id"])


def downgrade() -> None:
    op.drop_table("day_change")
