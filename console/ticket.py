"""The page of one ticket."""

from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from console.case import read_case, tag_of
from console.door import Answer, door, language
from console.scope import ticket_for
from console.staff import me


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody wrote when their move was refused: nothing typed is lost. `move` names the field it was in."""

    move: str = ""
    text: str = ""
    notice: str = ""
    fault: str = ""
    number: str = ""


@door.get("/tickets/<ref>")
@guarded_by(*EVERYBODY_ON_STAFF)
def ticket(ref: str) -> Answer:
    """The whole page."""
    return show(ref)


@door.get("/tickets/<ref>/case")
@guarded_by(*EVERYBODY_ON_STAFF)
def case(ref: str) -> Answer:
    """The part that lives: 304 while nothing changed."""
    who, words, at = me(), language(), now()
    with reading() as session:
        found = ticket_for(session, who, ref)
        known = request.headers.get("HX-PTag", "")
        if known and known == tag_of(session, found, words):
            return Response(status=304, headers={"HX-PTag": known})
        seen = read_case(session, found, who, at=at, language=words)
    response = make_response(render_template("_case.html", case=seen, at=at, kept=Kept()))
    response.headers["HX-PTag"] = seen.tag
    return response


def show(ref: str, kept: Kept | None = None, status: int = 200) -> Answer:
    """The page of `ref`, with what was `kept` of a refused move. Raises `NotFound`."""
    who, words, at = me(), language(), now()
    with reading() as session:
        seen = read_case(session, ticket_for(session, who, ref), who, at=at, language=words)
    return render_template("ticket.html", case=seen, at=at, kept=kept or Kept()), status
