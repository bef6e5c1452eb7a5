"""Who called about a trouble that was known, and asked to be told how it goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "incident_caller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_caller_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_caller")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_incident_caller_incident_id_number")),
    )


def downgrade() -> None:
    op.drop_table("incident_caller")
