"""The pages on which questionnaires are made: looked through while they are typed, kept, published, asked in a wave."""

from flask import Flask
from lxml import html
from sqlalchemy import func, select

from base.database import reading, transaction
from console.words import say
from directory.models import Project, Staff
from messages.lifecycle import Way
from messages.models import Message
from outreach.models import Campaign
from outreach.surveymodels import Interview, QuestionnaireVersion, SurveyTrial
from tests import make
from tests.console.conftest import Browser, LogIn
from tests.console.evening import Evening
from tests.messages.fake import FakeCarrier

MAY = "+8613811112222"
PARKING = {
    "title.zh": "停车调查", "title.en": "Parking",
    "opening.zh": "{company}停车调查：", "opening.en": "{company} parking: ",
    "order": ["q1", "q2", "q3"],
    "scale.q1": "satisfaction", "category.q1": "complaint", "next.q1.low": "q2", "next.q1.default": "q3",
    "ask.q1.zh": "您对停车管理是否满意？", "ask.q1.en": "How satisfied are you with parking?",
    "scale.q2": "choice", "ask.q2.zh": "主要是哪方面？", "ask.q2.en": "What is it mainly?",
    "choice.q2.1.zh": "车位", "choice.q2.1.en": "places", "choice.q2.2.zh": "收费", "choice.q2.2.en": "fees",
    "scale.q3": "comment", "ask.q3.zh": "还有什么想说的？", "ask.q3.en": "Anything else?",
}  # fmt: skip


def words_of(page: str, id: str) -> str:
    """The words in the element of this id, without markup."""
    return " ".join(html.fromstring(page).get_element_by_id(id).text_content().split())


def begun(client: Browser, **form: object) -> str:
    """A draft as the page begins it; its path."""
    answer = client.sends("/questionnaires", **form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def published(client: Browser) -> str:
    """A questionnaire about parking, as the page publishes it; its path."""
    path = begun(client)
    answer = client.sends(f"{path}/publish", **PARKING, read=1, sure="yes")
    assert answer.status_code == 303, answer.text
    return path


def test_a_text_and_a_call_stand_side_by_side_as_they_are_typed(logged_in: LogIn) -> None:
    client = logged_in("director")
    path = begun(client)
    page = client.sends(f"{path}/look", **PARKING, read=1).text
    assert words_of(page, "text-zh-q1") == (
        "【回音物业】回音物业停车调查：您对停车管理是否满意？请回复1非常满意2满意3一般4不满意5非常不满意"
    )
    assert words_of(page, "size-zh-q1") == "50 字 · 1 条计费"
    assert words_of(page, "text-en-q2") == "Huiyin Property: What is it mainly? Reply 1 places 2 fees"
    assert words_of(page, "call-zh-q1").startswith("您好，这里是回音物业，想请您回答几个问题")
    assert "车位请按1，收费请按2。人工服务请按0。" in words_of(page, "call-zh-q2")
    assert words_of(page, "keys-zh-q2") == "120"
    assert "请在滴声后留言" in words_of(page, "call-zh-q3")
    assert "没有问题" in words_of(page, "qn-sound")
    with reading() as session:
        assert session.scalars(select(QuestionnaireVersion)).one().saves == 1, "nothing is kept"


def test_what_is_wrong_stands_beside_its_field_in_the_language_of_the_reader(logged_in: LogIn) -> None:
    client = logged_in("director")
    path = begun(client)
    wrong = PARKING | {"ask.q2.en": "", "next.q1.low": "q1", "choice.q2.2.en": ""}
    page = client.sends(f"{path}/look", **wrong, read=1).text
    assert words_of(page, "ask-q2-fault-1") == "中文和英文都要写"
    assert words_of(page, "words-2-q2-fault-1") == "中文和英文都要写"
    assert words_of(page, "next-q1-fault-1") == "不能回到“q1”"
    assert 'aria-describedby="ask-q2-fault-1"' in page
    assert "do-publish" not in page
    page = client.sends(f"{path}/look?lang=en", **wrong, read=1).text
    assert words_of(page, "ask-q2-fault-1") == "Give its words in zh and en"
    refused = client.sends(f"{path}/publish", **wrong, read=1, sure="yes")
    assert refused.status_code == 422
    assert 'value="Parking"' in refused.text, "nothing typed is lost"


def test_questions_come_change_places_and_go_and_keys_are_pressed(logged_in: LogIn) -> None:
    client = logged_in("director")
    path = begun(client)

    def order(**form: object) -> list[str]:
        page = client.sends(f"{path}/look", **PARKING | form, read=1).text
        return [str(value) for value in html.fromstring(page).xpath('//input[@name="order"]/@value')]

    assert order(do="add") == ["q1", "q2", "q3", "q4"]
    assert order(do="up.q3") == ["q1", "q3", "q2"]
    assert order(do="remove.q2") == ["q1", "q3"]
    page = client.sends(f"{path}/look", **PARKING, did="4", press="2", read=1).text
    assert words_of(page, "step-1").endswith("4不满意")
    assert words_of(page, "step-2").endswith("2收费")
    assert words_of(page, "step-now").startswith("还有什么想说的？")
    assert 'id="qn-did" value="4,2"' in page
    page = client.sends(f"{path}/look", **PARKING, did="4,2", press="say", read=1).text
    assert "不满意的开工单回电" in words_of(page, "step-now")
    page = client.sends(f"{path}/look", **PARKING, did="4,2", press="back", read=1).text
    assert 'id="qn-did" value="4"' in page


def test_without_a_script_every_press_of_a_button_brings_the_whole_page(logged_in: LogIn) -> None:
    client = logged_in("director")
    path = begun(client)
    page = client.sends(f"{path}/look", **PARKING, do="add", read=1).text
    assert "<html" in page
    part = client.post(
        f"{path}/look", data={"csrf_token": client.token(path), **PARKING, "read": 1}, headers={"HX-Request": "true"}
    )
    assert "<html" not in part.text
    assert words_of(part.text, "q-h-q3") == "第 3 题"


def test_a_draft_is_kept_and_somebody_who_is_slower_overwrites_nothing(logged_in: LogIn) -> None:
    client = logged_in("supervisor")
    path = begun(client, of="short")
    assert client.sends(path, **PARKING, read=1).status_code == 303
    page = client.get(path).text
    assert 'value="停车调查"' in page
    assert 'id="qn-read" value="2"' in page
    slower = client.sends(path, **PARKING | {"title.zh": "我的"}, read=1)
    assert slower.status_code == 409
    assert "有人刚改过" in words_of(slower.text, "qn-notice")
    assert 'value="我的"' in slower.text, "nothing typed is lost"
    assert "停车调查" in client.get("/questionnaires").text
    assert client.sends(f"{path}/discard", read=2).status_code == 303
    assert client.get(path).status_code == 404


def test_it_is_published_once_both_languages_were_read_and_then_only_read(logged_in: LogIn) -> None:
    client = logged_in("director")
    path = begun(client)
    unsure = client.sends(f"{path}/publish", **PARKING, read=1)
    assert unsure.status_code == 422
    assert "两种语言" in words_of(unsure.text, "qn-notice")
    path = published(client)
    page = client.get(path).text
    assert 'id="qn-save"' not in page
    assert say("qn.version", "zh", n=1) in page
    assert words_of(page, "text-en-q3") == "Huiyin Property: Anything else? Reply in words, or 0 for no"
    assert words_of(client.get(f"{path}?did=1").text, "step-now").startswith("还有什么想说的？")
    assert client.sends(path, **PARKING, read=2).status_code == 409
    id = path.rsplit("/", 1)[-1]
    again = begun(client, id=id)
    assert say("qn.begun", "zh", of="own2/1") in client.get(again).text


def test_who_serves_one_project_writes_drafts_and_quality_reads(logged_in: LogIn) -> None:
    path = begun(logged_in("supervisor"))
    page = logged_in("supervisor").sends(f"{path}/look", **PARKING, read=1).text
    assert "do-publish" not in page
    assert "qn-why-not" in page
    refused = logged_in("supervisor").sends(f"{path}/publish", **PARKING, read=1, sure="yes")
    assert refused.status_code == 403
    quality = logged_in("quality").get(path)
    assert quality.status_code == 200
    assert 'id="qn-save"' not in quality.text
    assert "qn-new" not in logged_in("quality").get("/questionnaires").text


def test_those_of_the_file_are_read_and_begun_from(logged_in: LogIn) -> None:
    client = logged_in("director")
    assert 'id="qn-yearly"' in client.get("/questionnaires").text
    page = client.get("/questionnaires/of/yearly?did=4").text
    assert words_of(page, "step-now").startswith("最需要改进的是哪方面？")
    assert client.get("/questionnaires/of/weekly").status_code == 404
    path = begun(client, of="yearly")
    page = client.get(path).text
    assert 'name="ask.comment.zh"' in page
    assert "没有问题" in words_of(page, "qn-sound")
    assert client.sends("/questionnaires", of="weekly").status_code == 422
    assert client.sends("/questionnaires", id="99").status_code == 404


def test_a_wave_asks_what_was_published(logged_in: LogIn, evening: Evening, street: FakeCarrier) -> None:
    published(logged_in("director"))
    client = logged_in("supervisor")
    page = client.get("/waves").text
    assert "停车调查 · 第 1 版" in page
    answer = client.sends("/waves", questionnaire="own1", percent="100")
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location).text
    assert "停车调查 2026-11" in page
    assert "您对停车管理是否满意？" in page
    with reading() as session:
        assert (session.scalars(select(Campaign)).one().questionnaire or {})["version"] == 1
        assert session.scalars(select(func.count(Interview.id))).one() > 5


def test_it_is_tried_on_oneself_and_a_draft_is_kept_before(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("supervisor")
    path = begun(client)
    assert client.sends(f"{path}/try", **PARKING, read=1, by="text").status_code == 303
    with reading() as session:
        staff = session.scalars(select(Staff).where(Staff.login == "supervisor")).one()
        texts = [one.body for one in session.scalars(select(Message).where(Message.number == staff.number))]
        assert texts[-1:] == [
            "【回音物业】（测试）回音物业停车调查：您对停车管理是否满意？请回复1非常满意2满意3一般4不满意5非常不满意"
        ]
    assert 'value="停车调查"' in client.get(path).text
    unfinished = client.sends(f"{path}/try", **PARKING | {"ask.q2.en": ""}, read=2, by="call")
    assert unfinished.status_code == 422
    assert "还用不了" in words_of(unfinished.text, "qn-notice")
    assert client.sends("/questionnaires/of/short/try", by="call").status_code == 303
    assert client.sends("/questionnaires/of/weekly/try", by="call").status_code == 404
    with reading() as session:
        ways = [one.way for one in session.scalars(select(SurveyTrial).order_by(SurveyTrial.id))]
        assert ways == [Way.TEXT, Way.CALL]


def test_a_version_tried_too_often_says_so_and_is_no_draft_again(logged_in: LogIn) -> None:
    client = logged_in("director")
    path = published(client)
    for _ in range(5):
        assert client.sends(f"{path}/try", by="call").status_code == 303
    refused = client.sends(f"{path}/try", by="call")
    assert refused.status_code == 409
    assert "一天最多试 5 次" in refused.text
    assert 'id="qn-save"' not in refused.text
    assert "停车调查" in client.get(path).text


def test_a_draft_is_deleted_only_after_a_second_press(logged_in: LogIn) -> None:
    client = logged_in("director")
    page = html.fromstring(client.get(begun(client)).text)
    (way,) = page.xpath('//button[contains(@formaction, "/discard")]')
    assert way.xpath("ancestor::dialog/@id") == ["discard"]
    (opener,) = page.xpath('//button[@data-open="discard"]')
    assert opener.get("type") == "button"
    assert say("qn.discard.why", "zh") in words_of(html.tostring(page, encoding="unicode"), "discard")


def test_a_retired_one_is_not_offered_to_new_waves_until_it_is_brought_back(
    logged_in: LogIn, evening: Evening, street: FakeCarrier
) -> None:  # fmt: skip
    client = logged_in("director")
    path = published(client)
    wave = client.sends("/waves", questionnaire="own1", percent="100").location
    assert 'id="do-retire"' in client.get(path).text
    for key in ("own1", "yearly"):
        answer = client.sends(f"/questionnaires/of/{key}/retire")
        assert answer.status_code == 303
        assert say("qn.done.retire", "zh") in client.get("/questionnaires").text
    page, offered = client.get("/questionnaires").text, client.get("/waves").text
    for key in ("own1", "yearly"):
        assert say("qn.retired", "zh") in words_of(page, f"qn-{key}")
        assert f'value="{key}"' not in offered
    assert 'value="short"' in offered
    refused = client.sends("/waves", questionnaire="own1", percent="100")
    assert refused.status_code == 422
    assert "这份问卷已停用" in refused.text
    assert "您对停车管理是否满意？" in client.get(path).text, "it is still read"
    assert "您对停车管理是否满意？" in client.get(str(wave)).text, "and a wave that was written goes on"
    assert "停用了问卷" in client.get("/audit").text
    last = client.sends("/questionnaires/of/short/retire")
    assert (last.status_code, "最后一份" in last.text) == (409, True)
    assert client.sends("/questionnaires/of/own1/restore").status_code == 303
    assert 'value="own1"' in client.get("/waves").text
    assert say("qn.retired", "zh") not in words_of(client.get("/questionnaires").text, "qn-own1")


def test_who_serves_one_project_retires_nothing(logged_in: LogIn) -> None:
    client = logged_in("supervisor")
    assert client.sends("/questionnaires/of/short/retire").status_code == 403
    assert logged_in("director").sends("/questionnaires/of/short/retire").status_code == 303
    assert client.sends("/questionnaires/of/short/restore").status_code == 403
    assert "restore-short" not in client.get("/questionnaires").text
    assert 'id="do-retire"' not in client.get("/questionnaires/of/short").text


def invented(evening: Evening) -> dict[str, str]:
    """An invented owner and an invented colleague of the home project, as forms name them; and one of elsewhere."""
    with transaction() as session:
        home, other = (session.get_one(Project, id) for id in (evening.home_project, evening.other_project))
        owner = make.an_owner(session, make.a_home(session, home, "3-1-0101"), MAY, "梅青", is_demo=True)
        far = make.an_owner(session, make.a_home(session, other, "3-1-0101"), "+8613811112223", is_demo=True)
        real = make.an_owner(session, make.a_home(session, home, "3-1-0102"), "+8613811112224", "真人")
        colleague = make.a_member_of_staff(session, "演示维修", "+8613900000091", project=home, is_demo=True)
        return {
            "owner": f"person:{owner.id}", "far": f"person:{far.id}", "real": f"person:{real.id}",
            "colleague": f"staff:{colleague.id}",
        }  # fmt: skip


def test_it_is_tried_on_a_telephone_of_the_sandbox(
    logged_in: LogIn, evening: Evening, street: FakeCarrier, app: Flask
) -> None:  # fmt: skip
    people, client = invented(evening), logged_in("supervisor")
    page = html.fromstring(client.get("/questionnaires/of/short").text)
    (choice,) = page.xpath('//select[@id="try-phone"]')
    offered = {str(one.get("value")): one.text for one in choice}
    assert next(iter(offered)) == ""
    assert (people["owner"] in offered, people["colleague"] in offered) == (True, True)
    assert (people["far"] in offered, people["real"] in offered) == (False, False)
    assert MAY not in html.tostring(page, encoding="unicode"), "no number stands on the page"
    for whose in ("owner", "colleague"):
        answer = client.sends("/questionnaires/of/short/try", by="text", phone=people[whose])
        assert answer.status_code == 303, answer.text
    assert client.sends("/questionnaires/of/short/try", by="call", phone=people["owner"]).status_code == 303
    for whose in ("far", "real"):
        refused = client.sends("/questionnaires/of/short/try", by="text", phone=people[whose])
        assert (refused.status_code, "没有这部沙盘电话" in refused.text) == (422, True)
    with reading() as session:
        numbers = list(session.scalars(select(SurveyTrial.number).order_by(SurveyTrial.id)))
        assert numbers == [MAY, "+8613900000091", MAY]
        to_her = session.scalars(select(Message).where(Message.number == MAY)).all()
        assert sorted((one.way, one.is_demo) for one in to_her) == [(Way.CALL, True), (Way.TEXT, True)]
    path = begun(client)
    typed = client.sends(f"{path}/look", **PARKING, read=1, phone=people["owner"]).text
    assert f'value="{people["owner"]}" selected' in typed, "typing on changes no choice"


def test_with_a_real_carrier_there_is_no_other_telephone_than_ones_own(
    logged_in: LogIn, evening: Evening, app: Flask
) -> None:  # fmt: skip
    people, client = invented(evening), logged_in("supervisor")
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"is_development": False})
    assert "try-phone" not in client.get("/questionnaires/of/short").text
    assert client.sends("/questionnaires/of/short/try", by="text", phone=people["owner"]).status_code == 422
