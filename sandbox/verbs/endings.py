"""Redirect, Hangup, Reject, Leave, Enqueue: the verbs that end a document or a call."""

from sandbox.flow import Flow, Stop, verb
from sandbox.model import Ask
from sandbox.twiml import Verb


@verb("Redirect")
async def redirect(flow: Flow, step: Verb) -> Ask | None:
    """Go on with another document."""
    return Ask(flow.address(step.text), step.get("method", "POST"))


@verb("Hangup")
async def hang_up(_flow: Flow, _step: Verb) -> Ask | None:
    """End the leg."""
    raise Stop


@verb("Reject")
async def reject(flow: Flow, step: Verb) -> Ask | None:
    """Refuse an arriving call; on an answered one it is a mistake and only ends it."""
    if flow.call.answered_at is not None:
        raise Stop
    raise Stop("busy" if step.get("reason") == "busy" else "no-answer")


@verb("Leave")
async def leave(_flow: Flow, _step: Verb) -> Ask | None:
    """Leave a queue; outside of one there is nothing to leave."""
    return None


@verb("Enqueue")
async def enqueue(flow: Flow, step: Verb) -> Ask | None:
    """Say that there is no such queue: this network has none (QueueResult=error)."""
    if not step.get("action"):
        return None
    extra = (
        ("QueueResult", "error"),
        ("QueueSid", flow.network.new_sid("QU")),
        ("QueueTime", "0"),
    )
    return Ask(flow.address(step.get("action")), step.get("method", "POST"), extra)
