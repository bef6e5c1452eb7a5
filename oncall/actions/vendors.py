"""A firm outside is rung for an emergency: what it answers is a fact, and never in the place of one of us."""

from datetime import datetime

from sqlalchemy import String, cast, exists, literal, or_, select
from sqlalchemy.orm import Session

import tickets.actions
from base.rows import insert
from directory.models import Vendor
from directory.vendors import vendors_of
from messages import actions as messages
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from oncall import words
from oncall.actions.paging import AFTER_PAGES, CALL_VALID, RING_S
from oncall.models import VendorCall, VendorState
from oncall.vendors import TRADE_OF
from tickets.lifecycle import MOVING
from tickets.models import EventType, Ticket

RESULT_OF = {
    MessageState.ANSWERED: "answered", MessageState.BUSY: "busy", MessageState.NO_ANSWER: "no_answer",
    MessageState.FAILED: "failed",
}  # fmt: skip
ASKED = (VendorState.CALLING, VendorState.COMING, VendorState.CANNOT)


def about(call_id: int) -> str:
    """The name under which the ledger keeps the call."""
    return f"vendor:{call_id}"


def call_vendors(session: Session, ticket: Ticket, *, step: int, at: datetime) -> list[Vendor]:
    """Ring the firms of this matter that were not reached yet; of a rehearsal none hears. Answers whom."""
    trade = TRADE_OF.get(ticket.category)
    if trade is None or ticket.is_drill:
        return []
    asked = set(session.scalars(
        select(VendorCall.vendor_id).where(VendorCall.ticket_id == ticket.id, VendorCall.state.in_(ASKED))
    ))  # fmt: skip
    wanted = [vendor for vendor in vendors_of(session, ticket.project_id, trade) if vendor.id not in asked]
    return [vendor for vendor in wanted if _call(session, ticket, vendor, step=step, at=at)]


def vendor_answers(session: Session, call_id: int, *, comes: bool, at: datetime) -> VendorCall | None:
    """They come, or cannot; what was said first stands. None where there is no such call."""
    call = session.get(VendorCall, call_id, with_for_update=True, populate_existing=True)
    if call is None:
        return None
    if call.state in (VendorState.CALLING, VendorState.MISSED):
        call.state, call.answered_at = (VendorState.COMING if comes else VendorState.CANNOT), at
        _told(session, call, "vendor_comes" if comes else "vendor_cannot", at)
        for message in messages.messages_about(session, about(call.id)):
            messages.heard(session, message.id, at=at)
    return call


def vendor_calls_to_follow(session: Session) -> list[int]:
    """Calls of which something has become: over, or ended without a key. One look at a small partial index."""
    here = Message.about == literal("vendor:") + cast(VendorCall.id, String)
    ended = exists().where(here) & ~exists().where(here, Message.final_at.is_(None))
    return list(session.scalars(
        select(VendorCall.id)
        .join(VendorCall.ticket)
        .where(VendorCall.state == VendorState.CALLING, or_(Ticket.status.not_in(MOVING), ended))
        .order_by(VendorCall.id)
    ))  # fmt: skip


def follow_vendor_call(session: Session, call_id: int, *, at: datetime) -> None:
    """Bring one up to date: it is over and needs nobody, or the call ended without a key."""
    call = session.get(VendorCall, call_id, with_for_update=True, populate_existing=True)
    if call is None or call.state is not VendorState.CALLING:
        return
    if call.ticket.status not in MOVING:
        messages.cancel(session, about=about(call.id), at=at)
        call.state = VendorState.MISSED
        return
    rung = messages.messages_about(session, about(call.id))
    if rung and rung[-1].final_at is not None:
        call.state = VendorState.MISSED
        key = RESULT_OF.get(rung[-1].state, "not_placed")
        _told(session, call, f"vendor_{'no_key' if key == 'answered' else 'missed'}", at)


def _call(session: Session, ticket: Ticket, vendor: Vendor, *, step: int, at: datetime) -> bool:
    call_id = session.execute(
        insert(VendorCall)
        .values(ticket_id=ticket.id, vendor_id=vendor.id, step=step, state=VendorState.CALLING, called_at=at)
        .on_conflict_do_nothing(index_elements=["ticket_id", "vendor_id", "step"])
        .returning(VendorCall.id)
    ).scalar_one_or_none()
    if call_id is None:
        return False
    messages.plan_call(
        session, number=vendor.number, message_class=MessageClass.STAFF, answer_path=f"/voice/vendor/{call_id}",
        once_key=f"vendor/{ticket.id}/{step}/{vendor.id}", about=about(call_id), at=at, ring_s=RING_S,
        urgency=AFTER_PAGES, valid_until_at=at + CALL_VALID, is_demo=vendor.is_demo,
    )  # fmt: skip
    tickets.actions.add_event(
        session, ticket.id, EventType.PAGED, at=at, text=words.line("vendor_called", who=vendor.name),
        data={"line": "vendor_called", "vendor": vendor.name, "call": call_id}, once_key=f"vendor-called/{call_id}",
    )  # fmt: skip
    return True


def _told(session: Session, call: VendorCall, key: str, at: datetime) -> None:
    name = call.vendor.name
    tickets.actions.add_event(
        session, call.ticket_id, EventType.PAGE_RESULT, at=at, text=words.line(key, who=name),
        data={"result": key, "vendor": name, "call": call.id}, once_key=f"vendor-result/{call.id}/{key}",
    )  # fmt: skip
