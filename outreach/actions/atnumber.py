"""What is asked at a number: whose questions stand there, what may come late, what a caller may be offered."""

from datetime import datetime

from sqlalchemy import bindparam, select, true
from sqlalchemy.orm import Session

from base.rows import written_out
from outreach.actions.interviews import is_put
from outreach.models import Campaign
from outreach.surveymodels import Interview, InterviewAnswer
from outreach.surveys import STILL_FRESH, Via
from outreach.waves import LASTS, UNDER_WAY, WAITED_FOR, InterviewState

PUT_RIGHT = (InterviewState.ANSWERED, InterviewState.PARTLY)
"""Where another digit still puts a fresh answer right, though nothing is asked any more."""
AT_NUMBER = (
    select(Interview)
    .join(Campaign, Campaign.id == Interview.campaign_id)
    .where(
        Interview.number == bindparam("number"), Interview.state.in_(written_out(WAITED_FOR)),
        Campaign.approved_at > bindparam("lasts_since_at"),
    )
    .order_by(Interview.id)
)  # fmt: skip
"""What is asked at a `number`, of waves let go after `lasts_since_at`. Ready-made: a caller waits for it."""


def at_number(number: str | None, at: datetime) -> dict[str, object]:
    """What `AT_NUMBER` is asked with."""
    return {"number": number, "lasts_since_at": at - LASTS}


def open_at(session: Session, number: str, *, at: datetime) -> list[Interview]:
    """Whose question stands at this number: put, not given up, within its wave. The one put last comes first."""
    return _put_last_first(session, _at(session, number, at))


def late_at(session: Session, number: str, *, at: datetime, letter: str = "") -> Interview | None:
    """What a text may belong to though no question is open, under this letter if one is given: an answer by text so
    fresh that another digit puts it right, or one that was given up and whose wave still lasts: a late answer counts.
    """
    fresh = session.scalar(
        select(Interview)
        .join(InterviewAnswer, InterviewAnswer.interview_id == Interview.id)
        .where(
            Interview.number == number, Interview.state.in_(PUT_RIGHT), InterviewAnswer.via == Via.TEXT,
            InterviewAnswer.answered_at > at - STILL_FRESH, Interview.letter == letter if letter else true(),
        )
        .order_by(InterviewAnswer.answered_at.desc(), InterviewAnswer.id.desc())
        .limit(1)
    )  # fmt: skip
    if fresh is not None:
        return fresh
    given_up = _given_up_at(session, number, at, letter)
    return given_up if given_up is not None and is_put(session, given_up) and given_up.put_at is not None else None


def missed_interview(session: Session, number: str, *, at: datetime) -> Interview | None:
    """What somebody who calls us may be offered to answer now."""
    found = _at(session, number, at)
    waiting = _put_last_first(session, found)
    return waiting[0] if waiting else _newest_given_up(found)


def _at(session: Session, number: str, at: datetime) -> list[Interview]:
    return list(session.scalars(AT_NUMBER, at_number(number, at)))


def _put_last_first(session: Session, found: list[Interview]) -> list[Interview]:
    put = [one for one in found if one.state in UNDER_WAY and is_put(session, one)]
    return sorted(put, key=lambda one: (one.put_at or one.written_at, one.id), reverse=True)


def _given_up_at(session: Session, number: str, at: datetime, letter: str = "") -> Interview | None:
    return _newest_given_up([one for one in _at(session, number, at) if letter in {"", one.letter}])


def _newest_given_up(found: list[Interview]) -> Interview | None:
    return max((one for one in found if one.state not in UNDER_WAY), key=lambda one: one.id, default=None)
