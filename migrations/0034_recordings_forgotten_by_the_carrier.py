"""When a recording we hold was deleted at the carrier."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

IS_TWICE = sa.text("state = 'kept' AND forgotten_at IS NULL")


def upgrade() -> None:
    op.add_column("recording", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_recording_twice", "recording", ["made_at"], postgresql_where=IS_TWICE, sqlite_where=IS_TWICE)


def downgrade() -> None:
    op.drop_index("ix_recording_twice", table_name="recording")
    op.drop_column("recording", "forgotten_at")
