"""What every page and answer says about itself to a browser: what it may load and run, and who may look on."""

import secrets

from flask import Response, g

from base.wiring import settings

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

HTTPS_ONLY = "max-age=31536000"
"""A browser that was here once asks nobody on the way for the same house without a lock (RFC 6797)."""


def nonce() -> str:
    """What a script of this one answer is known by: no other is run, wherever it comes from."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def seal(response: Response) -> Response:
    """Put it on an answer, where a view has not said otherwise; only files may be kept by a browser."""
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings().address.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
    return response
