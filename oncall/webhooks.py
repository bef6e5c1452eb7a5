"""The carrier's door: the spoken page and the whisper, and the keys pressed on them.

Everything a step needs stands in its address, so the same webhook twice gets the same answer.
"""

from dataclasses import replace
from typing import Any

from flask import request
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.ids import LARGEST_ID
from base.rows import row_of
from directory.models import Language, Staff
from messages import actions as messages
from messages.lifecycle import Way
from oncall import actions, spokenwords, words
from oncall.actions import Answered, Gone, PassedOn, Taken, TakenBefore
from oncall.actions.paging import sent
from oncall.models import Page, PageKind, PageState
from telephony.brought import count_of, keys_pressed, patience
from telephony.door import voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Join, Say, Step, spoken_digits
from tickets.lifecycle import MOVING, Kind, Status
from tickets.models import Ticket

door = voice_door("oncall", __name__, rings_duty=False)

PAGE_TIMES = 10
"""Silences, and wrong keys, until a page ends, about two minutes: a voicemail must not listen for ever."""
WHISPER_TIMES = 2
WAIT_S = 6

OVER = (spokenwords.spoken("over", "zh"), spokenwords.spoken("over", "en"))


@door.post("/voice/page/<int:page_id>")
@guarded_by(Guard.SIGNED)
def page_is_answered(page_id: int) -> Any:
    """Somebody, or something, picked up: say what it is about until a key is pressed."""
    with reading() as session:
        page = _page(session, page_id)
        if page is None:
            return End(OVER)
        return _already(page) or _ask(page)


@door.post("/voice/page/<int:page_id>/key")
@guarded_by(Guard.SIGNED)
def key_is_pressed(page_id: int) -> Any:
    """1 takes it, 2 passes it on, 3 takes it and asks for help; silence and other keys hear it again."""
    key = keys_pressed()
    with transaction() as session:
        page = _page(session, page_id)
        if page is None:
            return End(OVER)
        choices = ("1", "2") if page.kind is PageKind.HELP else ("1", "2", "3")
        if key in choices:
            _heard(session, page)
            return _spoken(_answer(session, page, key), page, key)
        return _ask(page, patience(PAGE_TIMES).after(key), key)


@door.post("/voice/whisper/<int:page_id>")
@guarded_by(Guard.SIGNED)
def whisper_is_heard(page_id: int) -> Any:
    """A telephone rung for a caller on the line was picked up: say who is waiting."""
    with transaction() as session:
        page = actions.picked_up(session, page_id, at=now()) if page_id <= LARGEST_ID else None
        if page is None or not page.staff.is_active:
            return End(OVER)
        return _too_late(page) if actions.is_too_late(session, page_id) else _whisper(session, page, 1)


@door.post("/voice/whisper/<int:page_id>/key")
@guarded_by(Guard.SIGNED)
def whisper_is_answered(page_id: int) -> Any:
    """1 joins the two; anything else leaves the caller to the next person."""
    key = keys_pressed()
    with transaction() as session:
        page = _page(session, page_id)
        if page is None or not page.staff.is_active:
            return End(OVER)  # who has left meanwhile: the caller goes on to the next
        if key == "1":
            tickets.actions.get(session, page.ticket_id)  # of two who press at once, one is first
            if actions.is_too_late(session, page.id):
                return _too_late(page)
            if (quicker := actions.speaks_with(session, page.id)) is not None:
                actions.ring_over(session, page.id, at=now())
                return End((spokenwords.spoken("taken_before", page.staff.language, by=quicker.name),))
            return _joined(actions.accept(session, page.id, at=now()), page.staff)
        times = _times()
        if key == "" and times < WHISPER_TIMES:
            actions.picked_up(session, page.id, at=now())
            return _whisper(session, page, times + 1)
        actions.ring_over(session, page.id, at=now())
        return End()


@door.post("/voice/put-through/<int:ticket_id>/<int:staff_id>")
@guarded_by(Guard.SIGNED)
def put_through_is_heard(ticket_id: int, staff_id: int) -> Any:
    """One of several telephones that rang for somebody whom we called was picked up: say who wants a person.

    Who has left meanwhile is not asked, but has silenced those who rang with them.
    """
    with transaction() as session:
        ticket, staff = row_of(session, Ticket, ticket_id), row_of(session, Staff, staff_id)
        if ticket is None or staff is None:
            return End(OVER)
        actions.picked_up_ours(session, ticket, staff, request.form.get("CallSid", ""), at=now())
        return _whisper_of_ours(ticket, staff, 1) if staff.is_active else End(OVER)


@door.post("/voice/put-through/<int:ticket_id>/<int:staff_id>/key")
@guarded_by(Guard.SIGNED)
def put_through_is_answered(ticket_id: int, staff_id: int) -> Any:
    """1 joins the two, and the ticket is theirs unless somebody was first; anything else leaves whoever wants a person
    to the others, whom the carrier has silenced for the first who picks up.
    """
    key, times = keys_pressed(), _times()
    with transaction() as session:
        ticket, staff = _rung(session, ticket_id, staff_id)
        if ticket is None or staff is None:
            return End(OVER)
        if key == "1":
            return _joined(actions.take_ticket(session, ticket.id, staff.id, how="whisper", at=now()), staff)
        return _whisper_of_ours(ticket, staff, times + 1) if key == "" and times < WHISPER_TIMES else End()


def _rung(session: Session, ticket_id: int, staff_id: int) -> tuple[Ticket | None, Staff | None]:
    """What they were rung about, and who: nobody who has left meanwhile."""
    staff = row_of(session, Staff, staff_id)
    return row_of(session, Ticket, ticket_id), staff if staff is not None and staff.is_active else None


def _page(session: Session, page_id: int) -> Page | None:
    return row_of(session, Page, page_id)


def _times() -> int:
    return count_of("n", first=1, most=WHISPER_TIMES)


def _ask(page: Page, met: Patience = FRESH, wrong_key: str = "") -> Step:
    language = page.staff.language
    if met.is_out(PAGE_TIMES):
        ends = "lost" if wrong_key else "no_key"
        return End((spokenwords.spoken(f"{ends}_reminder" if page.kind is PageKind.REMINDER else ends, language),))
    what = actions.matter_of(page.ticket, language)
    if page.kind is PageKind.HELP:
        assignee = page.ticket.assignee
        who = words.somebody(assignee.name if assignee else None, language)
        said = spokenwords.spoken("help", language, matter=what, who=who)
    elif page.kind is PageKind.REMINDER:
        said = spokenwords.spoken("reminder", language, matter=what)
    else:
        key = "page" if page.ticket.refused_at is None else "refused"
        said = spokenwords.spoken(key, language, matter=what)
    before = (spokenwords.spoken("wrong_key", language),) if wrong_key else ()
    if page.ticket.is_alarming:
        before = (*before, spokenwords.spoken("alarm", language))
    if page.ticket.is_drill:
        before = (spokenwords.spoken("drill", language), *before)
    return Ask((*before, said), f"/voice/page/{page.id}/key?{met.query}", keys=1, wait_s=WAIT_S)


def _whisper(session: Session, page: Page, times: int) -> Step:
    ticket, language = page.ticket, page.staff.language
    says = (spokenwords.spoken("whisper_care", language),) if tickets.actions.needs_care(session, ticket) else ()
    key = "whisper" if ticket.kind is Kind.EMERGENCY else "whisper_call"
    said = spokenwords.spoken(key, language, matter=actions.matter_of(ticket, language))
    if ticket.language == Language.EN:
        said = replace(said, words=spokenwords.spoken("speaks_english", language).words + said.words)
    return Ask((*says, said), f"/voice/whisper/{page.id}/key?n={times}", keys=1, wait_s=WAIT_S)


def _whisper_of_ours(ticket: Ticket, staff: Staff, times: int) -> Step:
    """Of a call that we made. Who is on the line need not be who reported the ticket: their language comes along."""
    language, theirs = staff.language, "en" if request.args.get("lang") == Language.EN else "zh"
    said = spokenwords.spoken("whisper_ours", language, matter=actions.matter_of(ticket, language))
    if theirs == Language.EN:
        said = replace(said, words=spokenwords.spoken("they_speak_english", language).words + said.words)
    return Ask((said,), f"/voice/put-through/{ticket.id}/{staff.id}/key?n={times}&lang={theirs}", keys=1, wait_s=WAIT_S)


def _too_late(page: Page) -> Step:
    return End((spokenwords.spoken("too_late", page.staff.language),))


def _already(page: Page) -> Step | None:
    """What somebody hears who picks up after it was settled."""
    ticket = page.ticket
    if page.kind is PageKind.HELP:
        is_open = ticket.status in MOVING and page.state is not PageState.TAKEN_BY_OTHER
        return None if is_open else End((spokenwords.spoken("over", page.staff.language),))
    if page.kind is PageKind.REMINDER and ticket.assignee_id == page.staff_id and ticket.status in MOVING:
        return None if page.state is not PageState.ACKNOWLEDGED else _spoken(Taken(ticket), page, "1")
    if ticket.status is Status.OPEN:
        return None
    if ticket.status not in MOVING or ticket.assignee is None:
        return End((spokenwords.spoken("over", page.staff.language),))
    if ticket.assignee_id == page.staff_id:
        return _spoken(Taken(ticket), page, "1")
    return _spoken(TakenBefore(ticket.assignee, ticket), page, "1")


def _answer(session: Session, page: Page, key: str) -> PassedOn | Answered:
    if key == "1":
        return actions.acknowledge(session, page.id, how="key", at=now())
    if key == "2":
        return actions.pass_on(session, page.id, at=now())
    return actions.need_help(session, page.id, at=now())


def _spoken(answered: PassedOn | Answered, page: Page, key: str) -> Step:
    language = page.staff.language
    match answered:
        case PassedOn(is_late=is_late):
            said = spokenwords.spoken("passed_late" if is_late else "passed", language)
        case TakenBefore(by=by):
            said = spokenwords.spoken("taken_before", language, by=words.somebody(by.name if by else None, language))
        case Gone():
            said = spokenwords.spoken("over", language)
        case Taken() if page.kind is PageKind.HELP:
            said = spokenwords.spoken("coming", language)
        case Taken() if page.kind is PageKind.REMINDER and page.state is PageState.ACKNOWLEDGED and key == "1":
            said = spokenwords.spoken("still_on_it", language)
        case Taken(ticket=ticket) if key == "3":
            said = spokenwords.spoken("needs_help", language, ref=spoken_digits(ticket.ref))
        case Taken(ticket=ticket):
            said = spokenwords.spoken(
                "taken", language, ref=spoken_digits(ticket.ref),
                caller=_caller(ticket.caller_number, language),
            )  # fmt: skip
    drill = (spokenwords.spoken("drill_over", language),) if page.ticket.is_drill else ()
    return End((*drill, said))


def _caller(number: str | None, language: str) -> str:
    if not number:
        return ""
    digits = " ".join(number.removeprefix("+86").removeprefix("+"))
    return spokenwords.spoken("caller", language, digits=digits).words


def _joined(answered: Answered, staff: Staff) -> Step:
    says: tuple[Say, ...] = ()
    if isinstance(answered, TakenBefore) and answered.by is not None:
        says = (spokenwords.spoken("whisper_taken", staff.language, by=answered.by.name),)
    return Join(says)


def _heard(session: Session, page: Page) -> None:
    for message in sent(session, page, Way.CALL):
        messages.heard(session, message.id, at=now())
