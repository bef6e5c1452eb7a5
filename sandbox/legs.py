"""The life of a leg: it is placed, rings, is answered, ends; and who is told."""

from email.utils import format_datetime

from sandbox import numbers, receipts
from sandbox.model import Call, Callback, Owned, Recording
from sandbox.network import Network
from sandbox.webhooks import Params

SIP_CODES = {"busy": 486, "no-answer": 487, "failed": 404, "canceled": 487}
_GEO = ("City", "State", "Zip", "Country")


def voice_params(network: Network, call: Call) -> Params:
    """Return what every request about a call carries."""
    params = [
        ("CallSid", call.sid),
        ("AccountSid", network.account),
        ("ApiVersion", "2010-04-01"),
        ("CallStatus", call.status),
        ("Direction", call.direction),
    ]
    for name, number in (("From", call.from_number), ("To", call.to_number)):
        other = {"From": "Caller", "To": "Called"}[name]
        params += [(name, number), (other, number)]
        for part in _GEO:
            value = "CN" if part == "Country" and numbers.is_mainland(number) else ""
            params += [(name + part, value), (other + part, value)]
    if call.forwarded_from:
        params.append(("ForwardedFrom", call.forwarded_from))
    if call.parent is not None:
        params.append(("ParentCallSid", call.parent.sid))
    return params


def new_call(
    network: Network,
    from_number: str,
    to_number: str,
    direction: str,
    parent: Call | None = None,
    depth: int = 0,
) -> Call:
    """Make a leg that has not started yet."""
    call = Call(
        sid=network.new_sid("CA"),
        clock=network.clock,
        from_number=from_number,
        to_number=to_number,
        direction=direction,
        created_at=network.clock.now(),
        parent=parent,
        depth=depth,
    )
    call.listed_at = network.listed_at()
    network.calls[call.sid] = call
    network.touch()
    return call


def emit(network: Network, call: Call, event: str) -> None:
    """Tell those who asked about this event."""
    number, call.sequence = call.sequence, call.sequence + 1
    params = [
        *voice_params(network, call),
        ("Timestamp", format_datetime(network.clock.now())),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", str(number)),
    ]
    if event == "completed":
        params += [
            ("CallDuration", str(call.duration_s)),
            ("Duration", str(-(-call.duration_s // 60))),
            ("SipResponseCode", str(call.sip_code)),
        ]
        if call.recordings:
            params += recording_params(network, call.recordings[-1])
    for callback in call.callbacks:
        if event in callback.events:
            if call.direction == "outbound-api":
                receipts.of_call(network, call, callback, params)
            else:
                notify(network, "call-status", callback, params)


def recording_params(network: Network, recording: Recording) -> Params:
    """Return what a request says about a recording."""
    return [
        ("RecordingSid", recording.sid),
        ("RecordingUrl", recording_url(network, recording)),
        ("RecordingDuration", str(recording.duration_s)),
    ]


def recording_url(network: Network, recording: Recording) -> str:
    """Return the address of the sound."""
    return f"{network.base_url}/2010-04-01/Accounts/{network.account}/Recordings/{recording.sid}"


async def _notify(network: Network, kind: str, callback: Callback, params: Params) -> None:
    await network.sender.ask(kind, callback.url, callback.method, params)


def notify(network: Network, kind: str, callback: Callback, params: Params) -> None:
    """Send news beside everything else; nobody waits for it."""
    network.spawn(_notify(network, kind, callback, params))


def answer(network: Network, call: Call) -> None:
    """The far end is on the line now."""
    if call.status not in ("queued", "ringing"):
        return
    now = network.clock.now()
    call.status, call.answered_at = "in-progress", now
    call.started_at = call.started_at or now
    emit(network, call, "answered")
    if call.direction == "inbound" and call.peer is not None:
        call.peer.picked_up = True
        call.peer.wake()
    network.touch()


def end(network: Network, call: Call, status: str = "completed") -> None:
    """End a leg, once; the leg at the other end of a trunk goes with it."""
    if call.ended:
        return
    if status == "completed" and call.answered_at is None:
        status = "canceled"
    call.status, call.ended_at = status, network.clock.now()
    call.input = None
    call.sip_code = SIP_CODES.get(status, 200)
    emit(network, call, "completed")
    call.wake()
    if call.bridged is not None:
        call.bridged.wake()
    if call.peer is not None:
        _end_peer(network, call.peer, status)
    network.touch()


def _end_peer(network: Network, peer: Call, status: str) -> None:
    if peer.ended:
        return
    if peer.answered_at is None and peer.direction != "inbound":
        # Ring() gives the leg its own last state.
        peer.declined = status == "busy"
        peer.missed = status != "busy"
        peer.wake()
    else:
        end(network, peer)


def owned_callbacks(owned: Owned) -> list[Callback]:
    """Return who is told about the end of a call to this number."""
    if not owned.status_callback:
        return []
    return [Callback(owned.status_callback, owned.status_callback_method)]
