"""The Recording resource, of the account and of one call."""

from aiohttp import web

from sandbox.model import Recording
from sandbox.recordings import sound_of
from sandbox.rest.door import Asked, gone, ok
from sandbox.rest.errors import not_found
from sandbox.rest.paging import in_time, page
from sandbox.rest.shapes import base, show_recording


async def listing(asked: Asked) -> web.Response:
    """List recordings, newest first; under a call only its own."""
    network, query = asked.network, asked.request.query
    now, under = network.clock.now(), asked.request.match_info.get("call")
    call = under or query.get("CallSid")
    found = [
        show_recording(network, r, of_call=under is not None)
        for r in reversed(network.recordings.values())
        if r.listed_at <= now
        and r.status != "absent"
        and call in (None, r.call.sid)
        and in_time(query, "DateCreated", r.started_at)
    ]
    path = f"{base(network)}/Calls/{under}" if under else base(network)
    return ok(page(f"{path}/Recordings.json", query, "recordings", found))


async def fetch(asked: Asked) -> web.Response:
    """Show one recording."""
    under = asked.request.match_info.get("call")
    return ok(show_recording(asked.network, _recording(asked), of_call=under is not None))


async def sound(asked: Asked) -> web.Response:
    """Hand out the sound, once it is ready."""
    recording = _recording(asked)
    if recording.status != "completed":
        raise not_found(asked.request.path)
    return web.Response(body=sound_of(recording), content_type="audio/x-wav")


async def delete(asked: Asked) -> web.Response:
    """Forget a recording and its sound."""
    del asked.network.recordings[_recording(asked).sid]
    return gone()


def _recording(asked: Asked) -> Recording:
    recording = asked.network.recordings.get(asked.part("sid"))
    under = asked.request.match_info.get("call")
    if recording is None or (under and recording.call.sid != under):
        raise not_found(asked.request.path)
    return recording
