"""A picture of the ladders: a row for each, its rungs from left to right, and its tries, by day and by night. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from oncall import drawnwords, words
from oncall.ladder import REFUSED, Again, Ladder, Ladders, Missed, Rung
from tickets.lifecycle import GRAVITY, Kind
from tickets.triage import category_words

BOX, GAP, HEIGHT, HEAD, TRIES, MARGIN = 132, 18, 84, 30, 20, 16
FONT = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"
NAMED = 3
"""So many posts fit into a box; a rung that names more says how many more."""


def draw(ladders: Ladders, language: str) -> str:
    """An SVG of all ladders in `zh` or `en`; its classes let a page colour it."""
    rows = list(_rows(ladders, language))
    most = max(len(ladder.rungs) + (ladder.again_s is not None) for _, ladder in rows)
    width = 2 * MARGIN + most * (BOX + GAP) - GAP
    height = 2 * MARGIN + sum(_height(ladder) + GAP for _, ladder in rows) - GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rungs" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="{FONT}" font-size="13" role="img" '
        f'aria-label="{escape(drawnwords.drawn("title", language))}">',
        f'<rect class="rungs__g" width="{width}" height="{height}" fill="#fff"/>',
    ]
    y = MARGIN
    for title, ladder in rows:
        parts.append(_text(MARGIN, y + 18, title, "rungs__h", "#1d3557", bold=True))
        parts += _boxes(ladder, y + HEAD, language)
        if ladder.retry:
            parts.append(_text(MARGIN, y + HEAD + HEIGHT + 16, _tries(ladder, language), "rungs__y", "#5b6675"))
        y += _height(ladder) + GAP
    return "\n".join([*parts, "</svg>"]) + "\n"


def _rows(ladders: Ladders, language: str) -> Iterator[tuple[str, Ladder]]:
    order = [*(level.value for level in GRAVITY), REFUSED]
    night = drawnwords.drawn(
        "night", language, starts=f"{ladders.night_starts:%H:%M}", ends=f"{ladders.night_ends:%H:%M}"
    )
    for name in sorted(ladders.usual, key=lambda name: (order.index(name.partition(".")[0]), name)):
        title = _title(name, language)
        if name not in ladders.nightly:
            yield title, ladders.usual[name]
            continue
        yield f"{title} · {drawnwords.drawn('day', language)}", ladders.usual[name]
        yield f"{title} · {night}", ladders.nightly[name]


def _title(name: str, language: str) -> str:
    level, _, of = name.partition(".")
    known = drawnwords.drawn(level, language)
    if not of:
        return known
    return f"{known} · {drawnwords.drawn(of, language) if of in set(Kind) else category_words(of, language)}"


def _height(ladder: Ladder) -> int:
    return HEAD + HEIGHT + (TRIES if ladder.retry else 0)


def _tries(ladder: Ladder, language: str) -> str:
    """Which calls without a key are made once more, after how long and how often; what is alike stands together."""
    alike: dict[Again, list[Missed]] = {}
    for missed, again in ladder.retry.items():
        alike.setdefault(again, []).append(missed)
    comma, semicolon = (", ", "; ") if language == "en" else ("、", "；")
    told = [
        drawnwords.drawn(
            "tries", language, missed=comma.join(drawnwords.drawn(one.value, language) for one in those),
            time=_time(again.again_s, language), n=str(again.times),
        )
        for again, those in alike.items()
    ]  # fmt: skip
    return drawnwords.drawn("again", language, tries=semicolon.join(told))


def _boxes(ladder: Ladder, y: int, language: str) -> Iterator[str]:
    begins = ladder.rungs[0].after_s
    for place, rung in enumerate(ladder.rungs):
        yield from _box(_x(place), y, rung, _when(rung.after_s, begins, language), language)
    if ladder.again_s is not None:
        again = Rung(0, ladder.again_posts, everybody=not ladder.again_posts, alarms=True)
        every = drawnwords.drawn("every", language, time=_time(ladder.again_s, language))
        yield from _box(_x(len(ladder.rungs)), y, again, every, language, is_dashed=True)


def _x(place: int) -> int:
    return MARGIN + place * (BOX + GAP)


def _box(x: int, y: int, rung: Rung, when: str, language: str, *, is_dashed: bool = False) -> Iterator[str]:
    dash = ' stroke-dasharray="5 4"' if is_dashed else ""
    kind, fill, line = ("rungs__a", "#fdecea", "#c0392b") if rung.alarms else ("rungs__b", "#eef3f9", "#7a9cc6")
    yield (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="10" fill="{fill}" '
        f'stroke="{line}"{dash}/>'
    )
    yield _text(x + 10, y + 20, when, "rungs__t", "#1f7a5c", bold=True)
    named = [drawnwords.drawn("everybody", language)] if rung.everybody else []
    named += [words.post(post.value, language) for post in rung.posts]
    named += [drawnwords.drawn("vendor", language)] if rung.vendor else []
    for place, line_words in enumerate(_folded(named, language)):
        yield _text(x + 10, y + 40 + 16 * place, line_words, "rungs__w", "#333c48")
    ways = words.ways([way.value for way in rung.ways], language)
    if rung.parallel is not None:
        ways += " · " + drawnwords.drawn("parallel", language, n=str(rung.parallel))
    yield _text(x + 10, y + HEIGHT - 8, ways, "rungs__y", "#5b6675")


def _folded(named: Sequence[str], language: str) -> list[str]:
    """The names on two lines at most."""
    comma = ", " if language == "en" else "、"
    if len(named) > NAMED:
        named = [*named[: NAMED - 1], f"+{len(named) - NAMED + 1}"]
    half = (len(named) + 1) // 2 if len(named) > 1 else 1
    return [line for line in (comma.join(named[:half]), comma.join(named[half:])) if line]


def _when(after_s: int, begins: int, language: str) -> str:
    """When a rung is climbed: from the beginning, or, of a quiet ladder, before and after what was promised."""
    if begins < 0:
        if after_s == 0:
            return drawnwords.drawn("due", language)
        return drawnwords.drawn("before" if after_s < 0 else "late", language, time=_time(abs(after_s), language))
    return drawnwords.drawn("at_once", language) if after_s == 0 else _time(after_s, language)


def _time(seconds: int, language: str) -> str:
    if seconds % 60:
        return drawnwords.drawn("seconds", language, n=str(seconds))
    return drawnwords.drawn("minutes", language, n=str(seconds // 60))


def _text(x: int, y: int, said: str, kind: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text class="{kind}" x="{x}" y="{y}"{weight} fill="{colour}">{escape(said)}</text>'
