"""Numbers as our pages show them: without their middle, and as they are written at home."""

from base.log import mask
from telephony.numbers import at_home


def masked(number: str | None) -> str:
    """`+8613800138000` → `138****8000`, `+442071838750` → `+4420****8750`; None becomes empty."""
    return at_home(mask(number))
