"""A complaint that was open before anybody was asked by itself is put to whoever has to say whose it is too."""

from alembic import op

revision = "0079"
down_revision = "0078"


def upgrade() -> None:
    # due from now on, not since it came in: what nobody could have done before is no step that is late
    op.execute(
        "UPDATE ticket SET ask_due_at = CURRENT_TIMESTAMP WHERE kind = 'complaint' AND owner_desk <> 'HQ'"
        " AND NOT is_drill AND ask_due_at IS NULL"
        " AND status IN ('open', 'acknowledged', 'in_progress', 'waiting')"
        " AND NOT EXISTS (SELECT 1 FROM complaint_hop WHERE complaint_hop.ticket_id = ticket.id)"
    )


def downgrade() -> None:
    """What is put by now stays put."""
