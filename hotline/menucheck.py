"""Every problem of a set of menu files, with its place: what no caller should ever find out. Pure but for reading."""

import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hotline.menu import EMERGENCY, LONGEST_LIST, MORE, PERSON, REPEAT, ZERO, Menu, MenuStep, Words
from hotline.menubook import MENUS, read_menu
from hotline.menufile import MenuFile, Place, Problem, read_file
from hotline.menuwords import ACTS, ENTRIES, FACTS, LISTS, PLACEHOLDERS

KEYS = frozenset("0123456789")


def check(paths: Iterable[Path]) -> list[Problem]:
    """The problems of these files, and of no others; the installed menus stand around them.

    A file that is named on its own may be entered at its first step, wherever it will be hung in.
    """
    named = {path.resolve() for path in paths}
    around = {path.resolve() for path in MENUS.glob("*.yaml")}
    files = [read_file(path) for path in sorted(named | around)]
    # what has not even the shape of a menu cannot be asked what it means
    sound = {file.path: read_menu(file.data) for file in files if not file.problems}
    renewed = {sound[f.path].name for f in files if f.path in sound and Path(f.path) in named}
    menus = [m for path, m in sound.items() if Path(path) in named or m.name not in renewed]
    entries = {m.steps[0].name for path, m in sound.items() if Path(path) in named - around and m.steps}
    reached = _reached(menus, entries | set(ENTRIES))
    known = {step.name for menu in menus for step in menu.steps}
    mine = [file for file in files if Path(file.path) in named]
    for file in mine:
        if file.path in sound:
            _check_menu(file, sound[file.path], known, reached)
    return sorted((p for f in mine for p in f.problems), key=lambda p: (p.path, p.line))


def _check_menu(file: MenuFile, menu: Menu, known: set[str], reached: set[str]) -> None:
    for name, words in menu.words.items():
        _check_words(file, ("words", name), words)
    for step in menu.steps:
        place = ("steps", step.name.partition(".")[2])
        if step.name not in reached:
            file.complain(place, "没有按键能到这一步", "no key leads to this step")
        _check_targets(file, step, place, known)
        _check_keys(file, step, place, is_top=menu.is_top)
        _check_lists(file, step, place)
        _check_patience(file, step, place)
        for part, words in _words_of(step):
            _check_words(file, (*place, *part), words)


def _check_targets(file: MenuFile, step: MenuStep, place: Place, known: set[str]) -> None:
    targets = list(_targets(step))
    for part, to in targets:
        if to not in known and to not in ACTS:
            file.complain((*place, *part), f"死路：没有“{to}”", f"dead end: there is no “{to}”")
    if step.asks != "key" and not step.to:
        file.complain(place, "死路：没有写下一步 to", "dead end: no “to” says what comes next")
    if step.asks == "key" and not step.lists and not step.choices:
        file.complain(place, "死路：没有任何按键", "dead end: there is no key at all")


def _check_keys(file: MenuFile, step: MenuStep, place: Place, *, is_top: bool) -> None:
    if step.asks == "message":
        return
    zero, meant = step.choice(ZERO), EMERGENCY if is_top else PERSON
    if zero is None or zero.to != meant:
        what_zh, what_en = ("紧急", "the emergency") if is_top else ("人工", "a person")
        file.complain((*place, "keys", ZERO), f"按0必须是{what_zh}（{meant}）", f"0 must be {what_en} ({meant})")
    for choice in step.choices:
        where = (*place, "keys", choice.key)
        if choice.key == REPEAT:
            file.complain(where, "按键冲突：星号总是重听", "clash of keys: star always repeats")
        elif choice.key not in KEYS:
            file.complain(where, f"没有按键“{choice.key}”", f"there is no key “{choice.key}”")
        for fact in choice.sets:
            if fact not in FACTS:
                file.complain((*where, "set"), f"不能设定“{fact}”", f"“{fact}” cannot be set")
    offered = [c for c in step.choices if (c.label or c.says) and c.key != ZERO]
    if not is_top and len(offered) > LONGEST_LIST:
        file.complain(place, f"选项多于{LONGEST_LIST}个", f"more than {LONGEST_LIST} options")


def _check_lists(file: MenuFile, step: MenuStep, place: Place) -> None:
    if not step.lists:
        return
    if step.lists not in LISTS:
        file.complain((*place, "lists"), f"没有列表“{step.lists}”", f"there is no list “{step.lists}”")
    if not step.to:
        file.complain(place, "死路：没有写下一步 to", "dead end: no “to” says what comes next")
    taken = {str(i + 1) for i in range(LONGEST_LIST)} | {MORE}
    for choice in step.choices:
        if choice.key in taken:
            key = choice.key
            file.complain((*place, "keys", key), f"按键冲突：{key}属于列表", f"clash of keys: {key} is the list's")


def _check_patience(file: MenuFile, step: MenuStep, place: Place) -> None:
    if step.asks == "message":
        return
    if "wrong" not in file.data["steps"][place[1]]:
        file.complain(place, "缺少“wrong”：按错键要有自己的话", "“wrong” is missing: wrong keys have their own words")
    elif step.wrong.words == step.silence.words:
        file.complain((*place, "wrong"), "沉默和按错要有不同的话", "silence and wrong keys need words of their own")


def _check_words(file: MenuFile, place: Place, words: Words) -> None:
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
    if bool(words.zh.strip()) != bool(words.en.strip()):
        file.complain(place, "缺少一种语言", "one language is missing")
    elif opened[0] != opened[1]:
        file.complain(place, "两种语言的占位符不同", "the placeholders of the two languages differ")


def _words_of(step: MenuStep) -> Iterator[tuple[Place, Words]]:
    yield ("says",), step.says
    if step.after:
        yield ("after",), step.after
    yield ("silence",), step.silence.words
    yield ("wrong",), step.wrong.words
    for choice in step.choices:
        if choice.label:
            yield ("keys", choice.key, "label"), choice.label
        if choice.says:
            yield ("keys", choice.key, "says"), choice.says


def _targets(step: MenuStep) -> Iterator[tuple[Place, str]]:
    for choice in step.choices:
        yield ("keys", choice.key, "to"), choice.to
    yield ("silence", "to"), step.silence.to
    yield ("wrong", "to"), step.wrong.to
    if step.to:
        yield ("to",), step.to


def _reached(menus: Iterable[Menu], entries: set[str]) -> set[str]:
    steps: Mapping[str, MenuStep] = {step.name: step for menu in menus for step in menu.steps}
    seen: set[str] = set()
    ahead = list(entries)
    while ahead:
        name = ahead.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in steps:
            ahead += [to for _, to in _targets(steps[name])]
        elif name in ACTS:
            ahead += ACTS[name].leads
    return seen
