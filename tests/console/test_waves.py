"""The page of survey waves: the months of a year, who was asked, a wave that is written, and what it brought."""

import re

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select

from base import clock
from base.database import reading, transaction
from directory.models import Building, Home
from outreach.actions import campaigns, interviews
from outreach.actions.waveresults import MOST_COMMENTS
from outreach.jobs import waves as jobs
from outreach.models import Campaign
from outreach.surveymodels import Interview, InterviewAnswer
from outreach.surveys import Via
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import Evening
from tests.console.neighbours import by, works
from tests.console.test_messages import a_message
from tests.messages.fake import FakeCarrier

WAVE = {"questionnaire": "yearly", "percent": "100"}


def words_of(page: str, id: str) -> str:
    """The words in the element of this id, without markup."""
    return " ".join(html.fromstring(page).get_element_by_id(id).text_content().split())


def written(client: Browser, **form: str) -> int:
    """A wave as the page writes it; its id."""
    answer = client.sends("/waves", **WAVE | form)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[-1])


@pytest.fixture
def asked(app: Flask, logged_in: LogIn, evening: Evening, street: FakeCarrier) -> int:
    """A wave that was let go, and whose questions have left on the next morning."""
    id = written(logged_in("supervisor"))
    with transaction() as session:
        seen = session.get_one(Campaign, id).batch.hash
        campaigns.approve(session, id, by(evening, "manager"), seen=seen, at=clock.now())
    later(hours=15)
    for _ in range(8):
        later(seconds=2)
        works(app)
    return id


def answers(id: int, *keys: str) -> None:
    """The first household of a wave says so."""
    with transaction() as session:
        first = session.scalars(select(Interview).where(Interview.campaign_id == id).order_by(Interview.id)).first()
        assert first is not None
        for key in keys:
            said = interviews.take(session, first.id, first.question, key, via=Via.TEXT, at=clock.now(), comment="灯暗")
            assert said is not None


def test_a_wave_is_written_with_a_questionnaire_a_project_and_a_share(
    logged_in: LogIn, evening: Evening, street: FakeCarrier
) -> None:
    client = logged_in("supervisor")
    page = client.get("/waves").text
    assert "年度满意度调查" in page
    assert words_of(page, "month-1") == "1 月 没有做"
    assert words_of(page, "month-12") == "12 月 未到"
    id = written(client)
    page = client.get(f"/campaigns/{id}").text
    assert "年度满意度调查 2026-11" in page
    with reading() as session:
        campaign = session.get_one(Campaign, id)
        assert (campaign.project_id, campaign.share) == (evening.home_project, 1.0)
        homes = session.scalars(select(func.count(Interview.home_id.distinct()))).one()
        assert campaign.numbers == homes > 5
    assert "待批准" in words_of(client.get("/waves").text, "month-11")


def test_the_count_follows_what_is_typed(logged_in: LogIn, evening: Evening, street: FakeCarrier) -> None:
    client = logged_in("supervisor")
    with reading() as session:
        homes = session.scalars(select(func.count(Home.id))).one()
    all_of_them = words_of(client.sends("/waves/count", **WAVE).text, "wave-count")
    found = re.fullmatch(r"约问 (\d+) 户，有联系人的共 (\d+) 户", all_of_them)
    assert found
    assert 5 < int(found[1]) == int(found[2]) < homes
    assert words_of(client.sends("/waves/count", percent="x").text, "wave-count").startswith("约问 0 户")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"percent": "0"}, "0.01 到 1"), ({"percent": "x"}, "写成数字"), ({"questionnaire": "weekly"}, "没有名为"),
        ({"questionnaire": ""}, "请选一份问卷"), ({"title": "停" * 121}, "120"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    logged_in: LogIn, street: FakeCarrier, form: dict[str, str], words: str
) -> None:
    answer = logged_in("supervisor").sends("/waves", **{"title": "秋季调查"} | WAVE | form)
    assert answer.status_code == 422
    assert words in words_of(answer.text, "wave-fault")
    assert f'value="{form.get("title", "秋季调查")}"' in answer.text
    with reading() as session:
        assert session.scalars(select(func.count(Campaign.id))).one() == 0


def test_what_it_brought_stands_on_its_page_with_words_and_masked_numbers(logged_in: LogIn, asked: int) -> None:
    client = logged_in("supervisor")
    answers(asked, "5", "1")
    page = client.get(f"/campaigns/{asked}").text
    assert "非常不满意1" in words_of(page, "tally-service").replace(" ", "")
    assert "满意率 0%" in page
    assert "服务态度" in words_of(page, "tally-part")
    assert "灯暗" in words_of(page, "wave-comments")
    assert re.search(r"1\d\d\*{4}\d{4}", words_of(page, "wave-comments")), "the number is masked"
    assert "转为工单" in words_of(page, "wave-sums")
    english = client.get(f"/campaigns/{asked}?lang=en").text
    assert "very dissatisfied" in words_of(english, "tally-service")
    assert "/resend" not in page


def has_written(id: int, count: int, first: int = 1) -> None:
    """As many households of a wave have written something beside an answer: 第 1 句 and so on."""
    with transaction() as session:
        like = session.scalars(select(Interview).where(Interview.campaign_id == id).order_by(Interview.id)).first()
        assert like is not None
        for n in range(first, first + count):
            one = Interview(
                campaign_id=id, number=f"+8613900{n:06d}", home_id=like.home_id, person_id=like.person_id,
                way=like.way, question=like.question, written_at=like.written_at,
            )  # fmt: skip
            session.add(one)
            session.flush()
            session.add(InterviewAnswer(
                interview_id=one.id, question=like.question, key="2", mapping="satisfaction", score=4, via=Via.TEXT,
                answered_at=clock.now(), comment=f"第 {n} 句",
            ))  # fmt: skip


def test_everything_that_was_written_is_read_page_by_page(logged_in: LogIn, asked: int) -> None:
    client = logged_in("supervisor")
    assert "还没有留言" in client.get(f"/campaigns/{asked}/comments").text
    has_written(asked, MOST_COMMENTS)
    assert "before=" not in client.get(f"/campaigns/{asked}/comments").text
    assert f"/campaigns/{asked}/comments" not in client.get(f"/campaigns/{asked}").text
    has_written(asked, 1, first=MOST_COMMENTS + 1)
    page = client.get(f"/campaigns/{asked}").text
    assert f"/campaigns/{asked}/comments" in page
    newest = client.get(f"/campaigns/{asked}/comments").text
    assert "第 51 句" in newest
    assert "第 2 句" in newest
    assert "第 1 句" not in newest
    older = html.fromstring(newest).xpath("//a[contains(@href, 'before=')]/@href")
    oldest = client.get(older[0]).text
    assert words_of(oldest, "wave-comments").startswith("第 1 句")
    assert "更早的" not in oldest
    assert "回到最新" in oldest
    assert client.get(f"/campaigns/{asked}/comments?before=x").status_code == 200


def test_its_page_changes_with_every_answer(logged_in: LogIn, asked: int) -> None:
    client = logged_in("supervisor")
    tag = client.get(f"/campaigns/{asked}/state").headers["HX-PTag"]
    assert client.get(f"/campaigns/{asked}/state", headers={"HX-PTag": tag}).status_code == 304
    answers(asked, "1")
    assert client.get(f"/campaigns/{asked}/state", headers={"HX-PTag": tag}).status_code == 200


def test_coverage_counts_households_asked_and_answered_within_a_year(
    logged_in: LogIn, evening: Evening, asked: int
) -> None:
    answers(asked, "1", "1")
    later(hours=2)
    jobs.look_due()
    client = logged_in("supervisor")
    with reading() as session:
        count = session.scalars(select(func.count(Interview.id)).where(Interview.asked_at.is_not(None))).one()
    assert count > 1
    cover = client.get("/waves").text.split(f'id="cover-{evening.home_project}"')[1].split("</li>")[0]
    assert f"问过 {count} 户，答过 1 户" in cover
    assert "进行中" in words_of(client.get("/waves").text, "month-11")
    later(days=366)
    login_again = logged_in("supervisor")
    cover = login_again.get("/waves").text.split(f'id="cover-{evening.home_project}"')[1].split("</li>")[0]
    assert "问过 0 户，答过 0 户" in cover
    assert "已结束" in words_of(login_again.get("/waves?year=2026").text, "month-11")


def test_whoever_has_a_project_asks_there_and_sees_its_waves_only(
    logged_in: LogIn, evening: Evening, street: FakeCarrier
) -> None:
    id = written(logged_in("supervisor"), project=str(evening.other_project))
    with reading() as session:
        assert session.get_one(Campaign, id).project_id == evening.home_project
    whole = written(logged_in("admin"), project="")
    page = logged_in("supervisor").get("/waves").text
    assert f"/campaigns/{id}" in page
    assert f"/campaigns/{whole}" not in page
    assert f"cover-{evening.other_project}" not in page
    assert f"cover-{evening.other_project}" in logged_in("admin").get("/waves").text


def test_what_a_wave_asks_on_is_read_by_those_of_its_project(
    logged_in: LogIn, evening: Evening, street: FakeCarrier
) -> None:
    written(logged_in("admin"), project="")
    with transaction() as session:
        ours = session.scalars(
            select(Interview)
            .join(Interview.home)
            .join(Home.building)
            .where(Building.project_id == evening.home_project)
        ).first()
        assert ours is not None
        id = a_message(session, ours.number, clock.now(), about=interviews.about(ours)).id
    assert logged_in("supervisor").get(f"/messages/{id}").status_code == 200
    assert logged_in("elsewhere").get(f"/messages/{id}").status_code in {403, 404}


def test_one_taken_back_leads_to_another_draw(logged_in: LogIn, evening: Evening, street: FakeCarrier) -> None:
    client = logged_in("supervisor")
    id = written(client)
    assert client.sends(f"/campaigns/{id}/withdraw").status_code == 303
    assert 'href="/waves"' in client.get(f"/campaigns/{id}").text.split('id="cp-waves"')[1].split("</p>")[0]
