"""Numbers of people who were forgotten, as fingerprints; consents say who wrote them down, and by which text."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.create_table(
        "forgotten_number",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("message_class", sa.String(length=20), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", "message_class", name=op.f("pk_forgotten_number")),
    )
    op.execute(
        "ALTER TABLE consent ADD COLUMN staff_id INTEGER CONSTRAINT fk_consent_staff_id_staff REFERENCES staff (id)"
    )
    op.execute("ALTER TABLE consent ADD COLUMN sid VARCHAR(40) DEFAULT '' NOT NULL")


def downgrade() -> None:
    op.drop_column("consent", "sid")
    op.execute("ALTER TABLE consent DROP COLUMN staff_id")
    op.drop_table("forgotten_number")
