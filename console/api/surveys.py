"""Surveys of households: what belongs to one when it is asked for, and what it has brought."""

from sqlalchemy.orm import Session

from console.api.campaign_shapes import NewCampaign
from console.api.problems import both, in_body
from console.api.survey_shapes import ChoiceTold, QuestionTold, SurveyTold
from outreach.actions import waveresults
from outreach.actions.waveresults import Tally
from outreach.models import Campaign


def check_survey(asked: NewCampaign, *, is_survey: bool) -> None:
    """Raises `Faulty` for words that a survey has of its own, and for its parts where there is none."""
    if is_survey and asked.text is not None:
        raise in_body("text", both("input.survey_text"))
    if not is_survey and asked.text is None:
        raise in_body("text", both("input.missing"))
    for name in ("questionnaire", "share"):
        if not is_survey and getattr(asked, name) is not None:
            raise in_body(name, both("input.only_surveys"))


def survey_told(session: Session, campaign: Campaign) -> SurveyTold | None:
    """What a survey has brought so far; None for what is none."""
    found = waveresults.results(session, campaign)
    if found is None or campaign.questionnaire is None:
        return None
    return SurveyTold(
        questionnaire=campaign.questionnaire["key"], share=campaign.share or 0.0, interviews=found.by_state,
        asked=found.asked, answered=found.answered, tickets=found.tickets, ends_at=found.ends_at,
        questions=[_question(one) for one in found.tallies],
    )  # fmt: skip


def _question(one: Tally) -> QuestionTold:
    choices = [
        ChoiceTold(key=key, zh=zh, en=en, count=one.counts.get(key, 0)) for key, (zh, en) in one.question.keys.items()
    ]
    zh, en = one.question.ask
    return QuestionTold(
        key=one.question.key, zh=zh, en=en, scale=one.question.scale, choices=choices, satisfied=one.satisfied
    )  # fmt: skip
