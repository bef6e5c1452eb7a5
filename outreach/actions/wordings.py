"""The templates as they stand: the house's own words, or what somebody has made of them, version by version."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from base.errors import BadInput, Conflict, NotAllowed
from base.rows import alone
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from messages.lifecycle import MessageClass
from messages.lint import About, Finding, check
from messages.wording import LANGUAGES, placeholders
from outreach import templates
from outreach.actions.campaigndraft import By
from outreach.lifecycle import MAY_APPROVE
from outreach.models import TemplateVersion
from outreach.templates import Template

MAY_CHANGE = MAY_APPROVE
FIRST = 1
"""The version that came with the house."""
ALWAYS = frozenset({"places", "hotline", "company"})
"""Placeholders that there are words for in every notice."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A template as it stands, in which version, and whose that is: nobody's and no moment of the house's own."""

    template: Template
    version: int = FIRST
    author: str = ""
    written_at: datetime | None = None


def wording(session: Session, key: str) -> Wording:
    """The newest version of a template. Raises `BadInput` where there is none of that key."""
    house = templates.template(key)
    found = session.scalars(_versions(key).limit(1)).one_or_none()
    return Wording(house) if found is None else _as_wording(house, found)


def wordings(session: Session) -> list[Wording]:
    """Every template as it stands, in the order of the house's file."""
    changed = set(session.scalars(select(TemplateVersion.key).distinct()))
    return [
        wording(session, each.key) if each.key in changed else Wording(each) for each in templates.all_templates()
    ]  # fmt: skip


def history(session: Session, key: str) -> list[TemplateVersion]:
    """All versions of a template, the newest first. Raises `BadInput` where there is none of that key."""
    house = templates.template(key)
    found = list(session.scalars(_versions(key)))
    return found or [TemplateVersion(key=key, version=FIRST, zh=house.zh, en=house.en)]


def findings(key: str, zh: str, en: str) -> list[Finding]:
    """What is found in other words for this template."""
    house = templates.template(key)
    about = About(house.message_class, is_mourning=key in templates.OF_MOURNING)
    found = []
    for language, text in zip(LANGUAGES, (zh, en), strict=True):
        found += templates.findings(house.kind, about, text, language, allowed=_allowed(house))
    return found


def write_version(
    session: Session, key: str, by: By, *, zh: str, en: str, read: int, at: datetime, restored_from: int | None = None
) -> TemplateVersion:
    """Other words for a template from now on; `read` is the version that they are made of.

    Raises `BadInput` for words that cannot be sent, `Conflict` where somebody was quicker or nothing is new, and
    `NotAllowed`.
    """
    house = templates.template(key)
    check(findings(key, zh, en))
    _check_may(by)
    alone(session, f"template {key}")
    now = wording(session, key)
    if now.version != read:
        raise Conflict(
            f"有人刚改过，现在是第 {now.version} 版，请再看一遍。"
            f"Somebody has just changed it: it is version {now.version} now; please look again."
        )
    if (now.template.zh, now.template.en) == (zh.strip(), en.strip()):
        raise Conflict("和现在的一样，没有要存的。It is what it says already; there is nothing to keep.")
    if now.version == FIRST and not session.scalar(select(func.count()).where(TemplateVersion.key == key)):
        session.add(TemplateVersion(key=key, version=FIRST, zh=house.zh, en=house.en, written_at=at))
    made = TemplateVersion(
        key=key, version=now.version + 1, zh=zh.strip(), en=en.strip(), author_id=by.staff_id, written_at=at,
        restored_from=restored_from,
    )  # fmt: skip
    session.add(made)
    write_down(
        session, staff_id=by.staff_id, what=AuditWhat.TEMPLATE, about=f"template:{key}", reason=str(made.version), at=at
    )  # fmt: skip
    return made


def restore(session: Session, key: str, by: By, *, version: int, read: int, at: datetime) -> TemplateVersion:
    """What an older version said is said again, as a new one. Raises `BadInput` where there is no such version."""
    old = next((one for one in history(session, key) if one.version == version), None)
    if old is None:
        raise BadInput(f"没有第 {version} 版。There is no version {version}.")
    return write_version(session, key, by, zh=old.zh, en=old.en, read=read, at=at, restored_from=version)


def may_change(by: By) -> bool:
    """Whether somebody may write other words for a template: it speaks for the whole company, not for a project."""
    return by.role in MAY_CHANGE and by.project_id is None


def _check_may(by: By) -> None:
    if by.role not in MAY_CHANGE:
        raise NotAllowed("改模板要主管或以上。Changing a template takes a supervisor or above.")
    if not may_change(by):
        raise NotAllowed(
            "模板是全公司共用的，请服务全部项目的同事来改。"
            "The whole company shares its templates; somebody who serves all projects changes them."
        )


def _versions(key: str) -> Select[TemplateVersion]:
    found = select(TemplateVersion).where(TemplateVersion.key == key).order_by(TemplateVersion.version.desc())
    return found.options(joinedload(TemplateVersion.author))


def _as_wording(house: Template, found: TemplateVersion) -> Wording:
    author = found.author.name if found.author else ""
    template = replace(house, zh=found.zh, en=found.en)
    return Wording(template, found.version, author, found.written_at if found.author_id is not None else None)


def _allowed(house: Template) -> frozenset[str]:
    """What another wording may name: what the house's names, and what there always is.

    A delay knows no homes and a fire no end: a word that nobody can fill in would be found out in an emergency.
    """
    known = placeholders(house.zh) | placeholders(house.en)
    extra = ALWAYS if house.message_class in {MessageClass.EMERGENCY, MessageClass.SERVICE} else ALWAYS - {"places"}
    return frozenset(known | extra)
