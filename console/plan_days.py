"""The page of a month of everything that goes to many: looked at, and what waits for approval given another day."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed
from base.ids import as_id
from base.refusals import half
from base.wiring import settings
from console.campaign_lines import by_of
from console.campaign_titles import title_of
from console.door import Answer, door, language
from console.months import month_asked, month_title
from console.parts import day_of, time_of
from console.plan_month import month_of
from console.scope import project_of
from console.staff import me
from console.words import say
from console.year_plan import LATEST
from outreach.actions import daychanges
from outreach.jobs.planning import plan_now
from outreach.lifecycle import MAY_APPROVE
from outreach.models import Campaign, DayChange

YEARS = range(2000, LATEST)
"""Of which both the lunar years that touch them are known, with the weeks before and after."""


@door.get("/plan/month")
@guarded_by(*MAY_APPROVE)
def plan_month() -> Answer:
    """A month: what each day is, whose birthday, and what goes to how many."""
    return _page(request.args.to_dict())


@door.post("/plan/month")
@guarded_by(*MAY_APPROVE)
def change_campaign_day() -> Answer:
    """What waits for approval goes on another day. What the rules forbid is said, and the dialog stays open."""
    form = request.form.to_dict()
    try:
        campaign_id, seen_at, send_at = _typed(form)
        with transaction() as session:
            daychanges.change_day(session, campaign_id, by_of(me()), seen_at=seen_at, send_at=send_at, at=now())
    except (BadInput, Conflict, NotAllowed) as error:
        return _page(form, half(error.message, language())), error.status
    plan_now(campaign_id)
    flash("plan.day.done")
    return redirect(_back(local(send_at, settings().timezone)), 303)


@door.post("/plan/month/<id:id>/take-back")
@guarded_by(*MAY_APPROVE)
def take_back_day(id: int) -> Answer:
    """What somebody has just given another day goes when it was to go before."""
    try:
        with transaction() as session:
            made = daychanges.take_back(session, id, by_of(me()), at=now())
            campaign_id, to_at = made.campaign_id, made.to_at or now()
    except (BadInput, Conflict) as error:
        return _page({"month": request.form.get("month", "")}, notice=half(error.message, language())), error.status
    plan_now(campaign_id)
    flash("plan.day.taken_back")
    return redirect(_back(local(to_at, settings().timezone)), 303)


def _typed(form: Mapping[str, str]) -> tuple[int, datetime | None, datetime]:
    """Which campaign, when it was to go when the page was made, and when it shall. Raises `BadInput`."""
    try:
        seen_at = datetime.fromisoformat(form["was"]) if form.get("was") else None
        if seen_at is not None and seen_at.tzinfo is None:
            raise ValueError("naive")
        campaign_id = as_id(form.get("campaign", ""))
        typed = datetime.fromisoformat(f"{form.get('day', '')}T{form.get('time', '')}")
    except ValueError:
        raise BadInput(say("plan.day.fault", language())) from None
    return campaign_id, seen_at, typed.replace(tzinfo=ZoneInfo(settings().timezone))


def _back(day: datetime) -> str:
    return url_for("console.plan_month", month=f"{day:%Y-%m}")


def _page(asked: dict[str, str], fault: str = "", notice: str = "") -> str:
    """The month that was asked for; with a `fault` the dialog is open again on what was typed."""
    at, who, words = now(), me(), language()
    today = local(at, settings().timezone).date()
    first = month_asked(asked.get("month", ""), today, YEARS, is_kept=bool(fault or notice))
    with reading() as session:
        seen = month_of(session, first, project_of(who), at=at, language=words)
        changed = [_changed(session, one) for one in daychanges.may_be_taken_back(session, by_of(who), at=at)]
    before, after = _other(first, -1), _other(first, 1)
    return render_template(
        "plan_month.html", seen=seen, title=month_title(first), before=before, after=after,
        changed=changed, fault=fault, notice=notice, kept=asked, at=at, today=today, here=_back(_noon(first)),
    )  # fmt: skip


def _changed(session: Session, one: DayChange) -> dict[str, object]:
    """A change that may be taken back: its campaign, and from which moment to which."""
    campaign = session.get_one(Campaign, one.campaign_id)
    return {
        "id": one.id, "campaign": campaign.id, "title": title_of(campaign, language()),
        "since": _moment(one.from_at), "until": _moment(one.to_at),
    }  # fmt: skip


def _moment(at: datetime | None) -> str:
    return f"{day_of(at)} {time_of(at)}" if at else say("plan.day.at_once", language())


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(settings().timezone))


def _other(first: date, months: int) -> str:
    """The month before or after, as an address names it; empty where there is none."""
    count = first.year * 12 + first.month - 1 + months
    year, month = divmod(count, 12)
    return f"{year}-{month + 1:02d}" if year in YEARS else ""
