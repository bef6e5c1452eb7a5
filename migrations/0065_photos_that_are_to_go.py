"""A photograph of whoever is forgotten goes before its time."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    op.add_column("photo", sa.Column("is_to_go", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("photo", "is_to_go")
