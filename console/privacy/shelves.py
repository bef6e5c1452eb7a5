"""What is kept for how long, sort by sort: which rows are too old, and what becomes of them.

Nothing of a ticket that is open or resolved and not yet closed is touched, whatever its age: its caller may call again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, String, Table, and_, delete, exists, func, literal, or_, select, union, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, aliased

from base.rows import insert, table_of
from directory.accessmodels import LogIn
from directory.auditmodels import Audit
from hotline.actions.photos import let_go
from hotline.models import Call, CallEvent, Recording, RecordingState, RingBack, ThroughCall
from messages.ledger.due import ALL_LANES
from messages.models import ATTEMPT_ARCHIVE, MESSAGE_ARCHIVE, Message
from oncall.models import Leave
from outreach.entrymodels import EntryRequest
from outreach.models import Campaign, ContactMade, LeftOut, Reply
from outreach.surveymodels import Answer, IncidentSample, Interview, InterviewAnswer, SpokenComment, Survey
from tickets.actions import GONE, erase
from tickets.lifecycle import IncidentState, Status
from tickets.models import Incident, IncidentCaller, Ticket

ENDED = (Status.CLOSED, Status.CANCELLED, Status.MERGED)
DONE = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Shelf:
    """One sort of thing. `days` names its setting; `since` is the moment from which they count, `old` what else must
    hold; `put_away` deals with the rows of these ids.
    """

    name: str
    days: str
    table: Table
    since: Any
    old: Sequence[ColumnElement[bool]]
    put_away: Callable[[Session, Sequence[int]], None]
    piece: int = 100
    """Rows one transaction changes."""

    def too_old(self, before_at: datetime) -> ColumnElement[bool]:
        """The clause for rows from before then."""
        return and_(self.since < before_at, *self.old)


def age(session: Session, shelf: Shelf, before_at: datetime) -> tuple[int, datetime | None]:
    """How many rows are too old, and from when the oldest is."""
    found = select(func.count(), func.min(shelf.since)).select_from(shelf.table).where(shelf.too_old(before_at))
    count, oldest_at = session.execute(found).one()
    return count, oldest_at


def some_of(session: Session, shelf: Shelf, before_at: datetime, piece: int) -> list[int]:
    """The ids of at most `piece` of them."""
    query = select(shelf.table.c.id).where(shelf.too_old(before_at)).order_by(shelf.table.c.id).limit(piece)
    return list(session.scalars(query))


def erase_tickets(session: Session, ids: Sequence[int]) -> None:
    """Put out of sight what was said and by whom, also of those asked whether their home may be entered; what was
    spoken after the beep and the photos are deleted within the hour, here and at the carrier. One that was opened again
    since somebody looked is left alone.
    """
    over = select(Ticket.id).where(Ticket.id.in_(ids), Ticket.status.in_(ENDED)).with_for_update()
    ids = session.scalars(over).all()
    erase(session, ids)
    drop_comments(session, SpokenComment.ticket_id.in_(ids))
    drop_recordings(session, Recording.ticket_id.in_(ids))
    let_go(session, ids)
    calls = update(ThroughCall).where(ThroughCall.ticket_id.in_(ids), ThroughCall.over_at.is_not(None))
    session.execute(calls.values(number="", reason="").execution_options(**DONE))
    asked = update(EntryRequest).where(EntryRequest.ticket_id.in_(ids))
    session.execute(asked.values(whom=[], answered_number="", answered_by_id=None).execution_options(**DONE))
    surveys = select(Survey.id).where(Survey.ticket_id.in_(ids))
    forget_answers(session, session.scalars(select(Answer.id).where(Answer.survey_id.in_(surveys))).all())
    session.execute(update(Survey).where(Survey.ticket_id.in_(ids)).values(number=None).execution_options(**DONE))


def drop_recordings(session: Session, which: ColumnElement[bool]) -> None:
    """Nobody hears these from now on; `hotline.jobs.delete_old_recordings` deletes them where they are."""
    held = update(Recording).where(which, Recording.state.in_((RecordingState.KEPT, RecordingState.AT_CARRIER)))
    session.execute(held.values(state=RecordingState.TO_GO, transcript=None).execution_options(**DONE))


def drop_comments(session: Session, which: ColumnElement[bool]) -> None:
    """Those of these answers that nobody has fetched yet are never fetched: they are deleted at the carrier as any
    recording is.
    """
    waiting = select(SpokenComment).where(which, SpokenComment.adopt_due_at.is_not(None)).order_by(SpokenComment.id)
    for said in session.scalars(waiting.with_for_update().execution_options(populate_existing=True)).all():
        to_go = insert(Recording).values(
            sid=said.sid, ticket_id=said.ticket_id, duration_s=said.duration_s, state=RecordingState.TO_GO, path="",
            made_at=said.adopt_due_at,
        )  # fmt: skip
        session.execute(to_go.on_conflict_do_nothing(index_elements=["sid"]))
        said.adopt_due_at = None
    session.flush()


def forget_calls(session: Session, ids: Sequence[int]) -> None:
    """The number, what was keyed and what was answered; that somebody called, when and how it ended stays."""
    session.execute(delete(CallEvent).where(CallEvent.call_id.in_(ids)).execution_options(**DONE))
    calls = update(Call).where(Call.id.in_(ids)).values(from_number=None, person_id=None, intake={})
    session.execute(calls.execution_options(**DONE))
    rings = update(RingBack).where(RingBack.last_call_id.in_(ids), RingBack.settled_at.is_not(None))
    session.execute(rings.values(number="").execution_options(**DONE))


def forget_words(session: Session, ids: Sequence[int]) -> None:
    """What a message said; to whom it went, when and what became of it stays."""
    session.execute(update(Message).where(Message.id.in_(ids)).values(body="").execution_options(**DONE))


def forget_archived_words(session: Session, ids: Sequence[int]) -> None:
    """The same, of the archive."""
    session.execute(update(MESSAGE_ARCHIVE).where(MESSAGE_ARCHIVE.c.id.in_(ids)).values(body=""))


def forget_replies(session: Session, ids: Sequence[int]) -> None:
    """What somebody texted, and from where; what became of it stays."""
    session.execute(update(Reply).where(Reply.id.in_(ids)).values(body=GONE, number=None).execution_options(**DONE))


def forget_answers(session: Session, ids: Sequence[int]) -> None:
    """The words; the score stays."""
    session.execute(update(Answer).where(Answer.id.in_(ids)).values(comment="").execution_options(**DONE))


def forget_interviews(session: Session, ids: Sequence[int]) -> None:
    """The number and the words; the household and what it answered stay."""
    unnumber(session, Interview, ids)
    drop_comments(session, SpokenComment.interview_id.in_(ids))
    words = update(InterviewAnswer).where(InterviewAnswer.interview_id.in_(ids)).values(comment="")
    session.execute(words.execution_options(**DONE))


def _forget_surveys(session: Session, ids: Sequence[int]) -> None:
    session.execute(update(Survey).where(Survey.id.in_(ids)).values(number=None).execution_options(**DONE))


def _forget_archived(session: Session, ids: Sequence[int]) -> None:
    session.execute(delete(ATTEMPT_ARCHIVE).where(ATTEMPT_ARCHIVE.c.message_id.in_(ids)))
    session.execute(delete(MESSAGE_ARCHIVE).where(MESSAGE_ARCHIVE.c.id.in_(ids)))


def _forget_left_out(session: Session, ids: Sequence[int]) -> None:
    """Whom a campaign left out, and why, stays; the number goes."""
    session.execute(update(LeftOut).where(LeftOut.id.in_(ids)).values(number="").execution_options(**DONE))


def _forget_notes(kind: Any) -> Callable[[Session, Sequence[int]], None]:
    """What somebody wrote beside it; that it was, when and by whom stays."""

    def forget(session: Session, ids: Sequence[int]) -> None:
        session.execute(update(kind).where(kind.id.in_(ids)).values(note=GONE).execution_options(**DONE))

    return forget


def _forget_audit(session: Session, ids: Sequence[int]) -> None:
    session.execute(delete(Audit).where(Audit.id.in_(ids)).execution_options(**DONE))


def _forget_comments(session: Session, ids: Sequence[int]) -> None:
    """Who said it, where, and for how long; what they said has gone before."""
    session.execute(delete(SpokenComment).where(SpokenComment.id.in_(ids)).execution_options(**DONE))


def _forget_log_ins(session: Session, ids: Sequence[int]) -> None:
    session.execute(delete(LogIn).where(LogIn.id.in_(ids)).execution_options(**DONE))


def unnumber(session: Session, kind: Any, ids: Sequence[int]) -> None:
    """Its number gives way to its own id: there it must differ from row to row."""
    bare = literal("#").concat(sql_cast(kind.id, String))
    session.execute(update(kind).where(kind.id.in_(ids)).values(number=bare).execution_options(**DONE))


def _unnumber(kind: Any) -> Callable[[Session, Sequence[int]], None]:
    return lambda session, ids: unnumber(session, kind, ids)


def _has_number(kind: Any) -> ColumnElement[bool]:
    return cast(ColumnElement[bool], kind.number.like("+%"))


_TICKET, _ORIGINAL = aliased(Ticket), aliased(Ticket)
_STANDING = select(_TICKET.id).where(_TICKET.status.not_in(ENDED))


def _is_over(ticket_id: Any) -> ColumnElement[bool]:
    """It is about no ticket that still stands."""
    return or_(ticket_id.is_(None), ticket_id.not_in(_STANDING))


def _is_about_no_open(about: Any) -> ColumnElement[bool]:
    results = select(literal("survey:").concat(sql_cast(Survey.id, String))).where(Survey.ticket_id.in_(_STANDING))
    tickets = select(literal("ticket:").concat(sql_cast(_TICKET.id, String))).where(_TICKET.status.not_in(ENDED))
    return cast(ColumnElement[bool], about.not_in(union(tickets, results)))


_MESSAGE = table_of(Message)
_OF_CALL = exists().where(CallEvent.call_id == Call.id)
_OF_INTERVIEW = exists().where(InterviewAnswer.interview_id == Interview.id, InterviewAnswer.comment != "")
_TICKET_AT = func.coalesce(Ticket.closed_at, Ticket.resolved_at, Ticket.opened_at)
_PART_OF_OPEN = exists().where(_ORIGINAL.id == Ticket.merged_into_id, _ORIGINAL.status.not_in(ENDED))
_LEFT_OUT_AT = (
    select(Campaign.written_at).where(Campaign.id == LeftOut.campaign_id).correlate(LeftOut).scalar_subquery()
)
_SPOKEN_AT = func.coalesce(*(
    select(kind.ended_at).where(kind.id == id).correlate(SpokenComment).scalar_subquery()
    for kind, id in ((Survey, SpokenComment.survey_id), (Interview, SpokenComment.interview_id))
))  # fmt: skip
# by these rows whoever is forgotten is found among the recordings
_STILL_HELD = exists().where(
    Recording.sid == SpokenComment.sid, Recording.state.not_in((RecordingState.DELETED, RecordingState.ABSENT))
)
_OVER = select(Incident.id).where(Incident.state != IncidentState.OPEN)

SHELVES: tuple[Shelf, ...] = (
    Shelf(
        "message_words", "message_words_kept_days", _MESSAGE, Message.final_at,
        (Message.lane.in_(ALL_LANES), Message.body != "", _is_about_no_open(Message.about)), forget_words,
    ),
    Shelf(
        "archived_words", "message_words_kept_days", MESSAGE_ARCHIVE, MESSAGE_ARCHIVE.c.final_at,
        (MESSAGE_ARCHIVE.c.body != "", _is_about_no_open(MESSAGE_ARCHIVE.c.about)), forget_archived_words,
    ),
    Shelf("archive", "archive_kept_days", MESSAGE_ARCHIVE, MESSAGE_ARCHIVE.c.final_at, (), _forget_archived),
    Shelf(
        "calls", "calls_kept_days", table_of(Call), Call.ended_at,
        (or_(Call.from_number.is_not(None), _OF_CALL), _is_over(Call.ticket_id)), forget_calls,
    ),
    Shelf(
        "replies", "replies_kept_days", table_of(Reply), Reply.received_at,
        (or_(Reply.number.is_not(None), Reply.body != GONE), _is_over(Reply.ticket_id)), forget_replies,
    ),
    Shelf(
        "answers", "answers_kept_days", table_of(Answer), Answer.answered_at,
        (Answer.comment != "", Answer.survey_id.in_(select(Survey.id).where(_is_over(Survey.ticket_id)))),
        forget_answers,
    ),
    Shelf(
        "surveys", "answers_kept_days", table_of(Survey), Survey.ended_at,
        (Survey.number.is_not(None), _is_over(Survey.ticket_id)), _forget_surveys,
    ),
    Shelf(
        "interviews", "answers_kept_days", table_of(Interview), Interview.ended_at,
        (or_(_has_number(Interview), _OF_INTERVIEW), _is_over(Interview.ticket_id)), forget_interviews,
    ),
    Shelf(
        "spoken_comments", "answers_kept_days", table_of(SpokenComment), _SPOKEN_AT,
        (SpokenComment.adopt_due_at.is_(None), ~_STILL_HELD, _is_over(SpokenComment.ticket_id)), _forget_comments,
    ),
    Shelf(
        "samples", "answers_kept_days", table_of(IncidentSample), IncidentSample.ended_at,
        (_has_number(IncidentSample), _is_over(IncidentSample.ticket_id)), _unnumber(IncidentSample),
    ),
    Shelf(
        "incident_callers", "calls_kept_days", table_of(IncidentCaller), IncidentCaller.asked_at,
        (_has_number(IncidentCaller), IncidentCaller.incident_id.in_(_OVER)), _unnumber(IncidentCaller),
    ),
    Shelf(
        "tickets", "tickets_kept_days", table_of(Ticket), _TICKET_AT,
        (Ticket.status.in_(ENDED), ~_PART_OF_OPEN,
         or_(Ticket.summary != GONE, Ticket.caller_number.is_not(None), Ticket.person_id.is_not(None))),
        erase_tickets,
    ),
    Shelf(
        "left_out", "archive_kept_days", table_of(LeftOut), _LEFT_OUT_AT, (LeftOut.number != "",), _forget_left_out
    ),
    Shelf(
        "contact_notes", "notes_kept_days", table_of(ContactMade), ContactMade.at,
        (ContactMade.note.not_in(("", GONE)),), _forget_notes(ContactMade),
    ),
    Shelf(
        "leave_notes", "notes_kept_days", table_of(Leave), Leave.ends_at, (Leave.note.not_in(("", GONE)),),
        _forget_notes(Leave),
    ),
    Shelf("audit", "audit_kept_days", table_of(Audit), Audit.at, (), _forget_audit),
    # one that nobody ended is over once nothing was pressed for so long: `base.keptdays` allows no fewer days
    Shelf(
        "log_ins", "log_ins_kept_days", table_of(LogIn), func.coalesce(LogIn.ended_at, LogIn.seen_at), (),
        _forget_log_ins,
    ),
)  # fmt: skip
"""What has no jobs of its own; recordings, photos, what other systems were told and answers of the API have."""
