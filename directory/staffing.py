"""Adding what a company begins with: its projects and the people who work there."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from base.errors import BadInput, Conflict, NotFound
from base.log import mask
from directory import sessions
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.hashing import hasher
from directory.models import Language, PageOrder, Project, Staff

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Those that nobody takes for another when they are read out."""


def hash_password(password: str) -> str:
    """The argon2id hash of a password a person chose. Raises `BadInput` by its length."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput(f"密码至少 {SHORTEST_PASSWORD} 位 / the password needs at least {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        raise BadInput(f"密码最多 {LONGEST_PASSWORD} 位 / the password has at most {LONGEST_PASSWORD} characters")
    return hasher().hash(password)


def new_password() -> str:
    """One to be used once and read out: three times four letters, 59 bits that cannot be guessed."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def set_password(
    session: Session, staff: Staff, password_hash: str, *, by_id: int | None, at: datetime, is_once: bool = False,
    but: int | None = None,
) -> None:  # fmt: skip
    """Another password from now on, `is_once`: to be changed at the first log-in.

    Whoever is logged in by the old one is logged out, in all browsers `but` the one of this log-in.
    """
    staff.password_hash, staff.password_is_once = password_hash, is_once
    sessions.end(session, staff.id, at=at, but=but)
    write_down(
        session, staff_id=by_id, what=AuditWhat.PASSWORD, about=f"staff:{staff.id}", at=at, project_id=staff.project_id
    )  # fmt: skip


def add_project(
    session: Session, *, name: str, name_en: str = "", area_code: str = "", number: str | None = None
) -> Project:
    """Add a project; `number` (E.164) is a hotline of its own. Raises `Conflict` if either is taken."""
    taken = Project.name == name if number is None else (Project.name == name) | (Project.number == number)
    if session.scalars(select(Project).where(taken)).first():
        raise Conflict(f"项目或号码已存在 / the project or its number is there already: {name}")
    project = Project(name=name, name_en=name_en, area_code=area_code, number=number)
    session.add(project)
    session.flush()
    return project


def choose_pages(
    staff: Staff, *, order: PageOrder | None = None, second: str | None = None, language: Language | None = None
) -> None:
    """How somebody is paged from now on; None leaves what stands, an empty `second` number takes it away.

    Raises `BadInput` for a second number that is the first.
    """
    if second and second == staff.number:
        raise BadInput("备用号码与主号码相同。The second number is the same as the first.")
    staff.page_order = order or staff.page_order
    staff.second_number = staff.second_number if second is None else second
    staff.language = language or staff.language


def change_pages(
    session: Session, staff: Staff, *, by_id: int | None, at: datetime, order: PageOrder | None = None,
    second: str | None = None, language: Language | None = None,
) -> None:  # fmt: skip
    """As `choose_pages`, and it is written down what stands now, where anything changed; the number is masked."""

    def stands() -> tuple[str, ...]:
        return staff.page_order.value, staff.second_number, staff.language.value

    before = stands()
    choose_pages(staff, order=order, second=second, language=language)
    if stands() != before:
        how, number, spoken = stands()
        words = f"{how}, 备用号码 / second number: {mask(number) or '-'}, {spoken}"
        write_down(
            session, staff_id=by_id, what=AuditWhat.PAGES, about=f"staff:{staff.id}", reason=words, at=at,
            project_id=staff.project_id,
        )  # fmt: skip


def add_staff(
    session: Session,
    *,
    name: str,
    number: str,
    role: Role,
    login: str,
    project_name: str | None = None,
    language: str = "zh",
    password_hash: str = "",
    is_demo: bool = False,
) -> Staff:
    """Add a member of staff. Without a password hash they cannot log in, only telephone.

    Raises `NotFound` for an unknown project, `Conflict` for a taken log-in, `BadInput` without a name.
    """
    if not name:
        raise BadInput("姓名不能为空 / the name is empty")
    project = session.scalars(select(Project).where(Project.name == project_name)).first() if project_name else None
    if project_name and project is None:
        raise NotFound(f"没有这个项目 / there is no such project: {project_name}")
    if session.scalars(select(Staff.id).where(Staff.login == login)).first():
        raise Conflict(f"登录名已被使用 / the log-in is taken: {login}")
    staff = Staff(name=name, number=number, role=role, login=login, language=Language(language), is_demo=is_demo)
    staff.password_hash, staff.project = password_hash, project
    session.add(staff)
    session.flush()
    return staff
