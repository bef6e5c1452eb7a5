"""A question of a wave in words: as a text that says how to answer, and as it is spoken; and an answer read. Pure."""

import re
import unicodedata
from collections.abc import Mapping

from base.han import simplified
from messages.wording import fill
from outreach.letters import shown
from outreach.questionnaires import SKIP, Question, Questionnaire, Scale, in_language
from outreach.replies import SurveyAnswer, survey_answer
from outreach.words import listed
from telephony.speech import Say, Tongue

SPOKEN: Mapping[str, tuple[str, str]] = {
    "hello": (
        "您好，这里是{company}，想请您回答几个问题，约一分钟。",
        "Hello, this is {company}. We have a few questions; this takes one minute. ",
    ),
    "person": ("人工服务请按0。", "For a person, press 0. "),
    "silence": ("没有收到您的按键。", "We did not hear a key. "),
    "wrong": ("没有这个选项。", "That is not one of the choices. "),
    "no_key": (
        "没有收到您的回答。方便时请拨打{hotline}继续。再见。",
        "We did not get your answer. Please call {hotline} when it suits you to go on. Goodbye.",
    ),
    "lost": (
        "您按的键没有对应的选项，没有记下回答。方便时请拨打{hotline}继续，或找人工服务。再见。",
        "None of those keys was a choice, so this answer is not on record. Please call {hotline} when it suits you "
        "to go on, or to speak with a person. Goodbye.",
    ),
    "comment": (
        "请在滴声后留言，按井号键结束；不留言请直接挂机。人工服务请按0，重听请按星号键。"
        "留言将被录音，仅用于改进服务，保存{days}天。",
        "Please speak after the tone, then press hash; or simply hang up. For a person, press 0; to hear this again, "
        "press star. Your message will be recorded, used only to make our service better, and kept for {days} days. ",
    ),
    "speak_now": ("请讲。", "Please speak."),
    "unheard": ("没有听到您的留言。", "We did not hear a message. "),
    "thanks": ("谢谢您的回答。再见。", "Thank you for your answers. Goodbye."),
    "thanks_low": (
        "谢谢您的回答。有不满意的地方，我们会尽快给您回电。再见。",
        "Thank you for your answers. We will call you soon about what was not right. Goodbye.",
    ),
    "to_person": (
        "正在为您接通值班人员，请不要挂机。",
        "We are putting you through to the person on duty. Please stay on the line. ",
    ),
    "trial": ("这是问卷测试，您的回答不计入。", "This is a test of a survey; your answers are not counted. "),
    "trial_comment": ("测试不录音，请按其他键继续。", "A test records nothing; press any other key to go on. "),
    "trial_person": (
        "业主在这里会接通人工服务。测试到此结束，再见。",
        "Here an owner is put through to a person. The test is over; goodbye.",
    ),
    "trial_over": ("测试到此结束，再见。", "The test is over; goodbye."),
    "sorry": (
        "抱歉，系统暂时出了问题，我们稍后再与您联系。紧急情况请拨打我们的热线。再见。",
        "Sorry, something went wrong here; we will contact you again. "
        "In an emergency please dial our hotline. Goodbye.",
    ),
    "over": ("这次调查已经结束，谢谢您。再见。", "This survey is over. Thank you, and goodbye."),
}  # fmt: skip

_ASKS = {"zh": "{ask}请回复{listed}", "en": "{ask} Reply {listed}"}
_WORDS = {
    "zh": ("{ask}请直接回复文字，没有请回复{skip}", "{ask}请回复{letter}加文字，没有请回复{letter}{skip}"),
    "en": ("{ask} Reply in words, or {skip} for no", "{ask} Reply {letter} and your words, or {letter}{skip} for no"),
}
"""Where the question was put alone, and where it has a letter."""
_NOTHING = frozenset({SKIP, "没有", "没", "无", "跳过", "NO", "NONE", "SKIP", "NOTHING"})
_KEY = re.compile(r"([1-9])(?:[\s,，.。:：;；、!！~\-]+(.*))?", re.DOTALL)
_CHINESE_DIGITS = dict(zip("一二三四五六七八九", "123456789", strict=True))


def text_of(question: Question, language: str, letter: str) -> str:
    """The question as a text, with how to answer it under its letter."""
    if question.scale is not Scale.COMMENT:
        return fill(_template(question, language), {"letter": shown(letter)})
    alone, coded = _WORDS["en" if language == "en" else "zh"]
    form = coded if shown(letter) else alone
    return form.format(ask=in_language(question.ask, language), letter=letter, skip=SKIP)


def opening_of(made: Questionnaire, language: str) -> str:
    """The first text of a wave; `{company}` and `{letter}` are filled in for each recipient."""
    return in_language(made.opening, language) + _template(made.first, language)


def _template(question: Question, language: str) -> str:
    apart = " " if language == "en" else ""
    listed = apart.join(f"{{letter}}{key}{apart}{in_language(words, language)}" for key, words in question.keys.items())
    return _ASKS["en" if language == "en" else "zh"].format(ask=in_language(question.ask, language), listed=listed)


def spoken(key: str, language: str, **values: object) -> Say:
    """One thing to say in `zh` or `en`."""
    tongue: Tongue = "en" if language == "en" else "zh"
    return Say(in_language(SPOKEN[key], language).format(**values), language=tongue)


def spoken_question(question: Question, language: str) -> tuple[Say, ...]:
    """The question with the words beside each key, and 0 for a person."""
    choices = listed({key: in_language(words, language) for key, words in question.keys.items()}, language)
    return (_say(in_language(question.ask, language), choices, language), spoken("person", language))


def first_words(question: Question, language: str, company: str) -> str:
    """What whoever picks up hears first: who calls, and the question."""
    says = (spoken("hello", language, company=company), *spoken_question(question, language))
    return "".join(say.words for say in says)


def spoken_comment(question: Question, language: str, days: int) -> tuple[Say, ...]:
    """The question for words, and what becomes of the recording, kept for so many days."""
    return (_say(in_language(question.ask, language), "", language), spoken("comment", language, days=days))


def _say(ask: str, more: str, language: str) -> Say:
    tongue: Tongue = "en" if language == "en" else "zh"
    return Say(ask + (" " if language == "en" else "") + more, language=tongue)


def answer_of(text: str, question: Question) -> SurveyAnswer | None:
    """What a text says to this question: a key, perhaps with a comment or its own words (`2否`), or the words of a
    choice. None: nothing.

    A question for words takes any; the key of one that was passed over is `0`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    if question.scale is Scale.COMMENT:
        return SurveyAnswer(SKIP) if _bare(plain) in _NOTHING else SurveyAnswer("", plain)
    if question.scale is Scale.SATISFACTION:
        return survey_answer(text)
    by_words = {_bare(each): key for key, words in question.keys.items() for each in words}
    by_both = {key + words: key for words, key in by_words.items()}
    if (key := (by_words | by_both).get(_bare(plain)) or _CHINESE_DIGITS.get(plain)) in question.keys:
        return SurveyAnswer(key or "")
    found = _KEY.fullmatch(plain)
    if found is None or found[1] not in question.keys:
        return None
    return SurveyAnswer(found[1], (found[2] or "").strip())


def _bare(text: str) -> str:
    return simplified(re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))).upper()
