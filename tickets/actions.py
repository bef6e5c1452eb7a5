"""What can be done with tickets. Every action appends to the timeline; none commits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from base.clock import local
from base.errors import NotFound
from base.wiring import settings
from tickets import triage
from tickets.lifecycle import GRAVITY, MOVING, Channel, Kind, Level, Move, Status, after
from tickets.models import EventType, Ticket, TicketDay, TicketEvent

SAME_MATTER = timedelta(hours=72)
SAME_EMERGENCY = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """What is known about a matter before it has a number. `level` None: by kind and category."""

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


def open_ticket(session: Session, draft: TicketDraft, *, at: datetime, once_key: str | None = None) -> Ticket:
    """Give the matter a number and start its clocks; the same `once_key` again answers the same ticket.

    A level that wakes people sets `page_due_at`: from then on the ladder is due, whoever hints or forgets to.
    """
    if once_key and (known := _opened_before(session, once_key)):
        return known
    level = draft.level or triage.level_of(draft.kind, draft.category)
    ticket = Ticket(
        ref=_next_ref(session, at),
        kind=draft.kind,
        category=draft.category,
        level=level,
        channel=draft.channel,
        project_id=draft.project_id,
        home_id=draft.home_id,
        person_id=draft.person_id,
        place=draft.place,
        caller_number=draft.caller_number,
        language=draft.language,
        summary=draft.summary,
        owner_desk=draft.owner_desk,
        opened_at=at,
        page_due_at=at if triage.wakes(level) else None,
    )
    session.add(ticket)
    session.flush()
    add_event(
        session, ticket.id, EventType.OPENED, at=at, text=draft.summary,
        data={"channel": draft.channel.value, "level": level.value}, once_key=once_key,
    )  # fmt: skip
    return ticket


def open_matter(
    session: Session,
    *,
    caller_number: str | None,
    home_id: int | None,
    category: str,
    kind: Kind,
    at: datetime,
) -> Ticket | None:
    """The newest ticket still moving about the same matter: same home or caller, and the same category.

    Any emergency of the last two hours from the same caller or home counts as the same emergency.
    """
    if caller_number is None and home_id is None:
        return None
    who = or_(
        and_(Ticket.caller_number.is_not(None), Ticket.caller_number == caller_number),
        and_(Ticket.home_id.is_not(None), Ticket.home_id == home_id),
    )
    what = (
        and_(Ticket.kind == Kind.EMERGENCY, Ticket.opened_at >= at - SAME_EMERGENCY)
        if kind == Kind.EMERGENCY
        else and_(Ticket.kind == kind, Ticket.category == category, Ticket.opened_at >= at - SAME_MATTER)
    )
    return session.scalar(
        select(Ticket).where(who, what, Ticket.status.in_(MOVING)).order_by(Ticket.id.desc()).limit(1)
    )


def add_event(
    session: Session,
    ticket_id: int,
    event: EventType,
    *,
    at: datetime,
    staff_id: int | None = None,
    text: str = "",
    data: dict[str, Any] | None = None,
    once_key: str | None = None,
) -> bool:
    """Append one fact to the timeline. False when this `once_key` was already told."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    told = session.execute(
        insert(TicketEvent)
        .values(
            ticket_id=ticket_id, type=event, at=at, staff_id=staff_id, text=text, data=data or {},
            once_key=once_key,
        )
        .on_conflict_do_nothing(index_elements=[TicketEvent.once_key])
        .returning(TicketEvent.id)
    ).scalar_one_or_none()  # fmt: skip
    return told is not None


def amend(
    session: Session, ticket_id: int, *, at: datetime, category: str | None = None, level: Level | None = None,
    home_id: int | None = None, project_id: int | None = None, place: str | None = None,
    summary: str | None = None, owner_desk: str | None = None, caller_number: str | None = None,
) -> Ticket:  # fmt: skip
    """Write down what a call told us after the ticket was opened; a level that now wakes people starts the ladder."""
    ticket = get(session, ticket_id)
    given = {
        "category": category, "level": level, "home_id": home_id, "project_id": project_id, "place": place,
        "summary": summary, "owner_desk": owner_desk, "caller_number": caller_number,
    }  # fmt: skip
    changed = {name: value for name, value in given.items() if value is not None and getattr(ticket, name) != value}
    if not changed:
        return ticket
    for name, value in changed.items():
        setattr(ticket, name, value)
    if ticket.status == Status.OPEN and ticket.page_due_at is None and triage.wakes(ticket.level):
        ticket.page_due_at = at
    add_event(
        session, ticket_id, EventType.AMENDED, at=at,
        data={name: getattr(value, "value", value) for name, value in changed.items() if name != "caller_number"},
    )  # fmt: skip
    session.flush()
    return ticket


def get(session: Session, ticket_id: int) -> Ticket:
    """One ticket, locked until the end of the transaction. Raises `NotFound`."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket is None:
        raise NotFound(f"没有这张工单：{ticket_id}。There is no ticket {ticket_id}.")
    return ticket


def find_by_ref(session: Session, digits: str) -> Ticket | None:
    """By its number, with or without the dash (`2611220034`)."""
    bare = "".join(c for c in digits if c.isascii() and c.isdigit())
    if len(bare) < 7:
        return None
    return session.scalar(select(Ticket).where(Ticket.ref == f"{bare[:6]}-{bare[6:]}"))


def tickets_of(session: Session, staff_id: int) -> list[Ticket]:
    """What a member of staff has taken and not finished, newest first."""
    return list(
        session.scalars(
            select(Ticket)
            .where(Ticket.assignee_id == staff_id, Ticket.status.in_(MOVING - {Status.OPEN}))
            .order_by(Ticket.id.desc())
        )
    )


def acknowledge(session: Session, ticket_id: int, staff_id: int, *, at: datetime, how: str) -> bool:
    """Somebody takes it: the ladder stops. False when it is not open any more (somebody else was first)."""
    taken = session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.status == Status.OPEN)
        .values(
            status=Status.ACKNOWLEDGED, assignee_id=staff_id, acknowledged_at=at, page_due_at=None,
            is_alarming=False, version=Ticket.version + 1,
        )
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()  # fmt: skip
    if taken is None:
        return False
    _forget(session, ticket_id)
    add_event(session, ticket_id, EventType.ACKNOWLEDGED, at=at, staff_id=staff_id, data={"how": how})
    return True


def arrive(session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str = "") -> Ticket:
    """The worker is on site. Raises `Conflict` where that cannot be."""
    return _move(session, ticket_id, Move.ARRIVE, EventType.ARRIVED, staff_id, at, text)


def wait(session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str) -> Ticket:
    """Stop the clocks for a reason outside (parts, the owner's time, another firm)."""
    return _move(session, ticket_id, Move.WAIT, EventType.WAITING, staff_id, at, text)


def resume(session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str = "") -> Ticket:
    """Go on after waiting."""
    return _move(session, ticket_id, Move.RESUME, EventType.RESUMED, staff_id, at, text)


def resolve(session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str) -> Ticket:
    """It is done; `text` is the result, as the owner will be told it."""
    ticket = _move(session, ticket_id, Move.RESOLVE, EventType.RESOLVED, staff_id, at, text)
    ticket.resolved_at = at
    session.flush()
    return ticket


def close(session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str = "") -> Ticket:
    """It has come to rest."""
    ticket = _move(session, ticket_id, Move.CLOSE, EventType.CLOSED, staff_id, at, text)
    ticket.closed_at = at
    session.flush()
    return ticket


def reopen(session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str) -> Ticket:
    """It was not done after all: clocks and ladder begin again."""
    ticket = _move(session, ticket_id, Move.REOPEN, EventType.REOPENED, staff_id, at, text)
    ticket.resolved_at = ticket.closed_at = ticket.acknowledged_at = None
    ticket.page_step = 0
    ticket.page_due_at = at if triage.wakes(ticket.level) else None
    session.flush()
    return ticket


def cancel(session: Session, ticket_id: int, staff_id: int, *, at: datetime, text: str) -> Ticket:
    """It was not a matter at all; the reason is kept."""
    return _move(session, ticket_id, Move.CANCEL, EventType.CANCELLED, staff_id, at, text)


def note(session: Session, ticket_id: int, staff_id: int | None, *, at: datetime, text: str) -> Ticket:
    """Write something down."""
    return _move(session, ticket_id, Move.NOTE, EventType.NOTED, staff_id, at, text)


def assign(session: Session, ticket_id: int, staff_id: int, *, to_staff_id: int, at: datetime) -> Ticket:
    """Hand it to somebody."""
    ticket = _move(session, ticket_id, Move.ASSIGN, EventType.ASSIGNED, staff_id, at, "", {"to": to_staff_id})
    ticket.assignee_id = to_staff_id
    session.flush()
    return ticket


def pages_due(session: Session, *, at: datetime, limit: int = 100) -> list[int]:
    """Tickets whose next rung is due, gravest and oldest first. One look at a small partial index."""
    return list(
        session.scalars(
            select(Ticket.id)
            .where(Ticket.page_due_at.is_not(None), Ticket.page_due_at <= at)
            .order_by(gravest_first(), Ticket.page_due_at)
            .limit(limit)
        )
    )


def gravest_first() -> ColumnElement[int]:
    """What to order tickets by, so that danger to life comes before a grave complaint."""
    return case({level: place for place, level in enumerate(GRAVITY)}, value=Ticket.level, else_=len(GRAVITY))


def claim_page_step(session: Session, ticket_id: int, *, step: int, next_due_at: datetime | None, at: datetime) -> bool:
    """Take rung `step` for this transaction and set when the next is due. False: not due, or somebody else has it."""
    claimed = session.execute(
        update(Ticket)
        .where(
            Ticket.id == ticket_id, Ticket.page_step == step, Ticket.page_due_at <= at,
            Ticket.status == Status.OPEN,
        )
        .values(page_step=step + 1, page_due_at=next_due_at, version=Ticket.version + 1)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()  # fmt: skip
    _forget(session, ticket_id)
    return claimed is not None


def set_page_due(session: Session, ticket_id: int, *, due_at: datetime | None) -> None:
    """Bring the next rung forward, or put it off."""
    session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.status == Status.OPEN)
        .values(page_due_at=due_at, version=Ticket.version + 1)
        .execution_options(synchronize_session=False)
    )
    _forget(session, ticket_id)


def raise_alarm(session: Session, ticket_id: int, *, at: datetime) -> bool:
    """Turn the desk red: the ladder ended and nobody answered. False if it was red already."""
    ticket = get(session, ticket_id)
    if ticket.is_alarming or ticket.status != Status.OPEN:
        return False
    ticket.is_alarming = True
    session.flush()
    return add_event(session, ticket_id, EventType.ALARM, at=at)


def _move(
    session: Session, ticket_id: int, move: Move, event: EventType, staff_id: int | None, at: datetime,
    text: str, data: dict[str, Any] | None = None,
) -> Ticket:  # fmt: skip
    ticket = get(session, ticket_id)
    ticket.status = after(move, ticket.status)
    if ticket.status != Status.OPEN:
        ticket.page_due_at, ticket.is_alarming = None, False
    session.flush()
    add_event(session, ticket_id, event, at=at, staff_id=staff_id, text=text, data=data)
    return ticket


def _forget(session: Session, ticket_id: int) -> None:
    """What we remember of a ticket changed behind our back by one statement."""
    known = session.identity_map.get(session.identity_key(Ticket, ticket_id))
    if known is not None:
        session.expire(known)


def _opened_before(session: Session, once_key: str) -> Ticket | None:
    return session.scalar(
        select(Ticket).join(TicketEvent, TicketEvent.ticket_id == Ticket.id).where(TicketEvent.once_key == once_key)
    )


def _next_ref(session: Session, at: datetime) -> str:
    day = local(at, settings().timezone).date()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    number = session.execute(
        insert(TicketDay)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=[TicketDay.day], set_={"last": TicketDay.last + 1})
        .returning(TicketDay.last)
    ).scalar_one()
    return f"{day:%y%m%d}-{number:04d}"
