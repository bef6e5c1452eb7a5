"""The reports of the watch, of messages, of surveys and of households, and that their counts lead to their rows."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base.database import transaction
from directory.models import Home, Project, Staff
from hotline.models import Call
from messages.lifecycle import MessageClass, MessageState, Way
from oncall.ladder import Post
from oncall.models import Page, PageKind, PageState
from outreach.spotchecks import SpotState
from outreach.surveymodels import Answer, IncidentSample, Interview, Survey
from outreach.waves import InterviewState
from tests import make
from tests.console.about import a_campaign
from tests.console.conftest import LogIn
from tests.console.evening import OWNER, STRANGER, Evening, a_message
from tests.console.test_reports import LONG_AGO, a_ticket, cells, leads_to_its_rows, number_of_rows, title
from tests.console.test_satisfaction import a_result
from tickets.actions import incidents
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind, Kind, Level, Status
from tickets.models import EventType, Ticket, TicketEvent

DECEMBER = datetime.fromisoformat("2026-12-10T12:00:00+08:00")
"""Later than anything of the evening: the ledger is numbered in the order in which messages are planned."""


def an_emergency(
    evening: Evening, at: datetime, *, taken_after_s: float | None, level: Level = Level.P0, **more: object
) -> int:
    ticket_id = a_ticket(evening, at, kind=Kind.EMERGENCY, level=level, status=Status.ACKNOWLEDGED, **more)
    if taken_after_s is not None:
        with transaction() as session:
            taken_at = at + timedelta(seconds=taken_after_s)
            for n, kind in enumerate((EventType.NOTED, EventType.ACKNOWLEDGED, EventType.ARRIVED)):
                session.add(TicketEvent(ticket_id=ticket_id, at=taken_at + timedelta(minutes=n - 1), type=kind))
            session.add(TicketEvent(ticket_id=ticket_id, at=at, type=EventType.OPENED))
    return ticket_id


def paged(evening: Evening, ticket_id: int, who: str, *states: PageState, kind: PageKind = PageKind.LADDER) -> None:
    with transaction() as session:
        for step, state in enumerate(states):
            session.add(
                Page(
                    ticket_id=ticket_id,
                    staff_id=evening.staff[who],
                    kind=kind,
                    step=step,
                    state=state,
                    paged_at=LONG_AGO,
                )
            )


@pytest.fixture
def watch(app: Flask, evening: Evening) -> None:
    """An August of emergencies: taken soon, late and never; who was paged for them; and who was on duty."""
    first = an_emergency(evening, LONG_AGO, taken_after_s=60)
    an_emergency(evening, LONG_AGO + timedelta(days=1), taken_after_s=400)
    an_emergency(evening, LONG_AGO, taken_after_s=None, level=Level.P1)
    an_emergency(evening, LONG_AGO, taken_after_s=10, is_drill=True)
    an_emergency(evening, LONG_AGO, taken_after_s=10, project_id=evening.other_project)
    a_ticket(evening, LONG_AGO)
    paged(evening, first, "technician", PageState.MISSED, PageState.MISSED, PageState.ACKNOWLEDGED)
    paged(evening, first, "second", PageState.TAKEN_BY_OTHER, PageState.PASSED)
    paged(evening, first, "supervisor", PageState.TEXTED, kind=PageKind.ROUTINE)
    with transaction() as session:
        project, staff = (session.get_one(of, id) for of, id in (
            (Project, evening.home_project), (Staff, evening.staff["technician"])
        ))  # fmt: skip
        evenings = datetime.fromisoformat("2026-08-10T20:00:00+08:00")
        for day in range(2):
            make.a_shift(session, project, staff, Post.FIRST, evenings + timedelta(days=7 * day), hours=4)


def test_the_watch_is_judged_by_the_first_of_us_who_took_it(logged_in: LogIn, watch: None) -> None:
    page = logged_in("manager").get("/reports/watch?period=2026-08").text
    assert cells(page, "human", "合计") == ["3", "2", "1", "33%", "1:00", "6:40"]
    assert cells(page, "human", "紧急") == ["1", "0", "0", "0%", "–", "–"]
    assert title(page, "human") == "3 件紧急工单，33% 按时有人接，一半在 1.0 分钟内"
    assert cells(page, "pages", "合计") == ["5", "2", "2", "1", "50%"]
    assert cells(page, "pages", "周建国") == ["3", "1", "2", "0", "33%"]
    assert cells(page, "load", "周建国") == ["2", "2", "16.0", "0.0"]
    assert "of=turns&amp;" in page.split('id="load"')[1], "how many turns leads to which"
    assert cells(logged_in("director").get("/reports/watch?period=2026-08").text, "human", "合计")[0] == "4"


def test_of_two_of_one_name_each_carries_their_own(logged_in: LogIn, evening: Evening, watch: None) -> None:
    with transaction() as session:
        session.get_one(Staff, evening.staff["second"]).name = "周建国"
        project, staff = session.get_one(Project, evening.home_project), session.get_one(Staff, evening.staff["second"])
        make.a_shift(session, project, staff, Post.SECOND, LONG_AGO.replace(day=10, hour=20), hours=4)
    load = logged_in("manager").get("/reports/watch?period=2026-08").text.split('id="load"')[1].split("</section>")[0]
    lines = [re.findall(r"<td>.*?>?([\d.]+)<", line) for line in load.split("<tr>") if ">周建国<" in line]
    assert [line[:3] for line in lines] == [["2", "2", "16.0"], ["1", "1", "8.0"]]


@pytest.mark.parametrize("period", ["2026-08", "2026-W32", "2026"])
def test_every_number_of_the_watch_leads_to_as_many_rows(logged_in: LogIn, watch: None, period: str) -> None:
    leads_to_its_rows(logged_in("director"), f"/reports/watch?period={period}")


@pytest.fixture
def letters(app: Flask, evening: Evening) -> None:
    """A December of messages: to an owner of the home project, and to somebody who belongs to none."""
    with transaction() as session:
        for state, more in (
            (MessageState.DELIVERED, {"segments": 2}), (MessageState.DELIVERED, {}),
            (MessageState.UNDELIVERED, {"error_code": "30003"}), (MessageState.PLANNED, {}),
            (MessageState.SUPPRESSED, {"reason": "opted_out", "message_class": MessageClass.CARE}),
            (MessageState.ANSWERED, {"way": Way.CALL, "message_class": MessageClass.EMERGENCY}),
            # what a carrier would not take costs nothing; what failed on its way does
            (MessageState.FAILED, {"error_code": "21610", "reason": "refused", "segments": 3}),
            (MessageState.FAILED, {"error_code": "21211", "reason": "refused", "way": Way.CALL}),
            (MessageState.FAILED, {"error_code": "30008"}),
        ):  # fmt: skip
            a_message(session, OWNER, DECEMBER, state=state, **more)
        a_message(session, STRANGER, DECEMBER + timedelta(hours=1), state=MessageState.DELIVERED)


def test_messages_are_counted_by_class_and_reason(logged_in: LogIn, app: Flask, letters: None) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05, "call_cost": 0.2})
    page = logged_in("director").get("/reports/messages?period=2026-12").text
    assert cells(page, "reached", "合计") == ["10", "4", "4", "1", "1", "50%", "6", "1", "0.50"]
    assert cells(page, "reached", "关怀") == ["1", "0", "0", "1", "0", "–", "0", "0", "0.00"]
    assert cells(page, "reasons", "对方已退订这一类")[1] == "1"
    assert cells(logged_in("manager").get("/reports/messages?period=2026-12").text, "reached", "合计")[0] == "9"


def test_a_price_of_a_country_is_that_of_the_country(logged_in: LogIn, app: Flask, letters: None) -> None:
    more = {"sms_cost": 1.0, "call_cost": 1.0, "sms_cost_by_country": "CN:0.1", "call_cost_by_country": "CN:0.5"}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=more)
    page = logged_in("director").get("/reports/messages?period=2026-12").text
    assert cells(page, "reached", "合计")[-1] == "1.10"


@pytest.mark.parametrize(("period", "who"), [("2026-12", "director"), ("2026-12", "manager"), ("2026", "director")])
def test_every_number_of_messages_leads_to_as_many_rows(
    logged_in: LogIn, letters: None, period: str, who: str
) -> None:  # fmt: skip
    leads_to_its_rows(logged_in(who), f"/reports/messages?period={period}")


def test_of_a_message_about_what_somebody_may_not_see_the_number_is_not_shown_to_them(
    logged_in: LogIn, evening: Evening
) -> None:
    """A complaint past the project: its owner is one of the project, and the message counts there."""
    with transaction() as session:
        past = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs["headquarters"])).one()
        a_message(session, OWNER, DECEMBER, about=f"ticket:{past}", state=MessageState.DELIVERED)
    mine, all_of_it = (
        logged_in(who).get("/reports/messages/rows?of=all&period=2026-12").text for who in ("manager", "director")
    )
    assert number_of_rows(logged_in("manager"), "/reports/messages/rows?of=all&period=2026-12") == 1
    assert "6021" not in mine
    assert "不显示号码" in mine
    assert "6021" in all_of_it


def test_surveys_are_counted_by_whom_and_when(logged_in: LogIn, evening: Evening) -> None:
    for score, by in ((5, "technician"), (4, "second"), (1, "second")):
        a_result(evening, score=score, by=by)
    a_result(evening, score=2, at=LONG_AGO)
    a_result(evening, score=5, elsewhere=True, by="elsewhere")
    manager = logged_in("manager")
    page = manager.get("/reports/surveys?period=2026-11").text
    assert cells(page, "trend", "合计") == ["3", "3", "2", "1", "100%", "67%"]
    assert cells(page, "trend", "11月22日") == ["3", "3", "2", "1", "100%", "67%"]
    assert cells(page, "by_staff", "何磊") == ["2", "2", "1", "1", "100%", "50%"]
    assert cells(manager.get("/reports/surveys?period=2026-W32").text, "trend", "8月3日")[0] == "1"
    for period in ("2026-11", "2026-W47", "2026-Q4", "2026"):
        leads_to_its_rows(logged_in("director"), f"/reports/surveys?period={period}")


def test_a_home_is_heard_from_when_something_came_from_it_this_year(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        for room in ("9-1-0101", "9-1-0102", "9-1-0103"):
            make.a_home(session, project, room)
        spoke = session.scalars(select(Home.id).where(Home.name == "0101", Home.unit == "1单元")).all()
    a_ticket(evening, LONG_AGO, home_id=spoke[-1])
    a_ticket(evening, LONG_AGO, home_id=spoke[-1])
    client = logged_in("manager")
    page = client.get("/reports/coverage?period=2026-08").text
    assert cells(page, "coverage", "9号楼") == ["3", "1", "2", "33%"]
    assert cells(client.get("/reports/coverage?period=2026-07").text, "coverage", "9号楼") == ["3", "0", "3", "0%"]
    assert cells(client.get("/reports/coverage?period=2027-01").text, "coverage", "9号楼") == ["3", "0", "3", "0%"]
    leads_to_its_rows(client, "/reports/coverage?period=2026-08")
    silent = client.get("/reports/coverage/rows?of=silent&period=2026-08").text
    assert "9号楼 1单元 0102" in silent
    assert "9号楼 1单元 0101" not in silent
    assert number_of_rows(logged_in("director"), "/reports/coverage/rows?of=homes") > number_of_rows(
        client, "/reports/coverage/rows?of=homes"
    )


def test_who_answers_in_january_about_a_ticket_of_december_was_heard_from_in_the_new_year(
    logged_in: LogIn, evening: Evening
) -> None:
    ref = a_result(evening, score=5, at=LONG_AGO)
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "9-1-0101")
        ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        ticket.home_id = home.id
        said = session.scalars(select(Answer).join(Survey).where(Survey.ticket_id == ticket.id)).one()
        said.answered_at = LONG_AGO + timedelta(days=160)
    client = logged_in("manager")
    for period, heard in (("2026-08", "1"), ("2027-01", "1"), ("2028-01", "0")):
        page = client.get(f"/reports/coverage?period={period}").text
        assert cells(page, "coverage", "9号楼")[1] == heard, period
    leads_to_its_rows(client, "/reports/coverage?period=2027-01")


def test_a_home_that_only_rang_us_was_heard_from_and_one_of_a_rehearsal_was_not(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        rang, rehearsed = (make.a_home(session, project, f"9-1-010{n}").id for n in (1, 2))
        call = Call(
            sid=f"CH{0:032}", from_number=STRANGER, to_number="+864008001234", began_at=LONG_AGO, home_id=rang,
            project_id=project.id,
        )  # fmt: skip
        session.add(call)
    a_ticket(evening, LONG_AGO, home_id=rehearsed, is_drill=True)
    client = logged_in("manager")
    assert cells(client.get("/reports/coverage?period=2026-08").text, "coverage", "9号楼")[:2] == ["2", "1"]
    leads_to_its_rows(client, "/reports/coverage?period=2026-08")


def test_who_spoke_when_asked_in_a_wave_or_after_an_all_clear_was_heard_from_and_nobody_else(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        homes = [make.a_home(session, project, f"9-1-010{n}").id for n in range(1, 5)]
        campaign_id = a_campaign(session, project.id)
        trouble = IncidentDraft(kind=IncidentKind.WATER, project_id=project.id)
        incident_id = incidents.open_incident(session, trouble, by_id=None, at=LONG_AGO).id
        for home_id, state in zip(homes, (InterviewState.ANSWERED, InterviewState.UNANSWERED), strict=False):
            interview = Interview(
                campaign_id=campaign_id, number=f"+861370000{home_id:04}", home_id=home_id, person_id=evening.owner,
                way=Way.TEXT, state=state, written_at=LONG_AGO, ended_at=LONG_AGO,
            )  # fmt: skip
            session.add(interview)
        for home_id, spot in zip(homes[2:], (SpotState.NO, SpotState.UNANSWERED), strict=True):
            sample = IncidentSample(
                incident_id=incident_id, number=f"+861370000{home_id:04}", home_id=home_id, way=Way.TEXT, state=spot,
                drawn_at=LONG_AGO, answered_at=LONG_AGO,
            )  # fmt: skip
            session.add(sample)
    client = logged_in("manager")
    assert cells(client.get("/reports/coverage?period=2026-08").text, "coverage", "9号楼")[:3] == ["4", "2", "2"]
    silent = client.get("/reports/coverage/rows?of=silent&period=2026-08").text
    assert {room: f"9号楼 1单元 {room}" in silent for room in ("0101", "0102", "0103", "0104")} == {
        "0101": False, "0102": True, "0103": False, "0104": True,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["watch", "messages", "surveys", "coverage"])
def test_each_answers_in_both_languages_for_any_period_and_as_a_workbook(
    logged_in: LogIn, evening: Evening, kind: str
) -> None:  # fmt: skip
    client = logged_in("admin")
    for period in ("2020-01", "2026-11", "2026-W48", "2026-Q4", "2026"):
        for lang in ("en", "zh"):
            assert client.get(f"/reports/{kind}?period={period}&lang={lang}").status_code == 200, period
    assert client.sends(f"/reports/{kind}.xlsx", reason="月度例会").data[:2] == b"PK"
    for odd in ("of=moon", "piece=99", "staff=x", "level=P9", "class=x&state=y", "building=99999999999999999999"):
        assert client.get(f"/reports/{kind}/rows?{odd}").status_code == 200, odd


@pytest.mark.parametrize(("period", "name"), [("2026-08", "月报"), ("2026-W32", "周报"), ("2026-Q3", "季报")])
def test_all_of_them_in_one_can_be_printed(logged_in: LogIn, watch: None, period: str, name: str) -> None:
    client = logged_in("manager")
    page = client.get(f"/reports/monthly?period={period}").text
    assert f"<h1>{name}</h1>" in page
    assert page.count('class="card rp"') >= 12
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page)), "no name twice"
    assert cells(page, "human", "合计") == cells(client.get(f"/reports/watch?period={period}").text, "human", "合计")
