"""The pages of campaigns: what there is, one of them, who gets nothing; and what staff do to one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from base.refusals import half
from base.wiring import settings
from console.campaign_facts import read_campaign
from console.campaign_left_out import absent
from console.campaign_lines import by_of, lines
from console.campaign_people import fates
from console.campaign_titles import title_of
from console.door import Answer, door, language
from console.living import living, shown, unchanged
from console.staff import me
from console.words import say
from outreach import festivals
from outreach.actions import campaigns as actions
from outreach.actions import trying, verdicts
from outreach.actions.campaigns import is_visible
from outreach.festivals import FESTIVALS, Manner, NotGreeted, Whom
from outreach.jobs.planning import plan_now
from outreach.lifecycle import MAY_APPROVE, MAY_WRITE, CampaignMove, may
from outreach.models import Campaign

MOST_FESTIVALS = 4
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Coming:
    """A festival that is greeted, from when on that day, and the template to begin with."""

    key: str
    name: str
    day: date
    at: datetime
    days: int
    is_for_elders: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a move was refused, and what was written with it."""

    notice: str = ""
    fault: str = ""
    reason: str = ""
    back: str = ""


@door.get("/campaigns")
@guarded_by(*MAY_WRITE)
def campaigns() -> Answer:
    """All of them, what waits for approval first; and the festivals that come next."""
    at, words = now(), language()
    with reading() as session:
        found = lines(session, me(), at=at, language=words)
    may_plan = me().role in MAY_APPROVE
    return render_template("campaigns.html", lines=found, festivals=coming(at, words), may_plan=may_plan, at=at)


@door.get("/campaigns/<id:id>")
@guarded_by(*MAY_WRITE)
def campaign(id: int) -> Answer:
    """The page of one."""
    return show(id)


@door.get("/campaigns/<id:id>/state")
@guarded_by(*MAY_WRITE)
def campaign_state(id: int) -> Answer:
    """The part that lives: 304 while nothing changed."""
    words, at = language(), now()
    with reading() as session:
        seen = read_campaign(session, visible(session, id), me(), at=now(), language=words)
    if shown() == seen.tag:
        return unchanged(seen.tag)
    return living(render_template("_campaign.html", seen=seen, at=at, kept=Kept()), seen.tag)


@door.get("/campaigns/<id:id>/left-out")
@guarded_by(*MAY_WRITE)
def campaign_left_out(id: int) -> Answer:
    """People who get nothing, and why; of one reason or of all."""
    words, reason = language(), request.args.get("reason", "")
    with reading() as session:
        found = visible(session, id)
        people, more = absent(session, found, reason, words)
        reasons, title = dict(sorted(found.left_out.items())), title_of(found, words)
    return render_template(
        "campaign_left_out.html", id=id, title=title, people=people, more=more, reasons=reasons, reason=reason
    )


@door.post("/campaigns/<id:id>/approve")
@guarded_by(*MAY_APPROVE)
def approve_campaign(id: int) -> Answer:
    """Let it go, if it is still what was read."""
    seen, reason, at = request.form.get("seen", ""), request.form.get("reason", "").strip()[:LONGEST_REASON], now()

    def act(session: Session) -> None:
        actions.approve(session, id, by_of(me()), seen=seen, at=at, emergency_reason=reason)

    return _move(id, CampaignMove.APPROVE, act, reason=reason, seen=seen)


@door.post("/campaigns/<id:id>/withdraw")
@guarded_by(*MAY_WRITE)
def withdraw_campaign(id: int) -> Answer:
    """Take back what nobody has approved."""
    return _move(id, CampaignMove.WITHDRAW, lambda session: actions.withdraw(session, id, by_of(me()), at=now()))


@door.post("/campaigns/<id:id>/return")
@guarded_by(*MAY_APPROVE)
def return_campaign(id: int) -> Answer:
    """Send it back to its author, with a word why."""
    said = request.form.get("words", "").strip()
    try:
        with transaction() as session:
            verdicts.send_back(session, id, by_of(me()), words=said, at=now())
    except Conflict as error:
        return show(id, Kept(notice=_conflict(id, CampaignMove.RETURN, error, ""), back=said), error.status)
    except (BadInput, NotAllowed) as error:
        return show(id, Kept(notice=half(error.message, language()), back=said), error.status)
    flash("campaign.done.return")
    return redirect(url_for("console.campaign", id=id), 303)


@door.post("/campaigns/<id:id>/review")
@guarded_by(*MAY_APPROVE)
def review_campaign(id: int) -> Answer:
    """Note what a second person thinks of what its author let go."""
    said = request.form.get("words", "").strip()
    try:
        with transaction() as session:
            verdicts.review(session, id, by_of(me()), words=said, at=now())
    except (BadInput, Conflict, NotAllowed) as error:
        return show(id, Kept(notice=half(error.message, language()), reason=said), error.status)
    flash("campaign.done.review")
    return redirect(url_for("console.campaign", id=id), 303)


@door.post("/campaigns/<id:id>/test")
@guarded_by(*MAY_WRITE)
def try_campaign(id: int) -> Answer:
    """Have its text sent to whoever asks, on their own number."""
    asked = request.form.get("language", "")
    try:
        with transaction() as session:
            trying.try_out(session, id, by_of(me()), at=now(), language=asked or None)
    except (BadInput, Conflict) as error:
        return show(id, Kept(notice=half(error.message, language())), error.status)
    flash("campaign.done.test")
    return redirect(url_for("console.campaign", id=id), 303)


@door.post("/campaigns/<id:id>/people")
@guarded_by(*MAY_WRITE)
def campaign_people(id: int) -> Answer:
    """What became of somebody of its audience, found by a piece of a name or the end of a number."""
    words, asked = language(), request.form.get("q", "").strip()[:40]
    with reading() as session:
        one = visible(session, id)
        found, title = fates(session, one, asked, words), title_of(one, words)
    here = url_for("console.campaign", id=id)
    return render_template(
        "campaign_people.html", id=id, title=title, people=found, asked=asked, at=now(), here=here
    )  # fmt: skip


@door.post("/campaigns/<id:id>/stop")
@guarded_by(*MAY_WRITE)
def stop_campaign(id: int) -> Answer:
    """Nothing more of it leaves."""
    return _move(id, CampaignMove.STOP, lambda session: actions.stop(session, id, by_of(me()), at=now()))


@door.post("/campaigns/<id:id>/resume")
@guarded_by(*MAY_APPROVE)
def resume_campaign(id: int) -> Answer:
    """The rest goes after all."""
    return _move(id, CampaignMove.RESUME, lambda session: actions.resume(session, id, by_of(me()), at=now()))


@door.post("/campaigns/<id:id>/resend")
@guarded_by(*MAY_WRITE)
def resend_campaign(id: int) -> Answer:
    """Write the same again for those whom it did not reach."""
    try:
        with transaction() as session:
            again = actions.resend(session, id, by_of(me()), at=now()).id
    except (BadInput, Conflict, NotAllowed) as error:
        return show(id, Kept(notice=half(error.message, language())), error.status)
    plan_now(again)
    flash("campaign.done.resend")
    return redirect(url_for("console.campaign", id=again), 303)


def show(id: int, kept: Kept | None = None, status: int = 200) -> Answer:
    """The page of a campaign, with what was `kept` of a refused move. Raises `NotFound`."""
    with reading() as session:
        seen = read_campaign(session, visible(session, id), me(), at=now(), language=language())
    return render_template("campaign.html", seen=seen, at=now(), kept=kept or Kept()), status


def coming(at: datetime, words: str) -> list[Coming]:
    """The next festivals that are greeted; what is one occasion stands there once, on its last day."""
    zone = settings().timezone
    today = local(at, zone).date()
    days = sorted({festivals.next_of(each.key, today) for each in FESTIVALS if each.manner is Manner.GREETED})
    found: dict[tuple[str, Whom], Coming] = {}
    for day in days:
        greetings = festivals.greetings_on(day)
        if isinstance(greetings, NotGreeted):
            continue
        for each in greetings:
            name = " · ".join(one.en if words == "en" else one.zh for one in each.festivals)
            name = name.removeprefix("the ")
            begins_at = datetime.combine(day, each.begins, tzinfo=ZoneInfo(zone))
            is_for_elders = each.whom is Whom.ELDERS
            found[each.occasion, each.whom] = Coming(
                each.key, name, day, begins_at, (day - today).days, is_for_elders
            )  # fmt: skip
    return list(found.values())[:MOST_FESTIVALS]


def visible(session: Session, id: int) -> Campaign:
    """One that whoever is at the desk may see. Raises `NotFound`."""
    found = session.get(Campaign, id)
    if found is None or not is_visible(found, by_of(me())):
        raise NotFound("没有这个群发，或者它不归您管。There is no such campaign, or it is not yours to see.")
    return found


def _move(
    id: int, move: CampaignMove, act: Callable[[Session], object], *, reason: str = "", seen: str = ""
) -> Answer:  # fmt: skip
    """Do it, or say in the page why not. What was decided twice is answered with who decided it."""
    try:
        with transaction() as session:
            act(session)
    except NotAllowed as error:
        return show(id, Kept(fault=half(error.message, language()), reason=reason), error.status)
    except Conflict as error:
        return show(id, Kept(notice=_conflict(id, move, error, seen), reason=reason), error.status)
    flash(f"campaign.done.{move.value}")
    return redirect(url_for("console.campaign", id=id), 303)


def _conflict(id: int, move: CampaignMove, error: Conflict, seen: str) -> str:
    words = language()
    with reading() as session:
        found = visible(session, id)
        if move is CampaignMove.APPROVE and found.approved_by is not None:
            return say("campaign.conflict.approved", words, who=found.approved_by.name)
        if not may(move, found.state):
            return say("campaign.conflict.state", words, state=say(f"campaign.state.{found.state.value}", words))
        if move is CampaignMove.APPROVE and seen != found.batch.hash:
            return say("campaign.conflict.changed", words)
    return half(error.message, words)
