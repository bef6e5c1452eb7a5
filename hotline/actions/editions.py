"""The menus as this company has made them: written, checked, published, and kept for the calls that began with them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from base.access import Role
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from base.rows import insert, row_of, table_of
from base.rulefile import Problem
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Project, Staff
from hotline import prompts
from hotline.menu import Book
from hotline.menubook import book, read_edition, release_files
from hotline.menucheck import check_set
from hotline.menusaid import IsHeld
from hotline.models import MenuEdition, MenuPublication

log = structlog.get_logger(__name__)

MAY_PUBLISH = frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN})
RELEASE = 0
"""Stands for the menus that came with the release where an edition's id is asked for."""
MOST_FILES, LONGEST_FILE = 60, 60_000

NOW = (
    select(MenuEdition.key)
    .select_from(MenuPublication)
    .outerjoin(MenuEdition, MenuEdition.id == MenuPublication.edition_id)
    .order_by(MenuPublication.id.desc())
    .limit(1)
)
"""The key of the menus that a call hears which begins now; no row, or NULL: those of the release."""
_FILES = select(MenuEdition.files).where(MenuEdition.key == bindparam("key"))
_books: dict[str, Book] = {}
"""Editions read by this process, by their key: what a key stands for never changes."""


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the history: what was published, and by the name of each file how it differs from the line before.

    `edition_id` is `RELEASE` for the menus that came with the release; `changed` holds `+name`, `-name` or `name`.
    """

    id: int
    edition_id: int
    publisher: str
    published_at: datetime
    changed: tuple[str, ...]


def write_draft(session: Session, files: Mapping[str, str], author: Staff, *, at: datetime) -> MenuEdition:
    """Keep a set of files as a draft; the same files again are the edition there is. Raises `BadInput`, `NotAllowed`.

    Its problems do not matter yet: a draft may be unfinished.
    """
    check_may(author)
    if not files or len(files) > MOST_FILES or any(len(text) > LONGEST_FILE for text in files.values()):
        raise BadInput(
            f"要 1 到 {MOST_FILES} 份菜单文件，每份不超过 {LONGEST_FILE} 字。"
            f"It takes 1 to {MOST_FILES} menu files of at most {LONGEST_FILE} characters."
        )
    key = hashlib.sha256(json.dumps(dict(files), sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    row = {"key": key, "files": dict(files), "author_id": author.id, "written_at": at}
    again = {name: row[name] for name in ("author_id", "written_at")}
    made, published = insert(table_of(MenuEdition)).values(row), select(MenuPublication.edition_id)
    session.execute(made.on_conflict_do_update(
        index_elements=["key"], set_=again,
        where=MenuEdition.id.not_in(published.where(MenuPublication.edition_id.is_not(None))),
    ))  # fmt: skip
    return session.scalars(
        select(MenuEdition).where(MenuEdition.key == key).execution_options(populate_existing=True)
    ).one()


def look_over(session: Session, edition_id: int) -> None:
    """Raises `BadInput` with the first problem of an edition that is not sound, `NotFound`.

    For before `publish`, and outside of its transaction: a shelf of prompts far away may be asked, and nobody else's
    work is to wait for that. What an edition holds never changes, so what was seen here holds there.
    """
    if edition_id != RELEASE:
        _check_sound(edition(session, edition_id).files, is_held=prompts.holds)


def publish(
    session: Session, edition_id: int, publisher: Staff, *, at: datetime, read: int | None = None
) -> MenuPublication:
    """New calls hear this edition from now on; `read` is the publication that was seen to hold (None: whichever does).

    The first publication of a draft and going back to an older edition are the same act. That its prompts are there
    `look_over` has seen. Raises `BadInput` with the first other problem of an edition that is not sound, `Conflict`
    where somebody was quicker or it holds already, `NotFound`, `NotAllowed`.
    """
    check_may(publisher)
    files = None if edition_id == RELEASE else edition(session, edition_id).files
    if files is not None:
        _check_sound(files)
        _check_projects(session, files)
    holds = current(session)
    holds_id, held = (holds.id, holds.edition_id or RELEASE) if holds else (0, RELEASE)
    if read is not None and read != holds_id:
        raise _quicker()
    if held == edition_id:
        raise Conflict("现在用的就是它。It is the one that holds already.")
    row = {
        "edition_id": edition_id or None, "after_id": holds_id, "publisher_id": publisher.id, "published_at": at,
    }  # fmt: skip
    made = insert(table_of(MenuPublication)).values(row).on_conflict_do_nothing(index_elements=["after_id"])
    published_id = session.scalar(made.returning(table_of(MenuPublication).c.id))
    if published_id is None:
        raise _quicker()
    write_down(session, staff_id=publisher.id, what=AuditWhat.MENU, about=f"menu:{edition_id}", at=at)
    return session.get_one(MenuPublication, published_id)


def current(session: Session) -> MenuPublication | None:
    """The publication that holds; None where nothing was ever published."""
    return session.scalars(select(MenuPublication).order_by(MenuPublication.id.desc()).limit(1)).one_or_none()


def held_before(session: Session, at: datetime) -> MenuPublication | None:
    """The publication that held at a moment; None: those of the release did."""
    query = select(MenuPublication).where(MenuPublication.published_at < at)
    return session.scalars(query.order_by(MenuPublication.id.desc()).limit(1)).one_or_none()


def files_now(session: Session) -> dict[str, str]:
    """Every menu file that new calls hear, by name: those of the edition that holds over those of the release."""
    holds = current(session)
    return release_files() | (dict(holds.edition.files) if holds and holds.edition else {})


def drafts(session: Session) -> list[MenuEdition]:
    """Editions that were never published, the newest first."""
    published = select(MenuPublication.edition_id).where(MenuPublication.edition_id.is_not(None))
    query = select(MenuEdition).where(MenuEdition.id.not_in(published)).options(joinedload(MenuEdition.author))
    return list(session.scalars(query.order_by(MenuEdition.id.desc())))


def history(session: Session) -> list[Published]:
    """Everything that was ever published, the newest first, with what each changed."""
    query = select(MenuPublication).options(
        joinedload(MenuPublication.edition), joinedload(MenuPublication.publisher)
    ).order_by(MenuPublication.id)  # fmt: skip
    lines, before = [], dict[str, str]()
    for one in session.scalars(query):
        files = one.edition.files if one.edition else {}
        lines.append(Published(
            one.id, one.edition_id or RELEASE, one.publisher.name, one.published_at, _changed(before, files)
        ))  # fmt: skip
        before = files
    return lines[::-1]


def key_now(session: Session) -> str:
    """The key of the menus that a call hears which begins now; empty: those of the release."""
    return session.scalar(NOW) or ""


def book_of(session: Session, key: str) -> Book:
    """The menus a call began with. Those of the release stand in for what this release cannot read any more."""
    if not key:
        return book()
    if key not in _books:
        files = session.scalar(_FILES, {"key": key})
        if files is None:
            return book()
        try:
            _books[key] = read_edition(files)
        except ValueError as error:
            log.warning("menu_edition_unreadable", key=key[:12], why=str(error))
            _books[key] = book()
    return _books[key]


def problems_now(session: Session) -> list[Problem]:
    """What the check says today of the edition that holds: it was sound when it was published."""
    holds = current(session)
    return check_set(holds.edition.files, is_held=prompts.holds) if holds and holds.edition else []


def is_unheard(session: Session) -> bool:
    """Whether this release cannot follow the edition that holds: callers hear the menus of the release instead."""
    holds = current(session)
    if holds is None or holds.edition is None:
        return False
    try:
        read_edition(holds.edition.files)
    except ValueError:
        return True
    return False


def edition(session: Session, edition_id: int) -> MenuEdition:
    """The edition of this id. Raises `NotFound`."""
    if (found := row_of(session, MenuEdition, edition_id)) is None:
        raise NotFound(f"没有第 {edition_id} 号菜单。There is no edition {edition_id}.")
    return found


def is_draft(session: Session, edition_id: int) -> bool:
    """Whether an edition was never published."""
    return edition_id not in set(session.scalars(select(MenuPublication.edition_id).distinct()))


def _check_sound(files: Mapping[str, str], *, is_held: IsHeld | None = None) -> None:
    if problems := check_set(files, is_held=is_held):
        more = f"（共 {len(problems)} 个问题 / {len(problems)} problems）" if len(problems) > 1 else ""
        raise BadInput(f"还不能发布 / it cannot be published yet: {problems[0]}{more}")


def _check_projects(session: Session, files: Mapping[str, str]) -> None:
    """A variant for a project that there is not would never be heard."""
    named = {menu.when.project for menu in read_edition(files).menus.values() if menu.when and menu.when.project}
    unknown = named - set(session.scalars(select(Project.name)))
    if unknown:
        names = ", ".join(sorted(unknown))
        raise BadInput(f"还不能发布，没有这个小区 / it cannot be published yet, there is no such project: {names}")


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    gone, new = (f"-{name}" for name in before.keys() - after.keys()), (f"+{name}" for name in after.keys() - before)
    other = (name for name in before.keys() & after.keys() if before[name] != after[name])
    return tuple(sorted([*gone, *new, *other], key=lambda name: name.lstrip("+-")))


def check_may(staff: Staff) -> None:
    """What callers hear is the whole company's word: whoever serves one project alone does not change it.

    Raises `NotAllowed`.
    """
    if not may_change(staff.role, staff.project_id):
        raise NotAllowed(
            "改热线菜单要服务全部项目的经理、分管副总或管理员。"
            "Changing the menus takes a manager, director or admin who serves all projects."
        )


def may_change(role: Role, project_id: int | None) -> bool:
    """Whether somebody of this role, who serves this project (None: all), may change the menus."""
    return role in MAY_PUBLISH and project_id is None


def _quicker() -> Conflict:
    return Conflict("刚才有人发布了别的菜单，请再看一遍。Somebody has just published other menus; please look again.")
