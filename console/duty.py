"""Who is on duty now, who comes next and where nobody is, as the pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.facts import project_name
from console.masks import masked
from directory.models import Project, Staff
from oncall.actions.duty import LOOKS_AHEAD, Duty, held_everywhere, holds_until, on_duty_everywhere
from oncall.ladder import Post
from oncall.rota import Gap, Turn, gaps, next_turn

AHEAD = timedelta(days=7)
WATCHED = frozenset({Post.FIRST, Post.SECOND})
"""The posts whose telephones ring at night: nobody written down for one is a gap. The others only stand above."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who holds a post, and until when it is written down; the number is masked."""

    name: str
    number: str
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostNow:
    """A post of a project now, and who takes it over next. In a gap the people are stand-ins."""

    post: Post
    people: tuple[Person, ...]
    is_gap: bool
    next_name: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProjectDuty:
    """One project: its posts now, and the gaps of the coming week."""

    id: int
    name: str
    posts: tuple[PostNow, ...]
    gaps: tuple[Gap, ...]


def duty(session: Session, projects: Sequence[Project], *, at: datetime, language: str) -> list[ProjectDuty]:
    """The duty of each project at `at`, in the order given."""
    turns = held_everywhere(session, at, at + LOOKS_AHEAD)
    on_duty = on_duty_everywhere(session, [project.id for project in projects], turns, at=at)
    return [
        _project(session, project, turns.get(project.id, ()), on_duty[project.id], at, language) for project in projects
    ]


def _project(
    session: Session, project: Project, turns: Sequence[Turn], now: Duty, at: datetime, language: str
) -> ProjectDuty:  # fmt: skip
    posts = tuple(_post(session, turns, now, post, at) for post in Post)
    ahead = gaps(turns, at, at + AHEAD)
    return ProjectDuty(
        project.id,
        project_name(project, language),
        tuple(p for p in posts if p.people or p.is_gap or p.next_at),
        tuple(ahead),
    )


def _post(session: Session, turns: Sequence[Turn], now: Duty, post: Post, at: datetime) -> PostNow:
    turn = next_turn(turns, (), post, at)
    following = session.get_one(Staff, turn.staff_id).name if turn else ""
    return PostNow(
        post,
        tuple(
            Person(staff.name, masked(staff.number), holds_until(turns, post, staff.id, at=at))
            for staff in now.of(post)
        ),
        post in WATCHED and post in now.gaps,
        following,
        turn.starts_at if turn else None,
    )
