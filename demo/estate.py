"""The demo estate itself: projects, staff, firms and the residents, put into an empty database."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from base.database import Database
from demo.invent import HAPPINESS, RIVERSIDE, ROSTERS
from directory.actions import projects
from directory.importing import Report, Wish, import_roster
from directory.models import Person, Project, Staff, Vendor
from directory.roster import Rules
from directory.staffing import add_project, add_staff

_QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
"""Seventy-two random bits cannot be guessed, so they need no slow hash; starting must not wait for fifteen."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An invented member of staff; without a project they serve both."""

    name: str
    login: str
    number: str
    role: Role
    project: str | None = None


PROJECTS = (
    (HAPPINESS, "Happiness Garden", "021", "+862150110001"),
    (RIVERSIDE, "Riverside One", "0571", "+8657150110001"),
)

STAFF = (
    Colleague("周敏", "zhoumin", "+8613900000001", Role.AGENT),
    Colleague("陆晓", "luxiao", "+8613900000002", Role.AGENT),
    Colleague("王强", "wangqiang", "+8613900000011", Role.TECHNICIAN, HAPPINESS),
    Colleague("刘勇", "liuyong", "+8613900000012", Role.TECHNICIAN, HAPPINESS),
    Colleague("胡志明", "huzhiming", "+8613900000013", Role.TECHNICIAN, HAPPINESS),
    Colleague("沈涛", "shentao", "+8613900000021", Role.TECHNICIAN, RIVERSIDE),
    Colleague("韩磊", "hanlei", "+8613900000022", Role.TECHNICIAN, RIVERSIDE),
    Colleague("宋刚", "songgang", "+8613900000023", Role.TECHNICIAN, RIVERSIDE),
    Colleague("陈丽", "chenli", "+8613900000031", Role.SUPERVISOR, HAPPINESS),
    Colleague("许杰", "xujie", "+8613900000032", Role.SUPERVISOR, RIVERSIDE),
    Colleague("黄文", "huangwen", "+8613900000041", Role.MANAGER, HAPPINESS),
    Colleague("谢红", "xiehong", "+8613900000042", Role.MANAGER, RIVERSIDE),
    Colleague("罗建平", "luojianping", "+8613900000051", Role.DIRECTOR),
    Colleague("梁静", "liangjing", "+8613900000061", Role.QUALITY),
    Colleague("管理员", "admin", "+8613900000071", Role.ADMIN),
)

VENDORS = (
    (HAPPINESS, "lift", "申江电梯维保（演示）", "+862155559001"),
    (HAPPINESS, "gas", "浦江燃气抢修（演示）", "+862155559002"),
    (HAPPINESS, "water", "浦江供水抢修（演示）", "+862155559003"),
    (RIVERSIDE, "lift", "钱塘电梯维保（演示）", "+8657155559001"),
    (RIVERSIDE, "gas", "钱塘燃气抢修（演示）", "+8657155559002"),
    (RIVERSIDE, "water", "钱塘供水抢修（演示）", "+8657155559003"),
)


def is_empty(session: Session) -> bool:
    """Whether nobody has put anything into this database yet."""
    return not any(session.scalars(select(table.id).limit(1)).first() for table in (Project, Person, Staff))


def holds_others(session: Session) -> bool:
    """Whether people or projects that are not invented are here: then this is no place for a demo."""
    return any(
        session.scalars(select(table.id).where(table.is_demo.is_(False)).limit(1)).first()
        for table in (Project, Person, Staff)
    )


def ensure_projects(session: Session) -> list[Project]:
    """The two projects, their own numbers and firms; adds what is missing."""
    known = {project.name: project for project in projects(session)}
    for name, name_en, area_code, number in PROJECTS:
        if name not in known:
            known[name] = add_project(session, name=name, name_en=name_en, area_code=area_code, number=number)
            known[name].is_demo = True
            session.add_all(
                Vendor(project_id=known[name].id, trade=trade, name=firm, number=vendor, is_demo=True)
                for project, trade, firm, vendor in VENDORS
                if project == name
            )
    session.flush()
    return [known[name] for name, *_ in PROJECTS]


def ensure_staff(session: Session) -> None:
    """Everybody who works here, by log-in; adds who is missing."""
    known = set(session.scalars(select(Staff.login)))
    for colleague in STAFF:
        if colleague.login not in known:
            add_staff(
                session,
                name=colleague.name,
                number=colleague.number,
                role=colleague.role,
                login=colleague.login,
                project_name=colleague.project,
                is_demo=True,
            )


def renew_passwords(session: Session) -> dict[str, str]:
    """New passwords for all invented staff, by log-in: random for this installation, told once."""
    passwords = {colleague.login: secrets.token_urlsafe(9) for colleague in STAFF}
    for member in session.scalars(select(Staff).where(Staff.is_demo, Staff.login.in_(passwords))):
        member.password_hash = _QUICK.hash(passwords[member.login])
    return passwords


def import_residents(database: Database, rules: Rules, *, at: datetime) -> list[Report]:
    """The residents, by the same way a company's own rosters come in."""
    wish = Wish(is_demo=True)
    return [import_roster(database, path, rules, wish, at=at) for path in sorted(ROSTERS.iterdir())]
