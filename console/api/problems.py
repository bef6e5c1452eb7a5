"""How the API refuses: one problem document (RFC 9457) for everything, in both languages."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from base.errors import BadInput, HuiyinError
from console.words import catalogue, say, say_or

MEDIA_TYPE = "application/problem+json"
DOCUMENTED = "/api/v1/docs#problem-"
"""The type of a problem is the place on the readable page that explains it."""
NAMES = {
    400: "unreadable", 401: "unauthorized", 403: "not_allowed", 404: "not_found", 405: "method", 409: "conflict",
    412: "changed", 413: "too_long", 415: "media_type", 422: "bad_input", 429: "too_often", 500: "broken", 503: "away",
}  # fmt: skip
MOST_FAULTS = 20


class Fault(BaseModel):
    """One thing that is wrong with what came in: `pointer` into the body, or the name of a `parameter` or `header`."""

    model_config = ConfigDict(extra="forbid")
    detail: str
    rule: str | None = Field(None, description="文字的哪条规则 / which rule about texts")
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class Problem(BaseModel):
    """A refusal. `type` tells programs which; `detail` tells people what to do."""

    model_config = ConfigDict(extra="forbid")
    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] | None = Field(None, description="都有哪些不对 / everything that is wrong")


class Faulty(BadInput):
    """What came in cannot be used, and these are the places."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(both("problem.bad_input.text"))
        self.faults = faults[:MOST_FAULTS]


class Told(HuiyinError):
    """A refusal that tells more than other problems do: what, is told in a `shape` of its own."""

    shape: type[Problem] = Problem

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message)
        self.more = more


def in_body(field: str, detail: str) -> Faulty:
    """A refusal of one field of the body."""
    return Faulty(Fault(detail=detail, pointer=f"#/{field}"))


def in_query(name: str, detail: str) -> Faulty:
    """A refusal of one parameter of the address."""
    return Faulty(Fault(detail=detail, parameter=name))


def both(key: str, **values: Any) -> str:
    """The words of `key` in Chinese and in English: a program cannot say which its reader prefers."""
    return f"{say(key, 'zh', **values)} {say(key, 'en', **values)}"


def problem(
    status: int, detail: str = "", *, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None,
    shape: type[Problem] = Problem, **more: Any,
) -> Response:  # fmt: skip
    """The answer that says so; `detail` in both languages, left out where there is nothing to add to the kind.

    `more` are the further fields of a problem of another `shape`.
    """
    name = NAMES.get(status) or ("unreadable" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "broken")
    told = shape(
        type=DOCUMENTED + name, title=both(f"problem.{name}.title"), status=status,
        detail=detail or both(f"problem.{name}.text"), errors=list(faults) or None,
        **more,
    )  # fmt: skip
    return Response(told.model_dump_json(exclude_defaults=True), status, dict(headers or {}), content_type=MEDIA_TYPE)


def faults_in_body(error: ValidationError, *, is_tagged: bool) -> Faulty:
    """What pydantic found in a body, each with a pointer (RFC 6901) and in both languages.

    `is_tagged`: the body is one of several by its `type`, which pydantic puts before every place.
    """
    return Faulty(
        *(Fault(detail=_words(each), pointer=_pointer(each, is_tagged)) for each in error.errors()[:MOST_FAULTS])
    )


def faults_in_query(error: ValidationError) -> Faulty:
    """What pydantic found in the parameters of an address."""
    return Faulty(*(Fault(detail=_words(each), parameter=str(each["loc"][0])) for each in error.errors()[:MOST_FAULTS]))


def _pointer(error: ErrorDetails, is_tagged: bool) -> str:
    parts = error["loc"][1:] if is_tagged else error["loc"]
    if error["type"].startswith("union_tag"):
        parts = ("type",)
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _words(error: ErrorDetails) -> str:
    key, known = f"input.{error['type']}", error.get("ctx", {})
    if key in catalogue():
        return both(key, **known)
    if error["type"] == "value_error":  # a rule of ours, which speaks both languages
        return str(known["error"])
    return f"{say_or('input.other', 'zh')} {error['msg']}."
