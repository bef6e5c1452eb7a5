"""One person asks what we have of them, or to be forgotten: they get all of it, or nothing of them is left."""

import io
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, update

from base.clock import now
from base.database import reading, transaction
from base.log import mask
from base.queue import Lane
from base.rows import table_of
from base.settings import Settings
from console.words import say
from directory.actions import last_word, place_of, record_consent
from directory.auditmodels import Audit, AuditWhat
from directory.models import Consent, Contact, Number, Person, Project, Staff
from directory.wishes import record_wishes
from hotline.actions import endings, photos
from hotline.jobs import delete_old_photos
from hotline.models import Call, CallEvent, Photo, Recording, RecordingState, ThroughCall
from hotline.pictures import picture_of
from hotline.through import Whom
from messages import actions as messages
from messages.jobs import work_lane
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import answers, comments, entering, interviews
from outreach.models import Reply
from outreach.surveymodels import Answer, Interview, SpokenComment, Survey
from outreach.surveys import SurveyState, Via
from telephony.numbers import at_home
from tests import make
from tests.console.about import a_campaign
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import Evening, a_message, silence
from tests.console.plans import asked, scans
from tests.hotline.photographs import JPEG
from tests.messages.fake import FakeCarrier
from tickets import actions
from tickets.actions import GONE, TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, Ticket, TicketEvent

HERS, THEIRS = "+8613711110000", "+862162340000"
NAME, SAID = "柳依依", "厨房水管漏水，打 13711110000"


@pytest.fixture
def owner(evening: Evening, settings: Settings) -> int:
    """Somebody with a closed ticket, a call, a sound, texts both ways, an answer, wishes and a number that two have."""
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "6-1-0601")
        who = make.an_owner(session, home, HERS, NAME, "柳女士")
        partner = make.an_owner(session, home, THEIRS, "梁成")
        who.birth_month, who.birth_day, who.special_care, who.email = 8, 15, "独居", "liu@example.com"
        session.add(Number(person_id=who.id, number=THEIRS, place=2))
        for number in (HERS, THEIRS):
            record_consent(session, number, "care", granted=False, at=now(), channel="text", words="退订")
        call = Call(
            sid="CA-hers", from_number=HERS, to_number="+864008001234", person_id=who.id,
            project_id=evening.home_project, began_at=now(), ended_at=now(), intake={"keys": "1"},
        )  # fmt: skip
        session.add(call)
        session.flush()
        session.add(CallEvent(call_id=call.id, step=1, at=now(), heard="1", answer="<Say>柳女士</Say>"))
        draft = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.CALL, project_id=evening.home_project, home_id=home.id,
            person_id=who.id, place=place_of(home), caller_number=HERS, summary=SAID,
        )  # fmt: skip
        ticket = actions.open_ticket(session, draft, at=now())
        call.ticket_id = ticket.id
        Path(settings.recordings_url, "hers.wav").write_bytes(silence(1))
        session.add(
            Recording(
                call_id=call.id, ticket_id=ticket.id, sid="RE-hers", state=RecordingState.KEPT, path="hers.wav",
                made_at=now(), transcript="我是柳依依",
            )
        )  # fmt: skip
        man = evening.staff["technician"]
        names = photos.put_away([picture_of(JPEG)], at=now())
        photos.attach(session, ticket.id, [picture_of(JPEG)], names, staff_id=man, at=now())
        session.add(
            ThroughCall(
                ticket_id=ticket.id, staff_id=man, whom=Whom.OWNER, firm="", number=HERS, reason=f"{NAME}要求回电",
                asked_at=now(), over_at=now(),
            )
        )  # fmt: skip
        actions.resolve(session, ticket.id, man, at=now(), text=f"{NAME}家的阀门已换")
        actions.close(session, ticket.id, evening.staff["agent"], at=now())
        event = session.scalars(select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id)).first()
        survey = Survey(ticket_id=ticket.id, result_id=event, state=SurveyState.ANSWERED, number=HERS, ended_at=now())
        session.add(survey)
        session.flush()
        answer = {"key": "1", "mapping": "five", "score": 5, "via": Via.TEXT, "answered_at": now()}
        session.add(Answer(survey_id=survey.id, comment="柳依依很满意", **answer))
        session.add(Reply(sid="SM-hers", number=HERS, to_number="+864008001234", body="我是柳依依", received_at=now()))
        gone = {"state": MessageState.DELIVERED, "final_at": now()}
        a_message(session, HERS, now(), body="柳女士，已办结", once_key=f"campaign/1/{HERS}/1", **gone)
        a_message(session, THEIRS, now(), body="梁先生您好", **gone)
        assert partner.id != who.id
        return who.id


def ref_of(person_id: int) -> str:
    with reading() as session:
        return session.scalars(select(Ticket.ref).where(Ticket.person_id == person_id)).one()


def everywhere() -> str:
    """All that the database holds, as one text, but why somebody did something."""
    with reading() as session:
        return "\n".join(
            str(row)
            for table in Consent.metadata.sorted_tables
            if table.name != "audit"
            for row in session.execute(select(table))
        )


def counts() -> dict[str, int]:
    kinds = (Person, Ticket, TicketEvent, Call, Message, Reply, Survey, Answer, Recording)
    with reading() as session:
        return {kind.__name__: session.scalar(select(func.count()).select_from(table_of(kind))) for kind in kinds}


def forgets(browser: Browser, id: int, **more: str) -> int:
    answer = browser.sends(f"/people/{id}/forget", **{"ref": str(id), "reason": "本人要求"} | more)
    return answer.status_code


def test_all_that_we_have_is_given_in_one_file(logged_in: LogIn, evening: Evening, owner: int) -> None:
    answer = logged_in("manager").sends(f"/people/{owner}/data", reason="本人书面申请")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with ZipFile(io.BytesIO(answer.data)) as parts:
        found = json.loads(parts.read("data.json"))
        sound = found["recording"][0]
        assert parts.read(sound["file"])[:4] == b"RIFF"
        assert parts.read(found["photo"][0]["file"]) == picture_of(JPEG).data
    assert [one["number"] for one in found["through_call"]] == [HERS]
    assert found["person"][0]["name"] == NAME
    assert {one["number"] for one in found["number"]} == {HERS, THEIRS}
    assert found["home"][0]["place"] == "6号楼1单元0601室"
    assert [one["summary"] for one in found["ticket"]] == [SAID]
    assert {one["type"] for one in found["ticket_event"]} >= {"opened", "resolved", "closed"}
    assert {one["body"] for one in found["message"]} == {"柳女士，已办结", "梁先生您好"}
    assert [one["body"] for one in found["reply"]] == ["我是柳依依"]
    assert [one["comment"] for one in found["answer"]] == ["柳依依很满意"]
    assert {(one["granted"], one["words"]) for one in found["consent"]} == {(False, "退订")}
    assert sound["transcript"] == "我是柳依依"
    for name in ("call", "call_event", "survey"):
        assert len(found[name]) == 1, name
    with reading() as session:
        look = session.scalars(select(Audit).where(Audit.what == AuditWhat.GIVEN)).one()
        assert (look.about, look.reason, look.staff_id) == (f"person:{owner}", "本人书面申请", evening.staff["manager"])


def test_whoever_is_forgotten_is_nowhere_any_more_and_every_count_holds(
    logged_in: LogIn, evening: Evening, owner: int, settings: Settings
) -> None:
    ref, there = ref_of(owner), counts()
    manager = logged_in("manager")
    assert manager.sends(f"/people/{owner}/forget", ref=str(owner), reason="本人要求").location == "/people"
    left = everywhere()
    for trace in (HERS, NAME, "柳", "liuyiyi", "13711110000", "厨房水管", "liu@example.com", "独居"):
        assert trace not in left, trace
    assert THEIRS in left, "her partner has that number too"
    assert "梁先生您好" in left
    assert counts() == there
    page = logged_in("agent").get(f"/tickets/{ref}").text
    assert GONE in page
    assert "6号楼1单元0601室" in page, "the home is no person"
    with reading() as session:
        person = session.get_one(Person, owner)
        assert (person.name, person.numbers, person.birth_month) == (GONE, [], None)
        assert session.scalars(select(Contact.ended_at).where(Contact.person_id == owner)).one() == now()
        assert session.scalars(select(Recording.state).where(Recording.sid == "RE-hers")).one() is RecordingState.TO_GO
        assert session.scalars(select(Answer.score)).one() == 5
        photo = session.scalars(select(Photo)).one()
        call = session.scalars(select(ThroughCall)).one()
        assert (photo.is_to_go, call.number, call.reason) == (True, "", "")
        look = session.scalars(select(Audit).where(Audit.what == AuditWhat.FORGOTTEN)).one()
        assert (look.about, look.reason) == (f"person:{owner}", "本人要求")
    assert f"/photos/{photo.id}" not in page
    assert logged_in("agent").get(f"/photos/{photo.id}").status_code == 404
    assert Path(settings.recordings_url, photo.path).exists()
    delete_old_photos()
    assert not Path(settings.recordings_url, photo.path).exists()
    assert manager.get(f"/people/{owner}").status_code == 404, "without a home they are nobody's of a project"
    assert GONE in logged_in("admin").get(f"/people/{owner}").text


def test_nobody_writes_to_a_forgotten_number_again_though_a_list_brings_it_back(
    app: Flask, logged_in: LogIn, evening: Evening, owner: int
) -> None:
    assert forgets(logged_in("manager"), owner) == 303
    later(hours=14, minutes=30)  # surveys have hours of their own
    app.extensions["carrier"] = FakeCarrier(clock=now)
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "6-1-0602")
        make.an_owner(session, home, HERS, "新业主")
        assert record_wishes(session, [(HERS, True)], at=now()) == 0, "a list takes no refusal back"
        assert [last_word(session, HERS, kind) for kind in ("care", "survey", "service")] == [False, False, None]
        for kind in (MessageClass.SURVEY, MessageClass.SERVICE):
            messages.plan_text(
                session, number=HERS, message_class=kind, body="您好", once_key=f"again/{kind}", about="", at=now(),
                language="zh",
            )  # fmt: skip
    for lane in (Lane.NORMAL, Lane.BULK):
        work_lane(lane.value)
        later(minutes=1)  # of one sender a lane waits for the other
    with reading() as session:
        query = select(Message.message_class, Message.state, Message.reason).where(Message.number == HERS)
        states = {kind: (state, reason) for kind, state, reason in session.execute(query)}
    assert states[MessageClass.SURVEY] == (MessageState.SUPPRESSED, "opted_out")
    assert states[MessageClass.SERVICE][0] is MessageState.ACCEPTED, "what a ticket needs goes"


def test_a_newer_word_of_the_owner_counts_again(logged_in: LogIn, evening: Evening, owner: int) -> None:
    assert forgets(logged_in("manager"), owner) == 303
    later(days=1)
    with transaction() as session:
        record_consent(session, HERS, "care", granted=True, at=now(), channel="paper", words="我要收祝福")
        assert last_word(session, HERS, "care") is True


def test_what_they_said_to_a_question_is_given_and_is_never_fetched_once_they_are_forgotten(
    logged_in: LogIn, evening: Evening, owner: int
) -> None:
    with transaction() as session:
        survey = session.scalars(select(Survey)).one()
        for sid in ("RE-fetched", "RE-waits"):
            answers.keep_recording(session, survey.id, sid, 7, at=now())
            if sid == "RE-fetched":
                endings.adopt_comments(session, at=now())
    manager = logged_in("manager")
    with ZipFile(io.BytesIO(manager.sends(f"/people/{owner}/data", reason="x").data)) as parts:
        given = json.loads(parts.read("data.json"))["spoken_comment"]
    keys = {"id", "survey_id", "interview_id", "ticket_id", "duration_s"}
    assert [(set(one), one["survey_id"], one["duration_s"]) for one in given] == [(keys, survey.id, 7)] * 2
    assert forgets(manager, owner) == 303
    with transaction() as session:
        assert not comments.any_to_adopt(session)
        endings.adopt_comments(session, at=now())
        states = session.execute(select(Recording.sid, Recording.state).where(Recording.sid.in_(
            ("RE-fetched", "RE-waits")
        )))  # fmt: skip
        assert dict(states.all()) == {"RE-fetched": RecordingState.TO_GO, "RE-waits": RecordingState.TO_GO}
        recorded = select(TicketEvent.data["seconds"]).where(TicketEvent.type == EventType.RECORDING)
        assert session.scalars(recorded).all().count(7) == 1, "nothing new stands on the ticket"


def test_what_they_said_in_a_wave_goes_with_them_too(logged_in: LogIn, evening: Evening, owner: int) -> None:
    with transaction() as session:
        interview = Interview(
            campaign_id=a_campaign(session, evening.home_project), number=HERS, person_id=owner,
            home_id=session.get_one(Person, owner).contacts[0].home_id, way=Way.CALL, question="more",
            written_at=now(),
        )  # fmt: skip
        session.add(interview)
        session.flush()
        interviews.keep_recording(session, interview.id, "RE-wave", 7, at=now())
        assert interview.ticket_id is not None
        actions.resolve(session, interview.ticket_id, evening.staff["technician"], at=now(), text="好了")
        actions.close(session, interview.ticket_id, evening.staff["agent"], at=now())
        # what is listened to on a ticket of others is theirs all the same
        session.execute(update(SpokenComment).values(ticket_id=None))
    manager = logged_in("manager")
    with ZipFile(io.BytesIO(manager.sends(f"/people/{owner}/data", reason="x").data)) as parts:
        given = json.loads(parts.read("data.json"))["spoken_comment"]
    assert [one["interview_id"] for one in given] == [interview.id]
    assert forgets(manager, owner) == 303
    with reading() as session:
        assert not comments.any_to_adopt(session)
        assert session.scalars(select(Recording.state).where(Recording.sid == "RE-wave")).one() is RecordingState.TO_GO


def test_what_they_said_when_asked_to_let_us_in_is_theirs_though_the_leak_is_a_neighbours(
    logged_in: LogIn, evening: Evening, owner: int
) -> None:
    with transaction() as session:
        home = session.get_one(Person, owner).contacts[0].home
        draft = TicketDraft(Kind.REPAIR, "burst_pipe", Channel.DESK, project_id=evening.home_project)
        leak, by = actions.open_ticket(session, draft, at=now()), session.get_one(Staff, evening.staff["supervisor"])
        asked = entering.ask_for_entry(session, leak, home, by=by, at=now())
        entering.answer(session, asked.id, 0, "1", at=now())
        endings.ticket_recorded(session, leak, "RE-entry", 7, speaker=HERS, at=now())
        older = {"what": "entry_rung", "entry": asked.id}
        actions.add_event(session, leak.id, EventType.MESSAGE, at=now(), text=f"{NAME} {mask(HERS)}", data=older)
        said = select(TicketEvent.text).where(TicketEvent.ticket_id == leak.id)
        assert any(NAME in text for text in session.scalars(said))
    manager = logged_in("manager")
    with ZipFile(io.BytesIO(manager.sends(f"/people/{owner}/data", reason="x").data)) as parts:
        given = json.loads(parts.read("data.json"))
    assert [one["duration_s"] for one in given["recording"]] == [0, 7]
    [one] = given["entry_request"]
    assert (one["numbers"], one["place"], one["answer"]) == ([HERS], "6号楼1单元0601室", "permitted")
    assert forgets(manager, owner) == 409, "the leak stands"
    with transaction() as session:
        actions.resolve(session, leak.id, evening.staff["technician"], at=now(), text="好了")
        actions.close(session, leak.id, evening.staff["agent"], at=now())
        session.execute(update(Message).where(Message.number == HERS).values(state=MessageState.DELIVERED))
    assert forgets(manager, owner) == 303
    left = everywhere()
    for trace in (HERS, NAME, mask(HERS), at_home(mask(HERS))):
        assert trace not in left, trace
    with reading() as session:
        spoken = session.scalars(select(Recording.state).where(Recording.sid == "RE-entry")).one()
        assert spoken is RecordingState.TO_GO


def test_what_is_given_of_their_ticket_holds_no_number_and_no_voice_of_others(
    logged_in: LogIn, evening: Evening, owner: int, settings: Settings
) -> None:
    absent, joined = "+8613722220000", "+8613733330000"
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.person_id == owner)).one()
        call_id = session.scalars(select(Call.id).where(Call.sid == "CA-hers")).one()
        for sid, speaker in (("RE-absent", absent), ("RE-shared", THEIRS), ("RE-nobody", "")):
            endings.ticket_recorded(session, ticket, sid, 7, speaker=speaker, at=now())
        Path(settings.recordings_url, "absent.wav").write_bytes(silence(1))
        kept = {"state": RecordingState.KEPT, "path": "absent.wav", "transcript": "我是不在家的业主"}
        session.execute(update(Recording).where(Recording.sid == "RE-absent").values(kept))
        of_others = select(Recording.id).where(Recording.sid == "RE-absent")
        left_out = session.scalars(of_others).one()
        actions.add_contact(session, ticket.id, joined, call_id=call_id, at=now())
        firm = {"to": "outside", "name": "自来水公司", "contact": "962740"}
        actions.add_event(session, ticket.id, EventType.REFERRED, at=now(), data=firm)
    with ZipFile(io.BytesIO(logged_in("manager").sends(f"/people/{owner}/data", reason="x").data)) as parts:
        text = parts.read("data.json").decode()
        given, files = json.loads(text), parts.namelist()
    for trace in (absent, joined, "我是不在家的业主"):
        assert trace not in text, trace
    assert len(given["recording"]) == 3, "hers of the call, at the number she shares, and of whom nobody knows"
    assert f"recordings/{left_out}.wav" not in files
    data = [one["data"] for one in given["ticket_event"]]
    assert [one["speaker"] for one in data if "speaker" in one] == ["", THEIRS]
    assert [one["contact"] for one in data if "contact" in one] == ["", "962740"]


def test_no_ticket_and_no_timeline_is_read_through_for_one_person(
    logged_in: LogIn, evening: Evening, owner: int, database_kind: str
) -> None:
    if database_kind == "postgres":
        return  # with so few rows it reads the tables, and rightly
    manager = logged_in("manager")
    with asked() as statements:
        assert manager.get(f"/people/{owner}/data").status_code == 200
        assert manager.sends(f"/people/{owner}/data", reason="x").status_code == 200
        assert forgets(manager, owner) == 303
    assert sum("ticket_event" in how for how, _ in statements) > 5
    assert [one for one in scans(statements) if one.table in {"ticket", "ticket_event"}] == []


def test_what_stands_or_is_on_its_way_keeps_them_from_being_forgotten(
    logged_in: LogIn, evening: Evening, owner: int
) -> None:
    manager, ref = logged_in("manager"), ref_of(owner)
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        actions.reopen(session, ticket.id, evening.staff["agent"], at=now(), text="还漏")
    page = manager.get(f"/people/{owner}/data").text
    assert say("forget.standing", "zh") in page
    refused = manager.sends(f"/people/{owner}/forget", ref=str(owner), reason="本人要求")
    assert refused.status_code == 409
    assert f"还有没关闭的工单：{ref}" in refused.text
    with transaction() as session:
        actions.resolve(session, ticket.id, evening.staff["technician"], at=now(), text="好了")
        actions.close(session, ticket.id, evening.staff["agent"], at=now())
        waits = a_message(session, HERS, now())
        moving = a_message(session, HERS, now(), state=MessageState.ACCEPTED)
    assert forgets(manager, owner) == 409
    with transaction() as session:
        session.execute(update(Message).where(Message.id == moving.id).values(state=MessageState.DELIVERED))
    assert forgets(manager, owner) == 303
    with reading() as session:
        found = session.get_one(Message, waits.id)
        assert (found.state, found.reason, found.number, found.body) == (MessageState.CANCELLED, "forgotten", "", "")


def test_it_takes_the_number_of_the_person_typed_and_a_reason(logged_in: LogIn, evening: Evening, owner: int) -> None:
    manager = logged_in("manager")
    assert f"/people/{owner}/data" in manager.get(f"/people/{owner}").text
    assert "/data" not in logged_in("supervisor").get(f"/people/{owner}").text
    for wrong, says in (
        ({"ref": "1"}, say("forget.fault.ref", "zh", ref=owner)), ({"reason": " "}, say("fault.reason", "zh")),
    ):  # fmt: skip
        refused = manager.sends(f"/people/{owner}/forget", **{"ref": str(owner), "reason": "x"} | wrong)
        assert refused.status_code == 422
        assert says in refused.text
    assert manager.sends(f"/people/{owner}/data", reason="").status_code == 422
    assert HERS in everywhere()
    assert logged_in("supervisor").sends(f"/people/{owner}/forget", ref=str(owner), reason="x").status_code == 403


def test_whoever_has_a_home_elsewhere_is_not_one_projects_to_forget(
    logged_in: LogIn, evening: Evening, owner: int
) -> None:
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.other_project), "9--0101")
        session.add(Contact(person_id=owner, home_id=home.id))
    manager = logged_in("manager")
    assert say("personal.elsewhere", "zh") in manager.get(f"/people/{owner}/data").text
    assert forgets(manager, owner) == 409
    assert manager.sends(f"/people/{owner}/data", reason="x").status_code == 409
    assert forgets(logged_in("admin"), owner) == 303


@pytest.mark.parametrize("whose", ["headquarters", "elsewhere"])
def test_what_a_manager_may_not_see_they_neither_take_nor_forget(
    logged_in: LogIn, evening: Evening, owner: int, whose: str
) -> None:
    ref = evening.refs[whose]
    with transaction() as session:
        session.execute(update(Ticket).where(Ticket.ref == ref).values(person_id=owner))
    manager = logged_in("manager")
    page = manager.get(f"/people/{owner}/data").text
    assert say("personal.elsewhere", "zh") in page
    assert ref not in page
    for path in ("data", "forget"):
        refused = manager.sends(f"/people/{owner}/{path}", ref=str(owner), reason="x")
        assert refused.status_code == 409
        assert ref not in refused.text
    with ZipFile(io.BytesIO(logged_in("admin").sends(f"/people/{owner}/data", reason="x").data)) as parts:
        assert ref in parts.read("data.json").decode()


def test_a_colleague_who_lives_here_is_still_paged(logged_in: LogIn, evening: Evening, owner: int) -> None:
    with transaction() as session:
        session.get_one(Staff, evening.staff["technician"]).second_number = HERS
        page = a_message(session, HERS, now(), message_class=MessageClass.STAFF, body="别人家的事")
    given = logged_in("manager").sends(f"/people/{owner}/data", reason="本人要求")
    with ZipFile(io.BytesIO(given.data)) as parts:
        assert "别人家的事" not in parts.read("data.json").decode()
    assert forgets(logged_in("manager"), owner) == 303
    with reading() as session:
        kept = session.get_one(Message, page.id)
        assert (kept.state, kept.number) == (MessageState.PLANNED, HERS)


def test_where_they_called_for_somebody_else_their_number_goes_too(
    logged_in: LogIn, evening: Evening, owner: int
) -> None:
    manager = logged_in("manager")
    with transaction() as session:
        father = session.scalars(select(Person).where(Person.name == "梁成")).one()
        draft = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.CALL, project_id=evening.home_project, person_id=father.id,
            caller_number=HERS, summary="父亲家漏水",
        )  # fmt: skip
        ticket = actions.open_ticket(session, draft, at=now())
    refused = manager.sends(f"/people/{owner}/forget", ref=str(owner), reason="x")
    assert (refused.status_code, ticket.ref in refused.text) == (409, True), "they are called back there"
    with transaction() as session:
        actions.cancel(session, ticket.id, evening.staff["agent"], at=now(), text="误报")
    assert forgets(manager, owner) == 303
    with reading() as session:
        kept = session.get_one(Ticket, ticket.id)
        assert (kept.caller_number, kept.summary) == (None, "父亲家漏水")


def test_a_number_that_was_keyed_on_the_ticket_of_others_goes_and_the_ticket_stays(
    logged_in: LogIn, evening: Evening, owner: int
) -> None:
    manager = logged_in("manager")
    with transaction() as session:
        father = session.scalars(select(Person).where(Person.name == "梁成")).one()
        draft = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.CALL, project_id=evening.home_project, person_id=father.id,
            caller_number="+8613722220000", summary="父亲家漏水",
        )  # fmt: skip
        ticket = actions.open_ticket(session, draft, at=now())
        call = Call(
            sid="CA-keyed", from_number=None, to_number="+864008001234", project_id=evening.home_project,
            began_at=now(), ended_at=now(), intake={"keys": "1", "callback": HERS},
        )  # fmt: skip
        session.add(call)
        session.flush()
        actions.add_contact(session, ticket.id, HERS, call_id=call.id, at=now())
    refused = manager.sends(f"/people/{owner}/forget", ref=str(owner), reason="x")
    assert (refused.status_code, ticket.ref in refused.text) == (409, True), "they are called back there"
    with transaction() as session:
        actions.cancel(session, ticket.id, evening.staff["agent"], at=now(), text="误报")
    assert forgets(manager, owner) == 303
    with reading() as session:
        kept = session.get_one(Ticket, ticket.id)
        assert (kept.caller_number, kept.summary) == ("+8613722220000", "父亲家漏水")
        assert actions.contacts_of(kept) == []
        assert HERS not in str([event.data for event in kept.events])
        assert session.get_one(Call, call.id).intake == {"keys": "1", "callback": ""}


def test_photos_of_their_home_are_given_and_go_with_the_rest(
    logged_in: LogIn, evening: Evening, settings: Settings, owner: int
) -> None:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.person_id == owner)).one()
        pictures = [picture_of(JPEG)]
        names = photos.put_away(pictures, at=now())
        photos.attach(session, ticket.id, pictures, names, staff_id=evening.staff["technician"], at=now())
    manager, file = logged_in("manager"), Path(settings.recordings_url, names[0])
    with ZipFile(io.BytesIO(manager.sends(f"/people/{owner}/data", reason="x").data)) as parts:
        named = json.loads(parts.read("data.json"))["photo"][0]["file"]
        assert parts.read(named) == file.read_bytes()
    assert manager.get("/photos/1").status_code == 200
    assert forgets(manager, owner) == 303
    assert manager.get("/photos/1").status_code == 404
    delete_old_photos()
    assert not file.exists()


def test_an_operator_does_the_same_in_somebodys_name(
    runner: FlaskCliRunner, evening: Evening, owner: int, tmp_path: Path
) -> None:
    file = tmp_path / "hers.zip"
    by = ["--by", "manager", "--reason", "本人要求"]
    assert runner.invoke(args=["person", "export", str(owner), str(file), "--by", "nobody", "--reason", "x"]).exit_code
    assert not file.exists(), "nothing leaves in nobody's name"
    assert runner.invoke(args=["person", "export", str(owner), str(file), *by]).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with ZipFile(file) as parts:
        assert json.loads(parts.read("data.json"))["person"][0]["name"] == NAME
    assert runner.invoke(args=["person", "forget", "999999", *by]).exit_code == 1
    assert runner.invoke(args=["person", "forget", str(owner), *by]).exit_code == 0
    assert NAME not in everywhere()
    with reading() as session:
        whats = session.scalars(select(Audit.what).where(Audit.about == f"person:{owner}").order_by(Audit.id)).all()
    assert whats == [AuditWhat.GIVEN, AuditWhat.FORGOTTEN]
