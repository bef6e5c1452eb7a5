"""The control API: telephones, clock, faults, log; for the page and for anybody's tests."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox import telephones
from sandbox.model import Call, Heard
from sandbox.network import Network
from sandbox.people import People
from sandbox.placing import dial
from sandbox.recordings import sound_of
from sandbox.rest.door import NETWORK
from sandbox.telephones import Impossible
from sandbox.texts import show_text

PEOPLE: web.AppKey[People] = web.AppKey("people", People)
ANSWERS = ("manual", "answer", "busy", "no_answer", "voicemail")
PATIENCE_S = 25.0
LARGEST_SOUND = 20 * 1024 * 1024

Do = Callable[[Network, web.Request, dict[str, Any]], Awaitable[Any]]


def control(do: Do) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make a view of JSON: 400 for what cannot be understood, 404, 409 for what cannot be done."""

    async def enter(request: web.Request) -> web.StreamResponse:
        network = request.app[NETWORK]
        try:
            data = await _json(request)
            answer = await do(network, request, data)
        except Impossible as error:
            return web.json_response({"error": str(error)}, status=409)
        except LookupError as error:
            return web.json_response({"error": str(error.args[0])}, status=404)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.json_response(answer)

    return enter


async def _json(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body or request.content_type.startswith("audio/"):
        return {}
    data = json.loads(await request.text() or "{}")
    if not isinstance(data, dict):
        raise ValueError("a JSON object is wanted")
    return data


def _need(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing")
    return value


def _call(network: Network, request: web.Request) -> Call:
    sid = request.match_info["sid"]
    if sid not in network.calls:
        raise LookupError(f"there is no call {sid}")
    return network.calls[sid]


async def _dial(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    withheld = str(data.get("withheld") or "")
    call = dial(network, request.match_info["number"], _need(data, "to"), withheld)
    return {"sid": call.sid}


async def _text(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    number = request.match_info["number"]
    return telephones.text(network, number, _need(data, "to"), _need(data, "body"))


async def _press(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    return telephones.press(network, _call(network, request), _need(data, "keys"))


async def _speak(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    seconds = data.get("seconds")
    lasts = None if seconds is None else float(seconds)
    return telephones.speak(network, _call(network, request), _need(data, "text"), lasts)


async def _sound(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    """Keep a WAV file as what will have been recorded next."""
    body = await request.read()
    if not body.startswith(b"RIFF") or len(body) > LARGEST_SOUND:
        raise ValueError("a WAV file of at most 20 MB is wanted")
    _call(network, request).audio = body
    return {}


async def _answer(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    telephones.pick_up(network, _call(network, request))
    await network.busy()
    return {}


async def _decline(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    telephones.decline(network, _call(network, request))
    await network.busy()
    return {}


async def _hang_up(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    telephones.hang_up(network, _call(network, request))
    await network.busy()
    return {}


async def _set_phone(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    allowed = {
        "answers": ANSWERS,
        "kind": ("mobile", "landline"),
        "route": ("", "two_way", "one_way"),
    }
    for name, value in data.items():
        if name in allowed and value not in allowed[name]:
            raise ValueError(f"{name} is one of {', '.join(filter(None, allowed[name]))}")
        if name not in (*allowed, "after_s", "name"):
            raise ValueError(f"unknown field {name}")
    phone = network.phone(request.match_info["number"])
    for name, value in data.items():
        setattr(phone, name, float(value) if name == "after_s" else value)
    network.touch()
    return asdict(phone)


async def _show_phone(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    number = request.match_info["number"]
    phone, texts = network.phone(number), network.texts_of.get(number, [])
    return {
        **asdict(phone),
        "one_way": network.is_one_way(number),
        "now": network.clock.now().isoformat(),
        "calls": [show_call(network, c) for c in network.calls_at(number)],
        "texts": [show_text(m) for m in texts],
        "accepted": sum(1 for m in texts if m.to_number == number),
    }


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


async def _state(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    live = [c for c in network.calls.values() if not c.ended]
    return {
        "version": network.version,
        "account": network.account,
        "numbers": [o.number for o in network.owned.values()],
        "people": request.app[PEOPLE].listing(),
        "phones": [asdict(p) for p in network.phones.values()],
        "live_calls": [{**show_call(network, c), "phone": c.phone} for c in live],
        "counts": {
            "calls": len(network.calls),
            "messages": len(network.messages),
            "recordings": len(network.recordings),
        },
        "opted_out": sorted(network.opted_out),
        "settings": asdict(network.settings),
        "crashes": network.crashes,
        "clock": await _clock(network, request, {}),
    }


async def _clock(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    busy = await network.busy()
    following = network.clock.next_timer_at()
    return {
        "kind": network.clock.kind,
        "now": network.clock.now().isoformat(),
        "next_timer_at": following.isoformat() if following else None,
        "busy": busy,
    }


async def _turn(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    if "now" in data:
        moment = datetime.fromisoformat(_need(data, "now").replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError("the moment needs an offset")
        moment = moment.astimezone(UTC)
    else:
        seconds = float(data.get("advance_s", 0))
        if not 0 <= seconds <= 400 * 86400:
            raise ValueError("advance_s is from 0 to 400 days")
        moment = network.clock.now() + timedelta(seconds=seconds)
    async with request.app[PEOPLE].turning:
        await network.turn_to(moment)
    return await _clock(network, request, data)


async def _wire(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 5000))
    return {"exchanges": network.wire.after(after, limit)}


async def _show_faults(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    return network.faults.show()


async def _set_faults(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    rules = data.get("rules")
    if not isinstance(rules, list) or not all(isinstance(r, dict) for r in rules):
        raise ValueError("rules is a list of faults")
    network.faults.replace(rules)
    network.touch()
    return network.faults.show()


async def _add_fault(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    fault = network.faults.add(data)
    network.touch()
    return asdict(fault)


async def _show_settings(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    return asdict(network.settings)


async def _set_settings(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    network.settings.update(data)
    network.touch()
    return asdict(network.settings)


async def _events(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    """Answer as soon as something has changed since `version`, or after a while."""
    after = int(request.query.get("version", -1))
    return {"version": await network.changed_since(after, PATIENCE_S)}


async def _recording(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    recording = network.recordings.get(request.match_info["sid"])
    if recording is None or recording.status != "completed":
        raise LookupError("there is no such recording")
    return web.Response(body=sound_of(recording), content_type="audio/wav")


async def _reset(network: Network, request: web.Request, data: dict[str, Any]) -> Any:
    await network.reset()
    return {}


def add_routes(app: web.Application, people: People) -> None:
    """Open the control API."""
    app[PEOPLE] = people
    routes: list[tuple[str, str, Do]] = [
        ("POST", "/phones/{number}/dial", _dial),
        ("POST", "/phones/{number}/text", _text),
        ("PUT", "/phones/{number}", _set_phone),
        ("GET", "/phones/{number}", _show_phone),
        ("POST", "/calls/{sid}/press", _press),
        ("POST", "/calls/{sid}/speak", _speak),
        ("POST", "/calls/{sid}/sound", _sound),
        ("POST", "/calls/{sid}/answer", _answer),
        ("POST", "/calls/{sid}/decline", _decline),
        ("POST", "/calls/{sid}/hangup", _hang_up),
        ("GET", "/recordings/{sid}.wav", _recording),
        ("GET", "/state", _state),
        ("GET", "/events", _events),
        ("GET", "/clock", _clock),
        ("POST", "/clock", _turn),
        ("GET", "/wire", _wire),
        ("GET", "/faults", _show_faults),
        ("PUT", "/faults", _set_faults),
        ("POST", "/faults", _add_fault),
        ("GET", "/settings", _show_settings),
        ("PUT", "/settings", _set_settings),
        ("DELETE", "", _reset),
    ]
    for method, path, do in routes:
        app.router.add_route(method, "/sandbox" + path, control(do))
