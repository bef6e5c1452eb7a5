"""Small estates for tests: plain functions that put one thing into the session."""

from sqlalchemy.orm import Session

from base.access import Role
from directory.models import Building, Contact, ContactRole, Home, Number, Person, Project, Staff
from directory.places import keys_of

OWNER = "+8613800138000"
TENANT = "+8613900139000"
TECHNICIAN = "+8613700137000"


def project(session: Session, name: str = "幸福花园", number: str | None = "+862150110001") -> Project:
    made = Project(name=name, area_code="021", number=number)
    session.add(made)
    session.flush()
    return made


def home(session: Session, of: Project, building: str = "3号楼", unit: str = "2单元", name: str = "1502") -> Home:
    house = next((b for b in of.buildings if b.name == building), None)
    house = house or Building(project=of, name=building, keys=keys_of(building))
    made = Home(building=house, unit=unit, name=name)
    session.add(made)
    session.flush()
    return made


def person(session: Session, *homes: Home, name: str = "李芳", number: str = OWNER, extension: str = "") -> Person:
    made = Person(name=name, numbers=[Number(number=number, extension=extension)])
    made.contacts = [Contact(home=home, role=ContactRole.OWNER, place=1) for home in homes]
    session.add(made)
    session.flush()
    return made


def staff(session: Session, number: str = TECHNICIAN, *, is_active: bool = True) -> Staff:
    made = Staff(name="王强", login=f"wang{number}", number=number, role=Role.TECHNICIAN, is_active=is_active)
    session.add(made)
    session.flush()
    return made
