"""The page of the search: whatever somebody knows, posted; people and homes, tickets and calls are found by it."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading
from base.ids import as_id
from console.board import Row
from console.callbook import CallLine, calls_like
from console.door import Answer, door, language
from console.facts import project_name, rows
from console.finding import homes_like, homes_of_nobody, people_like
from console.people import Found as Somebody
from console.people import found_people
from console.scope import READERS, projects_of
from console.search import LOOK, number_or_tail, people_named, tickets_like
from console.staff import Me, me
from directory.actions import place_of
from tickets.models import Ticket

LONGEST = 60
MOST_FOLK = 20
MOST_CALLERS = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of each kind; `homes` are those to which nobody belongs, by place and project.

    Words were looked for in tickets down to the one with the id `floor`, opened at `since_at`; None: in all.
    """

    people: list[Somebody]
    homes: list[tuple[str, str]]
    tickets: list[Row]
    calls: list[CallLine]
    floor: int | None
    since_at: datetime | None

    @property
    def count(self) -> int:
        """How many there are of all kinds."""
        return len(self.people) + len(self.homes) + len(self.tickets) + len(self.calls)


@door.get("/search")
@guarded_by(*EVERYBODY_ON_STAFF)
def searching() -> Answer:
    """Nothing to see without a question."""
    return redirect(url_for("console.desk"))


@door.post("/search")
@guarded_by(*EVERYBODY_ON_STAFF)
def search() -> Answer:
    """Whatever somebody knows: a ticket's number, a room, a name, its pinyin, a category, words, a telephone number."""
    asked = request.form.get("q", "").strip()[:LONGEST]
    if not asked:
        return redirect(url_for("console.desk"), 303)
    below = request.form.get("below", type=as_id)
    at = now()
    with reading() as session:
        found = look_for(session, me(), asked, at=at, words=language(), below=below)
    return render_template(
        "search.html", asked=asked, found=found, below=below, at=at, looked=LOOK, here=url_for("console.desk")
    )


def look_for(session: Session, who: Me, asked: str, *, at: datetime, words: str, below: int | None = None) -> Found:
    """What `who` may see of what was asked for; `below` a ticket's id, only older tickets with these words."""
    named = people_named(session, who, asked) if below is None else ()
    heap = tickets_like(session, who, asked, at=at, below=below, named=named)
    many = len(projects_of(session, who)) > 1
    shown = rows(session, Ticket.id.in_(heap.ids), at=at, language=words, many_projects=many) if heap.ids else []
    oldest = select(Ticket.opened_at).where(Ticket.id >= (heap.floor or 0)).order_by(Ticket.id).limit(1)
    looked = heap.floor, session.scalar(oldest) if heap.floor else None
    if below is not None or who.role not in READERS:
        return Found([], [], shown, [], *looked)
    people = people_like(session, who, asked, named=named)[:MOST_FOLK]
    numbers = {number.number for person in people[:MOST_CALLERS] for number in person.numbers}
    return Found(
        found_people(session, people, who, words),
        [(place_of(home, words), project_name(home.building.project, words))
         for home in homes_of_nobody(session, homes_like(session, who, asked))],
        shown,
        calls_like(session, who, number_or_tail(asked), numbers, words),
        *looked,
    )  # fmt: skip
