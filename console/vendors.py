"""The page of the firms outside that an emergency rings: listed for everybody, written and changed by leaders."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, NotFound
from base.ids import as_id
from base.wiring import settings
from console.door import Answer, door, language
from console.facts import project_name
from console.masks import masked
from console.scope import LEADERS, project_of, projects_of
from console.staff import me
from console.words import say
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Project, Vendor
from directory.trades import Trade
from directory.vendors import LONGEST_NAME, drop_vendor, set_number, vendors, write_vendor
from telephony.numbers import read_number
from telephony.unreadable import Unreadable

EVERYWHERE = "all"
"""How the form names a firm of the whole company: written by those who serve all of it."""


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm, its number masked; `where` is the project whose it is, or that it is everybody's."""

    id: int
    name: str
    trade: Trade
    number: str
    where: str
    may_change: bool


@door.get("/oncall/vendors")
@guarded_by(*EVERYBODY_ON_STAFF)
def vendor_list() -> Answer:
    """The firms of one's own projects and those of the whole company, by trade."""
    with reading() as session:
        found = [_firm(session, one) for one in vendors(session) if one.number and _is_seen(one)]
        projects = [(one.id, project_name(one, language())) for one in projects_of(session, me())]
    return render_template(
        "oncall_vendors.html", firms=found, projects=projects, trades=tuple(Trade), everywhere=EVERYWHERE,
        may_change=me().role in LEADERS, may_everywhere=project_of(me()) is None, longest=LONGEST_NAME,
    )  # fmt: skip


@door.post("/oncall/vendors")
@guarded_by(*LEADERS)
def add_vendor() -> Answer:
    """A firm for a project of one's own, or for all of them; it is rung from the next emergency on."""
    form = request.form
    name, number = form.get("name", "").strip(), _number(form.get("number", ""))
    with transaction() as session:
        try:
            trade, project = Trade(form.get("trade", "")), _project(session, form.get("project", ""))
        except ValueError:
            raise BadInput(say("vendors.fault", language())) from None
        if not 0 < len(name) <= LONGEST_NAME:
            raise BadInput(say("vendors.fault.name", language(), n=LONGEST_NAME))
        made = write_vendor(session, name=name, number=number, trade=trade, project=project)
        _keep(session, made, "vendors.added")
    flash("vendors.added")
    return redirect(url_for("console.vendor_list"), 303)


@door.post("/oncall/vendors/<id:id>")
@guarded_by(*LEADERS)
def change_vendor(id: int) -> Answer:
    """Its new number; or it is rung no more, which leaves what it was rung for on the timelines."""
    is_dropped = request.form.get("say") == "drop"
    with transaction() as session:
        vendor = session.get(Vendor, id, with_for_update=True)
        if vendor is None or not vendor.number or not _is_theirs(vendor):
            raise NotFound("没有这个单位，或者不归您管。There is no such firm, or it is not yours to change.")
        if is_dropped:
            drop_vendor(session, id)
        else:
            set_number(session, vendor, _number(request.form.get("number", "")))
        _keep(session, vendor, "vendors.dropped" if is_dropped else "vendors.changed")
    flash("vendors.dropped" if is_dropped else "vendors.changed")
    return redirect(url_for("console.vendor_list"), 303)


def _keep(session: Session, vendor: Vendor, what: str) -> None:
    """Who changed it stands in the audit log."""
    write_down(
        session, staff_id=me().id, what=AuditWhat.VENDOR, about=f"vendor:{vendor.id}",
        reason=f"{say(what, 'zh')} / {say(what, 'en')}: {vendor.name}", at=now(), project_id=vendor.project_id,
    )  # fmt: skip


def _is_seen(vendor: Vendor) -> bool:
    return vendor.project_id is None or project_of(me()) in {None, vendor.project_id}


def _is_theirs(vendor: Vendor) -> bool:
    """Those who serve one project change its firms; the others' and the company's they do not."""
    return project_of(me()) in {None, vendor.project_id}


def _project(session: Session, named: str) -> Project | None:
    """Whose the new firm is. Raises `ValueError` for one that is not theirs."""
    if named == EVERYWHERE and project_of(me()) is None:
        return None
    found = {one.id: one for one in projects_of(session, me())}.get(as_id(named))
    if found is None:
        raise ValueError(named)
    return found


def _number(typed: str) -> str:
    read = read_number(typed, region=settings().default_region)
    if isinstance(read, Unreadable):
        raise BadInput(read.why_en if language() == "en" else read.why_zh)
    return read.number


def _firm(session: Session, vendor: Vendor) -> Firm:
    project = session.get(Project, vendor.project_id) if vendor.project_id else None
    return Firm(
        vendor.id, vendor.name, Trade(vendor.trade), masked(vendor.number),
        project_name(project, language()) if project else say("vendors.everywhere", language()),
        me().role in LEADERS and _is_theirs(vendor),
    )  # fmt: skip
