"""What was said of a ticket is changed by nobody, but where it is put out of sight: in the transaction that says so."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
WHY = "what was said of a ticket is never changed"
KEPT = ("channel", "opened_at", "ref")
"""Of a ticket that is erased its words go; how, when and under which number they came stays."""
WORDS = ("summary", *KEPT)
EVENT_KEPT = ("id", "ticket_id", "at", "type", "staff_id", "once_key")
ERASED = "EXISTS (SELECT 1 FROM erasing WHERE erasing.ticket_id = OLD.{key})"


def upgrade() -> None:
    op.create_table(
        "erasing",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_erasing_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_erasing")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    op.execute("DROP TRIGGER ticket_event_stays")
    op.execute("DROP TRIGGER ticket_words_stay")
    moved = _differs(EVENT_KEPT, "IS NOT")
    op.execute(
        f"CREATE TRIGGER ticket_event_stays BEFORE UPDATE ON ticket_event "
        f"WHEN {moved} OR NOT {ERASED.format(key='ticket_id')} {refuse}"
    )
    said = f"OLD.summary IS NOT NEW.summary AND NOT {ERASED.format(key='id')}"
    op.execute(
        f"CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF {', '.join(WORDS)} ON ticket "
        f"WHEN {_differs(KEPT, 'IS NOT')} OR ({said}) {refuse}"
    )


def _on_postgresql() -> None:
    for name, key, kept in (("event", "ticket_id", EVENT_KEPT), ("words", "id", KEPT)):
        may = f"{ERASED.format(key=key)} AND NOT ({_differs(kept, 'IS DISTINCT FROM')})"
        op.execute(
            f"CREATE FUNCTION refuse_{name}_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {may} THEN RETURN NEW; END IF; "
            f"RAISE EXCEPTION '{WHY}' USING ERRCODE = 'restrict_violation'; END $$"
        )
    op.execute("DROP TRIGGER ticket_event_stays ON ticket_event")
    op.execute("DROP TRIGGER ticket_words_stay ON ticket")
    op.execute(
        "CREATE TRIGGER ticket_event_stays BEFORE UPDATE ON ticket_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_event_change()"
    )
    op.execute(
        "CREATE TRIGGER ticket_event_is_never_deleted BEFORE DELETE ON ticket_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF {', '.join(WORDS)} ON ticket "
        f"FOR EACH ROW WHEN ({_differs(WORDS, 'IS DISTINCT FROM')}) EXECUTE FUNCTION refuse_words_change()"
    )


def _differs(names: tuple[str, ...], how: str) -> str:
    return " OR ".join(f"OLD.{name} {how} NEW.{name}" for name in names)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        op.execute("DROP TRIGGER ticket_event_stays")
        op.execute("DROP TRIGGER ticket_words_stay")
        op.execute(f"CREATE TRIGGER ticket_event_stays BEFORE UPDATE ON ticket_event {refuse}")
        op.execute(
            f"CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF {', '.join(WORDS)} ON ticket "
            f"WHEN {_differs(WORDS, 'IS NOT')} {refuse}"
        )
    else:
        op.execute("DROP TRIGGER ticket_event_stays ON ticket_event")
        op.execute("DROP TRIGGER ticket_event_is_never_deleted ON ticket_event")
        op.execute("DROP TRIGGER ticket_words_stay ON ticket")
        op.execute("DROP FUNCTION refuse_event_change()")
        op.execute("DROP FUNCTION refuse_words_change()")
        op.execute(
            "CREATE TRIGGER ticket_event_stays BEFORE UPDATE OR DELETE ON ticket_event "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF {', '.join(WORDS)} ON ticket "
            f"FOR EACH ROW WHEN ({_differs(WORDS, 'IS DISTINCT FROM')}) EXECUTE FUNCTION refuse_change()"
        )
    op.drop_table("erasing")
