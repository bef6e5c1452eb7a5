"""The ladder of an emergency: rung by rung, whoever of its audience has not heard is tried in another way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from messages import actions as messages
from messages.ledger import batches
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from messages.wording import fill
from outreach import ladders, lifecycle
from outreach.actions import progress, rungs, sequence
from outreach.actions.bodies import Bodies
from outreach.actions.rungs import RUNG, SAYS, WORDS
from outreach.actions.unheard import OF, begun_at, endangers_life_of, messages_about, unheard_of
from outreach.actions.visits import ask_for_visits
from outreach.audience import Audience
from outreach.ladders import RUNGS, Household, Rung
from outreach.lifecycle import CampaignMove, CampaignState, NoticeStep
from outreach.models import Campaign
from outreach.templates import OF_PERSON
from tickets.lifecycle import IncidentKind
from tickets.models import Incident

VISITED = "ladder_visited"
"""In the audience of an emergency whose ladder begins once more: the homes at whose doors somebody was to knock."""


@dataclass(frozen=True, slots=True)
class Due:
    """A rung that is due, and the homes of the emergency nobody of which is known to have heard."""

    campaign_id: int
    index: int
    homes: tuple[Household, ...]
    audience: Audience
    may_fail: bool
    """Whether some message about it is still on its way: who has not heard may be known only later."""
    rings_at: datetime | None = None
    """When the first of its calls is rung that wait for the morning; None where none does."""

    @property
    def rung(self) -> Rung:
        """Which it is."""
        return RUNGS[self.index]


def begin(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """An opening was let go: its first rung is due some minutes after it leaves. Nothing else has one, nor a drill.

    Its words are kept as they were approved, filled in, and so are those of a delay, which its rungs say from then on:
    a rung says no end and no place that nobody has approved.
    """
    is_word = campaign.step in {NoticeStep.OPENING, NoticeStep.DELAY}
    if (
        campaign.message_class is not MessageClass.EMERGENCY
        or not is_word
        or campaign.audience.keys() & {OF, "again_of"}
    ):
        return
    if campaign.incident is not None and campaign.incident.kind is IncidentKind.DRILL:
        return
    if campaign.step is NoticeStep.OPENING:
        campaign.ladder_due_at = ladders.rung_at(0, begun_at(campaign, at), endangers_life=endangers_life_of(campaign))
    else:
        _go_on(session, campaign, at)
    campaign.audience = campaign.audience | {WORDS: _words(session, campaign, at)}


def _go_on(session: Session, delay: Campaign, at: datetime) -> None:
    """The ladders of a trouble go on with the words of its delay, which has stopped what waited of their rungs.

    Whom such a rung had not tried yet it tries once more. Where a text that did not fail counts as heard, the next one
    waits until it is known how the delay fared.
    """
    for opening in _openings(session, delay):
        endangers_life = endangers_life_of(opening)
        before = sequence.newest_word(session, opening, but_id=delay.id)
        waiting = [
            one for one in rungs.saying(session, before) if one.audience[OF] == opening.id and _waits(session, one)
        ]
        stopped = [RUNGS.index(Rung(one.audience[RUNG])) for one in waiting]
        if stopped:
            opening.ladder_step = min(*stopped, opening.ladder_step)
        elif opening.ladder_due_at is None:
            continue
        gap = timedelta(0) if endangers_life else ladders.gap(opening.ladder_step, endangers_life=False)
        opening.ladder_due_at = max(at + gap, at if stopped else opening.ladder_due_at or at)


def _openings(session: Session, word: Campaign) -> list[Campaign]:
    """The emergencies whose ladders say this word: itself, or those before a delay; locked."""
    if word.step is not NoticeStep.DELAY:
        return [word]
    openings = select(Campaign).where(
        Campaign.incident_id == word.incident_id, Campaign.step == NoticeStep.OPENING, Campaign.id < word.id,
        Campaign.approved_at.is_not(None), Campaign.state != CampaignState.WITHDRAWN,
        Campaign.audience[OF].as_integer().is_(None), Campaign.audience["again_of"].as_integer().is_(None),
    )  # fmt: skip
    return list(session.scalars(openings.order_by(Campaign.id).with_for_update()))


def _waits(session: Session, rung: Campaign) -> bool:
    """Whether a rung was stopped before it had tried everybody."""
    waits = select(Message.id).where(Message.batch_id == rung.batch_id, Message.state == MessageState.PLANNED)
    return rung.state is CampaignState.STOPPED and session.scalar(waits.limit(1)) is not None


def put_off(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """An emergency goes on after it was stopped: what waited leaves first, and its next rung has its time again."""
    for opening in _openings(session, campaign):
        if opening.ladder_due_at is not None:
            wait = ladders.gap(opening.ladder_step, endangers_life=endangers_life_of(opening))
            opening.ladder_due_at = max(opening.ladder_due_at, at + wait)


def due(session: Session, *, at: datetime) -> list[int]:
    """Emergencies with a rung that is due."""
    lasting = select(Incident.id).where(Incident.restored_at.is_(None))
    waiting = select(Campaign).where(
        Campaign.ladder_due_at <= at, Campaign.state.in_(_MAY_CLIMB), Campaign.incident_id.in_(lasting)
    )
    found = session.scalars(waiting.order_by(Campaign.ladder_due_at))
    return [one.id for one in found if _is_due(session, one, at)]


def look(session: Session, campaign_id: int, *, at: datetime) -> Due | None:
    """What the rung that is due comes to; reads only. None where none is due."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or not _is_due(session, campaign, at):
        return None
    homes, audience = unheard_of(session, campaign, RUNGS[campaign.ladder_step])
    moving = messages_about(session, campaign, Message.id).where(Message.final_at.is_(None)).limit(1)
    may_fail = session.scalar(moving) is not None
    held = (Message.way == Way.CALL, Message.state == MessageState.PLANNED, Message.attempts == 0, Message.due_at > at)
    rings_at = session.scalar(messages_about(session, campaign, func.min(Message.due_at)).where(*held))
    return Due(campaign_id, campaign.ladder_step, tuple(homes), audience, may_fail, rings_at)


def climb(session: Session, found: Due, *, at: datetime) -> int | None:
    """Claim a rung, once; a visit is a ticket, any other a campaign of its own: its id, for it to be planned.

    Where everybody has heard, or the trouble is over, the ladder ends. Where calls wait for the morning it begins once
    more after them: who does not pick up then is tried like anybody else.
    """
    is_over = _is_over(session, found.campaign_id)
    campaign = session.get(Campaign, found.campaign_id, with_for_update=True, populate_existing=True)
    if campaign is None or not _is_due(session, campaign, at) or campaign.ladder_step != found.index:
        return None
    endangers_life, visited = endangers_life_of(campaign), campaign.audience.get(VISITED, [])
    unseen = [home for home in found.homes if home.home_id not in visited]
    campaign.ladder_step += 1
    campaign.ladder_due_at = None
    if is_over or not (found.homes or found.may_fail):
        return None
    next_at = ladders.rung_at(campaign.ladder_step, begun_at(campaign, at), endangers_life=endangers_life)
    if next_at is not None:
        campaign.ladder_due_at = max(next_at, at + ladders.gap(campaign.ladder_step, endangers_life=endangers_life))
    elif found.rings_at is not None:
        campaign.ladder_step, campaign.ladder_due_at = 0, found.rings_at + ladders.gap(0, endangers_life=endangers_life)
        campaign.audience = campaign.audience | {VISITED: [*visited, *(home.home_id for home in unseen)]}
    session.flush()
    if not found.homes:
        return None
    if found.rung is Rung.VISIT:
        ask_for_visits(session, campaign, unseen, f"/{len(visited)}" if visited else "", at=at)
        return None
    word = sequence.newest_word(session, campaign)
    has_time = word.valid_until_at is None or word.valid_until_at + rungs.longer(found.audience) > at
    return rungs.write(session, campaign, word, found.rung, at) if found.audience.recipients and has_time else None


def let_go(session: Session, rung: Campaign, *, at: datetime) -> None:
    """A rung goes under the approval of the words it says, if those still stand; else it is withdrawn.

    Where a delay has come meanwhile, it is due once more, with the words of that.
    """
    if (first_id := rung.audience.get(OF)) is None:
        return
    is_over = _is_over(session, first_id)
    first = session.get_one(Campaign, first_id, with_for_update=True, populate_existing=True)
    word = sequence.newest_word(session, first)
    session.refresh(word, with_for_update=True)
    is_old = word.id != rung.audience.get(SAYS, first_id)
    if not rung.numbers or is_over or is_old or not _stands(first, word):
        rung.state = lifecycle.after(CampaignMove.WITHDRAW, rung.state)
        if is_old and not is_over:
            first.ladder_step = min(first.ladder_step, RUNGS.index(Rung(rung.audience[RUNG])))
            first.ladder_due_at = at if endangers_life_of(first) else max(first.ladder_due_at or at, at)
        return
    batches.approve(session, rung.batch_id, rung.batch.hash, progress.terms(rung))
    rung.state = lifecycle.after(CampaignMove.APPROVE, rung.state)
    rung.approved_by_id, rung.approved_at = word.approved_by_id, at
    session.flush()
    sequence.tell_tickets(session, rung, at=at)
    messages.hint(session, rung.batch.lane)


def _is_over(session: Session, campaign_id: int) -> bool:
    """Whether the trouble of an emergency is over. It is locked, and before any word about it."""
    incident = sequence.lock_trouble(session, campaign_id)
    return incident is None or incident.restored_at is not None


def _words(session: Session, campaign: Campaign, at: datetime) -> dict[str, str]:
    """What it says in both languages, with all filled in that is the same for everybody."""
    bodies = Bodies(session, campaign, at=at)
    theirs = {name: f"{{{name}}}" for name in OF_PERSON}
    return {language: fill(text, bodies.known(language, at) | theirs) for language, text in bodies.texts.items()}


_MAY_CLIMB = (CampaignState.APPROVED, CampaignState.STOPPED)
"""A delay stops its opening, and the ladder of that goes on with its words."""


def _is_due(session: Session, campaign: Campaign, at: datetime) -> bool:
    is_waiting = campaign.ladder_due_at is not None and campaign.ladder_due_at <= at
    if not is_waiting or campaign.ladder_step >= len(RUNGS):
        return False
    return stands(session, campaign)


def stands(session: Session, campaign: Campaign) -> bool:
    """Whether the ladder of an emergency goes on: it, or its newest delay, was let go and not stopped."""
    return _stands(campaign, sequence.newest_word(session, campaign))


def _stands(campaign: Campaign, word: Campaign) -> bool:
    return campaign.state in _MAY_CLIMB and word.state is CampaignState.APPROVED
