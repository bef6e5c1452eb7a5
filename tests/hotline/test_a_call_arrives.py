"""A call arrives: who is greeted how, and what is offered."""

from datetime import UTC, datetime

import pytest

from base import clock
from base.database import transaction
from directory.models import Language
from hotline.models import Call, CallEvent
from tests.hotline.caller import Dialler
from tests.make import a_home, a_project, an_owner

BY_DAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
BY_NIGHT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
OWNER = "+8613800138000"


@pytest.fixture(autouse=True)
def noon(app):
    clock.stop_at(BY_DAY)


def test_a_known_owner_is_greeted_by_her_salutation_and_offered_everything(dials: Dialler):
    with transaction() as session:
        an_owner(session, a_home(session, a_project(session)), OWNER)
    call = dials(OWNER)
    call.hears("李女士，您好", "本次通话可能会被录音", "For English, press 8")
    for offer in ("请直接按0", "报修请按1", "投诉请按2", "咨询请按3", "建议留言请按4", "查询处理进度请按5", "人工服务请按9", "重听请按星号"):
        call.hears(offer)
    assert call.words.index("For English") < call.words.index("可能会被录音"), "right after the greeting"
    assert "1502" not in call.words, "her home is not told to whoever holds the telephone"


def test_the_star_says_it_again_and_eight_changes_the_language_and_back(dials: Dialler):
    with transaction() as session:
        an_owner(session, a_home(session, a_project(session)), OWNER)
    call = dials(OWNER).presses("*").hears("报修请按1").presses("8").hears("For repairs, press 1")
    call.presses("8").hears("报修请按1")
