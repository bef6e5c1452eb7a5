"""A write with a key happens once: the same request again gets the first answer, also while that is being made."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from base.errors import HuiyinError
from base.rows import insert
from base.work import forget_what_follows
from console.api.models import ApiAnswer
from console.api.problems import MEDIA_TYPE, Fault, Faulty, Told, both, problem

LONGEST_KEY = 200
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two requests the same: the token, its key, method and path, and the body in canonical form."""

    token_id: int
    key: str
    line: str
    body: str

    @property
    def body_hash(self) -> str:
        """The hash of the body."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def checked_key(key: str) -> str:
    """The key, if it can be kept. Raises `Faulty`."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Faulty(Fault(detail=both("input.key", most=LONGEST_KEY), header="Idempotency-Key"))
    return key


def once(session: Session, request: Request, work: Callable[[], Response], *, at: datetime) -> Response:
    """The answer to `request`: what `work` answers, or answered the first time, in this one transaction.

    1. Its row is written first. Where there is one, another such request came before, or is under way: then the
       database lets us wait until it has ended.
    2. The work is done. What it refuses is undone, and the refusal is the answer.
    3. The answer is kept in the row. Whatever else goes wrong takes the row with it, and the request may come again.

    Raises `Faulty` for a key that came with something else before.
    """
    row = {"token_id": request.token_id, "key": request.key, "request": request.line, "body_hash": request.body_hash}
    first = insert(ApiAnswer).on_conflict_do_nothing(index_elements=["token_id", "key"]).returning(ApiAnswer.id)
    written = session.execute(first, row | {"status": 0, "body": "", "location": "", "created_at": at})
    if written.scalar_one_or_none() is None:
        return _again(session, request)
    try:
        with session.begin_nested():
            answer = work()
    except HuiyinError as error:
        if error.status >= 500:
            raise
        forget_what_follows(session)
        answer = refused(error)
    keep(session, request, answer)
    return answer


def keep(session: Session, request: Request, answer: Response) -> None:
    """Write down what is answered to this request from now on."""
    kept = _kept(session, request)
    kept.status, kept.body = answer.status_code, answer.get_data(as_text=True)
    kept.location = answer.headers.get("Location", "")


def refused(error: HuiyinError) -> Response:
    """An error of ours as the problem it is."""
    more = {"shape": error.shape, **error.more} if isinstance(error, Told) else {}
    return problem(int(error.status), error.message, faults=getattr(error, "faults", ()), **more)


def forget(session: Session, *, before_at: datetime) -> None:
    """Answers that old: their keys may be used again."""
    session.execute(delete(ApiAnswer).where(ApiAnswer.created_at <= before_at))


def _again(session: Session, request: Request) -> Response:
    kept = _kept(session, request)
    if (kept.request, kept.body_hash) != (request.line, request.body_hash):
        raise Faulty(Fault(detail=both("input.key_of_another"), header="Idempotency-Key"))
    answer = Response(kept.body, kept.status, content_type=JSON if kept.status < 400 else MEDIA_TYPE)
    if kept.location:
        answer.headers["Location"] = kept.location
    return answer


def _kept(session: Session, request: Request) -> ApiAnswer:
    same = select(ApiAnswer).where(ApiAnswer.token_id == request.token_id, ApiAnswer.key == request.key)
    return session.scalars(same).one()
