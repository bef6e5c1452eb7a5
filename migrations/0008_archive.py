"""Where final messages and their attempts go when they are old."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "message_archive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("once_key", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("lane", sa.String(length=20), nullable=False),
        sa.Column("message_class", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("answer_path", sa.String(length=120), nullable=False),
        sa.Column("ring_s", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt_id", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(length=40), nullable=True),
        sa.Column("receipt_rank", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=20), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_doubtful", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_archive")),
    )
    op.create_index("ix_message_archive_number", "message_archive", ["number", "planned_at"], unique=False)
    op.create_table(
        "attempt_archive",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("sid", sa.String(length=40), nullable=True),
        sa.Column("error_code", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_archive")),
    )
    op.create_index("ix_attempt_archive_message_id", "attempt_archive", ["message_id"], unique=False)


def downgrade() -> None:
    # what was archived comes back first: a step down must not forget what was sent
    for name in ("message", "attempt"):
        columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(name))
        rows = f"SELECT {columns} FROM {name}_archive WHERE true"  # noqa: S608  our own names
        back = f"INSERT INTO {name} ({columns}) {rows} ON CONFLICT DO NOTHING"
        op.execute(back)
    op.drop_index("ix_attempt_archive_message_id", table_name="attempt_archive")
    op.drop_table("attempt_archive")
    op.drop_index("ix_message_archive_number", table_name="message_archive")
    op.drop_table("message_archive")
