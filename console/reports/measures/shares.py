"""Shares, middles and shades of counts. Pure."""

from collections.abc import Sequence

SHADES = 4


def percent(part: float, whole: float) -> int | None:
    """A part of a whole in whole per cent; None where there is no whole."""
    return round(100 * part / whole) if whole else None


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this `share` (above 0, up to 1) of all do not exceed; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    place = max(0, -int(-len(ordered) * share // 1) - 1)
    return ordered[place]


def shade(n: int, most: int) -> int:
    """How strongly a cell of a heat map is shaded, from 0 (nothing there) to `SHADES` (among the most)."""
    return -(-SHADES * n // most) if n > 0 and most > 0 else 0
