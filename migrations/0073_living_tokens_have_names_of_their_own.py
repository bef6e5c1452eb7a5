"""No two living tokens of the API have one name: what stands in the record under it was done by one of them."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
LIVING = sa.text("revoked_at IS NULL")


def upgrade() -> None:
    op.execute(
        "UPDATE api_token SET name = substr(name, 1, 68) || ' #' || id WHERE revoked_at IS NULL AND EXISTS ("
        "SELECT 1 FROM api_token AS other WHERE other.name = api_token.name AND other.revoked_at IS NULL "
        "AND other.id < api_token.id)"
    )
    op.create_index(
        "uq_api_token_living", "api_token", ["name"], unique=True, sqlite_where=LIVING, postgresql_where=LIVING
    )


def downgrade() -> None:
    op.drop_index("uq_api_token_living", "api_token")
