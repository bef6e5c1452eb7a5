"""How the control API shows a call. Pure."""

from datetime import datetime
from typing import Any

from sandbox.model import Call, Heard
from sandbox.network import Network


def show_call(network: Network, call: Call) -> dict[str, Any]:
    """Return a leg as the telephone at its far end knows it."""
    now, outward = network.clock.now(), call.direction == "inbound"
    waits_for = None
    if call.input is not None:
        waits_for = call.input.waits_for
    elif not outward and call.status == "ringing":
        waits_for = {"verb": "answer"}
    return {
        "sid": call.sid,
        "parent_sid": call.parent.sid if call.parent else None,
        "status": call.status,
        "direction": "out" if outward else "in",
        "from": call.from_number,
        "to": call.to_number,
        "other": call.to_number if outward else call.from_number,
        "at": call.created_at.isoformat(),
        "answered_at": call.answered_at.isoformat() if call.answered_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "voicemail": call.voicemail,
        "bridged": call.bridged is not None,
        "heard": [_heard(h, now) for h in call.heard],
        "said": call.said,
        "waits_for": waits_for,
        "recordings": [r.sid for r in call.recordings],
    }


def _heard(heard: Heard, now: datetime) -> dict[str, Any]:
    return {
        "kind": heard.kind,
        "text": heard.text,
        "language": heard.language,
        "at": heard.at.isoformat(),
        "until": heard.until.isoformat(),
        "playing": heard.at <= now < heard.until,
    }
