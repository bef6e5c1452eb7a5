"""What a day has cost: one row a day of the company, counted as messages go; nothing is asked where there is no cap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from base.rows import insert
from messages import costs
from messages.ledger.paces import Terms
from messages.lifecycle import Way
from messages.models import Spending
from telephony.regions import region_of


class Priced(Protocol):
    """What the price of a message hangs on."""

    @property
    def way(self) -> Way:
        """Text or call."""

    @property
    def segments(self) -> int:
        """How many segments a text has."""

    @property
    def number(self) -> str:
        """Where it goes."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a day has cost so far, and since when something waits for the next."""

    cost: float
    held_at: datetime | None


class Purse:
    """What may still be spent in one claim. First `lock`, then ask of each row, then `keep` what was claimed."""

    def __init__(self, session: Session, under: Terms, at: datetime) -> None:
        self._session, self._under, self._at = session, under, at
        self._day = costs.day_of(at, under.zone)
        self._cost = 0.0
        self._has_held = False

    def lock(self, rows: Sequence[Row[Any]]) -> None:
        """Read what the day has cost, if something of these could wait; until the claim ends nobody else spends."""
        if not self._under.prices.cap or not any(map(_can_wait, rows)):
            return
        _make_sure_of(self._session, self._day)
        spent = select(Spending.cost).where(Spending.day == self._day)
        self._cost = self._session.scalars(spent.with_for_update()).one()

    def waits_until(self, row: Row[Any]) -> datetime | None:
        """When this row, which the day cannot pay for, should be looked at again; None if it may go."""
        cap = self._under.prices.cap
        if not cap or not _can_wait(row) or self._cost + _price(row, self._under) <= cap:
            return None
        self._has_held = True
        return costs.next_day(self._at, self._under.zone)

    def spend(self, row: Row[Any]) -> None:
        """This one goes."""
        if self._under.prices.cap:
            self._cost += _price(row, self._under)

    def keep(self, claimed: Sequence[Priced]) -> None:
        """Write down what was claimed, and that something had to wait."""
        if not self._under.prices.cap:
            return
        _add(self._session, self._day, sum(_price(one, self._under) for one in claimed))
        if self._has_held:
            first = update(Spending).where(Spending.day == self._day, Spending.held_at.is_(None))
            self._session.execute(first.values(held_at=self._at).execution_options(synchronize_session=False))


def give_back(session: Session, unsent: Iterable[Priced], under: Terms, *, at: datetime) -> None:
    """What was claimed at `at` and never went costs nothing."""
    if under.prices.cap:
        _add(session, costs.day_of(at, under.zone), -sum(_price(one, under) for one in unsent))


def spent(session: Session, under: Terms, *, at: datetime) -> Spent:
    """What the day of `at` has cost."""
    row = session.get(Spending, costs.day_of(at, under.zone))
    return Spent(row.cost, row.held_at) if row else Spent(0.0, None)


def _price(one: Priced, under: Terms) -> float:
    prices = under.prices
    return prices.of(
        *costs.units([(one.way, one.segments)]), region_of(one.number) if prices.are_by_country else ""
    )  # fmt: skip


def _add(session: Session, day: date, cost: float) -> None:
    if not cost:
        return
    _make_sure_of(session, day)
    added = update(Spending).where(Spending.day == day).values(cost=Spending.cost + cost)
    session.execute(added.execution_options(synchronize_session=False))


def _make_sure_of(session: Session, day: date) -> None:
    session.execute(insert(Spending).values(day=day, cost=0.0).on_conflict_do_nothing())


def _can_wait(row: Row[Any]) -> bool:
    return costs.can_wait(row.message_class, is_to_many=row.batch_id is not None)
