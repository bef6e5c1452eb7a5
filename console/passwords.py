"""Passwords: argon2, and the same time spent whether or not somebody has that log-in."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_LENGTH = 200
"""Longer than any password a person keeps; more would only be work for us."""


@cache
def _hasher() -> PasswordHasher:
    # OWASP's argon2id with 19 MiB and one thread: a log-in must not take both cores from a caller
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


def hashed(password: str) -> str:
    """What is stored in place of a password."""
    return _hasher().hash(password)


def is_right(password: str, stored: str) -> bool:
    """Whether `password` belongs to `stored` (empty: nobody's, which takes as long and is never right)."""
    try:
        _hasher().verify(stored or _nobody(), password[: MAX_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def is_old(stored: str) -> bool:
    """Whether it was stored with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)
