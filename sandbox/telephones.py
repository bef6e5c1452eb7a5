"""What people do with their telephones: dial, press, speak, answer, hang up, text."""

from typing import Any

from sandbox.legs import end
from sandbox.model import Call
from sandbox.network import Network
from sandbox.replies import text_comes_in
from sandbox.speech import seconds_of
from sandbox.texts import show_text

KEYS = "0123456789*#"


class Impossible(Exception):
    """A telephone cannot do this now; the sentence says why."""


def press(network: Network, call: Call, keys: str) -> dict[str, str]:
    """Press keys; returns which were used and which nobody was waiting for."""
    _on_the_line(call)
    if not keys or any(k not in KEYS for k in keys):
        raise Impossible(f"these are no keys of a telephone: {keys!r}")
    used = ""
    for place, key in enumerate(keys):
        if not _key(network, call, key):
            return {"used": used, "ignored": keys[place:]}
        used += key
    return {"used": used, "ignored": ""}


def _key(network: Network, call: Call, key: str) -> bool:
    now = network.clock.now()
    call.said.append({"keys": key, "at": now.isoformat()})
    network.touch()
    if call.input is not None:
        taken = call.input.key(key, now)
        call.wake()
        if taken:
            return True
    # A tone also passes over the bridge to a machine that answers at the other end.
    other = call.bridged.peer if call.bridged is not None else None
    if other is not None and other.input is not None:
        taken = other.input.key(key, now)
        other.wake()
        return taken
    return False


def speak(network: Network, call: Call, text: str, seconds: float | None) -> dict[str, Any]:
    """Say something; heard by a recording, a Gather for speech, or the other side."""
    _on_the_line(call)
    lasts = seconds_of(text) if seconds is None else seconds
    now = network.clock.now()
    call.said.append({"text": text, "seconds": lasts, "at": now.isoformat()})
    network.touch()
    if call.input is not None and call.input.speech(text, lasts, now):
        call.wake()
        return {"heard_by": str(call.input.waits_for["verb"]), "seconds": lasts}
    if call.bridged is None:
        return {"heard_by": "", "seconds": lasts}
    call.bridged.hear("person", text, seconds=lasts)
    machine = call.bridged.peer
    if machine is not None and machine.input is not None:
        machine.input.speech(text, lasts, now)
        machine.wake()
    return {"heard_by": "person", "seconds": lasts}


def pick_up(call: Call) -> None:
    """Answer a ringing telephone."""
    _ringing(call)
    call.picked_up = True
    call.wake()


def decline(call: Call) -> None:
    """Refuse a ringing call: the caller hears busy."""
    _ringing(call)
    call.declined = True
    call.wake()


def hang_up(network: Network, call: Call) -> None:
    """Put the telephone down."""
    if call.ended:
        raise Impossible("this call is over")
    if call.direction != "inbound" and call.answered_at is None:
        decline(call)
        return
    end(network, call)


def text(network: Network, number: str, to: str, body: str) -> dict[str, Any]:
    """Send a text to one of the account's numbers."""
    owned = network.owned_number(to)
    if owned is None:
        raise Impossible(f"{to} is no number of the account")
    if network.phone(number).kind == "landline":
        raise Impossible("a landline cannot send texts")
    if network.is_one_way(number):
        raise Impossible("texts from this telephone do not arrive: the route is one-way")
    return show_text(text_comes_in(network, number, owned, body))


def _on_the_line(call: Call) -> None:
    if call.status != "in-progress":
        raise Impossible(f"nobody is on this line: the call is {call.status}")


def _ringing(call: Call) -> None:
    if call.direction == "inbound" or call.status != "ringing":
        raise Impossible(f"this telephone does not ring: the call is {call.status}")
