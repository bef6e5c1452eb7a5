"""Webhooks twice, the database away, Redis away, in the middle of a call."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from tests.hotline.carrier import KnownCarrier
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.models import Ticket


@pytest.mark.parametrize("twice", ["webhook_twice", "webhook_twice_at_once"])
def test_every_webhook_twice_makes_one_ticket_and_the_same_answers(town: Town, estate: Estate, twice: str) -> None:
    town.fault(kind=twice)
    call = estate.owner.dials().hears("报修").presses("1").hears("水电").presses("1").hears("爆管").presses("2")
    call.hears("滴声").says("水龙头坏了").presses("#").hears("已受理", "单号").is_over()
    town.advance(30)
    with town.ticket() as ticket:
        assert town.timeline(ticket).count("opened") == 1
        assert town.timeline(ticket).count("recording") == 1
    estate.owner.receives("已受理")
    assert repeated_answers_agree(town)


@pytest.mark.parametrize("twice", ["webhook_twice", "webhook_twice_at_once"])
def test_an_emergency_with_every_webhook_twice_pages_each_person_once(town: Town, estate: Estate, twice: str) -> None:
    town.fault(kind=twice)
    estate.wang.will("no_answer")
    estate.owner.dials().hears("您好").presses("0").hears("119").hangs_up()
    estate.li.rings().answers().hears("接单请按1").presses("1").hears("接单成功")
    town.advance(30)
    for phone in (estate.wang, estate.li):
        phone.receives("紧急求助")
    estate.wang.receives("已由李明接单")
    estate.owner.receives("紧急求助")
    assert repeated_answers_agree(town)


def test_the_database_goes_away_in_the_middle_of_a_call(town: Town, estate: Estate) -> None:
    town.advance(31)  # the clock has written down who is on duty tonight
    call = estate.owner.dials().hears("报修").presses("1").hears("水电")
    with town.database_away():
        call.presses("1").hears("非常抱歉", "We are sorry")
        estate.wang.rings().answers().hears("热线转接").presses("1").is_joined()
        call.is_joined().says("水管爆了")
        call.hangs_up()
    # whom else the fallback rang at once is not this story
    for phone in (*estate.duty(), town.phone(town.settings.duty_phone)):
        phone.forget_calls()
    town.advance(300)
    with town.ticket() as ticket:
        assert (ticket.kind, ticket.caller_number) == ("repair", "+8613800138000")
        assert ticket.events[0].data["reason"] == "trouble", "they did not hang up on us: they were put through"
        ref = ticket.ref
    text = estate.owner.receives("系统出现故障", ref, "回电")
    assert "未能接听" not in text


def test_the_database_is_back_before_the_caller_hangs_up(town: Town, estate: Estate) -> None:
    town.advance(31)
    call = estate.owner.dials().hears("报修").presses("1").hears("水电")
    with town.database_away():
        call.presses("1").hears("非常抱歉")
    estate.wang.rings().answers().hears("热线转接").presses("1").is_joined()
    call.is_joined().hangs_up()
    for phone in (*estate.duty(), town.phone(town.settings.duty_phone)):
        phone.forget_calls()
    with town.ticket() as ticket:
        ref = ticket.ref
    text = estate.owner.receives("来电已登记", ref, "回电")
    assert "未能接听" not in text


def test_the_database_is_away_for_the_moment_a_call_ends_and_the_carrier_tells_it_again(
    town: Town, estate: Estate
) -> None:
    call = estate.owner.dials().hears("报修")
    with town.database_away():
        call.hangs_up()
    told = [e for e in town.wire() if e["url"].endswith("/voice/status")]
    assert {e["status"] for e in told} == {503}
    assert len(told) > 1, "it is worth trying again"
    town.advance(300)
    with town.ticket():
        estate.owner.receives("系统出现故障")


def test_a_call_while_the_database_is_away_becomes_a_ticket_when_it_is_back(town: Town, estate: Estate) -> None:
    town.advance(31)
    with town.database_away():
        call = estate.owner.dials().hears("非常抱歉")
        call.hears("值班电话暂时没有接通", within_s=60).says("三号楼停电了").presses("#").hears(
            "留言已经记下"
        ).is_over()
        town.sleep_through(120)
    for phone in (*estate.duty(), town.phone(town.settings.duty_phone)):
        phone.forget_calls()  # the fallback rang them all in vain
    town.advance(60)
    with town.ticket() as ticket:
        assert ticket.caller_number == "+8613800138000"
        assert "recording" in town.timeline(ticket)
    estate.owner.receives("系统出现故障", "回电")


def test_neither_redis_nor_the_carrier_is_there_when_the_house_is_lit_again(town: Town, estate: Estate) -> None:
    town.advance(31)
    with town.database_away():
        estate.owner.dials().hears("非常抱歉").hangs_up()
        town.sleep_through(1800)
    for phone in (*estate.duty(), town.phone(town.settings.duty_phone)):
        phone.forget_calls()  # the fallback rang them all in vain
    with carrier_away(town):
        with town.queue_away():
            town.advance(120)
        town.advance(400)
    with town.at_desk() as session:
        assert session.scalars(select(Ticket)).all() == []
    town.advance(30)
    with town.ticket() as ticket:
        assert (ticket.category, ticket.caller_number) == ("missed_call", "+8613800138000")
    estate.owner.receives("系统出现故障", "回电")


@contextmanager
def carrier_away(town: Town) -> Iterator[None]:
    """The carrier answers no question for a while."""
    there = town.app.extensions["carrier"]
    town.app.extensions["carrier"] = KnownCarrier(is_silent=True)
    yield
    town.app.extensions["carrier"] = there


def test_redis_goes_away_in_the_middle_of_an_emergency(town: Town, estate: Estate) -> None:
    estate.wang.will("no_answer")
    call = estate.owner.dials().hears("您好")
    with town.queue_away():
        call.presses("0").hears("119").hangs_up()
        estate.li.rings().answers().hears("接单请按1").presses("1").hears("接单成功")
        town.advance(5)
        with town.ticket() as ticket:
            assert (ticket.status, ticket.assignee.name) == ("acknowledged", "李明")
        estate.wang.receives("紧急求助")
        estate.li.receives("紧急求助")
    town.advance(5)
    estate.wang.forget_calls()  # that ring was taken back; whether it began before is the carrier's affair
    estate.wang.receives("已由李明接单")
    estate.owner.receives("紧急求助")


def repeated_answers_agree(town: Town) -> bool:
    """Whether every webhook that came twice got the same answer twice."""
    first: dict[str, str] = {}
    repeats = 0
    for exchange in town.wire():
        if exchange["direction"] != "webhook" or exchange["kind"] != "voice":
            continue
        key = f"{exchange['url']} {sorted(map(tuple, exchange['params']))}"
        if exchange["repeat"]:
            repeats += 1
        assert first.setdefault(key, exchange["body"]) == exchange["body"], exchange["url"]
    return repeats > 3
