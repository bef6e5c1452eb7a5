"""Incidents, and what is sent to many."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("building_ids", sa.JSON(), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("promised_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by_id"], ["staff.id"], name=op.f("fk_incident_opened_by_id_staff")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_incident_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_project_id_state", "incident", ["project_id", "state"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("message_class", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=20), nullable=True),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planner_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emergency_reason", sa.String(length=200), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["staff.id"], name=op.f("fk_campaign_approved_by_id_staff")),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_campaign_author_id_staff")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_campaign_batch_id_batch")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_campaign_incident_id_incident")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_campaign_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_campaign_batch_id")),
    )
    op.create_index(op.f("ix_campaign_incident_id"), "campaign", ["incident_id"], unique=False)
    op.create_index(op.f("ix_campaign_project_id"), "campaign", ["project_id"], unique=False)
    op.create_index("ix_campaign_state", "campaign", ["state"], unique=False)

    op.create_table(
        "left_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_left_out_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_left_out_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_out")),
        sa.UniqueConstraint("campaign_id", "person_id", name=op.f("uq_left_out_campaign_id_person_id")),
    )
    op.create_index("ix_left_out_campaign_id_reason", "left_out", ["campaign_id", "reason"], unique=False)

    # in words that both databases know: rebuilding the table, as SQLite otherwise would, would drop what refers to it
    op.execute(
        "ALTER TABLE ticket ADD COLUMN incident_id INTEGER "
        "CONSTRAINT fk_ticket_incident_id_incident REFERENCES incident (id)"
    )
    op.create_index(op.f("ix_ticket_incident_id"), "ticket", ["incident_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ticket_incident_id"), table_name="ticket")
    op.execute("ALTER TABLE ticket DROP COLUMN incident_id")
    op.drop_index("ix_left_out_campaign_id_reason", table_name="left_out")

    op.drop_table("left_out")
    op.drop_index("ix_campaign_state", table_name="campaign")
    op.drop_index(op.f("ix_campaign_project_id"), table_name="campaign")
    op.drop_index(op.f("ix_campaign_incident_id"), table_name="campaign")

    op.drop_table("campaign")
    op.drop_index("ix_incident_project_id_state", table_name="incident")

    op.drop_table("incident")
