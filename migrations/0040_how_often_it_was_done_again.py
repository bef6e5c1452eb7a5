"""How often a ticket was opened again because its owner said that it is not done, counted from its timeline."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("reworked", sa.Integer(), nullable=False, server_default="0"))
    # whatever one of us reopened has no data
    op.execute(
        "UPDATE ticket SET reworked = (SELECT count(*) FROM ticket_event"
        " WHERE ticket_event.ticket_id = ticket.id AND ticket_event.type = 'reopened'"
        " AND CAST(ticket_event.data AS VARCHAR(40)) LIKE '%\":%')"
    )


def downgrade() -> None:
    op.drop_column("ticket", "reworked")
