"""The calls we owe to whoever did not reach anybody."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

IS_OPEN = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "ring_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("last_call_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("rings", sa.Integer(), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["last_call_id"], ["call.id"], name=op.f("fk_ring_back_last_call_id_call")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["staff.id"], name=op.f("fk_ring_back_taken_by_id_staff")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ring_back_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring_back")),
    )
    op.create_index("ix_ring_back_open", "ring_back", ["number"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
    op.create_index("ix_ring_back_due", "ring_back", ["due_at"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
    op.create_index(op.f("ix_ring_back_ticket_id"), "ring_back", ["ticket_id"])
    op.create_index(op.f("ix_ring_back_last_call_id"), "ring_back", ["last_call_id"])


def downgrade() -> None:
    op.drop_table("ring_back")
