"""People by pinyin and initials, homes by the keys of their rooms, callers by the last four digits of their numbers."""

import sqlalchemy as sa
from alembic import op

from directory.names import keys_of_name
from directory.places import bare_keys

revision = "0056"
down_revision = "0055"

AT_ONCE = 1000
TAILS = (
    ("ix_number_tail", "number", "number"),
    ("ix_ticket_caller_tail", "ticket", "caller_number"),
    ("ix_call_from_tail", "call", "from_number"),
)


def upgrade() -> None:
    op.add_column("person", sa.Column("keys", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("home", sa.Column("keys", sa.String(length=40), server_default=sa.text("''"), nullable=False))
    _fill("person", keys_of_name)
    _fill("home", lambda name: bare_keys(name)[:40])
    op.create_index("ix_home_keys", "home", ["keys"])
    for name, table, column in TAILS:
        op.create_index(name, table, [sa.text(f"substr({column}, length({column}) - 3)")])
    op.create_index("ix_ticket_category", "ticket", ["category", "id"])
    op.create_index("ix_ticket_person_id", "ticket", ["person_id"])


def _fill(name, key) -> None:
    table = sa.table(name, sa.column("id"), sa.column("name"), sa.column("keys"))
    change = sa.update(table).where(table.c.id == sa.bindparam("of")).values(keys=sa.bindparam("found_by"))
    connection, last = op.get_bind(), 0
    while True:
        query = sa.select(table.c.id, table.c.name).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        rows = connection.execute(query).all()
        if not rows:
            return
        connection.execute(change, [{"of": id, "found_by": key(said)} for id, said in rows])
        last = rows[-1].id


def downgrade() -> None:
    op.drop_index("ix_ticket_person_id", table_name="ticket")
    op.drop_index("ix_ticket_category", table_name="ticket")
    for name, table, _ in reversed(TAILS):
        op.drop_index(name, table_name=table)
    op.drop_index("ix_home_keys", table_name="home")
    op.drop_column("home", "keys")
    op.drop_column("person", "keys")
