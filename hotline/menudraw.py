"""A picture of a menu: its questions from left to right, a line from each key to what follows it. Pure."""

from collections.abc import Iterable, Mapping

from hotline.menu import EMERGENCY, PERSON, Choice, Menu, MenuStep, Words
from hotline.menulayout import WIDTH, Box, Layout, Row, lay_out, wrap
from hotline.menupaint import FOOT_SPACE, HEAD_SPACE, Link, paint
from hotline.menupaths import follows
from hotline.menuwords import ACTS, EVERYDAY, LEFT_OPEN

ASKED = {
    "key": Words("请按键", "A key"), "digits": Words("请输入数字", "Digits, then hash"),
    "message": Words("请留言", "A message"),
}  # fmt: skip
PATIENCE = {
    "silence": Words("不按键", "no key"),
    "wrong": Words("按错", "a wrong key"),
    "unheard": Words("没听懂", "not understood"),
}
LISTED = Words("选列表中的一项", "one of the list")
Titles = Mapping[str, Words]


def draw(menu: Menu, language: str = "zh", *, titles: Titles | None = None, link: Link | None = None) -> str:
    """The menu as an SVG document, with its words in `language`.

    `titles` are what other menus are called, `link` where the picture of another one is; without it nothing is a link.
    """
    boxes = {step.name: _box(menu, step, language, titles or {}) for step in menu.steps}
    _name_ways_back(boxes, plan := lay_out(boxes, head=HEAD_SPACE, foot=FOOT_SPACE))
    sub = hours_of(menu) or (ASKED["key"].spoken(language) if not menu.steps else "")
    return paint(plan, menu.called.spoken(language), f"{menu.name}.yaml  {sub}".strip(), language, link)


def hours_of(menu: Menu) -> str:
    """Where and when a variant is heard, as `幸福花园 12:00–13:30`; empty for any other menu."""
    when = menu.when
    if when is None:
        return ""
    hours = f"{when.starts:%H:%M}–{when.ends:%H:%M}" if when.starts and when.ends else ""
    return f"{when.project} {hours}".strip()


def opened(words: Words, language: str) -> str:
    """Words with what they leave open called by its name: `您的单号是〔单号〕`."""
    names = {name: f"〔{called.spoken(language)}〕" for name, called in LEFT_OPEN.items()}
    return words.spoken(language, **names)


def lead(to: str, language: str, titles: Titles) -> tuple[str, str, str]:
    """Where `to` leads: in words, in its tone, and the menu it enters."""
    if to in ACTS:
        tone = {EMERGENCY: "emergency", PERSON: "person"}.get(to, "act" if ACTS[to].leads else "end")
        return ACTS[to].words.spoken(language), tone, ""
    name = to.partition(".")[0]
    return titles[name].spoken(language) if name in titles else to, "menu", name


def _box(menu: Menu, step: MenuStep, language: str, titles: Titles) -> Box:
    said = [opened(step.says, language)]
    if step.after:
        said.append(opened(step.after, language))
    words = [line for part in said for line in wrap(part, WIDTH - 32)]
    return Box(step.name, ASKED[step.asks].spoken(language), words, list(_rows(menu, step, language, titles)))


def _rows(menu: Menu, step: MenuStep, language: str, titles: Titles) -> Iterable[Row]:
    def row(key: str, label: str, to: str, sets: Mapping[str, str] | None = None, *, patience: bool = False) -> Row:
        # what nearly every question leads to has no line: the picture would be nothing else
        ahead = (
            ()
            if to in EVERYDAY
            else tuple(n for n in follows(to, (sets or {}).get("purpose", menu.name)) if _is_of(menu, n))
        )
        leads, tone, enters = lead(to, language, titles)
        if _is_of(menu, to):
            leads, tone, enters = "", "act", ""
        named = label and label.lower() != leads.lower()
        return Row(key, label or leads, leads if named else "", tone, ahead, enters, patience)

    if step.lists:
        yield row("1–5", LISTED.spoken(language), step.to)
    for choice in step.choices:
        yield row(choice.key, _label(choice, language), choice.to, choice.sets)
    if step.to and not step.lists:
        yield row("#" if step.asks == "digits" else "●", "", step.to)
    yield row(f"{step.silence.times}×", PATIENCE["silence"].spoken(language), step.silence.to, patience=True)
    if step.asks != "message":
        yield row(f"{step.wrong.times}×", PATIENCE["wrong"].spoken(language), step.wrong.to, patience=True)
    if step.unheard:
        yield row(f"{step.unheard.times}×", PATIENCE["unheard"].spoken(language), step.unheard.to, patience=True)


def _is_of(menu: Menu, name: str) -> bool:
    return name.partition(".")[0] == menu.name


def _label(choice: Choice, language: str) -> str:
    return choice.label.spoken(language) if choice.label else ""


def _name_ways_back(boxes: dict[str, Box], plan: Layout) -> None:
    """A row whose line runs back, or to its own question, says so where it has nothing else to say."""
    for box in plan.boxes.values():
        for i, row in enumerate(box.rows):
            is_back = any(boxes[to].layer <= box.layer for to in row.ahead)
            if is_back and not row.leads:
                to = row.ahead[0].partition(".")[2]
                box.rows[i] = Row(row.key, row.label, f"↩ {to}", "back", row.ahead, "", row.is_patience)
