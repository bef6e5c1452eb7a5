"""What the tests about campaigns and incidents type at the desk, and what they read off its pages."""

import re

from sqlalchemy import select

from base.database import reading
from console.words import say
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from tests.console.conftest import Browser

TEXTS = {"text_zh": "因水箱清洗，明日9:00至17:00停水", "text_en": "Water is off tomorrow from 9:00 to 17:00"}
NOTICE = {"kind": "notice", "class": "service", "title": "水箱清洗", **TEXTS}
LATER = "2026-11-22T23:00"


def number_of(page: str, name: str) -> int:
    """The count that stands under a name of the sums."""
    found = re.search(rf"<dt>{say(name, 'zh')}</dt><dd class=\"num\">(\d+)</dd>", page)
    assert found, name
    return int(found[1])


def written(client: Browser, **more: object) -> int:
    """A notice is submitted, changed by `more`; its id."""
    answer = client.sends("/campaigns", **NOTICE | more)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def seen_of(client: Browser, campaign_id: int) -> str:
    """What whoever approves it has read."""
    found = re.search(r'id="cp-seen" value="(\w+)"', client.get(f"/campaigns/{campaign_id}").text)
    assert found
    return found[1]


def state(campaign_id: int) -> CampaignState:
    with reading() as session:
        return session.get_one(Campaign, campaign_id).state


def column(page: str, step: str) -> str:
    """What an incident's page says of one step."""
    return page.split(f'id="i-{step}"')[1].split("</li>", maxsplit=1)[0]


def last_campaign() -> tuple[int, CampaignState, int]:
    """The newest: its id, its state, how many numbers."""
    with reading() as session:
        found = session.scalars(select(Campaign).order_by(Campaign.id.desc())).first()
        assert found is not None
        return found.id, found.state, found.numbers
