"""Tickets for programs: the same that the desk sees, and moved with all that follows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.queue import Lane
from console.scope import WHO_MAY, WORKERS
from directory.models import Staff
from messages.lifecycle import MessageClass
from messages.models import Message
from oncall.models import Page, PageState
from tests import make
from tests.api.conftest import Program
from tests.console.evening import OWNER, Evening
from tests.console.test_extension import more_time
from tests.console.test_roles import LOGINS, SEES
from tests.console.test_sign_off import with_a_code
from tickets import actions as tickets
from tickets.lifecycle import Move
from tickets.models import EventType, Ticket, TicketEvent

Programs = Callable[..., Program]
MASKED = "+86138****6021"


def every(who: Program, path: str, **query: Any) -> list[dict[str, Any]]:
    """A whole list, page after page."""
    found, after = [], None
    while True:
        page = who.gets(path, limit=3, **query, **({"after": after} if after else {})).json
        assert len(page["items"]) <= 3
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


def test_it_is_told_how_often_a_ticket_was_asked_after(program: Programs, evening: Evening) -> None:
    with transaction() as session:
        id = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs["mine"])).one()
        for call_id in (1, 2):
            tickets.count_urge(session, id, call_id=call_id, at=clock.now(), text="来电人催办", data={"urged": True})
    assert program("agent").gets(f"/tickets/{evening.refs['mine']}").json["urged"] == 2


def test_a_ticket_is_told_whole(program: Programs, evening: Evening) -> None:
    told = program("agent").gets(f"/tickets/{evening.refs['lift']}").json
    assert (told["kind"], told["category"], told["level"], told["status"], told["channel"]) == (
        "emergency", "lift_trapped", "P0", "open", "call",
    )  # fmt: skip
    assert told["urged"] == 0
    assert (told["project"], told["place"], told["caller_number"]) == ("幸福里小区", "3号楼2单元0902室", MASKED)
    assert told["opened_at"] == "2026-11-22T19:26:00+08:00"
    assert [fact["type"] for fact in told["timeline"]][:2] == ["opened", "paged"]
    assert told["timeline"][1]["by"] == {"id": evening.staff["technician"], "name": "周建国"}
    (ack,) = [clock for clock in told["clocks"] if clock["name"] == "ack"]
    assert (ack["left_s"], ack["is_broken"], ack["due_at"]) == (-60, True, "2026-11-22T19:29:00+08:00")


def test_each_token_sees_what_its_staff_sees_at_the_desk(program: Programs, evening: Evening) -> None:
    named = {ref: name for name, ref in evening.refs.items()}
    for login, theirs in SEES.items():
        who = program(login)
        assert {named[one["ref"]] for one in every(who, "/tickets")} == theirs, login
        for name, ref in evening.refs.items():
            assert who.gets(f"/tickets/{ref}").status_code == (200 if name in theirs else 404), (login, name)
            if name not in theirs:
                assert who.posts(f"/tickets/{ref}/events", type="note", text="x").status_code == 404, (login, name)


def test_the_list_is_newest_first_and_its_pages_are_whole(program: Programs, evening: Evening) -> None:
    who = program("admin")
    refs = [one["ref"] for one in every(who, "/tickets")]
    assert refs == [one["ref"] for one in who.gets("/tickets", limit=200).json["items"]]
    assert len(refs) == len(set(refs)) == len(evening.refs)
    first = who.gets("/tickets", limit=5).json
    who.posts("/tickets", kind="praise", summary="谢谢")  # what comes in meanwhile shifts nothing
    assert [one["ref"] for one in who.gets("/tickets", limit=5, after=first["next"]).json["items"]] == refs[5:10]


def test_a_list_is_filtered(program: Programs, evening: Evening) -> None:
    named, who = {ref: name for name, ref in evening.refs.items()}, program("admin")
    for query, names in (
        ({"status": "resolved"}, {"done"}),
        ({"kind": "emergency"}, {"lift", "alarm"}),
        ({"level": "P1"}, {"late", "done"}),
        ({"project": "滨江花园"}, {"elsewhere"}),
        ({"project": "Riverside", "status": "open"}, {"elsewhere"}),
        ({"q": "0301"}, {"alarm"}),
        ({"q": "林婷"}, {"lift"}),
        ({"q": "corridor"}, {"texted"}),
        ({"q": "6021"}, set()),
        ({"status": ""}, set(evening.refs)),
    ):
        assert {named[one["ref"]] for one in every(who, "/tickets", **query)} == names, query


def test_a_list_is_filtered_by_home(program: Programs, evening: Evening) -> None:
    who = program("agent")
    home = who.gets(f"/tickets/{evening.refs['lift']}").json["home"]
    assert [one["ref"] for one in every(who, "/tickets", home=home)] == [evening.refs["lift"]]


def test_a_ticket_is_opened_and_told_where_it_is(app: Flask, program: Programs, evening: Evening) -> None:
    who = program("agent")
    home = who.gets("/homes", q="0902", building="3号楼").json["items"][0]["id"]
    made = who.posts(
        "/tickets", kind="repair", category="burst_pipe", channel="walk_in", home=home, caller_number="138 1234 6021",
        summary="厨房水管爆了",
    )  # fmt: skip
    assert made.status_code == 201
    told = made.json
    assert made.headers["Location"] == f"/api/v1/tickets/{told['ref']}"
    assert who.gets(f"/tickets/{told['ref']}").json == told
    assert (told["level"], told["status"], told["place"], told["project"], told["caller_number"]) == (
        "P1", "open", "3号楼2单元0902室", "幸福里小区", MASKED,
    )  # fmt: skip
    with reading() as session:
        kept = session.scalar(select(Ticket).where(Ticket.ref == told["ref"]))
        assert (kept.caller_number, kept.person.name, kept.page_due_at) == (OWNER, "林婷", evening.at)
        hinted = app.extensions["hints"].queue(Lane.URGENT).get_jobs()
        assert (hinted[0].func_name, list(hinted[0].args)) == ("oncall.jobs.climb", [kept.id])


def test_whoever_reported_it_gets_its_number_by_text_once(program: Programs, evening: Evening) -> None:
    who, asked = program("agent"), {"kind": "enquiry", "caller_number": "138 1234 6021", "language": "en"}
    told = [who.posts("/tickets", "same", **asked).json["ref"] for _ in range(2)]
    landline = who.posts("/tickets", **asked | {"caller_number": "021-58881234"}).json["ref"]
    withheld = who.posts("/tickets", kind="complaint").json["ref"]
    with reading() as session:
        ids = {ref: session.scalar(select(Ticket.id).where(Ticket.ref == ref)) for ref in (*told, landline, withheld)}
        abouts = [f"ticket:{id}" for id in ids.values()]
        (text,) = session.scalars(select(Message).where(Message.about.in_(abouts)))
        assert (text.about, text.number) == (f"ticket:{ids[told[0]]}", OWNER)
        assert f"Enquiry {told[0]} is on record" in text.body


def test_whoever_has_a_project_opens_there_and_nowhere_else(program: Programs, evening: Evening) -> None:
    who = program("agent")
    assert who.posts("/tickets", kind="enquiry").json["project"] == "幸福里小区"
    refused = who.posts("/tickets", kind="enquiry", project="滨江花园")
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/project")
    everywhere = program("centre")
    assert everywhere.posts("/tickets", kind="enquiry", project="滨江花园").json["project"] == "滨江花园"
    assert everywhere.posts("/tickets", kind="enquiry").json["project"] is None
    theirs = everywhere.gets("/homes", project="滨江花园").json["items"][0]["id"]
    refused = who.posts("/tickets", kind="enquiry", home=theirs)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "#/home")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_and_moves_what_it_may_at_the_desk(program: Programs, evening: Evening, role: Role) -> None:
    with transaction() as session:
        session.get_one(Staff, evening.staff["supervisor"]).department = "security"  # which half_way is about
        more_time(session, evening, "mine")
        with_a_code(session, evening)
    who = program(LOGINS[role])
    assert who.posts("/tickets", kind="enquiry").status_code == (201 if role in WORKERS else 403)
    to = evening.staff["technician"]
    on: dict[Move, tuple[str, dict[str, Any]]] = {
        Move.SIGN_OFF: ("done", {"code": "4821"}),
        Move.ASSIGN: ("soon", {"to": to}), Move.NOTE: ("soon", {"text": "说明"}),
        Move.REFER: ("soon", {"to": "outside", "name": "区燃气公司", "contact": "962777", "text": "表前漏气"}),
        Move.ACKNOWLEDGE: ("late", {}), Move.WAIT: ("late", {"reason": "parts"}), Move.RESUME: ("late", {}),
        Move.EXTEND: ("late", {"until": "2026-11-25T18:00:00+08:00", "text": "等配件"}),
        Move.RESOLVE: ("late", {"text": "换了阀门"}), Move.CLOSE: ("done", {"text": "业主已确认"}),
        Move.REOPEN: ("done", {"text": "又坏了"}), Move.ARRIVE: ("alarm", {}),
        Move.CANCEL: ("texted", {"text": "发错了"}),
        Move.LEVEL: ("soon", {"level": "P3", "text": "不急"}),
        Move.DECIDE: ("mine", {"approved": True}),
        Move.DEPARTMENT: ("soon", {"department": "finance", "text": "先核费用"}),
        Move.SPLIT: ("soon", {"kind": "repair", "text": "另一件"}),
        Move.MERGE: ("soon", {"into": evening.refs["mine"]}),
        Move.ASK: ("half_way", {}), Move.ANSWER: ("half_way", {"answer": "not_ours", "text": "归保洁"}),
        Move.SEND: ("half_way", {"department": "environment"}),
    }  # fmt: skip
    assert set(on) == set(WHO_MAY)
    for move, (name, more) in on.items():
        answer = who.posts(f"/tickets/{evening.refs[name]}/events", type=move.value, **more)
        assert answer.status_code == (200 if role in WHO_MAY[move] else 403), (role, move, answer.text)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_an_agent_does_not_say_that_a_complaint_was_none(program: Programs, evening: Evening, role: Role) -> None:
    step = {"type": "cancel", "text": "说明"}
    answer = program(LOGINS[role]).posts(f"/tickets/{evening.refs['later']}/events", **step)
    assert answer.status_code == (403 if role is Role.AGENT else 200)


def test_taking_it_stops_the_ladder_as_at_the_desk(program: Programs, evening: Evening) -> None:
    told = program("technician").posts(f"/tickets/{evening.refs['lift']}/events", type="acknowledge").json
    assert (told["status"], told["assignee"]["name"], told["is_alarming"]) == ("acknowledged", "周建国", False)
    assert told["timeline"][-1]["data"] == {"how": "click"}
    with reading() as session:
        states = set(session.scalars(select(Page.state)))
        assert PageState.CALLING not in states
        assert session.scalar(select(Ticket.page_due_at).where(Ticket.ref == told["ref"])) is None


def test_a_result_that_blames_its_reader_is_taken_and_warned_of(program: Programs, evening: Evening) -> None:
    who, path = program("supervisor"), f"/tickets/{evening.refs['late']}/events"
    assert who.posts(path, type="arrive").json["warnings"] == []
    told = who.posts(path, type="resolve", text="业主使用不当，已更换").json
    assert told["status"] == "resolved"
    assert [(one["rule"], one["language"], one["words"]) for one in told["warnings"]] == [("blame", "zh", "使用不当")]
    assert "blames the reader" in told["warnings"][0]["detail"]


def test_a_move_tells_what_follows_and_a_reopened_ticket_wakes_again(
    app: Flask, program: Programs, evening: Evening
) -> None:
    who, path = program("supervisor"), f"/tickets/{evening.refs['late']}/events"
    assert who.posts(path, type="arrive").json["status"] == "in_progress"
    assert who.posts(path, type="resolve", text="换了阀门").json["status"] == "resolved"
    assert who.posts(path, type="close", text="已确认").json["closed_at"] == "2026-11-22T19:30:00+08:00"
    told = who.posts(path, type="reopen", text="又漏了").json
    assert (told["status"], told["resolved_at"]) == ("open", None)
    assert [fact["type"] for fact in told["timeline"]] == [
        "opened", "acknowledged", "arrived", "resolved", "closed", "reopened",
    ]  # fmt: skip
    assert "oncall.jobs.climb" in {job.func_name for job in app.extensions["hints"].queue(Lane.URGENT).get_jobs()}


def test_resolving_what_nobody_took_ends_its_pages(program: Programs, evening: Evening) -> None:
    program("agent").posts(f"/tickets/{evening.refs['lift']}/events", type="resolve", text="误报")
    with reading() as session:
        assert PageState.CALLING not in set(session.scalars(select(Page.state)))


def test_an_illegal_move_is_refused_in_both_languages_and_changes_nothing(program: Programs, evening: Evening) -> None:
    path = f"/tickets/{evening.refs['soon']}"
    who = program("agent")
    before = who.gets(path).json
    refused = who.posts(f"{path}/events", type="close", text="x")
    assert refused.status_code == 409
    assert refused.json["type"] == "/api/v1/docs#problem-conflict"
    assert "待接单" in refused.json["detail"]
    assert "cannot be closed" in refused.json["detail"]
    assert who.gets(path).json == before


def test_whoever_comes_second_is_told_who_was_first(program: Programs, evening: Evening) -> None:
    path = f"/tickets/{evening.refs['late']}/events"
    assert program("technician").posts(path, type="acknowledge").status_code == 200
    refused = program("agent").posts(path, type="acknowledge")
    assert refused.status_code == 409
    assert "周建国" in refused.json["detail"]


@pytest.mark.parametrize(
    ("name", "to", "is_theirs"),
    [
        ("soon", "second", True), ("soon", "centre", True), ("soon", "abroad", False), ("nowhere", "abroad", True),
        ("headquarters", "agent", False), ("headquarters", "centre", True),
    ],
)  # fmt: skip
def test_a_ticket_is_handed_to_somebody_whose_it_may_be(
    program: Programs, evening: Evening, name: str, to: str, is_theirs: bool
) -> None:
    answer = program("director").posts(
        f"/tickets/{evening.refs[name]}/events", type="assign", to=evening.staff[to]
    )  # fmt: skip
    if is_theirs:
        assert answer.json["assignee"]["id"] == evening.staff[to]
        assert answer.json["timeline"][-1]["data"] == {"to": evening.staff[to]}
    else:
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/to")


def test_who_is_handed_a_ticket_is_told_by_text_once(program: Programs, evening: Evening) -> None:
    who, path = program("supervisor"), f"/tickets/{evening.refs['mine']}/events"
    for to in ("second", "second", "supervisor"):
        assert who.posts(path, type="assign", to=evening.staff[to]).status_code == 200
    with reading() as session:
        (told,) = session.scalars(select(Message).where(Message.message_class == MessageClass.STAFF))
        assert told.number == "+8613900000002"
        assert f"P2工单{evening.refs['mine']}：5号楼1单元0803室" in told.body


def test_whoever_left_is_handed_nothing(program: Programs, evening: Evening) -> None:
    with transaction() as session:
        gone = make.a_member_of_staff(session, "李四", "+8613900000099", is_active=False)
    path = f"/tickets/{evening.refs['soon']}/events"
    assert program("agent").posts(path, type="assign", to=gone.id).status_code == 422
    assert program("agent").posts(path, type="assign", to=999999).status_code == 422


def test_what_is_referred_outside_stays_ours_and_says_to_whom(program: Programs, evening: Evening) -> None:
    told = program("agent").posts(
        f"/tickets/{evening.refs['alarm']}/events", type="refer", to="outside", name="区燃气公司", contact="962777",
        text="表前漏气",
    ).json  # fmt: skip
    assert told["status"] == "open"
    [last] = (event for event in told["timeline"] if event["type"] == "referred")
    assert last["text"] == "表前漏气"
    assert last["data"] == {"to": "outside", "name": "区燃气公司", "contact": "962777"}


def test_what_is_referred_to_another_project_is_theirs_and_wakes_them(
    app: Flask, program: Programs, evening: Evening
) -> None:
    ref, who = evening.refs["alarm"], program("agent")
    told = who.posts(f"/tickets/{ref}/events", type="refer", to="project", project="滨江花园", text="是他们的楼").json
    assert (told["project"], told["assignee"], told["status"]) == ("滨江花园", None, "open")
    assert who.gets(f"/tickets/{ref}").status_code == 404
    assert program("abroad").gets(f"/tickets/{ref}").status_code == 200
    assert "oncall.jobs.climb" in {job.func_name for job in app.extensions["hints"].queue(Lane.URGENT).get_jobs()}
    again = program("centre").posts(
        f"/tickets/{ref}/events", type="refer", to="project", project="Riverside", text="再转"
    )  # fmt: skip
    assert again.status_code == 409


def test_a_resolved_ticket_is_followed_up_as_from_the_desk(app: Flask, program: Programs, evening: Evening) -> None:
    program("agent").posts(f"/tickets/{evening.refs['mine']}/events", type="resolve", text="换了水阀")
    hinted = app.extensions["hints"].queue(Lane.NORMAL).get_jobs()
    assert "outreach.jobs.callbacks.follow_up" in {job.func_name for job in hinted}


def test_numbers_are_masked_unless_the_token_may_reveal_them(program: Programs, evening: Evening) -> None:
    path = f"/tickets/{evening.refs['lift']}"
    who = program("agent")
    who.posts(f"{path}/events", type="refer", to="outside", name="维保", contact=OWNER, text="请他们来")
    who.posts(f"{path}/events", type="note", text=f"请回电 {OWNER}")
    assert OWNER not in who.gets(path).text
    assert OWNER not in who.gets("/tickets").text
    told = program("agent", may_reveal=True).gets(path).json
    assert (told["caller_number"], told["timeline"][-1]["text"]) == (OWNER, f"请回电 {OWNER}")


def test_numbers_in_the_place_and_the_particulars_are_masked_too(program: Programs, evening: Evening) -> None:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["lift"])).one()
        ticket.place = f"3号楼 {OWNER}"
        data = {"contact": "13812346021", "told": [{"to": OWNER}, 7, None], "score": 5}
        session.add(TicketEvent(ticket_id=ticket.id, at=evening.at, type=EventType.REFERRED, data=data))
    path = f"/tickets/{evening.refs['lift']}"
    told = program("admin").gets(path).json
    assert told["place"] == f"3号楼 {MASKED}"
    assert told["timeline"][-1]["data"] == {"contact": "138****6021", "told": [{"to": MASKED}, 7, None], "score": 5}
    whole = program("admin", may_reveal=True).gets(path).json
    assert (whole["place"], whole["timeline"][-1]["data"]) == (f"3号楼 {OWNER}", data)


def test_a_refused_opening_leaves_nothing(program: Programs, evening: Evening) -> None:
    with reading() as session:
        before = session.scalar(select(func.count(Ticket.id))), session.scalar(select(func.count(TicketEvent.id)))
    who = program("agent")
    assert who.posts("/tickets", kind="repair", category="dragons").status_code == 422
    assert who.posts("/tickets", kind="repair", caller_number="12").status_code == 422
    with reading() as session:
        after = session.scalar(select(func.count(Ticket.id))), session.scalar(select(func.count(TicketEvent.id)))
    assert after == before


def test_those_already_woken_are_told_by_whom_it_was_taken(program: Programs, evening: Evening) -> None:
    """What the desk plans when somebody takes a ticket is planned through this door too."""
    ref = program("centre").posts("/tickets", kind="emergency", category="fire", project="幸福里小区").json["ref"]
    from oncall.jobs import climb_due  # noqa: PLC0415

    climb_due()
    with transaction() as session:
        for message in session.scalars(select(Message).where(Message.about.like("page:%"))):
            message.state = "delivered"
    program("supervisor").posts(f"/tickets/{ref}/events", type="acknowledge")
    with reading() as session:
        ticket_id = session.scalar(select(Ticket.id).where(Ticket.ref == ref))
        told = session.scalars(select(Message.body).where(Message.about == f"ticket:{ticket_id}")).all()
    assert told
    assert all("刘洋" in body for body in told)


def test_moments_have_the_offset_of_the_company(program: Programs, evening: Evening) -> None:
    told = program("agent").gets(f"/tickets/{evening.refs['done']}").json
    assert datetime.fromisoformat(told["resolved_at"]).utcoffset().total_seconds() == 8 * 3600
