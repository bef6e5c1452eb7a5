"""Ringing the far end of a leg: a telephone, or one of the account's own numbers."""

from datetime import datetime, timedelta

from sandbox import numbers
from sandbox.flow import take_incoming
from sandbox.legs import answer, emit, end, new_call, owned_callbacks
from sandbox.model import Call, Owned
from sandbox.network import Network

MAX_DEPTH = 5


async def ring(network: Network, call: Call, timeout_s: float) -> bool:
    """Ring the far end until it answers or not; True when it answered.

    Raises HungUp when the leg is ended from elsewhere meanwhile.
    """
    from_now = network.clock.now()
    call.started_at = from_now
    emit(network, call, "initiated")
    behaviour = _reach(network, call)
    if behaviour == "failed":
        end(network, call, "failed")
        return False
    call.status = "ringing"
    emit(network, call, "ringing")
    network.touch()
    if behaviour == "busy":
        end(network, call, "busy")
        return False
    return await _await_answer(network, call, behaviour, from_now + timedelta(seconds=timeout_s))


async def _await_answer(network: Network, call: Call, behaviour: str, until: datetime) -> bool:
    picks_up_at = None
    if call.phone is not None and behaviour in ("answer", "voicemail"):
        after_s = network.phone(call.phone).after_s
        picks_up_at = network.clock.now() + timedelta(seconds=after_s)
    while True:
        now = network.clock.now()
        if picks_up_at is not None and now >= picks_up_at:
            call.picked_up = True
        if call.picked_up:
            call.voicemail = behaviour == "voicemail"
            answer(network, call)
            return True
        if call.declined or call.missed or now >= until:
            end(network, call, "busy" if call.declined else "no-answer")
            return False
        soonest = min(until, picks_up_at or until)
        await call.wait((soonest - now).total_seconds())


def _reach(network: Network, call: Call) -> str:
    """Find out what the called end does: failed, busy, no_answer, voicemail, answer, manual."""
    called = call.to_number
    for kind in ("failed", "busy", "no_answer", "voicemail"):
        if network.faults.strike(kind, "calls", called):
            call.phone = called
            return kind
    owned = network.owned_number(called)
    if owned is not None:
        return _trunk(network, call, owned)
    if not numbers.is_number(called):
        return "failed"
    call.phone = called
    return network.phone(called).answers


def _trunk(network: Network, call: Call, owned: Owned) -> str:
    """The called number is the account's own: a call comes in there."""
    if call.depth >= MAX_DEPTH:
        return "failed"
    arriving = new_call(network, call.from_number, owned.number, "inbound", depth=call.depth + 1)
    arriving.owned, arriving.callbacks = owned, owned_callbacks(owned)
    arriving.peer, call.peer = call, arriving
    network.spawn(take_incoming(network, arriving))
    return "manual"
