"""The ladder of an emergency: which rung is next, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
IS_WAITING = sa.text("ladder_due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("campaign", sa.Column("ladder_step", sa.Integer(), server_default="0", nullable=False))
    op.add_column("campaign", sa.Column("ladder_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_campaign_ladder", "campaign", ["ladder_due_at"], postgresql_where=IS_WAITING, sqlite_where=IS_WAITING
    )


def downgrade() -> None:
    op.drop_index("ix_campaign_ladder", table_name="campaign")
    op.drop_column("campaign", "ladder_due_at")
    op.drop_column("campaign", "ladder_step")
