"""What a day has cost; how carriers fare, and through which each attempt went."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_spending")),
    )
    op.create_table(
        "carrier_health",
        sa.Column("carrier", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("carrier", name=op.f("pk_carrier_health")),
    )
    for table in ("attempt", "attempt_archive"):
        op.add_column(table, sa.Column("carrier", sa.String(length=10), nullable=True))


def downgrade() -> None:
    for table in ("attempt_archive", "attempt"):
        op.drop_column(table, "carrier")
    op.drop_table("carrier_health")
    op.drop_table("spending")
