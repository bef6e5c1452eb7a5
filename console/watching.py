"""What the auditor finds wrong with the watch, as the desk and `flask doctor` say it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import local, now
from base.database import reading
from base.pulse import last_beat
from base.wiring import settings
from console.facts import project_name
from console.scope import project_of, projects_of, visible
from console.staff import Me
from console.words import say
from directory.models import Project
from oncall.actions import audit, reminding
from oncall.audit import AUDITOR, HEARTBEAT, Fault, Finding
from tickets.lifecycle import Status
from tickets.models import Ticket

SILENT = timedelta(minutes=3)
"""An auditor, or a heartbeat that was taken outside, older than this has stopped."""

UNTAKEN = frozenset({Fault.NOBODY, Fault.LATE})
"""What is wrong of a ticket only while it waits for somebody."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One red line of the desk: what is wrong by its key, where, and since when (`until_at`: of a gap)."""

    key: str
    ref: str = ""
    project: str = ""
    since_at: datetime | None = None
    until_at: datetime | None = None
    who: str = ""

    @property
    def id(self) -> str:
        """A name on the page, the same while it lasts."""
        since = f"{self.since_at:%d%H%M%S}" if self.since_at else ""
        return "-".join(part for part in (self.key, self.ref or since) if part)

    @property
    def is_loud(self) -> bool:
        """Whether the page shouts it: a gap that is still to come can be filled in peace."""
        return self.key != Fault.GAP


@dataclass(frozen=True, slots=True)
class Fold:
    """Alerts of one kind, as one card of the desk."""

    key: str
    alerts: tuple[Alert, ...]


def folded(those: Iterable[Alert]) -> list[Fold]:
    """Equal alerts together, each kind where the first of it stood."""
    kinds: dict[str, list[Alert]] = {}
    for one in those:
        kinds.setdefault(one.key, []).append(one)
    return [Fold(key, tuple(found)) for key, found in kinds.items()]


def alerts(
    session: Session, me: Me, found: Sequence[Finding], *, shown: Sequence[str], at: datetime, language: str
) -> list[Alert]:  # fmt: skip
    """What the auditor `found` where `me` may see it, without the tickets that are `shown` as alarms already."""
    beat_at = last_beat(session, AUDITOR)
    silent = [Alert("silent", since_at=beat_at)] if beat_at is not None and beat_at < at - SILENT else []
    names = {project.id: project_name(project, language) for project in projects_of(session, me)}
    refs = {finding.ref for finding in found} - {"", *shown}
    query = select(Ticket.ref, Ticket.status).where(Ticket.ref.in_(refs), visible(me))
    waits = {ref: status == Status.OPEN for ref, status in session.execute(query)} if refs else {}
    theirs = [one for one in found if (_still_is(one, waits.get(one.ref)) if one.ref else _is_theirs(me, one))]
    missing = [
        Alert(
            f"duty_{one.state.value}", project=names.get(one.project_id, ""), since_at=one.starts_at, who=one.staff.name
        )
        for one in reminding.unanswered(session, at=at)
        if project_of(me) in {None, one.project_id}
    ]
    return [*silent, *(_warning(one, names, language) for one in theirs), *missing]


def _still_is(one: Finding, waits: bool | None) -> bool:
    """What was found a moment ago about a ticket that waits for somebody or not now (None: is not to be seen)."""
    return waits or (waits is not None and one.fault not in UNTAKEN)


def faults() -> list[str]:
    """What is wrong with the watch, in both languages, for an operator."""
    with reading() as session:
        found = audit(session, at=now())
        projects = {project.id: project for project in session.scalars(select(Project))}
        return [" / ".join(_line(one, projects, language) for language in ("zh", "en")) for one in found]


def measure(session: Session, registry: CollectorRegistry, at: datetime) -> None:
    """What the auditor finds, in numbers."""
    gauge = Gauge("huiyin_watch_faults", "What is wrong with the watch, by its kind", ["fault"], registry=registry)
    found = Counter(finding.fault for finding in audit(session, at=at))
    for fault in Fault:
        gauge.labels(fault.value).set(found[fault])


def heartbeat_advice() -> str:
    """Empty while the outside hears from us; otherwise what an operator should know."""
    if settings().heartbeat_url is None:
        return (
            "没有设置 HEARTBEAT_URL，系统整个停了没有人会知道 / nobody outside would notice that all of this stands "
            "still; set HEARTBEAT_URL"
        )
    with reading() as session:
        taken_at = last_beat(session, HEARTBEAT)
    if taken_at is not None and now() - taken_at < SILENT:
        return ""
    return "外部没有收到心跳 / the outside has not heard from us" + (
        f", {taken_at.isoformat(timespec='seconds')}" if taken_at else ""
    )


def _is_theirs(me: Me, finding: Finding) -> bool:
    return project_of(me) in {None, finding.project_id}


def _warning(finding: Finding, names: dict[int, str], language: str) -> Alert:
    everywhere = say("watch.everywhere", language)
    name = names.get(finding.project_id, "") if finding.project_id is not None else everywhere
    return Alert(finding.fault.value, finding.ref, name, finding.since_at, finding.until_at)


def _line(finding: Finding, projects: dict[int, Project], language: str) -> str:
    project = projects.get(finding.project_id) if finding.project_id is not None else None
    zone = settings().timezone
    name = project_name(project, language) if project else say("watch.everywhere", language)
    return say(
        f"watch.{finding.fault.value}.line", language, where=finding.ref or name,
        since=f"{local(finding.since_at, zone):%m-%d %H:%M}",
        until=f"{local(finding.until_at, zone):%m-%d %H:%M}" if finding.until_at else "",
    )  # fmt: skip
