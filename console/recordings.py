"""What callers said, played through us: whoever may see the ticket may hear it, and that they did is written down."""

from flask import Response, request, send_from_directory
from sqlalchemy import select

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import NotFound
from console.door import Answer, door
from console.listening import is_listening, listens
from console.scope import visible
from console.staff import me
from hotline import recordings
from hotline.models import Recording, RecordingState
from hotline.shelf import Folder
from tickets.models import Ticket

_ABSENT = "没有这段录音，或者还没有取回。There is no such recording, or it has not come in yet."


@door.get("/recordings/<id:id>")
@guarded_by(*EVERYBODY_ON_STAFF)
def recording(id: int) -> Answer:
    """The sound of one recording, in parts where the player asks for parts."""
    at = now()
    with reading() as session:
        path = session.scalar(
            select(Recording.path)
            .join(Ticket, Ticket.id == Recording.ticket_id)
            .where(Recording.id == id, Recording.state == RecordingState.KEPT, visible(me()))
        )
        is_new = request.method == "GET" and not is_listening(session, id, me(), at=at)
    if not path:
        raise NotFound(_ABSENT)
    if is_new:
        with transaction() as session:
            listens(session, id, me(), at=at)
    shelf = recordings.shelf()
    if isinstance(shelf, Folder):
        return send_from_directory(shelf.place.absolute(), path, conditional=True, max_age=0)
    sound = shelf.get(path, request.headers.get("Range", ""))
    if sound is None:
        raise NotFound(_ABSENT)
    answer = Response(sound.pieces, 206 if sound.part else 200, mimetype="audio/wav", direct_passthrough=True)
    answer.headers |= {"Content-Length": str(sound.length), "Accept-Ranges": "bytes", "Cache-Control": "no-cache"}
    if sound.part:
        answer.headers["Content-Range"] = sound.part
    return answer
