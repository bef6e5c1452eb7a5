"""A house in which other systems have been told: one that took it, one that did not, and one that is switched off."""

from datetime import timedelta

from base.database import reading, transaction
from console.hooks import delivering, gathering, keeping
from console.hooks.facts import TICKETS
from console.hooks.models import DeliveryState, HookDelivery
from console.hooks.sending import Reply
from tests.console.evening import Evening
from tickets import actions
from tickets.models import EventType, Ticket


def two_systems(evening: Evening) -> None:
    """Subscriptions 1 to 3 with deliveries: 1 was taken at the second try, 2 was given up, 3 waits."""
    at = evening.at
    with transaction() as session:
        for name, project in (("业主小程序", None), ("ERP", evening.home_project), ("旧系统", None)):
            keeping.subscribe(
                session, name=name, url=f"https://{project or 'app'}.example.com/hooks/huiyin?from=hotline",
                events=["ticket.*", "incident.*", "message.failed"], project_id=project,
                by_id=evening.staff["admin"], allowed=frozenset(), at=at,
            )  # fmt: skip
        keeping.switch(session, 3, is_on=False, at=at)
        ticket = session.query(Ticket).filter(Ticket.ref == evening.refs["lift"]).one()
        for text in ("物业已到现场", "请回电 +8613800138000"):
            actions.add_event(session, ticket.id, EventType.NOTED, at=at, text=text)
    with reading() as session:
        found = gathering.look(session, TICKETS, at=at)
    assert found is not None
    with transaction() as session:
        gathering.keep(session, TICKETS, found, at=at)
    answers = ((503, "", "maintenance, back at 20:00"), (200, "", "ok"), (None, "slow", ""))
    for after, (status, fault, answer) in zip((0, 70, 140), answers, strict=True):
        then = at + timedelta(seconds=after)
        with transaction() as session:
            claimed = [one for one in delivering.claim(session, at=then) if one.id == 1 or after]
            replies = [Reply(0.213, status, fault, answer) for _ in claimed]
            delivering.settle(session, list(zip(claimed, replies, strict=True)), at=then)
    with transaction() as session:
        session.get_one(HookDelivery, 2).state = DeliveryState.GIVEN_UP
