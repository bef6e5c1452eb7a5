"""What is personal goes when its time is up; what still stands is left alone, and every count holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, insert, select

import clockwork
from base import clock
from base.clock import now
from base.database import reading, transaction
from base.queue import Lane, hints
from base.rows import table_of
from console.privacy import keeping
from console.privacy.keeping import put_away_tonight
from directory.accessmodels import LogIn
from directory.actions import record_consent
from directory.audit import write_down
from directory.auditmodels import Audit, AuditWhat
from directory.forgotten import refused_before
from directory.models import Consent, Number, Person, Project
from hotline.actions import endings, photos
from hotline.models import Call, CallEvent, Photo, Recording, RecordingState, ThroughCall
from hotline.pictures import picture_of
from hotline.through import ThroughState, Whom
from messages.models import MESSAGE_ARCHIVE, Message
from oncall.models import Leave, LeaveKind
from outreach.actions import answers
from outreach.models import Campaign, ContactMade, LeftOut, Reply
from outreach.surveymodels import SpokenComment, Survey
from outreach.surveys import SurveyState
from tests import make
from tests.console.about import a_campaign
from tests.console.conftest import LogIn as Enters
from tests.console.conftest import later
from tests.console.evening import OWNER, Evening
from tests.hotline.photographs import JPEG
from tickets import actions
from tickets.actions import GONE, TicketDraft, service_hours
from tickets.clocks import clocks
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, Ticket, TicketEvent
from tickets.running import fact_of

LOOKED_AT = datetime(2025, 6, 1, tzinfo=UTC)


def ticket_of(evening: Evening, name: str) -> Ticket:
    with reading() as session:
        return session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one()


def texts_of(ticket: Ticket) -> dict[EventType, str]:
    with reading() as session:
        query = select(TicketEvent.type, TicketEvent.text).where(TicketEvent.ticket_id == ticket.id)
        return dict(session.execute(query).all())


def clocks_of(ticket: Ticket) -> list[object]:
    with reading() as session:
        events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id))
        facts = [fact_of(one.type.value, one.at, one.data) for one in events]
        return list(clocks(ticket.level, facts, at=now(), hours=service_hours(session, None)))


@pytest.fixture
def closed(evening: Evening) -> Evening:
    """One ticket of the evening is closed; it carries a number at which somebody else may be called."""
    with transaction() as session:
        done = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["done"])).one()
        actions.add_contact(session, done.id, OWNER, call_id=1, at=now())
        actions.close(session, done.id, evening.staff["agent"], at=now())
        for call in session.scalars(select(Call)):
            call.ended_at = call.began_at + timedelta(minutes=3)
            session.add(CallEvent(call_id=call.id, step=1, at=call.began_at, heard=OWNER, answer="<Say/>"))
    return evening


def counts() -> list[int]:
    with reading() as session:
        return [session.scalar(select(func.count()).select_from(kind)) for kind in (Ticket, TicketEvent, Call, Message)]


def test_a_closed_ticket_gives_up_its_words_and_stays_as_it_was_counted(
    closed: Evening, runner: FlaskCliRunner
) -> None:
    later(days=1824)
    assert "tickets: 1825 天 / days; 到期 / too old: 0" in runner.invoke(args=["retention"]).output
    later(days=2)
    before, ran, there = ticket_of(closed, "done"), clocks_of(ticket_of(closed, "done")), counts()
    said = runner.invoke(args=["retention"])
    assert "tickets: 1825 天 / days; 到期 / too old: 1; 最早 / oldest 2026-11-22" in said.output
    assert (ticket_of(closed, "done").caller_number, counts()) == (OWNER, there), "a rehearsal changes nothing"
    applied = runner.invoke(args=["retention", "--apply"])
    assert (applied.exit_code, "tickets 1" in applied.output) == (0, True)
    after = ticket_of(closed, "done")
    assert (after.summary, after.caller_number, after.person_id) == (GONE, None, None)
    texts = texts_of(after)
    assert (texts[EventType.NOTED], texts[EventType.RESOLVED]) == (GONE, GONE)
    assert (after.ref, after.opened_at, after.home_id) == (before.ref, before.opened_at, before.home_id)
    assert (clocks_of(after), counts()) == (ran, there)
    with reading() as session:
        data = session.scalars(select(TicketEvent.data).where(TicketEvent.ticket_id == after.id)).all()
        call = session.scalars(select(Call).where(Call.ticket_id == after.id)).one()
        assert OWNER not in str(data)
        assert (call.from_number, call.ended_at is None) == (None, False)
        assert session.scalar(select(func.count()).where(CallEvent.call_id == call.id)) == 0
    assert "tickets: 1825 天 / days; 到期 / too old: 0" in runner.invoke(args=["retention"]).output


def test_nothing_of_a_ticket_that_stands_is_touched_however_old(closed: Evening, runner: FlaskCliRunner) -> None:
    with transaction() as session:
        about = session.scalars(select(Message).where(Message.id == closed.messages["arrived"])).one()
        about.final_at = now()
    later(days=9000)
    assert runner.invoke(args=["retention", "--apply"]).exit_code == 0
    for name in ("lift", "alarm", "half_way", "texted"):
        ticket = ticket_of(closed, name)
        assert ticket.caller_number is not None, name
    assert ticket_of(closed, "texted").summary.startswith("The light")
    with reading() as session:
        assert session.get(Message, closed.messages["arrived"]).body
        call = session.scalars(select(Call).where(Call.ticket_id == ticket_of(closed, "lift").id)).one()
        assert call.from_number == OWNER


def test_a_part_of_a_ticket_that_stands_is_not_over_either(evening: Evening, runner: FlaskCliRunner) -> None:
    with transaction() as session:
        whole, part = (
            session.scalars(select(Ticket).where(Ticket.ref == evening.refs[name])).one() for name in ("late", "soon")
        )
        actions.merge(session, part.id, into=whole, at=now())
    later(days=4000)
    runner.invoke(args=["retention", "--apply"])
    assert ticket_of(evening, "soon").summary != GONE


def test_messages_texts_looks_and_the_archive_have_times_of_their_own(evening: Evening, runner: FlaskCliRunner) -> None:
    table = table_of(Message)
    with transaction() as session:
        session.add(Reply(sid="SM1", number=OWNER, to_number="+864008001234", body="我是林婷", received_at=now()))
        # the database deletes none that is younger than a year by its own clock, which nobody can stop
        write_down(
            session,
            staff_id=evening.staff["agent"],
            what=AuditWhat.REVEAL,
            about="person:1",
            reason="核对",
            at=LOOKED_AT,
        )
        old = select(table).where(table.c.id == evening.messages["held_back"])
        session.execute(insert(MESSAGE_ARCHIVE).from_select(table.columns.keys(), old))
    held_back = evening.messages["held_back"]

    def kept() -> tuple[str, str, str | None, int, int]:
        with reading() as session:
            reply = session.scalars(select(Reply)).one()
            return (
                session.get(Message, held_back).body, reply.body, reply.number,
                session.scalar(select(func.count()).select_from(Audit)),
                session.scalar(select(func.count()).select_from(MESSAGE_ARCHIVE)),
            )  # fmt: skip

    before = kept()
    later(days=364)
    put_away_tonight()
    assert kept() == before
    later(days=2)
    put_away_tonight()
    assert kept() == ("", GONE, None, 1, 1)
    later(days=730)
    assert "audit 1" in runner.invoke(args=["retention", "--apply"]).output
    assert kept()[3:] == (0, 0)


def test_notes_and_the_numbers_of_those_left_out_go_and_that_it_was_so_stays(
    evening: Evening, runner: FlaskCliRunner
) -> None:
    with transaction() as session:
        campaign = session.get_one(Campaign, a_campaign(session, evening.home_project))
        campaign.written_at = now()
        out = LeftOut(campaign_id=campaign.id, person_id=evening.owner, number=OWNER, reason="opted_out")
        tried = ContactMade(
            person_id=evening.owner, staff_id=evening.staff["agent"], at=now(), is_reached=True, note="她住女儿家"
        )
        away = Leave(
            staff_id=evening.staff["technician"], kind=LeaveKind.SICK, starts_at=now(), written_at=now(),
            ends_at=now() + timedelta(days=2), note="手术",
        )  # fmt: skip
        session.add_all([out, tried, away])

    def kept() -> tuple[str, str, str]:
        with reading() as session:
            return (
                session.scalars(select(ContactMade)).one().note, session.scalars(select(Leave)).one().note,
                session.scalars(select(LeftOut)).one().number,
            )  # fmt: skip

    before = kept()
    later(days=399)
    put_away_tonight()
    assert kept() == before
    later(days=2)
    said = runner.invoke(args=["retention"]).output
    assert "contact_notes: 400 天 / days; 到期 / too old: 1" in said
    assert "leave_notes: 400 天 / days; 到期 / too old: 0" in said, "counted from its end"
    assert kept() == before, "a rehearsal changes nothing"
    put_away_tonight()
    assert kept() == (GONE, "手术", OWNER)
    later(days=2)
    put_away_tonight()
    assert kept() == (GONE, GONE, OWNER)
    later(days=700)
    put_away_tonight()
    assert kept() == (GONE, GONE, "")
    assert "contact_notes: 400 天 / days; 到期 / too old: 0" in runner.invoke(args=["retention"]).output


def test_whoever_has_had_no_home_here_for_years_is_known_no_more(evening: Evening, runner: FlaskCliRunner) -> None:
    moved, here, stranger = "+8613766660000", "+8613766660001", "+8613766660002"
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "8-1-0801")
        ids = [make.an_owner(session, home, number, name).id for number, name in ((moved, "已搬走"), (here, "还住着"))]
        stranger_id = make.an_owner(session, (), stranger, "从没有房").id
        person = session.get_one(Person, ids[0])
        person.birth_month, person.birth_day, person.special_care = 8, 15, "独居"
        session.add(Number(person_id=person.id, number=OWNER, place=2))
        for number, granted in ((moved, False), (here, True)):
            record_consent(session, number, "care", granted=granted, at=now(), channel="text", words="x")
        draft = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.CALL, project_id=evening.home_project, person_id=person.id,
            caller_number=moved, summary="水管",
        )  # fmt: skip
        ticket_id = actions.open_ticket(session, draft, at=now()).id
        for tie in person.contacts:
            tie.ended_at = now()

    def names() -> list[str]:
        with reading() as session:
            return [session.get_one(Person, id).name for id in (*ids, stranger_id)]

    later(days=1824)
    put_away_tonight()
    assert names() == ["已搬走", "还住着", "从没有房"]
    later(days=2)
    put_away_tonight()
    assert names()[0] == "已搬走", "a ticket of theirs stands"
    with transaction() as session:
        actions.resolve(session, ticket_id, evening.staff["technician"], at=now(), text="好了")
        actions.close(session, ticket_id, evening.staff["agent"], at=now())
    said = runner.invoke(args=["retention"]).output
    assert "people: 1825 天 / days; 到期 / too old: 1" in said
    put_away_tonight()
    assert names() == [GONE, "还住着", "从没有房"]
    with reading() as session:
        person = session.get_one(Person, ids[0])
        assert (person.birth_month, person.special_care, list(person.numbers)) == (None, "", [])
        assert session.get_one(Ticket, ticket_id).summary == "水管", "tickets have days of their own"
        assert refused_before(session, [moved]) >= {(moved, "care")}, "what they refused stays refused"
        assert not refused_before(session, [here, OWNER])
        assert session.scalar(select(func.count()).where(Consent.number == moved)) == 0
        assert session.scalar(select(func.count()).where(Consent.number == here)) == 1
        assert session.scalar(select(func.count()).where(Number.number == OWNER)) == 1, "it is another's too"
    assert "people: 1825 天 / days; 到期 / too old: 0" in runner.invoke(args=["retention"]).output


def test_a_log_in_goes_a_month_after_it_ended_or_was_last_used(
    evening: Evening, logged_in: Enters, runner: FlaskCliRunner
) -> None:
    logged_in("agent").sends("/logout")
    later(days=10)
    logged_in("supervisor")

    def kept() -> list[int]:
        with reading() as session:
            return sorted(session.scalars(select(LogIn.staff_id)))

    both = sorted((evening.staff["agent"], evening.staff["supervisor"]))
    later(days=19)
    put_away_tonight()
    assert kept() == both
    later(days=2)
    said = runner.invoke(args=["retention"]).output
    assert "log_ins: 30 天 / days; 到期 / too old: 1; 最早 / oldest 2026-11-22" in said
    assert kept() == both, "a rehearsal changes nothing"
    assert "log_ins 1" in runner.invoke(args=["retention", "--apply"]).output
    assert kept() == [evening.staff["supervisor"]]
    later(days=30)
    put_away_tonight()
    assert kept() == [], "nobody ended it, and it is over"


def test_what_was_spoken_on_a_ticket_goes_with_its_words(closed: Evening, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"recordings_kept_days": 9999})
    with transaction() as session:
        done = session.scalars(select(Ticket).where(Ticket.ref == closed.refs["done"])).one()
        session.get(Recording, closed.recording).ticket_id = done.id
    later(days=1826)
    put_away_tonight()
    with reading() as session:
        assert session.get(Recording, closed.recording).state is RecordingState.TO_GO


def test_that_somebody_spoke_after_a_question_goes_once_the_recording_has(
    closed: Evening, runner: FlaskCliRunner
) -> None:
    with transaction() as session:
        over, stands = (
            Survey(
                ticket_id=ticket.id, state=SurveyState.ANSWERED, ended_at=now(),
                result_id=session.scalars(select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id)).first(),
            )
            for ticket in (ticket_of(closed, "done"), ticket_of(closed, "lift"))
        )  # fmt: skip
        session.add_all((over, stands))
        session.flush()
        for sid, survey in (("RE-held", over), ("RE-waits", over), ("RE-gone", over), ("RE-stands", stands)):
            answers.keep_recording(session, survey.id, sid, 7, at=now())
            if sid != "RE-waits":
                endings.adopt_comments(session, at=now())

    def kept() -> set[str]:
        with reading() as session:
            return set(session.scalars(select(SpokenComment.sid)))

    every = {"RE-held", "RE-waits", "RE-gone", "RE-stands"}
    with transaction() as session:
        for recording in session.scalars(select(Recording).where(Recording.sid.in_(("RE-gone", "RE-stands")))):
            recording.state = RecordingState.DELETED
    later(days=399)
    put_away_tonight()
    assert kept() == every
    later(days=2)
    said = runner.invoke(args=["retention"]).output
    assert "spoken_comments: 400 天 / days; 到期 / too old: 1; 最早 / oldest 2026-11-22" in said
    assert kept() == every, "a rehearsal changes nothing"
    put_away_tonight()
    assert kept() == every - {"RE-gone"}


def test_photos_and_calls_through_the_hotline_go_with_the_ticket(
    closed: Evening, app: Flask, runner: FlaskCliRunner
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"photos_kept_days": 9999})
    man = closed.staff["technician"]
    with transaction() as session:
        done = session.scalars(select(Ticket).where(Ticket.ref == closed.refs["done"])).one()
        pictures = [picture_of(JPEG)]
        names = photos.put_away(pictures, at=now())
        photos.attach(session, done.id, pictures, names, staff_id=man, at=now())
        session.add(
            ThroughCall(
                ticket_id=done.id, staff_id=man, whom=Whom.OWNER, number=OWNER, reason="回林婷", asked_at=now(),
                state=ThroughState.TALKED, over_at=now(),
            )
        )  # fmt: skip
    later(days=1826)
    assert "photos: 9999 天 / days; 到期 / too old: 0" in runner.invoke(args=["retention"]).output
    assert runner.invoke(args=["retention", "--apply"]).exit_code == 0
    with reading() as session:
        assert session.scalars(select(Photo.path)).one() == "", "the file has gone"
        call = session.scalars(select(ThroughCall)).one()
        assert (call.number, call.reason) == ("", "")


def test_a_ticket_opened_again_since_somebody_looked_is_left_alone(
    closed: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = keeping.some_of

    def looks_long(*asked: Any) -> list[int]:
        found = looks(*asked)
        if found and asked[1].name == "tickets":
            with transaction() as session:  # callers do not wait until it has looked
                done = session.scalars(select(Ticket).where(Ticket.ref == closed.refs["done"])).one()
                actions.reopen(session, done.id, closed.staff["agent"], at=now(), text="又坏了")
        return found

    later(days=1826)
    monkeypatch.setattr(keeping, "some_of", looks_long)
    put_away_tonight()
    assert ticket_of(closed, "done").caller_number == OWNER


@pytest.mark.parametrize(("hour", "comes"), [(1, False), (3, True), (5, False), (20, False)])
def test_it_is_done_by_night_on_the_clock_of_the_company(app: Flask, hour: int, comes: bool) -> None:
    # 3 in the morning in Shanghai is 19 the evening before
    clock.stop_at(datetime(2026, 11, 22, hour, 15, tzinfo=UTC) - timedelta(hours=8))
    clockwork.put_away_at_night()
    assert bool(hints().waiting(Lane.BULK)) is comes
