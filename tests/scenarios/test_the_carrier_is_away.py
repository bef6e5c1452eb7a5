"""The carrier does not answer: a second one brings what cannot wait, and its receipts are believed."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from app import create_app
from base import clock
from base.accounts import SECOND
from base.database import reading, transaction
from base.queue import Lane
from base.settings import Settings
from console.doctor import findings
from messages import jobs
from messages.ledger import roads
from messages.lifecycle import MessageClass, MessageState
from messages.models import Attempt, Message
from sandbox import Sandbox
from telephony.breaker import PROBE_AFTER
from telephony.carrier import carriers
from tests.judges.wire import Listener
from tests.messages.fake import a_text
from tests.scenarios.conftest import HOTLINE, NIGHT
from tests.town import serving

FIRST_SID, SECOND_SID = "AC" + "5a" * 16, "AC" + "2b" * 16
SECOND_NUMBER, SECOND_TOKEN = "+85230001111", "the-second-token"
OWNER = "+8613800138000"
AWAY = {"kind": "drop_before_accept"}


@dataclass
class Both:
    """Two networks on loopback and the service between them, at one moment."""

    settings: Settings
    first: Sandbox
    second: Sandbox
    port: int

    def waits(self, seconds: float) -> None:
        at = clock.now() + timedelta(seconds=seconds)
        clock.stop_at(at)
        for network in (self.first, self.second):
            network.ask("POST", "/clock", {"now": at.isoformat()})
            while network.ask("GET", "/clock")["busy"]:
                pass

    def plan(self, message_class: MessageClass, number: str = OWNER) -> int:
        with transaction() as session:
            return a_text(session, message_class, at=clock.now(), number=number).id

    def state(self, id: int) -> MessageState:
        with reading() as session:
            return session.get_one(Message, id).state

    def texts(self, network: Sandbox, number: str = OWNER) -> list[str]:
        return [one["body"] for one in network.ask("GET", f"/phones/{number.replace('+', '%2B')}")["texts"]]


@pytest.fixture
def both(database_url: str, valkey_url: str, tmp_path: Path) -> Iterator[Both]:
    Redis.from_url(valkey_url).flushall()
    clock.stop_at(NIGHT)
    networks = (
        Sandbox(account=sid, token=token, clock="manual", start_at=NIGHT)
        for sid, token in ((FIRST_SID, "sandbox-auth-token"), (SECOND_SID, SECOND_TOKEN))
    )
    with next(networks) as first, next(networks) as second, serving() as (port, open_doors):
        settings = Settings(
            _env_file=None, port=port, database_url=database_url, redis_url=valkey_url, twilio_api_base=first.url,
            hotline_number=HOTLINE, sms_rate_emergency=0, sms_rate_service=0, sms_rate_care=0, call_rate=0,
            var_dir=tmp_path / "var", recordings_url=str(tmp_path / "recordings"),
            second_carrier_api_base=second.url, second_carrier_account_sid=SECOND_SID,
            second_carrier_auth_token=SECOND_TOKEN, second_carrier_number=SECOND_NUMBER,
            second_carrier_sms_rate=0, second_carrier_call_rate=0,
        )  # fmt: skip
        app = create_app(settings)
        open_doors(app)
        with app.app_context():
            for carrier, number in zip(carriers().values(), (HOTLINE, SECOND_NUMBER), strict=True):
                asyncio.run(_own(carrier, number))
            yield Both(settings, first, second, port)
        for network in (first, second):
            Listener(network).judge()
        app.extensions["database"].close()
        app.extensions["hints"].connection.close()
        clock.stop_at(None)


async def _own(carrier: object, number: str) -> None:
    async with carrier.line() as line:  # type: ignore[attr-defined]
        await line.connect_number(number, {}, may_buy=True)


def test_the_second_brings_what_cannot_wait_and_the_first_goes_on_when_it_is_back(both: Both) -> None:
    both.first.ask("PUT", "/faults", {"rules": [AWAY]})
    notices = [both.plan(MessageClass.SERVICE, f"+86137000000{place:02}") for place in range(6)]
    jobs.work_lane(Lane.NORMAL.value)
    with reading() as session:
        assert [name for name, _ in roads.left_alone(session)] == ["first"]
    told = {finding.what: finding.fault for finding in findings() if "carrier" in finding.what}
    assert "接连失败" in told["carrier 运营商"]
    assert told["second carrier 备用运营商"] == ""
    danger = both.plan(MessageClass.EMERGENCY)
    jobs.work_lane(Lane.URGENT.value)
    assert both.state(danger) is MessageState.ACCEPTED
    both.waits(5)
    assert len(both.texts(both.second)) == 1
    assert both.texts(both.first) == []
    assert both.state(danger) is MessageState.DELIVERED, "by a receipt that the second signed"
    with reading() as session:
        assert session.scalars(select(Attempt.carrier).where(Attempt.message_id == danger)).all() == [SECOND]
    both.first.ask("PUT", "/faults", {"rules": []})
    for _ in range(40):
        both.waits(PROBE_AFTER * 8 / 10)
        jobs.settle_unknown()
        jobs.work_lane(Lane.NORMAL.value)
    both.waits(10)
    assert {both.state(id) for id in notices} == {MessageState.DELIVERED}
    assert all(len(both.texts(both.first, f"+86137000000{place:02}")) == 1 for place in range(6)), "once each"


@pytest.mark.parametrize(
    ("sid", "token", "status"),
    [
        (FIRST_SID, "sandbox-auth-token", 204),
        (SECOND_SID, SECOND_TOKEN, 204),
        (SECOND_SID, "sandbox-auth-token", 403),  # the token of the other
        (FIRST_SID, SECOND_TOKEN, 403),
        ("AC" + "3c" * 16, SECOND_TOKEN, 403),  # signed, and not ours
        ("", SECOND_TOKEN, 403),
        (SECOND_SID, "", 403),
    ],
)
def test_each_carrier_signs_with_its_own_token_for_its_own_account(
    both: Both, sid: str, token: str, status: int
) -> None:
    form = {"AccountSid": sid, "MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered"}
    path = "/sms/status?m=1&a=x-1"
    signature = RequestValidator(token).compute_signature(both.settings.address + path, form)
    app = create_app(both.settings)
    answer = app.test_client().post(path, data=form, headers={"X-Twilio-Signature": signature})
    app.extensions["database"].close()
    app.extensions["hints"].connection.close()
    assert answer.status_code == status
