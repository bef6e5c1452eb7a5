"""The messages of a round beside its notice: what somebody must get, what nobody can get, what must not leave."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from base.clock import now
from base.queue import Lane
from directory.actions.consents import record_choice
from directory.consent import Choice
from messages import actions
from messages.ledger.plan import Draft, plan
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Batch
from messages.pacing import quiet_until
from telephony.regions import zones
from tests.chaos.house import House

AWAKE = (8613720000000, 447420000000, 14152000000)
"""The first of many numbers in three places, of which one has day at any hour: greetings go by day."""
GREETINGS = ("care", "refused by its reader")
ENDS: dict[str, tuple[MessageState, ...]] = {
    "page": (MessageState.DELIVERED,),
    "page call": (MessageState.BUSY, MessageState.ANSWERED),
    "emergency call": (MessageState.BUSY, MessageState.ANSWERED),
    "service": (MessageState.DELIVERED,),
    "care": (MessageState.DELIVERED,),
    "no number": (MessageState.FAILED,),
    "too long": (MessageState.FAILED,),
    "no such sender": (MessageState.FAILED,),
    "refused by its reader": (MessageState.SUPPRESSED,),
    "out of date": (MessageState.EXPIRED,),
    "not approved": (MessageState.PLANNED,),
    "taken back": (MessageState.CANCELLED,),
}
"""How each kind ends."""


@dataclass(frozen=True)
class Planned:
    """One message of a kind, to a number that nobody else writes to."""

    id: int
    kind: str
    number: str


class Mailbox:
    """Writes the mail of one round into the house's ledger."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.seed = house, seed
        self._numbers = itertools.count()

    def write(self, kind: str, count: int) -> list[Planned]:
        """Plan so many of a kind in one transaction. Raises `OperationalError` when the database is away."""
        numbers = [self._number(kind) for _ in range(count)]
        if kind.endswith("call"):
            for place, number in enumerate(numbers):
                how = {"answers": ("busy", "answer")[place % 2], "after_s": 0.2}
                self.house.network.ask("PUT", f"/phones/{quote(number)}", how)
        with self.house.app.app_context(), self.house.database.transaction() as session:
            return [Planned(_WRITERS[kind](session, self._common(number)), kind, number) for number in numbers]

    def _number(self, kind: str) -> str:
        if kind == "no number":
            return f"+86{self.seed}-{next(self._numbers)}"
        place = self.seed * 1000 + next(self._numbers)
        numbers = [f"+{first + place}" for first in AWAKE]
        return next(one for one in numbers if _is_day(one)) if kind in GREETINGS else numbers[0]

    def _common(self, number: str) -> dict[str, Any]:
        key = f"chaos/{self.seed}/{number}"
        return {"number": number, "about": f"chaos:{self.seed}", "once_key": key, "at": now()}


def _is_day(number: str) -> bool:
    return quiet_until(MessageClass.CARE, now(), zones(number)) is None


def _text(message_class: MessageClass, **more: Any) -> Callable[[Session, dict[str, Any]], int]:
    def write(session: Session, common: dict[str, Any]) -> int:
        planned = actions.plan_text(session, message_class=message_class, **{"body": "您好。", **common, **more})
        assert planned is not None
        return planned

    return write


def _call(message_class: MessageClass) -> Callable[[Session, dict[str, Any]], int]:
    def write(session: Session, common: dict[str, Any]) -> int:
        planned = actions.plan_call(session, message_class=message_class, answer_path="/voice/page/1", **common)
        assert planned is not None
        return planned

    return write


def _greeting(choice: Choice) -> Callable[[Session, dict[str, Any]], int]:
    def write(session: Session, common: dict[str, Any]) -> int:
        record_choice(session, common["number"], choice, at=now(), channel="console", words="")
        return _text(MessageClass.CARE)(session, common)

    return write


def _out_of_date(session: Session, common: dict[str, Any]) -> int:
    return _text(MessageClass.SERVICE, valid_until_at=now() - timedelta(seconds=1))(session, common)


def _taken_back(session: Session, common: dict[str, Any]) -> int:
    about = f"chaos:{common['number']}"
    later = {"about": about, "due_at": now() + timedelta(hours=1)}
    planned = _text(MessageClass.SERVICE)(session, {**common, **later})
    actions.cancel(session, about=about, at=now())
    return planned


def _draft(session: Session, common: dict[str, Any], **more: Any) -> int:
    at = common["at"]
    usual = Draft(
        once_key=common["once_key"], about=common["about"], lane=Lane.NORMAL, message_class=MessageClass.SERVICE,
        urgency=5, way=Way.TEXT, number=common["number"], sender="+19995550100", due_at=at,
        valid_until_at=at + timedelta(hours=1), body="您好。",
    )  # fmt: skip
    return plan(session, [usual._replace(**more)], at=at)[0]


def _not_approved(session: Session, common: dict[str, Any]) -> int:
    batch = Batch(lane=Lane.NORMAL, message_class=MessageClass.SERVICE, planned_at=common["at"])
    session.add(batch)
    session.flush()
    return _draft(session, common, batch_id=batch.id)


_WRITERS: dict[str, Callable[[Session, dict[str, Any]], int]] = {
    "page": _text(MessageClass.STAFF),
    "page call": _call(MessageClass.STAFF),
    "emergency call": _call(MessageClass.EMERGENCY),
    "service": _text(MessageClass.SERVICE),
    "care": _greeting(Choice.OPT_IN),
    "no number": _text(MessageClass.SERVICE),
    "too long": _text(MessageClass.SERVICE, body="长" * 2000),
    "no such sender": _draft,
    "refused by its reader": _greeting(Choice.OPT_OUT),
    "out of date": _out_of_date,
    "not approved": _not_approved,
    "taken back": _taken_back,
}
