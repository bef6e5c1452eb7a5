"""One ticket as its page shows it: facts, clocks, timeline, recordings, and what may be done next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from console import facts
from console.around import Caller, Kin, Near, caller_of, kin_of, near_to
from console.asked import keyed
from console.complaint_way import Stop, not_now, stop
from console.extension import Wish, not_extended_now, wish_of
from console.following import may_see_end
from console.happened import happened_to
from console.ledger import Sent, names_about, sent_about, states_about
from console.listening import Listened, listeners
from console.photos import photos_of
from console.scope import DESK, WHO_MAY, may_close, may_make
from console.seal import Seal, seal_of
from console.seen import seen_of
from console.staff import Me
from console.steps import Step, next_of, steps_of
from console.talks import Lines, Talk, lines_of, state_of_calls, talks_about
from console.timeline import Entry, Told, timeline
from console.versions import version_of
from directory.places import in_language
from hotline.actions.endings import MISSED_CATEGORY
from hotline.models import Recording
from oncall.models import Page, PageState
from tickets import actions
from tickets.clocks import Clock
from tickets.lifecycle import HEADQUARTERS, MOVING, Level, Move, Status, may
from tickets.models import EventType, Ticket
from tickets.triage import department_of
from tickets.triagewords import Suggestion, standing


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording, wherever it is; who listened to it lately, for those who are told."""

    id: int
    state: str
    duration_s: int
    transcript: str
    heard_by: tuple[Listened, ...] = ()


_TAKEN = (PageState.ACKNOWLEDGED, PageState.NEEDS_HELP)


@dataclass(frozen=True, slots=True)
class Rung:
    """One member of staff who was paged: first when, how often, and what became of it: taken, or how the last went."""

    after_s: float
    name: str
    state: str
    times: int


@dataclass(frozen=True, slots=True)
class Case:
    """Everything of one ticket that its page shows."""

    ref: str
    tag: str
    seen: str
    level: Level
    status: Status
    kind: str
    channel: str
    what: str
    place: str
    project: str
    department: str
    keyed: tuple[str, ...]
    said: str
    suggestion: Suggestion | None
    suggested: str
    assignee: str
    is_alarming: bool
    is_headquarters: bool
    is_followed: bool
    is_to_see_end: bool
    urged: int
    reworked: int
    opened_at: datetime
    ended_at: datetime | None
    clocks: tuple[Clock, ...]
    steps: tuple[Step, ...]
    moves: frozenset[Move]
    next: Move | None
    caller: Caller
    sounds: tuple[Sound, ...]
    pages: tuple[Rung, ...]
    near: tuple[Near, ...]
    kin: tuple[Kin, ...]
    path: tuple[Stop, ...]
    extension: Wish | None
    seal: Seal | None
    sent: tuple[Sent, ...]
    photos: dict[int, tuple[int, int]]
    lines: Lines
    talks: tuple[Talk, ...]
    timeline: list[Entry]


def tag_of(session: Session, ticket: Ticket, language: str, *, at: datetime) -> str:
    """Changes when anything on the page but the time does."""
    sounds = session.execute(
        select(Recording.state, Recording.transcript.is_(None))
        .where(Recording.ticket_id == ticket.id)
        .order_by(Recording.id)
    )
    messages = states_about(session, names_about(session, ticket.id))
    heard = [f"{state.value}{is_unread:d}" for state, is_unread in sounds]
    parts = heard, [f"{state.value}{code}" for state, code in messages]
    calls = state_of_calls(session, ticket.id, at=at)
    return ".".join((version_of(session, ticket), *map("-".join, parts), calls, language))


def moves_of(ticket: Ticket, me: Me) -> frozenset[Move]:
    """The moves that both the ticket's state and the role allow."""
    made = frozenset(move for move in WHO_MAY if may_make(me, move, ticket.kind) and may(move, ticket.status))
    return made if may_close(me, ticket) else made - {Move.CLOSE}


def read_case(session: Session, ticket: Ticket, me: Me, *, at: datetime, language: str) -> Case:
    """Everything about `ticket` that `me` may see, as it stands at `at`."""
    tag = tag_of(session, ticket, language, at=at)  # first: what happens meanwhile is read at the next look
    told = facts.events_of(session, [ticket.id]).get(ticket.id, [])
    happened = happened_to(session, ticket.id, language)
    done = {fact.type for fact in told}
    hops = actions.hops_of(session, ticket.id)
    clocks, wish = facts.standing(session, ticket, told, at), wish_of(session, ticket)
    idle = not_now(session, ticket, hops, me) | not_extended_now(clocks, wish, ticket, me)
    seal = seal_of(session, ticket)
    idle |= set() if seal and seal.can_be else {Move.SIGN_OFF}
    moves, next_move = moves_of(ticket, me) - idle, next_of(ticket.status, ticket.kind)
    is_theirs = me.role in DESK and ticket.status in MOVING
    suggestion = standing(ticket.kind, ticket.category, (event.data for event in happened)) if is_theirs else None
    return Case(
        ref=ticket.ref,
        tag=tag,
        seen=seen_of(ticket, max((event.id for event in happened), default=0)),
        level=ticket.level,
        status=ticket.status,
        kind=ticket.kind.value,
        channel=ticket.channel.value,
        what=facts.what(ticket, language),
        place=in_language(ticket.place, language),
        project=facts.project_name(ticket.project, language) if ticket.project else "",
        department=department_of(ticket.category, ticket.department),
        keyed=_keyed(ticket, happened, language),
        said=ticket.summary,
        suggestion=suggestion,
        suggested=facts.category_words(suggestion.category, language) if suggestion else "",
        assignee=ticket.assignee.name if ticket.assignee else "",
        is_alarming=ticket.is_alarming and ticket.status == Status.OPEN,
        is_headquarters=ticket.owner_desk == HEADQUARTERS,
        is_followed=ticket.followed_by == HEADQUARTERS != ticket.owner_desk,
        is_to_see_end=may_see_end(me, ticket),
        urged=ticket.urged,
        reworked=ticket.reworked,
        opened_at=ticket.opened_at,
        ended_at=None if ticket.status in MOVING else ticket.resolved_at or ticket.closed_at or ticket.opened_at,
        clocks=clocks,
        steps=steps_of(ticket.status, ticket.kind, done),
        moves=moves,
        next=next_move if next_move in moves else None,
        caller=caller_of(session, ticket, me, language),
        sounds=_sounds(session, ticket.id, me),
        pages=_pages(session, ticket),
        near=near_to(session, ticket, me, at, language),
        path=tuple(stop(hop) for hop in hops),
        extension=wish,
        seal=seal,
        kin=kin_of(session, ticket, happened, me, language),
        sent=sent_about(session, names_about(session, ticket.id), language),
        photos=photos_of(session, ticket.id),
        lines=lines_of(session, ticket, me, at=at),
        talks=talks_about(session, ticket.id, at=at),
        timeline=timeline(happened, opened_at=ticket.opened_at, language=language),
    )


def _keyed(ticket: Ticket, happened: list[Told], language: str) -> tuple[str, ...]:
    known: dict[str, object] = {}
    for event in happened:
        if event.type in {EventType.OPENED, EventType.AMENDED}:
            known |= event.data  # what is known later holds
    # nobody chose by key to be called back
    category = "" if ticket.category == MISSED_CATEGORY else facts.category_words(ticket.category, language)
    return keyed(
        ticket.kind, category, ticket.channel, known,
        is_headquarters=ticket.owner_desk == HEADQUARTERS, has_number=ticket.caller_number is not None,
        language=language,
    )  # fmt: skip


def _sounds(session: Session, ticket_id: int, me: Me) -> tuple[Sound, ...]:
    sounds = session.scalars(select(Recording).where(Recording.ticket_id == ticket_id).order_by(Recording.id)).all()
    heard = listeners(session, [sound.id for sound in sounds], me)
    return tuple(
        Sound(sound.id, sound.state.value, sound.duration_s, sound.transcript or "", heard.get(sound.id, ()))
        for sound in sounds
    )


def _pages(session: Session, ticket: Ticket) -> tuple[Rung, ...]:
    query = (
        select(Page).where(Page.ticket_id == ticket.id).options(joinedload(Page.staff)).order_by(Page.paged_at, Page.id)
    )
    tries: dict[int, list[Page]] = {}
    for page in session.scalars(query):
        tries.setdefault(page.staff_id, []).append(page)
    return tuple(
        Rung(
            (pages[0].paged_at - ticket.opened_at).total_seconds(), pages[0].staff.name,
            next((page for page in pages if page.state in _TAKEN), pages[-1]).state.value, len(pages),
        )
        for pages in tries.values()
    )  # fmt: skip
