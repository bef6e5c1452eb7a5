"""Judges what passed over the sandbox's wire, in both directions, and notices when something escaped it."""

import time
from collections.abc import Mapping
from typing import Any, Protocol

from tests.judges.rest import judge as judge_rest
from tests.judges.twiml import judge_messaging, judge_voice

PATIENCE_S = 30.0
POLL_S = 0.01


class Network(Protocol):
    """What is needed of a sandbox."""

    def ask(self, method: str, path: str, /) -> Any:
        """Use the control API."""
        ...


class Listener:
    """Reads one network's log from its beginning; each `judge` goes on where the last one stopped.

    `twiml` is false where the application that answers the webhooks is a stand-in and says wrong things on purpose.
    """

    def __init__(self, network: Network, *, twiml: bool = True) -> None:
        self.network, self.twiml = network, twiml
        self._heard = 0

    def judge(self) -> None:
        """Judge everything new, waiting for what is under way. Raises AssertionError."""
        for exchange in self._settled():
            self._heard = int(exchange["id"])
            if exchange["direction"] == "api":
                judge_rest(exchange)
            elif self.twiml:
                _judge_answer(exchange)

    def _settled(self) -> list[dict[str, Any]]:
        """What has passed until now, as soon as all of it has come to an end."""
        found, gives_up = self._new(), time.monotonic() + PATIENCE_S
        last = found[-1]["id"] if found else 0
        while under_way := [x for x in found if x["id"] <= last and _is_under_way(x)]:
            assert time.monotonic() < gives_up, f"still under way: {under_way[0]}"
            time.sleep(POLL_S)
            found = self._new()
        return [x for x in found if x["id"] <= last]

    def _new(self) -> list[dict[str, Any]]:
        log = self.network.ask("GET", f"/wire?after={self._heard}")
        assert log["fell_out"] <= self._heard, f"{log['fell_out'] - self._heard} exchanges fell out of the log unjudged"
        return list(log["exchanges"])


def _is_under_way(exchange: Mapping[str, Any]) -> bool:
    return exchange["status"] is None and not exchange["error"] and not exchange["fault"]


def _judge_answer(exchange: Mapping[str, Any]) -> None:
    assert not exchange["warnings"], f"the network warns of {exchange['warnings']}: {exchange['body']}"
    if not exchange["body"]:
        return
    (judge_messaging if exchange["kind"] == "message" else judge_voice)(str(exchange["body"]).encode())
