"""Merged tickets name their original; the timeline and the words that came in cannot be changed or deleted."""

from alembic import op

revision = "0029"
down_revision = "0028"
WHY = "what was said of a ticket is never changed"
CHANGED = ("summary", "channel", "opened_at", "ref")
"""Of a ticket itself: the words, and how, when and under which number they came."""


def upgrade() -> None:
    # no batch mode, which would copy the table; SQLite drops triggers with the table they watch
    op.execute(
        "ALTER TABLE ticket ADD COLUMN merged_into_id INTEGER "
        "CONSTRAINT fk_ticket_merged_into_id_ticket REFERENCES ticket (id)"
    )
    op.create_index(op.f("ix_ticket_merged_into_id"), "ticket", ["merged_into_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    op.execute(f"CREATE TRIGGER ticket_event_stays BEFORE UPDATE ON ticket_event {refuse}")
    op.execute(f"CREATE TRIGGER ticket_event_is_kept BEFORE DELETE ON ticket_event {refuse}")
    differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in CHANGED)
    op.execute(
        f"CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF {', '.join(CHANGED)} ON ticket WHEN {differs} {refuse}"
    )


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ticket_event_stays BEFORE UPDATE OR DELETE ON ticket_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER ticket_event_is_kept BEFORE TRUNCATE ON ticket_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in CHANGED)
    op.execute(
        f"CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF {', '.join(CHANGED)} ON ticket "
        f"FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    watched = {
        "ticket_words_stay": "ticket",
        "ticket_event_is_kept": "ticket_event",
        "ticket_event_stays": "ticket_event",
    }
    for name, table in watched.items():
        op.execute(f"DROP TRIGGER {name}" if is_sqlite else f"DROP TRIGGER {name} ON {table}")
    if not is_sqlite:
        op.execute("DROP FUNCTION refuse_change()")
    op.drop_index(op.f("ix_ticket_merged_into_id"), table_name="ticket")
    op.execute("ALTER TABLE ticket DROP COLUMN merged_into_id")
