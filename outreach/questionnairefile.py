"""A questionnaire as it is written down, in the file or in the browser: what is wrong where, how it is read. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from base.errors import BadInput, SettingsError
from outreach.questionnaires import DEFAULT, END, LOW, SKIP, Question, Questionnaire, Scale, Words
from tickets.triage import CATEGORIES

FILE: Final = Path(__file__).with_name("questionnaires.yaml")
MOST_QUESTIONS: Final = 9

Written = Mapping[str, Any]
"""A questionnaire as the file has it: `title` and `opening` in zh and en, `questions`, each as the file explains."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: where the file has it, and of which field of which question (from 0; None: of none of them)."""

    place: str
    zh: str
    en: str
    question: int | None = None
    field: str = ""

    def told(self, reader: str) -> str:
        """What is wrong, for somebody who reads `reader`."""
        return self.en[:1].upper() + self.en[1:] if reader == "en" else self.zh


def questionnaire(key: str) -> Questionnaire:
    """The questionnaire of the file with that key. Raises `BadInput` that names those there are."""
    found = questionnaires().get(key)
    if found is None:
        raise unknown(key, questionnaires())
    return found


def unknown(key: str, known: Mapping[str, Questionnaire]) -> BadInput:
    """Why there is none of that key, with the names there are."""
    names = ", ".join(known)
    return BadInput(f"没有名为“{key}”的问卷，可用：{names}。There is no questionnaire {key!r}; known: {names}.")


@cache
def questionnaires() -> dict[str, Questionnaire]:
    """Those of this installation's file, in its order."""
    return read_questionnaires(FILE.read_text(encoding="utf-8"))


def read_questionnaires(text: str) -> dict[str, Questionnaire]:
    """The questionnaires of a file. Raises `SettingsError` that says what is wrong where, and how to write it."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _wrong(Problem("", f"YAML 写法不对：{error}", f"this is no YAML: {error}")) from None
    if not isinstance(found, Mapping) or not found:
        raise _wrong(Problem("", "要写成 名称: 问卷", "write the file as key: questionnaire"))
    for key, written in found.items():
        if (problem := next(problems(str(key), written), None)) is not None:
            raise _wrong(problem)
    return {str(key): as_questionnaire(str(key), written) for key, written in found.items()}


def problems(key: str, written: Any) -> Iterator[Problem]:
    """Everything that is wrong with a questionnaire, in the order it is written; nothing: it can be asked."""
    if (strange := _strange(key, written, {"title", "opening", "questions"})) is not None:
        yield strange
        return
    yield from _of_words(f"{key}.title", written.get("title"), None, "title")
    yield from _of_words(f"{key}.opening", written.get("opening"), None, "opening")
    listed = written.get("questions")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_QUESTIONS:
        zh, en = f"要有 1 到 {MOST_QUESTIONS} 个问题（questions）", f"questions: 1 to {MOST_QUESTIONS} of them"
        yield Problem(key, zh, en, field="questions")
        return
    can_be_followed = True
    for place, one in enumerate(listed):
        for problem in _of_question(f"{key}.{place + 1}", one, place):
            can_be_followed &= problem.field in {"ask", "category"} or problem.field.startswith("choices.")
            yield problem
    if can_be_followed:
        yield from _of_ways(as_questionnaire(key, written))


def as_questionnaire(key: str, written: Written, version: int = 0) -> Questionnaire:
    """What is written, as it is asked. Words that are missing are empty; what `problems` finds is not looked for."""
    return Questionnaire(
        key, _pair(written.get("title")), _pair(written.get("opening")),
        tuple(_as_question(one) for one in written["questions"]), version,
    )  # fmt: skip


def written_of(made: Questionnaire) -> dict[str, Any]:
    """A questionnaire as it would be written down, to begin another from."""
    return {
        "title": _both(made.title), "opening": _both(made.opening),
        "questions": [
            {
                "key": one.key, "scale": one.scale.value, "ask": _both(one.ask), "next": dict(one.next),
                "choices": {key: _both(words) for key, words in one.choices.items()}, "category": one.category,
            }
            for one in made.questions
        ],
    }  # fmt: skip


def _of_question(place: str, written: Any, at: int) -> Iterator[Problem]:
    if (strange := _strange(place, written, {"key", "scale", "ask", "choices", "next", "category"})) is not None:
        yield Problem(strange.place, strange.zh, strange.en, at)
        return
    key, scale = str(written.get("key", "")), written.get("scale")
    if not key.isidentifier() or key == END:
        yield Problem(place, "key 要是一个英文名字", "key must be a plain name", at, "key")
    if scale not in set(Scale):
        listed = "、".join(Scale), ", ".join(Scale)
        yield Problem(place, f"scale 要是 {listed[0]} 之一", f"scale must be one of {listed[1]}", at, "scale")
        return
    for each, words in (written.get("choices") or {}).items():
        yield from _of_words(f"{place}.{each}", words, at, f"choices.{each}")
    made = _as_question(written)
    if (scale == Scale.CHOICE) != (len(made.choices) > 1) or not set(made.choices) <= set("123456789"):
        yield Problem(
            place, "选择题（choice）要有两个以上选项，按键 1 到 9；别的题型没有选项",
            "a choice has two or more choices with keys 1 to 9, another scale has none", at, "choices",
        )  # fmt: skip
    if made.category not in CATEGORIES if scale == Scale.SATISFACTION else made.category:
        yield Problem(
            place, "满意度题（satisfaction）要写工单类别（category），别的题型不写",
            "satisfaction names the category of a ticket, another scale none", at, "category",
        )  # fmt: skip
    yield from _of_words(f"{place}.ask", written.get("ask"), at, "ask")
    if strange_keys := sorted(set(made.next) - set(answers_of(made))):
        zh, en = f"next 里没有“{strange_keys[0]}”这个答案", f"next: {strange_keys[0]!r} is no answer to it"
        yield Problem(place, zh, en, at, "next")


def answers_of(question: Question) -> list[str]:
    """What a way on may be named for: each key, `low` where there is one, and every other answer."""
    return [*question.keys, *([LOW] if question.scale is Scale.SATISFACTION else []), DEFAULT]


def _of_ways(made: Questionnaire) -> Iterator[Problem]:
    """Every question is reached, and only forward: then it ends, whatever is answered."""
    places = {one.key: place for place, one in enumerate(made.questions)}
    if len(places) < len(made.questions):
        yield Problem(made.key, "问题的 key 不能重复", "two questions have the same key", field="questions")
        return
    if made.first.scale is Scale.COMMENT:
        zh, en = "第一个问题要有按键，不能是留言（comment）", "the first question needs keys, not a comment"
        yield Problem(made.key, zh, en, 0, "scale")
    reached = {made.first.key}
    for place, one in enumerate(made.questions):
        where = f"{made.key}.{one.key}"
        if one.key not in reached:
            yield Problem(where, "没有一条路到这个问题", "no way leads to this question", place, "ask")
        for to in one.next.values():
            if to != END and to not in places:
                yield Problem(where, f"没有问题“{to}”", f"there is no question {to!r}", place, "next")
            elif to != END and places[to] <= place:
                yield Problem(where, f"不能回到“{to}”", f"it must not go back to {to!r}", place, "next")
        reached |= set(_leads(made, one))


def _leads(made: Questionnaire, one: Question) -> Iterator[str]:
    for key in one.keys or (SKIP,):
        follows = made.after(one, key)
        if follows is not None:
            yield follows.key


def _strange(place: str, written: Any, known: set[str]) -> Problem | None:
    if not isinstance(written, Mapping):
        return Problem(place, "要写成 名称: 值", "write it as name: value")
    if strange := sorted(str(name) for name in set(written) - known):
        names = ", ".join(sorted(known))
        return Problem(place, f"没有“{strange[0]}”这一项", f"there is no {strange[0]!r}; known: {names}")
    return None


def _of_words(place: str, written: Any, question: int | None, field: str) -> Iterator[Problem]:
    if not isinstance(written, Mapping) or set(written) != {"zh", "en"} or not all(written.values()):
        yield Problem(place, "中文和英文都要写", "give its words in zh and en", question, field)


def _as_question(written: Written) -> Question:
    choices = {str(each): _pair(words) for each, words in (written.get("choices") or {}).items()}
    follows = {str(on): str(to) for on, to in (written.get("next") or {}).items()}
    scale = Scale(written["scale"])
    return Question(
        str(written["key"]), _pair(written.get("ask")), scale, choices, follows, str(written.get("category", ""))
    )


def _pair(written: Any) -> Words:
    """Both halves of what is written, empty where nothing is."""
    known = written if isinstance(written, Mapping) else {}
    return str(known.get("zh") or ""), str(known.get("en") or "")


def _both(words: Words) -> dict[str, str]:
    return {"zh": words[0], "en": words[1]}


def _wrong(problem: Problem) -> SettingsError:
    place = f"{FILE.name} {problem.place}"
    return SettingsError(f"{place}：{problem.zh}。{place}: {problem.en}.")
