"""The web process: builds the service and opens its doors."""

from collections.abc import Callable
from functools import partial

import click
import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

import base.commands
import base.health
import console.backup
import console.doctor
import console.hooks.commands
import console.privacy.commands
import console.privacy.person_commands
import console.shared
import console.watching
import console.web
import demo.commands
import directory.commands
import directory.roster_commands
import directory.vendor_commands
import hotline.commands
import hotline.connect
import hotline.menubook
import hotline.personcalls
import hotline.promptdoor
import hotline.receipts
import hotline.rehearsal
import hotline.ringbackcalls
import hotline.throughcalls
import hotline.webhooks
import messages.webhooks
import messages.wording
import oncall.calendars
import oncall.commands
import oncall.drill_command
import oncall.dutycalls
import oncall.ladder_command
import oncall.overruns
import oncall.overruns_command
import oncall.vendorcalls
import oncall.webhooks
import outreach.actions.owing
import outreach.callbackrules
import outreach.calls
import outreach.changewords
import outreach.commands
import outreach.daycommands
import outreach.entrycalls
import outreach.interviewcalls
import outreach.noticecalls
import outreach.questionnairefile
import outreach.spotcalls
import outreach.spotchecks
import outreach.trialcalls
import outreach.webhooks
import tickets.clocktable
import tickets.triagewords
from base.access import guard_of
from base.database import Database, reading
from base.errors import SettingsError
from base.log import configure_log
from base.origin import is_from_here
from base.queue import Hints, connect
from base.settings import Settings, read_settings
from base.trail import follow
from base.wiring import MAKE_READY, OWED_ABOVE, REFUSAL
from directory.actions import holds_demo
from telephony.carrier import Carrier
from telephony.twilio import TwilioCarrier

log = structlog.get_logger(__name__)

DOORS = (
    hotline.webhooks.door,
    hotline.receipts.door,
    hotline.ringbackcalls.door,
    hotline.throughcalls.door,
    hotline.personcalls.door,
    hotline.personcalls.recorded_door,
    oncall.webhooks.door,
    oncall.vendorcalls.door,
    oncall.calendars.door,
    hotline.promptdoor.door,
    oncall.dutycalls.door,
    messages.webhooks.door,
    messages.webhooks.spoken,
    outreach.webhooks.door,
    outreach.calls.door,
    outreach.calls.recorded_door,
    outreach.entrycalls.door,
    outreach.interviewcalls.door,
    outreach.interviewcalls.recorded_door,
    outreach.spotcalls.door,
    outreach.noticecalls.door,
    outreach.trialcalls.door,
    base.health.door,
)
COMMANDS = (
    *base.commands.commands,
    *directory.commands.commands,
    *directory.roster_commands.commands,
    *directory.vendor_commands.commands,
    *hotline.commands.commands,
    *hotline.connect.commands,
    *oncall.commands.commands,
    *oncall.drill_command.commands,
    *oncall.overruns_command.commands,
    *oncall.ladder_command.commands,
    *outreach.commands.commands,
    *outreach.daycommands.commands,
    *console.backup.commands,
    *console.doctor.commands,
    *console.hooks.commands.commands,
    *console.privacy.commands.commands,
    *console.privacy.person_commands.commands,
    *demo.commands.commands,
)
RULES: tuple[Callable[[Settings], object], ...] = (
    lambda settings: oncall.overruns.rules_of_the_house(settings.overruns_file),
    lambda settings: outreach.changewords.rules_of_the_house(settings.changes_file),
    lambda settings: tickets.clocktable.table_of_the_house(settings.clocks_file),
    lambda settings: tickets.triagewords.words_of_the_house(settings.triage_words_file),
    lambda _: outreach.callbackrules.rules_of_the_house(),
    lambda _: outreach.spotchecks.rules_of_the_house(),
    lambda _: outreach.questionnairefile.questionnaires(),
)
"""What reads each file of rules, that of the release or one's own, and keeps what it says."""
READY: tuple[Callable[[], object], ...] = (configure_mappers, hotline.menubook.book, messages.wording.texts)
"""What is made ready before anybody calls: else the first caller of each process waits, and all others behind them."""


def create_app(settings: Settings | None = None, carrier: Carrier | None = None) -> Flask:
    """The whole service on one application object; opens no connection. Raises `SettingsError`.

    Flask's command line, looking for a command, gets the commands instead of the error: `doctor` goes on and says
    what is wrong, the others only refuse.
    """
    app = Flask(__name__, static_folder=None)
    context = click.get_current_context(silent=True)
    is_looked_through = context is not None and context.parent is None
    refusal = None
    try:
        _build(app, settings or read_settings(), carrier, is_quiet=is_looked_through)
    except SettingsError as error:
        if context is None:
            raise
        if not is_looked_through:  # a command of Flask's own, like `flask run`, wants the service itself
            raise click.ClickException(base.commands.in_one_line(error)) from None
        refusal = app.extensions[REFUSAL] = error
    for command in COMMANDS:
        goes_on = command in console.doctor.commands
        app.cli.add_command(base.commands.plain(command, None if goes_on else refusal))
    base.commands.refuse_unknown(app.cli)
    return app


def furnish(app: Flask, settings: Settings, carrier: Carrier | None = None) -> None:
    """Hang on `app` its settings, and the database, queue and carriers that they name; opens no connection."""
    second = settings.second_account
    app.extensions[console.shared.HELD] = {}
    app.extensions.update(
        settings=settings,
        database=Database(settings.database_url),
        hints=Hints(connect(settings.redis_url)),
        carrier=carrier or TwilioCarrier(settings),
        second_carrier=TwilioCarrier(settings, second) if second is not None else None,
    )


def _build(app: Flask, settings: Settings, carrier: Carrier | None, *, is_quiet: bool) -> None:
    app.config.update(MAX_CONTENT_LENGTH=2 * 1024 * 1024)
    app.extensions[base.health.MEASURES] = (console.watching.measure,)
    app.extensions[OWED_ABOVE] = (outreach.actions.owing.owed,)
    app.extensions[MAKE_READY] = partial(hotline.rehearsal.rehearse, app)
    furnish(app, settings, carrier)
    # what a command has to say it says itself, in one line
    configure_log(as_json=settings.logs_json, level="ERROR" if is_quiet else "INFO")
    settings.check()
    if settings.trusted_proxies:
        behind = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0)
        app.wsgi_app = behind  # type: ignore[method-assign]  # Flask's own way to put something around it
    _check_rules(settings)
    if not is_quiet:  # a command reads what it needs; `menu check` says what is wrong in a file
        for make_ready in READY:
            make_ready()
    for door in DOORS:
        app.register_blueprint(door)
    console.web.register(app)
    follow(app)  # after the desk, which keeps what is round every request by then to itself
    if settings.is_development:
        app.before_request(_stay_at_home)
    _refuse_unguarded_views(app)
    if not settings.is_development:
        _refuse_demo_people(app)


def _check_rules(settings: Settings) -> None:
    """What is wrong in a file of rules is found now, all of it, and not when somebody should have been told or asked.

    Raises `SettingsError`.
    """
    faults: list[str] = []
    for read in RULES:
        try:
            read(settings)
        except SettingsError as error:
            faults += error.faults
    if faults:
        raise SettingsError("规则文件有误。Files of rules are wrong:", *faults)


def _stay_at_home() -> Response | None:
    """Development has known tokens and log-ins: whatever port it was bound to, only this machine may enter."""
    return None if is_from_here(request) else Response(status=403)


def _refuse_unguarded_views(app: Flask) -> None:
    open_doors = [name for name, view in app.view_functions.items() if not guard_of(view)]
    if open_doors:
        raise SettingsError(
            f"这些页面没有写明谁可进入 / these views say nothing about who may enter: {', '.join(sorted(open_doors))}"
        )


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
            "数据库里有演示小区，拒绝启动，请为生产环境另建数据库 / "
            "refusing to start: this database holds the demo estate; give production a database of its own"
        )
