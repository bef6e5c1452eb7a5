"""A picture of the whole house: every menu as a box, with what leads from one to the other. Pure."""

from collections.abc import Iterable, Mapping

from hotline.menu import EMERGENCY, PERSON, Menu, Words
from hotline.menudraw import hours_of
from hotline.menulayout import WIDTH, Box, Row, lay_out, wrap
from hotline.menupaint import FOOT_SPACE, HEAD_SPACE, Link, paint
from hotline.menupaths import follows, targets
from hotline.menuwords import ENTRIES, EVERYDAY

TITLE = Words("热线的全部菜单", "All menus of the hotline")
SUB = Words(
    "每个框是一份菜单，行是它通向的菜单和按键。每一步按0：首层是紧急，其余转人工；没人接听才问“紧急”和“转人工”里的问题。",
    "A box is a menu, its rows the menus it leads to, by which keys. 0 at every step: the emergency at the top, a "
    "person below; what “emergencies” and “a person” ask is asked only while nobody answers.",
)  # fmt: skip
QUESTIONS = Words("{n} 个问题", "{n} questions")
WORDS_ONLY = Words("只有话，没有问题", "words only, no question")
BEGINS = Words("来电从这里开始", "a call may begin here")
FIRST, BEFORE = frozenset({"main", "night", "projects"}), frozenset({"projects", "known"})
"""The menus everybody comes back to, and those that come before them."""
RUNG = {EMERGENCY: "emergency", PERSON: "person"}
"""The menus that are heard while nobody answers."""


def draw_house(menus: Mapping[str, Menu], language: str = "zh", *, link: Link | None = None) -> str:
    """All menus as one SVG document."""
    first = {name.partition(".")[0] for name in ENTRIES} | {menu.name for menu in menus.values() if menu.when}
    order = sorted(menus.values(), key=lambda menu: (menu.name not in first, menu.name != "projects", menu.name))
    boxes = {menu.name: _box(menu, menus, language, begins=menu.name in first) for menu in order}
    plan = lay_out(boxes, head=HEAD_SPACE, foot=FOOT_SPACE)
    return paint(plan, TITLE.spoken(language), SUB.spoken(language), language, link)


def _box(menu: Menu, menus: Mapping[str, Menu], language: str, *, begins: bool) -> Box:
    said = QUESTIONS.spoken(language, n=len(menu.steps)) if menu.steps else WORDS_ONLY.spoken(language)
    words = [part for part in (said, BEGINS.spoken(language) if begins else "", hours_of(menu)) if part]
    box = Box(menu.name, menu.called.spoken(language), wrap(" · ".join(words), WIDTH - 32), [])
    box.rows += [_row(menu, menus[name], keys, language) for name, keys in _leads(menu, menus)]
    return box


def _row(menu: Menu, to: Menu, keys: str, language: str) -> Row:
    """What leads back to the first menus has no line: nearly everything does, and the picture would be nothing else."""
    is_back = to.name in FIRST and menu.name not in BEFORE
    tone = to.name if to.name in RUNG.values() else "menu"
    return Row(keys, to.called.spoken(language), "", tone, () if is_back else (to.name,), to.name)


def _leads(menu: Menu, menus: Mapping[str, Menu]) -> Iterable[tuple[str, str]]:
    """Every other menu this one leads to, with the keys that do, as they fit on a key cap."""
    found: dict[str, list[str]] = {}
    for step in menu.steps:
        sets = {choice.key: choice.sets for choice in step.choices}
        for part, to in targets(step):
            key = part[1] if part[0] == "keys" else ""
            if to in RUNG and key and (menu.name in FIRST or menu.when):
                found.setdefault(RUNG[to], []).append(key)
            if to in EVERYDAY:
                continue
            for name in follows(to, sets.get(key, {}).get("purpose", menu.name)):
                other = name.partition(".")[0]
                if other != menu.name and other in menus:
                    found.setdefault(other, []).append(key)
    for name, keys in found.items():
        named = sorted({key for key in keys if key})
        yield name, "".join(named)[:4] if named else "●"
