"""Record: what is said, how it ends, who hears of it."""

import urllib.request

import pytest

from tests.sandbox.desk import OWNER, Desk

RECORD = (
    '<Record action="/done" timeout="5" maxLength="60" recordingStatusCallback="/recorded"'
    ' recordingStatusCallbackEvent="in-progress completed absent"/><Say>nothing recorded</Say>'
)


def events(desk: Desk) -> list[str]:
    return [r.params["RecordingStatus"] for r in desk.application.of("/recorded")]


def test_a_key_ends_the_recording_and_the_action_comes_before_the_file(desk: Desk) -> None:
    desk.application.says("/voice", RECORD)
    sid = desk.dials()
    desk.does(sid, "speak", text="三号楼电梯困人", seconds=7)
    desk.press(sid, "#")
    done = desk.application.last("/done")
    assert (done["RecordingDuration"], done["Digits"]) == ("7", "#")
    assert done["RecordingUrl"].endswith(done["RecordingSid"])
    assert events(desk) == ["in-progress"]
    desk.passes(1)
    assert events(desk) == ["in-progress", "completed"]
    recorded = desk.application.last("/recorded")
    assert recorded["RecordingSid"] == done["RecordingSid"]
    assert (recorded["CallSid"], recorded["RecordingSource"]) == (sid, "RecordVerb")


def test_silence_after_speech_ends_it(desk: Desk) -> None:
    desk.application.says("/voice", RECORD)
    sid = desk.dials()
    desk.does(sid, "speak", text="漏水", seconds=3)
    desk.passes(7.9)
    assert desk.application.of("/done") == []
    desk.passes(0.1)
    assert desk.application.last("/done")["Digits"] == ""


def test_a_recording_of_nothing_is_absent_and_the_next_verb_follows(desk: Desk) -> None:
    desk.application.says("/voice", RECORD)
    desk.dials()
    desk.passes(5)
    assert desk.application.of("/done") == []
    assert events(desk) == ["in-progress", "absent"]
    assert desk.hears(OWNER) == ["nothing recorded"]


def test_it_is_no_longer_than_allowed(desk: Desk) -> None:
    desk.application.says("/voice", RECORD)
    sid = desk.dials()
    desk.does(sid, "speak", text="很长", seconds=300)
    desk.passes(60)
    assert desk.application.last("/done")["RecordingDuration"] == "60"


def test_hanging_up_keeps_what_was_said(desk: Desk) -> None:
    desk.application.says("/voice", RECORD)
    sid = desk.dials()
    desk.does(sid, "speak", text="漏水", seconds=3)
    desk.does(sid, "hangup")
    done = desk.application.last("/done")
    assert (done["Digits"], done["CallStatus"], done["RecordingDuration"]) == ("hangup", "completed", "3")
    desk.passes(1)
    assert events(desk)[-1] == "completed"
    assert desk.application.last("/status")["CallStatus"] == "completed"


def test_hanging_up_without_a_word_is_absent(desk: Desk) -> None:
    desk.application.says("/voice", RECORD)
    desk.does(desk.dials(), "hangup")
    assert desk.application.of("/done") == []
    assert events(desk) == ["in-progress", "absent"]


def test_only_the_chosen_keys_end_it(desk: Desk) -> None:
    desk.application.says("/voice", '<Record action="/done" finishOnKey="*9"/>')
    sid = desk.dials()
    desk.does(sid, "speak", text="x", seconds=2)
    assert desk.press(sid, "1#*") == {"used": "", "ignored": "1#*"}
    assert desk.press(sid, "9") == {"used": "9", "ignored": ""}
    assert desk.application.last("/done")["Digits"] == "9"


@pytest.mark.parametrize("key", "0123456789*#")
def test_any_key_ends_it_where_none_is_chosen(desk: Desk, key: str) -> None:
    desk.application.says("/voice", '<Record action="/done"/>')
    sid = desk.dials()
    desk.does(sid, "speak", text="x", seconds=2)
    desk.press(sid, key)
    assert desk.application.last("/done")["Digits"] == key


@pytest.mark.parametrize(("timeout", "ends_after_s"), [("", 2 + 5), ('timeout="0"', 3600)])
def test_silence_ends_it_after_five_seconds_or_where_that_is_nought_after_an_hour(
    desk: Desk, timeout: str, ends_after_s: int
) -> None:
    desk.application.says("/voice", f'<Record action="/done" {timeout}/>')
    desk.does(desk.dials(), "speak", text="x", seconds=2)
    desk.passes(ends_after_s - 0.1)
    assert desk.application.of("/done") == []
    desk.passes(0.1)
    assert desk.application.last("/done")["Digits"] == ""


@pytest.mark.parametrize(("trim", "seconds"), [("", "3"), ('trim="trim-silence"', "3"), ('trim="do-not-trim"', "12")])
def test_silence_is_cut_off_unless_it_shall_stay(desk: Desk, trim: str, seconds: str) -> None:
    desk.application.says("/voice", f'<Record action="/done" {trim}/>')
    sid = desk.dials()
    desk.passes(4)
    desk.does(sid, "speak", text="漏水", seconds=3)
    desk.passes(8)
    assert desk.application.last("/done")["RecordingDuration"] == seconds


def test_of_a_recording_only_its_being_ready_is_told_where_no_event_is_chosen(desk: Desk) -> None:
    desk.application.says("/voice", '<Record action="/done" recordingStatusCallback="/recorded"/>')
    sid = desk.dials()
    desk.does(sid, "speak", text="漏水", seconds=3)
    desk.press(sid, "#")
    desk.passes(1)
    assert events(desk) == ["completed"]
    told = desk.application.last("/recorded")
    named = {"AccountSid", "CallSid", "RecordingSid", "RecordingUrl", "RecordingStatus", "RecordingDuration"}
    assert told.keys() >= named | {"RecordingChannels", "RecordingStartTime", "RecordingSource"}


@pytest.mark.parametrize(
    ("words", "status", "text"), [("the lift is stuck", "completed", "the lift is stuck"), ("电梯困人", "failed", "")]
)
def test_english_is_written_down_and_told_later(desk: Desk, words: str, status: str, text: str) -> None:
    desk.application.says("/voice", '<Record action="/done" transcribe="true" transcribeCallback="/written"/>')
    sid = desk.dials()
    desk.does(sid, "speak", text=words, seconds=3)
    desk.press(sid, "#")
    desk.passes(1)
    assert desk.application.of("/written") == []
    desk.passes(1)
    told = desk.application.last("/written")
    assert (told["TranscriptionStatus"], told["TranscriptionText"]) == (status, text)
    assert told["RecordingSid"] == desk.application.last("/done")["RecordingSid"]
    assert told["TranscriptionSid"].startswith("TR")


@pytest.mark.parametrize(("beep", "kinds"), [("true", ["beep"]), ("false", [])])
def test_a_beep_says_that_it_begins(desk: Desk, beep: str, kinds: list[str]) -> None:
    desk.application.says("/voice", f'<Record playBeep="{beep}"/>')
    desk.dials()
    assert [h["kind"] for h in desk.call(OWNER)["heard"]] == kinds


def test_without_an_action_the_same_document_is_asked(desk: Desk) -> None:
    desk.application.says("/voice", "<Record/>", "<Say>thanks</Say>")
    sid = desk.dials()
    desk.does(sid, "speak", text="x", seconds=2)
    desk.press(sid, "#")
    assert "RecordingSid" in desk.application.last("/voice")
    assert desk.hears(OWNER) == ["thanks"]


def test_a_sound_that_is_handed_in_is_the_recording(desk: Desk) -> None:

    desk.application.says("/voice", '<Record action="/done"/>')
    sid = desk.dials()
    wav = b"RIFF" + b"\0" * 60
    request = urllib.request.Request(
        f"{desk.network.url}/sandbox/calls/{sid}/sound", wav, {"Content-Type": "audio/wav"}, method="POST"
    )
    urllib.request.urlopen(request).close()
    desk.does(sid, "speak", text="x", seconds=2)
    desk.press(sid, "#")
    desk.passes(1)
    assert desk.rest("GET", f"/Recordings/{desk.application.last('/done')['RecordingSid']}.wav").content == wav
