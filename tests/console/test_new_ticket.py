"""A ticket opened by hand: what it becomes, what is refused beside its field, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import func, select

from base.clock import now
from base.database import reading, transaction
from base.settings import Settings
from console.words import say
from directory.models import Home, Number, Project
from messages.lifecycle import MessageClass
from messages.models import Message
from messages.wording import say as text
from oncall import actions as oncall
from oncall.models import Page
from telephony.numbers import NumberKind
from tests import make
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import BARE, OWNER, STRANGER, Evening
from tests.console.test_ticket import events, ticket
from tickets.lifecycle import Channel, Kind, Level
from tickets.models import Ticket

FORM = {
    "channel": "walk_in", "kind": "repair", "category": "water_power", "level": "", "place": "3-2-0902",
    "number": "", "words": "厨房水龙头 <漏水>", "once": "one",
}  # fmt: skip


def opened(browser: Browser, **form: str) -> str:
    answer = browser.sends("/tickets", **FORM | form)
    assert answer.status_code == 303, answer.text
    return answer.location.removeprefix("/tickets/")


def test_it_is_opened_as_it_was_told_with_its_home_level_and_who_wrote_it_down(
    logged_in: LogIn, evening: Evening
) -> None:
    browser = logged_in("agent")
    ref = opened(browser, number="138 1234 6021")
    new = ticket(ref)
    assert (new.channel, new.kind, new.category, new.level) == (
        Channel.WALK_IN, Kind.REPAIR, "water_power", Level.P2,
    )  # fmt: skip
    assert (new.project_id, new.place, new.caller_number) == (evening.home_project, "3号楼2单元0902室", OWNER)
    assert (new.person_id, new.summary) == (evening.owner, FORM["words"])
    assert new.home_id is not None
    assert new.page_due_at is not None
    assert [(event.staff_id, event.data["channel"]) for event in events(ref)] == [(evening.staff["agent"], "walk_in")]
    page = browser.get(f"/tickets/{ref}").text
    assert "厨房水龙头 &lt;漏水&gt;" in page
    assert say("event.opened.walk_in", "zh") in page
    assert say("done.open", "zh") in page


def test_a_waking_level_wakes_somebody_and_the_level_can_be_set_by_hand(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    Redis.from_url(settings.redis_url).flushall()
    ref = opened(logged_in("agent"), level="P1")
    new = ticket(ref)
    assert (new.level, new.page_due_at) == (Level.P1, now())
    jobs = [job.decode() for job in Redis.from_url(settings.redis_url).lrange("rq:queue:urgent", 0, -1)]
    assert any(job.startswith(f"oncall_jobs_climb-{new.id}-") for job in jobs)
    with transaction() as session:
        oncall.climb(session, new.id, at=now())
    with reading() as session:
        paged = session.scalars(select(Page.staff_id).where(Page.ticket_id == new.id)).all()
    assert paged == [evening.staff["technician"]]


def test_sent_twice_it_is_opened_once(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    with reading() as session:
        before = session.scalar(select(func.count(Ticket.id)))
    assert opened(browser) == opened(browser)
    with reading() as session:
        assert session.scalar(select(func.count(Ticket.id))) == before + 1
    assert opened(logged_in("supervisor")) != opened(browser), "a colleague's form is another"


def receipts(ref: str) -> list[Message]:
    with reading() as session:
        found = list(session.scalars(select(Message).where(Message.about == f"ticket:{ticket(ref).id}")))
        session.expunge_all()
        return found


def test_whoever_reported_it_gets_its_number_by_text_once(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    browser, form = logged_in("agent"), {"number": "138 1234 6021", "kind": "complaint", "category": "noise"}
    ref = opened(browser, **form)
    assert opened(browser, **form) == ref
    (told,) = receipts(ref)
    assert (told.number, told.message_class, told.due_at) == (OWNER, MessageClass.SERVICE, now())
    said = text("receipt_complaint", "zh", ref=ref, time="24小时内", hotline=settings.hotline_said)
    assert told.body == settings.sms_signature + said


@pytest.mark.parametrize(
    ("kind", "category", "zh", "en"),
    [
        ("repair", "burst_pipe", "您的报修已受理", "Repair request"),
        ("emergency", "lift_trapped", "紧急求助", "Emergency"), ("enquiry", "", "您的咨询已登记", "Enquiry"),
        ("suggestion", "", "感谢您的建议", "Thank you. Suggestion"),
        ("praise", "", "您反映的事项已登记", "Your matter"), ("help", "", "您反映的事项已登记", "Your matter"),
    ],
)  # fmt: skip
def test_the_text_says_what_was_understood_in_the_language_of_whoever_reported_it(
    logged_in: LogIn, evening: Evening, kind: str, category: str, zh: str, en: str
) -> None:
    browser = logged_in("agent")
    for words, start in (("请看一下", zh), ("Please have a look at it.", en)):
        ref = opened(browser, kind=kind, category=category, number=STRANGER, words=words, once=start)
        (told,) = receipts(ref)
        assert told.body.split("】")[1].startswith(start)
        assert ref in told.body


@pytest.mark.parametrize(
    ("form", "waits", "promised"),
    [
        ({"channel": "paper"}, True, "今日九点前"), ({"channel": "group", "level": "P3"}, True, "今日"),
        ({"channel": "email", "category": "burst_pipe"}, False, "分钟内"),
        ({"channel": "paper", "kind": "emergency", "category": "lift_trapped"}, False, "分钟内"),
        ({"channel": "walk_in"}, False, "次日九点前"), ({"channel": "call"}, False, "次日九点前"),
        ({"channel": "desk"}, False, "次日九点前"),
    ],
)  # fmt: skip
def test_a_paper_slip_typed_up_at_night_wakes_nobody_and_is_told_as_of_the_morning(
    logged_in: LogIn, evening: Evening, form: dict[str, str], waits: bool, promised: str
) -> None:
    browser = logged_in("agent")
    at = later(hours=3)
    (told,) = receipts(opened(browser, number="138 1234 6021", **form))
    assert told.due_at == (at + timedelta(hours=9, minutes=30) if waits else at)
    assert promised in told.body


@pytest.mark.parametrize("number", ["", "021-58881234", "400-820-8820", "+1 202 555 0143"])
def test_what_cannot_read_or_is_nobodys_we_may_text_gets_none(logged_in: LogIn, evening: Evening, number: str) -> None:
    assert receipts(opened(logged_in("agent"), number=number)) == []


def test_a_number_that_a_carrier_has_called_a_landline_gets_none(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.scalars(select(Number).where(Number.number == OWNER)).one().kind = NumberKind.LANDLINE
    assert receipts(opened(logged_in("agent"), number=OWNER)) == []


def test_a_stranger_gets_three_texts_a_day_and_no_more(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    told = [len(receipts(opened(browser, number="13700009999", once=f"{n}"))) for n in range(4)]
    assert told == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("wrong", "field", "fault"),
    [
        ({"words": "  "}, "words", "fault.new.words"), ({"channel": "survey"}, "channel", "fault.new.channel"),
        ({"kind": "party"}, "kind", "fault.new.kind"), ({"category": "person"}, "category", "fault.new.category"),
        ({"level": "P9"}, "level", "fault.new.level"),
        ({"kind": "emergency"}, "category", "fault.new.emergency"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_beside_its_field(
    logged_in: LogIn, evening: Evening, wrong: dict[str, str], field: str, fault: str
) -> None:
    form = FORM | {"number": STRANGER} | wrong
    answer = logged_in("agent").sends("/tickets", **form)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert say(fault, "zh") in answer.text
    assert f'aria-describedby="{field}-fault"' in answer.text
    for kept in ("place", "number", "once"):
        assert f'value="{form[kept]}"' in answer.text, kept
    if form["words"].strip():
        assert "厨房水龙头 &lt;漏水&gt;</textarea>" in answer.text


@pytest.mark.parametrize(("number", "says"), [("138123460", "11"), ("110", "短号"), ("abc", "字符"), ("8765432", None)])
def test_a_number_is_read_as_everywhere_and_a_bad_one_says_what_to_do(
    logged_in: LogIn, evening: Evening, number: str, says: str | None
) -> None:
    answer = logged_in("agent").sends("/tickets", **FORM | {"number": number})
    if says is None:
        assert answer.status_code == 422 or ticket(answer.location.split("/")[-1]).caller_number.startswith("+8621")
        return
    assert answer.status_code == 422
    fault = answer.text.split('id="number-fault"')[1].split("</p>")[0]
    assert says in fault
    assert f'value="{number}"' in answer.text
    assert number not in answer.request.path


def test_a_place_that_may_be_several_homes_is_asked_again_and_a_wrong_room_is_refused(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        home = session.get(Project, evening.home_project)
        make.a_home(session, home, "6-1-0902")
    browser = logged_in("agent")
    answer = browser.sends("/tickets", **FORM | {"place": "0902"})
    assert answer.status_code == 422
    assert say("fault.new.place.many", "zh") in answer.text
    offered = dict(re.findall(r'name="home" value="(\d+)"[^>]*><span>([^<]+)', answer.text))
    assert "6号楼1单元0902室" in offered.values()
    chosen = next(id for id, place in offered.items() if place == "6号楼1单元0902室")
    assert ticket(opened(browser, place="0902", home=chosen)).place == "6号楼1单元0902室"
    wrong = browser.sends("/tickets", **FORM | {"place": "3-2-9999"})
    assert wrong.status_code == 422
    assert say("fault.new.place.none", "zh", place="3-2-9999") in wrong.text
    lobby = ticket(opened(browser, place="地下车库入口", once="three"))
    assert (lobby.place, lobby.home_id) == ("地下车库入口", None)


def test_homes_are_offered_while_the_place_is_typed_and_only_ours(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    offered = browser.sends("/tickets/new/homes", **FORM | {"place": "3-2-902"}).text
    assert "3号楼2单元0902室" in offered
    assert "<html" not in offered
    theirs = {"place": "7-0101", "project": str(evening.other_project)}
    assert "7号楼" not in browser.sends("/tickets/new/homes", **FORM | theirs).text
    assert "7号楼" in logged_in("director").sends("/tickets/new/homes", **FORM | theirs).text


def test_whoever_serves_all_chooses_a_project_and_nobody_another_project(logged_in: LogIn, evening: Evening) -> None:
    above = logged_in("centre").sends("/tickets", **FORM)
    assert above.status_code == 422
    assert say("fault.new.project", "zh") in above.text
    ref = opened(logged_in("centre"), project=str(evening.other_project), place="7-0101")
    assert ticket(ref).project_id == evening.other_project
    foreign = logged_in("agent").sends("/tickets", **FORM | {"project": str(evening.other_project)})
    assert foreign.status_code == 422
    with reading() as session:
        theirs = session.scalars(select(Home.id).where(Home.name == "0101")).first()
    mine = ticket(opened(logged_in("agent"), place="", home=str(theirs), once="home of others"))
    assert mine.home_id is None, "a home of another project is not taken from a form"


def test_somebody_found_is_reached_at_their_own_number_unless_another_is_given(
    logged_in: LogIn, evening: Evening
) -> None:
    browser = logged_in("agent")
    page = browser.get(f"/tickets/new?person={evening.owner}").text
    assert "林婷" in page
    assert BARE not in page
    assert "3号楼2单元0902室" in page
    home = re.search(r'name="home" value="(\d+)" checked', page)[1]
    whose = {"person": str(evening.owner), "home": home, "place": ""}
    theirs = ticket(opened(browser, **whose))
    assert (theirs.person_id, theirs.caller_number, theirs.place) == (evening.owner, OWNER, "3号楼2单元0902室")
    other = ticket(opened(browser, **whose, number=STRANGER, once="other"))
    assert (other.person_id, other.caller_number) == (evening.owner, STRANGER)
    assert logged_in("abroad").get(f"/tickets/new?person={evening.owner}").status_code == 404
    assert logged_in("abroad").sends("/tickets", **FORM | {"person": str(evening.owner)}).status_code == 404
    assert "林婷" not in logged_in("technician").get(f"/tickets/new?person={evening.owner}").text


def test_a_number_attaches_its_owner_only_where_they_are_the_readers_to_see(logged_in: LogIn, evening: Evening) -> None:
    theirs = "+8613700007777"
    with transaction() as session:
        project = session.get_one(Project, evening.other_project)
        abroad = make.an_owner(session, make.a_home(session, project, "9-1-0101"), theirs, "白芷", "白先生").id
    assert ticket(opened(logged_in("agent"), number=OWNER, once="ours")).person_id == evening.owner
    unnamed = ticket(opened(logged_in("agent"), number=theirs, once="not ours"))
    assert (unnamed.person_id, unnamed.caller_number) == (None, theirs)
    anywhere = {"project": str(evening.home_project), "number": theirs, "once": "all"}
    assert ticket(opened(logged_in("director"), **anywhere)).person_id == abroad
