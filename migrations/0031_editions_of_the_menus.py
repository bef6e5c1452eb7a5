"""The menus as a company has made them, who published them when, and which of them a call began with."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "menu_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_menu_edition_author_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_edition")),
        sa.UniqueConstraint("key", name=op.f("uq_menu_edition_key")),
    )
    op.create_table(
        "menu_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("publisher_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["menu_edition.id"], name=op.f("fk_menu_publication_edition_id_menu_edition")
        ),
        sa.ForeignKeyConstraint(["publisher_id"], ["staff.id"], name=op.f("fk_menu_publication_publisher_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_publication")),
        sa.UniqueConstraint("after_id", name=op.f("uq_menu_publication_after_id")),
    )
    op.add_column("call", sa.Column("menu_key", sa.String(length=64), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    op.drop_column("call", "menu_key")
    op.drop_table("menu_publication")
    op.drop_table("menu_edition")
