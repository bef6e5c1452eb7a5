"""Starts the sandbox from the command line: `python -m sandbox --port 8001`."""

import argparse
import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from sandbox.server import CannotStart, Plan, Running

ACCOUNT = "AC" + "0" * 32


def read_arguments(arguments: list[str] | None = None) -> Plan:
    """Return what the command line and the environment ask for."""
    env = os.environ
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=int(env.get("SANDBOX_PORT") or 8001))
    parser.add_argument("--account", default=env.get("TWILIO_ACCOUNT_SID") or ACCOUNT)
    parser.add_argument("--token", default=env.get("TWILIO_AUTH_TOKEN") or "sandbox")
    parser.add_argument("--clock", choices=["real", "manual"], default="real")
    parser.add_argument("--speed", type=float, default=1.0, help="of the real clock")
    parser.add_argument("--now", type=datetime.fromisoformat, help="where a manual clock starts")
    parser.add_argument(
        "--phones",
        type=Path,
        default=Path(env.get("SANDBOX_PHONES") or "var/phones.json"),
        help="JSON file of people to show on the page; it may appear or change later",
    )
    given = parser.parse_args(arguments)
    return Plan(
        account=given.account,
        token=given.token,
        host=given.host,
        port=given.port,
        clock=given.clock,
        speed=given.speed,
        start_at=given.now,
        phones=given.phones,
    )


async def live(plan: Plan) -> None:
    """Run until somebody asks it to stop."""
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    running = Running(plan)
    sys.stdout.write(f"sandbox: {await running.open()}\n")
    sys.stdout.flush()
    await over.wait()
    await running.close()


def main() -> int:
    """Start; 1 with one sentence when that cannot be."""
    try:
        asyncio.run(live(read_arguments()))
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
