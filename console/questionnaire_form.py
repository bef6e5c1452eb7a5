"""A questionnaire as the form of its page sends it: read field by field, into what the file would have."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from console.blanks import as_kept
from console.words import LANGUAGES
from outreach.questionnairefile import MOST_QUESTIONS, answers_of, as_questionnaire
from outreach.questionnaires import Scale
from outreach.surveydrafts import MOST_CHOICES, blank, fitted, taken_apart
from outreach.surveywalk import PERSON, SPEAK

LONGEST_TYPED: Final = 400
"""Characters of a field that are read; what is too long is said beside it."""
DIGITS: Final = "123456789"
MOST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the page: the questionnaire, how often its draft had been kept, and the keys of the walk."""

    written: dict[str, Any]
    read: int
    did: tuple[str, ...] = field(default=())


def read_form(form: "MultiDict[str, str]") -> Typed:
    """The form as it was sent, with what its buttons ask for: a question more or less, a key pressed in the walk."""
    order = list(dict.fromkeys(key for key in form.getlist("order") if key.isidentifier()))[:MOST_QUESTIONS]
    written = {
        "title": _words(form, "title"),
        "opening": {lang: as_kept(text) for lang, text in _words(form, "opening").items()},
        "questions": [_question(form, key[:40]) for key in order] or blank()["questions"],
    }  # fmt: skip
    do, _, key = form.get("do", "").partition(".")
    did, press = walked(form.get("did", "")), form.get("press", "")
    if press:
        did = {"anew": (), "back": did[:-1]}.get(press, (*did, *walked(press)))
    return Typed(taken_apart(written, do, key) if do else written, form.get("read", 0, type=int), did)


def walked(text: str) -> tuple[str, ...]:
    """The keys of a walk as they stand in a field or an address: `4,1,say`."""
    known = {*DIGITS, PERSON, SPEAK}
    return tuple(key for key in text.split(",") if key in known)[:MOST_SHOWN]


def rows_of(question: dict[str, Any]) -> list[str]:
    """The keys for which the page has a row of words: of a choice as many as may be heard, or as there are."""
    if question["scale"] != Scale.CHOICE:
        return []
    return [key for key in DIGITS if int(key) <= MOST_CHOICES or key in question["choices"]]


def ways_of(question: dict[str, Any]) -> list[str]:
    """The answers for which the page has a way on: the wide ones first, then those of one key."""
    made = as_questionnaire("", {"questions": [question]}).first
    return sorted(answers_of(made), key=lambda on: (on.isdigit(), on == "default", on))


def _question(form: "MultiDict[str, str]", key: str) -> dict[str, Any]:
    scale = form.get(f"scale.{key}", "")
    choices = {digit: words for digit in DIGITS if any((words := _words(form, f"choice.{key}.{digit}")).values())}
    return fitted(
        {
            "key": key, "scale": scale if scale in set(Scale) else Scale.SATISFACTION,
            "ask": _words(form, f"ask.{key}"), "choices": choices,
            "category": form.get(f"category.{key}", "")[:40], "next": dict(_ways(form, key)),
        }
    )  # fmt: skip


def _ways(form: "MultiDict[str, str]", key: str) -> Iterator[tuple[str, str]]:
    for on in (*DIGITS, "low", "default"):
        if to := form.get(f"next.{key}.{on}", "")[:40]:
            yield on, to


def _words(form: "MultiDict[str, str]", name: str) -> dict[str, str]:
    return {lang: form.get(f"{name}.{lang}", "")[:LONGEST_TYPED].strip() for lang in LANGUAGES}
