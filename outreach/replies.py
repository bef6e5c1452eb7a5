"""What an inbound text is: the code of a page, an answer, a machine's, or a cry for help. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from base.han import simplified
from directory.consent import Choice, read_choice
from outreach.spotchecks import NO, YES
from outreach.surveys import MAPPINGS, ONE_IS_BEST, WORDS
from tickets import triagewords

CARRIERS_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""Words on which the carrier itself stops and confirms: written down here, never answered twice."""
CARRIERS_START = frozenset({"START", "YES", "UNSTOP"})
CARRIERS_HELP = frozenset({"HELP", "INFO"})
"""Answered by the carrier, but perhaps by somebody in need: a person reads it."""

_CODE = re.compile(r"([0-9]{4})(?:[\s,，.。:：/-]+([1-4])|)")

_SIGN_OFF = re.compile(
    r"(?P<named>(?:我的)?(?:验收码?|(?:sign[- ]?off )?code)[\s:是为-]*)?(?P<code>[0-9]{4})"
    r"[\W_]*(?:满意|谢谢您?|感谢|好的?|ok|thanks|thank you)?[\W_]*",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"([1-5])(?:[\s,，.。:：;；、!！~\-]*)(.*)", re.DOTALL)
_CHINESE_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5"}
_COUNTS = re.compile(
    r"\d|[号號栋幢座楼层室户单個个天月日年点时分小元块次位人米只台件张扇条间把]|"
    r"(?:st|nd|rd|th|am|pm|a\.m|p\.m|days?|hours?|minutes?|people|rooms?|floors?|stars?)\b",
    re.IGNORECASE,
)
"""What makes the digit before it a number of something: `3号楼漏水` is no answer, nor is `5分`, which may mean best."""
_LONE_DIGIT = re.compile(r"\d(?![^\W_])")
_KEYCAP = re.compile("[\ufe0f\u20e3]")

_SIGNED = re.compile(r"【[^】]{1,30}】")
_SENT_BY_A_MACHINE = re.compile(
    r"[\W_]*(?:自动回[复覆]|自动应答|auto(?:matic)?[\s-]?(?:reply|response|responder)|out of (?:the )?office)",
    re.IGNORECASE,
)
_BUSY = re.compile(
    r"(?:您好|你好|hi|hello)?[\W_]*(?:抱歉|对不起|不好意思|sorry)?[\W_]*"
    r"(?:"
    r"(?:我|本人)?(?:现在)?正?在?(?:开会|驾车|开车|上课|忙)(?:中)?|(?:我)?现在(?:不方便|无法)(?:接听?电话|接电话|接听|通话)|"
    r"i(?: am|'m) (?:currently )?(?:in a meeting|driving|busy|away)(?: right now| now)?|"
    r"(?:i )?can(?:'t|not) (?:talk|answer)(?: the phone)?(?: right now| now)?"
    r")[\W_]*"
    r"(?:请?(?:稍后|晚点|等会儿?|一会儿?|待会儿?|回头)(?:再)?(?:给您|给你|与您|和您|跟您)?"
    r"(?:联系|回复|回电|回电话|打来|打给您|打给你|拨打|再说)?(?:您|你)?|"
    r"(?:i(?: will|'ll) |please )?(?:call|text)(?: you| me)?(?: back)?(?: later)?|what's up)?[\W_]*",
    re.IGNORECASE,
)
"""The sentences that telephones send by themselves for somebody who cannot talk: only where that is all there is."""

_KEY_OF_YES_AND_NO = {
    **dict.fromkeys(("是", "是的", "恢复", "恢复了", "已恢复", "已经恢复", "已经恢复了", "正常", "正常了", "已正常",
                     "好了", "有水了", "有电了", "来水了", "来电了", "YES", "Y"), YES),
    **dict.fromkeys(("否", "没有", "还没", "还没有", "没恢复", "未恢复", "没有恢复", "还没恢复", "还没有恢复", "没好",
                     "不正常", "还没水", "还没电", "没水", "没电", "NO", "NOTYET"), NO),
}  # fmt: skip
_NO_MATTER = frozenset({
    "谢谢", "谢谢您", "谢谢你", "多谢", "感谢", "非常感谢", "好", "好的", "好的谢谢", "收到", "知道了", "不客气",
    "辛苦了", "辛苦", "没事", "嗯", "OK", "OKAY", "THANKS", "THANKYOU", "THANKYOUVERYMUCH", "GREAT", "GOOD", "THX",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """The key of an answer, and what was written beside it."""

    key: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class PageCode:
    """The reply code of a page, and what it asks for: 1 take it, 2 pass it on, 3 help, 4 on site.

    `is_bare`: nothing was asked for; it may be a code that an owner was told.
    """

    code: str
    key: str = "1"
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class SignOffCode:
    """Four digits from an owner; `is_named`: they call it a code."""

    code: str
    is_named: bool


def page_code(text: str) -> PageCode | None:
    """`4821` or `4821 2`, in any width; None for anything else, which is not for the ladder (`0000` opts out)."""
    found = _CODE.fullmatch(_plain(text)) if choice(text) is None else None
    return PageCode(found[1], found[2] or "1", is_bare=not found[2]) if found else None


def sign_off_code(text: str) -> SignOffCode | None:
    """`4821`, `验收码：4821，谢谢`: what may be the code with which an owner signs a repair off; None for the rest."""
    found = _SIGN_OFF.fullmatch(simplified(_plain(text))) if choice(text) is None else None
    return SignOffCode(found["code"], is_named=found["named"] is not None) if found else None


def survey_answer(text: str) -> SurveyAnswer | None:
    """`2`, `４ 还是漏水`, `非常满意`: an answer where a question is open. None for anything else.

    Where key and words say different things (`5 非常满意`) a person has to read it.
    """
    plain = _KEYCAP.sub("", _plain(text))
    word = _bare(plain).lower()
    if plain in _CHINESE_DIGITS:
        return SurveyAnswer(_CHINESE_DIGITS[plain])
    if word in _KEY_OF_WORDS:
        return SurveyAnswer(_KEY_OF_WORDS[word])
    found = _ANSWER.fullmatch(plain)
    if found is None or _COUNTS.match(simplified(found[2])):
        return None
    key, comment = found[1], found[2].strip()
    said = _KEY_OF_WORDS.get(_bare(comment).lower())
    if said is not None and said != key:
        return None
    return SurveyAnswer(key, "" if said or not _bare(comment) else comment)


def spot_answer(text: str) -> SurveyAnswer | None:
    """`1`, `2 还是没水`, `1已恢复`, `恢复了`, `no`: whether an all-clear is true. None for anything else, and where key
    and words say different things.
    """
    if (word := _bare(text)) in _KEY_OF_YES_AND_NO:
        return SurveyAnswer(_KEY_OF_YES_AND_NO[word])
    said = survey_answer(text)
    if said is None or said.key not in {YES, NO}:
        return None
    by_words = _KEY_OF_YES_AND_NO.get(_bare(said.comment))
    if by_words is None:
        return said
    return SurveyAnswer(said.key) if by_words == said.key else None


def is_some_answer(text: str) -> bool:
    """Whether what follows a letter answers some question, be it open or not: `4`, `4 还是漏水`, `非常满意`, `no`."""
    plain = _KEYCAP.sub("", _plain(text))
    said = survey_answer(plain) or spot_answer(plain)
    return _LONE_DIGIT.match(plain) is not None or (said is not None and not said.comment)


def is_auto_reply(text: str) -> bool:
    """Whether a machine answers for somebody: what is sent back to it would be answered again."""
    plain = simplified(_plain(text)).replace("’", "'")
    return bool(_SENT_BY_A_MACHINE.match(plain) or _BUSY.fullmatch(plain))


def is_no_matter(text: str) -> bool:
    """Whether it only says thanks, or that it was read."""
    return _bare(text) in _NO_MATTER


def danger(text: str, words: triagewords.WordList | None = None) -> str | None:
    """The category of the danger a text speaks of, or None."""
    found = triagewords.danger(text, words)
    return found.category if found else None


def is_signed(text: str) -> bool:
    """Whether it begins as a firm's texts do (`【…】`): perhaps one of theirs, whose house would answer our answer."""
    return _SIGNED.match(_plain(text)) is not None


def is_answered_by_the_carrier(text: str) -> bool:
    """Whether the carrier itself has answered this text: a second answer from us would be one too many."""
    return _bare(text) in CARRIERS_STOP | CARRIERS_START | CARRIERS_HELP


def choice(text: str) -> Choice | None:
    """The wish to be left alone, or not to be, in our words or the carrier's; None for anything else.

    Not to be is only ever the end of having been: `yes` from anybody else says nothing about what they may be sent.
    """
    bare = _bare(text)
    if bare in CARRIERS_STOP:
        return Choice.OPT_OUT
    return Choice.OPT_IN if bare in CARRIERS_START else read_choice(text)


_KEY_OF_WORDS = {
    "".join(words.split()): key
    for key, score in MAPPINGS[ONE_IS_BEST].items()
    for words in WORDS[score]
}  # fmt: skip


def _bare(text: str) -> str:
    return simplified(re.sub(r"[\W_]+", "", _plain(text))).upper()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
