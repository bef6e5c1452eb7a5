"""What is wrong with the words of a menu: placeholders, a missing language, length, recordings. Pure but for `book`."""

import string
from collections.abc import Callable, Collection, Iterator

from base.errors import Unavailable
from hotline.asking import question
from hotline.menu import Menu, MenuStep, Words
from hotline.menubook import book
from hotline.menufile import MenuFile, Place
from hotline.menuwords import FILLED, PLACEHOLDERS, USUAL

LONGEST = {"zh": 250, "en": 750}
"""Characters of one prompt: about a minute of slow speech, of which nobody remembers the beginning. The carrier's own
limit (4096) is far beyond it."""
_BLANK = dict.fromkeys(PLACEHOLDERS - {"key"}, "…")
IsHeld = Callable[[str], bool]
"""Whether there is a file in which a prompt is spoken. May raise `Unavailable`: nobody can say now."""


def check_said(file: MenuFile, menu: Menu, is_held: IsHeld | None) -> None:
    """Every word of a menu stands in both languages, opens what is filled in there, and is heard to its end."""
    for name, words in menu.words.items():
        _check_words(file, ("words", name), words, _filled_in(f"{menu.name}.{name}"))
    if menu.title:
        _check_words(file, ("title",), menu.title, frozenset())
    for step in menu.steps:
        place = ("steps", step.name.partition(".")[2])
        for part, words, filled in _words_of(step, menu.stands_for(step.name)):
            _check_words(file, (*place, *part), words, filled)
        _check_length(file, step, place)
    _check_recorded(file, menu, is_held)


def _filled_in(sentence: str) -> frozenset[str]:
    """What the hotline fills in where it says a sentence: what the installed one names. One it never says is free."""
    try:
        words = book().words(sentence)
    except KeyError:
        return PLACEHOLDERS
    return USUAL | {name for _, name, _, _ in string.Formatter().parse(words.zh) if name is not None}


def _check_words(file: MenuFile, place: Place, words: Words, filled: Collection[str]) -> None:
    opened: list[set[str]] = []
    for language, text in (("zh", words.zh), ("en", words.en)):
        try:
            names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            file.complain((*place, language), "花括号不成对", "the braces do not match")
            return
        opened.append(names)
        for name in sorted(names - PLACEHOLDERS):
            file.complain((*place, language), f"不认识占位符 {{{name}}}", f"unknown placeholder {{{name}}}")
        for name in sorted((names & PLACEHOLDERS) - set(filled)):
            file.complain((*place, language), f"这里填不了 {{{name}}}", f"nobody fills in {{{name}}} here")
        if len(text) > LONGEST[language]:
            _complain_of_length(file, (*place, language), len(text), LONGEST[language])
    if bool(words.zh.strip()) != bool(words.en.strip()):
        file.complain(place, "缺少一种语言", "one language is missing")
    elif opened[0] != opened[1]:
        file.complain(place, "两种语言的占位符不同", "the placeholders of the two languages differ")


def _check_recorded(file: MenuFile, menu: Menu, is_held: IsHeld | None) -> None:
    """Spoken prompts fill nothing in, and their files are there: whoever hears the other language hears it too."""
    said: list[tuple[Place, Words]] = [(("words", name), words) for name, words in menu.words.items()]
    for step in menu.steps:
        here = ("steps", step.name.partition(".")[2])
        said += [((*here, *part), words) for part, words, _ in _words_of(step, step.name)]
    for place, words in said:
        if words.recorded and "{" in words.zh + words.en:
            file.complain(
                (*place, "recorded"), "有占位符的话不能用录音", "words with a placeholder cannot be played from a file"
            )
        for language, name in words.recorded.items():
            spot = (*place, "recorded", language)
            try:
                if is_held and not is_held(name):
                    file.complain(spot, f"没有录音文件“{name}”", f"there is no recorded file “{name}”")
            except Unavailable:
                # the next would have us wait as long again
                file.complain(
                    spot, f"录音存放处没有应答，查不了“{name}”",
                    f"where recordings are kept does not answer: “{name}” cannot be looked for",
                )  # fmt: skip
                return


def _check_length(file: MenuFile, step: MenuStep, place: Place) -> None:
    """The whole of a question, with all its keys; what is filled in only during the call is not counted."""
    try:
        spoken = {language: question(step, language, values=_BLANK) for language in LONGEST}
    except (ValueError, LookupError, AttributeError):
        return  # braces that do not match have been named
    for language, text in spoken.items():
        if not text.strip() and not step.lists:
            file.complain((*place, "says"), "这一步什么都没有说", "nothing is said here: the caller hears silence")
            return
        if len(text) > LONGEST[language]:
            _complain_of_length(file, place, len(text), LONGEST[language])


def _complain_of_length(file: MenuFile, place: Place, length: int, longest: int) -> None:
    file.complain(
        place,
        f"提示语太长：{length} 字，最多 {longest} 字",
        f"the prompt is too long: {length} characters of {longest}",
    )


def _words_of(step: MenuStep, name: str) -> Iterator[tuple[Place, Words, frozenset[str]]]:
    """Everything a step says, with its place and what is filled in there."""
    nothing: frozenset[str] = frozenset()
    yield ("says",), step.says, USUAL | FILLED.get(name, nothing)
    if step.after:
        yield ("after",), step.after, nothing
    yield ("silence",), step.silence.words, nothing
    yield ("wrong",), step.wrong.words, nothing
    if step.unheard:
        yield ("unheard",), step.unheard.words, nothing
    for choice in step.choices:
        if choice.label:
            yield ("keys", choice.key, "label"), choice.label, nothing
        if choice.says:
            yield ("keys", choice.key, "says"), choice.says, frozenset({"key"})
