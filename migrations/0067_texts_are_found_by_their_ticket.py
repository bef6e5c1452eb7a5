"""What came in by text is read on the page of its ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"

HAS_TICKET = sa.text("ticket_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_reply_ticket", "reply", ["ticket_id"], postgresql_where=HAS_TICKET, sqlite_where=HAS_TICKET)


def downgrade() -> None:
    op.drop_index("ix_reply_ticket", table_name="reply")
