"""What a text must not say, by class and route, and what it better does not; the word lists are data. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from base import yamls
from base.errors import BadInput
from messages.lifecycle import MessageClass
from messages.wording import segments

RULES = Path(__file__).with_name("lint.yaml")
SIGNED: Final = re.compile(r"【[^【】]+】")
MOST_WORDS: Final = 5
"""Words of one finding that are named."""
IN_LANGUAGE: Final = {"zh": "中文 / Chinese", "en": "英文 / English"}


class Severity(StrEnum):
    """What a finding means: an error refuses the text, a warning is shown beside it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a text beside its words: its class, whether mainland China or Taiwan may get it, whether on that
    day people mourn.
    """

    message_class: MessageClass
    is_mainland: bool = True
    is_mourning: bool = False
    is_taiwan: bool = False

    @property
    def routes(self) -> frozenset[str]:
        """The routes with rules of their own that it takes."""
        taken = {"mainland": self.is_mainland, "taiwan": self.is_taiwan}
        return frozenset(route for route, is_taken in taken.items() if is_taken)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a text: by which rule, in the text of which `language`, at which `words` (all of it if none).

    `zh` and `en` say what is wrong and what to do, in the language of whoever reads the finding.
    """

    rule: str
    severity: Severity
    language: str
    zh: str
    en: str
    words: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the text is refused."""
        return self.severity is Severity.ERROR

    def told(self, reader: str) -> str:
        """What is wrong and what to do, for somebody who reads `reader`."""
        return self.en[:1].upper() + self.en[1:] if reader == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the list; `source` is where it comes from."""

    name: str
    severity: Severity
    in_emergency: Severity
    find: re.Pattern[str]
    together: re.Pattern[str] | None
    classes: frozenset[MessageClass]
    of_mourning: bool
    routes: frozenset[str]
    is_raw: bool
    source: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long a text may be: from how many segments on it is a warning, and how much the carrier takes at all."""

    segments: int
    mainland_characters: int
    characters: int


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of a day."""

    dated: date
    lengths: Lengths
    days: re.Pattern[str]
    rules: tuple[Rule, ...] = field(repr=False)


class Unfit(BadInput):
    """A text that cannot be sent; `findings` are everything that was found, warnings too."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        told = []
        for language, here in IN_LANGUAGE.items():
            of = [f"{one.zh} / {one.en}" for one in self.findings if one.is_error and one.language == language]
            told += [f"{here}: {'; '.join(of)}"] if of else []
        super().__init__(" ".join(told))


def lint(text: str, language: str, about: About) -> list[Finding]:
    """What is found in the words of a text, without signature and footer, which are put round it later."""
    return list(_found(text, language, about))


def lint_whole(body: str, language: str, about: About) -> list[Finding]:
    """What is found in a text as it leaves: how long it is, its signature, and its footer or that it has none."""
    return [*_length(body, language, about), *_frame(body, language, about)]


def check(findings: Iterable[Finding]) -> None:
    """Raises `Unfit` where one of these is an error."""
    found = tuple(findings)
    if any(one.is_error for one in found):
        raise Unfit(found)


@cache
def book() -> Book:
    """The rules, and the date on which they were last looked through."""
    read = yamls.read(RULES.read_text(encoding="utf-8"))
    lengths = {name: value for name, value in read["lengths"].items() if name != "from"}
    rules = tuple(_rule(name, said) for name, said in read["rules"].items())
    return Book(read["dated"], Lengths(**lengths), _any_of([read["days"]]), rules)


def _rule(name: str, said: Mapping[str, Any]) -> Rule:
    severity = Severity(said["severity"])
    return Rule(
        name=name, severity=severity, in_emergency=Severity(said.get("emergency", severity)),
        find=_any_of(said["find"]), together=_any_of(said["together"]) if "together" in said else None,
        classes=frozenset(MessageClass(one) for one in said.get("classes", MessageClass)),
        of_mourning=bool(said.get("mourning")), routes=frozenset(said.get("route", "").split()),
        is_raw=bool(said.get("raw")), source=said["from"], zh=said["zh"], en=said["en"],
    )  # fmt: skip


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _found(text: str, language: str, about: About) -> Iterator[Finding]:
    known = book()
    even = unicodedata.normalize("NFKC", text)
    is_mourning = about.is_mourning or bool(known.days.search(even))
    for rule in known.rules:
        if about.message_class not in rule.classes or (rule.routes and not rule.routes & about.routes):
            continue
        if (rule.of_mourning and not is_mourning) or (rule.together and not rule.together.search(even)):
            continue
        words = dict.fromkeys(found[0].strip() for found in rule.find.finditer(text if rule.is_raw else even))
        if words:
            yield _finding(rule, language, about, "、".join(list(words)[:MOST_WORDS]))


def _finding(rule: Rule, language: str, about: About, words: str) -> Finding:
    severity = rule.in_emergency if about.message_class is MessageClass.EMERGENCY else rule.severity
    values = {"words": words, "class": about.message_class.value}
    return Finding(rule.name, severity, language, rule.zh.format(**values), rule.en.format(**values), words)


def _length(body: str, language: str, about: About) -> Iterator[Finding]:
    most, size, cut = book().lengths, len(body), segments(body)
    if size > most.characters:
        yield Finding(
            "too_long", Severity.ERROR, language,
            f"连签名共 {size} 个字，运营商最多收 {most.characters} 个，请缩短",
            f"{size} characters with the signature; the carrier takes {most.characters}; shorten it",
        )  # fmt: skip
    elif about.is_mainland and size > most.mainland_characters:
        yield Finding(
            "long", Severity.WARNING, language,
            f"连签名共 {size} 个字，内地超过 {most.mainland_characters} 个常常收不全，请缩短",
            f"{size} characters with the signature; over {most.mainland_characters} often arrive in pieces in mainland "
            "China; shorten it",
        )  # fmt: skip
    elif cut.count > most.segments:
        yield Finding(
            "segments", Severity.WARNING, language,
            f"这条短信按 {cut.count} 条计费，缩短些更省，也更容易读完",
            f"this text costs {cut.count} segments; a shorter one costs less and is read to its end",
        )  # fmt: skip


def _frame(body: str, language: str, about: About) -> Iterator[Finding]:
    signed = SIGNED.match(body)
    if about.is_mainland and signed is None:
        yield Finding(
            "unsigned", Severity.WARNING, language,
            "内地线路的短信要以【签名】开头，请管理员设置 SMS_SIGNATURE",
            "on the route to mainland China a text begins with its 【signature】; have SMS_SIGNATURE set",
        )  # fmt: skip
    words = body[signed.end() :] if signed else body
    rules = {rule.name: rule for rule in book().rules}
    refuses = bool(rules["footer_forbidden"].find.search(unicodedata.normalize("NFKC", words)))
    if about.message_class is not MessageClass.CARE and refuses:
        yield _finding(rules["footer_forbidden"], language, about, "")
    if about.message_class is MessageClass.CARE and not refuses:
        yield Finding(
            "footer_missing", Severity.ERROR, language,
            "祝福要写明怎样拒收，请由系统加上", "a greeting tells how to refuse the next; let it be put behind it",
        )  # fmt: skip
    if rules["signature"].find.search(words):
        yield _finding(rules["signature"], language, about, "【】")
