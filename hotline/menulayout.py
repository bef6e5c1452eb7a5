"""Where the boxes of a picture stand, and how the lines between them run: in layers from left to right. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

WIDTH, GAP_X, GAP_Y, MARGIN = 330, 92, 30, 40
HEAD, LINE, ROW, TALL_ROW, FOOT = 42, 19, 29, 48, 12
LANE, STUB = 9, 16
"""Between two lines that run beside each other, and from a box to the first of them."""
LINES_AT_MOST = 9
LETTERS = {"zh": 13.0, "en": 6.7}
NEVER_FIRST = frozenset("。，：、；！？）〕")
"""Marks that may not begin a line."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box: what the caller does, what it is called, where it leads in words and in lines.

    `tone` is the colour of where it leads; `menu` the menu that it enters, if it leaves this one.
    """

    key: str
    label: str
    leads: str = ""
    tone: str = "act"
    ahead: tuple[str, ...] = ()
    menu: str = ""
    is_patience: bool = False

    @property
    def is_tall(self) -> bool:
        """Whether label and lead need a line each."""
        room = WIDTH - 84
        return bool(self.leads and self.label) and width_of(self.label) + width_of(self.leads) + 24 > room

    @property
    def height(self) -> int:
        """In pixels."""
        return TALL_ROW if self.is_tall else ROW


@dataclass(slots=True)
class Box:
    """A question, or a whole menu, at its place."""

    name: str
    title: str
    words: list[str]
    rows: list[Row]
    layer: int = 0
    x: float = 0
    y: float = 0

    @property
    def height(self) -> float:
        """In pixels."""
        return HEAD + LINE * len(self.words) + sum(row.height for row in self.rows) + FOOT + 6

    @property
    def door_y(self) -> float:
        """Where lines come in."""
        return self.y + 22

    def row_y(self, place: int) -> float:
        """The top of a row."""
        return self.y + HEAD + LINE * len(self.words) + 6 + sum(row.height for row in self.rows[:place])


@dataclass(frozen=True, slots=True)
class Line:
    """A line from a row to a box: its corners (or a curve between two points), and whether it is a way back."""

    points: tuple[Point, ...]
    is_patience: bool
    is_back: bool


@dataclass(slots=True)
class Layout:
    """Boxes at their places with all lines between them; `width` and `height` in pixels."""

    boxes: dict[str, Box]
    lines: list[Line] = field(default_factory=list)
    width: float = 0
    height: float = 0


def lay_out(boxes: dict[str, Box], *, head: float, foot: float) -> Layout:
    """Give every box its place below `head` pixels of title, and find the way of every line."""
    _layers(boxes)
    above, below = _lanes(boxes)
    top = MARGIN + head + LANE * (len(above) + 1)
    width, bottom = _place(boxes, top)
    lines = [line for box in boxes.values() for line in _lines(box, boxes, above, below, top, bottom)]
    return Layout(boxes, lines, width, bottom + LANE * (len(below) + 2) + foot + MARGIN)


def _layers(boxes: dict[str, Box]) -> None:
    """Each box right of everything that leads to it, ways back left out.

    1. Walk from the first question into the depth; a lead to a box we are still inside of is a way back.
    2. In the order in which boxes were left, last first, push what each leads to one layer further right.
    """
    left: list[str] = []
    ahead: dict[str, list[str]] = {}
    for name in boxes:
        _walk(boxes, name, ahead, left, set())
    for name in reversed(left):
        for to in ahead[name]:
            boxes[to].layer = max(boxes[to].layer, boxes[name].layer + 1)


def _walk(boxes: dict[str, Box], name: str, ahead: dict[str, list[str]], left: list[str], inside: set[str]) -> None:
    if name in ahead:
        return
    ahead[name] = []
    inside.add(name)
    for to in dict.fromkeys(to for row in boxes[name].rows for to in row.ahead):
        if to in boxes and to not in inside:
            ahead[name].append(to)
            _walk(boxes, to, ahead, left, inside)
    inside.remove(name)
    left.append(name)


def _lanes(boxes: Mapping[str, Box]) -> tuple[dict[str, int], dict[str, int]]:
    """Which boxes are entered over the heads of others, and which by a way back: a lane each."""
    above: dict[str, int] = {}
    below: dict[str, int] = {}
    for box in boxes.values():
        for to in (boxes[to] for row in box.rows for to in row.ahead if to in boxes and to != box.name):
            if to.layer > box.layer + 1:
                above.setdefault(to.name, len(above))
            elif to.layer <= box.layer:
                below.setdefault(to.name, len(below))
    return above, below


def _place(boxes: dict[str, Box], top: float) -> tuple[float, float]:
    """Columns side by side, each in the order of what leads into it, in the middle of the tallest."""
    layers: list[list[Box]] = [[] for _ in range(1 + max((box.layer for box in boxes.values()), default=0))]
    for box in boxes.values():
        layers[box.layer].append(box)
    tallest = max((_tall(layer) for layer in layers), default=0)
    x = float(MARGIN)
    for place, layer in enumerate(layers):
        if place:
            layer.sort(key=lambda box: _came_from(box, boxes))
        y = top + (tallest - _tall(layer)) / 2
        for box in layer:
            box.x, box.y = x, y
            y += box.height + GAP_Y
        x += WIDTH + GAP_X
    return x - GAP_X + MARGIN, top + tallest


def _tall(layer: list[Box]) -> float:
    return sum(box.height + GAP_Y for box in layer) - GAP_Y


def _came_from(box: Box, boxes: Mapping[str, Box]) -> float:
    """How far down the rows stand, in the mean, that lead here from the left."""
    heights = [
        before.row_y(i)
        for before in boxes.values()
        if before.layer < box.layer
        for i, row in enumerate(before.rows)
        if box.name in row.ahead
    ]
    return sum(heights) / len(heights) if heights else 0.0


def _lines(
    box: Box, boxes: Mapping[str, Box], above: Mapping[str, int], below: Mapping[str, int], top: float, bottom: float
) -> Iterable[Line]:  # fmt: skip
    for place, row in enumerate(box.rows):
        y, x = box.row_y(place) + row.height / 2, box.x + WIDTH
        for name in row.ahead:
            to = boxes.get(name)
            if to is None or to is box:
                continue
            if to.layer == box.layer + 1:
                yield Line(((x, y), (to.x, to.door_y)), row.is_patience, is_back=False)
                continue
            is_back = to.layer <= box.layer
            lane = below[name] if is_back else above[name]
            level = bottom + LANE * (lane + 2) if is_back else top - LANE * (lane + 1)
            out, into = x + STUB + 6 * (lane % 8), to.x - STUB - 6 * (lane % 4)
            points = ((x, y), (out, y), (out, level), (into, level), (into, to.door_y), (to.x, to.door_y))
            yield Line(points, row.is_patience, is_back=is_back)


def width_of(text: str) -> float:
    """How wide words are, about, in pixels."""
    return sum(LETTERS["zh"] if ord(c) > 0x2E7F else LETTERS["en"] for c in text)


def cut(text: str, room: float) -> str:
    """As much of the words as fits."""
    if width_of(text) <= room:
        return text
    while text and width_of(text) > room - 13:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, room: float) -> list[str]:
    """Lines that fit; a Chinese line breaks anywhere, an English one at spaces."""
    is_latin = not any(ord(c) > 0x2E7F and c not in "〔〕" for c in text)
    words, glue = (text.split(" "), " ") if is_latin else (list(text), "")
    lines, line = [], ""
    for word in words:
        longer = f"{line}{glue}{word}" if line else word
        if width_of(longer) > room and line and word not in NEVER_FIRST:
            lines.append(line)
            line = word
        else:
            line = longer
    lines += [line] if line else []
    if len(lines) <= LINES_AT_MOST:
        return lines
    return [*lines[: LINES_AT_MOST - 1], lines[LINES_AT_MOST - 1][:-1] + "…"]
