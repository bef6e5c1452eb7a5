"""Where the pictures are taken: the evening of the tests, with a month behind it and a street to write to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from sqlalchemy import delete, select

from base import clock
from base.database import transaction
from directory.models import Project
from hotline.waitingline import LeftHow
from messages.lifecycle import MessageState
from messages.models import Message
from oncall import actions as oncall
from oncall.ladder import Post
from oncall.models import Shift
from outreach.models import Campaign
from tests import make
from tests.browser.conftest import House
from tests.console.neighbours import a_busy_evening, a_notice, lets_go
from tests.console.test_pops import rings
from tests.console.test_reports import a_call
from tickets.actions import arrive
from tickets.models import Ticket

HOURS = timedelta(hours=12)
STREET, MONTH_OF_CALLS = 160, 240
SEED = 7
"""Pictures are the same whenever they are taken."""
TAKEN = (
    ("alarm", "second", timedelta(seconds=50)), ("lift", "second", timedelta(seconds=75)),
    ("late", "technician", timedelta(minutes=2)), ("soon", "technician", timedelta(minutes=5)),
    ("elsewhere", "elsewhere", timedelta(minutes=4)),
)  # fmt: skip
"""Who has taken which ticket, and how long after it came in."""
ARRIVED = {"alarm": timedelta(minutes=4), "late": timedelta(minutes=20)}
"""At which of them somebody is, and how long after it came in."""
FATES = (
    (0.71, MessageState.DELIVERED), (0.74, MessageState.UNDELIVERED), (0.82, MessageState.ACCEPTED),
)  # fmt: skip
"""What has become of a campaign half way: of each text, by the share that comes to it; the rest waits."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the pages are that the pictures show."""

    lift: str
    job: str
    campaign: int
    incident: int


def a_scene(house: House) -> Scene:
    """Furnish the house."""
    evening = house.evening
    with house.app.app_context():
        _in_hand(house)
        _rota(house)
        _calls(house)
        with transaction() as session:
            home = session.get_one(Project, evening.home_project)
            for n in range(STREET):
                place = make.a_home(session, home, f"{11 + n // 60}-1-{n % 60 // 4 + 1:02}{n % 4 + 1:02}")
                caller = make.an_owner(session, place, f"+86137100{n:05}", "王桂英", "王阿姨")
            caller.special_care = "独居老人，请先电话确认"
            number, person_id = caller.numbers[0].number, caller.id
    busy = a_busy_evening(house.app, evening)
    going = a_notice(house.app, evening, title="水箱清洗停水")
    lets_go(house.app, evening, going)
    with house.app.app_context():
        _half_way(going)
        rings(evening, number, "agent", person_id=person_id)
    return Scene(evening.refs["lift"], evening.refs["mine"], going, busy.incidents["open"])


def _in_hand(house: House) -> None:
    """A good evening: what came in was taken in time, and complaints are with somebody."""
    evening = house.evening
    with transaction() as session:
        those = {one.ref: one for one in session.scalars(select(Ticket))}
        tickets = {name: those[ref] for name, ref in evening.refs.items()}
        for name, who, after in TAKEN:
            one = tickets[name]
            oncall.take_ticket(session, one.id, evening.staff[who], how="key", at=one.opened_at + after)
            if name in ARRIVED:
                arrive(session, one.id, evening.staff[who], how="called_in", at=one.opened_at + ARRIVED[name])
        for name in ("later", "half_way", "headquarters"):
            oncall.put_complaint(session, tickets[name].id, at=evening.at)


def _rota(house: House) -> None:
    """Two turns a day by turns since the first of the month, with one night nobody has yet."""
    evening, zone = house.evening, house.evening.at.tzinfo
    first = datetime(evening.at.year, evening.at.month, 1, 8, tzinfo=zone)
    with transaction() as session:
        session.execute(delete(Shift).where(Shift.project_id == evening.home_project))
        for post, who in ((Post.FIRST, ("technician", "second")), (Post.SECOND, ("second", "technician"))):
            begins, hands = first, cycle(who)
            while begins < first + timedelta(days=44):
                if (post, begins.day, begins.hour) != (Post.FIRST, evening.at.day + 6, 20):
                    session.add(_shift(evening.home_project, evening.staff[next(hands)], post, begins, begins + HOURS))
                begins += HOURS
        for post, name in ((Post.SUPERVISOR, "supervisor"), (Post.MANAGER, "manager"), (Post.DIRECTOR, "director")):
            session.add(_shift(evening.home_project, evening.staff[name], post, first, first + timedelta(days=44)))


def _shift(project_id: int, staff_id: int, post: Post, begins: datetime, ends: datetime) -> Shift:
    return Shift(project_id=project_id, staff_id=staff_id, post=post, starts_at=begins, ends_at=ends)


def _calls(house: House) -> None:
    """Calls of the month so far: most by day, some given up, most of them spoken with."""
    chance = Random(SEED)
    for at in sorted(_moments(house.evening.at, chance)):
        waited = chance.random()
        if waited < 0.08:
            a_call(house.evening, at, how=LeftHow.HUNG_UP)
        elif waited < 0.14:
            a_call(house.evening, at, how=LeftHow.MESSAGE)
        else:
            a_call(house.evening, at, spoke_after_s=chance.expovariate(1 / 14))


def _moments(until: datetime, chance: Random) -> Iterator[datetime]:
    first = until.replace(day=1, hour=0, minute=0)
    for _ in range(MONTH_OF_CALLS):
        hour = min(23, max(0, round(chance.gauss(*chance.choice(((9.5, 1.6), (19.5, 2.0)))))))
        yield first + timedelta(days=chance.randrange((until - first).days), hours=hour, minutes=chance.randrange(60))


def _half_way(campaign_id: int) -> None:
    """Of a campaign that was let go, so much has arrived, and so much waits."""
    with transaction() as session:
        batch_id = session.get_one(Campaign, campaign_id).batch_id
        found = session.scalars(select(Message).where(Message.batch_id == batch_id).order_by(Message.id)).all()
        for place, one in enumerate(found):
            fate = next((state for share, state in FATES if place < share * len(found)), None)
            if fate is not None:
                one.state, one.error_code = fate, "30003" if fate is MessageState.UNDELIVERED else ""
                one.accepted_at = one.final_at = clock.now()
