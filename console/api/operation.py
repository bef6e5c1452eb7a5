"""What a view of the API asks and answers: checked on the way in, written on the way out, and told by its document."""

import json
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, cast

from flask import Response, g, request
from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import to_json
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from base.clock import now
from base.database import reading, transaction
from console.api.door import bearer
from console.api.marks import Operation
from console.api.once import JSON, Request, checked_key, keep, once
from console.api.problems import Fault, Faulty, both, faults_in_body, faults_in_query
from console.api.revealing import keep_shown
from console.api.shapes import Query
from console.api.sheets import AnyForm, Lines, form_asked, lines_of, sheet

Work = Callable[..., BaseModel]
View = Callable[..., Response]
KEY = "Idempotency-Key"
IF_MATCH = "If-Match"
KNOWN, CHANGED = 304, 412


def reads(
    gives: type[BaseModel], *, query: type[Query] | None = None, body: type[BaseModel] | None = None,
    refuses: tuple[int, ...] = (), is_versioned: bool = False, lines: Lines | None = None,
) -> Callable[[Work], View]:  # fmt: skip
    """Make a view of `work(session, [asked], **path)`: it changes nothing and answers a `gives`.

    What is asked as `AnyForm` can be had as a file, of its items unless it has other `lines`. Of what `is_versioned`
    whoever knows the version already is told no more than that.
    """

    def make(work: Work) -> View:
        @wraps(work)
        def view(**path: Any) -> Response:
            asked = _asked(query, body)
            if asked and (kind := form_asked(asked[0])):
                return sheet(kind, lines or lines_of(gives), partial(work, **path), cast(AnyForm, asked[0]))
            with reading() as session:
                told = work(session, *asked, **path)
            answer = _answer(told, 200)
            if is_versioned:
                answer = _unless_known(_tagged(answer))
            if answer.status_code != KNOWN:  # else nothing is shown
                keep_shown(told)
            return answer

        return _marked(view, Operation(
            gives, query=query, body=body, refuses=refuses, is_versioned=is_versioned,
            has_files=query is not None and issubclass(query, AnyForm),
        ))  # fmt: skip

    return make


def writes(
    gives: type[BaseModel], *, body: type[BaseModel] | None = None, status: int = 200, refuses: tuple[int, ...] = (),
    location: Callable[[Any], str] | None = None, then: Callable[[Any], BaseModel] | None = None,
    is_versioned: bool = False,
) -> Callable[[Work], View]:  # fmt: skip
    """Make a view of `work(session, [asked], **path)`: one transaction, and once where the request has a key.

    `location` says where what was made can be read. `then` goes on, after the commit, with what was told, and tells
    it anew: whatever it does must be done by the clock if nobody comes to it, and who asks meanwhile hears the first.
    """
    heeds = (IF_MATCH,) if CHANGED in refuses else ()

    def make(work: Work) -> View:
        @wraps(work)
        def view(**path: Any) -> Response:
            asked = _asked(None, body)
            done: list[BaseModel] = []

            def answer(told: BaseModel) -> Response:
                response = _answer(told, status)
                if location:
                    response.headers["Location"] = location(told)
                return response

            def do() -> Response:
                told = work(session, *asked, **path)
                done.append(told)
                return answer(told)

            key = request.headers.get(KEY)
            keyed = None if key is None else _keyed(checked_key(key), asked, heeds)
            with transaction() as session:
                response = do() if keyed is None else once(session, keyed, do, at=now())
            if done:
                keep_shown(done[0])
            elif bearer().may_reveal:  # what was answered before is shown once more
                g.shown_whole = True
            if is_versioned and response.status_code < 400:
                return _tagged(response)
            if then is None or not done:
                return response
            told = then(done[0])
            keep_shown(told)
            response = answer(told)
            if keyed is not None:
                with transaction() as session:
                    keep(session, keyed, response)
            return response

        return _marked(view, Operation(gives, True, None, body, status, refuses, is_versioned))

    return make


def _marked(view: View, operation: Operation) -> View:
    view.operation = operation  # type: ignore[attr-defined]  # a mark on a function
    return view


def _answer(told: BaseModel, status: int) -> Response:
    return Response(told.model_dump_json(by_alias=True), status, content_type=JSON)


def _tagged(response: Response) -> Response:
    """With the version of what it tells as its ETag, also where it was told before."""
    response.set_etag(json.loads(response.get_data())["version"])
    return response


def _unless_known(response: Response) -> Response:
    tag, _ = response.get_etag()
    if tag is None or not request.if_none_match.contains_weak(tag):
        return response
    return Response(status=KNOWN, headers={"ETag": response.headers["ETag"]})


def _asked(query: type[Query] | None, body: type[BaseModel] | None) -> tuple[BaseModel, ...]:
    read_query = _read_query(query or Query)
    return tuple(one for one in (read_query if query else None, _read_body(body) if body else None) if one is not None)


def _read_query(query: type[Query]) -> Query:
    """The parameters of the address; an empty one is as good as none. Raises `Faulty`."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise Faulty(*(Fault(detail=both("input.twice"), parameter=name) for name in twice))
    given: Mapping[str, str] = {name: value for name, value in request.args.items() if value}
    try:
        return query.model_validate(given)
    except ValidationError as error:
        raise faults_in_query(error) from None


def _read_body(body: type[BaseModel]) -> BaseModel:
    """The body; nothing at all is as good as an empty object.

    Raises `UnsupportedMediaType` for what does not say that it is JSON, `BadRequest` for what is none, and `Faulty`.
    """
    given = request.get_data()
    is_nothing = not given and not request.content_type
    if not (request.is_json or is_nothing):
        raise UnsupportedMediaType
    try:
        return body.model_validate_json(b"{}" if is_nothing else given)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise BadRequest from None
        raise faults_in_body(error, is_tagged=issubclass(body, RootModel)) from None


def _keyed(key: str, asked: tuple[BaseModel, ...], heeds: tuple[str, ...]) -> Request:
    # as it was understood: blanks and the order of fields make no other request
    canonical = to_json([one.model_dump(mode="json") for one in asked]).decode()
    # whoever has looked again asks for something else
    canonical += "".join(request.headers.get(name, "") for name in heeds)
    return Request(bearer().token_id, key, f"{request.method} {request.path}"[:200], canonical)
