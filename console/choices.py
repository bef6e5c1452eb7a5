"""What the dialogs of a ticket offer: colleagues, desks, reasons; and what came back from them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from base.access import Role
from base.ids import as_id
from console.facts import project_name, what
from console.newticket import BY_CALL_ONLY
from console.scope import READ_THE_MAILBOX, may_see
from console.staff import Me
from console.words import say
from directory.models import Project, Staff
from directory.places import in_language
from tickets import actions, triage
from tickets.actions import Referral
from tickets.lifecycle import HEADQUARTERS, Kind, Level, ReferTo, WaitReason
from tickets.models import Ticket
from tickets.triage import Category

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
    """What can be chosen for one ticket; `desks`, `originals` and `sorts` are what a form sends, with their words."""

    colleagues: tuple[Colleague, ...]
    desks: tuple[tuple[str, str], ...]
    originals: tuple[tuple[str, str], ...] = ()
    sorts: tuple[tuple[str, str], ...] = ()
    reasons: tuple[WaitReason, ...] = tuple(WaitReason)
    levels: tuple[Level, ...] = tuple(Level)
    departments: tuple[str, ...] = DEPARTMENTS


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which field, and what to do."""

    field: str
    words: str


def choices_for(session: Session, ticket: Ticket, me: Me, language: str) -> Choices:
    """The colleagues who may have it, the desks it can be referred to, and what it may be merged into."""
    staff = session.scalars(select(Staff).where(_may_have(ticket)).order_by(Staff.name, Staff.id))
    colleagues = tuple(Colleague(one.id, one.name, one.role) for one in staff if one.id != ticket.assignee_id)
    sorts = tuple(
        (
            f"{kind.value}:{one.code}",
            f"{say(f'kind.{kind.value}', language)} · {one.en if language == 'en' else one.zh}",
        )
        for kind, one in _sorts()
    )
    return Choices(
        colleagues, tuple(_desks(session, ticket, language)), _originals(session, ticket, me, language), sorts
    )  # fmt: skip


def colleague_for(session: Session, ticket: Ticket, given: str) -> Staff | None:
    """The colleague chosen, if the ticket may be theirs."""
    if not given.isdecimal():
        return None
    return session.scalar(select(Staff).where(Staff.id == as_id(given), _may_have(ticket)))


def original_for(session: Session, me: Me, form: Mapping[str, str]) -> Ticket | None:
    """The ticket that another is to be merged into: by the number typed, else the one chosen; None: not theirs."""
    given = form.get("number", "").strip() or form.get("into", "")
    found = actions.find_by_ref(session, given)
    return found if found is not None and may_see(session, me, found.ref) else None


def sort_of(form: Mapping[str, str]) -> tuple[Kind, str] | None:
    """Kind and category that a form chose as `repair:burst_pipe`."""
    kind, _, code = form.get("sort", "").partition(":")
    return next(((known, one.code) for known, one in _sorts() if (known.value, one.code) == (kind, code)), None)


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


def _sorts() -> list[tuple[Kind, Category]]:
    """What a matter in somebody's words may be about; what wakes people for their lives is its own kind."""
    of_kinds = {
        Level.P0: Kind.EMERGENCY, Level.P1: Kind.REPAIR, Level.P2: Kind.REPAIR, Level.C1: Kind.COMPLAINT,
        Level.C2: Kind.COMPLAINT,
    }  # fmt: skip
    own = {kind.value: kind for kind in (Kind.ENQUIRY, Kind.SUGGESTION, Kind.PRAISE)}
    return [
        (own.get(one.code) or of_kinds.get(one.level, Kind.ENQUIRY), one)
        for one in triage.CATEGORIES.values()
        if one.code not in BY_CALL_ONLY and one.code != "visit"
    ]


def _originals(session: Session, ticket: Ticket, me: Me, language: str) -> tuple[tuple[str, str], ...]:
    """What it may be a part of, as far as `me` sees that: the oldest first."""
    return tuple(
        (one.ref, f"{one.ref} {what(one, language)} {in_language(one.place, language)}".strip())
        for one in actions.same_matter(session, ticket)
        if may_see(session, me, one.ref)
    )


def _may_have(ticket: Ticket) -> ColumnElement[bool]:
    """Active, of the ticket's project or of the whole company; what is headquarters' is no project's."""
    here: ColumnElement[bool] = Staff.project_id.is_(None)
    if ticket.owner_desk != HEADQUARTERS:
        here = or_(here, Staff.project_id == ticket.project_id) if ticket.project_id else true()
    elif ticket.category == triage.MAILBOX:
        here = and_(here, Staff.role.in_(READ_THE_MAILBOX))
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
