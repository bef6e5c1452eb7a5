"""How a call ends: a missed or broken-off call is a ticket, and what was said after the beep is attached."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.queue import Lane, enqueue
from base.wiring import settings
from directory.actions import project_by_number, projects
from hotline.actions.greeting import Line, new_call
from hotline.actions.reports import (
    NEED_HOME,
    forget_caller,
    hint_ladder,
    open_for,
    receipt_of,
    text_caller,
)
from hotline.intake import RINGING, Intake, leaves_ticket, missed_report
from hotline.models import Call, Recording, RecordingState
from oncall import actions as oncall
from tickets import actions as tickets
from tickets.models import EventType, Ticket

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
MISSED_CATEGORY = "missed_call"


def call_ends(session: Session, sid: str, status: str, line: Line, *, is_inbound: bool, at: datetime) -> None:
    """The carrier says a call is over. One we never answered (we were dark) is written down now."""
    if status not in OVER:
        return
    call = session.scalar(select(Call).where(Call.sid == sid).with_for_update())
    if call is None:
        # a call from our own number was turned away: nobody missed it
        if not (is_inbound and is_ours(session, line.called)) or line.caller == line.called:
            return
        call = new_call(session, sid, line, at=at)
    end(session, call, status, at=at)


def our_numbers(session: Session) -> list[str]:
    """The company's number and every project's own, in that order."""
    own = [project.number for project in projects(session) if project.number]
    return list(dict.fromkeys([settings().hotline, *own]))


def is_ours(session: Session, called: str) -> bool:
    """Whether a called number is the company's or an estate's."""
    return called == settings().hotline or project_by_number(session, called) is not None


def end(session: Session, call: Call, status: str, *, at: datetime) -> None:
    """Close the call, leave a ticket if one is due, and send its number to who can read it. Twice is once."""
    if call.ended_at is None:
        call.ended_at, call.status = at, status
    intake = Intake.from_json(call.intake)
    if intake.place == RINGING and intake.live_page_id:
        # nobody is on the line any more: the page's own call need not wait for that ring
        oncall.ring_over(session, intake.live_page_id, at=at)
    if leaves_ticket(intake, has_ticket=call.ticket_id is not None, is_staff=call.staff_id is not None):
        _open_missed(session, call, intake, at=at)
    elif call.ticket_id and not intake.is_answered and (ticket := session.get(Ticket, call.ticket_id)):
        text_caller(session, call, ticket, at=at, key=receipt_of(intake, ticket))
    session.flush()


def message_recorded(
    session: Session, call_id: int, step: int, sid: str, state: RecordingState, duration_s: int, *, at: datetime
) -> None:
    """What became of a message after the beep; the first word about a recording counts."""
    call = session.get(Call, call_id)
    if call is None:
        return
    sid = sid or f"absent-{call_id}-{step}"
    if session.scalar(select(Recording.id).where(Recording.sid == sid)) is not None:
        return
    write_recording(session, call, sid, state, duration_s, at=at)


def write_recording(
    session: Session, call: Call, sid: str, state: RecordingState, duration_s: int, *, at: datetime
) -> Recording:
    """Attach a recording to its call and the call's ticket, and have it fetched."""
    recording = Recording(
        call_id=call.id, ticket_id=call.ticket_id, sid=sid, state=state, duration_s=duration_s, made_at=at
    )
    session.add(recording)
    session.flush()
    if state is RecordingState.AT_CARRIER:
        enqueue(session, Lane.NORMAL, "hotline.jobs.fetch_recording", recording.id)
        tell_timeline(session, recording, at=at)
    return recording


def tell_timeline(session: Session, recording: Recording, *, at: datetime) -> None:
    """A line on the ticket, once a recording."""
    if recording.ticket_id is None:
        return
    tickets.add_event(
        session, recording.ticket_id, EventType.RECORDING, at=at, text=f"留言 {recording.duration_s} 秒",
        data={"recording": recording.id, "seconds": recording.duration_s}, once_key=f"recording/{recording.sid}",
    )  # fmt: skip


def _open_missed(session: Session, call: Call, intake: Intake, *, at: datetime) -> None:
    what = missed_report(intake)
    if not what.category and intake.purpose not in NEED_HOME:
        what = what.of_category(MISSED_CATEGORY)
    ticket = open_for(session, call, what, at=at)
    if what.is_anonymous:
        call.intake = forget_caller(session, call, intake).to_json()
    for recording in session.scalars(
        select(Recording).where(Recording.call_id == call.id, Recording.ticket_id.is_(None))
    ):
        recording.ticket_id = ticket.id
        tell_timeline(session, recording, at=at)
    hint_ladder(session, ticket)
    text_caller(session, call, ticket, at=at, key="receipt_missed")
