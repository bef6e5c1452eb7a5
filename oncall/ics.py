"""Somebody's shifts as a calendar file that their telephone subscribes to. Pure (wraps the calendar file library)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from oncall import words
from oncall.rota import Turn

LOOK_EVERY = timedelta(hours=1)
"""How often a calendar is asked to look again; many look less often."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stretch on duty; `uid` stays when it is moved, so that a calendar moves it too."""

    uid: str
    turn: Turn
    project: str


def calendar_file(entries: Sequence[Entry], *, who: str, language: str, hotline: str, at: datetime) -> bytes:
    """The file, as it stands at `at`, in UTC: a telephone shows it in the time of where it is."""
    calendar = Calendar()
    calendar.add("prodid", "-//Huiyin//Shifts//" + language.upper())
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words.calendar("name", language, who=who))
    calendar.add("refresh-interval", LOOK_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry, language, hotline, at))
    return bytes(calendar.to_ical())


def _event(entry: Entry, language: str, hotline: str, at: datetime) -> Event:
    event, turn = Event(), entry.turn
    post = words.post(turn.post.value, language)
    event.add("uid", entry.uid)
    event.add("dtstamp", at)
    event.add("dtstart", turn.starts_at)
    event.add("dtend", turn.ends_at)
    event.add("summary", words.calendar("shift", language, post=post, project=entry.project))
    event.add("description", words.calendar("about", language, hotline=hotline))
    event.add("transp", "TRANSPARENT")  # whoever is on call may have appointments
    return event
