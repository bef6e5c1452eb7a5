"""An owner is told by text what becomes of their ticket while it goes on: who has it by when, or what it waits for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.access import Role
from base.wiring import settings
from directory.models import Staff
from messages import actions as messages
from messages.lifecycle import MessageClass
from messages.wording import say
from outreach.actions.reach import Reach
from outreach.actions.reporters import reporters
from outreach.actions.results import matter, may_tell_at
from outreach.changewords import IS_NEWS, Change, Happened, Rule, rule_for, rules_of_the_house, to_tell, told_from
from tickets.actions import TAKEN_BY, lookouts
from tickets.lifecycle import ANOTHER_DESK, HEADQUARTERS, MOVING, WaitReason
from tickets.models import EventType, Ticket, TicketEvent, Watcher
from tickets.promises import by
from tickets.running import ClockName

WHAT, CANCELLED, REFERRED = "change", "cancelled", "referred"
STALE = timedelta(hours=16)
"""What happened longer ago is no news; a night is shorter."""
LOOKED_AT = (
    EventType.ACKNOWLEDGED, EventType.ASSIGNED, EventType.ARRIVED, EventType.WAITING, EventType.REOPENED,
    EventType.REFERRED, EventType.ANSWERED,
)  # fmt: skip
PROMISES = {ClockName.ARRIVE: "arrive", ClockName.FINISH: "finish"}
"""Of whoever has it: what they do by when, the first of these that still runs."""
WAITS_FOR = {
    WaitReason.OWNER: ("等与您约定的时间", "waiting for a time that suits you"),
    WaitReason.PARTS: ("等待配件到货", "waiting for a part"),
    WaitReason.OTHERS: ("等待外部单位处理", "waiting for somebody outside"),
}  # fmt: skip


def changes_due(session: Session, *, at: datetime) -> Sequence[int]:
    """Tickets that changed, and those of which what changed is to be told now."""
    return lookouts.to_look_at(session, Watcher.CHANGES, at=at)


def tell_change(session: Session, ticket_id: int, *, at: datetime) -> None:
    """Tell the owner of a ticket what changed, several changes as one, once; keep when to look again.

    At night nothing is told of what can wait: then the morning tells how it stands. Of a group all hear what the first
    of them does: when somebody comes, and at night where that cannot wait.
    """
    ticket = tickets.actions.get(session, ticket_id)
    rule, happened = _rule(ticket), _happened(session, ticket_id, at)
    news = [one for one in happened if one.type in IS_NEWS]
    next_at = None
    if news and rule.tell and ticket.status in MOVING:
        told_at = told_from(news, rule.gather_s)
        first = tickets.actions.led_with(session, ticket) or ticket
        if told_at <= at:
            told_at = may_tell_at(first, ticket.caller_number or "", at=at)
        if told_at > at:
            next_at = told_at
        elif (change := to_tell(ticket.status, happened, rule.tell, has_it=ticket.assignee_id is not None)) is not None:
            _tell(session, ticket, change, upto=news[-1].id, at=at)
    lookouts.looked_at(session, Watcher.CHANGES, ticket, next_at=next_at)


def tell_cancelled(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Whoever reported it is told that it goes no further, in their own morning where it can wait, each once.

    With the words that were written for them; never with the reason, which staff write for each other.
    """
    words = _words_for_owner(session, ticket.id)
    for told, reach in reporters(session, ticket, at=at):
        known = _known(told)
        if words:
            body = say("change_cancelled_because", told.language, words=words, **known)
        else:
            body = say("change_cancelled", told.language, **known)
        data = {"what": CANCELLED}
        due_at = may_tell_at(told, reach.number, at=at)
        _plan(session, told, reach, body, key=f"cancelled/{told.id}", data=data, at=at, due_at=due_at)


def tell_referred(session: Session, ticket: Ticket, *, name: str, contact: str, at: datetime) -> None:
    """Whoever reported it is told who outside can help, and how to reach them: each once for each of these.

    By day, where it can wait; to nobody of a rehearsal.
    """
    if ticket.is_drill:
        return
    which = sha256(f"{name}\n{contact}".encode()).hexdigest()[:16]
    for told, reach in reporters(session, ticket, at=at):
        body = say("change_referred", told.language, name=name, contact=contact, **_known(told))
        key, due_at = f"referred/{told.id}/{which}", may_tell_at(told, reach.number, at=at)
        _plan(session, told, reach, body, key=key, data={"what": REFERRED}, at=at, due_at=due_at)


def tell_merged(session: Session, ticket: Ticket, into: Ticket, *, at: datetime) -> None:
    """Whoever reported it is told, once and by day, as part of which ticket it goes on."""
    if ticket.is_drill or Change.MERGED not in _rule(ticket).tell:
        return
    for told, reach in reporters(session, ticket, at=at):
        body = say("change_merged", told.language, original=into.ref, **_known(told))
        data = {"what": WHAT, "change": Change.MERGED.value, "upto": 0}
        due_at = may_tell_at(told, reach.number, at=at)
        _plan(session, told, reach, body, key=f"merged/{told.id}/{into.id}", data=data, at=at, due_at=due_at)


def _rule(ticket: Ticket) -> Rule:
    return rule_for(ticket.kind, ticket.level, rules_of_the_house(settings().changes_file))


def _words_for_owner(session: Session, ticket_id: int) -> str:
    """What whoever cancelled it wrote for its owner; empty: nothing."""
    newest = (
        select(TicketEvent.data)
        .where(TicketEvent.ticket_id == ticket_id, TicketEvent.type == EventType.CANCELLED)
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )
    return str((session.scalar(newest) or {}).get("told", "")).strip().rstrip("。.")


def _happened(session: Session, ticket_id: int, at: datetime) -> list[Happened]:
    """What happened to it since its owner was told last, as far as it is news, in order."""
    of_it = TicketEvent.ticket_id == ticket_id
    said = select(TicketEvent.data).where(
        of_it, TicketEvent.type == EventType.MESSAGE, TicketEvent.data["what"].as_string() == WHAT
    )
    upto = max((data["upto"] for data in session.scalars(said)), default=0)
    since_at = max(at - STALE, lookouts.watched_since(session, Watcher.OWNER, ticket_id) or at - STALE)
    query = select(TicketEvent).where(
        of_it, TicketEvent.type.in_(LOOKED_AT), TicketEvent.id > upto, TicketEvent.at >= since_at
    )
    rows = session.scalars(query.order_by(TicketEvent.at, TicketEvent.id))
    return [Happened(one.id, _named(one), one.at) for one in rows]


def _named(event: TicketEvent) -> str:
    """Its type; another word for a referral that took it to another desk, where its owner reopened it, and where a
    department took what another refused.
    """
    if event.type == EventType.ANSWERED and event.data.get(TAKEN_BY):
        return "department"
    if event.type == EventType.REFERRED and event.data.get("to") in ANOTHER_DESK:
        return "moved"
    if event.type == EventType.REOPENED and event.staff_id is None:
        return "refused"
    return event.type.value


def _tell(session: Session, ticket: Ticket, change: Change, *, upto: int, at: datetime) -> None:
    """One text to its owner, and to whoever reported what was merged into it, under their own number; each once."""
    for one, reach in reporters(session, ticket, at=at):
        _text(session, ticket, one, reach, change, upto=upto, at=at)


def _text(
    session: Session, ticket: Ticket, told: Ticket, reach: Reach, change: Change, *, upto: int, at: datetime
) -> None:  # fmt: skip
    if change is Change.WAITS:
        body = _waits(session, ticket, told, at)
    elif change is Change.MOVED:
        body = say("change_moved", told.language, desk=_desk(ticket, told.language), **_known(told))
    elif change is Change.REOPENED:
        body = say("change_reopened", told.language, **_known(told))
    else:
        name = _name(ticket.assignee, told.language)
        body = _taken(session, ticket, told, name if change is Change.TAKEN else _there(session, ticket, told), at)
    data = {"what": WHAT, "change": change.value, "upto": upto}
    _plan(session, told, reach, body, key=f"change/{told.id}/{upto}", data=data, at=at, due_at=at)


def _plan(
    session: Session, told: Ticket, reach: Reach, body: str, *, key: str, data: dict[str, Any], at: datetime,
    due_at: datetime,
) -> None:  # fmt: skip
    message_id = messages.plan_text(
        session, number=reach.number, message_class=MessageClass.SERVICE, body=body, once_key=f"{key}/{reach.number}",
        about=f"ticket:{told.id}", at=at, due_at=due_at, language=told.language, is_demo=reach.is_demo,
    )  # fmt: skip
    tickets.actions.add_event(
        session, told.id, EventType.MESSAGE, at=at, text=body, once_key=key, data=data | {"message": message_id}
    )


def _taken(session: Session, ticket: Ticket, told: Ticket, who: str, at: datetime) -> str:
    known = _known(told) | {"who": who}
    first = tickets.actions.led_with(session, ticket) or ticket
    standing = {clock.name: clock for clock in tickets.actions.standing_clocks(session, first, at=at)}
    for name, does in PROMISES.items():
        clock = standing.get(name)
        if clock is not None and clock.due_at is not None and clock.due_at > at:
            when = by(clock.due_at, told.language, at=at, zone=settings().timezone)
            return say(f"change_taken_{does}", told.language, time=when, **known)
    return say("change_taken", told.language, **known)


def _there(session: Session, ticket: Ticket, told: Ticket) -> str:
    """The department that took what another refused, and who there has it."""
    newest = (
        select(TicketEvent.data[TAKEN_BY].as_string())
        .where(
            TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.ANSWERED,
            TicketEvent.data[TAKEN_BY].as_string() != "",
        )
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )  # fmt: skip
    code, who = session.scalars(newest).one(), ticket.assignee
    department = say(f"department_{code}", told.language)
    if who is None or who.department != code:  # whoever took it in before: they are of another
        return department
    return f"{department} ({who.name})" if told.language == "en" else department + _name(who, told.language)


def _waits(session: Session, ticket: Ticket, told: Ticket, at: datetime) -> str:
    newest = (
        select(TicketEvent.data)
        .where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.WAITING)
        .order_by(TicketEvent.id.desc())
        .limit(1)
    )
    data = session.scalars(newest).one()
    reason = WAITS_FOR.get(data.get("reason", ""), WAITS_FOR[WaitReason.OTHERS])[told.language == "en"]
    known = _known(told) | {"reason": reason}
    until_at = datetime.fromisoformat(data["until"]) if data.get("until") else None
    if until_at is None or until_at <= at:
        return say("change_waits", told.language, **known)
    when = by(until_at, told.language, at=at, zone=settings().timezone)
    return say("change_waits_until", told.language, time=when, **known)


def _known(told: Ticket) -> dict[str, str]:
    return {"ref": told.ref, "what": matter(told, told.language), "hotline": settings().hotline_said}


def _desk(ticket: Ticket, language: str) -> str:
    """Who has it now, as its owner knows them."""
    if ticket.owner_desk == HEADQUARTERS or ticket.project is None:
        return "headquarters" if language == "en" else "公司总部"
    return (language == "en" and ticket.project.name_en) or ticket.project.name


def _name(staff: Staff | None, language: str) -> str:
    """Who comes, so that nobody opens the door to a stranger."""
    if staff is None:
        return "a colleague" if language == "en" else "工作人员"
    if language == "en":
        return f"{'technician ' if staff.role is Role.TECHNICIAN else ''}{staff.name}"
    return f"{'维修人员' if staff.role is Role.TECHNICIAN else '工作人员'}{staff.name}"
