"""The floor and the riser of each home, as its name says them."""

import sqlalchemy as sa
from alembic import op

from directory.places import floor_of, riser_of

revision = "0019"
down_revision = "0018"

AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("home", sa.Column("floor", sa.Integer(), nullable=True))
    op.add_column("home", sa.Column("riser", sa.String(length=2), server_default=sa.text("''"), nullable=False))
    home = sa.table("home", sa.column("id"), sa.column("name"), sa.column("floor"), sa.column("riser"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(home.c.id, home.c.name).order_by(home.c.id)).all()
    change = (
        sa.update(home)
        .where(home.c.id == sa.bindparam("of"))
        .values(floor=sa.bindparam("on_floor"), riser=sa.bindparam("on_riser"))
    )
    for few in (rows[i : i + AT_ONCE] for i in range(0, len(rows), AT_ONCE)):
        connection.execute(
            change, [{"of": id, "on_floor": floor_of(name), "on_riser": riser_of(name)} for id, name in few]
        )


def downgrade() -> None:
    op.drop_column("home", "riser")
    op.drop_column("home", "floor")
