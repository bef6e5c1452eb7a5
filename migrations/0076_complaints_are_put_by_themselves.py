"""A complaint that comes in is put to whoever has to say whose it is without anybody asking."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
IS_DUE = sa.text("ask_due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("ask_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_ticket_ask_due", "ticket", ["ask_due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)
    with op.batch_alter_table("complaint_hop") as table:
        table.alter_column("asked_by_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    # what nobody asked cannot be told in the older shape: it was as if whoever was asked had asked themselves
    op.execute("UPDATE complaint_hop SET asked_by_id = COALESCE(staff_id, answered_by_id) WHERE asked_by_id IS NULL")
    op.execute("DELETE FROM complaint_hop WHERE asked_by_id IS NULL")
    with op.batch_alter_table("complaint_hop") as table:
        table.alter_column("asked_by_id", existing_type=sa.Integer(), nullable=False)
    op.drop_index("ix_ticket_ask_due", table_name="ticket")
    op.drop_column("ticket", "ask_due_at")
