"""Judges exchanges with the carrier's REST API by Twilio's own OpenAPI document."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

DOCUMENT = Path(__file__).parent / "twilio_api_v2010.json"
FORM = "application/x-www-form-urlencoded"
_passed: set[tuple[object, ...]] = set()
ERROR_FIELDS = {"code": int, "message": str, "more_info": str, "status": int}


@dataclass
class _Request:
    host_url: str
    path: str
    method: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None
    path_pattern: str | None = None


@dataclass
class _Response:
    status_code: int
    content_type: str
    data: bytes
    headers: Mapping[str, Any]


def judge(exchange: Mapping[str, Any]) -> None:
    """Raise AssertionError unless request and answer are what Twilio's document says.

    `exchange` is one entry of the sandbox's log with `direction` api. Of a request that the network
    refused, only the answer is judged; where a switch broke the answer (`fault`), the request is judged
    nevertheless, and the answer if there is one. Sound files are not in the document and pass.
    """
    path = urlsplit(str(exchange["url"])).path
    if not path.endswith(".json"):
        return
    is_broken = bool(exchange.get("fault"))
    assert is_broken or exchange["status"] is not None, f"never answered, and no switch says why: {exchange}"
    status = int(exchange["status"] or 0)
    if status >= 400:
        _judge_refusal(exchange)
    if status < 400 or is_broken:
        _judge_request(exchange, path)
    if 0 < status < 400:
        _check(exchange, lambda: _api().validate_response(_request(exchange, path), _response(exchange, status)))


def _judge_request(exchange: Mapping[str, Any], path: str) -> None:
    request = _request(exchange, path)
    fields = _judge_names(exchange, request)
    kind = str(exchange.get("headers", {}).get("content-type", FORM))
    assert not exchange["params"] or kind.startswith(FORM), f"no form: {kind} at {exchange['url']}"
    likeness = _likeness(exchange, fields)
    if likeness not in _passed:  # reading a form is slow, and a thousand texts are the same to the document
        _check(exchange, lambda: _api().validate_request(request))
        _passed.add(likeness)


def _likeness(exchange: Mapping[str, Any], fields: Mapping[str, Any]) -> tuple[object, ...]:
    """What of a request the document looks at: of mere words in a form that they are there; no number has a range."""

    def looked_at(name: str, value: str) -> str:
        if fields[name] == {"type": "string"}:
            return ""
        return re.sub(r"[0-9a-f]" if "://" in value else r"\d", "0", value)

    form = sorted((str(name), looked_at(str(name), str(value))) for name, value in exchange["params"])
    return (exchange["method"], exchange["url"], *form)


def _check(exchange: Mapping[str, Any], check: Callable[[], object]) -> None:
    try:
        check()
    except Exception as error:
        raise AssertionError(_tell(exchange, error)) from error


def _judge_refusal(exchange: Mapping[str, Any]) -> None:
    body = json.loads(exchange["body"])
    kinds = {name: type(value) for name, value in body.items()}
    assert kinds == ERROR_FIELDS, f"no refusal as Twilio writes it: {body}"
    assert body["status"] == exchange["status"], f"the body names another status: {body}"


def _judge_names(exchange: Mapping[str, Any], request: _Request) -> dict[str, Any]:
    """Refuse names that the document does not know: the library looks only at those it knows. Answers the fields."""
    operation = _operation(request)
    if operation is None:
        raise AssertionError(f"no such resource: {exchange['method']} {exchange['url']}")
    content = operation.get("requestBody", {}).get("content", {}).get(FORM, {})
    fields: dict[str, Any] = content.get("schema", {}).get("properties", {})
    query = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
    unknown = {str(k) for k, _ in exchange["params"]} - set(fields)
    unknown |= set(request.parameters.query) - query
    assert not unknown, f"names that Twilio does not know: {sorted(unknown)} in {exchange['url']}"
    return fields


def _operation(request: _Request) -> dict[str, Any] | None:
    for template, item in _document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"[^/.]+", template), request.path):
            operation: dict[str, Any] | None = item.get(request.method)
            return operation
    return None


def _request(exchange: Mapping[str, Any], path: str) -> _Request:
    split = urlsplit(str(exchange["url"]))
    form = [(str(k), str(v)) for k, v in exchange["params"]]
    parameters = RequestParameters(
        query=ImmutableMultiDict(parse_qsl(split.query, keep_blank_values=True)),
        header=Headers({"Authorization": "Basic judged-elsewhere"}),
        cookie=ImmutableMultiDict(),
        path={},
    )
    body = urlencode(form).encode() if form else None
    host = f"{split.scheme}://{split.netloc}"
    return _Request(host, path, str(exchange["method"]).lower(), parameters, FORM, body)


def _response(exchange: Mapping[str, Any], status: int) -> _Response:
    kind = str(exchange["content_type"]).partition(";")[0]
    return _Response(status, kind, str(exchange["body"]).encode(), {})


def _tell(exchange: Mapping[str, Any], error: Exception) -> str:
    reasons = [str(error), *_causes(error)]
    asked = f"{exchange['method']} {exchange['url']} {exchange['params']}"
    return "\n".join([f"not as Twilio's document says: {asked}", *reasons, str(exchange["body"])])


def _causes(error: BaseException) -> list[str]:
    found = [str(e) for e in getattr(error, "schema_errors", [])]
    return found + (_causes(error.__cause__) if error.__cause__ else [])


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    return document


@cache
def _api() -> OpenAPI:
    return OpenAPI.from_dict(_document())
