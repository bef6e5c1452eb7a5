"""The pages of what left the house: by state, and one message with every attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from flask import redirect, render_template, request, url_for
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import NotFound
from base.ids import as_id
from console.campaign_facts import why_words
from console.door import Answer, door, language
from console.ledger import code_words, sent
from console.mailbook import TABS, Choice, counts, look
from console.scope import READERS, TOLD_OF_TROUBLE
from console.search import number_or_tail
from console.staff import Me, me
from console.walls import Trace, readable, ref_of
from console.words import say
from directory.audit import LONGEST, write_down, written_about
from directory.auditmodels import AuditWhat
from messages.lifecycle import MessageClass, Outcome, Way
from messages.models import ATTEMPT_ARCHIVE, MESSAGE_ARCHIVE, Attempt, Message
from telephony.numbers import at_home

LONGEST_WHY = 60


@dataclass(frozen=True, slots=True)
class Tried:
    """One request to the carrier, and what it said; `outcome` None while it is under way."""

    began_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    why: str


@door.get("/messages")
@guarded_by(*READERS)
def messages() -> Answer:
    """Newest first; tab, class and way stand in the address, a number never does."""
    return _page(chosen(request.args), request.args.get("after", type=as_id))


@door.post("/messages")
@guarded_by(*READERS)
def find_messages() -> Answer:
    """By number, or its last four digits. Without one the choice goes back into the address."""
    asked = request.form.get("number", "").strip()
    choice = chosen(request.form)
    if not asked:
        return redirect(url_for("console.messages", **_address(choice)), 303)
    number = number_or_tail(asked)
    if not number:
        return _page(choice, None, asked=asked, is_wrong=True), 422
    choice = replace(choice, number=number)
    return _page(choice, request.form.get("after", type=as_id), asked=asked)


@door.get("/messages/<id:id>")
@guarded_by(*READERS)
def message(id: int) -> Answer:
    """One message: its words, where it stands and why, and each time it was handed to the carrier."""
    return _show(id)


@door.post("/messages/<id:id>/reveal")
@guarded_by(*READERS)
def reveal_recipient(id: int) -> Answer:
    """The whole number it went to, once, for a reason that is kept with who asked."""
    reason = request.form.get("text", "").strip()[:LONGEST]
    if not reason:
        return _show(id, fault=say("fault.reason", language())), 422
    with transaction() as session:
        number = at_home(_message_for(session, me(), id).number)
        write_down(session, staff_id=me().id, what=AuditWhat.REVEAL, about=f"message:{id}", reason=reason, at=now())
    return _show(id, number=number)


def _show(id: int, *, number: str = "", fault: str = "") -> str:
    words, who = language(), me()
    with reading() as session:
        found = _message_for(session, who, id)
        tries = _tries(session, id, words)
        ref = ref_of(session, found.about)
        looks = written_about(session, f"message:{id}") if who.role in TOLD_OF_TROUBLE else ()
        seen, details = sent(found, words), found
    return render_template(
        "message.html", one=seen, row=details, tries=tries, ref=ref, at=now(), number=number, fault=fault, looks=looks,
        here=url_for("console.message", id=id) if number or fault else "",
    )  # fmt: skip


def _page(choice: Choice, after: int | None, *, asked: str = "", is_wrong: bool = False) -> str:
    words, who = language(), me()
    with reading() as session:
        found = look(session, who, choice, after=after)
        tabs = counts(session, who)
        rows = [sent(one, words) for one in ([] if is_wrong else found.messages)]
    return render_template(
        "messages.html", rows=rows, after=None if is_wrong else found.after, tabs=TABS, counts=tabs, choice=choice,
        address=_address(choice), asked=asked, is_wrong=is_wrong, classes=MessageClass, ways_out=Way, at=now(),
        here=url_for("console.messages", **_address(choice)) if asked else "", is_first=after is None,
        why=why_words(choice.why, words) if choice.why else "",
    )  # fmt: skip


def chosen(given: Mapping[str, str]) -> Choice:
    """What an address or a form of the page asks for, but for a number; a reason only of one campaign."""
    tab, kind, way, campaign = (given.get(field, "") for field in ("tab", "class", "way", "campaign"))
    return Choice(
        tab if tab in TABS else TABS[0],
        MessageClass(kind) if kind in set(MessageClass) else None,
        Way(way) if way in set(Way) else None,
        about=f"campaign:{campaign}" if campaign.isdecimal() else "",
        why=given.get("why", "")[:LONGEST_WHY] if campaign.isdecimal() else "",
    )


def _address(choice: Choice) -> dict[str, Any]:
    said = {
        "tab": choice.tab, "class": choice.message_class or "", "way": choice.way or "",
        "campaign": choice.about.removeprefix("campaign:"), "why": choice.why,
    }  # fmt: skip
    return {name: str(value) for name, value in said.items() if value and value != TABS[0]}


def _message_for(session: Session, who: Me, id: int) -> Message:
    """Also one from the archive. Raises `NotFound` for what `who` may not read: whether it exists is not told."""
    found = session.get(Message, id) or _archived(session, id)
    if found is None or not readable(session, who, [Trace(found.id, found.number, found.about)]):
        raise NotFound("没有这条消息，或者它不归您看。There is no such message, or it is not yours to see.")
    return found


def _archived(session: Session, id: int) -> Message | None:
    row = session.execute(select(MESSAGE_ARCHIVE).where(MESSAGE_ARCHIVE.c.id == id)).mappings().first()
    return Message(**row) if row else None


def _tries(session: Session, id: int, words: str) -> list[Tried]:
    found = []
    for table in (ATTEMPT_ARCHIVE, cast(Table, Attempt.__table__)):
        query = select(table).where(table.c.message_id == id).order_by(table.c.began_at)
        found += [
            Tried(a.began_at, a.ended_at, a.outcome, code_words(a.error_code, words) if a.error_code else "")
            for a in session.execute(query)
        ]
    return found
