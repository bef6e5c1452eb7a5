"""Two tickets are one matter, or one is two: merged, split; how grave it is, and which department's."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict
from tickets import triage
from tickets.actions.moving import move_on
from tickets.actions.opening import SAME_MATTER, TicketDraft, open_ticket
from tickets.actions.timeline import add_event, forget, get, lock
from tickets.actions.writing import write_down
from tickets.lifecycle import MOVING, Kind, Level, Move, Status, after, is_lower
from tickets.models import EventType, Ticket


def merge(session: Session, ticket_id: int, *, into: Ticket, at: datetime, staff_id: int | None = None) -> Ticket:
    """It is part of another ticket, the original, which goes on; this one ends here and keeps its timeline.

    1. Both are locked, in the order of their numbers: of two that merge at once the second sees what the first did.
    2. The original has to be under way, at the same desk and project. What was merged into this one before belongs to
       the original now, so that an original is never merged itself, and there are no circles.
    3. The original is as grave as the gravest of the two, and followed by whoever followed one of them.

    Raises `Conflict`, in words for whoever wants it.
    """
    locked = lock(session, ticket_id, into.id)
    original = locked[into.id]
    _must_fit(locked[ticket_id], original)
    moved = move_on(
        session, ticket_id, Move.MERGE, EventType.MERGED, staff_id, at, original.ref, {"into": original.ref}
    )  # fmt: skip
    moved.merged_into_id = original.id
    original.followed_by = original.followed_by or moved.followed_by
    session.flush()
    _take_over(session, ticket_id, original.id)
    add_event(
        session, original.id, EventType.AMENDED, at=at, staff_id=staff_id, data={"merged": moved.ref},
        once_key=f"merged/{moved.id}",
    )  # fmt: skip
    if is_lower(original.level, than=moved.level):
        write_down(session, original, {"level": moved.level}, {"from": original.level.value}, at=at, staff_id=staff_id)
    return moved


def parts_of(session: Session, ticket_id: int) -> list[Ticket]:
    """What was merged into a ticket, oldest first."""
    return list(session.scalars(select(Ticket).where(Ticket.merged_into_id == ticket_id).order_by(Ticket.id)))


def split(
    session: Session, ticket_id: int, staff_id: int, *, kind: Kind, category: str, level: Level | None = None,
    at: datetime, text: str,
) -> Ticket:  # fmt: skip
    """A second matter that came with a first becomes a ticket of its own; both name each other.

    The words that came in stand whole in both: which of them are about what is said by whoever splits it (`text`).
    Raises `Conflict` for a ticket that is cancelled or merged.
    """
    first = get(session, ticket_id)
    after(Move.SPLIT, first.status)
    second = open_ticket(
        session,
        TicketDraft(
            kind=kind, category=category, channel=first.channel, project_id=first.project_id, home_id=first.home_id,
            person_id=first.person_id, place=first.place, caller_number=first.caller_number, language=first.language,
            summary=first.summary, level=level, owner_desk=first.owner_desk, followed_by=first.followed_by,
            is_drill=first.is_drill, told={"split_from": first.ref},
        ),
        at=at, staff_id=staff_id,
    )  # fmt: skip
    for one, named in ((first, {"split_into": second.ref}), (second, {"split_from": first.ref})):
        add_event(session, one.id, EventType.AMENDED, at=at, staff_id=staff_id, text=text, data=named)
    return second


def set_level(session: Session, ticket_id: int, staff_id: int, level: Level, *, at: datetime, text: str) -> Ticket:
    """It is graver than it seemed, or less so. A lower one needs a reason: raises `BadInput` without; `Conflict`.

    The clocks are reckoned from the same facts by the new level; one that waits to be taken goes on with its ladder.
    """
    ticket = get(session, ticket_id)
    after(Move.LEVEL, ticket.status)
    if level == ticket.level:
        raise Conflict("级别没有变化。It has this level already.")
    if is_lower(level, than=ticket.level) and not text:
        raise BadInput("调低级别要写明原因。A level is lowered for a reason; write it down.")
    told = {"from": ticket.level.value}
    return write_down(session, ticket, {"level": level}, told, at=at, staff_id=staff_id, text=text)


def set_department(
    session: Session, ticket_id: int, staff_id: int, department: str, *, at: datetime, text: str
) -> Ticket:  # fmt: skip
    """Another department sees to it. Raises `BadInput` without a reason, `Conflict` where it is that one's already.

    Whom a complaint was put to, and who answered, stays as it was.
    """
    ticket = get(session, ticket_id)
    after(Move.DEPARTMENT, ticket.status)
    before = triage.department_of(ticket.category, ticket.department)
    if department == before:
        raise Conflict("已经归这个部门。It is that department's already.")
    if not text:
        raise BadInput("改部门要写明原因。A department is changed for a reason; write it down.")
    told = {"department_before": before}
    return write_down(session, ticket, {"department": department}, told, at=at, staff_id=staff_id, text=text)


def same_matter(session: Session, ticket: Ticket) -> list[Ticket]:
    """Other tickets under way that may be about the same: same home or number, same category, at most days apart."""
    same = [
        column == value
        for column, value in ((Ticket.home_id, ticket.home_id), (Ticket.caller_number, ticket.caller_number))
        if value is not None
    ]
    if not same or ticket.status not in MOVING or not triage.category_words(ticket.category, "zh"):
        return []
    query = select(Ticket).where(
        same[0] if len(same) == 1 else same[0] | same[1], Ticket.id != ticket.id, Ticket.category == ticket.category,
        Ticket.status.in_(MOVING), Ticket.owner_desk == ticket.owner_desk,
        Ticket.opened_at.between(ticket.opened_at - SAME_MATTER, ticket.opened_at + SAME_MATTER),
    )  # fmt: skip
    return list(session.scalars(query.order_by(Ticket.id)))


def _must_fit(ticket: Ticket, original: Ticket) -> None:
    if ticket.id == original.id:
        raise Conflict("不能并入自己。A ticket cannot be merged into itself.")
    after(Move.MERGE, ticket.status)
    if original.status is Status.MERGED:
        raise Conflict(
            "那张工单已并入别的工单，请并入它的原单。That ticket is part of another; merge into its original."
        )
    if original.status not in MOVING:
        raise Conflict("那张工单已经办完，不能再并入。That ticket is over; nothing can be merged into it.")
    if ticket.is_drill != original.is_drill:
        raise Conflict("演练工单不能和真的工单合并。A rehearsal is no part of a real matter.")
    if ticket.owner_desk != original.owner_desk or len({ticket.project_id, original.project_id} - {None}) > 1:
        raise Conflict("两张工单不归同一处处理，不能合并。The two belong to different desks and cannot be merged.")
    if _would_fall_silent(ticket, original):
        raise Conflict("这张单还没有人接，请先接单再合并。Nobody has taken this one yet: take it first, then merge.")


def _would_fall_silent(ticket: Ticket, original: Ticket) -> bool:
    """Somebody is being woken for it, and nobody would be for the original: the ladder of what is merged ends."""
    if ticket.status is not Status.OPEN:
        return False
    is_refused = ticket.refused_at is not None
    if original.status is not Status.OPEN:
        return triage.wakes(ticket.level) or is_refused
    return is_refused and original.refused_at is None


def _take_over(session: Session, ticket_id: int, original_id: int) -> None:
    moved = session.scalars(
        update(Ticket)
        .where(Ticket.merged_into_id == ticket_id)
        .values(merged_into_id=original_id, version=Ticket.version + 1)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).all()
    for id in moved:
        forget(session, id)
