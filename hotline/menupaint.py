"""A layout as an SVG document: boxes, key caps, lines, and what their colours mean. Pure."""

import re
from collections.abc import Callable, Sequence
from html import escape

from hotline.menu import Words
from hotline.menulayout import HEAD, LINE, MARGIN, WIDTH, Box, Layout, Point, Row, cut, width_of
from hotline.menulayout import Line as Way

FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',system-ui,sans-serif"
TONES = {
    "emergency": ("#a82110", "#fdeae6"), "person": ("#0a5f59", "#e2f1ee"), "end": ("#17633a", "#e5f4ea"),
    "menu": ("#21538f", "#e8f0fa"), "act": ("#49504c", "#eeece6"), "back": ("#7d2763", "#f8eaf4"),
}  # fmt: skip
"""What a lead is, in its colour on its ground."""
LEGEND = (
    ("emergency", Words("紧急", "emergency")), ("person", Words("转人工", "a person")),
    ("end", Words("结束：工单或再见", "the end: a ticket, or goodbye")), ("menu", Words("另一菜单", "another menu")),
    ("act", Words("系统处理", "what the hotline does")), ("back", Words("↩ 返回", "↩ a way back")),
)  # fmt: skip
NOTE = Words(
    "虚线：不按键或按错；2× 是第几次之后。每一步：星号重听，井号返回上一步；留言时井号是开始和结束。",
    "Dashed: no key or a wrong one; 2× is after how many. At every step star repeats and hash goes back; "
    "at a message hash starts and ends it.",
)
HEAD_SPACE, FOOT_SPACE = 66, 60
INK, QUIET, EDGE, PAPER = "#1b201e", "#5b625d", "#cfcabd", "#f5f4f0"
_SIZE = re.compile(r'viewBox="0 0 ([0-9]+) ([0-9]+)"')
Link = Callable[[str], str]
"""Where the picture of another menu is, by its name."""


def paint(plan: Layout, title: str, sub: str, language: str, link: Link | None = None) -> str:
    """A layout as an SVG document under a title, with a legend below."""
    width = max(plan.width, 2 * MARGIN + _legend_width(language))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {plan.height:.0f}" width="{width:.0f}" '
        f'height="{plan.height:.0f}" font-family="{escape(FONT)}" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{plan.height:.0f}" fill="{PAPER}"/>',
        _text(MARGIN, MARGIN + 20, title, INK, size=24, weight=700),
        _text(MARGIN, MARGIN + 44, sub, QUIET),
    ]
    parts += [_draw_line(line) for line in plan.lines]
    parts += [_draw_box(box, link) for box in plan.boxes.values()]
    parts += [_legend(plan.height - MARGIN, language)]
    return "\n".join([*parts, "</svg>\n"])


def above_each_other(pictures: Sequence[str]) -> str:
    """Pictures as `paint` made them as one SVG document, the first on top: one sheet for a wall."""
    parts, width, height = [], 0.0, 0.0
    for picture in pictures:
        size = _SIZE.search(picture)
        assert size is not None  # `paint` writes it
        parts.append(picture.replace("<svg ", f'<svg y="{height:.0f}" ', 1))
        width, height = max(width, float(size[1])), height + float(size[2])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
    sheet = f'{head}width="{width:.0f}" height="{height:.0f}">\n<rect width="100%" height="100%" fill="{PAPER}"/>'
    return "\n".join([sheet, *parts, "</svg>\n"])


def _draw_line(line: Way) -> str:
    colour = "#7d2763" if line.is_back else "#6b7772"
    dash = ' stroke-dasharray="5 4"' if line.is_patience else ""
    x, y = line.points[-1]
    way = _curve(*line.points) if len(line.points) == 2 else _corners(line.points)
    tip = f'<path d="M{x - 7:.0f} {y - 4:.0f} L{x:.0f} {y:.0f} L{x - 7:.0f} {y + 4:.0f} Z" fill="{colour}"/>'
    return f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>{tip}'


def _curve(start: Point, end: Point) -> str:
    bend = max(36.0, (end[0] - start[0]) / 2)
    return (
        f"M{start[0]:.0f} {start[1]:.0f} C{start[0] + bend:.0f} {start[1]:.0f} "
        f"{end[0] - bend:.0f} {end[1]:.0f} {end[0] - 3:.0f} {end[1]:.0f}"
    )


def _corners(points: tuple[Point, ...]) -> str:
    """Straight from corner to corner, the corners rounded."""
    way = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(corner, before), _towards(corner, after)
        way.append(f"L{near[0]:.0f} {near[1]:.0f} Q{corner[0]:.0f} {corner[1]:.0f} {far[0]:.0f} {far[1]:.0f}")
    return " ".join([*way, f"L{points[-1][0] - 3:.0f} {points[-1][1]:.0f}"])


def _towards(corner: Point, other: Point) -> Point:
    (x, y), (dx, dy) = corner, (other[0] - corner[0], other[1] - corner[1])
    far = max(abs(dx), abs(dy))
    near = min(7.0, far / 2) / far if far else 0
    return x + dx * near, y + dy * near


def _draw_box(box: Box, link: Link | None) -> str:
    x, y = box.x, box.y
    parts = [
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{box.height:.0f}" rx="12" fill="#fff" '
        f'stroke="{EDGE}"/>',
        _text(x + 16, y + 27, cut(box.title, WIDTH - 48 - width_of(box.name)), INK, size=14, weight=700),
        _text(x + WIDTH - 16, y + 27, box.name.partition(".")[2], QUIET, size=12, anchor="end"),
    ]
    parts += [_text(x + 16, y + HEAD + LINE * i + 13, words, QUIET) for i, words in enumerate(box.words)]
    if box.words:
        edge = y + HEAD + LINE * len(box.words) + 4
        parts.append(f'<path d="M{x + 16:.0f} {edge:.0f} H{x + WIDTH - 16:.0f}" stroke="{PAPER}" stroke-width="2"/>')
    parts += [_draw_row(box, place, row, link) for place, row in enumerate(box.rows)]
    return "\n".join(part for part in parts if part)


def _draw_row(box: Box, place: int, row: Row, link: Link | None) -> str:
    x, y = box.x, box.row_y(place)
    cap, ink = ("#f5f4f0", QUIET) if row.is_patience else ("#e2f1ee", "#0a5f59")
    parts = [
        f'<rect x="{x + 14:.0f}" y="{y + 4:.0f}" width="38" height="21" rx="6" fill="{cap}"/>',
        _text(x + 33, y + 19, row.key, ink, weight=700, anchor="middle"),
    ]
    # a row that only says where it leads says so in the colour of that
    colour = INK if row.leads or row.ahead or row.tone == "act" else TONES[row.tone][0]
    room = WIDTH - 76 if row.is_tall or not row.leads else WIDTH - 96 - width_of(row.leads)
    label = _text(x + 62, y + 19, cut(row.label, room), colour)
    parts.append(label if row.leads else _linked(label, row.menu, link))
    if row.leads:
        parts.append(_linked(_chip(x + WIDTH - 14, y + (22 if row.is_tall else 3), row), row.menu, link))
    return "".join(parts)


def _chip(right: float, y: float, row: Row) -> str:
    ink, ground = TONES[row.tone]
    words = cut(row.leads, WIDTH - 90)
    width = width_of(words) + 18
    frame = f'<rect x="{right - width:.0f}" y="{y:.0f}" width="{width:.0f}" height="23" rx="11.5" fill="{ground}"/>'
    return frame + _text(right - width / 2, y + 16, words, ink, anchor="middle")


def _linked(drawn: str, menu: str, link: Link | None) -> str:
    return f'<a href="{escape(link(menu))}">{drawn}</a>' if menu and link else drawn


def _legend(bottom: float, language: str) -> str:
    x, parts = float(MARGIN), []
    for tone, called in LEGEND:
        words = called.spoken(language)
        ink, ground = TONES[tone]
        width = width_of(words) + 18
        parts.append(
            f'<rect x="{x:.0f}" y="{bottom - 44:.0f}" width="{width:.0f}" height="23" rx="11.5" fill="{ground}"/>'
        )
        parts.append(_text(x + width / 2, bottom - 28, words, ink, anchor="middle"))
        x += width + 10
    return "".join([*parts, _text(MARGIN, bottom, NOTE.spoken(language), QUIET)])


def _legend_width(language: str) -> float:
    chips = sum(width_of(called.spoken(language)) + 28 for _, called in LEGEND)
    return max(chips, width_of(NOTE.spoken(language)))


def _text(
    x: float, y: float, words: str, colour: str, *, anchor: str = "start", size: int = 13, weight: int = 400
) -> str:  # fmt: skip
    if not words:
        return ""
    more = "" if size == 13 else f' font-size="{size}"'
    more += "" if weight == 400 else f' font-weight="{weight}"'
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{more} fill="{colour}">{escape(words)}</text>'
