"""The code with which an owner signs a finished repair off."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sign_off_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["result_id"], ["ticket_event.id"], name=op.f("fk_sign_off_result_id_ticket_event")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["staff.id"], name=op.f("fk_sign_off_entered_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("result_id", name=op.f("uq_sign_off_result_id")),
    )
    op.create_index(op.f("ix_sign_off_ticket_id"), "sign_off", ["ticket_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_sign_off_ticket_id"), table_name="sign_off")
    op.drop_table("sign_off")
