"""What can be asked of people and places, and what is written down about their wishes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Boolean, Select, and_, bindparam, exists, literal, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from base.rows import table_of
from base.settings import is_loopback
from base.wiring import settings
from directory.consent import ASKED_FIRST, REFUSABLE, Choice, Skipped, may_send
from directory.models import Building, Consent, Contact, Home, Number, Person, Project, Staff, Vendor
from directory.places import keys_of, place_text, same_keys
from telephony.numbers import is_withheld

_WHOLE_PLACE = joinedload(Home.building, innerjoin=True).joinedload(Building.project, innerjoin=True)
_WHOLE_PLACE_OF_CONTACT = (
    joinedload(Contact.home, innerjoin=True)
    .joinedload(Home.building, innerjoin=True)
    .joinedload(Building.project, innerjoin=True)
)

# ready-made: a caller waits for the answer, and putting a question together costs more than the question
_NUMBER: BindParameter[str] = bindparam("number")
_WITH_DEMO = bindparam("with_demo", type_=Boolean)
_CONTACTS_OF_NUMBER = (
    select(Contact)
    .join(Contact.person)
    .join(Number, Number.person_id == Person.id)
    .where(Number.number == _NUMBER, Number.extension == "", Contact.ended_at.is_(None))
    .options(contains_eager(Contact.person), _WHOLE_PLACE_OF_CONTACT)
    .order_by(Contact.place, Number.place, Contact.id)
)
_STAFF_OF_NUMBER = select(Staff).where(Staff.number == _NUMBER, Staff.is_active).order_by(Staff.id).limit(1)
_STAFF, _PROJECTS = table_of(Staff), table_of(Project)
_STAFF_AND_DIALLED = (
    select(_STAFF.c.id, _PROJECTS.c.id)
    .select_from(select(literal(1).label("always")).subquery())
    .outerjoin(_STAFF, and_(_STAFF.c.number == _NUMBER, _STAFF.c.is_active))
    .outerjoin(_PROJECTS, _PROJECTS.c.number == bindparam("called"))
    .order_by(_STAFF.c.id)
    .limit(1)
)
"""Both in one question: a row even where, as for most callers, there is neither."""
_PROJECT_OF_NUMBER = select(Project).where(Project.number == _NUMBER)
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

    `dialled` is the project whose own number was called; None for the company's number.
    """

    contacts: tuple[Contact, ...] = ()
    staff: Staff | None = None
    dialled: Project | None = None

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
    contacts = session.scalars(_CONTACTS_OF_NUMBER, {"number": known}).all() if known else ()
    staff_id, project_id = session.execute(_STAFF_AND_DIALLED, {"number": known, "called": called}).one()
    return Caller(
        tuple(contacts),
        session.get(Staff, staff_id) if staff_id else None,
        session.get(Project, project_id) if project_id else None,
    )


def staff_by_number(session: Session, number: str | None) -> Staff | None:
    """The active member of staff with this number; None for a withheld one."""
    if number is None or is_withheld(number):
        return None
    return session.scalars(_STAFF_OF_NUMBER, {"number": number}).first()


def find_home(session: Session, project_id: int, building_keys: str, unit_keys: str, home_keys: str) -> Home | None:
    """The one home a caller means by what they typed; None if there is none, or more than one.

    An empty `unit_keys` fits any unit as long as only one home answers to it.
    """
    fitting = [
        home
        for home in session.scalars(_homes(session, project_id, building_keys))
        if same_keys(home_keys, keys_of(home.name)) and (not unit_keys or same_keys(unit_keys, keys_of(home.unit)))
    ]
    return fitting[0] if len(fitting) == 1 and home_keys else None


def unit_keys_in(session: Session, project_id: int, building_keys: str) -> set[str]:
    """What can be typed for a unit of such a building; `{""}` where it has none; empty: no such building."""
    return {keys_of(home.unit) for home in session.scalars(_homes(session, project_id, building_keys))}


def place_of(home: Home, language: str = "zh") -> str:
    """`3号楼2单元1502室`, without the project."""
    return place_text(home.building.name, home.unit, home.name, language)


def project_by_number(session: Session, called: str) -> Project | None:
    """The project that has this number of its own; None for the company's number."""
    return session.scalars(_PROJECT_OF_NUMBER, {"number": called}).first()


def projects(session: Session) -> Sequence[Project]:
    """All projects, in the order a menu reads them out."""
    return session.scalars(select(Project).order_by(Project.id)).all()


def whose_number(session: Session, number: str) -> Whose:
    """Whether anybody in the directory has this number, and whether an invented person, colleague or firm does."""
    is_known, is_demo = session.execute(_WHOSE_NUMBER, {"number": number, "with_demo": reaches_demo()}).one()
    return Whose(bool(is_known), bool(is_demo))


def transferable(session: Session, number: str) -> bool:
    """Whether a caller may be put through to this number: only staff who work here and vendors.

    Invented ones only where the carrier is a sandbox on this machine.
    """
    staff = select(Staff.id).where(Staff.number == number, Staff.is_active)
    vendors = select(Vendor.id).where(Vendor.number == number)
    if not reaches_demo():
        staff, vendors = staff.where(~Staff.is_demo), vendors.where(~Vendor.is_demo)
    return _any(session, staff) or _any(session, vendors)


def reaches_demo() -> bool:
    """Whether calls and texts to invented numbers end on this machine, where they harm nobody."""
    return is_loopback(settings().api_base)


def holds_demo(session: Session) -> bool:
    """Whether invented people, projects, staff or vendors are in this database: production refuses it."""
    return any(_any(session, select(table.id).where(table.is_demo)) for table in (Project, Person, Staff, Vendor))


def record_consent(
    session: Session,
    number: str,
    message_class: str,
    *,
    granted: bool,
    at: datetime,
    channel: str,
    words: str = "",
) -> None:
    """Write down what was said about a class of message for a number. Nothing is ever overwritten."""
    said = Consent(
        number=number,
        message_class=message_class,
        granted=granted,
        said_at=at,
        channel=channel,
        words=words[:200],
    )
    session.add(said)


def record_choice(
    session: Session,
    number: str,
    choice: Choice,
    *,
    at: datetime,
    channel: str,
    words: str,
    classes: Iterable[str] = REFUSABLE,
) -> None:
    """Write down an opt-out or opt-in for these classes; it counts for every home that shares the number."""
    for message_class in classes:
        granted = choice is Choice.OPT_IN
        record_consent(session, number, message_class, granted=granted, at=at, channel=channel, words=words)


def undo_opt_out(session: Session, number: str, *, at: datetime, channel: str, words: str) -> bool:
    """Take back what this number has refused, class by class; False where there was nothing to take back.

    It is as before the refusal: a class that needs a yes first is allowed again only to whoever had said that yes.
    """
    undone = False
    for message_class in REFUSABLE:
        if last_word(session, number, message_class) is not False:
            continue
        if message_class in ASKED_FIRST and not _ever_granted(session, number, message_class):
            continue
        record_consent(session, number, message_class, granted=True, at=at, channel=channel, words=words)
        undone = True
    return undone


def last_word(session: Session, number: str, message_class: str) -> bool | None:
    """The newest word about this class for this number; None if nothing was ever said."""
    query = (
        select(Consent.granted)
        .where(Consent.number == number, Consent.message_class == message_class)
        .order_by(Consent.said_at.desc(), Consent.id.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def refused(session: Session, number: str, message_class: str) -> bool:
    """Whether a message of this class must not be sent to this number."""
    return isinstance(may_send(message_class, last_word(session, number, message_class)), Skipped)


def _ever_granted(session: Session, number: str, message_class: str) -> bool:
    said = (Consent.number == number, Consent.message_class == message_class, Consent.granted)
    return _any(session, select(Consent.id).where(*said))


def _homes(session: Session, project_id: int, building_keys: str) -> Select[Home]:
    buildings = session.execute(select(Building.id, Building.keys).where(Building.project_id == project_id))
    typed = [id for id, keys in buildings if keys and building_keys and same_keys(building_keys, keys)]
    return select(Home).where(Home.building_id.in_(typed)).options(_WHOLE_PLACE).order_by(Home.id)


def _any(session: Session, query: Select[int]) -> bool:
    return bool(session.scalar(select(exists(query))))
