"""Small secrets, sealed for the database: nobody who has its rows alone reads or exchanges them. Pure.

AES-256-GCM under a key that follows from the house's secret key (HKDF-SHA256). What a seal is for (`about`) is part of
what is proved, so that it means nothing in another row.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
"""Bytes, as the mode is meant to have (NIST SP 800-38D 8.2); one is drawn for each seal."""
_SHORTEST = _NONCE + 16


def seal(words: str, key: str, about: str) -> str:
    """The words, sealed with the house's `key` for one row."""
    nonce = secrets.token_bytes(_NONCE)
    hidden = _cipher(key).encrypt(nonce, words.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + hidden).decode()


def unseal(sealed: str, key: str, about: str) -> str | None:
    """The words; None where the key is another now, the row too, or somebody has changed it."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
    except (binascii.Error, ValueError):
        return None
    if len(raw) < _SHORTEST:
        return None
    try:
        return _cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
    except InvalidTag:
        return None


def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=b"huiyin sealing").derive(key.encode()))
