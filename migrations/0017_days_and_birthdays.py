"""Days that are not as the calendar says, birthdays in a leap month, the wish for birthdays, and who mourns."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "special_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", name=op.f("pk_special_day")),
    )
    op.create_table(
        "birthday_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["staff.id"], name=op.f("fk_birthday_wish_approved_by_id_staff")),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_birthday_wish_author_id_staff")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_birthday_wish_batch_id_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_birthday_wish")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_birthday_wish_batch_id")),
    )
    # in words that both databases know: rebuilding the table, as SQLite otherwise would, would drop what refers to it
    op.execute("ALTER TABLE person ADD COLUMN birth_is_leap BOOLEAN")
    op.execute(f"ALTER TABLE person ADD COLUMN bereaved_at {_moment()}")
    op.execute(f"ALTER TABLE batch ADD COLUMN swept_at {_moment()}")
    op.create_index("ix_person_birth", "person", ["birth_month", "birth_day"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_person_birth", table_name="person")
    op.execute("ALTER TABLE batch DROP COLUMN swept_at")
    for column in ("bereaved_at", "birth_is_leap"):
        op.execute(f"ALTER TABLE person DROP COLUMN {column}")
    op.drop_table("birthday_wish")
    op.drop_table("special_day")


def _moment() -> str:
    return "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
