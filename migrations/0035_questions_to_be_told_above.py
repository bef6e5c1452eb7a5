"""When those above are told of a question whose a complaint is: the index keeps only what is still to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

TO_TELL = sa.text("tell_up_at IS NOT NULL")
IS_OPEN = sa.text("answer IS NULL")


def upgrade() -> None:
    op.add_column("complaint_hop", sa.Column("tell_up_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE complaint_hop SET tell_up_at = due_at WHERE answer IS NULL AND told_up_at IS NULL AND ticket_id IN"
        " (SELECT id FROM ticket WHERE status IN ('open', 'acknowledged', 'in_progress', 'waiting')"
        " AND owner_desk <> 'HQ')"
    )
    op.drop_index("ix_complaint_hop_due", table_name="complaint_hop")
    op.create_index(
        "ix_complaint_hop_tell_up", "complaint_hop", ["tell_up_at"], postgresql_where=TO_TELL, sqlite_where=TO_TELL
    )


def downgrade() -> None:
    op.drop_index("ix_complaint_hop_tell_up", table_name="complaint_hop")
    op.create_index("ix_complaint_hop_due", "complaint_hop", ["due_at"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
    op.drop_column("complaint_hop", "tell_up_at")
