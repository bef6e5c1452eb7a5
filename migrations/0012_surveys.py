"""How it was for those who asked: surveys and answers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

FOLLOW_UP, DUE = sa.text("follow_up_at IS NOT NULL"), sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rings", sa.JSON(), nullable=False),
        sa.Column("recording_sid", sa.String(length=40), nullable=True),
        sa.Column("recording_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["result_id"], ["ticket_event.id"], name=op.f("fk_survey_result_id_ticket_event")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_survey_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_survey_recording_sid")),
        sa.UniqueConstraint("result_id", name=op.f("uq_survey_result_id")),
    )
    op.create_index("ix_survey_due", "survey", ["due_at"], unique=False, postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("ix_survey_number_state", "survey", ["number", "state"], unique=False)
    op.create_index(op.f("ix_survey_ticket_id"), "survey", ["ticket_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("mapping", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_answer_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("survey_id", name=op.f("uq_answer_survey_id")),
    )
    op.create_index(op.f("ix_answer_answered_at"), "answer", ["answered_at"], unique=False)

    # in words that both databases know: rebuilding the table, as SQLite otherwise would, would drop what refers to it
    for column in ("follow_up_at", "refused_at"):
        op.execute(f"ALTER TABLE ticket ADD COLUMN {column} {_moment()}")
    op.create_index(
        "ix_ticket_follow_up", "ticket", ["follow_up_at"], unique=False, postgresql_where=FOLLOW_UP,
        sqlite_where=FOLLOW_UP,
    )  # fmt: skip
    # nothing refers to a recording: here the table may be rebuilt
    with op.batch_alter_table("recording") as recording:
        recording.alter_column("call_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM recording WHERE call_id IS NULL")
    with op.batch_alter_table("recording") as recording:
        recording.alter_column("call_id", existing_type=sa.Integer(), nullable=False)
    op.drop_index("ix_ticket_follow_up", table_name="ticket")
    for column in ("refused_at", "follow_up_at"):
        op.execute(f"ALTER TABLE ticket DROP COLUMN {column}")
    op.drop_index(op.f("ix_answer_answered_at"), table_name="answer")

    op.drop_table("answer")
    op.drop_index(op.f("ix_survey_ticket_id"), table_name="survey")
    op.drop_index("ix_survey_number_state", table_name="survey")
    op.drop_index("ix_survey_due", table_name="survey")

    op.drop_table("survey")


def _moment() -> str:
    """The kind of column that a moment has."""
    return "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
