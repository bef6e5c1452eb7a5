"""More time: asked for by whoever has it, allowed or refused by a second person; then the clock moves, and is told."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.database import reading, transaction
from console.words import say
from directory.models import Staff
from messages.lifecycle import MessageClass
from messages.models import Message
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn, later
from tests.console.evening import OWNER, Evening
from tests.console.test_handing import dialog, line, staff_texts
from tests.console.test_ticket import events, ticket
from tickets import actions
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket

UNTIL, SHOWN = "2026-11-25T18:00", "11-25 18:00"
TECHNICIAN, SUPERVISOR, MANAGER = "+8613900000001", "+8613900000003", "+8613900000004"


def more_time(session: Session, evening: Evening, name: str = "waits") -> None:
    """Whoever has what waits for parts asks for three more days, or for another ticket."""
    found = session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one()
    by = session.get_one(Staff, evening.staff["second"])
    until_at = evening.at + timedelta(days=3)
    actions.ask_extension(session, found.id, by, until_at=until_at, reason="等配件", at=evening.at)


def owner_texts() -> list[str]:
    with reading() as session:
        to_owner = (Message.number == OWNER, Message.message_class == MessageClass.SERVICE)
        return list(session.scalars(select(Message.body).where(*to_owner).order_by(Message.id)))


def finish(reads: Program, ref: str) -> dict[str, object]:
    return next(one for one in reads.gets(f"/tickets/{ref}").json["clocks"] if one["name"] == "finish")


def test_from_the_wish_to_the_new_moment_that_the_owner_is_told(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    ref, hand, supervisor, reads = (
        evening.refs["mine"],
        logged_in("technician"),
        logged_in("supervisor"),
        program("agent"),
    )
    before, told = finish(reads, ref), len(owner_texts())
    assert 'id="do-extend"' in hand.get(f"/tickets/{ref}").text
    assert 'id="do-decide"' not in supervisor.get(f"/tickets/{ref}").text
    refused = hand.sends(f"/tickets/{ref}/extend", until=UNTIL)
    assert refused.status_code == 422
    assert say("fault.extend", "zh") in dialog(refused.text, "extend")
    for until in ("", "soon", "2026-11-22T19:00", "2026-11-22T20:00", "2027-06-01T08:00"):
        refused = hand.sends(f"/tickets/{ref}/extend", until=until, text="等水阀")
        assert refused.status_code == 422, until
        assert "等水阀</textarea>" in dialog(refused.text, "extend")
    assert hand.sends(f"/tickets/{ref}/extend", until=UNTIL, text="等水阀").status_code == 303
    assert say("event.extension.to", "zh", to=SHOWN) in line(hand.get(f"/tickets/{ref}").text)
    assert finish(reads, ref)["due_at"] == before["due_at"], "nobody has allowed it yet"
    [asked] = staff_texts(SUPERVISOR)
    assert "周建国" in asked
    assert "等水阀" in asked
    assert 'id="concern-extend"' in supervisor.get("/").text
    page = hand.get(f"/tickets/{ref}").text
    assert 'id="extension"' in page
    assert 'id="do-extend"' not in page
    assert hand.sends(f"/tickets/{ref}/extend", until=UNTIL, text="再问").status_code == 409
    assert supervisor.sends(f"/tickets/{ref}/decide", answer="maybe").status_code == 422
    assert supervisor.sends(f"/tickets/{ref}/decide", answer="yes").status_code == 303
    assert say("event.extended.to", "en", to=SHOWN) in line(supervisor.get(f"/tickets/{ref}?lang=en").text)
    moved = finish(reads, ref)
    assert (moved["due_at"], moved["is_extended"]) == ("2026-11-25T18:00:00+08:00", True)
    assert say("clock.extended", "zh") in supervisor.get(f"/tickets/{ref}?lang=zh").text
    [heard] = owner_texts()[told:]
    assert "11月25日" not in heard
    assert "十一月二十五日十八点前" in heard
    assert "已批准" in staff_texts(TECHNICIAN)[-1]
    assert 'id="concern-extend"' not in supervisor.get("/").text
    assert supervisor.sends(f"/tickets/{ref}/decide", answer="yes").status_code == 409


def test_a_refusal_has_a_reason_moves_nothing_and_tells_no_owner(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    with transaction() as session:
        more_time(session, evening)
    ref, manager, reads = evening.refs["waits"], logged_in("manager"), program("agent")
    before, told = finish(reads, ref), owner_texts()
    refused = manager.sends(f"/tickets/{ref}/decide", answer="no")
    assert refused.status_code == 422
    assert say("fault.decide", "zh") in dialog(refused.text, "decide")
    assert manager.sends(f"/tickets/{ref}/decide", answer="no", text="库房有货").status_code == 303
    assert say("event.not_extended.to", "zh", to="11-25 19:30") in line(manager.get(f"/tickets/{ref}").text)
    assert finish(reads, ref) == before
    assert owner_texts() == told
    assert "库房有货" in staff_texts("+8613900000002")[-1]


def test_whoever_asked_or_has_it_does_not_decide(program: Callable[..., Program], evening: Evening) -> None:  # noqa: F811
    supervisor, ref = program("supervisor"), evening.refs["mine"]
    path = f"/tickets/{ref}/events"
    asked = {"type": "extend", "until": "2026-11-25T18:00:00+08:00", "text": "等水阀"}
    assert supervisor.posts(path, **asked).status_code == 200
    assert staff_texts(SUPERVISOR) == [], "they know"
    assert len(staff_texts(MANAGER)) == 1
    assert supervisor.posts(path, type="decide", approved=True).status_code == 403
    assert program("director").posts(path, type="assign", to=evening.staff["manager"]).status_code == 200
    assert program("manager").posts(path, type="decide", approved=True).status_code == 403, "it is theirs now"
    told = program("director").posts(path, type="decide", approved=True).json
    facts = [fact for fact in told["timeline"] if fact["type"] in {"extension", "extended"}]
    assert [fact["data"]["clock"] for fact in facts] == ["finish", "finish"]


def test_programs_are_refused_in_the_same_words(program: Callable[..., Program], evening: Evening) -> None:  # noqa: F811
    who, until = program("supervisor"), "2026-11-25T18:00:00+08:00"
    lift, soon, mine = (f"/tickets/{evening.refs[name]}/events" for name in ("lift", "soon", "mine"))
    assert who.posts(soon, type="extend", until=until, text="忙").status_code == 409, "nobody has taken it"
    assert who.posts(lift, type="acknowledge").status_code == 200
    assert who.posts(lift, type="extend", until=until, text="忙").status_code == 409, "somebody is in there"
    assert who.posts(mine, type="extend", until="2026-11-22T19:29:00+08:00", text="忙").status_code == 422
    assert who.posts(mine, type="extend", until=until).status_code == 422
    assert who.posts(mine, type="decide", approved=True).status_code == 409


def test_a_wish_that_came_too_late_or_whose_ticket_ended_is_allowed_no_more(
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    with transaction() as session:
        more_time(session, evening)
    who, path = program("manager"), f"/tickets/{evening.refs['waits']}/events"
    later(days=4)
    assert who.posts(path, type="decide", approved=True).status_code == 409
    assert who.posts(path, type="resolve", text="换好了").json["status"] == "resolved"
    assert who.posts(path, type="reopen", text="没换好").json["status"] == "open"
    assert who.posts(path, type="decide", approved=False, text="过了").status_code == 409, "that was about before"
    assert ticket(evening.refs["waits"]).status is Status.OPEN
    assert EventType.NOT_EXTENDED not in {one.type for one in events(evening.refs["waits"])}


def test_an_owner_is_not_woken_for_it(logged_in: LogIn, evening: Evening) -> None:
    later(hours=4)  # half past eleven at night
    ref, told = evening.refs["mine"], len(owner_texts())
    assert logged_in("technician").sends(f"/tickets/{ref}/extend", until=UNTIL, text="等水阀").status_code == 303
    assert logged_in("supervisor").sends(f"/tickets/{ref}/decide", answer="yes").status_code == 303
    assert len(owner_texts()) == told + 1
    with reading() as session:
        due_at = session.scalars(
            select(Message.due_at).where(Message.number == OWNER).order_by(Message.id.desc())
        ).first()
    assert due_at is not None
    assert due_at >= datetime.fromisoformat("2026-11-23T07:00:00+08:00")


def test_whoever_reported_a_part_of_it_hears_of_the_new_moment_too(logged_in: LogIn, evening: Evening) -> None:
    ref, hand = evening.refs["mine"], logged_in("technician")
    with transaction() as session:
        original = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        draft = actions.TicketDraft(
            kind=original.kind, category=original.category, channel=original.channel, caller_number="+8613987655599",
            project_id=original.project_id, language="en",
        )  # fmt: skip
        part = actions.open_ticket(session, draft, at=evening.at)
        actions.merge(session, part.id, into=original, at=evening.at)
        known_as = part.ref
    assert hand.sends(f"/tickets/{ref}/extend", until=UNTIL, text="等水阀").status_code == 303
    assert logged_in("supervisor").sends(f"/tickets/{ref}/decide", answer="yes").status_code == 303
    with reading() as session:
        [heard] = session.scalars(select(Message.body).where(Message.number == "+8613987655599"))
    assert known_as in heard
    assert "it will be done by 6 in the evening of 25 November" in heard
    assert "十一月二十五日十八点前" in owner_texts()[-1]
