"""The conversation: from where a call stands and what was heard to the next answer, told once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.orm import Session

from base.ids import LARGEST_ID
from base.rows import execute_with, insert_of, table_of, write_changes
from base.trail import also
from hotline.actions import acts, aftertone, before, ringing, spoken, waiting
from hotline.actions.calls import call_by_id, call_by_sid
from hotline.actions.codes import hidden, shown
from hotline.actions.editions import book_of
from hotline.actions.endings import look_again
from hotline.actions.greeting import Line, arriving, greet, top
from hotline.actions.late import told_late
from hotline.actions.reports import before_message
from hotline.actions.turn import Answer, CommitFirst, Heard, Next, Turn
from hotline.asking import page_of, pieces
from hotline.hearing import AskAgain, Follow, GiveUp, GoBack, hear
from hotline.intake import RINGING, TO_RING, Intake, Reason
from hotline.menu import EMERGENCY, PERSON, ZERO, MenuStep
from hotline.menuwords import FINAL, LINE
from hotline.models import Call, CallEvent
from telephony.speech import Ask, Step

Speak = Callable[[Step], str]

WAIT_KEY_S, WAIT_DIGITS_S = 6, 8
WAIT_IN_LINE_S = 3
"""Whoever waits in line hears something again soon, and is put through soon after somebody has come free."""

_EVENTS = table_of(CallEvent)
_TOLD_OF = ("call_id", "step", "at", "menu_step", "heard", "answer")
_TELL = insert(_EVENTS).values({name: bindparam(f"told_{name}", type_=_EVENTS.c[name].type) for name in _TOLD_OF})
_TOLD = select(CallEvent.answer).where(CallEvent.call_id == bindparam("call_id"), CallEvent.step == bindparam("step"))


def begin(session: Session, sid: str, line: Line, *, at: datetime, speak: Speak) -> str | CommitFirst | None:
    """Answer a call that arrives; the same call again gets the very same answer.

    It is written down once it is known where it stands, so that its row need not be changed at once. Raises
    `IntegrityError` where the same call is written at this very moment: then it is known.
    """
    call = arriving(session, sid, line, at=at)
    turn = Turn(session, call, Intake.from_json(call.intake), Heard(), at, 0)
    there = before.look(turn)
    if there.is_known:
        return _once(session, call_by_sid(session, sid), 0, Heard(), at=at, speak=speak)
    call.id, call.menu_key = there.new_id, there.menu_key or ""
    turn.book = book_of(session, call.menu_key)
    answer = _follow(turn, _first(turn, there))
    assert not isinstance(answer, CommitFirst), "a call begins with a question"
    call.intake, call.steps = turn.intake.to_json(), 1
    spoken = speak(answer)
    row, said = insert_of(call)
    execute_with(session.connection(), _TELL, _event(turn, "", spoken), beside=row, said=said)
    return spoken


def go_on(
    session: Session, call_id: int, sid: str, step: int, heard: Heard, *, at: datetime, speak: Speak
) -> str | CommitFirst | None:  # fmt: skip
    """Answer one further step of a call; None if there is no such call.

    A step that was answered gets that answer again, whatever it brings now; one that is ahead of us gets the
    last answer, which leads the call back to where it stands.
    """
    if call_id > LARGEST_ID:
        return None
    call = call_by_id(session, call_id)
    if call is None or call.sid != sid:
        return None
    return _once(session, call, step, heard, at=at, speak=speak)


def _once(
    session: Session, call: Call, step: int, heard: Heard, *, at: datetime, speak: Speak
) -> str | CommitFirst | None:
    also(call=call.id, ticket=call.ticket_id)
    if step != call.steps:
        return _told_before(session, call, min(step, call.steps - 1), at)
    menus = book_of(session, call.menu_key)
    turn = Turn(session, call, Intake.from_json(call.intake), heard, at, step, book=menus)
    stood_at = turn.intake.place
    answer = told_late(turn, lambda: _follow(turn, _next(turn)))
    if isinstance(answer, CommitFirst):
        # whoever comes next, this webhook again or its twin, finds the words still to be said
        turn.remember(unsaid=tuple(say.words for say in turn.says))
    call.intake = turn.intake.to_json()
    if call.ended_at is not None:
        look_again(session, call, turn.intake, at=at)
    if isinstance(answer, CommitFirst):
        return answer
    spoken = speak(answer)
    call.steps = step + 1
    write_changes(session, call, beside=_TELL, said=_event(turn, stood_at, spoken))
    return spoken


def _event(turn: Turn, stood_at: str, spoken: str) -> dict[str, object]:
    kept = hidden(spoken, *turn.told_code) if turn.told_code else spoken
    told = (turn.call.id, turn.step, turn.at, stood_at, turn.note or turn.heard.line, kept)
    return {f"told_{name}": value for name, value in zip(_TOLD_OF, told, strict=True)}


def _told_before(session: Session, call: Call, step: int, at: datetime) -> str | None:
    kept = session.scalar(_TOLD, {"call_id": call.id, "step": step})
    return shown(session, kept, at=at) if kept else kept


def _next(turn: Turn) -> Next:
    """What comes next, by where the call stands and what was heard there."""
    place = turn.intake.place
    if place == TO_RING:
        for words in turn.intake.unsaid:
            turn.speak(words)
        turn.remember(unsaid=())
        return "@ring"
    if place == RINGING:
        return "@after_ring"
    if not place:
        return _first(turn, before.look(turn))
    step = turn.book.find(place)
    return _after_change(turn) if step is None else _heard_at(turn, step)


def _first(turn: Turn, there: Row[Any]) -> Next:
    """Where a call begins: a colleague comes for what waits for them."""
    greeted = greet(turn)
    return greeted if greeted == "@staff" else before.menu_of(turn, there) or greeted


def _after_change(turn: Turn) -> Next:
    """The question that was put is in no menu any more: there is a new release. What was told so far still holds."""
    if turn.heard.recording_sid:
        return PERSON if turn.heard.keys == ZERO else "@received"
    if turn.call.ticket_id or (turn.heard.keys == ZERO and turn.intake.purpose):
        return PERSON
    if turn.heard.keys == ZERO:
        # as far as anybody knows they were at the top
        return EMERGENCY
    turn.say("main.menu_changed")
    return top(turn)


def _heard_at(turn: Turn, step: MenuStep) -> Next:
    if step.asks == "message":
        after = aftertone.heard(turn, step)
        return _followed(turn, after) if isinstance(after, Follow) else after
    listed, has_more = turn.intake.listed, False
    if step.lists:
        _, has_more = page_of(turn.intake.offered, turn.intake.list_page)
    if turn.heard.said and step.hears_words:
        move = spoken.heard(turn, step)
    else:
        move = hear(step, turn.heard.keys, turn.intake.tally, listed=len(listed), has_more=has_more)
    turn.intake = turn.intake.after(move)
    if isinstance(move, AskAgain):
        if move.words:
            turn.speak_piece(move.words.piece(turn.language))
        return step.name
    if isinstance(move, GoBack):
        return turn.intake.place
    if isinstance(move, GiveUp):
        turn.speak_piece(move.words.piece(turn.language))
        turn.given_up = Reason.LOST if turn.heard.keys or turn.heard.said else Reason.SILENT
        return move.to
    return _followed(turn, move)


def _followed(turn: Turn, move: Follow) -> Next:
    for name, value in move.sets.items():
        turn.remember(**acts.KEPT[name](value))
    turn.digits = move.digits
    if move.picked is not None:
        turn.picked = turn.intake.listed[move.picked]
    return move.to


def _follow(turn: Turn, to: Next) -> Answer:
    """Do act after act until there is something to answer."""
    while isinstance(to, str):
        if to in FINAL:
            turn.remember(way=())
        to = acts.ACTS[to](turn) if to.startswith("@") else _ask(turn, to)
    return to


def _ask(turn: Turn, name: str) -> Step:
    """Put a question: forget the patience spent on the last one, gather the words, wait for the answer."""
    name = name if turn.book.find(name) else top(turn)
    step = turn.book.step(name)
    turn.intake = turn.intake.comes_to(name)
    ringing.before_question(turn, step)
    waiting.before_question(turn, step)
    before_message(turn, step)
    entries, has_more = _list_now(turn, step)
    more = acts.VALUES.get(turn.book.stands_for(name))
    values = {**turn.usual, **(more(turn) if more else {})}
    way_back = bool(turn.intake.way)
    for piece in pieces(step, turn.language, entries, has_more=has_more, can_go_back=way_back, values=values):
        turn.speak_piece(piece)
    spoken.offer(turn, step)
    says = tuple(turn.says)
    if step.asks == "message":
        return aftertone.ask(turn, step, says)
    if step.asks == "digits":
        return Ask(says, turn.path, keys=None, wait_s=WAIT_DIGITS_S)
    wait_s = WAIT_IN_LINE_S if name in LINE else WAIT_KEY_S
    return Ask(says, turn.path, keys=1, wait_s=wait_s, listen=spoken.listening(turn, step))


def _list_now(turn: Turn, step: MenuStep) -> tuple[list[str], bool]:
    if not step.lists:
        return [], False
    every = dict(acts.LISTS[step.lists](turn))
    offered = tuple(every)
    listed, has_more = page_of(offered, turn.intake.list_page)
    turn.remember(listed=listed, offered=offered)
    return [every[id] for id in listed], has_more
