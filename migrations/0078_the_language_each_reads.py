"""The language in which somebody reads our pages; none: the one in which they are called."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    op.add_column("staff", sa.Column("reads", sa.String(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("staff", "reads")
