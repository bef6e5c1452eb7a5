"""One of us rings a caller, or a firm outside, through the hotline."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"

IS_ON = sa.text("over_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "through_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("whom", sa.String(length=20), nullable=False),
        sa.Column("firm", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_through_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talked_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_through_call_staff_id_staff")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_through_call_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_through_call")),
    )
    op.create_index("ix_through_call_on", "through_call", ["asked_at"], postgresql_where=IS_ON, sqlite_where=IS_ON)
    op.create_index(op.f("ix_through_call_ticket_id"), "through_call", ["ticket_id"])
    op.create_index("ix_through_call_staff_id_asked_at", "through_call", ["staff_id", "asked_at"])


def downgrade() -> None:
    op.drop_table("through_call")
