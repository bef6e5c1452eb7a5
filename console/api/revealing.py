"""What a token was shown whole is written down: who, of which ticket, person or message, when, and the reason given."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

import structlog
from flask import Response, g, request
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from base.clock import now
from base.database import transaction
from base.log import mask_text
from console.api.door import SOON_S, Bearer, bearer, door
from console.api.problems import both, problem
from console.api.shapes import Shape
from directory.accessmodels import ApiToken
from directory.audit import LONGEST, write_down
from directory.auditmodels import AuditWhat

log = structlog.get_logger(__name__)

REASON = "X-Reason"


def reason_given() -> str:
    """Why, as the request says: plain, or percent-encoded where it is not in ASCII."""
    given = request.headers.get(REASON, "")
    with suppress(UnicodeError):  # then it is what it seems
        given = given.encode("latin-1").decode()
    return "".join(c for c in " ".join(unquote(given).split()) if c.isprintable())[:LONGEST]


def keep_shown(told: BaseModel) -> None:
    """Write down each thing in this answer whose number the token was shown whole; without a record it is not shown.

    Colleagues' own numbers are kept in one line, by the address that was asked.
    """
    if not g.pop("shown_whole", False):
        return
    about = dict.fromkeys(_things(told)) or [f"api:{request.path.rpartition('/')[2]}"]
    write(AuditWhat.REVEAL, *about)


@door.after_request
def keep_the_rest(response: Response) -> Response:
    """A refusal that tells how things stand, and an answer given again, may show whole numbers too."""
    if not g.pop("shown_whole", False):
        return response
    told = response.get_data(as_text=True)
    if mask_text(told) == told:
        return response
    ref = (request.view_args or {}).get("ref")
    try:
        write(AuditWhat.REVEAL, f"ticket:{ref}" if ref else f"api:{request.path.rpartition('/')[2]}")
    except SQLAlchemyError as error:
        log.error("reveal_not_written_down", error=type(error).__name__)
        return problem(503, both("problem.away.busy"), headers={"Retry-After": SOON_S})
    return response


def write(what: AuditWhat, *about: str) -> None:
    """Write down what the token of this request did to these, with its name and the reason it gave."""
    who: Bearer = bearer()
    with transaction() as session:
        token = session.get_one(ApiToken, who.token_id)
        why = ": ".join(part for part in (f"API {token.name}", reason_given()) if part)
        for one in about:
            write_down(session, staff_id=who.me.id, what=what, about=one, reason=why, at=now())


def _things(told: BaseModel) -> Iterator[str]:
    """The things in an answer that hold a whole number, as the record calls them: `ticket:261122-0034`."""
    if isinstance(told, Shape) and (kind := told.kept_as):
        written = told.model_dump_json()
        if mask_text(written) != written:
            yield f"{kind}:{getattr(told, 'ref', None) or getattr(told, 'id', '')}"
        return
    for name in type(told).model_fields:
        value = getattr(told, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                yield from _things(each)
