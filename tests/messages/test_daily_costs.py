"""A day may cost so much: then greetings, surveys and notices to many wait for the next, and danger never does."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from base.database import database, reading, transaction
from base.queue import Lane
from base.wiring import settings
from console.doctor import findings
from messages import costs
from messages.costs import Prices
from messages.jobs import archive_old, settle_unknown
from messages.ledger import spending
from messages.ledger.paces import terms
from messages.ledger.settle import LOOKS
from messages.lifecycle import BatchState, MessageClass, Way
from messages.models import Batch, Message
from telephony.carrier import Rejected, Unknown
from tests.make import a_consent
from tests.messages.conftest import Ledger
from tests.messages.fake import AT, a_call, a_text

STAFF, EMERGENCY, SERVICE, SURVEY, CARE = (
    MessageClass.STAFF, MessageClass.EMERGENCY, MessageClass.SERVICE, MessageClass.SURVEY, MessageClass.CARE,
)  # fmt: skip
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""In Shanghai."""


@pytest.fixture
def capped(app: Flask, no_limits: None) -> None:
    """A segment costs 5, a call 20, and a day 50."""
    prices = {"sms_cost": 5.0, "call_cost": 20.0, "daily_cost_cap": 50.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)


def greetings(ledger: Ledger, count: int, *, valid: timedelta = timedelta(hours=40)) -> list[Message]:
    with transaction() as session:
        rows = []
        for place in range(count):
            number = f"+86138010{place:05}"
            a_consent(session, number, "care", ledger.at, granted=True)
            rows.append(a_text(session, CARE, at=ledger.at, number=number, valid_until_at=ledger.at + valid))
        return rows


def states(ledger: Ledger, rows: list[Message]) -> list[tuple[str, str]]:
    return [(ledger.now(row).state.value, ledger.now(row).reason) for row in rows]


def today(ledger: Ledger) -> spending.Spent:
    with reading() as session:
        return spending.spent(session, terms(settings()), at=ledger.at)


def test_what_the_day_cannot_pay_for_waits_for_the_next_and_says_why(ledger: Ledger, capped: None) -> None:
    rows = greetings(ledger, 12)
    ledger.work(Lane.BULK)
    assert states(ledger, rows) == [("accepted", "")] * 10 + [("planned", "daily_cap")] * 2
    assert ledger.now(rows[-1]).due_at == MIDNIGHT
    assert today(ledger) == spending.Spent(50.0, AT)
    ledger.waits(hours=11)
    ledger.work(Lane.BULK)
    assert len(ledger.carrier.asked) == 10, "not that day"
    ledger.waits(hours=11)  # ten in the morning of the next
    ledger.work(Lane.BULK)
    assert states(ledger, rows) == [("accepted", "")] * 12
    assert today(ledger) == spending.Spent(10.0, None)


def test_danger_and_staff_and_what_answers_one_person_never_wait(ledger: Ledger, capped: None) -> None:
    greetings(ledger, 12)
    ledger.work(Lane.BULK)
    rows = [ledger.plan(a_text, kind) for kind in (EMERGENCY, STAFF, SERVICE)]
    rows += [ledger.plan(a_call, kind, number="+8613800000009") for kind in (EMERGENCY, STAFF)]
    ledger.work()
    assert states(ledger, rows) == [("accepted", "")] * 5
    assert today(ledger).cost == 50 + 3 * 5 + 2 * 20, "and count"


@pytest.mark.parametrize(("message_class", "waits"), [(SERVICE, True), (EMERGENCY, False)])
def test_of_what_goes_to_many_only_an_emergency_goes_on(
    ledger: Ledger, capped: None, message_class: MessageClass, waits: bool
) -> None:
    greetings(ledger, 12)
    ledger.work(Lane.BULK)
    with transaction() as session:
        batch = Batch(
            lane=Lane.NORMAL, message_class=message_class, planned_at=AT, title="停水", state=BatchState.APPROVED
        )
        session.add(batch)
        session.flush()
        row = a_text(session, message_class, lane=Lane.NORMAL, valid_until_at=AT + timedelta(hours=30))
        row.batch_id = batch.id
    ledger.work()
    assert states(ledger, [row]) == [("planned", "daily_cap") if waits else ("accepted", "")]


def test_a_day_of_emergencies_leaves_nothing_for_greetings(ledger: Ledger, capped: None) -> None:
    for place in range(3):
        ledger.plan(a_call, EMERGENCY, number=f"+861380000000{place}")
    ledger.work(Lane.URGENT)
    rows = greetings(ledger, 1)
    ledger.work(Lane.BULK)
    assert states(ledger, rows) == [("planned", "daily_cap")]


@pytest.mark.parametrize("is_swept", [False, True])
def test_what_makes_no_sense_the_next_day_is_dropped_for_that_reason(
    ledger: Ledger, capped: None, is_swept: bool
) -> None:
    rows = greetings(ledger, 11, valid=timedelta(hours=6))
    ledger.work(Lane.BULK)
    ledger.waits(hours=13)
    if is_swept:
        archive_old()
    else:
        ledger.work(Lane.BULK)
    assert states(ledger, rows)[-1] == ("expired", "daily_cap")
    assert len(ledger.carrier.asked) == 10


def test_a_dear_one_waits_and_a_cheap_one_behind_it_goes(ledger: Ledger, capped: None) -> None:
    with transaction() as session:
        for number in ("+8613800000001", "+8613800000002"):
            a_consent(session, number, "care", ledger.at, granted=True)
        dear = a_text(session, CARE, number="+8613800000001", body="福" * 800)
        cheap = a_text(session, CARE, number="+8613800000002")
    ledger.work(Lane.BULK)
    assert states(ledger, [dear, cheap]) == [("planned", "daily_cap"), ("accepted", "")]


def test_what_is_refused_costs_nothing_and_what_nobody_knows_does(ledger: Ledger, capped: None) -> None:
    not_now = Rejected("20429", is_permanent=False, counts=False)
    # by chance the second is tried again at once
    ledger.carrier.answers = [Rejected("21211", is_permanent=True), not_now, ledger.carrier.takes, *[not_now] * 8]
    greetings(ledger, 3)
    ledger.work(Lane.BULK)
    assert today(ledger).cost == 5.0
    ledger.carrier.answers = [Unknown("TimeoutError")]
    ledger.plan(a_text, EMERGENCY)
    ledger.work(Lane.URGENT)
    assert today(ledger).cost == 10.0


@pytest.fixture
def abroad(app: Flask, no_limits: None) -> None:
    """A segment costs 5, to Hong Kong 20, to Singapore 2; a day 50."""
    prices = {"sms_cost": 5.0, "sms_cost_by_country": "HK:20 SG:2", "daily_cost_cap": 50.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)


def sent_to(ledger: Ledger, *numbers: str) -> list[Message]:
    with transaction() as session:
        for number in numbers:
            a_consent(session, number, "care", ledger.at, granted=True)
        return [a_text(session, CARE, at=ledger.at, number=number, body="您好") for number in numbers]


def test_a_day_counts_what_each_country_costs(ledger: Ledger, abroad: None) -> None:
    rows = sent_to(ledger, "+85261234501", "+85261234502", "+6581234567", "+85261234503", "+8613800000001")
    ledger.work(Lane.BULK)
    assert states(ledger, rows) == [("accepted", "")] * 3 + [("planned", "daily_cap"), ("accepted", "")]
    assert today(ledger).cost == 47.0


def test_what_is_refused_abroad_is_given_back_for_what_it_cost(ledger: Ledger, abroad: None) -> None:
    ledger.carrier.answers = [Rejected("21211", is_permanent=True)]
    sent_to(ledger, "+6581234567")
    ledger.work(Lane.BULK)
    assert today(ledger).cost == 0.0
    ledger.carrier.answers = [Rejected("21211", is_permanent=True)]
    sent_to(ledger, "+85261234501")
    ledger.work(Lane.BULK)
    assert today(ledger).cost == 0.0


def test_what_the_carrier_turns_out_not_to_have_is_paid_for_once(ledger: Ledger, capped: None) -> None:
    ledger.carrier.answers = [Unknown("TimeoutError")]
    row = ledger.plan(a_text, EMERGENCY)
    ledger.work(Lane.URGENT)
    assert today(ledger).cost == 5.0, "it may have been sent"
    for _ in range(LOOKS):
        ledger.waits(minutes=2)
        settle_unknown()
    assert states(ledger, [row]) == [("planned", "")]
    assert today(ledger).cost == 0.0
    ledger.work(Lane.URGENT)
    assert today(ledger).cost == 5.0


def test_what_was_kept_for_its_cost_says_so_through_the_night(ledger: Ledger, capped: None) -> None:
    rows = greetings(ledger, 11, valid=timedelta(hours=18))
    ledger.work(Lane.BULK)
    ledger.waits(hours=15)  # three in the morning of the next day
    ledger.work(Lane.BULK)
    assert states(ledger, rows)[-1] == ("planned", "daily_cap")
    ledger.waits(hours=7)
    ledger.work(Lane.BULK)
    assert states(ledger, rows)[-1] == ("expired", "daily_cap")


def test_what_its_recipient_refused_meanwhile_costs_nothing_abroad(ledger: Ledger, abroad: None) -> None:
    (row,) = sent_to(ledger, "+85261234501")
    with transaction() as session:
        a_consent(session, row.number, "care", ledger.at, granted=False)
    ledger.work(Lane.BULK)
    assert states(ledger, [row])[0][0] == "suppressed"
    assert today(ledger).cost == 0.0


def test_two_claims_at_once_do_not_spend_the_same_money_twice(ledger: Ledger, capped: None) -> None:
    greetings(ledger, 40)
    ledger.work(Lane.BULK)  # on PostgreSQL by two claimers
    assert len(ledger.carrier.asked) == 10


def test_the_doctor_says_when_the_day_has_cost_enough(ledger: Ledger, capped: None, app: Flask) -> None:
    def told() -> str:
        return next(finding.fault for finding in findings() if "daily costs" in finding.what)

    assert told() == ""
    greetings(ledger, 12)
    ledger.work(Lane.BULK)
    assert told().startswith("今日已用 50.00，上限 50.00")
    no_price = {"sms_cost": 0.0, "call_cost": 0.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=no_price)
    assert "SMS_COST" in told()


@pytest.mark.parametrize(
    ("prices", "acts"),
    [({}, False), ({"sms_cost_by_country": "CN:0.045"}, True), ({"call_cost_by_country": "HK:1"}, True)],
)
def test_the_doctor_says_that_a_cap_without_any_price_never_acts(
    ledger: Ledger, no_limits: None, app: Flask, prices: dict[str, str], acts: bool
) -> None:
    given = {"sms_cost": 0.0, "call_cost": 0.0, "daily_cost_cap": 50.0, **prices}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=given)
    said = next(one.fault for one in findings() if one.what.startswith("daily costs"))
    assert ("DAILY_COST_CAP" in said) is not acts


def test_without_a_cap_nothing_is_counted_and_nothing_asked(ledger: Ledger, no_limits: None, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 5.0, "call_cost": 20.0})
    asked: list[str] = []
    engine = database().engine
    with transaction() as session:
        a_text(session, EMERGENCY)

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    ledger.work(Lane.URGENT)
    event.remove(engine, "before_cursor_execute", note)
    assert asked
    assert not any("spending" in statement for statement in asked)


@pytest.mark.parametrize(
    ("message_class", "to_many", "waits"),
    [(CARE, True, True), (CARE, False, True), (SURVEY, False, True), (SERVICE, True, True), (SERVICE, False, False),
     (EMERGENCY, True, False), (STAFF, False, False)],
)  # fmt: skip
def test_who_can_wait(message_class: MessageClass, to_many: bool, waits: bool) -> None:
    assert costs.can_wait(message_class, is_to_many=to_many) is waits


def test_a_day_is_the_companys_and_units_have_their_prices() -> None:
    late = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    assert costs.day_of(late, "Asia/Shanghai").isoformat() == "2026-11-22"
    assert costs.day_of(late + timedelta(minutes=1), "Asia/Shanghai").isoformat() == "2026-11-23"
    assert costs.next_day(late, "Asia/Shanghai") == MIDNIGHT
    assert costs.units([(Way.TEXT, 3), (Way.CALL, 1), (Way.TEXT, 1)]) == (4, 1)
    assert Prices(0.05, 0.2).of(4, 1) == pytest.approx(0.4)
    abroad = Prices(0.05, 0.2, segments={"HK": 0.4})
    assert [abroad.of(1, 1, country) for country in ("HK", "US", "")] == pytest.approx([0.6, 0.25, 0.25])
