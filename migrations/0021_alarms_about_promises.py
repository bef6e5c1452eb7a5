"""When somebody is told next that the promised end of an incident is about to pass, or has."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
IS_WAITING = sa.text("alarm_due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("incident", sa.Column("alarm_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_incident_alarm", "incident", ["alarm_due_at"], postgresql_where=IS_WAITING, sqlite_where=IS_WAITING
    )
    # of what lasts already somebody is told at its end; nobody is woken for a promise that was broken long ago
    op.execute(
        "UPDATE incident SET alarm_due_at = promised_end_at "
        "WHERE state = 'open' AND promised_end_at > CURRENT_TIMESTAMP"
    )


def downgrade() -> None:
    op.drop_index("ix_incident_alarm", table_name="incident")
    op.drop_column("incident", "alarm_due_at")
