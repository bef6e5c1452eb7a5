"""Who is on duty: the rota in the database, with stand-ins where it has gaps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from base.access import Role
from directory.actions import reaches_demo
from directory.models import Project, Staff
from oncall import rota
from oncall.actions.leave import leave_between
from oncall.ladder import Post
from oncall.models import Override, Shift, that_stand
from oncall.rota import WAKEABLE, Away, Candidate, Gap, Holders, Turn
from oncall.rotalook import Outlook, look
from telephony.dark import Tonight
from tickets.lifecycle import HEADQUARTERS, Kind
from tickets.models import Ticket
from tickets.triage import MAILBOX

Entry = TypeVar("Entry", Shift, Override)
UNKNOWN_PROJECT_AT_MOST = 4
"""Nobody knows in which project it is: this many holders of a post, of all projects together, are meant."""
LOOKS_AHEAD = timedelta(days=31)
QUARTER = timedelta(days=90)
"""How far a rota is looked at as a whole."""


@dataclass(frozen=True, slots=True)
class Duty:
    """The people on duty by post, first to ring first; `gaps` are posts the rota itself leaves empty."""

    first: list[Staff] = field(default_factory=list)
    second: list[Staff] = field(default_factory=list)
    supervisor: list[Staff] = field(default_factory=list)
    manager: list[Staff] = field(default_factory=list)
    director: list[Staff] = field(default_factory=list)
    gaps: frozenset[Post] = frozenset()

    def of(self, post: Post) -> list[Staff]:
        """Who holds the post."""
        return {
            Post.FIRST: self.first, Post.SECOND: self.second, Post.SUPERVISOR: self.supervisor,
            Post.MANAGER: self.manager, Post.DIRECTOR: self.director,
        }[post]  # fmt: skip

    @property
    def has_gap(self) -> bool:
        """Whether nobody was written down for the first post: a stand-in holds it, or nobody."""
        return Post.FIRST in self.gaps

    @property
    def holders(self) -> Holders:
        """The same as ids."""
        return Holders({post: tuple(s.id for s in self.of(post)) for post in Post}, self.gaps)


def who_is_on_duty(session: Session, project_id: int | None, *, at: datetime) -> Duty:
    """The people on duty for a project at `at`.

    A post without a shift is held by somebody of the project with the fitting role, else by somebody of the
    company. Without a project (an unknown caller on the company's number) it is whoever is on duty anywhere.
    """
    candidates = _candidates(_not_away(session, _everyone(session, project_id), at), project_id)
    holders = rota.with_stand_ins(_on_the_rota(session, project_id, at), candidates)
    ids = {staff_id for post in Post for staff_id in holders.of(post)}
    staff = {s.id: s for s in session.scalars(select(Staff).where(Staff.id.in_(ids)))} if ids else {}
    return _duty(holders, staff)


def on_duty_everywhere(
    session: Session, project_ids: Iterable[int], turns: Mapping[int, Sequence[Turn]], *, at: datetime
) -> dict[int, Duty]:
    """The same of several projects by their `turns` (`held_everywhere`): staff and leave are read once for all."""
    everyone = _everyone(session, None)
    here = _not_away(session, everyone, at)
    staff = {one.id: one for one in everyone}
    found = {}
    for id in project_ids:
        theirs = [one for one in here if one.project_id in {None, id}]
        on_rota = rota.on_duty(turns.get(id, ()), (), at)
        found[id] = _duty(rota.with_stand_ins(on_rota, _candidates(theirs, id)), staff)
    return found


def _duty(holders: Holders, staff: Mapping[int, Staff]) -> Duty:
    people = {post.value: [staff[staff_id] for staff_id in holders.of(post)] for post in Post}
    return Duty(**people, gaps=holders.gaps)


def everybody(session: Session, project_id: int | None, *, at: datetime) -> list[Staff]:
    """All who can be woken for a project: its staff and the company's; if that is nobody, the whole house.

    Where nobody of the project itself can be, the company's administrators too: somebody must know that it has nobody.
    Whoever is on leave only where everybody is.
    """
    known = _everyone(session, project_id)
    people = [one for one in known if one.role in WAKEABLE]
    if project_id is not None and all(one.project_id is None for one in people):
        people += [one for one in known if one.role is Role.ADMIN]
    return _present(session, people or _everyone(session, None), at)


def duty_of(session: Session, ticket: Ticket, *, at: datetime) -> Duty:
    """Who is on duty for a ticket. A complaint to headquarters is nobody's of the project it may be about:

    the company's own agents are rung for the caller, its directors are told. Of what was said to the general manager
    its agents hear nothing either.
    """
    duty = who_is_on_duty(session, ticket.project_id, at=at)
    if not is_about_the_project(ticket):
        return duty
    ours = _present(session, [staff for staff in _everyone(session, None) if staff.project_id is None], at)
    on_duty = [staff for staff in duty.director if staff.project_id is None]
    directors = on_duty or [staff for staff in ours if staff.role is Role.DIRECTOR]
    agents = [staff for staff in ours if staff.role is Role.AGENT]
    return Duty(first=directors if ticket.category == MAILBOX else agents, director=directors)


def everybody_of(session: Session, ticket: Ticket, *, at: datetime) -> list[Staff]:
    """All who can be woken for a ticket; of a complaint to headquarters nobody who has a project."""
    if not is_about_the_project(ticket):
        return everybody(session, ticket.project_id, at=at)
    ours = _present(session, [staff for staff in _everyone(session, None) if staff.project_id is None], at)
    return [staff for staff in ours if staff.role in (Role.DIRECTOR, Role.QUALITY, Role.ADMIN)]


def is_about_the_project(ticket: Ticket) -> bool:
    """Whether it is a complaint to headquarters: those it may be about could not even open it."""
    return ticket.kind is Kind.COMPLAINT and ticket.owner_desk == HEADQUARTERS


def coming_gaps(session: Session, project_id: int, *, from_at: datetime, until_at: datetime) -> list[Gap]:
    """Stretches of a project without anybody first on duty, from `from_at` to `until_at`."""
    return rota.gaps(held(session, project_id, from_at, until_at), from_at, until_at)


def outlook(
    session: Session, project_id: int, *, from_at: datetime, until_at: datetime, zone: str,
    holidays: Collection[date] = (),
) -> Outlook:  # fmt: skip
    """What the rota of a project is worth from `from_at` until `until_at`: holes, meetings, loads, days."""
    return look(held(session, project_id, from_at, until_at), (), from_at, until_at, zone=zone, holidays=holidays)


def names_of(session: Session, seen: Outlook) -> dict[int, str]:
    """The names of everybody who carries something of it."""
    ids = {load.staff_id for load in seen.loads}
    return {staff.id: staff.name for staff in session.scalars(select(Staff).where(Staff.id.in_(ids)))} if ids else {}


def next_on_duty(session: Session, project_id: int, post: Post, *, at: datetime) -> Turn | None:
    """Who takes a post of a project over next, and when; None where nothing is written down."""
    return rota.next_turn(held(session, project_id, at, at + LOOKS_AHEAD), (), post, at)


def holds_until(turns: Iterable[Turn], post: Post, staff_id: int, *, at: datetime) -> datetime | None:
    """When the turn of whoever holds a post ends; None for a stand-in, who is written down nowhere."""
    ends = [turn.ends_at for turn in turns if turn.covers(at) and (turn.post, turn.staff_id) == (post, staff_id)]
    return max(ends, default=None)


def held(session: Session, project_id: int, from_at: datetime, until_at: datetime) -> list[Turn]:
    """Who really holds which post of a project around that stretch: shifts, overrides and leave taken together."""
    shifts = _touching(session, Shift, project_id, from_at, until_at)
    overrides = _touching(session, Override, project_id, from_at, until_at)
    # leave is looked for as far as the turns reach: of one that it touches later only a part is left
    last_at = max((turn.ends_at for turn in (*shifts, *overrides)), default=until_at)
    first_at = min((turn.starts_at for turn in (*shifts, *overrides)), default=from_at)
    return rota.as_held(shifts, overrides, leave_between(session, min(first_at, from_at), max(last_at, until_at)))


def held_everywhere(session: Session, from_at: datetime, until_at: datetime) -> dict[int, list[Turn]]:
    """The same of every project that has anything written down, by its id: asked for once, however many there are."""
    by_project: dict[int, tuple[list[Turn], list[Turn]]] = {}
    for shift in _rows(session, Shift, from_at, until_at):
        by_project.setdefault(shift.project_id, ([], []))[0].append(_turn(shift))
    for override in _rows(session, Override, from_at, until_at):
        by_project.setdefault(override.project_id, ([], []))[1].append(_turn(override))
    turns = [turn for both in by_project.values() for some in both for turn in some]
    first_at = min((turn.starts_at for turn in turns), default=from_at)
    last_at = max((turn.ends_at for turn in turns), default=until_at)
    away = leave_between(session, min(first_at, from_at), max(last_at, until_at))
    return {id: rota.as_held(shifts, overrides, away) for id, (shifts, overrides) in by_project.items()}


def tonight(session: Session, *, at: datetime) -> Tonight:
    """The duty numbers for when the house is dark: by each project's own number, and for everything else."""
    by_called: dict[str, list[str]] = {}
    for project in session.scalars(select(Project).order_by(Project.id)):
        if project.number:
            by_called[project.number] = _live_numbers(who_is_on_duty(session, project.id, at=at))
    return Tonight(by_called, _live_numbers(who_is_on_duty(session, None, at=at)))


def _live_numbers(duty: Duty) -> list[str]:
    numbers = [s.number for s in (*duty.first, *duty.second, *duty.supervisor) if not s.is_demo or reaches_demo()]
    return list(dict.fromkeys(numbers))


def _on_the_rota(session: Session, project_id: int | None, at: datetime) -> Holders:
    if project_id is not None:
        return rota.on_duty(held(session, project_id, at, at), (), at)
    by_post: dict[Post, tuple[int, ...]] = {}
    for each in session.scalars(select(Project.id).order_by(Project.id)):
        for post, ids in rota.on_duty(held(session, each, at, at), (), at).by_post.items():
            known = (*by_post.get(post, ()), *ids)
            by_post[post] = tuple(dict.fromkeys(known))[:UNKNOWN_PROJECT_AT_MOST]
    return Holders(by_post, frozenset(post for post in Post if post not in by_post))


def taken_by(session: Session, leave: Away) -> list[tuple[int, Turn]]:
    """What a leave takes and nobody else holds, by project id, in order of time."""
    theirs = select(Shift.project_id).where(Shift.staff_id == leave.staff_id).union(
        select(Override.project_id).where(Override.staff_id == leave.staff_id)
    )  # fmt: skip
    found = []
    for project_id in session.scalars(theirs):
        shifts = _touching(session, Shift, project_id, leave.starts_at, leave.ends_at)
        overrides = _touching(session, Override, project_id, leave.starts_at, leave.ends_at)
        for turn in rota.as_held(shifts, overrides):
            if leave.takes(turn):
                cut = max(turn.starts_at, leave.starts_at), min(turn.ends_at, leave.ends_at)
                found.append((project_id, replace(turn, starts_at=cut[0], ends_at=cut[1])))
    return sorted(found, key=lambda each: each[1].starts_at)


def _touching(
    session: Session, table: type[Entry], project_id: int, from_at: datetime, until_at: datetime
) -> list[Turn]:
    return [_turn(row) for row in _rows(session, table, from_at, until_at, table.project_id == project_id)]


def _rows(
    session: Session, table: type[Entry], from_at: datetime, until_at: datetime, *where: ColumnElement[bool]
) -> Sequence[Entry]:
    return session.scalars(
        select(table)
        .join(table.staff)
        .where(*where, table.starts_at <= until_at, table.ends_at > from_at)
        .where(Staff.is_active, Staff.number != "", *that_stand(table))
        .order_by(table.id)
    ).all()


def _turn(row: Shift | Override) -> Turn:
    return Turn(row.post, row.staff_id, row.starts_at, row.ends_at)


def _candidates(those: Iterable[Staff], project_id: int | None) -> list[Candidate]:
    return [Candidate(s.id, s.role, is_local=s.project_id == project_id) for s in those]


def _present(session: Session, people: list[Staff], at: datetime) -> list[Staff]:
    """Those who are not on leave; all of them where nobody else is left."""
    return _not_away(session, people, at) or people


def _not_away(session: Session, people: list[Staff], at: datetime) -> list[Staff]:
    away = {one.staff_id for one in leave_between(session, at, at)}
    return [staff for staff in people if staff.id not in away]


def _everyone(session: Session, project_id: int | None) -> list[Staff]:
    query = select(Staff).where(Staff.is_active, Staff.number != "").order_by(Staff.id)
    if project_id is not None:
        query = query.where((Staff.project_id == project_id) | Staff.project_id.is_(None))
    return list(session.scalars(query))
