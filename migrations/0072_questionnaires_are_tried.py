"""Questionnaires that colleagues try on their own telephones."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    op.create_table(
        "survey_trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("questionnaire", sa.JSON(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_survey_trial_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_trial")),
    )
    op.create_index("ix_survey_trial_staff_id", "survey_trial", ["staff_id", "begun_at"])


def downgrade() -> None:
    op.drop_table("survey_trial")
