"""What a person does with a telephone, over HTTP."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox import telephones
from sandbox.control.door import Do, Wish, need
from sandbox.control.shapes import show_call
from sandbox.model import Call
from sandbox.placing import dial
from sandbox.recordings import sound_of
from sandbox.texts import show_text

ANSWERS = ("manual", "answer", "busy", "no_answer", "voicemail")
LARGEST_SOUND = 20 * 1024 * 1024


def _call(wish: Wish) -> Call:
    sid = wish.request.match_info["sid"]
    if sid not in wish.network.calls:
        raise LookupError(f"there is no call {sid}")
    return wish.network.calls[sid]


async def _dial(wish: Wish) -> Any:
    how = {name: str(wish.data.get(name) or "") for name in ("withheld", "forwarded_from")}
    call = dial(wish.network, wish.request.match_info["number"], need(wish.data, "to"), **how)
    return {"sid": call.sid}


async def _text(wish: Wish) -> Any:
    number = wish.request.match_info["number"]
    return telephones.text(wish.network, number, need(wish.data, "to"), need(wish.data, "body"))


async def _press(wish: Wish) -> Any:
    return telephones.press(wish.network, _call(wish), need(wish.data, "keys"))


async def _speak(wish: Wish) -> Any:
    seconds = wish.data.get("seconds")
    lasts = None if seconds is None else float(seconds)
    return telephones.speak(wish.network, _call(wish), need(wish.data, "text"), lasts)


async def _sound(wish: Wish) -> Any:
    """Keep a WAV file as what will have been recorded next."""
    body = await wish.request.read()
    if not body.startswith(b"RIFF") or len(body) > LARGEST_SOUND:
        raise ValueError("a WAV file of at most 20 MB is wanted")
    _call(wish).audio = body
    return {}


async def _answer(wish: Wish) -> Any:
    telephones.pick_up(_call(wish))
    await wish.network.busy()
    return {}


async def _decline(wish: Wish) -> Any:
    telephones.decline(_call(wish))
    await wish.network.busy()
    return {}


async def _hang_up(wish: Wish) -> Any:
    telephones.hang_up(wish.network, _call(wish))
    await wish.network.busy()
    return {}


async def _set_phone(wish: Wish) -> Any:
    allowed = {
        "answers": ANSWERS,
        "kind": ("mobile", "landline"),
        "route": ("", "two_way", "one_way"),
    }
    for name, value in wish.data.items():
        if name in allowed and value not in allowed[name]:
            raise ValueError(f"{name} is one of {', '.join(filter(None, allowed[name]))}")
        if name not in (*allowed, "after_s", "name"):
            raise ValueError(f"unknown field {name}")
    phone = wish.network.phone(wish.request.match_info["number"])
    for name, value in wish.data.items():
        setattr(phone, name, float(value) if name == "after_s" else value)
    wish.network.touch()
    return asdict(phone)


async def _show_phone(wish: Wish) -> Any:
    number = wish.request.match_info["number"]
    phone, texts = wish.network.phone(number), wish.network.texts_of.get(number, [])
    return {
        **asdict(phone),
        "one_way": wish.network.is_one_way(number),
        "now": wish.network.clock.now().isoformat(),
        "calls": [show_call(wish.network, c) for c in wish.network.calls_at(number)],
        "texts": [show_text(m) for m in texts],
        "accepted": sum(1 for m in texts if m.to_number == number),
    }


async def _recording(wish: Wish) -> Any:
    recording = wish.network.recordings.get(wish.request.match_info["sid"])
    if recording is None or recording.status != "completed":
        raise LookupError("there is no such recording")
    return web.Response(body=sound_of(recording), content_type="audio/wav")


ROUTES: list[tuple[str, str, Do]] = [
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
]
