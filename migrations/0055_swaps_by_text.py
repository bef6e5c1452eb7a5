"""A swap has a code by which it is answered by text."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.add_column("swap", sa.Column("code", sa.String(length=8), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_swap_code", "swap", ["code"])


def downgrade() -> None:
    op.drop_index("ix_swap_code", table_name="swap")
    op.drop_column("swap", "code")
