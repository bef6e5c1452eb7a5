"""Group channels mirror the watch: what each is told, and whether it took it."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
WAITS = sa.text("sent_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "mirror_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("once_key", sa.String(length=80), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_mirror_note_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirror_note")),
        sa.UniqueConstraint("channel", "once_key", name=op.f("uq_mirror_note_channel_once_key")),
    )
    op.create_index("ix_mirror_note_ticket_id", "mirror_note", ["ticket_id"])
    op.create_index("ix_mirror_note_written_at", "mirror_note", ["written_at"])
    op.create_index(
        "ix_mirror_note_waiting", "mirror_note", ["channel", "id"], postgresql_where=WAITS, sqlite_where=WAITS
    )


def downgrade() -> None:
    op.drop_index("ix_mirror_note_waiting", table_name="mirror_note")
    op.drop_index("ix_mirror_note_written_at", table_name="mirror_note")
    op.drop_index("ix_mirror_note_ticket_id", table_name="mirror_note")
    op.drop_table("mirror_note")
