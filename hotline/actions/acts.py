"""What the names in the menus do: acts, lists, the facts that keys set, and the words a question is filled with."""

from collections.abc import Callable, Mapping
from typing import Any

from hotline.actions import greeting
from hotline.actions.turn import Next, Turn
from hotline.menu import MenuStep

ACTS: Mapping[str, Callable[[Turn], Next]] = {
    "@main": greeting.to_the_top,
    "@language": greeting.change_language,
    "@project": greeting.project_chosen,
}
LISTS: Mapping[str, Callable[[Turn], list[tuple[int, str]]]] = {"projects": greeting.projects_listed}
VALUES: Mapping[str, Callable[[Turn], Mapping[str, object]]] = {}
KEPT: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "purpose": lambda value: {"purpose": value},
    "category": lambda value: {"category": value},
    "anonymous": lambda _value: {"is_anonymous": True},
    "headquarters": lambda _value: {"to_headquarters": True},
}


def before(turn: Turn, step: MenuStep) -> None:
    """What is said before a question, beyond its own words."""
