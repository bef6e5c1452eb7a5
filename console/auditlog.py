"""The page of who did what to what, when and from where; its older pages; and all that is chosen as a sheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import make_response, render_template, request, send_file, url_for
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from base.access import Role, guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.ids import LARGEST_ID, as_id
from base.log import mask_text
from base.refusals import halves
from base.wiring import settings
from base.work import streamed
from console.door import Answer, door, language
from console.exporting import mark_of
from console.exports import CSV, FORMATS, MOST_ROWS, XLSX, write
from console.scope import AUDITORS, MAY_ENROL, READERS, project_of
from console.staff import Me, me
from console.words import say, say_or
from directory.audit import LONGEST, write_down
from directory.auditmodels import Audit, AuditWhat
from directory.models import Staff

PAGE = 50
SOME = 500
"""So many rows of a file are held at once."""
APART = timedelta(minutes=10)
"""Of two at once the later one may be written first; nobody takes longer than this to write."""
YEARS = range(2000, 3000)
"""Days of other years mean nothing here."""
A_COMMAND = "command"
"""How the form names what nobody did at the desk."""
PAGES_OF = {
    "person": ("console.person", READERS), "message": ("console.message", READERS),
    "campaign": ("console.campaign", READERS), "webhook": ("console.hook", frozenset({Role.ADMIN})),
    "roster": ("console.roster_import", MAY_ENROL),
}  # fmt: skip
"""The page of each kind of thing, and who may open it."""

IN_BOTH = frozenset({
    AuditWhat.TOKEN, AuditWhat.VENDOR, AuditWhat.WEBHOOK, AuditWhat.SECOND_STEP, AuditWhat.LOG_IN_REFUSED,
    AuditWhat.LEAVE, AuditWhat.CONTACT_PLAN, AuditWhat.PAGES, AuditWhat.ROSTER,
})  # fmt: skip
"""Whose remark the house writes itself, in both languages; any other is what somebody said, and is not cut."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the log is asked for; `until` is the last day."""

    what: AuditWhat | None = None
    staff_id: int | None = None
    is_command: bool = False
    since: date | None = None
    until: date | None = None

    def address(self) -> dict[str, str]:
        """As it stands in the address of the page."""
        who = A_COMMAND if self.is_command else str(self.staff_id) if self.staff_id else ""
        asked = {
            "what": self.what.value if self.what else "", "who": who,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }  # fmt: skip
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the reader's language; `href` is the page of what it is about, where the reader may open it."""

    id: int
    at: datetime
    who: str
    what: str
    about: str
    href: str
    reason: str
    address: str


@door.get("/audit")
@guarded_by(*AUDITORS)
def audit_log() -> Answer:
    """The newest first; what is chosen stands in the address."""
    return _page(_chosen(request.args), request.args.get("after", type=as_id))


@door.post("/audit/sheet")
@guarded_by(*AUDITORS)
def audit_sheet() -> Answer:
    """What is chosen, as a file, for a reason that is itself written down; the newest rows where there are too many."""
    choice, reason = _chosen(request.form), request.form.get("reason", "").strip()[:LONGEST]
    if not reason:
        return _page(choice, None, fault=say("audit.sheet.fault", language())), 422
    kind, words, at = XLSX if request.form.get("format") == XLSX else CSV, language(), now()
    heads = [say(f"audit.{name}", words) for name in ("at", "who", "what", "about", "reason", "address")]
    with reading() as session:
        rows = _cells(session, _query(me(), choice).limit(MOST_ROWS))
        file, count = write(kind, say("audit.title", words), heads, rows, mark_of(reason, words))
    with transaction() as session:
        about = f"list:audit ({count})"
        write_down(session, staff_id=me().id, what=AuditWhat.EXPORTED, about=about, reason=reason, at=at)
    name = f"audit-{local(at, settings().timezone):%Y%m%d-%H%M}.{kind}"
    return make_response(send_file(file, FORMATS[kind], as_attachment=True, download_name=name, max_age=0))


def _page(choice: Choice, after: int | None, fault: str = "") -> str:
    who = me()
    with reading() as session:
        query = _query(who, choice)
        if after is not None:
            query = query.where(Audit.id < after)
        lines = _lines(session, query.limit(PAGE + 1))
        project_id = project_of(who)
        theirs = select(Staff.id, Staff.name).order_by(Staff.name, Staff.id)
        if project_id is not None:
            theirs = theirs.where(Staff.project_id == project_id)
        people = [(id, name) for id, name in session.execute(theirs)]
    return render_template(
        "audit.html", lines=lines[:PAGE], choice=choice, people=people, kinds=tuple(AuditWhat), at=now(),
        after=lines[PAGE - 1].id if len(lines) > PAGE else None, is_first=after is None, fault=fault,
        command=A_COMMAND, formats=(CSV, XLSX), most=MOST_ROWS, longest=LONGEST,
        here=url_for("console.audit_log") if request.method == "POST" else "",
    )  # fmt: skip


def _chosen(asked: Mapping[str, str]) -> Choice:
    """What an address or a form asks for; what means nothing is not asked for."""
    what, who = asked.get("what", ""), asked.get("who", "")
    return Choice(
        AuditWhat(what) if what in set(AuditWhat) else None,
        as_id(who) if who.isdecimal() else None, who == A_COMMAND,
        _date(asked.get("since", "")), _date(asked.get("until", "")),
    )  # fmt: skip


def _query(who: Me, choice: Choice) -> Select[Audit]:
    """What of the log the reader may see and asks for, newest first."""
    query = select(Audit).options(joinedload(Audit.staff)).where(_wall(who)).order_by(Audit.id.desc())
    if choice.what is not None:
        query = query.where(Audit.what == choice.what)
    if choice.is_command:
        query = query.where(Audit.staff_id.is_(None))
    elif choice.staff_id is not None:
        query = query.where(Audit.staff_id == choice.staff_id)
    # between an id of before and one of after: the newest of a long log need not be walked over to come to an old day
    if choice.since is not None:
        begins = _begins(choice.since)
        before = select(Audit.id).where(Audit.at < begins - APART).order_by(Audit.at.desc(), Audit.id.desc()).limit(1)
        query = query.where(Audit.at >= begins, Audit.id > func.coalesce(before.scalar_subquery(), 0))
    if choice.until is not None:
        ends = _begins(choice.until + timedelta(days=1))
        after = select(Audit.id).where(Audit.at >= ends + APART).order_by(Audit.at, Audit.id).limit(1)
        query = query.where(Audit.at < ends, Audit.id <= func.coalesce(after.scalar_subquery(), LARGEST_ID))
    return query


def _wall(who: Me) -> ColumnElement[bool]:
    """Whoever serves one project reads what was done there, or by those who serve it."""
    project_id = project_of(who)
    return and_(True) if project_id is None else Audit.project_id == project_id


def _lines(session: Session, query: Select[Audit]) -> list[Line]:
    rows = session.scalars(query).all()
    ids = {int(id) for kind, _, id in (row.about.partition(":") for row in rows) if kind == "staff" and id.isdecimal()}
    names = {one.id: one.name for one in session.scalars(select(Staff).where(Staff.id.in_(ids)))}
    return [_line(row, names, language()) for row in rows]


def _line(row: Audit, names: Mapping[int, str], words: str) -> Line:
    kind, _, id = row.about.partition(":")
    named = names.get(int(id), say("audit.unknown", words)) if kind == "staff" and id.isdecimal() else id
    named = say_or(f"absence.{id}", words, id) if kind == "absence" else named
    about = say_or(f"audit.about.{kind}", words, f"{kind} {{id}}").format(id=named)
    nobody = "audit.unknown" if row.what is AuditWhat.LOG_IN_REFUSED else "audit.by_command"
    remark = halves(row.reason, words) if row.what in IN_BOTH else row.reason
    return Line(
        row.id, row.at, row.staff.name if row.staff else say(nobody, words), say(f"audit.{row.what.value}", words),
        about, _href(kind, id), mask_text(remark), row.address,
    )  # fmt: skip


def _href(kind: str, id: str) -> str:
    if kind == "ticket":
        return url_for("console.ticket", ref=id)
    if kind == "template":
        return url_for("console.template", key=id)
    page, roles = PAGES_OF.get(kind, ("", frozenset()))
    return url_for(page, id=int(id)) if page and me().role in roles and id.isdecimal() else ""


def _cells(session: Session, query: Select[Audit]) -> Iterator[tuple[str, ...]]:
    """The rows of a file, some at a time."""
    names = {one.id: one.name for one in session.execute(select(Staff.id, Staff.name))}
    words, zone = language(), settings().timezone
    for row in streamed(session, session.scalars(query.execution_options(yield_per=SOME))):
        line = _line(row, names, words)
        moment = f"{local(line.at, zone):%Y-%m-%d %H:%M:%S}"
        yield moment, line.who, line.what, line.about, line.reason, line.address


def _date(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _begins(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings().timezone))
