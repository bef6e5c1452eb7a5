"""The report of the night goes by mail, once a morning, to those who asked for it."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from base.access import Role
from base.clock import local, now
from base.database import reading, transaction
from base.rows import insert
from base.wiring import settings
from console.reports.models import MailState, MorningMail
from console.reports.night import heading, lines, night
from console.reports.post import Handed, Posted, post
from console.staff import Me
from console.words import say

LASTS = timedelta(hours=3)
"""So long after its time the report is still worth sending."""
AGAIN = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
"""Whoever has been sending for longer died meanwhile: it may have gone."""
SEES_ALL = Me(0, "", Role.SUPERVISOR, None, "zh", "")
"""Through whose eyes it is written: of all projects, without what was said to the general manager alone."""


def due_day(at: datetime) -> date | None:
    """Of which day the report should be out at `at`; None outside its hours, and where nobody wants it."""
    there = local(at, settings().timezone)
    goes_at = there.replace(hour=0, minute=0, second=0, microsecond=0)
    clock = time.fromisoformat(settings().morning_mail_at)
    goes_at = goes_at.replace(hour=clock.hour, minute=clock.minute)
    return there.date() if settings().morning_readers and goes_at <= there < goes_at + LASTS else None


def send_due() -> None:
    """Send it, if it is due and nobody did: claimed first in a transaction of its own, and sent with none held."""
    at = now()
    if (day := due_day(at)) is None or (server := settings().mail_server) is None:
        return
    words = settings().morning_mail_language
    with reading() as session:
        if not may_go(session, day, at=at):
            return
        found = night(session, SEES_ALL, day, at=at, words=words)
    body = [f"{heading(found, words)}\n"]
    for sentence, each in lines(found, words, with_homes=False):  # a mail is passed on
        body += [sentence, *(f"  {' '.join(part for part in parts if part)}" for parts in each)]
    body += ["", f"{settings().address}/reports/night?day={day}"]
    subject = say("report.night.subject" if not found.is_quiet else "report.night.subject.quiet", words, day=str(day))
    with transaction() as session:
        if not claim(session, day, at=at):
            return
        told = session.scalars(select(MorningMail.told).where(MorningMail.day == day)).one()
    to = [one for one in settings().morning_readers if fingerprint(one) not in told]
    handed = post(server, to, subject, "\n".join(body), id=f"night-{day}") if to else Handed(Posted.SENT)
    with transaction() as session:
        record(session, day, handed, told, at=now())


def may_go(session: Session, day: date, *, at: datetime) -> bool:
    """Whether there is anything to do about a report: it has not gone, nor may it have, nor does it rest."""
    known = session.get(MorningMail, day)
    if known is None or known.state is MailState.SENDING:
        return True
    return known.state is MailState.REFUSED and known.due_at is not None and known.due_at <= at


def claim(session: Session, day: date, *, at: datetime) -> bool:
    """Whether this report is ours to send now. One that somebody began and did not end is never sent again."""
    first = insert(MorningMail).values(day=day, state=MailState.SENDING, tries=1, tried_at=at, fault="")
    began = first.on_conflict_do_nothing(index_elements=[MorningMail.day]).returning(MorningMail.day)
    if session.scalar(began) is not None:
        return True
    of_day = MorningMail.day == day
    session.execute(
        update(MorningMail).where(of_day, MorningMail.state == MailState.SENDING, MorningMail.tried_at < at - LEASE)
        .values(state=MailState.UNSURE, fault="died")
    )  # fmt: skip
    again = (
        update(MorningMail).where(of_day, MorningMail.state == MailState.REFUSED, MorningMail.due_at <= at)
        .values(state=MailState.SENDING, tries=MorningMail.tries + 1, tried_at=at, due_at=None)
    )  # fmt: skip
    return session.scalar(again.returning(MorningMail.day)) is not None


def fingerprint(address: str) -> str:
    """By what an address is known again: it is nobody's business here whose it is."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def record(session: Session, day: date, handed: Handed, told: Sequence[str], *, at: datetime) -> None:
    """Keep what became of it, and who has it beside those who were `told` before; what was refused is tried again after
    a while, with the others only.
    """
    state = MailState(handed.became.value)
    session.execute(
        update(MorningMail).where(MorningMail.day == day, MorningMail.state == MailState.SENDING)
        .values(
            state=state, fault=handed.fault[:60], due_at=at + AGAIN if state is MailState.REFUSED else None,
            told=[*told, *map(fingerprint, handed.to)],
        )
    )  # fmt: skip
