"""Reads the Procfiles: which processes there are, and what is run before and after they start. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")


class ProcfileError(ValueError):
    """A line of a Procfile cannot be read. The message says which."""


@dataclass(frozen=True)
class Procfile:
    """Commands by the name of their process; `release` and `ready` are steps that end by themselves."""

    processes: dict[str, str]
    release: tuple[str, ...]
    ready: tuple[str, ...]


def read(text: str) -> Procfile:
    """Read `name: command` lines; empty lines and comments are left out. Raises ProcfileError."""
    processes: dict[str, str] = {}
    steps: dict[str, list[str]] = {"release": [], "ready": []}
    for number, command_line in _lines(text.splitlines()):
        match = LINE.match(command_line)
        if not match:
            raise ProcfileError(f"line {number} is not `name: command`: {command_line}")
        name, command = match.groups()
        if name in steps:
            steps[name].append(command)
        elif name in processes:
            raise ProcfileError(f"line {number} names {name} a second time")
        else:
            processes[name] = command
    return Procfile(processes, tuple(steps["release"]), tuple(steps["ready"]))


def _lines(lines: Iterable[str]) -> Iterable[tuple[int, str]]:
    stripped = ((number, line.strip()) for number, line in enumerate(lines, start=1))
    return ((number, line) for number, line in stripped if line and not line.startswith("#"))
