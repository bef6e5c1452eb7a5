"""What somebody in charge is told of numbers and the carrier: calmly, masked, and only when there is something."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from base import clock
from base.access import Role
from base.clock import now
from base.database import reading, transaction
from base.queue import Lane
from base.wiring import settings
from console import concerns
from console.scope import TOLD_OF_TROUBLE
from console.words import catalogue
from directory.models import NEEDS_CHECK, Number, Project, Staff
from messages.ledger import roads
from messages.ledger.claim import claim
from messages.ledger.paces import terms
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from oncall.actions.paging import write_page
from oncall.models import PageKind
from outreach.actions.days import forget_day
from outreach.models import Reply
from telephony.carrier import Accepted, Unknown
from tests import make
from tests.console.conftest import EVENING, Browser, LogIn, later
from tests.console.evening import OWNER, STRANGER, Evening, a_message, stored
from tests.messages.fake import FakeCarrier
from tickets import actions

FAILED = {"state": MessageState.FAILED}


def card(page: str) -> dict[str, str]:
    """The card, by the id of each concern."""
    if 'id="concerns"' not in page:
        return {}
    parts = re.split(r'id="concern-([\w-]+)"', page.split('id="concerns"')[1].split("</section>", maxsplit=1)[0])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def seen_by(browser: Browser, lang: str = "zh") -> dict[str, str]:
    return card(browser.get(f"/?show=open&lang={lang}").text)


def marked(number: str) -> None:
    with transaction() as session:
        for row in session.query(Number).where(Number.number == number):
            row.needs_check = True


def written(number: str, at: datetime | None = None, **change: object) -> None:
    with transaction() as session:
        a_message(session, number, at or now(), **change)


@pytest.fixture
def elsewhere(evening: Evening) -> str:
    """The number of an owner of the other project."""
    with transaction() as session:
        there = make.a_home(session, session.get(Project, evening.other_project), "9--0901")
        make.an_owner(session, there, "+8613600000009", "马超")
    return "+8613600000009"


def test_when_there_is_nothing_there_is_no_card(browser: Callable[[], Browser], app: object) -> None:
    clock.stop_at(EVENING)
    with transaction() as session:
        make.a_member_of_staff(session, "新人", role=Role.ADMIN, password_hash=stored())
        make.a_told_year(session, 2027)
    client = browser()
    client.logs_in("新人")
    assert 'id="concerns"' not in client.get("/").text


@pytest.mark.parametrize(("day", "is_told"), [("2026-11-01", False), ("2026-11-02", True), ("2026-12-31", True)])
def test_in_the_last_sixty_days_whoever_plans_is_told_that_nobody_knows_the_make_up_days_of_the_next_year(
    logged_in: LogIn, evening: Evening, day: str, is_told: bool
) -> None:
    with transaction() as session:
        forget_day(session, date(2027, 1, 1))
    clock.stop_at(datetime.fromisoformat(f"{day}T12:00:00+08:00"))
    for login in ("manager", "director", "admin"):
        seen = seen_by(logged_in(login))
        assert ("workdays-2027" in seen) is is_told, login
    assert "workdays-2027" not in seen_by(logged_in("supervisor"))
    if is_told:
        chinese, english = seen_by(logged_in("admin")), seen_by(logged_in("admin"), "en")
        assert "2027 年的调休还没有导入" in chinese["workdays-2027"]
        assert "The make-up days of 2027 are not known yet" in english["workdays-2027"]


@pytest.mark.parametrize("login", ["agent", "technician", "centre"])
def test_those_who_cannot_mend_it_are_not_bothered(logged_in: LogIn, evening: Evening, login: str) -> None:
    marked(OWNER)
    assert seen_by(logged_in(login)) == {}


def test_a_supervisor_is_told_of_their_own_project_and_a_director_of_all(
    logged_in: LogIn, evening: Evening, elsewhere: str
) -> None:
    for number in (OWNER, elsewhere):
        marked(number)
        written(number, error_code="30007", **FAILED)
        written(number, is_doubtful=True)
    here = seen_by(logged_in("supervisor"))
    assert list(here) == ["check", "refused-30007", "twice"]
    for html in here.values():
        assert "138****6021" in html
        assert "136****0009" not in html
    assert "林**" in here["check"]
    assert "林婷" not in here["check"], "her page has the whole name"
    assert "139****0000" in here["twice"], "a page to somebody of the house"
    everywhere = seen_by(logged_in("director"))
    assert set(everywhere) == {"check", "refused-21408", "refused-30007", "twice"}
    assert all(number in everywhere["check"] for number in ("138****6021", "136****0009", "135****0001"))


def test_it_is_said_in_both_languages_and_in_the_right_number(logged_in: LogIn, evening: Evening) -> None:
    director = logged_in("director")
    chinese, english = seen_by(director), seen_by(director, "en")
    assert "1 个号码需要核对" in chinese["check"]
    assert "1 number needs checking" in english["check"]
    assert "运营商拒发：21408 未开通该地区<" in chinese["refused-21408"]
    assert "The carrier refuses: 21408, this region is not switched on<" in english["refused-21408"]
    assert "1 message may have gone twice" in english["twice"]
    marked(OWNER)
    for _ in range(2):
        written(STRANGER, is_doubtful=True)
        written(STRANGER, error_code="21408", **FAILED)
    chinese, english = seen_by(director), seen_by(director, "en")
    assert "2 个号码需要核对" in chinese["check"]
    assert "3 条消息可能重复" in chinese["twice"]
    assert "3 messages may have gone twice" in english["twice"]
    assert "(3 messages)" in english["refused-21408"]
    assert chinese["twice"].count("139****5532") == 1, "a number once, however many messages"


def test_no_number_is_whole(logged_in: LogIn, evening: Evening) -> None:
    marked(OWNER)
    html = "".join(seen_by(logged_in("director")).values())
    written_out = re.sub(r"/static/\w+/", "", html)  # what is not for reading: a file's fingerprint may be all digits
    assert not re.search(r"\d{8}", written_out)


@pytest.mark.parametrize(
    ("change", "age"),
    [
        ({"error_code": "30003", **FAILED}, timedelta(0)),
        ({"error_code": "20003", "state": MessageState.DELIVERED}, timedelta(0)),
        ({"error_code": "20003", "state": MessageState.ACCEPTED}, timedelta(0)),
        ({"error_code": "21408", **FAILED}, timedelta(hours=25)),
        ({"is_doubtful": True}, timedelta(hours=25)),
    ],
    ids=["of one number only", "got over", "gone since", "long ago", "twice long ago"],
)
def test_what_needs_nobody_is_not_shown(
    logged_in: LogIn, evening: Evening, change: dict[str, object], age: timedelta
) -> None:
    director = logged_in("director")
    before = seen_by(director)
    written(OWNER, now() - age, **change)
    assert seen_by(director) == before


def test_a_refusal_that_still_holds_everything_up_is_shown_before_anything_has_failed(
    logged_in: LogIn, evening: Evening
) -> None:
    written(OWNER, now() + timedelta(minutes=1), error_code="20003", state=MessageState.PLANNED)
    assert "账号或密钥不对" in seen_by(logged_in("manager"))["refused-20003"]


def test_a_message_about_a_complaint_to_headquarters_tells_the_project_nothing(
    logged_in: LogIn, evening: Evening
) -> None:
    with reading() as session:
        ticket = actions.find_by_ref(session, evening.refs["headquarters"])
    written(OWNER, about=f"ticket:{ticket.id}", error_code="30007", **FAILED)
    assert "refused-30007" not in seen_by(logged_in("manager"))
    assert "refused-30007" in seen_by(logged_in("director"))


def test_nor_does_a_page_about_one(logged_in: LogIn, evening: Evening) -> None:
    pages = {}
    with transaction() as session:
        director = session.scalars(select(Staff).where(Staff.role == Role.DIRECTOR)).first()
        number = director.number
        for name in ("headquarters", "late"):
            ticket = actions.find_by_ref(session, evening.refs[name])
            pages[name] = write_page(session, ticket, director, kind=PageKind.LADDER, step=9, at=now()).id
    manager = logged_in("manager")
    written(number, about=f"page:{pages['headquarters']}:text", error_code="30007", **FAILED)
    assert "refused-30007" not in seen_by(manager)
    assert "refused-30007" in seen_by(logged_in("director"))
    written(number, about=f"page:{pages['late']}:call", error_code="30007", **FAILED)
    later(minutes=2)
    assert "refused-30007" in seen_by(manager)


def test_many_numbers_are_counted_and_the_first_are_listed(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concerns, "MOST_SHOWN", 2)
    with transaction() as session:
        for n in range(4):
            make.an_owner(session, (), f"+861350000010{n}", f"业主{n}").numbers[0].needs_check = True
    html = seen_by(logged_in("director"))["check"]
    assert "5 个号码需要核对" in html
    assert html.count("****") == 2
    assert "还有 3 个" in html


def test_it_is_looked_for_once_a_minute_and_only_for_those_who_are_told(logged_in: LogIn, evening: Evening) -> None:
    told, others = logged_in("supervisor"), logged_in("technician")
    later(minutes=2)  # no clock passes a border in the next minute
    tags = {client: client.get("/board").headers["HX-PTag"] for client in (told, others)}
    marked(OWNER)
    later(seconds=58)
    for client, tag in tags.items():
        assert client.get("/board", headers={"HX-PTag": tag}).status_code == 304
    later(seconds=3)
    assert "check" in card(told.get("/board", headers={"HX-PTag": tags[told]}).text)
    assert "check" not in card(others.get("/board", headers={"HX-PTag": tags[others]}).text)


def test_every_code_worth_telling_has_words() -> None:
    assert {f"refused.{code}" for code in concerns.WORTH_TELLING} <= set(catalogue())
    assert {Role.AGENT, Role.TECHNICIAN}.isdisjoint(TOLD_OF_TROUBLE)


def test_each_look_reads_a_small_index(evening: Evening, database_kind: str) -> None:
    recent = concerns._messages(now())
    looks = {
        "ix_message_error": recent.where(concerns.HAS_ERROR, Message.error_code.in_(["21408"])),
        "ix_message_doubtful": recent.where(concerns.IS_DOUBTFUL),
        "ix_number_needs_check": select(Number.number).where(NEEDS_CHECK),
        "ix_reply_ticket": select(Reply.id).where(Reply.ticket_id == 1),
    }
    with reading() as session:
        if database_kind == "postgres":  # which would rather read a table as small as these from end to end
            session.execute(text("SET LOCAL enable_seqscan = off"))
        for index, query in looks.items():
            asked = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
            how = "EXPLAIN" if database_kind == "postgres" else "EXPLAIN QUERY PLAN"
            plan = session.execute(text(f"{how} {asked}".replace(":", r"\:"))).all()
            assert index in str(plan), plan


def test_whoever_leads_is_told_when_the_day_has_cost_enough(
    logged_in: LogIn, evening: Evening, street: FakeCarrier, app: Flask
) -> None:
    prices = {"sms_cost": 5.0, "daily_cost_cap": 4.0}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
    supervisor, agent = logged_in("supervisor"), logged_in("agent")
    assert "spent" not in seen_by(supervisor)
    with transaction() as session:
        make.a_consent(session, OWNER, "care", now(), granted=True)
        a_message(session, OWNER, now(), message_class=MessageClass.CARE, lane=Lane.BULK)
        assert claim(session, Lane.BULK, at=now(), room=10, under=terms(settings())).rows == []
    later(minutes=1)
    assert "今天的费用已到上限" in seen_by(supervisor)["spent"]
    assert "Today has cost enough" in seen_by(supervisor, "en")["spent"]
    assert "spent" not in seen_by(agent)
    later(hours=8)
    assert "spent" not in seen_by(supervisor), "tomorrow is another day"


@pytest.mark.parametrize(("carrier", "words"), [("first", "运营商没有应答"), ("second", "备用运营商没有应答")])
def test_whoever_leads_is_told_that_a_carrier_is_left_alone(
    logged_in: LogIn, evening: Evening, carrier: str, words: str
) -> None:
    supervisor, agent = logged_in("supervisor"), logged_in("agent")
    with transaction() as session:
        roads.learn(session, carrier, [Unknown("TimeoutError")] * 4, at=now(), answer_s=8)
    assert f"carrier_{carrier}" not in seen_by(supervisor), "four may be chance"
    with transaction() as session:
        roads.learn(session, carrier, [Unknown("TimeoutError")], at=now(), answer_s=8)
    later(minutes=1)
    assert words in seen_by(supervisor)[f"carrier_{carrier}"]
    assert f"carrier_{carrier}" not in seen_by(agent)
    with transaction() as session:
        roads.learn(session, carrier, [Accepted("SM1")], at=now(), answer_s=8)
    later(minutes=1)
    assert f"carrier_{carrier}" not in seen_by(supervisor)
