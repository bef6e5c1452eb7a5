"""Which carrier takes which message now; what is known of carriers is kept in rows that all processes share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, not_, or_, select, update
from sqlalchemy.orm import Session

from base.accounts import FIRST, SECOND
from base.rows import insert
from messages import pacing
from messages.lifecycle import MessageClass, Way
from messages.models import CarrierHealth, Message
from telephony import breaker
from telephony.breaker import WELL, Health
from telephony.carrier import SendOutcome

_IS_PAGE = Message.urgency <= pacing.LAST_PAGE_URGENCY


@dataclass(frozen=True, slots=True)
class Second:
    """What the second carrier takes over, from which sender and caller id, at which rates."""

    classes: frozenset[MessageClass]
    sender: str
    number: str
    sms_rate: float
    call_rate: float

    @property
    def paces(self) -> dict[str, float]:
        """Its paces by name."""
        return {self.sender: self.sms_rate, pacing.SECOND_CALLS: self.call_rate}


@dataclass
class Roads:
    """The roads of one claim. `probe`: the one message that tries a carrier which is left alone, and which."""

    second: Second | None
    health: Mapping[str, Health]
    probe: dict[int, str] = field(default_factory=dict)
    is_detour: bool = field(init=False)
    """Whether the first carrier is left alone. Nearly never: then this is all that is looked at."""

    def __post_init__(self) -> None:
        self.is_detour = self._is_open(FIRST)

    def of(self, row: Row[Any]) -> str | None:
        """The carrier that takes this row now; None: it waits until one answers again.

        Pages wait for nobody: where none answers they try the one that has failed less often, so both in turns.
        """
        if not self.is_detour:
            return FIRST
        if row.id in self.probe:
            return self.probe[row.id]
        is_taken_over = self.second is not None and row.message_class in self.second.classes
        if is_taken_over and not self._is_open(SECOND):
            return SECOND
        if row.urgency > pacing.LAST_PAGE_URGENCY:
            return None
        return SECOND if is_taken_over and self._failures(FIRST) > self._failures(SECOND) else FIRST

    def pace_of(self, row: Row[Any]) -> str:
        """The pace that this row needs."""
        second = self.second if self.is_detour and self.of(row) == SECOND else None
        return pace_of(row.way, row.sender, second)

    def sender_of(self, row: Row[Any]) -> str:
        """From whom this row goes."""
        if not self.is_detour or self.second is None or self.of(row) != SECOND:
            return str(row.sender)
        return self.second.number if row.way is Way.CALL else self.second.sender

    def is_trial(self, row: Row[Any]) -> bool:
        """Whether how this row fares is news: its carrier has failed lately."""
        return bool(self.health) and self.of(row) in self.health

    def passing_over(self, closed: Sequence[str]) -> ColumnElement[bool]:
        """Rows that may go on a detour: pages, and what the second carrier takes over as far as its paces are open.

        The bound is for the index: without it all that waits would be read for the few that may go.
        """
        taken = () if self.second is None or self._is_open(SECOND) else self.second.classes
        least = max((urgency for (one, _), urgency in pacing.URGENCY.items() if one in taken), default=0)
        bound = Message.urgency <= max(least, pacing.LAST_PAGE_URGENCY)
        return and_(bound, or_(_IS_PAGE, self._taken_over(closed)))

    def due_probes(self, at: datetime, answer_s: float) -> list[str]:
        """The carriers that one message each may try now; the second first, which has nothing else to do."""
        opened = [name for name in (SECOND, FIRST) if self._is_open(name)]
        return [name for name in opened if self.health[name].may_probe(at, answer_s)]

    def could_probe(self, carrier: str) -> ColumnElement[bool]:
        """Rows of which one may try this carrier: of what is urgent only what waits because nobody takes it.

        Where the second takes everything, the first would never be tried again: then it is with something that can
        wait, if it comes to nothing, until it is settled.
        """
        can_wait = Message.urgency > pacing.CALM_URGENCY
        waits = and_(
            not_(_IS_PAGE), or_(can_wait, not_(self._taken_over(()))), Message.id.not_in(list(self.probe))
        )  # fmt: skip
        if carrier == FIRST:
            return waits
        return and_(waits, Message.message_class.in_(sorted(self.second.classes if self.second else ())))

    def _taken_over(self, closed: Sequence[str]) -> ColumnElement[bool]:
        classes = self.second.classes if self.second is not None and not self._is_open(SECOND) else frozenset()
        ways = [way for way in Way if self.second and pace_of(way, "", self.second) not in closed]
        return and_(Message.message_class.in_(sorted(classes)), Message.way.in_(ways))

    def _failures(self, carrier: str) -> int:
        return self.health.get(carrier, WELL).failures

    def _is_open(self, carrier: str) -> bool:
        return self.health.get(carrier, WELL).is_open


def pace_of(way: Way, sender: str, second: Second | None) -> str:
    """The pace a message of this way needs; `second` if the second carrier takes it."""
    if second is None:
        return pacing.CALLS if way is Way.CALL else sender
    return pacing.SECOND_CALLS if way is Way.CALL else second.sender


def take_probe(session: Session, carrier: str, *, at: datetime, answer_s: float) -> bool:
    """Whether the caller, and nobody else for a while, may have one message try this carrier."""
    next_at = breaker.next_probe(at, answer_s)
    is_due = or_(CarrierHealth.probe_at <= at, CarrierHealth.probe_at > next_at)
    mine = update(CarrierHealth).where(CarrierHealth.carrier == carrier, is_due)
    taken = session.execute(mine.values(probe_at=next_at).execution_options(synchronize_session=False))
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def give_probe_back(session: Session, carrier: str, *, at: datetime) -> None:
    """The message that should have tried this carrier does not go after all: another may, at once."""
    mine = update(CarrierHealth).where(CarrierHealth.carrier == carrier, CarrierHealth.opened_at.is_not(None))
    session.execute(mine.values(probe_at=at).execution_options(synchronize_session=False))


def learn(
    session: Session, carrier: str, outcomes: Sequence[SendOutcome], *, at: datetime, answer_s: float
) -> None:  # fmt: skip
    """Write down how requests at a carrier ended, in their order."""
    session.execute(insert(CarrierHealth).values(carrier=carrier, failures=0).on_conflict_do_nothing())
    row = session.get_one(CarrierHealth, carrier, with_for_update=True, populate_existing=True)
    now = breaker.after(Health(row.failures, row.opened_at, row.probe_at), outcomes, at, answer_s)
    row.failures, row.opened_at, row.probe_at = now.failures, now.opened_at, now.probe_at
    session.flush()


def left_alone(session: Session) -> list[tuple[str, datetime]]:
    """The carriers that are left alone, and since when."""
    opened = select(CarrierHealth.carrier, CarrierHealth.opened_at).where(CarrierHealth.opened_at.is_not(None))
    return [(carrier, at) for carrier, at in session.execute(opened.order_by(CarrierHealth.carrier)) if at]
