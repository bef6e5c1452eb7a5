"""Photographs of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

IS_KEPT = sa.text("path <> ''")


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_photo_staff_id_staff")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_photo_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index("ix_photo_kept", "photo", ["taken_in_at"], postgresql_where=IS_KEPT, sqlite_where=IS_KEPT)
    op.create_index(op.f("ix_photo_ticket_id"), "photo", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("photo")
