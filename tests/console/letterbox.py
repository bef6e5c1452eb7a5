"""A mail server on this machine, which keeps what it was given, or fails as it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


class Letterbox(socketserver.ThreadingTCPServer):
    """`refuses` answers a word of the protocol (`RCPT`, `DATA`, `.`) with 550, and whatever is for the address
    `knows_no`; `goes_silent`: once it has the words of
    a letter, it hangs up without an answer.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.letters: list[EmailMessage] = []
        self.lines: list[bytes] = []
        self.refuses = self.knows_no = ""
        self.envelopes: list[str] = []
        self.goes_silent = False

    @property
    def url(self) -> str:
        """As a setting says it."""
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=desk@example.com"


class _Line(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box = cast(Letterbox, self.server)
        self._says("220 here")
        while said := self.rfile.readline().decode().strip():
            word = said.split()[0].upper()
            if word == "RCPT":
                box.envelopes.append(said)
            if word == box.refuses or (box.knows_no and box.knows_no in said):
                self._says("550 no")
            elif word == "DATA":
                self._says("354 go on")
                if not self._takes(box):
                    return None
            elif word == "QUIT":
                return self._says("221 bye")
            else:
                self._says("250 well")
        return None

    def _takes(self, box: Letterbox) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        if box.goes_silent:
            return False
        if box.refuses == ".":
            self._says("554 no")
            return True
        box.lines += lines
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        box.letters.append(cast(EmailMessage, letter))
        self._says("250 taken")
        return True

    def _says(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def a_letterbox() -> Iterator[Letterbox]:
    """Open one; close it without a trace."""
    with Letterbox() as box:
        thread = threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield box
        finally:
            box.shutdown()
            thread.join()
