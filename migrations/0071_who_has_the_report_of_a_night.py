"""Who has the report of a night already, by a fingerprint of their address: to them it does not go again."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    op.add_column("morning_mail", sa.Column("told", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("morning_mail", "told")
