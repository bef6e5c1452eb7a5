"""How much may go now: the pace of every sender and of calls, kept in rows that all processes share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, select
from sqlalchemy.orm import Session

from base.prices import by_country
from base.queue import Lane
from base.rows import insert
from base.settings import Settings
from messages import pacing
from messages.costs import Prices
from messages.ledger.due import MAY_GO
from messages.ledger.roads import Roads, Second
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import IS_MOVING, Batch, CarrierHealth, Message, Pace
from telephony.breaker import Health

_ORDER = list(Lane)
# every claim asks these: they are put together once
_DUE_ABOVE = (
    select(Message.id)
    .outerjoin(Batch, Batch.id == Message.batch_id)
    .where(
        Message.lane.in_(bindparam("above", expanding=True)),
        IS_MOVING,
        Message.state == MessageState.PLANNED,
        Message.due_at <= bindparam("at"),
        MAY_GO,
    )
)
_CALL_DUE = select(exists(_DUE_ABOVE.where(Message.way == Way.CALL)))
_TEXT_DUE = select(exists(_DUE_ABOVE.where(Message.way == Way.TEXT, Message.sender == bindparam("sender"))))
_ANY_TEXT_DUE = select(exists(_DUE_ABOVE.where(Message.way == Way.TEXT)))
_OF_NAMES = Pace.sender.in_(bindparam("names", expanding=True))
_ABOVE = select(exists(_DUE_ABOVE).label("is_due")).subquery("above")
_HEALTH = (CarrierHealth.carrier, CarrierHealth.failures, CarrierHealth.opened_at, CarrierHealth.probe_at)
# in the same trip: nearly always no carrier has failed, and this joins nothing
_LOOK = select(Pace.sender, Pace.next_at, _ABOVE.c.is_due, *_HEALTH).select_from(
    _ABOVE.outerjoin(Pace, _OF_NAMES).outerjoin(CarrierHealth, CarrierHealth.failures > 0)
)
_LOCK = select(Pace.sender, Pace.next_at).where(_OF_NAMES).order_by(Pace.sender).with_for_update()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a claim has to respect: segments a second by sender, calls a second, the carrier's patience, the prices.

    `zone` is whose night is kept where a number does not say where its owner is.
    """

    rates: dict[str, float]
    call_rate: float
    patience: pacing.Patience
    zone: str
    prices: Prices
    second: Second | None = None

    def rate(self, pace: str) -> float:
        """The rate of a pace; a sender the settings no longer name is as slow as the slowest."""
        if pace == pacing.CALLS:
            return self.call_rate
        if self.second is not None and pace in self.second.paces:
            return self.second.paces[pace]
        known = self.rates.get(pace)
        return pacing.shared_rate(list(self.rates.values())) if known is None else known


def terms(settings: Settings) -> Terms:
    """The terms of this installation. A sender that several classes share has the lowest of their rates."""
    shared: dict[str, list[float]] = {}
    for kind in ("emergency", "service", "care"):
        shared.setdefault(settings.sender(kind), []).append(getattr(settings, f"sms_rate_{kind}"))
    rates = {sender: pacing.shared_rate(rates) for sender, rates in shared.items()}
    patience = pacing.Patience(settings.carrier_answer_s, settings.carrier_lists_s, settings.carrier_slow_part)
    return Terms(rates, settings.call_rate, patience, settings.timezone, prices(settings), _second(settings))


def prices(settings: Settings) -> Prices:
    """What a segment and a call cost this company, and what a day may."""
    return Prices(
        settings.sms_cost, settings.call_cost, settings.daily_cost_cap,
        by_country(settings.sms_cost_by_country), by_country(settings.call_cost_by_country),
    )  # fmt: skip


def _second(settings: Settings) -> Second | None:
    if settings.second_account is None:
        return None
    return Second(
        frozenset(map(MessageClass, settings.taken_over)),
        settings.second_carrier_sms_from or settings.second_carrier_number, settings.second_carrier_number,
        settings.second_carrier_sms_rate, settings.second_carrier_call_rate,
    )  # fmt: skip


@dataclass
class _Budget:
    next_at: datetime | None
    opens_at: datetime | None
    allowance: pacing.Allowance
    used: float = 0.0


@dataclass
class Paces:
    """What each pace allows one claim, and what was spent of it.

    First a look that locks nothing: which paces are closed. Then `lock` those that the rows found need: claims that
    need none with a rate do not wait for each other.
    """

    session: Session
    under: Terms
    lane: Lane
    at: datetime
    budgets: dict[str, _Budget] = field(default_factory=dict)

    def __post_init__(self) -> None:
        second = self.under.second
        names = {*self.under.rates, pacing.CALLS, *(second.paces if second is not None else ())}
        said = {"names": _and_held(names), "above": _ORDER[: _ORDER.index(self.lane)], "at": self.at}
        found = self.session.connection().execute(_LOOK, said).all()
        self._may_be_wanted = found[0].is_due
        health = {row.carrier: Health(row.failures, row.opened_at, row.probe_at) for row in found if row.carrier}
        self.roads = Roads(second, health)
        self._open(names, {row.sender: row.next_at for row in found})

    def lock(self, rows: Sequence[Row[Any]]) -> None:
        """Keep the paces of these rows for this claim until it ends; one without a rate needs nobody's leave."""
        used = {self.roads.pace_of(row) for row in rows}
        names = sorted(name for name in used if self.under.rate(name) or name not in self.budgets)
        if not names:
            return
        known = self._locked(names)
        if new := [name for name in names if name not in known and self.under.rate(name)]:
            for name in new:
                move_pace(self.session, name, self.at)  # what is not there cannot be locked
            known = self._locked(names)
        self._open(names, known)

    def _locked(self, names: Sequence[str]) -> dict[str, datetime]:
        known = self.session.connection().execute(_LOCK, {"names": _and_held(names)})
        return {row.sender: row.next_at for row in known}

    def _open(self, names: Iterable[str], known: dict[str, datetime]) -> None:
        for name in names:
            rate, held_until = self.under.rate(name), known.get(name + pacing.HELD)
            allowed = pacing.allowance(known.get(name), rate, self.at, held_until)
            if allowed.others and rate and self._may_be_wanted and self._is_wanted(name):
                allowed = pacing.Allowance(allowed.pages, 0.0)
            opens_at = max((m for m in (known.get(name), held_until) if m), default=None)
            self.budgets[name] = _Budget(known.get(name), opens_at, allowed)

    def _is_wanted(self, name: str) -> bool:
        """Whether a more urgent lane has something due on the same pace: then this one stands back."""
        above = _ORDER[: _ORDER.index(self.lane)]
        due = _CALL_DUE if name in {pacing.CALLS, pacing.SECOND_CALLS} else _TEXT_DUE
        if self.under.second is not None and name == self.under.second.sender:
            due = _ANY_TEXT_DUE  # whichever sender it was planned for
        return bool(self.session.connection().scalar(due, {"above": above, "at": self.at, "sender": name}))

    @property
    def closed(self) -> list[str]:
        """Paces from which only pages may go now."""
        return [name for name, budget in self.budgets.items() if not budget.allowance.others]

    def spend(self, row: Row[Any]) -> bool:
        """Whether this row, whose pace is locked, may go now; if so, it counts."""
        budget, cost = self.budgets[self.roads.pace_of(row)], 1 if row.way is Way.CALL else row.segments
        is_page = row.urgency <= pacing.LAST_PAGE_URGENCY
        allowed = budget.allowance.pages if is_page else budget.allowance.others
        if budget.used + cost > allowed and (budget.used or not allowed):
            return False
        budget.used += cost
        return True

    def keep(self) -> None:
        """Move on what was spent."""
        for name, budget in self.budgets.items():
            if budget.used and (rate := self.under.rate(name)):
                move_pace(self.session, name, pacing.moved_on(budget.next_at, rate, budget.used, self.at))

    def opens_in_s(self) -> float:
        """Seconds until the first closed pace opens; a moment where another lane goes first."""
        waits = [(b.opens_at - self.at).total_seconds() for n in self.closed if (b := self.budgets[n]).opens_at]
        return max(min((wait for wait in waits if wait > 0), default=0.25), 0.02)


def move_pace(session: Session, name: str, next_at: datetime) -> None:
    """Let nothing go from this pace before `next_at`; never moves it back."""
    row = insert(Pace).values(sender=name, next_at=next_at)
    session.execute(
        row.on_conflict_do_update(index_elements=[Pace.sender], set_={"next_at": next_at}, where=Pace.next_at < next_at)
    )


def _and_held(names: Iterable[str]) -> list[str]:
    return [row for name in names for row in (name, name + pacing.HELD)]
