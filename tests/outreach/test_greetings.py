"""A greeting goes to those who want it, once, on its day and on no other."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict
from messages.lifecycle import MessageClass
from messages.models import Message
from outreach.actions import campaigns, people, planning
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignKind
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage


def test_a_withdrawn_greeting_leaves_its_people_to_another(stage: Stage) -> None:
    with transaction() as session:
        for room in range(3):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
    greeting = {"kind": CampaignKind.GREETING, "message_class": MessageClass.CARE}
    first = stage.planned(**greeting)
    with transaction() as session:
        campaigns.withdraw(session, first, stage.manager, at=clock.now())
    jobs.put_away_withdrawn()
    assert stage.states(first) == {"cancelled": 3}
    with pytest.raises(Conflict):
        stage.approve(first)
    second = stage.planned(**greeting)
    assert stage.states(second) == {"planned": 3}


def test_outside_development_greetings_want_a_sender_of_their_own(stage: Stage, app: Flask) -> None:
    production = app.extensions["settings"].model_copy()
    production.__dict__["is_development"] = False
    app.extensions["settings"] = production
    with pytest.raises(BadInput, match="SMS_FROM_CARE"):
        stage.write(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)


def test_wishes_and_earlier_greetings_can_be_asked_of_a_few_numbers(stage: Stage) -> None:
    with transaction() as session:
        for room in range(3):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
    first = stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)
    some = {"+8613800138001", "+8613800138009"}
    with reading() as session:
        occasion = session.get_one(Campaign, first).occasion
        assert people.wishes(session, "care", some) == {"+8613800138001": True}
        assert planning.greeted(session, occasion, among=some) == {"+8613800138001"}
        assert len(planning.greeted(session, occasion)) == 3
        assert not planning.greeted(session, occasion, but=first)


def test_the_rest_of_a_stopped_greeting_is_given_back_and_greeted_anew(stage: Stage, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_care": 1.0})
    with transaction() as session:
        for room in range(5):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
    greeting = {"kind": CampaignKind.GREETING, "message_class": MessageClass.CARE}
    first = stage.planned(**greeting)
    stage.approve(first)
    stage.work()
    with transaction() as session:
        campaigns.stop(session, first, stage.manager, at=clock.now())
    assert stage.states(first) == {"accepted": 2, "planned": 3}
    with transaction() as session:
        campaigns.withdraw(session, first, stage.manager, at=clock.now())
    second = stage.planned(**greeting)
    assert stage.states(second) == {"planned": 3}
    with reading() as session:
        assert session.get_one(Campaign, second).left_out["already"] == 2


def test_at_the_elders_own_festival_only_those_on_the_care_list_are_greeted(stage: Stage) -> None:
    with transaction() as session:
        for room in range(3):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)
        elder = session.scalars(select(make.Number).where(make.Number.number == "+8613800138001")).one().person
        elder.special_care = "独居，需电话确认安全"
    double_ninth = datetime(2027, 10, 8, 2, 0, tzinfo=UTC)
    campaign_id = stage.planned(
        kind=CampaignKind.GREETING, message_class=MessageClass.CARE, send_at=double_ninth,
        valid_until_at=double_ninth + timedelta(hours=8),
    )  # fmt: skip
    with reading() as session:
        numbers = session.scalars(select(Message.number).where(Message.about == f"campaign:{campaign_id}"))
        assert list(numbers) == ["+8613800138001"]


def test_a_greeting_written_on_the_eve_of_a_day_of_mourning_is_refused(stage: Stage) -> None:
    eve = datetime(2027, 4, 4, 13, 0, tzinfo=UTC)  # 21:00 in Shanghai: it would leave on the next morning
    with pytest.raises(BadInput, match="清明"):
        stage.write(kind=CampaignKind.GREETING, message_class=MessageClass.CARE, send_at=eve)


def test_a_greeting_of_new_years_eve_leaves_before_noon(stage: Stage) -> None:
    noon_at = datetime(2027, 2, 5, 4, 0, tzinfo=UTC)
    greeting = {"kind": CampaignKind.GREETING, "message_class": MessageClass.CARE}
    with pytest.raises(BadInput, match=r"2027-02-05.*12:00"):
        stage.write(**greeting, send_at=noon_at)
    written = stage.write(**greeting, send_at=noon_at - timedelta(minutes=1))
    with reading() as session:
        assert session.get_one(Campaign, written).occasion == "spring_festival/2027"


def test_a_greeting_is_not_let_go_when_its_day_is_over(stage: Stage) -> None:
    with transaction() as session:
        make.a_consent(session, "+8613800138001", "care", AT, granted=True)
    greeting = stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)
    clock.stop_at(AT + timedelta(hours=22))
    with pytest.raises(Conflict, match="over"):
        stage.approve(greeting)
    clock.stop_at(AT + timedelta(hours=5))
    stage.approve(greeting)


def _greeting(stage: Stage, send_at: datetime, *numbers: str, **more: object) -> int:
    with transaction() as session:
        for number in numbers:
            make.a_consent(session, number, "care", AT, granted=True)
    return stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE, send_at=send_at, **more)


@pytest.mark.parametrize(
    ("send_at", "ends_at"),
    [
        (datetime(2027, 9, 15, 11, 59, tzinfo=UTC), datetime(2027, 9, 15, 12, 0, tzinfo=UTC)),
        (datetime(2027, 2, 5, 3, 59, tzinfo=UTC), datetime(2027, 2, 5, 4, 0, tzinfo=UTC)),
    ],
)
def test_the_rest_of_a_greeting_is_dropped_when_its_day_is_over(
    stage: Stage, app: Flask, send_at: datetime, ends_at: datetime
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_care": 0.5})
    late = send_at + timedelta(days=9)
    greeting = _greeting(stage, send_at, "+8613800138001", "+8613800138002", "+8613800138003", valid_until_at=late)
    clock.stop_at(send_at)
    stage.approve(greeting)
    stage.work()
    assert stage.states(greeting) == {"accepted": 1, "planned": 2}
    clock.stop_at(ends_at + timedelta(hours=20))
    stage.work()
    assert stage.states(greeting) == {"accepted": 1, "expired": 2}


def test_abroad_a_greetings_day_is_the_recipients_own(stage: Stage) -> None:
    with transaction() as session:
        garden = session.get_one(make.Project, stage.project_id)
        make.an_owner(session, make.a_home(session, garden, "8-1-801"), "+12125550142", "Emily")
    at_nine = datetime(2027, 9, 15, 1, 0, tzinfo=UTC)  # 21:00 of the day before in New York
    greeting = _greeting(stage, at_nine, "+12125550142", "+8613800138001")
    clock.stop_at(at_nine)
    stage.approve(greeting)
    stage.work()
    assert stage.states(greeting) == {"accepted": 1, "planned": 1}
    clock.stop_at(at_nine + timedelta(hours=12, minutes=1))
    stage.work()
    assert stage.states(greeting) == {"accepted": 2}


def test_a_stopped_greeting_does_not_go_on_when_its_day_is_over(stage: Stage) -> None:
    day_at = datetime(2027, 9, 15, 2, 0, tzinfo=UTC)
    greeting = _greeting(stage, day_at, "+8613800138001", valid_until_at=day_at + timedelta(days=9))
    clock.stop_at(day_at)
    stage.approve(greeting)
    with transaction() as session:
        campaigns.stop(session, greeting, stage.manager, at=clock.now())
    clock.stop_at(day_at + timedelta(days=1))
    with pytest.raises(Conflict, match="over"), transaction() as session:
        campaigns.resume(session, greeting, stage.manager, at=clock.now())
    with pytest.raises(Conflict, match="over"), transaction() as session:
        campaigns.resend(session, greeting, stage.manager, at=clock.now())
