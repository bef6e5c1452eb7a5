"""Rehearsals of an emergency, and the mark on their tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
IS_RUNNING = sa.text("outcome = 'running'")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("is_drill", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("once_key", sa.String(length=60), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_drill_project_id_project")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_drill_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["staff.id"], name=op.f("fk_drill_taken_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
        sa.UniqueConstraint("once_key", name=op.f("uq_drill_once_key")),
    )
    op.create_index("ix_drill_running", "drill", ["project_id"], postgresql_where=IS_RUNNING, sqlite_where=IS_RUNNING)


def downgrade() -> None:
    op.drop_index("ix_drill_running", table_name="drill")
    op.drop_table("drill")
    op.drop_column("ticket", "is_drill")
