"""Who is on duty: Shift, Override, Leave, Swap, Reminder, CalendarLink; how they are reached: Page, VendorCall…"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where
from directory.models import Project, Staff, Vendor
from messages.lifecycle import Way
from oncall.ladder import Post
from tickets.models import Ticket


class PageKind(StrEnum):
    """How somebody is being reached."""

    LADDER = "ladder"
    ROUTINE = "routine"
    LIVE = "live"
    HELP = "help"
    REMINDER = "reminder"


class PageState(StrEnum):
    """What became of one attempt to reach one member of staff. Only the first four words are an answer.

    `texted`: a routine page, of which nothing is in the air; it waits for an answer as long as the ticket is open.
    """

    ACKNOWLEDGED = "acknowledged"
    PASSED = "passed"
    NEEDS_HELP = "needs_help"
    TAKEN_BY_OTHER = "taken_by_other"
    TEXTED = "texted"
    CALLING = "calling"
    MISSED = "missed"


class VendorState(StrEnum):
    """What became of a call to a firm outside; `missed`: nobody there pressed a key."""

    CALLING = "calling"
    COMING = "coming"
    CANNOT = "cannot"
    MISSED = "missed"


class LeaveKind(StrEnum):
    """Why somebody is away; among colleagues only that they are."""

    ANNUAL = "annual"
    SICK = "sick"
    PERSONAL = "personal"
    IN_LIEU = "in_lieu"
    OTHER = "other"


class ReminderState(StrEnum):
    """Where the question stands whether somebody will be on duty; `dropped`: the turn is not theirs any more."""

    ASKED = "asked"
    AGAIN = "again"
    ALARMED = "alarmed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    DROPPED = "dropped"


class SwapState(StrEnum):
    """How far a swap is; only the first two still wait for somebody."""

    ASKED = "asked"
    AGREED = "agreed"
    DONE = "done"
    DECLINED = "declined"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DrillOutcome(StrEnum):
    """What became of a rehearsal; `skipped`: it did not begin, because there was something real."""

    RUNNING = "running"
    TAKEN = "taken"
    NOBODY = "nobody"
    WITHDRAWN = "withdrawn"
    SKIPPED = "skipped"


class Shift(Base):
    """Who holds which post of a project, from when until when (the end is not included)."""

    __tablename__ = "shift"
    __table_args__ = (Index("ix_shift_project_time", "project_id", "starts_at", "ends_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    post: Mapped[Post] = mapped_column(Word(Post))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    is_demo: Mapped[bool] = mapped_column(default=False)
    staff: Mapped[Staff] = relationship()
    project: Mapped[Project] = relationship()


class Override(Base):
    """Somebody else holds a post for a while (a swap); it wins over the shift beneath it, until it is withdrawn."""

    __tablename__ = "override"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    post: Mapped[Post] = mapped_column(Word(Post))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(200), default="")
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id])
    written_by: Mapped[Staff | None] = relationship(foreign_keys=[written_by_id])


def that_stand(table: type[Shift] | type[Override]) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a row of either counts: an override may be withdrawn."""
    return (Override.withdrawn_at.is_(None),) if table is Override else ()


class Leave(Base):
    """Somebody is away, whatever the rota says. Never rewritten: one that does not hold is withdrawn, and says so."""

    __tablename__ = "leave"
    __table_args__ = (Index("ix_leave_time", "ends_at", "starts_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[LeaveKind] = mapped_column(Word(LeaveKind))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(String(200), default="")
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id])
    written_by: Mapped[Staff | None] = relationship(foreign_keys=[written_by_id])


class Reminder(Base):
    """Somebody is asked, once a turn, whether they will be there. `due_at`: the next step, none once it is settled."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("project_id", "post", "staff_id", "starts_at"),
        index_where("ix_reminder_due", "due_at", where="due_at IS NOT NULL"),
        Index("ix_reminder_ends_at", "ends_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    post: Mapped[Post] = mapped_column(Word(Post))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[ReminderState] = mapped_column(Word(ReminderState))
    way: Mapped[Way] = mapped_column(Word(Way))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    alarm_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    how: Mapped[str] = mapped_column(String(20), default="")
    project: Mapped[Project] = relationship()
    staff: Mapped[Staff] = relationship()


class Swap(Base):
    """Somebody asks a colleague to take one turn; with consent, and where it is wanted approval, it is an override.

    `code` is what the colleague, and a leader, may text back.
    """

    __tablename__ = "swap"
    __table_args__ = (
        Index("ix_swap_project_time", "project_id", "starts_at"),
        Index("ix_swap_code", "code"),
        Index(
            "uq_swap_open", "project_id", "post", "asker_id", "starts_at", unique=True,
            postgresql_where=text("state IN ('asked', 'agreed')"), sqlite_where=text("state IN ('asked', 'agreed')"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    post: Mapped[Post] = mapped_column(Word(Post))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    asker_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    taker_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[SwapState] = mapped_column(Word(SwapState))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    override_id: Mapped[int | None] = mapped_column(ForeignKey("override.id"))
    code: Mapped[str] = mapped_column(String(8), default="", server_default=text("''"))
    project: Mapped[Project] = relationship()
    asker: Mapped[Staff] = relationship(foreign_keys=[asker_id])
    taker: Mapped[Staff] = relationship(foreign_keys=[taker_id])
    decided_by: Mapped[Staff | None] = relationship(foreign_keys=[decided_by_id])


class CalendarLink(Base):
    """The secret address at which somebody's own shifts are read as a calendar. Only the hash of the secret is kept."""

    __tablename__ = "calendar_link"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    staff: Mapped[Staff] = relationship()


class Page(Base):
    """One attempt to reach one member of staff about one ticket; `code` is what they may text back.

    `step` is the rung of the ladder (negative for live rings; for calls for help, and for reminders to whoever took
    it, their count); the quiet ladder's pages are `routine`: a text and no call.
    A ticket that is reopened, or goes to another desk, counts on in the next
    thousand. A live ring is over at `rings_until_at`, whatever became of it; `joined_at` says that the person pressed
    1 there and spoke with the caller, and nothing else says so; `parted_at` is when the caller's line to it was closed,
    after a talk or without one. `call_due_at` is set while a page's call waits for a live ring of the same person to
    be over, or to be made once more.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "step", "staff_id"),
        Index("ix_page_staff_state", "staff_id", "state"),
        index_where("ix_page_calling", "ticket_id", where="state = 'calling'"),
        index_where("ix_page_joined", "joined_at", where="joined_at IS NOT NULL"),
        index_where("ix_page_live", "paged_at", where="kind = 'live'"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[PageKind] = mapped_column(Word(PageKind))
    step: Mapped[int]
    code: Mapped[str] = mapped_column(String(8), default="")
    state: Mapped[PageState] = mapped_column(Word(PageState), default=PageState.CALLING)
    how: Mapped[str] = mapped_column(String(20), default="")
    paged_at: Mapped[datetime] = mapped_column(Moment)
    rings_until_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    joined_at: Mapped[datetime | None] = mapped_column(Moment)
    parted_at: Mapped[datetime | None] = mapped_column(Moment)
    call_due_at: Mapped[datetime | None] = mapped_column(Moment)
    ticket: Mapped[Ticket] = relationship()
    staff: Mapped[Staff] = relationship()


class Drill(Base):
    """A rehearsal of an emergency in a project. `once_key` makes the same one of the schedule impossible twice."""

    __tablename__ = "drill"
    __table_args__ = (index_where("ix_drill_running", "project_id", where="outcome = 'running'"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    once_key: Mapped[str] = mapped_column(String(60), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    outcome: Mapped[DrillOutcome] = mapped_column(Word(DrillOutcome))
    started_at: Mapped[datetime] = mapped_column(Moment)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    project: Mapped[Project] = relationship()
    taken_by: Mapped[Staff | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()


class VendorCall(Base):
    """One call to a firm outside about a ticket, made on rung `step`. Their answer never stands for one of us."""

    __tablename__ = "vendor_call"
    __table_args__ = (
        UniqueConstraint("ticket_id", "vendor_id", "step"),
        index_where("ix_vendor_call_calling", "ticket_id", where="state = 'calling'"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    step: Mapped[int]
    state: Mapped[VendorState] = mapped_column(Word(VendorState), default=VendorState.CALLING)
    called_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ticket: Mapped[Ticket] = relationship()
    vendor: Mapped[Vendor] = relationship()
