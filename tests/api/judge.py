"""Judges every answer of the API by the document that the API gives of itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict
from werkzeug.test import TestResponse

PROBLEM = "application/problem+json"
FIELDS = {"type", "title", "status", "detail"}
CHANGED = {"yours", "current", "since"}
"""What a 412 tells besides."""


@dataclass
class _Request:
    host_url: str
    path: str
    method: str
    parameters: RequestParameters
    content_type: str = ""
    body: bytes | None = None
    path_pattern: str | None = None


@dataclass
class _Response:
    status_code: int
    content_type: str
    data: bytes
    headers: Mapping[str, Any]


class Judge:
    """One document, and what it says of answers."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._api = OpenAPI.from_dict(document, Config(extra_media_type_deserializers={PROBLEM: json.loads}))

    def __call__(self, answer: TestResponse) -> TestResponse:
        """`answer` itself, if it is what the document promises: status, media type, headers and body."""
        method, path = answer.request.method, answer.request.path
        if answer.status_code >= 400:
            assert answer.mimetype == PROBLEM, answer.text
            assert answer.json.keys() - {"errors"} == FIELDS | (CHANGED if answer.status_code == 412 else set())
            assert answer.json["status"] == answer.status_code
            assert "Traceback" not in answer.text
        operations = self._operations(path)
        if method.lower() not in operations:
            assert answer.status_code == (405 if operations else 404), f"{method} {path}: {answer.text}"
            return answer
        told = operations[method.lower()]["responses"].get(str(answer.status_code))
        assert told is not None, f"{method} {path} does not say that it answers {answer.status_code}: {answer.text}"
        promised = {name for name, header in told.get("headers", {}).items() if self._whole(header).get("required")}
        assert promised <= dict(answer.headers).keys()
        nothing = RequestParameters(query=ImmutableMultiDict(), header=Headers(), cookie=ImmutableMultiDict(), path={})
        asked = _Request(self.document["servers"][0]["url"], path, method.lower(), nothing)
        response = _Response(answer.status_code, answer.mimetype, answer.data, answer.headers)
        self._api.validate_response(asked, response)
        return answer

    def _whole(self, header: dict[str, Any]) -> dict[str, Any]:
        name = header.get("$ref", "").rpartition("/")[2]
        return dict(self.document["components"]["headers"][name]) if name else header

    def _operations(self, path: str) -> dict[str, Any]:
        for template, operations in sorted(self.document["paths"].items()):
            if re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", template), path):
                return dict(operations)
        return {}


@cache
def judge(document: str) -> Judge:
    """The judge of a document, made once."""
    return Judge(json.loads(document))
