"""Owners who are not there: how often they are to be contacted, when they last were, and who is due."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select
from sqlalchemy.orm import Session, joinedload

from base.errors import BadInput
from base.rows import insert
from base.wiring import settings
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Contact, ContactRole, Home, Number, Person
from messages.ever import TABLES
from messages.lifecycle import MessageClass, MessageState
from outreach.contactplans import LONGEST_DAYS, USUAL, Means, Plan, due_at, plan_for
from outreach.models import ContactDue, ContactMade, ContactPlan
from outreach.surveymodels import Answer, Survey
from tickets.lifecycle import MOVING
from tickets.models import Ticket

LOOK = "home_look"
"""The category of a ticket by which somebody looks at an empty home."""
OWNERS = (ContactRole.OWNER, ContactRole.CO_OWNER)
LONGEST_NOTE = 200


def plans(session: Session) -> list[Plan]:
    """What holds: as a manager said it, else as is usual."""
    said = {row.absence: Plan(row.absence, row.every_days, row.means, row.is_on) for row in _rows(session)}
    return [said.get(usual.absence, usual) for usual in USUAL]


def change(session: Session, plan: Plan, *, by_id: int | None, at: datetime) -> None:
    """Say how often, and by what, and keep who said so; who is due follows within the hour. Raises `BadInput`."""
    if not 1 <= plan.every_days <= LONGEST_DAYS:
        raise BadInput(f"请写 1 到 {LONGEST_DAYS} 天。Give 1 to {LONGEST_DAYS} days.")
    session.merge(ContactPlan(
        absence=plan.absence, every_days=plan.every_days, means=plan.means, is_on=plan.is_on
    ))  # fmt: skip
    words = f"{plan.every_days} 天 / days, {plan.means.value}" if plan.is_on else "停用 / off"
    write_down(
        session, staff_id=by_id, what=AuditWhat.CONTACT_PLAN, about=f"absence:{plan.absence.value}", reason=words, at=at
    )  # fmt: skip


def people_after(session: Session, person_id: int, most: int) -> list[int]:
    """The next people by id, for whoever goes through all of them in pieces."""
    return list(session.scalars(select(Person.id).where(Person.id > person_id).order_by(Person.id).limit(most)))


def refresh(session: Session, person_ids: Sequence[int], *, at: datetime) -> None:
    """Put together anew when these people are due; whoever lives here is not."""
    known, theirs = plans(session), _absences(session, person_ids)
    abroad = set(session.scalars(
        select(Number.person_id).where(
            Number.person_id.in_(person_ids), Number.place == 1,
            Number.region.not_in(("", settings().default_region)),
        )
    ))  # fmt: skip
    wanted = {
        person_id: plan
        for person_id, occupancy in theirs.items()
        if (plan := plan_for(occupancy, known, is_abroad=person_id in abroad))
    }
    session.execute(delete(ContactDue).where(ContactDue.person_id.in_(person_ids), ContactDue.person_id.not_in(wanted)))
    since = dict(session.execute(
        select(ContactDue.person_id, ContactDue.since_at).where(ContactDue.person_id.in_(wanted))
    ).all())  # fmt: skip
    last, looked = _last(session, wanted), _looked(session, list(wanted))
    for person_id, plan in wanted.items():
        since_at = since.get(person_id, at)
        row = {
            "absence": plan.absence, "last_at": last.get(person_id),
            "due_at": due_at(plan, person_id, last.get(person_id), since_at, looked_at=looked.get(person_id)),
        }  # fmt: skip
        written = insert(ContactDue).values(person_id=person_id, since_at=since_at, **row)
        session.execute(written.on_conflict_do_update(index_elements=["person_id"], set_=row))


def record(session: Session, person_id: int, *, staff_id: int, is_reached: bool, note: str, at: datetime) -> None:
    """Somebody tried to speak with them; if they did, the next time follows from this one."""
    session.add(ContactMade(
        person_id=person_id, staff_id=staff_id, at=at, is_reached=is_reached, note=note.strip()[:LONGEST_NOTE]
    ))  # fmt: skip
    session.flush()
    refresh(session, [person_id], at=at)


def due(at: datetime) -> Select[ContactDue]:
    """Who should have been contacted by `at`, the longest overdue first."""
    return select(ContactDue).where(ContactDue.due_at <= at).order_by(ContactDue.due_at, ContactDue.person_id)


def due_of(session: Session, person_id: int) -> tuple[ContactDue, Plan] | None:
    """When somebody is due, and by which plan; None for whoever lives here."""
    found = session.get(ContactDue, person_id)
    plan = next((plan for plan in plans(session) if found is not None and plan.absence is found.absence), None)
    return (found, plan) if found is not None and plan is not None else None


def made(session: Session, person_id: int, most: int = 5) -> Sequence[ContactMade]:
    """The newest tries."""
    query = select(ContactMade).where(ContactMade.person_id == person_id)
    newest = query.order_by(ContactMade.at.desc(), ContactMade.id.desc()).limit(most)
    return session.scalars(newest.options(joinedload(ContactMade.staff))).all()


def looks(person_ids: Sequence[int]) -> Select[int, Ticket]:
    """Who of these people owns a home that somebody is to look at now, each with that ticket, the oldest first."""
    return (
        select(Contact.person_id, Ticket)
        .join(Ticket, Ticket.home_id == Contact.home_id)
        .where(_is_look_at_home_of(person_ids), Ticket.status.in_(MOVING))
        .order_by(Ticket.id)
    )


def _looked(session: Session, person_ids: Sequence[int]) -> dict[int, datetime]:
    """When a look at a home of theirs was last done."""
    query = (
        select(Contact.person_id, func.max(Ticket.resolved_at))
        .join(Ticket, Ticket.home_id == Contact.home_id)
        .where(_is_look_at_home_of(person_ids))
        .group_by(Contact.person_id)
    )
    return dict(_moments(session, query))


def _is_look_at_home_of(person_ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(
        Ticket.category == LOOK, Contact.person_id.in_(person_ids), Contact.ended_at.is_(None),
        Contact.role.in_(OWNERS),
    )  # fmt: skip


def _rows(session: Session) -> Sequence[ContactPlan]:
    return session.scalars(select(ContactPlan)).all()


def _absences(session: Session, person_ids: Sequence[int]) -> dict[int, set[str]]:
    """The occupancy of the homes that each of them owns; empty for whoever only lives in one."""
    query = (
        select(Contact.person_id, Home.occupancy)
        .join(Home, Home.id == Contact.home_id)
        .where(Contact.person_id.in_(person_ids), Contact.ended_at.is_(None), Contact.role.in_(OWNERS))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, occupancy in session.execute(query):
        found[person_id].add(occupancy.value)
    return found


def _last(session: Session, wanted: dict[int, Plan]) -> dict[int, datetime]:
    """When there was last a word between us: a talk, an answer, a ticket; a text only where that is enough."""
    ids = list(wanted)
    by_text = [person_id for person_id, plan in wanted.items() if plan.means is Means.TEXT]
    answers = (
        select(Number.person_id, func.max(Answer.answered_at))
        .join(Survey, Survey.number == Number.number)
        .join(Answer, Answer.survey_id == Survey.id)
    )
    tickets = select(Ticket.person_id, func.max(Ticket.opened_at))
    questions = (
        select(ContactMade.person_id, func.max(ContactMade.at))
        .where(ContactMade.person_id.in_(ids), ContactMade.is_reached)
        .group_by(ContactMade.person_id),
        tickets.where(Ticket.person_id.in_(ids)).group_by(Ticket.person_id),
        answers.where(Number.person_id.in_(ids)).group_by(Number.person_id),
        *_heard(ids, by_text),
    )
    found: dict[int, datetime] = {}
    for question in questions:
        for person_id, moment in _moments(session, question):
            found[person_id] = max(moment, found.get(person_id, moment))
    return found


def _heard(ids: Sequence[int], by_text: Sequence[int]) -> Iterator[Select[Any, Any]]:
    """When they last pressed a key, and got a text; in the archive too: a plan's round may be longer than the ledger
    keeps.
    """
    for table in TABLES:
        c = table.c
        got_text = c.state == MessageState.DELIVERED, c.message_class != MessageClass.STAFF
        for moment, persons, which in (
            (c.heard_at, ids, (c.heard_at.is_not(None),)), (c.final_at, by_text, got_text),
        ):  # fmt: skip
            latest = select(Number.person_id, func.max(moment)).join(table, c.number == Number.number)
            yield latest.where(Number.person_id.in_(persons), *which).group_by(Number.person_id)


def _moments(session: Session, question: Select[Any, Any]) -> Iterable[tuple[int, datetime]]:
    return [(person_id, moment) for person_id, moment in session.execute(question) if moment is not None]
