"""What the API's document says of what other systems are told: OpenAPI 3.1 calls it webhooks."""

from typing import Any

from console.api.problems import both
from console.api.shapes import Shape
from console.hooks import shapes
from console.hooks.names import FAMILIES

_TOLD: tuple[type[Shape], ...] = (
    shapes.TicketTold, shapes.IncidentEventTold, shapes.MessageTold, shapes.UnacknowledgedTold,
)  # fmt: skip
TOLD = dict(zip(FAMILIES, _TOLD, strict=True))
"""Each family of events, and the body in which it is told."""
_HEADERS = {
    "webhook-id": {"type": "string"},
    "webhook-timestamp": {"type": "string", "pattern": "^[0-9]+$"},
    "webhook-signature": {"type": "string"},
}


def webhooks(prefix: str) -> dict[str, Any]:
    """The `webhooks` of the document; `prefix` is where its shapes stand."""
    return {name: {"post": _request(name, prefix + shape.__name__)} for name, shape in TOLD.items()}


def _request(name: str, schema: str) -> dict[str, Any]:
    family = name.partition(".")[0]
    return {
        "operationId": f"told_{family}",
        "summary": both(f"hooks.event.{family}"),
        "description": both("api.told"),
        "security": [],
        "parameters": [
            {"name": header, "in": "header", "required": True, "schema": kind, "description": both(f"api.{header}")}
            for header, kind in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": schema}}}},
        "responses": {"2XX": {"description": both("api.taken")}},
    }
