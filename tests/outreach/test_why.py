"""Why somebody got a campaign's message or did not."""

import pytest
from sqlalchemy import delete, select, update

from base.database import reading, transaction
from directory.actions import record_choice
from directory.consent import Choice
from directory.models import Building, ContactRole, Occupancy, Project
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import campaigns, notices
from outreach.actions.why import Why, projects_of_person, whys
from outreach.audience import Filter
from outreach.jobs import planning as jobs
from outreach.models import Campaign
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage, a_water_cut
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind

NUMBER, FILIPINO = "+8613800138099", "+639171234567"


@pytest.fixture
def her(stage: Stage) -> int:
    """A tenant of a let home on the 15th floor, beside the owners of the estate."""
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        home = make.a_home(session, garden, "5-1-1502", occupancy=Occupancy.LET)
        return make.an_owner(session, home, NUMBER, "王芳", role=ContactRole.TENANT).id


def why(stage: Stage, person_id: int) -> Why:
    """Of the newest campaign."""
    with reading() as session:
        return whys(session, person_id, projects_of_person(session, person_id))[0]


def reason(stage: Stage, person_id: int, **audience: object) -> str:
    """Why a notice to this part of the estate was not for them, who are in no message of it."""
    id = stage.planned()
    with transaction() as session:
        campaign = session.get_one(Campaign, id)
        campaign.audience = Filter(stage.project_id, **audience).kept()  # type: ignore[arg-type]
        theirs = (Message.batch_id == campaign.batch_id) & (Message.number == NUMBER)
        session.execute(delete(Message).where(theirs))
    return why(stage, person_id).reason


def building(name: str) -> int:
    with reading() as session:
        return session.scalars(select(Building.id).where(Building.name == name)).one()


def test_whoever_gets_it_has_its_message(stage: Stage, her: int) -> None:
    id = stage.planned()
    stage.approve(id)
    stage.work()
    found = why(stage, her)
    assert (found.campaign.id, found.reason) == (id, "")
    assert found.message is not None
    assert found.message.number == NUMBER
    assert found.message.state is MessageState.ACCEPTED


def test_whoever_is_left_out_has_the_reason_of_the_plan(stage: Stage, her: int) -> None:
    stage.planned(audience=Filter(stage.project_id, without=(Filter(roles=("tenant",)),)))
    assert why(stage, her).reason == "excluded"


@pytest.mark.parametrize(
    ("audience", "part"),
    [
        ({"units": ("2单元",)}, "units"), ({"lowest_floor": 16}, "floors"), ({"highest_floor": 3}, "floors"),
        ({"risers": ("01",)}, "risers"), ({"occupancy": ("vacant",)}, "occupancy"), ({"roles": ("owner",)}, "roles"),
        ({"languages": ("en",)}, "languages"), ({"is_on_care_list": True}, "care"), ({"is_abroad": True}, "abroad"),
        ({"owes_answer": True}, "owes"), ({"person_ids": (1,)}, "list"),
        ({"lowest_floor": 15, "risers": ("02",), "roles": ("owner",)}, "roles"), ({}, "later"),
    ],
)  # fmt: skip
def test_whoever_is_not_meant_is_told_which_part_leaves_them_out(
    stage: Stage, her: int, audience: dict[str, object], part: str
) -> None:
    assert reason(stage, her, **audience) == part


def test_another_building_is_the_first_thing_to_say(stage: Stage, her: int) -> None:
    assert reason(stage, her, building_ids=(building("3号楼"),), roles=("owner",)) == "buildings"


def test_whoever_came_later_and_whoever_was_reached_are_told_so(stage: Stage, her: int) -> None:
    id = stage.planned()
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        later = make.an_owner(session, make.a_home(session, garden, "5-1-1602"), "+8613800138098", "迟来").id
    assert why(stage, later).reason == "later"
    stage.approve(id)
    stage.work()
    with transaction() as session:
        session.execute(update(Message).where(Message.number == "+8613800138001").values(state=MessageState.FAILED))
        again = campaigns.resend(session, id, stage.author, at=AT).id
    jobs.plan(again)
    assert why(stage, her).reason == "reached"


def test_an_all_clear_is_not_for_whoever_was_not_told(stage: Stage, her: int) -> None:
    trouble = IncidentDraft(kind=IncidentKind.WATER, project_id=stage.project_id, cause="爆管")
    emergency = {"message_class": MessageClass.EMERGENCY, "trouble": trouble}
    id = stage.planned(audience=Filter(stage.project_id, (building("3号楼"),)), **emergency)
    stage.approve(id)
    stage.work()
    with transaction() as session:
        incident_id = session.get_one(Campaign, id).incident_id
        assert incident_id is not None
        all_clear = notices.restore(session, incident_id, stage.manager, at=AT).id
    jobs.plan(all_clear)
    assert why(stage, her).reason == "not_told"


def test_somebody_in_the_philippines_gets_notices_to_many_after_a_yes_as_long_as_it_stands(stage: Stage) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "6-1-101")
        her = make.an_owner(session, home, FILIPINO, "Maria").id
    stage.planned()
    assert why(stage, her).reason == "no_consent"
    with transaction() as session:
        make.a_consent(session, FILIPINO, "service", AT, granted=True)
    id = stage.planned()
    assert why(stage, her).message is not None
    with transaction() as session:
        record_choice(session, FILIPINO, Choice.OPT_OUT, at=AT, channel="text", words="STOP")
    stage.approve(id)
    stage.work()
    message = why(stage, her).message
    assert message is not None
    assert (message.state, message.reason) == (MessageState.SUPPRESSED, "opted_out")


def test_whoever_was_told_of_danger_in_the_philippines_is_told_what_followed_only_after_a_yes(stage: Stage) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, stage.project_id), "6-1-101")
        her = make.an_owner(session, home, FILIPINO, "Maria").id
    opening = stage.planned(message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    first = why(stage, her).message
    assert first is not None
    assert first.state is MessageState.ACCEPTED
    with reading() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
    for word in (notices.restore, notices.follow_up):
        with transaction() as session:
            written = word(session, incident_id, stage.supervisor, at=AT)
            assert written is not None
            id = written.id
        jobs.plan(id)
        stage.approve(id)
        stage.work()
    followed = why(stage, her).message
    assert followed is not None
    assert (followed.state, followed.reason) == (MessageState.SUPPRESSED, "no_consent")
