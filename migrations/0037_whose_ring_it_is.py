"""Of a call we owe: whose telephone of ours rang last, and how often the caller's own did."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

NEW = ("rung_by_id", "owner_rings", "owner_ring", "owner_rung_at")


def upgrade() -> None:
    with op.batch_alter_table("ring_back") as table:
        table.add_column(sa.Column("rung_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("owner_rings", sa.Integer(), nullable=False, server_default=sa.text("0")))
        table.add_column(sa.Column("owner_ring", sa.Integer(), nullable=False, server_default=sa.text("0")))
        table.add_column(sa.Column("owner_rung_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f("fk_ring_back_rung_by_id_staff"), "staff", ["rung_by_id"], ["id"])
    # whoever has one now is whose telephone rang last, and every ring so far was taken to be one of the caller's
    op.execute("UPDATE ring_back SET rung_by_id = taken_by_id, owner_rings = tried, owner_ring = tried")


def downgrade() -> None:
    with op.batch_alter_table("ring_back") as table:
        table.drop_constraint(op.f("fk_ring_back_rung_by_id_staff"), type_="foreignkey")
        for name in NEW:
            table.drop_column(name)
