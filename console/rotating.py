"""A rotation is written by a form: by day, by night and on days off; shown with what clashes before it is stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import NotFound
from base.ids import as_id
from base.wiring import settings
from console.door import Answer, door, language
from console.facts import project_name
from console.rota_ahead import Met, met_of
from console.scope import LEADERS, projects_of
from console.staff import me
from console.words import say
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Project, Staff
from oncall.actions import overriding, shifts
from oncall.actions.duty import held
from oncall.actions.leave import leave_between
from oncall.ladder import Post
from oncall.rota import Gap, Turn
from oncall.rotalook import look
from oncall.rotasheet import LONGEST, ShiftRow
from oncall.rotation import EVERY_DAY, Rotation, turns
from tickets.actions import workdays

SHOWN = 14
MOST_DAYS, MOST_PEOPLE, MOST_MET = 366, 8, 20
EACH = (1, 2, 3, 7, 14)
LINES = {"day": ("08:00", "20:00"), "night": ("20:00", "08:00"), "off": ("08:00", "08:00")}
"""The rows of the form and the hours they begin with. `off` is of holidays, or of every day off; 调休 is known."""


@dataclass(frozen=True, slots=True)
class DayShown:
    """One day of the preview: the turns that begin on it or last all of it, and whether people are off; provisional
    where nobody knows that yet.
    """

    day: date
    is_off: bool
    is_provisional: bool
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be stored, and what clashes within the days shown; `seal` names exactly this."""

    rows: tuple[ShiftRow, ...]
    days: tuple[DayShown, ...]
    holes: tuple[tuple[str, Turn], ...]
    gaps: tuple[Gap, ...]
    met: tuple[Met, ...]
    elsewhere: tuple[tuple[str, Turn], ...]
    tired: tuple[tuple[str, int], ...]
    seal: str
    unknown_years: tuple[int, ...]


@dataclass
class Form:
    """What was typed, as text, and what is wrong with it, by field."""

    typed: dict[str, str]
    people: dict[str, list[str]]
    faults: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, usual: str = "") -> str:
        """One field."""
        return self.typed.get(name, usual).strip()


@door.get("/oncall/rotation")
@guarded_by(*LEADERS)
def rotation() -> Answer:
    """The empty form, from tomorrow on."""
    day = local(now(), settings().timezone).date() + timedelta(days=1)
    typed = {"begins": day.isoformat(), "days": "90", "each": "1", "post": Post.FIRST.value, "steps_in": "1"}
    return _page(Form({**typed, "project": request.args.get("project", "")}, {}))


@door.post("/oncall/rotation")
@guarded_by(*LEADERS)
def write_rotation() -> Answer:
    """Show what comes of it; stored is only what was shown."""
    form = Form(request.form.to_dict(), {name: request.form.getlist(f"{name}_who") for name in LINES})
    with reading() as session:
        seen = _preview(session, form)
    if seen is None:
        return _page(form), 422
    if request.form.get("do") != "write" or request.form.get("seal") != seen.seal:
        return _page(form, seen)
    with transaction() as session:
        shifts.write(session, seen.rows, replace=bool(form.get("replace")), posts=(Post(form.get("post")),))
        project_id = _project(session, form).id
        write_down(
            session, staff_id=me().id, what=AuditWhat.ROTA, about=f"project:{project_id}",
            reason=f"{form.get('post')} {form.get('begins')} +{form.get('days')}", at=now(), project_id=project_id,
        )  # fmt: skip
    flash("rotation.done")
    return redirect(url_for("console.rota_ahead"), 303)


def _page(form: Form, seen: Preview | None = None) -> str:
    with reading() as session:
        projects = projects_of(session, me())
        chosen = next(
            (one for one in projects if str(one.id) == form.get("project")), projects[0] if projects else None
        )
        staff = overriding.fit(session, chosen.id) if chosen else []
        return render_template(
            "oncall_rotation.html", form=form, seen=seen, projects=projects, chosen=chosen, staff=staff, lines=LINES,
            posts=tuple(Post), each=EACH, most=MOST_PEOPLE, at=now(),
            project_name=partial(project_name, language=language()),
        )  # fmt: skip


def _preview(session: Session, form: Form) -> Preview | None:
    """What the form means; None where it means nothing, and then its faults say why."""
    project = _project(session, form)
    zone, staff = settings().timezone, {one.id: one for one in overriding.fit(session, project.id)}
    begins, days, post = _date(form), _number(form, "days", MOST_DAYS), _post(form)
    each = _number(form, "each", MOST_DAYS)
    people = {name: _people(form, name, staff) for name in LINES}
    hours = {name: (_time(form, f"{name}_from"), _time(form, f"{name}_until")) for name in LINES if people[name]}
    if not any(people.values()):
        form.faults["people"] = say("rotation.fault.people", language())
    if form.faults or begins is None or post is None:
        return None
    off = _days_off(session, begins, days, every=form.get("off_days") == "all") if people["off"] else frozenset()
    held_, missing = [], []
    first_at = datetime.combine(begins, time(), ZoneInfo(zone))
    away = leave_between(session, first_at, first_at + timedelta(days=days + 1), of=list(staff))
    for name, those in people.items():
        if those:
            is_off = name == "off"
            line = Rotation(
                post, tuple(those), begins, 1 if is_off else each, *hours[name], EVERY_DAY,
                without=() if is_off else off, only=off if is_off else None, steps_in=bool(form.get("steps_in")),
            )  # fmt: skip
            found = turns(line, days, zone=zone, away=away)
            held_ += found[0]
            missing += found[1]
    if any(turn.ends_at - turn.starts_at > LONGEST for turn in held_):
        form.faults["each"] = say("rotation.fault.long", language(), n=LONGEST.days)
        return None
    return _seen(session, project, post, staff, held_, missing, first_at, days, replaces=bool(form.get("replace")))


def _seen(
    session: Session, project: Project, post: Post, staff: dict[int, Staff], new: Sequence[Turn],
    missing: Sequence[Turn], first_at: datetime, days: int, *, replaces: bool,
) -> Preview:  # fmt: skip
    until_at = first_at + timedelta(days=min(days, SHOWN))
    ids, zone = set(staff), settings().timezone
    same = {(turn.post, turn.staff_id, turn.starts_at) for turn in new}
    last_at = max((turn.starts_at for turn in new), default=first_at)
    there = [
        (id, turn)
        for id in session.scalars(select(Project.id).order_by(Project.id))
        for turn in held(session, id, first_at, until_at)
        if (id == project.id or turn.staff_id in ids)
        and (id != project.id or (turn.post, turn.staff_id, turn.starts_at) not in same)
        and not (replaces and id == project.id and turn.post is post and first_at <= turn.starts_at <= last_at)
    ]
    here = [turn for id, turn in there if id == project.id]
    elsewhere = [turn for id, turn in there if id != project.id]
    seen = look([*new, *here], (), first_at, until_at, zone=zone)
    loads = look([*new, *here, *elsewhere], (), first_at, until_at, zone=zone).loads
    known = {one.id: one.name for one in staff.values()}
    known |= {id: session.get_one(Staff, id).name for id in {turn.staff_id for _, turn in there} - known.keys()}
    people = {turn.staff_id for turn in new}
    rows = tuple(
        ShiftRow(project.id, turn.post, turn.staff_id, turn.starts_at, turn.ends_at)
        for turn in sorted(new, key=lambda each: each.starts_at)
    )
    said = repr([(row.post, row.staff_id, row.starts_at.isoformat(), row.ends_at.isoformat()) for row in rows])
    return Preview(
        rows,
        tuple(_days_shown(session, new, known, first_at, until_at)),
        tuple((known[turn.staff_id], turn) for turn in missing[:MOST_MET]),
        seen.gaps if post is Post.FIRST else (),
        tuple(met_of(one, known) for one in seen.meetings[:MOST_MET]),
        tuple((known[turn.staff_id], turn) for turn in elsewhere if any(_meet(turn, one) for one in new))[:MOST_MET],
        tuple((known[load.staff_id], load.short_rests) for load in loads
              if load.staff_id in people and load.short_rests),
        hashlib.sha256(f"{project.id} {replaces} {said}".encode()).hexdigest()[:24],
        workdays(session).unknown_years(first_at.date(), (first_at + timedelta(days=days - 1)).date()),
    )  # fmt: skip


def _meet(one: Turn, other: Turn) -> bool:
    """Whether one person would be in two places."""
    return one.staff_id == other.staff_id and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _days_shown(
    session: Session, new: Sequence[Turn], known: dict[int, str], first_at: datetime, until_at: datetime
) -> list[DayShown]:  # fmt: skip
    calendar, found, at, zone = workdays(session), [], first_at, settings().timezone
    while at < until_at:
        tomorrow = at + timedelta(days=1)
        here = [
            turn for turn in new if at <= turn.starts_at < tomorrow or turn.starts_at < at < tomorrow <= turn.ends_at
        ]
        stretches = (
            f"{known[turn.staff_id]} {local(turn.starts_at, zone):%H:%M}–{local(turn.ends_at, zone):%H:%M}"
            for turn in sorted(here, key=lambda each: each.starts_at)
        )
        day = calendar.on(at.date())
        found.append(DayShown(day.day, day.is_off, day.is_provisional, tuple(stretches)))
        at = tomorrow
    return found


def _days_off(session: Session, begins: date, days: int, *, every: bool) -> frozenset[date]:
    """Holidays by name, or every day off; a weekend that is worked (调休) is none."""
    known = (workdays(session).on(begins + timedelta(days=place)) for place in range(days))
    return frozenset(one.day for one in known if one.is_off and (every or one.zh))


def _project(session: Session, form: Form) -> Project:
    project = next((one for one in projects_of(session, me()) if str(one.id) == form.get("project")), None)
    if project is None:
        raise NotFound("没有这个项目，或者它不归您管。There is no such project, or it is not yours.")
    return project


def _people(form: Form, name: str, staff: dict[int, Staff]) -> list[int]:
    chosen = [id for id in form.people.get(name, []) if id]
    try:
        ids = [as_id(id) for id in chosen][:MOST_PEOPLE]
    except ValueError:
        ids = [0]
    if not set(ids) <= staff.keys():
        form.faults["people"] = say("rotation.fault.staff", language())
        return []
    return ids


def _post(form: Form) -> Post | None:
    try:
        return Post(form.get("post"))
    except ValueError:
        form.faults["post"] = say("rotation.fault.post", language())
        return None


def _date(form: Form) -> date | None:
    """The first day: from today on, at most a year ahead."""
    today = local(now(), settings().timezone).date()
    try:
        begins = date.fromisoformat(form.get("begins"))
    except ValueError:
        begins = None
    if begins is None or not today <= begins <= today + timedelta(days=MOST_DAYS):
        form.faults["begins"] = say("rotation.fault.begins", language())
        return None
    return begins


def _number(form: Form, name: str, most: int) -> int:
    typed = form.get(name)
    number = int(typed) if typed.isdecimal() and len(typed) < 5 else 0
    if not 1 <= number <= most:
        form.faults[name] = say("rotation.fault.number", language(), n=most)
        return 1
    return number


def _time(form: Form, name: str) -> time:
    try:
        return time.fromisoformat(form.get(name)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        form.faults["hours"] = say("rotation.fault.hours", language())
        return time()
