"""One evening at the desk: two projects, people on duty, and a ticket in every state."""

import io
import wave
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from base.access import Role
from console import passwords
from directory.models import Project, Staff
from hotline.models import Call, Recording, RecordingState
from oncall.ladder import Post
from oncall.models import Page, PageKind, PageState
from tests import make
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, Ticket

PASSWORD = "一个 long enough 口令"
OWNER = "+8613812346021"
STRANGER = "+8613987655532"


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
    recording: int


def an_evening(session: Session, at: datetime, recordings: Path) -> Evening:
    """Build it as it stands at `at`."""
    # desks that are open late: in the evening ordinary clocks run too
    late = time(22)
    home = make.a_project(session, "幸福里小区", day_ends=late)
    other = make.a_project(session, "滨江花园", name_en="Riverside", day_ends=late)
    staff = _staff(session, home, other)
    for post, name in ((Post.FIRST, "technician"), (Post.SECOND, "second"), (Post.SUPERVISOR, "supervisor")):
        make.a_shift(session, home, staff[name], post, at)
    make.a_shift(session, other, staff["elsewhere"], Post.FIRST, at)
    refs, recording = _tickets(session, home, other, staff, at, recordings)
    return Evening(at, home.id, other.id, {name: one.id for name, one in staff.items()}, refs, recording)


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
) -> tuple[dict[str, str], int]:
    flat = make.a_home(session, home, "3-2-0902")
    owner = make.an_owner(session, flat, OWNER, "林婷", "林女士")

    def a_ticket(category: str, kind: Kind, minutes: float, place: str, **more: object) -> Ticket:
        project = more.pop("project", home)
        draft = TicketDraft(
            kind,
            category,
            Channel.CALL,
            project_id=project.id if project else None,
            place=place,
            **({"caller_number": OWNER} | more),
        )
        return actions.open_ticket(session, draft, at=at - timedelta(minutes=minutes))

    lift = a_ticket(
        "lift_trapped",
        Kind.EMERGENCY,
        4,
        "3号楼2单元",
        home_id=flat.id,
        person_id=owner.id,
        summary="我们在 3 号楼 2 单元 1 号电梯里，卡在九楼跟十楼中间。我和我女儿两个人，灯还亮着。",
    )
    _pages(session, lift, staff, at)
    recording = _recording(session, lift, at, recordings)
    alarm = a_ticket("gas_leak", Kind.EMERGENCY, 12, "5号楼1单元0301室", caller_number=STRANGER)
    actions.raise_alarm(session, alarm.id, at=at - timedelta(minutes=2))
    tickets = {
        "lift": lift,
        "alarm": alarm,
        "late": a_ticket("burst_pipe", Kind.REPAIR, 45, "地下车库 B 区"),
        "soon": a_ticket("access", Kind.REPAIR, 20, "4号楼1单元", caller_number=None),
        "mine": a_ticket("water_power", Kind.REPAIR, 1200, "5号楼1单元0803室"),
        "later": a_ticket("complaint", Kind.COMPLAINT, 30, "2号楼1单元0901室"),
        "waits": a_ticket("blockage", Kind.REPAIR, 300, "3号楼2单元1502室"),
        "done": a_ticket("lift", Kind.REPAIR, 400, "1号楼"),
        "elsewhere": a_ticket("water_power", Kind.REPAIR, 10, "7号楼0101室", project=other),
        "nowhere": a_ticket("enquiry", Kind.ENQUIRY, 15, "", project=None, caller_number=STRANGER),
    }
    _go_on(session, tickets, staff, at)
    session.flush()
    return {name: ticket.ref for name, ticket in tickets.items()}, recording


def _go_on(session: Session, tickets: dict[str, Ticket], staff: dict[str, Staff], at: datetime) -> None:
    minute = timedelta(minutes=1)
    man = staff["technician"].id
    actions.acknowledge(session, tickets["mine"].id, man, at=at - 1190 * minute, how="key")
    actions.acknowledge(session, tickets["waits"].id, staff["second"].id, at=at - 290 * minute, how="reply")
    actions.wait(session, tickets["waits"].id, staff["second"].id, at=at - 200 * minute, text="待配件")
    actions.acknowledge(session, tickets["done"].id, man, at=at - 398 * minute, how="called_in")
    actions.arrive(session, tickets["done"].id, man, at=at - 380 * minute)
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
            text="呼叫",
            data={"page": page.id, "line": "paged", "ways": ["text", "call"]},
        )
        if result:
            actions.add_event(
                session,
                lift.id,
                EventType.PAGE_RESULT,
                at=page.paged_at + timedelta(seconds=31),
                staff_id=page.staff_id,
                text="语音信箱/无按键，不算接单",
                data={"page": page.id, "result": result},
            )


def _recording(session: Session, lift: Ticket, at: datetime, folder: Path) -> int:
    call = Call(
        sid="CA" + "1" * 32,
        from_number=OWNER,
        to_number="+864008001234",
        ticket_id=lift.id,
        began_at=at - timedelta(minutes=4),
    )
    session.add(call)
    session.flush()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lift.wav").write_bytes(silence(2))
    recording = Recording(
        call_id=call.id,
        ticket_id=lift.id,
        sid="RE" + "1" * 32,
        state=RecordingState.KEPT,
        duration_s=2,
        path="lift.wav",
        made_at=at - timedelta(minutes=3),
    )
    session.add(recording)
    session.flush()
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
