"""What a survey of households asks and has brought, as the API tells it."""

from console.api.shapes import Moment, Shape
from outreach.questionnaires import Scale
from outreach.waves import InterviewState


class ChoiceTold(Shape):
    """One answer to a question: its key, its words in both languages, and how many gave it."""

    key: str
    zh: str
    en: str
    count: int


class QuestionTold(Shape):
    """One question of a survey, and what was answered; `satisfied` (0 to 1) where that is what it asks."""

    key: str
    zh: str
    en: str
    scale: Scale
    choices: list[ChoiceTold]
    satisfied: float | None


class SurveyTold(Shape):
    """What a survey asks, of how many households, and what it has brought.

    `interviews` are its households by where they stand; `asked` those it reached, `answered` those that said anything,
    until `ends_at`. `tickets` are what low answers and spoken words opened.
    """

    questionnaire: str
    share: float
    interviews: dict[InterviewState, int]
    asked: int
    answered: int
    tickets: int
    ends_at: Moment | None
    questions: list[QuestionTold]
