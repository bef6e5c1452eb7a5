"""Whose desk took a ticket in and follows it until it has seen its end, whoever handles it."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
IS_FOLLOWED = sa.text("followed_by <> '' AND end_seen_at IS NULL")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("followed_by", sa.String(30), nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("end_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_ticket_followed", "ticket", ["followed_by"], postgresql_where=IS_FOLLOWED, sqlite_where=IS_FOLLOWED
    )
    # of what is over nobody has to see the end any more
    op.execute(
        "UPDATE ticket SET followed_by = 'HQ' WHERE status IN ('open', 'acknowledged', 'in_progress', 'waiting')"
        " AND (owner_desk = 'HQ' OR EXISTS (SELECT 1 FROM ticket_event JOIN staff ON staff.id = ticket_event.staff_id"
        " WHERE ticket_event.ticket_id = ticket.id AND ticket_event.type = 'opened' AND staff.project_id IS NULL))"
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_followed", table_name="ticket")
    op.drop_column("ticket", "end_seen_at")
    op.drop_column("ticket", "followed_by")
