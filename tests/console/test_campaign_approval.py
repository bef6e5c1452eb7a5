"""A campaign is read as it will go, by a second person, who approves it or is told why not."""

import re

from flask import Flask
from sqlalchemy import Connection, event, select, update
from sqlalchemy.orm import Mapper

from base.database import reading, transaction
from console.words import say
from directory.models import Project
from messages.models import Message
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from tests import make
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.neighbours import a_notice, an_outage, lets_go, works
from tests.console.pages import TEXTS, seen_of, state, written
from tests.messages.fake import FakeCarrier


def test_two_who_write_at_the_same_moment_are_no_database_that_is_away(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    def writes_first(_: Mapper[Campaign], connection: Connection, one: Campaign) -> None:
        connection.execute(update(Campaign).where(Campaign.id == one.id).values(version=Campaign.version + 1))

    id = a_notice(app, evening)
    event.listen(Campaign, "before_update", writes_first)
    try:
        answer = logged_in("agent").sends(f"/campaigns/{id}/withdraw")
    finally:
        event.remove(Campaign, "before_update", writes_first)
    assert answer.status_code == 409
    assert say("error.conflict.title", "zh") in answer.text
    assert state(id) is CampaignState.PLANNED


def test_it_is_read_frozen_with_masked_numbers_and_approved_by_a_second_person(
    app: Flask, logged_in: LogIn, street: FakeCarrier
) -> None:
    author, approver = logged_in("agent"), logged_in("manager")
    id = written(author)
    page = approver.get(f"/campaigns/{id}").text
    assert "【回音物业】" + TEXTS["text_zh"] in page
    assert re.search(r"\b1\d\d\*{4}\d{4}", page.split('class="sample"')[1])
    assert not re.search(r"\b(?:\+86)?1[3-9]\d{9}\b", page)
    assert "张敏" in page
    assert say("campaign.do.approve", "zh", n=8) in page
    assert 'id="do-approve"' not in author.get(f"/campaigns/{id}").text
    assert say("campaign.why_not.role", "zh") in author.get(f"/campaigns/{id}").text
    answer = approver.sends(f"/campaigns/{id}/approve", seen=seen_of(approver, id))
    assert answer.status_code == 303
    assert state(id) is CampaignState.APPROVED
    works(app)
    assert len(street.asked) == 8


def test_what_has_changed_since_is_read_again(logged_in: LogIn, street: FakeCarrier) -> None:
    id = written(logged_in("agent"))
    for language in ("zh", "en"):
        answer = logged_in("manager").sends(f"/campaigns/{id}/approve?lang={language}", seen="0" * 64)
        assert answer.status_code == 409
        assert say("campaign.conflict.changed", language) in answer.text
    assert state(id) is CampaignState.PLANNED


def test_whoever_approves_second_is_told_who_was_first(logged_in: LogIn, street: FakeCarrier) -> None:
    id, first, second = written(logged_in("agent")), logged_in("manager"), logged_in("supervisor")
    seen = seen_of(second, id)
    assert first.sends(f"/campaigns/{id}/approve", seen=seen).status_code == 303
    answer = second.sends(f"/campaigns/{id}/approve", seen=seen)
    assert answer.status_code == 409
    assert say("campaign.conflict.approved", "zh", who="孙倩") in answer.text


def test_an_author_sees_why_not_and_in_an_emergency_gives_a_reason(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("supervisor")
    own = written(client)
    page = client.get(f"/campaigns/{own}").text
    assert say("campaign.why_not.author", "zh") in page
    refused = client.sends(f"/campaigns/{own}/approve", seen="x")
    assert refused.status_code == 403
    assert "自己写的不能自己批准" in refused.text
    outage = an_outage(app, evening)
    assert 'id="reason"' in client.get(f"/campaigns/{outage}").text
    without = client.sends(f"/campaigns/{outage}/approve", seen=seen_of(client, outage))
    assert without.status_code == 403
    assert "写明理由" in without.text
    answer = client.sends(f"/campaigns/{outage}/approve", seen=seen_of(client, outage), reason="夜里只有我")
    assert answer.status_code == 303
    assert say("campaign.reason", "zh", reason="夜里只有我") in client.get(f"/campaigns/{outage}").text


def test_what_waits_for_somebody_stands_on_their_desk(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = a_notice(app, evening, author="supervisor")
    for login, is_told in (("manager", True), ("supervisor", False), ("agent", False)):
        page = logged_in(login).get("/").text
        assert (f'href="/campaigns/{id}"' in page) is is_told, login
    assert say("concern.approve.one", "en") in logged_in("director").get("/?lang=en").text
    lets_go(app, evening, id)
    assert f'href="/campaigns/{id}"' not in logged_in("manager").get("/").text


def test_what_went_without_a_second_person_waits_for_a_review(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    author, second = logged_in("supervisor"), logged_in("manager")
    id = an_outage(app, evening)
    lets_go(app, evening, id, "supervisor", reason="夜里只有我")
    assert say("campaign.unreviewed", "zh") in author.get(f"/campaigns/{id}").text
    assert say("concern.review.one", "en") in second.get("/?lang=en").text
    assert say("concern.review.one", "zh") not in author.get("/").text
    assert say("campaign.to_review", "zh") in logged_in("agent").get("/campaigns").text
    tag = second.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    assert second.sends(f"/campaigns/{id}/review", words="").status_code == 422
    assert second.sends(f"/campaigns/{id}/review", words="处理得当").status_code == 303
    assert second.get(f"/campaigns/{id}/state").headers["HX-PTag"] != tag
    assert "处理得当" in author.get(f"/campaigns/{id}").text
    assert say("concern.review.one", "en") not in second.get("/?lang=en").text
    assert second.sends(f"/campaigns/{id}/review", words="再看").status_code == 409


def test_the_frozen_page_shows_what_goes_its_cost_and_what_to_mind(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05})
    with transaction() as session:
        home = session.get_one(Project, evening.home_project)
        for n in range(9):
            make.an_owner(session, make.a_home(session, home, f"9-1-{n}"), f"+86136000020{n:02}", f"邻居{n}")
    client = logged_in("agent")
    id = written(client, text_zh="明日下午停水")
    page = client.get(f"/campaigns/{id}").text
    assert page.count('class="sample"') == 2, "sixteen get the same"
    assert say("campaign.costs", "zh", cost="0.85") in page
    assert "“明日下午”说不准" in page.split('id="cp-findings"')[1]
    assert "Huiyin" in page or "Water is off" in page.split('id="cp-texts"')[0], "an English one is among them"


def test_what_many_get_alike_is_read_once_with_how_many_get_it(logged_in: LogIn, street: FakeCarrier) -> None:
    id = written(logged_in("agent"))
    page = logged_in("manager").get(f"/campaigns/{id}?lang=zh").text.split('id="cp-texts"')[0]
    samples = [part.split("</div>")[0] for part in page.split('class="sample"')[1:]]
    assert len(samples) == 2, "one in each language"
    (same,) = [part for part in samples if "【回音物业】" + TEXTS["text_zh"] in part]
    assert say("campaign.sample.same", "zh", n=7) in same
    (english,) = [part for part in samples if part is not same]
    assert TEXTS["text_en"] in english
    assert "个号码" not in english, "of one nothing is counted"


def test_a_test_goes_to_whoever_asks(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    id = written(client)
    assert client.sends(f"/campaigns/{id}/test").status_code == 303
    with reading() as session:
        (test,) = session.scalars(select(Message).where(Message.about == f"test:{id}"))
        assert test.body == "【回音物业】（测试）" + TEXTS["text_zh"]
    for _ in range(4):
        client.sends(f"/campaigns/{id}/test")
    refused = client.sends(f"/campaigns/{id}/test")
    assert refused.status_code == 409
    assert "今天已经试发" in refused.text
