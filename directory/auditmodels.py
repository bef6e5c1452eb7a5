"""Audit: what is kept on record of what was done, by whom, to what, and why."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word
from directory.models import Staff


class AuditWhat(StrEnum):
    """What is kept on record: what touches somebody's privacy, who came in, and what changes what the house does."""

    REVEAL = "reveal"
    CONSENT = "consent"
    LEFT = "left"
    CAME_BACK = "came_back"
    BEREAVED = "bereaved"
    CONSOLED = "consoled"
    LOGGED_IN = "logged_in"
    LOG_IN_REFUSED = "log_in_refused"
    LOGGED_OUT = "logged_out"
    SESSION_ENDED = "session_ended"
    PASSWORD = "password"  # noqa: S105  a word, not one
    SECOND_STEP = "second_step"
    TOKEN = "token"  # noqa: S105  a word, not one
    EXPORTED = "exported"
    APPROVED = "approved"
    RETURNED = "returned"
    STOPPED = "stopped"
    RESUMED = "resumed"
    CHANGED_DAY = "changed_day"
    TEMPLATE = "template"
    MENU = "menu"
    QUESTIONNAIRE = "questionnaire"
    QUESTIONS_RETIRED = "questions_retired"
    QUESTIONS_BACK = "questions_back"
    WEBHOOK = "webhook"
    VENDOR = "vendor"
    ROTA = "rota"
    ROSTER = "roster"
    LISTENED = "listened"
    GIVEN = "given"
    FORGOTTEN = "forgotten"
    JOB_AGAIN = "job_again"
    JOB_FORGOTTEN = "job_forgotten"
    STAFF = "staff"
    PROJECT = "project"
    PROMPT = "prompt"
    SKILLS = "skills"
    LEAVE = "leave"
    CONTACT_PLAN = "contact_plan"
    PAGES = "pages"
    ROSTER_DROPPED = "roster_dropped"


class Audit(Base):
    """One thing that was done: who (None: a command, or nobody known), what, to what (`person:12`), why, from where.

    `project_id` is whose it was, else that of who did it. The database refuses to change a row, and to delete one
    that is younger than a year.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_project", "project_id", "id"),
        Index("ix_audit_staff", "staff_id", "id"),
        Index("ix_audit_what", "what", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    what: Mapped[AuditWhat] = mapped_column(Word(AuditWhat))
    about: Mapped[str] = mapped_column(String(60), index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    address: Mapped[str] = mapped_column(String(45), default="", server_default=text("''"))
    staff: Mapped[Staff | None] = relationship()
