"""The API's door: one blueprint, its tokens and how it refuses. No cookie opens it, but for the page about it."""

from dataclasses import dataclass
from typing import Any, cast

import structlog
from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from base.access import guard_of
from base.clock import now
from base.database import reading, transaction
from base.errors import HuiyinError, NotAllowed
from base.log import mask, mask_name, mask_text
from base.trail import also
from base.write_lock import is_busy
from console import policy
from console.api.marks import needed
from console.api.once import refused
from console.api.problems import both, problem
from console.staff import Me, as_me, me
from directory import tokens
from directory.scopes import EVERYTHING, allows

log = structlog.get_logger(__name__)
door = Blueprint("api", __name__, url_prefix="/api/v1")

LONGEST_BODY = 64 * 1024
FOR_THE_DESK = {"api.page", "api.document"}
"""What staff may also read in the browser in which they are logged in."""
REALM = "huiyin"
SOON_S = "2"


class _NoToken(Unauthorized):
    """Nobody can tell who asks; `error` is what RFC 6750 calls it when there was a token."""

    def __init__(self, detail: str, error: str = "") -> None:
        super().__init__(detail)
        # a realm is always quoted, which the library leaves out where it can
        self.challenge = f'Bearer realm="{REALM}"' + (f', error="{error}"' if error else "")


class _TooNarrow(NotAllowed):
    """The token is good, and not for this."""

    def __init__(self, scope: str) -> None:
        super().__init__(both("problem.not_allowed.scope", scope=scope))
        self.challenge = f'Bearer realm="{REALM}", error="insufficient_scope", scope="{scope}"'


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who asks: the member of staff their token acts as, and whether it shows whole numbers.

    `hides_names`: what it is told leaves the house as a file, masked as an export of the desk.
    """

    me: Me
    token_id: int
    may_reveal: bool
    scopes: tuple[str, ...] = EVERYTHING
    hides_names: bool = False

    def number(self, number: str | None) -> str | None:
        """A telephone number as this token may see it; None for none."""
        if self.may_reveal and number:
            g.shown_whole = True
        return (number if self.may_reveal else mask(number)) or None

    def name(self, name: str) -> str:
        """The name of an owner."""
        return mask_name(name) if self.hides_names else name

    def private(self, words: str) -> str:
        """What else is known of an owner's person; left out where names are masked."""
        return "" if self.hides_names else words

    def text(self, words: str) -> str:
        """A text of ours with the numbers in it as this token may see them."""
        masked = mask_text(words)
        if self.may_reveal and masked != words:
            g.shown_whole = True
        return words if self.may_reveal else masked

    def data(self, value: Any) -> Any:
        """Particulars as JSON holds them, with every text in them as this token may see it."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {name: self.data(each) for name, each in value.items()}
            case list():
                return [self.data(each) for each in value]
        return value


def bearer() -> Bearer:
    """Who asks, only behind a guard that asks for a role."""
    return cast(Bearer, g.bearer)


@door.before_request
def admit() -> AnyResponse | None:
    """Nobody enters a view without a living token of a role that it names."""
    request.max_content_length = LONGEST_BODY
    is_page = request.endpoint in FOR_THE_DESK and "Authorization" not in request.headers
    if is_page and not current_user.is_authenticated and _is_browser():
        return redirect(url_for("console.login", next=request.path), 303)
    view = current_app.view_functions[request.endpoint or ""]
    who = guard_of(view)
    g.bearer = Bearer(me(), 0, may_reveal=False) if is_page and current_user.is_authenticated else _bearer()
    also(staff=bearer().me.id, token=bearer().token_id or None)
    if bearer().me.role not in who:
        raise NotAllowed(both("problem.not_allowed.text"))
    scope = needed(view, str(request.url_rule).removeprefix(f"{door.url_prefix}/"))
    if not allows(bearer().scopes, scope):
        raise _TooNarrow(scope)
    return None


def _is_browser() -> bool:
    """Whether who asks would rather read a page than JSON: a program that takes anything is told that it needs a
    token."""
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


door.after_request(policy.seal)


def _bearer() -> Bearer:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise _NoToken(both("problem.unauthorized.text"))
    at = now()
    with reading() as session:
        token = tokens.token_of(session, given.token, at=at)
        if token is None:
            raise _NoToken(both("problem.unauthorized.over"), error="invalid_token")
        who = Bearer(as_me(token.staff), token.id, token.may_reveal, tokens.scopes_of(token))
        is_to_be_marked = tokens.is_to_be_marked(token, at=at)
    if is_to_be_marked:
        try:
            with transaction() as session:
                tokens.mark_used(session, who.token_id, at=at)
        except OperationalError as error:  # when it was used is no reason to refuse it
            log.warning("token_not_marked", error=type(error).__name__)
    return who


@door.errorhandler(HuiyinError)
def _refused(error: HuiyinError) -> AnyResponse:
    return refused(error)


@door.errorhandler(_TooNarrow)
def _too_narrow(error: _TooNarrow) -> AnyResponse:
    return problem(403, error.message, headers={"WWW-Authenticate": error.challenge})


@door.errorhandler(_NoToken)
def _unauthorized(error: _NoToken) -> AnyResponse:
    return problem(401, error.description or "", headers={"WWW-Authenticate": error.challenge})


@door.errorhandler(HTTPException)
def http_problem(error: HTTPException) -> Response:
    """A refusal of the web's own as a problem, with the methods that would do; one that is a problem is kept."""
    if isinstance(error.response, Response):
        return error.response
    return problem(error.code or 500, headers={name: value for name, value in error.get_headers() if name == "Allow"})


@door.errorhandler(StaleDataError)
def _changed(_error: StaleDataError) -> AnyResponse:
    return problem(409, both("conflict.changed"))


@door.errorhandler(OperationalError)
@door.errorhandler(NoConnectionFree)
def _database_away(error: OperationalError | NoConnectionFree) -> AnyResponse:
    log.error("api_database", error=type(error).__name__, path=request.path)
    is_taken = isinstance(error, NoConnectionFree) or is_busy(error)
    return problem(503, both("problem.away.busy") if is_taken else "", headers={"Retry-After": SOON_S})


@door.errorhandler(Exception)
def _broken(error: Exception) -> AnyResponse:
    log.exception("api_failed", path=request.path, exc_info=error)
    return problem(500)
