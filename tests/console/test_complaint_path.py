"""Whose a complaint is, at the desk and for programs: asked, answered, told above; never refused without a word."""

from datetime import timedelta

from sqlalchemy import select

import oncall.jobs
import tickets.actions
from base.clock import local, now
from base.database import reading, transaction
from console import acts
from console.words import say
from directory.models import Staff
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from oncall.actions.leave import write_leave
from oncall.models import LeaveKind
from outreach.jobs import callbacks
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.test_handing import dialog, line, staff_texts
from tests.console.test_ticket import ticket
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level, Status
from tickets.models import Ticket

SUPERVISOR, MANAGER, DIRECTOR = "+8613900000003", "+8613900000004", "+8613900000005"


def of_security(evening: Evening) -> None:
    with transaction() as session:
        for name in ("agent", "supervisor"):
            session.get_one(Staff, evening.staff[name]).department = "security"


def test_from_the_desk_to_the_supervisor_to_the_manager_and_to_the_owner(logged_in: LogIn, evening: Evening) -> None:
    of_security(evening)
    ref, agent, supervisor = evening.refs["half_way"], logged_in("agent"), logged_in("supervisor")
    assert 'id="do-answer"' not in supervisor.get(f"/tickets/{ref}").text
    assert agent.sends(f"/tickets/{ref}/ask").status_code == 303
    assert say("event.asked.to", "zh", to="秩序部 刘洋") in line(agent.get(f"/tickets/{ref}").text)
    [asked] = staff_texts(SUPERVISOR)
    assert ref in asked
    assert 'id="concern-answer"' in supervisor.get("/").text
    assert f'href="/tickets/{ref}"' in supervisor.get("/").text.split('id="concern-answer"')[1]
    assert 'id="concern-answer"' not in agent.get("/").text
    page = supervisor.get(f"/tickets/{ref}").text
    assert 'id="do-answer"' in page
    assert 'id="do-send"' not in page
    refused = supervisor.sends(f"/tickets/{ref}/answer", answer="not_ours")
    assert refused.status_code == 422
    assert say("fault.answer", "zh") in dialog(refused.text, "answer")
    assert supervisor.sends(f"/tickets/{ref}/answer", answer="not_ours", text="归保洁").status_code == 303
    assert 'id="do-answer"' not in supervisor.get(f"/tickets/{ref}").text
    assert supervisor.sends(f"/tickets/{ref}/answer", answer="ours").status_code in {403, 409}
    manager = logged_in("manager")
    assert len(staff_texts(MANAGER)) == 1
    page = manager.get(f"/tickets/{ref}?lang=en").text
    assert say("path.not_ours", "en") in page
    assert 'id="do-send"' in page
    assert manager.sends(f"/tickets/{ref}/send", department="dragons").status_code == 422
    assert manager.sends(f"/tickets/{ref}/send", department="security").status_code == 303
    answer = supervisor.sends(f"/tickets/{ref}/answer", answer="outside", text="属供电公司，请拨95598")
    assert (answer.status_code, ticket(ref).status) == (303, Status.RESOLVED)
    callbacks.follow_due()
    with reading() as session:
        told = select(Message.body).where(Message.message_class == MessageClass.SERVICE, Message.about.like("result:%"))
        assert [body for body in session.scalars(told) if "95598" in body]


def test_a_manager_who_is_asked_first_is_not_told_that_somebody_refused(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.get_one(Staff, evening.staff["supervisor"]).is_active = False
    logged_in("agent").sends(f"/tickets/{evening.refs['half_way']}/ask")
    [told] = staff_texts(MANAGER)
    assert "请您指定部门" in told
    assert "不认领" not in told


def test_ours_is_taken_at_once(logged_in: LogIn, evening: Evening) -> None:
    of_security(evening)
    ref = evening.refs["half_way"]
    logged_in("agent").sends(f"/tickets/{ref}/ask")
    assert logged_in("supervisor").sends(f"/tickets/{ref}/answer", answer="ours").status_code == 303
    assert (ticket(ref).status, ticket(ref).assignee_id) == (Status.ACKNOWLEDGED, evening.staff["supervisor"])


def test_who_does_not_answer_in_time_is_told_of_above_once(logged_in: LogIn, evening: Evening) -> None:
    of_security(evening)
    ref = evening.refs["half_way"]
    logged_in("agent").sends(f"/tickets/{ref}/ask")
    oncall.jobs.alarm_due()
    assert staff_texts(MANAGER) == []
    later(days=1)
    for _ in range(2):
        oncall.jobs.alarm_due()
    [told] = staff_texts(MANAGER)
    assert ref in told
    assert "刘洋" in told
    assert staff_texts(DIRECTOR) == []
    assert say("path.told_up", "zh") in logged_in("supervisor").get(f"/tickets/{ref}").text


def test_without_a_manager_the_director_is_told_and_without_anybody_it_is_still_to_be_told(
    logged_in: LogIn, evening: Evening
) -> None:
    of_security(evening)
    with transaction() as session:
        for name in ("manager", "director"):
            session.get_one(Staff, evening.staff[name]).is_active = False
    logged_in("agent").sends(f"/tickets/{evening.refs['half_way']}/ask")
    at = later(days=1)
    oncall.jobs.alarm_due()
    with transaction() as session:
        session.get_one(Staff, evening.staff["director"]).is_active = True
        assert tickets.actions.overdue_hops(session, at=at) == [], "nothing is queued at every look"
    later(hours=1)
    for _ in range(2):
        oncall.jobs.alarm_due()
    [told] = staff_texts(DIRECTOR)
    assert "刘洋" in told


def asked_messages() -> list[Message]:
    with reading() as session:
        found = list(session.scalars(select(Message).where(Message.number == SUPERVISOR).order_by(Message.id)))
        session.expunge_all()
        return found


def test_at_night_a_question_about_a_complaint_waits_for_the_morning_and_is_dropped_if_answered_before(
    logged_in: LogIn, evening: Evening
) -> None:
    of_security(evening)
    later(hours=4)  # half past eleven
    ref = evening.refs["half_way"]
    logged_in("agent").sends(f"/tickets/{ref}/ask")
    [asked] = asked_messages()
    assert local(asked.due_at, "Asia/Shanghai").strftime("%m-%d %H:%M") == "11-23 08:30"
    assert asked.body.split("：")[0] in logged_in("agent").get(f"/tickets/{ref}").text, "the page shows it"
    assert logged_in("supervisor").sends(f"/tickets/{ref}/answer", answer="ours").status_code == 303
    [asked] = asked_messages()
    assert asked.state is MessageState.CANCELLED


def test_a_grave_complaint_is_put_to_somebody_at_any_hour(logged_in: LogIn, evening: Evening) -> None:
    of_security(evening)
    at, ref = later(hours=4), evening.refs["half_way"]
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == ref)).one().level = Level.C2
    logged_in("agent").sends(f"/tickets/{ref}/ask")
    assert asked_messages()[0].due_at == at


def test_of_a_manager_nobody_is_it_is_said_that_it_is_the_managers(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        for name in ("supervisor", "manager"):
            session.get_one(Staff, evening.staff[name]).is_active = False
    logged_in("agent").sends(f"/tickets/{evening.refs['half_way']}/ask")
    later(days=1)
    oncall.jobs.alarm_due()
    assert "经理至今没有答复" in staff_texts(DIRECTOR)[0]


def test_what_went_to_headquarters_has_no_answer_to_give(logged_in: LogIn, evening: Evening) -> None:
    of_security(evening)
    ref, director = evening.refs["half_way"], logged_in("director")
    logged_in("agent").sends(f"/tickets/{ref}/ask")
    assert 'id="do-answer"' in director.get(f"/tickets/{ref}").text
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == ref)).one().owner_desk = HEADQUARTERS
    assert 'id="do-answer"' not in director.get(f"/tickets/{ref}").text
    assert director.sends(f"/tickets/{ref}/answer", answer="not_ours", text="x").status_code == 409


def test_what_is_no_complaint_of_a_project_is_not_asked_about(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("director")
    for name in ("mine", "headquarters"):
        assert 'id="do-ask"' not in browser.get(f"/tickets/{evening.refs[name]}").text
        assert browser.sends(f"/tickets/{evening.refs[name]}/ask").status_code == 409
    assert logged_in("abroad").sends(f"/tickets/{evening.refs['half_way']}/ask").status_code == 404


def test_a_complaint_that_came_in_is_put_to_its_supervisor_by_itself(logged_in: LogIn, evening: Evening) -> None:
    of_security(evening)
    with transaction() as session:
        half_way = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["half_way"])).one()
        half_way.category, half_way.ask_due_at = "noise", half_way.opened_at
    for _ in range(2):
        oncall.jobs.put_complaints()
    ref, agent, supervisor = evening.refs["half_way"], logged_in("agent"), logged_in("supervisor")
    [asked] = [body for body in staff_texts(SUPERVISOR) if ref in body]
    assert "请认领投诉" in asked
    page = agent.get(f"/tickets/{ref}").text
    assert say("event.asked.to", "zh", to="秩序部 刘洋") in line(page)
    assert 'id="do-ask"' not in page
    assert 'id="concern-answer"' in supervisor.get("/").text
    assert "asked Security 刘洋 whose it is" in agent.get(f"/tickets/{ref}?lang=en").text
    assert agent.sends(f"/tickets/{ref}/ask").status_code == 409
    assert supervisor.sends(f"/tickets/{ref}/answer", answer="ours").status_code == 303
    assert ticket(ref).assignee_id == evening.staff["supervisor"]


def test_a_supervisor_on_leave_is_passed_over_for_the_manager(logged_in: LogIn, evening: Evening) -> None:
    of_security(evening)
    at = now()
    with transaction() as session:
        half_way = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["half_way"])).one()
        half_way.category, half_way.ask_due_at = "noise", at
        write_leave(
            session, staff_id=evening.staff["supervisor"], kind=LeaveKind.ANNUAL, starts_at=at - timedelta(days=1),
            ends_at=at + timedelta(days=1), note="", by_id=None, at=at,
        )  # fmt: skip
    oncall.jobs.put_complaints()
    assert [body for body in staff_texts(SUPERVISOR) if evening.refs["half_way"] in body] == []
    [told] = [body for body in staff_texts(MANAGER) if evening.refs["half_way"] in body]
    assert "请您指定部门" in told


def test_a_complaint_from_the_desk_is_put_to_the_supervisor_of_whoever_wrote_it_down(
    logged_in: LogIn, evening: Evening
) -> None:
    of_security(evening)
    with transaction() as session:
        draft = tickets.actions.TicketDraft(
            Kind.COMPLAINT, "cleaning", Channel.DESK, project_id=evening.home_project, caller_number="+8613800138077"
        )
        made = acts.open_ticket(session, draft, evening.staff["agent"], at=now())
        ref = made.ref
    oncall.jobs.put_complaints()
    [asked] = [body for body in staff_texts(SUPERVISOR) if ref in body]
    assert "请认领投诉" in asked
