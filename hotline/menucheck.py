"""Every problem of a set of menu files, with its place: what no caller should ever find out. Pure but for reading."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from base.rulefile import Problem
from hotline.menu import ZERO, Menu, MenuStep
from hotline.menubook import MENUS, read_menu
from hotline.menufile import MenuFile, Place, read_file, read_text
from hotline.menukeys import check_keys, check_lists
from hotline.menupaths import comes_out, reached, targets
from hotline.menusaid import IsHeld, check_said
from hotline.menuwords import ACTS, ENTRIES, OF_CALLERS


def check(paths: Iterable[Path], *, is_held: IsHeld | None = None) -> list[Problem]:
    """The problems of these files, and of no others; the installed menus stand around them.

    A file that is named on its own may be entered at its first step, wherever it will be hung in. `is_held` says which
    spoken prompts there are (None: they are not looked for).
    """
    named = {path.resolve() for path in paths}
    around = {path.resolve() for path in MENUS.glob("*.yaml")}
    mine = [read_file(path) for path in sorted(named)]
    others = [read_file(path) for path in sorted(around - named)]
    return _check(mine, others, {str(path) for path in named - around}, is_held)


def check_set(files: Mapping[str, str], *, is_held: IsHeld | None = None) -> list[Problem]:
    """The problems of an edition: the texts of its files by name. What it lacks, the installed menus say."""
    around = [read_file(path) for path in sorted(MENUS.glob("*.yaml"))]
    return _check([read_text(name, text) for name, text in sorted(files.items())], around, set(), is_held)


def _check(
    mine: list[MenuFile], around: list[MenuFile], alone: Collection[str], is_held: IsHeld | None
) -> list[Problem]:  # fmt: skip
    # what has not even the shape of a menu cannot be asked what it means
    sound = [(file, read_menu(file.data)) for file in mine if not file.problems]
    renewed = {menu.name for _, menu in sound}
    others = [read_menu(file.data) for file in around if not file.problems]
    menus = [menu for _, menu in sound] + [menu for menu in others if menu.name not in renewed]
    entries = {menu.steps[0].name for file, menu in sound if file.path in alone and menu.steps}
    variants = {menu.first for menu in menus if menu.when}
    found = reached(menus, entries | variants | set(ENTRIES))
    known = {step.name for menu in menus for step in menu.steps}
    for file, menu in sound:
        if any(other.name == menu.name and before.path < file.path for before, other in sound):
            file.complain(("menu",), f"有两份菜单叫“{menu.name}”", f"two menus are called “{menu.name}”")
        _check_when(file, menu, menus, known)
        _check_menu(file, menu, known, found)
        _check_ways_out(file, menu, menus)
        check_said(file, menu, is_held)
    return sorted((p for f in mine for p in f.problems), key=lambda p: (p.path, p.line))


def _check_menu(file: MenuFile, menu: Menu, known: Collection[str], found: Collection[str]) -> None:
    _check_emergency(file, menu)
    for step in menu.steps:
        place = ("steps", step.name.partition(".")[2])
        if step.name not in found:
            file.complain(place, "没有按键能到这一步", "no key leads to this step")
        _check_targets(file, step, place, known)
        check_keys(file, step, place, is_top=menu.is_top)
        check_lists(file, step, place)
        _check_patience(file, step, place)
        _check_speech(file, step, place)


def _check_when(file: MenuFile, menu: Menu, menus: Collection[Menu], known: Collection[str]) -> None:
    """A variant says where or when it is heard, has a first question, and leaves no moment with two of its kind."""
    if menu.when is None:
        return
    place = ("when",)
    if (menu.when.starts is None) != (menu.when.ends is None) or (
        menu.when.starts is not None and menu.when.starts == menu.when.ends
    ):
        file.complain(place, "时段要写 from 和 until，且不相同", "hours need a “from” and an “until” that differ")
    elif not menu.when.weight:
        file.complain(place, "要写小区或时段", "a project or hours must be named")
    if menu.first not in known:
        file.complain(place, f"死路：没有“{menu.first}”", f"dead end: there is no “{menu.first}”")
    for other in menus:
        if other.when and other.name != menu.name and menu.when.clashes(other.when):
            file.complain(place, f"与“{other.name}”的时段重叠", f"it overlaps with “{other.name}”")


def _check_emergency(file: MenuFile, menu: Menu) -> None:
    """Whoever lives here is one key from help wherever a call begins, and is told so."""
    for step in menu.steps:
        is_first = step.name in OF_CALLERS or (menu.when is not None and step.name == menu.first)
        if is_first and not menu.is_top:
            file.complain(
                ("top",), "紧急服务离来电人不止一个按键：这里必须是 top: true",
                "the emergency is more than one key away: this must be top: true",
            )  # fmt: skip
        if is_first and step.asks != "key":
            file.complain(
                ("steps", step.name.partition(".")[2], "asks"), "紧急服务离来电人不止一个按键：这里必须是 asks: key",
                "the emergency is more than one key away: this must be asks: key",
            )  # fmt: skip
        zero = step.choice(ZERO)
        offered = zero is not None and (zero.label or zero.says)
        if menu.is_top and step.asks == "key" and not offered and not _names_zero(step):
            file.complain(
                ("steps", step.name.partition(".")[2], "keys", ZERO), "没有告诉来电人紧急情况按0",
                "callers are not told that 0 is for emergencies",
            )  # fmt: skip


def _names_zero(step: MenuStep) -> bool:
    said = (step.says, *([step.after] if step.after else []))
    return any(ZERO in words.zh for words in said) and any(ZERO in words.en for words in said)


def _check_ways_out(file: MenuFile, menu: Menu, menus: Collection[Menu]) -> None:
    for step in menu.steps:
        place = ("steps", step.name.partition(".")[2])
        if not comes_out(menus, step.name, by="silence"):
            file.complain(
                (*place, "silence", "to"), "死循环：不按键的人永远出不去", "a loop: who is silent never comes out"
            )
        if step.asks != "message" and not comes_out(menus, step.name, by="wrong"):
            file.complain((*place, "wrong", "to"), "死循环：按错键的人永远出不去", "a loop: who errs never comes out")
        if step.unheard and not comes_out(menus, step.name, by="unheard"):
            file.complain(
                (*place, "unheard", "to"),
                "死循环：说了听不懂的人永远出不去",
                "a loop: who is not understood never comes out",
            )


def _check_targets(file: MenuFile, step: MenuStep, place: Place, known: Collection[str]) -> None:
    for part, to in targets(step):
        if to not in known and to not in ACTS:
            file.complain((*place, *part), f"死路：没有“{to}”", f"dead end: there is no “{to}”")
    if step.asks != "key" and not step.to:
        file.complain(place, "死路：没有写下一步 to", "dead end: no “to” says what comes next")
    if step.asks == "key" and not step.lists and not step.choices:
        file.complain(place, "死路：没有任何按键", "dead end: there is no key at all")


def _check_patience(file: MenuFile, step: MenuStep, place: Place) -> None:
    if step.asks == "message":
        return
    if "wrong" not in file.data["steps"][place[1]]:
        file.complain(place, "缺少“wrong”：按错键要有自己的话", "“wrong” is missing: wrong keys have their own words")
    elif step.wrong.words == step.silence.words:
        file.complain((*place, "wrong"), "沉默和按错要有不同的话", "silence and wrong keys need words of their own")


def _check_speech(file: MenuFile, step: MenuStep, place: Place) -> None:
    """Where words are heard beside keys: only where one key is asked for, and with words of its own for the unheard."""
    data = file.data["steps"][place[1]]
    if bool(data.get("speech")) != ("unheard" in data):
        file.complain(
            (*place, "speech" if data.get("speech") else "unheard"), "speech 和 unheard 要写在一起",
            "“speech” and “unheard” go together",
        )  # fmt: skip
    if step.unheard is None:
        return
    if step.asks != "key" or step.lists:
        file.complain(
            (*place, "speech"), "只有按一个键的一步才能听人说话", "words are heard only where one key is asked for"
        )
    if step.unheard.words in {step.silence.words, step.wrong.words}:
        file.complain(
            (*place, "unheard"),
            "没听懂、沉默和按错要有不同的话",
            "the unheard, silence and wrong keys need words of their own",
        )
