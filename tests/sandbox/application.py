"""A stand-in for somebody's application: answers what it is told to, remembers what it was asked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.judges.twiml import judge_any

XML = "text/xml; charset=utf-8"


@dataclass
class Request:
    """What the network asked."""

    path: str
    method: str
    params: dict[str, str]
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    url: str


@dataclass
class Answer:
    """What to answer; `hold` is waited for first."""

    body: str = ""
    content_type: str = XML
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None


class Application:
    """An HTTP server on loopback whose every path says what the test told it."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self._answers: dict[str, list[Answer]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Application":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def says(self, path: str, *inside: str, **how: Any) -> None:
        """Answer with <Response>…</Response>, one document after the other; the last stays. All are TwiML."""
        documents = [f"<Response>{text}</Response>" for text in inside]
        for document in documents:
            judge_any(document)
        self._answers[path] = [Answer(d, **how) for d in documents]

    def answers(self, path: str, *answers: Answer) -> None:
        """Answer with exactly this, right or wrong, one after the other; the last stays."""
        self._answers[path] = list(answers)

    def answer(self, path: str) -> Answer:
        """Return what this path says now; a path nobody spoke of says 204."""
        answers = self._answers.get(path, [Answer(status=204)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def of(self, path: str) -> list[Request]:
        """Return what was asked at this path."""
        return [r for r in self.asked if r.path == path]

    def last(self, path: str) -> dict[str, str]:
        """Return the parameters of the last request to this path."""
        found = self.of(path)
        assert found, f"nobody asked {path}, only {[r.path for r in self.asked]}"
        return found[-1].params


def until(true: Callable[[], bool], patience_s: float = 10.0) -> None:
    """Wait until something is so."""
    give_up_at = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < give_up_at, "it never came to be so"
        threading.Event().wait(0.005)


def _handler(application: Application) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            split = urlsplit(self.path)
            pairs = parse_qsl(body if self.command == "POST" else split.query, True)
            request = Request(
                split.path,
                self.command,
                dict(pairs),
                pairs,
                dict(self.headers.items()),
                application.url + self.path,
            )
            application.asked.append(request)
            answer = application.answer(split.path)
            if answer.hold is not None:
                answer.hold.wait(20)
            try:
                self._send(answer)
            except OSError:
                return

        def _send(self, answer: Answer) -> None:
            data = answer.body.encode()
            self.send_response(answer.status)
            if answer.content_type and answer.status != 204:
                self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(data)

        do_GET = do_POST = _any  # noqa: N815  http.server names them

        def log_message(self, *_: object) -> None:
            return

    return Handler
