"""A questionnaire made in the browser: what is wrong stands at its field, questions come and go, keys are pressed."""

from typing import Any

import pytest

from outreach.questionnairefile import as_questionnaire, problems, questionnaires, written_of
from outreach.surveydrafts import ADD, DOWN, REMOVE, UP, all_problems, blank, fitted, taken_apart
from outreach.surveywalk import SPEAK, walk


def yearly() -> dict[str, Any]:
    """The long one of the house, as it is written down."""
    return written_of(questionnaires()["yearly"])


def keys(written: dict[str, Any]) -> list[str]:
    return [one["key"] for one in written["questions"]]


def test_those_of_the_file_are_the_same_again_when_they_are_written_down() -> None:
    for key, made in questionnaires().items():
        assert as_questionnaire(key, written_of(made)) == made
        assert all_problems(key, written_of(made)) == []


def test_a_blank_one_lacks_its_words_and_nothing_else() -> None:
    found = all_problems("own1", blank())
    assert [(one.question, one.field) for one in found] == [(None, "title"), (0, "ask")]
    assert found[0].told("zh") == "中文和英文都要写"
    assert found[0].told("en") == "Give its words in zh and en"


@pytest.mark.parametrize(
    ("question", "change", "field", "words"),
    [
        (0, {"ask": {"zh": "问" * 201, "en": "Is it?"}}, "ask", "201 characters, 200 at most"),
        (0, {"ask": {"zh": "{salutation}好吗", "en": "Well?"}}, "ask", "nothing is filled in here"),
        (0, {"ask": {"zh": "好{吗", "en": "Well?"}}, "ask", "nothing is filled in here"),
        (0, {"next": {"low": "service"}}, "next", "must not go back to 'service'"),
        (0, {"category": "moon"}, "category", "names the category of a ticket"),
        (0, {"next": {"default": "comment"}}, "ask", "no way leads to this question"),
        (1, {"choices": {"1": {"zh": "一", "en": "one"}}}, "choices", "two or more choices"),
        (1, {"choices": {str(n): {"zh": "选", "en": "x"} for n in range(1, 7)}}, "choices", "5 choices at most"),
        (1, {"choices": {"1": {"zh": "一", "en": ""}, "2": {"zh": "二", "en": "two"}}}, "choices.1", "zh and en"),
        (2, {"key": "service"}, "questions", "two questions have the same key"),
    ],
)
def test_what_is_wrong_is_found_at_its_field(question: int, change: dict[str, Any], field: str, words: str) -> None:
    written = yearly()
    written["questions"][question] |= change
    found = [one for one in all_problems("own1", written) if one.field == field]
    assert any(words in one.en for one in found), found


def test_several_faults_are_found_at_once_and_ways_are_followed_though_words_are_missing() -> None:
    written = yearly()
    written["title"] = {"zh": "", "en": ""}
    written["questions"][0] |= {"ask": {"zh": "", "en": ""}, "next": {"low": "service"}}
    fields = {(one.question, one.field) for one in problems("own1", written)}
    assert {(None, "title"), (0, "ask"), (0, "next")} <= fields


def test_only_the_company_and_the_hotline_are_filled_in_before_the_first_question() -> None:
    written = yearly() | {"opening": {"zh": "{hotline}{company}：", "en": "{homes}: "}}
    [found] = all_problems("own1", written)
    assert (found.field, found.en[:7]) == ("opening", "{homes}")


def test_a_question_is_added_at_the_end_with_a_key_of_its_own_up_to_nine() -> None:
    written = taken_apart(blank(), ADD)
    assert keys(written) == ["q1", "q2"]
    for _ in range(20):
        written = taken_apart(written, ADD)
    assert keys(written) == [f"q{n}" for n in range(1, 10)]


def test_questions_change_places_and_one_that_goes_takes_the_ways_to_it_along() -> None:
    written = yearly()
    assert keys(taken_apart(written, UP, "part"))[:2] == ["part", "service"]
    assert keys(taken_apart(written, DOWN, "service"))[:2] == ["part", "service"]
    assert keys(taken_apart(written, UP, "service")) == keys(written)
    without = taken_apart(written, REMOVE, "part")
    assert "part" not in keys(without)
    assert without["questions"][0]["next"] == {"default": "cleaning"}
    assert keys(written)[1] == "part", "what was given is not changed"
    assert keys(taken_apart(blank(), REMOVE, "q1")) == ["q1"], "one stays"


def test_another_kind_of_question_keeps_only_what_it_can_have() -> None:
    question = yearly()["questions"][0] | {"choices": {"1": {"zh": "一", "en": "one"}}}
    made = fitted(question | {"scale": "yes_no", "next": {"low": "part", "1": "end", "3": "end", "default": ""}})
    assert (made["category"], made["choices"], made["next"]) == ("", {}, {"1": "end"})
    assert fitted(question | {"scale": "satisfaction", "category": ""})["category"] == "complaint"


@pytest.mark.parametrize(
    ("presses", "put", "now", "ends"),
    [
        ("", [], "service", ""),
        ("4", ["service"], "part", ""),
        ("2", ["service"], "cleaning", ""),
        ("7", [], "service", ""),
        ("4 0", ["service", "part"], None, "to_person"),
        ("2 1 1 1 0", ["service", "cleaning", "security", "repair", "comment"], None, "thanks"),
        ("5 1 1 1 1 say", ["service", "part", "cleaning", "security", "repair", "comment"], None, "thanks_low"),
        ("2 1 1 1 0 1 1 1", ["service", "cleaning", "security", "repair", "comment"], None, "thanks"),
    ],
)
def test_keys_walk_through_it_as_they_do_on_the_telephone(
    presses: str, put: list[str], now: str | None, ends: str
) -> None:
    found = walk(questionnaires()["yearly"], presses.split())
    assert [stop.question.key for stop in found.stops] == put
    assert (found.question.key if found.question else None, found.ends) == (now, ends)


def test_what_can_be_pressed_is_offered_with_a_person_beside_it() -> None:
    made = questionnaires()["yearly"]
    assert walk(made, []).offers == ("1", "2", "3", "4", "5", "0")
    assert walk(made, ["2", "1", "1", "1"]).offers == (SPEAK, "0")
    assert walk(made, ["2", "1", "1", "1", "0"]).offers == ()


def test_an_unfinished_one_that_leads_back_is_walked_no_longer_than_it_is() -> None:
    written = yearly()
    written["questions"][0]["next"] = {"default": "service"}
    assert walk(as_questionnaire("own1", written), ["1"] * 50).ends == "thanks"
