"""Somebody says whether an all-clear is true where they live; a no becomes a ticket under the incident."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.queue import Lane, enqueue
from base.wiring import settings
from directory import actions as directory
from directory.models import Home
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.actions.opening import open_ticket, open_wish
from outreach.actions.spotasking import about, lock
from outreach.replies import SurveyAnswer
from outreach.spotchecks import TEXT_LIVES, YES, SpotState, rules_of_the_house
from outreach.surveymodels import IncidentSample
from tickets.actions import TicketDraft, doubting, incidents
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, Incident, Ticket
from tickets.promises import when

WAITED_FOR = (SpotState.PLANNED, SpotState.OPEN, SpotState.UNANSWERED)
NOT_RESTORED = "not_restored"
"""Why such a ticket was opened: they were told that it is over, and it is not."""
WANTS_PERSON = "check_person"
"""Why such a ticket was opened: asked whether it is over, they wanted a person."""


def can_be_answered(sample: IncidentSample) -> bool:
    """Whether it has been put, and is not answered."""
    return sample.asked_at is not None and sample.state in WAITED_FOR


def take_by_text(session: Session, sample: IncidentSample, said: SurveyAnswer, *, at: datetime) -> bool:
    """Take what a text says to it, and say that it came where it becomes a ticket. False: it was answered before."""
    if not can_be_answered(sample):
        return False
    ticket = take(session, sample.id, said.key, at=at, words=said.comment)
    if ticket is not None:
        _receipt(session, sample, ticket, at)
    return True


def take(session: Session, sample_id: int, key: str, *, at: datetime, words: str = "") -> Ticket | None:
    """Write the answer down, once; after a no the ticket about it, the same one if asked again."""
    sample = lock(session, sample_id)
    if sample is None:
        return None
    if not can_be_answered(sample):
        return session.get(Ticket, sample.ticket_id) if sample.ticket_id is not None else None
    messages.cancel(session, about=about(sample), at=at)
    sample.state, sample.key = SpotState.YES if key == YES else SpotState.NO, key
    sample.answered_at = sample.ended_at = at
    sample.due_at, sample.reason = None, ""
    ticket = _ticket(session, sample, words, at) if sample.state is SpotState.NO else None
    if ticket is not None:
        sample.ticket_id = ticket.id
    session.flush()
    return ticket


def wants_person(session: Session, sample_id: int, *, at: datetime) -> Ticket | None:
    """They want a person: that is a ticket of its own, the same one if asked again. They are not rung about it again;
    what they still text is taken. None where there is none such.
    """
    sample = lock(session, sample_id)
    if sample is None:
        return None
    if sample.state in {SpotState.PLANNED, SpotState.OPEN}:
        messages.cancel(session, about=about(sample), at=at)
        sample.state, sample.reason = SpotState.UNANSWERED, WANTS_PERSON
        sample.ended_at, sample.due_at = at, None
    home = session.get(Home, sample.home_id) if sample.home_id is not None else None
    return open_wish(
        session, number=sample.number, language=sample.language, channel=Channel.SURVEY, home=home,
        project_id=incidents.incident_by_id(session, sample.incident_id).project_id,
        reason=WANTS_PERSON, once_key=f"sample/{sample.id}/person", at=at,
    )  # fmt: skip


def late_at(session: Session, number: str, *, at: datetime, letter: str = "") -> IncidentSample | None:
    """The question this number, under this letter if one is given, did not answer in time: for a day more it may."""
    query = (
        select(IncidentSample)
        .where(
            IncidentSample.number == number, IncidentSample.state.in_(WAITED_FOR),
            IncidentSample.asked_at > at - 2 * TEXT_LIVES,
        )
        .order_by(IncidentSample.asked_at.desc(), IncidentSample.id.desc())
        .limit(1)
    )  # fmt: skip
    return session.scalar(query.where(IncidentSample.letter == letter) if letter else query)


def _ticket(session: Session, sample: IncidentSample, words: str, at: datetime) -> Ticket:
    """A repair under the incident; where one about it is open already, one more line on that.

    A ticket of another project, about whichever home, is a matter of that project: it stays as it is.
    """
    incident = incidents.incident_by_id(session, sample.incident_id)
    home = session.get(Home, sample.home_id) if sample.home_id is not None else None
    category, once_key = rules_of_the_house().categories[incident.kind.value], f"sample/{sample.id}/no"
    others = _others(session, incident, home, category)
    known = tickets.actions.open_matter(
        session, caller_number=sample.number, home_id=sample.home_id, project_id=incident.project_id,
        category=category, kind=Kind.REPAIR, at=at,
    )  # fmt: skip
    if known is not None and known.project_id in {None, incident.project_id}:
        tickets.actions.lock(session, *others, known.id)
        tickets.actions.add_event(
            session, known.id, EventType.CALLED_AGAIN, at=at, text=words,
            data={"channel": Channel.SURVEY.value, "reason": NOT_RESTORED}, once_key=once_key,
        )  # fmt: skip
        incidents.attach(session, incident.id, known.id, by_id=None, at=at)
        return _doubted(session, incident, home, known, [id for id in others if id != known.id], at)
    tickets.actions.lock(session, *others)
    draft = TicketDraft(
        kind=Kind.REPAIR, category=category, channel=Channel.SURVEY, project_id=incident.project_id,
        home_id=sample.home_id, place=directory.place_of(home) if home is not None else "",
        caller_number=sample.number, language=sample.language, summary=words, told={"reason": NOT_RESTORED},
    )  # fmt: skip
    ticket = open_ticket(session, draft, at=at, once_key=once_key)
    if ticket.incident_id is None:  # it may be part of the trouble already that it became anew
        incidents.attach(session, incident.id, ticket.id, by_id=None, at=at)
    return _doubted(session, incident, home, ticket, others, at)


def _others(session: Session, incident: Incident, home: Home | None, category: str) -> Sequence[int]:
    """Tickets of the same building that say as well that it is not over."""
    if home is None:
        return []
    said_no = select(IncidentSample.ticket_id).where(
        IncidentSample.incident_id == incident.id, IncidentSample.state == SpotState.NO,
        IncidentSample.ticket_id.is_not(None),
    )  # fmt: skip
    told = [id for id in session.scalars(said_no) if id is not None]
    return doubting.witnesses(session, incident, home, category, told=told)


def _doubted(
    session: Session, incident: Incident, home: Home | None, ticket: Ticket, others: Sequence[int], at: datetime
) -> Ticket:
    """Where a second home of the building says so, whoever is on duty is woken now, once for all of them."""
    if home is None:
        return ticket
    needed = rules_of_the_house().doubted
    group = doubting.doubt(session, incident, home, ticket, others, needed=needed, at=at)
    if group is not None:
        enqueue(session, Lane.URGENT, "oncall.jobs.climb", group.leader_id)
        enqueue(session, Lane.URGENT, "oncall.jobs.mind_groups")
    return ticket


def _receipt(session: Session, sample: IncidentSample, ticket: Ticket, at: datetime) -> None:
    """Whoever texts that it is not over gets the number of the ticket, once."""
    promise = tickets.actions.promise_of(session, ticket, at=at)
    promised = when(promise, sample.language, at=at, zone=settings().timezone)
    messages.plan_text(
        session, number=sample.number, message_class=MessageClass.SERVICE,
        body=say("receipt_repair", sample.language, ref=ticket.ref, time=promised, hotline=settings().hotline_said),
        once_key=f"sample/{sample.id}/receipt", about=f"ticket:{ticket.id}", at=at, language=sample.language,
        is_demo=sample.is_demo,
    )  # fmt: skip
