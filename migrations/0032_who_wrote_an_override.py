"""Who wrote down that somebody else takes a post over, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    with op.batch_alter_table("override") as table:
        table.add_column(sa.Column("written_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f("fk_override_written_by_id_staff"), "staff", ["written_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("override") as table:
        table.drop_constraint(op.f("fk_override_written_by_id_staff"), type_="foreignkey")
        table.drop_column("written_at")
        table.drop_column("written_by_id")
