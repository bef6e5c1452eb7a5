"""Group channels mirror what the watch does: lines are written with the fact, and sent after it by a job of their own.

A mirror is never proof: nothing waits for it, and nothing is read from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from base.clock import local
from base.log import mask, mask_text
from base.mirrors import Mirror
from base.queue import Lane, enqueue
from base.rows import insert
from base.wiring import settings
from directory.models import Building, Project, Staff
from oncall import words
from oncall.actions.duty import is_about_the_project
from oncall.actions.pagewords import matter_for_outsiders
from oncall.mirrormodels import MirrorNote
from oncall.mirrorwords import mirrored
from telephony.numbers import at_home
from tickets.lifecycle import IncidentState
from tickets.models import Incident, Ticket

JOB = "oncall.mirrorjobs.tell"
FRESH = timedelta(minutes=15)
"""A line older than this would only mislead: it does not go any more."""
TRIES = 3
PAUSE = timedelta(seconds=60)
"""Between two tries, and how long one may be under way."""
KEPT = timedelta(days=30)
SHOWN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """How a channel fares: when it took a line last, when one failed last and why, how many are lost since a day."""

    mirror: Mirror
    sent_at: datetime | None
    failed_at: datetime | None
    fault: str
    lost: int

    @property
    def is_failing(self) -> bool:
        """Whether the last that was tried failed."""
        return self.failed_at is not None and (self.sent_at is None or self.failed_at > self.sent_at)


def mirror_page(session: Session, ticket: Ticket, people: Sequence[Staff], *, step: int, at: datetime) -> None:
    """The channels hear whom a rung of a ticket's ladder pages, with masked numbers."""
    who = "、".join(f"{staff.name}（{at_home(mask(staff.number))}）" for staff in people)
    _mirror_ticket(session, ticket, "paged", f"paged/{ticket.id}/{step}", at=at, who=who)


def mirror_nobody(session: Session, ticket: Ticket, *, first_step: int, at: datetime) -> None:
    """They hear that a ladder is used up and nobody has answered, once in each round of it."""
    _mirror_ticket(session, ticket, "nobody", f"nobody/{ticket.id}/{first_step}", at=at)


def mirror_taken(session: Session, ticket: Ticket, by: Staff | None, *, at: datetime) -> None:
    """They hear who has taken what they were told of."""
    if _was_told(session, ticket):
        who = words.somebody(by.name if by else None, settings().mirror_language)
        _mirror_ticket(session, ticket, "taken", f"taken/{ticket.id}/{at:%y%m%d%H%M%S}", at=at, who=who)


def mirror_released(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """They hear that nobody has it any more."""
    if _was_told(session, ticket):
        _mirror_ticket(session, ticket, "released", f"released/{ticket.id}/{at:%y%m%d%H%M%S}", at=at)


def mirror_incidents(session: Session, *, at: datetime) -> None:
    """They hear of troubles that began or ended lately, whoever wrote that down; each once."""
    lately = at - FRESH
    found = session.scalars(
        select(Incident)
        .where((Incident.opened_at > lately) | (Incident.restored_at > lately))
        .order_by(Incident.id)
    )  # fmt: skip
    for incident in found:
        if incident.opened_at > lately:
            key = "incident_opened" if incident.known_end_at else "incident_without_end"
            _mirror_incident(session, incident, key, f"incident/{incident.id}/opened", at=incident.opened_at)
        if incident.state is IncidentState.RESTORED and incident.restored_at is not None:
            _mirror_incident(
                session, incident, "incident_over", f"incident/{incident.id}/over", at=incident.restored_at
            )


def claim_note(session: Session, channel: str, *, at: datetime) -> MirrorNote | None:
    """The oldest line that waits for this channel, to be tried now by nobody else; None when there is none."""
    waiting = select(MirrorNote).where(MirrorNote.channel == channel, *_waits(at)).order_by(MirrorNote.id).limit(1)
    note = session.scalar(waiting)
    if note is None:
        return None
    is_ours = session.execute(
        update(MirrorNote)
        .where(MirrorNote.id == note.id, MirrorNote.tries == note.tries)
        .values(tries=note.tries + 1, tried_at=at)
        .returning(MirrorNote.id)
    ).scalar_one_or_none()
    return note if is_ours is not None else None


def record_note(session: Session, note_id: int, fault: str, *, at: datetime) -> None:
    """What became of a try; an empty `fault`: the channel took it."""
    note = session.get(MirrorNote, note_id)
    if note is not None:
        note.fault, note.sent_at = fault, None if fault else at


def channels_waiting(session: Session, *, at: datetime) -> list[int]:
    """The places, in the settings, of the channels for which something waits."""
    waiting = set(session.scalars(select(MirrorNote.channel).where(*_waits(at)).distinct()))
    return [place for place, mirror in enumerate(settings().mirrors) if mirror.name in waiting]


def forget_notes(session: Session, *, at: datetime) -> None:
    """What was told long ago is of no use to anybody."""
    session.execute(delete(MirrorNote).where(MirrorNote.written_at < at - KEPT))


def seen(session: Session, *, at: datetime) -> list[Seen]:
    """How each channel of the settings fares, in their order."""
    return [_seen(session, mirror, at) for mirror in settings().mirrors]


def project_named(session: Session, mirror: Mirror) -> Project | None:
    """Whose channel it is; None where it is the whole house's, and where no project is called so."""
    return next((one for one in session.scalars(select(Project)) if mirror.project in _names(one)), None)


def _seen(session: Session, mirror: Mirror, at: datetime) -> Seen:
    here = MirrorNote.channel == mirror.name
    failed = session.execute(
        select(MirrorNote.tried_at, MirrorNote.fault)
        .where(here, MirrorNote.fault != "")
        .order_by(MirrorNote.tried_at.desc())
        .limit(1)
    ).first()
    lost = session.scalar(
        select(func.count()).where(
            here, MirrorNote.sent_at.is_(None), MirrorNote.written_at > at - SHOWN,
            (MirrorNote.written_at <= at - FRESH) | ((MirrorNote.tries >= TRIES) & (MirrorNote.tried_at <= at - PAUSE)),
        )
    )  # fmt: skip
    sent_at = session.scalar(select(func.max(MirrorNote.sent_at)).where(here))
    return Seen(mirror, sent_at, failed.tried_at if failed else None, failed.fault if failed else "", lost or 0)


def _waits(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        MirrorNote.sent_at.is_(None), MirrorNote.tries < TRIES, MirrorNote.written_at > at - FRESH,
        MirrorNote.tried_at.is_(None) | (MirrorNote.tried_at <= at - PAUSE),
    )  # fmt: skip


def _was_told(session: Session, ticket: Ticket) -> bool:
    told = exists().where(MirrorNote.ticket_id == ticket.id)
    return bool(settings().mirrors) and bool(session.scalar(select(told)))


def _mirror_ticket(session: Session, ticket: Ticket, key: str, once_key: str, *, at: datetime, **values: str) -> None:
    """Of a complaint about the project itself no channel hears: who reads them is not ours to know."""
    language = settings().mirror_language
    if not settings().mirrors or is_about_the_project(ticket):
        return
    values |= {"level": ticket.level.value, "ref": ticket.ref, "matter": matter_for_outsiders(ticket, language)}
    _write(session, ticket.project, ticket.id, key, once_key, at=at, **values)


def _mirror_incident(session: Session, incident: Incident, key: str, once_key: str, *, at: datetime) -> None:
    language, zone = settings().mirror_language, settings().timezone
    those = select(Building.name).where(Building.id.in_(incident.building_ids)).order_by(Building.id)
    project = (language == "en" and incident.project.name_en) or incident.project.name
    place = " ".join((project, ("、" if language != "en" else ", ").join(session.scalars(those)))).strip()
    matter = words.matter(place, words.trouble(incident.kind.value, language), language)
    end = f"{local(incident.known_end_at, zone):%m-%d %H:%M}" if incident.known_end_at else ""
    _write(session, incident.project, None, key, once_key, at=at, matter=matter, end=end)


def _write(
    session: Session, project: Project | None, ticket_id: int | None, key: str, once_key: str, *, at: datetime,
    **values: str,
) -> None:  # fmt: skip
    here = settings()
    line = mask_text(mirrored(key, here.mirror_language, time=f"{local(at, here.timezone):%H:%M}", **values))
    for place, mirror in enumerate(here.mirrors):
        if mirror.project and (project is None or mirror.project not in _names(project)):
            continue
        is_new = session.execute(
            insert(MirrorNote)
            .values(
                channel=mirror.name, once_key=once_key, ticket_id=ticket_id, line=line, written_at=at, tries=0, fault=""
            )
            .on_conflict_do_nothing(index_elements=["channel", "once_key"])
            .returning(MirrorNote.id)
        ).scalar_one_or_none()
        if is_new is not None:
            enqueue(session, Lane.BULK, JOB, place, once=True)


def _names(project: Project) -> set[str]:
    return {name.replace(" ", "") for name in (project.name, project.name_en) if name}
