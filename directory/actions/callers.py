"""Whom a telephone number belongs to, and who may be put through to it."""

from dataclasses import dataclass

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
_CONTACTS_OF_NUMBER = (
    select(*columns_of(*_WITH_PLACE))
    .select_from(table_of(Contact))
    .join(Contact.person)
    .join(Number, Number.person_id == Person.id)
    .join(Contact.home)
    .join(Home.building)
    .join(Building.project)
    .where(Number.number == _NUMBER, Number.extension == "", Contact.ended_at.is_(None))
    .order_by(Contact.place, Number.place, Contact.id)
)
_STAFF_OF_NUMBER = select(Staff).where(Staff.number == _NUMBER, Staff.is_active).order_by(Staff.id).limit(1)
_STAFF, _PROJECTS = table_of(Staff), table_of(Project)
_STAFF_AND_DIALLED = (
    select(_STAFF.c.id, _PROJECTS.c.id, exists().where(Project.number.is_not(None)))
    .select_from(select(literal(1).label("always")).subquery())
    .outerjoin(_STAFF, and_(_STAFF.c.number == _NUMBER, _STAFF.c.is_active))
    .outerjoin(_PROJECTS, _PROJECTS.c.number == bindparam("called"))
    .order_by(_STAFF.c.id)
    .limit(1)
)
"""All in one question: a row even where, as for most callers, there is neither of the two."""
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
    known = None if number is None or is_withheld(number) else number
    contacts = _contacts(session, known) if known else []
    said = {"number": known, "called": called}
    staff_id, project_id, have_own = session.connection().execute(_STAFF_AND_DIALLED, said).one()
    return Caller(
        tuple(contacts),
        session.get(Staff, staff_id) if staff_id else None,
        session.get(Project, project_id) if project_id else None,
        is_past_projects=have_own and project_id is None,
    )


def _contacts(session: Session, number: str) -> list[Contact]:
    session.flush()  # what is asked round the unit of work does not see what that still holds
    contacts = []
    for found in session.connection().execute(_CONTACTS_OF_NUMBER, {"number": number}):
        contact, person, home, building, project = kept_together(session, found, *_WITH_PLACE)
        set_committed_value(contact, "person", person)
        set_committed_value(contact, "home", home)
        set_committed_value(home, "building", building)
        set_committed_value(building, "project", project)
        contacts.append(contact)
    return contacts


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
