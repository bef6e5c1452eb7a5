"""What a day has cost: one row a day of the company, counted as messages go; nothing is asked where there is no cap."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from base.rows import insert
from messages import costs
from messages.ledger.paces import Terms
from messages.lifecycle import MessageState, Way
from messages.models import Message, Spending
from telephony.numbers import region_of


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
        self._apart: dict[int, float] = {}

    def lock(self, rows: Sequence[Row[Any]]) -> None:
        """Read what the day has cost, if something of these could wait; until the claim ends nobody else spends."""
        if not self._under.prices.cap or not any(map(_can_wait, rows)):
            return
        _make_sure_of(self._session, self._day)
        spent = select(Spending.segments, Spending.calls, Spending.apart).where(Spending.day == self._day)
        segments, calls, apart = self._session.execute(spent.with_for_update()).one()
        self._cost = self._under.prices.of(segments, calls) + apart

    def waits_until(self, row: Row[Any]) -> datetime | None:
        """When this row, which the day cannot pay for, should be looked at again; None if it may go."""
        cap = self._under.prices.cap
        if not cap or not _can_wait(row) or self._cost + self._price(row) <= cap:
            return None
        self._has_held = True
        return costs.next_day(self._at, self._under.zone)

    def spend(self, row: Row[Any]) -> None:
        """This one goes."""
        if self._under.prices.cap:
            self._cost += self._price(row)
            if self._under.prices.are_by_country:
                plain = self._under.prices.of(*costs.units([(row.way, row.segments)]))
                self._apart[row.id] = self._price(row) - plain

    def keep(self, rows: Collection[tuple[Way, int]]) -> None:
        """Write down the way and segments of what was claimed, and that something had to wait."""
        if not self._under.prices.cap:
            return
        _add(self._session, self._day, *costs.units(rows), self._apart_of_claimed())
        if self._has_held:
            first = update(Spending).where(Spending.day == self._day, Spending.held_at.is_(None))
            self._session.execute(first.values(held_at=self._at).execution_options(synchronize_session=False))

    def _price(self, row: Row[Any]) -> float:
        country = region_of(row.number) if self._under.prices.are_by_country else ""
        return self._under.prices.of(*costs.units([(row.way, row.segments)]), country)

    def _apart_of_claimed(self) -> float:
        """Of all that could go only what was claimed counts; nothing is asked where one price holds everywhere."""
        if not self._apart:
            return 0.0
        claimed = select(Message.id).where(Message.id.in_(self._apart), Message.state == MessageState.CLAIMED)
        return sum(self._apart[id] for id in self._session.connection().execute(claimed).scalars())


def give_back(session: Session, rows: Collection[tuple[Way, int]], under: Terms, *, at: datetime) -> None:
    """What was claimed at `at` and refused costs nothing.

    Where it went is not known here: where countries have prices of their own it gives back the least of them.
    """
    if under.prices.cap and rows:
        segments, calls = costs.units(rows)
        kept = under.prices.of(segments, calls) - under.prices.least(segments, calls)
        _add(session, costs.day_of(at, under.zone), -segments, -calls, kept)


def spent(session: Session, under: Terms, *, at: datetime) -> Spent:
    """What the day of `at` has cost."""
    row = session.get(Spending, costs.day_of(at, under.zone))
    if row is None:
        return Spent(0.0, None)
    return Spent(under.prices.of(row.segments, row.calls) + row.apart, row.held_at)


def _add(session: Session, day: date, segments: int, calls: int, apart: float) -> None:
    if not segments and not calls:
        return
    _make_sure_of(session, day)
    more = {
        "segments": Spending.segments + segments, "calls": Spending.calls + calls, "apart": Spending.apart + apart,
    }  # fmt: skip
    added = update(Spending).where(Spending.day == day).values(**more)
    session.execute(added.execution_options(synchronize_session=False))


def _make_sure_of(session: Session, day: date) -> None:
    session.execute(insert(Spending).values(day=day, segments=0, calls=0, apart=0.0).on_conflict_do_nothing())


def _can_wait(row: Row[Any]) -> bool:
    return costs.can_wait(row.message_class, is_to_many=row.batch_id is not None)
