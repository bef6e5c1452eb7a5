"""Every message after the tone of a question is kept, also the second of one call."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
IS_DUE = sa.text("adopt_due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "spoken_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(length=40), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=True),
        sa.Column("interview_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("adopt_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_spoken_comment_survey_id_survey")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_spoken_comment_interview_id_interview")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_spoken_comment_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken_comment")),
        sa.UniqueConstraint("sid", name=op.f("uq_spoken_comment_sid")),
    )
    op.create_index(op.f("ix_spoken_comment_survey_id"), "spoken_comment", ["survey_id"])
    op.create_index(op.f("ix_spoken_comment_interview_id"), "spoken_comment", ["interview_id"])
    op.create_index(
        "ix_spoken_comment_adopt_due", "spoken_comment", ["adopt_due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE
    )
    op.execute(
        "INSERT INTO spoken_comment (sid, survey_id, ticket_id, duration_s, adopt_due_at)"
        " SELECT recording_sid, id, ticket_id, recording_s, CURRENT_TIMESTAMP FROM survey"
        " WHERE recording_sid IS NOT NULL"
    )
    op.execute(
        "INSERT INTO spoken_comment (sid, interview_id, ticket_id, duration_s, adopt_due_at)"
        " SELECT recording_sid, id, ticket_id, recording_s, CURRENT_TIMESTAMP FROM interview"
        " WHERE recording_sid IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM spoken_comment WHERE spoken_comment.sid = interview.recording_sid)"
    )


def downgrade() -> None:
    # the older shape has room for one: the first
    op.execute(
        "UPDATE survey SET recording_sid = (SELECT sid FROM spoken_comment WHERE survey_id = survey.id ORDER BY id"
        " LIMIT 1), recording_s = (SELECT duration_s FROM spoken_comment WHERE survey_id = survey.id ORDER BY id"
        " LIMIT 1) WHERE recording_sid IS NULL"
        " AND EXISTS (SELECT 1 FROM spoken_comment WHERE survey_id = survey.id)"
    )
    op.execute(
        "UPDATE interview SET recording_sid = (SELECT sid FROM spoken_comment WHERE interview_id = interview.id"
        " ORDER BY id LIMIT 1), recording_s = (SELECT duration_s FROM spoken_comment WHERE interview_id = interview.id"
        " ORDER BY id LIMIT 1) WHERE recording_sid IS NULL"
        " AND EXISTS (SELECT 1 FROM spoken_comment WHERE interview_id = interview.id)"
    )
    op.drop_table("spoken_comment")
