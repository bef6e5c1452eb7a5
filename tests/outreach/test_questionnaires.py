"""What households are asked: a file that is checked where it is read, and where each answer leads."""

import pytest

from base.errors import BadInput, SettingsError
from messages.wording import segments
from outreach.interviewwords import answer_of, opening_of, spoken_question, text_of
from outreach.questionnairefile import questionnaire, questionnaires, read_questionnaires
from outreach.questionnaires import Question, Questionnaire, Scale
from outreach.replies import SurveyAnswer

FILE = """
short:
  title: {zh: 小调查, en: Short survey}
  opening: {zh: "请问：", en: "Please: "}
  questions:
    - {key: clean, scale: satisfaction, category: cleaning, ask: {zh: 干净吗, en: Is it clean}, next: {low: why, default: end}}
    - {key: why, scale: choice, ask: {zh: 哪里, en: Where}, choices: {"1": {zh: 楼道, en: stairs}, "2": {zh: 车库, en: garage}}}
    - {key: more, scale: comment, ask: {zh: 还有吗, en: Anything else}}
"""  # noqa: E501  it is read as one file


def asked(key: str, question: str) -> Question:
    found = questionnaire(key).question(question)
    assert found is not None
    return found


def test_the_house_has_a_long_one_and_a_short_one_and_every_text_fits_one_segment() -> None:
    assert list(questionnaires()) == ["yearly", "short"]
    assert len(questionnaire("short").questions) == 2
    for made in questionnaires().values():
        for language, sign in (("zh", "【回音物业】"), ("en", "Huiyin Property: ")):
            for one in made.questions:
                assert segments(sign + text_of(one, language, "A")).count == 1, (one.key, language)


def test_what_is_asked_next_follows_from_the_answer() -> None:
    made = questionnaire("yearly")
    walked = []
    question, keys = made.first, iter(["4", "2", "1", "1", "1", "0"])
    while question is not None:
        walked.append(question.key)
        question = made.after(question, next(keys))
    assert walked == ["service", "part", "cleaning", "security", "repair", "comment"]
    content = made.after(made.first, "2")
    assert content is not None
    assert content.key == "cleaning"


def test_end_ends_it_and_a_key_of_its_own_comes_before_low() -> None:
    [made] = read_questionnaires(FILE.replace("low: why", 'low: why, "5": more')).values()
    follows = {key: made.after(made.first, key) for key in "12345"}
    assert {key: one.key if one else None for key, one in follows.items()} == {
        "1": None, "2": None, "3": None, "4": "why", "5": "more",
    }  # fmt: skip


def test_it_is_the_same_again_after_it_was_written_down() -> None:
    for made in questionnaires().values():
        assert Questionnaire.of(made.kept()) == made


def test_scores_have_five_for_the_best_whatever_the_key() -> None:
    assert [asked("yearly", "service").score(key) for key in "12345"] == [5, 4, 3, 2, 1]
    assert [asked("short", "reached").score(key) for key in "12"] == [5, 1]
    assert asked("yearly", "part").score("1") is None
    assert [asked("yearly", "service").is_low(key) for key in "12345"] == [False, False, False, True, True]
    assert not asked("short", "reached").is_low("2"), "nobody is rung about a no"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("low: why", "low: clean", "must not go back to 'clean'"),
        ("low: why", "low: nowhere", "no question 'nowhere'"),
        ("low: why, default: end", "default: end", "no way leads"),
        ("key: why", "key: clean", "same key"),
        ("low: why", '"7": why', "'7' is no answer"),
        ("scale: comment", "scale: stars", "scale must be one of"),
        ("category: cleaning", "category: moon", "names the category"),
        ('"2": {zh: 车库, en: garage}', "", "two or more choices"),
        ('"2":', '"0":', "two or more choices with keys 1 to 9"),
        ("en: Where", "fr: Où", "give its words in zh and en"),
        ("title:", "name:", "there is no 'name'"),
        ("scale: satisfaction, category: cleaning", "scale: comment", "is no answer to it"),
        ("short:", "[", "this is no YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(before: str, after: str, words: str) -> None:
    assert read_questionnaires(FILE)
    assert before in FILE
    with pytest.raises(SettingsError, match=words) as error:
        read_questionnaires(FILE.replace(before, after, 1))
    assert error.value.message.startswith("questionnaires.yaml ")


def test_an_unknown_one_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadInput, match="known: yearly, short"):
        questionnaire("weekly")


def test_words_stand_beside_every_digit_and_a_letter_before_it_where_it_has_one() -> None:
    assert text_of(asked("short", "reached"), "zh", "A") == "有事时您能方便地联系到我们吗？请回复1是2否"
    assert text_of(asked("short", "reached"), "en", "B").endswith("Reply B1 yes B2 no")
    assert text_of(asked("yearly", "comment"), "zh", "A").endswith("请直接回复文字，没有请回复0")
    assert text_of(asked("yearly", "comment"), "zh", "C").endswith("请回复C加文字，没有请回复C0")
    assert "{letter}1非常满意{letter}2满意" in opening_of(questionnaire("yearly"), "zh")
    said = "".join(say.words for say in spoken_question(asked("yearly", "part"), "en"))
    assert "For manners, press 1; for speed, press 2; for " in said
    assert "是请按1，否请按2。" in "".join(say.words for say in spoken_question(asked("short", "reached"), "zh"))


@pytest.mark.parametrize(
    ("text", "key", "comment"),
    [
        ("1", "1", ""), ("２", "2", ""), ("二", "2", ""), ("是", "1", ""), (" 否。", "2", ""),
        ("yes", "1", ""), ("NO", "2", ""),
        ("2，打不通", "2", "打不通"), ("2 nobody answers", "2", "nobody answers"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_key_or_words(text: str, key: str, comment: str) -> None:
    assert answer_of(text, asked("short", "reached")) == SurveyAnswer(key, comment)


@pytest.mark.parametrize("text", ["3", "0", "12", "2号楼漏水", "你们好", ""])
def test_what_is_none_of_the_answers_is_not_taken_for_one(text: str) -> None:
    assert answer_of(text, asked("short", "reached")) is None


def test_any_words_answer_a_question_for_words_and_it_can_be_passed_over() -> None:
    question = asked("yearly", "comment")
    assert question.scale is Scale.COMMENT
    assert answer_of("多种点花", question) == SurveyAnswer("", "多种点花")
    assert [answer_of(text, question) for text in ("0", "没有", "No.")] == [SurveyAnswer("0")] * 3
