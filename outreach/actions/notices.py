"""What owners are told about a trouble: the opening, another promise, the all-clear; each a campaign of its own."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.errors import Conflict
from messages.ledger import batches
from messages.lifecycle import MessageClass
from oncall.actions import stand_down
from outreach import templates
from outreach.actions import campaigns, further, people, planning, sequence, wordings
from outreach.actions.campaigndraft import By, CampaignDraft
from outreach.actions.unheard import OF
from outreach.audience import Filter
from outreach.lifecycle import CampaignKind, CampaignState, NoticeStep
from outreach.models import Campaign
from tickets.actions import askers, incidents
from tickets.lifecycle import Status
from tickets.models import Incident


def delay(
    session: Session, incident_id: int, by: By, *, promised_end_at: datetime, at: datetime, text_zh: str = "",
    text_en: str = "",
) -> Campaign | None:  # fmt: skip
    """Promise another end, and write it to everybody the opening was for. Raises `BadInput` and `Conflict`.

    Without words of its own it says what the template of this kind of trouble says. None where nobody was told yet:
    then what still waits for approval, and says the old end, is withdrawn and has to be written anew. Of buildings
    that are to be told only now, the opening that waits is written once more, with the new end.
    """
    awaited = is_awaited(session, incident_id)
    held_at = sequence.said_end_at(session, incidents.incident_by_id(session, incident_id)) if awaited else None
    incident = incidents.delay(session, incident_id, promised_end_at=promised_end_at, at=at, told_end_at=held_at)
    waiting = _withdraw_waiting(session, incident_id, by, at)
    if not awaited:
        return None
    written = _write(session, incident, by, NoticeStep.DELAY, text_zh, text_en, at)
    if told(session, incident_id):
        _write_scope(session, incident, by, at, only=waiting)
    return written


def rescope(
    session: Session, incident_id: int, by: By, *, building_ids: Collection[int], at: datetime
) -> list[Campaign]:
    """Another scope: an opening to those it touches now, and a word to those it does not touch any more.

    Both are planned and approved like any other, and follow from who was told, not from the scope before: what was
    never approved counts for nothing. A delay that waits is written again. Where nobody was told yet there is nothing
    to write: an opening that waits is for the old scope, so it is withdrawn and has to be written anew. Raises
    `BadInput` and `Conflict`.
    """
    incidents.rescope(session, incident_id, building_ids, at=at)
    incident = incidents.incident_by_id(session, incident_id)
    waiting = _withdraw_waiting(session, incident_id, by, at)
    if not told(session, incident_id):
        return []
    written = []
    if NoticeStep.DELAY in waiting:
        written.append(_write(session, incident, by, NoticeStep.DELAY, "", "", at))
    return written + _write_scope(session, incident, by, at)


def _withdraw_waiting(session: Session, incident_id: int, by: By, at: datetime) -> set[NoticeStep | None]:
    """Take back whatever about a trouble nobody has approved; says which words that were. A rung has its approval."""
    steps = set()
    for one in campaigns_of(session, incident_id):
        if OF not in one.audience and one.state in {CampaignState.PLANNING, CampaignState.PLANNED}:
            steps.add(one.step)
            campaigns.withdraw(session, one.id, by, at=at)
    return steps


def _write_scope(
    session: Session, incident: Incident, by: By, at: datetime, *, only: Collection[NoticeStep | None] | None = None
) -> list[Campaign]:
    """An opening to the buildings it touches that were not told, and a word to those told that it does not touch.

    `only` these words. Buildings in which nobody is known have nobody to tell.
    """
    touched = incidents.buildings_touched(session, incident)
    told_of, heard = _buildings_told(session, incident)
    new, gone, written = touched - told_of, heard - touched, []
    if _is_wanted(session, incident, NoticeStep.OPENING, new, only):
        said = _opening_of(session, incident.id)
        written.append(
            _write(session, incident, by, NoticeStep.OPENING, said.text_zh, said.text_en, at, tuple(sorted(new)))
        )
    if _is_wanted(session, incident, NoticeStep.RELEASED, gone, only):
        numbers = session.scalars(further.released(session, incident, gone)).all()
        batches.leave_out(session, [one.batch_id for one in campaigns_of(session, incident.id)], numbers, at=at)
        written.append(_write(session, incident, by, NoticeStep.RELEASED, "", "", at, tuple(sorted(gone))))
    return written


def _is_wanted(
    session: Session, incident: Incident, step: NoticeStep, building_ids: Collection[int],
    only: Collection[NoticeStep | None] | None,
) -> bool:  # fmt: skip
    if not building_ids or (only is not None and step not in only):
        return False
    return people.is_anybody(session, Filter(incident.project_id, tuple(building_ids)))


def _buildings_told(session: Session, incident: Incident) -> tuple[set[int], set[int]]:
    """The buildings that were told of it and not released since, by what was let go, in order; and those in which
    somebody may have heard of it.

    A word that was taken back half-way told some of a building: it is owed the whole of it once more, be that the
    opening or the release.
    """
    told_of: set[int] = set()
    heard: set[int] = set()
    words = select(Campaign).where(
        Campaign.incident_id == incident.id, Campaign.approved_at.is_not(None),
        Campaign.step.in_((NoticeStep.OPENING, NoticeStep.RELEASED)),
    )  # fmt: skip
    for one in session.scalars(words.order_by(Campaign.id)):
        if one.audience.keys() & {OF, "again_of"}:
            continue
        theirs = set(planning.filter_of(one).building_ids) or incidents.buildings_of(session, incident.project_id)
        is_whole = one.state is not CampaignState.WITHDRAWN
        if one.step is NoticeStep.OPENING:
            heard |= theirs
            told_of |= theirs if is_whole else set()
        else:
            told_of -= theirs
            heard -= theirs if is_whole else set()
    return told_of, heard


def restore(
    session: Session, incident_id: int, by: By, *, at: datetime, text_zh: str = "", text_en: str = ""
) -> Campaign | None:
    """It is over: write that to exactly those who got the opening. None where nobody was told of it.

    Once more where it is over already, and the all-clear was withdrawn, or not approved while it was valid. Raises
    `Conflict` where one stands.
    """
    incident = incidents.incident_by_id(session, incident_id)
    if incident.restored_at is None:
        children = incidents.moving_tickets(session, incident_id)
        awaited = is_awaited(session, incident_id)
        incidents.restore(session, incident_id, at=at, by_id=by.staff_id, is_awaited=awaited)
        for ticket in children:
            session.refresh(ticket)
            if ticket.status is Status.RESOLVED:
                stand_down(session, ticket, by=None, at=at)
    elif is_cleared(campaigns_of(session, incident_id), at):
        raise Conflict("这个事件已经结束，恢复通知已写好。This incident is over, and its all-clear is written.")
    if not is_awaited(session, incident_id):
        return None
    return _write(session, incident, by, NoticeStep.RESTORED, text_zh, text_en, at)


def follow_up(
    session: Session, incident_id: int, by: By, *, at: datetime, text_zh: str = "", text_en: str = ""
) -> Campaign:
    """Say what was done, and what owners should look at, to whoever got the all-clear; by the rules of a service.

    Raises `Conflict` where no all-clear went, or where such a word stands already.
    """
    incident = incidents.incident_by_id(session, incident_id)
    written = campaigns_of(session, incident_id)
    if not any(one.step is NoticeStep.RESTORED and one.approved_at is not None for one in written):
        raise Conflict("恢复通知还没有发出。The all-clear has not gone out yet.")
    if any(one.step is NoticeStep.FOLLOW_UP and stands(one, at) for one in written):
        raise Conflict("后续说明已写好。What followed is written already.")
    return _write(session, incident, by, NoticeStep.FOLLOW_UP, text_zh, text_en, at)


def is_cleared(written: Iterable[Campaign], at: datetime) -> bool:
    """Whether an all-clear stands among these words about a trouble: else it is owed, or owed once more."""
    return any(one.step is NoticeStep.RESTORED and stands(one, at) for one in written)


def stands(campaign: Campaign, at: datetime) -> bool:
    """Whether it went, or may still be let go."""
    is_late = campaign.valid_until_at is not None and campaign.valid_until_at <= at
    return campaign.approved_at is not None or not is_late


def told(session: Session, incident_id: int) -> bool:
    """Whether any word about this trouble was let go."""
    return bool(session.scalar(
        select(Campaign.id)
        .where(
            Campaign.incident_id == incident_id, Campaign.approved_at.is_not(None),
            Campaign.message_class == MessageClass.EMERGENCY,
        )
        .limit(1)
    ))  # fmt: skip


def is_awaited(session: Session, incident_id: int) -> bool:
    """Whether somebody waits for another word about it: it was told, or somebody who called asked to hear more."""
    return told(session, incident_id) or bool(askers.who_asked(session, incident_id))


def _opening_of(session: Session, incident_id: int) -> Campaign:
    """The newest opening that was let go, best one that stands: whoever is told now is told the same."""
    openings = select(Campaign).where(
        Campaign.incident_id == incident_id, Campaign.step == NoticeStep.OPENING, Campaign.approved_at.is_not(None),
        Campaign.audience[OF].as_integer().is_(None),
    )  # fmt: skip
    stands_first = (Campaign.state == CampaignState.WITHDRAWN, Campaign.id.desc())
    return session.scalars(openings.order_by(*stands_first).limit(1)).one()


def campaigns_of(session: Session, incident_id: int) -> list[Campaign]:
    """Every word about a trouble, in order, without what was withdrawn."""
    found = select(Campaign).where(Campaign.incident_id == incident_id, Campaign.state != CampaignState.WITHDRAWN)
    return list(session.scalars(found.order_by(Campaign.id)))


def _write(
    session: Session, incident: Incident, by: By, step: NoticeStep, text_zh: str, text_en: str, at: datetime,
    building_ids: tuple[int, ...] | None = None,
) -> Campaign:  # fmt: skip
    """To the buildings the trouble touches, or to those that are named."""
    is_released = step is NoticeStep.RELEASED
    current = wordings.wording(session, step.value if is_released else f"{incident.kind.value}_{step.value}")
    usual = current.template
    is_usual = text_zh in {"", usual.zh} and text_en in {"", usual.en}
    title = templates.template(usual.key).zh.partition("：")[0]
    draft = CampaignDraft(
        kind=CampaignKind.NOTICE, message_class=usual.message_class, title=title,
        text_zh=text_zh or usual.zh, text_en=text_en or usual.en,
        audience=Filter(incident.project_id, tuple(incident.building_ids) if building_ids is None else building_ids),
        incident_id=incident.id, step=step, template=(usual.key, current.version) if is_usual else None,
    )  # fmt: skip
    return campaigns.write(session, draft, by, at=at)
