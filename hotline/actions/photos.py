"""Photographs of a ticket: kept on the shelf of the recordings under names that say nothing, and forgotten in time."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hotline.models import Photo
from hotline.pictures import Picture
from hotline.recordings import shelf
from tickets import actions as tickets
from tickets.models import EventType

MOST = 3
"""Photos of one press; more belong into a second note."""
SHOWN = (Photo.path != "") & ~Photo.is_to_go
"""What of the photographs anybody may still see."""


def put_away(pictures: Sequence[Picture], *, at: datetime) -> list[str]:
    """Put the files on the shelf, before anything is written of them; their names there. Raises `Unavailable`."""
    names = []
    for picture in pictures:
        name = f"photos/{at:%Y-%m}/{secrets.token_hex(16)}.{picture.kind}"
        shelf().put(name, picture.data)
        names.append(name)
    return names


def throw_away(names: Sequence[str]) -> None:
    """Take files off the shelf again: what they belonged to was refused, or their time is over."""
    for name in names:
        shelf().remove(name)


def attach(
    session: Session, ticket_id: int, pictures: Sequence[Picture], names: Sequence[str], *, staff_id: int, at: datetime
) -> None:
    """Write them down: each stands on the ticket's timeline."""
    for picture, name in zip(pictures, names, strict=True):
        photo = Photo(
            ticket_id=ticket_id, staff_id=staff_id, kind=picture.kind, path=name, size=len(picture.data),
            width=picture.width, height=picture.height, taken_in_at=at,
        )  # fmt: skip
        session.add(photo)
        session.flush()
        tickets.add_event(
            session, ticket_id, EventType.PHOTO, at=at, staff_id=staff_id, data={"photo": photo.id},
            once_key=f"photo/{photo.id}",
        )  # fmt: skip


def let_go(session: Session, ticket_ids: Sequence[int]) -> None:
    """Nobody sees those of these tickets from now on; `hotline.jobs.delete_old_photos` deletes them where they are."""
    theirs = update(Photo).where(Photo.ticket_id.in_(ticket_ids)).values(is_to_go=True)
    session.execute(theirs.execution_options(synchronize_session=False))


def old_ones(session: Session, *, before_at: datetime, limit: int) -> list[tuple[int, str]]:
    """Id and name of files whose time is over, or that are to go, oldest first."""
    is_over = or_(Photo.is_to_go, Photo.taken_in_at < before_at)
    query = select(Photo.id, Photo.path).where(Photo.path != "", is_over)
    return [(id, path) for id, path in session.execute(query.order_by(Photo.taken_in_at).limit(limit))]


def forget(session: Session, photo_id: int) -> None:
    """The file is gone; that there was one stays on the timeline."""
    session.execute(update(Photo).where(Photo.id == photo_id).values(path=""))
