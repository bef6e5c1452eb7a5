"""Calls to firms outside about an emergency, and what they answered."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
IS_CALLING = sa.text("state = 'calling'")


def upgrade() -> None:
    op.create_table(
        "vendor_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_vendor_call_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_vendor_call_vendor_id_vendor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_call")),
        sa.UniqueConstraint("ticket_id", "vendor_id", "step", name=op.f("uq_vendor_call_ticket_id_vendor_id_step")),
    )
    op.create_index(
        "ix_vendor_call_calling", "vendor_call", ["ticket_id"], postgresql_where=IS_CALLING, sqlite_where=IS_CALLING
    )


def downgrade() -> None:
    op.drop_index("ix_vendor_call_calling", table_name="vendor_call")
    op.drop_table("vendor_call")
