"""Who waits in line for a person, and when a talk that began with a ring was over."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

IN_LINE = sa.text("left_at IS NULL")
HAS_JOINED = sa.text("joined_at IS NOT NULL")
IS_LIVE = sa.text("kind = 'live'")


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wants", sa.JSON(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("is_ringing", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_waiting_call_id_call")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_waiting_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
        sa.UniqueConstraint("call_id", name=op.f("uq_waiting_call_id")),
    )
    op.create_index("ix_waiting_line", "waiting", ["seen_at"], postgresql_where=IN_LINE, sqlite_where=IN_LINE)
    op.add_column("page", sa.Column("parted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_page_joined", "page", ["joined_at"], postgresql_where=HAS_JOINED, sqlite_where=HAS_JOINED)
    op.create_index("ix_page_live", "page", ["paged_at"], postgresql_where=IS_LIVE, sqlite_where=IS_LIVE)


def downgrade() -> None:
    op.drop_index("ix_page_live", table_name="page")
    op.drop_index("ix_page_joined", table_name="page")
    op.drop_column("page", "parted_at")
    op.drop_table("waiting")
