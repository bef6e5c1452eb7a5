"""When the clocks of a ticket are looked at next; what passed before anybody watched is not told afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "ticket_watch",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("watcher", sa.String(length=20), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_watch_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "watcher", name=op.f("pk_ticket_watch")),
    )
    op.execute(
        "INSERT INTO ticket_watch (ticket_id, watcher, seen_version, look_at, since_at)"
        " SELECT ticket.id, watcher.name, 0, NULL, CURRENT_TIMESTAMP FROM ticket,"
        " (SELECT 'staff' AS name UNION ALL SELECT 'owner') AS watcher"
        " WHERE ticket.status IN ('open', 'acknowledged', 'in_progress', 'waiting', 'resolved')"
    )


def downgrade() -> None:
    op.drop_table("ticket_watch")
