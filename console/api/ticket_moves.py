"""One step of a ticket, as a program asks for it: by the same acts as at the desk."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from console import acts
from console.api import move_shapes as shapes
from console.api.door import Bearer, bearer
from console.api.problems import both, in_body
from console.choices import colleague_for, original_for
from directory.models import Project
from tickets import actions
from tickets.actions import Referral
from tickets.complaints import HopAnswer
from tickets.lifecycle import ReferTo, is_lower
from tickets.models import Ticket

REFERRED = {
    ReferTo.DEPARTMENT: ("department",), ReferTo.PROJECT: ("project",), ReferTo.OUTSIDE: ("name", "contact"),
}  # fmt: skip
"""What has to be said of where a ticket is referred to."""


def others(session: Session, who: Bearer, step: object) -> tuple[int, ...]:
    """The ids of other tickets that a step changes too: they are locked together with its own."""
    original = original_for(session, who.me, {"number": step.into}) if isinstance(step, shapes.Merge) else None
    return () if original is None else (original.id,)


def make(session: Session, ticket: Ticket, step: object, me_id: int, at: datetime) -> None:
    """Do it. Raises `Faulty` for a field that says nothing of use, and what the act raises."""
    match step:
        case shapes.Acknowledge():
            acts.take(session, ticket, me_id, at=at)
        case shapes.Assign(to=to):
            colleague = colleague_for(session, ticket, str(to))
            if colleague is None:
                raise in_body("to", both("input.no_colleague"))
            acts.assign(session, ticket, me_id, to=colleague, at=at)
        case shapes.Arrive(text=text):
            acts.arrive(session, ticket, me_id, text=text, at=at)
        case shapes.Note(text=text):
            actions.note(session, ticket.id, me_id, at=at, text=text)
        case shapes.Wait(reason=reason, text=text, until=until_at):
            actions.wait(session, ticket.id, me_id, at=at, text=text, reason=reason, until_at=until_at)
        case shapes.Resume(text=text):
            actions.resume(session, ticket.id, me_id, at=at, text=text)
        case shapes.Resolve(text=text):
            acts.resolve(session, ticket, me_id, text=text, at=at)
        case shapes.Close(text=text):
            acts.close(session, ticket, me_id, text=text, at=at)
        case shapes.Reopen(text=text):
            acts.reopen(session, ticket, me_id, text=text, at=at)
        case shapes.Refer(text=text):
            acts.refer(session, ticket, me_id, to=_referral(session, step), text=text, at=at)
        case _:
            _regroup(session, ticket, step, me_id, at)


def _regroup(session: Session, ticket: Ticket, step: object, me_id: int, at: datetime) -> None:
    """It is no matter at all, or part of another, or two."""
    match step:
        case shapes.Cancel(text=text, told=told):
            acts.cancel(session, ticket, me_id, text=text, told=told, at=at)
        case shapes.Merge(into=into):
            original = original_for(session, bearer().me, {"number": into})
            if original is None:
                raise in_body("into", both("fault.merge"))
            acts.merge(session, ticket, me_id, into=original, at=at)
        case shapes.Split(kind=kind, category=category, text=text):
            acts.split(session, ticket, me_id, kind=kind, category=category, text=text, at=at)
        case _:
            _settle(session, ticket, step, me_id, at)


def _settle(session: Session, ticket: Ticket, step: object, me_id: int, at: datetime) -> None:
    """How grave it is, whose, and by when: what somebody above is asked about, or says."""
    match step:
        case shapes.SetLevel(level=level, text=text):
            if is_lower(level, than=ticket.level) and not text:
                raise in_body("text", both("fault.level"))
            acts.set_level(session, ticket, me_id, level=level, text=text, at=at)
        case shapes.SetDepartment(department=department, text=text):
            actions.set_department(session, ticket.id, me_id, department, at=at, text=text)
        case shapes.Extend(until=until_at, text=text):
            acts.extend(session, ticket, me_id, until_at=until_at, text=text, at=at)
        case shapes.Decide(approved=is_granted, text=text):
            if not is_granted and not text:
                raise in_body("text", both("fault.decide"))
            acts.decide(session, ticket, me_id, is_granted=is_granted, text=text, at=at)
        case shapes.EnterCode(code=code):
            acts.sign_off(session, ticket, me_id, code=code, at=at)
        case shapes.Ask():
            acts.ask(session, ticket, me_id, at=at)
        case shapes.Answer(answer=answer, text=text):
            if answer is not HopAnswer.OURS and not text:
                raise in_body("text", both("fault.answer"))
            acts.answer(session, ticket, me_id, what=answer, text=text, at=at)
        case shapes.Send(department=department, text=text):
            acts.send(session, ticket, me_id, department=department, text=text, at=at)


def _referral(session: Session, step: shapes.Refer) -> Referral:
    """Where to, with the fields that belong to it and no others. Raises `Faulty`."""
    needed = REFERRED.get(step.to, ())
    for name in ("department", "project", "name", "contact"):
        if (getattr(step, name) is None) == (name in needed):
            raise in_body(name, both("input.missing" if name in needed else "input.not_here"))
    project_id = None
    if step.project is not None:
        called = or_(Project.name == step.project, Project.name_en == step.project)
        project_id = session.scalar(select(Project.id).where(called))
        if project_id is None:
            raise in_body("project", both("input.no_project"))
    return Referral(step.to, step.department or "", project_id, step.name or "", step.contact or "")
