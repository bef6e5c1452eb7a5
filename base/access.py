"""Who may pass which door: the roles, and the mark every route must carry."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])


class Role(StrEnum):
    """What a member of staff is here to do."""

    AGENT = "agent"
    TECHNICIAN = "technician"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    DIRECTOR = "director"
    QUALITY = "quality"
    ADMIN = "admin"


EVERYBODY_ON_STAFF = frozenset(Role)


class Guard(StrEnum):
    """Guards that are not a role: the carrier's signature, or nothing at all."""

    SIGNED = "signed"
    PUBLIC = "public"


def guarded_by(*who: Role | Guard) -> Callable[[View], View]:
    """Mark a view with who may enter it. A door refuses, at start, a view without this mark."""

    def mark(view: View) -> View:
        view.guard = frozenset(who)  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def guard_of(view: Callable[..., object]) -> frozenset[Role | Guard]:
    """Who may enter this view; empty if nobody said."""
    return getattr(view, "guard", frozenset())
