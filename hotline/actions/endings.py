"""How a call ends: a missed or broken-off call is a ticket, and what was said after the beep is attached."""

from datetime import datetime

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm import Session

from base.database import Moment
from base.queue import Lane, enqueue
from base.rows import insert, kept_as, table_of
from base.wiring import settings
from directory.actions import project_by_number, projects
from hotline.actions import ringbacks, waiting
from hotline.actions.greeting import Line, new_call
from hotline.actions.reports import CATEGORY_OF, NEED_HOME, forget_caller, hint_ladder, open_for
from hotline.actions.telling import receipt_of, text_caller
from hotline.intake import RINGING, Intake, Reason, Report, leaves_ticket, missed_report
from hotline.menuwords import LINE
from hotline.models import Call, Recording, RecordingState
from hotline.waitingline import LeftHow
from oncall import actions as oncall
from outreach.actions import comments
from telephony.numbers import Shown
from tickets import actions as tickets
from tickets.models import EventType, Ticket

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
MISSED_CATEGORY = "missed_call"

_CALLS = table_of(Call)
_ENDED = (
    update(_CALLS)
    .where(_CALLS.c.sid == bindparam("of_sid"))
    .values(
        # the first end counts
        ended_at=func.coalesce(_CALLS.c.ended_at, bindparam("over_at", type_=Moment)),
        status=case((_CALLS.c.ended_at.is_(None), bindparam("over")), else_=_CALLS.c.status),
    )
    .returning(*_CALLS.c)
)
_RECORDINGS = table_of(Recording)
_ATTACH = insert(_RECORDINGS).on_conflict_do_nothing(index_elements=["sid"]).returning(_RECORDINGS.c.id)
_SAID = {
    name: bindparam(f"new_{name}", type_=_RECORDINGS.c[name].type)
    for name in ("sid", "state", "duration_s", "path", "made_at")
}
_ATTACH_TO_CALL = (
    insert(_RECORDINGS)
    .from_select(
        ["call_id", "ticket_id", *_SAID],
        select(_CALLS.c.id, _CALLS.c.ticket_id, *_SAID.values())
        .where(_CALLS.c.id == bindparam("of_call"))
        .with_for_update(),
    )
    .on_conflict_do_nothing(index_elements=["sid"])
    .returning(_RECORDINGS.c.id, _RECORDINGS.c.ticket_id)
)


def call_ends(
    session: Session, sid: str, status: str, line: Line, *, is_inbound: bool, at: datetime, had_trouble: bool = False
) -> None:
    """A call is over, says the carrier; `had_trouble` where we had to ask it.

    One we never heard of came while we were dark, and is written down now.
    """
    if status not in OVER or end(session, sid, status, at=at, had_trouble=had_trouble):
        return
    # a call from our own number was turned away: nobody missed it
    if is_inbound and line.caller != line.called and is_ours(session, line.called):
        new_call(session, sid, line, at=at)
        end(session, sid, status, at=at, had_trouble=True)


def our_numbers(session: Session) -> list[str]:
    """The company's number and every project's own, in that order."""
    own = [project.number for project in projects(session) if project.number]
    return list(dict.fromkeys([settings().hotline, *own]))


def is_ours(session: Session, called: str) -> bool:
    """Whether a called number is the company's or an estate's."""
    return called == settings().hotline or project_by_number(session, called) is not None


def end(session: Session, sid: str, status: str, *, at: datetime, had_trouble: bool = False) -> bool:
    """Close the call, leave a ticket if one is due, and send its number to who can read it. Twice is once.

    `had_trouble`: the carrier could not tell us, and maybe not ask us before. False if we know no such call.
    """
    ended = session.connection().execute(_ENDED, {"of_sid": sid, "over_at": at, "over": status}).one_or_none()
    if ended is None:
        return False
    call = kept_as(session, Call, ended)
    intake = Intake.from_json(call.intake)
    has_spoken = False
    if intake.place == RINGING:
        for page_id in intake.live_pages:
            # nobody is on the line any more: the page's own call need not wait for that ring
            oncall.ring_over(session, page_id, at=at)
            oncall.part(session, page_id, at=at)
        has_spoken = any(oncall.has_joined(session, page_id) for page_id in intake.live_pages)
    if intake.place in {RINGING, *LINE}:
        waiting.leave(session, call.id, LeftHow.SPOKEN if has_spoken else LeftHow.HUNG_UP, at=at)
    had_ticket, is_staff = call.ticket_id is not None, call.staff_id is not None
    leaves = leaves_ticket(intake, has_ticket=had_ticket, is_staff=is_staff) and not _is_nobody(intake)
    if leaves:
        what = missed_report(intake, had_trouble=had_trouble)
        intake = leave_ticket(session, call, intake, what, at=at)
        text_caller(session, call, intake, session.get_one(Ticket, intake.missed_id), at=at, key=_receipt(what))
        call.intake = intake.to_json()
    elif call.ticket_id and not intake.is_answered:
        ticket = session.get_one(Ticket, call.ticket_id)
        text_caller(session, call, intake, ticket, at=at, key=receipt_of(intake, ticket, has_spoken=has_spoken))
    session.flush()
    ringbacks.after_call(
        session, call, intake, had_ticket=had_ticket, leaves_ticket=leaves, has_spoken=has_spoken, at=at
    )
    return True


def look_again(session: Session, call: Call, intake: Intake, *, at: datetime) -> None:
    """A key that came after the end of its call may have finished what the end took to be broken off."""
    has_spoken = any(oncall.has_joined(session, page_id) for page_id in intake.live_pages)
    ringbacks.after_call(
        session, call, intake, had_ticket=call.ticket_id is not None, leaves_ticket=False, has_spoken=has_spoken, at=at
    )


def message_recorded(
    session: Session, call_id: int, step: int, sid: str, state: RecordingState, duration_s: int, *, at: datetime
) -> None:
    """What became of a message after the beep: attached to its call and the call's ticket, and fetched.

    The first word about a recording counts. The call's row is locked: if the call ends at this moment, either its
    ticket finds the recording or we find its ticket.
    """
    sid = sid or f"absent-{call_id}-{step}"
    attached = session.connection().execute(_ATTACH_TO_CALL, {
        "of_call": call_id, "new_sid": sid, "new_state": state, "new_duration_s": duration_s, "new_path": "",
        "new_made_at": at,
    }).one_or_none()  # fmt: skip
    if attached is not None and state is RecordingState.AT_CARRIER:
        enqueue(session, Lane.NORMAL, "hotline.jobs.recordings_due", once=True)
        tell_timeline(session, attached.id, ticket_id=attached.ticket_id, sid=sid, duration_s=duration_s, at=at)


def ticket_recorded(
    session: Session, ticket: Ticket, sid: str, duration_s: int, *, speaker: str, at: datetime
) -> None:  # fmt: skip
    """What somebody whom we had called at `speaker` (E.164; empty: unknown) left on a ticket after the beep: attached
    once, and fetched like any message. Nothing where the carrier names none. The ticket may be somebody else's.
    """
    if not sid:
        return
    new_id = session.scalar(_ATTACH, {
        "call_id": None, "ticket_id": ticket.id, "sid": sid, "duration_s": duration_s,
        "state": RecordingState.AT_CARRIER, "path": "", "made_at": at,
    })  # fmt: skip
    if new_id is not None:
        enqueue(session, Lane.NORMAL, "hotline.jobs.recordings_due", once=True)
        tell_timeline(
            session, new_id, ticket_id=ticket.id, sid=sid, duration_s=duration_s, at=at, speaker=speaker
        )  # fmt: skip


def adopt_comments(session: Session, *, at: datetime) -> None:
    """What owners said when we asked them, about a ticket or in a wave: attached to their tickets, and fetched like
    any message.
    """
    for said in comments.to_adopt(session):
        new_id = session.scalar(_ATTACH, {
            "call_id": None, "ticket_id": said.ticket_id, "sid": said.sid, "duration_s": said.duration_s,
            "state": RecordingState.AT_CARRIER, "path": "", "made_at": at,
        })  # fmt: skip
        said.adopt_due_at = None
        if new_id is not None:
            tell_timeline(
                session, new_id, ticket_id=said.ticket_id, sid=said.sid, duration_s=said.duration_s, at=at
            )  # fmt: skip


def tell_timeline(
    session: Session, recording_id: int, *, ticket_id: int | None, sid: str, duration_s: int, at: datetime,
    speaker: str = "",
) -> None:  # fmt: skip
    """A line on the ticket, once a recording."""
    if ticket_id is not None:
        tickets.add_event(
            session, ticket_id, EventType.RECORDING, at=at, text=f"留言 {duration_s} 秒",
            data={"recording": recording_id, "seconds": duration_s} | ({"speaker": speaker} if speaker else {}),
            once_key=f"recording/{sid}",
        )  # fmt: skip


def leave_ticket(session: Session, call: Call, intake: Intake, what: Report, *, at: datetime) -> Intake:
    """Open the ticket of a call that ended before it was finished; answers the intake that names it."""
    if not what.category and intake.purpose not in NEED_HOME:
        what = what.of_category(CATEGORY_OF.get(intake.purpose, MISSED_CATEGORY))
    ticket = open_for(session, call, intake, what, at=at)
    if what.is_anonymous:
        intake = forget_caller(session, call, intake)
    for recording in session.scalars(
        select(Recording).where(Recording.call_id == call.id, Recording.ticket_id.is_(None))
    ):
        recording.ticket_id = ticket.id
        tell_timeline(
            session, recording.id, ticket_id=ticket.id, sid=recording.sid, duration_s=recording.duration_s, at=at
        )
    hint_ladder(session, ticket)
    return intake.having(missed_id=ticket.id)


def _is_nobody(intake: Intake) -> bool:
    """Whether a port that only sends texts (106…) called and pressed nothing: nobody is behind it."""
    return intake.shown == Shown.MACHINE and not intake.purpose and not intake.callback


def _receipt(what: Report) -> str:
    return "receipt_trouble" if what.reason is Reason.TROUBLE else "receipt_missed"
