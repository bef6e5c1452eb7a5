"""A text for many, sent to the one who asks: as it will leave, marked as a test, a few a day."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from base.clock import local
from base.errors import BadInput, Conflict
from base.rows import alone
from base.wiring import settings
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass, Way
from messages.models import Message
from messages.wording import LANGUAGES
from outreach.actions import campaigns
from outreach.actions.bodies import Bodies
from outreach.actions.campaigndraft import By
from outreach.audience import Recipient
from outreach.lifecycle import CampaignState
from telephony.numbers import ReadNumber, read_number, sms_capable

MOST_A_DAY = 5
MARK = {"zh": "（测试）", "en": "(Test) "}


def try_out(session: Session, campaign_id: int, by: By, *, at: datetime, language: str | None = None) -> int:
    """Plan the text of a campaign to whoever asks, on their own number; the message's id.

    In their own language unless told. Raises `BadInput` where their number takes no texts, `Conflict` for one too many.
    """
    campaign = campaigns.get(session, campaign_id, by)
    if campaign.state is CampaignState.WITHDRAWN:
        raise Conflict("它已经撤回或退回，不能试发。It was taken back; there is nothing to try.")
    staff = session.get_one(Staff, by.staff_id)
    read = read_number(staff.number)
    if not isinstance(read, ReadNumber) or not sms_capable(read.kind):
        raise BadInput("您登记的号码收不到短信，请管理员改成手机号。Your number takes no texts; have a mobile entered.")
    reads = language if language in LANGUAGES else staff.language.value
    bodies = Bodies(session, campaign, at=at)
    one = Recipient(staff.number, Way.TEXT, reads, "", is_demo=staff.is_demo)
    planned = messages.plan_text(
        session, number=staff.number, message_class=MessageClass.SERVICE, body=MARK[reads] + bodies.unsigned(one, at),
        once_key=_next_key(session, staff.id, at), about=f"test:{campaign.id}", at=at, language=reads,
        is_demo=staff.is_demo,
    )  # fmt: skip
    assert planned is not None, "the key is the next one, and nobody else may take it meanwhile"
    return planned


def _next_key(session: Session, staff_id: int, at: datetime) -> str:
    today = f"test/{staff_id}/{local(at, settings().timezone):%Y-%m-%d}/"
    alone(session, today)
    had = session.scalars(select(func.count(Message.id)).where(Message.once_key.startswith(today))).one()
    if had >= MOST_A_DAY:
        raise Conflict(
            f"今天已经试发 {MOST_A_DAY} 次，请明天再试。You have tried {MOST_A_DAY} today; try again tomorrow."
        )  # fmt: skip
    return f"{today}{had + 1}"
