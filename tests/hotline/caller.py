"""A caller on the hotline's webhooks, step by step, without a network: dials, hears, presses, hangs up."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree
from werkzeug.test import TestResponse

HOTLINE = "+864008001234"
HOTLINE_SAID = "4008001234"
"""As a text or a voice gives it."""
_sids = itertools.count(1)


@dataclass
class CallInProgress:
    """One call: `words` is what was just spoken, `document` the last answer."""

    posts: Callable[..., TestResponse]
    number: str
    called: str
    sid: str = field(default_factory=lambda: f"CA{next(_sids):032x}")
    answer: bytes = b""
    path: str = "/voice/incoming"

    def rings(self) -> "CallInProgress":
        return self.post("/voice/incoming", CallStatus="ringing", Direction="inbound")

    def post(self, path: str, **form: str) -> "CallInProgress":
        response = self.posts(path, CallSid=self.sid, From=self.number, To=self.called, **form)
        assert response.status_code == 200, response.status
        self.path, self.answer = path, response.get_data()
        return self

    @property
    def document(self) -> etree._Element:
        return etree.fromstring(self.answer)

    @property
    def words(self) -> str:
        return "".join("".join(say.itertext()) for say in self.document.iter("Say"))

    @property
    def verb(self) -> etree._Element:
        """The verb that waits for something: Gather, Record, Dial or Hangup; of a message the Record, not its words."""
        return [e for e in self.document if e.tag in {"Gather", "Record", "Dial", "Hangup", "Reject"}][-1]

    @property
    def rung(self) -> list[str]:
        return [number.text or "" for number in self.document.iter("Number")]

    @property
    def ref(self) -> str:
        found = re.search(r"((?:\d ){5}\d), ((?:\d ){3,}\d)", self.words)
        assert found, self.words
        return found[1].replace(" ", "") + "-" + found[2].replace(" ", "")

    def hears(self, *words: str) -> "CallInProgress":
        for word in words:
            assert word in self.words, f"{word!r} is not in {self.words!r}"
        return self

    def never_hears(self, *words: str) -> "CallInProgress":
        for word in words:
            assert word not in self.words, f"{word!r} is in {self.words!r}"
        return self

    def speaks(self, words: str) -> "CallInProgress":
        """Say something where words are understood beside keys."""
        assert self.verb.get("input") == "dtmf speech", self.answer.decode()
        return self.post(self.verb.get("action"), SpeechResult=words, Confidence="0.4", CallStatus="in-progress")

    def presses(self, *keys: str) -> "CallInProgress":
        """Press keys at a question, or while the words before a message are said."""
        for key in keys:
            document = self.document
            gather = document.find("Gather")
            assert gather is not None, self.answer.decode()
            assert all(words.getparent() is gather for words in document.iter("Say", "Play")), "a key cuts words short"
            self.post(gather.get("action"), Digits=key, FinishedOnKey="", CallStatus="in-progress")
        return self

    def presses_hash_alone(self) -> "CallInProgress":
        """The key that ends digits, with no digit before it."""
        assert self.verb.get("finishOnKey") == "#", self.answer.decode()
        return self.post(self.verb.get("action"), Digits="", FinishedOnKey="#", CallStatus="in-progress")

    def is_silent(self) -> "CallInProgress":
        assert self.verb.tag == "Gather", self.answer.decode()
        return self.post(self.verb.get("action"), Digits="", CallStatus="in-progress")

    def says(self, seconds: int = 7, sid: str | None = None, ended_by: str = "#") -> "CallInProgress":
        """Leave a message after the beep, and end it by a key."""
        assert self.verb.tag == "Record", self.answer.decode()
        assert ended_by in self.verb.get("finishOnKey"), "only a tone in the message"
        done, sid = self.verb.get("recordingStatusCallback").partition("#")[0], sid or f"RE{self.sid[2:]}"
        self.post(
            self.verb.get("action"), RecordingSid=sid, RecordingUrl="https://elsewhere.test/x", Digits=ended_by,
            RecordingDuration=str(seconds), CallStatus="in-progress",
        )  # fmt: skip
        self.posts(done, CallSid=self.sid, RecordingSid=sid, RecordingStatus="completed",
                   RecordingDuration=str(seconds), RecordingUrl="https://elsewhere.test/x")  # fmt: skip
        return self

    def says_nothing(self) -> "CallInProgress":
        assert self.verb.tag == "Record", self.answer.decode()
        return self.post(self.verb.get("action"), CallStatus="in-progress")

    def nobody_answers(self, status: str = "no-answer") -> "CallInProgress":
        assert self.verb.tag == "Dial", self.answer.decode()
        return self.post(self.verb.get("action"), DialCallStatus=status, DialBridged="false")

    def talk_ends(self) -> "CallInProgress":
        assert self.verb.tag == "Dial", self.answer.decode()
        return self.post(self.verb.get("action"), DialCallStatus="completed", DialBridged="true")

    def hangs_up(self, status: str = "completed") -> TestResponse:
        return self.posts("/voice/status", CallSid=self.sid, From=self.number, To=self.called, CallStatus=status,
                          Direction="inbound", CallDuration="31")  # fmt: skip


Dialler = Callable[..., CallInProgress]
