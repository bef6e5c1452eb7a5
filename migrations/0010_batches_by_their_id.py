"""A batch's messages by its id alone: with the state in the key, a claim could be led to walk over all that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NAME, TABLE = "ix_message_batch", "message"
ONLY = sa.text("batch_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(
        NAME, TABLE, ["batch_id"], postgresql_include=["state"], postgresql_where=ONLY, sqlite_where=ONLY
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["batch_id", "state"])
