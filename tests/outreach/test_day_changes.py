"""A campaign that waits is given another day: planned anew, approved by a third, taken back within minutes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from directory.auditmodels import Audit, AuditWhat
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns, daychanges, planning
from outreach.actions.campaigns import By
from outreach.daychanges import check_occasion, refusal
from outreach.jobs import planning as jobs
from outreach.lifecycle import CampaignKind, CampaignState
from outreach.models import Campaign, DayChange, LeftOut
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets.workdays import DayKind

THURSDAY, FRIDAY = (datetime(2026, 11, day, 2, tzinfo=UTC) for day in (26, 27))
"""Ten in the morning where the company is."""
A_DAY_AND_A_NIGHT = timedelta(hours=34)
"""What would end at ten in the evening has the next day, until eight."""
GREETING = {
    "kind": CampaignKind.GREETING, "message_class": MessageClass.CARE, "text_zh": "小区三周岁，感谢一路相伴",
    "text_en": "The estate is three years old; thank you",
}  # fmt: skip


def gives(
    campaign_id: int, by: By, send_at: datetime, *, seen_at: datetime | None = THURSDAY, at: datetime | None = None
) -> int:
    with transaction() as session:
        made = daychanges.change_day(session, campaign_id, by, seen_at=seen_at, send_at=send_at, at=at or clock.now())
        id = made.id
    jobs.plan(campaign_id)
    return id


def hash_of(campaign_id: int) -> str:
    with reading() as session:
        return session.get_one(Campaign, campaign_id).batch.hash


def wants_greetings() -> None:
    with transaction() as session:
        for room in range(12):
            make.a_consent(session, f"+86138001380{room:02d}", "care", AT, granted=True)


@pytest.mark.parametrize("state", list(CampaignState))
def test_only_what_waits_may_have_another_day_and_anything_else_says_why_not(state: CampaignState) -> None:
    why = refusal(state, MessageClass.SERVICE, is_of_incident=False, is_again=False)
    assert (why == "") == (state is CampaignState.PLANNED)
    assert refusal(CampaignState.PLANNED, MessageClass.EMERGENCY, is_of_incident=True, is_again=False)
    assert refusal(CampaignState.PLANNED, MessageClass.SERVICE, is_of_incident=True, is_again=False)
    assert refusal(CampaignState.PLANNED, MessageClass.SURVEY, is_of_incident=False, is_again=False)
    assert refusal(CampaignState.PLANNED, MessageClass.CARE, is_of_incident=False, is_again=True)


@pytest.mark.parametrize(
    ("before", "after", "is_refused"),
    [
        ("", "", False), ("day/2026-11-26", "day/2026-11-27", False),
        ("spring_festival/2027", "spring_festival/2027", False),
        ("mid_autumn/2026", "day/2026-09-24", True), ("day/2026-09-24", "mid_autumn/2026", True),
    ],
)  # fmt: skip
def test_a_greeting_stays_with_what_it_is_for(before: str, after: str, is_refused: bool) -> None:
    if not is_refused:
        check_occasion(before, after)
        return
    with pytest.raises(BadInput):
        check_occasion(before, after)


def test_it_is_planned_anew_and_what_was_read_before_is_not_approved(stage: Stage) -> None:
    campaign_id = stage.planned(send_at=THURSDAY)
    read = hash_of(campaign_id)
    gives(campaign_id, stage.supervisor, FRIDAY)
    with pytest.raises(Conflict, match="changed"):
        stage.approve(campaign_id, seen=read)
    stage.approve(campaign_id)
    assert stage.states(campaign_id) == {"planned": 12}, "each once, as before"
    clock.stop_at(THURSDAY + timedelta(minutes=1))
    stage.work()
    assert stage.carrier.asked == [], "on the day it was taken from nothing goes"
    clock.stop_at(FRIDAY + timedelta(minutes=1))
    stage.work()
    assert stage.states(campaign_id) == {"accepted": 12}
    assert len(stage.carrier.asked) == 12
    with reading() as session:
        found = session.get_one(Campaign, campaign_id)
        assert (found.send_at, found.valid_until_at) == (FRIDAY, FRIDAY + A_DAY_AND_A_NIGHT), "as long as before"
        old = session.scalars(select(DayChange.left_batch_id)).one()
        left = set(session.scalars(select(Message.state).where(Message.batch_id == old)))
        assert left == {MessageState.CANCELLED}


def test_only_the_time_is_changed_and_still_it_is_read_anew(stage: Stage) -> None:
    wants_greetings()
    campaign_id = stage.planned(send_at=THURSDAY, **GREETING)
    read = hash_of(campaign_id)
    gives(campaign_id, stage.supervisor, THURSDAY + timedelta(hours=3))
    assert hash_of(campaign_id) != read
    with pytest.raises(Conflict, match="changed"):
        stage.approve(campaign_id, seen=read)


def test_a_greeting_of_the_estate_goes_on_another_day_once_to_each(stage: Stage) -> None:
    wants_greetings()
    campaign_id = stage.planned(send_at=THURSDAY, **GREETING)
    gives(campaign_id, stage.supervisor, FRIDAY)
    with reading() as session:
        found = session.get_one(Campaign, campaign_id)
        assert (found.occasion, found.numbers) == ("day/2026-11-27", 12)
        keys = select(Message.once_key).where(Message.batch_id == found.batch_id)
        assert all(key.startswith("care/day/2026-11-27/") for key in session.scalars(keys))
    another = stage.planned(send_at=THURSDAY, **GREETING)
    with reading() as session:
        assert session.get_one(Campaign, another).numbers == 12, "its old day is free again"


def test_whoever_changed_the_day_does_not_approve_it_nor_does_its_author(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor, send_at=THURSDAY)
    gives(campaign_id, stage.manager, FRIDAY)
    with pytest.raises(NotAllowed, match="gave it its day"):
        stage.approve(campaign_id, stage.manager)
    with pytest.raises(NotAllowed, match="wrote it"):
        stage.approve(campaign_id, stage.supervisor)
    with reading() as session:
        kept = select(Audit.staff_id).where(Audit.what == AuditWhat.CHANGED_DAY)
        assert list(session.scalars(kept)) == [stage.manager.staff_id]


def test_it_is_taken_back_within_minutes_and_then_its_day_is_nobodys_choice(stage: Stage) -> None:
    campaign_id = stage.planned(stage.supervisor, send_at=THURSDAY)
    change_id = gives(campaign_id, stage.manager, FRIDAY)
    with transaction() as session:
        assert [one.id for one in daychanges.may_be_taken_back(session, stage.manager, at=clock.now())] == [change_id]
        assert daychanges.may_be_taken_back(session, stage.supervisor, at=clock.now()) == []
        daychanges.take_back(session, change_id, stage.manager, at=clock.now())
    jobs.plan(campaign_id)
    with transaction() as session:
        found = session.get_one(Campaign, campaign_id)
        assert (found.send_at, found.valid_until_at) == (THURSDAY, THURSDAY + A_DAY_AND_A_NIGHT)
        assert daychanges.may_be_taken_back(session, stage.manager, at=clock.now()) == []
        daychanges.take_back(session, change_id, stage.manager, at=clock.now())  # twice is once
    stage.approve(campaign_id, stage.manager)
    assert stage.states(campaign_id) == {"planned": 12}


def test_what_nobody_gave_a_moment_gets_one_and_loses_it_again(stage: Stage) -> None:
    campaign_id = stage.planned()
    with reading() as session:
        until_at = session.get_one(Campaign, campaign_id).valid_until_at
    change_id = gives(campaign_id, stage.supervisor, FRIDAY, seen_at=None)
    with transaction() as session:
        assert session.get_one(Campaign, campaign_id).valid_until_at == FRIDAY + A_DAY_AND_A_NIGHT
        daychanges.take_back(session, change_id, stage.supervisor, at=clock.now())
    jobs.plan(campaign_id)
    with reading() as session:
        found = session.get_one(Campaign, campaign_id)
        assert (found.send_at, found.valid_until_at, found.numbers) == (None, until_at, 12)


def test_after_a_quarter_of_an_hour_or_an_approval_it_is_not_taken_back(stage: Stage) -> None:
    one, two = (stage.planned(stage.supervisor, send_at=THURSDAY) for _ in range(2))
    late, approved = gives(one, stage.manager, FRIDAY), gives(two, stage.manager, FRIDAY)
    other = By(stage.author.staff_id, stage.manager.role, stage.project_id)
    stage.approve(two, other)
    with transaction() as session, pytest.raises(Conflict, match="change it once more"):
        daychanges.take_back(session, approved, stage.manager, at=clock.now())
    clock.stop_at(AT + timedelta(minutes=16))
    with transaction() as session, pytest.raises(Conflict, match="change it once more"):
        daychanges.take_back(session, late, stage.manager, at=clock.now())
    with transaction() as session, pytest.raises(NotFound):
        daychanges.take_back(session, 999, stage.manager, at=clock.now())


@pytest.mark.parametrize(
    ("send_at", "says"),
    [
        (AT - timedelta(hours=1), "past"), (THURSDAY, "goes already"),
        (datetime(2026, 11, 27, 14, 30, tzinfo=UTC), "Nothing goes at 22:30"),
    ],
)  # fmt: skip
def test_a_moment_at_which_no_such_message_goes_is_refused_in_words(
    stage: Stage, send_at: datetime, says: str
) -> None:  # fmt: skip
    campaign_id = stage.planned(send_at=THURSDAY)
    with pytest.raises(BadInput, match=says):
        gives(campaign_id, stage.supervisor, send_at)
    with reading() as session:
        assert session.get_one(Campaign, campaign_id).state is CampaignState.PLANNED


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2027-04-05", "only a safety notice"),  # Qingming
        ("2027-02-05", "a greeting of its own"),  # New Year's Eve
        ("2027-05-12", "a day of mourning"),
        ("2028-10-03", "Greeted together"),
    ],
)
def test_a_greeting_goes_on_no_day_of_mourning_and_beside_no_festival(stage: Stage, day: str, says: str) -> None:
    wants_greetings()
    with transaction() as session:
        make.a_special_day(session, "2027-05-12", DayKind.MOURNING, "哀悼日")
    campaign_id = stage.planned(send_at=THURSDAY, **GREETING)
    with pytest.raises(BadInput, match=says):
        gives(campaign_id, stage.supervisor, datetime.fromisoformat(f"{day}T10:00:00+08:00"))


def test_a_notice_that_wishes_joy_is_not_given_a_day_of_mourning(stage: Stage) -> None:
    campaign_id = stage.planned(send_at=THURSDAY, text_zh="物业祝大家快乐，明日擦窗")
    qingming = datetime.fromisoformat("2027-04-05T10:00:00+08:00")
    with pytest.raises(BadInput, match="day of mourning"):
        gives(campaign_id, stage.supervisor, qingming)
    gives(campaign_id, stage.supervisor, qingming + timedelta(days=1))


def test_festivals_that_are_greeted_as_one_keep_their_day(stage: Stage) -> None:
    wants_greetings()
    autumn = datetime.fromisoformat("2031-10-01T10:00:00+08:00")
    clock.stop_at(autumn - timedelta(days=20))
    with transaction() as session:
        campaign_id = campaigns.write(
            session, stage.draft(send_at=autumn, **GREETING), stage.author, at=clock.now()
        ).id  # fmt: skip
    jobs.plan(campaign_id)
    with pytest.raises(BadInput, match="goes with it"):
        gives(campaign_id, stage.supervisor, autumn - timedelta(days=2), seen_at=autumn)
    gives(campaign_id, stage.supervisor, autumn + timedelta(hours=2), seen_at=autumn)


def test_of_two_who_give_it_another_day_the_second_is_told_so(stage: Stage) -> None:
    campaign_id = stage.planned(send_at=THURSDAY)
    gives(campaign_id, stage.supervisor, FRIDAY)
    with pytest.raises(Conflict, match="just changed"):
        gives(campaign_id, stage.manager, FRIDAY + timedelta(days=1))


def test_nobody_of_another_project_changes_a_day(stage: Stage) -> None:
    campaign_id = stage.planned(send_at=THURSDAY)
    with transaction() as session:
        stranger = By(stage.manager.staff_id, stage.manager.role, make.a_project(session, "别的小区").id)
    with pytest.raises(NotFound):
        gives(campaign_id, stranger, FRIDAY)


def test_whoever_is_left_out_is_counted_anew(stage: Stage) -> None:
    with transaction() as session:
        make.a_consent(session, "+8613800138000", "care", AT, granted=True)
    campaign_id = stage.planned(send_at=THURSDAY, **GREETING)
    wants_greetings()
    gives(campaign_id, stage.supervisor, FRIDAY)
    with reading() as session:
        found = session.get_one(Campaign, campaign_id)
        assert (found.numbers, found.left_out) == (12, {})
        assert session.scalars(select(LeftOut.id).where(LeftOut.campaign_id == campaign_id)).all() == []


def test_a_planner_that_was_held_up_over_a_change_of_day_closes_no_other_plan(stage: Stage) -> None:
    campaign_id = stage.write(send_at=THURSDAY)
    with transaction() as session:
        stale = planning.work_out(session, campaign_id, at=clock.now())
        assert stale is not None
        pieces = list(stale.pieces())
    jobs.plan(campaign_id)
    with transaction() as session:
        daychanges.change_day(session, campaign_id, stage.supervisor, seen_at=THURSDAY, send_at=FRIDAY, at=clock.now())
    with pytest.raises(Conflict), transaction() as session:
        planning.write_piece(session, campaign_id, pieces[0], at=clock.now())
    with pytest.raises(Conflict), transaction() as session:
        planning.freeze(session, campaign_id, stale)
    jobs.plan(campaign_id)
    with reading() as session:
        found = session.get_one(Campaign, campaign_id)
        assert (found.state, found.numbers) == (CampaignState.PLANNED, 12)
