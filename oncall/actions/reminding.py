"""Whoever is on duty soon is asked whether they will be there; without a yes somebody above hears of it in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import local
from base.rows import insert
from base.wiring import settings
from directory.models import Project, Staff
from messages import actions as messages
from messages.lifecycle import MessageClass, Way
from oncall import dutywords, words
from oncall.actions.duty import held, who_is_on_duty
from oncall.actions.paging import AFTER_PAGES, TEXT_VALID
from oncall.models import Reminder, ReminderState
from oncall.reminders import LONGEST_NIGHT, is_held, not_before, steps, to_ask
from oncall.rota import Turn
from telephony.capabilities import two_way_text

OPEN = (ReminderState.ASKED, ReminderState.AGAIN, ReminderState.ALARMED)
STANDS = (*OPEN, ReminderState.DECLINED)
RINGS_S = 30
STILL_ANSWERED = timedelta(hours=2)
"""So long after its beginning a bare 1 or 2 still means the turn."""
Key = tuple[int, Turn]


def to_be_asked(session: Session, *, at: datetime) -> list[Key]:
    """The turns, by project id, whose holders are to be asked now and were not yet."""
    before, again = _before(), _again()
    if not before:
        return []
    found = []
    for project_id in session.scalars(select(Project.id).order_by(Project.id)):
        turns = held(session, project_id, at, at + before + LONGEST_NIGHT)
        coming = to_ask(turns, at=at, before=before, again=again, zone=settings().timezone)
        if coming:
            rows = session.execute(
                select(Reminder.post, Reminder.staff_id, Reminder.starts_at).where(
                    Reminder.project_id == project_id, Reminder.starts_at > at
                )
            )
            asked = {tuple(row) for row in rows}
            found += [(project_id, one) for one in coming if (one.post, one.staff_id, one.starts_at) not in asked]
    return found


def ask(session: Session, key: Key, *, at: datetime) -> None:
    """Ask one person about one turn, once: by text where they can answer one, else by a call."""
    project_id, turn = key
    staff = session.get_one(Staff, turn.staff_id)
    planned = steps(turn.starts_at, before=_before(), again=_again(), zone=settings().timezone)
    when = not_before(planned, at)
    way = Way.TEXT if two_way_text(staff.number, settings().two_way_countries) else Way.CALL
    reminder_id = session.execute(
        insert(Reminder)
        .values(
            project_id=project_id, post=turn.post, staff_id=staff.id, starts_at=turn.starts_at, ends_at=turn.ends_at,
            state=ReminderState.ASKED, way=way, asked_at=at, due_at=when.again_at, alarm_at=when.alarm_at, how="",
        )
        .on_conflict_do_nothing(index_elements=["project_id", "post", "staff_id", "starts_at"])
        .returning(Reminder.id)
    ).scalar_one_or_none()  # fmt: skip
    if reminder_id is not None:
        reminder = session.get_one(Reminder, reminder_id)
        _send(session, reminder, way, "ask", at=at)


def due(session: Session, *, at: datetime) -> Sequence[int]:
    """Those that have waited long enough for an answer, or have nothing to wait for any more."""
    query = select(Reminder.id).where(Reminder.state.in_(OPEN), Reminder.due_at <= at)
    return session.scalars(query.order_by(Reminder.due_at)).all()


def follow(session: Session, reminder_id: int, *, at: datetime) -> None:
    """The next step of one: asked in the other way, then told above; nothing where the turn is not theirs any more."""
    reminder = session.get_one(Reminder, reminder_id, with_for_update=True, populate_existing=True)
    if reminder.state not in OPEN or reminder.due_at is None or reminder.due_at > at:
        return
    if not still_theirs(session, reminder):
        _settles(session, reminder, ReminderState.DROPPED, at=at)
    elif reminder.state is ReminderState.ASKED:
        reminder.state, reminder.due_at = ReminderState.AGAIN, reminder.alarm_at
        _send(session, reminder, Way.CALL, "again", at=at)
        if reminder.way is Way.CALL:
            _send(session, reminder, Way.TEXT, "again", at=at)
    else:
        reminder.state, reminder.due_at = ReminderState.ALARMED, None
        _tell_above(session, reminder, "told_silent", at=at)


def say(session: Session, reminder: Reminder, key: str, *, how: str, at: datetime) -> str:
    """They answer, 1 or 2; the words by which they are told: `yes`, `no`, or `late` where it is not theirs any more.

    A no can become a yes and the other way round until the turn is over: the last word counts.
    """
    session.refresh(reminder, with_for_update=True)
    wanted = ReminderState.CONFIRMED if key == "1" else ReminderState.DECLINED
    word = "yes" if key == "1" else "no"
    if at >= reminder.ends_at or reminder.state is ReminderState.DROPPED or not still_theirs(session, reminder):
        return "late"
    if reminder.state is not wanted:
        _settles(session, reminder, wanted, at=at, how=how)
        if wanted is ReminderState.DECLINED:
            _tell_above(session, reminder, "told_no", at=at)
    return word


def open_reminder(session: Session, staff_id: int, *, at: datetime) -> Reminder | None:
    """The turn that a bare 1 or 2 of somebody means: of what they were asked about, what begins first."""
    return session.scalar(
        select(Reminder)
        .where(Reminder.staff_id == staff_id, Reminder.state.in_(STANDS), Reminder.starts_at > at - STILL_ANSWERED)
        .order_by(Reminder.state == ReminderState.DECLINED, Reminder.starts_at)
        .limit(1)
    )


def asked_of(session: Session, project_id: int, *, at: datetime) -> list[Reminder]:
    """What a project's people were asked and is not over, the first turn first."""
    shown = (*STANDS, ReminderState.CONFIRMED)
    query = select(Reminder).where(Reminder.project_id == project_id, Reminder.state.in_(shown), Reminder.ends_at > at)
    return list(session.scalars(query.order_by(Reminder.starts_at, Reminder.id)))


def unanswered(session: Session, *, at: datetime) -> list[Reminder]:
    """What the desk is alarmed by: nobody said yes in time, or somebody said no, and the turn still is theirs."""
    query = select(Reminder).where(
        Reminder.state.in_((ReminderState.ALARMED, ReminderState.DECLINED)), Reminder.ends_at > at
    )
    return [one for one in session.scalars(query.order_by(Reminder.starts_at)) if still_theirs(session, one)]


def still_theirs(session: Session, reminder: Reminder) -> bool:
    """Whether nobody else has taken the turn over meanwhile."""
    turns = held(session, reminder.project_id, reminder.starts_at, reminder.starts_at)
    return is_held(turns, reminder.post, reminder.staff_id, reminder.starts_at)


def about(reminder_id: int) -> str:
    """The name under which the ledger keeps what is said about one."""
    return f"reminder:{reminder_id}"


def said(reminder: Reminder, language: str) -> dict[str, str]:
    """Where, which post, from when until when, as it is read and spoken."""
    project, zone = reminder.project, settings().timezone
    starts, ends = local(reminder.starts_at, zone), local(reminder.ends_at, zone)
    is_one_day = starts.date() == ends.date()
    return {
        "project": (language == "en" and project.name_en) or project.name,
        "post": words.post(reminder.post.value, language), "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}" if is_one_day else f"{ends:%m-%d %H:%M}", "who": reminder.staff.name,
    }  # fmt: skip


def _settles(session: Session, reminder: Reminder, state: ReminderState, *, at: datetime, how: str = "") -> None:
    reminder.state, reminder.due_at, reminder.answered_at, reminder.how = state, None, at, how
    messages.cancel(session, about=about(reminder.id), at=at)
    session.flush()


def _send(session: Session, reminder: Reminder, way: Way, step: str, *, at: datetime) -> None:
    staff = reminder.staff
    once_key, valid_until_at = f"reminder/{reminder.id}/{step}/{way.value}", max(reminder.starts_at, at + TEXT_VALID)
    if way is Way.CALL:
        messages.plan_call(
            session, number=staff.number, message_class=MessageClass.STAFF,
            answer_path=f"/voice/duty/{reminder.id}", once_key=once_key, about=about(reminder.id), at=at,
            ring_s=RINGS_S, urgency=AFTER_PAGES, valid_until_at=valid_until_at, is_demo=staff.is_demo,
        )  # fmt: skip
        return
    key = "ask" if two_way_text(staff.number, settings().two_way_countries) else "ask_one_way"
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF,
        body=dutywords.text(key, staff.language, **said(reminder, staff.language)), once_key=once_key,
        about=about(reminder.id), at=at, urgency=AFTER_PAGES, language=staff.language,
        valid_until_at=valid_until_at, is_demo=staff.is_demo,
    )  # fmt: skip


def _tell_above(session: Session, reminder: Reminder, key: str, *, at: datetime) -> None:
    """The supervisor on duty gets one text, above them the manager where there is none; never whoever it is about."""
    duty = who_is_on_duty(session, reminder.project_id, at=at)
    those = [
        [one for one in post if one.id != reminder.staff_id] for post in (duty.supervisor, duty.manager, duty.director)
    ]
    for staff in next((people for people in those if people), []):
        messages.plan_text(
            session, number=staff.number, message_class=MessageClass.STAFF,
            body=dutywords.text(key, staff.language, **said(reminder, staff.language)),
            once_key=f"reminder/{reminder.id}/{key}/{staff.id}", about=f"reminder:{reminder.id}:above", at=at,
            urgency=AFTER_PAGES, language=staff.language, valid_until_at=reminder.ends_at, is_demo=staff.is_demo,
        )  # fmt: skip


def _before() -> timedelta:
    return timedelta(minutes=settings().duty_reminder_minutes)


def _again() -> timedelta:
    return min(timedelta(minutes=settings().duty_reminder_again_minutes), _before())
