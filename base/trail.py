"""What each line of the log is about: the request, call, ticket, message, job and whoever asked, by their ids alone."""

import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex
from typing import Any

import structlog
from flask import Flask, Response, g, request

from base.clock import ticks_s

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
SLOW_S = 2.0
"""A page that somebody only looks at is worth a line when it took longer, or failed."""
_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")
_REF = re.compile(r"\d{6}-\d{4,6}")
_SID = re.compile(r"[A-Z]{2}[A-Za-z0-9]{8,40}")
_PARTS = {"call_id": "call", "message_id": "message", "campaign_id": "campaign", "incident_id": "incident"}
"""The parts of addresses that are ids, and what they are ids of."""
_NOTHING: Mapping[str, int | str] = {}
_ids: ContextVar[Mapping[str, int | str]] = ContextVar("ids", default=_NOTHING)
# one variable for all of them, where structlog has one for each: they are set and forgotten at every step of a caller


def with_ids(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line of the log with what it is about (a processor of structlog's); what the line says itself goes before."""
    return {**_ids.get(), **event}


@contextmanager
def about(**ids: int | str) -> Iterator[None]:
    """Every line of this block is about these too; what is said of it inside is forgotten with it."""
    before = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(before)


def also(**ids: int | str | None) -> None:
    """From here on every line of this request, or of this block, is about these too; None says nothing."""
    _ids.set({**_ids.get(), **{name: id for name, id in ids.items() if id is not None}})


def brought(**sids: str) -> None:
    """What the carrier calls the call or text that a signed webhook is about; anything else that stands there is not
    said.
    """
    also(**{name: sid for name, sid in sids.items() if _SID.fullmatch(sid)})


def is_quick_look(args: Sequence[object], took_s: float) -> bool:
    """Whether a job was but a look at what is due, about nothing in particular, and not slow."""
    return not args and took_s <= SLOW_S


def follow(app: Flask) -> None:
    """Have every request of `app` leave a trail, and its answer say under which id (`X-Request-ID`).

    Who asks may bring an id; one that is not of letters, digits and dashes gets another. What changed something, failed
    or took long is one line at its end.
    """
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(forget)


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _GIVEN.fullmatch(given) else token_hex(16)
    g.began_s = ticks_s()
    ids: dict[str, int | str] = {"request": g.request_id}
    if parts := request.view_args:
        ids |= {name: parts[part] for part, name in _PARTS.items() if isinstance(parts.get(part), int)}
        if _REF.fullmatch(ref := str(parts.get("ref", ""))):
            ids["ref"] = ref
    _ids.set(ids)


def _end(response: Response) -> Response:
    if "began_s" not in g:
        return response
    took_s = ticks_s() - g.began_s
    response.headers.setdefault(HEADER, g.request_id)
    is_read = request.method in {"GET", "HEAD", "OPTIONS"}
    if not is_read or response.status_code >= 500 or took_s > SLOW_S:
        log.info(
            "request_done", method=request.method, route=str(request.url_rule or ""), status=response.status_code,
            took_ms=round(took_s * 1000, 1),
        )  # fmt: skip
    return response


def forget(_error: BaseException | None = None) -> None:
    """From here on lines are about nothing."""
    _ids.set(_NOTHING)
