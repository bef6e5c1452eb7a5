"""The processes of the house under hands that a file moves: `python -m tests.chaos.moved urgent`.

The file, named by `CHAOS_HANDS`, holds the seconds by which every moment is moved. Durations are not: their clock only
runs forward.
"""

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import worker
from app import create_app
from base import clock

__all__ = ["create_app"]

_hands = Path(os.environ["CHAOS_HANDS"])


class _Moved(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "datetime":  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=float(_hands.read_text() or 0))


clock.datetime = _Moved  # type: ignore[misc]

if __name__ == "__main__":
    sys.exit(worker.main(sys.argv[1:]))
