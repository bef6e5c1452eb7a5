"""What members of staff are best spoken with about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"

SKILLS = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("staff", sa.Column("skills", SKILLS, nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("staff", "skills")
