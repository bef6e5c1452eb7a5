"""A campaign is written and planned: what is refused, and that nothing leaves before it is approved."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from base.access import Role
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from directory.models import Occupancy
from messages.lifecycle import MessageClass
from outreach.actions.campaigns import By
from outreach.audience import Filter
from outreach.lifecycle import CLASSES, CampaignKind, CampaignMove, CampaignState, after, check_pair, may
from outreach.models import Campaign, LeftOut
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage


@pytest.mark.parametrize("state", list(CampaignState))
@pytest.mark.parametrize("move", list(CampaignMove))
def test_a_move_that_is_not_allowed_is_refused_in_words_of_one_language_each(
    state: CampaignState, move: CampaignMove
) -> None:
    if may(move, state):
        assert after(move, state) in CampaignState
        return
    with pytest.raises(
        Conflict, match=r"^群发现在是“[^a-z]+”，不能再[^a-z]+。A campaign that is [a-z ]+ cannot be [a-z ]+\.$"
    ):
        after(move, state)


def test_a_class_that_does_not_go_with_a_kind_is_named_in_words() -> None:
    for kind, fitting in CLASSES.items():
        for message_class in set(MessageClass) - fitting:
            with pytest.raises(
                BadInput, match=r"^[^a-z]+类别，请用：[^a-z]+。The class [a-z]+ does not go with a [a-z]+;"
            ):
                check_pair(kind, message_class)


def test_a_plan_says_whom_it_reaches_and_nothing_leaves_before_it_is_approved(stage: Stage) -> None:
    campaign_id = stage.planned()
    stage.work()
    assert stage.carrier.asked == []
    with reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        found = (campaign.people, campaign.homes, campaign.numbers, campaign.texts, campaign.segments)
        assert (campaign.state, found) == (CampaignState.PLANNED, (12, 12, 12, 12, 12))
        assert len(campaign.batch.hash) == 64
    stage.approve(campaign_id)
    stage.work()
    assert stage.states(campaign_id) == {"accepted": 12}
    assert {asked.body for asked in stage.carrier.asked} == {"【回音物业】因水箱清洗，明日9:00至17:00停水"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"message_class": MessageClass.CARE}, "does not go with"),
        ({"kind": CampaignKind.SURVEY, "message_class": MessageClass.SURVEY}, "a survey needs its questions"),
        ({"text_zh": "停水，详情见{link}"}, "link"),
        ({"text_en": "  "}, "no text"),
        ({"title": " "}, "title"),
        ({"title": "停" * 121}, "120"),
        ({"send_at": AT - timedelta(hours=1)}, "past"),
        ({"valid_until_at": AT - timedelta(hours=1)}, "valid_until"),
        ({"send_at": AT + timedelta(hours=2), "valid_until_at": AT + timedelta(hours=1)}, "valid_until"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words_before_anything_is_written(
    stage: Stage, change: dict[str, object], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        stage.write(**change)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0


def test_an_audience_of_nobody_is_refused(stage: Stage) -> None:
    with pytest.raises(BadInput, match="Nobody"):
        stage.write(audience=Filter(stage.project_id, occupancy=(Occupancy.VACANT,)))


def test_where_all_are_left_out_there_is_nothing_to_approve(stage: Stage) -> None:
    campaign_id = stage.planned(kind=CampaignKind.GREETING, message_class=MessageClass.CARE)
    with reading() as session:
        assert session.get_one(Campaign, campaign_id).left_out == {"no_consent": 12}
        assert session.scalar(select(func.count()).select_from(LeftOut)) == 12
    with pytest.raises(Conflict, match="nobody"):
        stage.approve(campaign_id)


def test_whoever_has_a_project_neither_writes_to_nor_sees_another(stage: Stage) -> None:
    with transaction() as session:
        other = make.a_project(session, "滨江一号", name_en="Riverside One").id
    with pytest.raises(NotAllowed, match="own project"):
        stage.write(audience=Filter(other))
    with pytest.raises(NotAllowed, match="own project"):
        stage.write(audience=Filter())
    campaign_id = stage.planned()
    with pytest.raises(NotFound):
        stage.approve(campaign_id, By(stage.manager.staff_id, Role.MANAGER, other))


def test_a_placeholder_for_which_there_is_nothing_is_named(stage: Stage) -> None:
    with pytest.raises(BadInput, match=r"\{start\}"):
        stage.write(text_zh="{start}停水", text_en="Water is off from {start}")
