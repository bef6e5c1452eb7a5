"""What we make of an inbound text: an answered page, a wish to be left alone, an answer, or a ticket."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.rows import insert
from base.wiring import settings
from directory import actions as directory
from directory.consent import Choice
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from oncall import actions as oncall
from oncall import dutywords, reminders, words
from oncall.actions import Answered, Gone, PassedOn, Taken, TakenBefore, reminding, swaptexts
from oncall.actions.paging import AFTER_PAGES
from oncall.models import Page, PageKind, Reminder
from outreach.actions import callbacks, spotasking, surveytrials
from outreach.actions.opening import open_ticket
from outreach.actions.signingoff import SIGN_OFF, take_sign_off
from outreach.actions.textanswers import take_answer
from outreach.models import Reply
from outreach.replies import PageCode, choice, danger, is_answered_by_the_carrier, is_auto_reply, is_signed, page_code
from telephony.numbers import is_machine, is_withheld
from tickets import triage
from tickets.actions import TicketDraft, known_words
from tickets.lifecycle import MOVING, Channel, Kind
from tickets.models import EventType, Ticket
from tickets.promises import when
from tickets.triagewords import UNSORTED, suggest

LONGEST = 1600
"""What the carrier lets through in one text."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text as the carrier brought it."""

    sid: str
    sender: str
    to: str
    body: str


def take_text(session: Session, text: Incoming, *, at: datetime) -> Reply | None:
    """Make the most of one inbound text, once: the same sid again changes nothing (None).

    In this order: our own numbers and machines are ignored; the code of a page counts from the paged number
    only, what staff say of swaps, and 1 or 2 from whoever was asked whether they will be on duty; the code of a
    finished repair signs it off; a wish to be left alone is written down, and so is its taking back; what a telephone
    sends by itself is kept and never answered; a colleague who tries a questionnaire goes on with it; an answer counts
    while a question is open for that number; anything else is somebody speaking to us and becomes a ticket.
    """
    reply = _keep(session, text, at)
    if reply is None:
        return None
    if reply.number is None:
        reply.became = "ignored"
    elif (code := page_code(text.body)) and (staff := directory.staff_by_number(session, reply.number)):
        reply.became = "page"
        _answer_page(session, reply, staff, code, at)
    elif told := _answered_swap(session, reply, at):
        reply.became = "swap"
        _say_back(session, reply, told, at)
    elif (key := reminders.answer(text.body)) and (asked := _asked(session, reply.number, at)) is not None:
        reply.became = "duty"
        _answer_duty(session, reply, asked, key, at)
    elif take_sign_off(session, reply, at=at):
        reply.became = SIGN_OFF
    elif (wish := choice(text.body)) is not None and _take_wish(session, reply, reply.number, wish, at):
        reply.became = "consent"
    elif is_auto_reply(text.body):
        reply.became = "auto_reply"
    elif surveytrials.take_by_text(session, reply, at=at):
        reply.became = "trial"
    elif became := take_answer(session, reply, at=at):
        reply.became = became
    else:
        reply.became = "ticket"
        _take_matter(session, reply, at)
    session.flush()
    return reply


def _take_wish(session: Session, reply: Reply, number: str, wish: Choice, at: datetime) -> bool:
    """False where there is no refusal to take back: `yes` may be said to anything, and a person reads it."""
    words = reply.body[:200]
    if wish is Choice.OPT_IN:
        return directory.undo_opt_out(session, number, at=at, channel="text", words=words, sid=reply.sid)
    directory.record_choice(session, number, wish, at=at, channel="text", words=words, sid=reply.sid)
    callbacks.stop_asking(session, number, at=at)
    spotasking.stop_asking(session, number, at=at)
    return True


def _keep(session: Session, text: Incoming, at: datetime) -> Reply | None:
    """The row of a new text; None for one we know. Of a machine or a withheld sender nothing else is kept."""
    is_nobody = is_withheld(text.sender) or is_machine(text.sender) or not text.sender.startswith("+")
    is_ours = not is_nobody and _is_ours(session, text.sender)
    reply_id = session.execute(
        insert(Reply)
        .values(
            sid=text.sid, number=None if is_nobody or is_ours else text.sender[:20], to_number=text.to[:20],
            body="" if is_nobody or is_ours else text.body[:LONGEST].replace("\x00", ""), received_at=at,
            became="",
        )
        .on_conflict_do_nothing(index_elements=["sid"])
        .returning(Reply.id)
    ).scalar_one_or_none()  # fmt: skip
    return None if reply_id is None else session.get_one(Reply, reply_id)


def _is_ours(session: Session, number: str) -> bool:
    here = settings()
    own = {here.hotline, here.sender("emergency"), here.sender("service"), here.sender("care")}
    return number in own or directory.project_by_number(session, number) is not None


def _answer_page(session: Session, reply: Reply, staff: Staff, code: PageCode, at: datetime) -> None:
    page = oncall.page_by_code(session, staff.id, code.code, at=at)
    answered: Answered | PassedOn = Gone()
    if page is not None:
        reply.ticket_id = page.ticket_id
        answered = _do(session, page, code.key, at)
    signed = (
        tickets.actions.sign_off_by_text(session, staff, code.code, at=at) if page is None and code.is_bare else None
    )
    if signed is not None:
        reply.ticket_id = signed.id
    elif page is None and take_sign_off(session, reply, at=at):  # of a repair in their own home
        reply.became = SIGN_OFF
        return
    told = _told(answered, page, staff, code.key)
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF,
        body=_marked(told, page) if signed is None else words.text("signed_off", staff.language, ref=signed.ref),
        once_key=f"reply/{reply.sid}", about=f"reply:{reply.id}", at=at, language=staff.language,
        urgency=AFTER_PAGES, is_demo=staff.is_demo,
    )  # fmt: skip


def _answered_swap(session: Session, reply: Reply, at: datetime) -> tuple[Staff, str] | None:
    """Whom we tell what we made of their text about a swap; None where it is about none."""
    staff = directory.staff_by_number(session, reply.number)
    told = swaptexts.take_swap_text(session, staff, reply.body, at=at) if staff else None
    return (staff, told) if staff and told else None


def _say_back(session: Session, reply: Reply, told: tuple[Staff, str], at: datetime) -> None:
    staff, body = told
    messages.plan_text(
        session, number=staff.number, message_class=MessageClass.STAFF, body=body, once_key=f"reply/{reply.sid}",
        about=f"reply:{reply.id}", at=at, language=staff.language, urgency=AFTER_PAGES, is_demo=staff.is_demo,
    )  # fmt: skip


def _asked(session: Session, number: str, at: datetime) -> Reminder | None:
    staff = directory.staff_by_number(session, number)
    return reminding.open_reminder(session, staff.id, at=at) if staff else None


def _answer_duty(session: Session, reply: Reply, asked: Reminder, key: str, at: datetime) -> None:
    """They will be there, or cannot: they are told what we made of it."""
    staff = asked.staff
    word = reminding.say(session, asked, key, how="reply", at=at)
    body = dutywords.text(word, staff.language, **reminding.said(asked, staff.language))
    _say_back(session, reply, (staff, body), at)


def _do(session: Session, page: Page, key: str, at: datetime) -> Answered | PassedOn:
    if key == "2":
        return oncall.pass_on(session, page.id, how="reply", at=at)
    if key == "3":
        return oncall.need_help(session, page.id, how="reply", at=at)
    if key == "4" and page.kind is not PageKind.HELP:
        return oncall.arrive(session, page.id, how="reply", at=at)
    return oncall.acknowledge(session, page.id, how="reply", at=at)


TAKEN_AS = {"3": "needs_help", "4": "arrived"}
"""What somebody is told who took it by another key than 1."""


def _marked(told: str, page: Page | None) -> str:
    """Of a rehearsal every answer says that it is one."""
    mark = words.mark(page.staff.language, is_drill=page.ticket.is_drill) if page else ""
    return told if mark in told else mark + told


def _told(answered: Answered | PassedOn, page: Page | None, staff: Staff, key: str) -> str:
    language, hotline = staff.language, settings().hotline_said
    match answered:
        case PassedOn(ticket=ticket, is_late=is_late):
            return words.text("passed_late" if is_late else "passed", language, ref=ticket.ref)
        case TakenBefore(by=by, ticket=ticket):
            name = words.somebody(by.name if by else None, language)
            return say("page_taken_before", language, ref=ticket.ref, name=name)
        case Taken(ticket=ticket) if page is not None and page.kind is PageKind.HELP:
            return words.text("coming", language, ref=ticket.ref)
        case Taken(ticket=ticket) if key in TAKEN_AS:
            return words.text(TAKEN_AS[key], language, ref=ticket.ref, hotline=hotline)
        case Taken(ticket=ticket):
            what = triage.category_words(ticket.category, language)
            place = words.known_place(oncall.place_of(ticket, language), language)
            code = page.code if page is not None else ""
            return say("page_taken", language, ref=ticket.ref, place=place, what=what, code=code, hotline=hotline)
        case Gone():
            return words.text("gone", language, hotline=hotline)


def _take_matter(session: Session, reply: Reply, at: datetime) -> None:
    """A new ticket, or one more line on the sender's open one; danger is an emergency whatever else is open."""
    category = danger(reply.body, known_words())
    draft = _draft(session, reply, category)
    known = _open_ticket(session, draft, at=at)
    if known is not None:
        reply.ticket_id = known.id
        further = draft.told if (known.kind, known.category) == UNSORTED else {}
        tickets.actions.add_event(
            session, known.id, EventType.CALLED_AGAIN, at=at, text=reply.body,
            data={"channel": Channel.TEXT.value, "reply": reply.id, **further}, once_key=f"reply/{reply.sid}",
        )  # fmt: skip
        return
    before = tickets.actions.emergency_before(session, caller_number=reply.number, at=at) if category else None
    if before is not None:
        draft = replace(draft, told={"before": before.ref})
    ticket = open_ticket(session, draft, at=at, once_key=f"reply/{reply.sid}")
    reply.ticket_id = ticket.id
    _confirm(session, reply, ticket, at)


def _open_ticket(session: Session, draft: TicketDraft, *, at: datetime) -> Ticket | None:
    if draft.kind is Kind.EMERGENCY:
        return tickets.actions.open_matter(
            session, caller_number=draft.caller_number, home_id=draft.home_id, project_id=draft.project_id,
            category=draft.category, kind=draft.kind, at=at,
        )  # fmt: skip
    return session.scalar(
        select(Ticket)
        # what is headquarters' stays hidden from the project: a word about anything else would be lost in it
        .where(Ticket.caller_number == draft.caller_number, Ticket.status.in_(MOVING), Ticket.owner_desk == "")
        .order_by(Ticket.id.desc())
        .limit(1)
    )


def _draft(session: Session, reply: Reply, category: str | None) -> TicketDraft:
    caller = directory.who_calls(session, reply.number, reply.to_number)
    home = caller.homes[0] if len(caller.homes) == 1 else None
    person = caller.people[0] if len(caller.people) == 1 else None
    projects = {h.building.project_id for h in caller.homes}
    staffed = caller.staff.project_id if caller.staff else None
    own = projects.pop() if len(projects) == 1 else staffed
    suggestion = None if category else suggest(reply.body, known_words())
    language = person.language.value if person else caller.staff.language.value if caller.staff else None
    return TicketDraft(
        kind=Kind.EMERGENCY if category else UNSORTED[0], category=category or UNSORTED[1], channel=Channel.TEXT,
        project_id=caller.dialled.id if caller.dialled else own, home_id=home.id if home else None,
        person_id=person.id if person else None, place=directory.place_of(home) if home else "",
        caller_number=reply.number, language=language or _language_of(reply.body), summary=reply.body,
        told=suggestion.facts if suggestion else {},
    )  # fmt: skip


def _language_of(body: str) -> str:
    """English only where there is nothing but Latin script."""
    return "en" if body.isascii() and any(c.isalpha() for c in body) else "zh"


def _confirm(session: Session, reply: Reply, ticket: Ticket, at: datetime) -> None:
    """One text with the number and the promise, to people we know and to strangers within bounds."""
    number = reply.number
    assert number is not None  # only somebody's text becomes a ticket
    whose = directory.whose_number(session, number)
    if is_answered_by_the_carrier(reply.body) or is_signed(reply.body):
        return
    if not whose.is_known and not messages.may_text_stranger(session, number, at=at):
        return
    key = "receipt_emergency" if ticket.kind is Kind.EMERGENCY else "receipt_enquiry"
    promise = tickets.actions.promise_of(session, ticket, at=at)
    promised = when(promise, ticket.language, at=at, zone=settings().timezone)
    body = say(key, ticket.language, ref=ticket.ref, time=promised, hotline=settings().hotline_said)
    is_emergency = ticket.kind is Kind.EMERGENCY
    messages.plan_text(
        session, number=number, body=body, once_key=f"reply/{reply.sid}", about=f"ticket:{ticket.id}", at=at,
        message_class=MessageClass.EMERGENCY if is_emergency else MessageClass.SERVICE,
        language=ticket.language, is_demo=whose.is_demo,
    )  # fmt: skip
