"""The way of a complaint through the company: a table of the rules, and the same on a real database."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.access import Role
from base.database import Database
from base.errors import BadInput, Conflict, NotAllowed
from directory.models import Department, Project, Staff
from tests.make import a_member_of_staff, a_project
from tests.tickets.test_actions import AT, OPENS, a_ticket
from tickets import actions, complaints, triage
from tickets.actions import Referral
from tickets.complaintmodels import ComplaintHop
from tickets.complaints import Hop, HopAnswer
from tickets.hours import ROUND_THE_CLOCK
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level, ReferTo, Status
from tickets.models import EventType, Ticket

OURS, NOT_OURS, OUTSIDE, SENT = HopAnswer.OURS, HopAnswer.NOT_OURS, HopAnswer.OUTSIDE, HopAnswer.SENT


@pytest.mark.parametrize(("role", "department", "of_supervisor", "of_manager"), [
    (Role.SUPERVISOR, "security", True, False), (Role.SUPERVISOR, "", True, False),
    (Role.SUPERVISOR, "finance", False, False), (Role.MANAGER, "", True, True), (Role.DIRECTOR, "", True, True),
    (Role.ADMIN, "", True, True), (Role.AGENT, "security", False, False), (Role.TECHNICIAN, "security", False, False),
    (Role.QUALITY, "security", False, False),
])  # fmt: skip
def test_who_says_whose_it_is(role: Role, department: str, of_supervisor: bool, of_manager: bool) -> None:
    assert complaints.may_answer(Hop("security", None), role, department) is of_supervisor
    assert complaints.may_answer(Hop("", None), role, department) is of_manager


@pytest.mark.parametrize(("answers", "is_last"), [
    ([], False), ([NOT_OURS], False), ([NOT_OURS, SENT], False), ([NOT_OURS, SENT, NOT_OURS], True), ([SENT], False),
])  # fmt: skip
def test_after_the_second_refusal_the_manager_has_the_last_word(answers: list[HopAnswer], is_last: bool) -> None:
    assert complaints.is_last_word([Hop("x", answer) for answer in answers]) is is_last


def test_a_grave_one_is_answered_sooner() -> None:
    grave, usual = (complaints.due_at(level, at=AT, hours=ROUND_THE_CLOCK) - AT for level in (Level.C2, Level.C1))
    assert (grave, usual) == (timedelta(minutes=30), timedelta(hours=2))


def test_every_department_of_the_categories_is_one_of_the_staff() -> None:
    assert {one.department for one in triage.CATEGORIES.values()} == set(Department)


class House:
    """A project with a supervisor of two departments, and a manager."""

    def __init__(self, session: Session) -> None:
        self.session, self.project = session, a_project(session)
        staff = {
            "guard": (Role.TECHNICIAN, "security"), "security": (Role.SUPERVISOR, "security"),
            "grounds": (Role.SUPERVISOR, "environment"), "manager": (Role.MANAGER, ""),
        }  # fmt: skip
        self.staff = {name: self.somebody(name, *what, self.project) for name, what in staff.items()}
        self.ticket = a_ticket(session, Kind.COMPLAINT, "noise", project_id=self.project.id)

    def somebody(self, name: str, role: Role, department: str, project: Project | None) -> Staff:
        staff = a_member_of_staff(self.session, name, f"+8613900000{len(name) + ord(name[0]):03}", role, project)
        staff.department = department
        self.session.flush()
        return staff

    def asks(self, by: str = "guard") -> ComplaintHop:
        return actions.ask(self.session, self.ticket.id, self.staff[by], at=AT)

    def answers(self, by: str, what: HopAnswer, reason: str = "") -> ComplaintHop | None:
        return actions.answer(self.session, self.ticket.id, self.staff[by], what=what, reason=reason, at=AT)

    def sends(self, department: str) -> ComplaintHop | None:
        by = self.staff["manager"]
        return actions.send(self.session, self.ticket.id, by, department=department, reason="", at=AT)


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_it_goes_to_ones_own_supervisor_then_the_manager_then_the_right_department(house: House) -> None:
    first = house.asks()
    assert (first.department, first.staff.name, first.asked_by.name) == ("security", "security", "guard")
    assert first.due_at == OPENS + timedelta(hours=2), "in the hours of the desk"
    second = house.answers("security", NOT_OURS, "是保洁的车")
    assert (second.department, second.staff.name) == ("", "manager")
    third = house.sends("environment")
    assert (third.department, third.staff.name) == ("environment", "grounds")
    assert house.answers("grounds", OURS) is None
    path = actions.hops_of(house.session, house.ticket.id)
    assert [(hop.answer, hop.reason) for hop in path] == [(NOT_OURS, "是保洁的车"), (SENT, ""), (OURS, "")]
    house.session.expire_all()
    told = [event.type for event in house.ticket.events if event.type in {EventType.ASKED, EventType.ANSWERED}]
    assert told == [EventType.ASKED, EventType.ANSWERED] * 3


def test_the_second_refusal_goes_to_the_manager_whose_word_is_the_last(house: House) -> None:
    house.asks()
    house.answers("security", NOT_OURS, "不归我们")
    house.sends("environment")
    again = house.answers("grounds", NOT_OURS, "也不归我们")
    assert (again.department, again.staff.name) == ("", "manager")
    assert house.sends("security") is None
    assert house.ticket.assignee_id == house.staff["security"].id
    with pytest.raises(Conflict):
        house.answers("security", NOT_OURS, "还是不归我们")


def test_the_last_word_is_given_to_somebody(house: House) -> None:
    house.asks()
    house.answers("security", NOT_OURS, "不归我们")
    house.sends("environment")
    house.answers("grounds", NOT_OURS, "也不归我们")
    with pytest.raises(Conflict, match="no supervisor"):
        house.sends("finance")
    assert house.sends("security") is None


def test_what_is_refused(house: House) -> None:
    with pytest.raises(Conflict):
        house.answers("security", OURS)
    house.asks()
    with pytest.raises(Conflict):
        house.asks()
    with pytest.raises(BadInput):
        house.answers("security", NOT_OURS)
    with pytest.raises(NotAllowed):
        house.answers("grounds", OURS)
    with pytest.raises(NotAllowed):
        house.answers("guard", OURS)
    with pytest.raises(Conflict):
        house.sends("environment")
    assert [hop.answer for hop in actions.hops_of(house.session, house.ticket.id)] == [None]
    house.answers("security", NOT_OURS, "x")
    with pytest.raises(Conflict, match="names the department"):
        house.answers("manager", OURS)
    actions.cancel(house.session, house.ticket.id, house.staff["manager"].id, at=AT, text="x")
    with pytest.raises(Conflict):
        house.sends("environment")


def test_only_a_complaint_of_a_project_goes_that_way(house: House) -> None:
    repair = a_ticket(house.session, Kind.REPAIR, "access")
    above = a_ticket(house.session, Kind.COMPLAINT, "attitude", owner_desk=HEADQUARTERS)
    for ticket in (repair, above):
        with pytest.raises(Conflict):
            actions.ask(house.session, ticket.id, house.staff["guard"], at=AT)


def test_what_goes_to_headquarters_meanwhile_asks_nobody_of_the_project_any_more(house: House) -> None:
    hop, by = house.asks(), house.staff["manager"]
    director = house.somebody("director", Role.DIRECTOR, "", None)
    assert actions.waiting_for(house.session, director) == [hop]
    to = Referral(ReferTo.HEADQUARTERS)
    actions.refer(house.session, house.ticket.id, by.id, to=to, at=AT, text="x")
    assert actions.overdue_hops(house.session, at=hop.due_at) == []
    assert actions.waiting_for(house.session, director) == []
    with pytest.raises(Conflict):
        house.answers("manager", OUTSIDE, "x")
    actions.refer(
        house.session,
        house.ticket.id,
        by.id,
        to=Referral(ReferTo.PROJECT, project_id=house.project.id),
        at=AT,
        text="x",
    )
    house.answers("security", NOT_OURS, "x")
    actions.refer(house.session, house.ticket.id, by.id, to=to, at=AT, text="x")
    with pytest.raises(Conflict):
        house.sends("environment")
    assert len(actions.hops_of(house.session, house.ticket.id)) == 2


def test_where_nobody_supervises_the_manager_is_asked_at_once(house: House) -> None:
    house.staff["security"].is_active = False
    hop = house.asks()
    assert (hop.department, hop.staff.name) == ("", "manager")


def test_a_supervisor_without_a_department_is_asked_before_the_manager(house: House) -> None:
    anybody = house.somebody("anybody", Role.SUPERVISOR, "", house.project)
    house.staff["security"].is_active = False
    hop = house.asks()
    assert (hop.department, hop.staff_id) == ("security", anybody.id)


def test_who_has_the_department_goes_before_who_has_none(house: House) -> None:
    house.staff["security"].project_id = None
    house.somebody("anybody", Role.SUPERVISOR, "", house.project)
    assert house.asks().staff.name == "security"


def test_of_the_department_it_is_about_where_whoever_heard_it_has_none(house: House) -> None:
    house.ticket.category = "cleaning"
    house.staff["guard"].department = ""
    assert house.asks().department == "environment"


def test_each_sees_what_waits_for_them(house: House) -> None:
    hop = house.asks()
    elsewhere = house.somebody("far", Role.SUPERVISOR, "security", a_project(house.session, "滨江", name_en="River"))
    waits = {name: actions.waiting_for(house.session, who) for name, who in (house.staff | {"far": elsewhere}).items()}
    assert waits == {"guard": [], "security": [hop], "grounds": [], "manager": [hop], "far": []}
    house.answers("security", OURS)
    assert actions.waiting_for(house.session, house.staff["security"]) == []


def test_an_overdue_question_is_told_above_by_one_clock(house: House) -> None:
    hop = house.asks()
    assert actions.overdue_hops(house.session, at=hop.due_at - timedelta(seconds=1)) == []
    assert actions.overdue_hops(house.session, at=hop.due_at) == [hop.id]
    assert [actions.claim_overdue(house.session, hop.id, at=hop.due_at) for _ in range(2)] == [hop, None]
    assert actions.overdue_hops(house.session, at=hop.due_at) == []


def test_a_question_is_watched_as_long_as_its_ticket_is_open(house: House) -> None:
    hop, by, at = house.asks(), house.staff["manager"].id, AT + timedelta(hours=8)
    assert actions.overdue_hops(house.session, at=at) == [hop.id]
    actions.resolve(house.session, house.ticket.id, by, at=at, text="x")
    house.session.refresh(hop)
    assert hop.tell_up_at is None, "what is over stands in no index"
    actions.reopen(house.session, house.ticket.id, by, at=at, text="x")
    assert actions.overdue_hops(house.session, at=at) == [hop.id]
    house.answers("security", OURS)
    assert actions.overdue_hops(house.session, at=at) == []


def test_where_nobody_is_above_it_is_looked_at_later(house: House) -> None:
    hop = house.asks()
    at = hop.due_at
    actions.put_off_telling(house.session, hop.id, until_at=at + timedelta(hours=1), at=at)
    assert actions.overdue_hops(house.session, at=at) == []
    assert actions.overdue_hops(house.session, at=at + timedelta(hours=1)) == [hop.id]
    assert actions.claim_overdue(house.session, hop.id, at=at) is None


def test_of_two_who_answer_at_once_one_does(app: Flask) -> None:
    database: Database = app.extensions["database"]
    with database.transaction() as session:
        house = House(session)
        house.asks()
        ticket_id, ids = house.ticket.id, [house.staff[name].id for name in ("security", "manager")]
    starts, outcomes = threading.Barrier(2), []

    def refuse(staff_id: int) -> None:
        with app.app_context():
            starts.wait()
            try:
                with database.transaction() as session:
                    by = session.get_one(Staff, staff_id)
                    actions.answer(session, ticket_id, by, what=NOT_OURS, reason="x", at=AT)
                outcomes.append("answered")
            except (Conflict, NotAllowed):
                outcomes.append("late")

    threads = [threading.Thread(target=refuse, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["answered", "late"]
    with database.reading() as session:
        assert session.scalar(select(func.count(ComplaintHop.id))) == 2
        assert session.get_one(Ticket, ticket_id).status is Status.OPEN


def put(house: House, **more: object) -> ComplaintHop | None:
    return actions.put_by_itself(house.session, house.ticket.id, at=AT, **more)  # type: ignore[arg-type]


def test_a_complaint_that_comes_in_is_put_to_the_supervisor_of_what_it_is_about_by_nobody(house: House) -> None:
    assert actions.complaints_to_put(house.session, at=AT) == [house.ticket.id]
    hop = put(house)
    assert (hop.department, hop.staff.name, hop.asked_by) == ("security", "security", None)
    assert hop.due_at == OPENS + timedelta(hours=2), "in the hours of the desk"
    assert actions.complaints_to_put(house.session, at=AT) == []
    assert put(house) is None, "of two clocks one does it"
    house.session.expire_all()
    [asked] = [event for event in house.ticket.events if event.type is EventType.ASKED]
    assert asked.staff_id is None


@pytest.mark.parametrize(("category", "department"), [
    ("noise", "security"), ("cleaning", "environment"), ("fees", ""), ("attitude", ""), ("something else", ""),
])  # fmt: skip
def test_what_has_no_supervisor_is_put_to_the_manager(house: House, category: str, department: str) -> None:
    house.ticket.category = category
    hop = put(house)
    assert (hop.department, hop.staff.name) == (department, {"": "manager", "environment": "grounds"}.get(
        department, department
    ))  # fmt: skip


def test_the_department_that_somebody_named_goes_before_that_of_the_category(house: House) -> None:
    house.ticket.department = "environment"
    assert put(house).staff.name == "grounds"


def test_what_one_of_us_wrote_down_is_put_to_the_supervisor_of_theirs(house: House) -> None:
    draft = actions.TicketDraft(Kind.COMPLAINT, "cleaning", Channel.DESK, project_id=house.project.id)
    house.ticket = actions.open_ticket(house.session, draft, at=AT, staff_id=house.staff["guard"].id)
    hop = put(house)
    assert (hop.department, hop.staff.name, hop.asked_by.name) == ("security", "security", "guard")


def test_whoever_is_away_is_passed_over(house: House) -> None:
    assert put(house, away={house.staff["security"].id}).staff.name == "manager"


def test_a_manager_who_is_away_is_asked_where_there_is_no_other(house: House) -> None:
    assert put(house, away={house.staff["security"].id, house.staff["manager"].id}).staff.name == "manager"


def test_what_is_said_to_headquarters_is_put_to_nobody_until_they_refer_it(house: House) -> None:
    actions.ask(house.session, house.ticket.id, house.staff["guard"], at=AT)
    above = a_ticket(house.session, Kind.COMPLAINT, "attitude", owner_desk=HEADQUARTERS, project_id=house.project.id)
    a_ticket(house.session, Kind.REPAIR, "access", project_id=house.project.id)
    assert actions.complaints_to_put(house.session, at=AT + timedelta(days=1)) == []
    to = Referral(ReferTo.PROJECT, project_id=house.project.id)
    actions.refer(house.session, above.id, house.staff["manager"].id, to=to, at=AT, text="x")
    assert actions.complaints_to_put(house.session, at=AT) == [above.id]
    actions.refer(
        house.session, above.id, house.staff["manager"].id, to=Referral(ReferTo.HEADQUARTERS), at=AT, text="x"
    )
    assert actions.complaints_to_put(house.session, at=AT) == []


def test_what_turns_out_to_be_a_complaint_is_put_then_and_what_is_over_is_not(house: House) -> None:
    actions.cancel(house.session, house.ticket.id, house.staff["guard"].id, at=AT, text="x")
    assert actions.complaints_to_put(house.session, at=AT) == []
    unsorted = a_ticket(house.session, Kind.ENQUIRY, "text", project_id=house.project.id)
    assert actions.complaints_to_put(house.session, at=AT) == []
    draft = actions.TicketDraft(Kind.COMPLAINT, "noise", Channel.TEXT, project_id=house.project.id)
    actions.become(house.session, unsorted.id, draft, at=AT)
    assert actions.complaints_to_put(house.session, at=AT) == [unsorted.id]


def test_what_somebody_put_by_hand_is_not_put_again(house: House) -> None:
    house.asks()
    assert actions.complaints_to_put(house.session, at=AT) == []
    assert put(house) is None


@pytest.mark.parametrize(("answers", "is_so"), [
    ([("security", OURS)], False), ([("security", NOT_OURS), ("", SENT), ("environment", None)], True),
    ([("security", NOT_OURS), ("", SENT), ("security", None)], False), ([("", SENT), ("security", None)], False),
])  # fmt: skip
def test_whether_another_department_refused_it_before(answers: list[tuple[str, HopAnswer]], is_so: bool) -> None:
    hops = [Hop(department, answer) for department, answer in answers]
    assert complaints.was_anothers(hops, hops[-1].department) is is_so
