"""The page of one ticket."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import render_template, request

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from console.both import both_of
from console.case import read_case, tag_of
from console.choices import choices_for
from console.door import Answer, door, language
from console.faces import names_of, others_here
from console.living import living, shown, unchanged
from console.result import answer_to_owner
from console.scope import WHO_MAY, ticket_for
from console.staff import me
from tickets.lifecycle import Move

LONGEST = 2000
FACES = "~"
"""Stands in a page's version before who else is on it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody wrote when their move was refused: nothing typed is lost. `move` names the field it was in.

    `fields` are what else was chosen in that dialog, `at` the one of them that is at fault (empty: the text).
    `since`: the newest event on the page on which it was written, where a colleague was faster.
    """

    move: str = ""
    text: str = ""
    notice: str = ""
    fault: str = ""
    number: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    since: int | None = None


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
        id, tag = found.id, tag_of(session, found, words, at=at)
    others = others_here(id, who.id, at=at)  # asked while no connection to the database is held
    known, version = shown(), _version(tag, others)
    if known == version:
        return unchanged(version)
    is_news = known.partition(FACES)[0] != tag  # else somebody came or went, and that is all
    with reading() as session:
        also = names_of(session, others)
        seen = read_case(session, ticket_for(session, who, ref), who, at=at, language=words) if is_news else None
    faces = render_template("_also_news.html", also=also)
    if seen is None:
        return living(faces, version)
    page = render_template("_case.html", case=seen, at=at, kept=Kept())
    return living(page + faces, _version(seen.tag, others))


def _version(tag: str, others: tuple[int, ...]) -> str:
    return f"{tag}{FACES}{'-'.join(map(str, others))}"


def show(ref: str, kept: Kept | None = None, status: int = 200) -> Answer:
    """The page of `ref`, with what was `kept` of a refused move. Raises `NotFound`."""
    who, words, at = me(), language(), now()
    with reading() as session:
        found = ticket_for(session, who, ref)
        seen = read_case(session, found, who, at=at, language=words)
        choices = choices_for(session, found, who, words)
        kept = kept or Kept()
        both = None
        if kept.since is not None:
            both = both_of(
                seen.timeline, kept.since, kept.text, kept.fields, choices, longest=LONGEST, language=words
            )  # fmt: skip
            kept = replace(kept, text=both.one)
        text = kept.text if kept.move == Move.RESOLVE else ""
        answer = answer_to_owner(session, found, text, at=at, language=words)
        id = found.id
    others = others_here(id, who.id, at=at)
    with reading() as session:
        also = names_of(session, others)
    page = render_template(
        "ticket.html", case=seen, at=at, kept=kept, both=both, choices=choices, answer=answer,
        also=also, version=_version(seen.tag, others),
    )  # fmt: skip
    return page, status


@door.post("/tickets/<ref>/resolve/preview")
@guarded_by(*WHO_MAY[Move.RESOLVE])
def preview(ref: str) -> Answer:
    """The text that the owner will get, while the result is being written."""
    words, text = language(), request.form.get("text", "")[:LONGEST]
    with reading() as session:
        answer = answer_to_owner(session, ticket_for(session, me(), ref), text, at=now(), language=words)
    return render_template("_answer.html", answer=answer)
