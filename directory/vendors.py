"""The firms outside whom an emergency may need: written down, listed, taken off; whom of them a project has."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import BadInput, NotFound
from base.wiring import settings
from directory.actions import project_by_number, reaches_demo
from directory.models import Project, Vendor
from directory.trades import Trade

LONGEST_NAME = 80


def write_vendor(session: Session, *, name: str, number: str, trade: Trade, project: Project | None) -> Vendor:
    """A firm for a project, or for all of them; the same firm for the same place again has a new number.

    Raises `BadInput` for a number of ours.
    """
    _refuse_ours(session, number)
    project_id = project.id if project else None
    here = (Vendor.name == name, Vendor.trade == trade.value, Vendor.project_id.is_not_distinct_from(project_id))
    vendor = session.scalar(select(Vendor).where(*here))
    if vendor is None:
        vendor = Vendor(name=name, trade=trade.value, project_id=project_id, number=number)
        session.add(vendor)
    vendor.number = number
    session.flush()
    return vendor


def set_number(session: Session, vendor: Vendor, number: str) -> None:
    """It is rung there from now on. Raises `BadInput` for a number of ours."""
    _refuse_ours(session, number)
    vendor.number = number


def _refuse_ours(session: Session, number: str) -> None:
    """The hotline would be speaking to itself."""
    if number == settings().hotline or project_by_number(session, number) is not None:
        raise BadInput("这是我们自己的热线，请填单位的电话。That is a hotline of ours; write the number of the firm.")


def vendors(session: Session) -> Sequence[Vendor]:
    """All of them, by trade and name."""
    return session.scalars(select(Vendor).order_by(Vendor.trade, Vendor.name, Vendor.id)).all()


def drop_vendor(session: Session, vendor_id: int) -> Vendor:
    """It is rung no more; what it was rung for stays written down. Raises `NotFound`."""
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or not vendor.number:
        raise NotFound(f"没有第 {vendor_id} 号单位。There is no firm number {vendor_id}.")
    vendor.number = ""
    return vendor


def vendors_of(session: Session, project_id: int | None, trade: Trade) -> list[Vendor]:
    """Whom to ring for a project: its own firms of the trade; where it has none, those of the whole company."""
    of_trade = select(Vendor).where(Vendor.trade == trade.value, Vendor.number != "").order_by(Vendor.id)
    found = [one for one in session.scalars(of_trade) if not one.is_demo or reaches_demo()]
    own = [one for one in found if project_id is not None and one.project_id == project_id]
    return own or [one for one in found if one.project_id is None]
