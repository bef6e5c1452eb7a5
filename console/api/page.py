"""The readable page about the API: its document, for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import render_template

from base.access import EVERYBODY_ON_STAFF, guarded_by
from console.api.document import SCHEMAS, openapi
from console.api.door import door
from console.api.problems import NAMES
from console.door import Answer
from console.hooks.document import TOLD


@dataclass(frozen=True, slots=True)
class Field:
    """One field or parameter: its name, its kind in few words, and the shape that is explained elsewhere."""

    name: str
    kind: str
    shape: str
    is_needed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Call:
    """One operation; `key` names its words, `asks` and `gives` the shapes of body and answer."""

    key: str
    method: str
    path: str
    parameters: tuple[Field, ...]
    asks: str
    status: str
    gives: str
    scope: str
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """One shape: its fields; or the words it may be; or the shapes it may be."""

    name: str
    words: str
    fields: tuple[Field, ...]
    choices: tuple[str, ...]
    shapes: tuple[str, ...]


@door.get("/docs")
@guarded_by(*EVERYBODY_ON_STAFF)
def page() -> Answer:
    """The page."""
    told = openapi()
    calls = [
        _call(path, method, operation, told)
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
    ]
    shapes = [_described(name, schema) for name, schema in told["components"]["schemas"].items()]
    tells = [(name, name.partition(".")[0], shape.__name__) for name, shape in TOLD.items()]
    return render_template("api.html", calls=calls, shapes=shapes, tells=tells, problems=sorted(NAMES.items()))


def _call(path: str, method: str, operation: dict[str, Any], told: dict[str, Any]) -> Call:
    parameters = [
        told["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in operation.get("parameters", [])
    ]
    answers = operation["responses"]
    good = next(status for status in answers if status.startswith("2"))
    return Call(
        key=operation["operationId"],
        method=method.upper(),
        path=path,
        parameters=tuple(_field(p["name"], p["schema"], p.get("description", ""), p["required"]) for p in parameters),
        asks=_shape_in(operation.get("requestBody", {})),
        status=good,
        gives=_shape_in(answers[good]),
        scope=" ".join(operation["security"][0]["token"]),
        refusals=tuple(status for status in answers if status >= "4"),
    )


def _shape_in(holder: dict[str, Any]) -> str:
    return next((_shape(content["schema"]) for content in holder.get("content", {}).values()), "")


def _described(name: str, schema: dict[str, Any]) -> Described:
    needed = schema.get("required", [])
    return Described(
        name,
        schema.get("description", ""),
        tuple(_field(n, s, s.get("description", ""), n in needed) for n, s in schema.get("properties", {}).items()),
        tuple(schema.get("enum", ())),
        tuple(_shape(each) for each in schema.get("oneOf", ())),
    )


def _field(name: str, schema: dict[str, Any], words: str, is_needed: bool) -> Field:
    return Field(name, " | ".join(dict.fromkeys(_kinds(schema))), _shape(schema), is_needed, words)


def _shape(schema: dict[str, Any]) -> str:
    """The name of the shape a schema leads to; empty where there is none."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(SCHEMAS)
    inner = [schema["items"]] if "items" in schema else schema.get("anyOf", [])
    return next((found for each in inner if (found := _shape(each))), "")


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    """What it may be, in the words of JSON."""
    if "$ref" in schema:
        return
    if "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _kinds(each)
    elif "const" in schema:
        yield f'"{schema["const"]}"'
    elif "enum" in schema:
        yield from (f'"{word}"' for word in schema["enum"])
    else:
        yield schema.get("format") or schema.get("type", "")
