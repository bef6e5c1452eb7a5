"""What a token may do: those of before go on reading and writing everything that their staff may."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    op.add_column("api_token", sa.Column("scopes", sa.String(length=200), nullable=False, server_default="read write"))


def downgrade() -> None:
    op.drop_column("api_token", "scopes")
