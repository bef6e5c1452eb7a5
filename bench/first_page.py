"""From the commit of a grave ticket to the first page that the carrier has taken."""

import random
import time
from collections.abc import Iterator

from sqlalchemy import select

from base.clock import now
from base.database import reading, transaction
from base.queue import Lane, enqueue
from bench import carrier as carriers
from bench import estate, sending, stage
from bench.carrier import Carrier
from bench.stage import Addresses, Stage
from bench.table import Row
from directory.models import Staff
from messages.lifecycle import Way
from messages.models import Message
from oncall.actions.paging import about
from oncall.models import Page
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind

TICKETS = 20
LIMIT_S = 1.0
PATIENCE_S = 15.0
POLL_S = 0.02
PAUSE_S = (0.4, 1.3)
"""Between tickets, at random, so that they do not fall into step with the clock."""
CALM = {"CALL_RATE": "0", "SMS_RATE_EMERGENCY": "0"}
"""One ticket after the other must not wait for what the one before used up of the rate."""


def run(here: Stage) -> Iterator[Row]:
    """With the hint that every door gives, and with the hint lost, when only the clock sees the ticket."""
    for kind in stage.KINDS:
        with here.database(kind) as url:
            yield from _measure(here, kind, url)


def _measure(here: Stage, kind: str, url: str) -> Iterator[Row]:
    log = here.home / "first_page.log"
    environment = here.environment(url, Addresses(stage.free_port(), 1), **CALM)
    with carriers.running(environment, log=log) as stub:
        environment["TWILIO_API_BASE"] = stub.address
        with here.application(environment) as app:
            sending.flush(app)
            with transaction() as session:
                project_id = estate.build(session, 1, at=now())
                staff_id = session.scalars(select(Staff.id)).first()
            assert staff_id is not None
            with stage.lanes(environment, ("urgent", "clock"), log=log, core=None):
                page(stub, project_id, staff_id, is_hinted=True)  # both processes are up once this is through
                hinted = [page(stub, project_id, staff_id, is_hinted=True) for _ in range(TICKETS)]
                lost = [page(stub, project_id, staff_id, is_hinted=False) for _ in range(TICKETS // 4)]
    here.say(f"first page, {kind}: " + " ".join(f"{seconds:.2f}" for seconds in hinted) + " s")
    yield Row(
        f"commit to first page, {TICKETS} tickets", kind, _told(hinted), value=_p99(hinted), unit="s", limit=LIMIT_S,
        bound="under",
    )  # fmt: skip
    yield Row(f"  with every hint lost, {TICKETS // 4} tickets", kind, _told(lost), value=_p99(lost), unit="s")


def page(stub: Carrier, project_id: int, staff_id: int, *, is_hinted: bool, latency_s: float = 0.0) -> float:
    """Seconds from just before the commit until the carrier has the first request; the ticket is taken then."""
    time.sleep(random.uniform(*PAUSE_S))
    stub.begin(latency_s=latency_s)
    draft = TicketDraft(
        Kind.EMERGENCY, "lift_trapped", Channel.CALL, project_id=project_id, place="1号楼", summary="困人"
    )
    with transaction() as session:
        ticket = tickets.open_ticket(session, draft, at=now())
        if is_hinted:
            enqueue(session, Lane.URGENT, "oncall.jobs.climb", ticket.id)
        began_s = time.monotonic()
    at_s = _first_request_about(ticket.id, stub)
    with transaction() as session:
        tickets.acknowledge(session, ticket.id, staff_id, at=now(), how="bench")
    return at_s - began_s


def _first_request_about(ticket_id: int, stub: Carrier) -> float:
    """When the carrier took the first request for one of this ticket's pages."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if stub.state()["taken"]:
            ours = _messages_about(ticket_id)
            for one in stub.log():
                if one.message_id in ours:
                    return one.at_s
        time.sleep(POLL_S)
    raise TimeoutError(f"no page of ticket {ticket_id} within {PATIENCE_S:.0f} s")


def _messages_about(ticket_id: int) -> set[int]:
    with reading() as session:
        pages = session.scalars(select(Page.id).where(Page.ticket_id == ticket_id)).all()
        names = [about(page_id, way) for page_id in pages for way in Way]
        return set(session.scalars(select(Message.id).where(Message.about.in_(names))))


def _told(seconds: list[float]) -> str:
    return f"p50 {sorted(seconds)[len(seconds) // 2]:.2f} s, slowest {max(seconds):.2f} s"


def _p99(seconds: list[float]) -> float:
    """Of so few it is the slowest."""
    return sorted(seconds)[min(int(len(seconds) * 0.99), len(seconds) - 1)]
