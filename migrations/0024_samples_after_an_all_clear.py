"""Who is asked after an all-clear whether it is true where they live."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
IS_TO_BE_DRAWN = sa.text("sample_due_at IS NOT NULL")
IS_WAITING = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("campaign", sa.Column("sample_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_campaign_sample", "campaign", ["sample_due_at"],
        postgresql_where=IS_TO_BE_DRAWN, sqlite_where=IS_TO_BE_DRAWN,
    )  # fmt: skip
    op.create_table(
        "incident_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("home_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_sample_incident_id_incident")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_incident_sample_home_id_home")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_incident_sample_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_sample")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_incident_sample_incident_id_number")),
    )
    op.create_index(
        "ix_incident_sample_due", "incident_sample", ["due_at"], postgresql_where=IS_WAITING, sqlite_where=IS_WAITING
    )
    op.create_index("ix_incident_sample_number_state", "incident_sample", ["number", "state"])


def downgrade() -> None:
    op.drop_index("ix_incident_sample_number_state", table_name="incident_sample")
    op.drop_index("ix_incident_sample_due", table_name="incident_sample")
    op.drop_table("incident_sample")
    op.drop_index("ix_campaign_sample", table_name="campaign")
    op.drop_column("campaign", "sample_due_at")
