"""What the address of a list asks for: one project, and where a page of it begins."""

from dataclasses import dataclass

from flask import request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from base.errors import NotFound
from base.ids import as_id
from console.facts import project_name
from console.scope import projects_of
from console.staff import Me
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Only:
    """A project; `id` 0 and no name: whatever nobody knows the project of."""

    id: int
    name: str


def only_project(session: Session, me: Me, language: str) -> Only | None:
    """The `project` of this request, among those of `me`; None: all of them. Raises `NotFound` for another."""
    given = request.args.get("project", "")
    if not given.isdecimal():
        return None
    if as_id(given) == 0:
        return Only(0, "")
    project = next((one for one in projects_of(session, me) if one.id == as_id(given)), None)
    if project is None:
        raise NotFound("没有这个项目，或者它不归您看。There is no such project, or it is not yours to see.")
    return Only(project.id, project_name(project, language))


def given_id(name: str) -> int | None:
    """The id that this request's address gives under `name`; None where it gives none."""
    given = request.args.get(name, "")
    return as_id(given) if given.isdecimal() else None


def of_project(project_id: int) -> ColumnElement[bool]:
    """Of a ticket: that it is this project's; with 0 that nobody knows whose it is."""
    return Ticket.project_id == project_id if project_id else Ticket.project_id.is_(None)
