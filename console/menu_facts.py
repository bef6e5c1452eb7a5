"""What the pages of the menus show: each menu with its file, its hours and who published it; the history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml
from sqlalchemy.orm import Session

from base.errors import NotFound
from hotline.actions import editions
from hotline.actions.editions import Published
from hotline.menu import Book, Menu
from hotline.menubook import release_files
from hotline.menudraw import hours_of

MOST_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One menu as the list shows it. `published` last changed it; None: it is as the release has it."""

    name: str
    title: str
    file: str
    hours: str
    questions: int
    is_top: bool
    published: Published | None


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition that was never published."""

    id: int
    author: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """All menus that new calls hear, with everything that was ever published, the newest first.

    `is_unheard`: what was published last cannot be followed, and these are the release's.
    """

    book: Book
    lines: tuple[Line, ...]
    history: tuple[Published, ...]
    drafts: tuple[Draft, ...] = ()
    is_unheard: bool = False

    @property
    def holds(self) -> Published | None:
        """The publication that holds; None: the menus of the release do, and always did."""
        return self.history[0] if self.history else None

    def line(self, name: str) -> Line:
        """The menu of this name. Raises `NotFound`."""
        for line in self.lines:
            if line.name == name:
                return line
        raise NotFound("没有这份菜单。There is no such menu.")

    def menu(self, name: str) -> Menu:
        """The same as the telephone reads it. Raises `NotFound`."""
        return self.book.every[self.line(name).name]

    def titles(self) -> dict[str, Any]:
        """What every menu is called, in both languages, by its name."""
        return {name: menu.called for name, menu in self.book.every.items()}


def shelf(session: Session, language: str) -> Shelf:
    """The menus as they stand now."""
    now = editions.book_of(session, editions.key_now(session))
    past = tuple(editions.history(session))
    drafts = tuple(Draft(one.id, one.author.name, one.written_at) for one in editions.drafts(session)[:MOST_DRAFTS])
    current = editions.current(session)
    files = _files(release_files()) | _files(dict(current.edition.files) if current and current.edition else {})
    is_unheard = editions.is_unheard(session)
    heard = () if is_unheard else past
    lines = [_line(menu, files.get(name, f"{name}.yaml"), heard, language) for name, menu in now.every.items()]
    lines.sort(key=lambda line: (not line.is_top, line.name))
    return Shelf(now, tuple(lines), past, drafts, is_unheard)


def _line(menu: Menu, file: str, past: tuple[Published, ...], language: str) -> Line:
    changed = next((one for one in past if file in {name.lstrip("+-") for name in one.changed}), None)
    # what the newest line took away is as the release has it again
    changed = None if changed and f"-{file}" in changed.changed else changed
    return Line(
        menu.name, menu.called.spoken(language), file, hours_of(menu), len(menu.steps), menu.is_top, changed
    )  # fmt: skip


def _files(texts: Mapping[str, str]) -> dict[str, str]:
    """The file of each menu, by the menu's name; what is no menu has none."""
    found = {}
    for file, text in texts.items():
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError:
            continue
        if isinstance(data, dict) and isinstance(data.get("menu"), str):
            found[data["menu"]] = file
    return found
