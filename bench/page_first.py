"""A page while an emergency notice to 20,000 runs: from the commit of its ticket until the carrier has taken it."""

import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, update

from base.clock import now
from base.database import reading, transaction
from base.queue import Lane
from base.wiring import settings
from bench import carrier as carriers
from bench import estate, first_page, sending, stage
from bench.callers import owner_number
from bench.carrier import Carrier
from bench.stage import Addresses, Stage
from bench.table import Row
from directory.models import Staff
from messages.ledger.plan import MOST_ROWS, Draft, plan
from messages.lifecycle import BatchState, MessageClass, MessageState, Way
from messages.models import Batch, Message
from messages.pacing import URGENCY

TOLD = 20_000
TICKETS = 8
LATENCY_S = 0.08
RATES = {"100 segments/s": 100, "as fast as it can": 0}
"""A short number's, and none: then the processes are busy to the last."""
RUNNING = 100
"""So many of the notice are with the carrier before the first ticket."""
PATIENCE_S = 60.0


def run(here: Stage) -> Iterator[Row]:
    """Both databases, at each rate; all pages go from the notice's own sender."""
    for kind in stage.KINDS:
        for words, rate in RATES.items():
            with here.database(kind) as url:
                yield _measure(here, kind, url, words, rate)


def _measure(here: Stage, kind: str, url: str, words: str, rate: int) -> Row:
    log = here.home / "page_first.log"
    rates = {f"SMS_RATE_{name}": str(rate) for name in ("EMERGENCY", "SERVICE", "CARE")}
    environment = here.environment(url, Addresses(stage.free_port(), 1), CALL_RATE="0", **rates)
    with carriers.running(environment, log=log) as stub:
        environment["TWILIO_API_BASE"] = stub.address
        with here.application(environment) as app:
            sending.flush(app)
            project_id, staff_id = _people_on_duty()
            batch_id = _notice()
            with stage.lanes(environment, (*Lane, "clock"), log=log, core=None):
                stub.begin(latency_s=LATENCY_S)
                _let_go(batch_id)
                stub.wait_for(RUNNING, limit_s=PATIENCE_S)
                left, began_s = _waiting(batch_id), time.monotonic()
                pages = _pages(stub, project_id, staff_id)
                still = _waiting(batch_id)
                speed = (left - still) / (time.monotonic() - began_s)
    if not still:
        raise RuntimeError("the notice was over before the last ticket")
    here.say(f"page first, {kind}, {words}: " + " ".join(f"{seconds:.2f}" for seconds in pages) + " s")
    return Row(
        f"page past an emergency to {TOLD:,}, {words}", kind,
        f"p50 {sorted(pages)[len(pages) // 2]:.2f} s, slowest {max(pages):.2f} s", f"notice goes on at {speed:.0f}/s",
        value=max(pages), unit="s", limit=first_page.LIMIT_S, bound="under",
    )  # fmt: skip


def _pages(stub: Carrier, project_id: int, staff_id: int) -> list[float]:
    return [
        first_page.page(stub, project_id, staff_id, is_hinted=True, latency_s=LATENCY_S) + LATENCY_S
        for _ in range(TICKETS)
    ]


def _people_on_duty() -> tuple[int, int]:
    with transaction() as session:
        project_id = estate.build(session, 1, at=now())
        staff_id = session.scalars(select(Staff.id)).first()
    assert staff_id is not None
    return project_id, staff_id


def _notice() -> int:
    """An emergency notice to so many, planned and not approved yet; its batch."""
    at = now()
    with transaction() as session:
        batch = Batch(title="暴雨预警", lane=Lane.URGENT, message_class=MessageClass.EMERGENCY, planned_at=at)
        session.add(batch)
        session.flush()
        batch_id = batch.id
    for start in range(0, TOLD, MOST_ROWS):
        with transaction() as session:
            plan(session, [_warning(batch_id, place) for place in range(start, start + MOST_ROWS)], at=at)
    return batch_id


def _warning(batch_id: int, place: int) -> Draft:
    at = now()
    return Draft(
        once_key=f"bench/{batch_id}/{place}", about=f"batch:{batch_id}", lane=Lane.URGENT, batch_id=batch_id,
        message_class=MessageClass.EMERGENCY, urgency=URGENCY[MessageClass.EMERGENCY, Way.TEXT], way=Way.TEXT,
        number=owner_number(place), sender=settings().sender("emergency"), due_at=at,
        valid_until_at=at + timedelta(hours=2), body=sending.WORDS,
    )  # fmt: skip


def _let_go(batch_id: int) -> None:
    with transaction() as session:
        session.execute(update(Batch).where(Batch.id == batch_id).values(state=BatchState.APPROVED))


def _waiting(batch_id: int) -> int:
    with reading() as session:
        left = select(func.count()).where(Message.batch_id == batch_id, Message.state == MessageState.PLANNED)
        return int(session.scalar(left) or 0)
