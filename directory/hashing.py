"""How passwords are kept: argon2id, at the price that OWASP names."""

from argon2 import PasswordHasher

ROUNDS, MEMORY_KIB = 2, 19 * 1024
"""And one thread: a log-in must not take both cores from a caller. (Password Storage Cheat Sheet, argon2id.)"""


def hasher() -> PasswordHasher:
    """What makes hashes, looks at them, and knows which were made more cheaply than today's."""
    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1)
