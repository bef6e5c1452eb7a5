"""Photographs of tickets: read from a form, shown to whoever may see the ticket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from base.errors import BadInput, NotFound
from console.door import LARGER, Answer, door, language
from console.scope import visible
from console.staff import me
from console.words import say
from hotline.actions import photos
from hotline.actions.photos import MOST, SHOWN
from hotline.models import Photo
from hotline.pictures import MOST_BYTES, Picture, picture_of
from hotline.recordings import shelf
from tickets.models import Ticket

_ABSENT = "没有这张照片，或者已过保存期。There is no such photo, or its time is over."
LARGER |= dict.fromkeys(("console.note", "console.resolve"), MOST * MOST_BYTES + 64 * 1024)
Act = Callable[[Session, Ticket, str, datetime], str]
POLICY = "default-src 'none'; sandbox"


@door.get("/photos/<id:id>")
@guarded_by(*EVERYBODY_ON_STAFF)
def photo(id: int) -> Answer:
    """One picture, as what it was read as and nothing else."""
    with reading() as session:
        found = session.execute(
            select(Photo.path, Photo.kind, Ticket.ref)
            .join(Ticket, Ticket.id == Photo.ticket_id)
            .where(Photo.id == id, SHOWN, visible(me()))
        ).one_or_none()
    data = shelf().read(found.path) if found is not None else None
    if found is None or data is None:
        raise NotFound(_ABSENT)
    named = f'inline; filename="{found.ref}-{id}.{found.kind}"'
    return Response(data, mimetype=f"image/{found.kind}", headers={
        "Content-Disposition": named, "Content-Security-Policy": POLICY, "Cache-Control": "private, no-cache",
    })  # fmt: skip


@dataclass
class Brought:
    """The pictures that a form brought, their files on the shelf, and whether a ticket has them."""

    pictures: list[Picture]
    names: list[str]
    is_kept: bool = False

    def after(self, act: Act) -> Act:
        """`act`, and then the photos on the timeline; without a word it is said that there are photos."""

        def with_photos(session: Session, ticket: Ticket, text: str, at: datetime) -> str:
            outcome = act(session, ticket, text or say("photo.only", language()), at)
            photos.attach(session, ticket.id, self.pictures, self.names, staff_id=me().id, at=at)
            self.is_kept = True
            return outcome

        return with_photos


@contextmanager
def brought() -> Iterator[Brought]:
    """What the form brings, put away meanwhile; thrown away where no ticket took it.

    Raises `BadInput` as `sent_pictures`, `Unavailable` where the shelf does not answer.
    """
    pictures = sent_pictures()
    files = Brought(pictures, photos.put_away(pictures, at=now()))
    try:
        yield files
    except BaseException:
        files.is_kept = False
        raise
    finally:
        if not files.is_kept:
            photos.throw_away(files.names)


def sent_pictures() -> list[Picture]:
    """What the form brings. Raises `BadInput`: too many, too large, no picture, or a broken one."""
    sent = [file for file in request.files.getlist("photos") if file.filename]
    try:
        if len(sent) > MOST:
            raise BadInput(
                f"一次最多 {MOST} 张照片，其余的请再写一条备注。At most {MOST} photos at once: note the others."
            )
        return [picture_of(file.stream.read(MOST_BYTES + 1)) for file in sent]
    finally:
        for file in sent:
            file.close()


def photos_of(session: Session, ticket_id: int) -> dict[int, tuple[int, int]]:
    """The sides in pixels of what is kept of a ticket, by the id of the photo."""
    query = select(Photo.id, Photo.width, Photo.height).where(Photo.ticket_id == ticket_id, SHOWN)
    return {id: (width, height) for id, width, height in session.execute(query)}
