"""Whom to page, how and when, until somebody acknowledges. Pure."""

from enum import StrEnum


class Post(StrEnum):
    """A place on the rota and on the ladder."""

    FIRST = "first"
    SECOND = "second"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    DIRECTOR = "director"
