"""Other systems are told what happens: who wants to be, how far we are, and every try; incidents have a timeline."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
HAS_FAILED = sa.text("state IN ('failed', 'undelivered')")
WAITS = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "incident_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_event_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_event")),
    )
    op.create_index(op.f("ix_incident_event_incident_id"), "incident_event", ["incident_id"])
    op.create_index("ix_message_failed", "message", ["final_at"], postgresql_where=HAS_FAILED, sqlite_where=HAS_FAILED)
    op.create_table(
        "hook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=80), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_hook_project_id_project")),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_hook_made_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
    )
    op.create_table(
        "hook_source",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_id", sa.Integer(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hook_source")),
    )
    op.create_table(
        "hook_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_event")),
        sa.UniqueConstraint("fact", name=op.f("uq_hook_event_fact")),
        sa.UniqueConstraint("key", name=op.f("uq_hook_event_key")),
    )
    op.create_index(op.f("ix_hook_event_found_at"), "hook_event", ["found_at"])
    op.create_table(
        "hook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hook_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hook_id"], ["hook.id"], name=op.f("fk_hook_delivery_hook_id_hook")),
        sa.ForeignKeyConstraint(["event_id"], ["hook_event.id"], name=op.f("fk_hook_delivery_event_id_hook_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_delivery")),
        sa.UniqueConstraint("hook_id", "event_id", name=op.f("uq_hook_delivery_hook_id_event_id")),
    )
    op.create_index("ix_hook_delivery_due", "hook_delivery", ["due_at"], postgresql_where=WAITS, sqlite_where=WAITS)
    op.create_index("ix_hook_delivery_event_id", "hook_delivery", ["event_id"])
    op.create_table(
        "hook_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["hook_delivery.id"], name=op.f("fk_hook_try_delivery_id_hook_delivery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_try")),
    )
    op.create_index(op.f("ix_hook_try_delivery_id"), "hook_try", ["delivery_id"])


def downgrade() -> None:
    for table in ("hook_try", "hook_delivery", "hook_event", "hook_source", "hook"):
        op.drop_table(table)
    op.drop_index("ix_message_failed", table_name="message")
    op.drop_table("incident_event")
