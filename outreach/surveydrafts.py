"""A questionnaire made in the browser: what it begins as, how it is taken apart, and what it may hold at most. Pure."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import count
from typing import Any, Final

from messages.wording import WordingError, placeholders
from outreach.questionnairefile import MOST_QUESTIONS, Problem, Written, answers_of, as_questionnaire, problems
from outreach.questionnaires import Scale

MOST_CHOICES: Final = 5
"""More than these nobody keeps in mind who hears them on the telephone."""
LONGEST: Final = {"title": 60, "opening": 80, "ask": 200, "choices": 30}
"""Characters of each kind of words, in one language."""
FILLED_IN: Final = frozenset({"company", "hotline"})
"""What the words before the first question may name in braces; nothing is filled into a question."""
ORDINARY: Final = "complaint"
"""The kind of ticket that a low answer opens unless somebody chooses another."""
OFFERED: Final = (ORDINARY, "attitude", "cleaning", "access", "noise", "fees", "lift", "water_power", "other_repair")
"""The kinds of ticket that are offered for one."""
ADD, REMOVE, UP, DOWN = "add", "remove", "up", "down"
"""What can be done to a question as a whole."""


def blank() -> dict[str, Any]:
    """What a questionnaire begins as that begins from nothing."""
    return {
        "title": {"zh": "", "en": ""},
        "opening": {"zh": "{company}小调查：", "en": "{company} survey: "},
        "questions": [_question("q1", Scale.SATISFACTION)],
    }


def all_problems(key: str, written: Written) -> list[Problem]:
    """Everything wrong with a questionnaire of the house: by the rules of the file, and what the browser sets."""
    return [*problems(key, written), *_too_much(key, written)]


def fitted(question: Written) -> dict[str, Any]:
    """A question without what its scale does not have: choices, the kind of ticket, ways for answers that are none."""
    scale = Scale(question["scale"])
    choices = dict(question.get("choices") or {}) if scale is Scale.CHOICE else {}
    category = question.get("category") or ORDINARY if scale is Scale.SATISFACTION else ""
    made = {
        "key": question["key"], "scale": scale.value, "ask": dict(question["ask"]), "choices": choices,
        "category": category, "next": {},
    }  # fmt: skip
    known = answers_of(as_questionnaire("", {"questions": [made]}).first)
    return made | {"next": {on: to for on, to in question.get("next", {}).items() if on in known and to}}


def taken_apart(written: Written, do: str, key: str = "") -> dict[str, Any]:
    """The same with a question more or less, or with that of `key` one place earlier or later.

    A way that led to a question which is gone leads where it would lead without. What cannot be done changes nothing.
    """
    made = deepcopy(dict(written))
    questions: list[dict[str, Any]] = made["questions"]
    place = next((at for at, one in enumerate(questions) if one["key"] == key), None)
    if do == ADD and len(questions) < MOST_QUESTIONS:
        questions.append(_question(_free_key(questions), Scale.SATISFACTION))
    elif place is None:
        return made
    elif do == REMOVE and len(questions) > 1:
        del questions[place]
        for one in questions:
            one["next"] = {on: to for on, to in one["next"].items() if to != key}
    elif do in {UP, DOWN}:
        other = place + (1 if do == DOWN else -1)
        if 0 <= other < len(questions):
            questions[place], questions[other] = questions[other], questions[place]
    return made


def _question(key: str, scale: Scale) -> dict[str, Any]:
    return fitted({"key": key, "scale": scale, "ask": {"zh": "", "en": ""}})


def _free_key(questions: list[dict[str, Any]]) -> str:
    used = {one["key"] for one in questions}
    return next(key for key in (f"q{n}" for n in count(1)) if key not in used)


def _too_much(key: str, written: Written) -> Iterator[Problem]:
    for field in ("title", "opening"):
        allowed = FILLED_IN if field == "opening" else frozenset[str]()
        yield from _of_words(f"{key}.{field}", written[field], None, field, allowed)
    for at, one in enumerate(written["questions"]):
        place = f"{key}.{at + 1}"
        yield from _of_words(f"{place}.ask", one["ask"], at, "ask")
        for on, words in one["choices"].items():
            yield from _of_words(f"{place}.{on}", words, at, f"choices.{on}")
        if len(one["choices"]) > MOST_CHOICES:
            zh, en = (
                f"最多 {MOST_CHOICES} 个选项，多了电话里记不住",
                f"{MOST_CHOICES} choices at most: more nobody keeps",
            )
            yield Problem(place, zh, f"{en} in mind on the telephone", at, "choices")


def _of_words(
    place: str, words: Mapping[str, str], question: int | None, field: str, allowed: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    most = LONGEST[field.partition(".")[0]]
    if (longest := max(len(each) for each in words.values())) > most:
        zh, en = f"有 {longest} 个字，最多 {most} 个", f"{longest} characters, {most} at most"
        yield Problem(place, zh, en, question, field)
    try:
        strange = sorted(set[str]().union(*(placeholders(each) for each in words.values())) - allowed)
    except WordingError:
        strange = ["…"]
    if strange:
        may_zh = "这里只能用 {company} 和 {hotline}" if allowed else "这里不会填入任何内容，请直接写明"
        may_en = (
            "only {company} and {hotline} are filled in here" if allowed else "nothing is filled in here; write it out"
        )
        yield Problem(place, f"花括号 {{{strange[0]}}}：{may_zh}", f"{{{strange[0]}}}: {may_en}", question, field)
