"""Calls: placed by REST one after the other, or dialled by somebody."""

from datetime import timedelta

from sandbox import numbers
from sandbox.flow import Flow, take_incoming
from sandbox.legs import new_call, owned_callbacks
from sandbox.model import Ask, Call, Callback, HungUp
from sandbox.network import Network
from sandbox.ringing import ring
from sandbox.texts import Refused


def place_call(
    network: Network,
    to: str,
    sender: str,
    ask: Ask,
    callback: Callback | None,
    timeout_s: float,
    fallback: tuple[str, str] = ("", "POST"),
) -> Call:
    """Take a call that the account places. Raises Refused."""
    if not numbers.is_number(to):
        raise Refused(21211, f"Invalid 'To' Phone Number: {to}")
    if not numbers.is_number(sender):
        raise Refused(21212, f"Invalid 'From' Phone Number: {sender}")
    if network.owned_number(sender) is None:
        raise Refused(21210, f"'From' phone number not verified: {sender}")
    call = new_call(network, sender, to, "outbound-api")
    call.fallback_url, call.fallback_method = fallback
    if callback is not None:
        call.callbacks.append(callback)
    network.spawn(_run(network, call, ask, timeout_s))
    return call


async def _run(network: Network, call: Call, ask: Ask, timeout_s: float) -> None:
    try:
        await _turn(network, call)
        if not await ring(network, call, timeout_s):
            return
    except HungUp:
        return
    await Flow(network, call).run(ask)


async def _turn(network: Network, call: Call) -> None:
    """Wait for this call's turn: the account may start only so many a second."""
    if not network.settings.cps:
        return
    now = network.clock.now()
    turn_at = max(now, network.next_call_at or now)
    network.next_call_at = turn_at + timedelta(seconds=1 / network.settings.cps)
    while (left := (turn_at - network.clock.now()).total_seconds()) > 0:
        await call.wait(left)


def dial(network: Network, number: str, to: str, withheld: str = "", forwarded_from: str = "") -> Call:
    """Somebody dials a number, or `forwarded_from`, which sends its calls on to it. Raises ValueError."""
    owned = network.owned_number(to)
    if owned is None:
        raise ValueError(f"{to} is no number of the account; nobody would answer")
    if forwarded_from and not numbers.is_number(forwarded_from):
        raise ValueError(f"{forwarded_from} is no number that could send its calls on")
    shown = numbers.WITHHELD.get(withheld.lower(), withheld) if withheld else number
    call = new_call(network, shown, to, "inbound")
    call.forwarded_from = forwarded_from
    call.phone, call.owned, call.callbacks = number, owned, owned_callbacks(owned)
    network.phone(number)
    network.spawn(take_incoming(network, call))
    return call
