"""Where a campaign goes, by country and way: how many numbers, in how many segments, and at what cost."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from base.wiring import settings
from messages.ledger.paces import prices
from messages.lifecycle import Way
from messages.models import Message
from telephony.capabilities import MAINLAND
from telephony.regions import region_of

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Route:
    """What goes one way to one country: numbers, their segments or calls, and what that costs (None: no prices)."""

    country: str
    way: Way
    numbers: int
    units: int
    cost: float | None


def of_batch(session: Session, batch_id: int) -> list[Route]:
    """The routes of planned messages. Numbers abroad are read one by one and not held: a million need no room."""
    place = case((Message.number.startswith(MAINLAND), MAINLAND), else_=Message.number).label("place")
    counted = select(Message.way, place, func.count(), func.sum(Message.segments))
    rows = counted.where(Message.batch_id == batch_id).group_by(Message.way, "place")
    return routes(
        (way, region_of(where), numbers, units)
        for way, where, numbers, units in session.connection().execute(rows.execution_options(yield_per=AT_ONCE))
    )


def routes(found: Iterable[tuple[Way, str, int, int]]) -> list[Route]:
    """Routes out of counts (way, country, numbers, units) in any order: texts first, then the largest."""
    counts: dict[tuple[Way, str], tuple[int, int]] = {}
    for way, country, numbers, units in found:
        of_them, of_units = counts.get((way, country), (0, 0))
        counts[way, country] = of_them + numbers, of_units + units
    made = [
        Route(country, way, numbers, units, _rounded(_price(way, country, units)))
        for (way, country), (numbers, units) in counts.items()
    ]
    return sorted(made, key=lambda one: (one.way is Way.CALL, -one.numbers, one.country))


def total(found: Iterable[Route]) -> float | None:
    """What all of them cost at the prices of now; None where none are set."""
    known = prices(settings())
    return round(sum(_price(one.way, one.country, one.units) or 0.0 for one in found), 2) if known.are_known else None


def size(found: Iterable[Route], way: Way) -> tuple[int, int]:
    """How many numbers go this way, and in how many segments or calls."""
    theirs = [one for one in found if one.way is way]
    return sum(one.numbers for one in theirs), sum(one.units for one in theirs)


def kept(found: Iterable[Route]) -> list[dict[str, Any]]:
    """Routes as a campaign keeps them."""
    return [asdict(one) for one in found]


def read(kept: Iterable[Mapping[str, Any]] | None) -> list[Route]:
    """Routes as they were kept; of what was planned before they were, none."""
    return [Route(**{**one, "way": Way(one["way"])}) for one in kept or ()]


def _price(way: Way, country: str, units: int) -> float | None:
    known = prices(settings())
    if not known.are_known:
        return None
    return known.of(0, units, country) if way is Way.CALL else known.of(units, 0, country)


def _rounded(cost: float | None) -> float | None:
    return None if cost is None else round(cost, 2)
