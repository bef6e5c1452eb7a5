"""The desk: what is due now, who is on duty, and what a new house still has to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from base.ids import as_id
from base.wiring import settings
from console.board import Group, Row, changes_at, grouped, urgency_of
from console.concerns import LOOK_AGAIN, Concern, concerns
from console.daypage import is_day, job_tag, read_day, wanted
from console.door import Answer, door, language
from console.duty import ProjectDuty, duty
from console.facts import MOST_ROWS, due_rows, newest_rows, project_name, state_tag
from console.following import count_followed
from console.living import living, shown, unchanged
from console.pops import Pops, pops_tag, read_pops
from console.proposal_facts import Asked, proposals_for
from console.ringbacks import Owing, read_owing
from console.scope import TOLD_OF_TROUBLE, projects_of, scope_of, visible
from console.shared import once
from console.staff import Me, me
from console.ticket import Kept
from console.waiting import InLine, line_tag, read_line
from console.watching import Fold, alerts, folded
from directory.models import Home, Project
from hotline.models import Call
from oncall.actions import audit
from oncall.models import Shift
from outreach.lifecycle import MAY_WRITE
from tickets.lifecycle import GRAVITY, MOVING, Status
from tickets.models import Ticket

MOST_COUNTED = 10_000
"""Of what is not over: more than a board ever lists, so that it can say how many it does not."""
MOST_COUNTED_ENDED = 1_000
"""Whoever reads the number of ended tickets waits for no other one: it is not counted through to its end."""
SHOWS = ("open", "mine", "rework", "ended")
MOST_MANY = 1000
"""So many lines at most for whoever asks for more of them than a board usually has."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to see: open, mine, done again or ended; one project, or all they serve.

    `is_long`: more lines than a board usually has.
    """

    show: str
    project_id: int | None
    is_long: bool = False

    def clause(self, who: Me) -> ColumnElement[bool]:
        """The tickets of this choice that `who` may see."""
        status = {
            "open": Ticket.status.in_(MOVING),
            "mine": and_(Ticket.status.in_(MOVING), Ticket.assignee_id == who.id),
            "rework": and_(Ticket.status.in_(MOVING), Ticket.reworked > 0),
            "ended": Ticket.status.not_in(MOVING),
        }[self.show]
        return and_(self.here(who), status)

    def here(self, who: Me) -> ColumnElement[bool]:
        """Every ticket of the chosen project that `who` may see, however it stands."""
        if self.project_id is None:
            return visible(who)
        return and_(visible(who), or_(Ticket.project_id == self.project_id, Ticket.project_id.is_(None)))


@dataclass(frozen=True, slots=True)
class Listed:
    """The tickets of a board, and what was drawn of them already: the same for all colleagues who may see the same."""

    rows: list[Row]
    drawn: dict[str, Markup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the tickets and is the same for all colleagues who may see the same."""

    counts: dict[str, int]
    alarms: list[Row]
    alerts: list[Fold]
    proposals: list[Asked]
    duty: list[ProjectDuty]
    following: int | None
    steps: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the board shows, and until when it stays right by itself; `many`: what there may be more of."""

    tag: str
    groups: list[Group]
    around: Around
    counts: dict[str, int]
    more: int
    projects: list[tuple[int, str]]
    line: InLine
    pops: Pops
    concerns: list[Concern]
    owing: Owing
    many: set[str]
    drawn: dict[str, Markup]

    def drawn_once(self, name: str, draw: Callable[[], Markup]) -> Markup:
        """A part of the page that is the same for everybody who is shown these tickets."""
        if name not in self.drawn:
            self.drawn[name] = draw()
        return self.drawn[name]


@door.get("/")
@guarded_by(*EVERYBODY_ON_STAFF)
def desk() -> Answer:
    """The whole page; a technician's is their day."""
    return _day("day.html") if is_day(me()) else _answer("desk.html")


@door.get("/day")
@guarded_by(*EVERYBODY_ON_STAFF)
def day() -> Answer:
    """The part of a technician's day that lives: 304 while nothing changed and no clock passed a border."""
    return _day("_day.html", known=shown())


@door.get("/board")
@guarded_by(*EVERYBODY_ON_STAFF)
def board() -> Answer:
    """The part that lives: 304 while nothing changed and no clock passed a border."""
    return _answer("_board.html", known=shown())


def _answer(template: str, *, known: str = "") -> Response:
    who, choice, at, words = me(), _chosen(), now(), language()
    with reading() as session:
        owing = read_owing(session, who, at=at, language=words)
        line = line_tag(session, choice.here(who), at=at)
        pops = pops_tag(session, choice.here(who), at=at)
        tickets = state_tag(session, choice.clause(who), is_history=choice.show == "ended")
        state = f"{tickets}.{choice.show}.{choice.project_id}.{choice.is_long}.{words}.{owing.tag}.{line}.{pops}"
        if _is_current(known, state, at):
            return unchanged(known)
        board = look(session, who, choice, state=state, at=at, words=words, owing=owing, is_again=bool(known))
    page = render_template(
        template, board=board, choice=choice, at=at, may_decide=who.role in MAY_WRITE,
        leads=who.role in TOLD_OF_TROUBLE,
    )  # fmt: skip
    return living(page, board.tag)


def _day(template: str, *, known: str = "") -> Response:
    who, choice, at, words = me(), Choice("open", None), now(), language()
    with reading() as session:
        pops = pops_tag(session, choice.here(who), at=at)
        state = f"{state_tag(session, choice.clause(who))}.{words}.{pops}"
        if known and _is_current(known, f"{state}.{job_tag(session, who, wanted(), words, at=at)}", at):
            return unchanged(known)
        owing = read_owing(session, who, at=at, language=words)
        board = look(session, who, choice, state=state, at=at, words=words, owing=owing)
        seen = read_day(session, who, board.groups, at=at, language=words)
    tag = f"{state}.{seen.case.tag if seen.case else ''}@{board.tag.rpartition('@')[2]}"
    page = render_template(
        template, board=board, seen=seen, case=seen.case, answer=seen.answer, tag=tag, kept=Kept(), at=at,
        may_decide=False, is_day=True,
    )  # fmt: skip
    return living(page, tag)


def look(
    session: Session, who: Me, choice: Choice, *, state: str, at: datetime, words: str, owing: Owing,
    is_again: bool = False,
) -> Board:  # fmt: skip
    """Read the board as `who` may see it at `at`.

    `is_again`: for a desk that lives. What changed it changed those of all colleagues, who ask within the same two
    seconds: what is the same for them is read once. Whoever opens a page is shown what is there now.
    """
    zone = settings().timezone
    projects = projects_of(session, who)
    how: dict[str, Any] = {"at": at, "language": words, "many_projects": len(projects) > 1}

    def read() -> Listed:
        if choice.show == "ended":
            return Listed(newest_rows(session, choice.clause(who), before_id=None, most=MOST_ROWS, **how)[0])
        return Listed(due_rows(session, choice.clause(who), most=MOST_MANY if choice.is_long else None, **how))

    whose = who.id if choice.show == "mine" else scope_of(who)
    listed = once(("board", whose, state), read, at=at) if is_again else read()
    found = listed.rows

    def read_around() -> Around:
        findings = once("audit", lambda: audit(session, at=at), at=at) if is_again else audit(session, at=at)
        untaken = (row for row in found if row.is_alarming and row.status == Status.OPEN)
        alarms = sorted(untaken, key=lambda row: (GRAVITY.index(row.level), urgency_of(row)))
        here = [project for project in projects if choice.project_id in {None, project.id}]
        return Around(
            counts={show: _count(session, who, Choice(show, choice.project_id)) for show in SHOWS if show != "mine"},
            alarms=alarms,
            alerts=folded(alerts(session, who, findings, shown=[row.ref for row in alarms], at=at, language=words)),
            proposals=proposals_for(session, who, project_id=choice.project_id, at=at, language=words),
            duty=duty(session, here, at=at, language=words),
            following=count_followed(session, who),
            steps=_steps(session),
        )

    around = once(("around", whose, state), read_around, at=at) if is_again else read_around()
    counts = {**around.counts, "mine": _count(session, who, Choice("mine", choice.project_id))}
    until = min(changes_at(found, at=at, zone=zone), at + LOOK_AGAIN)
    return Board(
        tag=f"{state}@{until.timestamp():.3f}",
        groups=grouped(found, at=at, zone=zone),
        around=around,
        counts=counts,
        more=max(0, counts[choice.show] - len(found)),
        projects=[(project.id, project_name(project, words)) for project in projects],
        line=read_line(session, choice.here(who), who, at=at, language=words, many_projects=len(projects) > 1),
        pops=read_pops(session, choice.here(who), who, at=at, language=words),
        concerns=concerns(session, who, at=at, language=words),
        owing=owing,
        many={show for show, count in counts.items() if count >= _most_counted(show)},
        drawn=listed.drawn,
    )


def _is_current(known: str, state: str, at: datetime) -> bool:
    before, _, until = known.partition("@")
    return before == state and until.replace(".", "", 1).isdecimal() and at.timestamp() < float(until)


def _chosen() -> Choice:
    show = request.args.get("show", "")
    return Choice(
        show if show in SHOWS else "open", request.args.get("project", type=as_id), "long" in request.args
    )  # fmt: skip


def _count(session: Session, who: Me, choice: Choice) -> int:
    """How many there are; as many as are counted at most, and there may be more of them."""
    some = select(Ticket.id).where(choice.clause(who)).limit(_most_counted(choice.show)).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _most_counted(show: str) -> int:
    return MOST_COUNTED_ENDED if show == "ended" else MOST_COUNTED


def _steps(session: Session) -> dict[str, bool]:
    """What a new house does first, and whether it has."""
    tables: dict[str, type[Home] | type[Shift] | type[Call] | type[Project]] = {
        "roster": Home, "rota": Shift, "call": Call,
    }  # fmt: skip
    return {name: bool(session.scalar(select(exists().where(table.id.is_not(None))))) for name, table in tables.items()}
