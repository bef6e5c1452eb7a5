"""The language of telephones: `owner.dials().hears("报修").presses("1")`, `phone(duty).rings().answers()`."""

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from tests.town import Town

PATIENCE_S = 90.0


def _listens(verb: dict[str, Any]) -> bool:
    """Whether what is said is heard: by a recording, or where words are understood beside keys."""
    return verb.get("verb") == "Record" or "speech" in verb.get("input", [])


class Phone:
    """One telephone in the town, and whoever holds it."""

    def __init__(self, town: "Town", number: str) -> None:
        self.town, self.number = town, number
        self._read: set[str] = set()
        self._noticed: set[str] = set()

    # -- doing ---------------------------------------------------------------------------------------------

    def dials(self, to: str | None = None, *, withheld: str = "") -> "Line":
        """Dial a number (the hotline if none is said)."""
        data = {"to": to or self.town.hotline, "withheld": withheld}
        sid = self.town.sandbox.ask("POST", f"/phones/{self.number}/dial", data)["sid"]
        self._noticed.add(sid)
        self.town.settle()
        return Line(self, sid)

    def texts(self, body: str, to: str | None = None) -> Self:
        """Send a text (to the hotline if nobody else is named)."""
        self.town.sandbox.ask("POST", f"/phones/{self.number}/text", {"to": to or self.town.hotline, "body": body})
        self.town.settle()
        return self

    def will(self, answers: str, **more: Any) -> Self:
        """From now on calls find: `manual`, `answer`, `busy`, `no_answer` or `voicemail`."""
        self.town.sandbox.ask("PUT", f"/phones/{self.number}", {"answers": answers, **more})
        return self

    # -- expecting -----------------------------------------------------------------------------------------

    def rings(self, within_s: float = PATIENCE_S) -> "Line":
        """Somebody calls: a call that rings and that nobody noticed yet. Waits for it."""
        waited = 0.0
        while True:
            for call in self._calls():
                if call["direction"] == "in" and call["status"] == "ringing" and call["sid"] not in self._noticed:
                    self._noticed.add(call["sid"])
                    return Line(self, call["sid"])
            assert waited < within_s, f"{self.number} did not ring within {within_s:.0f} s"
            self.town.advance(1)
            waited += 1

    def does_not_ring(self, for_s: float) -> Self:
        """Nobody calls for so long."""
        for _ in range(int(for_s)):
            new = [c for c in self._calls() if c["direction"] == "in" and c["sid"] not in self._noticed]
            assert not new, f"{self.number} rings although it should not: {new}"
            self.town.advance(1)
        return self

    def receives(self, *words: str, within_s: float = PATIENCE_S) -> str:
        """A text comes that has all these words; answers its whole body. Waits for it."""
        waited = 0.0
        while True:
            for text in self._texts():
                if text["sid"] not in self._read and all(word in text["body"] for word in words):
                    self._read.add(text["sid"])
                    return str(text["body"])
            unread = [t["body"] for t in self._texts() if t["sid"] not in self._read]
            assert waited < within_s, f"{self.number} got no text with {words}; unread: {unread}"
            self.town.advance(1)
            waited += 1

    def has_been_called(self, times: int) -> Self:
        """So many calls have reached it altogether."""
        calls = [c for c in self._calls() if c["direction"] == "in"]
        assert len(calls) == times, f"{self.number} was called {len(calls)} times, not {times}"
        self._noticed.update(c["sid"] for c in calls)
        return self

    def unexpected(self) -> list[str]:
        """What came that the scenario did not speak of. A phone nobody picks up rings only so often, too."""
        unread = [t["body"] for t in self._texts() if t["sid"] not in self._read]
        rang = [c for c in self._calls() if c["direction"] == "in" and c["sid"] not in self._noticed]
        return [f"{self.number} got {body!r}" for body in unread] + [
            f"{self.number} was called at {call['at'][11:19]} by {call['from']}: {call['status']}" for call in rang
        ]

    def expect_nothing_more(self) -> None:
        """Fail on any text or call to it that nobody in the scenario expected."""
        assert not self.unexpected(), self.unexpected()

    def forget_calls(self) -> None:
        """Whoever called so far is of no interest here."""
        self._noticed.update(call["sid"] for call in self._calls())

    def _texts(self) -> list[dict[str, Any]]:
        state = self.town.sandbox.ask("GET", f"/phones/{self.number}")
        return [text for text in state["texts"] if text["to"] == self.number]

    def _calls(self) -> list[dict[str, Any]]:
        return list(self.town.sandbox.ask("GET", f"/phones/{self.number}")["calls"])


class Line:
    """One call, as the person on this telephone has it."""

    def __init__(self, phone: Phone, sid: str) -> None:
        self.phone, self.town, self.sid = phone, phone.town, sid
        self._heard = 0

    # -- doing ---------------------------------------------------------------------------------------------

    def answers(self) -> Self:
        """Pick up."""
        return self._do("answer")

    def declines(self) -> Self:
        """Refuse: the other side hears that it is busy."""
        return self._do("decline")

    def presses(self, keys: str) -> Self:
        """Press keys, whether or not the voice has finished."""
        used = self._do("press", {"keys": keys}, answer=True)
        assert used["ignored"] == "", f"nobody was waiting for the keys {used['ignored']!r}: {self._transcript()}"
        return self

    def says(self, words: str, seconds: float = 5.0) -> Self:
        """Say something into a recording, or to the other side."""
        self._until(lambda call: bool(call["bridged"]) or _listens(call["waits_for"] or {}), "nobody listens")
        self._do("speak", {"text": words, "seconds": seconds})
        self.town.advance(seconds)
        return self

    def hangs_up(self) -> Self:
        """Put the telephone down."""
        return self._do("hangup")

    def waits(self, seconds: float) -> Self:
        """Stay on the line without a word."""
        self.town.advance(seconds)
        return self

    # -- expecting -----------------------------------------------------------------------------------------

    def hears(self, *fragments: str, within_s: float = PATIENCE_S) -> Self:
        """The voice says each of these, in this order, from where we last listened. Waits for it."""
        for fragment in fragments:
            self._until(lambda call, words=fragment: self._catch(call, words), f"did not hear {fragment!r}", within_s)
        return self

    def does_not_hear(self, *fragments: str) -> Self:
        """None of these has been said on this call so far."""
        spoken = self._spoken(self._call())
        for fragment in fragments:
            assert fragment not in spoken, f"heard {fragment!r}: {spoken}"
        return self

    def hears_the_beep(self) -> Self:
        """What is said from here on is recorded."""
        self._until(lambda call: (call["waits_for"] or {}).get("verb") == "Record", "heard no beep")
        return self

    def is_joined(self) -> Self:
        """Two people can talk now."""
        self._until(lambda call: bool(call["bridged"]), "was not put through")
        return self

    def is_over(self, within_s: float = PATIENCE_S) -> Self:
        """The call has ended."""
        self._until(lambda call: call["ended_at"] is not None, "is still going on", within_s)
        return self

    def heard_ref(self) -> str:
        """The ticket number that was read out digit by digit, as it is written."""
        import re  # noqa: PLC0415

        groups = re.findall(r"((?:\d ){5}\d), ((?:\d ){3}\d)", self._spoken(self._call()))
        assert groups, f"no ticket number was read out: {self._transcript()}"
        day, number = groups[-1]
        return f"{day.replace(' ', '')}-{number.replace(' ', '')}"

    def _do(self, what: str, data: dict[str, Any] | None = None, *, answer: bool = False) -> Any:
        given = self.town.sandbox.ask("POST", f"/calls/{self.sid}/{what}", data or {})
        self.town.settle()
        return given if answer else self

    def _call(self) -> dict[str, Any]:
        state = self.town.sandbox.ask("GET", f"/phones/{self.phone.number}")
        return next(call for call in state["calls"] if call["sid"] == self.sid)

    def _catch(self, call: dict[str, Any], fragment: str) -> bool:
        for place, heard in enumerate(call["heard"][self._heard :], start=self._heard):
            if fragment in heard["text"]:
                self._heard = place
                return True
        return False

    def _until(self, holds: Any, otherwise: str, within_s: float = PATIENCE_S) -> None:
        waited = 0.0
        while not holds(call := self._call()):
            over = call["ended_at"] is not None and "still going on" not in otherwise
            assert not over, f"{self.phone.number} {otherwise}, the call is over: {self._transcript()}"
            assert waited < within_s, f"{self.phone.number} {otherwise}: {self._transcript()}"
            self.town.advance(1)
            waited += 1

    def _spoken(self, call: dict[str, Any]) -> str:
        return "\n".join(heard["text"] for heard in call["heard"])

    def _transcript(self) -> str:
        call = self._call()
        return f"[{call['status']}] " + " | ".join(heard["text"] for heard in call["heard"])
