"""How often a ticket was asked after, counted from what its timeline tells."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("urged", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE ticket SET urged = (SELECT count(*) FROM ticket_event"
        " WHERE ticket_event.ticket_id = ticket.id AND ticket_event.type = 'called_again'"
        " AND ticket_event.once_key LIKE 'call/%')"
    )


def downgrade() -> None:
    op.drop_column("ticket", "urged")
