"""Who was asked whether they will be on duty, and what they said."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
IS_OPEN = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarm_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_reminder_project_id_project")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reminder_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "project_id", "post", "staff_id", "starts_at", name=op.f("uq_reminder_project_id_post_staff_id_starts_at")
        ),
    )
    op.create_index("ix_reminder_due", "reminder", ["due_at"], postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
    op.create_index("ix_reminder_ends_at", "reminder", ["ends_at"])


def downgrade() -> None:
    op.drop_index("ix_reminder_ends_at", table_name="reminder")
    op.drop_index("ix_reminder_due", table_name="reminder")
    op.drop_table("reminder")
