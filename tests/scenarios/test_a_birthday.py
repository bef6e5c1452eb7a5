"""Birthdays at an estate: the clock finds them, each by their own sun, moon and hours, and trouble keeps them back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from base.access import Role
from directory.models import Language
from messages.models import Message
from outreach.actions import birthdaywords
from outreach.actions.campaigns import By
from tests import make
from tests.phone import Phone
from tests.scenarios.conftest import Estate
from tests.town import Town
from tickets.actions.incidents import IncidentDraft, open_incident
from tickets.lifecycle import IncidentKind

MORNING = datetime(2026, 11, 22, 0, 58, tzinfo=UTC)
"""Two minutes to nine in Shanghai on 22 November 2026, 十月十四; one in the morning in London."""
SUN, MOON, LONDON, UNASKED = "+8613800138001", "+8613800138002", "+447400123456", "+8613800138003"


@pytest.fixture
def starts_at() -> datetime:
    return MORNING


@pytest.fixture
def born_today(town: Town, estate: Estate) -> dict[str, Phone]:
    """Four people whose birthday it is, one of whom nobody has asked; and the words for them, approved."""
    people = {SUN: ("钱女士", 11, 22), MOON: ("周先生", 10, 14), LONDON: ("", 11, 22), UNASKED: ("吴先生", 11, 22)}
    with town.at_desk() as session:
        garden = session.get_one(make.Project, estate.project_id)
        for room, (number, (salutation, month, day)) in enumerate(people.items(), start=1):
            home = make.a_home(session, garden, f"9-1-{room}01")
            language = Language.EN if number == LONDON else Language.ZH
            make.an_owner(
                session, home, number, f"业主{room}", salutation=salutation, language=language, birth_month=month,
                birth_day=day, birth_is_lunar=number == MOON,
            )  # fmt: skip
            if number != UNASKED:
                make.a_consent(session, number, "care", town.now, granted=True)
        writer, approver = (
            make.a_member_of_staff(session, name, number, role)
            for name, number, role in (
                ("主管", "+8613900000031", Role.SUPERVISOR),
                ("副总", "+8613900000032", Role.DIRECTOR),
            )
        )
        wish = birthdaywords.write(
            session, "{salutation}，{company}祝您生日快乐！", "{salutation}, a happy birthday from {company}.",
            By(writer.id, writer.role), at=town.now,
        )  # fmt: skip
        birthdaywords.approve(session, wish.id, By(approver.id, approver.role), at=town.now)
    return {number: town.phone(number) for number in people}


@pytest.mark.parametrize("mode", ["two_way"])
def test_each_is_wished_once_in_the_morning_of_their_own_day(town: Town, born_today: dict[str, Phone]) -> None:
    town.settle()
    born_today[SUN].expect_nothing_more()
    town.sleep_through(120)
    town.advance(310)
    assert born_today[SUN].receives("钱女士", "生日快乐").endswith("拒收请回复R")
    born_today[MOON].receives("周先生", "生日快乐")
    born_today[LONDON].expect_nothing_more()
    town.sleep_through(8.1 * 3600)
    town.advance(310)
    born_today[LONDON].receives("Huiyin Property: Dear resident, a happy birthday")
    town.sleep_through(24 * 3600)
    town.advance(310)
    with town.at_desk() as session:
        keys = set(session.scalars(select(Message.once_key).where(Message.about.like("birthday:%"))))
        assert {key.split("/", 2)[2] for key in keys} == {"solar/2026", "lunar/2026"}
        assert len(keys) == 3, "nobody whom nobody has asked, and nobody twice"


@pytest.mark.parametrize("mode", ["two_way"])
def test_nobody_is_wished_while_their_water_is_off(town: Town, estate: Estate, born_today: dict[str, Phone]) -> None:
    with town.at_desk() as session:
        trouble = IncidentDraft(kind=IncidentKind.WATER, project_id=estate.project_id)
        open_incident(session, trouble, by_id=None, at=town.now)
    town.sleep_through(120)
    town.advance(310)
    for phone in born_today.values():
        phone.expect_nothing_more()
