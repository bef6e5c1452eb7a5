"""One evening at the desk: two projects, people on duty, and a ticket in every state."""

import io
import wave
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from console import passwords
from directory.actions import place_of
from directory.models import Home, Person, Project, Staff
from hotline.actions.endings import tell_timeline
from hotline.actions.reports import open_for
from hotline.intake import Intake, Report, missed_report, report
from hotline.models import Call, Recording, RecordingState
from messages import actions as messages
from messages.lifecycle import MessageClass, MessageState, Outcome
from messages.models import Attempt, Message
from oncall import words
from oncall.ladder import Post
from oncall.models import Page, PageKind, PageState
from tests import make
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, WaitReason
from tickets.models import EventType, Ticket

PASSWORD = "一个 long enough 口令"
OWNER = "+8613812346021"
BARE = OWNER.removeprefix("+86")
"""Their number as a page gives it when it is whole; it is in it with its country too."""
STRANGER = "+8613987655532"
_keys = count(1)
WRITTEN = "The light in the corridor has been out since Monday."


@cache
def stored() -> str:
    return passwords.hashed(PASSWORD)


@dataclass(frozen=True)
class Evening:
    """What the tests speak of, by plain values."""

    at: datetime
    home_project: int
    other_project: int
    staff: dict[str, int]
    refs: dict[str, str]
    sounds: dict[str, int]
    owner: int
    messages: dict[str, int]

    @property
    def recording(self) -> int:
        """What was said in the lift."""
        return self.sounds["lift"]


def an_evening(session: Session, at: datetime, recordings: Path) -> Evening:
    """Build it as it stands at `at`."""
    # desks that are open late: in the evening ordinary clocks run too
    late = time(22)
    make.a_told_year(session, 2027)  # the next year's make-up days are known
    home = make.a_project(session, "幸福里小区", day_ends=late)
    other = make.a_project(session, "滨江花园", name_en="Riverside", day_ends=late)
    staff = _staff(session, home, other)
    for post, name in ((Post.FIRST, "technician"), (Post.SECOND, "second"), (Post.SUPERVISOR, "supervisor")):
        make.a_shift(session, home, staff[name], post, at)
    make.a_shift(session, other, staff["elsewhere"], Post.FIRST, at)
    _troubles(session, at)
    refs, sounds = _tickets(session, home, other, staff, at, recordings)
    owner = session.scalars(select(Person).where(Person.name == "林婷")).one()
    sent = _sent(session, owner, refs, at)
    people = {name: one.id for name, one in staff.items()}
    return Evening(at, home.id, other.id, people, refs, sounds, owner.id, sent)


def _staff(session: Session, home: Project, other: Project) -> dict[str, Staff]:
    people = {
        "agent": ("张敏", Role.AGENT, home),
        "technician": ("周建国", Role.TECHNICIAN, home),
        "second": ("何磊", Role.TECHNICIAN, home),
        "supervisor": ("刘洋", Role.SUPERVISOR, home),
        "manager": ("孙倩", Role.MANAGER, home),
        "director": ("高远", Role.DIRECTOR, None),
        "quality": ("赵颖", Role.QUALITY, home),
        "admin": ("系统管理员", Role.ADMIN, None),
        "elsewhere": ("王强", Role.TECHNICIAN, other),
        "abroad": ("陈刚", Role.AGENT, other),
        "centre": ("吴静", Role.AGENT, None),
    }
    found = {}
    for n, (login, (name, role, project)) in enumerate(people.items()):
        found[login] = make.a_member_of_staff(
            session, name, f"+86139000000{n:02}", role, project, password_hash=stored()
        )
        found[login].login = login
    session.flush()
    return found


def _tickets(
    session: Session, home: Project, other: Project, staff: dict[str, Staff], at: datetime, recordings: Path
) -> tuple[dict[str, str], dict[str, int]]:
    flat = make.a_home(session, home, "3-2-0902")
    owner = make.an_owner(session, flat, OWNER, "林婷", "林女士")

    def a_call(minutes: float, place: str | Home, said: Report, **more: object) -> Ticket:
        """What the hotline makes of a call that said so much."""
        project, person = more.pop("project", home), more.pop("person", None)
        where = make.a_home(session, project, place) if isinstance(place, str) and place else place or None
        began_at, values = at - timedelta(minutes=minutes), {"from_number": OWNER} | more
        sid = f"CA{next(numbers):032}"
        whose = {"project_id": project, "home_id": where, "person_id": person}
        ids = {name: row.id for name, row in whose.items() if row is not None}
        call = Call(sid=sid, to_number="+864008001234", began_at=began_at, **ids, **values)
        session.add(call)
        session.flush()
        return open_for(session, call, Intake(home_place=place_of(where) if where else ""), said, at=began_at)

    emergency, repair, complaint = Kind.EMERGENCY.value, Kind.REPAIR.value, Kind.COMPLAINT.value
    numbers = count(1)
    lift = a_call(4, flat, said(emergency, "lift_trapped"), person=owner)
    _pages(session, lift, staff, at)
    alarm = a_call(12, "5-1-0301", said(emergency, "gas_leak"), from_number=STRANGER)
    actions.raise_alarm(session, alarm.id, at=at - timedelta(minutes=2))
    to_headquarters = report(Intake(purpose=complaint, category="attitude", to_headquarters=True))
    half_way = missed_report(Intake(purpose=complaint, category="noise"))
    tickets = {
        "lift": lift,
        "alarm": alarm,
        "late": a_call(45, "8-1-0102", said(repair, "burst_pipe")),
        "soon": a_call(20, "4-1-0201", said(repair, "access"), from_number=None),
        "mine": a_call(1200, "5-1-0803", said(repair, "water_power")),
        "later": a_call(30, "2-1-0901", said(complaint, "complaint")),
        "half_way": a_call(35, "2-1-0902", half_way, language="en", from_number=STRANGER),
        "headquarters": a_call(25, "2-1-0903", to_headquarters, language="en"),
        "waits": a_call(300, "3-2-1502", said(repair, "blockage")),
        "done": a_call(400, "1-1-0502", said(repair, "lift")),
        "elsewhere": a_call(10, "7--0101", said(repair, "water_power"), project=other),
        "nowhere": a_call(15, "", said(Kind.ENQUIRY.value, "enquiry"), project=None, from_number=STRANGER),
        "texted": _a_text(session, home, WRITTEN, at - timedelta(minutes=50)),
    }
    _go_on(session, tickets, staff, at)
    recordings_of = {name: _recording(session, tickets[name], at, recordings) for name in ("lift", "headquarters")}
    session.flush()
    return {name: ticket.ref for name, ticket in tickets.items()}, recordings_of


def said(purpose: str, category: str) -> Report:
    """A call that chose this by keys, and was heard to the end."""
    return report(Intake(purpose=purpose, category=category))


def _a_text(session: Session, project: Project, body: str, at: datetime) -> Ticket:
    draft = TicketDraft(
        Kind.ENQUIRY, "text", Channel.TEXT, project_id=project.id, caller_number=STRANGER, language="en", summary=body
    )
    return actions.open_ticket(session, draft, at=at)


def _troubles(session: Session, at: datetime) -> None:
    """A number of nobody's project to check, a refusal, and a text that may have gone twice."""
    lost = make.an_owner(session, (), "+8613500000001", "郭芳")
    lost.numbers[0].needs_check = True
    for number, change in (("+85251234567", {"state": MessageState.FAILED, "error_code": "21408"}),
                           ("+8613900000000", {"is_doubtful": True})):  # fmt: skip
        a_message(session, number, at, **change)


def a_message(session: Session, number: str, at: datetime, **change: object) -> Message:
    """A text to `number` that was due at `at`, and what became of it."""
    key = f"test/{number}/{next(_keys)}"
    messages.plan_text(
        session, number=number, message_class=MessageClass.SERVICE, body="您好", once_key=key,
        about=str(change.pop("about", "")), at=at, language="zh",
    )  # fmt: skip
    found = session.scalars(select(Message).where(Message.once_key == key)).one()
    for name, value in change.items():
        setattr(found, name, value)
    session.flush()
    return found


def _sent(session: Session, owner: Person, refs: dict[str, str], at: datetime) -> dict[str, int]:
    """What went to the owner of the evening and to people elsewhere, in several states; and what she said of it."""
    lift = session.scalars(select(Ticket).where(Ticket.ref == refs["lift"])).one()
    make.a_consent(session, OWNER, "care", at - timedelta(days=400), granted=True)
    make.a_consent(session, OWNER, "care", at - timedelta(days=2), granted=False)
    owner.numbers[0].hard_failures = 1
    refused = {"state": MessageState.UNDELIVERED, "error_code": "30003", "attempts": 2}
    suppressed = {"state": MessageState.SUPPRESSED, "reason": "opted_out", "message_class": MessageClass.CARE}
    sent = {
        "arrived": a_message(session, OWNER, at, about=f"ticket:{lift.id}", state=MessageState.DELIVERED),
        "refused": a_message(session, OWNER, at, about=f"ticket:{lift.id}", **refused),
        "held_back": a_message(session, OWNER, at, final_at=at, **suppressed),
        "waiting": a_message(session, "+8613900000001", at),
        "stranger": a_message(session, "+8613700001111", at, state=MessageState.UNKNOWN, reason="claim ran out"),
    }
    for outcome, code, minutes in ((Outcome.RETRY, "20429", 3), (Outcome.UNDELIVERED, "30003", 1)):
        began_at = at - timedelta(minutes=minutes)
        attempt = Attempt(
            id=f"evening-{outcome}", message_id=sent["refused"].id, began_at=began_at, outcome=outcome,
            ended_at=began_at + timedelta(seconds=1), error_code=code,
        )  # fmt: skip
        session.add(attempt)
    session.flush()
    return {name: message.id for name, message in sent.items()}


def _go_on(session: Session, tickets: dict[str, Ticket], staff: dict[str, Staff], at: datetime) -> None:
    minute = timedelta(minutes=1)
    man = staff["technician"].id
    actions.acknowledge(session, tickets["mine"].id, man, at=at - 1190 * minute, how="key")
    actions.acknowledge(session, tickets["waits"].id, staff["second"].id, at=at - 290 * minute, how="reply")
    actions.wait(session, tickets["waits"].id, staff["second"].id, at=at - 200 * minute, reason=WaitReason.PARTS)
    actions.acknowledge(session, tickets["done"].id, man, at=at - 398 * minute, how="called_in")
    actions.arrive(session, tickets["done"].id, man, at=at - 380 * minute, how="called_in")
    actions.note(session, tickets["done"].id, staff["agent"].id, at=at - 370 * minute, text="已告诉业主，维保在路上。")
    actions.resolve(session, tickets["done"].id, man, at=at - 300 * minute, text="门机皮带已更换，试运行正常。")


def _pages(session: Session, lift: Ticket, staff: dict[str, Staff], at: datetime) -> None:
    for name, state, result in (
        ("technician", PageState.MISSED, "answered"),
        ("second", PageState.CALLING, ""),
    ):
        page = Page(
            ticket_id=lift.id,
            staff_id=staff[name].id,
            kind=PageKind.LADDER,
            step=0,
            state=state,
            paged_at=at - timedelta(minutes=4) + timedelta(seconds=3),
        )
        session.add(page)
        session.flush()
        actions.add_event(
            session,
            lift.id,
            EventType.PAGED,
            at=page.paged_at,
            staff_id=page.staff_id,
            text=words.line("paged", who=staff[name].name, ways=words.ways(["text", "call"])),
            data={"page": page.id, "line": "paged", "ways": ["text", "call"]},
        )
        if result:
            actions.add_event(
                session,
                lift.id,
                EventType.PAGE_RESULT,
                at=page.paged_at + timedelta(seconds=31),
                staff_id=page.staff_id,
                text=words.line(result),
                data={"page": page.id, "result": result},
            )


def _recording(session: Session, ticket: Ticket, at: datetime, folder: Path) -> int:
    call = session.scalars(select(Call).where(Call.ticket_id == ticket.id)).one()
    folder.mkdir(parents=True, exist_ok=True)
    path = f"{ticket.category}.wav"
    (folder / path).write_bytes(silence(2))
    recording = Recording(
        call_id=call.id,
        ticket_id=ticket.id,
        sid=f"RE{call.id:032}",
        state=RecordingState.KEPT,
        duration_s=2,
        path=path,
        made_at=at - timedelta(minutes=3),
    )
    session.add(recording)
    session.flush()
    tell_timeline(
        session, recording.id, ticket_id=recording.ticket_id, sid=recording.sid, duration_s=recording.duration_s,
        at=recording.made_at,
    )  # fmt: skip
    return recording.id


def silence(seconds: int) -> bytes:
    """A WAV file of nothing."""
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 8000 * seconds)
    return held.getvalue()
