"""The console's door: one blueprint, its guard, its headers and how it refuses."""

from urllib.parse import urlsplit

import structlog
from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from base.access import Guard, guard_of
from base.errors import BadInput, Conflict, HuiyinError, NotAllowed
from base.refusals import half
from base.trail import also
from console import arrivals, policy
from console.proofs import lacks_proof
from console.staff import keep_language
from console.words import LANGUAGES, say

log = structlog.get_logger(__name__)
door = Blueprint("console", __name__, template_folder="templates")
csrf = CSRFProtect()

Answer = str | AnyResponse | tuple[str, int]

TO_CHANGE = {"console.account", "console.change_password", "console.log_out"}
"""What somebody may do whose password was given to them to be used once."""


CHOSEN = "chosen"
"""Under this name the session keeps the language that was chosen before somebody logged in: it becomes theirs."""

LARGER: dict[str, int] = {}
"""How many bytes a view takes that takes more than the others: it takes files."""


def language() -> str:
    """The language this session reads: `zh` unless somebody chose or was given `en`. Touches no database."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        session["lang"] = asked
    kept = session.get("lang")
    return kept if kept in LANGUAGES else LANGUAGES[0]


def is_local(address: str) -> bool:
    """Whether `address` is a path of this site, and not another site dressed as one."""
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket where a host would stand
        return False
    return (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and not parts.netloc
        and "\\" not in address
        and address.isprintable()
    )


@door.before_request
def admit() -> AnyResponse | None:
    """Nobody enters a view that does not name them; whoever is not logged in is shown where to."""
    language()
    who = guard_of(current_app.view_functions[request.endpoint or ""])
    switched = asked if (asked := request.args.get("lang")) in LANGUAGES else None
    if Guard.PUBLIC in who:
        if switched:
            session[CHOSEN] = switched
    else:
        if not current_user.is_authenticated:
            return _to_login()
        also(staff=current_user.id)
        if current_user.role not in who:
            raise NotAllowed("您的岗位不能做这一步。Your role may not do this.")
        if switched:
            keep_language(current_user, switched)
        if current_user.must_change and request.endpoint not in TO_CHANGE:
            return _away(url_for("console.account"))
        if lacks_proof(request.endpoint or "", current_user):
            return _needs_proof()
    if (most := LARGER.get(request.endpoint or "")) is not None:
        request.max_content_length = most
    if request.method not in {"GET", "HEAD"}:
        csrf.protect()
    return None


@door.after_request
def seal(response: Response) -> Response:
    """What every page says about itself, and how what was asked for fared."""
    policy.seal(response)
    arrivals.tell(response)
    return response


def _to_login() -> AnyResponse:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else url_for("console.desk")
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("console.login")})
    return redirect(url_for("console.login", next=wanted if wanted != "/" else None), 303)


def _needs_proof() -> AnyResponse:
    """Where a second proof is made ready, in place of what was asked for."""
    if request.headers.get("HX-Request"):
        return Response(status=403, headers={"HX-Redirect": url_for("console.second_step")})
    return make_response(render_template("second_needed.html"), 403)


def _away(address: str) -> AnyResponse:
    """To another page first; a page that asks by itself goes there whole."""
    if request.headers.get("HX-Request"):
        return Response(status=403, headers={"HX-Redirect": address})
    return redirect(address, 303)


def refuse(key: str, status: int, why: str = "", **values: object) -> AnyResponse:
    """A page that says what is wrong, as far as we know `why`, and what to do; it needs no database."""
    words = language()
    page = render_template(
        "error.html", title=say(f"error.{key}.title", words), text=say(f"error.{key}.text", words, **values),
        why=half(why, words),
    )  # fmt: skip
    return make_response(page, status)


@door.errorhandler(HuiyinError)
def _refused(error: HuiyinError) -> AnyResponse:
    key = {403: "not_allowed", 404: "not_found", 409: "conflict", 422: "bad_input"}.get(error.status, "broken")
    # of what is not there, or not theirs, nobody is told more than that
    return refuse(key, error.status, error.message if isinstance(error, BadInput | Conflict) else "")


@door.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> AnyResponse:
    return refuse("stale", 400)


@door.errorhandler(HTTPException)
def _http(error: HTTPException) -> AnyResponse:
    code = error.code or 500
    if code == 413 and (most := LARGER.get(request.endpoint or "")):
        return refuse("too_large", code, most=most // 1024**2)
    key = {404: "not_found", 413: "too_long", 429: "too_often"}.get(code, "bad_input" if code < 500 else "broken")
    return refuse(key, code)


@door.errorhandler(StaleDataError)
def _changed(_error: StaleDataError) -> AnyResponse:
    """Somebody else wrote the same row a moment earlier: what was read is to be looked at again."""
    return refuse("conflict", 409)


@door.errorhandler(DataError)
def _held_by_no_column(error: DataError) -> AnyResponse:
    """Somebody sent what PostgreSQL keeps nowhere, as a text with the character NUL."""
    log.warning("console_database", error=type(error).__name__, path=request.path)
    return refuse("bad_input", 422)


@door.errorhandler(SQLAlchemyError)
def _database_away(error: SQLAlchemyError) -> AnyResponse:
    log.error("console_database", error=type(error).__name__, path=request.path)
    return refuse("away", 503)


@door.errorhandler(Exception)
def _broken(error: Exception) -> AnyResponse:
    log.exception("console_failed", path=request.path, exc_info=error)
    return refuse("broken", 500)
