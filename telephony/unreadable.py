"""What is wrong with something that is no number we can use, and what to do about it, in both languages. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why something is not a number we can use, and what to do about it, in both languages."""

    why_zh: str
    why_en: str


EMPTY = Unreadable("没有号码，请填写电话。", "There is no number; fill it in.")
WITHHELD = Unreadable(
    "这是隐藏来电的代号，不是电话号码，请填写真实号码。",
    "This stands for a withheld caller, it is not a telephone number; write the real one.",
)
LOST_DIGITS = Unreadable(
    "表格软件把号码变成了科学计数法，后几位已丢失；请把该列设为“文本”后重新填写。",
    "The spreadsheet turned it into scientific notation and the last digits are lost; "
    "format the column as text and type it again.",
)
NOT_DIGITS = Unreadable(
    "号码里有不认识的字符；只写数字，分机写成“转 1234”，多个号码用分号隔开。",
    "It holds characters that are not part of a number; write digits only, an extension as “ext 1234”, "
    "and a semicolon between two numbers.",
)
TOO_LONG = Unreadable("内容太长，不是电话号码。", "It is too long to be a telephone number.")
LONG_EXTENSION = Unreadable("分机号太长，最多 7 位。", "The extension is too long; at most 7 digits.")
SHORT = Unreadable(
    "这是短号或公共服务、紧急电话，不能作为联系人的号码；请填写手机或带区号的座机。",
    "This is a short, public-service or emergency number; write a mobile or a landline with its area code.",
)
MACHINE = Unreadable(
    "106 开头的是短信端口，背后没有人；请填写手机或带区号的座机。",
    "Numbers that begin with 106 are texting machines; write a mobile, or a landline with its area code.",
)
NO_AREA = Unreadable(
    "座机缺区号；请写成 021-12345678，或在项目里填写区号。",
    "The landline has no area code; write 021-12345678, or give the project its area code.",
)
WHICH_REGION = Unreadable(
    "像是香港、澳门或台湾的号码；请加上国家或地区代码，如 +852、+853、+886。",
    "It looks like a number of Hong Kong, Macao or Taiwan; write its country code, +852, +853 or +886.",
)
PREMIUM = Unreadable(
    "这是声讯收费或卫星号码，不能使用；请填写普通手机或座机。",
    "This is a premium-rate or satellite number, which we never call; write an ordinary one.",
)
NOT_ISSUED = Unreadable(
    "没有这样的号码；请核对每一位，国外号码要以 + 和国家代码开头。",
    "No such number exists; check every digit, and begin a foreign number with + and its country code.",
)


def wrong_length(length: int) -> Unreadable:
    """Of something shaped like a Chinese mobile number, with `length` digits."""
    if length == 11:
        return NOT_ISSUED
    return Unreadable(
        f"手机号应为 11 位，这里是 {length} 位；请核对后补全或删去多余的数字。",
        f"A mobile number has 11 digits, this has {length}; check it and add or remove digits.",
    )
