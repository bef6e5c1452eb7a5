"""A ticket as it is asked for: its words checked against the directory, the rules and the walls."""

from sqlalchemy.orm import Session

from base.wiring import settings
from console.api.places import home_of, project_called
from console.api.problems import both, in_body
from console.api.ticket_shapes import NewTicket
from console.staff import Me
from directory.actions import place_of, who_calls
from directory.models import Home, Project
from hotline.menubook import categories
from telephony.numbers import read_number
from telephony.unreadable import Unreadable
from tickets import triage
from tickets.actions import TicketDraft
from tickets.lifecycle import HEADQUARTERS, Kind


def draft_of(session: Session, me: Me, asked: NewTicket) -> TicketDraft:
    """What was asked, checked against the directory. Raises `Faulty`."""
    if asked.category and asked.category not in categories():
        raise in_body("category", both("input.no_category", known="、".join(sorted(categories()))))
    if asked.kind is Kind.EMERGENCY and not triage.wakes(asked.level or triage.level_of(asked.kind, asked.category)):
        raise in_body("category", both("fault.new.emergency"))
    if asked.owner_desk == HEADQUARTERS and asked.kind is not Kind.COMPLAINT:
        raise in_body("owner_desk", both("input.only_complaints"))
    home, project = _where(session, me, asked)
    number = _number(asked.caller_number, project)
    return TicketDraft(
        kind=asked.kind, category=asked.category, channel=asked.channel, project_id=project.id if project else None,
        home_id=home.id if home else None, person_id=_person(session, number, home),
        place=asked.place or (place_of(home) if home else ""), caller_number=number, language=asked.language.value,
        summary=asked.summary, level=asked.level, owner_desk=asked.owner_desk,
    )  # fmt: skip


def _where(session: Session, me: Me, asked: NewTicket) -> tuple[Home | None, Project | None]:
    """Whoever has a project of their own opens there and nowhere else."""
    home = None
    project = None if asked.project is None else project_called(session, me, asked.project, "project")
    if asked.home is not None:
        home = home_of(session, me, asked.home)
        if home is None or (project is not None and home.building.project_id != project.id):
            raise in_body("home", both("input.no_home"))
        project = home.building.project
    if project is None and me.project_id is not None:
        project = session.get(Project, me.project_id)
    return home, project


def _number(raw: str | None, project: Project | None) -> str | None:
    if not raw:
        return None
    read = read_number(raw, region=settings().default_region, area_code=project.area_code if project else "")
    if isinstance(read, Unreadable):
        raise in_body("caller_number", f"{read.why_zh}{read.why_en}")
    return read.number


def _person(session: Session, number: str | None, home: Home | None) -> int | None:
    """Whoever has this number and lives or owns here."""
    if number is None or home is None:
        return None
    contacts = who_calls(session, number).contacts
    return next((contact.person_id for contact in contacts if contact.home_id == home.id), None)
