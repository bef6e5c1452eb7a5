"""The history of the database's shape: numbered files in `migrations/`, run by Alembic."""

import warnings
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SAWarning

from base.errors import Conflict
from base.settings import ROOT


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to `to` (a number, or head)."""
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        with warnings.catch_warnings():
            # SQLite keeps indexes over a part of a number, but does not tell of them: nothing an operator could mend
            warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
            command.upgrade(config, to)


def downgrade(engine: Engine, to: str) -> None:
    """Take the database back to `to` (a number, or base)."""
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def current(engine: Engine) -> str | None:
    """The number of the newest migration this database has seen; None before the first."""
    with engine.connect() as connection:
        return current_on(connection)


def current_on(connection: Connection) -> str | None:
    """The same, as this connection sees it."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(number: str) -> bool:
    """Whether a migration is among ours."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(number) is not None
    except (RevisionError, CommandError):
        return False


@cache
def newest() -> str | None:
    """The number of the newest migration of this program, read once: its files do not change while it runs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def pending(engine: Engine) -> list[str]:
    """Numbers of the migrations this database has not seen; empty when it is up to date.

    Raises `Conflict` if it has seen one that is not among ours.
    """
    script = ScriptDirectory.from_config(_config())
    here = current(engine)
    if here == script.get_current_head():
        return []
    try:
        return [step.revision for step in reversed(list(script.iterate_revisions("head", here or "base")))]
    except RevisionError:
        raise Conflict(f"数据库比程序新 / the database is newer than this program: {here}") from None


def new(message: str, engine: Engine) -> None:
    """Write the next numbered file from what the models say and the database does not."""
    numbers = [int(s.revision) for s in ScriptDirectory.from_config(_config()).walk_revisions()]
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        number = f"{max(numbers, default=0) + 1:04d}"
        command.revision(config, message=message, autogenerate=True, rev_id=number)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations" / "environment"))
    config.set_main_option("version_locations", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
