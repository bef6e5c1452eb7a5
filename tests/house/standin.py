"""A process that stands in for one of the house's: `standin.py NAME [listen PORT [fork]] [offspring] [die]`.

It prints `NAME is PID`, and for its child, which like a job's process has its own session, `NAME has PID`.
"""

import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing: the tests read what the processes print."""


def say(text: str) -> None:
    """Write one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def offspring(name: str) -> None:
    """Start a child with its own session that does not heed SIGTERM, as a job in its work might."""
    stubborn = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    child = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout
    child.stdout.readline()
    say(f"{name} has {child.pid}")


def main() -> None:
    name, *wishes = sys.argv[1:]
    say(f"{name} is {os.getpid()}")
    if "offspring" in wishes:
        offspring(name)
    if "die" in wishes:
        sys.exit(3)
    if "listen" in wishes:
        server = HTTPServer(("127.0.0.1", int(wishes[wishes.index("listen") + 1])), Answer)
        say(f"{name} listens")
        if "fork" in wishes:  # as a web server's workers, which hold the same port
            os.fork()
        server.serve_forever()
    signal.pause()


if __name__ == "__main__":
    main()
