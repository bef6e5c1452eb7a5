"""The plan of a year, the words for birthdays, and what a person's page says of greetings."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from directory.auditmodels import Audit, AuditWhat
from directory.models import Language, Person
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import birthdaywords, campaigns, yearplan
from outreach.actions.campaigns import By, CampaignDraft
from outreach.actions.days import forget_day
from outreach.audience import Filter
from outreach.festivals import Whom
from outreach.jobs import planning
from outreach.jobs.birthdays import greet_due
from outreach.lifecycle import CampaignKind
from outreach.models import BirthdayWish, Campaign
from tests import make
from tests.console.conftest import LogIn
from tests.console.evening import OWNER, Evening
from tickets.workdays import DayKind

WORDS = {"text_zh": "{salutation}，祝您生日快乐！", "text_en": "{salutation}, a happy birthday."}


def months(page: str) -> dict[int, str]:
    """The page cut into its months, without markup."""
    parts = re.split(r'id="m-(\d+)"', page)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {int(n): " ".join(re.sub(r"<[^>]*>", " ", html).split()) for n, html in pairs}


def wants_greetings(number: str = OWNER) -> None:
    with transaction() as session:
        make.a_consent(session, number, "care", clock.now(), granted=True)


def a_greeting(evening: Evening, day: str = "2026-12-31", *, approved: bool = False) -> int:
    """A greeting for the new year, written by the agent."""
    by = [By(evening.staff[name], role, evening.home_project) for name, role in ROLES]
    with transaction() as session:
        draft = CampaignDraft(
            kind=CampaignKind.GREETING, message_class=MessageClass.CARE, title="元旦问候", text_zh="元旦快乐",
            text_en="A happy new year", audience=Filter(evening.home_project),
            send_at=datetime.fromisoformat(f"{day}T10:00:00+08:00"),
        )  # fmt: skip
        campaign_id = campaigns.write(session, draft, by[0], at=clock.now()).id
    planning.plan(campaign_id)
    if approved:
        with transaction() as session:
            seen = session.get_one(Campaign, campaign_id).batch.hash
            campaigns.approve(session, campaign_id, by[1], seen=seen, at=clock.now())
    return campaign_id


ROLES = [("supervisor", make.Role.SUPERVISOR), ("manager", make.Role.MANAGER)]


def test_the_year_shows_what_goes_what_is_merged_and_what_never_goes(logged_in: LogIn, evening: Evening) -> None:
    wants_greetings()
    seen = months(logged_in("manager").get("/plan?year=2031&lang=zh").text)
    assert set(seen) == set(range(1, 13))
    assert "1月22日" in seen[1]
    assert "除夕" in seen[1]
    assert "中秋节、国庆节" in seen[10]
    assert "约 1 人愿意收" in seen[10]
    assert "清明节 清明节不发问候" in seen[4]
    merged = months(logged_in("manager").get("/plan?year=2023&lang=zh").text)
    assert "国庆节与中秋节相近，已在 2023-09-29 一并问候" in merged[10]
    english = months(logged_in("manager").get("/plan?year=2031&lang=en").text)
    assert "Mid-Autumn Festival, National Day" in english[10]
    assert "wanted by about 1" in english[10]


def test_a_campaign_stands_on_its_day_with_how_far_it_is(logged_in: LogIn, evening: Evening) -> None:
    wants_greetings()
    with transaction() as session:
        session.get_one(Person, evening.owner).language = Language.ZH
    manager = logged_in("manager")
    address = "/plan?year=2027&lang=zh"
    before = months(manager.get(address).text)[1]
    assert "还没有写" in before
    assert "template=new_year&amp;day=2027-01-01" in manager.get(address).text, "the way to write it"
    waiting = a_greeting(evening, "2027-01-01")
    assert "元旦问候 待批准" in months(manager.get(address).text)[1]
    assert f'href="/campaigns/{waiting}"' in manager.get(address).text
    with transaction() as session:
        campaign = session.get_one(Campaign, waiting)
        by = By(evening.staff["manager"], make.Role.MANAGER, evening.home_project)
        campaigns.approve(session, waiting, by, seen=campaign.batch.hash, at=clock.now())
    assert "元旦问候 已批准" in months(manager.get(address).text)[1]
    with reading() as session:
        (entry,) = [
            one for one in yearplan.entries(session, 2027, None) if one.day == date(2027, 1, 1)
        ]  # fmt: skip
        assert [(one.state, one.numbers) for one in entry.written] == [("approved", 1)]
        assert (entry.whom, entry.about) == (Whom.EVERYBODY, 1)
    with transaction() as session:
        session.query(Message).filter_by(batch_id=_batch(waiting)).update({"state": MessageState.DELIVERED})
    assert "元旦问候 已发完" in months(manager.get(address).text)[1]


def _batch(campaign_id: int) -> int:
    with reading() as session:
        return session.get_one(Campaign, campaign_id).batch_id


def test_days_off_and_make_up_days_stand_there_and_a_year_nobody_knows_is_marked(
    logged_in: LogIn, evening: Evening
) -> None:
    manager = logged_in("manager")
    known = manager.get("/plan?year=2026&lang=zh").text
    assert 'id="provisional"' not in known
    february = months(known)[2]
    assert "班 2月14日 春节" in february
    assert "休 2月15日–2月23日 春节" in february
    with transaction() as session:
        forget_day(session, date(2027, 1, 1))
    unknown = manager.get("/plan?year=2027&lang=zh").text
    assert 'id="provisional"' in unknown
    assert "休 2月5日–2月8日 春节 · 待公布" in months(unknown)[2]
    assert "provisional" in months(manager.get("/plan?year=2027&lang=en").text)[2]


def test_a_day_of_mourning_stands_in_the_plan(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        make.a_special_day(session, "2027-05-12", DayKind.MOURNING, "哀悼日")
    assert "哀悼日 哀悼日，不发祝福" in months(logged_in("manager").get("/plan?year=2027&lang=zh").text)[5]


def test_a_project_sees_its_own_campaigns_and_people_only(logged_in: LogIn, evening: Evening) -> None:
    wants_greetings()
    with transaction() as session:
        there = make.a_home(session, session.get_one(make.Project, evening.other_project), "9--0901")
        make.an_owner(session, there, "+8613600000009", "马超", birth_month=3, birth_day=8)
    wants_greetings("+8613600000009")
    a_greeting(evening, "2027-01-01")
    with transaction() as session:
        session.query(Campaign).update({"project_id": evening.other_project})
    assert "约 1 人愿意收" in months(logged_in("manager").get("/plan?year=2027&lang=zh").text)[1]
    director = months(logged_in("director").get("/plan?year=2027&lang=zh").text)
    assert "元旦问候" in director[1]
    assert "约 2 人愿意收" in director[2]
    assert "生日 1 人" in director[3]
    assert "生日 0 人" in months(logged_in("manager").get("/plan?year=2027&lang=zh").text)[3]


@pytest.mark.parametrize("year", ["1", "99999", "x"])
def test_no_year_breaks_the_page(logged_in: LogIn, evening: Evening, year: str) -> None:
    assert logged_in("admin").get(f"/plan?year={year}").status_code == 200


def test_words_for_birthdays_are_written_approved_by_another_and_switched_off_and_on(
    logged_in: LogIn, evening: Evening
) -> None:
    director, admin = logged_in("director"), logged_in("admin")
    assert director.sends("/plan/birthdays", **WORDS).status_code == 303
    with reading() as session:
        wish_id = session.scalars(select(BirthdayWish.id)).one()
    assert "要请另一位主管或以上来批准" in director.get("/plan?lang=zh").text
    assert director.sends(f"/plan/birthdays/{wish_id}/approve").status_code == 403
    assert "批准并启用" in admin.get("/plan?lang=zh").text
    assert admin.sends(f"/plan/birthdays/{wish_id}/approve").status_code == 303
    assert admin.sends(f"/plan/birthdays/{wish_id}/approve").status_code == 409
    assert "已启用" in director.get("/plan?lang=zh").text
    assert director.sends(f"/plan/birthdays/{wish_id}/stop").status_code == 303
    assert "已停用" in director.get("/plan?lang=zh").text
    assert director.sends(f"/plan/birthdays/{wish_id}/stop").status_code == 409
    assert director.sends(f"/plan/birthdays/{wish_id}/resume").status_code == 303
    assert "switched on" in director.get("/plan?lang=en").text


def test_what_is_refused_is_said_beside_it_and_nothing_typed_is_lost(logged_in: LogIn, evening: Evening) -> None:
    typed = {"text_zh": "{age}岁生日快乐", "text_en": "Happy birthday"}
    refused = logged_in("director").sends("/plan/birthdays?lang=zh", **typed)
    assert refused.status_code == 422
    assert "{age}岁生日快乐" in refused.text
    other = logged_in("manager").sends("/plan/birthdays", **WORDS)
    assert other.status_code == 403, "it goes to all projects"


def test_a_dry_run_says_whose_birthday_it_is_and_who_is_not_wished(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        owner = session.get_one(Person, evening.owner)
        owner.birth_month, owner.birth_day = 11, 23
    director = logged_in("director")
    refused = director.get("/plan/birthdays?day=2026-11-23&lang=zh").text
    assert ("林婷" in refused, "不愿收到" in refused, "138****6021" in refused) == (True, True, True)
    wants_greetings()
    assert "会发" in director.get("/plan/birthdays?day=2026-11-23&lang=zh").text
    assert "It is nobody&#39;s birthday" in director.get("/plan/birthdays?day=2026-11-24&lang=en").text
    with transaction() as session:
        garden = session.get_one(make.Project, evening.other_project)
        make.an_owner(
            session, make.a_home(session, garden, "9--0901"), "+8613600000009", "马超", birth_month=11, birth_day=23
        )
    assert "马超" in director.get("/plan/birthdays?day=2026-11-23").text
    assert "马超" not in logged_in("manager").get("/plan/birthdays?day=2026-11-23").text


def test_a_person_s_page_says_when_their_birthday_is_next(logged_in: LogIn, evening: Evening) -> None:
    agent = logged_in("agent")
    assert "没有记生日" in agent.get(f"/people/{evening.owner}?lang=zh").text
    with transaction() as session:
        owner = session.get_one(Person, evening.owner)
        owner.birth_month, owner.birth_day, owner.birth_is_lunar = 8, 15, True
    page = agent.get(f"/people/{evening.owner}?lang=zh").text
    assert "农历生日 8 月 15 日" in page
    assert "下一次 9月15日" in page


def test_that_somebody_mourns_is_marked_with_who_and_when_and_lifted_again(logged_in: LogIn, evening: Evening) -> None:
    agent, path = logged_in("agent"), f"/people/{evening.owner}"
    assert agent.sends(f"{path}/bereaved").status_code == 303
    assert agent.sends(f"{path}/bereaved").status_code == 303, "pressed twice"
    page = agent.get(f"{path}?lang=zh").text
    assert "11月22日起，到 2027 年11月22日不发祝福" in page
    assert "记下家中有丧事" in logged_in("supervisor").get(f"{path}?lang=zh").text
    assert agent.sends(f"{path}/consoled").status_code == 303
    assert "家中有丧事</span>" not in agent.get(f"{path}?lang=zh").text
    with reading() as session:
        of_people = select(Audit.staff_id, Audit.what).where(Audit.about.like("person:%"))
        kept = session.execute(of_people.order_by(Audit.id)).all()
        assert [tuple(one) for one in kept] == [
            (evening.staff["agent"], AuditWhat.BEREAVED), (evening.staff["agent"], AuditWhat.CONSOLED),
        ]  # fmt: skip


def test_a_wish_is_read_by_those_of_the_project_of_whom_it_went_to(logged_in: LogIn, evening: Evening) -> None:
    wants_greetings()
    with transaction() as session:
        owner = session.get_one(Person, evening.owner)
        owner.birth_month, owner.birth_day = 11, 22
        by = [By(evening.staff[name], role) for name, role in ROLES]
        wish = birthdaywords.write(session, WORDS["text_zh"], WORDS["text_en"], by[0], at=clock.now())
        birthdaywords.approve(session, wish.id, by[1], at=clock.now())
    greet_due()
    assert "祝您生日快乐" in logged_in("agent").get(f"/people/{evening.owner}").text
    with reading() as session:
        message_id = session.scalars(select(Message.id).where(Message.about.like("birthday:%"))).one()
    assert logged_in("agent").get(f"/messages/{message_id}").status_code == 200
    assert logged_in("abroad").get(f"/messages/{message_id}").status_code == 404


def test_nobody_of_another_project_marks_it(logged_in: LogIn, evening: Evening) -> None:
    assert logged_in("abroad").sends(f"/people/{evening.owner}/bereaved").status_code == 404
