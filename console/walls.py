"""The walls between projects: whose homes, people and messages somebody may see. Clauses for queries."""

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, and_, cast, literal, or_, select, true

from console.scope import SEES_EVERYTHING
from console.staff import Me
from directory.models import Building, Contact, Home, Number, Person, Staff
from messages.lifecycle import Way
from messages.models import Message
from oncall.models import Page
from tickets.lifecycle import HEADQUARTERS
from tickets.models import Ticket


def project_of(me: Me) -> int | None:
    """The project whose wall is around `me`; None for those who see all of them."""
    return None if me.role in SEES_EVERYTHING else me.project_id


def people_of(project_id: int) -> Select[int]:
    """The people who have to do with a home of a project, by id."""
    return (
        select(Contact.person_id)
        .join(Contact.home)
        .join(Home.building)
        .where(Building.project_id == project_id, Contact.ended_at.is_(None))
    )


def numbers_of(project_id: int) -> CompoundSelect[str]:
    """The numbers of these people, and of those who work for the project."""
    of_people = select(Number.number).where(Number.person_id.in_(people_of(project_id)))
    return of_people.union(select(Staff.number).where(or_(Staff.project_id == project_id, Staff.project_id.is_(None))))


def homes(me: Me) -> ColumnElement[bool]:
    """The homes `me` may see; for queries that join their buildings."""
    project_id = project_of(me)
    return true() if project_id is None else Building.project_id == project_id


def people(me: Me) -> ColumnElement[bool]:
    """The people `me` may see."""
    project_id = project_of(me)
    return true() if project_id is None else Person.id.in_(people_of(project_id))


def messages(me: Me) -> ColumnElement[bool]:
    """The messages `me` may see. Of what was said to headquarters nobody with a project of their own hears."""
    project_id = project_of(me)
    theirs = true() if project_id is None else Message.number.in_(numbers_of(project_id))
    return theirs if me.project_id is None else and_(theirs, Message.about.not_in(_about_headquarters()))


def _about_headquarters() -> CompoundSelect[str]:
    """`ticket:12`, `page:34:text` …: the names under which the ledger keeps what is about such tickets."""
    tickets = select(literal("ticket:") + cast(Ticket.id, String)).where(Ticket.owner_desk == HEADQUARTERS)
    pages = (
        select(literal("page:") + cast(Page.id, String) + literal(f":{way.value}"))
        .join(Page.ticket)
        .where(Ticket.owner_desk == HEADQUARTERS)
        for way in Way
    )
    return tickets.union_all(*pages)
