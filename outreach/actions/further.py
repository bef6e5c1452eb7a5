"""Whom a later word about a trouble goes to: those who got the words before it, and the callers who joined them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true, union_all
from sqlalchemy.orm import Session

from directory.models import Contact, Home, Number, Person
from messages.ever import EVER, TABLES
from messages.lifecycle import MessageClass, MessageState, Way
from outreach.actions import callers
from outreach.actions.furthercalls import GOT, sift
from outreach.audience import Audience, Filter, Left, Reason, Recipient
from outreach.lifecycle import NoticeStep
from outreach.models import Campaign
from tickets.actions.incidents import buildings_touched
from tickets.models import Incident

NOT_MEANT = (MessageState.SUPPRESSED, MessageState.CANCELLED)
"""States of a message that was not for its number after all, or was taken back before it left."""
_IS_KNOWN = EVER.number != ""  # whoever was forgotten since left an empty one


def addressed(session: Session, incident_id: int, step: NoticeStep) -> int:
    """How many numbers a delay or an all-clear goes to, if it is written now."""
    told = set(session.scalars(select(EVER.number).where(_told(incident_id, step))))
    cleared = _cleared(session, incident_id, step)
    elsewhere = callers.heard_elsewhere(session, incident_id, step, told) | cleared
    joined = [one for one in callers.who_joined(session, incident_id, step) if one.number not in cleared]
    its, asked = _told(incident_id, step), _landlines(joined)
    calls = sift(session, incident_id, its, asked=asked, elsewhere=elsewhere)
    return len((told - elsewhere - calls.spared.keys()) | {one.number for one in joined})


def _landlines(joined: Iterable[Recipient]) -> set[str]:
    return {one.number for one in joined if one.way is Way.CALL}


def listeners(session: Session, campaign: Campaign) -> Audience:
    """Those of earlier words about a trouble, number by number, in the language of the first person behind each.

    One telephone a home is called; whoever hears nothing for that has the reason.
    """
    found, chosen = Audience(), Filter.of(campaign.audience)
    only: ColumnElement[bool] = true()
    if campaign.step is NoticeStep.RELEASED and campaign.incident is not None:
        only = EVER.number.in_(released(session, campaign.incident, chosen.building_ids))
    its = _told(campaign.incident_id, campaign.step) & (EVER.batch_id != campaign.batch_id) & only
    behind = _behind(session, its)
    words = session.execute(select(EVER.number, EVER.state, EVER.way, EVER.is_demo).where(its))
    # sorted here: told to, SQLite would first read all that there ever was
    in_turn = sorted(words, key=lambda one: (one.number, one.state not in GOT, one.way is Way.CALL))
    for number, _, way, is_demo in in_turn:
        if number not in found.recipients:
            persons = behind.get(number, {})
            language = next(iter(persons.values()), "zh")
            found.recipients[number] = Recipient(number, way, language, "", is_demo, people=len(persons) or 1)
    elsewhere = callers.heard_elsewhere(session, campaign.incident_id, campaign.step, found.recipients)
    for number in elsewhere:
        del found.recipients[number]
    cleared = _cleared(session, campaign.incident_id, campaign.step)
    joined = [
        one for one in callers.who_joined(session, campaign.incident_id, campaign.step) if one.number not in cleared
    ]
    for one in joined:
        found.recipients.setdefault(one.number, one)
    gone = chosen.building_ids if campaign.step is NoticeStep.RELEASED else ()
    asked = _landlines(joined)
    calls = sift(session, campaign.incident_id, its, asked=asked, elsewhere=elsewhere | cleared, gone=gone)
    for number in calls.by_day & found.recipients.keys():
        found.recipients[number].may_wake = False
    reasons = calls.spared | dict.fromkeys(cleared, Reason.ALREADY)
    spared = {number: why for number, why in reasons.items() if found.recipients.pop(number, None) is not None}
    named = {person_id for number in found.recipients for person_id in behind.get(number, ())}
    for number, why in spared.items():
        silent = behind.get(number, {}).keys() - named
        named |= silent  # once, whatever the number of their telephones
        found.left_out += [Left(person_id, number, why) for person_id in silent]
    return found


def _behind(session: Session, its: ColumnElement[bool]) -> dict[str, dict[int, str]]:
    """Who is behind the numbers of these messages, the first of them first, each with their language."""
    numbers = select(EVER.number).where(its)
    persons = (
        select(Number.number, Person.id, Person.language)
        .join(Person)
        .where(Number.extension == "", Number.number.in_(numbers))
        .order_by(Person.id)
    )
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for number, person_id, language in session.execute(persons):
        found[number][person_id] = language.value
    return found


def _told(incident_id: int | None, step: NoticeStep | None) -> ColumnElement[bool]:
    """An all-clear is for whoever got a word, or may have, and what follows it for whoever got that.

    Another promise is for everybody the words were for.
    """
    if step is NoticeStep.FOLLOW_UP:
        return _is_all_clear(incident_id)
    about = select(Campaign.batch_id).where(
        Campaign.incident_id == incident_id, Campaign.approved_at.is_not(None),
        Campaign.message_class == MessageClass.EMERGENCY,
    )  # fmt: skip
    its = EVER.batch_id.in_(about) & _IS_KNOWN & is_still_theirs(EVER.number, incident_id)
    if step in {NoticeStep.RESTORED, NoticeStep.RELEASED}:
        return its & EVER.state.in_(GOT)
    return its & EVER.state.not_in(NOT_MEANT)


def _is_all_clear(incident_id: int | None) -> ColumnElement[bool]:
    all_clears = select(Campaign.batch_id).where(
        Campaign.incident_id == incident_id, Campaign.approved_at.is_not(None), Campaign.step == NoticeStep.RESTORED
    )
    return EVER.batch_id.in_(all_clears) & _IS_KNOWN & EVER.state.in_(GOT)


def _cleared(session: Session, incident_id: int | None, step: NoticeStep | None) -> set[str]:
    """Who got an all-clear that was taken back half-way: the one after it is for the others."""
    if step is not NoticeStep.RESTORED:
        return set()
    return set(session.scalars(select(EVER.number).where(_is_all_clear(incident_id))))


def is_still_theirs(number: Any, incident_id: int | None) -> ColumnElement[bool]:
    """Whoever was told that it does not concern them hears no more of it, unless it came back to them.

    `number`: that of a message.
    """
    its = select(Campaign.batch_id).where(Campaign.incident_id == incident_id, Campaign.approved_at.is_not(None))
    told = its.where(Campaign.step.in_((NoticeStep.OPENING, NoticeStep.RELEASED)))
    # each table by itself: of both at once SQLite would group whatever is in them
    words = union_all(*(
        select(c.number, c.batch_id).where(c.batch_id.in_(told), c.state.not_in(NOT_MEANT))
        for c in (table.c for table in TABLES)
    )).subquery()  # fmt: skip
    newest = func.max(words.c.batch_id).in_(its.where(Campaign.step == NoticeStep.RELEASED))
    released = select(words.c.number).group_by(words.c.number).having(newest)
    is_theirs: ColumnElement[bool] = number.not_in(released)
    return is_theirs


def released(session: Session, incident: Incident, gone: Collection[int]) -> Select[str]:
    """The numbers of whoever belongs to the buildings that are gone from it, and to none that it touches."""
    touched = buildings_touched(session, incident)

    def theirs(building_ids: Collection[int]) -> Select[str]:
        homes = select(Home.id).where(Home.building_id.in_(building_ids))
        return (
            select(Number.number)
            .join(Contact, Contact.person_id == Number.person_id)
            .where(Contact.home_id.in_(homes), Contact.ended_at.is_(None))
        )

    return theirs(gone).where(Number.number.not_in(theirs(touched).correlate(None)))
