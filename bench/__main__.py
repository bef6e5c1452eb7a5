"""`python -m bench [PART…]`: measure, then one table. Exit 1 if a limit is missed, 2 for an unknown part."""

import os
import secrets
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bench.stage import OURS, THEIRS, Stage, pin
from bench.table import Row, table
from dev import postgres, sweep, valkey

PARTS = (
    "roster",
    "repair_call",
    "open_calls",
    "texts",
    "old_rows",
    "planning",
    "emergency_first",
    "page_first",
    "first_page",
    "after_a_kill",
    "desk_at_size",
)


def main(words: list[str]) -> int:
    """Measure the named parts, or all; progress goes to stderr, the table to stdout."""
    unknown = [word for word in words if word not in PARTS]
    if unknown:
        print(f"usage: python -m bench [{' | '.join(PARTS)}]…", file=sys.stderr)
        return 2
    marker = secrets.token_hex(8)
    os.environ[sweep.MARKER] = marker
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, lambda *_: sys.exit(1))
    try:
        rows = _measure([part for part in PARTS if part in words or not words])
    except KeyboardInterrupt:
        return 130
    finally:
        sweep.sweep(marker)
    print(table(rows))
    missed = [row for row in rows if not row.is_kept]
    print(f"\n{len(rows) - len(missed)} of {len(rows)} within their limits / 达标 {len(rows) - len(missed)} 项，"
          f"共 {len(rows)} 项")  # fmt: skip
    return 1 if missed else 0


def _measure(parts: list[str]) -> list[Row]:
    began_s = time.monotonic()

    def say(words: str) -> None:
        print(f"[{time.monotonic() - began_s:4.0f} s] {words}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="huiyin-bench-") as home:
        return list(_rows(parts, Path(home), say))


def _rows(parts: list[str], home: Path, say: Callable[[str], None]) -> Iterator[Row]:
    pin(THEIRS)  # the stores are started from here and stay on this core; what is measured has the other
    memory_disk = postgres.MEMORY_DISK if postgres.MEMORY_DISK.exists() else None
    with (
        tempfile.TemporaryDirectory(prefix="huiyin-bench-", dir=memory_disk) as memory,
        valkey.running(home / "valkey") as redis_url,
        postgres.running(is_durable=True) as server,
        postgres.running() as memory_server,
    ):
        here = Stage(home, Path(memory), redis_url, server, memory_server, say)
        here.make_templates()
        say(f"both databases wait for the disk; what is measured has core {OURS}, all else core {THEIRS}")
        for part in parts:
            pin(THEIRS)
            try:
                yield from import_module(f"bench.{part}").run(here)
            except Exception:
                # the other parts still have something to say
                say(f"{part} failed: {traceback.format_exc()}\n{_last_words(home / f'{part}.log')}")
                yield Row(part, "", "failed, see above", limit=0)


def _last_words(log: Path) -> str:
    """The end of what the processes of a part printed."""
    return log.read_text(errors="replace")[-3000:] if log.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
