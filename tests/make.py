"""Plain factories: the people and places a test speaks of."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from directory.models import (
    Building,
    Consent,
    Contact,
    ContactRole,
    Home,
    Language,
    Number,
    NumberKind,
    Occupancy,
    Person,
    Project,
    Staff,
    Vendor,
)
from oncall.ladder import Post
from oncall.models import Shift
from telephony.regions import region_of
from tickets.models import SpecialDay
from tickets.workdays import DayKind

LANDLINE_STARTS = ("+8610", "+8621", "+86571", "+86755")


def a_project(session: Session, name: str = "幸福花园", number: str | None = None, **more: object) -> Project:
    """An estate of Shanghai (area code 021)."""
    project = Project(
        name=name, name_en=str(more.pop("name_en", "Happiness Garden")), area_code="021", number=number, **more
    )
    session.add(project)
    session.flush()
    return project


def a_home(session: Session, project: Project, place: str = "3-2-1502", **more: object) -> Home:
    """A home by building, unit and room: `3-2-1502` is 3号楼2单元1502室."""
    building_name, unit, room = place.split("-")
    building = session.scalar(
        select(Building).where(Building.project_id == project.id, Building.name == f"{building_name}号楼")
    )
    if building is None:
        building = Building(project_id=project.id, name=f"{building_name}号楼", keys=building_name)
        session.add(building)
        session.flush()
    home = Home(
        building_id=building.id,
        unit=f"{unit}单元" if unit else "",
        name=room,
        occupancy=more.pop("occupancy", Occupancy.LIVED_IN),
        **more,
    )
    session.add(home)
    session.flush()
    return home


def an_owner(
    session: Session,
    homes: Home | Iterable[Home],
    number: str = "+8613800138000",
    name: str = "李梅",
    salutation: str = "李女士",
    **more: object,
) -> Person:
    """An owner of these homes, reached at `number`."""
    role = more.pop("role", ContactRole.OWNER)
    person = Person(name=name, salutation=salutation, **more)
    kind = NumberKind.LANDLINE if number.startswith(LANDLINE_STARTS) else NumberKind.MOBILE
    person.numbers.append(Number(number=number, raw=number, region=region_of(number), kind=kind))
    session.add(person)
    session.flush()
    for home in [homes] if isinstance(homes, Home) else homes:
        session.add(Contact(person_id=person.id, home_id=home.id, role=role))
    session.flush()
    return person


def a_member_of_staff(
    session: Session,
    name: str = "王强",
    number: str = "+8613900000001",
    role: Role = Role.TECHNICIAN,
    project: Project | None = None,
    **more: object,
) -> Staff:
    """Somebody who works here; logs in by their name."""
    staff = Staff(name=name, login=name, number=number, role=role, project_id=project.id if project else None, **more)
    session.add(staff)
    session.flush()
    return staff


def a_shift(session: Session, project: Project, staff: Staff, post: Post, around: datetime, hours: float = 12) -> Shift:
    """A shift that began `hours` before `around` and ends as long after it."""
    shift = Shift(
        project_id=project.id,
        staff_id=staff.id,
        post=post,
        starts_at=around - timedelta(hours=hours),
        ends_at=around + timedelta(hours=hours),
    )
    session.add(shift)
    session.flush()
    return shift


def a_vendor(
    session: Session, name: str = "申菱电梯维保", number: str = "+862155550001", trade: str = "lift"
) -> Vendor:
    """A firm we may ring."""
    vendor = Vendor(trade=trade, name=name, number=number)
    session.add(vendor)
    session.flush()
    return vendor


def a_consent(session: Session, number: str, message_class: str, at: datetime, *, granted: bool) -> Consent:
    """What was said about a class of message for a number."""
    consent = Consent(number=number, message_class=message_class, granted=granted, said_at=at, channel="test")
    session.add(consent)
    session.flush()
    return consent


def a_special_day(session: Session, day: str, kind: DayKind = DayKind.OFF, name: str = "元旦") -> SpecialDay:
    """Something said of a day."""
    special = SpecialDay(day=date.fromisoformat(day), kind=kind, name=name)
    session.add(special)
    session.flush()
    return special


def a_told_year(session: Session, year: int = 2027) -> None:
    """The make-up days of a year, as far as it counts as known."""
    a_special_day(session, f"{year}-01-01")
    a_special_day(session, f"{year}-05-01", name="劳动节")
    a_special_day(session, f"{year}-10-09", DayKind.WORK, "国庆节")


ENGLISH = Language.EN
