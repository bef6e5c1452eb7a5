"""What the dialogs of a ticket offer: colleagues, desks, reasons; and what came back from them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from base.access import Role
from base.ids import as_id
from console.facts import project_name
from console.words import say
from directory.models import Project, Staff
from tickets import triage
from tickets.actions import Referral
from tickets.lifecycle import HEADQUARTERS, Kind, ReferTo, WaitReason
from tickets.models import Ticket

DEPARTMENTS = (triage.ENGINEERING, triage.SECURITY, triage.CARE, triage.FINANCE, triage.DESK)
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a ticket can be handed to."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen for one ticket; `desks` are addresses with their words."""

    colleagues: tuple[Colleague, ...]
    desks: tuple[tuple[str, str], ...]
    reasons: tuple[WaitReason, ...] = tuple(WaitReason)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which field, and what to do."""

    field: str
    words: str


def choices_for(session: Session, ticket: Ticket, language: str) -> Choices:
    """The colleagues who may have it, and the desks it can be referred to."""
    staff = session.scalars(select(Staff).where(_may_have(ticket)).order_by(Staff.name, Staff.id))
    colleagues = tuple(Colleague(one.id, one.name, one.role) for one in staff if one.id != ticket.assignee_id)
    return Choices(colleagues, tuple(_desks(session, ticket, language)))


def colleague_for(session: Session, ticket: Ticket, given: str) -> Staff | None:
    """The colleague chosen, if the ticket may be theirs."""
    if not given.isdecimal():
        return None
    return session.scalar(select(Staff).where(Staff.id == as_id(given), _may_have(ticket)))


def read_referral(form: Mapping[str, str], language: str) -> Referral | Fault:
    """Where a form refers a ticket to: `department:finance`, `headquarters`, `project:3`, `outside` and its fields."""
    kind, _, which = form.get("to", "").partition(":")
    if kind == ReferTo.OUTSIDE:
        return _outside(form, language)
    if kind == ReferTo.DEPARTMENT and which in DEPARTMENTS:
        return Referral(ReferTo.DEPARTMENT, department=which)
    if kind == ReferTo.PROJECT and which.isdecimal():
        return Referral(ReferTo.PROJECT, project_id=as_id(which))
    if kind == ReferTo.HEADQUARTERS:
        return Referral(ReferTo.HEADQUARTERS)
    return Fault("to", say("fault.refer.to", language))


def _outside(form: Mapping[str, str], language: str) -> Referral | Fault:
    name, contact = (form.get(field, "").strip()[:LONGEST] for field in ("name", "contact"))
    if not name:
        return Fault("name", say("fault.refer.name", language))
    if not contact:
        return Fault("contact", say("fault.refer.contact", language))
    return Referral(ReferTo.OUTSIDE, name=name, contact=contact)


def _may_have(ticket: Ticket) -> ColumnElement[bool]:
    """Active, of the ticket's project or of the whole company; what is headquarters' is no project's."""
    here: ColumnElement[bool] = Staff.project_id.is_(None)
    if ticket.owner_desk != HEADQUARTERS:
        here = or_(here, Staff.project_id == ticket.project_id) if ticket.project_id else true()
    return and_(Staff.is_active, Staff.role != Role.QUALITY, here)


def _desks(session: Session, ticket: Ticket, language: str) -> list[tuple[str, str]]:
    desks = [(f"department:{one}", say(f"department.{one}", language)) for one in DEPARTMENTS]
    if ticket.kind is Kind.COMPLAINT and ticket.owner_desk != HEADQUARTERS:
        desks.append(("headquarters", say("refer.headquarters", language)))
    desks += [
        (f"project:{project.id}", say("refer.project", language, name=project_name(project, language)))
        for project in session.scalars(select(Project).order_by(Project.name))
        if project.id != ticket.project_id or ticket.owner_desk == HEADQUARTERS
    ]
    return [*desks, ("outside", say("refer.outside", language))]
