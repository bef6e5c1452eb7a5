"""Texts come in at the carrier's door."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

import tickets.actions
from base import clock
from base.database import reading, transaction
from directory.actions import last_word, record_choice, record_consent
from directory.consent import Choice
from messages.models import Message
from oncall import actions as oncall
from outreach.models import Reply
from tests.make import a_home, an_owner
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, has_left, later, page_of, pages
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level, Status
from tickets.models import EventType, Ticket, TicketEvent

HOTLINE = "+864008001234"
OWNER, STRANGER = "+8613800138000", "+8613711112222"
_sids = itertools.count(1)


@dataclass
class Town:
    """An estate with a paged emergency, one owner, and a way to text us."""

    posts: Callable[..., TestResponse]
    estate: Estate
    lift_id: int
    code: str

    def texts(self, body: str, *, sender: str, sid: str = "", to: str = HOTLINE) -> None:
        sid = sid or f"SM{next(_sids):032x}"
        answer = self.posts("/sms/incoming", MessageSid=sid, From=sender, To=to, Body=body, NumMedia="0")
        assert (answer.status_code, answer.get_data()) == (204, b"")

    @property
    def first(self) -> str:
        return self.estate.first.number

    @property
    def second(self) -> str:
        return self.estate.second.number


@pytest.fixture
def town(app: Flask, carrier_posts: Callable[..., TestResponse]) -> Iterator[Town]:
    clock.stop_at(AT)
    with transaction() as session:
        estate = an_estate(session)
        an_owner(session, a_home(session, estate.project), OWNER)
        lift = a_stuck_lift(session, estate, caller_number="+8613600000000")
        oncall.climb(session, lift.id, at=AT)
        has_left(session, estate.first)
        has_left(session, estate.second)
        code = page_of(session, lift, estate.first).code
    clock.stop_at(later(30))
    return Town(carrier_posts, estate, lift.id, code)


def lift(town: Town) -> tuple[str, str | None]:
    """(status, who has it)."""
    with reading() as session:
        ticket = session.get_one(Ticket, town.lift_id)
        return ticket.status.value, ticket.assignee.name if ticket.assignee else None


def new_texts(number: str) -> list[str]:
    """Texts planned after the pages had left."""
    with reading() as session:
        found = select(Message.body).where(Message.number == number, Message.planned_at > AT).order_by(Message.id)
        return list(session.scalars(found))


def tickets_by_text() -> list[Ticket]:
    with reading() as session:
        found = list(session.scalars(select(Ticket).where(Ticket.channel == Channel.TEXT).order_by(Ticket.id)))
        session.expunge_all()
        return found


def replies() -> list[tuple[str | None, str]]:
    with reading() as session:
        return [(reply.number, reply.became) for reply in session.scalars(select(Reply).order_by(Reply.id))]


@pytest.mark.parametrize("body", ["{code}", "{code} 1", " {code}\n"])
def test_the_code_from_the_paged_number_takes_it(town: Town, body: str) -> None:
    town.texts(body.format(code=town.code), sender=town.first)
    assert lift(town) == ("acknowledged", "王强")
    assert "您已接单" in new_texts(town.first)[-1]
    assert "已由王强接单" in new_texts(town.second)[-1]
    assert tickets_by_text() == []


def test_the_code_from_any_other_number_takes_nothing(town: Town) -> None:
    for sender in (STRANGER, OWNER, town.second):
        town.texts(town.code, sender=sender)
    assert lift(town) == ("open", None)


def test_somebody_elses_code_is_answered_with_the_way_to_the_hotline(town: Town) -> None:
    wrong = "1000" if town.code != "1000" else "1001"
    with reading() as session:
        assert oncall.page_by_code(session, town.estate.second.id, wrong, at=later(30)) is None
    town.texts(wrong, sender=town.second)
    assert "代码不对" in new_texts(town.second)[-1]


def test_four_noughts_from_a_colleague_opt_out_like_anybodys(town: Town) -> None:
    with transaction() as session:
        record_consent(session, town.first, "care", granted=True, at=later(1), channel="desk", words="")
    town.texts("0000", sender=town.first)
    with reading() as session:
        assert last_word(session, town.first, "care") is False
    assert (replies(), new_texts(town.first)) == ([(town.first, "consent")], [])
    assert lift(town) == ("open", None)


def test_2_passes_it_on(town: Town) -> None:
    town.texts(f"{town.code} 2", sender=town.first)
    assert lift(town)[0] == "open"
    assert "已转下一位" in new_texts(town.first)[-1]
    with reading() as session:
        assert (0, "王强", "passed") in pages(session, session.get_one(Ticket, town.lift_id))


def test_3_takes_it_and_calls_for_help(town: Town) -> None:
    town.texts(f"{town.code} 3", sender=town.first)
    assert lift(town) == ("acknowledged", "王强")
    assert "王强需要支援" in new_texts(town.estate.supervisor.number)[0]


def test_who_answers_later_is_told_who_has_it(town: Town) -> None:
    with transaction() as session:
        theirs = page_of(session, session.get_one(Ticket, town.lift_id), town.estate.second).code
    town.texts(town.code, sender=town.first)
    town.texts(theirs, sender=town.second)
    assert "已由王强先接单" in new_texts(town.second)[-1]


def test_the_same_text_twice_changes_nothing(town: Town) -> None:
    for body, sender in ((town.code, town.first), ("请问物业费怎么交", OWNER), ("退订", OWNER)):
        sid = f"SM{next(_sids):032x}"
        town.texts(body, sender=sender, sid=sid)
        before = (lift(town), new_texts(sender), len(tickets_by_text()), replies())
        town.texts(body, sender=sender, sid=sid)
        assert (lift(town), new_texts(sender), len(tickets_by_text()), replies()) == before


def test_anything_else_becomes_a_ticket_of_the_owners_home(town: Town) -> None:
    town.texts("请问物业费怎么交", sender=OWNER)
    [ticket] = tickets_by_text()
    assert (ticket.kind, ticket.level, ticket.status) == (Kind.ENQUIRY, Level.P3, Status.OPEN)
    assert (ticket.place, ticket.summary) == ("3号楼2单元1502室", "请问物业费怎么交")
    assert ticket.project_id == town.estate.project.id
    [text] = new_texts(OWNER)
    assert ticket.ref in text


def test_a_second_text_is_added_to_the_open_ticket_and_not_answered_again(town: Town) -> None:
    town.texts("请问物业费怎么交", sender=OWNER)
    town.texts("还有停车费", sender=OWNER)
    [ticket] = tickets_by_text()
    assert len(new_texts(OWNER)) == 1
    with reading() as session:
        added = select(TicketEvent.text).where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.CALLED_AGAIN
        )
        assert session.scalars(added).all() == ["还有停车费"]


def test_a_text_is_not_lost_in_a_complaint_that_only_headquarters_sees(town: Town) -> None:
    with transaction() as session:
        a_stuck_lift(
            session, town.estate, kind=Kind.COMPLAINT, category="attitude", caller_number=OWNER, owner_desk=HEADQUARTERS
        )
    town.texts("厨房水龙头坏了，请来修", sender=OWNER)
    with reading() as session:
        newest = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert newest is not None
        assert (newest.kind, newest.owner_desk, newest.summary) == (Kind.ENQUIRY, "", "厨房水龙头坏了，请来修")


def test_after_the_ticket_is_done_a_text_is_a_new_matter(town: Town) -> None:
    town.texts("请问物业费怎么交", sender=OWNER)
    with transaction() as session:
        [ticket] = tickets_by_text()
        tickets.actions.resolve(session, ticket.id, town.estate.manager.id, at=later(60), text="已答复")
    town.texts("路灯不亮", sender=OWNER)
    assert len(tickets_by_text()) == 2


def test_danger_in_a_text_is_an_emergency_even_with_a_question_open(town: Town) -> None:
    town.texts("请问物业费怎么交", sender=OWNER)
    town.texts("3号楼电梯困人", sender=OWNER)
    _, emergency = tickets_by_text()
    assert (emergency.kind, emergency.level, emergency.category) == (Kind.EMERGENCY, Level.P0, "lift_trapped")
    assert emergency.page_due_at is not None
    town.texts("快来，电梯里有老人被困", sender=OWNER)
    assert len(tickets_by_text()) == 2


@pytest.mark.parametrize("word", ["退订", "T", "r", "TD。"])
def test_a_wish_to_be_left_alone_is_written_down_and_not_answered(town: Town, word: str) -> None:
    town.texts(word, sender=OWNER)
    with reading() as session:
        assert last_word(session, OWNER, "care") is False
        assert last_word(session, OWNER, "service") is None
    assert new_texts(OWNER) == []
    assert tickets_by_text() == []


@pytest.mark.parametrize("word", ["STOP", "stop ", "Unsubscribe", "QUIT"])
def test_what_the_carrier_answers_itself_is_not_answered_by_us(town: Town, word: str) -> None:
    town.texts(word, sender=OWNER)
    assert new_texts(OWNER) == []
    assert tickets_by_text() == []


def test_a_bare_help_is_read_by_a_person_though_the_carrier_answers_it(town: Town) -> None:
    town.texts("HELP", sender=OWNER)
    assert len(tickets_by_text()) == 1
    assert new_texts(OWNER) == []


def test_every_opt_out_the_carrier_knows_is_written_down(town: Town) -> None:
    for word in ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"):
        with transaction() as session:
            record_choice(session, OWNER, Choice.OPT_IN, at=later(30), channel="test", words="")
        town.texts(word, sender=OWNER)
        with reading() as session:
            assert last_word(session, OWNER, "care") is False, word


@pytest.mark.parametrize("word", ["yes", "START", "订阅"])
def test_an_opt_in_word_grants_nothing_to_somebody_who_never_refused(town: Town, word: str) -> None:
    town.texts(word, sender=OWNER)
    assert [became for _, became in replies()] == ["ticket"]
    assert [ticket.summary for ticket in tickets_by_text()] == [word], "a person reads it"
    with reading() as session:
        assert {last_word(session, OWNER, each) for each in ("survey", "care", "marketing")} == {None}


def test_an_opt_in_word_takes_an_opt_out_back_and_grants_no_more_than_there_was(town: Town) -> None:
    with transaction() as session:
        record_consent(session, OWNER, "care", granted=True, at=later(1), channel="desk", words="")
    sid = "SM" + "c" * 32
    town.texts("STOP", sender=OWNER)
    clock.stop_at(later(60))
    for _ in range(2):
        town.texts("yes", sender=OWNER, sid=sid)
    assert [became for _, became in replies()] == ["consent", "consent"]
    with reading() as session:
        wishes = {each: last_word(session, OWNER, each) for each in ("survey", "care", "marketing")}
        assert wishes == {"survey": True, "care": True, "marketing": False}
    assert tickets_by_text() == []


@pytest.mark.parametrize(
    "sender",
    ["", "anonymous", "+266696687", "+8656696", "1069012345678", "10086", "MYBANK", HOTLINE],
)
def test_machines_withheld_senders_and_ourselves_are_ignored(town: Town, sender: str) -> None:
    town.texts("您的验证码是 1234", sender=sender)
    assert replies() == [(None, "ignored")]
    assert tickets_by_text() == []
    with reading() as session:
        assert session.scalars(select(Message).where(Message.planned_at > AT)).all() == []
        assert session.scalars(select(Reply.body)).all() == [""]


def test_a_project_number_of_ours_is_ignored(town: Town) -> None:
    with transaction() as session:
        session.merge(town.estate.project).number = "+862155550100"
    town.texts("hello", sender="+862155550100")
    assert replies() == [(None, "ignored")]


def test_a_stranger_abroad_gets_a_ticket_but_no_text(town: Town) -> None:
    town.texts("Who do I talk to about my flat?", sender="+447700900123")
    [ticket] = tickets_by_text()
    assert ticket.language == "en"
    assert new_texts("+447700900123") == []


@pytest.mark.parametrize("form", [{}, {"From": OWNER, "Body": "x"}, {"MessageSid": "S" * 200, "From": OWNER}])
def test_a_text_without_a_usable_sid_changes_nothing(town: Town, form: dict[str, str]) -> None:
    assert town.posts("/sms/incoming", **form).status_code == 204
    assert replies() == []


def test_a_text_of_odd_characters_is_kept_whole(town: Town) -> None:
    town.texts("水管\x00漏了👍🏽\u202e", sender=OWNER)
    [ticket] = tickets_by_text()
    assert ticket.summary == "水管漏了👍🏽\u202e"


def test_unsigned_is_refused_and_nothing_stored(town: Town, app: Flask) -> None:
    answer = app.test_client().post("/sms/incoming", data={"MessageSid": "SM1", "From": OWNER, "Body": "x"})
    assert answer.status_code == 403
    assert replies() == []


def test_a_desk_that_works_over_midnight_promises_hours_at_night_and_the_evening_by_day(town: Town) -> None:
    with transaction() as session:
        project = session.merge(town.estate.project)
        project.day_starts, project.day_ends = time(18), time(7)
    clock.stop_at(clock.now() + timedelta(days=1))  # the night of a Monday: that of a Sunday is no service time
    town.texts("请问物业费怎么交", sender=OWNER)
    assert "4小时内" in new_texts(OWNER)[-1]
    with transaction() as session:
        [ticket] = tickets_by_text()
        tickets.actions.resolve(session, ticket.id, town.estate.manager.id, at=clock.now(), text="已答复")
    clock.stop_at(clock.now() + timedelta(hours=12))
    town.texts("路灯不亮", sender=OWNER)
    assert "今日二十二点前" in new_texts(OWNER)[-1]


def test_danger_again_after_somebody_took_the_first_is_an_emergency_of_its_own(town: Town) -> None:
    town.texts("电梯困人了", sender=OWNER)
    (first,) = tickets_by_text()
    with transaction() as session:
        oncall.take_ticket(session, first.id, town.estate.first.id, how="click", at=later(40))
    clock.stop_at(later(40 * 60))
    town.texts("又有人困在电梯里", sender=OWNER)
    _, anew = tickets_by_text()
    assert (anew.kind, anew.status) == (Kind.EMERGENCY, Status.OPEN)
    assert anew.page_due_at is not None
    assert anew.summary == "又有人困在电梯里", "their words, and none of ours"
    with reading() as session:
        events = select(TicketEvent.data).where(TicketEvent.ticket_id == anew.id).order_by(TicketEvent.id)
        opening = session.scalars(events).first()
    assert opening["before"] == first.ref


def test_whoever_is_there_says_so_by_a_text(town: Town) -> None:
    town.texts(town.code, sender=town.first)
    town.texts(f"{town.code} 4", sender=town.first)
    with reading() as session:
        ticket = session.get_one(Ticket, town.lift_id)
        assert (ticket.status, ticket.assignee_id) == ("in_progress", town.estate.first.id)
        told = session.scalars(select(Message.body).where(Message.number == town.first)).all()
    assert any("已记下您到场" in body for body in told)
