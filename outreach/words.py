"""What an owner hears when we call back about a result, in both languages. Pure."""

from collections.abc import Mapping

from messages.wording import say
from outreach.surveys import MAPPINGS, ONE_IS_BEST, words_of
from telephony.speech import Say, Tongue

SPOKEN: Mapping[str, tuple[str, str]] = {
    "hello": (
        "您好，这里是{company}服务回访。您{matter}已处理完毕，单号 {ref}，占用您一分钟。",
        "Hello, this is {company} calling back. Your {matter}, ticket {ref}, is done; this takes one minute. ",
    ),
    "question": ("请问您对本次服务是否满意？", "How was it? "),
    "person": ("由主管与您通话请按0。", "To speak with a supervisor, press 0. "),
    "silence": ("没有收到您的按键。", "We did not hear a key. "),
    "wrong": ("没有这个选项。", "That is not one of the choices. "),
    "no_key": (
        "没有收到您的评价。您随时可以拨打{hotline}评价或反映问题。再见。",
        "We did not get your answer. You can call {hotline} at any time to give it, or about anything else. Goodbye.",
    ),
    "lost": (
        "您按的键没有对应的选项，没有记下评价。您随时可以拨打{hotline}评价，或找人工服务。再见。",
        "None of those keys was a choice, so no answer is on record. You can call {hotline} at any time to give it, or "
        "to speak with a person. Goodbye.",
    ),
    "thanks": ("感谢您的评价：{words}。再见。", "Thank you for your answer: {words}. Goodbye."),
    "neutral": (
        "感谢您的评价：{words}。有需要改进的，请随时拨打{hotline}。再见。",
        "Thank you for your answer: {words}. If anything should be better, please call {hotline}. Goodbye.",
    ),
    "low": (
        "很抱歉没能让您满意，主管会尽快与您联系。留言内容将被录音，仅用于处理您的诉求，保存{days}天。"
        "请在滴声后留言，按井号键结束；或按0由主管立即与您通话，重听请按星号键。",
        "We are sorry. A supervisor will contact you soon. Your message will be recorded, used only to deal with this, "
        "and kept for {days} days. Please speak after the tone, then press hash; or press 0 for a "
        "supervisor now; to hear this again, press star. ",
    ),
    "said": (
        "您的留言已记下，主管会尽快与您联系。再见。",
        "Your message is on record, and a supervisor will contact you soon. Goodbye.",
    ),
    "unsaid": ("主管会尽快与您联系。再见。", "A supervisor will contact you soon. Goodbye."),
    "to_leader": (
        "好的，正在为您接通主管，请不要挂机。",
        "All right, we are putting you through to a supervisor. Please stay on the line. ",
    ),
    "next_leader": (
        "请不要挂机，正在为您接通下一位。",
        "Please stay on the line, we are ringing the next person. ",
    ),
    "nobody": (
        "抱歉，主管暂时没有接通。我们会继续呼叫，并尽快给您回电。留言内容将被录音，保存{days}天。"
        "请在滴声后留言，按井号键结束。",
        "We are sorry, no supervisor could be reached. We go on calling them, and they will call you back. "
        "Your message will be recorded and kept for {days} days. Please speak after the tone, then press hash. ",
    ),
    "after_talk": ("您的事情已记录在工单 {ref}。再见。", "It is on record as ticket {ref}. Goodbye."),
    "check_hello": (
        "您好，这里是{company}。您小区的{what}我们已通知恢复，想跟您确认一下。",
        "Hello, this is {company}. We told you that the trouble ({what}) is over, and would like to be sure. ",
    ),
    "check_question": (
        "您家里已经恢复请按1，还没有恢复请按2，人工服务请按0。",
        "If all is well at your home, press 1. If it is not, press 2. To speak with a person, press 0. ",
    ),
    "check_yes": ("好的，谢谢您。再见。", "Good, thank you. Goodbye."),
    "check_no": (
        "很抱歉，已为您登记工单 {ref}，我们会尽快处理。再见。",
        "We are sorry. It is ticket {ref}, and we will see to it soon. Goodbye.",
    ),
    "check_lost": (
        "您按的键没有对应的选项，没有记下答复。如果还没有恢复，请拨打{hotline}找人工服务。再见。",
        "None of those keys was a choice, so nothing is on record. If all is not well, please call {hotline} and ask "
        "for a person. Goodbye.",
    ),
    "check_no_key": (
        "没有收到您的按键。如果还没有恢复，请拨打{hotline}。再见。",
        "We did not hear an answer. If all is not well, please call {hotline}. Goodbye.",
    ),
    "over": ("这次回访已经结束，谢谢您。再见。", "This callback is over. Thank you, and goodbye."),
    "sorry": (
        "抱歉，系统暂时出了问题，我们稍后再与您联系。紧急情况请拨打我们的热线。再见。",
        "Sorry, something went wrong here; we will contact you again. "
        "In an emergency please dial our hotline. Goodbye.",
    ),
}

ASKED_FOR = {"repair": "报修", "complaint": "投诉", "enquiry": "咨询"}
"""How a matter came to us, by kind of ticket; any other was told us (反映)."""


def spoken(key: str, language: str, **values: object) -> Say:
    """One thing to say in `zh` or `en`."""
    tongue: Tongue = "en" if language == "en" else "zh"
    return Say(SPOKEN[key][language == "en"].format(**values), language=tongue)


def matter_of(kind: str, category: str, language: str) -> str:
    """What the owner came to us with, by kind and category in words: `报修的“水电”`, `water or electricity`.

    Without a category it is a matter of that kind: `报修的事项`, `request`.
    """
    if language == "en":
        return category or say("matter", language)
    named = f"“{category}”" if category else say("matter", language)
    return f"{ASKED_FOR.get(kind, '反映')}的{named}"


def question(language: str) -> tuple[Say, ...]:
    """The question, with the words beside each key, and 0."""
    asked = spoken("question", language)
    choices = listed({key: words_of(score, language) for key, score in MAPPINGS[ONE_IS_BEST].items()}, language)
    return (Say(asked.words + choices, language=asked.language), spoken("person", language))


def listed(choices: Mapping[str, str], language: str) -> str:
    """The words of each key as one sentence: `For yes, press 1; for no, press 2. `, `是请按1，否请按2。`."""
    if language != "en":
        return "，".join(f"{words}请按{key}" for key, words in choices.items()) + "。"
    offers = "; ".join(f"for {words}, press {key}" for key, words in choices.items())
    return f"{offers[:1].upper()}{offers[1:]}. "
