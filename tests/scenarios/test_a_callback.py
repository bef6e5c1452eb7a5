"""After a repair: its owner is told, asked how it was, and heard; by text where it can be answered, else by call."""

from datetime import datetime

import pytest
from sqlalchemy import select

from directory.models import Consent
from messages.models import Message
from outreach.surveymodels import Answer, Survey
from outreach.surveys import SurveyState
from tests.phone import Line
from tests.scenarios.conftest import DAY, HOTLINE, Estate
from tests.town import Town


@pytest.fixture
def starts_at() -> datetime:
    return DAY


@pytest.fixture
def repaired(town: Town, estate: Estate) -> str:
    """The owner reported a tap, Wang has mended it and said so; answers the ticket's number."""
    call = estate.owner.dials().presses("1").presses("1").presses("2").hears("滴声").says("水龙头滴水").presses("#")
    ref = call.hears("已受理").is_over().heard_ref()
    estate.wang.receives("待办工单")
    estate.owner.receives("已受理", ref)
    estate.wang.dials().presses("1").hears("接单成功").presses("1").hears("已到场").presses("2").hears(
        "已完成"
    ).hangs_up()
    estate.owner.receives("已处理完毕", ref)
    return ref


def the_ticket(town: Town) -> tuple[str, int | None, list[tuple[str, dict[str, object]]]]:
    """(status, score, what happened since it was resolved)."""
    with town.ticket() as ticket:
        told = [(event.type.value, dict(event.data)) for event in ticket.events]
        since = max(place for place, (kind, _) in enumerate(told) if kind == "resolved")
        return ticket.status.value, ticket.score, told[since + 1 :]


def the_answer(town: Town) -> tuple[str, str, int, str, str]:
    with town.at_desk() as session:
        answer = session.scalars(select(Answer)).one()
        return answer.key, answer.mapping, answer.score, answer.via.value, answer.comment


def is_asked(town: Town, estate: Estate, mode: str) -> Line | None:
    """The question comes: by text, or by a call that is picked up."""
    if mode == "two_way":
        estate.owner.receives("1非常满意2满意3一般4不满意5非常不满意", within_s=60)
        return None
    return estate.owner.rings(within_s=60).answers().hears("回访", "水电", "非常满意请按1", "非常不满意请按5", "请按0")


def answers(estate: Estate, line: Line | None, key: str) -> None:
    if line is None:
        estate.owner.texts(key)
    else:
        line.presses(key)


def test_a_good_answer_closes_the_ticket(town: Town, estate: Estate, repaired: str, mode: str) -> None:
    line = is_asked(town, estate, mode)
    answers(estate, line, "１" if line is None else "1")
    if line is None:
        estate.owner.receives("感谢", repaired)
    else:
        line.hears("感谢您的评价：非常满意").is_over()
    status, score, told = the_ticket(town)
    assert (status, score) == ("closed", 5)
    assert told[-1] == ("closed", {"why": "satisfied"})
    assert the_answer(town)[:4] == ("1", "one_is_best", 5, "text" if line is None else "callback")
    town.advance(120)


def says_it_leaks(town: Town, estate: Estate, repaired: str, line: Line | None) -> list[tuple[str, dict[str, object]]]:
    """The owner is not satisfied and says why; what the ticket tells of it, which is open again."""
    if line is None:
        estate.owner.texts("4 还是漏水")
        estate.owner.receives("已重开", repaired)
    else:
        line.presses("4").hears("很抱歉").hears_the_beep().says("还是漏水").presses("#").hears("留言已记下").is_over()
        town.advance(15)
    status, score, told = the_ticket(town)
    assert (status, score) == ("open", 2)
    return told


def test_a_bad_answer_opens_it_again_and_a_supervisor_is_rung_until_somebody_comes(
    town: Town, estate: Estate, repaired: str, mode: str
) -> None:
    estate.zhao.will("no_answer")
    line = is_asked(town, estate, mode)
    told = says_it_leaks(town, estate, repaired, line)
    assert [kind for kind, _ in told if kind in {"scored", "reopened"}] == ["scored", "reopened"]
    assert the_answer(town)[2] == 2
    if line is None:
        assert the_answer(town)[4] == "还是漏水"
    else:
        assert ("recording", 5) in [(kind, data.get("seconds")) for kind, data in told]
    estate.zhao.receives("业主评价不满意", repaired)
    town.advance(60)
    estate.zhao.has_been_called(1).will("manual")
    town.advance(480)
    estate.zhao.rings().answers().hears("业主对处理结果不满意", "接单请按1").presses("1").hears("接单成功").is_over()
    estate.zhao.receives("业主评价不满意", repaired)
    assert the_ticket(town)[0] == "acknowledged"
    town.advance(700)
    estate.owner.receives("由工作人员赵刚处理")
    estate.wang.has_been_called(0)


@pytest.mark.parametrize("mode", ["one_way"])  # a text has no supervisor at its other end: it names the hotline
def test_zero_is_a_supervisor_now(town: Town, estate: Estate, repaired: str, mode: str) -> None:
    line = is_asked(town, estate, mode)
    assert line is not None
    line.presses("0").hears("主管")
    ring = estate.zhao.rings()
    ring.answers().hears("热线来电", "接听请按1").presses("1").is_joined()
    line.is_joined()
    ring.hangs_up()
    line.hears("工单").is_over()
    status, score, _ = the_ticket(town)
    assert (status, score) == ("acknowledged", None)
    estate.zhao.receives("业主评价不满意", repaired)
    town.advance(60)


def test_nobody_answers_three_calls_and_days_later_the_ticket_is_closed_by_rule(
    town: Town, estate: Estate, repaired: str, mode: str
) -> None:
    if mode == "two_way":
        is_asked(town, estate, mode)
        town.sleep_through(72 * 3600)
        town.advance(5)
    else:
        estate.owner.will("no_answer")
        for wait_s in (30, 5 * 3600, 3 * 3600):
            town.sleep_through(wait_s)
            town.advance(100)
        estate.owner.has_been_called(3)
    with town.at_desk() as session:
        survey = session.scalars(select(Survey)).one()
        assert (survey.state, survey.tries) == (SurveyState.UNANSWERED, 1 if mode == "two_way" else 3)
    town.sleep_through(72 * 3600)
    town.advance(5)
    status, score, told = the_ticket(town)
    assert (status, score) == ("closed", None)
    assert told[-1] == ("closed", {"why": "no_objection"})


def test_who_missed_it_and_calls_is_offered_to_answer(town: Town, estate: Estate, repaired: str, mode: str) -> None:
    if mode == "two_way":
        is_asked(town, estate, mode)
    else:
        estate.owner.rings(within_s=60).declines()
    call = estate.owner.dials().hears("已办结，请问是否满意", "现在评价请按1").presses("1").hears("非常满意请按1")
    call.presses("2").hears("感谢您的评价", "报修请按1").hangs_up()
    assert the_ticket(town)[:2] == ("closed", 4)
    assert the_answer(town)[3] == "hotline"
    once_more = estate.owner.dials().hears("报修请按1").does_not_hear("请问是否满意")
    once_more.presses("5").hears("没有处理中的工单").hangs_up()


@pytest.mark.parametrize("mode", ["two_way"])  # elsewhere nothing they text arrives
@pytest.mark.parametrize("word", ["Ｒ", "ｓｔｏｐ", "退订"])
def test_an_opt_out_ends_the_question_and_an_emergency_text_still_goes(
    town: Town, estate: Estate, repaired: str, mode: str, word: str
) -> None:
    is_asked(town, estate, mode)
    estate.owner.texts(word)
    with town.at_desk() as session:
        survey = session.scalars(select(Survey)).one()
        assert (survey.state, survey.reason) == (SurveyState.UNANSWERED, "opted_out")
    town.sleep_through(5 * 3600)
    town.advance(60)
    estate.owner.has_been_called(0)
    estate.owner.texts("电梯困人")
    estate.owner.receives("紧急求助")
    estate.wang.rings().answers().presses("1").hears("接单成功").is_over()
    estate.li.forget_calls()
    for phone in (estate.wang, estate.li):
        phone.receives("P0工单")
    estate.say_it_is_taken("王强", estate.li)
    estate.li.forget_calls()
    with town.at_desk() as session:
        numbers = session.scalars(select(Message.sender).where(Message.message_class == "emergency"))
        assert set(numbers) == {HOTLINE}


def test_with_every_webhook_twice_there_is_one_answer_and_one_thanks(
    town: Town, estate: Estate, repaired: str, mode: str
) -> None:
    town.fault(kind="webhook_twice")
    estate.zhao.will("no_answer")
    line = is_asked(town, estate, mode)
    told = says_it_leaks(town, estate, repaired, line)
    kinds = [kind for kind, _ in told]
    assert [kinds.count(kind) for kind in ("scored", "reopened")] == [1, 1]
    assert the_answer(town)[4] == ("还是漏水" if line is None else "")
    if line is not None:
        assert kinds.count("recording") == 1
        with town.at_desk() as session:
            survey = session.scalars(select(Survey)).one()
            asked = select(Message).where(Message.about == f"survey:{survey.id}")
            assert session.scalars(asked).one().heard_at is not None
    estate.zhao.receives("业主评价不满意", repaired)
    town.advance(60)
    estate.zhao.has_been_called(1)
    assert came_twice(town)


@pytest.mark.parametrize("mode", ["two_way"])
def test_with_every_webhook_twice_an_opt_out_is_written_down_once(
    town: Town, estate: Estate, repaired: str, mode: str
) -> None:
    town.fault(kind="webhook_twice")
    is_asked(town, estate, mode)
    estate.owner.texts("退订")
    with town.at_desk() as session:
        assert session.scalars(select(Survey.reason)).one() == "opted_out"
        said = session.scalars(select(Consent.message_class).where(~Consent.granted)).all()
        assert sorted(said) == ["care", "marketing", "survey"]
        assert session.scalars(select(Answer)).all() == []
    town.advance(60)
    assert came_twice(town)


def came_twice(town: Town) -> bool:
    """Whether webhooks were told again."""
    return any(exchange["repeat"] for exchange in town.wire() if exchange["direction"] == "webhook")
