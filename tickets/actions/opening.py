"""A matter becomes a ticket, is joined by the next call about it, and is written down more fully."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Integer, and_, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from base.clock import local
from base.rows import insert, insert_of, is_written, next_id, table_of, written_out
from base.wiring import settings
from directory.models import Project, Staff
from tickets import triage
from tickets.actions.asking import must_be_put
from tickets.actions.grouping import lock_to_group, look_around, look_for_group, take_place
from tickets.actions.timeline import add_event
from tickets.actions.watching import first_page_at
from tickets.actions.writing import write_down
from tickets.lifecycle import HEADQUARTERS, MOVING, Channel, Kind, Level, Status
from tickets.models import EventType, Ticket, TicketDay, TicketEvent

SAME_MATTER = timedelta(hours=72)
SAME_EMERGENCY = timedelta(hours=2)
JUST_TAKEN = timedelta(minutes=2)
"""Whoever took an emergency longer ago may be elsewhere by now: calling again wakes somebody again."""

_DAYS = table_of(TicketDay)
_NEXT_OF_DAY = (
    insert(_DAYS)
    .values(last=1)
    .on_conflict_do_update(index_elements=["day"], set_={"last": _DAYS.c.last + 1})
    .returning(_DAYS.c.last, next_id(Ticket))
)
"""The next number of a day, and the id of the ticket that gets it."""


def _agree(known: InstrumentedAttribute[int | None], said: BindParameter[int]) -> ColumnElement[bool]:
    """Equal, or one of the two is not known."""
    return or_(known.is_(None), said.is_(None), known == said)


# a number, home or estate that is not known (NULL) equals nobody's
_HOME, _PROJECT = bindparam("home_id", type_=Integer), bindparam("project_id", type_=Integer)
_SAME_CALLER = and_(
    Ticket.caller_number == bindparam("caller_number"),
    _agree(Ticket.home_id, _HOME), _agree(Ticket.project_id, _PROJECT),
)  # fmt: skip
_NEWEST = (
    select(Ticket.id)
    .where(
        Ticket.kind == bindparam("kind"), Ticket.opened_at >= bindparam("since_at"),
        Ticket.status.in_(written_out(MOVING)), Ticket.id != bindparam("but_id"),
    )
    .order_by(Ticket.id.desc())
    .limit(1)
)  # fmt: skip
"""By its id: most matters are new, and a ticket has many columns."""
_SAME_MATTER = _NEWEST.where(
    or_(Ticket.home_id == _HOME, _SAME_CALLER),
    Ticket.category == bindparam("category"), Ticket.owner_desk == bindparam("owner_desk"),
)  # fmt: skip
_SAME_EMERGENCY = _NEWEST.where(
    _SAME_CALLER, or_(Ticket.status == Status.OPEN, Ticket.acknowledged_at >= bindparam("taken_since_at"))
)


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """What is known about a matter before it has a number. `level` None: by kind and category. `followed_by` is the
    desk that took it in, where `owner_desk` and whoever writes it down do not say that already.

    `summary` are words that somebody said or wrote, and nothing else. `told` is what we know beside kind and
    category by keys of our own (`reason`, `unnamed`, `before`): it stands in the data of the opening, and whoever
    shows it has the words in both languages.
    """

    kind: Kind
    category: str
    channel: Channel
    project_id: int | None = None
    home_id: int | None = None
    person_id: int | None = None
    place: str = ""
    caller_number: str | None = None
    language: str = "zh"
    summary: str = ""
    level: Level | None = None
    owner_desk: str = ""
    followed_by: str = ""
    is_drill: bool = False
    told: Mapping[str, str] = field(default_factory=dict)


def open_ticket(
    session: Session, draft: TicketDraft, *, at: datetime, once_key: str | None = None, staff_id: int | None = None
) -> Ticket:  # fmt: skip
    """Give the matter a number and start its clocks; the same `once_key` again answers the same ticket.

    `page_due_at` says when the first rung of its ladder is due, whoever hints or forgets to: now, or for a level
    that wakes nobody in the desk's hours; a complaint of an estate is put to a supervisor now (`ask_due_at`).
    `staff_id` is whoever wrote it down by hand.
    """
    level = draft.level or triage.level_of(draft.kind, draft.category)
    project = session.get(Project, draft.project_id) if draft.project_id else None
    ref, ticket_id = _next(session, at)
    ticket = Ticket(
        id=ticket_id,
        ref=ref,
        kind=draft.kind,
        category=draft.category,
        level=level,
        status=Status.OPEN,
        channel=draft.channel,
        project_id=draft.project_id,
        home_id=draft.home_id,
        person_id=draft.person_id,
        place=draft.place,
        caller_number=draft.caller_number,
        language=draft.language,
        summary=draft.summary,
        owner_desk=draft.owner_desk,
        is_drill=draft.is_drill,
        followed_by=_followed_by(session, draft, staff_id),
        opened_at=at,
        page_due_at=first_page_at(session, level, project, began_at=at, at=at),
    )
    ticket.ask_due_at = at if must_be_put(ticket) else None
    around = look_around(session, ticket, at=at)
    if around is not None and around.is_held:
        ticket.page_due_at = None  # before it is written: most calls of a bad hour join a group
    row, said = insert_of(ticket)
    is_first = add_event(
        session, ticket.id, EventType.OPENED, at=at, staff_id=staff_id, text=draft.summary,
        data={"channel": draft.channel.value, "level": level.value, **draft.told}, once_key=once_key,
        beside=row, said=said,
    )  # fmt: skip
    is_written(session, ticket)
    if not is_first:
        return _opened_before(session, once_key or "", instead_of=ticket)
    if around is not None:
        take_place(session, ticket, around, at=at)
    return ticket


def open_matter(
    session: Session, *, caller_number: str | None, home_id: int | None, category: str, kind: Kind, at: datetime,
    owner_desk: str = "", project_id: int | None = None, but_id: int = 0,
) -> Ticket | None:  # fmt: skip
    """The newest ticket (but this one) still moving about the same matter: same category, same desk, same home.

    Where one of the two names no home, it is the same caller about the same estate: somebody with two homes, or
    a number that speaks for many, must not lose the second in the first. What is said to another desk is another
    matter: a complaint to headquarters must not end at the project.

    An emergency is the same only for the same caller, and only while its own ladder is at work (nobody has taken
    it) or somebody took it just now: joined later, a second one would wake nobody; and two people of one home may
    be in danger at two places.
    """
    if caller_number is None and home_id is None:
        return None
    who: dict[str, object] = {
        "caller_number": caller_number, "home_id": home_id, "project_id": project_id, "kind": kind, "but_id": but_id,
    }  # fmt: skip
    session.flush()  # what is asked round the unit of work does not see what that still holds
    of: dict[str, object]
    if kind == Kind.EMERGENCY:
        asked, of = _SAME_EMERGENCY, {"since_at": at - SAME_EMERGENCY, "taken_since_at": at - JUST_TAKEN}
    else:
        asked, of = _SAME_MATTER, {"since_at": at - SAME_MATTER, "category": category, "owner_desk": owner_desk}
    found = session.connection().scalar(asked, who | of)
    return session.get(Ticket, found) if found else None


def emergency_before(session: Session, *, caller_number: str | None, at: datetime) -> Ticket | None:
    """The newest emergency of this caller that somebody is already acting on: a new one names it."""
    if caller_number is None:
        return None
    return session.scalar(
        select(Ticket)
        .where(
            Ticket.caller_number == caller_number, Ticket.kind == Kind.EMERGENCY,
            Ticket.opened_at >= at - SAME_EMERGENCY, Ticket.status.in_(MOVING - {Status.OPEN}),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )  # fmt: skip


def amend(
    session: Session, ticket_id: int, *, at: datetime, category: str | None = None, level: Level | None = None,
    caller_number: str | None = None,
) -> Ticket:  # fmt: skip
    """Write down what a call told us after the ticket was opened; another level goes on with its own ladder.

    A `caller_number` was keyed by somebody whose own we cannot ring back.
    """
    ticket = lock_to_group(session, ticket_id, category=category, at=at)
    given = {"category": category, "level": level, "caller_number": caller_number}
    told = {"callback": "keyed"} if caller_number else {}
    write_down(session, ticket, {name: value for name, value in given.items() if value is not None}, told, at=at)
    look_for_group(session, ticket, at=at)
    return ticket


def add_contact(session: Session, ticket_id: int, number: str, *, call_id: int, at: datetime) -> None:
    """Somebody who joined it asks to be called at another number than it has; once a call."""
    add_event(
        session, ticket_id, EventType.AMENDED, at=at, data={"contact": number}, once_key=f"call/{call_id}/contact"
    )


def contacts_of(ticket: Ticket) -> list[str]:
    """The numbers at which whoever joined it may be called, besides its own."""
    named = [event.data["contact"] for event in ticket.events if event.data.get("contact")]
    return list(dict.fromkeys(named))


def become(session: Session, ticket_id: int, draft: TicketDraft, *, at: datetime) -> Ticket:
    """Write a ticket down anew, as what it turns out to be about; another level goes on with its own ladder."""
    given = {
        "kind": draft.kind, "category": draft.category, "project_id": draft.project_id, "home_id": draft.home_id,
        "level": draft.level or triage.level_of(draft.kind, draft.category), "person_id": draft.person_id,
        "place": draft.place, "caller_number": draft.caller_number, "owner_desk": draft.owner_desk,
    }  # fmt: skip
    ticket = lock_to_group(session, ticket_id, category=draft.category, home_id=draft.home_id, at=at)
    # a reason that the opening told does not hold any more
    write_down(session, ticket, given, {"reason": "", **draft.told}, at=at)
    look_for_group(session, ticket, at=at)
    return ticket


def _followed_by(session: Session, draft: TicketDraft, staff_id: int | None) -> str:
    """Headquarters follow what was said to them, what came in through them, and what somebody of theirs wrote down:
    whoever has no project.
    """
    by = session.get(Staff, staff_id) if staff_id is not None else None
    is_theirs = HEADQUARTERS in {draft.owner_desk, draft.followed_by} or (by is not None and by.project_id is None)
    return HEADQUARTERS if is_theirs and not draft.is_drill else ""


def _opened_before(session: Session, once_key: str, *, instead_of: Ticket) -> Ticket:
    """Whoever told the event first has the ticket; ours goes again, and its number stays unused."""
    session.delete(instead_of)
    return session.scalars(
        select(Ticket).join(TicketEvent, TicketEvent.ticket_id == Ticket.id).where(TicketEvent.once_key == once_key)
    ).one()


def _next(session: Session, at: datetime) -> tuple[str, int]:
    day = local(at, settings().timezone).date()
    number, ticket_id = session.connection().execute(_NEXT_OF_DAY, {"day": day}).one()
    return f"{day:%y%m%d}-{number:04d}", ticket_id
