"""Swaps: one's own turns, what one is asked, what waits for approval, and who agreed to what when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotFound
from base.ids import as_id
from base.refusals import half
from base.wiring import settings
from console.door import Answer, door, language
from console.facts import project_name
from console.scope import LEADERS, projects_of
from console.staff import me
from console.words import say
from directory.models import Project, Staff
from oncall.actions import overriding, swapping
from oncall.ladder import Post
from oncall.models import Swap, SwapState
from telephony.capabilities import two_way_text

MOST = 60


@dataclass(frozen=True, slots=True)
class Mine:
    """A coming turn of one's own, and whom one may ask; `key` is how the form names it."""

    key: str
    id: str
    project: str
    post: Post
    starts_at: datetime
    ends_at: datetime
    colleagues: tuple[tuple[int, str], ...]
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One swap, and what whoever looks may do with it."""

    swap: Swap
    project: str
    may_answer: bool
    may_withdraw: bool
    may_decide: bool
    is_over: bool


@door.get("/oncall/swaps")
@guarded_by(*EVERYBODY_ON_STAFF)
def swaps() -> Answer:
    """One's own turns, and every swap one may see."""
    return _page()


@door.post("/oncall/swaps")
@guarded_by(*EVERYBODY_ON_STAFF)
def ask_swap() -> Answer:
    """Ask a colleague to take one of one's own turns."""

    def act(session: Session) -> None:
        try:
            project, post, starts_at = request.form.get("turn", "").split("/")
            found = as_id(project), Post(post), datetime.fromisoformat(starts_at), as_id(request.form.get("taker", ""))
            if found[2].tzinfo is None:
                raise ValueError("naive")
        except ValueError:
            raise BadInput(say("swap.fault", language())) from None
        swapping.ask(
            session, project_id=found[0], post=found[1], starts_at=found[2], asker_id=me().id, taker_id=found[3],
            reason=request.form.get("reason", ""), at=now(),
        )  # fmt: skip

    return _done(act, "ask")


@door.post("/oncall/swaps/<id:id>/answer")
@guarded_by(*EVERYBODY_ON_STAFF)
def answer_swap(id: int) -> Answer:
    """The colleague agrees or declines; whoever asked withdraws."""
    said = request.form.get("say", "")

    def act(session: Session) -> None:
        swap = swapping.swap_of(session, id)
        if me().id not in {swap.asker_id, swap.taker_id} or said not in {"agree", "decline", "withdraw"}:
            raise NotFound("没有这次换班，或者它不归您管。There is no such swap, or it is not yours.")
        if said == "withdraw":
            swapping.withdraw(session, id, by_id=me().id, at=now())
        else:
            swapping.answer(session, id, agrees=said == "agree", by_id=me().id, at=now())

    return _done(act, said)


@door.post("/oncall/swaps/<id:id>/decide")
@guarded_by(*LEADERS)
def decide_swap(id: int) -> Answer:
    """A leader of the project approves, or does not."""
    said = request.form.get("say", "")

    def act(session: Session) -> None:
        swap = swapping.swap_of(session, id)
        if swap.project_id not in {one.id for one in projects_of(session, me())} or said not in {"approve", "refuse"}:
            raise NotFound("没有这次换班，或者它不归您管。There is no such swap, or it is not yours.")
        swapping.decide(session, id, approves=said == "approve", by_id=me().id, at=now())

    return _done(act, said)


def _done(act: Callable[[Session], None], said: str) -> Answer:
    try:
        with transaction() as session:
            act(session)
    except (BadInput, Conflict) as error:
        return _page(half(error.message, language())), error.status
    flash(f"swap.said.{said}")
    return redirect(url_for("console.swaps"), 303)


def _page(fault: str = "") -> str:
    at, who = now(), me()
    with reading() as session:
        projects = projects_of(session, who)
        lines = [
            _line(swap, {project.id for project in projects}, at)
            for swap in swapping.swaps_of(session, [project.id for project in projects], who.id, limit=MOST)
        ]
        mine = _mine(session, [line.swap for line in lines], at)
        return render_template(
            "oncall_swaps.html", mine=mine, lines=lines, at=at, fault=fault, may_text=_may_text(session),
            then=say("swap.then.approve" if settings().swaps_need_approval else "swap.then.done", language()),
        )  # fmt: skip


def _may_text(session: Session) -> bool:
    """Whether a text of theirs reaches us."""
    return two_way_text(session.get_one(Staff, me().id).number, settings().two_way_countries)


def _mine(session: Session, known: list[Swap], at: datetime) -> list[Mine]:
    who, found = me(), []
    asked = {(one.project_id, one.post, one.starts_at) for one in known
             if one.asker_id == who.id and one.state in swapping.OPEN}  # fmt: skip
    for project_id, turn in swapping.turns_of(session, who.id, at=at):
        project = session.get_one(Project, project_id)
        others = tuple((one.id, one.name) for one in overriding.fit(session, project_id) if one.id != who.id)
        found.append(
            Mine(
                f"{project_id}/{turn.post.value}/{turn.starts_at.isoformat()}",
                f"{project_id}-{turn.post.value}-{turn.starts_at:%m%d%H%M}", project_name(project, language()),
                turn.post, turn.starts_at, turn.ends_at, others, (project_id, turn.post, turn.starts_at) in asked,
            )
        )  # fmt: skip
    return found


def _line(swap: Swap, projects: set[int], at: datetime) -> Line:
    who, is_coming = me(), swap.starts_at > at
    is_open = swap.state in swapping.OPEN
    return Line(
        swap, project_name(swap.project, language()),
        may_answer=is_coming and swap.state is SwapState.ASKED and swap.taker_id == who.id,
        may_withdraw=is_coming and is_open and swap.asker_id == who.id,
        may_decide=is_coming and swap.state is SwapState.AGREED and who.role in LEADERS
        and swap.project_id in projects and who.id not in {swap.asker_id, swap.taker_id},
        is_over=is_open and not is_coming,
    )  # fmt: skip
