"""The alarm about a promise follows what owners were told, not what somebody has written down."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from messages.lifecycle import MessageClass
from messages.models import Message
from oncall import jobs as oncall
from outreach.actions import campaigns, notices, sequence, verdicts
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from tests.messages.fake import AT
from tests.outreach.stage import Stage, a_water_cut
from tickets.actions import incidents
from tickets.models import Incident

END_AT, LATER_AT = AT + timedelta(hours=2), AT + timedelta(hours=6)
"""Two in the afternoon, and six, where the company is."""
SHORTLY = timedelta(minutes=15)


def opened(stage: Stage, end_at: datetime | None = END_AT) -> int:
    """A trouble that ends at two, as everybody was told; its id."""
    trouble = a_water_cut(stage, promised_end_at=end_at)
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    stage.approve(opening)
    stage.work()
    with reading() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        return incident_id


def written(stage: Stage, incident_id: int, word: str) -> int:
    """A delay until six, or an all-clear, that waits for approval; its id."""
    with transaction() as session:
        if word == "delay":
            found = notices.delay(session, incident_id, stage.supervisor, promised_end_at=LATER_AT, at=clock.now())
        else:
            found = notices.restore(session, incident_id, stage.supervisor, at=clock.now())
        assert found is not None
        id = found.id
    jobs.plan(id)
    return id


def alarmed(at: datetime) -> list[str]:
    """What the alarms at `at` say."""
    clock.stop_at(at)
    with reading() as session:
        before = session.scalars(select(Message.id).order_by(Message.id.desc())).first() or 0
    oncall.alarm_due()
    with reading() as session:
        about = select(Message.body).where(Message.id > before, Message.message_class == MessageClass.STAFF)
        return list(session.scalars(about))


@pytest.mark.parametrize("word", ["delay", "all-clear"])
def test_a_word_that_nobody_approves_silences_no_alarm(stage: Stage, word: str) -> None:
    written(stage, opened(stage), word)
    for at in (END_AT - SHORTLY, END_AT, END_AT + timedelta(minutes=30)):
        said = alarmed(at)
        assert said
        assert all("14:00" in one for one in said), "the end that owners hold"


@pytest.mark.parametrize("word", ["delay", "all-clear"])
def test_from_its_approval_on_the_alarm_is_about_the_new_end(stage: Stage, word: str) -> None:
    stage.approve(written(stage, opened(stage), word))
    assert alarmed(END_AT - SHORTLY) == []
    assert alarmed(END_AT + timedelta(minutes=30)) == []
    last = alarmed(LATER_AT - SHORTLY)
    assert ["18:00" in said for said in last] == ([True] if word == "delay" else [])


def sent_back(stage: Stage, id: int) -> None:
    with transaction() as session:
        verdicts.send_back(session, id, stage.manager, words="写明原因", at=clock.now())


def stopped(stage: Stage, id: int) -> None:
    stage.approve(id)
    with transaction() as session:
        campaigns.stop(session, id, stage.manager, at=clock.now())


@pytest.mark.parametrize("how", [sent_back, stopped])
@pytest.mark.parametrize("word", ["delay", "all-clear"])
def test_a_word_that_never_left_leaves_the_alarm_as_it_was(
    stage: Stage, word: str, how: Callable[[Stage, int], None]
) -> None:
    how(stage, written(stage, opened(stage), word))
    (said,) = alarmed(END_AT - SHORTLY)
    assert "14:00" in said


def test_of_two_delays_that_wait_the_end_that_was_told_counts(stage: Stage) -> None:
    id = opened(stage)
    written(stage, id, "delay")
    written(stage, id, "delay")
    (said,) = alarmed(END_AT - SHORTLY)
    assert "14:00" in said


def test_a_delay_that_goes_on_after_a_stop_is_what_owners_know(stage: Stage) -> None:
    delay = written(stage, opened(stage), "delay")
    stopped(stage, delay)
    with transaction() as session:
        campaigns.resume(session, delay, stage.manager, at=clock.now())
    assert alarmed(END_AT - SHORTLY) == []


def test_a_delay_before_anybody_was_told_moves_the_alarm_at_once(stage: Stage) -> None:
    trouble = a_water_cut(stage, promised_end_at=END_AT)
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=trouble)
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        assert notices.delay(session, incident_id, stage.supervisor, promised_end_at=LATER_AT, at=AT) is None
    assert alarmed(END_AT - SHORTLY) == []
    assert len(alarmed(LATER_AT - SHORTLY)) == 1


def overdue(at: datetime) -> list[int]:
    """The troubles that stand as overdue on the desk at `at`."""
    with reading() as session:
        return [one.id for one in incidents.overdue(session, at=at)]


def said_end(incident_id: int) -> datetime | None:
    """The end that whoever asks is told."""
    with reading() as session:
        return sequence.said_end_at(session, session.get_one(Incident, incident_id))


def test_the_desk_goes_by_the_end_that_owners_hold(stage: Stage) -> None:
    id = opened(stage)
    delay = written(stage, id, "delay")
    assert overdue(END_AT - SHORTLY) == []
    assert overdue(END_AT) == [id], "nobody has let the delay go"
    assert said_end(id) == END_AT
    stage.approve(delay)
    assert overdue(END_AT) == []
    assert overdue(LATER_AT) == [id]
    assert said_end(id) == LATER_AT


def test_a_first_end_is_said_to_nobody_until_it_is_let_go(stage: Stage) -> None:
    id = opened(stage, None)
    assert said_end(id) is None
    delay = written(stage, id, "delay")
    assert said_end(id) is None
    again = written(stage, id, "delay")
    assert said_end(id) is None, "of two ends that nobody let go neither is one that owners hold"
    with reading() as session:
        assert session.get_one(Campaign, delay).approved_at is None
    stage.approve(again)
    assert said_end(id) == LATER_AT
