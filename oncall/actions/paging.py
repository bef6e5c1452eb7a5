"""One page: its row, its text with a code, its call, and its line on the timeline."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

import tickets.actions
from base.rows import insert
from base.wiring import settings
from directory.models import PageOrder, Staff
from messages import actions as messages
from messages.ledger import plan as ledger
from messages.lifecycle import WAITING, MessageClass, MessageState, Way
from messages.models import Message
from oncall import words
from oncall.actions.pagewords import body_of
from oncall.models import Page, PageKind, PageState
from telephony.capabilities import two_way_text
from tickets.lifecycle import MOVING, Level, Status
from tickets.models import EventType, Ticket

RING_S = 30
CALL_VALID = timedelta(minutes=10)
"""A call placed later than this has been overtaken by the ladder."""
TEXT_VALID = timedelta(hours=1)
FIRST_ALONE = timedelta(seconds=60)
"""Whoever wants one of text and call first has so long to answer it before the other comes."""
AFTER_PAGES = 4
"""Urgency of what staff are merely told: it never goes before a page."""
IN_VAIN = frozenset({MessageState.ANSWERED, MessageState.BUSY, MessageState.NO_ANSWER})
"""How a call ends that came to a telephone, and led to no key."""
STOPPED = frozenset({ledger.TAKEN_BACK, ledger.STOPPED})
"""What the ledger says of a call that was to ring no longer, however it ended."""
CODE_LIVES = timedelta(days=7)
CODES_TRIED = 50


def about(page_id: int, way: Way) -> str:
    """The name under which the ledger keeps a page's text, or its call: one can be taken back without the other."""
    return f"page:{page_id}:{way.value}"


def is_about(way: Way) -> ColumnElement[bool]:
    """Messages beside the pages they are about."""
    return Message.about == literal("page:") + cast(Page.id, String) + literal(f":{way.value}")


def code_lives(at: datetime) -> ColumnElement[bool]:
    """Pages, joined with their tickets, whose code still means them: never another's before the ticket is closed.

    One that is solved may come back any day until then.
    """
    return or_(Page.paged_at > at - CODE_LIVES, Ticket.status.in_({*MOVING, Status.RESOLVED}))


def take_back(session: Session, page: Page, *, at: datetime) -> None:
    """What has not left does not leave, and its telephone stops ringing."""
    page.call_due_at = None
    for way in Way:
        messages.cancel(session, about=about(page.id, way), at=at)


def sent(session: Session, page: Page, way: Way) -> list[Message]:
    """The messages of a page, oldest first; a call may have been put off and planned again."""
    return messages.messages_about(session, about(page.id, way))


def was_tried(session: Session, page: Page) -> bool:
    """Whether a call of this page came to its telephone and led to nothing, other than one that was stopped."""
    return any(call.state in IN_VAIN and call.reason not in STOPPED for call in sent(session, page, Way.CALL))


def has_been_tried() -> ColumnElement[bool]:
    """The same of pages in a query."""
    return exists().where(is_about(Way.CALL), Message.state.in_(IN_VAIN), Message.reason.not_in(STOPPED))


def page_somebody(
    session: Session, ticket: Ticket, staff: Staff, *, kind: PageKind, step: int, at: datetime, asker: str = ""
) -> Page | None:
    """Plan one page: a text now, and a call now or, while a live transfer rings them, when that is over.

    A routine page is a text alone, and one that lets everything urgent go first. None if this person was paged on
    this step before (whoever comes second has nothing to do).
    """
    code = _code(session, ticket, staff, at)
    is_routine = kind is PageKind.ROUTINE
    state = PageState.TEXTED if is_routine else PageState.CALLING
    page = write_page(session, ticket, staff, kind=kind, step=step, at=at, code=code, state=state)
    if page is None:
        return None
    text_at, call_at = _moments(ticket, staff, at)
    text_at = at if is_routine else text_at
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF,
        body=body_of(session, ticket, staff, page, asker), once_key=_key(page, "text"), about=about(page.id, Way.TEXT),
        at=at, due_at=text_at, urgency=AFTER_PAGES if is_routine else None,
        language=staff.language, valid_until_at=text_at + TEXT_VALID, is_demo=staff.is_demo,
    )  # fmt: skip
    if not is_routine:
        page.call_due_at = live_ring_until(session, staff.id, at=at)
        if page.call_due_at is None:
            call(session, page, at=at, due_at=call_at)
    session.flush()
    _tell_timeline(session, page, staff, at)
    return page


def _moments(ticket: Ticket, staff: Staff, at: datetime) -> tuple[datetime, datetime]:
    """When the text of a page goes and when its call, as they chose; both at once where life is in danger."""
    later_at = at + FIRST_ALONE
    if ticket.level is Level.P0 or staff.page_order is PageOrder.TOGETHER:
        return at, at
    return (later_at, at) if staff.page_order is PageOrder.CALL_FIRST else (at, later_at)


def call(
    session: Session, page: Page, *, at: datetime, due_at: datetime | None = None, number: str | None = None,
    valid_until_at: datetime | None = None,
) -> None:  # fmt: skip
    """Plan the call of a page, for now or for `due_at`, to their telephone or another `number` of theirs.

    Once more if the one before was put off or led to nothing.
    """
    page.call_due_at = None
    before = len(sent(session, page, Way.CALL))
    messages.plan_call(
        session, number=number or page.staff.number, message_class=MessageClass.STAFF,
        answer_path=f"/voice/page/{page.id}", once_key=_key(page, f"call-{before + 1}" if before else "call"),
        about=about(page.id, Way.CALL), at=at, due_at=due_at, ring_s=RING_S,
        valid_until_at=valid_until_at or (due_at or at) + CALL_VALID, is_demo=page.staff.is_demo,
    )  # fmt: skip


def put_calls_off(session: Session, staff: Staff, *, until_at: datetime, at: datetime) -> None:
    """A live transfer is about to ring them: no call of ours rings before `until_at`, and one that does stops."""
    for page in session.scalars(
        select(Page).where(
            Page.staff_id == staff.id, Page.kind != PageKind.LIVE, Page.state == PageState.CALLING,
            Page.paged_at > at - CALL_VALID,
        ).order_by(Page.id)
    ):  # fmt: skip
        messages.cancel(session, about=about(page.id, Way.CALL), at=at)
        page.call_due_at = until_at


def give_way(session: Session, ticket: Ticket, people: Sequence[Staff], *, at: datetime) -> None:
    """Further pages are about to ring these people for this ticket: what waits of those before never leaves.

    After a gap, or behind a live ring, both calls would be placed within the same second.
    """
    for page in session.scalars(
        select(Page).where(
            Page.ticket_id == ticket.id, Page.staff_id.in_([staff.id for staff in people]),
            Page.kind == PageKind.LADDER, Page.state == PageState.CALLING,
        ).order_by(Page.id)
    ):  # fmt: skip
        has_waited = page.call_due_at is not None
        if has_waited or any(call.state in WAITING for call in sent(session, page, Way.CALL)):
            take_back(session, page, at=at)
        if has_waited:
            page.state = PageState.MISSED
            if not was_tried(session, page):
                result(session, page, "not_placed", at=at)


def write_page(
    session: Session, ticket: Ticket, staff: Staff, *, kind: PageKind, step: int, at: datetime, code: str = "",
    rings_until_at: datetime | None = None, state: PageState = PageState.CALLING,
) -> Page | None:  # fmt: skip
    """The row alone; None when there is one for this ticket, kind, step and person."""
    page_id = session.execute(
        insert(Page)
        .values(
            ticket_id=ticket.id, staff_id=staff.id, kind=kind, step=step, code=code, paged_at=at, how="",
            state=state, rings_until_at=rings_until_at,
        )
        .on_conflict_do_nothing(index_elements=["ticket_id", "kind", "step", "staff_id"])
        .returning(Page.id)
    ).scalar_one_or_none()  # fmt: skip
    return None if page_id is None else session.get_one(Page, page_id)


def live_ring_until(session: Session, staff_id: int, *, at: datetime) -> datetime | None:
    """Until when a live transfer rings this person; None when none does."""
    return session.scalar(
        select(func.max(Page.rings_until_at)).where(
            Page.staff_id == staff_id, Page.kind == PageKind.LIVE, Page.state == PageState.CALLING,
            Page.rings_until_at > at,
        )
    )  # fmt: skip


def result(
    session: Session, page: Page, key: str, *, at: datetime, data: dict[str, object] | None = None, place: int = 0
) -> bool:
    """One line about what became of a page, or of its call number `place`; False if it stands there already."""
    once_key = f"page-result/{page.id}/{key}" + (f"/{place}" if place else "")
    return tickets.actions.add_event(
        session, page.ticket_id, EventType.PAGE_RESULT, at=at, staff_id=page.staff_id, text=words.line(key),
        data={"page": page.id, "result": key} | (data or {}), once_key=once_key,
    )  # fmt: skip


def _tell_timeline(session: Session, page: Page, staff: Staff, at: datetime) -> None:
    key = {PageKind.HELP: "paged_help", PageKind.REMINDER: "paged_reminder"}.get(page.kind, "paged")
    ways = ["text"] if page.kind is PageKind.ROUTINE else ["text", "call"]
    text = words.line(key, who=staff.name, ways=words.ways(ways))
    if page.call_due_at is not None:
        text += "；" + words.line("call_follows")
    tickets.actions.add_event(
        session, page.ticket_id, EventType.PAGED, at=at, staff_id=staff.id, text=text,
        data={"page": page.id, "step": page.step, "ways": ways, "line": key}, once_key=f"paged/{page.id}",
    )  # fmt: skip


def _key(page: Page, way: str) -> str:
    step = str(page.step) if page.kind is PageKind.LADDER else f"{page.kind.value}-{page.step}"
    return f"page/{page.ticket_id}/{step}/{page.staff_id}/{way}"


def _code(session: Session, ticket: Ticket, staff: Staff, at: datetime) -> str:
    """Four digits that mean this ticket to this person, and nothing to anybody else.

    The same as before, unless the ticket was closed and has come back while they have come to mean another. None on
    one-way routes, nor where somebody has so many open pages that hardly any digits are left.
    """
    if not two_way_text(staff.number, settings().two_way_countries):
        return ""
    alive = select(Page.code).join(Page.ticket).where(Page.staff_id == staff.id, code_lives(at))
    own = alive.where(Page.ticket_id == ticket.id, Page.code != "").order_by(Page.id.desc()).limit(1)
    known = session.scalar(own)
    if known and session.scalar(alive.where(Page.code == known, Page.ticket_id != ticket.id).limit(1)) is None:
        return known
    # asked one by one: in a storm there are thousands
    for _ in range(CODES_TRIED):
        code = f"{secrets.randbelow(9000) + 1000}"
        if session.scalar(alive.where(Page.code == code).limit(1)) is None:
            return code
    return ""
