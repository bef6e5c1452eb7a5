"""What the API says of itself: an OpenAPI 3.1 document made from its views and their shapes."""

import re
from collections.abc import Iterator
from typing import Any

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from werkzeug.routing import Rule

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.ids import LARGEST_ID
from base.wiring import settings
from console.api.door import door
from console.api.marks import Operation, needed, operation_of
from console.api.once import JSON, LONGEST_KEY
from console.api.operation import CHANGED, IF_MATCH, KEY
from console.api.pace import PACE
from console.api.problems import MEDIA_TYPE, NAMES, Problem, both
from console.api.revealing import REASON
from console.api.sheets import MEDIA
from console.api.ticket_shapes import TicketChanged
from console.hooks.document import TOLD, webhooks
from console.words import say

SCHEMAS = "#/components/schemas/"
FILES = {"api.document": JSON, "api.page": "text/html"}
"""The views that answer no shape, and what they answer."""
ANYWHERE = (401, 403, 422, 429, 500, 503)
WITH_A_BODY = (400, 413, 415)
OF_A_PROBLEM: dict[str, type[Problem]] = {"changed": TicketChanged}
"""Refusals that tell more than others, and their shapes."""
_PART = re.compile(r"<(?:[^<>:]+:)?(\w+)>")


class _Plain(GenerateJsonSchema):
    """Without titles that only say the name of their field again."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


@door.get("/openapi.json")
@guarded_by(*EVERYBODY_ON_STAFF)
def document() -> ResponseReturnValue:
    """The document, for programs."""
    return jsonify(openapi())


def rules() -> list[Rule]:
    """The addresses of the API, in the order of the document."""
    found = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith(f"{door.name}.")]
    return sorted(found, key=lambda rule: (rule.endpoint in FILES, rule.rule, methods(rule)))


def methods(rule: Rule) -> list[str]:
    """What a rule answers to, but for what comes with every address."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def path_of(rule: Rule) -> str:
    """The address as OpenAPI writes it: `/api/v1/tickets/{ref}`."""
    return _PART.sub(r"{\1}", rule.rule)


def openapi() -> dict[str, Any]:
    """The whole document."""
    schemas = _schemas()
    paths: dict[str, Any] = {}
    for rule in rules():
        for method in methods(rule):
            paths.setdefault(path_of(rule), {})[method.lower()] = _operation(rule, schemas)
    queries = {operation.query.__name__ for operation in _operations() if operation.query}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Huiyin", "version": "1", "description": both("api.intro")},
        "servers": [{"url": settings().address}],
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": webhooks(SCHEMAS),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": both("api.token")}},
            "parameters": {
                "key": {
                    "name": KEY, "in": "header", "required": False, "description": both("api.key"),
                    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
                },
                "reason": _header(REASON, "api.reason"),
                "if_match": _header(IF_MATCH, "api.if_match"),
                "if_none_match": _header("If-None-Match", "api.if_none_match"),
            },
            "headers": {
                "Link": {"description": both("api.link"), "schema": {"type": "string"}},
                "ETag": {"description": both("api.etag"), "required": True, "schema": {"type": "string"}},
                **{name: {"description": both(f"api.{name}"), "schema": {"type": "integer"}} for name in PACE},
            },
            "responses": {name: _problem(name) for name in NAMES.values()},
            "schemas": {name: schema for name, schema in schemas.items() if name not in queries},
        },
    }  # fmt: skip


def _operations() -> Iterator[Operation]:
    for rule in rules():
        if operation := operation_of(current_app.view_functions[rule.endpoint]):
            yield operation


def _schemas() -> dict[str, Any]:
    """Every shape by its name: what comes in as it is read, what goes out as it is written."""
    wanted: dict[tuple[type[BaseModel], str], None] = {(Problem, "serialization"): None}
    wanted |= {(shape, "serialization"): None for shape in (*TOLD.values(), *OF_A_PROBLEM.values())}
    for operation in _operations():
        wanted[operation.gives, "serialization"] = None
        for asked in (operation.query, operation.body):
            if asked is not None:
                wanted[asked, "validation"] = None
    _, found = models_json_schema(
        list(wanted), ref_template=SCHEMAS + "{model}", schema_generator=_Plain  # type: ignore[arg-type]
    )  # fmt: skip
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _operation(rule: Rule, schemas: dict[str, Any]) -> dict[str, Any]:
    name = rule.endpoint.partition(".")[2]
    told: dict[str, Any] = {"operationId": name, "summary": f"{say(f'api.{name}', 'zh')} / {say(f'api.{name}', 'en')}"}
    view = current_app.view_functions[rule.endpoint]
    path = rule.rule.removeprefix(f"{door.url_prefix}/")
    scope = needed(view, path)
    told["tags"] = [path.partition("/")[0].partition(".")[0]]
    told["security"] = [{"token": [scope] if scope else []}]
    operation = operation_of(view)
    parameters = [_in_path(rule, argument) for argument in sorted(rule.arguments)]
    if operation is None:
        content = {FILES[rule.endpoint]: {"schema": {"type": "object" if FILES[rule.endpoint] == JSON else "string"}}}
        place = {"Location": {"required": True, "schema": {"type": "string"}}}
        answers = {
            "200": {"description": told["summary"], "headers": _pace(), "content": content},
            "303": {"description": both("api.log_in"), "headers": place},
        }
        return told | {"responses": {**answers, **_refusals(())}}
    if operation.query is not None:
        parameters += _in_query(schemas[operation.query.__name__])
    parameters.append({"$ref": "#/components/parameters/reason"})
    if operation.writes:
        parameters.append({"$ref": "#/components/parameters/key"})
    if CHANGED in operation.refuses:
        parameters.append({"$ref": "#/components/parameters/if_match"})
    if operation.is_versioned and not operation.writes:
        parameters.append({"$ref": "#/components/parameters/if_none_match"})
    if parameters:
        told["parameters"] = parameters
    if operation.body is not None:
        told["requestBody"] = {"required": _is_needed(schemas, operation.body), "content": _content(operation.body)}
    answers = _answers(operation, told["summary"])
    refuses = (*operation.refuses, *(WITH_A_BODY if operation.body else ()))
    return told | {"responses": {**answers, **_refusals(refuses)}}


def _answers(operation: Operation, words: str) -> dict[str, Any]:
    """What it answers where it refuses nothing."""
    tag = {"ETag": {"$ref": "#/components/headers/ETag"}} if operation.is_versioned else {}
    place = {"Location": {"required": True, "schema": {"type": "string"}}} if operation.status == 201 else {}
    files: dict[str, Any] = {form: {"schema": {}} for form in MEDIA.values()} if operation.has_files else {}
    rest = {"Link": {"$ref": "#/components/headers/Link"}} if operation.has_files else {}
    content = _content(operation.gives) | files
    good = {"description": words, "headers": tag | place | rest | _pace(), "content": content}
    told = {str(operation.status): good}
    if operation.is_versioned and not operation.writes:
        told["304"] = {"description": both("api.known"), "headers": tag}
    return told


def _pace() -> dict[str, Any]:
    """The headers that say how much a token may still ask; none where nothing is counted."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in PACE if settings().api_rate}


def _header(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": both(words), "schema": {"type": "string"}}


def _content(shape: type[BaseModel]) -> dict[str, Any]:
    return {JSON: {"schema": {"$ref": SCHEMAS + shape.__name__}}}


def _is_needed(schemas: dict[str, Any], body: type[BaseModel]) -> bool:
    """Whether an empty object would not do."""
    schema = schemas[body.__name__]
    return "oneOf" in schema or bool(schema.get("required"))


def _in_path(rule: Rule, name: str) -> dict[str, Any]:
    is_id = f":{name}>" in rule.rule
    schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID} if is_id else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a query as parameters; one that may be left out is not null then."""
    found = []
    for name, field in schema["properties"].items():
        bare = dict(field)
        words = bare.pop("description", "")
        if "anyOf" in bare:
            (bare,) = [choice for choice in bare["anyOf"] if choice != {"type": "null"}]
        parameter = {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": bare}
        found.append(parameter | ({"description": words} if words else {}))
    return found


def _refusals(more: tuple[int, ...]) -> dict[str, Any]:
    return {str(code): {"$ref": f"#/components/responses/{NAMES[code]}"} for code in sorted({*ANYWHERE, *more})}


def _problem(name: str) -> dict[str, Any]:
    shape = OF_A_PROBLEM.get(name, Problem)
    content = {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS + shape.__name__}}}
    told: dict[str, Any] = {"description": both(f"problem.{name}.text"), "content": content}
    if NAMES[429] == name:
        schema = {"type": "integer", "minimum": 1}
        wait = {"description": both("api.retry_after"), "required": True, "schema": schema}
        told["headers"] = _pace() | {"Retry-After": wait}
    return told
