"""The page of owners who are not there and are due to hear from us, and how often they shall."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput
from base.refusals import half
from console.door import Answer, door, language
from console.resident import Place, looks_at_homes_of, places_of
from console.scope import DESK, LEADERS, READERS, project_of
from console.staff import Me, me
from console.walls import people_of, person_for
from console.words import say
from outreach.actions import contactplans
from outreach.contactplans import LONGEST_DAYS, Absence, Means, Plan
from outreach.models import ContactDue

MOST_SHOWN = 50
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Owed:
    """Somebody who should have heard from us; `looks` are the tickets by which we look at a home of theirs."""

    id: int
    name: str
    places: tuple[Place, ...]
    absence: Absence
    last_at: datetime | None
    due_at: datetime
    days: int
    looks: tuple[str, ...]


@door.get("/contacts")
@guarded_by(*READERS)
def contacts() -> Answer:
    """Whoever is due, the longest overdue first."""
    return _show("")


@door.post("/contacts/plans")
@guarded_by(*LEADERS)
def change_plan() -> Answer:
    """How often owners are contacted who are not there for one reason, and by what."""
    form = request.form
    absence, means = form.get("absence", ""), form.get("means", "")
    if absence not in set(Absence) or means not in set(Means):
        return _show(say("contacts.fault.plan", language())), 422
    if me().project_id is not None:
        return _show(say("contacts.fault.company", language())), 422
    plan = Plan(Absence(absence), form.get("every_days", 0, type=int), Means(means), is_on="is_on" in form)
    try:
        with transaction() as session:
            contactplans.change(session, plan, by_id=me().id, at=now())
    except BadInput as error:
        return _show(half(error.message, language())), 422
    flash("contacts.done.plan")
    return redirect(url_for("console.contacts"), 303)


@door.post("/people/<id:id>/contacts")
@guarded_by(*DESK)
def record_contact(id: int) -> Answer:
    """Somebody tried to speak with them."""
    with transaction() as session:
        who = person_for(session, me(), id)
        contactplans.record(
            session, who.id, staff_id=me().id, is_reached=request.form.get("reached") == "yes",
            note=request.form.get("note", ""), at=now(),
        )  # fmt: skip
    flash("contacts.done.record")
    return redirect(url_for("console.person", id=id), 303)


def _show(fault: str) -> str:
    who, words, at = me(), language(), now()
    with reading() as session:
        owed, count, soon = _owed(session, who, at, words)
        plans = contactplans.plans(session)
    return render_template(
        "contacts.html", owed=owed, count=count, soon=soon, plans=plans, fault=fault, at=at, longest=LONGEST_DAYS,
        means=tuple(Means), may_plan=who.role in LEADERS and who.project_id is None, here=url_for("console.contacts"),
    )  # fmt: skip


def _owed(session: Session, who: Me, at: datetime, words: str) -> tuple[list[Owed], int, int]:
    """Whoever is due now, how many they are, and how many more will be within two weeks."""
    query = contactplans.due(at)
    later = select(func.count(ContactDue.person_id)).where(ContactDue.due_at > at, ContactDue.due_at <= at + SOON)
    if (project_id := project_of(who)) is not None:
        theirs = ContactDue.person_id.in_(people_of(project_id))
        query, later = query.where(theirs), later.where(theirs)
    count = session.scalars(select(func.count()).select_from(query.order_by(None).subquery())).one()
    found = session.scalars(query.options(joinedload(ContactDue.person)).limit(MOST_SHOWN)).all()
    looks = looks_at_homes_of(session, [one.person_id for one in found], who)
    owed = [
        Owed(
            one.person_id, one.person.name,
            tuple(place for place in places_of(session, one.person, who, words) if place.ended_at is None),
            one.absence, one.last_at, one.due_at, (at - one.due_at).days, looks.get(one.person_id, ()),
        )
        for one in found
    ]  # fmt: skip
    return owed, count, session.scalars(later).one()
