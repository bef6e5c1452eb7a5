"""A member of staff dials the hotline: their open page, then their tickets, then the ordinary menu."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from base.errors import Conflict
from base.queue import Lane, enqueue
from hotline.actions.homes import place
from hotline.actions.turn import Next, Turn, spoken_ref
from oncall import actions as oncall
from oncall import words as oncall_words
from oncall.actions import Answered, Gone, PassedOn, TakenBefore
from oncall.models import Page
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.triage import category_words


class Mover(Protocol):
    """Something that can be done to one's own ticket."""

    def __call__(self, session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str, how: str) -> Ticket:
        """Do it; `Conflict` where it cannot be."""
        ...


def staff_calls(turn: Turn) -> Next:
    """The gravest page they have not answered; else what they have taken; else the menu everybody hears."""
    staff_id = turn.call.staff_id or 0
    turn.remember(is_answered=True)
    page = oncall.open_page_of(turn.session, staff_id, at=turn.at, but=turn.intake.passed)
    if page is not None:
        turn.remember(page_id=page.id)
        return "staff.page"
    return _own_tickets(turn)


def page_values(turn: Turn) -> Mapping[str, object]:
    """Where and what the page is about."""
    page = turn.session.get(Page, turn.intake.page_id)
    return ticket_words(turn, page.ticket if page else None)


def page_taken(turn: Turn) -> Next:
    """1: they take it."""
    return _say_what_came(turn, oncall.acknowledge(turn.session, turn.intake.page_id, how="called_in", at=turn.at))


def page_passed(turn: Turn) -> Next:
    """2: the next one."""
    return _say_what_came(turn, oncall.pass_on(turn.session, turn.intake.page_id, how="called_in", at=turn.at))


def page_help(turn: Turn) -> Next:
    """3: they take it and want help."""
    answered = oncall.need_help(turn.session, turn.intake.page_id, how="called_in", at=turn.at)
    return _say_what_came(turn, answered, taken="staff.help_comes")


def tickets_listed(turn: Turn) -> list[tuple[int, str]]:
    """Their tickets, newest first, by place and matter."""
    own = tickets.tickets_of(turn.session, turn.call.staff_id or 0)
    return [(ticket.id, _short(turn, ticket)) for ticket in own]


def choose_values(turn: Turn) -> Mapping[str, object]:
    """How many there are."""
    return {"count": len(tickets_listed(turn))}


def ticket_chosen(turn: Turn) -> Next:
    """The ticket they report about."""
    turn.remember(chosen_ticket_id=turn.picked)
    return "staff.ticket"


def ticket_values(turn: Turn) -> Mapping[str, object]:
    """The chosen ticket in words."""
    return ticket_words(turn, turn.session.get(Ticket, turn.intake.chosen_ticket_id))


def arrived(turn: Turn) -> Next:
    """They are on site."""
    return _move(turn, tickets.arrive, "staff.arrived")


def done(turn: Turn) -> Next:
    """It is done; its owner is told."""
    enqueue(turn.session, Lane.NORMAL, "outreach.jobs.callbacks.follow_up", turn.intake.chosen_ticket_id)
    return _move(turn, tickets.resolve, "staff.done")


def ticket_words(turn: Turn, ticket: Ticket | None) -> Mapping[str, object]:
    """Place, category, number and state of a ticket in the language of whoever listens."""
    if ticket is None:
        return {"place": "", "category": "", "ref": "", "status": ""}
    return {
        "place": _place(turn, ticket),
        "category": category_words(ticket.category, turn.language) or turn.words(f"main.kind_{ticket.kind.value}"),
        "ref": spoken_ref(ticket),
        "status": turn.words(f"main.status_{ticket.status.value}"),
    }


def _place(turn: Turn, ticket: Ticket) -> str:
    if ticket.home is not None:
        return place(ticket.home, turn.language)
    project = ticket.project
    named = ((project.name_en or project.name) if turn.language == "en" else project.name) if project else ""
    mark = oncall_words.mark(turn.language, is_drill=ticket.is_drill)
    return mark + (ticket.place or named or turn.words("staff.no_place"))


def _short(turn: Turn, ticket: Ticket) -> str:
    words = ticket_words(turn, ticket)
    return f"{words['place']}, {words['category']}" if turn.language == "en" else f"{words['place']}{words['category']}"


def _say_what_came(turn: Turn, answered: Answered | PassedOn, *, taken: str = "staff.taken") -> Next:
    if isinstance(answered, PassedOn):
        turn.remember(passed=(*turn.intake.passed, answered.ticket.id))
        turn.say("staff.passed_late" if answered.is_late else "staff.passed")
    elif isinstance(answered, TakenBefore):
        turn.say("staff.taken_before")
    elif isinstance(answered, Gone):
        turn.say("staff.gone")
    else:
        turn.say(taken)
    return "@staff"


def _own_tickets(turn: Turn) -> Next:
    own = tickets.tickets_of(turn.session, turn.call.staff_id or 0)
    if not own:
        return "@main"
    if len(own) > 1:
        return "staff.choose"
    turn.remember(chosen_ticket_id=own[0].id)
    return "staff.ticket"


def _move(turn: Turn, move: Mover, said: str) -> Next:
    """Only with their own ticket; what cannot be done is said, not raised."""
    ticket = turn.session.get(Ticket, turn.intake.chosen_ticket_id)
    staff_id = turn.call.staff_id or 0
    if ticket is None or ticket.assignee_id != staff_id:
        turn.say("staff.cannot")
        return "@main"
    try:
        move(turn.session, ticket.id, staff_id, at=turn.at, text="", how="called_in")
    except Conflict:
        turn.say("staff.cannot")
        return "@main"
    turn.say(said)
    return "@staff"
