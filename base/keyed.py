"""Fingerprints that only this house can make: nobody who holds the database finds the words by trying all of them."""

import hmac
from hashlib import sha256

from base.wiring import settings


def keyed(words: str) -> str:
    """The fingerprint of `words` as 64 hexadecimal digits; another one once SECRET_KEY is another."""
    secret = settings().secret_key
    return hmac.digest(secret.get_secret_value().encode() if secret else b"", words.encode(), sha256).hex()
