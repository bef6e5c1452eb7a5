"""The plan of a year's greetings as a calendar, and the birthdays: who is wished, in which words, since when."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, HuiyinError, NotAllowed
from base.refusals import half
from base.wiring import settings
from console.blanks import as_kept, as_written
from console.campaign_lines import by_of
from console.door import Answer, door, language
from console.masks import masked
from console.scope import project_of
from console.staff import me
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from messages.lifecycle import BatchState
from outreach.actions import birthdays, birthdaywords, yearplan
from outreach.actions.yearplan import Entry, Run
from outreach.festivals import FIRST_YEAR, LAST_YEAR
from outreach.lifecycle import MAY_APPROVE
from outreach.models import BirthdayWish
from outreach.templates import template

MOST_SHOWN = 300
EARLIEST, LATEST = FIRST_YEAR + 1, LAST_YEAR - 1
"""A lunar year begins in one year of the sun and ends in the next: both must be known."""
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Line:
    """One day of the plan, in the reader's language; `at` is a moment of it, and `is_past` says that it is over."""

    entry: Entry
    name: str
    why: str
    at: datetime
    is_past: bool


@dataclass(frozen=True, slots=True)
class Off:
    """Days in a row that are off, or worked; moments of the first and the last."""

    name: str
    is_off: bool
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the plan; `birthdays` are those of people who want greetings."""

    number: int
    at: datetime
    lines: tuple[Line, ...]
    off: tuple[Off, ...]
    birthdays: int


@dataclass(frozen=True, slots=True)
class Words:
    """The words for birthdays as the page shows them: those that stand, and newer ones that wait for somebody.

    `state`: `none`, `waiting`, `on` or `off`; `may_approve`: whether the reader is the second person.
    """

    id: int = 0
    state: str = "none"
    zh: str = ""
    en: str = ""
    author: str = ""
    approved_by: str = ""
    may_approve: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed and refused."""

    fault: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wished:
    """Somebody whose birthday a day is; the number is masked, `reason` empty for who is wished."""

    name: str
    place: str
    number: str
    reason: str


@door.get("/plan")
@guarded_by(*MAY_APPROVE)
def year_plan() -> Answer:
    """The whole year, this one unless another is asked for."""
    return _show()


@door.get("/plan/birthdays")
@guarded_by(*MAY_APPROVE)
def birthday_plan() -> Answer:
    """A dry run: whose birthday a day is, who is wished and who is not. Sends nothing."""
    at = now()
    day = _day(request.args.get("day", "")) or local(at, settings().timezone).date()
    with reading() as session:
        found = [one for one in birthdays.celebrants(session, day, at=at) if _is_theirs(session, one)]
    shown = [
        Wished(
            one.name, "、".join(place for _, place in one.candidate.homes), masked(one.number) if one.number else "",
            one.reason,
        )
        for one in found[:MOST_SHOWN]
    ]  # fmt: skip
    return render_template(
        "plan_birthdays.html", day=day, day_at=_at(day), people=shown, more=len(found) - len(shown),
        wished=sum(not one.reason for one in found),
    )  # fmt: skip


@door.post("/plan/birthdays")
@guarded_by(*MAY_APPROVE)
def write_birthdays() -> Answer:
    """New words for birthdays, for a second person to read."""
    typed = {name: as_kept(request.form.get(name, "")) for name in ("text_zh", "text_en")}
    try:
        with transaction() as session:
            birthdaywords.write(session, typed["text_zh"], typed["text_en"], by_of(me()), at=now())
    except (BadInput, NotAllowed) as error:
        return _show(Kept(as_written(half(error.message, language()), language()), typed)), error.status
    return _done("write")


@door.post("/plan/birthdays/<id:id>/approve")
@guarded_by(*MAY_APPROVE)
def approve_birthdays(id: int) -> Answer:
    """From now on these words go to everybody on their birthday."""
    try:
        with transaction() as session:
            birthdaywords.approve(session, id, by_of(me()), at=now())
            _write_down(session, id, AuditWhat.APPROVED)
    except (Conflict, NotAllowed) as error:
        return _refused(error)
    return _done("approve")


@door.post("/plan/birthdays/<id:id>/stop")
@guarded_by(*MAY_APPROVE)
def stop_birthdays(id: int) -> Answer:
    """Nobody is wished until they are switched on again."""
    try:
        with transaction() as session:
            birthdaywords.switch_off(session, id, by_of(me()))
            _write_down(session, id, AuditWhat.STOPPED)
    except (Conflict, NotAllowed) as error:
        return _refused(error)
    return _done("stop")


@door.post("/plan/birthdays/<id:id>/resume")
@guarded_by(*MAY_APPROVE)
def resume_birthdays(id: int) -> Answer:
    """The approved words go again."""
    try:
        with transaction() as session:
            birthdaywords.switch_on(session, id, by_of(me()))
            _write_down(session, id, AuditWhat.RESUMED)
    except (Conflict, NotAllowed) as error:
        return _refused(error)
    return _done("resume")


def _write_down(session: Session, id: int, what: AuditWhat) -> None:
    write_down(session, staff_id=me().id, what=what, about=f"birthdays:{id}", at=now())


def _refused(error: HuiyinError) -> Answer:
    return _show(Kept(half(error.message, language()))), error.status


def _done(what: str) -> Answer:
    flash(f"plan.done.{what}")
    return redirect(url_for("console.year_plan"), 303)


def _show(kept: Kept | None = None) -> str:
    at, words, project_id = now(), language(), project_of(me())
    today = local(at, settings().timezone).date()
    year = min(max(request.args.get("year", today.year, type=int), EARLIEST), LATEST)
    with reading() as session:
        entries = yearplan.entries(session, year, project_id)
        runs, is_provisional = yearplan.runs(session, year)
        a_month = birthdays.a_month(session, year, project_id)
        wish = _words(session)
    lines = [_line(one, today, words) for one in entries]
    months = [
        Month(
            month, _at(date(year, month, 1)), tuple(one for one in lines if one.entry.day.month == month),
            tuple(_off(run, words) for run in runs if run.first.month == month), a_month[month],
        )
        for month in range(1, 13)
    ]  # fmt: skip
    usual = template("birthday")
    return render_template(
        "plan.html", year=year, months=months, is_provisional=is_provisional, wish=wish, kept=kept or Kept(),
        usual={"text_zh": wish.zh or usual.zh, "text_en": wish.en or usual.en}, today=today, first=EARLIEST,
        last=LATEST, here=url_for("console.year_plan", year=year if year != today.year else None),
    )  # fmt: skip


def _line(entry: Entry, today: date, words: str) -> Line:
    name, why = (entry.en, entry.why_en) if words == "en" else (entry.zh, entry.why_zh)
    return Line(entry, name, why, _at(entry.day), entry.day < today)


def _off(run: Run, words: str) -> Off:
    name = run.en.removeprefix("the ") if words == "en" else run.zh
    return Off(name, run.is_off, _at(run.first), _at(run.last))


def _words(session: Session) -> Words:
    wish = birthdays.newest(session)
    if wish is None:
        return Words()
    shown = Words(
        wish.id, _state(wish), as_written(wish.text_zh, "zh"), wish.text_en, wish.author.name if wish.author else "",
        wish.approved_by.name if wish.approved_by else "",
    )  # fmt: skip
    return replace(shown, may_approve=shown.state == "waiting" and wish.author_id != me().id)


def _state(wish: BirthdayWish) -> str:
    return {BatchState.DRAFT: "waiting", BatchState.APPROVED: "on", BatchState.STOPPED: "off"}[wish.batch.state]


def _is_theirs(session: Session, one: birthdays.Celebrant) -> bool:
    project_id = project_of(me())
    return project_id is None or birthdays.lives_in(session, one, project_id)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _at(day: date) -> datetime:
    return datetime.combine(day, NOON, ZoneInfo(settings().timezone))
