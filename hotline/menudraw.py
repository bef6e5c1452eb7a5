"""A picture of a menu: questions in layers from left to right, a line from each key to what follows it. Pure."""

from dataclasses import dataclass
from html import escape

from hotline.menu import Choice, Menu, MenuStep
from hotline.menuwords import ACTS, EVERYDAY

WIDTH, PILL, GAP_X, GAP_Y, MARGIN = 300, 210, 90, 28, 32
HEAD, LINE, ROW = 38, 18, 26
LINES_AT_MOST = 4
FONT = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"
NEVER_FIRST = frozenset("。，：、；！？")
"""Marks that may not begin a line."""
TITLES = {"silence": ("无按键", "no key"), "wrong": ("按错", "wrong key"), "to": ("然后", "then")}
LIST_ROW = ("1–5", "列表中的一项", "one of the list")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box: what the caller does, and where it leads."""

    key: str
    label: str
    to: str
    is_patience: bool = False


@dataclass(slots=True)
class Box:
    """A question, or an end of the picture, at its place."""

    name: str
    title: str
    words: list[str]
    rows: list[Row]
    layer: int = 0
    x: float = 0
    y: float = 0

    @property
    def is_end(self) -> bool:
        """Whether the picture stops here."""
        return not self.rows and not self.words

    @property
    def width(self) -> int:
        """In pixels."""
        return PILL if self.is_end else WIDTH

    @property
    def height(self) -> float:
        """In pixels."""
        return 34 if self.is_end else HEAD + LINE * len(self.words) + ROW * len(self.rows) + 14

    def row_y(self, place: int) -> float:
        """The middle of a row."""
        return self.y + HEAD + LINE * len(self.words) + ROW * place + ROW / 2 + 4


def draw(menu: Menu, language: str = "zh") -> str:
    """The menu as an SVG document, with its words in `language`."""
    boxes = _boxes(menu, language)
    _layers(menu, boxes)
    width, height = _place(boxes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="{FONT}" font-size="13">',
        f"<title>{escape(menu.name)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#f7f8fa"/>',
    ]
    parts += [_lines(box, boxes) for box in boxes.values()]
    parts += [_draw_end(box) if box.is_end else _draw_box(box, boxes, language) for box in boxes.values()]
    return "\n".join([*parts, "</svg>\n"])


def _boxes(menu: Menu, language: str) -> dict[str, Box]:
    english = language == "en"
    boxes = {
        step.name: Box(
            step.name, step.name.partition(".")[2], _wrap(step.says.en if english else step.says.zh, WIDTH - 32),
            _rows(step, english=english),
        )
        for step in menu.steps
    }  # fmt: skip
    for to in [row.to for box in boxes.values() for row in box.rows]:
        if to not in boxes and to not in EVERYDAY:
            boxes[to] = Box(to, _name(to, language), [], [])
    return boxes


def _rows(step: MenuStep, *, english: bool) -> list[Row]:
    rows = [Row(choice.key, _label(choice, english=english), choice.to) for choice in step.choices]
    if step.lists:
        rows.insert(0, Row(LIST_ROW[0], LIST_ROW[2 if english else 1], step.to))
    elif step.to:
        rows.append(Row("#" if step.asks == "digits" else "●", TITLES["to"][english], step.to))
    rows.append(Row(f"{step.silence.times}×", TITLES["silence"][english], step.silence.to, is_patience=True))
    if step.wrong is not step.silence:
        rows.append(Row(f"{step.wrong.times}×", TITLES["wrong"][english], step.wrong.to, is_patience=True))
    return rows


def _label(choice: Choice, *, english: bool) -> str:
    if choice.label is None:
        return ""
    return choice.label.en if english else choice.label.zh


def _name(to: str, language: str) -> str:
    act = ACTS.get(to)
    if act is None:
        return to
    return act.words.en if language == "en" else act.words.zh


def _leads(box: Box) -> list[str]:
    """Where a box leads: by its rows, or by what its act can come to."""
    if box.rows:
        return [row.to for row in box.rows]
    return list(ACTS[box.name].leads) if box.name in ACTS else []


def _layers(menu: Menu, boxes: dict[str, Box]) -> None:
    """Each box right of everything that leads to it, ways back left out.

    1. Walk from the first question into the depth; a lead to a box we are still inside of is a way back.
    2. In the order in which boxes were left, last first, push what each leads to one layer further right.
    """
    left: list[str] = []
    ahead: dict[str, list[str]] = {}
    for step in menu.steps:
        _walk(boxes, step.name, ahead, left, set())
    for name in reversed(left):
        for to in ahead[name]:
            boxes[to].layer = max(boxes[to].layer, boxes[name].layer + 1)


def _walk(boxes: dict[str, Box], name: str, ahead: dict[str, list[str]], left: list[str], inside: set[str]) -> None:
    if name in ahead:
        return
    ahead[name] = []
    inside.add(name)
    for to in dict.fromkeys(_leads(boxes[name])):
        if to in boxes and to not in inside:
            ahead[name].append(to)
            _walk(boxes, to, ahead, left, inside)
    inside.remove(name)
    left.append(name)


def _place(boxes: dict[str, Box]) -> tuple[float, float]:
    layers: list[list[Box]] = [[] for _ in range(1 + max(box.layer for box in boxes.values()))]
    for box in boxes.values():
        layers[box.layer].append(box)
    tallest = max(sum(b.height + GAP_Y for b in layer) - GAP_Y for layer in layers)
    x = float(MARGIN)
    for layer in layers:
        height = sum(b.height + GAP_Y for b in layer) - GAP_Y
        y = MARGIN + (tallest - height) / 2
        for box in layer:
            box.x, box.y = x, y
            y += box.height + GAP_Y
        x += max((b.width for b in layer), default=0) + GAP_X
    return x - GAP_X + MARGIN, tallest + 2 * MARGIN


def _lines(box: Box, boxes: dict[str, Box]) -> str:
    """Lines to what stands further right; a way back is named in its row instead."""
    if box.is_end:
        starts = [(box.y + 17, to, False) for to in dict.fromkeys(_leads(box))]
    else:
        starts = [(box.row_y(i), row.to, row.is_patience) for i, row in enumerate(box.rows)]
    ahead = [(y, boxes[to], dashed) for y, to, dashed in starts if _is_ahead(box, boxes.get(to))]
    return "\n".join(_curve(box.x + box.width, y, to, is_dashed=dashed) for y, to, dashed in ahead)


def _is_ahead(box: Box, to: Box | None) -> bool:
    return to is not None and to.layer > box.layer


def _curve(x1: float, y1: float, to: Box, *, is_dashed: bool) -> str:
    y2 = to.y + (17 if to.is_end else 19)
    bend = max(40.0, (to.x - x1) / 2)
    dash = ' stroke-dasharray="4 4"' if is_dashed else ""
    way = f"M{x1:.0f} {y1:.0f} C{x1 + bend:.0f} {y1:.0f} {to.x - bend:.0f} {y2:.0f} {to.x:.0f} {y2:.0f}"
    return f'<path d="{way}" fill="none" stroke="#7a8aa0" stroke-width="1.4"{dash}/>'


def _draw_end(box: Box) -> str:
    size = f'width="{PILL}" height="34" rx="17"'
    frame = f'<rect x="{box.x:.0f}" y="{box.y:.0f}" {size} fill="#e3ecf7" stroke="#7a9cc6"/>'
    return frame + _text(box.x + PILL / 2, box.y + 22, _cut(box.title, PILL - 24), "#1d3557", anchor="middle")


def _draw_box(box: Box, boxes: dict[str, Box], language: str) -> str:
    x, y = box.x, box.y
    size = f'width="{WIDTH}" height="{box.height:.0f}" rx="10"'
    parts = [
        f'<rect x="{x:.0f}" y="{y:.0f}" {size} fill="#fff" stroke="#b8c2cf"/>',
        _text(x + 16, y + 25, box.title, "#1d3557", bold=True),
    ]
    parts += [_text(x + 16, y + HEAD + LINE * i + 12, words, "#5b6675") for i, words in enumerate(box.words)]
    for place, row in enumerate(box.rows):
        middle = box.row_y(place) + 5
        inline = "" if _is_ahead(box, boxes.get(row.to)) else f"→ {_name(row.to, language)}"
        label = _cut(row.label, WIDTH - 70 - _width(inline))
        parts.append(_text(x + 16, middle, row.key, "#9aa5b1" if row.is_patience else "#1f7a5c", bold=True))
        parts.append(_text(x + 50, middle, label, "#333c48"))
        parts.append(_text(x + WIDTH - 14, middle, inline, "#a4442f", anchor="end"))
    return "\n".join(part for part in parts if part)


def _text(x: float, y: float, words: str, colour: str, *, anchor: str = "start", bold: bool = False) -> str:
    if not words:
        return ""
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{weight} fill="{colour}">{escape(words)}</text>'


def _width(text: str) -> float:
    return sum(13.0 if ord(c) > 0x2E7F else 7.2 for c in text)


def _cut(text: str, room: float) -> str:
    if _width(text) <= room:
        return text
    while text and _width(text) > room - 13:
        text = text[:-1]
    return text.rstrip() + "…"


def _wrap(text: str, room: float) -> list[str]:
    """Lines that fit; a Chinese line breaks anywhere, an English one at spaces."""
    words = text.split(" ") if text.isascii() else list(text)
    glue, lines, line = " " if text.isascii() else "", [], ""
    for word in words:
        longer = f"{line}{glue}{word}" if line else word
        if _width(longer) > room and line and word not in NEVER_FIRST:
            lines.append(line)
            line = word
        else:
            line = longer
    lines += [line] if line else []
    if len(lines) <= LINES_AT_MOST:
        return lines
    return [*lines[: LINES_AT_MOST - 1], lines[LINES_AT_MOST - 1][:-1] + "…"]
