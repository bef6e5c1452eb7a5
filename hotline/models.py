"""Call, CallEvent, Recording: a call and what happened; RingBack, Waiting: who is owed one, who waits.

ThroughCall: whom we ring through the hotline; Photo: what a ticket shows; MenuEdition, MenuPublication: what is heard.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where, tail_of
from directory.models import Home, Person, Project, Staff
from hotline.ringback import RingBackState, RingBackWhy
from hotline.through import ThroughState, Whom
from hotline.waitingline import LeftHow
from tickets.models import Ticket


class RecordingState(StrEnum):
    """Where a recording is."""

    EXPECTED = "expected"
    AT_CARRIER = "at_carrier"
    KEPT = "kept"
    ABSENT = "absent"
    TO_GO = "to_go"
    DELETED = "deleted"


class Call(Base):
    """One call to the hotline. `intake` is what it has told us so far; `steps` how many answers we gave.

    `menu_key` is that of the menus it began with and keeps; empty: those of the release. A withheld caller has no
    `from_number`: sentinels are never stored.
    """

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_from_tail", text(tail_of("from_number"))),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(40), unique=True)
    from_number: Mapped[str | None] = mapped_column(String(20), index=True)
    to_number: Mapped[str] = mapped_column(String(20))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="zh")
    began_at: Mapped[datetime] = mapped_column(Moment, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    status: Mapped[str] = mapped_column(String(20), default="ringing")
    steps: Mapped[int] = mapped_column(default=0)
    intake: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    menu_key: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    project: Mapped[Project | None] = relationship(viewonly=True)
    home: Mapped[Home | None] = relationship(viewonly=True)
    person: Mapped[Person | None] = relationship(viewonly=True)
    staff: Mapped[Staff | None] = relationship(viewonly=True)
    ticket: Mapped[Ticket | None] = relationship(viewonly=True)


class CallEvent(Base):
    """One step of a call: what came (`heard`), and the very answer we gave, to give again if asked twice."""

    __tablename__ = "call_event"
    __table_args__ = (UniqueConstraint("call_id", "step"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    step: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    menu_step: Mapped[str] = mapped_column(String(40), default="")
    heard: Mapped[str] = mapped_column(String(200), default="")
    answer: Mapped[str] = mapped_column(Text, default="")


class Recording(Base):
    """Something said after the beep. `path` is inside the recordings folder, once it is ours.

    `call_id` is None where we had called, to ask how it was. `forgotten_at`: deleted at the carrier, where it would
    stay for ever, once we hold it. `transcript` is what a machine made of it, empty where it understood nothing; None:
    it was not asked.
    """

    __tablename__ = "recording"
    __table_args__ = (
        index_where("ix_recording_twice", "made_at", where="state = 'kept' AND forgotten_at IS NULL"),
        index_where("ix_recording_unread", "made_at", where="state = 'kept' AND transcript IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    sid: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[RecordingState] = mapped_column(Word(RecordingState), default=RecordingState.EXPECTED)
    duration_s: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(Moment)
    forgotten_at: Mapped[datetime | None] = mapped_column(Moment)
    transcript: Mapped[str | None] = mapped_column(Text)
    call: Mapped[Call | None] = relationship(viewonly=True)


class RingBack(Base):
    """A call we owe somebody who did not reach anybody, about one ticket. One of a number and a desk is open at a time.

    `calls` is how often they called since, the last time in `last_call_id`. `taken_by` has it, or, while it is owed
    (again), had it last. `rings` counts how often a telephone of ours rang, that of `rung_by` last; `tried` is the last
    ring that is known to have been in vain. `owner_rings` counts the rings in which theirs rang too, `owner_ring` is
    the last of those; `owner_rung_at` stands while the two may be talking. `told_at` says that a supervisor heard it
    is late.
    """

    __tablename__ = "ring_back"
    __table_args__ = (
        index_where("ix_ring_back_open", "number", where="settled_at IS NULL"),
        index_where("ix_ring_back_due", "due_at", where="settled_at IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    last_call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    why: Mapped[RingBackWhy] = mapped_column(Word(RingBackWhy))
    state: Mapped[RingBackState] = mapped_column(Word(RingBackState), default=RingBackState.OWED)
    calls: Mapped[int] = mapped_column(default=1)
    owed_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    rings: Mapped[int] = mapped_column(default=0)
    rung_at: Mapped[datetime | None] = mapped_column(Moment)
    rung_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    owner_rings: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    owner_ring: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    owner_rung_at: Mapped[datetime | None] = mapped_column(Moment)
    tried: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    call: Mapped[Call] = relationship(viewonly=True)
    ticket: Mapped[Ticket] = relationship(viewonly=True)
    taken_by: Mapped[Staff | None] = relationship(foreign_keys=taken_by_id, viewonly=True)


class ThroughCall(Base):
    """One of us rings a caller, or a firm outside, through the hotline: their own telephone first, then `number`.

    `firm` is the firm's name; empty: it goes to whoever reported the ticket. `talked_s` is how long they talked.
    """

    __tablename__ = "through_call"
    __table_args__ = (
        Index("ix_through_call_staff_id_asked_at", "staff_id", "asked_at"),
        index_where("ix_through_call_on", "asked_at", where="over_at IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    whom: Mapped[Whom] = mapped_column(Word(Whom))
    firm: Mapped[str] = mapped_column(String(80), default="")
    number: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[ThroughState] = mapped_column(Word(ThroughState), default=ThroughState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    put_through_at: Mapped[datetime | None] = mapped_column(Moment)
    over_at: Mapped[datetime | None] = mapped_column(Moment)
    talked_s: Mapped[int] = mapped_column(default=0)
    ticket: Mapped[Ticket] = relationship(viewonly=True)
    staff: Mapped[Staff] = relationship(viewonly=True)


class Photo(Base):
    """A photograph of a ticket. `path` is its name on the shelf of the recordings, empty once its time is over.

    `is_to_go`: nobody sees it from now on, and its file is deleted within the hour.
    """

    __tablename__ = "photo"
    __table_args__ = (index_where("ix_photo_kept", "taken_in_at", where="path <> ''"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    taken_in_at: Mapped[datetime] = mapped_column(Moment)
    is_to_go: Mapped[bool] = mapped_column(default=False, server_default=false())


class Waiting(Base):
    """A caller in the line for a person: one a call. `rank` and `since_at` say who comes before whom.

    `wants` are the people who could speak with them, first to ring first, as of `seen_at`, when they were last heard
    of; `rounds` counts how often they were spoken to in the line. `is_ringing`: somebody's telephone rings for them
    now. `how` it ended, once they have left.
    """

    __tablename__ = "waiting"
    __table_args__ = (index_where("ix_waiting_line", "seen_at", where="left_at IS NULL"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    rank: Mapped[int]
    since_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    wants: Mapped[list[int]] = mapped_column(JSON, default=list)
    rounds: Mapped[int] = mapped_column(default=0)
    is_ringing: Mapped[bool] = mapped_column(default=False)
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    how: Mapped[LeftHow | None] = mapped_column(Word(LeftHow))


class MenuEdition(Base):
    """A set of menu files as somebody wrote it. Its files never change: calls may have begun with them.

    `key` is the fingerprint of its files, by name their text: the same files are the same edition. `written_at` is when
    a draft was written last, upon what held then.
    """

    __tablename__ = "menu_edition"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    author: Mapped[Staff] = relationship(viewonly=True)


class MenuPublication(Base):
    """From `published_at` on new calls hear this edition; without one, the menus of the release.

    `after_id` is the publication it took the place of, 0 for the first: of two at once, one finds it taken.
    """

    __tablename__ = "menu_publication"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("menu_edition.id"))
    after_id: Mapped[int] = mapped_column(unique=True)
    publisher_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime] = mapped_column(Moment)
    edition: Mapped[MenuEdition | None] = relationship(viewonly=True)
    publisher: Mapped[Staff] = relationship(viewonly=True)
