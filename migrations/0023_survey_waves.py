"""Survey waves: the questions to each household, their answers, and the letters that tell questions apart."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("campaign", sa.Column("questionnaire", sa.JSON(), nullable=True))
    op.add_column("campaign", sa.Column("share", sa.Float(), nullable=True))
    op.add_column("survey", sa.Column("letter", sa.String(length=1), nullable=False, server_default="A"))
    op.create_table(
        "interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("recording_sid", sa.String(length=40), nullable=True),
        sa.Column("recording_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_interview_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_interview_home_id_home")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interview_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_interview_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_interview_campaign_id_number")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_interview_recording_sid")),
    )
    op.create_index("ix_interview_due", "interview", ["due_at"], postgresql_where=DUE, sqlite_where=DUE)
    op.create_index("ix_interview_number", "interview", ["number", "written_at"])
    op.create_index("ix_interview_home_id", "interview", ["home_id", "written_at"])
    op.create_index(op.f("ix_interview_ticket_id"), "interview", ["ticket_id"])
    op.create_table(
        "interview_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("mapping", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_answer_interview_id_interview")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_answer")),
        sa.UniqueConstraint("interview_id", "question", name=op.f("uq_interview_answer_interview_id_question")),
    )
    op.create_index(op.f("ix_interview_answer_answered_at"), "interview_answer", ["answered_at"])


def downgrade() -> None:
    op.drop_table("interview_answer")
    op.drop_table("interview")
    op.execute("ALTER TABLE survey DROP COLUMN letter")
    for column in ("share", "questionnaire"):
        op.execute(f"ALTER TABLE campaign DROP COLUMN {column}")
