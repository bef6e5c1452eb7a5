"""How often owners who are not there are contacted, when they are due, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "contact_plan",
        sa.Column("absence", sa.String(length=20), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("means", sa.String(length=20), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("absence", name=op.f("pk_contact_plan")),
    )
    op.create_table(
        "contact_due",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("absence", sa.String(length=20), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_due_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_contact_due")),
    )
    op.create_index("ix_contact_due_due_at", "contact_due", ["due_at"])
    op.create_table(
        "contact_made",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_reached", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_made_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_contact_made_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_made")),
    )
    op.create_index(op.f("ix_contact_made_person_id"), "contact_made", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_contact_made_person_id"), table_name="contact_made")
    op.drop_table("contact_made")
    op.drop_index("ix_contact_due_due_at", table_name="contact_due")
    op.drop_table("contact_due")
    op.drop_table("contact_plan")
