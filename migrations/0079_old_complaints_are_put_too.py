"""A complaint that came in before anybody was asked by itself is put to whoever has to say whose it is too: one of the
last days, which nobody has taken. Each is a text to somebody, and an upgrade is no flood of them.
"""

from alembic import op

revision = "0079"
down_revision = "0078"

LATELY = {"sqlite": "datetime('now', '-3 days')", "postgresql": "CURRENT_TIMESTAMP - INTERVAL '3 days'"}


def upgrade() -> None:
    # due from now on, not since it came in: what nobody could have done before is no step that is late
    put = (
        "UPDATE ticket SET ask_due_at = CURRENT_TIMESTAMP WHERE kind = 'complaint' AND owner_desk <> 'HQ'"
        " AND NOT is_drill AND ask_due_at IS NULL AND status = 'open' AND opened_at > {since}"
        " AND NOT EXISTS (SELECT 1 FROM complaint_hop WHERE complaint_hop.ticket_id = ticket.id)"
    )
    op.execute(put.format(since=LATELY[op.get_bind().dialect.name]))


def downgrade() -> None:
    """What is put by now stays put."""
