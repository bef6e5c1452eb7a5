"""Who in the code makes messages: those seen at work, and all there are."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

from sqlalchemy import event

from base.database import database
from base.settings import ROOT

PACKAGES = ("console", "hotline", "outreach", "oncall", "tickets", "messages", "directory", "demo")
WRITERS = {
    "messages.actions.plan_text", "messages.actions.plan_call", "messages.ledger.batches.plan_into",
    "messages.ledger.plan.plan", "messages.ledger.plan.write", "messages.models.Message",
}  # fmt: skip
THEMSELVES = {"messages.actions._plan", "messages.ledger.batches.plan_into", "console.messages._archived"}
"""How the writers write, and who shows an old row; everybody else who calls one of them has to be walked."""


@contextmanager
def who_writes() -> Iterator[set[str]]:
    """Which functions of ours are at work while a message is written; nothing is put in anybody's place."""
    seen: set[str] = set()

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("INSERT INTO message "):
            return
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            seen.add(f"{frame.f_globals['__name__']}.{frame.f_code.co_name}")
            frame = frame.f_back

    engine = database().engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", look)


@cache
def callers() -> frozenset[str]:
    """Every function of ours in whose code one of the writers is called, but for the writers themselves."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return frozenset(caller for path in paths for caller in _callers_in(path)) - THEMSELVES


def _callers_in(path: Path) -> Iterator[str]:
    module, tree = ".".join(path.relative_to(ROOT).with_suffix("").parts), ast.parse(path.read_text("utf-8"))
    known = {
        alias.asname or alias.name: f"{each.module}.{alias.name}"
        for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) for alias in each.names
    }  # fmt: skip
    known |= {each.name: f"{module}.{each.name}" for each in tree.body if isinstance(each, ast.FunctionDef)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = [_name(call.func, known) for call in ast.walk(function) if isinstance(call, ast.Call)]
        if WRITERS & set(names):
            yield f"{module}.{function.name}"


def _name(called: ast.expr, known: dict[str, str]) -> str:
    """The whole name of what is called: `plan_text` of `messages.actions`, whatever it is called there."""
    if isinstance(called, ast.Attribute):
        return f"{_name(called.value, known)}.{called.attr}"
    return known.get(called.id, called.id) if isinstance(called, ast.Name) else ""
