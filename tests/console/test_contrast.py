"""Every colour that something is written or drawn in can be told from its ground, by day and by night (WCAG 2.2)."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "console" / "static"
THEMES = {"light": ':root, [data-bs-theme="light"]', "dark": '[data-bs-theme="dark"]'}
WRITTEN, DRAWN = 4.5, 3.0
"""What words need, and what marks and borders that carry meaning do."""

_GROUNDS = ("paper", "surface", "sunken", "hover")
_TINTS = ("p0", "p1", "p2", "p3", "c", "ok", "warn", "bad", "brand")
WORDS = {
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in _GROUNDS),
    *((ink, f"{tint}-tint") for ink in ("ink", "ink-2") for tint in _TINTS),
    *((f"{kind}-text", ground) for kind in _TINTS for ground in (f"{kind}-tint", "surface", "hover")),
    *((f"{kind}-text", ground) for kind in ("ok", "warn", "bad", "brand") for ground in ("paper", "sunken")),
    *((f"{kind}-text", "brand-tint") for kind in ("ok", "warn", "bad")),
    ("ink", "key"), ("ink-2", "key"), ("ink-2", "track"), ("ink-3", "brand-tint"), ("p0-text", "paper"),
    ("on-brand", "brand"), ("on-brand", "brand-hover"), ("on-p0", "p0"), ("surface", "c-text"),
    *(("side-ink", ground) for ground in ("side-bg", "side-hover")),
    *(("side-strong", ground) for ground in ("side-bg", "side-hover", "side-on")),
}  # fmt: skip
MARKS = {
    ("edge", "surface"), ("edge", "paper"), ("side-mark", "side-bg"),
    *((mark, "surface") for mark in ("p0", "ok", "warn", "bad", "hold", "brand", "focus")),
    ("focus", "paper"), ("focus", "sunken"),
}  # fmt: skip
BARS = {(fill, "track") for fill in ("fill", "ok", "warn", "bad", "hold")}
A_BAR = re.compile(r"__bar\b|\.(?:bar|drills|tally)__\w|\.wv__asked|\.load--\d")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def sheets() -> dict[str, str]:
    return {path.name: re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S) for path in STATIC.glob("*.css")}


def colours(theme: str) -> dict[str, str]:
    """The colours of a theme by their names."""
    block = sheets()["tokens.css"].split(f"{THEMES[theme]} {{")[1].split("\n}")[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    """As WCAG 2.2 reckons it from the three parts of a colour."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def short(theme: str, pairs: set[tuple[str, str]], need: float) -> list[str]:
    """Those of these pairs that have less contrast than they need."""
    of = colours(theme)
    found = {pair: ratio(of[pair[0]], of[pair[1]]) for pair in pairs}
    return sorted(f"{front} on {ground}: {got:.2f}" for (front, ground), got in found.items() if got < need)


def beside(what: str, rule: str) -> set[str]:
    """The names of the colours that a rule gives `what`."""
    return set(re.findall(rf"(?<![\w-]){what}:\s*var\(--([\w-]+)\)", rule))


@pytest.mark.parametrize(("one", "other", "known"), [("#ffffff", "#000000", 21.0), ("#767676", "#ffffff", 4.54)])
def test_contrast_is_reckoned_as_the_standard_has_it(one: str, other: str, known: float) -> None:
    assert round(ratio(one, other), 2) == known


@pytest.mark.parametrize("theme", THEMES)
def test_words_and_marks_stand_out_from_every_ground_they_stand_on(theme: str) -> None:
    assert short(theme, WORDS, WRITTEN) == []
    assert short(theme, MARKS | BARS, DRAWN) == []


def test_nothing_fills_a_bar_that_this_table_does_not_know() -> None:
    drawn = {
        name
        for sheet in sheets().values()
        for selector, rule in RULE.findall(sheet)
        if A_BAR.search(selector)
        for colour in re.findall(r"(?<![\w-])(?:color|fill|background):([^;]*)", rule)
        for name in re.findall(r"var\(--([\w-]+)\)", colour)
    }
    assert drawn == {name for pair in BARS for name in pair}


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_of_a_chart_stands_out_from_its_page(theme: str) -> None:
    of = re.search(rf"\b{theme}: \[([^\]]*)\]", (STATIC / "reports.js").read_text("utf-8"))
    assert of
    drawn, page = re.findall(r"#[0-9a-f]{6}", of[1]), colours(theme)["surface"]
    assert len(drawn) > 5
    assert [colour for colour in drawn if ratio(colour, page) < DRAWN] == []


@pytest.mark.parametrize("theme", THEMES)
def test_what_one_rule_writes_on_a_ground_of_its_own_stands_out(theme: str) -> None:
    known, writes = colours(theme), {front for front, _ in WORDS}  # a bar is drawn on its track: its words say the same
    pairs = {
        (front, ground)
        for sheet in sheets().values()
        for _, rule in RULE.findall(sheet)
        for front in beside("color", rule)
        for ground in beside("background(?:-color)?", rule)
        if front in writes and ground in known
    }
    assert len(pairs) > 20
    assert short(theme, pairs, WRITTEN) == []


def test_no_colour_is_written_in_that_this_table_does_not_know() -> None:
    used = {name for sheet in sheets().values() for name in beside("color", sheet) if name in colours("light")}
    assert used
    assert used <= {front for front, _ in WORDS | MARKS | BARS}
    assert colours("light").keys() == colours("dark").keys()


def test_every_colour_of_a_menus_picture_gives_way_in_the_dark() -> None:
    source = (STATIC.parents[1] / "hotline" / "menupaint.py").read_text("utf-8")
    painted = set(re.findall(r"#[0-9a-f]{3}(?:[0-9a-f]{3})?\b", source))
    dark = re.findall(r'\[data-bs-theme="dark"\] \.poster \[(fill|stroke)="(#[0-9a-f]+)"\]', sheets()["menus.css"])
    assert {colour for _, colour in dark} == painted
