"""Opens the console on an application: sessions, log-in, throttle, templates and every page; and the API beside."""

import secrets
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.routing import IntegerConverter

from base.ids import as_id
from base.queue import ANSWER_S
from base.settings import Settings
from base.watchers import SCHEME, watchers
from console import (
    account,
    accounts,
    auditlog,
    calling,
    campaign_new,
    campaigns,
    care,
    contacts,
    desk,
    entries,
    exporting,
    helping,
    hookpages,
    incident_new,
    incident_rows,
    incidents,
    leave,
    leaving,
    login,
    logincode,
    menu_edit,
    menu_prompts,
    menu_walk,
    menus,
    messages,
    month,
    moves,
    oncall,
    opening,
    operations,
    parts,
    people,
    personal,
    photos,
    plan_days,
    pops,
    proposals,
    questionnaires,
    recordings,
    ringbacks,
    rotating,
    satisfaction,
    searching,
    second,
    skills,
    staff,
    static_files,
    swaps,
    ticket,
    ticket_incident,
    tokenpages,
    tonight,
    unanswered,
    vendors,
    waves,
    wordings,
    year_plan,
)
from console.api import web as api
from console.door import csrf, door
from console.reports import night
from console.reports import pages as reports
from console.roster import pages as rosters

PAGES = (
    account, accounts, auditlog, logincode, second,
    campaign_new, campaigns, care, contacts, desk, entries, exporting, hookpages, incident_new, incident_rows,
    incidents, leave, leaving, login,
    menu_edit, menu_prompts, menu_walk, menus, messages, month, moves, oncall, opening, operations,
    people, personal, plan_days, pops,
    proposals, questionnaires, recordings, ringbacks, rotating, satisfaction, searching, skills, static_files, swaps,
    ticket, ticket_incident, tokenpages, tonight, unanswered, vendors, waves, wordings, year_plan,
    reports, night,
    calling, helping, photos,
    rosters,
)  # fmt: skip
"""Importing a page puts its views on the door."""

TRIES = "10 per minute; 60 per hour"
TRIES_OF_ADDRESS = "60 per minute; 300 per hour"
"""Of all names together: wide enough for an office behind one address, too narrow to try a list of names."""


def register(app: Flask) -> None:
    """Put the console on `app`. Needs its settings there; opens no connection."""
    settings: Settings = app.extensions["settings"]
    # without one (development only) sessions last as long as this process
    app.secret_key = settings.secret_key.get_secret_value() if settings.secret_key else secrets.token_urlsafe(36)
    app.config.update(
        SESSION_COOKIE_NAME="huiyin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.address.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=settings.session_lasts,
        # a page left open asks for ever, and its last answer must not undo a log-out. Whatever is kept in the session
        # signs its cookie anew: that a shift ends, `staff.load` sees from the moment of the log-in
        SESSION_REFRESH_EACH_REQUEST=False,
        # the carrier's doors are signed, not tokened: only our own guard asks for a token
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = _Sessions()
    app.url_map.converters["id"] = _IdInAddress
    _log_in_with(app)
    csrf.init_app(app)
    app.register_blueprint(door)
    parts.furnish(app)
    limiter = _limiter(app, settings)
    by_name = limiter.limit(TRIES, key_func=login.throttle_key)(login.log_in)
    app.view_functions["console.log_in"] = limiter.limit(TRIES_OF_ADDRESS)(by_name)
    _keep_to_the_console(app)
    api.register(app, limiter, settings)


class _Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie. Whoever brings none (every webhook) costs no look at a signature."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """A new session without a cookie, else what it says."""
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()


class _IdInAddress(IntegerConverter):
    """`<id:id>` in a rule. A number beyond any id is nobody's, so that the page itself says there is no such thing."""

    def to_python(self, value: str) -> int:
        return as_id(value)


def _log_in_with(app: Flask) -> None:
    manager = LoginManager(app, add_context_processor=False)  # error pages ask no database
    manager.session_protection = None  # phones change address and browsers their name in the middle of a shift
    manager.user_loader(staff.load)


def _limiter(app: Flask, settings: Settings) -> Limiter:
    """Counts log-ins and requests in Redis; when it is away, in this process: a queue that is down keeps nobody out."""
    where = settings.redis_url
    patience: dict[str, Any] = {"socket_timeout": ANSWER_S, "socket_connect_timeout": ANSWER_S}
    if where.startswith(f"{SCHEME}:"):
        # no second try, nor a sentinel's own patience of a minute: whoever logs in waits, and callers behind them
        calm = {**patience, "retry": Retry(NoBackoff(), 0)}
        known = {"password": password} if (password := watchers(where).password) else {}
        # a count has to be the newest
        patience = {**calm, **known, "sentinel_kwargs": calm, "use_replicas": False}
    return Limiter(
        get_remote_address,
        app=app,
        storage_uri=f"redis+{where}" if where.startswith("unix:") else where,
        storage_options=patience,
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        key_prefix="huiyin-limit",
    )


def _keep_to_the_console(app: Flask) -> None:
    """What log-in, tokens and throttle do around every request, they do around the console's only.

    The carrier's doors have none of the three, and a caller waits behind them.
    """
    around: Any = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    for hooks in around:
        hooks[door.name] = hooks.pop(None, []) + hooks.pop(door.name, [])
