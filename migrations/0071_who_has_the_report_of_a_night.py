"""Who has the report of a night already, by a fingerprint of their address: to them it does not go again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    fingerprints = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("morning_mail", sa.Column("told", fingerprints, server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    op.drop_column("morning_mail", "told")
