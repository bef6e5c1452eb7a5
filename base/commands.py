"""`flask db …`: the operator's hand on the database's shape."""

import click

from base import migrations
from base.database import database


@click.group("db")
def db() -> None:
    """The shape of the database."""


@db.command()
@click.argument("to", default="head")
def upgrade(to: str) -> None:
    """Bring the database to TO (a number; the newest if left out)."""
    migrations.upgrade(database().engine, to)


@db.command()
@click.argument("to")
def downgrade(to: str) -> None:
    """Take the database back to TO (a number, or base)."""
    migrations.downgrade(database().engine, to)


@db.command()
@click.argument("message")
def revision(message: str) -> None:
    """Write the next numbered migration from what the models say."""
    migrations.new(message, database().engine)


commands = [db]
