"""A campaign that was sent back never goes: it is written anew from what it was."""

import re

from flask import Flask
from sqlalchemy import select

from base.database import reading
from console.words import say
from directory.models import Person
from outreach.audience import Filter
from outreach.lifecycle import CampaignState, NoticeStep
from outreach.models import Campaign
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.neighbours import a_notice
from tests.console.pages import NOTICE, TEXTS, seen_of, state, written
from tests.messages.fake import FakeCarrier


def test_sent_back_it_never_goes(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("manager")
    id = written(logged_in("agent"))
    seen = seen_of(client, id)
    assert client.sends(f"/campaigns/{id}/withdraw").status_code == 303
    assert state(id) is CampaignState.WITHDRAWN
    answer = client.sends(f"/campaigns/{id}/approve", seen=seen)
    assert answer.status_code == 409
    assert say("campaign.conflict.state", "zh", state=say("campaign.state.withdrawn", "zh")) in answer.text


def test_sent_back_it_stands_on_its_authors_desk_and_is_written_anew_from_what_it_was(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    author, second = logged_in("agent"), logged_in("manager")
    id = written(author)
    page = second.get(f"/campaigns/{id}").text
    assert 'id="do-return"' in page
    assert 'id="do-withdraw"' not in page
    assert 'id="do-return"' not in author.get(f"/campaigns/{id}").text
    silent = second.sends(f"/campaigns/{id}/return", words=" ")
    assert silent.status_code == 422
    assert "请写几句话" in silent.text
    assert second.sends(f"/campaigns/{id}/return", words="请写明几点").status_code == 303
    assert state(id) is CampaignState.WITHDRAWN
    page = author.get(f"/campaigns/{id}").text
    assert "请写明几点" in page
    assert say("concern.returned.one", "zh") in author.get("/").text
    assert say("concern.returned.one", "zh") not in second.get("/").text
    form = author.get(f"/campaigns/new?kind=notice&from={id}").text
    assert TEXTS["text_zh"] in form
    assert 'value="水箱清洗"' in form
    again = written(author, written_from=id)
    assert say("concern.returned.one", "zh") not in author.get("/").text
    with reading() as session:
        assert session.get_one(Campaign, again).written_from_id == id
    late = second.sends(f"/campaigns/{id}/return", words="再改")
    assert late.status_code == 409
    assert say("campaign.conflict.state", "zh", state=say("campaign.state.withdrawn", "zh")) in late.text


def test_written_anew_it_is_for_whom_it_was_for_and_a_list_has_to_be_brought_again(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    with reading() as session:
        (person,) = session.scalars(select(Person.id).where(Person.name == "业主1"))
    chosen = Filter(
        evening.home_project, languages=("zh",), lowest_floor=1, person_ids=(person,),
        without=(Filter(roles=("tenant",)),),
    )  # fmt: skip
    id = a_notice(app, evening, audience=chosen)
    client = logged_in("agent")
    client.sends(f"/campaigns/{id}/withdraw")
    form = client.get(f"/campaigns/new?from={id}").text
    again = say("campaign.list.again", "zh")
    assert again in form
    assert re.search(r'name="lowest_floor" value="1"|value="1"[^>]*name="lowest_floor"', form)
    answer = client.sends("/campaigns", **NOTICE, listed=again, written_from=id)
    assert answer.status_code == 422, "a line that means nobody is no list"


def test_a_later_word_about_a_trouble_is_written_anew_where_the_trouble_is(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening
) -> None:
    client = logged_in("supervisor")
    answer = client.sends(f"/incidents/{outage}/restore")
    assert answer.status_code == 303
    with reading() as session:
        (id,) = session.scalars(select(Campaign.id).where(Campaign.step == NoticeStep.RESTORED))
    assert client.sends(f"/campaigns/{id}/withdraw").status_code == 303
    page = client.get(f"/campaigns/{id}").text
    assert 'id="cp-anew"' not in page
    assert f'href="/incidents/{outage}"' in page
