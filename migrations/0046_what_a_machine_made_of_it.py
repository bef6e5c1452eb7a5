"""What a machine made of a recording."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

IS_UNREAD = sa.text("state = 'kept' AND transcript IS NULL")


def upgrade() -> None:
    op.add_column("recording", sa.Column("transcript", sa.Text(), nullable=True))
    op.create_index("ix_recording_unread", "recording", ["made_at"], postgresql_where=IS_UNREAD, sqlite_where=IS_UNREAD)


def downgrade() -> None:
    op.drop_index("ix_recording_unread", table_name="recording")
    op.drop_column("recording", "transcript")
