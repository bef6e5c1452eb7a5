"""Codes of a second proof: those that a telephone shows (RFC 6238), and spare ones on paper. Pure."""

import hashlib
import hmac
import secrets

import pyotp

STEP_S = 30
WINDOW = 1
"""So many steps a telephone's clock may be early or late."""
SPARES = 8
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A secret for a telephone: 160 bits in base 32."""
    return pyotp.random_base32()


def address(secret: str, login: str, company: str) -> str:
    """What the picture says that a telephone reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=company)


def step_of(secret: str, typed: str, *, at_s: float, after: int) -> int | None:
    """The step whose code was typed; None for a wrong one, and for one not later than the step `after`.

    A code counts once (RFC 6238 5.2), so whoever looked over a shoulder cannot use it again.
    """
    code, now = "".join(typed.split()), int(at_s // STEP_S)
    if len(code) != 6 or not (code.isascii() and code.isdecimal()):
        return None
    shown = pyotp.TOTP(secret)
    steps = (step for step in range(now - WINDOW, now + WINDOW + 1) if step > after)
    return next((step for step in steps if hmac.compare_digest(shown.generate_otp(step), code)), None)


def new_spares() -> list[str]:
    """Codes to be written down, each for once: four times four letters, 79 bits."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(SPARES)]


def hash_of(spare: str) -> str:
    """What of a spare code is kept, however it was typed. Bits enough that a slow hash gains nothing."""
    return hashlib.sha256("".join(c for c in spare.lower() if c in _LETTERS).encode()).hexdigest()
