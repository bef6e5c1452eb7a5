"""A survey wave is written and drawn: what it asks is frozen, whom it asks is decided by lot, one interview a home."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, select, update
from sqlalchemy.orm import Session, aliased

from base.errors import BadInput, Conflict
from base.rows import alone, insert, table_of
from base.wiring import settings
from messages import actions as messages
from messages.ledger import batches
from messages.ledger.plan import IN_FLIGHT
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import people, questionnairebook
from outreach.actions.campaigndraft import CampaignDraft
from outreach.actions.interviews import TAKEN_BACK, about, end
from outreach.actions.openquestions import AT_ONCE, letters_of
from outreach.audience import Audience, Filter, Reason
from outreach.draws import MOST_A_YEAR, YEAR, Asked, draw
from outreach.interviewwords import opening_of
from outreach.letters import free
from outreach.lifecycle import CampaignState
from outreach.models import Campaign
from outreach.questionnaires import Questionnaire
from outreach.surveymodels import Interview, InterviewAnswer
from outreach.waves import COUNTED, LEAVES_WITHIN, LOOK_AT_FIRST, UNDER_WAY, InterviewState, check_share, occasion_of
from telephony.capabilities import two_way_text

_WRITE = insert(table_of(Interview)).on_conflict_do_nothing(index_elements=["campaign_id", "number"])
_IS_THEIRS = Message.about == literal("interview:").concat(cast(Interview.id, String))


def completed(session: Session, draft: CampaignDraft, *, at: datetime) -> tuple[CampaignDraft, Questionnaire]:
    """A wave with the words of its questionnaire, and with days to leave in. Raises `BadInput`."""
    check_share(draft.share)
    if not draft.questionnaire:
        raise BadInput(
            "请选一份问卷（questionnaire）。Choose what it asks (questionnaire): a survey needs its questions."
        )
    made = questionnairebook.questionnaire(session, draft.questionnaire)
    until_at = draft.valid_until_at or max(draft.send_at or at, at) + LEAVES_WITHIN
    text_zh, text_en = opening_of(made, "zh"), opening_of(made, "en")
    return replace(draft, text_zh=text_zh, text_en=text_en, valid_until_at=until_at), made


def occasion(send_at: datetime) -> str:
    """The month a wave is for that may leave at `send_at`."""
    return occasion_of(send_at, settings().timezone)


def audience_of(session: Session, campaign: Campaign, *, at: datetime) -> tuple[Audience, dict[str, dict[str, object]]]:
    """Whom a wave goes to and why not to the others, and the rows of its interviews. Reads only."""
    assert campaign.questionnaire is not None  # a wave has one
    assert campaign.share is not None
    everybody = people.candidates(session, Filter.of(campaign.audience))
    wishes = people.wishes(session, MessageClass.SURVEY)
    found = draw(
        everybody, wishes, _asked(session, campaign, at), share=campaign.share, occasion=campaign.occasion
    )  # fmt: skip
    letters = letters_of(session, found.drawn, at=at)
    first = Questionnaire.of(campaign.questionnaire).first.key
    rows: dict[str, dict[str, object]] = {}
    for number, one in found.audience.recipients.items():
        if not two_way_text(number, settings().two_way_countries):
            one.way = Way.CALL  # where no text can be answered it is a call with keys
        one.letter = free(letters.get(number, ()))
        rows[number] = {
            "campaign_id": campaign.id, "number": number, "home_id": found.drawn[number].home_id,
            "person_id": found.drawn[number].person_id, "language": one.language, "way": one.way,
            "is_demo": one.is_demo, "state": InterviewState.PLANNED, "letter": one.letter, "question": first,
            "written_at": at, "reason": "", "recording_s": 0,
        }  # fmt: skip
    return found.audience, rows


def write_interviews(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Write some of them; written twice they change nothing."""
    if rows:
        session.execute(_WRITE, list(rows))


def begin(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """A wave is let go: from now on the clock looks after its interviews.

    Whoever was asked twice since it was drawn, or is about to be by others that were let go, is left out after all.
    """
    if campaign.questionnaire is None:
        return
    alone(session, "waves let go")  # two at once would not see each other
    _leave_out(session, campaign, at)
    due_at = max(campaign.send_at or at, at) + LOOK_AT_FIRST
    waiting = update(Interview).where(
        Interview.campaign_id == campaign.id, Interview.state == InterviewState.PLANNED, Interview.due_at.is_(None)
    )
    session.execute(waiting.values(due_at=due_at).execution_options(synchronize_session=False))


def stop(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """What was planned to ask on, or to remind, is taken back: nothing more of it leaves. What rings is ended."""
    waits = exists().where(_IS_THEIRS, Message.state.in_((MessageState.PLANNED, *IN_FLIGHT)))
    rings = exists().where(_IS_THEIRS, Message.way == Way.CALL, Message.state == MessageState.ACCEPTED)
    under_way = select(Interview).where(
        Interview.campaign_id == campaign.id, Interview.state.in_(UNDER_WAY), waits | rings
    )
    for interview in session.scalars(under_way.order_by(Interview.id)):
        messages.cancel(session, about=about(interview), at=at)


def resume(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """The clock looks now at those from whom something was taken back: it goes after all."""
    newer = aliased(Message)
    is_last = ~exists().where(newer.about == Message.about, newer.id > Message.id)
    answered = exists().where(
        InterviewAnswer.interview_id == Interview.id, InterviewAnswer.answered_at > Message.planned_at
    )
    taken_back = exists().where(_IS_THEIRS, Message.state.in_(TAKEN_BACK), is_last, ~answered)
    waiting = update(Interview).where(
        Interview.campaign_id == campaign.id, Interview.state == InterviewState.OPEN, taken_back
    )
    session.execute(waiting.values(due_at=at).execution_options(synchronize_session=False))


def withdraw(session: Session, campaign: Campaign, *, at: datetime) -> None:
    """A wave is taken back: from now on the clock ends its interviews, each as it stands."""
    under_way = update(Interview).where(Interview.campaign_id == campaign.id, Interview.state.in_(UNDER_WAY))
    session.execute(under_way.values(due_at=at).execution_options(synchronize_session=False))


def refuse_resend(campaign: Campaign) -> None:
    """Raises `Conflict` for a wave: whoever did not answer is reminded, and the next wave draws anew."""
    if campaign.questionnaire is not None:
        raise Conflict(
            "问卷不补发：没回答的会自动提醒一次。A survey is not sent again: whoever does not answer is reminded once."
        )


def _leave_out(session: Session, campaign: Campaign, at: datetime) -> None:
    asked = _asked(session, campaign, at, is_let_go=Campaign.approved_at.is_not(None))
    numbers = [number for number, times in asked.numbers.items() if times >= MOST_A_YEAR]
    homes = [home for home, times in asked.homes.items() if times >= MOST_A_YEAR]
    theirs = Interview.campaign_id == campaign.id, Interview.state == InterviewState.PLANNED
    for column, names in ((Interview.number, numbers), (Interview.home_id, homes)):
        for some in (names[i : i + AT_ONCE] for i in range(0, len(names), AT_ONCE)):
            for interview in session.scalars(select(Interview).where(*theirs, column.in_(some))).all():
                why = Reason.ASKED_TWICE.value
                end(interview, InterviewState.NOT_ASKED, why, at=at)
                batches.leave_out(session, [campaign.batch_id], [interview.number], at=at, why=why)
    session.flush()


def _asked(
    session: Session, campaign: Campaign, at: datetime, *, is_let_go: ColumnElement[bool] | None = None
) -> Asked:  # fmt: skip
    """How often homes and numbers were asked in other waves of the year before, or are about to be.

    Whom one has asked that was taken back later was asked all the same.
    """
    counts = Campaign.state != CampaignState.WITHDRAWN
    counts = counts if is_let_go is None else counts & is_let_go
    lately = (
        select(Interview.home_id, Interview.number)
        .join(Campaign, Campaign.id == Interview.campaign_id)
        .where(
            Interview.written_at > at - YEAR, Interview.state.in_(COUNTED), Interview.campaign_id != campaign.id,
            Interview.asked_at.is_not(None) | counts,
        )
        .subquery()
    )  # fmt: skip
    homes = select(lately.c.home_id, func.count()).group_by(lately.c.home_id)
    numbers = select(lately.c.number, func.count()).group_by(lately.c.number)
    return Asked(dict(session.execute(homes).all()), dict(session.execute(numbers).all()))
