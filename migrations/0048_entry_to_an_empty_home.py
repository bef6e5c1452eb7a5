"""Whether we may enter an empty home from which water runs."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
IS_ASKING, IS_DUE = sa.text("state = 'asking'"), sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "entry_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("whom", sa.JSON(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_number", sa.String(length=20), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_entry_request_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_entry_request_home_id_home")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff.id"], name=op.f("fk_entry_request_asked_by_id_staff")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_entry_request_answered_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_request")),
    )
    op.create_index("ix_entry_request_ticket_id", "entry_request", ["ticket_id"])
    op.create_index(
        "uq_entry_request_asking", "entry_request", ["ticket_id"], unique=True, postgresql_where=IS_ASKING,
        sqlite_where=IS_ASKING,
    )  # fmt: skip
    op.create_index("ix_entry_request_due", "entry_request", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)


def downgrade() -> None:
    op.drop_table("entry_request")
