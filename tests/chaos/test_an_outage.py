"""What waited while nothing could leave drains at the allowed rate, the most urgent first, without what is too late."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from base.clock import now
from dev import valkey
from messages import pacing
from messages.lifecycle import MessageClass, MessageState
from tests.chaos.ground import own_database
from tests.chaos.house import House, until
from tests.chaos.house import house as a_house

pytestmark = pytest.mark.chaos

People = Callable[[int], list[str]]
RATE = 20
PAGES, EMERGENCIES, SERVICES, LATE = 5, 60, 60, 10
VALID_S = 3.0
LANES = ("urgent", "normal")


@pytest.fixture(scope="module")
def house(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One sender for all classes, which carries so many segments a second."""
    home = tmp_path_factory.mktemp("outage")
    rates = {f"SMS_RATE_{kind}": str(RATE) for kind in ("EMERGENCY", "SERVICE", "CARE")}
    with own_database(database_kind, request, home) as url, ExitStack() as stack:
        redis_url = stack.enter_context(valkey.running(home / "valkey"))
        yield stack.enter_context(a_house(url, redis_url, home, stack, **rates))


class Backlog:
    """Messages of every urgency, the least urgent planned first; some are valid for a few seconds only."""

    def __init__(self, house: House, people: People) -> None:
        self.house = house
        self.services, self.emergencies, self.pages = people(SERVICES), people(EMERGENCIES), people(PAGES)
        self.late, until_at = people(LATE), now() + timedelta(seconds=VALID_S)
        self.late_ids = house.plan(self.late, valid_until_at=until_at)
        self.ids = house.plan(self.services) + house.plan(self.emergencies, MessageClass.EMERGENCY)
        self.ids += house.plan(self.pages, MessageClass.STAFF)
        self.everybody = self.services + self.emergencies + self.pages
        until(lambda: now() > until_at, "some are out of date")

    def drains(self) -> None:
        """Everybody is told, once; nobody what is out of date."""
        until(lambda: self.house.are_settled(self.ids + self.late_ids), "everything is settled", 90)
        self.house.everybody_once(self.everybody)
        assert [self.house.taken(number) for number in self.late] == [0] * LATE
        dropped = {(row.state, row.reason) for row in self.house.rows(self.late_ids)}
        assert dropped == {(MessageState.EXPIRED, "valid_until")}

    def accepted_at(self, numbers: list[str]) -> list[datetime]:
        """When the carrier took the text of each of these, the first first."""
        phones = [self.house.network.ask("GET", f"/phones/{quote(number)}") for number in numbers]
        return sorted(datetime.fromisoformat(phone["texts"][0]["at"]) for phone in phones)

    def is_at_the_rate(self, slack_s: float) -> None:
        """No more leaves in any stretch of time than the rate allows, beside pages and what one claim may hold."""
        at = self.accepted_at(self.everybody)
        ahead = (pacing.CLAIM_S + slack_s) * RATE + PAGES
        for first, start_at in enumerate(at):
            for last in range(first, len(at)):
                assert last - first + 1 <= (at[last] - start_at).total_seconds() * RATE + ahead
        assert (at[-1] - at[0]).total_seconds() >= (len(at) - ahead) / RATE


def test_after_our_own_the_most_urgent_go_first(house: House, people: People) -> None:
    house.kill(*LANES)
    backlog = Backlog(house, people)
    house.start(*LANES)
    backlog.drains()
    backlog.is_at_the_rate(slack_s=pacing.STOPS_S)
    pages, emergencies = backlog.accepted_at(backlog.pages), backlog.accepted_at(backlog.emergencies)
    assert pages[-1] < emergencies[2 * RATE], "pages are in the first claim"
    assert emergencies[-1] < backlog.accepted_at(backlog.services)[0]


def test_after_the_carriers_everybody_is_told_once(house: House, people: People) -> None:
    """Its 503s do not say what it took: what it was asked for is settled by its lists, and only then goes again."""
    house.faults({"kind": "outage"})
    backlog = Backlog(house, people)
    until(lambda: house.hits("outage") >= RATE, "the carrier was asked")
    assert [house.taken(number) for number in backlog.everybody] == [0] * len(backlog.everybody)
    house.faults()
    backlog.drains()
    assert not [row.id for row in house.rows(backlog.ids) if row.is_doubtful]
    backlog.is_at_the_rate(slack_s=pacing.STOPS_S)
