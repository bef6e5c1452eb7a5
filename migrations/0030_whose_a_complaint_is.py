"""Departments of staff, and the way of a complaint from one to the next."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
IS_OPEN = sa.text("answer IS NULL")


def upgrade() -> None:
    op.add_column("staff", sa.Column("department", sa.String(length=30), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "complaint_hop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=30), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_complaint_hop_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_complaint_hop_staff_id_staff")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff.id"], name=op.f("fk_complaint_hop_asked_by_id_staff")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["staff.id"], name=op.f("fk_complaint_hop_answered_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_hop")),
        sa.UniqueConstraint("ticket_id", "place", name=op.f("uq_complaint_hop_ticket_id_place")),
    )
    op.create_index("ix_complaint_hop_due", "complaint_hop", ["due_at"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)


def downgrade() -> None:
    op.drop_index("ix_complaint_hop_due", table_name="complaint_hop")
    op.drop_table("complaint_hop")
    op.drop_column("staff", "department")
