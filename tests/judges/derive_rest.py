"""Cuts Twilio's OpenAPI document down to what the sandbox serves, and mends what contradicts practice.

    python -m tests.judges.derive_rest twilio_api_v2010.json

The source is in npm `@twilio/cli-core` 8.3.2. Run again only to take over a newer one.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE / "twilio_api_v2010.json"
ROOT = "/2010-04-01/Accounts/{AccountSid}"
SERVED = {
    "/2010-04-01/Accounts/{Sid}.json": {"get"},
    f"{ROOT}/Messages.json": {"get", "post"},
    f"{ROOT}/Messages/{{Sid}}.json": {"get", "post", "delete"},
    f"{ROOT}/Calls.json": {"get", "post"},
    f"{ROOT}/Calls/{{Sid}}.json": {"get", "post", "delete"},
    f"{ROOT}/Calls/{{CallSid}}/Recordings.json": {"get"},
    f"{ROOT}/Calls/{{CallSid}}/Recordings/{{Sid}}.json": {"get", "delete"},
    f"{ROOT}/Recordings.json": {"get"},
    f"{ROOT}/Recordings/{{Sid}}.json": {"get", "delete"},
    f"{ROOT}/IncomingPhoneNumbers.json": {"get", "post"},
    f"{ROOT}/IncomingPhoneNumbers/{{Sid}}.json": {"get", "post", "delete"},
}
DROPPED = ("description", "summary", "example", "examples", "tags", "servers")


def derive(source: dict[str, Any]) -> dict[str, Any]:
    """Return the cut and mended document."""
    paths: dict[str, Any] = {}
    for path, methods in SERVED.items():
        item = source["paths"][path]
        paths[path] = {m: _operation(item[m]) for m in sorted(methods)}
    kept = {k: source[k] for k in ("openapi", "security")}
    schemas = _needed(paths, source["components"]["schemas"])
    components = {
        "schemas": schemas,
        "securitySchemes": source["components"]["securitySchemes"],
    }
    info = {k: v for k, v in source["info"].items() if k in ("title", "version", "license")}
    return {**kept, "info": info, "servers": [{"url": "/"}], "paths": paths, "components": components}


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    conditions = operation.get("x-twilio", {}).get("conditional", [])
    clean: dict[str, Any] = _without_words(operation)
    for parameter in clean.get("parameters", []):
        # A list takes a day as well as a moment, whatever its format says.
        parameter.get("schema", {}).pop("format", None)
    for content in clean.get("requestBody", {}).get("content", {}).values():
        _be_strict(content, conditions)
    for response in clean.get("responses", {}).values():
        response["description"] = "answer"
        response.pop("headers", None)
    _relative(clean.get("responses", {}))
    return clean


def _be_strict(content: dict[str, Any], conditions: list[list[str]]) -> None:
    """Refuse fields that are not known, and ask for one of each either-or group."""
    schema = content["schema"]
    properties = schema.get("properties", {})
    schema["additionalProperties"] = False
    for name, field in properties.items():
        if field.get("type") == "array":
            content.setdefault("encoding", {})[name] = {"style": "form", "explode": True}
    groups = [["".join(p.capitalize() for p in name.split("_")) for name in g] for g in conditions]
    either = [
        {"anyOf": [{"required": [name]} for name in group]}
        for group in groups
        if all(name in properties for name in group)
    ]
    if either:
        schema["allOf"] = either


def _relative(node: Any) -> None:
    """Addresses in this version's answers are relative, though they are declared absolute."""
    if isinstance(node, dict):
        if node.get("format") == "uri":
            node["format"] = "uri-reference"
        for value in node.values():
            _relative(value)
    elif isinstance(node, list):
        for value in node:
            _relative(value)


def _without_words(node: Any, names: bool = False) -> Any:
    """Leave out what only people read; `names` where the keys are names of fields."""
    if isinstance(node, dict):
        kept = {k: v for k, v in node.items() if names or not (k in DROPPED or k.startswith("x-"))}
        return {k: _without_words(v, k == "properties") for k, v in kept.items()}
    return [_without_words(v) for v in node] if isinstance(node, list) else node


def _needed(paths: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas that are referred to, however far away."""
    found: dict[str, Any] = {}
    text = json.dumps(paths)
    while names := set(re.findall(r"#/components/schemas/([^\"]+)", text)) - set(found):
        for name in names:
            found[name] = _without_words(schemas[name])
            _relative(found[name])
        text = json.dumps(found)
    return dict(sorted(found.items()))


if __name__ == "__main__":
    document = derive(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    TARGET.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
