"""What was done is kept with the address it was done from and whose project it was; no row of it is changed."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
WHY = "what was done is never changed"
KEPT_DAYS = 365
"""Retention may delete what is older, and nothing else may."""


def upgrade() -> None:
    with op.batch_alter_table("audit") as batch:
        batch.alter_column("staff_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("project_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("address", sa.String(length=45), server_default=sa.text("''"), nullable=False))
        batch.create_foreign_key(op.f("fk_audit_project_id_project"), "project", ["project_id"], ["id"])
    op.execute("UPDATE audit SET project_id = (SELECT staff.project_id FROM staff WHERE staff.id = audit.staff_id)")
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    for name in ("project", "staff", "what"):
        column = name if name == "what" else f"{name}_id"
        op.create_index(f"ix_audit_{name}", "audit", [column, "id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    op.execute(f"CREATE TRIGGER audit_stays BEFORE UPDATE ON audit {refuse}")
    is_young = f"OLD.at > datetime('now', '-{KEPT_DAYS} days')"
    op.execute(f"CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN {is_young} {refuse}")


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    does = "EXECUTE FUNCTION refuse_audit_change()"
    op.execute(f"CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW {does}")
    is_young = f"OLD.at > now() - interval '{KEPT_DAYS} days'"
    op.execute(f"CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit FOR EACH ROW WHEN ({is_young}) {does}")
    op.execute(f"CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT {does}")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("audit_stays", "audit_is_kept") if is_sqlite else (
        "audit_stays", "audit_is_kept", "audit_is_never_emptied"
    ):  # fmt: skip
        op.execute(f"DROP TRIGGER {name}" if is_sqlite else f"DROP TRIGGER {name} ON audit")
    if not is_sqlite:
        op.execute("DROP FUNCTION refuse_audit_change()")
    for name in ("ix_audit_what", "ix_audit_staff", "ix_audit_project", op.f("ix_audit_at")):
        op.drop_index(name, table_name="audit")
    # what nobody in particular did cannot be told in the older shape
    op.execute("DELETE FROM audit WHERE staff_id IS NULL OR what NOT IN ('reveal', 'consent', 'bereaved', 'consoled')")
    with op.batch_alter_table("audit") as batch:
        batch.drop_constraint(op.f("fk_audit_project_id_project"), type_="foreignkey")
        batch.drop_column("address")
        batch.drop_column("project_id")
        batch.alter_column("staff_id", existing_type=sa.Integer(), nullable=False)
