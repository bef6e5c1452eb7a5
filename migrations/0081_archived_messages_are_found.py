"""What was sent is found in the archive by its campaign, and by what it was about."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"

OF_A_BATCH = sa.text("batch_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_message_archive_about", "message_archive", ["about"])
    op.create_index(
        "ix_message_archive_batch", "message_archive", ["batch_id"],
        postgresql_where=OF_A_BATCH, sqlite_where=OF_A_BATCH,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_message_archive_batch", table_name="message_archive")
    op.drop_index("ix_message_archive_about", table_name="message_archive")
