"""The ladders of this installation, read from their file once a process: its own if it has a sound one."""

from functools import cache
from pathlib import Path

import structlog

from oncall.ladder import Ladders
from oncall.ladderfile import read_file
from tickets.clocktable import table_of_the_house

RELEASE = Path(__file__).with_name("ladders.yaml")
log = structlog.get_logger(__name__)


def ladders_of(path: str = "", clocks: str = "") -> Ladders:
    """The ladders of the file `path`, or of the release: where it is empty, and where that file has a fault.

    `clocks` is the file of the table that says when what wakes nobody is told first, where it is the house's own.

    An emergency must wake people whatever somebody wrote; `flask doctor` and `flask ladder check` name the fault.
    """
    return _read(path, clocks)


@cache
def _read(path: str, clocks: str) -> Ladders:
    table = table_of_the_house(clocks)
    if path:
        found = read_file(Path(path), table)
        if found.ladders is not None:
            return found.ladders
        log.error("ladders_not_read", problems=[str(problem) for problem in found.problems])
        return ladders_of("", clocks)
    release = read_file(RELEASE, table)
    if release.ladders is None:
        raise RuntimeError("; ".join(str(problem) for problem in release.problems))
    return release.ladders
