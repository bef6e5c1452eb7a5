"""What happened to a ticket, in words: one entry an event, newest first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from console.masks import masked
from console.words import say, say_or, span
from oncall import words
from outreach.surveys import is_low, is_satisfied, words_of
from tickets.models import EventType

ICONS = {
    EventType.OPENED: "phone-incoming",
    EventType.CALLED_AGAIN: "phone-incoming",
    EventType.PAGED: "bell-ringing",
    EventType.PAGE_RESULT: "phone-x",
    EventType.ACKNOWLEDGED: "hand-stop",
    EventType.ASSIGNED: "user-check",
    EventType.ARRIVED: "map-pin-check",
    EventType.NOTED: "note",
    EventType.AMENDED: "note",
    EventType.REVEALED: "eye",
    EventType.WAITING: "player-pause",
    EventType.RESUMED: "rotate-clockwise",
    EventType.RESOLVED: "check",
    EventType.SCORED: "flag",
    EventType.CLOSED: "lock",
    EventType.REOPENED: "refresh",
    EventType.CANCELLED: "x",
    EventType.MERGED: "git-merge",
    EventType.REFERRED: "external-link",
    EventType.MESSAGE: "message-2",
    EventType.RECORDING: "microphone",
    EventType.PHOTO: "camera",
    EventType.CODE_TOLD: "lock",
    EventType.ALARM: "bell-exclamation",
    EventType.RANG_BACK: "phone-outgoing",
    EventType.CALLED_OUT: "phone-outgoing",
    EventType.ASKED: "user-check",
    EventType.ANSWERED: "arrows-exchange",
    EventType.OVERRUN: "clock",
    EventType.EXTENSION: "clock",
    EventType.EXTENDED: "clock",
    EventType.NOT_EXTENDED: "x",
    EventType.END_SEEN: "eye",
    EventType.SIGNED_OFF: "checks",
    EventType.RELEASED: "bell-ringing",
}
OURS = frozenset({
    EventType.OPENED, EventType.PAGED, EventType.PAGE_RESULT, EventType.RECORDING, EventType.RELEASED,
})  # fmt: skip
GOOD = frozenset(
    {EventType.ACKNOWLEDGED, EventType.ARRIVED, EventType.RESOLVED, EventType.CLOSED, EventType.SIGNED_OFF}
)
BAD = frozenset({EventType.ALARM, EventType.REOPENED, EventType.RELEASED})
CONTACT = frozenset({
    EventType.OPENED, EventType.CALLED_AGAIN, EventType.MESSAGE, EventType.RECORDING, EventType.RANG_BACK,
    EventType.CALLED_OUT, EventType.CODE_TOLD, EventType.SCORED,
})  # fmt: skip
CLOCK = frozenset({
    EventType.PAGED, EventType.PAGE_RESULT, EventType.ACKNOWLEDGED, EventType.ARRIVED, EventType.RELEASED,
    EventType.ALARM, EventType.OVERRUN, EventType.EXTENSION, EventType.EXTENDED, EventType.NOT_EXTENDED,
    EventType.WAITING, EventType.RESUMED,
})  # fmt: skip
MOST_PAGES, NEAR = 8, 4
"""So many pages in a row stand one by one; of more, the newest few do."""
VOICEMAIL = "answered"
"""A result whose words already say that it does not count."""
NOT_REACHED = frozenset({VOICEMAIL, "busy", "no_answer", "failed", "not_placed", "live_missed", "help_nobody",
    "vendor_cannot", "vendor_no_key", "vendor_missed",
})  # fmt: skip
"""Results of a page with no human in them: a voicemail that picked up is not somebody who took it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the store keeps it, with the name of who did it and, in words, to whom it went (`to`)."""

    id: int
    type: EventType
    at: datetime
    who: str
    text: str
    data: dict[str, Any]
    to: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: who (bold), words, a chip with its tone, and what was said or written.

    `of`: the parts that may be looked at alone to which it belongs; perhaps several, perhaps none.
    """

    id: int
    at: datetime
    since_s: float
    icon: str
    tone: str
    who: str
    words: str
    chip: str
    chip_tone: str
    quote: str
    photo: int = 0
    is_page: bool = False
    of: tuple[str, ...] = ()


def timeline(events: Iterable[Told], *, opened_at: datetime, language: str) -> list[Entry]:
    """The entries, newest first; events that happened at once keep their order."""
    entries = [_entry(event, opened_at, language) for event in events]
    return sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)


def folded(entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    """The entries one by one, but of many pages with nothing between them all but the newest together: a night on
    which nobody answers is a hundred of them, and what else happened is to be found among them.
    """
    found: list[Sequence[Entry]] = []
    for is_page, one_after_another in groupby(entries, key=lambda entry: entry.is_page):
        run = list(one_after_another)
        near = NEAR if is_page and len(run) > MOST_PAGES else len(run)
        found += [[entry] for entry in run[:near]] + ([run[near:]] if run[near:] else [])
    return found


def _entry(event: Told, opened_at: datetime, language: str) -> Entry:
    chip, chip_tone = _chip(event, language)
    return Entry(
        id=event.id,
        at=event.at,
        since_s=(event.at - opened_at).total_seconds(),
        icon=_icon(event),
        tone=_tone(event),
        who=event.who,
        words=_words(event, language),
        chip=chip,
        chip_tone=chip_tone,
        quote="" if _is_ours(event) else event.text,
        photo=event.data.get("photo", 0) if event.type == EventType.PHOTO else 0,
        is_page=event.type in {EventType.PAGED, EventType.PAGE_RESULT},
        of=_of(event),
    )


def _of(event: Told) -> tuple[str, ...]:
    """Whether somebody wrote it (no text of the house), it is a call or text, a clock or page."""
    is_written = event.type == EventType.PHOTO or (
        bool(event.text) and event.type != EventType.MESSAGE and not _is_ours(event)
    )
    parts = {"written": is_written, "contact": event.type in CONTACT, "clock": event.type in CLOCK}
    return tuple(name for name, is_one in parts.items() if is_one)


def _words(event: Told, language: str) -> str:
    if event.type == EventType.PAGE_RESULT:
        key = str(event.data.get("result", ""))
        known = {"who": str(event.data.get("vendor", ""))}
        return words.line(key, language, **known) if key in words.LINE else say("event.page_result", language)
    if event.type == EventType.PAGED:
        if vendor := event.data.get("vendor"):
            return words.line(str(event.data.get("line")), language, who=str(vendor))
        return say_or(f"event.{event.data.get('line', '')}", language) or say("event.paged", language)
    if event.type == EventType.OPENED:
        return say_or(f"event.opened.{event.data.get('channel', '')}", language) or say("event.opened", language)
    if event.type == EventType.CALLED_AGAIN:
        way = str(event.data.get("channel", ""))
        if event.data.get("urged"):
            way = "urged" if event.data.get("late", True) else "asked"
        return say_or(f"event.called_again.{way}", language) or say("event.called_again", language)
    return _called_out(event.data, language) if event.type == EventType.CALLED_OUT else _more_words(event, language)


def _called_out(data: dict[str, Any], language: str) -> str:
    """Whom one of us called through the hotline, and what became of it."""
    whom = str(data.get("firm", "")) or say("call.whom.owner", language)
    return say(f"event.called_out.{data.get('result', 'failed')}", language, whom=whom)


def _more_words(event: Told, language: str) -> str:
    """Of whatever is neither a page nor a call."""
    if event.type == EventType.AMENDED and (named := _changed(event, language) or _of_many(event, language)):
        return named
    if event.type == EventType.OVERRUN and "clock" in event.data:
        return _overrun(event.data, language)
    if event.to:
        return say(f"event.{event.type.value}.to", language, to=event.to)
    if event.type == EventType.WAITING and (reason := say_or(f"wait.{event.data.get('reason', '')}", language)):
        return say("event.waiting.for", language, what=reason)
    if "score" in event.data:
        how = "event.scored.as" if event.type == EventType.SCORED else "event.reopened.scored"
        return say(how, language, words=words_of(event.data["score"], language))
    key = f"event.{event.type.value}{_kind_of(event)}"
    bare = "" if event.text else say_or(f"{key}.bare", language)
    return bare or say(key, language)


def _overrun(data: dict[str, Any], language: str) -> str:
    """A deadline that was near, or passed, and who was told."""
    how = "soon" if data.get("step") == "warn" else "over"
    to = ("、" if language != "en" else ", ").join(data.get("to", ()))
    clock = say(f"clock.{data['clock']}.long", language)
    return say(f"event.overrun.{how}" if to else f"event.overrun.{how}.nobody", language, clock=clock, to=to)


def _changed(event: Told, language: str) -> str:
    """Another ticket that belongs to it now, another number of whoever joined it, level or department."""
    if "contact" in event.data:
        return say("event.amended.contact", language, number=masked(event.data["contact"]))
    for key in ("merged", "split_from", "split_into"):
        if key in event.data:
            return say(f"event.amended.{key}", language, ref=event.data[key])
    if "department_before" in event.data:
        before, now = (say(f"department.{event.data[name]}", language) for name in ("department_before", "department"))
        return say("event.amended.department", language, before=before, now=now)
    if "from" in event.data and "level" in event.data:
        before, now = (say(f"level.{event.data[name]}", language) for name in ("from", "level"))
        return say(
            "event.amended.level" if event.text else "event.amended.level.bare", language, before=before, now=now
        )
    return ""


def _of_many(event: Told, language: str) -> str:
    """What it has to do with other calls, or with a trouble; empty for anything else."""
    if "ungrouped" in event.data and "level" not in event.data:
        return say("event.amended.ungrouped", language)
    if "incident_over" in event.data:
        return say("event.amended.incident_over", language)
    if "trouble" in event.data:
        how = "put_off" if event.data.get("put_off") else "scope" if "buildings" in event.data else "incident"
        return say(f"event.amended.{how}", language, what=say(f"incident.kind.{event.data['trouble']}", language))
    if "leads" in event.data:
        return say("event.amended.leads" if event.data["leads"] else "event.amended.group", language)
    return ""


def _kind_of(event: Told) -> str:
    """Which of the ways in which this can happen it was; empty where there is only one, or nobody said."""
    named = {EventType.MESSAGE: "what", EventType.CLOSED: "why", EventType.REOPENED: "wants",
             EventType.AMENDED: "callback" if "callback" in event.data else "suggestion",
             EventType.RANG_BACK: "result", EventType.SIGNED_OFF: "how",
             EventType.ANSWERED: "answer", EventType.RELEASED: "why"}  # fmt: skip
    if "speaker" in event.data:
        return ".ours"  # said in a call that we made, not by whoever called
    kind = f".{event.data[name]}" if (name := named.get(event.type)) in event.data else ""
    return kind if say_or(f"event.{event.type.value}{kind}", "zh") else ""


def _is_ours(event: Told) -> bool:
    """The stored text is our own words in Chinese, or the caller's, and stands on the page already."""
    return event.type in OURS or (event.type == EventType.CALLED_AGAIN and "call" in event.data)


def _icon(event: Told) -> str:
    if event.type == EventType.PAGE_RESULT and event.data.get("result") not in NOT_REACHED:
        return "user-check"
    if event.type == EventType.OPENED and event.data.get("channel") != "call":
        return "message-2" if event.data.get("channel") == "text" else "ticket"
    return ICONS[event.type]


def _tone(event: Told) -> str:
    if event.type == EventType.PAGE_RESULT:
        return "bad" if event.data.get("result") in NOT_REACHED else ""
    if event.type == EventType.SCORED and "score" in event.data:
        score = event.data["score"]
        return "bad" if is_low(score) else "ok" if is_satisfied(score) else ""
    return "ok" if event.type in GOOD else "bad" if event.type in BAD else ""


def _chip(event: Told, language: str) -> tuple[str, str]:
    """How somebody took it, why a page does not count, by which ways it went; and the tone of saying so."""
    if event.type == EventType.PAGE_RESULT and event.data.get("result") in NOT_REACHED - {VOICEMAIL}:
        return say("chip.not_taken", language), "bad"
    if event.type == EventType.PAGED and event.data.get("ways"):
        return words.ways(list(event.data["ways"]), language), ""
    if event.type in {EventType.RECORDING, EventType.CALLED_OUT} and event.data.get("seconds"):
        return span(event.data["seconds"]), ""
    how = say_or(f"how.{event.data.get('how', '')}", language)
    return (how, "ok") if how else ("", "")
