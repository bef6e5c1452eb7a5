"""The REST API, used through Twilio's own SDK and judged by Twilio's own document."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.sandbox.desk import ACCOUNT, HOTLINE, LANDLINE, OWNER, SECOND, TECHNICIAN, Desk


def test_the_account_shows_itself(desk: Desk) -> None:
    assert desk.client.api.accounts(ACCOUNT).fetch().status == "active"


def test_a_text_is_created_queued_and_found_again_with_the_same_fields(desk: Desk) -> None:
    made = desk.client.messages.create(to=OWNER, from_=HOTLINE, body="水已恢复", validity_period=600)
    assert (made.status, made.num_segments, made.direction) == ("queued", "1", "outbound-api")
    found = desk.client.messages(made.sid).fetch()
    assert (found.sid, found.to, found.from_, found.body) == (made.sid, OWNER, HOTLINE, "水已恢复")


def test_a_text_of_a_messaging_service_is_accepted_and_gets_its_sender_later(desk: Desk) -> None:
    made = desk.client.messages.create(to=OWNER, messaging_service_sid="MG" + "1" * 32, body="hi")
    assert (made.status, made.from_, made.num_segments) == ("accepted", None, "0")
    desk.passes(5)
    assert desk.client.messages(made.sid).fetch().from_ == HOTLINE


def test_the_list_is_filtered_by_both_ends_and_the_moment(desk: Desk) -> None:
    for to in (OWNER, OWNER, TECHNICIAN):
        desk.client.messages.create(to=to, from_=HOTLINE, body="x")
    desk.passes(5)
    began = datetime.now(UTC) - timedelta(days=1)
    assert len(desk.client.messages.list(to=OWNER, from_=HOTLINE, date_sent_after=began)) == 2
    assert len(desk.client.messages.list(to=OWNER, date_sent_before=began)) == 0
    assert len(desk.client.messages.list(date_sent=datetime.now(UTC).date())) == 3


def test_the_list_is_late(desk: Desk) -> None:
    desk.client.messages.create(to=OWNER, from_=HOTLINE, body="x")
    assert desk.client.messages.list(to=OWNER) == []
    desk.passes(1)
    assert len(desk.client.messages.list(to=OWNER)) == 1


def test_the_list_comes_in_pages(desk: Desk) -> None:
    for n in range(5):
        desk.client.messages.create(to=OWNER, from_=HOTLINE, body=str(n))
    desk.passes(2)
    found = desk.client.messages.list(to=OWNER, page_size=2)
    assert [m.body for m in found] == ["4", "3", "2", "1", "0"]


def test_a_deleted_text_is_gone(desk: Desk) -> None:
    made = desk.client.messages.create(to=OWNER, from_=HOTLINE, body="x")
    assert desk.client.messages(made.sid).delete()
    with pytest.raises(TwilioRestException) as refused:
        desk.client.messages(made.sid).fetch()
    assert refused.value.code == 20404


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "+1234", "from_": HOTLINE, "body": "x"}, 21211),
        ({"to": "+8656696", "from_": HOTLINE, "body": "x"}, 21211),
        ({"to": OWNER, "from_": "+15005550006", "body": "x"}, 21606),
        ({"to": LANDLINE, "from_": HOTLINE, "body": "x"}, 21614),
        ({"to": OWNER, "from_": HOTLINE, "body": "x" * 1601}, 21617),
        ({"to": OWNER, "from_": HOTLINE, "body": ""}, 21602),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_with_its_code(desk: Desk, fields: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        desk.client.messages.create(**fields)
    assert refused.value.code == code
    assert desk.phone(fields["to"])["accepted"] == 0


def test_a_wrong_token_is_refused(desk: Desk) -> None:
    desk.client.auth = (ACCOUNT, "wrong")
    with pytest.raises(TwilioRestException) as refused:
        desk.client.messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_what_the_sandbox_does_not_have_is_not_found(desk: Desk) -> None:
    answer = desk.rest("GET", "/Conferences.json")
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_a_call_is_placed_and_shows_its_states(desk: Desk) -> None:
    made = desk.client.calls.create(
        to=OWNER,
        from_=HOTLINE,
        url=desk.at("/spoken"),
        status_callback=desk.at("/called"),
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=20,
        machine_detection="Enable",
        fallback_url=desk.at("/fallback"),
    )
    assert made.status == "queued"
    desk.passes(0)
    assert desk.client.calls(made.sid).fetch().status == "ringing"
    desk.application.says("/spoken", "<Say>停水通知</Say><Pause length='3'/>")
    desk.does(made.sid, "answer")
    assert desk.client.calls(made.sid).fetch().status == "in-progress"
    desk.passes(3)
    done = desk.client.calls(made.sid).fetch()
    assert (done.status, done.duration) == ("completed", "3")
    states = [(r.params["SequenceNumber"], r.params["CallStatus"]) for r in desk.application.of("/called")]
    assert sorted(states) == [("0", "queued"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]
    desk.passes(1)
    assert [c.sid for c in desk.client.calls.list(to=OWNER, status="completed")] == [made.sid]
    assert desk.client.calls.list(from_=SECOND) == []


def test_a_call_is_cancelled_before_it_is_answered(desk: Desk) -> None:
    made = desk.client.calls.create(to=OWNER, from_=HOTLINE, twiml="<Response><Say>hi</Say></Response>")
    desk.passes(0)
    assert desk.client.calls(made.sid).update(status="canceled").status == "canceled"
    assert desk.call(OWNER)["status"] == "canceled"


def test_a_running_call_gets_other_twiml(desk: Desk) -> None:
    made = desk.client.calls.create(
        to=OWNER, from_=HOTLINE, twiml="<Response><Say>one</Say><Pause length='60'/></Response>"
    )
    desk.passes(0)
    desk.does(made.sid, "answer")
    desk.client.calls(made.sid).update(twiml="<Response><Say>two</Say></Response>")
    desk.passes(0)
    assert desk.hears(OWNER) == ["one", "two"]
    assert desk.call(OWNER)["status"] == "completed"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "12", "from_": HOTLINE, "url": "http://127.0.0.1/x"}, 21211),
        ({"to": OWNER, "from_": SECOND, "url": "http://127.0.0.1/x"}, 21210),
        ({"to": OWNER, "from_": HOTLINE}, 21205),
        ({"to": OWNER, "from_": HOTLINE, "url": "nowhere"}, 21205),
    ],
)
def test_a_call_that_cannot_be_placed_is_refused(desk: Desk, fields: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        desk.client.calls.create(**fields)
    assert refused.value.code == code
    assert desk.phone(OWNER)["calls"] == []


def test_calls_start_one_a_second_and_dialled_legs_do_not_wait(desk: Desk) -> None:
    desk.settings(cps=1)
    placed = [desk.client.calls.create(to=to, from_=HOTLINE, twiml="<Response/>") for to in (OWNER, TECHNICIAN, SECOND)]

    def states() -> list[str]:
        return [desk.client.calls(c.sid).fetch().status for c in placed]

    desk.passes(0)
    assert states() == ["ringing", "queued", "queued"]
    desk.passes(1)
    assert states() == ["ringing", "ringing", "queued"]
    desk.application.says("/voice", f"<Dial>{LANDLINE}</Dial>")
    desk.dials("+8613811112222")
    assert desk.call(LANDLINE)["status"] == "ringing"


def test_a_number_is_bought_found_changed_and_given_back(desk: Desk) -> None:
    made = desk.client.incoming_phone_numbers.create(phone_number="+864008005678", voice_url=desk.at("/other"))
    found = desk.client.incoming_phone_numbers.list(phone_number="+864008005678")
    assert [n.sid for n in found] == [made.sid]
    changed = desk.client.incoming_phone_numbers(made.sid).update(sms_url=desk.at("/sms2"))
    assert (changed.voice_url, changed.sms_url) == (desk.at("/other"), desk.at("/sms2"))
    assert desk.client.incoming_phone_numbers(made.sid).delete()
    assert len(desk.client.incoming_phone_numbers.list()) == 1


def test_a_number_is_bought_only_once(desk: Desk) -> None:
    with pytest.raises(TwilioRestException) as refused:
        desk.client.incoming_phone_numbers.create(phone_number=HOTLINE)
    assert refused.value.code == 21422


def test_a_recording_is_listed_fetched_played_and_deleted(desk: Desk) -> None:
    desk.application.says("/voice", "<Record action='/done'/>")
    sid = desk.dials()
    desk.does(sid, "speak", text="电梯困人", seconds=4)
    desk.press(sid, "#")
    recording = desk.application.last("/done")["RecordingSid"]
    sound = f"/Recordings/{recording}.wav"
    assert desk.rest("GET", sound).status_code == 404
    desk.passes(2)
    assert desk.client.recordings(recording).fetch().duration == "4"
    assert [r.sid for r in desk.client.recordings.list(call_sid=sid)] == [recording]
    assert [r.sid for r in desk.client.calls(sid).recordings.list()] == [recording]
    assert desk.client.calls(sid).recordings(recording).fetch().source == "RecordVerb"
    answer = desk.rest("GET", sound)
    assert answer.headers["Content-Type"] == "audio/x-wav"
    assert len(answer.content) == 44 + 4 * 8000 * 2
    assert desk.client.recordings(recording).delete()
    assert desk.rest("GET", sound).status_code == 404
