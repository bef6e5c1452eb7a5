"""The ledger of what leaves the house."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("lane", sa.String(length=20), nullable=False),
        sa.Column("message_class", sa.String(length=20), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_table(
        "pace",
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_pace")),
    )
    op.create_table(
        "message",
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
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_message_batch_id_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("once_key", name=op.f("uq_message_once_key")),
        sa.UniqueConstraint("sid", name=op.f("uq_message_sid")),
    )
    op.create_index("ix_message_about", "message", ["about"], unique=False)
    op.create_index("ix_message_batch", "message", ["batch_id", "state"], unique=False)
    op.create_index(
        "ix_message_moving",
        "message",
        ["lane", "state", "urgency", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('planned', 'claimed', 'accepted', 'unknown')"),
        sqlite_where=sa.text("state IN ('planned', 'claimed', 'accepted', 'unknown')"),
    )
    op.create_index("ix_message_number", "message", ["number", "planned_at"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("sid", sa.String(length=40), nullable=True),
        sa.Column("error_code", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attempt_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("sid", name=op.f("uq_attempt_sid")),
    )
    op.create_index(op.f("ix_attempt_message_id"), "attempt", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_attempt_message_id"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_index("ix_message_number", table_name="message")
    op.drop_index(
        "ix_message_moving",
        table_name="message",
        postgresql_where=sa.text("state IN ('planned', 'claimed', 'accepted', 'unknown')"),
        sqlite_where=sa.text("state IN ('planned', 'claimed', 'accepted', 'unknown')"),
    )
    op.drop_index("ix_message_batch", table_name="message")
    op.drop_index("ix_message_about", table_name="message")
    op.drop_table("message")
    op.drop_table("pace")
    op.drop_table("batch")
