"""Small secrets, sealed for the database: nobody who has its rows alone reads or exchanges them. Pure.

A stream of HMAC-SHA256 over a nonce and a counter hides the words, another HMAC over all of it shows whether they are
still the same (encrypt, then authenticate). Both keys follow from the house's secret key. What a seal is for
(`about`) is part of it, so that it means nothing in another row.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

_NONCE, _TAG = 16, 32


def seal(words: str, key: str, about: str) -> str:
    """The words, sealed with the house's `key` for one row."""
    nonce, plain = secrets.token_bytes(_NONCE), words.encode()
    hidden = _stream(plain, key, nonce)
    return base64.urlsafe_b64encode(nonce + _tag(key, about, nonce + hidden) + hidden).decode()


def unseal(sealed: str, key: str, about: str) -> str | None:
    """The words; None where the key is another now, the row too, or somebody has changed it."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
    except (binascii.Error, ValueError):
        return None
    nonce, tag, hidden = raw[:_NONCE], raw[_NONCE : _NONCE + _TAG], raw[_NONCE + _TAG :]
    if not hmac.compare_digest(tag, _tag(key, about, nonce + hidden)):
        return None
    return _stream(hidden, key, nonce).decode()


def _stream(words: bytes, key: str, nonce: bytes) -> bytes:
    secret = _key(key, "hide")
    blocks = (_mac(secret, nonce + n.to_bytes(4, "big")) for n in range(-(-len(words) // 32)))
    return bytes(a ^ b for a, b in zip(words, b"".join(blocks), strict=False))


def _tag(key: str, about: str, of: bytes) -> bytes:
    name = about.encode()
    return _mac(_key(key, "prove"), len(name).to_bytes(4, "big") + name + of)


def _key(key: str, use: str) -> bytes:
    return _mac(key.encode(), f"huiyin sealing {use}".encode())


def _mac(key: bytes, of: bytes) -> bytes:
    return hmac.new(key, of, hashlib.sha256).digest()
