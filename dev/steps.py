"""Runs steps that end by themselves in one interpreter: loading the service costs more than most of them.

`python -m dev.steps STEP…`, where a step is a `flask …` command line or `answers HOST:PORT/PATH`, a wait.
"""

import http.client
import shlex
import sys
import time
from collections.abc import Iterable
from itertools import groupby

from flask.cli import ScriptInfo, cli

WAIT = "answers "
ANSWER_LIMIT_S = 60.0
PROBE_LIMIT_S = 2.0
POLL_S = 0.05


def commands(steps: Iterable[str]) -> list[str]:
    """Return the command lines that run `steps` in their order, with neighbours that can be shared in one."""
    lines = []
    for is_shared, group in groupby(steps, key=lambda step: step.startswith((WAIT, "flask "))):
        neighbours = list(group)
        lines += [shlex.join(["python", "-m", "dev.steps", *neighbours])] if is_shared else neighbours
    return lines


def speaks_http(place: str) -> bool:
    """Tell whether something answers at `HOST:PORT/PATH`, and not with a fault of its own."""
    host, _, path = place.partition("/")
    connection = http.client.HTTPConnection(host, timeout=PROBE_LIMIT_S)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _await(place: str) -> int:
    deadline = time.monotonic() + ANSWER_LIMIT_S
    while not speaks_http(place):
        if time.monotonic() > deadline:
            print(f"nobody answers at {place}", file=sys.stderr)
            return 1
        time.sleep(POLL_S)
    return 0


def _run_flask(command: str, loaded: ScriptInfo) -> int:
    try:
        cli.main(args=shlex.split(command)[1:], prog_name="flask", obj=loaded)
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else int(bool(ending.code))
    return 0


def main(steps: list[str]) -> int:
    """Run the steps until one fails; its exit code, or 0."""
    loaded = ScriptInfo()
    for step in steps:
        code = _await(step.removeprefix(WAIT)) if step.startswith(WAIT) else _run_flask(step, loaded)
        if code:
            print(f"this step ended with {code}: {step}", file=sys.stderr)
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
