"""The suggestion box, the general manager's mailbox, the supervision past the estate, and a word without a name."""

import re

import pytest
from pydantic import SecretStr

from base import clock
from base.access import Role
from base.database import transaction
from directory.models import Project
from hotline.actions import codes
from hotline.models import Call, CallEvent
from messages.models import Message
from oncall import actions as oncall
from oncall.actions.duty import duty_of, everybody_of
from tests.hotline.conftest import BY_DAY, BY_NIGHT, FIRST, OWNER, SECOND, STRANGER
from tests.make import a_home, a_member_of_staff, a_project, an_owner
from tickets import actions as tickets
from tickets.lifecycle import Kind, Status
from tickets.models import EventType, Ticket

AGENT, DIRECTOR, MANAGER = "+8613900000011", "+8613900000012", "+8613900000013"


@pytest.fixture
def house(estate):
    """The estate with its manager, and of the company an agent and a director; answers the ids of the estate."""
    with transaction() as session:
        project = session.get_one(Project, estate["project"])
        a_member_of_staff(session, "项目经理", MANAGER, Role.MANAGER, project)
        a_member_of_staff(session, "总部坐席", AGENT, Role.AGENT)
        a_member_of_staff(session, "副总", DIRECTOR, Role.DIRECTOR)
    return estate


def code_in(words: str) -> str:
    codes = re.findall(r"查询码(?:是)? ((?:\d ){7}\d)", words)
    assert len(codes) == 2, "read out twice"
    assert codes[0] == codes[1]
    return codes[0].replace(" ", "")


def an_unnamed_word(dials, number=OWNER) -> str:
    """Somebody tells us something without their name; the code they are given."""
    call = dials(number).presses("4", "4").hears("请选择投诉的内容").presses("2").hears("请在滴声后")
    code = code_in(call.words)
    assert code_in(call.says().words) == code, "the same after the message"
    call.hangs_up()
    return code


@pytest.mark.parametrize("at", [BY_DAY, BY_NIGHT])
def test_they_are_found_behind_one_key_by_day_and_by_night(dials, estate, at):
    clock.stop_at(at)
    call = dials(OWNER).hears("建议和信箱请按4").presses("4")
    call.hears(
        "建议箱请按1", "总经理信箱请按2", "投诉监督专线，不经过小区请按3", "匿名反映问题请按4", "输入查询码听答复请按5"
    )


def test_in_english_too(dials, estate):
    call = dials(OWNER).presses("8", "4").hears("For the general manager's mailbox, press 2", "supervision")
    call.presses("4", "2").hears("Your code is", "Once more, the code is")


@pytest.mark.parametrize(("key", "category"), [("2", "mailbox"), ("3", "supervision")])
def test_the_lines_past_the_estate_reach_nobody_of_it(dials, house, only, every, key, category):
    dials(OWNER).presses("4", key).hears("总部", "看不到").presses("1").hears("请在滴声后").says().hangs_up()
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.owner_desk) == (Kind.COMPLAINT, category, "HQ")
    assert ticket.caller_number == OWNER
    with transaction() as session:
        found = tickets.get(session, ticket.id)
        asked = {staff.number for staff in everybody_of(session, found, at=BY_DAY)}
        on_duty = duty_of(session, found, at=BY_DAY)
        rung = {staff.number for staff in (*on_duty.first, *on_duty.director)}
        oncall.climb(session, ticket.id, at=found.page_due_at)
    assert not {FIRST, SECOND, MANAGER} & (asked | rung | {one.number for one in every(Message)})
    assert rung == ({DIRECTOR} if category == "mailbox" else {AGENT, DIRECTOR}), "the mailbox is no agent's to hear"


def test_whoever_wants_a_person_there_is_put_through_to_headquarters(dials, house):
    assert dials(OWNER).presses("4", "3", "0").rung == [AGENT]
    assert dials(STRANGER).presses("4", "2", "0").rung == [DIRECTOR]


def test_a_stranger_need_not_say_where_they_live_to_complain_of_the_estate(dials, house, only):
    dials(STRANGER).presses("4", "3", "1").never_hears("楼栋号").hears("请在滴声后").says()
    assert (only(Ticket).project_id, only(Ticket).home_id) == (house["project"], None)


def test_an_owner_in_two_estates_says_which_one_it_is_about(dials, house, only):
    with transaction() as session:
        homes = [a_home(session, a_project(session, name), f"5-1-{n}01") for n, name in ((1, "翠湖苑"), (2, "东湖里"))]
        an_owner(session, homes, "+8613600136000")
        second = homes[1].building.project_id
    dials("+8613600136000").presses("4", "3", "1").hears("哪一套").presses("2").says()
    assert only(Ticket).project_id == second


def test_to_headquarters_without_a_name(dials, house, only):
    call = dials(OWNER).presses("4", "2", "2").hears("您的查询码是").says()
    ticket = only(Ticket)
    assert (ticket.owner_desk, ticket.caller_number, ticket.person_id, ticket.home_id) == ("HQ", None, None, None)
    code_in(call.words)


def test_whoever_stays_unnamed_hears_the_answer_with_a_code_from_any_telephone(dials, house, only, every):
    code = an_unnamed_word(dials)
    dials(STRANGER).presses("4", "5").hears("八位查询码").presses(code).hears(
        "环境卫生", "等待接单", "还没有答复"
    ).hangs_up()
    ticket = only(Ticket)
    with transaction() as session:
        tickets.resolve(session, ticket.id, house["first"], at=BY_DAY, text="楼道已经清扫，以后每天两次")
    call = dials("anonymous").presses("4", "5", code).hears("已处理完毕", "答复如下", "以后每天两次")
    call.is_silent().is_silent().hears("再见").hangs_up()
    assert len(every(Ticket)) == 1, "hearing an answer leaves nothing to do"


def test_nothing_that_is_kept_says_who_called_or_what_code_they_keyed(dials, house, only, every):
    code = an_unnamed_word(dials)
    dials(STRANGER).presses("4", "5", code).hangs_up()
    assert code not in [event.heard for event in every(CallEvent)]
    ticket, first = only(Ticket), every(Call)[0]
    assert (ticket.caller_number, first.from_number, first.ticket_id) == (None, None, ticket.id)
    assert every(Call)[1].ticket_id is None, "nor does whoever asks belong to it"
    assert every(Message) == []


def test_whoever_adds_to_it_stays_unnamed_and_what_was_resolved_is_open_again(dials, house, only, every):
    code, told = an_unnamed_word(dials), only(Ticket)
    with transaction() as session:
        tickets.resolve(session, told.id, house["first"], at=BY_DAY, text="已清扫")
    dials(OWNER).presses("4", "5", code, "1").hears("请在滴声后").never_hears("您的查询码是").says().hears(
        "补充的留言已记下"
    )
    ticket = only(Ticket)
    assert (ticket.status, ticket.urged) == (Status.OPEN, 1)
    assert EventType.REOPENED in {event.type for event in ticket.events}
    assert [call.from_number for call in every(Call)] == [None, None]


def test_a_part_of_another_ticket_tells_where_that_one_stands_and_none_of_its_words(dials, house, every):
    code = an_unnamed_word(dials)
    dials(OWNER).presses("2", "3", "2").says().hangs_up()
    part, original = every(Ticket)
    with transaction() as session:
        tickets.merge(session, part.id, into=tickets.get(session, original.id), at=BY_DAY)
        tickets.resolve(session, original.id, house["first"], at=BY_DAY, text="已告知1502室")
    dials(STRANGER).presses("4", "5", code).hears("已处理完毕").never_hears("1502")


def test_a_wrong_code_tells_nothing_and_nobody_goes_on_guessing(dials, house, every):
    code = an_unnamed_word(dials)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    call = dials(STRANGER).presses("4", "5", wrong).hears("没有这个查询码").presses("123", wrong)
    call.hears("次数太多", "报修请按1").hangs_up()
    dials(STRANGER).presses("4", "5", wrong, wrong).hangs_up()
    dials(STRANGER).presses("4", "5", code).hears("没有这个查询码")
    dials(OWNER).presses("4", "5", code).hears("等待接单")
    assert len(every(Ticket)) == 1, "whoever asks for an answer is no missed call"


def test_a_code_that_is_keyed_right_twice_at_once_is_answered_alike(dials, house, only):
    code = an_unnamed_word(dials)
    call = dials(OWNER).presses("4", "5")
    path = call.verb.get("action")
    before = call.post(path, Digits=code).answer
    assert call.post(path, Digits=code).answer == before
    assert len([e for e in only(Ticket).events if e.type == EventType.CODE_TOLD]) == 1


def test_the_code_itself_is_kept_nowhere_and_is_read_out_again_all_the_same(dials, house, only, every):
    call = dials(OWNER).presses("4", "4")
    path = call.verb.get("action")
    before = call.presses("2").answer
    code = code_in(call.words)
    kept = [*(event.answer for event in every(CallEvent)), *(event.once_key or "" for event in only(Ticket).events)]
    kept += [str(call.intake) for call in every(Call)]
    assert any("您的查询码" in one for one in kept)
    assert [one for one in kept if code in one or " ".join(code) in one] == []
    assert call.post(path, Digits="2").answer == before
    dials(STRANGER).presses("4", "5", code).hears("等待接单")


def test_a_code_of_another_secret_is_none_and_its_ticket_gets_a_new_one(dials, house, every, monkeypatch, app):
    call = dials(OWNER).presses("4", "4", "2")
    code = code_in(call.words)
    other = app.extensions["settings"].model_copy(update={"secret_key": SecretStr("another" * 6)})
    monkeypatch.setitem(app.extensions, "settings", other)
    new = code_in(call.says().words)
    assert new != code
    dials(STRANGER).presses("4", "5", code).hears("没有这个查询码").presses(new).hears("等待接单")


def test_a_code_that_another_ticket_has_is_given_to_nobody_else(dials, house, every, monkeypatch):
    monkeypatch.setattr(codes, "_made", lambda _ticket_id, nth: f"{nth:08}")
    assert [an_unnamed_word(dials), an_unnamed_word(dials, STRANGER)] == ["00000000", "00000001"]
    assert len(every(Ticket)) == 2
