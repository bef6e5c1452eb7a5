"""Ticket, TicketEvent, Incident, IncidentEvent, IncidentCaller: the shared store. What happened is appended to it.

TicketWatch: when a ticket is looked at next. Erasing: whose words go. SpecialDay: days unlike the calendar.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, ForeignKey, Index, String, Text, UniqueConstraint, false, func, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where, tail_of
from directory.models import Home, Person, Project, Staff
from tickets.lifecycle import Channel, IncidentKind, IncidentState, IncidentStep, Kind, Level, Status
from tickets.workdays import DayKind


class EventType(StrEnum):
    """What can happen to a ticket."""

    OPENED = "opened"
    CALLED_AGAIN = "called_again"
    PAGED = "paged"
    PAGE_RESULT = "page_result"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ARRIVED = "arrived"
    NOTED = "noted"
    AMENDED = "amended"
    REVEALED = "revealed"
    WAITING = "waiting"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    SCORED = "scored"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    MERGED = "merged"
    REFERRED = "referred"
    MESSAGE = "message"
    RECORDING = "recording"
    PHOTO = "photo"
    CODE_TOLD = "code_told"
    ALARM = "alarm"
    RANG_BACK = "rang_back"
    CALLED_OUT = "called_out"
    ASKED = "asked"
    ANSWERED = "answered"
    OVERRUN = "overrun"
    EXTENSION = "extension"
    EXTENDED = "extended"
    NOT_EXTENDED = "not_extended"
    END_SEEN = "end_seen"
    SIGNED_OFF = "signed_off"
    RELEASED = "released"


class TicketDay(Base):
    """The last ticket number given out on a day of the company's calendar."""

    __tablename__ = "ticket_day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int]


class SpecialDay(Base):
    """A day that is not as the calendar says: off, worked in its place, or one on which nobody is greeted."""

    __tablename__ = "special_day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = mapped_column(Word(DayKind), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), default="")


class Incident(Base):
    """A known trouble with a scope and a promised end; parent of tickets and of the notices about it.

    `building_ids` names the buildings it touches; empty: the whole project. `alarm_due_at` is when somebody is told
    next that its promise is about to pass, or has. `told_end_at` is the end that owners were told, while another that
    is promised since waits to be let go.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_project_id_state", "project_id", "state"),
        index_where("ix_incident_alarm", "alarm_due_at", where="alarm_due_at IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[IncidentKind] = mapped_column(Word(IncidentKind))
    state: Mapped[IncidentState] = mapped_column(Word(IncidentState), default=IncidentState.OPEN)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    building_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    cause: Mapped[str] = mapped_column(String(200), default="")
    opened_at: Mapped[datetime] = mapped_column(Moment)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    promised_end_at: Mapped[datetime | None] = mapped_column(Moment)
    told_end_at: Mapped[datetime | None] = mapped_column(Moment)
    alarm_due_at: Mapped[datetime | None] = mapped_column(Moment)
    restored_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project] = relationship(viewonly=True)
    opened_by: Mapped[Staff | None] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form

    @hybrid_property
    def known_end_at(self) -> datetime | None:
        """The end that owners know: what is promised counts once they were told."""
        return self.told_end_at or self.promised_end_at

    @known_end_at.inplace.expression
    @classmethod
    def _known_end_at(cls) -> ColumnElement[datetime | None]:
        return func.coalesce(cls.told_end_at, cls.promised_end_at)


class IncidentEvent(Base):
    """One fact about an incident: appended in the transaction in which it happened, and never changed."""

    __tablename__ = "incident_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    step: Mapped[IncidentStep] = mapped_column(Word(IncidentStep))


class IncidentCaller(Base):
    """Somebody who called about a trouble that was known, and asked to be told how it goes on; a number once.

    `call_id` is the call in which they asked, where a call is known.
    """

    __tablename__ = "incident_caller"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    number: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    call_id: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(Moment)


class Ticket(Base):
    """One thing somebody asked for.

    `page_due_at` is the standing order to wake or tell somebody: while it is set and past, the next rung of the
    ladder is due, through whatever door the ticket came. Acknowledging clears it.
    `ask_due_at` is the standing order to put a complaint to whoever has to say whose it is.
    `follow_up_at` is the standing order to look after its owner: something was resolved, or opened again, of which
    they have not been told yet. `refused_at` is set while it is open again because they said that it is not done.
    `score` (5 is best) is about the newest result. `is_drill`: a rehearsal, of which no owner hears.
    `merged_into_id` is the original of a ticket that ended as a part of another: never one that is itself merged.
    The database refuses to change `summary`, the words as they came. `urged` is how often its caller asked after it,
    `reworked` how often its owner said that it was not done. `department` is the one that somebody named; empty: its
    category says. `followed_by` is the desk that took it in and follows it, whoever handles it, until it has seen its
    end (`end_seen_at`).
    """

    __tablename__ = "ticket"
    __table_args__ = (
        index_where("ix_ticket_page_due", "page_due_at", where="page_due_at IS NOT NULL"),
        index_where("ix_ticket_ask_due", "ask_due_at", where="ask_due_at IS NOT NULL"),
        index_where("ix_ticket_follow_up", "follow_up_at", where="follow_up_at IS NOT NULL"),
        index_where("ix_ticket_followed", "followed_by", where="followed_by <> '' AND end_seen_at IS NULL"),
        Index("ix_ticket_status_level", "status", "level"),
        Index("ix_ticket_category", "category", "id"),
        Index("ix_ticket_caller_tail", text(tail_of("caller_number"))),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    category: Mapped[str] = mapped_column(String(30), default="")
    level: Mapped[Level] = mapped_column(Word(Level))
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.OPEN)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    place: Mapped[str] = mapped_column(String(120), default="")
    caller_number: Mapped[str | None] = mapped_column(String(20), index=True)
    language: Mapped[str] = mapped_column(String(2), default="zh")
    summary: Mapped[str] = mapped_column(Text, default="")
    owner_desk: Mapped[str] = mapped_column(String(30), default="")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(Moment, index=True)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    score: Mapped[int | None]
    follow_up_at: Mapped[datetime | None] = mapped_column(Moment)
    refused_at: Mapped[datetime | None] = mapped_column(Moment)
    page_due_at: Mapped[datetime | None] = mapped_column(Moment)
    page_step: Mapped[int] = mapped_column(default=0)
    ask_due_at: Mapped[datetime | None] = mapped_column(Moment)
    is_alarming: Mapped[bool] = mapped_column(default=False)
    is_drill: Mapped[bool] = mapped_column(default=False, server_default=false())
    urged: Mapped[int] = mapped_column(default=0, server_default="0")
    department: Mapped[str] = mapped_column(String(30), default="", server_default=text("''"))
    reworked: Mapped[int] = mapped_column(default=0, server_default="0")
    followed_by: Mapped[str] = mapped_column(String(30), default="", server_default=text("''"))
    end_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)

    project: Mapped[Project | None] = relationship(viewonly=True)
    home: Mapped[Home | None] = relationship(viewonly=True)
    person: Mapped[Person | None] = relationship(viewonly=True)
    assignee: Mapped[Staff | None] = relationship(viewonly=True)
    incident: Mapped[Incident | None] = relationship(viewonly=True)
    events: Mapped[list["TicketEvent"]] = relationship(order_by="(TicketEvent.at, TicketEvent.id)", viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


CALLED_AT = "coalesce(data ->> 'contact', data ->> 'speaker')"
"""The number an entry of a timeline keeps, as SQL that both databases know and keep an index by: what asks by it must
say it in these very words.
"""


class TicketEvent(Base):
    """One fact about a ticket. `once_key` makes the same fact impossible to tell twice.

    The database itself refuses to change or delete one.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (
        Index(
            "ix_ticket_event_called_at", text(CALLED_AT), sqlite_where=text(f"{CALLED_AT} IS NOT NULL"),
            postgresql_where=text(f"{CALLED_AT} IS NOT NULL"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    type: Mapped[EventType] = mapped_column(Word(EventType))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    once_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    staff: Mapped[Staff | None] = relationship(viewonly=True)


class Erasing(Base):
    """Tickets whose words are being put out of sight: only the transaction that wrote the row may, and takes it away.

    The database refuses to change what was said of any other.
    """

    __tablename__ = "erasing"
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)


class Watcher(StrEnum):
    """Why a ticket is looked at again and again: we have to keep its clocks, its owner is owed a word, or some news."""

    STAFF = "staff"
    OWNER = "owner"
    CHANGES = "changes"


class TicketWatch(Base):
    """When a watcher looks at a ticket next, unless it changes before (`seen_version`); None: not before it changes.

    `since_at`: it was there before anybody watched; what passed before then is not told afterwards.
    """

    __tablename__ = "ticket_watch"
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    watcher: Mapped[Watcher] = mapped_column(Word(Watcher), primary_key=True)
    seen_version: Mapped[int]
    look_at: Mapped[datetime | None] = mapped_column(Moment)
    since_at: Mapped[datetime | None] = mapped_column(Moment)
