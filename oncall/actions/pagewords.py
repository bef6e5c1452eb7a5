"""What a paged person reads: where and what it is, and how to answer."""

from sqlalchemy.orm import Session, object_session

import tickets.actions
from base.wiring import settings
from directory.models import Staff
from directory.places import in_language
from messages.wording import say
from oncall import words
from oncall.models import Page, PageKind
from tickets.lifecycle import Kind
from tickets.models import Ticket
from tickets.promises import by
from tickets.triage import category_words


def matter_of(ticket: Ticket, language: str) -> str:
    """Where and what, as a paged person is told it."""
    return words.matter(place_of(ticket, language), what_of(ticket, language), language)


def place_for_outsiders(ticket: Ticket, language: str) -> str:
    """Where it is with the project's name, for who may not know whose building it is; of a complaint only that name."""
    project = ticket.project
    name = ((language == "en" and project.name_en) or project.name) if project else ""
    place = name if ticket.kind is Kind.COMPLAINT else ticket.place
    where = place if place.startswith(name) else (" " if language == "en" else "").join((name, place))
    return words.mark(language, is_drill=ticket.is_drill) + words.known_place(where, language)


def matter_for_outsiders(ticket: Ticket, language: str) -> str:
    """Where and what, without a name or a word of whoever called."""
    return words.matter(place_for_outsiders(ticket, language), category_words(ticket.category, language), language)


def what_of(ticket: Ticket, language: str) -> str:
    """The sort of matter; of one that leads a group, how many homes called about it too."""
    said, session = category_words(ticket.category, language), object_session(ticket)
    group = tickets.actions.group_led_by(session, ticket.id) if session is not None else None
    if session is None or group is None:
        return said
    count = len({one.home_id for one in tickets.actions.tickets_of_group(session, group.id)})
    return said + (words.group(language, building=group.building.name, count=count) if count > 1 else "")


def place_of(ticket: Ticket, language: str) -> str:
    """Where it is, as far as anybody knows; of a rehearsal, that it is one."""
    project = ticket.project
    named = (project.name_en or project.name) if project and language == "en" else project and project.name
    return words.mark(language, is_drill=ticket.is_drill) + (in_language(ticket.place, language) or named or "")


def body_of(session: Session, ticket: Ticket, staff: Staff, page: Page, asker: str = "") -> str:
    """The text of one page; `asker` is who needs help."""
    language, hotline = staff.language, settings().hotline_said
    if page.kind is PageKind.ROUTINE:
        return _routine_body(session, ticket, staff, page)
    if page.kind is PageKind.HELP:
        return words.text(
            "help_two_way" if page.code else "help_one_way", language, ref=ticket.ref,
            matter=matter_of(ticket, language), who=asker, code=page.code, hotline=hotline,
        )  # fmt: skip
    if page.kind is PageKind.REMINDER or ticket.refused_at is not None:
        key = "reminder" if page.kind is PageKind.REMINDER else "refused"
        return words.text(
            f"{key}_two_way" if page.code else f"{key}_one_way", language, ref=ticket.ref, code=page.code,
            place=words.known_place(place_of(ticket, language), language),
            what=what_of(ticket, language), hotline=hotline,
        )  # fmt: skip
    values = {
        "level": ticket.level, "ref": ticket.ref, "hotline": hotline,
        "place": words.known_place(place_of(ticket, language), language),
        "what": what_of(ticket, language),
    }  # fmt: skip
    if ticket.is_alarming:
        known = {name: str(value) for name, value in values.items()}
        return (
            words.text("alarm_two_way", language, code=page.code, **known)
            if page.code
            else say("page_alarm", language, **values)
        )
    if page.code:
        return say("page", language, code=page.code, **values)
    return say("page_one_way", language, **values)


def _routine_body(session: Session, ticket: Ticket, staff: Staff, page: Page) -> str:
    """What waits, since when we are late or by when it was promised, and how to take it."""
    language, at = staff.language, page.paged_at
    promise = tickets.actions.promise_of(session, ticket, at=at)
    late = "late" if at >= promise.due_at else "routine"
    return words.text(
        f"{late}_two_way" if page.code else f"{late}_one_way", language, ref=ticket.ref,
        place=words.known_place(place_of(ticket, language), language), what=category_words(ticket.category, language),
        by=by(promise.due_at, language, at=at, zone=settings().timezone), code=page.code,
        hotline=settings().hotline_said,
    )  # fmt: skip
