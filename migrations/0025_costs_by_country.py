"""What messages cost by the country they go to: of a day, and frozen with a campaign."""

import sqlalchemy as sa
from alembic import op
from flask import has_app_context

from base.wiring import settings

revision = "0025"
down_revision = "0024"


def _prices() -> tuple[float, float]:
    """What a segment and a call cost here now: what the days so far have cost is worked out by them."""
    return (settings().sms_cost, settings().call_cost) if has_app_context() else (0.0, 0.0)


def upgrade() -> None:
    op.add_column("spending", sa.Column("cost", sa.Float(), nullable=False, server_default="0"))
    segment, call = _prices()
    op.execute(
        sa.text("UPDATE spending SET cost = segments * :segment + calls * :call").bindparams(segment=segment, call=call)
    )
    op.drop_column("spending", "segments")
    op.drop_column("spending", "calls")
    op.add_column("campaign", sa.Column("routes", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "routes")
    op.add_column("spending", sa.Column("segments", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("spending", sa.Column("calls", sa.Integer(), nullable=False, server_default="0"))
    op.drop_column("spending", "cost")
