"""Off the line: recordings are fetched by sid, quiet calls are closed, gaps are looked into."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from base import clock
from base.database import reading, transaction
from base.pulse import CARRIER, advance, begin, last_beat
from hotline import jobs
from hotline.actions import endings
from hotline.models import Call, Recording, RecordingState
from outreach.models import Reply
from telephony.carrier import RecordingSighting, Sighting
from tests.hotline.caller import HOTLINE
from tests.hotline.carrier import KnownCarrier
from tests.hotline.conftest import BY_DAY, OWNER, STRANGER
from tickets.models import EventType, Ticket

SOUND = b"RIFF....WAVE"


@pytest.fixture
def carrier(app, monkeypatch):
    known = KnownCarrier()
    monkeypatch.setitem(app.extensions, "carrier", known)
    return known


def seen_call(sid: str, status: str = "completed", sender: str = OWNER) -> Sighting:
    return Sighting(sid, HOTLINE, status, BY_DAY, sender=sender, direction="inbound")


def test_a_message_is_fetched_by_its_sid_and_kept_under_a_name_that_says_nothing(
    dials, estate, only, carrier, settings
):
    dials(OWNER).presses("3", "1").says()
    sid = only(Recording).sid
    carrier.sounds[sid] = SOUND
    jobs.recordings_due()
    recording = only(Recording)
    assert recording.state == RecordingState.KEPT
    assert (Path(settings.recordings_url) / recording.path).read_bytes() == SOUND
    assert sid not in recording.path
    jobs.recordings_due()
    assert only(Recording).path == recording.path


def test_a_message_that_is_not_there_yet_is_tried_again_and_given_up_after_a_day(dials, estate, only, carrier):
    dials(OWNER).presses("3", "1").says()
    jobs.recordings_due()
    carrier.is_silent = True
    jobs.recordings_due()
    assert only(Recording).state == RecordingState.AT_CARRIER
    carrier.is_silent = False
    clock.stop_at(BY_DAY + timedelta(days=2))
    jobs.recordings_due()
    assert only(Recording).state == RecordingState.ABSENT


def test_a_message_is_deleted_here_and_at_the_carrier_when_its_time_is_up(dials, estate, only, carrier, settings):
    dials(OWNER).presses("3", "1").says()
    sid = only(Recording).sid
    carrier.sounds[sid] = SOUND
    jobs.recordings_due()
    place = Path(settings.recordings_url) / only(Recording).path
    clock.stop_at(BY_DAY + timedelta(days=89))
    jobs.delete_old_recordings()
    assert place.exists(), "the caller was told ninety days"
    clock.stop_at(BY_DAY + timedelta(days=91))
    carrier.is_silent = True
    jobs.delete_old_recordings()
    assert (place.exists(), only(Recording).state) == (True, RecordingState.KEPT), (
        "nobody says that the carrier has none"
    )
    carrier.is_silent = False
    jobs.delete_old_recordings()
    assert (place.exists(), sid in carrier.sounds) == (False, False)
    assert (only(Recording).state, only(Recording).path) == (RecordingState.DELETED, "")


def test_how_long_it_is_kept_is_the_companys_to_set(app, dials, estate, only, carrier):
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"recordings_kept_days": 10})
    dials(OWNER).presses("3", "1").says()
    carrier.sounds[only(Recording).sid] = SOUND
    jobs.recordings_due()
    for days, state in ((9, RecordingState.KEPT), (11, RecordingState.DELETED)):
        clock.stop_at(BY_DAY + timedelta(days=days))
        jobs.delete_old_recordings()
        assert only(Recording).state == state


def test_the_carrier_forgets_what_we_hold_and_only_that(dials, estate, only, carrier, settings):
    dials(OWNER).presses("3", "1").says()
    sid = only(Recording).sid
    jobs.recordings_due()
    carrier.sounds[sid] = SOUND
    assert only(Recording).forgotten_at is None, "it was not there yet"
    jobs.recordings_due()
    place = Path(settings.recordings_url) / only(Recording).path
    assert (place.read_bytes(), sid in carrier.sounds) == (SOUND, False)
    assert only(Recording).forgotten_at == BY_DAY


def test_what_the_carrier_could_not_forget_it_forgets_later_and_what_we_lost_meanwhile_is_fetched_anew(
    dials, estate, only, carrier, settings
):
    dials(OWNER).presses("3", "1").says()
    sid = only(Recording).sid
    carrier.sounds[sid] = SOUND
    jobs.recordings_due()
    place = Path(settings.recordings_url) / only(Recording).path
    with transaction() as session:
        session.execute(update(Recording).values(forgotten_at=None))
    carrier.sounds[sid] = SOUND
    carrier.is_silent = True
    jobs.recordings_due()
    carrier.is_silent = False
    assert sid in carrier.sounds
    place.unlink()
    jobs.recordings_due()
    assert (sid in carrier.sounds, only(Recording).state) == (True, RecordingState.AT_CARRIER), "ours was lost"
    jobs.recordings_due()
    place = Path(settings.recordings_url) / only(Recording).path
    assert (place.read_bytes(), sid in carrier.sounds) == (SOUND, False)


def test_what_is_late_is_fetched_when_it_is_there(dials, estate, only, carrier):
    dials(OWNER).presses("3", "1").says()
    carrier.sounds[only(Recording).sid] = SOUND
    jobs.recordings_due()
    jobs.recordings_due()
    assert only(Recording).state == RecordingState.KEPT


def test_a_call_whose_end_never_reached_us_becomes_a_ticket(dials, estate, only, every, carrier):
    call = dials(OWNER).presses("1", "1")
    carrier.calls = [seen_call(call.sid, "in-progress")]
    clock.stop_at(BY_DAY + timedelta(minutes=2))
    jobs.calls_left_open()
    clock.stop_at(BY_DAY + timedelta(minutes=4))
    jobs.calls_left_open()
    assert every(Ticket) == [], "the caller is still speaking"
    carrier.calls = [seen_call(call.sid)]
    jobs.calls_left_open()
    jobs.calls_left_open()
    assert only(Ticket).kind == "repair"
    assert only(Call).ended_at == BY_DAY + timedelta(minutes=4)


@pytest.fixture
def compared(app):
    """The carrier was compared until ten in the morning; `compared()` says until when it is now."""
    with transaction() as session:
        begin(session, CARRIER, at=BY_DAY)

    def until():
        with reading() as session:
            return last_beat(session, CARRIER)

    return until


def test_before_the_clock_has_ever_run_nothing_is_asked(estate, carrier):
    jobs.fill_gap()
    assert carrier.asked_since is None


def test_a_carrier_that_is_away_is_asked_again_from_the_same_moment(estate, carrier, compared, every):
    clock.stop_at(BY_DAY + timedelta(hours=2))
    carrier.calls, carrier.is_silent = [seen_call("CA" + "d" * 32)], True
    jobs.fill_gap()
    assert (compared(), every(Ticket)) == (BY_DAY, [])
    carrier.is_silent = False
    jobs.fill_gap()
    assert carrier.asked_since == BY_DAY - timedelta(minutes=10)
    assert (compared(), len(every(Ticket))) == (clock.now(), 1)


def test_a_database_that_goes_away_meanwhile_leaves_the_moment_where_it_was(estate, carrier, compared, monkeypatch):
    clock.stop_at(BY_DAY + timedelta(hours=2))
    carrier.calls = [seen_call("CA" + "d" * 32)]
    away = OperationalError("BEGIN", None, OSError("gone"))

    def fails(*_: object, **__: object) -> None:
        raise away

    monkeypatch.setattr(endings, "call_ends", fails)
    with pytest.raises(OperationalError):
        jobs.fill_gap()
    assert compared() == BY_DAY


def test_one_bad_item_does_not_cost_the_others(estate, carrier, compared, only, monkeypatch):
    clock.stop_at(BY_DAY + timedelta(minutes=5))
    bad, good = "CA" + "b" * 32, "CA" + "d" * 32
    carrier.calls = [seen_call(bad), seen_call(good)]
    ends = endings.call_ends

    def fails_on_one(session, sid, *more, **named):
        ends(session, sid, *more, **named)
        if sid == bad:
            raise ValueError("nobody thought of this")

    monkeypatch.setattr(endings, "call_ends", fails_on_one)
    jobs.fill_gap()
    assert only(Call).sid == good
    assert compared() == clock.now()


def test_the_moment_of_comparison_never_goes_back(compared):
    for hours in (2, 1):
        with transaction() as session:
            advance(session, CARRIER, to=BY_DAY + timedelta(hours=hours))
    assert compared() == BY_DAY + timedelta(hours=2)


def test_a_gap_opens_what_came_in_meanwhile_once(estate, carrier, compared, only, every):
    sid = "CA" + "d" * 32
    carrier.calls = [seen_call(sid), seen_call("CA" + "e" * 32, "in-progress", STRANGER)]
    carrier.texts = [
        Sighting("SM" + "d" * 32, HOTLINE, "received", BY_DAY, body="楼道灯坏了", sender=STRANGER, direction="inbound")
    ]
    carrier.recorded = [RecordingSighting("RE" + "d" * 32, sid, "completed", BY_DAY, 9)]
    for _ in range(2):
        jobs.fill_gap()
    assert carrier.asked_since == BY_DAY - timedelta(minutes=10)
    missed = next(t for t in every(Ticket) if t.channel == "call")
    assert (missed.category, missed.home_id) == ("missed_call", estate["home"])
    assert EventType.RECORDING in [e.type for e in missed.events]
    assert (only(Recording).duration_s, only(Recording).ticket_id) == (9, missed.id)
    assert only(Call).sid == sid
    assert only(Reply).body == "楼道灯坏了"
    assert len(every(Ticket)) == 2


def test_a_call_we_answered_is_not_opened_again(dials, estate, carrier, compared, only):
    call = dials(OWNER).presses("1", "4").says()
    carrier.calls = [seen_call(call.sid)]
    jobs.fill_gap()
    assert only(Ticket).category == "blockage"
    assert only(Call).status == "completed"
