"""Several calls from one building that may be one trouble, and their tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
IS_OPEN, IS_HELD = sa.text("state = 'open'"), sa.text("held_at IS NOT NULL")
IS_TOLD = sa.text("tell_due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "incident_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("raised_from", sa.String(length=20), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tell_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_incident_proposal_project_id_project")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_incident_proposal_building_id_building")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["ticket.id"], name=op.f("fk_incident_proposal_leader_id_ticket")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_incident_proposal_decided_by_id_staff")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_proposal_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_proposal")),
    )
    op.create_index("ix_incident_proposal_leader_id", "incident_proposal", ["leader_id"])
    op.create_index("ix_incident_proposal_incident_id", "incident_proposal", ["incident_id"])
    op.create_index(
        "uq_incident_proposal_open", "incident_proposal", ["building_id", "category"], unique=True,
        postgresql_where=IS_OPEN, sqlite_where=IS_OPEN,
    )  # fmt: skip
    op.create_index(
        "ix_incident_proposal_tell", "incident_proposal", ["tell_due_at"], postgresql_where=IS_TOLD,
        sqlite_where=IS_TOLD,
    )  # fmt: skip
    op.create_table(
        "incident_proposal_ticket",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_incident_proposal_ticket_ticket_id_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["incident_proposal.id"],
            name=op.f("fk_incident_proposal_ticket_proposal_id_incident_proposal"),
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_incident_proposal_ticket")),
    )  # fmt: skip
    op.create_index("ix_incident_proposal_ticket_proposal_id", "incident_proposal_ticket", ["proposal_id"])
    op.create_index(
        "ix_incident_proposal_ticket_held",
        "incident_proposal_ticket",
        ["proposal_id"],
        postgresql_where=IS_HELD,
        sqlite_where=IS_HELD,
    )


def downgrade() -> None:
    op.drop_table("incident_proposal_ticket")
    op.drop_table("incident_proposal")
