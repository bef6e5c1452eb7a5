"""The network as a whole, over HTTP: state, clock, faults, settings, log."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.control.door import PEOPLE, Do, Wish, need
from sandbox.control.shapes import show_call

PATIENCE_S = 25.0
LONGEST_S = 400 * 86400


async def _state(wish: Wish) -> Any:
    live = [c for c in wish.network.calls.values() if not c.ended]
    return {
        "version": wish.network.version,
        "account": wish.network.account,
        "numbers": [o.number for o in wish.network.owned.values()],
        "people": wish.request.app[PEOPLE].listing(),
        "application": _application(wish),
        "phones": [asdict(p) for p in wish.network.phones.values()],
        "live_calls": [{**show_call(wish.network, c), "phone": c.phone} for c in live],
        "counts": {
            "calls": len(wish.network.calls),
            "messages": len(wish.network.messages),
            "recordings": len(wish.network.recordings),
        },
        "opted_out": sorted(wish.network.opted_out),
        "settings": asdict(wish.network.settings),
        "crashes": wish.network.crashes,
        "clock": await _clock(wish),
    }


def _application(wish: Wish) -> str:
    """Return where the service's own pages are: the origin that the first number asks."""
    urls = [o.voice_url for o in wish.network.owned.values() if o.voice_url]
    parts = urlsplit(urls[0]) if urls else None
    return f"{parts.scheme}://{parts.netloc}/" if parts else ""


async def _clock(wish: Wish) -> Any:
    busy = await wish.network.busy()
    following = wish.network.clock.next_timer_at()
    return {
        "kind": wish.network.clock.kind,
        "now": wish.network.clock.now().isoformat(),
        "next_timer_at": following.isoformat() if following else None,
        "busy": busy,
    }


async def _turn(wish: Wish) -> Any:
    if "now" in wish.data:
        moment = datetime.fromisoformat(need(wish.data, "now").replace("Z", "+00:00"))
        if moment.tzinfo is None:
            raise ValueError("the moment needs an offset")
        moment = moment.astimezone(UTC)
    else:
        seconds = float(wish.data.get("advance_s", 0))
        if not 0 <= seconds <= LONGEST_S:
            raise ValueError("advance_s is from 0 to 400 days")
        moment = wish.network.clock.now() + timedelta(seconds=seconds)
    await wish.network.turn_to(moment)
    return await _clock(wish)


async def _wire(wish: Wish) -> Any:
    after, limit = int(wish.request.query.get("after", 0)), int(wish.request.query.get("limit", 5000))
    wire = wish.network.wire
    return {"exchanges": wire.after(after, limit), "fell_out": wire.fell_out}


async def _show_faults(wish: Wish) -> Any:
    return wish.network.faults.show()


async def _set_faults(wish: Wish) -> Any:
    rules = wish.data.get("rules")
    if not isinstance(rules, list) or not all(isinstance(r, dict) for r in rules):
        raise ValueError("rules is a list of faults")
    wish.network.faults.replace(rules)
    wish.network.touch()
    return wish.network.faults.show()


async def _add_fault(wish: Wish) -> Any:
    fault = wish.network.faults.add(wish.data)
    wish.network.touch()
    return asdict(fault)


async def _show_settings(wish: Wish) -> Any:
    return asdict(wish.network.settings)


async def _set_settings(wish: Wish) -> Any:
    wish.network.settings.update(wish.data)
    wish.network.touch()
    return asdict(wish.network.settings)


async def _events(wish: Wish) -> Any:
    """Answer as soon as something has changed since `version`, or after a while."""
    after = int(wish.request.query.get("version", -1))
    return {"version": await wish.network.changed_since(after, PATIENCE_S)}


async def _reset(wish: Wish) -> Any:
    await wish.network.reset()
    return {}


ROUTES: list[tuple[str, str, Do]] = [
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
