"""A colleague tries a questionnaire on their own telephone: it goes as it would to an owner, and counts nowhere."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict
from directory.models import Staff
from messages.lifecycle import MessageClass, Way
from messages.models import Message
from outreach.actions import surveytrials
from outreach.models import Reply
from outreach.questionnairefile import questionnaire
from outreach.surveymodels import Interview, InterviewAnswer
from telephony.numbers import at_home
from tests.outreach.scene import HOTLINE, Heard
from tests.outreach.wave import Waves, a_house
from tickets.models import Ticket

ME = "+8613900000033"


@pytest.fixture
def waves(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Waves:
    made = a_house(app, carrier_posts)
    made.has_homes(1)
    return made


def tries(waves: Waves, key: str = "yearly", way: Way = Way.TEXT, language: str = "zh") -> int:
    with transaction() as session:
        made = questionnaire(key)
        return surveytrials.begin(session, made, waves.approver, way=way, language=language, at=clock.now()).id


def texts(waves: Waves, body: str, number: str = ME) -> str:
    """A text to us; what it became."""
    sid = f"SM{clock.now().timestamp():.0f}{abs(hash(body)) % 10**8}"
    assert waves.posts("/sms/incoming", MessageSid=sid, From=number, To=HOTLINE, Body=body).status_code == 204
    clock.stop_at(clock.now() + surveytrials.LIVES / 60)
    with reading() as session:
        return session.scalars(select(Reply.became).where(Reply.sid == sid)).one()


def got(number: str = ME) -> list[str]:
    """What was planned to a telephone."""
    with reading() as session:
        found = session.scalars(select(Message).where(Message.number == number).order_by(Message.id))
        return [one.body or one.answer_path or "" for one in found]


def counted(waves: Waves) -> list[int]:
    """How many interviews, answers and tickets there are."""
    with reading() as session:
        return [session.scalars(select(func.count(kind.id))).one() for kind in (Interview, InterviewAnswer, Ticket)]


def test_by_text_each_answer_brings_the_next_question_marked_as_a_test(waves: Waves) -> None:
    tries(waves)
    assert got() == [
        "【回音物业】（测试）回音物业满意度调查：您对物业服务总体是否满意？请回复1非常满意2满意3一般4不满意5非常不满意"
    ]
    assert texts(waves, "4") == "trial"
    assert got()[-1].startswith("【回音物业】（测试）最需要改进的是哪方面？请回复1服务态度")
    for body in ("2", "1", "1", "2", "多种点花"):
        assert texts(waves, body) == "trial"
    assert got()[-1] == "【回音物业】（测试）问卷测试到此结束，您的回答不计入"
    assert len(got()) == 7
    assert counted(waves) == [0, 0, 0]
    assert texts(waves, "1") != "trial", "it is over"


def test_it_goes_at_any_hour_behind_the_pages_and_in_the_language_of_the_page(waves: Waves) -> None:
    tries(waves, "short", language="en")
    with reading() as session:
        text = session.scalars(select(Message).where(Message.number == ME)).one()
        assert (text.message_class, text.urgency) == (MessageClass.STAFF, 4)
        assert "(Test) Huiyin Property, two questions: " in (text.body or "")


@pytest.mark.parametrize("body", ["9", "电梯困人了，快来", "2号楼漏水"])
def test_what_is_no_answer_is_read_by_somebody(waves: Waves, body: str) -> None:
    tries(waves)
    assert texts(waves, body) == "ticket"
    assert len(counted(waves)) == 3
    assert counted(waves)[2] == 1
    assert texts(waves, "4") == "trial", "and the test goes on"


def test_an_hour_later_a_digit_means_something_else(waves: Waves) -> None:
    tries(waves)
    clock.stop_at(clock.now() + surveytrials.LIVES)
    assert texts(waves, "4") != "trial"


def test_a_test_of_a_colleague_is_answered_by_nobody_else(waves: Waves) -> None:
    tries(waves)
    assert texts(waves, "4", number="+8613900000031") != "trial"
    assert len(got()) == 1


def test_a_telephone_of_the_sandbox_answers_for_the_colleague(waves: Waves) -> None:
    phone = "+8613811112222"
    with transaction() as session:
        surveytrials.begin(
            session, questionnaire("short"), waves.approver, way=Way.TEXT, language="zh", at=clock.now(), number=phone
        )
    assert got() == []
    assert got(phone)[0].startswith("【回音物业】（测试）")
    assert texts(waves, "1", number="+8613811112223") != "trial"
    assert texts(waves, "1") != "trial", "their own telephone is not the one it is tried on"
    before = counted(waves)
    for _ in range(2):
        assert texts(waves, "1", number=phone) == "trial"
    assert got(phone)[-1] == "【回音物业】（测试）问卷测试到此结束，您的回答不计入"
    assert (len(got(phone)), counted(waves)) == (3, before)


def test_another_test_ends_the_first_and_five_are_enough_for_a_day(waves: Waves) -> None:
    tries(waves)
    for _ in range(4):
        tries(waves, "short")
    assert texts(waves, "1") == "trial"
    assert got()[-1].startswith("【回音物业】（测试）有事时您能方便地联系到我们吗？")
    with pytest.raises(Conflict, match="try again tomorrow"):
        tries(waves)
    clock.stop_at(clock.now() + surveytrials.LIVES * 24)
    tries(waves)


def test_a_number_that_takes_no_texts_is_tried_by_call(waves: Waves, app: Flask) -> None:
    with transaction() as session:
        session.get_one(Staff, waves.approver.staff_id).number = "+862155551234"
    with pytest.raises(BadInput, match="try it by call"):
        tries(waves)
    tries(waves, way=Way.CALL)
    assert got("+862155551234")[0].startswith("/voice/trial/")


def at(waves: Waves, path: str, **form: str) -> Heard:
    """One step of a call, asked twice as a carrier may."""
    form = {"CallSid": "CA" + "3" * 32, "CallStatus": "in-progress", "From": HOTLINE} | form
    first = Heard(waves.posts(path, **form))
    assert Heard(waves.posts(path, **form)).response.get_data() == first.response.get_data()
    return first


def walked(waves: Waves, *keys: str, key: str = "yearly", language: str = "zh") -> Heard:
    heard = at(waves, f"/voice/trial/{tries(waves, key, Way.CALL, language)}")
    for pressed in keys:
        heard = at(waves, heard.next, Digits=pressed)
    return heard


def test_by_call_it_says_that_it_is_a_test_and_keys_lead_on(waves: Waves) -> None:
    heard = walked(waves)
    assert heard.words.startswith("这是问卷测试，您的回答不计入。您好，这里是回音物业，想请您回答几个问题")
    assert heard.words.endswith("人工服务请按0。")
    heard = walked(waves, "4")
    assert heard.words.startswith("最需要改进的是哪方面？服务态度请按1")
    last = walked(waves, "4", "1", "1", "1", "1")
    assert "Record" not in last.verbs
    assert last.words.endswith("测试不录音，请按其他键继续。")
    over = at(waves, last.next)
    assert over.words == "谢谢您的回答。有不满意的地方，我们会尽快给您回电。再见。测试到此结束，再见。"
    assert over.verbs[-1] == "Hangup"
    assert counted(waves) == [0, 0, 0]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("0",), "业主在这里会接通人工服务。测试到此结束，再见。"),
        (("7",), "没有这个选项。您对停水停电等通知"),
        (("",), "没有收到您的按键。您对停水停电等通知"),
        (("*",), "您对停水停电等通知"),
        (("", "", ""), f"没有收到您的回答。方便时请拨打{at_home(HOTLINE)}继续。再见。测试到此结束，再见。"),
        (("7", "", "7"), "没有这个选项。您对停水停电等通知"),
        (("7", "7", "7"), "您按的键没有对应的选项，没有记下回答。"),
        (("1", "1"), "谢谢您的回答。再见。测试到此结束，再见。"),
    ],
)
def test_every_key_and_silence_has_words(waves: Waves, keys: tuple[str, ...], words: str) -> None:
    assert walked(waves, *keys, key="short").words.startswith(words)


def test_where_words_are_asked_for_star_says_it_again_and_0_is_a_person(waves: Waves) -> None:
    asked = walked(waves, "4", "1", "1", "1", "1")
    again = at(waves, asked.next, Digits="*")
    assert again.words == asked.words
    person = at(waves, again.next, Digits="0")
    assert person.words == "业主在这里会接通人工服务。测试到此结束，再见。"
    assert person.verbs[-1] == "Hangup"
    assert at(waves, again.next).words.startswith("谢谢您的回答。"), "silence goes on"


def test_a_test_that_nobody_knows_is_over(waves: Waves) -> None:
    form: dict[str, Any] = {"Digits": "1"}
    assert "已经结束" in at(waves, "/voice/trial/99").words
    assert "已经结束" in at(waves, "/voice/trial/99/service/key", **form).words
    id = tries(waves, way=Way.CALL)
    assert "已经结束" in at(waves, f"/voice/trial/{id}/nowhere/key", **form).words
