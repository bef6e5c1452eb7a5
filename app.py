"""The web process: builds the service and opens its doors."""

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

import base.commands
import base.health
import console.doctor
import console.web
import demo.commands
import directory.commands
import hotline.commands
import hotline.connect
import hotline.receipts
import hotline.webhooks
import messages.webhooks
import oncall.commands
import oncall.webhooks
import outreach.webhooks
from base.access import guard_of
from base.database import Database, reading
from base.errors import SettingsError
from base.log import configure_log
from base.queue import Hints, connect
from base.settings import Settings, is_loopback, read_settings
from directory.actions import holds_demo
from telephony.carrier import Carrier
from telephony.twilio import TwilioCarrier

log = structlog.get_logger(__name__)

DOORS = (
    hotline.webhooks.door,
    hotline.receipts.door,
    oncall.webhooks.door,
    messages.webhooks.door,
    outreach.webhooks.door,
    base.health.door,
)
COMMANDS = (
    *base.commands.commands,
    *directory.commands.commands,
    *hotline.commands.commands,
    *hotline.connect.commands,
    *oncall.commands.commands,
    *console.doctor.commands,
    *demo.commands.commands,
)


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
    app.extensions["carrier"] = carrier or TwilioCarrier(settings)
    for door in DOORS:
        app.register_blueprint(door)
    console.web.register(app)
    if settings.is_development:
        app.before_request(_stay_at_home)
    for command in COMMANDS:
        app.cli.add_command(command)
    _refuse_unguarded_views(app)
    if not settings.is_development:
        _refuse_demo_people(app)
    return app


def _stay_at_home() -> Response | None:
    """Development has known tokens and log-ins: whatever port it was bound to, only this machine may enter.

    A proxy on this machine would bring strangers in; it says so in its headers.
    """
    peer = request.remote_addr or ""
    is_forwarded = any(name.startswith(("HTTP_X_FORWARDED_", "HTTP_FORWARDED")) for name in request.environ)
    return None if is_loopback(f"//{_bracketed(peer)}") and not is_forwarded else Response(status=403)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


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
