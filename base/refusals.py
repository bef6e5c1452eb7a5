"""What the rooms below refuse, in the reader's language: they say it in both, the Chinese first. Pure."""

import re

_SENTENCES = re.compile(r"(?P<zh>.*。)\s*(?P<en>[\x21-\x7e].*)", re.DOTALL)
_HALVES = re.compile(r"(?P<zh>.*?[\u3400-\u9fff].*?) / (?P<en>.*)", re.DOTALL)

_PAIR = re.compile(r"(?P<zh>[\u3400-\u9fff]+) / (?P<en>[a-z]+(?: [a-z]+)*)")


def half(message: str, language: str) -> str:
    """The half of `中文。English.` or of `中文 / English` that the reader reads; else all of it."""
    found = _SENTENCES.fullmatch(message) or _HALVES.fullmatch(message)
    return found["en" if language == "en" else "zh"] if found else message


def halves(line: str, language: str) -> str:
    """A remark of the log by the half of its first `中文 / english` that is read, a name whole: `新建 / made: 月报`."""
    return _PAIR.sub(lambda pair: pair["en" if language == "en" else "zh"], line, count=1)
