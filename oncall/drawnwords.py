"""The words of the picture of the ladders, in both languages. Pure."""

from collections.abc import Mapping

from oncall.words import pick

DRAWN: Mapping[str, tuple[str, str]] = {
    "title": ("升级阶梯：谁、什么时候、怎样被呼叫", "The ladders: who is paged, when and how"),
    "P0": ("P0 特急（危及人身）", "P0, danger to life"),
    "P1": ("P1 紧急", "P1, urgent"),
    "P2": ("P2 一般（服务时间）", "P2, usual (in the desk's hours)"),
    "P3": ("P3 咨询（服务时间）", "P3, an answer (in the desk's hours)"),
    "C1": ("C1 投诉（服务时间）", "C1, complaint (in the desk's hours)"),
    "C2": ("C2 重大投诉", "C2, grave complaint"),
    "refused": ("业主说没有办好", "The owner says that it is not done"),
    "repair": ("报修", "repair"),
    "complaint": ("投诉", "complaint"),
    "enquiry": ("咨询", "enquiry"),
    "suggestion": ("建议", "suggestion"),
    "praise": ("表扬", "praise"),
    "help": ("求助", "help"),
    "emergency": ("紧急", "emergency"),
    "day": ("白天", "by day"),
    "night": ("夜间 {starts}–{ends}", "at night, {starts}–{ends}"),
    "at_once": ("马上", "at once"),
    "minutes": ("{n}分钟", "{n} min"),
    "seconds": ("{n}秒", "{n} s"),
    "before": ("到时前{time}", "{time} before due"),
    "due": ("到时", "when due"),
    "late": ("超时{time}", "{time} late"),
    "every": ("之后每{time}", "then every {time}"),
    "everybody": ("所有人", "everybody"),
    "vendor": ("维保单位", "firm"),
    "parallel": ("同时{n}人", "{n} at once"),
    "no_answer": ("无人接听", "no answer"),
    "machine": ("接了没按键（语音信箱）", "a machine or no key"),
    "busy": ("占线", "busy"),
    "tries": ("{missed}：{time}后，{n}次", "{missed}: after {time}, {n}×"),
    "again": ("没接到的电话再拨（升级前停止）—— {tries}", "Called once more, until the next rung: {tries}"),
}


def drawn(key: str, language: str, **values: str) -> str:
    """A word of the picture of the ladders."""
    return pick(DRAWN[key], language).format(**values)
