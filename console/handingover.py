"""At a change of shift whoever comes on duty gets the short form of the hand-over sheet, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import local
from base.wiring import settings
from console import facts
from console.board import Row
from console.facts import project_name
from console.words import say
from directory.models import Project, Staff
from hotline.actions import ringbacks
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.models import Message
from oncall.actions.duty import held
from oncall.actions.paging import AFTER_PAGES
from oncall.ladder import Post
from oncall.rota import Turn
from tickets.lifecycle import HEADQUARTERS, MOVING, IncidentState, Level
from tickets.models import Incident, Ticket
from tickets.triage import wakes

WITHIN = timedelta(minutes=30)
"""Later than this after the change they have seen for themselves, or were told."""
LIVES = timedelta(hours=2)
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody takes the first post of a project over; `before` is who held it, None after a gap."""

    project_id: int
    turn: Turn
    before: int | None

    @property
    def once_key(self) -> str:
        """The change, as the ledger keeps it."""
        return f"handover/{self.project_id}/{self.turn.starts_at:%Y%m%d%H%M}/{self.turn.staff_id}"


def changes(session: Session, *, at: datetime) -> list[Change]:
    """The changes of shift of the last minutes about which nobody was told yet."""
    if settings().handover_texts == "never":
        return []
    found = [
        change
        for project_id in session.scalars(select(Project.id).order_by(Project.id))
        for change in _changes_of(project_id, held(session, project_id, at - WITHIN, at), at)
    ]
    told = set(session.scalars(select(Message.once_key).where(Message.once_key.in_([one.once_key for one in found]))))
    return [one for one in found if one.once_key not in told]


def text_for(session: Session, change: Change, *, at: datetime) -> str:
    """What they are told; empty where nothing is handed over and the house does not want that said."""
    staff, project = session.get_one(Staff, change.turn.staff_id), session.get_one(Project, change.project_id)
    parts = _parts(session, project, change.turn, at, staff.language)
    if not parts and settings().handover_texts != "always":
        return ""
    before = session.get(Staff, change.before) if change.before is not None else None
    head = say(
        "handover.text.from" if before else "handover.text", staff.language,
        project=project_name(project, staff.language), who=before.name if before else "",
    )  # fmt: skip
    return head + (say("handover.text.and", staff.language).join(parts) or say("handover.quiet", staff.language))


def tell(session: Session, change: Change, body: str, *, at: datetime) -> None:
    """One text a change to whoever comes on duty; twice changes nothing."""
    staff = session.get_one(Staff, change.turn.staff_id)
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF, body=body, once_key=change.once_key, about="",
        at=at, valid_until_at=at + LIVES, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
    )  # fmt: skip


def _changes_of(project_id: int, turns: list[Turn], at: datetime) -> list[Change]:
    first = [turn for turn in turns if turn.post is Post.FIRST]
    found = []
    for turn in first:
        ended = [one.staff_id for one in first if one.ends_at == turn.starts_at]
        if at - WITHIN < turn.starts_at <= at < turn.ends_at and turn.staff_id not in ended:
            found.append(Change(project_id, turn, ended[0] if ended else None))
    return found


def _parts(session: Session, project: Project, turn: Turn, at: datetime, language: str) -> list[str]:
    """Emergencies still open, promises due before the turn ends, calls to return: of the whole project."""
    is_owed = ringbacks.is_owed()
    here = (
        Ticket.project_id == project.id, Ticket.owner_desk != HEADQUARTERS, ~Ticket.is_drill,
        Ticket.status.in_(MOVING), Ticket.opened_at <= turn.starts_at, ~is_owed,
    )  # fmt: skip
    rows = facts.due_rows(session, *here, at=at, language=language, many_projects=False)
    waking = {level for level in Level if wakes(level)}
    dangers = [f"{row.ref} {row.where} {row.what}".replace("  ", " ") for row in rows if row.level in waking]
    due = [row.ref for row in rows if row.level not in waking and _is_due(row, turn)]
    ends = session.scalars(
        select(Incident.known_end_at)
        .where(Incident.project_id == project.id, Incident.state == IncidentState.OPEN)
        .where(Incident.known_end_at <= turn.ends_at)
        .order_by(Incident.known_end_at)
    ).all()
    owed, _late = ringbacks.counts(session, Ticket.project_id == project.id, Ticket.owner_desk != HEADQUARTERS, at=at)
    times = [f"{local(end, settings().timezone):%H:%M}" for end in ends if end is not None]
    found = {"dangers": dangers, "due": due, "ends": times}
    parts = [
        say(f"handover.text.{name}", language, n=len(those), which=_few(those, language))
        for name, those in found.items()
        if those
    ]
    return [*parts, say("handover.text.owed", language, n=owed)] if owed else parts


def _is_due(row: Row, turn: Turn) -> bool:
    clock = row.clock
    return clock is not None and clock.met_at is None and clock.due_at is not None and clock.due_at <= turn.ends_at


def _few(those: list[str], language: str) -> str:
    comma = ", " if language == "en" else "、"
    return comma.join(those[:MOST_NAMED]) + (" …" if len(those) > MOST_NAMED else "")
