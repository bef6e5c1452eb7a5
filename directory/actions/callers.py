"""Whom a telephone number belongs to, and who may be put through to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import BindParameter, Boolean, and_, bindparam, exists, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from base.rows import columns_of, kept_together, table_of
from directory.actions.demo import reaches_demo
from directory.models import Building, Contact, Home, Number, Person, Project, Staff, Vendor
from telephony.numbers import NumberKind, ReadNumber, is_withheld

# ready-made: a caller waits for the answer, and putting a question together costs more than the question
_NUMBER: BindParameter[str] = bindparam("number")
_WITH_DEMO = bindparam("with_demo", type_=Boolean)
_WITH_PLACE = (Contact, Person, Home, Building, Project)
_CONTACTS, _PEOPLE, _NUMBERS = table_of(Contact), table_of(Person), table_of(Number)
_HOMES, _BUILDINGS, _STAFF, _PROJECTS = table_of(Home), table_of(Building), table_of(Staff), table_of(Project)
_DIALLED = _PROJECTS.alias()
_WHO_CALLS = (
    select(
        *columns_of(*_WITH_PLACE),
        select(_STAFF.c.id)
        .where(_STAFF.c.number == _NUMBER, _STAFF.c.is_active)
        .order_by(_STAFF.c.id)
        .limit(1)
        .scalar_subquery(),
        select(_DIALLED.c.id).where(_DIALLED.c.number == bindparam("called")).scalar_subquery(),
        exists().where(_DIALLED.c.number.is_not(None)),
    )
    .select_from(select(literal(1).label("always")).subquery())
    .outerjoin(_NUMBERS, and_(_NUMBERS.c.number == _NUMBER, _NUMBERS.c.extension == ""))
    .outerjoin(_CONTACTS, and_(_CONTACTS.c.person_id == _NUMBERS.c.person_id, _CONTACTS.c.ended_at.is_(None)))
    .outerjoin(_PEOPLE, _PEOPLE.c.id == _CONTACTS.c.person_id)
    .outerjoin(_HOMES, _HOMES.c.id == _CONTACTS.c.home_id)
    .outerjoin(_BUILDINGS, _BUILDINGS.c.id == _HOMES.c.building_id)
    .outerjoin(_PROJECTS, _PROJECTS.c.id == _BUILDINGS.c.project_id)
    .order_by(_CONTACTS.c.place, _NUMBERS.c.place, _CONTACTS.c.id)
)
"""All in one question: each contact with its place, a colleague and a project; a row even where there is no contact."""
_STAFF_OF_NUMBER = select(Staff).where(Staff.number == _NUMBER, Staff.is_active).order_by(Staff.id).limit(1)
_IS_KNOWN = or_(
    exists().where(Number.number == _NUMBER),
    exists().where(Staff.number == _NUMBER, Staff.is_active, or_(_WITH_DEMO, ~Staff.is_demo)),
    exists().where(Vendor.number == _NUMBER, or_(_WITH_DEMO, ~Vendor.is_demo)),
)
_IS_DEMO = or_(
    exists().where(Number.number == _NUMBER, Number.person_id == Person.id, Person.is_demo),
    exists().where(Staff.number == _NUMBER, Staff.is_demo),
    exists().where(Vendor.number == _NUMBER, Vendor.is_demo),
)
_WHOSE_NUMBER = select(_IS_KNOWN, _IS_DEMO)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a number belongs to: the current contacts behind it, nearest first, and a member of staff.

    `dialled` is the project whose own number was called; None for the company's number. `is_past_projects`: they called
    that although projects have numbers of their own; where none has, the company's is that of all of them.
    """

    contacts: tuple[Contact, ...] = ()
    staff: Staff | None = None
    dialled: Project | None = None
    is_past_projects: bool = False

    @property
    def people(self) -> tuple[Person, ...]:
        """The people, each once."""
        return tuple({contact.person_id: contact.person for contact in self.contacts}.values())

    @property
    def homes(self) -> tuple[Home, ...]:
        """Their homes, each once."""
        return tuple({contact.home_id: contact.home for contact in self.contacts}.values())

    @property
    def is_demo(self) -> bool:
        """True if one of them is invented."""
        return any(person.is_demo for person in self.people) or (self.staff is not None and self.staff.is_demo)

    @property
    def is_unknown(self) -> bool:
        """True if the number says nothing."""
        return not self.contacts and self.staff is None


@dataclass(frozen=True, slots=True)
class Whose:
    """What the directory says of a number that shall be sent something."""

    is_known: bool
    is_demo: bool


def who_calls(session: Session, number: str | None, called: str = "") -> Caller:
    """The people with their current homes, and the staff, behind a number (E.164) that dialled `called`.

    A withheld number is nobody. Neither is a switchboard: a number kept with an extension rings for many.
    Homes come with building and project loaded.
    """
    session.flush()  # what is asked round the unit of work does not see what that still holds
    known = None if number is None or is_withheld(number) else number
    rows = session.connection().execute(_WHO_CALLS, {"number": known, "called": called}).all()
    *_, staff_id, project_id, have_own = rows[0]
    return Caller(
        tuple(contact for row in rows if (contact := _contact(session, row)) is not None),
        session.get(Staff, staff_id) if staff_id else None,
        session.get(Project, project_id) if project_id else None,
        is_past_projects=have_own and project_id is None,
    )


def _contact(session: Session, found: Sequence[object]) -> Contact | None:
    """A contact with its person and its place; None where the number has none."""
    contact, person, home, building, project = kept_together(session, found, *_WITH_PLACE)
    if contact is None:
        return None
    set_committed_value(contact, "person", person)
    set_committed_value(contact, "home", home)
    set_committed_value(home, "building", building)
    set_committed_value(building, "project", project)
    return cast(Contact, contact)


def staff_by_number(session: Session, number: str | None) -> Staff | None:
    """The active member of staff with this number; None for a withheld one."""
    if number is None or is_withheld(number):
        return None
    return session.scalars(_STAFF_OF_NUMBER, {"number": number}).first()


def whose_number(session: Session, number: str) -> Whose:
    """Whether anybody in the directory has this number, and whether an invented person, colleague or firm does."""
    is_known, is_demo = session.execute(_WHOSE_NUMBER, {"number": number, "with_demo": reaches_demo()}).one()
    return Whose(bool(is_known), bool(is_demo))


def kind_of(session: Session, read: ReadNumber) -> NumberKind:
    """What can be done with a number: as the directory knows it (a carrier may have taught us), else as it reads."""
    known = session.scalars(select(Number.kind).where(Number.number == read.number).order_by(Number.id)).all()
    if not known:
        return read.kind
    return NumberKind.MOBILE if NumberKind.MOBILE in known else known[0]


def transferable(session: Session, number: str) -> bool:
    """Whether a caller may be put through to this number: only staff who work here and vendors.

    Invented ones only where the carrier is a sandbox on this machine.
    """
    staff = select(Staff.id).where(Staff.number == number, Staff.is_active)
    vendors = select(Vendor.id).where(Vendor.number == number)
    if not reaches_demo():
        staff, vendors = staff.where(~Staff.is_demo), vendors.where(~Vendor.is_demo)
    return bool(session.scalar(select(or_(exists(staff), exists(vendors)))))
