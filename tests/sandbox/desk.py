"""What a test does with the network: dial, press, let time pass, look."""

from typing import Any, cast
from urllib.parse import quote

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from sandbox import Sandbox
from tests.sandbox.application import Application

ACCOUNT = "AC" + "5" * 32
TOKEN = "a-token"
HOTLINE = "+864008001234"
OWNER = "+8613800006021"
TECHNICIAN = "+8613800002201"
SECOND = "+8613800002202"
LANDLINE = "+862012345678"


class Local(TwilioHttpClient):  # type: ignore[misc]  # the library ships no types
    """The carrier's own HTTP client, pointed at the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=10)
        self._url = url

    def request(self, method: str, url: str, *args: Any, **rest: Any) -> Response:
        """Ask the sandbox instead."""
        local = url.replace("https://api.twilio.com", self._url)
        return super().request(method, local, *args, **rest)


class Desk:
    """A network, an application behind its number, and the carrier's SDK."""

    def __init__(self, network: Sandbox, application: Application) -> None:
        self.network, self.application = network, application
        self.http = Local(network.url)
        self.client = Client(ACCOUNT, TOKEN, http_client=self.http)
        self.settings(say=0, cps=0)
        self.number = self.client.incoming_phone_numbers.create(
            phone_number=HOTLINE,
            voice_url=self.at("/voice"),
            voice_fallback_url=self.at("/fallback"),
            status_callback=self.at("/status"),
            sms_url=self.at("/sms"),
        )

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.session.close()

    def at(self, path: str) -> str:
        """Return an address of the application."""
        return self.application.url + path

    def settings(self, **values: float | str) -> None:
        """Change how the network behaves."""
        self.network.ask("PUT", "/settings", dict(values))

    def fault(self, kind: str, **fields: Any) -> None:
        """Switch a fault on."""
        self.network.ask("POST", "/faults", {"kind": kind, **fields})

    def dials(self, number: str = OWNER, **how: str) -> str:
        """Dial the hotline; returns the leg's sid once its first words have sounded."""
        path = f"/phones/{quote(number)}/dial"
        sid = str(self.network.ask("POST", path, {"to": HOTLINE, **how})["sid"])
        self.passes(0)
        return sid

    def press(self, sid: str, keys: str) -> dict[str, str]:
        """Press keys and let follow what follows."""
        used = self.network.ask("POST", f"/calls/{sid}/press", {"keys": keys})
        self.passes(0)
        return cast(dict[str, str], used)

    def does(self, sid: str, what: str, **data: Any) -> None:
        """Answer, decline, hang up or speak, and let follow what follows."""
        self.network.ask("POST", f"/calls/{sid}/{what}", data)
        self.passes(0)

    def passes(self, seconds: float) -> None:
        """Let so much time pass."""
        self.network.ask("POST", "/clock", {"advance_s": seconds})

    def phone(self, number: str) -> dict[str, Any]:
        """Look at somebody's telephone."""
        return cast(dict[str, Any], self.network.ask("GET", f"/phones/{quote(number)}"))

    def sets(self, number: str, **how: Any) -> None:
        """Say what somebody's telephone does."""
        self.network.ask("PUT", f"/phones/{quote(number)}", how)

    def call(self, number: str, place: int = -1) -> dict[str, Any]:
        """Look at the last call on somebody's telephone."""
        return cast(dict[str, Any], self.phone(number)["calls"][place])

    def hears(self, number: str, place: int = -1) -> list[str]:
        """Return everything said on the last call of somebody's telephone."""
        heard = self.call(number, place)["heard"]
        return [h["text"] for h in heard if h["kind"] in ("say", "play", "person", "carrier")]

    def wire(self, kind: str = "") -> list[dict[str, Any]]:
        """Return the log, or one kind of it."""
        exchanges = self.network.ask("GET", "/wire")["exchanges"]
        return [x for x in exchanges if not kind or x["kind"] == kind]

    def rest(self, method: str, path: str, **how: Any) -> requests.Response:
        """Ask the API without the SDK."""
        url = f"{self.network.url}/2010-04-01/Accounts/{ACCOUNT}{path}"
        return requests.request(method, url, auth=(ACCOUNT, TOKEN), timeout=10, **how)
