"""What every template may use: words, moments on the company's wall clock, addresses of files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask, request, url_for

from base.clock import local
from base.wiring import settings
from console.blanks import as_written
from console.door import language
from console.masks import masked
from console.nav import Way, ways_for
from console.palette import KEYS, Place, places_for
from console.policy import nonce
from console.scope import EXPORTS, MAY_ENROL, READERS, WORKERS
from console.staff import me
from console.static_files import asset
from console.timeline import folded
from console.words import lasting, say, say_or, span
from tickets.clocks import Clock

WARN_BELOW_S = 1800
FACES = 6
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def furnish(app: Flask) -> None:
    """Give the templates of `app` their words and shapes. Nothing here touches the database."""
    app.jinja_env.globals.update(
        t=t, t_or=t_or, me=me, asset=asset, nonce=nonce, span=span, lasts=lasts, urgency=urgency,
        pressing=pressing, used=used,
        face=face, language=language, html_lang=html_lang, lang_of=lang_of, other_language=other_language,
        in_other_language=in_other_language, time_of=time_of, day_of=day_of, moment_of=moment_of,
        long_moment_of=long_moment_of, is_demo=is_demo,
        sandbox=sandbox, ways=ways, palette_places=palette_places, palette_keys=KEYS,
        may_read=may_read, may_open=may_open,
        may_export=may_export, may_enrol=may_enrol, masked=masked, as_written=as_written, folded=folded,
    )  # fmt: skip
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def t(key: str, **values: Any) -> str:
    """The words of `key` in the reader's language."""
    return say(key, language(), **values)


def lasts(seconds: float) -> str:
    """A length of time in words of the reader's language."""
    return lasting(seconds, language())


def t_or(key: str, otherwise: str = "") -> str:
    """The words of a key made from data; `otherwise` for one the catalogue does not know."""
    return say_or(key, language(), otherwise)


def urgency(clock: Clock) -> str:
    """`met`, `late` (met, but too late), `hold`, `bad`, `warn` or `run`."""
    if clock.met_at is not None:
        return "late" if clock.is_broken else "met"
    return "hold" if clock.is_paused else pressing(clock.left_s, clock.total_s)


def pressing(left_s: float, total_s: float) -> str:
    """`bad`, `warn` or `run`: how much of the time for something is left."""
    if left_s < 0:
        return "bad"
    return "warn" if left_s < min(total_s / 4, WARN_BELOW_S) else "run"


def used(left_s: float, total_s: float) -> int:
    """How much of it has run, as 3 to 100 for its bar."""
    return max(3, min(100, round(100 - left_s / total_s * 100)))


def face(name: str) -> int:
    """The colour of somebody's initial: the same name, the same colour."""
    return sum(map(ord, name)) % FACES + 1


def html_lang() -> str:
    """The language of the page, as HTML names it."""
    return "en" if language() == "en" else "zh-CN"


def lang_of(words: str) -> str:
    """The language somebody wrote in, as HTML names it: English only where there is nothing but Latin script."""
    return "zh-CN" if any(c > "\u02af" and c.isalpha() for c in words) else "en"


def other_language() -> str:
    """The language one click away."""
    return "zh" if language() == "en" else "en"


def as_given(given: Mapping[str, str]) -> dict[str, str]:
    """What an address holds, for another of ours: without the names that `url_for` would take as orders to itself."""
    return {name: value for name, value in given.items() if name != "endpoint" and not name.startswith("_")}


def in_other_language(here: str) -> str:
    """This page in the other language; `here` is where to go when this one was the answer to a form."""
    if here or request.method != "GET" or not request.endpoint:
        return f"{here or url_for('console.desk')}?lang={other_language()}"
    asked = {**as_given(request.args), **(request.view_args or {}), "lang": other_language()}
    return url_for(request.endpoint, **asked)


def time_of(at: datetime, *, seconds: bool = False) -> str:
    """`16:38`, or `16:38:22`, on the company's wall clock."""
    return f"{local(at, settings().timezone):{'%H:%M:%S' if seconds else '%H:%M'}}"


def day_of(at: datetime) -> str:
    """`11月22日`, `22 Nov`."""
    there = local(at, settings().timezone)
    return f"{there.day} {MONTHS[there.month - 1]}" if language() == "en" else f"{there.month}月{there.day}日"


def moment_of(at: datetime, now_at: datetime) -> str:
    """The time alone if it is today, with the day otherwise."""
    zone = settings().timezone
    if local(at, zone).date() == local(now_at, zone).date():
        return time_of(at)
    return f"{day_of(at)} {time_of(at)}"


def long_moment_of(at: datetime, now_at: datetime) -> str:
    """The same, with the year where it is another."""
    zone = settings().timezone
    if (year := local(at, zone).year) == local(now_at, zone).year:
        return moment_of(at, now_at)
    return f"{day_of(at)} {year} {time_of(at)}" if language() == "en" else f"{year}年{day_of(at)} {time_of(at)}"


def ways() -> list[Way]:
    """The pages that the reader may enter."""
    return ways_for(me().role)


def palette_places() -> list[Place]:
    """The pages that the reader finds by typing."""
    return places_for(me().role)


def may_read() -> bool:
    """Whether the reader may look up people and messages."""
    return me().role in READERS


def may_open() -> bool:
    """Whether the reader may open a ticket by hand."""
    return me().role in WORKERS


def may_export() -> bool:
    """Whether the reader may take lists out of the house."""
    return me().role in EXPORTS


def may_enrol() -> bool:
    """Whether the reader may bring the list of residents."""
    return me().role in MAY_ENROL


def is_demo() -> bool:
    """Whether this is somebody's own machine, with telephones in the browser."""
    return settings().is_development


def sandbox() -> str:
    """Where the telephones in the browser are."""
    return settings().api_base
