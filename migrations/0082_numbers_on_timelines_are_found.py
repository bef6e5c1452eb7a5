"""A number that stands on the timelines of others is found when its owner is forgotten, and none is read through."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"

CALLED_AT = "coalesce(data ->> 'contact', data ->> 'speaker')"


def upgrade() -> None:
    kept = sa.text(f"{CALLED_AT} IS NOT NULL")
    op.create_index(
        "ix_ticket_event_called_at", "ticket_event", [sa.text(CALLED_AT)], postgresql_where=kept, sqlite_where=kept
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_event_called_at", table_name="ticket_event")
