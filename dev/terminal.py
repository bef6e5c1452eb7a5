"""What the runner shows: the processes' lines with their names, its own sentences, the panel."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
OWN_NAME = "house"
RULE = "─" * 72


class Terminal:
    """Writes whole lines, each with the name of who says it, coloured where a person reads them."""

    def __init__(self, names: Iterable[str], out: TextIO = sys.stdout) -> None:
        names = [*names, OWN_NAME]
        self._out = out
        self._width = max(map(len, names))
        self._colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ

    def line(self, name: str, text: str) -> None:
        """Write one line of the process `name`."""
        head = f"{name:<{self._width}} |"
        if self._coloured:
            head = f"\x1b[{self._colours.get(name, 0)}m{head}\x1b[0m"
        print(f"{head} {text}", file=self._out, flush=True)

    def say(self, zh: str, en: str) -> None:
        """Write a sentence of the runner's own, in both languages."""
        self.line(OWN_NAME, f"{zh} / {en}")

    def block(self, text: str) -> None:
        """Write lines without a name."""
        print(text, file=self._out, flush=True)


def panel(environment: Mapping[str, str], logins_file: Path) -> str:
    """Return where to look and with which demo log-in, in both languages."""
    logins = _logins(logins_file)
    rows = [
        ("电话 phones", f"{environment['TWILIO_API_BASE']}/"),
        ("前台 desk", f"{environment['PUBLIC_URL']}/"),
        ("热线 hotline", environment["HOTLINE_NUMBER"]),
    ]
    lines = [
        "",
        RULE,
        " 回音已就绪。请打开电话页面，拨打热线。",
        " Huiyin is ready. Open the phones and dial the hotline.",
    ]
    lines += ["", *(f"   {_padded(label, 16)}{value}" for label, value in rows)]
    if logins:
        lines += ["", " 演示账号 demo log-ins"]
        lines += [
            f"   {_padded(f'{who} {role}', 28)}{_padded(login, 16)}{password}" for who, role, login, password in logins
        ]
    return "\n".join([*lines, "", " Ctrl-C 停止 stops everything", RULE, ""])


def _logins(file: Path) -> list[tuple[str, str, str, str]]:
    if not file.exists():
        return []
    found = json.loads(file.read_text(encoding="utf-8"))
    return [(row["name"], row["role"], row["login"], row["password"]) for row in found]


def _padded(text: str, columns: int) -> str:
    """Fill up to `columns`; a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(columns - taken, 1)
