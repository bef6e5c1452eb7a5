"""The group channels that mirror the watch, as the page of who is on duty shows them: by kind, never by address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.facts import project_name
from console.staff import Me
from console.words import say
from directory.models import Project
from oncall.actions import mirroring

KINDS = {
    "wecombot": "wecombot", "dingtalk": "dingtalk", "feishu": "feishu", "lark": "lark", "mailto": "mail",
    "mailtos": "mail",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One channel: whose it is, of which kind, when it took a line last, and what is wrong with it."""

    whose: str
    kind: str
    sent_at: datetime | None
    failed_at: datetime | None
    fault: str
    lost: int


def mirrors(session: Session, me: Me, projects: Sequence[Project], *, at: datetime, language: str) -> list[Line]:
    """Those of the whole company, which its own staff see, and those of these projects."""
    found = []
    for one in mirroring.seen(session, at=at):
        project = mirroring.project_named(session, one.mirror) if one.mirror.project else None
        if project not in projects and (one.mirror.project or me.project_id is not None):
            continue
        found.append(
            Line(
                project_name(project, language) if project else say("mirror.house", language),
                say(f"mirror.kind.{KINDS[one.mirror.scheme]}", language)
                if one.mirror.scheme in KINDS
                else one.mirror.scheme,
                one.sent_at, one.failed_at if one.is_failing else None, one.fault, one.lost,
            )
        )  # fmt: skip
    return found
