"""A ticket whose department somebody named keeps it; empty: its category says."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("department", sa.String(30), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("ticket", "department")
