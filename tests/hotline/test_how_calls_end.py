"""A missed call is a ticket; a settled one leaves none."""

from base.database import transaction
from hotline.models import Call, Recording
from oncall.models import Page, PageState
from tests.hotline.conftest import FIRST, OWNER, STRANGER
from tickets.lifecycle import Kind
from tickets.models import Ticket


def test_hanging_up_at_the_greeting_is_a_missed_call(dials, estate, only, texts_to):
    assert dials(OWNER).hangs_up().status_code == 204
    ticket = only(Ticket)
    assert (ticket.kind, ticket.category, ticket.home_id) == (Kind.HELP, "missed_call", estate["home"])
    assert (ticket.summary, ticket.events[0].data["reason"]) == ("", "missed")
    assert ticket.ref in texts_to(OWNER)[0]


def test_a_complaint_left_half_way_is_a_ticket_with_what_is_known(dials, estate, only):
    dials(OWNER).presses("2", "2").hangs_up()
    ticket = only(Ticket)
    assert (ticket.kind, ticket.owner_desk, ticket.person_id) == (Kind.COMPLAINT, "HQ", estate["owner"])
    assert (ticket.summary, ticket.events[0].data["reason"]) == ("", "broken_off")


def test_a_repair_left_while_keying_the_home_keeps_its_category(dials, estate, only):
    dials(STRANGER).presses("1", "4", "3").hangs_up()
    assert (only(Ticket).kind, only(Ticket).category) == (Kind.REPAIR, "blockage")


def test_a_burst_pipe_broken_off_still_wakes_somebody(dials, estate, only):
    dials(STRANGER).presses("1", "1", "1").hangs_up()
    assert only(Ticket).page_due_at is not None


def test_an_unnamed_complaint_broken_off_stays_unnamed(dials, estate, only):
    dials(OWNER).presses("2", "1").hangs_up()
    assert (only(Ticket).caller_number, only(Call).from_number, only(Call).person_id) == (None, None, None)
    assert only(Ticket).events[0].data["unnamed"] == "anonymous"


def test_the_end_told_twice_changes_nothing(dials, estate, only, texts_to):
    call = dials(OWNER)
    call.hangs_up()
    call.hangs_up("busy")
    assert only(Call).status == "completed"
    assert only(Ticket)
    assert len(texts_to(OWNER)) == 1


def test_hearing_the_progress_leaves_no_ticket(dials, estate, only):
    dials(OWNER).presses("1", "4").says().hangs_up()
    dials(OWNER).presses("5").hears("等待接单").hangs_up()
    assert only(Ticket).category == "blockage"


def test_asking_for_progress_and_then_breaking_off_a_repair_is_a_ticket(dials, estate, every):
    dials(OWNER).presses("1", "4").says().hangs_up()
    dials(OWNER).presses("5", "9", "1").hangs_up()
    assert len(every(Ticket)) == 2


def test_a_colleague_who_hangs_up_leaves_no_ticket(dials, estate, every):
    dials(FIRST).hangs_up()
    assert every(Ticket) == []


def test_a_message_that_failed_is_kept_as_absent(dials, estate, only, carrier_posts):
    call = dials(OWNER).presses("3", "1")
    done, _, overrides = call.verb.get("recordingStatusCallback").partition("#")
    assert overrides == "rc=5&rp=all", "what we cannot take now is told again"
    for _ in range(2):
        carrier_posts(
            done, CallSid=call.sid, RecordingSid="RE" + "a" * 32, RecordingStatus="absent", RecordingDuration="0"
        )
    assert only(Recording).state == "absent"


def test_a_call_we_never_heard_of_is_written_down_when_it_ends(carrier_posts, estate, only):
    answer = carrier_posts("/voice/status", CallSid="CA" + "9" * 32, From=OWNER, To="+864008001234",
                           CallStatus="completed", Direction="inbound")  # fmt: skip
    assert answer.status_code == 204
    assert only(Ticket).category == "missed_call"


def test_what_is_not_about_us_is_answered_and_forgotten(carrier_posts, estate, every):
    for form in (
        {
            "CallSid": "CA" + "9" * 32,
            "From": OWNER,
            "To": "+8613811112222",
            "CallStatus": "completed",
            "Direction": "inbound",
        },
        {
            "CallSid": "CA" + "9" * 32,
            "From": OWNER,
            "To": "+864008001234",
            "CallStatus": "completed",
            "Direction": "outbound-api",
        },
        {"CallSid": "?", "CallStatus": "completed"},
        {},
    ):
        assert carrier_posts("/voice/status", **form).status_code == 204
    assert carrier_posts("/voice/recorded/77/1", CallSid="CA" + "9" * 32, RecordingSid="RE1").status_code == 204
    assert every(Call) == []


def test_a_late_recording_finds_the_ticket_of_a_missed_call(dials, estate, only, carrier_posts):
    call = dials(OWNER)
    call.hangs_up()
    with transaction() as session:
        call_id = session.get(Call, only_id(session)).id
    carrier_posts(f"/voice/recorded/{call_id}/3", CallSid=call.sid, RecordingSid="RE" + "b" * 32,
                  RecordingStatus="completed", RecordingDuration="4")  # fmt: skip
    assert only(Recording).ticket_id == only(Ticket).id


def only_id(session) -> int:
    return session.query(Call.id).one()[0]


def test_hanging_up_while_a_telephone_rings_ends_that_ring(dials, estate, only):
    dials(OWNER).presses("0").hangs_up()
    assert only(Page).state == PageState.MISSED
    assert only(Ticket).page_due_at is not None


def test_hearing_that_nothing_is_open_leaves_no_ticket(dials, estate, every):
    dials(OWNER).presses("5").hears("没有处理中的工单").hangs_up()
    assert every(Ticket) == []


def test_a_call_from_our_own_number_was_turned_away_and_nobody_missed_it(carrier_posts, estate, every):
    carrier_posts("/voice/status", CallSid="CA" + "9" * 32, From="+864008001234", To="+864008001234",
                  CallStatus="busy", Direction="inbound")  # fmt: skip
    assert every(Call) == []
    assert every(Ticket) == []


def test_who_heard_of_nothing_and_then_asks_for_a_person_gets_the_number(dials, estate, only, texts_to):
    dials(OWNER).presses("5").hears("没有处理中的工单").presses("0").hears("转接").hangs_up()
    assert any(only(Ticket).ref in text for text in texts_to(OWNER))
