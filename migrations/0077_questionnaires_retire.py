"""Questionnaires that no new wave asks, and trials on a telephone of the sandbox."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    op.create_table(
        "retired_questionnaire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_retired_questionnaire_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_questionnaire")),
        sa.UniqueConstraint("key", name=op.f("uq_retired_questionnaire_key")),
    )
    op.add_column("survey_trial", sa.Column("number", sa.String(length=20), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("survey_trial", "number")
    op.drop_table("retired_questionnaire")
