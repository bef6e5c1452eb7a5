"""The page of a technician's day: one job fills the screen, with one big next step."""

from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from base.wiring import settings
from console.board import Group, Row
from console.case import Case, read_case, tag_of
from console.day import Day, day_of, more_urgent
from console.result import AnswerToOwner, answer_to_owner
from console.scope import visible
from console.staff import Me
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class DayPage:
    """A day with its job as the ticket page knows it; `urgent`: danger to life that comes before it.

    `is_gone`: the job that filled the screen is over, or another's.
    """

    day: Day
    case: Case | None
    answer: AnswerToOwner | None
    urgent: Row | None
    is_gone: bool


def is_day(me: Me) -> bool:
    """Whether `me` sees their day: a technician, unless they asked for the board."""
    return me.role is Role.TECHNICIAN and not {"show", "project"} & request.args.keys()


def wanted() -> str:
    """The job that is to stay on the screen; empty: the most urgent."""
    return request.args.get("job", "")[:20]


def after_press(ref: str, *, is_over: bool = False) -> str:
    """Where a press on ticket `ref` leads back to: its page, or the day it was made on, and once it `is_over` to
    the next job there.
    """
    if request.form.get("from") == "day":
        return url_for("console.desk", job=None if is_over else ref)
    return url_for("console.ticket", ref=ref)


def job_tag(session: Session, me: Me, ref: str, language: str, *, at: datetime) -> str:
    """Changes when anything about the job `ref` does; empty where it is not theirs to see."""
    found = session.scalar(select(Ticket).where(Ticket.ref == ref, visible(me)))
    return tag_of(session, found, language, at=at) if found is not None else ""


def read_day(session: Session, me: Me, groups: list[Group], *, at: datetime, language: str) -> DayPage:
    """The day of `me` among what the board shows."""
    rows = [row for group in groups for row in group.rows]
    day = day_of(rows, me.id, wanted=wanted(), at=at, zone=settings().timezone)
    ticket = session.scalar(select(Ticket).where(Ticket.ref == day.job.ref)) if day.job else None
    if ticket is None:
        return DayPage(day, None, None, more_urgent(day), is_gone=bool(wanted()))
    case = read_case(session, ticket, me, at=at, language=language)
    answer = answer_to_owner(session, ticket, "", at=at, language=language)
    return DayPage(day, case, answer, more_urgent(day), is_gone=False)
