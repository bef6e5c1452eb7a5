"""Small indexes over what somebody should look at: numbers to check, messages with an error, doubtful ones."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INDEXES = (
    ("ix_number_needs_check", "number", "number", "needs_check"),
    ("ix_message_error", "message", "due_at", "error_code <> ''"),
    ("ix_message_doubtful", "message", "due_at", "is_doubtful"),
)


def upgrade() -> None:
    for name, table, column, only in INDEXES:
        op.create_index(name, table, [column], postgresql_where=sa.text(only), sqlite_where=sa.text(only))


def downgrade() -> None:
    for name, table, _column, _only in reversed(INDEXES):
        op.drop_index(name, table_name=table)
