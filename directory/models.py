"""Project, Building, Home, Person, Contact, Number, Consent, Staff, Vendor: people and places."""

from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, Time, UniqueConstraint, false, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from base.access import Role
from base.database import Base, Moment, Word, index_where, tail_of
from directory.names import keys_of_name
from directory.places import bare_keys, floor_of, riser_of
from telephony.numbers import NumberKind


class Occupancy(StrEnum):
    """How a home is lived in."""

    LIVED_IN = "lived_in"
    LET = "let"
    VACANT = "vacant"
    NOT_HANDED_OVER = "not_handed_over"


EMPTY = frozenset({Occupancy.VACANT, Occupancy.NOT_HANDED_OVER})
"""Homes that nobody lives in."""


class ContactRole(StrEnum):
    """What ties a person to a home."""

    OWNER = "owner"
    CO_OWNER = "co_owner"
    FAMILY = "family"
    TENANT = "tenant"
    KEEPER = "keeper"


class Language(StrEnum):
    """The languages we speak."""

    ZH = "zh"
    EN = "en"


class Project(Base):
    """An estate under management."""

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    name_en: Mapped[str] = mapped_column(String(120), default="")
    area_code: Mapped[str] = mapped_column(String(8), default="")
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    day_starts: Mapped[time] = mapped_column(Time, default=time(8, 30))
    day_ends: Mapped[time] = mapped_column(Time, default=time(18, 0))
    is_demo: Mapped[bool] = mapped_column(default=False)
    buildings: Mapped[list["Building"]] = relationship(back_populates="project")


class Building(Base):
    """A building of a project; `keys` is what a caller types for it (the digits of its name)."""

    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("project_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(60))
    keys: Mapped[str] = mapped_column(String(20), default="")
    project: Mapped[Project] = relationship(back_populates="buildings")


class Home(Base):
    """A unit that can be owned. `unit` is empty where a building has only one entrance.

    `floor` and `riser` follow from its name and say which homes a trouble on one pipe concerns; `keys` is what is typed
    for it, without zeros before it.
    """

    __tablename__ = "home"
    __table_args__ = (UniqueConstraint("building_id", "unit", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    unit: Mapped[str] = mapped_column(String(30), default="")
    name: Mapped[str] = mapped_column(String(40))
    floor: Mapped[int | None] = mapped_column(default=lambda row: floor_of(row.get_current_parameters()["name"]))
    riser: Mapped[str] = mapped_column(
        String(2), default=lambda row: riser_of(row.get_current_parameters()["name"]), server_default=text("''")
    )
    keys: Mapped[str] = mapped_column(
        String(40),
        index=True,
        default=lambda row: bare_keys(row.get_current_parameters()["name"])[:40],
        server_default=text("''"),
    )
    occupancy: Mapped[Occupancy] = mapped_column(Word(Occupancy), default=Occupancy.LIVED_IN)
    building: Mapped[Building] = relationship()


class Person(Base):
    """Somebody we may speak to. `salutation` is the form of address they chose; empty means 尊敬的业主.

    A birthday is kept by the calendar it was told in, its year only where somebody gave it; `birth_is_leap` says that
    its lunar month was the leap one (None: nobody said). Since `bereaved_at` they mourn, and are not greeted.
    `keys` are the words by which their name is found.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_birth", "birth_month", "birth_day"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    keys: Mapped[str] = mapped_column(
        Text, default=lambda row: keys_of_name(row.get_current_parameters()["name"]), server_default=text("''")
    )
    salutation: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[Language] = mapped_column(Word(Language), default=Language.ZH)
    birth_year: Mapped[int | None]
    birth_month: Mapped[int | None]
    birth_day: Mapped[int | None]
    birth_is_lunar: Mapped[bool] = mapped_column(default=False)
    birth_is_leap: Mapped[bool | None]
    special_care: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    bereaved_at: Mapped[datetime | None] = mapped_column(Moment)
    is_demo: Mapped[bool] = mapped_column(default=False)
    numbers: Mapped[list["Number"]] = relationship(
        back_populates="person", order_by="Number.place", cascade="all, delete-orphan"
    )
    contacts: Mapped[list["Contact"]] = relationship(back_populates="person")

    @validates("name")
    def _is_found_by(self, _attribute: str, name: str) -> str:
        self.keys = keys_of_name(name)
        return name


class Contact(Base):
    """Ties a person to a home with a role; `ended_at` says since when it no longer does."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("person_id", "home_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"), index=True)
    role: Mapped[ContactRole] = mapped_column(Word(ContactRole), default=ContactRole.OWNER)
    place: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    person: Mapped[Person] = relationship(back_populates="contacts")
    home: Mapped[Home] = relationship()


class Number(Base):
    """A telephone number of a person; `place` 1 is the main one. Families may share a number."""

    __tablename__ = "number"
    __table_args__ = (
        UniqueConstraint("person_id", "number", "extension"),
        index_where("ix_number_needs_check", "number", where="needs_check"),
        Index("ix_number_tail", text(tail_of("number"))),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(20), index=True)
    extension: Mapped[str] = mapped_column(String(10), default="")
    raw: Mapped[str] = mapped_column(String(60), default="")
    region: Mapped[str] = mapped_column(String(3), default="")
    kind: Mapped[NumberKind] = mapped_column(Word(NumberKind), default=NumberKind.MOBILE)
    place: Mapped[int] = mapped_column(default=1)
    hard_failures: Mapped[int] = mapped_column(default=0)
    needs_check: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship(back_populates="numbers")


NEEDS_CHECK = text("number.needs_check")
"""To be said in every query that shall use that index: SQLite only believes the very same words."""


class Consent(Base):
    """What was said about one class of message for one number, when and how. The newest row counts.

    `staff_id`: who wrote it down for them; `sid`: the text that said it, as the carrier calls it.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_number_class", "number", "message_class"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    message_class: Mapped[str] = mapped_column(String(20))
    granted: Mapped[bool]
    said_at: Mapped[datetime] = mapped_column(Moment)
    channel: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(200), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    sid: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    staff: Mapped["Staff | None"] = relationship(viewonly=True)


class ForgottenNumber(Base):
    """A number forgotten with its owner, by its fingerprint: what it does not want any more, and since when."""

    __tablename__ = "forgotten_number"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_class: Mapped[str] = mapped_column(String(20), primary_key=True)
    said_at: Mapped[datetime] = mapped_column(Moment)


class Department(StrEnum):
    """A part of the company that sees to one sort of work."""

    ENGINEERING = "engineering"
    SECURITY = "security"
    ENVIRONMENT = "environment"
    FINANCE = "finance"
    DESK = "desk"


class PageOrder(StrEnum):
    """What comes first when somebody is paged; where life is in danger all comes at once whatever they chose."""

    TOGETHER = "together"
    CALL_FIRST = "call_first"
    TEXT_FIRST = "text_first"


class Staff(Base):
    """A person who works here. Without a project they serve all of them; `department` is empty, or a `Department`.

    A page that their telephone did not lead to a key is made once more to their `second_number`, where they have one.
    `skills` are what they are best spoken with about: departments, categories of tickets, English. `password_is_once`:
    it was given to them, and has to be changed before anything else. `letter_keys`: single letters do something at
    their desk. `language` is the one they are called in, and that of their pages until they choose another (`reads`).
    """

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    login: Mapped[str] = mapped_column(String(80), unique=True)
    number: Mapped[str] = mapped_column(String(20), index=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    department: Mapped[str] = mapped_column(String(30), default="", server_default=text("''"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    language: Mapped[Language] = mapped_column(Word(Language), default=Language.ZH)
    skills: Mapped[list[str]] = mapped_column(
        JSON().with_variant(JSONB(), "postgresql"), default=list, server_default=text("'[]'")
    )
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    password_is_once: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    page_order: Mapped[PageOrder] = mapped_column(
        Word(PageOrder), default=PageOrder.TOGETHER, server_default=text("'together'")
    )
    second_number: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    reads: Mapped[Language | None] = mapped_column(Word(Language))
    letter_keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    project: Mapped[Project | None] = relationship()


class Vendor(Base):
    """A firm we may ring: lift maintenance, gas, water."""

    __tablename__ = "vendor"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    trade: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(20), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
