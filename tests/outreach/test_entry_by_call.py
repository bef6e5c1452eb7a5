"""The keys of the call that asks whether we may enter: 0 is a person at any time, and stands on the ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Home, Project, Staff
from hotline.models import Recording
from messages import actions as messages
from messages.lifecycle import MessageState
from messages.models import Message
from oncall.ladder import Post
from oncall.models import Page, PageKind
from oncall.transfer import HUNTS_FOR
from outreach.actions import entering
from outreach.entries import CALL_LIVES, EntryState
from outreach.entrymodels import EntryRequest
from outreach.jobs import entries
from tests import make
from tests.outreach.scene import HOTLINE, Heard
from tests.outreach.stage import Stage
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, Level
from tickets.models import EventType, TicketEvent

OURS, THEIRS = "+8613900000041", "+8613900000042"
DUTY_PHONE = "+8613900000000"
SID, LEG = "CA" + "2" * 32, "CA" + "3" * 32


@dataclass
class Leak:
    """Water runs out of a home whose owner is asked."""

    posts: Callable[..., TestResponse]
    id: int

    def at(self, path: str, **form: str) -> Heard:
        """One step of their call; asked twice it is answered the same way and tells nothing twice."""
        form = {"CallSid": SID, "CallStatus": "in-progress", "From": HOTLINE} | form
        first, before = Heard(self.posts(path, **form)), (self.state, self.told)
        again = Heard(self.posts(path, **form))
        assert again.response.get_data() == first.response.get_data()
        assert (self.state, self.told) == before
        return first

    def picks_up(self) -> Heard:
        return self.at(f"/voice/entry/{self.id}/0")

    def presses(self, heard: Heard, key: str) -> Heard:
        return self.at(heard.next, Digits=key)

    @property
    def state(self) -> EntryState:
        with reading() as session:
            return session.get_one(EntryRequest, self.id).state

    @property
    def told(self) -> list[str]:
        """What the timeline says of it, in order, but for the beginning."""
        with reading() as session:
            events = session.scalars(select(TicketEvent).order_by(TicketEvent.id))
            told = [event.data["what"] for event in events if "entry" in event.data]
            return [what for what in told if what not in {"entry_asked", "entry_rung"}]

    @property
    def helpers(self) -> list[str]:
        """The telephones of those who are asked for help."""
        with reading() as session:
            pages = session.scalars(select(Page).where(Page.kind == PageKind.HELP).order_by(Page.id))
            return [page.staff.number for page in pages]

    @property
    def taken(self) -> list[tuple[str, str]]:
        """Who took the ticket of the leak, and how."""
        with reading() as session:
            query = select(TicketEvent).where(TicketEvent.type == EventType.ACKNOWLEDGED).order_by(TicketEvent.id)
            return [(session.get_one(Staff, one.staff_id).name, one.data["how"]) for one in session.scalars(query)]

    def is_placed(self) -> str:
        """The carrier has taken our call; answers where it rings."""
        with transaction() as session:
            message = session.scalars(select(Message).where(Message.about == f"entry:{self.id}")).one()
            message.sid = SID
            return message.number

    @property
    def speakers(self) -> list[str]:
        """At which numbers of ours that rang somebody spoke, as the timeline keeps it."""
        with reading() as session:
            events = session.scalars(select(TicketEvent).where(TicketEvent.type == EventType.RECORDING))
            return [event.data["speaker"] for event in events]

    @property
    def recordings(self) -> list[str]:
        """What was said, as it stands on the ticket of the leak."""
        with reading() as session:
            ticket_id = session.get_one(EntryRequest, self.id).ticket_id
            return list(session.scalars(select(Recording.sid).where(Recording.ticket_id == ticket_id)))


@pytest.fixture
def leak(stage: Stage, carrier_posts: Callable[..., TestResponse]) -> Leak:
    with transaction() as session:
        home = session.scalars(select(Home).order_by(Home.id)).first()
        assert home is not None
        by, now = session.get_one(Staff, stage.supervisor.staff_id), clock.now()
        draft = TicketDraft(
            Kind.REPAIR, "burst_pipe", Channel.DESK, level=Level.P1, project_id=stage.project_id, home_id=home.id
        )
        ticket = actions.open_ticket(session, draft, at=now)
        return Leak(carrier_posts, entering.ask_for_entry(session, ticket, home, by=by, at=now).id)


def test_star_hears_the_question_again_and_forgets_silences_and_wrong_keys(leak: Leak) -> None:
    heard = leak.picks_up()
    for key in ("7", "7", "*", "", "", "*", "*", "*", "7", "7"):
        heard = leak.presses(heard, key)
        assert heard.words.startswith("您好，这里是") == (key == "*")
        assert "Gather" in heard.verbs


ENDS = {
    "zh": (
        ("", "没有收到您的按键。", "没有收到您的答复"),
        ("7", "没有这个选项。", "没有这个选项。正在为您转接值班人员"),
    ),
    "en": (
        ("", "We did not hear a key. ", "We have no answer."),
        ("7", "That is not one of the choices. ", "That is not one of the choices. We are connecting you"),
    ),
}


@pytest.mark.parametrize("language", ENDS)
def test_silence_and_a_wrong_key_have_counts_words_and_ends_of_their_own(leak: Leak, language: str) -> None:
    with transaction() as session:
        request = session.get_one(EntryRequest, leak.id)
        request.whom = [one | {"language": language} for one in request.whom]
    (_, silent, goodbye), (_, wrong, put_through) = ENDS[language]
    heard = leak.picks_up()
    for key in ("", "7", "", "7"):
        heard = leak.presses(heard, key)
        assert heard.words.startswith(wrong if key else silent)
        assert "Gather" in heard.verbs, "neither counts for the other"
    end = leak.presses(heard, "")
    assert end.words.startswith(goodbye)
    assert end.verbs[-1] == "Hangup"
    assert (leak.state, leak.told) == (EntryState.ASKING, [])
    end = leak.presses(heard, "7")
    assert end.words.startswith(put_through)
    assert (leak.state, leak.told) == (EntryState.PERSON, ["entry_lost"])


def test_where_nobody_comes_after_wrong_keys_a_leader_is_woken(leak: Leak) -> None:
    heard = leak.picks_up()
    for key in ("7", "8", "9"):
        heard = leak.presses(heard, key)
    leak.at(heard.next, DialCallStatus="no-answer")
    assert leak.told == ["entry_lost", "entry_unanswered"]
    assert leak.helpers == ["+8613900000033"]


def test_zero_stands_on_the_ticket_and_the_question_stays_open(leak: Leak) -> None:
    heard = leak.picks_up()
    leak.presses(heard, "0")
    assert (leak.state, leak.told) == (EntryState.PERSON, ["entry_person"])
    again = leak.picks_up()
    assert "同意由两人以上入户" in again.words, "nobody has said yes or no yet"
    assert "已记下您同意入户" in leak.presses(again, "1").words
    assert (leak.state, leak.told) == (EntryState.PERMITTED, ["entry_person", "entry_permitted"])


def test_zero_after_the_answer_stands_on_the_ticket_too_and_the_answer_counts(leak: Leak) -> None:
    heard = leak.picks_up()
    leak.presses(heard, "2")
    leak.presses(heard, "0")
    assert (leak.state, leak.told) == (EntryState.REFUSED, ["entry_refused", "entry_person"])


def test_zero_rings_whoever_is_on_duty_for_that_estate_and_nobody_of_another(leak: Leak) -> None:
    with transaction() as session:
        ours = session.get_one(EntryRequest, leak.id).ticket.project_id
        for name, number in (("幸福花园", OURS), ("清风苑", THEIRS)):
            found = session.scalars(select(Project).where(Project.name == name)).first()
            project = found or make.a_project(session, name)
            somebody = make.a_member_of_staff(session, name, number, Role.TECHNICIAN, project)
            make.a_shift(session, project, somebody, Post.FIRST, clock.now())
            assert (project.id == ours) == (number == OURS)
    rung = [number.text for number in leak.presses(leak.picks_up(), "0").root.iter("Number")]
    assert OURS in rung
    assert THEIRS not in rung


def test_whoever_comes_after_zero_has_the_ticket_and_the_next_is_told_who(leak: Leak) -> None:
    with_two_on_duty(leak)
    urls = ringing(leak.presses(leak.picks_up(), "0"))
    first, second = (leak.at(urls[number]) for number in (OURS, THEIRS))
    assert first.words.startswith("我们打出去的电话：")
    assert "接听请按1" in first.words
    assert "接听请按1" in leak.at(first.next).words, "silence: once more"
    assert leak.at(leak.at(first.next).next).verbs == leak.presses(first, "7").verbs == ["Hangup"]
    assert leak.taken == [], "a voicemail takes nothing"
    assert leak.presses(first, "1").verbs == []
    assert leak.presses(second, "1").words == "已由王强接单。"
    assert leak.taken == [("王强", "whisper")]


def with_two_on_duty(leak: Leak, first: str = OURS) -> None:
    with transaction() as session:
        project = session.get_one(EntryRequest, leak.id).ticket.project
        for name, number, post in (("王强", first, Post.FIRST), ("赵敏", THEIRS, Post.SECOND)):
            somebody = make.a_member_of_staff(session, name, number, Role.TECHNICIAN, project)
            make.a_shift(session, project, somebody, post, clock.now())


def with_eight_more_on_duty(leak: Leak) -> None:
    with transaction() as session:
        project = session.get_one(EntryRequest, leak.id).ticket.project
        for n in range(8):
            somebody = make.a_member_of_staff(session, f"同事{n}", f"+86139001000{n:02}", Role.TECHNICIAN, project)
            make.a_shift(session, project, somebody, Post.SECOND, clock.now())


def ringing(heard: Heard) -> dict[str, str]:
    """The telephones that ring now, each with what is asked when it is picked up."""
    return {number.text or "": number.get("url", "") for number in heard.root.iter("Number")}


def takes_nothing(leak: Leak, heard: Heard, number: str, sid: str, **more: str) -> Heard:
    """A voicemail at this number picks up first; what whoever wants a person hears then."""
    assert "接听请按1" in leak.at(ringing(heard)[number], CallSid=sid).words
    return leak.at(heard.next, DialCallStatus="completed", DialBridged="false", DialCallSid=sid, **more)


def test_a_voicemail_that_picks_up_first_leaves_them_to_the_others_who_ring_again(leak: Leak) -> None:
    with_two_on_duty(leak)
    first = leak.presses(leak.picks_up(), "0")
    again = takes_nothing(leak, first, OURS, LEG)
    assert "正在为您接通下一位值班人员" in again.words
    assert set(ringing(again)) == set(ringing(first)) - {OURS}
    assert THEIRS in ringing(again)
    assert leak.presses(leak.at(ringing(again)[THEIRS], CallSid=SID), "1").verbs == []
    assert leak.at(again.next, DialCallStatus="completed", DialBridged="true", DialCallSid=SID).verbs == ["Hangup"]
    assert (leak.taken, leak.told, leak.helpers) == ([("赵敏", "whisper")], ["entry_person"], [])


@pytest.mark.parametrize("first", [OURS, DUTY_PHONE])
@pytest.mark.parametrize("place", [0, -1])
def test_where_only_voicemails_pick_up_each_does_once_and_then_they_leave_word(
    leak: Leak, first: str, place: int
) -> None:
    with_two_on_duty(leak, first)
    heard = leak.presses(leak.picks_up(), "0")
    everybody, picked_up = set(ringing(heard)), []
    assert {first, THEIRS, DUTY_PHONE} <= everybody
    while "Dial" in heard.verbs:
        picked_up.append(list(ringing(heard))[place])
        heard = takes_nothing(leak, heard, picked_up[-1], "CA" + f"{len(picked_up):032}")
        assert set(ringing(heard)) == everybody - set(picked_up)
    assert sorted(picked_up) == sorted(everybody)
    heard = leak.at(heard.root.findtext("Redirect") or "")
    assert "请在滴声后留言" in heard.words
    assert (leak.told, leak.helpers) == (["entry_person", "entry_unanswered"], ["+8613900000033"])
    assert set(ringing(leak.at(heard.next, Digits="0"))) == everybody, "whoever asks again has them all again"


def test_of_a_leg_that_the_carrier_does_not_name_nobody_is_taken_for_who_picked_it_up(leak: Leak) -> None:
    with_two_on_duty(leak)
    first = leak.presses(leak.picks_up(), "0")
    again = takes_nothing(leak, first, OURS, "")
    assert set(ringing(again)) == set(ringing(first)) - {DUTY_PHONE}, "as of a telephone that is nobody's"
    with reading() as session:
        assert session.scalar(select(TicketEvent.id).where(TicketEvent.text.contains("直转电话已接起"))) is None
    assert "请在滴声后留言" in takes_nothing(leak, again, THEIRS, "").words


def test_however_many_voicemails_pick_up_it_does_not_ring_for_ever_and_then_they_leave_word(leak: Leak) -> None:
    with_two_on_duty(leak)
    with_eight_more_on_duty(leak)
    began_at, heard = clock.now(), leak.presses(leak.picks_up(), "0")
    everybody, picked_up = set(ringing(heard)), 0
    while "Dial" in heard.verbs:
        picked_up += 1
        clock.stop_at(began_at + timedelta(seconds=45 * picked_up))
        assert picked_up < 4
        heard = takes_nothing(leak, heard, next(iter(ringing(heard))), "CA" + f"{picked_up:032}")
    assert "请在滴声后留言" in heard.words
    assert (leak.told, leak.helpers) == (["entry_person", "entry_unanswered"], ["+8613900000033"])
    again = leak.at(heard.next, Digits="0")
    assert set(ringing(again)) == everybody
    assert "Dial" in takes_nothing(leak, again, OURS, LEG).verbs, "whoever asks again has the whole time again"


@pytest.mark.parametrize("since", ["", "?since=99999999999", "?since=9999999999", "?since=-1", "?since=x", "?since="])
def test_whatever_the_address_says_of_the_first_ring_it_does_not_ring_for_ever(leak: Leak, since: str) -> None:
    with_two_on_duty(leak)
    with_eight_more_on_duty(leak)
    first = leak.presses(leak.picks_up(), "0")
    path = first.next.partition("?")[0] + since
    leak.at(ringing(first)[OURS], CallSid=LEG)
    heard = leak.at(path, DialCallStatus="completed", DialBridged="false", DialCallSid=LEG)
    assert ("Dial" in heard.verbs) == (since in {"", "?since=9999999999"}), "an earlier release's, or another clock's"
    if "Dial" in heard.verbs:
        clock.stop_at(clock.now() + HUNTS_FOR)
        heard = takes_nothing(leak, heard, THEIRS, SID)
    assert "请在滴声后留言" in heard.words


def test_whoever_hangs_up_while_a_voicemail_listens_is_rung_for_no_more_and_a_leader_is_woken(leak: Leak) -> None:
    with_two_on_duty(leak)
    heard = takes_nothing(leak, leak.presses(leak.picks_up(), "0"), OURS, LEG, CallStatus="completed")
    assert "Dial" not in heard.verbs
    assert (leak.told, leak.helpers) == (["entry_person", "entry_unanswered"], ["+8613900000033"])


@pytest.mark.parametrize(("language", "says"), [("en", "对方讲英语。我们打出去的电话："), ("zh", "我们打出去的电话：")])
def test_whoever_is_rung_hears_the_language_of_who_wants_them_not_of_the_ticket(
    leak: Leak, language: str, says: str
) -> None:
    with transaction() as session:
        request = session.get_one(EntryRequest, leak.id)
        request.whom = [one | {"language": language} for one in request.whom]
        request.ticket.language = "zh" if language == "en" else "en"
        somebody = make.a_member_of_staff(session, "王强", OURS, Role.TECHNICIAN, request.ticket.project)
        make.a_shift(session, request.ticket.project, somebody, Post.FIRST, clock.now())
    rung = leak.presses(leak.picks_up(), "0").root.iter("Number")
    heard = leak.at(next(number.get("url", "") for number in rung if number.text == OURS))
    assert heard.words.startswith(says)
    assert leak.at(heard.next).words.startswith(says)


def test_whoever_has_left_meanwhile_is_not_put_through(leak: Leak) -> None:
    with transaction() as session:
        project = session.get_one(EntryRequest, leak.id).ticket.project
        somebody = make.a_member_of_staff(session, "王强", OURS, Role.TECHNICIAN, project)
        make.a_shift(session, project, somebody, Post.FIRST, clock.now())
    rung = leak.presses(leak.picks_up(), "0")
    url = next(number.get("url", "") for number in rung.root.iter("Number") if number.text == OURS)
    with transaction() as session:
        session.scalars(select(Staff).where(Staff.number == OURS)).one().is_active = False
    for path in (url, f"{url}/key"):
        assert "已经结束" in leak.at(path, Digits="1").words
    assert leak.taken == []
    assert "Record" in leak.at(rung.next, DialCallStatus="no-answer").verbs, "and the owner is not left hanging"


def test_where_nobody_comes_after_zero_a_leader_is_woken_once_and_what_is_said_is_on_the_ticket(leak: Leak) -> None:
    asked_at = leak.is_placed()
    rung = leak.presses(leak.picks_up(), "0")
    asked = leak.at(rung.next, DialCallStatus="no-answer")
    assert "正在忙" in asked.words
    assert leak.told == ["entry_person", "entry_unanswered"]
    leak.at(rung.next, DialCallStatus="no-answer")
    assert leak.helpers == ["+8613900000033"], "the supervisor asked, so it is the manager"
    message = next(e.get("action", "") for e in asked.root.iter("Record"))
    assert "Record" in leak.at(message, Digits="#").verbs, "a key before the tone starts the message"
    assert "尽快给您回电" in leak.at(message, RecordingSid="RE" + "7" * 32, RecordingDuration="9", Digits="#").words
    assert leak.recordings == ["RE" + "7" * 32]
    assert leak.speakers == [asked_at], "whose words they are"
    assert "Dial" in leak.at(message, Digits="0").verbs


def test_after_a_talk_nothing_more_is_said_and_nobody_is_woken(leak: Leak) -> None:
    rung = leak.presses(leak.picks_up(), "0")
    assert leak.at(rung.next, DialCallStatus="completed", DialBridged="true").verbs == ["Hangup"]
    assert (leak.told, leak.helpers) == (["entry_person"], [])


def hangs_up_and_three_minutes_pass(leak: Leak) -> None:
    """The carrier has told us that no call of the question lasts, and the clock looks at it."""
    with transaction() as session:
        for call in session.scalars(select(Message).where(Message.about == f"entry:{leak.id}")):
            call.state, call.final_at = MessageState.ANSWERED, call.final_at or clock.now()
    clock.stop_at(clock.now() + CALL_LIVES)
    entries.look_due()


def with_keeper(leak: Leak) -> None:
    with transaction() as session:
        request = session.get_one(EntryRequest, leak.id)
        request.whom = [*request.whom, request.whom[0] | {"number": "+8613800138077", "role": "keeper"}]


def rung(leak: Leak) -> list[str]:
    with reading() as session:
        return [one.number for one in messages.messages_about(session, f"entry:{leak.id}")]


@pytest.mark.parametrize("keys", [("0",), ("7", "8", "9")])
def test_whoever_wanted_a_person_and_hangs_up_does_not_end_the_asking(leak: Leak, keys: tuple[str, ...]) -> None:
    with_keeper(leak)
    heard = leak.picks_up()
    for key in keys:
        heard = leak.presses(heard, key)
    entries.look_due()
    assert len(rung(leak)) == 1, "they may be speaking"
    clock.stop_at(clock.now() + CALL_LIVES)
    entries.look_due()
    assert len(rung(leak)) == 1, "their call lasts"
    hangs_up_and_three_minutes_pass(leak)
    assert (rung(leak)[1:], leak.helpers) == (["+8613800138077"], [])
    hangs_up_and_three_minutes_pass(leak)
    assert (leak.state, leak.told[1:], leak.helpers) == (EntryState.PERSON, ["entry_nobody"], ["+8613900000033"])
    hangs_up_and_three_minutes_pass(leak)
    assert (len(rung(leak)), leak.helpers) == (2, ["+8613900000033"]), "once"


def test_after_a_person_whom_nobody_answered_the_keeper_says_yes_and_the_leader_is_woken_once(leak: Leak) -> None:
    with_keeper(leak)
    leak.at(leak.presses(leak.picks_up(), "0").next, DialCallStatus="no-answer")
    hangs_up_and_three_minutes_pass(leak)
    leak.at(leak.at(f"/voice/entry/{leak.id}/1/key", Digits="0").next, DialCallStatus="no-answer")
    assert (leak.told, leak.helpers) == (["entry_person", "entry_unanswered"] * 2, ["+8613900000033"])
    leak.at(f"/voice/entry/{leak.id}/1/key", Digits="1")
    hangs_up_and_three_minutes_pass(leak)
    assert (leak.state, leak.helpers) == (EntryState.PERMITTED, ["+8613900000033"])


def test_after_a_talk_nobody_else_is_rung(leak: Leak) -> None:
    with_keeper(leak)
    leak.at(leak.presses(leak.picks_up(), "0").next, DialCallStatus="completed", DialBridged="true")
    hangs_up_and_three_minutes_pass(leak)
    assert (len(rung(leak)), leak.helpers) == (1, [])


def test_asked_anew_the_former_question_rings_nobody_any_more(leak: Leak) -> None:
    with_keeper(leak)
    leak.presses(leak.picks_up(), "0")
    with transaction() as session:
        before = session.get_one(EntryRequest, leak.id)
        entering.ask_for_entry(session, before.ticket, before.home, by=before.asked_by, at=clock.now())
    leak.presses(leak.picks_up(), "0")
    hangs_up_and_three_minutes_pass(leak)
    assert len(rung(leak)) == 1
