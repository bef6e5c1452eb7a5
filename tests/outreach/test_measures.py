"""What became of questions, as counts say it."""

from datetime import date

import pytest

from outreach.measures import Fate, Tally, after, fate_of, month_of, months_until
from outreach.surveys import SurveyState


@pytest.mark.parametrize(
    ("state", "was_asked", "fate"),
    [
        (SurveyState.PLANNED, False, Fate.TO_COME), (SurveyState.PLANNED, True, Fate.WAITING),
        (SurveyState.OPEN, True, Fate.WAITING), (SurveyState.ANSWERED, True, Fate.ANSWERED),
        (SurveyState.UNANSWERED, True, Fate.UNANSWERED), (SurveyState.UNANSWERED, False, Fate.NOT_ASKED),
        (SurveyState.NOT_ASKED, False, Fate.NOT_ASKED), (SurveyState.HANDED_OVER, True, Fate.HANDED_OVER),
        (SurveyState.WITHDRAWN, True, Fate.WITHDRAWN),
    ],
)  # fmt: skip
def test_no_answer_is_one_thing_and_not_being_asked_another(state: SurveyState, was_asked: bool, fate: Fate) -> None:
    assert fate_of(state, was_asked=was_asked) is fate


def test_the_rate_is_of_those_asked_and_satisfaction_of_those_who_answered() -> None:
    tally = Tally()
    for score, n in ((5, 3), (4, 2), (3, 1), (2, 1), (1, 1)):
        tally.add(Fate.ANSWERED, n, score=score)
    tally.add(Fate.UNANSWERED, 3, reason="no_answer")
    tally.add(Fate.HANDED_OVER, 1)
    tally.add(Fate.NOT_ASKED, 40, reason="no_number")
    tally.add(Fate.WITHDRAWN, 9)
    assert (tally.all, tally.asked, tally.answered, tally.satisfied, tally.low) == (61, 12, 8, 5, 2)
    assert (tally.rate, tally.satisfaction, tally.share(5)) == (67, 62, 38)
    assert tally.reasons == {(Fate.UNANSWERED, "no_answer"): 3, (Fate.NOT_ASKED, "no_number"): 40}


@pytest.mark.parametrize(("least", "satisfied", "percent"), [(3, 6, 75), (4, 5, 62), (5, 3, 38)])
def test_from_which_score_on_somebody_is_satisfied_is_the_companys_to_say(
    least: int, satisfied: int, percent: int
) -> None:
    tally = Tally(satisfied_from=least)
    for score, n in ((5, 3), (4, 2), (3, 1), (2, 1), (1, 1)):
        tally.add(Fate.ANSWERED, n, score=score)
    assert (tally.satisfied, tally.satisfaction, tally.low) == (satisfied, percent, 2)


def test_of_nobody_nothing_is_claimed() -> None:
    assert (Tally().rate, Tally().satisfaction) == (None, None)


def test_months_go_back_over_the_turn_of_a_year_and_no_further_than_a_year() -> None:
    assert months_until(date(2027, 1, 15), date(2026, 11, 1)) == (
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1),
    )  # fmt: skip
    assert len(months_until(date(2027, 1, 1), date(2020, 1, 1))) == len(months_until(date(2027, 1, 1))) == 12
    assert after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert (month_of("2026-11"), month_of("2026-13"), month_of("")) == (date(2026, 11, 1), None, None)
