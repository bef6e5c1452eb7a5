"""How I am paged: what comes first, a second number, the language. Anybody says it of themselves."""

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import transaction
from base.errors import BadInput
from base.wiring import settings
from console.door import Answer, door
from console.masks import masked
from console.staff import me
from directory.models import Language, PageOrder, Staff
from directory.staffing import change_pages
from telephony.numbers import read_number
from telephony.unreadable import Unreadable


@dataclass(frozen=True, slots=True)
class MyPages:
    """What stands; numbers are masked."""

    number: str
    second: str
    order: str
    language: str


def my_pages(session: Session) -> MyPages:
    """How whoever is logged in is paged."""
    staff = session.get_one(Staff, me().id)
    return MyPages(
        masked(staff.number), masked(staff.second_number) if staff.second_number else "", staff.page_order.value,
        staff.language.value,
    )  # fmt: skip


@door.post("/oncall/mine")
@guarded_by(*EVERYBODY_ON_STAFF)
def change_my_pages() -> Answer:
    """From the next page on; an empty number leaves the one that stands, `drop` takes it away."""
    form = request.form
    try:
        second = _second(form.get("second", ""), is_dropped=form.get("drop") == "yes")
        with transaction() as session:
            change_pages(
                session, session.get_one(Staff, me().id), by_id=me().id, at=now(),
                order=PageOrder(form.get("order", "")), second=second, language=Language(form.get("language", "")),
            )  # fmt: skip
    except (ValueError, BadInput):
        flash("mine.fault")
    else:
        flash("mine.done")
    return redirect(url_for("console.oncall"), 303)


def _second(typed: str, *, is_dropped: bool) -> str | None:
    if is_dropped:
        return ""
    if not typed.strip():
        return None
    read = read_number(typed, region=settings().default_region)
    if isinstance(read, Unreadable):
        raise BadInput("看不懂这个号码。That is not a telephone number.")
    return read.number
