"""How each member of staff wants to be paged: what comes first, and a second number."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("staff", sa.Column("page_order", sa.String(length=20), server_default="together", nullable=False))
    op.add_column("staff", sa.Column("second_number", sa.String(length=20), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("staff", "second_number")
    op.drop_column("staff", "page_order")
