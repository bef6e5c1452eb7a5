"""What callers said, played through us: whoever may see the ticket may hear it."""

from flask import send_from_directory
from sqlalchemy import select

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.database import reading
from base.errors import NotFound
from console.door import Answer, door
from console.scope import visible
from console.staff import me
from hotline import recordings
from hotline.models import Recording, RecordingState
from tickets.models import Ticket


@door.get("/recordings/<id:id>")
@guarded_by(*EVERYBODY_ON_STAFF)
def recording(id: int) -> Answer:
    """The sound of one recording, in parts where the player asks for parts."""
    with reading() as session:
        path = session.scalar(
            select(Recording.path)
            .join(Ticket, Ticket.id == Recording.ticket_id)
            .where(Recording.id == id, Recording.state == RecordingState.KEPT, visible(me()))
        )
    if not path:
        raise NotFound("没有这段录音，或者还没有取回。There is no such recording, or it has not come in yet.")
    return send_from_directory(recordings.folder().absolute(), path, conditional=True, max_age=0)
