"""Handing a ticket on: to a colleague, to another desk, to a pause, to its end; and what its owner will read."""

import html
import re
from datetime import datetime

import pytest
from redis import Redis
from sqlalchemy import func, select

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.settings import Settings
from console.masks import masked
from console.words import say
from directory.models import Language, Number, Project, Staff
from messages.lifecycle import MessageClass
from messages.models import Message
from oncall.models import Page, PageState
from outreach.actions.results import hidden, result_text
from outreach.actions.texts import LONGEST as LONGEST_TEXT
from outreach.jobs import callbacks
from telephony.numbers import NumberKind
from tests import make
from tests.console.conftest import LogIn, later
from tests.console.evening import BARE, OWNER, Evening, a_message
from tests.console.test_ticket import events, ticket
from tickets.lifecycle import HEADQUARTERS, Status
from tickets.models import EventType, Ticket, TicketEvent
from tickets.triage import category_words


def line(page: str) -> str:
    return page.split('id="tl"')[1].split("</ol>", maxsplit=1)[0]


def dialog(page: str, name: str) -> str:
    return page.split(f'<dialog class="sheet sheet--s" id="{name}"')[1].split("</dialog>", maxsplit=1)[0]


def waiting_hints(settings: Settings, lane: str = "urgent") -> list[str]:
    return [job.decode() for job in Redis.from_url(settings.redis_url).lrange(f"rq:queue:{lane}", 0, -1)]


def test_a_ticket_is_handed_to_a_colleague_and_the_timeline_says_to_whom(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("supervisor"), evening.refs["mine"]
    answer = browser.sends(f"/tickets/{ref}/assign", to=str(evening.staff["second"]))
    assert (answer.status_code, answer.location) == (303, f"/tickets/{ref}")
    assert ticket(ref).assignee_id == evening.staff["second"]
    page = browser.get(f"/tickets/{ref}").text
    assert say("event.assigned.to", "zh", to="何磊") in line(page)
    assert say("done.assign", "zh") in page
    assert say("event.assigned.to", "en", to="何磊") in line(browser.get(f"/tickets/{ref}?lang=en").text)


def staff_texts(number: str) -> list[str]:
    with reading() as session:
        of_staff = (Message.message_class == MessageClass.STAFF, Message.number == number)
        return list(session.scalars(select(Message.body).where(*of_staff).order_by(Message.id)))


def test_who_is_handed_a_ticket_is_told_by_text_once_an_assignment(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    browser, ref, second = logged_in("supervisor"), evening.refs["mine"], "+8613900000002"
    for to in ("second", "second", "technician", "second"):
        assert browser.sends(f"/tickets/{ref}/assign", to=str(evening.staff[to])).status_code == 303
    place = f"5号楼1单元0803室，{category_words('water_power', 'zh')}"
    told = settings.sms_signature + f"刘洋转给您P2工单{ref}：{place}。请跟进，到场后请拨{settings.hotline_said}按1报到"
    assert staff_texts(second) == [told, told]
    assert len(staff_texts("+8613900000001")) == 1


def test_who_takes_it_for_oneself_needs_no_text_and_what_nobody_has_taken_says_so(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        session.get(Staff, evening.staff["second"]).language = Language.EN
    browser, ref = logged_in("supervisor"), evening.refs["soon"]
    assert browser.sends(f"/tickets/{ref}/assign", to=str(evening.staff["supervisor"])).status_code == 303
    assert staff_texts("+8613900000003") == []
    assert browser.sends(f"/tickets/{ref}/assign", to=str(evening.staff["second"])).status_code == 303
    (told,) = staff_texts("+8613900000002")
    assert f"刘洋 hands you P2 ticket {ref}" in told
    assert told.endswith("Please take it at the desk and see to it")


def test_colleagues_are_those_of_the_project_and_of_the_company_who_work_here_still(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        session.get(Staff, evening.staff["agent"]).is_active = False
    browser, ref = logged_in("supervisor"), evening.refs["mine"]
    offered = set(re.findall(r'<option value="(\d+)"', dialog(browser.get(f"/tickets/{ref}").text, "assign")))
    may = {"second", "supervisor", "manager", "director", "admin", "centre"}
    assert offered == {str(evening.staff[name]) for name in may}, "nor the one who has it, nor quality"
    for nobody in (evening.staff["agent"], evening.staff["elsewhere"], evening.staff["quality"], 999, "x", ""):
        answer = browser.sends(f"/tickets/{ref}/assign", to=str(nobody))
        assert answer.status_code == 422
        assert say("fault.assign", "zh") in answer.text
        assert 'id="assign" aria-labelledby="assign-h" data-show' in answer.text
    assert ticket(ref).assignee_id == evening.staff["technician"]
    above = dialog(logged_in("director").get(f"/tickets/{evening.refs['headquarters']}").text, "assign")
    assert set(re.findall(r'<option value="(\d+)"', above)) == {
        str(evening.staff[name]) for name in ("director", "admin", "centre")
    }


def test_it_waits_for_one_of_our_reasons_in_the_readers_language_and_goes_on(
    logged_in: LogIn, evening: Evening
) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    refused = browser.sends(f"/tickets/{ref}/wait", text="等水阀", reason="lunch")
    assert refused.status_code == 422
    assert say("fault.wait", "zh") in refused.text
    assert "等水阀</textarea>" in dialog(refused.text, "wait"), "what was typed is still there"
    assert browser.sends(f"/tickets/{ref}/wait", reason="parts", text="等水阀").status_code == 303
    assert ticket(ref).status == Status.WAITING
    page = browser.get(f"/tickets/{ref}").text
    assert say("event.waiting.for", "zh", what=say("wait.parts", "zh")) in line(page)
    assert "等水阀" in line(page)
    assert say("clock.paused", "zh") in page
    for language in ("zh", "en"):
        row = browser.get(f"/?lang={language}").text.split(f'id="tk-{ref}"')[1].split("</li>")[0]
        assert say("wait.parts", language) in row
    assert browser.sends(f"/tickets/{ref}/resume").status_code == 303
    assert ticket(ref).status == Status.IN_PROGRESS
    assert browser.sends(f"/tickets/{ref}/resume").status_code == 409


def test_until_when_it_waits_is_kept_on_its_timeline(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    assert browser.sends(f"/tickets/{ref}/wait", reason="parts", until="2026-11-24T09:30").status_code == 303
    with reading() as session:
        asked = select(TicketEvent.data).join(Ticket).where(Ticket.ref == ref, TicketEvent.type == EventType.WAITING)
        until_at = datetime.fromisoformat(session.scalars(asked).one()["until"])
    assert until_at == datetime.fromisoformat("2026-11-24T09:30+08:00")


@pytest.mark.parametrize(
    ("name", "move", "more"),
    [
        ("done", "reopen", {"text": "还在漏"}),
        ("texted", "split", {"sort": "repair:burst_pipe", "text": "水管爆了"}),
        ("soon", "level", {"level": "P0", "text": "有人受困"}),
    ],
)
def test_whoever_is_needed_now_is_woken_at_once(
    logged_in: LogIn, evening: Evening, settings: Settings, name: str, move: str, more: dict[str, str]
) -> None:
    browser = logged_in("supervisor")
    Redis.from_url(settings.redis_url).flushall()
    assert browser.sends(f"/tickets/{evening.refs[name]}/{move}", **more).status_code == 303
    with reading() as session:
        newest = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        woken = newest.id if move == "split" else ticket(evening.refs[name]).id
    assert any(f"oncall_jobs_climb-{woken}-" in hint for hint in waiting_hints(settings))


def test_whoever_reported_it_is_told_of_the_result_at_once(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    Redis.from_url(settings.redis_url).flushall()
    ref = evening.refs["mine"]
    assert logged_in("technician").sends(f"/tickets/{ref}/resolve", text="换了阀门").status_code == 303
    hints = waiting_hints(settings, "normal")
    assert any(f"callbacks_follow_up-{ticket(ref).id}-" in hint for hint in hints), hints


def test_whoever_reported_it_is_told_the_number_of_what_was_split_off(logged_in: LogIn, evening: Evening) -> None:
    sent = {"sort": "repair:access", "text": "门禁也坏了"}
    assert logged_in("supervisor").sends(f"/tickets/{evening.refs['late']}/split", **sent).status_code == 303
    with reading() as session:
        second = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        told = session.scalars(select(Message.body).where(Message.number == OWNER)).all()
    assert any(second.ref in body for body in told)


def test_a_referral_to_a_department_or_outside_is_written_down_and_the_ticket_stays(
    logged_in: LogIn, evening: Evening
) -> None:
    browser, ref = logged_in("agent"), evening.refs["mine"]
    before = ticket(ref)
    sent = [
        {"to": "department:finance", "text": "要查缴费"},
        {"to": "outside", "name": "自来水公司", "contact": "962740", "text": "市政管道"},
    ]
    assert [browser.sends(f"/tickets/{ref}/refer", **form).status_code for form in sent] == [303, 303]
    now = ticket(ref)
    assert (now.status, now.assignee_id, now.project_id) == (before.status, before.assignee_id, before.project_id)
    assert [event.data for event in events(ref) if event.type is EventType.REFERRED] == [
        {"to": "department", "department": "finance"}, {"to": "outside", "name": "自来水公司", "contact": "962740"},
    ]  # fmt: skip
    assert "要由自来水公司处理，联系方式：962740" in events(ref)[-1].text, "whoever reported it is told"
    assert "市政管道" not in events(ref)[-1].text
    told = line(browser.get(f"/tickets/{ref}").text)
    assert say("event.referred.to", "zh", to="自来水公司 962740") in told
    assert say("event.referred.to", "zh", to="财务部") in told
    assert "要查缴费" in told


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"to": "nowhere", "text": "x"}, "fault.refer.to"), ({"to": "department:magic", "text": "x"}, "fault.refer.to"),
        ({"to": "outside", "contact": "962740", "text": "x"}, "fault.refer.name"),
        ({"to": "outside", "name": "供电公司", "text": "x"}, "fault.refer.contact"),
        ({"to": "headquarters", "text": " "}, "fault.refer"),
    ],
)  # fmt: skip
def test_a_referral_that_leads_nowhere_says_so_beside_the_field_and_keeps_the_rest(
    logged_in: LogIn, evening: Evening, form: dict[str, str], fault: str
) -> None:
    ref = evening.refs["later"]
    answer = logged_in("agent").sends(f"/tickets/{ref}/refer", **form)
    assert answer.status_code == 422
    shown = dialog(answer.text, "refer")
    assert say(fault, "zh") in shown
    assert 'aria-invalid="true"' in shown
    for name in ("name", "contact"):
        assert f'value="{form.get(name, "")}"' in shown
    assert len(events(ref)) == 1


def test_a_ticket_moves_to_another_project_out_of_sight_and_its_people_are_told(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    browser, ref = logged_in("agent"), evening.refs["late"]
    assert logged_in("technician").sends(f"/tickets/{ref}/acknowledge").status_code == 303
    Redis.from_url(settings.redis_url).flushall()
    answer = browser.sends(f"/tickets/{ref}/refer", to=f"project:{evening.other_project}", text="是他们的楼")
    assert (answer.status_code, answer.location) == (303, "/"), "it is not ours to see any more"
    moved = ticket(ref)
    assert (moved.project_id, moved.status, moved.assignee_id) == (evening.other_project, Status.OPEN, None)
    assert moved.page_due_at is not None
    assert any(f"oncall_jobs_climb-{moved.id}-" in hint for hint in waiting_hints(settings))
    assert browser.get(f"/tickets/{ref}").status_code == 404
    assert "是他们的楼" in logged_in("abroad").get(f"/tickets/{ref}").text


def test_nobody_here_is_rung_any_more_for_what_went_to_another_desk(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["lift"]
    sent = {"to": f"project:{evening.other_project}", "text": "是他们的楼"}
    assert logged_in("agent").sends(f"/tickets/{ref}/refer", **sent).status_code == 303
    with reading() as session:
        pages = session.scalars(select(Page.state).where(Page.ticket_id == ticket(ref).id).order_by(Page.id)).all()
    assert pages == [PageState.MISSED, PageState.TAKEN_BY_OTHER]


def test_a_complaint_goes_to_headquarters_and_nothing_else_does(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    repair, complaint = evening.refs["late"], evening.refs["later"]
    assert 'value="headquarters"' not in dialog(browser.get(f"/tickets/{repair}").text, "refer")
    assert 'value="headquarters"' in dialog(browser.get(f"/tickets/{complaint}").text, "refer")
    assert browser.sends(f"/tickets/{repair}/refer", to="headquarters", text="x").status_code == 409
    assert browser.sends(f"/tickets/{complaint}/refer", to="headquarters", text="涉及项目经理").status_code == 303
    assert ticket(complaint).owner_desk == HEADQUARTERS
    assert browser.get(f"/tickets/{complaint}").status_code == 404
    assert logged_in("centre").get(f"/tickets/{complaint}").status_code == 200
    assert ticket(repair).owner_desk == ""


def test_a_ticket_is_cancelled_with_a_reason_and_its_pages_stop(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("agent"), evening.refs["lift"]
    assert browser.sends(f"/tickets/{ref}/cancel", text="").status_code == 422
    assert browser.sends(f"/tickets/{ref}/cancel", text="打错了").status_code == 303
    over = ticket(ref)
    assert (over.status, over.page_due_at) == (Status.CANCELLED, None)
    assert (events(ref)[-1].type, events(ref)[-1].text) == (EventType.CANCELLED, "打错了")
    assert (
        say("page.calling", "zh") not in browser.get(f"/tickets/{ref}").text.split('id="ladder"')[1].split("</ol>")[0]
    )


def test_what_its_owner_is_told_of_a_cancellation_is_kept_and_may_not_be_too_long(
    logged_in: LogIn, evening: Evening
) -> None:
    browser, ref = logged_in("supervisor"), evening.refs["later"]
    answer = browser.sends(f"/tickets/{ref}/cancel", text="不归我们", told="请" * 1201)
    assert answer.status_code == 422
    shown = dialog(answer.text, "cancel")
    assert say("fault.resolve.long", "zh", most=1200, over=1) in shown
    assert "不归我们</textarea>" in shown
    assert browser.sends(f"/tickets/{ref}/cancel", text="不归我们", told="请找街道办，12345").status_code == 303
    assert events(ref)[-1].data == {"told": "请找街道办，12345"}


def test_the_very_text_the_owner_will_get_stands_in_the_dialog_with_its_cost(
    logged_in: LogIn, evening: Evening
) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    answer = browser.sends(f"/tickets/{ref}/resolve/preview", text="换了水阀")
    with reading() as session:
        text = result_text(session.scalar(select(Ticket).where(Ticket.ref == ref)), "换了水阀")
        before = session.scalar(select(func.count(Message.id)))
    assert html.escape(text) in answer.text
    assert say("answer.cost", "zh", units=len(text), n=2) in answer.text
    assert "<html" not in answer.text
    assert BARE not in answer.text
    long = browser.sends(f"/tickets/{ref}/resolve/preview", text="换了水阀，" * 20).text
    assert re.search(r"\d+ 字 · 3 条计费", long)
    assert before == _messages(), "a preview sends nothing"
    assert logged_in("abroad").sends(f"/tickets/{ref}/resolve/preview", text="x").status_code == 404


def test_a_result_that_no_text_can_carry_is_refused_beside_its_field(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    for language in ("zh", "en"):
        fault = say("fault.resolve.long", language, most=1200, over=1)
        answer = browser.sends(f"/tickets/{ref}/resolve?lang={language}", text="水" * 1201)
        assert answer.status_code == 422
        assert f'<p class="fault" id="resolve-fault">{fault}</p>' in answer.text
        assert "水" * 1201 in answer.text, "what was written is kept"
        assert fault in browser.sends(f"/tickets/{ref}/resolve/preview", text="水" * 1201).text
    assert browser.sends(f"/tickets/{ref}/note", text="水" * 1201).status_code == 303
    assert browser.sends(f"/tickets/{ref}/resolve", text="水" * 1200).status_code == 303
    callbacks.follow_up(ticket(ref).id)
    with reading() as session:
        told = session.scalars(select(Message).where(Message.about.startswith("result:"))).one()
    assert len(told.body) <= LONGEST_TEXT


def test_words_that_blame_are_warned_of_beside_the_box_and_refuse_nothing(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    blames = browser.sends(f"/tickets/{ref}/resolve/preview", text="因业主使用不当堵塞，已疏通").text
    assert "“使用不当”像在责怪业主" in blames
    assert "answer__warned" not in browser.sends(f"/tickets/{ref}/resolve/preview", text="已疏通").text
    assert browser.sends(f"/tickets/{ref}/resolve", text="因业主使用不当堵塞，已疏通").status_code == 303


def test_where_nobody_can_be_told_the_dialog_says_so(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    withheld = dialog(browser.get(f"/tickets/{evening.refs['soon']}").text, "resolve")
    assert say("answer.withheld", "zh") in withheld
    assert "owner-reads" not in withheld
    with transaction() as session:
        session.scalars(select(Number).where(Number.number == OWNER)).one().kind = NumberKind.LANDLINE
    learned = dialog(browser.get(f"/tickets/{evening.refs['lift']}").text, "resolve")
    assert say("answer.no_text.kind", "zh", number="138****6021") in learned


@pytest.mark.parametrize(
    ("number", "before", "why"),
    [
        ("+8613700009999", 2, ""), ("+8613700009999", 3, "enough"), ("+447911123456", 0, "abroad"),
        ("+862158881234", 0, "kind"), (OWNER, 3, ""), (OWNER, 0, "kind"),
    ],
)  # fmt: skip
def test_what_the_dialog_says_of_the_text_is_what_happens(
    logged_in: LogIn, evening: Evening, number: str, before: int, why: str
) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == ref)).one().caller_number = number
        for _ in range(before):
            a_message(session, number, clock.now())
        if number == OWNER and why:
            session.scalars(select(Number).where(Number.number == OWNER)).one().kind = NumberKind.LANDLINE
    shown = browser.sends(f"/tickets/{ref}/resolve/preview", text="换了水阀").text
    if why:
        assert say(f"answer.no_text.{why}", "zh", number=masked(number)) in shown
    assert ('id="owner-reads"' in shown) is not bool(why)
    assert browser.sends(f"/tickets/{ref}/resolve", text="换了水阀").status_code == 303
    callbacks.follow_up(ticket(ref).id)
    with reading() as session:
        told = session.scalars(select(Message.number).where(Message.about.startswith("result:"))).all()
    assert told == ([] if why else [number])


def test_what_was_sent_about_a_ticket_stands_on_it_and_a_receipt_is_news(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("agent"), evening.refs["lift"]
    page = browser.get(f"/tickets/{ref}")
    sent = page.text.split('id="sent"')[1].split("</section>")[0]
    for words in (say("sent.delivered", "zh"), say("sent.undelivered", "zh"), "手机关机或不在服务区（代码 30003）"):
        assert words in sent
    tag = browser.get(f"/tickets/{ref}/case").headers["HX-PTag"]
    assert browser.get(f"/tickets/{ref}/case", headers={"HX-PTag": tag}).status_code == 304
    with transaction() as session:
        session.get(Message, evening.messages["refused"]).state = "delivered"
    later(seconds=1)
    assert browser.get(f"/tickets/{ref}/case", headers={"HX-PTag": tag}).status_code == 200
    technician = logged_in("technician").get(f"/tickets/{ref}").text
    assert f"/messages/{evening.messages['refused']}" not in technician


def test_how_the_text_with_the_result_fared_stands_on_its_ticket(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    assert browser.sends(f"/tickets/{ref}/resolve", text="换了水阀").status_code == 303
    callbacks.follow_up(ticket(ref).id)
    with transaction() as session:
        told = session.scalars(select(Message).where(Message.about.startswith("result:"))).one()
        told.state, told.error_code = "undelivered", "30003"
        text = told.body
    sent = browser.get(f"/tickets/{ref}").text.split('id="sent"')[1].split("</section>")[0]
    assert html.escape(hidden(text)) in sent
    assert "手机关机或不在服务区（代码 30003）" in sent


def test_two_at_once_the_second_is_told_and_keeps_their_choice(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("supervisor"), evening.refs["mine"]
    before = browser.get(f"/tickets/{ref}").text.split('name="seen" value="')[1].split('"')[0]
    assert logged_in("agent").sends(f"/tickets/{ref}/assign", to=str(evening.staff["second"])).status_code == 303
    form = {"to": f"project:{evening.other_project}", "text": "转过去", "seen": before}
    answer = browser.sends(f"/tickets/{ref}/refer", **form)
    assert answer.status_code == 409
    assert f'value="project:{evening.other_project}" selected' in dialog(answer.text, "refer")
    assert "转过去</textarea>" in dialog(answer.text, "refer")
    assert ticket(ref).project_id == evening.home_project


def test_whoever_is_new_in_the_project_can_be_chosen(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        home = session.get(Project, evening.home_project)
        new = make.a_member_of_staff(session, "新来的", "+8613900000078", Role.TECHNICIAN, home).id
    ref = evening.refs["late"]
    assert logged_in("manager").sends(f"/tickets/{ref}/assign", to=str(new)).status_code == 303
    handed = ticket(ref)
    assert (handed.status, handed.assignee_id) == (Status.OPEN, new), "until it is taken, the ladder goes on"
    assert handed.page_due_at is not None


def _messages() -> int:
    with reading() as session:
        return session.scalar(select(func.count(Message.id))) or 0
