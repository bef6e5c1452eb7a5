"""What the documents name exists: files, modules, links, pictures, settings, commands, pages of the desk."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from base.settings import ROOT, Settings
from tests.base.test_commands import every_command

DOCS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
MADE_WHILE_IT_RUNS = ("var/", "VAR_DIR/", "prompts/", "photos/", "rosters/")
"""What no checkout has: it lies beside the database or the recordings."""
NO_FILES = {"text/csv", "mid_autumn/2026"}
"""A kind of file, and what tells a greeting from another."""
NOT_OURS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "WEB_CONCURRENCY", "STAND_FOR"}
"""Read by the store's and the web server's own programs; and a table of ours."""
BENCH = {"DESK_TICKETS", "OLD_ROWS"}
ELSEWHERE = ("/etc/", "/opt/", "/var/", "/api/v1", "/shifts/")
"""Places of a machine, the API, which has a document of its own, and an address with somebody's secret in it."""
OF_THE_API = "docs/api.md"


@cache
def _files() -> frozenset[str]:
    """Every file git knows, or would, and every folder of one."""
    known = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return frozenset(known) | {str(folder) for name in known for folder in Path(name).parents}


def _marked(doc: Path, pattern: str) -> Iterator[str]:
    """What stands between backquotes and is wholly so."""
    for words in re.findall(r"`([^`\n]+)`", doc.read_text("utf-8")):
        if found := re.fullmatch(pattern, words):
            yield found[1] if found.groups() else found[0]


def _name(doc: Path) -> str:
    return str(doc.relative_to(ROOT))


@pytest.mark.parametrize("doc", DOCS, ids=_name)
def test_every_file_that_is_named_is_there(doc: Path) -> None:
    by_name = {Path(name).name for name in _files()}
    paths = {name for name in _marked(doc, r"[\w.-]+/[\w./-]*") if not name.startswith(MADE_WHILE_IT_RUNS)}
    bare = set(_marked(doc, r"[\w-]+\.(?:py|yaml|md|toml|conf|lock)"))
    assert {name for name in paths - NO_FILES if name.rstrip("/") not in _files()} == set()
    assert bare - by_name == set()


@pytest.mark.parametrize("doc", [doc for doc in DOCS if _name(doc) != OF_THE_API], ids=_name)
def test_every_module_that_is_named_is_there(doc: Path) -> None:
    """In that of the API such names are fields and events."""
    rooms = {name.split("/")[0] for name in _files() if name.endswith("/__init__.py")}
    named = {name for name in _marked(doc, r"[a-z]+(?:\.[a-z_]+)+") if name.split(".")[0] in rooms}
    missing = {name for name in named if not _is_there(name)}
    assert missing == set()


def _is_there(dotted: str) -> bool:
    """A module or package, or something that one of them defines."""
    whole, _, last = dotted.rpartition(".")
    here, above = dotted.replace(".", "/"), whole.replace(".", "/")
    if {here, f"{here}.py"} & _files():
        return True
    inside = [name for name in (f"{above}.py", f"{above}/__init__.py") if name in _files()]
    return any(re.search(rf"\b{last}\b", (ROOT / name).read_text("utf-8")) for name in inside)


@pytest.mark.parametrize("doc", DOCS, ids=_name)
def test_every_link_leads_to_a_file_and_its_heading(doc: Path) -> None:
    text = doc.read_text("utf-8")
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'<img src="([^"]+)"', text)]
    for link in links:
        path, _, heading = link.partition("#")
        if "://" in link:
            continue
        target = (doc.parent / path).resolve() if path else doc
        assert str(target.relative_to(ROOT)) in _files(), link
        assert not heading or heading in _headings(target), link


def _headings(doc: Path) -> set[str]:
    """The headings of a document as addresses call them."""
    words = re.findall(r"^#+ (.+)$", doc.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in words}


@pytest.mark.parametrize("doc", DOCS, ids=_name)
def test_every_setting_that_is_named_is_one(doc: Path) -> None:
    named = set(_marked(doc, r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?"))
    assert named - {name.upper() for name in Settings.model_fields} - NOT_OURS - BENCH == set()


@pytest.mark.parametrize("doc", DOCS, ids=_name)
def test_every_command_that_is_named_is_one(app: Flask, doc: Path) -> None:
    text, there = doc.read_text("utf-8"), {name for name, _ in every_command(app)}
    groups = {name.split()[0] for name in there if " " in name}
    for words in re.findall(r"\bflask (?:--app app )?([a-z]+(?: [a-z]+)?)", text):
        first, _, _second = words.partition(" ")
        assert first in there, words
        assert first not in groups or words in there or words == first, words


@pytest.mark.parametrize("doc", [doc for doc in DOCS if _name(doc) != OF_THE_API], ids=_name)
def test_every_page_that_is_named_is_one(app: Flask, doc: Path) -> None:
    """Whole addresses: a page, or what the carrier or a watcher asks for."""
    rules = [re.sub(r"<[^>]+>", "[^/]+", rule.rule) for rule in app.url_map.iter_rules()]
    for address in _marked(doc, r"(/[a-z][\w/-]*)(?:\?.*)?"):
        assert address.startswith(ELSEWHERE) or any(re.fullmatch(rule, address) for rule in rules), address
