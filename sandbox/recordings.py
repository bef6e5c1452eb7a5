"""Recordings: begun, finished, ready a little later; and who hears of it."""

from email.utils import format_datetime

from sandbox import sounds
from sandbox.flow import Flow
from sandbox.legs import notify, recording_params, recording_url, voice_params
from sandbox.model import Callback, Recording
from sandbox.network import Network
from sandbox.twiml import Verb


def begin_recording(flow: Flow, step: Verb, source: str) -> Recording:
    """Start recording the leg."""
    network = flow.network
    recording = Recording(network.new_sid("RE"), flow.call, source, network.clock.now(), network.listed_at())
    network.recordings[recording.sid] = recording
    flow.call.recordings.append(recording)
    _tell(flow, step, recording, "in-progress")
    return recording


def finish_recording(flow: Flow, step: Verb, recording: Recording, seconds: float, words: str) -> None:
    """Stop: a recording of nothing is absent, any other is ready after a while."""
    recording.duration_s = max(1, round(seconds)) if seconds else 0
    recording.words, recording.audio = words, flow.call.audio
    flow.call.audio = None
    recording.updated_at = flow.network.clock.now()
    if not seconds:
        recording.status = "absent"
        flow.call.recordings.remove(recording)
        _tell(flow, step, recording, "absent")
        return
    recording.status = "processing"
    flow.network.later(flow.network.settings.processing_s, _ready(flow, step, recording))


def recorded_params(flow: Flow, recording: Recording) -> list[tuple[str, str]]:
    """Return what an action hears about the recording."""
    return recording_params(flow.network, recording)


def sound_of(recording: Recording) -> bytes:
    """Return the recording as a WAV file: what was handed in, or a tone of its length."""
    return recording.audio or sounds.tone(recording.duration_s)


async def _ready(flow: Flow, step: Verb, recording: Recording) -> None:
    recording.status = "completed"
    recording.updated_at = flow.network.clock.now()
    flow.network.touch()
    _tell(flow, step, recording, "completed")
    if step.get("transcribeCallback"):
        flow.network.later(flow.network.settings.processing_s, _transcribed(flow, step, recording))


async def _transcribed(flow: Flow, step: Verb, recording: Recording) -> None:
    """Tell what was said in English; any other language is not understood."""
    network = flow.network
    is_understood = recording.words.isascii()
    params = [
        *voice_params(network, recording.call),
        ("TranscriptionSid", network.new_sid("TR")),
        ("TranscriptionStatus", "completed" if is_understood else "failed"),
        ("TranscriptionText", recording.words if is_understood else ""),
        ("RecordingSid", recording.sid),
        ("RecordingUrl", recording_url(network, recording)),
    ]
    notify(network, "transcription", Callback(flow.address(step.get("transcribeCallback"))), params)


def _tell(flow: Flow, step: Verb, recording: Recording, event: str) -> None:
    url = step.get("recordingStatusCallback")
    wanted = step.get("recordingStatusCallbackEvent", "completed").split()
    if not url or event not in wanted:
        return
    network: Network = flow.network
    params = [
        ("AccountSid", network.account),
        ("CallSid", recording.call.sid),
        *recording_params(network, recording),
        ("RecordingStatus", event),
        ("RecordingChannels", "1"),
        ("RecordingStartTime", format_datetime(recording.started_at)),
        ("RecordingSource", recording.source),
        ("RecordingTrack", "both"),
    ]
    method = step.get("recordingStatusCallbackMethod", "POST")
    notify(network, "recording", Callback(flow.address(url), method), params)
