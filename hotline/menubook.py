"""The menus of this installation, read from their files once a process, and the editions made of them here."""

from collections.abc import Mapping
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from base import yamls
from hotline.menu import Book, Choice, Menu, MenuStep, Patience, When, Words
from hotline.menupaths import targets
from hotline.menuwords import ACTS, FACTS, LISTS
from tickets.triage import CATEGORIES

MENUS = Path(__file__).parent / "menus"


@cache
def book() -> Book:
    """All menus, by name. The files are checked by `flask menu check` and by a test, not here."""
    menus = [read_menu(yamls.read(path.read_text("utf-8"))) for path in sorted(MENUS.glob("*.yaml"))]
    return Book({menu.name: menu for menu in menus})


def release_files() -> dict[str, str]:
    """The texts of the files that came with the release, by name."""
    return {path.name: path.read_text("utf-8") for path in sorted(MENUS.glob("*.yaml"))}


@cache
def categories() -> Mapping[str, Words]:
    """What every category is called: as triage says, else as the menu that sets it offers it."""
    choices = (choice for menu in book().menus.values() for step in menu.steps for choice in step.choices)
    offered = {
        choice.sets["category"]: choice.label for choice in choices if choice.label and "category" in choice.sets
    }
    return offered | {code: Words(known.zh, known.en) for code, known in CATEGORIES.items()}


def read_edition(files: Mapping[str, str]) -> Book:
    """The texts of an edition's files as menus, above those of the release.

    Raises `ValueError` for what this release cannot follow: an edition may be older than the code, and was checked by
    the rules of its day.
    """
    try:
        menus = [read_menu(yamls.read(text)) for _, text in sorted(files.items())]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a menu: {type(error).__name__}") from error
    edition = Book({menu.name: menu for menu in menus}, beneath=book())
    for step in (step for menu in menus for step in menu.steps):
        unknown = {to for _, to in targets(step) if to not in ACTS and edition.find(to) is None}
        unknown |= {fact for choice in step.choices for fact in choice.sets} - FACTS
        unknown |= {step.lists} - LISTS - {""}
        if unknown:
            raise ValueError(f"{step.name} names what there is not: {', '.join(sorted(unknown))}")
    return edition


def read_menu(data: dict[str, Any]) -> Menu:
    """One file's data as a menu. Raises `KeyError` or `TypeError` for data that the check refuses."""
    name = data["menu"]
    steps = tuple(_step(name, key, step) for key, step in (data.get("steps") or {}).items())
    words = {key: Words(**said) for key, said in (data.get("words") or {}).items()}
    when = _when(data["when"]) if "when" in data else None
    return Menu(name, data["top"], steps, words, when, _words(data.get("title")))


def _when(data: dict[str, str]) -> When:
    starts, ends = (time.fromisoformat(data[name]) if name in data else None for name in ("from", "until"))
    return When(data.get("project", ""), starts, ends)


def _step(menu: str, name: str, data: dict[str, Any]) -> MenuStep:
    silence = _patience(menu, data["silence"])
    return MenuStep(
        name=f"{menu}.{name}",
        asks=data["asks"],
        says=Words(**data["says"]),
        silence=silence,
        wrong=_patience(menu, data["wrong"]) if "wrong" in data else silence,
        choices=tuple(_choice(menu, key, choice) for key, choice in (data.get("keys") or {}).items()),
        to=_target(menu, data.get("to", "")),
        lists=data.get("lists", ""),
        after=_words(data.get("after")),
        unheard=_patience(menu, data["unheard"]) if data.get("speech") and "unheard" in data else None,
    )


def _choice(menu: str, key: str, data: dict[str, Any]) -> Choice:
    return Choice(
        key, _target(menu, data["to"]), data.get("set", {}), _words(data.get("label")), _words(data.get("says"))
    )


def _patience(menu: str, data: dict[str, Any]) -> Patience:
    return Patience(Words(data["zh"], data["en"], data.get("recorded", {})), data["times"], _target(menu, data["to"]))


def _words(data: dict[str, Any] | None) -> Words | None:
    return Words(**data) if data else None


def _target(menu: str, to: str) -> str:
    """A bare name is a step of the same file."""
    return to if not to or to.startswith("@") or "." in to else f"{menu}.{to}"
