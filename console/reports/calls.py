"""The report of calls: who was answered, who hung up, when they come."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from base.clock import local
from console.masks import masked
from console.reports.asked import Asked, number
from console.reports.measures.calls import (
    HOURS,
    WEEKDAYS,
    CallCount,
    CallFate,
    busiest,
    by_weekday_and_hour,
)
from console.reports.measures.calls import WANTED as WHO_WANTED
from console.reports.measures.shares import shade
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.reports.sql import hour, hour_of, piece_of, seconds_between
from hotline.intake import RINGING
from hotline.models import Call, RingBack, Waiting
from hotline.ringback import RingBackWhy
from hotline.waitingline import LeftHow
from oncall.models import Page, PageKind
from tickets.models import Ticket

KIND = "calls"
WANTED = "wanted"
HOUR = timedelta(hours=1)
_SHOWN = (CallFate.SPOKEN, CallFate.BY_ITSELF, CallFate.LEFT_WORD, CallFate.ABANDONED)


def sections(session: Session, asked: Asked) -> list[Section]:
    """How they were answered, piece by piece, and at which hours of the week they come."""
    pieces = {n: CallCount() for n in range(len(asked.starts))}
    total = CallCount()
    for piece, fate, n, waited_s in session.execute(_counted(asked)):
        for count in (pieces[piece], total):
            count.add(CallFate(fate), n, waited_s or 0.0)
    hours = select(hour_of(Call.began_at).label("hour")).where(*_of(asked)).subquery()
    came = {hour(text): n for text, n in session.execute(select(hours.c.hour, func.count()).group_by(hours.c.hour))}
    return [_answered(asked, total, pieces), _heat(asked, came)]


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The calls behind a number, newest first."""
    calls, fate = _with_fate(asked)
    wanted: list[ColumnElement[bool]] = [Call.id < after] if after is not None else []
    of = given.get("of", "")
    if of in set(CallFate):
        wanted.append(fate == of)
    elif of == WANTED:
        wanted.append(fate.in_(WHO_WANTED))
    wanted += asked.piece(Call.began_at, given)
    weekday, hour_of_day = number(given, "weekday"), number(given, "hour")
    if weekday is not None and hour_of_day is not None:
        wanted.append(hour_of(Call.began_at).in_(_hours_of(asked, weekday, hour_of_day)))
    query = (
        calls.with_only_columns(Call, fate, Ticket)
        .outerjoin(Ticket, and_(Ticket.id == Call.ticket_id, asked.visible))
        .where(*wanted).order_by(Call.id.desc()).limit(limit)
    )  # fmt: skip
    return [_line(asked, call, str(became), ticket) for call, became, ticket in session.execute(query)]


def _of(asked: Asked) -> list[ColumnElement[bool]]:
    """Residents' calls of the period: those of colleagues count for none."""
    return [*asked.within(Call.began_at, Call.project_id), Call.staff_id.is_(None)]


def _with_fate(asked: Asked) -> tuple[Select[Any], ColumnElement[str]]:
    """The calls, and what became of each. Rung for them: every live ring about their ticket while they called."""
    rang = (
        select(Call.id.label("id"), func.min(Page.paged_at).label("at"), func.min(Page.joined_at).label("joined_at"))
        .join(Page, and_(Page.ticket_id == Call.ticket_id, Page.kind == PageKind.LIVE, Page.paged_at >= Call.began_at))
        .where(*_of(asked), or_(Call.ended_at.is_(None), Page.paged_at <= Call.ended_at))
        .group_by(Call.id).subquery("rang")
    )  # fmt: skip
    owed = exists().where(RingBack.last_call_id == Call.id, RingBack.why == RingBackWhy.WAITING)
    # a number is owed one call, however often it hung up, and a withheld one none: the calls themselves say where they
    # were when they ended, until their keys are emptied
    was_told = func.coalesce(Call.intake["was_told_taken"].as_boolean(), false())
    rang_on = and_(Waiting.id.is_(None), Call.intake["place"].as_string() == RINGING, ~was_told)
    fate = case(
        (or_(rang.c.joined_at.is_not(None), Waiting.how == LeftHow.SPOKEN), CallFate.SPOKEN.value),
        (Call.ended_at.is_(None), CallFate.ON_THE_LINE.value),
        (or_(Waiting.how == LeftHow.HUNG_UP, owed, rang_on), CallFate.ABANDONED.value),
        (or_(rang.c.id.is_not(None), Waiting.id.is_not(None)), CallFate.LEFT_WORD.value),
        else_=CallFate.BY_ITSELF.value,
    )
    since_at = func.coalesce(Waiting.since_at, rang.c.at)
    waited = seconds_between(since_at, func.coalesce(rang.c.joined_at, Waiting.left_at))
    query = (
        select(fate.label("fate"), waited.label("waited_s"))
        .select_from(Call)
        .outerjoin(rang, rang.c.id == Call.id)
        .outerjoin(Waiting, Waiting.call_id == Call.id)
        .where(*_of(asked))
    )
    return query, fate


def _counted(asked: Asked) -> Select[Any]:
    """The sorts are named first, since PostgreSQL knows none by an expression with values."""
    calls, _ = _with_fate(asked)
    named = calls.add_columns(piece_of(Call.began_at, asked.starts, asked.zone).label("piece")).subquery()
    sums = (func.count(), func.sum(named.c.waited_s))
    return select(named.c.piece, named.c.fate, *sums).group_by(named.c.piece, named.c.fate)


def _answered(asked: Asked, total: CallCount, pieces: Mapping[int, CallCount]) -> Section:
    fates = [asked.say(f"calls.{fate.value}") for fate in _SHOWN]
    title = (
        asked.say("calls.answered.none") if not total.all
        else asked.say("calls.answered.nobody_wanted", n=total.all) if not total.wanted
        else asked.say("calls.answered.title", percent=total.answered, abandoned=total.abandoned)
    )  # fmt: skip

    def line(name: str, count: CallCount, **more: Any) -> list[Cell]:
        def n(of: str, value: int) -> Cell:
            return asked.count(KIND, of, value, **more)

        return [
            Cell(name), n("all", count.all), *(n(fate.value, count.fates[fate]) for fate in _SHOWN),
            asked.made_of(KIND, WANTED, count.answered, Unit.PERCENT, **more),
            asked.made_of(KIND, WANTED, count.abandoned, Unit.PERCENT, **more),
            asked.made_of(KIND, CallFate.SPOKEN.value, count.wait_s, Unit.SECONDS, **more),
        ]  # fmt: skip

    names = [asked.piece_name(start) for start in asked.starts]
    lines = [line(name, pieces[n], piece=n) for n, name in enumerate(names) if pieces[n].all]
    head = ["", asked.say("calls.all"), *fates, *(asked.say(f"calls.{one}") for one in ("rate", "lost", "wait"))]
    return Section(
        "answered", asked.say("calls.answered"), title, asked.say("calls.answered.how"), head,
        [line(asked.say("total"), total), *lines],
        Chart("stack", names, {
            name: [pieces[n].fates[fate] for n in pieces] for name, fate in zip(fates, _SHOWN, strict=True)
        }),
    )  # fmt: skip


def _heat(asked: Asked, came: Mapping[datetime, int]) -> Section:
    counts = by_weekday_and_hour(came, asked.zone)
    most, when = max(counts.values(), default=0), busiest(counts)
    title = (
        asked.say("calls.hours.none") if when is None
        else asked.say(
            "calls.hours.title", day=asked.say(f"weekday.{when[0]}"), hour=f"{when[1]:02}:00", n=counts[when]
        )
    )  # fmt: skip
    lines = [
        [Cell(asked.say(f"weekday.{day}")), *(
            Cell(n, href=asked.link(KIND, "all", weekday=day, hour=at), shade=shade(n, most)) if (n := counts[day, at])
            else Cell(None) for at in HOURS
        )]
        for day in WEEKDAYS
    ]  # fmt: skip
    return Section(
        "hours", asked.say("calls.hours"), title, asked.say("calls.hours.how"), ["", *map(str, HOURS)], lines,
        is_heat=True,
    )  # fmt: skip


def _hours_of(asked: Asked, weekday: int, hour_of_day: int) -> list[str]:
    """The hours by UTC, as the database says them, that were this hour of this weekday on the company's clock."""
    found, at = [], asked.from_at.astimezone(UTC)
    while at < asked.until_at:
        there = local(at, asked.zone)
        if (there.weekday(), there.hour) == (weekday, hour_of_day):
            found.append(f"{at:%Y-%m-%d %H}")
        at += HOUR
    return found


def _line(asked: Asked, call: Call, fate: str, ticket: Ticket | None) -> Line:
    # whoever complained without their name, or past their project, is not known by their number here
    is_named = call.ticket_id is None or (ticket is not None and ticket.caller_number is not None)
    return Line(
        call.id, ticket.ref if ticket else "", url_for("console.ticket", ref=ticket.ref) if ticket else "",
        (masked(call.from_number) if is_named else "") or asked.say("calls.withheld"),
        asked.projects.get(call.project_id or 0, ""), asked.say(f"calls.{fate}"), call.began_at,
    )  # fmt: skip
