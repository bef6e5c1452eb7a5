"""A lane at work for long does what else is asked of the urgent lane, and gives the process up in the others."""

import pytest

import messages.others
from base.database import transaction
from base.queue import Lane, hints
from messages import jobs
from messages.ledger.plan import MOST_ROWS, Draft, plan
from messages.lifecycle import MessageClass, MessageState, Way
from messages.pacing import URGENCY
from tests.messages.conftest import Ledger
from tests.messages.fake import a_call

pytestmark = pytest.mark.usefixtures("no_limits")
MANY = 1800
"""Several claims: what is done beside them on a busy machine is still done before half of them."""
PAGED = "+8613900000001"
DONE: list[int] = []
"""Which of the jobs below have been done."""


def page(n: int) -> None:
    """A job that plans a page."""
    DONE.append(n)
    with transaction() as session:
        a_call(session, MessageClass.STAFF, number=PAGED, once_key=f"page/{n}")


def fail(n: int) -> None:
    """A job that cannot be done."""
    DONE.append(n)
    raise RuntimeError("not today")


def notifies(ledger: Ledger, lane: Lane, message_class: MessageClass) -> None:
    """So many texts wait in a lane; nothing hints at them."""
    drafts = [
        Draft(
            once_key=f"{lane}/{n}", about="batch:1", lane=lane, message_class=message_class, way=Way.TEXT,
            urgency=URGENCY[message_class, Way.TEXT], number=f"+86138010{n:05}", sender="+864008001234",
            due_at=ledger.at, valid_until_at=None, body="停水",
        )
        for n in range(MANY)
    ]  # fmt: skip
    for start in range(0, MANY, MOST_ROWS):
        with transaction() as session:
            plan(session, drafts[start : start + MOST_ROWS], at=ledger.at)
    hints().queue(lane).empty()


@pytest.fixture(autouse=True)
def a_notice_to_many(ledger: Ledger) -> None:
    DONE.clear()
    notifies(ledger, Lane.URGENT, MessageClass.EMERGENCY)


def wants(lane: Lane, job: str) -> None:
    hints().push(lane, f"tests.messages.test_others.{job}", 1)


def names(lane: Lane) -> list[str]:
    """The jobs that wait in a lane."""
    return [job.func_name.rsplit(".", 1)[-1] for job in hints().queue(lane).get_jobs()]


def test_what_may_plan_a_page_is_done_beside_a_notice_and_the_page_goes_before_its_rest(ledger: Ledger) -> None:
    wants(Lane.URGENT, "page")
    ledger.work(Lane.URGENT)
    assert DONE == [1]
    numbers = [asked.number for asked in ledger.carrier.asked]
    assert len(numbers) == MANY + 1, "nothing was given up"
    assert numbers.index(PAGED) < MANY / 2
    assert names(Lane.URGENT) in ([], ["work_lane"])


def test_what_waits_behind_it_has_its_turn_after_another_claim(ledger: Ledger) -> None:
    for n in (1, 2, 3):
        hints().push(Lane.URGENT, "tests.messages.test_others.page", n)
    ledger.work(Lane.URGENT)
    assert DONE == [1, 2, 3]
    numbers = [asked.number for asked in ledger.carrier.asked]
    assert len(numbers) == MANY + 3
    first, second, third = (place for place, number in enumerate(numbers) if number == PAGED)
    assert first < MANY
    assert first < second < third


def test_a_job_with_a_loop_of_its_own_is_done_here_too(ledger: Ledger) -> None:
    call = ledger.plan(a_call, MessageClass.STAFF, number=PAGED)
    ledger.change(call, state=MessageState.ACCEPTED, sid="CA" + "1" * 32)
    hints().push(Lane.URGENT, "messages.jobs.stop_ringing", call.id)
    ledger.work(Lane.URGENT)
    assert ledger.carrier.cancelled == ["CA" + "1" * 32]
    assert "stop_ringing" not in names(Lane.URGENT)


def test_what_somebody_else_has_taken_is_theirs(ledger: Ledger) -> None:
    wants(Lane.URGENT, "page")
    (waiting,) = hints().queue(Lane.URGENT).get_job_ids()
    hints().queue(Lane.URGENT).remove(waiting)
    hints().do_here(Lane.URGENT, waiting)
    hints().do_here(Lane.URGENT, "no-such-job")
    assert DONE == []


def test_more_hints_at_the_lane_itself_are_nobody_elses(ledger: Ledger) -> None:
    hints().push(Lane.URGENT, jobs.WORK_LANE, "urgent")
    assert hints().others(Lane.URGENT, jobs.WORK_LANE) == []
    ledger.work(Lane.URGENT)
    assert len(ledger.carrier.asked) == MANY


def test_what_fails_is_left_to_a_process_of_its_own(ledger: Ledger) -> None:
    wants(Lane.URGENT, "fail")
    ledger.work(Lane.URGENT)
    assert DONE == [1]
    assert 0 < len(ledger.carrier.asked) < MANY
    assert names(Lane.URGENT) == ["fail", "work_lane"]
    hints().queue(Lane.URGENT).empty()
    ledger.work(Lane.URGENT)
    assert len({asked.number for asked in ledger.carrier.asked}) == MANY


def test_another_lane_gives_its_process_up(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(messages.others.LOOK_S, Lane.NORMAL, -1.0)  # at once, and not after two seconds
    notifies(ledger, Lane.NORMAL, MessageClass.SERVICE)
    wants(Lane.NORMAL, "page")
    ledger.work(Lane.NORMAL)
    assert 0 < len(ledger.carrier.asked) < MANY, "between two claims, with what is in its hands by then"
    assert DONE == []
    assert names(Lane.NORMAL) == ["page", "work_lane"]
