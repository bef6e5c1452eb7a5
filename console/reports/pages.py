"""The pages of the reports, the rows behind their numbers, and the same as workbooks."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import Response, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local
from base.database import reading, transaction
from base.errors import NotFound
from base.wiring import settings
from console.door import Answer, door, language
from console.exporting import mark_of
from console.parts import as_given
from console.reports import calls, clocks, coverage, messages, surveys, tickets, watch
from console.reports.asked import Asked, asked, night_name, number, period_name
from console.reports.measures.period import offered
from console.reports.shapes import Cell, Line, Section, Unit
from console.reports.sheets import TYPE, workbook
from console.scope import TOLD_OF_TROUBLE, project_of
from console.staff import me
from console.words import say, span
from directory.audit import LONGEST, write_down
from directory.auditmodels import AuditWhat

MOST_ROWS = 50
NO_VALUE = "–"
_WRITTEN: Mapping[Unit, Callable[[float], str]] = {
    Unit.COUNT: str, Unit.PERCENT: "{}%".format, Unit.SECONDS: span, Unit.HOURS: "{:.1f}".format,
    Unit.SCORE: "{:.1f}".format, Unit.MONEY: "{:,.2f}".format,
}  # fmt: skip
Sections = Callable[[Session, Asked], list[Section]]


class Rows(Protocol):
    """Finds the rows behind a number, newest first, before the row `after`."""

    def __call__(
        self, session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None
    ) -> list[Line]:
        """At most `limit` of them."""


REPORTS: dict[str, tuple[Sections, Rows]] = {
    "calls": (calls.sections, calls.rows),
    "tickets": (tickets.sections, tickets.rows),
    "clocks": (clocks.sections, clocks.rows),
    "watch": (watch.sections, watch.rows),
    "messages": (messages.sections, messages.rows),
    "surveys": (surveys.sections, surveys.rows),
    "coverage": (coverage.sections, coverage.rows),
}
"""Every report by its name, in the order of its tabs."""


@door.get("/reports")
@guarded_by(*TOLD_OF_TROUBLE)
def reports() -> Answer:
    """The first of them."""
    return report(next(iter(REPORTS)))


@door.get("/reports/monthly")
@guarded_by(*TOLD_OF_TROUBLE)
def report_monthly() -> Answer:
    """All of them in one, to be printed and handed on: a cover, the findings, then a chapter each."""
    with reading() as session:
        look = asked(session, me(), request.args)
        chapters = [(kind, sections_of(session, look)) for kind, (sections_of, _) in REPORTS.items()]
    english = settings().company_name_en if look.words == "en" else ""
    return render_template(
        "report_monthly.html", chapters=chapters, company=english or settings().company_name,
        made=f"{local(look.at, look.zone):%Y-%m-%d %H:%M}", **_furniture(look),
    )  # fmt: skip


@door.get("/reports/<kind>")
@guarded_by(*TOLD_OF_TROUBLE)
def report(kind: str) -> Answer:
    """One report of a period: this month unless another is asked for."""
    return _page(kind)


def _page(kind: str, fault: str = "") -> str:
    sections_of, _ = _report(kind)
    with reading() as session:
        look = asked(session, me(), request.args)
        found = sections_of(session, look)
    return render_template(
        "report.html", kind=kind, kinds=REPORTS, sections=found, fault=fault, longest=LONGEST,
        here=url_for("console.report", kind=kind, **look.address) if fault else "", **_furniture(look),
    )  # fmt: skip


@door.get("/reports/<kind>/rows")
@guarded_by(*TOLD_OF_TROUBLE)
def report_rows(kind: str) -> Answer:
    """What stands behind one number."""
    _, rows_of = _report(kind)
    given = request.args.to_dict()
    after = number(given, "after")
    with reading() as session:
        look = asked(session, me(), given)
        found = rows_of(session, look, given, limit=MOST_ROWS + 1, after=after)
    kept: dict[str, Any] = {
        name: value for name, value in as_given(given).items() if name not in {"after", "lang", "kind"}
    }
    more = ""
    if len(found) > MOST_ROWS:
        more = url_for("console.report_rows", kind=kind, after=found[MOST_ROWS - 1].id, **kept)
    return render_template(
        "report_rows.html", kind=kind, kinds=REPORTS, rows=found[:MOST_ROWS],
        more=more,
        newest=url_for("console.report_rows", kind=kind, **kept) if after is not None else "", **_furniture(look),
    )  # fmt: skip


@door.post("/reports/<kind>.xlsx")
@guarded_by(*TOLD_OF_TROUBLE)
def report_sheet(kind: str) -> Answer:
    """The same counts as a workbook, for a reason: no owner stands in it, but colleagues do by their names."""
    sections_of, _ = _report(kind)
    reason = request.form.get("reason", "").strip()[:LONGEST]
    if not reason:
        return _page(kind, say("audit.sheet.fault", language())), 422
    with reading() as session:
        look = asked(session, me(), request.args)
        found = sections_of(session, look)
    cover = [f"{look.say(f'tab.{kind}')} · {covers(look)}", f"{local(look.at, look.zone):%Y-%m-%d %H:%M}"]
    mark = mark_of(reason, look.words)
    cover += [f"{label} {value}" for label, value in mark.lines[:-1]]  # its last says how numbers of owners stand in it
    with transaction() as session:
        about = f"report:{kind} ({look.period.code})"
        write_down(session, staff_id=me().id, what=AuditWhat.EXPORTED, about=about, reason=reason, at=look.at)
    name = f"{kind}-{look.period.code}.xlsx"
    return Response(
        workbook(found, cover=cover), mimetype=TYPE, headers={"Content-Disposition": f"attachment; filename={name}"}
    )


def covers(look: Asked) -> str:
    """Of when and of what a report is, in words."""
    where = look.projects.get(look.project_id, "") if look.project_id is not None else look.say("project.all")
    when = night_name(look.from_at, look.until_at, look.words) if look.night else period_name(look.period, look.words)
    return " · ".join(part for part in (when, where) if part)


def shown(cell: Cell) -> str:
    """A cell as it is read on a page."""
    if cell.value is None:
        return NO_VALUE
    if isinstance(cell.value, str):
        return cell.value
    return _WRITTEN[cell.unit](cell.value)


def _report(kind: str) -> tuple[Sections, Rows]:
    if kind not in REPORTS:
        raise NotFound("没有这份报表。There is no such report.")
    return REPORTS[kind]


def _furniture(look: Asked) -> dict[str, object]:
    """What every page of a report has: its period and project, and the others one may choose."""
    today = local(look.at, settings().timezone).date()
    return {
        "address": look.address, "covers": covers(look), "shown": shown, "at": look.at,
        "periods": [
            (kind.value, [(one.code, period_name(one, look.words)) for one in each])
            for kind, each in offered(today).items()
        ],
        "period": look.period, "period_words": period_name(look.period, look.words),
        "projects": look.projects if project_of(look.me) is None else {}, "chosen_project": look.project_id,
    }  # fmt: skip
