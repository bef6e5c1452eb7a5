"""Swaps: who asked whom to take which turn, who agreed, and who approved."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
IS_OPEN = sa.text("state IN ('asked', 'agreed')")


def upgrade() -> None:
    op.create_table(
        "swap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("taker_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("override_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_swap_project_id_project")),
        sa.ForeignKeyConstraint(["asker_id"], ["staff.id"], name=op.f("fk_swap_asker_id_staff")),
        sa.ForeignKeyConstraint(["taker_id"], ["staff.id"], name=op.f("fk_swap_taker_id_staff")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_swap_decided_by_id_staff")),
        sa.ForeignKeyConstraint(["override_id"], ["override.id"], name=op.f("fk_swap_override_id_override")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    op.create_index("ix_swap_project_time", "swap", ["project_id", "starts_at"])
    op.create_index(
        "uq_swap_open", "swap", ["project_id", "post", "asker_id", "starts_at"], unique=True,
        postgresql_where=IS_OPEN, sqlite_where=IS_OPEN,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_swap_open", table_name="swap")
    op.drop_index("ix_swap_project_time", table_name="swap")
    op.drop_table("swap")
