"""The web process: builds the service and opens its doors."""

from importlib import import_module

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

import base.commands
import base.health
from base.access import guard_of
from base.database import Database, reading
from base.errors import SettingsError
from base.log import configure_log
from base.queue import Hints, connect
from base.settings import Settings, read_settings
from directory.actions import holds_demo
from telephony.carrier import Carrier

log = structlog.get_logger(__name__)

DOORS = ("hotline.webhooks", "oncall.webhooks", "messages.webhooks", "outreach.webhooks")


def create_app(settings: Settings | None = None, carrier: Carrier | None = None) -> Flask:
    """The whole service on one application object; opens no connection. Raises `SettingsError`."""
    settings = settings or read_settings()
    settings.check()
    configure_log(as_json=not settings.is_development)
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=2 * 1024 * 1024)
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url)
    app.extensions["hints"] = Hints(connect(settings.redis_url))
    app.extensions["carrier"] = carrier or _carrier(settings)
    for name in DOORS:
        if _is_there(name):
            app.register_blueprint(import_module(name).door)
    app.register_blueprint(base.health.door)
    if _is_there("console.web"):
        import_module("console.web").register(app)
    for command in base.commands.commands:
        app.cli.add_command(command)
    for name in ("directory.commands", "hotline.commands", "hotline.connect", "demo.commands"):
        if _is_there(name):
            for command in import_module(name).commands:
                app.cli.add_command(command)
    if not settings.is_development:
        _refuse_demo_people(app)
    _refuse_unguarded_views(app)
    return app


def _is_there(name: str) -> bool:
    # while the rooms are being built, one that does not stand yet is left out, loudly
    try:
        import_module(name)
    except ImportError as error:
        print(f"left out for now: {name}: {error}")  # noqa: T201
        return False
    return True


def _carrier(settings: Settings) -> Carrier:
    if not _is_there("telephony.twilio"):
        return None  # type: ignore[return-value]
    module = import_module("telephony.twilio")
    return module.TwilioCarrier(settings)  # type: ignore[no-any-return]


def _refuse_unguarded_views(app: Flask) -> None:
    open_doors = [name for name, view in app.view_functions.items() if not guard_of(view)]
    if open_doors:
        raise SettingsError(f"these views say nothing about who may enter: {', '.join(sorted(open_doors))}")


def _refuse_demo_people(app: Flask) -> None:
    """Invented people must never be texted for real. A database that is away cannot be asked; calls go on."""
    with app.app_context():
        try:
            with reading() as session:
                found = holds_demo(session)
        except SQLAlchemyError as error:
            log.warning("demo_people_not_checked", error=type(error).__name__)
            return
        finally:
            app.extensions["database"].close()
    if found:
        raise SettingsError(
            "refusing to start: this database holds the demo estate; give production a database of its own"
        )
