"""Passwords: argon2, and the same time spent whether or not somebody has that log-in."""

from functools import cache

from argon2.exceptions import InvalidHashError, VerificationError

from directory.hashing import hasher

MAX_LENGTH = 200
"""Longer than any password a person keeps; more would only be work for us."""


@cache
def _nobody() -> str:
    return hasher().hash("nobody has this password")


def hashed(password: str) -> str:
    """What is stored in place of a password."""
    return hasher().hash(password)


def is_right(password: str, stored: str) -> bool:
    """Whether `password` belongs to `stored` (empty: nobody's, which takes as long and is never right)."""
    try:
        hasher().verify(stored or _nobody(), password[: MAX_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def is_old(stored: str) -> bool:
    """Whether it was stored with weaker parameters than today's."""
    return hasher().check_needs_rehash(stored)
